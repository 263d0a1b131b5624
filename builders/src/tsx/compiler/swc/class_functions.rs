//! The functions that lowered classes call, smaller than swc's of the same names.
//!
//! swc writes them at the top of a module that needs them. Ours do the same in fewer bytes: where
//! swc's test a value before they use it, ours let the engine throw.

use std::collections::BTreeMap;

use swc_core::atoms::Atom;
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, Mark, SourceMap, SyntaxContext};
use swc_core::ecma::ast::{
    Decl, EsVersion, FnDecl, Function, Ident, Module, ModuleExportName, ModuleItem, Pass, Program,
    Stmt,
};
use swc_core::ecma::parser::{Syntax, parse_file_as_module};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::utils::drop_span;
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

use crate::tsx::compiler::swc::nodes;

/// A private member is described as a property is: by `value`, or by `get` and `set`. A description
/// that is missing, or lacks what is asked of it, makes the engine throw a `TypeError`.
const FUNCTIONS: &str = r#"
function _define_property(object, key, value) {
    return Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
function _class_private_field_init(object, fields, field) {
    if (fields.has(object)) throw new TypeError("A private member exists already");
    fields.set(object, field);
}
function _class_private_field_get(object, fields) {
    const field = fields.get(object);
    return "value" in field ? field.value : field.get.call(object);
}
function _class_private_field_set(object, fields, value) {
    const field = fields.get(object);
    "value" in field ? (field.value = value) : field.set.call(object, value);
    return value;
}
function _class_private_field_update(object, fields) {
    const field = fields.get(object);
    return "value" in field ? field : {
        get value() { return field.get.call(object); },
        set value(value) { field.set.call(object, value); }
    };
}
function _class_private_field_destructure(object, fields) {
    const field = fields.get(object);
    return "value" in field ? field : { set value(value) { field.set.call(object, value); } };
}
function _class_private_method_init(object, methods) {
    if (methods.has(object)) throw new TypeError("A private member exists already");
    methods.add(object);
}
function _class_private_method_get(object, methods, method) {
    if (!methods.has(object)) throw new TypeError("A private member is missing");
    return method;
}
function _class_check_private_static_access(object, owner) {
    if (object !== owner) throw new TypeError("A private member is missing");
}
function _class_static_private_field_spec_get(object, owner, field) {
    _class_check_private_static_access(object, owner);
    return "value" in field ? field.value : field.get.call(object);
}
function _class_static_private_field_spec_set(object, owner, field, value) {
    _class_check_private_static_access(object, owner);
    "value" in field ? (field.value = value) : field.set.call(object, value);
    return value;
}
function _class_static_private_field_update(object, owner, field) {
    _class_check_private_static_access(object, owner);
    return "value" in field ? field : {
        get value() { return field.get.call(object); },
        set value(value) { field.set.call(object, value); }
    };
}
function _class_static_private_field_destructure(object, owner, field) {
    _class_check_private_static_access(object, owner);
    return "value" in field ? field : { set value(value) { field.set.call(object, value); } };
}
function _class_static_private_method_get(object, owner, method) {
    _class_check_private_static_access(object, owner);
    return method;
}
"#;

/// What only swc's functions call.
const INNER: [&str; 4] = [
    "_check_private_redeclaration",
    "_class_apply_descriptor_",
    "_class_check_private_static_field_descriptor",
    "_class_extract_field_descriptor",
];

/// Puts our functions in the place of those that swc wrote with this mark.
pub(super) fn replace(module: &mut Module, map: &SourceMap, written: Mark, unresolved: Mark) {
    let context = SyntaxContext::empty().apply_mark(written);
    let is_written =
        |item: &ModuleItem| function(item).is_some_and(|one| one.ident.ctxt == context);
    if module.body.iter().any(is_written) {
        let mut ours = ours(map, context, unresolved);
        module
            .body
            .retain(|item| !(is_written(item) && is_inner(item)));
        for item in &mut module.body {
            if let ModuleItem::Stmt(Stmt::Decl(Decl::Fn(declaration))) = item
                && declaration.ident.ctxt == context
                && let Some(function) = ours.remove(&declaration.ident.sym)
            {
                declaration.function = function;
            }
        }
    }
    module.visit_mut_with(&mut RealGlobals { unresolved });
}

fn function(item: &ModuleItem) -> Option<&FnDecl> {
    match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Fn(declaration))) => Some(declaration),
        _ => None,
    }
}

fn is_inner(item: &ModuleItem) -> bool {
    function(item).is_some_and(|one| INNER.iter().any(|name| one.ident.sym.starts_with(name)))
}

/// Our functions by their names, which call each other by the names that swc gave them.
fn ours(
    map: &SourceMap,
    context: SyntaxContext,
    unresolved: Mark,
) -> BTreeMap<Atom, Box<Function>> {
    let file = map.new_source_file(Lrc::new(FileName::Anon), FUNCTIONS.to_owned());
    let syntax = Syntax::Es(Default::default());
    let parsed = parse_file_as_module(&file, syntax, EsVersion::latest(), None, &mut Vec::new());
    let Ok(module) = parsed else {
        return BTreeMap::new();
    };
    let mut program = Program::Module(drop_span(module));
    resolver(unresolved, Mark::new(), false).process(&mut program);
    let mut module = nodes::into_module(program);
    module.visit_mut_with(&mut OneContext { context });
    let functions = module.body.into_iter().filter_map(|item| match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Fn(one))) => Some((one.ident.sym, one.function)),
        _ => None,
    });
    functions.collect()
}

/// Gives the names of the functions themselves the context of swc's.
struct OneContext {
    context: SyntaxContext,
}

impl VisitMut for OneContext {
    noop_visit_mut_type!();

    fn visit_mut_ident(&mut self, name: &mut Ident) {
        if name.sym.starts_with("_class_") {
            name.ctxt = self.context;
        }
    }
}

/// Names that swc wrote mean the page's globals, whatever the module declares.
struct RealGlobals {
    unresolved: Mark,
}

impl VisitMut for RealGlobals {
    noop_visit_mut_type!();

    fn visit_mut_ident(&mut self, name: &mut Ident) {
        const GLOBALS: [&str; 5] = [
            "WeakMap",
            "WeakSet",
            "TypeError",
            "ReferenceError",
            "Object",
        ];
        if name.ctxt == SyntaxContext::empty() && GLOBALS.contains(&&*name.sym) {
            name.ctxt = name.ctxt.apply_mark(self.unresolved);
        }
    }

    fn visit_mut_module_export_name(&mut self, _: &mut ModuleExportName) {
        // A name for others, which refers to nothing here.
    }
}
