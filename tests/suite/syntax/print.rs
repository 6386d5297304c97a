//! Expressions as compact text, for tests of their structure, and the places of a rule's nodes.

use shall::source::Span;
use shall::syntax::ast::{Binder, Condition, Domain, Expr, ExprKind, Quantifier, Rule, Step, TemplatePart};
use shall::value::Number;

/// An expression as nested lists with the operator first; brackets as `[…]`.
pub(crate) fn expression(expr: &Expr) -> String {
    let one = |expr: &Expr| expression(expr);
    let all = |list: &[Expr]| list.iter().map(expression).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Integer(number) | ExprKind::Decimal(number) | ExprKind::Percent(number) => fraction(*number),
        ExprKind::Quantity { amount, unit } => format!("{amount} {unit:?}"),
        ExprKind::Date(date) => date.to_string(),
        ExprKind::Timestamp(timestamp) => timestamp.to_string(),
        ExprKind::Boolean(known) => known.to_string(),
        ExprKind::Regex(pattern) => format!("/{pattern}/"),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field { base, name } => format!("{}.{}", one(base), name.node),
        ExprKind::Call { name, arguments } => format!("({} {})", name.node, all(arguments)).replace(" )", ")"),
        ExprKind::ParameterAt { name, moment } => format!("(at {} {})", name.node, one(moment)),
        ExprKind::Presence { operand, present } => {
            format!("({} {})", if *present { "present" } else { "absent" }, one(operand))
        }
        ExprKind::IsRecord { operand, record } => format!("(is {} {})", record.node, one(operand)),
        ExprKind::Not(operand) => format!("(not {})", one(operand)),
        ExprKind::Negate(operand) => format!("(- {})", one(operand)),
        ExprKind::Binary { op, left, right } => format!("({} {} {})", op.node.symbol(), one(left), one(right)),
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} {} {})", one(condition), one(then), one(otherwise))
        }
        ExprKind::Set(members) => format!("{{{}}}", all(members)),
        ExprKind::Quantified { quantifier, binder: bound, has } => {
            let word = match quantifier {
                Quantifier::Exists => "exists",
                Quantifier::No => "no",
                Quantifier::Every => "every",
            };
            let has = has.as_ref().map_or(String::new(), |has| format!(" has {}", one(has)));
            format!("({word} {}{has})", binder(bound))
        }
        ExprKind::Aggregate { function, binder: bound, parts } => {
            let part = |word: &str, part: &Option<Expr>| {
                part.as_ref().map_or(String::new(), |part| format!(" {word} {}", one(part)))
            };
            let parts = [
                part("by", &parts.by),
                part("while", &parts.condition),
                part(":", &parts.value),
                part("->", &parts.to),
                part("every", &parts.every),
                part("from", &parts.from),
            ];
            format!("({} {}{})", function.node.word(), binder(bound), parts.concat())
        }
        ExprKind::Bracketed(inner) => format!("[{}]", one(inner)),
    }
}

fn binder(binder: &Binder) -> String {
    let domain = match &binder.domain {
        Domain::Records(record) => format!("{} {}", record.node, binder.name.node),
        Domain::Elements(elements) => format!("{} in {}", binder.name.node, expression(elements)),
    };
    match &binder.condition {
        Some(condition) => format!("{domain} {}", expression(condition)),
        None => domain,
    }
}

fn fraction(number: Number) -> String {
    match number.to_integer() {
        Some(integer) => integer.to_string(),
        None => format!("{}/{}", number.numerator(), number.denominator()),
    }
}

/// The places of a rule's steps, branches and expressions, in order of reading.
pub(crate) fn places(rule: &Rule) -> Vec<Span> {
    let mut places = Vec::new();
    for step in &rule.steps {
        match step {
            Step::ForEach { binder, if_none, span } => {
                places.extend([*span, binder.span, binder.name.span]);
                places.extend(if_none.as_ref().map(|if_none| if_none.span));
                binder.condition.iter().for_each(|condition| nested(condition, &mut places));
            }
            Step::Let { name, value, span, .. } => {
                places.extend([*span, name.span]);
                nested(value, &mut places);
            }
        }
    }
    match &rule.condition {
        Condition::Plain(expr) => nested(expr, &mut places),
        Condition::AnyOf(branches) | Condition::AllOf(branches) => {
            for branch in branches {
                places.push(branch.label.span);
                nested(&branch.condition, &mut places);
            }
        }
        Condition::Rego(rego) => {
            places.extend([rego.span, rego.rule.span]);
            places.extend(rego.files.iter().map(|file| file.span));
            rego.reads.iter().for_each(|read| nested(read, &mut places));
        }
    }
    for part in rule.because.iter().flat_map(|because| &because.parts) {
        if let TemplatePart::Hole(hole) = part {
            nested(hole, &mut places);
        }
    }
    places
}

fn nested(expr: &Expr, places: &mut Vec<Span>) {
    places.push(expr.span);
    match &expr.kind {
        ExprKind::Binary { op, left, right } => {
            nested(left, places);
            places.push(op.span);
            nested(right, places);
        }
        ExprKind::ParameterAt { name, moment } => {
            places.push(name.span);
            nested(moment, places);
        }
        ExprKind::Not(operand) | ExprKind::Negate(operand) => nested(operand, places),
        ExprKind::Field { base, name } => {
            nested(base, places);
            places.push(name.span);
        }
        _ => {}
    }
}
