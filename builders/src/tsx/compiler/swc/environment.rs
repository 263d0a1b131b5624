//! `process.env` in a page, which has no process.

use swc_core::common::{DUMMY_SP, Mark};
use swc_core::ecma::ast::{
    ComputedPropName, Expr, IdentName, KeyValueProp, Lit, MemberExpr, MemberProp, Module,
    ObjectLit, Prop, PropName, PropOrSpread,
};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::{Places, str_text};
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::session::Session;

/// Replaces `process.env.NODE_ENV` by `"production"`, any other variable by `undefined` with a
/// warning, and `process.env` as a whole by an object that has the one.
pub(super) fn replace(module: &mut Module, session: &Session<'_>) -> Vec<Finding> {
    let marks = session.marks;
    let mut replace = Replace {
        unresolved: marks.unresolved,
        places: session.places,
        found: Vec::new(),
    };
    module.visit_mut_with(&mut replace);
    replace.found
}

struct Replace {
    unresolved: Mark,
    places: Places,
    found: Vec<Finding>,
}

impl Replace {
    fn is_process_env(&self, expr: &Expr) -> bool {
        let Expr::Member(env) = expr else {
            return false;
        };
        let Expr::Ident(process) = &*env.obj else {
            return false;
        };
        process.sym == *"process"
            && process.ctxt.outer() == self.unresolved
            && name_of(&env.prop).as_deref() == Some("env")
    }

    fn variable(&mut self, member: &MemberExpr) -> Option<Box<Expr>> {
        if !self.is_process_env(&member.obj) {
            return None;
        }
        let name = name_of(&member.prop)?;
        if name == "NODE_ENV" {
            return Some(Box::new(nodes::string("production")));
        }
        let shown: String = name.chars().take(80).collect();
        self.found.push(
            Finding::warning(
                Code::UndefinedEnv,
                self.places.of(member.span),
                format!("`process.env.{shown}` is `undefined` in a page."),
            )
            .with_hint("Pass the value as a prop."),
        );
        Some(Expr::undefined(DUMMY_SP))
    }
}

impl VisitMut for Replace {
    fn visit_mut_expr(&mut self, expr: &mut Expr) {
        if let Expr::Member(member) = expr
            && let Some(value) = self.variable(member)
        {
            *expr = *value;
            return;
        }
        if self.is_process_env(expr) {
            *expr = Expr::Object(production());
            return;
        }
        expr.visit_mut_children_with(self);
    }
}

/// The name of a member that is written out, `.name` or `["name"]`.
fn name_of(prop: &MemberProp) -> Option<String> {
    match prop {
        MemberProp::Ident(name) => Some(name.sym.to_string()),
        MemberProp::Computed(ComputedPropName { expr, .. }) => match &**expr {
            Expr::Lit(Lit::Str(literal)) => Some(str_text(literal)),
            _ => None,
        },
        MemberProp::PrivateName(_) => None,
    }
}

/// `{ NODE_ENV: "production" }`
fn production() -> ObjectLit {
    let key = PropName::Ident(IdentName::new("NODE_ENV".into(), DUMMY_SP));
    let value = Box::new(nodes::string("production"));
    let property = Prop::KeyValue(KeyValueProp { key, value });
    ObjectLit {
        span: DUMMY_SP,
        props: vec![PropOrSpread::Prop(Box::new(property))],
    }
}
