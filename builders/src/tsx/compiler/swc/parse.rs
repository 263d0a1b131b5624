//! Text to tree.

use std::panic::{AssertUnwindSafe, catch_unwind};

use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, SourceMap};
use swc_core::ecma::ast::{EsVersion, JSXAttrValue, Module};
use swc_core::ecma::parser::error::Error;
use swc_core::ecma::parser::{Syntax, TsSyntax, parse_file_as_module};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::swc::errors;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain;

/// The tree of a file.
pub(super) struct Parsed {
    pub(super) module: Module,
    pub(super) comments: SingleThreadedComments,
    pub(super) places: Places,
}

/// Parses a file as an ES module.
pub(super) fn parse(map: &SourceMap, file: &str, source: &str) -> Result<Parsed, Vec<Finding>> {
    if let Some(fence) = explain::opening_fence(source) {
        return Err(vec![fence]);
    }
    let name = Lrc::new(FileName::Custom(file.to_owned()));
    let text = map.new_source_file(name, source.to_owned());
    let places = Places::new(text.start_pos);
    let comments = SingleThreadedComments::default();
    // Errors that the parser recovers from arrive in a list of their own: unterminated strings
    // and comments are among them, and the tree beside them is not what the user meant.
    let mut recovered = Vec::new();
    let syntax = Syntax::Typescript(TsSyntax {
        tsx: !has_extension(file, &["ts", "mts", "cts"]),
        decorators: true,
        ..TsSyntax::default()
    });
    let mut read = || {
        parse_file_as_module(
            &text,
            syntax,
            EsVersion::latest(),
            Some(&comments),
            &mut recovered,
        )
    };
    let parsed = match member_of_namespace(source) {
        None => read(),
        Some(tag) => catch_unwind(AssertUnwindSafe(read)).map_err(|_| vec![no_such_tag(tag)])?,
    };
    let errors: Vec<Error> = recovered
        .into_iter()
        .chain(parsed.as_ref().err().cloned())
        .collect();
    match parsed {
        Ok(mut module) if errors.is_empty() => {
            module.visit_mut_with(&mut AttributeLines);
            Ok(Parsed {
                module,
                comments,
                places,
            })
        }
        _ => Err(errors::findings(source, &errors, places)),
    }
}

/// A tag like `<a:b.c>`, at which the parser of swc 83 panics where it is one, and not the inside of
/// a string or comment.
fn member_of_namespace(source: &str) -> Option<Span> {
    let is_name = |c: char| c.is_alphanumeric() || "_$-:.".contains(c);
    source.match_indices('<').find_map(|(start, _)| {
        let rest = source.get(start + 1..)?;
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (_, local) = rest.get(..length)?.split_once(':')?;
        let end = start + 1 + length;
        local.contains('.').then_some(Span { start, end })
    })
}

fn no_such_tag(span: Span) -> Finding {
    let message = "A tag has either a namespace or members, and not both.";
    Finding::error(Code::SyntaxError, span, message)
        .with_hint("Remove the part before the `:`, or the part behind the `.`.")
}

/// The parser of swc 83 reads a Windows line end in a quoted attribute as one line end and a half:
/// `\r\n` arrives as `\r\n\n`.
struct AttributeLines;

impl VisitMut for AttributeLines {
    fn visit_mut_jsx_attr_value(&mut self, value: &mut JSXAttrValue) {
        if let JSXAttrValue::Str(literal) = value
            && literal.raw.as_ref().is_some_and(|raw| raw.contains("\r\n"))
            && let Some(text) = literal.value.as_str()
        {
            literal.value = text.replace("\r\n\n", "\r\n").into();
        }
        value.visit_mut_children_with(self);
    }
}

fn has_extension(file: &str, extensions: &[&str]) -> bool {
    file.rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension))
}
