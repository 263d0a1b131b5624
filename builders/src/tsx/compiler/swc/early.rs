//! Rules of ECMAScript that a text can break and still be parsed by swc: no browser loads it.
//!
//! "Early errors" in the words of the standard. Those that swc's parser knows are in its list of
//! recovered errors; these are the others. They are found before any pass changes the tree.

use swc_core::common::{Span as SwcSpan, Spanned};
use swc_core::ecma::ast::{
    ArrowExpr, AssignProp, BindingIdent, CallExpr, Callee, Class, ClassMember, Expr, ExprOrSpread,
    JSXAttrValue, KeyValueProp, Module, NewExpr, ObjectLit, Pat, Prop, PropName, PropOrSpread,
    Regex, Str, UnaryExpr, UnaryOp,
};
use swc_core::ecma::visit::{Visit, VisitWith};
use swc_ecma_regexp::{LiteralParser, Options};

use crate::tsx::compiler::swc::convert::{Places, literal, str_text};
use crate::tsx::compiler::swc::{privates, supers};
use crate::tsx::compiler::{FOUND_MAX, Finding};

/// Finds what no browser loads, in the order of the source.
pub(super) fn check(module: &Module, places: Places, source: &str) -> Vec<Finding> {
    let mut early = Early {
        places,
        source,
        found: Vec::new(),
    };
    module.visit_with(&mut early);
    let mut found = early.found;
    found.extend(supers::check(module, places));
    found.extend(privates::check(module, places));
    found.sort_by_key(|finding| finding.span);
    found.truncate(FOUND_MAX);
    found
}

struct Early<'s> {
    places: Places,
    source: &'s str,
    found: Vec<Finding>,
}

impl Early<'_> {
    fn refuse(&mut self, span: SwcSpan, message: impl Into<String>, hint: &str) {
        if self.found.len() < FOUND_MAX {
            self.found.push(self.places.refuse(span, message, hint));
        }
    }
}

impl Early<'_> {
    fn expression(&mut self, pattern: &str, flags: &str, span: SwcSpan) {
        let checked = LiteralParser::new(pattern, Some(flags), Options::default()).parse();
        if let Err(error) = checked {
            let reason = error.to_string();
            let reason = reason.trim_start_matches("Invalid regular expression: ");
            self.refuse(
                span,
                format!("The regular expression is not valid: {reason}."),
                "Write a backslash before each of `( ) [ ] { } * + ? | .` that stands for itself.",
            );
        }
    }

    /// `RegExp("…")` with texts that are written out: the compressor makes a literal of it, and one
    /// that is not valid would fail the build as a fault of its own.
    fn made_expression(&mut self, callee: &Expr, arguments: &[ExprOrSpread], span: SwcSpan) {
        let is_constructor = callee.as_ident().is_some_and(|name| name.sym == *"RegExp");
        let text = |index: usize| match arguments.get(index) {
            Some(ExprOrSpread { spread: None, expr }) => literal(expr),
            _ => None,
        };
        if !is_constructor || arguments.len() > 2 {
            return;
        }
        let flags = if arguments.len() < 2 {
            Some(String::new())
        } else {
            text(1)
        };
        if let (Some(pattern), Some(flags)) = (text(0), flags) {
            self.expression(&pattern, &flags, span);
        }
    }

    /// Whether a line ends between the one parameter of an arrow function and its arrow. The parser
    /// of swc 47 reads on, and takes what stands before in the same parentheses for parameters too.
    fn is_torn(&self, arrow: &ArrowExpr) -> bool {
        let [Pat::Ident(parameter), ..] = arrow.params.as_slice() else {
            return false;
        };
        let last = arrow.params.last().map_or(parameter.span, Spanned::span);
        if parameter.span.lo > arrow.span.lo {
            return false;
        }
        let (from, to) = (self.places.of(last).end, self.places.at(&*arrow.body).start);
        let between = self.source.get(from..to).unwrap_or_default();
        let before_arrow = between.split("=>").next().unwrap_or_default();
        before_arrow.contains(['\n', '\r'])
    }
}

impl Visit for Early<'_> {
    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        if self.is_torn(arrow) {
            self.refuse(
                arrow.span,
                "A line ends before the arrow of this function, or a `)` is missing there.",
                "Write `)` after the parameters, or put `=>` on their line.",
            );
        }
        arrow.visit_children_with(self);
    }

    fn visit_regex(&mut self, regex: &Regex) {
        self.expression(&regex.exp, &regex.flags, regex.span);
    }

    /// In attributes of JSX a backslash is a character like any other.
    fn visit_jsx_attr_value(&mut self, value: &JSXAttrValue) {
        if !matches!(value, JSXAttrValue::Str(_)) {
            value.visit_children_with(self);
        }
    }

    fn visit_str(&mut self, literal: &Str) {
        let raw = literal.raw.as_deref().unwrap_or_default();
        let escapes = raw.replace("\\\\", "");
        if let Some(digit) = ['8', '9']
            .into_iter()
            .find(|digit| escapes.contains(&format!("\\{digit}")))
        {
            self.refuse(
                literal.span,
                format!("`\\{digit}` is no escape in a module."),
                "Remove the backslash before the digit.",
            );
        }
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        if unary.op == UnaryOp::Delete && without_parens(&unary.arg).is_ident() {
            self.refuse(
                unary.span,
                "`delete` takes a member of an object, not a variable.",
                "Assign `undefined` to the variable instead.",
            );
        }
        unary.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        if let Expr::Call(call) = &*new.callee
            && matches!(call.callee, Callee::Import(_))
        {
            self.refuse(
                new.span,
                "`new` cannot be applied to `import()`.",
                "Remove `new`: `import()` gives a promise of the module.",
            );
        }
        let arguments = new.args.as_deref().unwrap_or_default();
        self.made_expression(&new.callee, arguments, new.span);
        new.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Callee::Expr(callee) = &call.callee {
            self.made_expression(callee, &call.args, call.span);
        }
        call.visit_children_with(self);
    }

    fn visit_object_lit(&mut self, object: &ObjectLit) {
        let mut prototypes = 0;
        for property in &object.props {
            let PropOrSpread::Prop(property) = property else {
                continue;
            };
            match &**property {
                Prop::Assign(AssignProp { key, span, .. }) => self.refuse(
                    *span,
                    "A member of an object is written with `:`.",
                    &format!("Write `{}:` instead of `{} =`.", key.sym, key.sym),
                ),
                Prop::KeyValue(KeyValueProp { key, .. }) if is_named(key, "__proto__") => {
                    prototypes += 1;
                    if prototypes == 2 {
                        self.refuse(
                            key.span(),
                            "`__proto__` is set twice in one object.",
                            "Remove one of the two.",
                        );
                    }
                }
                _ => {}
            }
        }
        object.visit_children_with(self);
    }

    fn visit_class(&mut self, class: &Class) {
        for member in &class.body {
            let key = match member {
                ClassMember::Method(method) if method.is_static => &method.key,
                ClassMember::ClassProp(property) if property.is_static && !property.declare => {
                    &property.key
                }
                _ => continue,
            };
            if is_named(key, "prototype") {
                self.refuse(
                    key.span(),
                    "A class has its own `prototype`, and cannot declare one as static.",
                    "Choose another name.",
                );
            }
        }
        class.visit_children_with(self);
    }

    /// Written with an escape, a reserved word gets past the parser.
    fn visit_binding_ident(&mut self, binding: &BindingIdent) {
        if matches!(&*binding.id.sym, "await" | "yield" | "enum") {
            self.refuse(
                binding.id.span,
                "This word is reserved in modules and cannot be a name.",
                "Choose another name.",
            );
        }
        binding.visit_children_with(self);
    }
}

fn without_parens(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let Expr::Paren(inner) = expr {
        expr = &inner.expr;
    }
    expr
}

fn is_named(key: &PropName, name: &str) -> bool {
    match key {
        PropName::Ident(ident) => ident.sym == *name,
        PropName::Str(literal) => str_text(literal) == name,
        _ => false,
    }
}
