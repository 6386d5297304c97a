//! What the interpreter makes of rewritten modules; each is what OPA makes of the original.

use regorus::{Engine, Value};

use super::*;

/// What a rule yields over some rows, the last of them without an owner.
fn yields(rules: &str) -> String {
    let text = format!("package p\n\n{rules}\n");
    let defined = AsOpa::new("p.rego", &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    let mut engine = Engine::new();
    engine
        .add_policy("p.rego".to_owned(), defined.text.clone())
        .unwrap_or_else(|error| panic!("{error}\n{}", defined.text));
    let rows = r#"{"rows": [{"id": "a", "owner": "o"}, {"id": "b", "owner": "p"}, {"id": "c"}]}"#;
    engine.set_input(Value::from_json_str(rows).unwrap());
    let value = engine.eval_rule("data.p.p".to_owned()).unwrap_or_else(|error| panic!("{error}\n{}", defined.text));
    value.to_json_str().unwrap_or_else(|_| "undefined".to_owned()).split_whitespace().collect()
}

#[test]
fn what_is_undefined_in_a_head_is_passed_over() {
    for (rules, expected) in [
        ("p contains r.owner if some r in input.rows", r#"["o","p"]"#),
        ("p contains r.owner if { some r in input.rows }", r#"["o","p"]"#),
        ("p contains r.owner if { some r in input.rows } # {\n\np contains \"q\"", r#"["o","p","q"]"#),
        (
            "p contains {\n\t\"msg\": r.owner, # }\n\t\"key\": r.id,\n} if {\n\tsome r in input.rows # x\n}",
            r#"[{"key":"a","msg":"o"},{"key":"b","msg":"p"}]"#,
        ),
        ("p contains input.rows[_].owner", r#"["o","p"]"#),
        ("p contains sprintf(\"%s\", [r.owner]) if { some r in input.rows; r.id != \"a\" }", r#"["p"]"#),
        ("p[r.owner] := r.id if some r in input.rows", r#"{"o":"a","p":"b"}"#),
        ("p[r.id] := r.owner if { some r in input.rows }", r#"{"a":"o","b":"p"}"#),
        ("p[r.id] contains r.owner if some r in input.rows", r#"{"a":["o"],"b":["p"]}"#),
        ("p[r.id] if some r in input.rows", r#"{"a":true,"b":true,"c":true}"#),
        ("p := r.owner if { some r in input.rows; r.id != \"a\" }", r#""p""#),
        ("p := input.none if input.rows else := input.rows[0].owner if input.rows", r#""o""#),
        ("p := input.none if input.rows else := input.rows[1].owner", r#""p""#),
        ("p := input.rows[_].id if false\n\ndefault p := 3", "3"),
        ("f(x) := r.owner if { some r in input.rows; r.id == x }\n\np := [f(\"a\"), f(\"b\")]", r#"["o","p"]"#),
        ("f(x) := y if y := x.owner\n\np contains f(r) if some r in input.rows", r#"["o","p"]"#),
        ("p := {\"a\": [1, {true, null}]}", r#"{"a":[1,[null,true]]}"#),
        ("p if every r in input.rows { r.id }", "true"),
        ("p contains msg if { some r in input.rows; msg := r.owner }", r#"["o","p"]"#),
        ("p contains x if x := input.rows[0].id with input.rows as [{\"id\": \"w\"}]", r#"["w"]"#),
        ("p contains r[\"owner\"] if { some r in input.rows; r.id != \"c\"\n}", r#"["o","p"]"#),
        ("p contains r.owner # if {\n  if # {\n{ # x\n some r in input.rows\n # }\n}", r#"["o","p"]"#),
        ("p # contains x\n contains # y\n r.owner if { some r in input.rows }", r#"["o","p"]"#),
        ("p contains concat(`a`, [r.owner, \"x\"]) if { some r in input.rows }", r#"["oax","pax"]"#),
        ("q[r.owner][\"x\"] := `y` if some r in input.rows\n\np := q", r#"{"o":{"x":"y"},"p":{"x":"y"}}"#),
        ("p contains [x | x := input.rows[_].owner] if true", r#"[["o","p"]]"#),
    ] {
        assert_eq!(yields(rules), expected, "{rules}");
    }
}

/// If this fails, the interpreter has learned it, and all of this can go.
#[test]
fn the_interpreter_forgets_what_it_has_if_a_head_is_undefined() {
    let mut engine = Engine::new();
    let text = "package p\n\np contains r.owner if some r in input.rows\n";
    engine.add_policy("p.rego".to_owned(), text.to_owned()).unwrap();
    engine.set_input(Value::from_json_str(r#"{"rows": [{"owner": "o"}, {}]}"#).unwrap());
    assert_eq!(engine.eval_rule("data.p.p".to_owned()).unwrap(), Value::new_set());
}

/// Rows of which the last has no owner, and others.
const ODD: &str = r#"{
    "rows": [{"id": "a", "owner": "o", "n": 1, "tags": ["x", "y"]}, {"id": "b", "n": 5, "owner": null}, {"id": "c", "owner": "p", "n": 7, "tags": []}],
    "m": {"a": 1, "b": 2}
}"#;

fn runs(rules: &str, input: &str) -> Result<String, Fault> {
    let module = AsOpa::new("p.rego", &format!("package p\n\n{rules}\n"))?;
    let mut engine = Engine::new();
    let failed = |error: &dyn std::fmt::Display| module.placed(super::super::fault(&error.to_string()));
    engine.add_policy("p.rego".to_owned(), module.text.clone()).map_err(|error| failed(&error))?;
    engine.set_input(Value::from_json_str(input).unwrap());
    let value = engine.eval_rule("data.p.p".to_owned()).map_err(|error| failed(&error))?;
    Ok(value.to_json_str().unwrap_or_else(|_| "undefined".to_owned()).split_whitespace().collect())
}

/// The expected values are those of OPA 1.20.2.
#[test]
fn what_the_interpreter_reads_in_another_way_comes_to_what_opa_says() {
    for (rules, expected) in [
        // Operands of a negated expression that are undefined.
        ("ok if not input.zz > 1\n\np contains \"x\" if not ok", r#"["x"]"#),
        (
            "ok(r) if not startswith(r.zz, \"x\")\n\np contains r.id if { some r in input.rows; not ok(r) }",
            r#"["a","b","c"]"#,
        ),
        (
            "ok(r) if { not \"x\" in r.zz }\n\np contains r.id if { some r in input.rows; not ok(r) }",
            r#"["a","b","c"]"#,
        ),
        (
            "ok(r) if { y := \"x\" in r.zz; y == false }\n\np contains r.id if { some r in input.rows; not ok(r) }",
            r#"["a","b","c"]"#,
        ),
        (
            "ok(r) if { \"x\", r.zz in r.tags }\n\np contains r.id if { some r in input.rows; not ok(r) }",
            r#"["a","b","c"]"#,
        ),
        ("p contains r.id if { some r in input.rows; not r.zz in {r.id} }", "[]"),
        ("p contains r.id if { some r in input.rows; not input.m[r.zz] }", "[]"),
        // The variables of `every`, and variables as indexes.
        ("p contains \"x\" if { every k in [\"q\"] { not input.m[k] } }", r#"["x"]"#),
        ("all_ok if { every t in [\"a\", \"b\"] { t = \"x\" } }\n\np contains \"x\" if not all_ok", r#"["x"]"#),
        ("p contains \"x\" if { every i, r in input.rows { not r.tags[i] == \"z\" } }", r#"["x"]"#),
        ("p contains v if { walk(input.rows, [_, v]); v == \"o\"; not input.m[v] }", r#"["o"]"#),
        ("p contains k if { some r in input.rows; x := r.id; k = x; not input.m[k] }", r#"["c"]"#),
        ("p contains k if { some r in input.rows; k := r.id; not input.m[k] }", r#"["c"]"#),
        // A map of sets, or of objects, with nothing in it.
        (
            "by[a.change] contains a.by if { some a in input.none }\n\np contains r.id if { some r in input.rows; count(object.get(by, r.id, set())) == 0 }",
            r#"["a","b","c"]"#,
        ),
        ("by[a].x := a if { some a in input.none }\n\np := by", "{}"),
        ("by[r.id] contains r.n if { some r in input.rows; r.n > 4 }\n\np := by", r#"{"b":[5],"c":[7]}"#),
        // Comprehensions over what is only in their terms.
        ("p contains k if { x := {i: input.rows[i].id | some i}; some k, v in x; v == \"a\" }", "[0]"),
        ("p := [sprintf(\"%d %s\", [i, input.rows[i].id]) | some i]", r#"["0a","1b","2c"]"#),
        ("p := {r.owner | some r in input.rows}", r#"[null,"o","p"]"#),
        // `else if` without a value.
        (
            "bad(r) := \"high\" if { r.n > 6 } else if { r.n > 3 }\n\np contains r.id if { some r in input.rows; bad(r) }",
            r#"["b","c"]"#,
        ),
        // With something else as input.
        (
            "q if not input.x\n\nok if q with input.x as input.zz with input.y as 1\n\np contains \"x\" if not ok",
            r#"["x"]"#,
        ),
        (
            "q if input.rows\n\nnone contains r.x if some r in input.rows\n\np contains \"x\" if q with input.n as [t | t := 1; count(none) > 0]",
            r#"["x"]"#,
        ),
        ("q if input.n == \"c\"\n\np contains \"x\" if q with input.n as input.rows[2].id", r#"["x"]"#),
        ("p contains \"x\" if not startswith(input.s, \"a\") with input as {\"s\": \"b\"}", r#"["x"]"#),
    ] {
        assert_eq!(runs(rules, ODD).map_err(|fault| fault.to_string()), Ok(expected.to_owned()), "{rules}");
    }
}

#[test]
fn what_cannot_be_said_otherwise_is_refused() {
    let refused = |rules: &str| runs(rules, ODD).map_err(|fault| fault.to_string()).unwrap_err();
    insta::assert_snapshot!(refused("p contains \"x\" if { [_, v] := walk(input.rows); v == \"o\" }"), @"p.rego:3:35: `walk` as a value finds nothing: let it yield pairs, as in `walk(x, [path, value])`");
    insta::assert_snapshot!(refused("p contains \"x\" if { {\"a\": x} = input.m; x == 1 }"), @"p.rego:3:21: an object as a pattern would fit objects with more keys, too: take its values by name, as in `x := o.a`");
    insta::assert_snapshot!(refused("f({\"a\": x}) := x\n\np := f(input.m)"), @"p.rego:3:3: an object as a pattern would fit objects with more keys, too: take its values by name, as in `x := o.a`");
    insta::assert_snapshot!(refused("p contains r.id if { some i; r := input.rows[i]; xs := [t | some i; t := r.tags[i]]; count(xs) == 2 }"), @"p.rego:3:66: the variable of this `some` has the name of one outside, and would be the same one: call it otherwise");
    insta::assert_snapshot!(refused("p[r.id][r.owner] contains r.n if some r in input.rows"), @"p.rego:3:2: sets in maps in a map (`m[a][b] contains …`) would be undefined while there are none: use one key, such as `[a, b]`");
    insta::assert_snapshot!(refused("p contains x if { every y in [1] { not startswith(y, x) } }"), @"p.rego:3:54: var x is unsafe");
}

#[test]
fn places_are_those_of_the_original() {
    let text =
        "package p\n\np contains {\n\t\"msg\": r.owner,\n} if {\n\tsome r in input.rows\n\tnot f(r.id)\n}\n\nq := 1\n";
    let module = AsOpa::new("p.rego", text).unwrap();
    assert_ne!(module.text, text);
    for (found, expected) in
        [("owner", "owner"), ("some", "some"), ("q := 1", "q := 1"), ("r.id", "r.id"), ("not f", "not f")]
    {
        let (line, column) = place_of(&module.text, module.text.find(found).unwrap());
        let fault = Fault { message: String::new(), place: Some(("p.rego".to_owned(), line, column)) };
        let (line, column) = place_of(text, text.find(expected).unwrap());
        assert_eq!(module.placed(fault).place, Some(("p.rego".to_owned(), line, column)), "{found}");
    }
    // What needs nothing is left as it is.
    assert_eq!(AsOpa::new("p.rego", "package p\n\np := 1\n").unwrap().text, "package p\n\np := 1\n");
    assert!(AsOpa::new("p.rego", "package p\n\np contains if\n").is_err());
}
