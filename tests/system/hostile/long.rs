//! Chains: operators, members, calls and lists without end.

use super::{Case, survive};
use crate::sources::component;

fn case(name: &str, expression: &str) -> Case {
    (name.to_owned(), component(expression))
}

/// A chain of `count` times `link`, with `between` them.
fn chain(link: &str, between: &str, count: usize) -> String {
    vec![link; count].join(between)
}

#[test]
fn long_chains_of_operators_are_survived() {
    let names: Vec<_> = (0..10_000).map(|number| format!("p.a{number}")).collect();
    survive(vec![
        case("a sum of numbers", &chain("1", "+", 10_000)),
        case("a sum of members", &names.join("+")),
        case("a sum of texts", &chain("'x'", "+", 10_000)),
        case("a chain of ??", &chain("p", "??", 10_000)),
        case("a chain of &&", &chain("p", "&&", 10_000)),
        case("a chain of **", &chain("p", "**", 10_000)),
        case("a chain of =", &chain("p", "=", 10_000)),
        case("a chain of <", &chain("p", "<", 50_000)),
        case("a sequence", &format!("({})", chain("p()", ",", 20_000))),
    ]);
}

#[test]
fn long_chains_of_members_are_survived() {
    let link = |link: &str| format!("p{}", link.repeat(50_000));
    survive(vec![
        case("members", &link(".a")),
        case("optional members", &link("?.a")),
        case("optional calls", &link("?.()")),
        case("calls", &link("()")),
        case("indexes", &link("[0]")),
        case("assertions", &link("!")),
        case("tagged templates", &link("``")),
    ]);
}

#[test]
fn nesting_below_what_a_parser_refuses_is_survived() {
    let statements = |open: &str, close: &str, count: usize| {
        let (open, close) = (open.repeat(count), close.repeat(count));
        format!("export default function A(p: any) {{ {open} return 1 {close} return 2; }}\n")
    };
    let mut cases = Vec::new();
    for count in [200, 250, 260, 500, 1000] {
        cases.push((format!("{count} ifs"), statements("if(p.a){", "}", count)));
        cases.push((format!("{count} loops"), statements("for(;;){", "}", count)));
        let functions = statements("return (() => {", "})()", count);
        cases.push((format!("{count} functions"), functions));
        let (open, close) = ("<b>".repeat(count), "</b>".repeat(count));
        cases.push((
            format!("{count} elements"),
            component(&format!("{open}x{close}")),
        ));
    }
    survive(cases);
}
