//! Fifty thousand levels, in every syntactic form that nests.

use super::{Case, survive};
use crate::sources::component;

/// Deep enough for any recursion of a compiler to leave a stack of many megabytes.
const DEPTH: usize = 50_000;

/// The pieces of an expression: what opens a level, the innermost, what closes a level.
type Form = (&'static str, [&'static str; 3]);

const EXPRESSIONS: [Form; 22] = [
    ("parentheses", ["(", "1", ")"]),
    ("arrays", ["[", "1", "]"]),
    ("objects", ["{a:", "1", "}"]),
    ("spreads", ["{...", "p", "}"]),
    ("elements", ["<a>", "x", "</a>"]),
    ("fragments", ["<>", "x", "</>"]),
    ("attributes", ["<a b={", "1", "}/>"]),
    ("elements never closed", ["<a>", "", ""]),
    ("conditions in the middle", ["1?", "1", ":1"]),
    ("conditions at the end", ["1?1:", "1", ""]),
    ("templates", ["`${", "1", "}`"]),
    ("not", ["!", "1", ""]),
    ("minus", ["- ", "1", ""]),
    ("typeof", ["typeof ", "1", ""]),
    ("arrow functions", ["()=>", "1", ""]),
    ("arrow functions in calls", ["f(a=>", "1", ")"]),
    ("functions", ["function(){return ", "1", "}"]),
    ("classes", ["class extends (", "Object", "){}"]),
    ("new", ["new ", "Date()", ""]),
    ("calls", ["f(", "1", ")"]),
    ("type arguments of calls", ["f<", "A", ">()"]),
    ("casts", ["(", "p", " as any)"]),
];

const TYPES: [Form; 7] = [
    ("type arguments", ["A<", "1", ">"]),
    ("types in parentheses", ["(", "A", ")"]),
    ("array types", ["", "A", "[]"]),
    ("function types", ["()=>", "A", ""]),
    ("conditional types", ["A extends A ? A : ", "A", ""]),
    ("object types", ["{a:", "A", "}"]),
    ("unions", ["A|", "A", ""]),
];

const STATEMENTS: [Form; 8] = [
    ("blocks", ["{", "", "}"]),
    ("conditions", ["if(p)", ";", ""]),
    ("else if", ["if(p){}else ", "{}", ""]),
    ("loops", ["for(;;)", ";", ""]),
    ("nested functions", ["function f(){", "", "}"]),
    ("try", ["try{", "", "}catch(e){}"]),
    ("array patterns", ["[", "a", "]"]),
    ("object patterns", ["{a:", "b", "}"]),
];

/// A form at its full depth.
fn nest([open, middle, close]: [&str; 3]) -> String {
    [&open.repeat(DEPTH), middle, &close.repeat(DEPTH)].concat()
}

fn cases<const N: usize>(forms: [Form; N], source: fn(&str) -> String) -> Vec<Case> {
    let case = |(name, pieces): Form| (name.to_owned(), source(&nest(pieces)));
    forms.into_iter().map(case).collect()
}

#[test]
fn nested_expressions_are_survived() {
    survive(cases(EXPRESSIONS, component));
}

#[test]
fn nested_types_are_survived() {
    let source = |nested: &str| format!("type B = {nested};\n{}", component("null"));
    survive(cases(TYPES, source));
}

#[test]
fn nested_statements_are_survived() {
    let source = |nested: &str| match nested.ends_with(['a', 'b', ']']) || nested.contains("a:b") {
        true => format!("const {nested} = [] as any;\n{}", component("null")),
        false => format!("export default function A(p: any) {{ {nested} return null; }}\n"),
    };
    survive(cases(STATEMENTS, source));
}

#[test]
fn labels_of_one_statement_are_survived() {
    // Distinct names, each of which is compared with all those around it.
    let labels: String = (0..DEPTH).map(|number| format!("a{number}:")).collect();
    let source = format!("export default function A() {{ {labels}; return null; }}\n");
    survive(vec![("labels".to_owned(), source)]);
}
