//! The errors of swc's parser: which of them to tell.

use swc_core::common::Spanned;
use swc_core::ecma::parser::error::{Error, SyntaxError};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::swc::phrases;
use crate::tsx::explain::{self, Unread};

/// What to tell of a text that the parser refuses, in the order of the source.
///
/// Some errors are faults of their own, behind which the parser goes on rightly: a constant without
/// a value, an `await` in the wrong function. All others say that it has lost its way, and what it
/// says after the first of those misleads.
pub(super) fn findings(source: &str, errors: &[Error], places: Places) -> Vec<Finding> {
    let mut errors: Vec<&Error> = errors.iter().collect();
    errors.sort_by_key(|error| error.span().lo);
    let lost = errors.iter().position(|error| !is_passed(error.kind()));
    let stop = lost.and_then(|lost| errors.get(lost).copied());
    errors.truncate(lost.unwrap_or(errors.len()));
    let mut passed: Vec<Finding> = errors
        .into_iter()
        .map(|error| finding(error, places))
        .collect();
    passed.dedup_by_key(|finding| finding.span.start);
    match stop {
        Some(error) => {
            let stop = finding(error, places);
            explain::explain(source, Unread { passed, stop })
        }
        None => passed,
    }
}

fn finding(error: &Error, places: Places) -> Finding {
    let span = places.of(error.span());
    let (message, hint) = phrases::of(error.kind());
    Finding::error(Code::SyntaxError, span, message).with_hint(hint)
}

/// Whether the parser reads on rightly behind an error.
fn is_passed(error: &SyntaxError) -> bool {
    use SyntaxError as E;
    matches!(
        error,
        E::AwaitInFunction
            | E::InvalidNewTarget
            | E::LegacyDecimal
            | E::LegacyOctal
            | E::InvalidIdentInStrict(_)
            | E::InvalidIdentInAsync
            | E::EvalAndArgumentsInStrict
            | E::ArgumentsInClassField
            | E::IllegalLanguageModeDirective
            | E::NullishCoalescingWithLogicalOp
            | E::MultipleDefault { .. }
            | E::NonLastRestParam
            | E::InvalidAssignTarget
            | E::DuplicateLabel(_)
            | E::PatVarWithoutInit
            | E::ConstDeclarationsRequireInitialization
            | E::DuplicateConstructor
            | E::DuplicatedRegExpFlags(_)
            | E::UnknownRegExpFlags
            | E::GetterParam
            | E::SetterParam
            | E::AwaitParamInAsync
            | E::TS1014
            | E::TS1085
            | E::TS1102
            | E::TS1105
            | E::TS1107
            | E::TS1114
            | E::TS1115
            | E::TS1116
            | E::TS2406
            | E::TS2410
            | E::TS2703
    )
}
