package shall.logic

import rego.v1

# Values in messages.

show(kind, x) := "(absent)" if {
	x == null
} else := "(unknown)" if {
	x == unknown
} else := shown_text(x) if {
	kind == "text"
} else := shown_number(x) if {
	kind == "number"
} else := shown_day(x) if {
	kind == "date"
} else := shown_instant(x) if {
	kind == "timestamp"
} else := shown_duration(x) if {
	kind == "duration"
} else := shown_days(x) if {
	kind == "span"
} else := shown_interval(x) if {
	kind == "days"
} else := row_name(x) if {
	kind == "row"
} else := json.marshal(x)

# The same, unknown where there is nothing to show.
shown_if_known(kind, x) := show(kind, x) if {
	known(x)
} else := unknown

subject_name(names) := concat(" / ", names) if {
	every part in names { is_string(part) }
} else := unknown

shown_text(x) := x if {
	is_string(x)
	count(x) <= 160
} else := concat("", [substring(x, 0, 160), "…"]) if {
	is_string(x)
} else := "(unknown)"

shown_number(x) := sprintf("%d", [x]) if {
	is_number(x)
} else := sprintf("%v/%v", x.over) if {
	is_array(x.over)
} else := json.marshal(x)

padded(n, width) := concat("", [substring("000000", 0, max([0, width - count(digits)])), digits]) if {
	digits := sprintf("%d", [n])
}

shown_day(day) := concat("-", [padded(parts.year, 4), padded(parts.month, 2), padded(parts.day, 2)]) if {
	parts := civil(day)
}

# Year, month and day of month: within 400 years that begin in March, so that a leap day is the last of its year.
civil(day) := {"year": year_of_day, "month": month, "day": (of_year - floored((153 * from_march) + 2, 5)) + 1} if {
	days := day + 719468
	era := floored(days, 146097)
	of_era := days - (era * 146097)
	year_of_era := floored(((of_era - floored(of_era, 1460)) + floored(of_era, 36524)) - floored(of_era, 146096), 365)
	of_year := of_era - (((365 * year_of_era) + floored(year_of_era, 4)) - floored(year_of_era, 100))
	from_march := floored((5 * of_year) + 2, 153)
	month := ((from_march + 2) % 12) + 1
	january := floored(from_march, 10)
	year_of_day := ((era * 400) + year_of_era) + january
}

shown_instant(instant) := sprintf("%sT%s:%s%sZ", [shown_day(day), padded(floored(seconds, 3600), 2), padded(floored(seconds, 60) % 60, 2), shown_seconds(seconds % 60)]) if {
	day := floored(instant, day_length)
	seconds := floored(instant - (day * day_length), 1000000)
}

shown_seconds(seconds) := "" if {
	seconds == 0
} else := concat("", [":", padded(seconds, 2)])

shown_duration(micros) := concat("", [minus_sign(micros), concat(" ", array.concat(parts, ["0 s" | count(parts) == 0]))]) if {
	is_number(micros)
	seconds := floored(abs(micros), 1000000)
	amounts := [[floored(seconds, 86400), "d"], [floored(seconds, 3600) % 24, "h"], [floored(seconds, 60) % 60, "min"], [seconds % 60, "s"]]
	parts := [sprintf("%d %s", amount) | some amount in amounts; amount[0] > 0]
} else := json.marshal(micros)

minus_sign(x) := "-" if {
	x < 0
} else := ""

shown_days(days) := "1 day" if {
	days == 1
} else := sprintf("%d days", [days])

# A whole year, a whole month, a day, or from one day through another.
shown_interval(x) := json.marshal(x) if {
	not is_bounded_interval(x)
} else := padded(civil(x.from).year, 4) if {
	is_first(x, 12)
	civil(x.from).month == 1
} else := concat("-", [padded(civil(x.from).year, 4), padded(civil(x.from).month, 2)]) if {
	is_first(x, 1)
} else := shown_day(x.from) if {
	x.until == x.from + 1
} else := concat(" .. ", [shown_day(x.from), shown_day(x.until)]) if {
	x.from == x.until
} else := concat(" through ", [shown_day(x.from), shown_day(x.until - 1)])

is_bounded_interval(x) if {
	is_number(x.from)
	is_number(x.until)
}

# Whether it lasts from the first of a month so many months.
is_first(x, months) if {
	from := civil(x.from)
	until := civil(x.until)
	from.day == 1
	until.day == 1
	(until.year * 12) + until.month == ((from.year * 12) + from.month) + months
}
