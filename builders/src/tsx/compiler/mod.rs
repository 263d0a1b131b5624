//! The seam between the builder and whatever parses and prints JavaScript.
//!
//! What needs no syntax tree is on this side of it and written once: names, rules, messages,
//! frames, the contract. What needs one is behind it, and speaks in byte offsets and facts.

pub mod swc;

use crate::artifact::GlobalRead;
use crate::diagnostic::{Code, Severity};
use crate::stage::Timings;
use crate::tsx::options::{ImportMode, Target};
use crate::tsx::policy::Policy;
use crate::tsx::repair::Repairs;

/// Most findings of one kind that are worth making. A few more than are shown, so that the cost of a
/// source with a hundred thousand mistakes stays that of reading it.
pub const FOUND_MAX: usize = 128;

/// Compiles one file of TypeScript with JSX to JavaScript, and reads JavaScript back.
pub trait Compiler: Send + Sync {
    /// Name and version, part of the builder's version: other bytes mean another version.
    fn version(&self) -> &'static str;

    /// Compiles a unit; the time goes to the stages parse, repair, transform, policy, wrap and
    /// minify.
    ///
    /// # Errors
    /// What is wrong with the source; at least one finding is an error.
    fn compile(&self, unit: &Unit<'_>, timings: &mut Timings) -> Result<Compiled, Vec<Finding>>;

    /// Reads a finished module back: the facts come from its text, not from how it was made.
    ///
    /// # Errors
    /// Where the text is no JavaScript module, the parser's words.
    fn inspect(&self, code: &str) -> Result<Inspection, String>;
}

/// One file to compile, with everything that decides the bytes that come out.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// The virtual name; its extension tells TypeScript from TypeScript with JSX.
    pub file: &'a str,
    /// The text, without a byte order mark.
    pub source: &'a str,
    /// Which modules may be imported, and by which globals the page provides them.
    pub policy: Policy<'a>,
    /// How they are reached.
    pub imports: ImportMode,
    /// Whether to compress and to mangle names.
    pub minify: bool,
    /// The newest syntax that may be in the module.
    pub target: Target,
    /// Whether to say which piece of the module comes from where.
    pub mapped: bool,
    /// Which faults are mended.
    pub repairs: &'a Repairs,
}

/// A compiled module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// The module's text.
    pub code: String,
    /// Where its pieces come from, in their order; empty unless asked for.
    pub mappings: Vec<Mapping>,
    /// The globals that it reads, in the order of reading.
    pub globals: Vec<GlobalRead>,
    /// What its default export is.
    pub default_export: DefaultExport,
    /// Warnings and notes.
    pub findings: Vec<Finding>,
    /// A warning for each fault that was mended.
    pub repairs: Vec<Finding>,
}

/// Where a piece of a module came from: everything from here to the next mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The line in the module, from 0.
    pub line: u32,
    /// The column in the module, from 0, in UTF-16 code units.
    pub column: u32,
    /// The byte of the source.
    pub offset: usize,
    /// The name that stands there in the source, where one does and may be another in the module.
    pub name: Option<String>,
}

/// What a default export is, as far as the text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultExport {
    /// There is none. Where one name of the file is likely meant, it is given.
    Missing {
        /// A function or class of the file that looks like a component.
        candidate: Option<String>,
    },
    /// A function, a class, or a call of React's `memo`, `forwardRef` or `lazy`.
    Component,
    /// Something whose value only its evaluation can tell.
    Unverified {
        /// Where the expression is.
        span: Span,
    },
    /// Something that is no component whatever happens.
    Invalid {
        /// What it is, with its article: "an object", "a JSX element".
        what: &'static str,
        /// Where the expression is.
        span: Span,
    },
}

/// What is in the text of a finished module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Exported names, sorted.
    pub exports: Vec<String>,
    /// Specifiers of static imports, of re-exports and of `import()`, sorted, each once.
    pub imports: Vec<String>,
    /// Whether `import()` is called with anything but a plain string.
    pub computed_import: bool,
    /// Whether the global `eval` is used by its name, called or not.
    pub uses_eval: bool,
}

/// A range of bytes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A diagnostic before its place is turned into line, column and frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do.
    pub hint: Option<String>,
}

impl Finding {
    /// An error at a place.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            hint: None,
        }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
