package shall.logic

import rego.v1

# Subjects. A result is {"subject": what each `for each` stands for, "key": its name, "status", "msg"}.

# Holding only because there was nothing to range over is "vacuous".
status_of(belongs, holds, judged_anything, pending) := "unknown" if {
	belongs != true
} else := "holds" if {
	holds == true
	judged_anything == true
} else := "vacuous" if {
	holds == true
} else := "not yet due" if {
	pending == true
} else := "fails" if {
	holds == false
	pending == false
} else := "unknown"

# Whether the truth of something rests on more than that there is nothing: one of its candidates belongs, or may.
any_may_be(truths) := true if {
	some truth in truths
	truth != false
} else := false

judged_in_either(condition, then, rest) := then if {
	condition == true
} else := rest if {
	condition == false
} else := any_of({then, rest})

# What a later `for each` without candidates, or a `let` that is absent, means. `results` are those of each candidate.
unless_none(results, none) := none if {
	count(results) == 0
} else := [result | some of_candidate in results; some result in of_candidate]

unless_absent(value, decided, results) := decided if {
	value == null
} else := results

identity(candidate) := {"row": candidate.__row} if {
	is_number(candidate.__row)
} else := {"element": candidate.element} if {
	is_object(candidate)
	"element" in object.keys(candidate)
} else := {"more": true}

row_name(row) := "(absent)" if {
	row == null
} else := shown_text(object.get(row, "__name", unknown)) if {
	is_object(row)
} else := "(unknown)"

counted(results) := {status: count([result | some result in results; result.status == status]) |
	some status in ["holds", "vacuous", "fails", "unknown", "not yet due"]
}

# What a rule comes to, as `shall check` says it.
outcome(rule, results) := "nonconformity" if {
	counted(results).fails > 0
} else := "nonconformity" if {
	counted(results).vacuous == count(results)
	rule.if_none == "nonconformity"
} else := "not determined" if {
	counted(results).unknown > 0
} else := "not determined" if {
	counted(results).vacuous == count(results)
	rule.if_none == "not determined"
} else := "no population" if {
	counted(results).vacuous + counted(results)["not yet due"] == count(results)
} else := "conformity"

# `at` tells subjects apart that are alike in everything else, such as an element that stands twice in a list.
with_status(rule, results, status) := {told(rule, at, result) |
	some at, result in results
	result.status == status
}

told(rule, at, result) := {
	"at": at,
	"rule": rule.id,
	"title": rule.title,
	"cites": rule.cites,
	"subject": result.subject,
	"key": result.key,
	"msg": sprintf("%s: %s: %s", [rule.id, result.key, result.msg]),
}

nobody(rule, expected) := {{
	"rule": rule.id,
	"title": rule.title,
	"cites": rule.cites,
	"msg": sprintf("%s: there is nothing to judge, and the rule asks for it: %s", [rule.id, rule.title]),
} |
	expected == rule.if_none
}

violations(rule, results) := failing if {
	failing := with_status(rule, results, "fails")
	count(failing) > 0
} else := nobody(rule, "nonconformity") if {
	outcome(rule, results) == "nonconformity"
} else := set()

undetermined(rule, results) := with_status(rule, results, "unknown") | nobody(rule, "not determined") if {
	counted(results).vacuous == count(results)
} else := with_status(rule, results, "unknown")

warnings(rule, results) := {object.union(result, {"msg": sprintf("%s (not determined)", [result.msg])}) |
	some result in undetermined(rule, results)
}
