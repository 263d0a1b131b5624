//! Faults that can be mended are, where the request asks for it.
//!
//! It works on the tree that the checks judge, plain JavaScript whose imports are still there, and
//! each repair starts from what its check has found: a module without a fault is left as it is.

mod declarations;
mod default_export;
mod exports;
mod imports;

use swc_core::ecma::ast::Module;

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::names::JsxNames;
use crate::tsx::compiler::swc::session::Session;

/// Mends a module, and notes each repair in the session. What is left is for the checks to refuse.
pub(super) fn mend(module: &mut Module, jsx: &JsxNames, session: &mut Session<'_>) {
    let repairs = session.unit.repairs;
    if repairs.has(Code::DuplicateExport) {
        session.repairs.extend(exports::mend(module, session));
    }
    if repairs.has(Code::DuplicateDeclaration) {
        session.repairs.extend(declarations::mend(module, session));
    }
    // Before the default export: an import tells that a call is one of React's `memo`.
    if repairs.has(Code::UndeclaredName) {
        session.repairs.extend(imports::mend(module, session));
    }
    if repairs.has(Code::MissingDefaultExport) {
        session
            .repairs
            .extend(default_export::mend(module, jsx, session));
    }
}
