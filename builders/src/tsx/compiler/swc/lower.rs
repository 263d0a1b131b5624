//! Syntax that is newer than the target becomes older syntax.

use swc_core::ecma::ast::{Expr, MemberProp, Module, OptChainBase, OptChainExpr, Pass, Program};
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers, inject_helpers};
use swc_core::ecma::transforms::compat::{es2020, es2021, es2022};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::swc::{class_functions, nodes};
use crate::tsx::options::Target;

/// Lowers a module to the target of its build; the functions that it calls then are put into the
/// module itself.
pub(super) fn lower(module: Module, target: Target, session: &Session<'_>) -> Module {
    let unresolved = session.marks.unresolved;
    let has_private_chain = target < Target::Es2022 && PrivateChains::are_in(&module);
    let mut program = Program::Module(module);
    let functions = Helpers::new(false);
    let written = functions.mark();
    HELPERS.set(&functions, || {
        if has_private_chain {
            // The pass for classes loses `this` of a call in such a chain.
            let config = es2020::optional_chaining::Config::default();
            es2020::optional_chaining(config, unresolved).process(&mut program);
        }
        if target < Target::Es2022 {
            // Not `es2022::es2022`: it also rewrites regular expressions that are older, with a
            // helper of a kilobyte.
            es2022::static_blocks().process(&mut program);
            let config = es2022::class_properties::Config::default();
            es2022::class_properties(config, unresolved).process(&mut program);
            es2022::private_in_object().process(&mut program);
        }
        if target < Target::Es2021 {
            es2021::es2021().process(&mut program);
        }
        if target < Target::Es2022 {
            inject_helpers(unresolved).process(&mut program);
        }
    });
    let mut module = nodes::into_module(program);
    if target < Target::Es2022 {
        class_functions::replace(&mut module, &session.map, written, unresolved);
    }
    module
}

/// Looks for an optional chain with a private member in it: `a?.#b()`.
#[derive(Default)]
struct PrivateChains {
    found: bool,
}

impl PrivateChains {
    fn are_in(module: &Module) -> bool {
        let mut look = Self::default();
        module.visit_with(&mut look);
        look.found
    }
}

impl Visit for PrivateChains {
    fn visit_opt_chain_expr(&mut self, chain: &OptChainExpr) {
        self.found |= is_private(chain);
        chain.visit_children_with(self);
    }
}

/// Whether a link of a chain, from its end to its beginning, names a private member.
fn is_private(chain: &OptChainExpr) -> bool {
    let mut link = match &*chain.base {
        OptChainBase::Member(member) if matches!(member.prop, MemberProp::PrivateName(_)) => {
            return true;
        }
        OptChainBase::Member(member) => &member.obj,
        OptChainBase::Call(call) => &call.callee,
    };
    loop {
        link = match &**link {
            Expr::Member(member) if matches!(member.prop, MemberProp::PrivateName(_)) => {
                return true;
            }
            Expr::Member(member) => &member.obj,
            Expr::Call(call) => match call.callee.as_expr() {
                Some(callee) => callee,
                None => return false,
            },
            _ => return false,
        };
    }
}
