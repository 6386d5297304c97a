//! As much of Rego as rules are lowered to.

/// A module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Module {
    /// What stands at its head, line by line.
    pub(super) comments: Vec<String>,
    /// Its package: `shall.rules.change_approved`
    pub(super) package: String,
    /// What it imports.
    pub(super) imports: Vec<String>,
    /// Its rules.
    pub(super) rules: Vec<Rule>,
}

/// A rule of Rego.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// What stands above it; may be empty.
    pub(super) comment: String,
    /// Its name.
    pub(super) name: String,
    /// What it says.
    pub(super) head: Head,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Head {
    /// `name := value`
    Value(Term),
    /// `name(argument) := value`
    Function(String, Term),
}

/// A statement of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    /// `name := term`
    Assign(String, Term),
    /// `some name in term`
    Some(String, Term),
    /// `left != right`
    Differ(Term, Term),
    /// `term`, which is true
    Holds(Term),
}

/// A term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// `true`, `false`
    Boolean(bool),
    /// An integer.
    Integer(i128),
    /// A text.
    Text(String),
    /// A variable or a rule: `c`, `logic.unknown`
    Name(String),
    /// `term.field`
    Member(Box<Term>, &'static str),
    /// `function(arguments)`
    Call(String, Vec<Term>),
    /// `[a, b]`
    Array(Vec<Term>),
    /// `{a, b}`
    Set(Vec<Term>),
    /// `{"name": term}`
    Object(Vec<(String, Term)>),
    /// `{key: value}`
    ObjectOfOne(Box<Term>, Box<Term>),
    /// `[head | body]`
    ArrayOf(Box<Term>, Vec<Statement>),
    /// `{head | body}`
    SetOf(Box<Term>, Vec<Statement>),
}

impl Head {
    /// The value.
    pub(super) fn term(&self) -> &Term {
        match self {
            Head::Value(term) | Head::Function(_, term) => term,
        }
    }
}

impl Statement {
    fn brackets(&self) -> usize {
        match self {
            Statement::Assign(_, term) | Statement::Some(_, term) | Statement::Holds(term) => term.brackets(),
            Statement::Differ(left, right) => left.brackets().max(right.brackets()),
        }
    }
}

impl Term {
    /// How many pairs of brackets and braces stand around one another.
    pub(super) fn brackets(&self) -> usize {
        let most = |terms: &[Term]| terms.iter().map(Term::brackets).max().unwrap_or(0);
        let within = |body: &[Statement]| body.iter().map(Statement::brackets).max().unwrap_or(0);
        match self {
            Term::Boolean(_) | Term::Integer(_) | Term::Text(_) | Term::Name(_) => 0,
            Term::Member(base, _) => base.brackets(),
            Term::Call(_, arguments) => most(arguments),
            Term::Array(terms) | Term::Set(terms) => 1 + most(terms),
            Term::Object(fields) => 1 + fields.iter().map(|(_, term)| term.brackets()).max().unwrap_or(0),
            Term::ObjectOfOne(key, value) => 1 + key.brackets().max(value.brackets()),
            Term::ArrayOf(head, body) | Term::SetOf(head, body) => 1 + head.brackets().max(within(body)),
        }
    }

    /// A function of the support module.
    pub(super) fn logic(function: &str, arguments: Vec<Term>) -> Term {
        Term::Call(format!("logic.{function}"), arguments)
    }

    /// The unknown value.
    pub(super) fn unknown() -> Term {
        Term::Name("logic.unknown".to_owned())
    }

    /// A text.
    pub(super) fn text(text: &str) -> Term {
        Term::Text(text.to_owned())
    }

    /// A list of texts.
    pub(super) fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Term {
        Term::Array(texts.into_iter().map(Term::text).collect())
    }
}
