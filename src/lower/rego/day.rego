package shall.logic

import rego.v1

# Days in the zone of the program. `input.zone.years` holds, for each 400th part of 400 years from `first` on, the pieces of time in it
# that have one offset: [from, until, offset]. From `until` on they repeat themselves every 400 years, as the calendar does; ahead of
# `from` the offset is `before`.

year := 31556952000000

day_length := 86400000000

floored(n, d) := (n - (((n % d) + d) % d)) / d

# How far back in time, in whole 400 years, the same offsets stand.
back(instant) := (400 * year) * (floored(instant - input.zone.until, 400 * year) + 1) if {
	instant >= input.zone.until
} else := 0

pieces_at(instant) := input.zone.years[floored(instant, year) - input.zone.first]

holds_in(piece, instant) if {
	piece[0] <= instant
	instant < piece[1]
}

offset_at(instant) := input.zone.before if {
	instant < input.zone.from
} else := offset if {
	same_time := instant - back(instant)
	some piece in pieces_at(same_time)
	holds_in(piece, same_time)
	offset := piece[2]
}

day_of(instant) := floored(instant + offset_at(instant), day_length) if {
	is_number(instant)
} else := null if {
	instant == null
} else := unknown

# The first instant of a day.
start_of_day(day) := null if {
	day == null
} else := (day * day_length) - input.zone.before if {
	is_number(day)
	(day * day_length) < input.zone.from
} else := start_in(pieces_at(clock), clock) + back(day * day_length) if {
	is_number(day)
	clock := (day * day_length) - back(day * day_length)
} else := unknown

start_in(pieces, clock) := min(starts) if {
	starts := {start | some piece in pieces; start := clock - piece[2]; holds_in(piece, start)}
	count(starts) > 0
} else := clock - offset if {
	# Clocks skip it: they go on as they did before.
	ended := [piece | some piece in pieces; piece[1] <= clock - piece[2]]
	offset := ended[count(ended) - 1][2]
}

days_to_instants(x) := interval(start_of_day(x.from), start_of_day(x.until)) if {
	known(x)
} else := x

whole_day(day) := interval(start_of_day(day), start_of_day(day + 1)) if {
	is_number(day)
} else := day
