//! What is submitted: each source by its number, and what must become of it.

use serde_json::{Value, json};

/// More than rides in the table: such requests and modules are files beside it.
const LONG_BYTES: usize = 80 << 10;

/// As much as still rides in the table, and so fills its log.
const RIDING_BYTES: usize = 48 << 10;

/// The forms of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A small component.
    Good,
    /// One with an error.
    Broken,
    /// A small component after a comment of [`RIDING_BYTES`].
    RidingSource,
    /// One after a comment of [`LONG_BYTES`].
    LongSource,
    /// A component whose module has more than [`LONG_BYTES`].
    LongModule,
    /// One that occupies the compiler until its time is up.
    Busy,
}

impl Form {
    /// The form of the source with this number.
    pub(crate) fn of(number: u64) -> Self {
        match number % 20 {
            1 | 6 | 11 | 16 => Self::Broken,
            3 => Self::LongSource,
            13 => Self::RidingSource,
            8 | 18 => Self::LongModule,
            // Rarely: meanwhile the others wait.
            10 if number % 60 == 10 => Self::Busy,
            _ => Self::Good,
        }
    }

    /// The outcome of a build of such a source.
    pub(crate) fn outcome(self) -> &'static str {
        match self {
            Self::Good | Self::RidingSource | Self::LongSource | Self::LongModule => "success",
            Self::Broken => "user_error",
            Self::Busy => "timed_out",
        }
    }
}

/// What a module says when it was built from the source with this number.
pub(crate) fn mark(number: u64) -> String {
    format!("build-{number}.")
}

/// The source with this number, which no other has.
fn source(number: u64) -> String {
    let title = |expression: &str| {
        let mark = mark(number);
        format!(
            "export default function Title() {{ return <h1 title='{mark}'>{expression}</h1>; }}\n"
        )
    };
    match Form::of(number) {
        Form::Good => title("Vasca"),
        Form::Broken => title("<b>"),
        Form::RidingSource => commented(RIDING_BYTES) + &title(""),
        Form::LongSource => commented(LONG_BYTES) + &title(""),
        Form::LongModule => {
            let text = "a long text, ".repeat(LONG_BYTES / 13 + 1);
            title(&format!("{{'{text}'}}"))
        }
        Form::Busy => busy(),
    }
}

/// A comment of about so many bytes.
fn commented(bytes: usize) -> String {
    format!("/* {} */\n", "a comment ".repeat(bytes / 10))
}

/// A component that keeps the compiler busy far beyond any limit on time: the parser tries both
/// meanings of each `(b):` and everything behind it, and the check before it takes what is between
/// the two apostrophes for a text.
pub(crate) fn busy() -> String {
    let expression = format!("[/'/,{}d,/'/]", "a?(b):c=>".repeat(60));
    format!("export default function A(p: any) {{ return {expression}; }}\n")
}

/// The submission with this number.
pub(crate) fn submission(number: u64) -> Value {
    let mut body = json!({ "source": source(number), "tags": { "number": number.to_string() } });
    if let (Form::Busy, Some(body)) = (Form::of(number), body.as_object_mut()) {
        body.insert("timeout_ms".to_owned(), json!(200));
    }
    body
}
