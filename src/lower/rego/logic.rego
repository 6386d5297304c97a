# Three-valued logic for rules that `shall lower --to rego` writes; docs/lowering.md tells how to run them.
#
# A value is present (any JSON value), absent (null) or unknown (the object below). Every function here has a result
# for every argument: nothing is ever undefined, so nothing that is missing can be taken for false.
package shall.logic

import rego.v1

unknown := {"__unknown": true}

known(x) if {
	x != null
	x != unknown
}

# Truth: true, false or unknown (Kleene).

# True if all of a set are true, false if one is false.
all_of(truths) := false if {
	false in truths
} else := true if {
	every truth in truths { truth == true }
} else := unknown

# True if one of a set is true, false if all are false.
any_of(truths) := true if {
	true in truths
} else := false if {
	every truth in truths { truth == false }
} else := unknown

negated(x) := false if {
	x == true
} else := true if {
	x == false
} else := unknown

implied(x, y) := any_of({negated(x), y})

present(x) := unknown if {
	x == unknown
} else := false if {
	x == null
} else := true

otherwise(x, default_value) := default_value if {
	x == null
} else := x

# If the condition is unknown, the result is known only where both are the same.
choose(condition, then, rest) := then if {
	condition == true
} else := rest if {
	condition == false
} else := then if {
	then == rest
	known(then)
} else := unknown

# What the run is told.

as_of := object.get(input, "as_of", unknown)

today := object.get(input, "today", unknown)

period := object.get(input, "period", unknown)

# The days, weeks, months, quarters or years of the period, each an interval of days.
units_of_period(unit) := object.get(input, ["units", unit], unknown)

# Records. A row is an object with its fields, and with `__row` (its place), `__key` (what references call it) and `__name`.

# All rows of a record; where there may be more than were exported, one more of which nothing is known.
candidates(record) := object.get(all_candidates, record, [more(record)])

all_candidates[record] := rows if {
	some record, extract in input.records
	rows := array.concat(extract.rows, [more(record) | extract.complete == false])
}

more(record) := {"__more": true, "__name": sprintf("(more %s records)", [record])}

# Whether a candidate is there at all.
there(candidate) := unknown if {
	candidate.__more == true
} else := true

# Rows by key, out of {key: {place: true}} for each row. OPA takes time that grows with the square to group by a partial rule, regorus
# to unite many objects in one go; to unite few at a time is quick in both.
index(rows) := object.union_n(united(united(united(rows))))

united(objects) := [object.union_n(array.slice(objects, 32 * group, 32 * (group + 1))) |
	some group in numbers.range(0, floored(count(objects), 32))
]

# The rows of a record whose key may be `key`: those at the places that an index has under it, and those whose key is not known.
looked_up(record, places, unplaced, key) := candidates(record) if {
	unknown in key
} else := [] if {
	null in key
} else := array.concat([rows[place] | rows := candidates(record); some place, _ in places], unplaced)

is_known_key(key) if {
	every part in key { known(part) }
}

may_have_any_key(row, _) if row.__more == true

may_have_any_key(_, key) if {
	unknown in key
	not null in key
}

key_of(row) := null if {
	row == null
} else := field(row, "__key")

field(row, name) := object.get(row, name, unknown) if {
	is_object(row)
} else := unknown

# The one row that a reference names.
row_of(record, key) := rows[places[0]] if {
	is_string(key)
	rows := candidates(record)
	places := object.get(input.records, [record, "by_key", key], [])
	count(places) == 1
} else := unknown

has_key(record, key) if count(object.get(input.records, [record, "by_key", key], [])) > 0

# Whether a reference to one of several names a record of one type.
names_record(key, record, others) := unknown if {
	not is_string(key)
} else := true if {
	has_key(record, key)
	not has_one_key(others, key)
} else := false if {
	not has_key(record, key)
	has_one_key(others, key)
} else := unknown

has_one_key(records, key) if {
	some record in records
	has_key(record, key)
}

# Whether two candidates are one and the same row.
same_row(a, b) := false if {
	a == null
} else := false if {
	b == null
} else := a.__row == b.__row if {
	is_number(a.__row)
	is_number(b.__row)
} else := unknown

# The elements of a list or a set, as candidates.
elements(collection) := [{"element": element} | some element in collection] if {
	is_array(collection)
} else := array.concat(
	[{"element": element} | some element in collection.members],
	[more_elements | collection.complete == false],
) if {
	is_set(collection.members)
} else := [more_elements]

more_elements := {"__more": true, "element": unknown}

# Texts.

text_contains(text, part) := contains(text, part) if {
	is_string(text)
	is_string(part)
} else := unknown

text_starts_with(text, part) := startswith(text, part) if {
	is_string(text)
	is_string(part)
} else := unknown

text_ends_with(text, part) := endswith(text, part) if {
	is_string(text)
	is_string(part)
} else := unknown

matches(text, pattern) := regex.match(pattern, text) if {
	is_string(text)
} else := unknown
