//! What a build says about the user's source.

use serde::{Deserialize, Serialize};

/// One remark about the source: what, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Stable code, the same in JSON, records, labels and docs.
    pub code: Code,
    /// How bad it is. Only [`Severity::Error`] fails a build.
    pub severity: Severity,
    /// One sentence, without the place.
    pub message: String,
    /// The virtual file, or `None` where the remark is about the request as a whole.
    pub file: Option<String>,
    /// Line, from 1; `None` where there is no place.
    pub line: Option<u32>,
    /// Column, from 1, in UTF-16 code units: what editors and source maps count.
    pub column: Option<u32>,
    /// The lines around the place with a marker under it.
    pub frame: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error about the request as a whole.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            file: None,
            line: None,
            column: None,
            frame: None,
            hint: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same about a file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The build fails.
    Error,
    /// Something is probably not meant so; the build goes on.
    Warning,
    /// Something worth knowing.
    Note,
}

impl Severity {
    /// The stable snake_case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Whose doing a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The source is wrong; the same source fails again.
    User,
    /// The source is too large or too costly for the limits in force.
    InputLimit,
    /// The service is at fault; the source may be fine.
    System,
}

impl Class {
    /// The stable snake_case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::InputLimit => "input_limit",
            Self::System => "system",
        }
    }
}

/// Declares the codes once: variant, stable name, class.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $class:ident;)*) => {
        /// The closed set of diagnostic codes. `docs/diagnostics.md` explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Code {
            /// Every code, in the order of their declaration.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable snake_case name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Whose doing a failure with this code is.
            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }
        }
    };
}

codes! {
    /// A file's name is not a plain relative path, or two names are one on some disks.
    InvalidFileName = "invalid_file_name", User;
    /// The entry names none of the files.
    MissingEntry = "missing_entry", User;
    /// More files came than this builder takes.
    TooManyFiles = "too_many_files", InputLimit;
    /// The source is larger than the limit.
    SourceTooLarge = "source_too_large", InputLimit;
    /// A file cannot be read.
    UnreadableFile = "unreadable_file", User;
    /// A file is not UTF-8.
    InvalidEncoding = "invalid_encoding", User;
    /// An option is unknown or has a wrong value.
    InvalidOptions = "invalid_options", User;
    /// No builder of this kind is registered.
    UnknownBuilder = "unknown_builder", User;
    /// The text is not TypeScript with JSX.
    SyntaxError = "syntax_error", User;
    /// The text is wrapped in a markdown code fence.
    MarkdownFence = "markdown_fence", User;
    /// Sentences stand before, between or after the code.
    Prose = "prose", User;
    /// The text is something else than TSX: JSON, a patch, a listing, HTML, another language.
    ForeignSyntax = "foreign_syntax", User;
    /// Syntax that is valid TypeScript, and that this builder does not take.
    UnsupportedSyntax = "unsupported_syntax", User;
    /// Nesting or a chain of operators is longer than the limit.
    TooComplex = "too_complex", InputLimit;
    /// One name is declared twice in one scope.
    DuplicateDeclaration = "duplicate_declaration", User;
    /// A constant or an import is assigned to.
    ConstantAssignment = "constant_assignment", User;
    /// One name is exported twice.
    DuplicateExport = "duplicate_export", User;
    /// A name is exported that is nowhere declared.
    UndefinedExport = "undefined_export", User;
    /// The module has no default export.
    MissingDefaultExport = "missing_default_export", User;
    /// The default export cannot be a component.
    InvalidDefaultExport = "invalid_default_export", User;
    /// The default export may be a component; only its evaluation can tell.
    UnverifiedDefaultExport = "unverified_default_export", User;
    /// An imported module is not known.
    UnresolvedImport = "unresolved_import", User;
    /// An imported module is never allowed.
    ForbiddenImport = "forbidden_import", User;
    /// An import of an unknown module is not used and was dropped.
    UnusedImport = "unused_import", User;
    /// The module has no default export to import.
    NoDefaultExport = "no_default_export", User;
    /// The profile does not list this member of the module.
    UnknownMember = "unknown_member", User;
    /// A name is used that nothing declares and that a provided module exports.
    UndeclaredName = "undeclared_name", User;
    /// `export * from` a module whose names the profile does not list.
    UnsupportedExportStar = "unsupported_export_star", User;
    /// The global `eval` is used.
    ForbiddenEval = "forbidden_eval", User;
    /// A JSX pragma in a comment, which has no effect.
    PragmaIgnored = "pragma_ignored", User;
    /// A directive for a framework, which has no effect.
    UseClient = "use_client", User;
    /// A variable of `process.env` was replaced by `undefined`.
    UndefinedEnv = "undefined_env", User;
    /// The finished module is larger than the limit.
    OutputTooLarge = "output_too_large", InputLimit;
    /// The build did not end in its time.
    TimedOut = "timed_out", InputLimit;
    /// The build was wanted by a certain moment, and was not done by then.
    Deadline = "deadline", InputLimit;
    /// The build was not wanted any more before it had a slot.
    Expired = "expired", InputLimit;
    /// The build took more memory than a worker may.
    OutOfMemory = "out_of_memory", InputLimit;
    /// The compiler failed in a way of its own.
    CompilerPanicked = "compiler_panicked", System;
    /// The finished module broke the contract: a fault of the compiler, not of the source.
    ContractBroken = "contract_broken", System;
    /// The worker process ended in the middle of the build.
    WorkerCrashed = "worker_crashed", System;
    /// The build could not be run at all.
    WorkerUnavailable = "worker_unavailable", System;
    /// The service ended in the middle of the build, again and again.
    InterruptedRepeatedly = "interrupted_repeatedly", System;
    /// The build was cancelled.
    Cancelled = "cancelled", System;
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn every_code_serialises_as_its_stable_name() {
        for code in Code::ALL {
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{}\"", code.as_str()));
        }
    }
}
