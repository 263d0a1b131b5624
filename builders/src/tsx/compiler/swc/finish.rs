//! From the tree to the text of the finished module.

use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{SourceMap, SyntaxContext};
use swc_core::ecma::ast::{EsVersion, Module, Pass, Program};
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
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::options::Target;

/// Compresses, mangles and prints a module; without `minify`, names are only kept apart.
pub(super) fn finish(module: Module, session: &Session<'_>) -> Result<String, Finding> {
    let target = es_version(session.unit.target);
    let mut program = Program::Module(module);
    if session.unit.minify {
        program = minify(program, target, session);
    } else {
        hygiene().process(&mut program);
    }
    let comments: &dyn Comments = &session.comments;
    fixer(Some(comments)).process(&mut program);
    // A minified module keeps no comments: whom they were for has the source.
    let kept = (!session.unit.minify).then_some(&session.comments);
    print(
        &program,
        &session.map,
        kept,
        config(session.unit.minify, target),
    )
    .map_err(|error| {
        let message = format!("The module could not be printed: {error}.");
        Finding::error(Code::ContractBroken, Span::default(), message)
    })
}

fn es_version(target: Target) -> EsVersion {
    match target {
        Target::Es2020 => EsVersion::Es2020,
        Target::Es2021 => EsVersion::Es2021,
        Target::Es2022 => EsVersion::Es2022,
        Target::Esnext => EsVersion::latest(),
    }
}

fn minify(mut program: Program, target: EsVersion, session: &Session<'_>) -> Program {
    // The passes before leave some names of different scopes with one identity (an enum and the
    // parameter of its function), and the compressor then merges them: told apart by their texts,
    // they are resolved afresh.
    hygiene().process(&mut program);
    program.visit_mut_with(&mut Forget);
    resolver(session.marks.unresolved, session.marks.top_level, false).process(&mut program);
    let options = MinifyOptions {
        compress: Some(CompressOptions {
            module: true,
            ecma: target,
            top_level: Some(TopLevelOptions { functions: true }),
            // It loses the cases below a `default` that is not the last one.
            switches: false,
            ..CompressOptions::default()
        }),
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

fn print(
    program: &Program,
    map: &swc_core::common::sync::Lrc<SourceMap>,
    comments: Option<&SingleThreadedComments>,
    config: Config,
) -> Result<String, String> {
    let mut text = Vec::new();
    {
        let writer = JsWriter::new(map.clone(), "\n", &mut text, None);
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
    String::from_utf8(text).map_err(|error| error.to_string())
}
