//! Syntax that is newer than the target becomes older syntax.

use swc_core::ecma::ast::{Module, Pass, Program};
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers, inject_helpers};
use swc_core::ecma::transforms::compat::{es2021, es2022};

use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::options::Target;

/// Lowers a module to the target of its build; helper functions are put into the module itself.
pub(super) fn lower(module: Module, target: Target, session: &Session<'_>) -> Module {
    let mut program = Program::Module(module);
    HELPERS.set(&Helpers::new(false), || {
        let marks = session.marks;
        if target < Target::Es2022 {
            // Not `es2022::es2022`: it also rewrites regular expressions that are older, with a
            // helper of a kilobyte.
            es2022::static_blocks().process(&mut program);
            let config = es2022::class_properties::Config::default();
            es2022::class_properties(config, marks.unresolved).process(&mut program);
            es2022::private_in_object().process(&mut program);
        }
        if target < Target::Es2021 {
            es2021::es2021().process(&mut program);
        }
        if target < Target::Es2022 {
            inject_helpers(marks.unresolved).process(&mut program);
        }
    });
    nodes::into_module(program)
}
