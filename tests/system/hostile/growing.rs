//! Small sources with large consequences, and single tokens without end.

use std::fmt::Write;

use super::{Case, survive};
use crate::sources::{busy, component};

/// Each of `count` variables is made of two of the one before it.
fn doubling(first: &str, twice: fn(&str) -> String, count: usize) -> String {
    let mut source = format!("const s0 = {first};\n");
    for number in 0..count {
        let _ = writeln!(
            source,
            "const s{} = {};",
            number + 1,
            twice(&format!("s{number}"))
        );
    }
    source + &component(&format!("s{count}"))
}

fn case(name: &str, source: String) -> Case {
    (name.to_owned(), source)
}

#[test]
fn sources_that_double_themselves_are_survived() {
    let chain: String = (1..2000)
        .map(|number| format!("a{number}=a{0}+a{0},", number - 1))
        .collect();
    survive(vec![
        case(
            "sums of texts",
            doubling("'xxxxxxxxxx'", |name| format!("{name} + {name}"), 30),
        ),
        case(
            "templates",
            doubling(
                "'xxxxxxxxxx'",
                |name| format!("`${{{name}}}${{{name}}}`"),
                30,
            ),
        ),
        case(
            "lists",
            doubling("[1, 2]", |name| format!("[...{name}, ...{name}]"), 30),
        ),
        case(
            "functions",
            doubling("() => 1", |name| format!("() => {name}() + {name}()"), 30),
        ),
        case("a repeated text", component("'x'.repeat(1 << 29)")),
        case(
            "an enum that adds",
            format!("enum X {{a0='x',{chain}}}\n{}", component("X.a1999")),
        ),
    ]);
}

#[test]
fn sources_that_can_be_read_in_many_ways_are_survived() {
    let times = |text: &str, count: usize| text.repeat(count);
    survive(vec![
        case("conditions or arrow functions behind an apostrophe", busy()),
        case("defaults or assignments", component(&times("(a=(", 30))),
        case(
            "asynchronous arrow functions",
            component(&times("async(x=async(", 30)),
        ),
        case(
            "type arguments or comparisons",
            component(&format!("{}1", times("a<b>(", 60))),
        ),
        case(
            "type parameters or elements",
            component(&times("<T,>(a=", 60)),
        ),
        case(
            "parameters of arrow functions",
            component(&times("(a:(b)=>", 60)),
        ),
        case(
            "a pattern that backtracks",
            component("/(a+)+(a+)+(a+)+b/.test('a'.repeat(60))"),
        ),
    ]);
}

#[test]
fn tokens_without_end_are_survived() {
    const MILLION: usize = 1_000_000;
    let text = "x".repeat(5 << 20);
    survive(vec![
        case("a line of 5 MB", format!("{}/*{text}*/", component("1"))),
        case(
            "a number of separators",
            component(&format!("1{}", "_0".repeat(MILLION / 2))),
        ),
        case("a number of digits", component(&"1".repeat(MILLION))),
        case(
            "a big integer",
            component(&format!("{}n", "1".repeat(MILLION))),
        ),
        case("a name", component(&"x".repeat(MILLION))),
        case(
            "an element's name",
            component(&format!("<{}/>", "x".repeat(MILLION))),
        ),
        case(
            "a text",
            component(&format!("'{}'", "\\u{1F3AC}".repeat(MILLION / 10))),
        ),
        case(
            "a text never closed",
            component(&format!("'{}", "x".repeat(MILLION))),
        ),
        case(
            "a template never closed",
            component(&format!("`{}", "\n".repeat(MILLION))),
        ),
        case(
            "a comment never closed",
            component(&format!("/*{}", "*".repeat(MILLION))),
        ),
        case(
            "an expression of brackets",
            component(&format!("/{}/", "[".repeat(MILLION))),
        ),
        case(
            "entities",
            component(&format!("<a>{}</a>", "&amp;".repeat(MILLION / 5))),
        ),
        case("lines", "\n".repeat(2 << 20)),
        case("errors on one long line", "= ;".repeat(MILLION / 2)),
    ]);
}
