//! Imports: which are written, which are left after TypeScript's elision, and what the policy
//! says of those.

use std::collections::BTreeSet;

use swc_core::common::{BytePos, Spanned};
use swc_core::ecma::ast::{
    CallExpr, Callee, Expr, Ident, ImportDecl, ImportSpecifier, MemberExpr, MemberProp, Module,
    ModuleDecl, ModuleItem, NamedExport, NewExpr, UnaryExpr, UnaryOp,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::convert::{literal, str_text};
use crate::tsx::compiler::swc::members;
use crate::tsx::compiler::swc::provided::{Imports, Provided};
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding, Span};
use crate::tsx::policy::Verdict;
use crate::tsx::profile::DefaultImport;

/// An import as it was written, before types are taken away.
#[derive(Debug)]
pub(super) struct Written {
    position: BytePos,
    span: swc_core::common::Span,
    specifier: String,
}

/// The imports of a file that ask for values.
pub(super) fn written(module: &Module) -> Vec<Written> {
    declarations(module)
        .filter(|import| !import.type_only)
        .filter(|import| import.specifiers.is_empty() || import.specifiers.iter().any(is_value))
        .map(|import| Written {
            position: import.span.lo,
            span: import.src.span,
            specifier: str_text(&import.src),
        })
        .collect()
}

/// A warning for each import of a module that is not provided, where TypeScript dropped it
/// because nothing uses it.
pub(super) fn dropped(written: &[Written], module: &Module, session: &Session<'_>) -> Vec<Finding> {
    let left: BTreeSet<BytePos> = declarations(module).map(|import| import.span.lo).collect();
    written
        .iter()
        .filter(|import| !left.contains(&import.position))
        .take(FOUND_MAX)
        .filter_map(
            |import| match session.unit.policy.judge(&import.specifier) {
                Verdict::Provided { .. } => None,
                Verdict::Refused(refusal) => Some(
                    Finding::warning(
                        Code::UnusedImport,
                        session.places.of(import.span),
                        format!(
                            "{} Nothing uses the import; it was dropped.",
                            refusal.message
                        ),
                    )
                    .with_hint("Remove the import."),
                ),
            },
        )
        .collect()
}

/// Judges every import, re-export, `import()` and `require()` that is left.
pub(super) fn judge(module: &Module, session: &Session<'_>) -> (Imports, Vec<Finding>) {
    let mut judge = Judge {
        session,
        imports: Imports::default(),
        found: Vec::new(),
    };
    module.visit_with(&mut judge);
    let Judge {
        imports, mut found, ..
    } = judge;
    found.extend(members::unknown(module, &imports, session));
    (imports, found)
}

fn declarations(module: &Module) -> impl Iterator<Item = &ImportDecl> {
    module.body.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => Some(import),
        _ => None,
    })
}

fn is_value(specifier: &ImportSpecifier) -> bool {
    !matches!(specifier, ImportSpecifier::Named(named) if named.is_type_only)
}

struct Judge<'s, 'a> {
    session: &'s Session<'a>,
    imports: Imports,
    found: Vec<Finding>,
}

impl Judge<'_, '_> {
    /// Judges one specifier; returns the module where it is provided.
    fn specifier(&mut self, specifier: &str, span: Span) -> Option<Provided> {
        if self.found.len() >= FOUND_MAX {
            return None;
        }
        match self.session.unit.policy.judge(specifier) {
            Verdict::Provided { module, global } => {
                let provided = Provided::new(specifier, module, global);
                self.imports.add(provided.clone());
                Some(provided)
            }
            Verdict::Refused(refusal) => {
                let finding = Finding::error(refusal.code, span, refusal.message);
                self.found.push(finding.with_hint(refusal.hint));
                None
            }
        }
    }

    /// An `import()` or `require()`, whose specifier must be there to read.
    fn call(&mut self, call: &CallExpr, name: &str) {
        let first = call
            .args
            .first()
            .filter(|argument| argument.spread.is_none());
        match first.and_then(|argument| literal(&argument.expr)) {
            Some(specifier) => {
                let span = first.map_or(call.span, |argument| argument.expr.span());
                self.specifier(&specifier, self.session.places.of(span));
            }
            None => self.found.push(
                Finding::error(
                    Code::ForbiddenImport,
                    self.session.places.of(call.span),
                    format!("What `{name}()` loads must be a plain string."),
                )
                .with_hint("Write the module's name as a literal."),
            ),
        }
    }

    fn no_default(&mut self, provided: &Provided, span: Span) {
        if provided.default == DefaultImport::None {
            let module = &provided.specifier;
            self.found.push(
                Finding::error(
                    Code::NoDefaultExport,
                    span,
                    format!("The module \"{module}\" has no default export."),
                )
                .with_hint(format!(
                    "Name what you use, `import {{ … }} from \"{module}\"`, or take all of it: \
                     `import * as Name from \"{module}\"`."
                )),
            );
        }
    }

    fn require_as_value(&mut self, span: swc_core::common::Span) {
        let message = "`require` is used as a value, and a page has none.";
        let finding = Finding::error(Code::ForbiddenImport, self.session.places.of(span), message);
        self.found.push(finding.with_hint(
            "Write an import, or call it with the name of a module: `require(\"react\")`.",
        ));
    }

    fn eval(&mut self, span: swc_core::common::Span) {
        let message = "A component may not use `eval`.";
        let finding = Finding::error(Code::ForbiddenEval, self.session.places.of(span), message);
        self.found
            .push(finding.with_hint("Write the code that it would run."));
    }

    /// `window.eval` and its like, written out.
    fn is_global_eval(&self, member: &MemberExpr) -> bool {
        const GLOBALS: [&str; 4] = ["globalThis", "window", "self", "frames"];
        let is_eval = match &member.prop {
            MemberProp::Ident(name) => name.sym == *"eval",
            MemberProp::Computed(name) => literal(&name.expr).as_deref() == Some("eval"),
            MemberProp::PrivateName(_) => false,
        };
        is_eval
            && matches!(&*member.obj, Expr::Ident(object)
                if GLOBALS.iter().any(|name| self.is_free(object, name)))
    }

    fn is_free(&self, ident: &Ident, name: &str) -> bool {
        ident.sym == *name && ident.ctxt.outer() == self.session.marks.unresolved
    }
}

impl Visit for Judge<'_, '_> {
    fn visit_import_decl(&mut self, import: &ImportDecl) {
        let span = self.session.places.of(import.src.span);
        let Some(provided) = self.specifier(&str_text(&import.src), span) else {
            return;
        };
        for (imported, specifier) in members::imported(import) {
            if imported == "default" {
                self.no_default(&provided, self.session.places.at(specifier));
            }
        }
    }

    fn visit_named_export(&mut self, export: &NamedExport) {
        let Some(src) = &export.src else { return };
        let span = self.session.places.of(src.span);
        let Some(provided) = self.specifier(&str_text(src), span) else {
            return;
        };
        for (exported, specifier) in members::reexported(export) {
            if exported == "default" {
                self.no_default(&provided, self.session.places.at(specifier));
            }
        }
    }

    fn visit_export_all(&mut self, export: &swc_core::ecma::ast::ExportAll) {
        let span = self.session.places.of(export.src.span);
        self.specifier(&str_text(&export.src), span);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if matches!(call.callee, Callee::Import(_)) {
            self.call(call, "import");
        }
        if is_call_of(call, |name| self.is_free(name, "require")) {
            self.call(call, "require");
            call.args.visit_with(self);
        } else {
            call.visit_children_with(self);
        }
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        // `typeof require` asks whether there is such a name.
        if unary.op != UnaryOp::TypeOf || !unary.arg.is_ident() {
            unary.visit_children_with(self);
        }
    }

    fn visit_ident(&mut self, ident: &Ident) {
        if self.is_free(ident, "require") {
            self.require_as_value(ident.span);
        }
        if self.is_free(ident, "eval") {
            self.eval(ident.span);
        }
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if self.is_global_eval(member) {
            self.eval(member.span);
        }
        member.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        new.visit_children_with(self);
        let is_url = matches!(&*new.callee, Expr::Ident(ident) if self.is_free(ident, "URL"));
        let mut arguments = new.args.iter().flatten();
        let of_module = arguments.any(|argument| is_import_meta_url(&argument.expr));
        if is_url && of_module {
            let span = self.session.places.of(new.span);
            let message =
                "A file beside the module is out of reach: it is built from its text alone.";
            let finding = Finding::error(Code::ForbiddenImport, span, message);
            self.found
                .push(finding.with_hint("Use `staticFile()` of Remotion, or a full URL."));
        }
    }
}

fn is_call_of(call: &CallExpr, is_callee: impl Fn(&Ident) -> bool) -> bool {
    let Callee::Expr(callee) = &call.callee else {
        return false;
    };
    matches!(&**callee, Expr::Ident(name) if is_callee(name))
}

fn is_import_meta_url(expr: &Expr) -> bool {
    let Expr::Member(member) = expr else {
        return false;
    };
    let named = matches!(&member.prop, MemberProp::Ident(name) if name.sym == *"url");
    named && member.obj.is_meta_prop()
}
