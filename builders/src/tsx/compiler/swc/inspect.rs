//! A finished module read back from its text.

use std::collections::BTreeSet;

use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, FilePathMapping, Mark, SourceMap};
use swc_core::ecma::ast::{
    CallExpr, Callee, EsVersion, Ident, ModuleDecl, Pass, Program, UnaryExpr, UnaryOp,
};
use swc_core::ecma::parser::{EsSyntax, Syntax, parse_file_as_module};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::Inspection;
use crate::tsx::compiler::swc::convert::{literal, str_text};
use crate::tsx::compiler::swc::{exports, nodes};

/// Parses the text as plain JavaScript, as strictly as the parser can, and looks around.
pub(super) fn inspect(code: &str) -> Result<Inspection, String> {
    let map = SourceMap::new(FilePathMapping::empty());
    let file = map.new_source_file(Lrc::new(FileName::Anon), code.to_owned());
    let syntax = Syntax::Es(EsSyntax::default());
    let mut recovered = Vec::new();
    let module = parse_file_as_module(&file, syntax, EsVersion::latest(), None, &mut recovered)
        .map_err(|error| error.kind().msg().into_owned())?;
    if let Some(error) = recovered.first() {
        return Err(error.kind().msg().into_owned());
    }
    let unresolved = Mark::new();
    let mut program = Program::Module(module);
    resolver(unresolved, Mark::new(), false).process(&mut program);
    let module = nodes::into_module(program);
    let mut look = Look {
        unresolved,
        imports: BTreeSet::new(),
        computed: false,
        eval: false,
    };
    module.visit_with(&mut look);
    let mut exports = exports::explicit(&module);
    exports.sort();
    Ok(Inspection {
        exports,
        imports: look.imports.into_iter().collect(),
        computed_import: look.computed,
        uses_eval: look.eval,
    })
}

struct Look {
    unresolved: Mark,
    imports: BTreeSet<String>,
    computed: bool,
    eval: bool,
}

impl Visit for Look {
    fn visit_module_decl(&mut self, declaration: &ModuleDecl) {
        let source = match declaration {
            ModuleDecl::Import(import) => Some(&import.src),
            ModuleDecl::ExportNamed(export) => export.src.as_ref(),
            ModuleDecl::ExportAll(export) => Some(&export.src),
            _ => None,
        };
        self.imports.extend(source.map(|source| str_text(source)));
        declaration.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        call.visit_children_with(self);
        match &call.callee {
            Callee::Import(_) => {
                match call
                    .args
                    .first()
                    .and_then(|argument| literal(&argument.expr))
                {
                    Some(specifier) => {
                        self.imports.insert(specifier);
                    }
                    None => self.computed = true,
                }
            }
            Callee::Expr(_) | Callee::Super(_) => {}
        }
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        // `typeof eval` asks whether there is such a name.
        if unary.op != UnaryOp::TypeOf || !unary.arg.is_ident() {
            unary.visit_children_with(self);
        }
    }

    fn visit_ident(&mut self, ident: &Ident) {
        let free = ident.ctxt.outer() == self.unresolved;
        self.eval |= free && ident.sym == *"eval";
    }
}
