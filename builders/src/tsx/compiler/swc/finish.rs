//! From the tree to the text of the finished module.

use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{BytePos, LineCol, SyntaxContext};
use swc_core::ecma::ast::{EsVersion, Module, ModuleItem, Pass, Program, Stmt};
use swc_core::ecma::codegen::text_writer::{JsWriter, WriteJs, omit_trailing_semi};
use swc_core::ecma::codegen::{Config, Emitter};
use swc_core::ecma::minifier::optimize;
use swc_core::ecma::minifier::option::{
    CompressOptions, ExtraOptions, MangleOptions, MinifyOptions, TopLevelOptions,
};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::hygiene::hygiene;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::bulk;
use crate::tsx::compiler::swc::mappings::{self, NewPositions};
use crate::tsx::compiler::swc::prepare;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::swc::{exported, undefined};
use crate::tsx::compiler::{Finding, Mapping, Span};
use crate::tsx::options::Target;

/// The text of a finished module, and where its pieces come from if that was asked for.
pub(super) struct Finished {
    pub(super) code: String,
    pub(super) mappings: Vec<Mapping>,
}

/// Compresses, mangles and prints a module; without `minify`, names are only kept apart.
pub(super) fn finish(mut module: Module, session: &Session<'_>) -> Result<Finished, Finding> {
    let target = es_version(session.unit.target);
    exported::part(&mut module);
    let small = bulk::is_small(&module, session.unit.source.len()) && !ends_early(&module);
    let mut program = Program::Module(module);
    if session.unit.minify {
        if session.unit.mapped {
            program.visit_mut_with(&mut NewPositions);
        }
        program = minify(program, small.then(|| compression(target)), session);
    } else {
        hygiene().process(&mut program);
    }
    let comments: &dyn Comments = &session.comments;
    fixer(Some(comments)).process(&mut program);
    // A minified module keeps no comments: whom they were for has the source.
    let kept = (!session.unit.minify).then_some(&session.comments);
    let config = config(session.unit.minify, target);
    let (code, positions) = print(&program, session, kept, config).map_err(|error| {
        let message = format!("The module could not be printed: {error}.");
        Finding::error(Code::ContractBroken, Span::default(), message)
    })?;
    let mappings = mappings::with_dots(mappings::of(&positions, session), &code);
    Ok(Finished { code, mappings })
}

/// Whether a module throws as it is loaded. The compressor drops what stands below, and with it what
/// the module exports.
fn ends_early(module: &Module) -> bool {
    let mut statements = module.body.iter().filter_map(ModuleItem::as_stmt);
    statements.any(Stmt::is_throw)
}

fn es_version(target: Target) -> EsVersion {
    match target {
        Target::Es2020 => EsVersion::Es2020,
        Target::Es2021 => EsVersion::Es2021,
        Target::Es2022 => EsVersion::Es2022,
        Target::Esnext => EsVersion::latest(),
    }
}

/// How much the compressor writes of a function where the call is. Above 1 it does so with the value
/// that variables have later, or without their declaration; above 0 it takes `new.target` along to
/// where there is none.
const INLINE: u8 = 1;

fn compression(target: EsVersion) -> CompressOptions {
    CompressOptions {
        module: true,
        ecma: target,
        top_level: Some(TopLevelOptions { functions: true }),
        // It loses the cases below a `default` that is not the last one.
        switches: false,
        inline: INLINE,
        // A second pass saves 0.4% of the bytes, and takes a tenth of the time of a build.
        passes: 1,
        ..CompressOptions::default()
    }
}

/// Mangles a program, and compresses it if there are options for that.
fn minify(
    mut program: Program,
    mut compress: Option<CompressOptions>,
    session: &Session<'_>,
) -> Program {
    undefined::rename_own(&mut program);
    // The passes before leave some names of different scopes with one identity (an enum and the
    // parameter of its function), and the compressor then merges them: told apart by their texts,
    // they are resolved afresh.
    hygiene().process(&mut program);
    program.visit_mut_with(&mut Forget);
    if let Program::Module(module) = &mut program {
        prepare::prepare(module);
        if let Some(compress) = compress
            .as_mut()
            .filter(|_| prepare::has_new_target(module))
        {
            compress.inline = 0;
        }
    }
    resolver(session.marks.unresolved, session.marks.top_level, false).process(&mut program);
    let options = MinifyOptions {
        compress,
        mangle: Some(MangleOptions {
            top_level: Some(true),
            ..MangleOptions::default()
        }),
        ..MinifyOptions::default()
    };
    let extra = ExtraOptions {
        unresolved_mark: session.marks.unresolved,
        top_level_mark: session.marks.top_level,
        mangle_name_cache: None,
    };
    optimize(
        program,
        session.map.clone(),
        Some(&session.comments),
        None,
        &options,
        &extra,
    )
}

/// Forgets which scope each name belongs to.
struct Forget;

impl VisitMut for Forget {
    fn visit_mut_syntax_context(&mut self, context: &mut SyntaxContext) {
        *context = SyntaxContext::empty();
    }
}

fn config(minify: bool, target: EsVersion) -> Config {
    Config::default()
        .with_target(target)
        .with_minify(minify)
        // `</script` in a string is escaped, so that a page may inline the module.
        .with_inline_script(true)
}

/// The text, and for each of its pieces the position in the source, where that is asked for.
fn print(
    program: &Program,
    session: &Session<'_>,
    comments: Option<&SingleThreadedComments>,
    config: Config,
) -> Result<(String, Vec<(BytePos, LineCol)>), String> {
    let map = &session.map;
    let mut text = Vec::new();
    let mut positions = Vec::new();
    {
        let positions = session.unit.mapped.then_some(&mut positions);
        let writer = JsWriter::new(map.clone(), "\n", &mut text, positions);
        let writer: Box<dyn WriteJs> = if config.minify {
            Box::new(omit_trailing_semi(writer))
        } else {
            Box::new(writer)
        };
        let comments: Option<&dyn Comments> = match comments {
            Some(comments) => Some(comments),
            None => None,
        };
        let mut emitter = Emitter {
            cfg: config,
            cm: map.clone(),
            comments,
            wr: writer,
        };
        emitter
            .emit_program(program)
            .map_err(|error| error.to_string())?;
    }
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    Ok((text, positions))
}
