package shall.logic

import rego.v1

# Intervals: {"from": moment, "until": moment}, without their end; null is an open end.

interval(from, until) := unknown if {
	unknown in {from, until}
} else := unknown if {
	is_number(from)
	is_number(until)
	until < from
} else := {"from": from, "until": until}

# With its end: of days.
interval_through(from, until) := unknown if {
	interval(from, until) == unknown
} else := {"from": from, "until": null} if {
	until == null
} else := interval(from, later_day(until, 1))

is_empty(x) if {
	is_number(x.from)
	x.from == x.until
}

is_from(x, moment) if x.from == null

is_from(x, moment) if {
	is_number(x.from)
	is_number(moment)
	x.from <= moment
}

is_before_end(x, moment) if x.until == null

is_before_end(x, moment) if {
	is_number(x.until)
	moment < x.until
}

ends_by(x, moment) if x.until == null

ends_by(x, moment) if {
	is_number(x.until)
	is_number(moment)
	moment <= x.until
}

during(moment, x) := unknown if {
	not known(moment)
} else := unknown if {
	not known(x)
} else := true if {
	is_from(x, moment)
	is_before_end(x, moment)
} else := false

# Whether the inner interval lies in the outer one.
includes(outer, inner) := unknown if {
	not known(outer)
} else := unknown if {
	not known(inner)
} else := true if {
	is_empty(inner)
} else := true if {
	is_from(outer, inner.from)
	ends_by(outer, inner.until)
} else := false

# Whether two intervals have a moment in common.
meet(a, b) := unknown if {
	not known(a)
} else := unknown if {
	not known(b)
} else := true if {
	not is_empty(a)
	not is_empty(b)
	not begins_behind(a, b)
	not begins_behind(b, a)
} else := false

begins_behind(a, b) if {
	is_number(a.from)
	is_number(b.until)
	a.from >= b.until
}

same(a, b) := false if {
	a == null
} else := false if {
	b == null
} else := a == b if {
	known(a)
	known(b)
} else := unknown

# Sets: {"members": those that are certain, "complete": whether there are no others}. A list is an array.

set_of(cells) := {
	"members": {cell | some cell in cells; known(cell)},
	"complete": count([cell | some cell in cells; not known(cell)]) == 0,
}

as_set(x) := set_of(x) if {
	is_array(x)
} else := x

is_collection(x) if is_array(x)

is_collection(x) if is_set(x.members)

are_collections(a, b) if {
	is_collection(a)
	is_collection(b)
}

are_complete(a, b) if {
	as_set(a).complete
	as_set(b).complete
}

is_member(x, collection) := false if {
	x == null
} else := unknown if {
	x == unknown
} else := unknown if {
	not is_collection(collection)
} else := true if {
	x in as_set(collection).members
} else := false if {
	as_set(collection).complete
} else := unknown

union_of(a, b) := {
	"members": as_set(a).members | as_set(b).members,
	"complete": all_of({as_set(a).complete, as_set(b).complete}),
} if {
	are_collections(a, b)
} else := unknown

without(a, b) := {"members": as_set(a).members - as_set(b).members, "complete": true} if {
	are_collections(a, b)
	are_complete(a, b)
} else := unknown

covers(a, b) := unknown if {
	not are_collections(a, b)
} else := as_set(b).complete if {
	count(as_set(b).members - as_set(a).members) == 0
	as_set(b).complete
} else := false if {
	count(as_set(b).members - as_set(a).members) > 0
	as_set(a).complete
} else := unknown

overlap(a, b) := unknown if {
	not are_collections(a, b)
} else := true if {
	count(as_set(a).members & as_set(b).members) > 0
} else := false if {
	are_complete(a, b)
} else := unknown

same_set(a, b) := false if {
	covers(a, b) == false
} else := false if {
	covers(b, a) == false
} else := true if {
	are_collections(a, b)
	are_complete(a, b)
} else := unknown

# Whether there is certainly nothing in it.
is_nothing(x) if {
	is_collection(x)
	as_set(x).complete
	count(as_set(x).members) == 0
}

is_nothing(x) if is_empty(x)

may_hold_something(x) := false if {
	is_nothing(x)
} else := true
