//! Swarms: a hundred thousand of everything that a module may have many of.

use super::{Case, survive};
use crate::sources::component;

/// As many as fit into the largest source, for the shortest of them.
const COUNT: usize = 100_000;

/// A swarm of `count`, each made from its number, before a component.
fn swarm(name: &str, count: usize, one: impl Fn(usize) -> String) -> Case {
    let all: String = (0..count).map(one).collect();
    (name.to_owned(), format!("{all}\n{}", component("null")))
}

#[test]
fn many_imports_are_survived() {
    let names: String = (0..COUNT)
        .map(|number| format!("a as b{number},"))
        .collect();
    let imported = format!("import {{{names}}} from 'react';\n{}", component("null"));
    survive(vec![
        swarm("unknown modules", COUNT, |number| {
            format!("import '{number}';\n")
        }),
        swarm("imports of React", 70_000, |number| {
            format!("import a{number} from 'react';\n")
        }),
        ("names of one import".to_owned(), imported),
        swarm("re-exports", 40_000, |number| {
            format!("export {{a as b{number}}} from 'remotion';\n")
        }),
        swarm("exports of everything", 60_000, |_| {
            "export * from 'remotion';\n".to_owned()
        }),
    ]);
}

#[test]
fn many_declarations_are_survived() {
    survive(vec![
        swarm("variables", COUNT, |number| format!("let v{number}=1;\n")),
        swarm("variables that are used", COUNT, |number| {
            format!("let v{number}=g();\n")
        }),
        swarm("one variable again and again", COUNT, |_| {
            "let v=1;\n".to_owned()
        }),
        swarm("functions", COUNT, |number| {
            format!("function f{number}(){{}}\n")
        }),
        swarm("types", COUNT, |number| format!("type T{number}=1;\n")),
        swarm("one default export again and again", 50_000, |_| {
            "export default function(){}\n".to_owned()
        }),
    ]);
}

#[test]
fn many_members_and_marks_are_survived() {
    let members: String = (0..COUNT).map(|number| format!("a{number},")).collect();
    let cases: String = (0..50_000)
        .map(|number| format!("case {number}:g({number});"))
        .collect();
    let list = "1,".repeat(900_000);
    let elements = "<b/>".repeat(COUNT);
    survive(vec![
        (
            "decorators".to_owned(),
            format!("{}class X {{}}\n{}", "@d ".repeat(COUNT), component("X")),
        ),
        (
            "members of an enum".to_owned(),
            format!("enum X {{{members}}}\n{}", component("X.a1")),
        ),
        (
            "cases".to_owned(),
            component(&format!("(() => {{ switch (p) {{{cases}}} }})()")),
        ),
        (
            "items of a list".to_owned(),
            format!("const v = [{list}];\n{}", component("v")),
        ),
        (
            "children of an element".to_owned(),
            component(&format!("<a>{elements}</a>")),
        ),
        ("unknown characters".to_owned(), "\0".repeat(COUNT)),
        ("fences".to_owned(), "```\n".repeat(COUNT)),
        ("errors".to_owned(), "const = ;\n".repeat(COUNT)),
    ]);
}
