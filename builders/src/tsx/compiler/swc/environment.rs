//! `process.env` and `import.meta.env` in a page, which has no process and no build of Vite's.

use swc_core::common::{DUMMY_SP, Mark};
use swc_core::ecma::ast::{
    ComputedPropName, Expr, IdentName, KeyValueProp, Lit, MemberExpr, MemberProp, MetaPropKind,
    Module, ObjectLit, Prop, PropName, PropOrSpread,
};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::{Places, str_text};
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::session::Session;

/// Replaces the variables that say that this is production by their values, any other by `undefined`
/// with a warning, and an environment as a whole by an object that has those.
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

/// Where variables are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Environment {
    /// `process.env`
    Process,
    /// `import.meta.env`
    Meta,
}

impl Environment {
    fn name(self) -> &'static str {
        match self {
            Self::Process => "process.env",
            Self::Meta => "import.meta.env",
        }
    }

    /// The variables that have a value, and it. Those of `import.meta.env` are Vite's:
    /// <https://vite.dev/guide/env-and-mode>.
    fn known(self) -> Vec<(&'static str, Expr)> {
        match self {
            Self::Process => vec![("NODE_ENV", nodes::string("production"))],
            Self::Meta => vec![
                ("MODE", nodes::string("production")),
                ("PROD", true.into()),
                ("DEV", false.into()),
            ],
        }
    }
}

impl Replace {
    fn environment(&self, expr: &Expr) -> Option<Environment> {
        let Expr::Member(env) = expr else {
            return None;
        };
        if name_of(&env.prop).as_deref() != Some("env") {
            return None;
        }
        match &*env.obj {
            Expr::Ident(name) if name.sym == *"process" && name.ctxt.outer() == self.unresolved => {
                Some(Environment::Process)
            }
            Expr::MetaProp(meta) if meta.kind == MetaPropKind::ImportMeta => {
                Some(Environment::Meta)
            }
            _ => None,
        }
    }

    fn variable(&mut self, member: &MemberExpr) -> Option<Box<Expr>> {
        let environment = self.environment(&member.obj)?;
        let name = name_of(&member.prop)?;
        let mut known = environment.known().into_iter();
        if let Some((_, value)) = known.find(|(known, _)| *known == name) {
            return Some(Box::new(value));
        }
        let shown: String = name.chars().take(80).collect();
        self.found.push(
            Finding::warning(
                Code::UndefinedEnv,
                self.places.of(member.span),
                format!("`{}.{shown}` is `undefined` in a page.", environment.name()),
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
        if let Some(environment) = self.environment(expr) {
            *expr = Expr::Object(object(environment));
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

/// An environment as a whole: `{ NODE_ENV: "production" }`
fn object(environment: Environment) -> ObjectLit {
    let property = |(name, value): (&str, Expr)| {
        let key = PropName::Ident(IdentName::new(name.into(), DUMMY_SP));
        let value = Box::new(value);
        PropOrSpread::Prop(Box::new(Prop::KeyValue(KeyValueProp { key, value })))
    };
    ObjectLit {
        span: DUMMY_SP,
        props: environment.known().into_iter().map(property).collect(),
    }
}
