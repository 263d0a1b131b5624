//! The inputs known to keep the compiler busy: each builds, or fails with a clear code, within a
//! second of computing.

use std::fmt::Write;
use std::time::Duration;

use super::{NOISE, build, codes_of_users, judge};
use crate::sources::component;

/// What a build may compute, worker and host together, with an ordinary build behind it.
const COMPUTED: Duration = Duration::from_secs(1);

/// A name, a source, and the code that it fails with; nothing where it builds.
type Known = (&'static str, String, &'static str);

/// Builds each source, and looks at what comes out and at what it took.
#[track_caller]
fn expect(cases: Vec<Known>) {
    let codes = codes_of_users();
    let mut table = String::new();
    let mut faults = String::new();
    for (name, source, expected) in cases {
        let run = build(&source);
        let (row, mut found) = judge(&run, &codes);
        let failed = if expected.is_empty() {
            "success "
        } else {
            "user_error "
        };
        if !row.starts_with(&format!("{failed}{expected},")) {
            found.push(format!("it was to be {expected:?}"));
        }
        // On a machine that does other things at once, computing takes longer, too.
        if run.computed > COMPUTED.mul_f64(NOISE) {
            found.push("it computed too long".to_owned());
        }
        let _ = writeln!(
            table,
            "{name}, {} bytes: {row}, computed {:?}",
            source.len(),
            run.computed
        );
        for fault in found {
            let _ = writeln!(faults, "{name}: {fault}");
        }
    }
    assert!(faults.is_empty(), "{faults}\nall of them:\n{table}");
}

const REFUSED: &str = "too_complex";
const BUILT: &str = "";

/// An expression within itself, so many times.
fn nested([open, middle, close]: [&str; 3], count: usize) -> String {
    component(&[&open.repeat(count), middle, &close.repeat(count)].concat())
}

/// What is made from each number, before a component.
fn listed(count: usize, one: impl Fn(usize) -> String) -> String {
    let all: String = (0..count).map(one).collect();
    format!("{all}\n{}", component("1"))
}

/// A component whose function holds what is made from each number.
fn inside(before: &str, count: usize, one: impl Fn(usize) -> String) -> String {
    let all: String = (0..count).map(one).collect();
    format!("export default function A(p: any) {{ {before}\n{all} return x; }}\n")
}

#[test]
fn what_can_be_read_in_many_ways_is_refused_before_it_is_read() {
    const FORMS: [(&str, [&str; 3]); 18] = [
        ("arrow functions after conditions", ["a?(b):c=>", "d", ""]),
        ("with blanks", ["a ? (b) : c => ", "d", ""]),
        (
            "with parameters in parentheses",
            ["(a)?(b):(c)=>d=>", "d", ""],
        ),
        ("in parentheses", ["a?(b):c=>(", "d", ")"]),
        (
            "in the middle of conditions",
            ["a?(b):c=>d?(e):f=>", "d", ""],
        ),
        ("in blocks", ["a?(b):c=>{return ", "d", "}"]),
        ("asynchronous ones", ["a?async(b):c=>", "d", ""]),
        ("never ended", ["a?(b):c=>", "", ""]),
        ("computed keys", ["a?(b):{[", "d", "]:1}"]),
        ("computed keys in parentheses", ["a?(b):({[", "d", "]:1})"]),
        ("defaults", ["a?(b):({x=", "d", "})=>1"]),
        ("keys of type arguments", ["a<{[", "b", "]:1}>()"]),
        ("literal keys of type arguments", ["'a'<{", "", ""]),
        ("methods of type arguments", ["a<{b(c=", "1", "):d}"]),
        ("defaults in types", ["1 as ({a=", "b", "})=>1"]),
        ("generic asynchronous calls", ["async<T,U>(a=", "b", ")"]),
        ("tagged templates never ended", ["a<b>`${", "", ""]),
        (
            "labels of a switch",
            ["function(){switch(a){case(b):{[", "1", "]}}}"],
        ),
    ];
    let mut cases: Vec<Known> = FORMS
        .into_iter()
        .map(|(name, form)| (name, nested(form, 60), REFUSED))
        .collect();
    let inferred = ["(infer B extends ", "C", "?1:2)"];
    let [open, middle, close] = inferred.map(|text| text.repeat(if text == "C" { 1 } else { 60 }));
    let inferred = format!("type X = {open}{middle}{close};\n{}", component("1"));
    cases.push(("inferred types", inferred, REFUSED));
    // As many as the check lets through.
    let heavy = ["a?(b):c=>", "d", ""];
    cases.push(("the most arrow functions", nested(heavy, 16), BUILT));
    cases.push(("the most keys", nested(["a<{[", "b", "]:1}>()"], 6), BUILT));
    expect(cases);
}

#[test]
fn what_nests_at_a_cost_of_its_own_is_refused() {
    let classes = ["class extends ", "b", "{}"];
    let blocks = listed(1, |_| {
        format!("class C {{ {} }}\n", "static { g() }".repeat(10_000))
    });
    let namespaces = ["export namespace a{".repeat(250), "}".repeat(250)];
    let [open, close] = namespaces;
    expect(vec![
        ("classes that extend classes", nested(classes, 60), REFUSED),
        ("two classes that do", nested(classes, 2), BUILT),
        ("static blocks", blocks, REFUSED),
        (
            "namespaces",
            format!("{open}export const x=1{close}\n{}", component("1")),
            REFUSED,
        ),
        (
            "functions with parameters",
            listed(20_000, |number| format!("export const f{number}=(a)=>a;\n")),
            REFUSED,
        ),
    ]);
}

/// Each of thirty variables, or members, is made of two of the one before it.
fn doubled(sum: impl Fn(usize) -> String, count: usize) -> String {
    let sums: String = (1..=count)
        .map(|number| format!("const s{number} = {};\n", sum(number - 1)))
        .collect();
    format!(
        "const s0 = 'xxxxxxxxxx';\n{sums}{}",
        component(&format!("s{count}"))
    )
}

#[test]
fn texts_that_double_are_refused_before_they_are_written() {
    let sums = |before| format!("s{before} + s{before}");
    let templates = |before| format!("`${{s{before}}}${{s{before}}}`");
    let members: String = (1..40)
        .map(|number| format!("a{number}=a{0}+a{0},", number - 1))
        .collect();
    expect(vec![
        ("sums", doubled(sums, 30), REFUSED),
        ("sums without end", doubled(sums, 2_000), REFUSED),
        ("templates", doubled(templates, 30), REFUSED),
        ("a text of 80 kB", doubled(sums, 13), BUILT),
        (
            "members of an enum",
            format!("enum X {{a0='x',{members}}}\n{}", component("X.a39")),
            REFUSED,
        ),
    ]);
}

#[test]
fn long_lists_that_programs_write_are_built() {
    expect(vec![
        (
            "constants of the ones before",
            listed(5_000, |number| match number {
                0 => "const v0=1;\n".to_owned(),
                _ => format!("const v{number}=v{}+1;\n", number - 1),
            }),
            BUILT,
        ),
        (
            "functions of the ones before",
            listed(5_000, |number| match number {
                0 => "function f0(a){return a}\n".to_owned(),
                _ => format!("function f{number}(a){{return f{}(a)+1}}\n", number - 1),
            }),
            BUILT,
        ),
        (
            "sums",
            inside("let x=0;", 10_000, |number| format!("x+={number};")),
            BUILT,
        ),
        (
            "joined texts",
            inside("let x='';", 10_000, |number| format!("x+='{number}';")),
            BUILT,
        ),
        (
            "assignments",
            inside("let x;", 20_000, |number| format!("x=g({number});\n")),
            BUILT,
        ),
        (
            "exchanges",
            inside("let x=1,y=2,t;", 10_000, |_| "t=x;x=y;y=t;".to_owned()),
            BUILT,
        ),
        (
            "conditions",
            inside("let x=0;", 10_000, |number| {
                format!("if(p.x==={number}){{x={number};}}else{{x=g(x)}}\n")
            }),
            BUILT,
        ),
    ]);
}

#[test]
fn many_uses_of_one_thing_are_built() {
    let member = |number: usize| format!("k{number}:{number},");
    let read = |number: usize| format!("d.k{number},");
    let members: String = (0..10_000).map(member).collect();
    let reads: String = (0..10_000).map(read).collect();
    let calls: String = (0..10_000)
        .map(|number| format!("o({number},p),"))
        .collect();
    let children: String = (0..10_000)
        .map(|number| format!("{{p.a{number}?<b/>:p.b?(<i/>):null}}\n"))
        .collect();
    expect(vec![
        (
            "reads of a table",
            format!(
                "const d={{{members}}};\n{}",
                component(&format!("[{reads}]"))
            ),
            BUILT,
        ),
        (
            "uses of a function",
            format!(
                "const o=(a,b)=>a*b+1;\n{}",
                component(&format!("[{calls}]"))
            ),
            BUILT,
        ),
        (
            "children on conditions",
            component(&format!("<a>{children}</a>")),
            BUILT,
        ),
    ]);
}

#[test]
fn large_tables_of_people_are_built() {
    let lines: String = (0..12_000)
        .map(|number| {
            format!(
                "{{ from: {number}.5, to: {}, text: \"It's line {number}.\" }},\n",
                number + 1
            )
        })
        .collect();
    let numbers: String = (0..60_000).map(|number| format!("{number}.25, ")).collect();
    let table = |name: &str, rows: &str| {
        format!(
            "const {name} = [{rows}];\n{}",
            component(&format!("{name}[p.frame]"))
        )
    };
    expect(vec![
        ("subtitles of 600 kB", table("lines", &lines), BUILT),
        ("numbers of 500 kB", table("numbers", &numbers), BUILT),
        (
            "a text of 1 MB with escapes",
            component(&format!(
                "'{}'",
                "\\n\\u00e9 '".replace('\'', "\\'").repeat(90_000)
            )),
            BUILT,
        ),
    ]);
}
