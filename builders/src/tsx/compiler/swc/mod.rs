//! The compiler on swc: the order of its passes, which is the order that works.
//!
//! parse, checks on the tree, resolver, types away, JSX to calls, repairs, policy, wrap, lowering,
//! then either compress and mangle or only keep names apart, and print. Each step is a file.

mod ambient;
mod assigned;
mod assignments;
mod bare;
mod bulk;
mod candidate;
mod class_functions;
mod comments;
mod commonjs;
mod convert;
mod declarations;
mod default_export;
mod directives;
mod early;
mod enums;
mod environment;
mod errors;
mod exported;
mod exports;
mod finish;
mod growth;
mod imports;
mod inspect;
mod lower;
mod mappings;
mod members;
mod merged;
mod names;
mod namespaces;
mod nodes;
mod parentheses;
mod parse;
mod part;
mod phrases;
mod prepare;
mod privates;
mod prologue;
mod provided;
mod repair;
mod required;
mod session;
mod shape;
mod source_names;
mod supers;
mod syntax;
mod undeclared;
mod undefined;
mod variables;
mod wrap;

use swc_core::common::sync::Lrc;
use swc_core::common::{FilePathMapping, GLOBALS, Globals, SourceMap};
use swc_core::ecma::ast::{Module, Pass, Program};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::react::{self, Runtime};
use swc_core::ecma::transforms::typescript;

use crate::stage::{Stage, Timings};
use crate::tsx::compiler::swc::finish::Finished;
use crate::tsx::compiler::swc::names::JsxNames;
use crate::tsx::compiler::swc::parse::Parsed;
use crate::tsx::compiler::swc::provided::Imports;
use crate::tsx::compiler::swc::session::{Marks, Session};
use crate::tsx::compiler::swc::source_names::SourceNames;
use crate::tsx::compiler::swc::wrap::Wrapped;
use crate::tsx::compiler::{Compiled, Compiler, Finding, Inspection, Unit};
use crate::tsx::options::ImportMode;

/// The compiler on `swc_core`, whose version is pinned: other versions print other bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Swc;

impl Compiler for Swc {
    fn version(&self) -> &'static str {
        "swc_core 83.0.0"
    }

    fn compile(&self, unit: &Unit<'_>, timings: &mut Timings) -> Result<Compiled, Vec<Finding>> {
        GLOBALS.set(&Globals::new(), || compile(unit, timings))
    }

    fn inspect(&self, code: &str) -> Result<Inspection, String> {
        GLOBALS.set(&Globals::new(), || inspect::inspect(code))
    }
}

fn compile(unit: &Unit<'_>, timings: &mut Timings) -> Result<Compiled, Vec<Finding>> {
    let map: Lrc<SourceMap> = Lrc::new(SourceMap::new(FilePathMapping::empty()));
    let parsed = timings.measure(Stage::Parse, || parse_and_check(unit, &map))?;
    let Parsed {
        module,
        comments,
        places,
    } = parsed;
    let (comments, ignored) = comments::without_pragmas(comments, places);
    let mut session = Session::new(unit, map, comments, places, ignored);
    if unit.mapped && unit.minify {
        session.names = SourceNames::of(&module);
    }
    compile_tree(module, &mut session, timings).map_err(|found| session.with_repairs(found))
}

fn compile_tree(
    module: Module,
    session: &mut Session<'_>,
    timings: &mut Timings,
) -> Result<Compiled, Vec<Finding>> {
    let unit = session.unit;
    let (mut module, jsx) = timings.measure(Stage::Transform, || transform(module, session));
    if !unit.repairs.is_off() {
        timings.measure(Stage::Repair, || repair::mend(&mut module, &jsx, session));
    }
    timings.measure(Stage::Transform, || {
        // A name that is declared for the page's is no forgotten import: looked for before.
        session.findings.extend(undeclared::check(&module, session));
        ambient::free(&mut module, &jsx, session.marks);
        check(&module, session)
    })?;
    if unit.minify {
        let vars = std::mem::take(&mut session.vars);
        variables::begin_undefined(&mut module, vars);
    }
    let imports = timings.measure(Stage::Policy, || judge(&module, session))?;
    let default_export = default_export::classify(&module, &jsx, session);
    let Wrapped { module, globals } =
        timings.measure(Stage::Wrap, || wrap_imports(module, imports, &jsx, session))?;
    let module = timings.measure(Stage::Transform, || {
        lower::lower(module, unit.target, session)
    });
    let finished = timings.measure(Stage::Minify, || finish::finish(module, session));
    let Finished { code, mappings } = finished.map_err(|finding| vec![finding])?;

    let mut findings = std::mem::take(&mut session.findings);
    findings.sort_by_key(|finding| finding.span);
    let mut repairs = std::mem::take(&mut session.repairs);
    repairs.sort_by_key(|made| made.span);
    Ok(Compiled {
        code,
        mappings,
        globals,
        default_export,
        findings,
        repairs,
    })
}

fn parse_and_check(unit: &Unit<'_>, map: &Lrc<SourceMap>) -> Result<Parsed, Vec<Finding>> {
    let parsed = parse::parse(map, unit.file, unit.source)?;
    let places = parsed.places;
    if let Some(finding) = shape::check(&parsed.module, places, unit.source.len()) {
        return Err(vec![finding]);
    }
    let mut found = syntax::check(&parsed.module, places, unit.target);
    found.extend(early::check(&parsed.module, places, unit.source));
    found.sort_by_key(|finding| finding.span);
    if found.is_empty() {
        Ok(parsed)
    } else {
        Err(found)
    }
}

/// Types and JSX away. What is left is the JavaScript that the user meant, with the imports that
/// are used.
fn transform(mut module: Module, session: &mut Session<'_>) -> (Module, JsxNames) {
    let Marks {
        unresolved,
        top_level,
    } = session.marks;
    directives::drop_directives(&mut module, session);
    let jsx = JsxNames::choose(&module);
    let written = imports::written(&module);
    parentheses::remove(&mut module);
    required::split_exports(&mut module);
    required::keep_for_elements(&mut module);
    exported::name_by_identifiers(&mut module);
    let mut program = Program::Module(module);
    resolver(unresolved, top_level, true).process(&mut program);
    let mut module = nodes::into_module(program);
    merged::join(&mut module);
    enums::keep(&mut module);
    session.vars = variables::written(&module);
    let mut program = Program::Module(module);
    types_pass(&jsx, session).process(&mut program);
    jsx_pass(&jsx, session).process(&mut program);

    let module = nodes::into_module(program);
    let unused = imports::dropped(&written, &module, session);
    session.findings.extend(unused);
    (module, jsx)
}

/// What the names of a module are held to.
fn check(module: &Module, session: &Session<'_>) -> Result<(), Vec<Finding>> {
    let mut found = declarations::check(module, session);
    found.extend(assignments::check(module, session));
    found.extend(commonjs::check(module, session));
    found.extend(exports::check(module, session));
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn types_pass(jsx: &JsxNames, session: &Session<'_>) -> impl Pass + use<> {
    // `tsx`, not `strip`: the latter drops imports that only JSX uses.
    typescript::tsx(
        session.map.clone(),
        typescript::Config {
            // Properties that parameters declare are set before the fields that read them.
            native_class_properties: false,
            no_empty_export: true,
            ..typescript::Config::default()
        },
        typescript::TsxConfig {
            pragma: Some(jsx.create_element.to_string().into()),
            pragma_frag: Some(jsx.fragment.to_string().into()),
        },
        session.comments.clone(),
        session.marks.unresolved,
        session.marks.top_level,
    )
}

fn jsx_pass(jsx: &JsxNames, session: &Session<'_>) -> impl Pass + use<> {
    react::react(
        session.map.clone(),
        Some(session.comments.clone()),
        react::Options {
            runtime: Some(Runtime::Classic),
            pragma: Some(jsx.create_element.to_string().into()),
            pragma_frag: Some(jsx.fragment.to_string().into()),
            throw_if_namespace: Some(false),
            development: Some(false),
            ..react::Options::default()
        },
        session.marks.top_level,
        session.marks.unresolved,
    )
}

/// Collects the imports that are left and judges each.
fn judge(module: &Module, session: &mut Session<'_>) -> Result<Imports, Vec<Finding>> {
    let (imports, found) = imports::judge(module, session);
    session.keep_or_fail(found)?;
    Ok(imports)
}

/// Replaces imports by reads of globals, and names of `process.env` by their values.
fn wrap_imports(
    mut module: Module,
    imports: Imports,
    jsx: &JsxNames,
    session: &mut Session<'_>,
) -> Result<Wrapped, Vec<Finding>> {
    let found = environment::replace(&mut module, session);
    session.keep_or_fail(found)?;
    if session.unit.imports == ImportMode::External {
        let module = bare::keep_imports(module, jsx, session);
        return Ok(Wrapped {
            module,
            globals: Vec::new(),
        });
    }
    let (wrapped, found) = wrap::wrap(module, imports, jsx, session);
    session.keep_or_fail(found)?;
    Ok(wrapped)
}
