//! Directives for frameworks: `"use client"` and its like at the top of a file.

use swc_core::ecma::ast::{Expr, Lit, Module, ModuleItem, Stmt};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::str_text;
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::mended;
use crate::tsx::options::ImportMode;

/// Those of React, of its compiler and of Next.js.
const NAMES: &[&str] = &[
    "use client",
    "use server",
    "use cache",
    "use memo",
    "use no memo",
    "use forget",
    "use no forget",
];

/// Drops them, and says so. In a page they have no effect. Bare imports are for a bundler
/// downstream, to which they may mean something: there they stay unless a repair is asked for.
pub(super) fn drop_directives(module: &mut Module, session: &mut Session<'_>) {
    let is_repair = session.unit.repairs.has(Code::UseClient);
    if session.unit.imports == ImportMode::External && !is_repair {
        return;
    }
    let mut found: Vec<Finding> = Vec::new();
    let mut is_at_top = true;
    module.body.retain(|item| {
        is_at_top &= nodes::is_directive(item);
        let Some(name) = is_at_top.then(|| framework(item)).flatten() else {
            return true;
        };
        let place = session.places.at(item);
        found.push(mended::use_client(&name, place));
        false
    });
    if is_repair {
        session.repairs.extend(found);
    } else {
        session.findings.extend(found);
    }
}

/// The text of a directive, if a framework reads it.
fn framework(item: &ModuleItem) -> Option<String> {
    let ModuleItem::Stmt(Stmt::Expr(statement)) = item else {
        return None;
    };
    let Expr::Lit(Lit::Str(literal)) = &*statement.expr else {
        return None;
    };
    let text = str_text(literal);
    NAMES.contains(&text.as_str()).then_some(text)
}
