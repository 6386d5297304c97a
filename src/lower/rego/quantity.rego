package shall.logic

import rego.v1

# What ranges over candidates. A part is one of them that belongs, or may: {"w": true or unknown, "of": the candidate, "value": what
# is taken of it, "by": what it goes by}.

certain(parts) := [part | some part in parts; part.w == true]

unlimited(parts) if {
	some part in parts
	part.of.__more == true
}

from_to(least, most) := least if {
	order(least, most) == 0
} else := {"between": [least, most]}

count_of(parts) := {"between": [count(certain(parts)), null]} if {
	unlimited(parts)
} else := from_to(count(certain(parts)), count(parts))

# From the least to the greatest fraction over all ways to decide what is unknown.
share_of(parts) := null if {
	count(parts) == 0
} else := unknown if {
	count(certain(parts)) == 0
} else := from_to(
	least_share([part | some part in parts; part.w == true; part.value == true], certain(parts), [part | some part in parts; part.w != true; part.value != true]),
	greatest_share([part | some part in parts; part.w == true; part.value != false], certain(parts), [part | some part in parts; part.w != true; part.value != false]),
)

least_share(holding, of, lowering) := 0 if {
	unlimited(lowering)
} else := fraction(count(holding), count(of) + count(lowering))

greatest_share(holding, of, raising) := 1 if {
	unlimited(raising)
} else := fraction(count(holding) + count(raising), count(of) + count(raising))

set_from(parts) := {
	"members": {part.value | some part in parts; is_settled(part)},
	"complete": are_settled(parts),
}

union_from(parts) := {
	"members": {member | some part in parts; is_settled(part); some member in as_set(part.value).members},
	"complete": count([part | some part in parts; not is_whole(part)]) == 0,
}

is_whole(part) if {
	is_settled(part)
	as_set(part.value).complete
}

is_settled(part) if {
	part.w == true
	known(part.value)
}

are_settled(parts) := count([part | some part in parts; not is_settled(part)]) == 0

values_of(parts) := [part.value | some part in parts]

sum_of(parts) := fraction(sum([brought_to(value, d) | some value in values_of(parts)]), d) if {
	are_settled(parts)
	d := common({1} | {denominator(value) | some value in values_of(parts)})
	is_number(d)
} else := unknown

mean_of(parts) := null if {
	count(parts) == 0
} else := divide(sum_of(parts), count(parts))

# The value at one end of the order: "first" or "last".
extreme(values, end) := min(values) if {
	end == "first"
} else := max(values)

extreme_of(parts, end) := null if {
	count(parts) == 0
} else := unknown if {
	not are_settled(parts)
} else := fraction(extreme([brought_to(value, d) | some value in values_of(parts)], end), d) if {
	every value in values_of(parts) { is_exact_number(value) }
	d := common({denominator(value) | some value in values_of(parts)})
	is_number(d)
} else := extreme(values_of(parts), end)

# The one candidate that stands at one end of the order; several are a tie, which is unknown.
candidate_at(parts, end) := null if {
	count(parts) == 0
} else := unknown if {
	some part in parts
	not is_placed(part)
} else := only({object.get(part.of, "element", part.of) | some part in parts; part.by == extreme([other.by | some other in parts], end)})

is_placed(part) if {
	part.w == true
	known(part.by)
}

only(values) := value if {
	count(values) == 1
	some value in values
} else := unknown

# Parameters: their bindings, each {"since": day or null, "value": value}, in order of since.

parameter(name) := parameter_at(name, object.get(input, "today", unknown))

parameter_at(name, day) := binding.value if {
	bindings := object.get(input, ["parameters", name], [])
	count(bindings) == 1
	binding := bindings[0]
	binding.since == null
} else := begun[count(begun) - 1].value if {
	is_number(day)
	begun := [binding | some binding in object.get(input, ["parameters", name], []); has_begun(binding, day)]
	count(begun) > 0
} else := unknown

has_begun(binding, _) if binding.since == null

has_begun(binding, day) if {
	is_number(binding.since)
	binding.since <= day
}

# What a policy table gives: a row is [[member, …], value], one for each combination. An unknown argument may be any member.
answer(rows, arguments) := unknown if {
	null in arguments
} else := only({row[1] | some row in rows; fits(row[0], arguments)})

fits(members, arguments) if {
	every place, argument in arguments { may_be(argument, members[place]) }
}

may_be(argument, _) if argument == unknown

may_be(argument, own) if argument == own

# What people have stated. Of judgements the latest decide, if nothing about any is unknown.

judged(parts) := unknown if {
	some part in parts
	not is_judgement(part)
} else := true if {
	latest_outcomes(parts) == {"conforming"}
} else := false if {
	latest_outcomes(parts) == {"nonconforming"}
} else := unknown

is_judgement(part) if {
	is_placed(part)
	known(part.value)
}

latest_outcomes(parts) := {part.value | some part in parts; part.by == max([other.by | some other in parts])}

attested(parts) := true if {
	count(certain(parts)) > 0
} else := unknown
