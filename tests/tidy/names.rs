//! One walk over a syntax tree: the paths that code names, the functions and names that it gives.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Item, UseTree};

use crate::items::{attributes, is_for_tests, name_of};

/// A path as code names it: `use` trees are flattened, macros' arguments are looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPath {
    /// Its segments; a wildcard import ends in `*`.
    pub(crate) segments: Vec<String>,
    /// The line where it starts.
    pub(crate) line: usize,
    /// The inline modules around it, outermost first.
    pub(crate) inside: Vec<String>,
    /// Whether only tests compile it.
    pub(crate) in_test: bool,
}

/// A function with a body.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The line of its signature.
    pub(crate) line: usize,
    /// From the signature to the closing brace.
    pub(crate) lines: usize,
    /// Its parameters, `self` among them.
    pub(crate) parameters: usize,
    /// Whether only tests compile it.
    pub(crate) in_test: bool,
}

/// A name that the file gives to something: an item, a variant, a field, a method.
pub(crate) struct GivenName {
    /// The name.
    pub(crate) name: String,
    /// Its line.
    pub(crate) line: usize,
    /// Whether only tests compile it.
    pub(crate) in_test: bool,
}

/// What one walk over a file collects.
#[derive(Default)]
pub(crate) struct Names {
    /// Every path with two segments or more, and every import.
    pub(crate) paths: Vec<NamedPath>,
    /// Every function with a body.
    pub(crate) functions: Vec<Function>,
    /// Every name that the file gives.
    pub(crate) given: Vec<GivenName>,
    inside: Vec<String>,
    in_test: bool,
    in_trait_impl: bool,
}

impl Names {
    fn add_path(&mut self, segments: Vec<String>, span: Span) {
        let (inside, in_test) = (self.inside.clone(), self.in_test);
        self.paths.push(NamedPath {
            segments,
            line: span.start().line,
            inside,
            in_test,
        });
    }

    fn add_name(&mut self, ident: &syn::Ident) {
        let line = ident.span().start().line;
        self.given.push(GivenName {
            name: ident.to_string(),
            line,
            in_test: self.in_test,
        });
    }

    fn add_function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.fn_token.span.start().line;
        let lines = block.brace_token.span.close().end().line + 1 - line;
        let name = signature.ident.to_string();
        let (parameters, in_test) = (signature.inputs.len(), self.in_test);
        self.functions.push(Function {
            name,
            line,
            lines,
            parameters,
            in_test,
        });
    }

    fn add_use_tree(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |ident: String| prefix.iter().cloned().chain([ident]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.add_use_tree(&with(path.ident.to_string()), &path.tree),
            UseTree::Name(name) => self.add_path(with(name.ident.to_string()), name.ident.span()),
            UseTree::Rename(name) => self.add_path(with(name.ident.to_string()), name.ident.span()),
            UseTree::Glob(glob) => self.add_path(with("*".to_owned()), glob.star_token.span),
            UseTree::Group(group) => {
                for item in &group.items {
                    self.add_use_tree(prefix, item);
                }
            }
        }
    }

    /// Paths in the arguments of a macro, which no parser but the macro's own understands.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut start = Span::call_site();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.finish_tokens(&mut segments, start);
                        start = ident.span();
                    }
                    segments.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.finish_tokens(&mut segments, start);
                    self.add_tokens(group.stream());
                    colons = 0;
                }
                _ => {
                    self.finish_tokens(&mut segments, start);
                    colons = 0;
                }
            }
        }
        self.finish_tokens(&mut segments, start);
    }

    fn finish_tokens(&mut self, segments: &mut Vec<String>, start: Span) {
        let segments = std::mem::take(segments);
        if segments.len() > 1 {
            self.add_path(segments, start);
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        let outer = self.in_test;
        self.in_test |= is_for_tests(attributes(item));
        if let Some(ident) = name_of(item) {
            self.add_name(ident);
        }
        visit::visit_item(self, item);
        self.in_test = outer;
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.inside.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.inside.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_use_tree(&[], &item.tree);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.in_trait_impl = item.trait_.is_some();
        visit::visit_item_impl(self, item);
        self.in_trait_impl = false;
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add_function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        // The names of a trait's functions are the trait's; it may be somebody else's.
        if !self.in_trait_impl {
            self.add_name(&function.sig.ident);
        }
        self.add_function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.add_name(&function.sig.ident);
        if let Some(block) = &function.default {
            self.add_function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.add_name(&variant.ident);
        visit::visit_variant(self, variant);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(ident) = &field.ident {
            self.add_name(ident);
        }
        visit::visit_field(self, field);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        if let (Some(first), true) = (path.segments.first(), segments.len() > 1) {
            self.add_path(segments, first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        self.add_tokens(invocation.tokens.clone());
        visit::visit_macro(self, invocation);
    }

    // `pub(in crate::a)` names who may look, not what is used.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}
