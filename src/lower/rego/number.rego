package shall.logic

import rego.v1

# Comparison. A number is an integer or a fraction, {"over": [numerator, denominator]}; a count or a share that is not
# exactly known is {"between": [least, most]}, where most may be null.

exact(x) := unknown if {
	is_array(x.between)
} else := x

numerator(x) := x if {
	is_number(x)
} else := x.over[0]

denominator(x) := 1 if {
	is_number(x)
} else := x.over[1]

is_exact_number(x) if is_number(x)

is_exact_number(x) if is_array(x.over)

# Beyond this, products may not be exact everywhere; what would be computed with them is unknown.
most_exact := 4000000000000000000

is_bounded(x) if {
	x <= most_exact
	x >= -4000000000000000000
}

is_plain(x) if {
	x != null
	not is_object(x)
}

sign(x) := -1 if {
	x < 0
} else := 1 if {
	x > 0
} else := 0

# -1, 0 or 1; unknown where two values cannot be compared.
order(a, b) := -1 if {
	is_plain(a)
	is_plain(b)
	a < b
} else := 0 if {
	is_plain(a)
	a == b
} else := 1 if {
	is_plain(a)
	is_plain(b)
} else := sign(left - right) if {
	is_exact_number(a)
	is_exact_number(b)
	left := numerator(a) * denominator(b)
	right := numerator(b) * denominator(a)
	is_bounded(left)
	is_bounded(right)
} else := unknown

admitted := {
	"=": {0},
	"!=": {-1, 1},
	"<": {-1},
	"<=": {-1, 0},
	">": {1},
	">=": {0, 1},
}

turned := {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

admits(op, sign_of_order) := sign_of_order in admitted[op]

# Absent equals nothing.
compare(a, op, b) := false if {
	op == "="
	a == null
} else := false if {
	op == "="
	b == null
} else := between(a.between, op, b) if {
	is_array(a.between)
} else := between(b.between, turned[op], a) if {
	is_array(b.between)
} else := admits(op, sign_of_order) if {
	sign_of_order := order(a, b)
	is_number(sign_of_order)
} else := unknown

# A number of which bounds are known is compared where every number between says the same.
between(bounds, op, x) := unknown if {
	not is_exact_number(x)
} else := op == "!=" if {
	op in {"=", "!="}
	is_outside(bounds, x)
} else := unknown if {
	op in {"=", "!="}
} else := low if {
	low := admits(op, order(bounds[0], x))
	high := admits(op, order_of_most(bounds, x))
	low == high
} else := unknown

order_of_most(bounds, x) := 1 if {
	bounds[1] == null
} else := order(bounds[1], x)

is_outside(bounds, x) if order(x, bounds[0]) == -1

is_outside(bounds, x) if {
	bounds[1] != null
	order(bounds[1], x) == -1
}

# The place of a member in the order of its enum.
rank(x, members) := place if {
	is_string(x)
	some place, member in members
	member == x
} else := x

# Arithmetic: unknown where an operand is not known or the result is too large.

whole(x) := x if {
	is_number(x)
	is_bounded(x)
} else := unknown

fraction(n, d) := unknown if {
	d == 0
} else := unknown if {
	not is_bounded(n)
} else := unknown if {
	not is_bounded(d)
} else := lowest(n, d) if {
	d > 0
} else := lowest(0 - n, 0 - d)

lowest(n, d) := n / d if {
	n % d == 0
} else := {"over": [n, d]}

add(a, b) := whole(a + b) if {
	is_number(a)
	is_number(b)
} else := fraction(brought_to(a, d) + brought_to(b, d), d) if {
	is_exact_number(a)
	is_exact_number(b)
	d := common({denominator(a), denominator(b)})
	is_number(d)
} else := unknown

# The greatest of some denominators if it is a multiple of all, as of powers of ten it is; else their product.
common(denominators) := most if {
	most := max(denominators)
	every d in denominators { most % d == 0 }
} else := whole(product(denominators))

brought_to(x, d) := numerator(x) * (d / denominator(x))

negative(x) := 0 - x if {
	is_number(x)
} else := {"over": [0 - x.over[0], x.over[1]]} if {
	is_array(x.over)
} else := unknown

subtract(a, b) := add(a, negative(b))

multiply(a, b) := whole(a * b) if {
	is_number(a)
	is_number(b)
} else := fraction(numerator(a) * numerator(b), denominator(a) * denominator(b)) if {
	is_exact_number(a)
	is_exact_number(b)
} else := unknown

divide(a, b) := fraction(numerator(a) * denominator(b), denominator(a) * numerator(b)) if {
	is_exact_number(a)
	is_exact_number(b)
} else := unknown

absolute(x) := negative(x) if {
	order(x, 0) == -1
} else := otherwise(x, unknown)

# Instants are microseconds and days are days since 1970-01-01; both are unknown outside of the years -9999 to 9999.

later_instant(instant, duration) := later(instant, duration, -377705023201000000, 253402207200999999)

later_day(day, days) := later(day, days, -4371587, 2932896)

later(moment, amount, least, most) := result if {
	is_number(moment)
	is_number(amount)
	result := moment + amount
	result >= least
	result <= most
} else := unknown
