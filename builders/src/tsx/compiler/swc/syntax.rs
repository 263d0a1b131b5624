//! Syntax that parses and that no module built here can hold.

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    ArrowExpr, AutoAccessor, AwaitExpr, Decorator, ExportSpecifier, ForOfStmt, Function,
    ImportDecl, ImportPhase, JSXAttr, JSXAttrName, JSXElementName, JSXNamespacedName,
    JSXOpeningElement, JSXSpreadChild, Module, ModuleDecl, ModuleExportName, TaggedTpl,
    TsExportAssignment, TsNamespaceExportDecl, UsingDecl,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::{Places, is_identifier_name, str_text};
use crate::tsx::options::Target;

/// Finds it, in the order of the source.
pub(super) fn check(module: &Module, places: Places, target: Target) -> Vec<Finding> {
    let mut check = Check {
        places,
        target,
        functions: 0,
        found: Vec::new(),
    };
    module.visit_with(&mut check);
    check.found.sort_by_key(|finding| finding.span);
    check.found
}

struct Check {
    places: Places,
    target: Target,
    /// Functions around the node: an `await` outside them is one of the module.
    functions: usize,
    found: Vec<Finding>,
}

impl Check {
    fn refuse(&mut self, span: Span, what: &str, hint: &str) {
        let place = self.places.of(span);
        let message = format!("{what} not supported.");
        self.found
            .push(Finding::error(Code::UnsupportedSyntax, place, message).with_hint(hint));
    }

    fn top_level_await(&mut self, span: Span) {
        if self.functions == 0 && self.target < Target::Es2022 {
            self.refuse(
                span,
                "Top-level `await` is newer than the target of this build and",
                "Load the data in an effect of the component, or set `target` to \"es2022\".",
            );
        }
    }
}

fn markdown_fence(place: crate::tsx::compiler::Span) -> Finding {
    let message = "The source is wrapped in a markdown code block.";
    Finding::error(Code::MarkdownFence, place, message)
        .with_hint("Send only what is between the two lines of backticks.")
}

impl Visit for Check {
    fn visit_decorator(&mut self, decorator: &Decorator) {
        self.refuse(
            decorator.span,
            "Decorators are",
            "Remove the decorator, and call its function by hand: `export default decorate(Name)`.",
        );
    }

    fn visit_auto_accessor(&mut self, accessor: &AutoAccessor) {
        self.refuse(
            accessor.span,
            "`accessor` fields are",
            "Write a getter and a setter.",
        );
    }

    fn visit_using_decl(&mut self, using: &UsingDecl) {
        self.refuse(
            using.span,
            "`using` is",
            "Use `const`, and release in `finally`.",
        );
    }

    fn visit_module_decl(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::TsExportAssignment(TsExportAssignment { span, .. }) => {
                self.refuse(
                    *span,
                    "`export =` is",
                    "Write `export default` instead of `export =`.",
                );
            }
            ModuleDecl::TsNamespaceExport(TsNamespaceExportDecl { span, .. }) => {
                self.refuse(*span, "`export as namespace` is", "Remove the line.");
            }
            _ => {}
        }
        declaration.visit_children_with(self);
    }

    fn visit_import_decl(&mut self, import: &ImportDecl) {
        if import.phase != ImportPhase::Evaluation {
            self.refuse(
                import.span,
                "`import source` and `import defer` are",
                "Use `import`.",
            );
        }
    }

    fn visit_export_specifier(&mut self, specifier: &ExportSpecifier) {
        let exported = match specifier {
            ExportSpecifier::Named(named) => named.exported.as_ref().unwrap_or(&named.orig),
            ExportSpecifier::Namespace(namespace) => &namespace.name,
            ExportSpecifier::Default(_) => return,
        };
        if let ModuleExportName::Str(name) = exported
            && self.target < Target::Es2022
            && !is_identifier_name(&str_text(name))
        {
            self.refuse(
                name.span,
                "An export that is named by a string is newer than the target of this build and",
                "Name it as a variable could be named, or set `target` to \"es2022\".",
            );
        }
    }

    fn visit_tagged_tpl(&mut self, tagged: &TaggedTpl) {
        // Behind a label, `Sure:` for example, a fence is a template that calls an empty one.
        if tagged.tag.is_tpl() {
            let place = self.places.of(tagged.tag.span());
            self.found.push(markdown_fence(place));
        }
        tagged.visit_children_with(self);
    }

    fn visit_jsx_spread_child(&mut self, child: &JSXSpreadChild) {
        self.refuse(
            child.span,
            "Spread children are",
            "Write `{children}` instead of `{...children}`.",
        );
        child.visit_children_with(self);
    }

    fn visit_jsx_opening_element(&mut self, element: &JSXOpeningElement) {
        if let JSXElementName::JSXNamespacedName(JSXNamespacedName { span, .. }) = &element.name {
            self.refuse(
                *span,
                "Tags with a namespace are",
                "Use the tag without its prefix.",
            );
        }
        element.visit_children_with(self);
    }

    fn visit_jsx_attr(&mut self, attribute: &JSXAttr) {
        let is_key = matches!(&attribute.name, JSXAttrName::Ident(name) if name.sym == *"key");
        if is_key && attribute.value.is_none() {
            self.refuse(
                attribute.span,
                "A `key` without a value is",
                "Give it one: `key={id}`.",
            );
        }
        attribute.visit_children_with(self);
    }

    fn visit_await_expr(&mut self, expr: &AwaitExpr) {
        self.top_level_await(expr.span);
        expr.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, statement: &ForOfStmt) {
        if statement.is_await {
            let head = statement.span.with_hi(statement.right.span().hi);
            self.top_level_await(head);
        }
        statement.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        self.functions += 1;
        function.visit_children_with(self);
        self.functions -= 1;
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.functions += 1;
        arrow.visit_children_with(self);
        self.functions -= 1;
    }
}
