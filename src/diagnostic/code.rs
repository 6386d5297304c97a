//! The table of codes: every diagnostic, data finding and data error has one.
//!
//! A code is a kebab-case name of the fault, never of the cure. `shall explain CODE` prints its page, which stands in
//! `docs/codes/`. A test demands a page and a fixture for every code.

use super::Severity;

/// The stage that finds a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading policy text.
    Syntax,
    /// Resolving names, checking types, citations and modality.
    Check,
    /// Reading an export; these are data findings and data errors, not diagnostics.
    Data,
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $stage:ident, $severity:ident, $summary:literal;)*) => {
        /// The kind of a fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $summary] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Returns the name that people see and type.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// Returns one line on what the fault is.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)* }
            }

            /// Returns the stage that finds it.
            pub fn stage(self) -> Stage {
                match self { $(Code::$variant => Stage::$stage,)* }
            }

            /// Returns how much it weighs.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// Returns its page, in Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("../../docs/codes/", $name, ".md")),)* }
            }
        }
    };
}

codes! {
    // syntax
    SyntaxError = "syntax-error", Syntax, Error, "the text does not have the form of a statement of the language";
    UnknownItem = "unknown-item", Syntax, Error, "a line begins in column 1 with a word that begins no item";
    UnclosedText = "unclosed-text", Syntax, Error, "a quotation mark is not closed before the end of its line";
    UnclosedBrace = "unclosed-brace", Syntax, Error, "a brace or bracket is not closed before the end of its item";
    ForeignOperator = "foreign-operator", Syntax, Error, "an operator or word of another language stands where `shall` has its own";
    MixedAndOr = "mixed-and-or", Syntax, Error, "`and` and `or`, or two `implies`, stand side by side without brackets";
    MixedOtherwise = "mixed-otherwise", Syntax, Error, "`otherwise` stands beside arithmetic without brackets";
    BareOr = "bare-or", Syntax, Error, "a bare `or` or `implies` stands at the top of a quantifier's `where`";
    ChainedComparison = "chained-comparison", Syntax, Error, "two comparisons are chained without `and`";
    TooDeep = "too-deep", Syntax, Error, "an expression is nested deeper than the limit";
    TooLarge = "too-large", Syntax, Error, "a policy file is larger than the limit";
    InvalidCharacter = "invalid-character", Syntax, Error, "a policy file holds a character that may not stand in it";
    InvalidNumber = "invalid-number", Syntax, Error, "a number is too large or too precise";
    InvalidDate = "invalid-date", Syntax, Error, "a date or a time of day does not exist";
    InvalidRegex = "invalid-regex", Syntax, Error, "a pattern is not a valid regular expression";
    InvalidEscape = "invalid-escape", Syntax, Error, "a backslash is followed by a character that needs none";
    MisplacedSetting = "misplaced-setting", Syntax, Error, "a settings word of a source stands after its first mapping";
    // names
    UnknownName = "unknown-name", Check, Error, "a name is used that is not declared";
    UnknownRecord = "unknown-record", Check, Error, "a record is named that is not declared";
    UnknownField = "unknown-field", Check, Error, "a field is named that its record does not have";
    UnknownMember = "unknown-member", Check, Error, "a word is compared with an enum that does not have it";
    UnknownFunction = "unknown-function", Check, Error, "a function or define is called that does not exist";
    UnknownStandard = "unknown-standard", Check, Error, "a standard is cited that is not declared";
    UnknownClause = "unknown-clause", Check, Error, "a clause is cited that its standard does not have";
    UnknownRule = "unknown-rule", Check, Error, "a rule is named that does not exist";
    UnknownZone = "unknown-zone", Check, Error, "a time zone is named that does not exist";
    UnknownCalendar = "unknown-calendar", Check, Error, "a calendar is named that is not declared";
    UnknownParameter = "unknown-parameter", Check, Error, "a parameter is named that is not declared";
    DuplicateDefinition = "duplicate-definition", Check, Error, "a name is declared twice";
    DuplicateBinding = "duplicate-binding", Check, Error, "a parameter is bound twice";
    ShadowedName = "shadowed-name", Check, Error, "a name is declared that already means something here";
    BrokenItem = "broken-item", Check, Error, "an item is used that has errors of its own";
    RecursiveDefine = "recursive-define", Check, Error, "a define uses itself";
    RecursiveExclusion = "recursive-exclusion", Check, Error, "what is left out of a record depends on what is left out of it";
    IncompleteTable = "incomplete-table", Check, Error, "a table has no row for some combinations of its parameters";
    OverlappingRows = "overlapping-rows", Check, Error, "two rows of a table speak of the same combinations";
    UnusedDefinition = "unused-definition", Check, Warning, "a definition is never used";
    UnboundParameter = "unbound-parameter", Check, Warning, "a parameter has no binding; what reads it is not determined";
    // modality and statements
    AdviceCitesRequirement = "advice-cites-requirement", Check, Error, "an advice cites a standard of requirements";
    RuleCitesGuidance = "rule-cites-guidance", Check, Error, "a rule cites a standard of guidance";
    RuleUsesShould = "rule-uses-should", Syntax, Error, "a rule is written with `should`";
    AdviceUsesShall = "advice-uses-shall", Syntax, Error, "an advice is written with `shall`";
    AdviceTail = "advice-tail", Syntax, Error, "an advice has a part that only a rule may have";
    MissingIfNone = "missing-if-none", Check, Error, "the first `for each` of a rule does not say what an empty population means";
    MisplacedIfNone = "misplaced-if-none", Syntax, Error, "`if none` stands where there is no population";
    MissingZone = "missing-zone", Check, Error, "a date meets a timestamp and the program states no zone";
    InvalidTest = "invalid-test", Check, Error, "a test gives or expects something that cannot be";
    // types
    TypeMismatch = "type-mismatch", Check, Error, "a value has another type than its place needs";
    UnguardedOptional = "unguarded-optional", Check, Error, "an optional value is used where it may be absent";
    PresenceOfRequired = "presence-of-required", Check, Error, "a required value is tested for presence";
    IncompatibleEnums = "incompatible-enums", Check, Error, "two enums are compared and neither includes the other";
    UnorderedEnum = "unordered-enum", Check, Error, "members of an enum without an order are compared by order";
    AmbiguousReference = "ambiguous-reference-type", Check, Error, "a field is read through a reference to one of several records";
    InvalidDeclaration = "invalid-declaration", Check, Error, "a declaration asks for something that the language does not have";
    WrongArguments = "wrong-arguments", Check, Error, "a function is called with the wrong number of arguments";
    UnboundedInterval = "unbounded-interval", Check, Error, "an interval that may be open is used where a bounded one is needed";
    UntiedSubject = "untied-subject", Check, Error, "a later `for each` is not tied to an earlier one";
    TooLong = "too-long", Check, Error, "defines unfold to more than the limit";
    UnreachableBranch = "unreachable-branch", Check, Warning, "a part of a condition can never decide";
    ScanJoin = "scan-join", Check, Warning, "records are compared with records without an equality that ties them";
    InvalidHolidays = "invalid-holidays", Check, Error, "a file of holidays cannot be read";
    IgnoredHolidays = "ignored-holidays", Check, Warning, "an event of a file of holidays, or the whole file, closes no day";
    InvalidRego = "invalid-rego", Check, Error, "a condition that is Rego cannot be asked, or would not see what it looks at";
    DoubtfulRego = "doubtful-rego", Check, Warning, "a condition that is Rego looks at something that is probably misspelled";
    // sources
    InvalidMapping = "invalid-mapping", Check, Error, "a mapping cannot give the field what the field needs";
    UnzonedTime = "unzoned-time", Check, Error, "a time without a zone is read and no zone is stated";
    UnknownTimeFormat = "unknown-time-format", Check, Error, "a time format cannot be read";
    // data findings: values
    MalformedValue = "malformed-value", Data, Warning, "a value in an export cannot be read as its field's type";
    UnmappedValue = "unmapped-value", Data, Warning, "a value in an export is not in its field's value map";
    MissingValue = "missing-value", Data, Warning, "a required field has no value in a row of an export";
    MissingField = "missing-field", Data, Warning, "a field is in no row of an export";
    DuplicateKey = "duplicate-key", Data, Warning, "two rows of an export have the same key";
    DanglingReference = "dangling-reference", Data, Warning, "a reference names a record that was not exported";
    NotGiven = "not-given", Data, Warning, "a test rests on a field that it does not give";
    // data errors: files
    UnreadableFile = "unreadable-file", Data, Error, "a file of the export cannot be opened or read";
    InvalidManifest = "invalid-manifest", Data, Error, "the manifest of an export does not have the form of a manifest";
    ManifestMismatch = "manifest-mismatch", Data, Error, "a file of an export is not what the manifest says";
    TruncatedFile = "truncated-file", Data, Error, "a file of the export ends in the middle";
    MalformedFile = "malformed-file", Data, Error, "a file of the export does not have the form that its name promises";
    MissingPath = "missing-path", Data, Error, "a file of the export does not hold records where the source says";
    DataLimit = "data-limit", Data, Error, "a file of the export exceeds a limit of depth or size";
    NoData = "no-data", Data, Error, "no file of the export feeds a record that the rules read";
    AmbiguousSource = "ambiguous-source", Data, Error, "several sources fit the export and none was chosen";
}

impl Code {
    /// Returns the code of that name.
    pub fn from_name(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }
}
