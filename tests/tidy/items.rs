//! What can be asked of any item of Rust code: its attributes, its name, its length.

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Attribute, Item};

/// Whether attributes leave an item to tests: `#[cfg(test)]`, `#[test]`, `#[tokio::test]`.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let names_test = |tokens: &TokenStream| tokens.to_string().contains("test");
        let path = attribute.path();
        let negated = |tokens: &TokenStream| tokens.to_string().contains("not");
        match &attribute.meta {
            syn::Meta::List(list) if path.is_ident("cfg") => {
                names_test(&list.tokens) && !negated(&list.tokens)
            }
            _ => path
                .segments
                .last()
                .is_some_and(|last| last.ident == "test"),
        }
    })
}

/// The lines of an item, its attributes and documentation among them.
pub(crate) fn lines_of(item: &Item) -> usize {
    let span = item.span();
    span.end().line + 1 - span.start().line
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name that an item gives to itself.
pub(crate) fn name_of(item: &Item) -> Option<&syn::Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Mod(item) => Some(&item.ident),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        _ => None,
    }
}
