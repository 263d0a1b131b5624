//! Early errors: what no browser loads, with code, line and column, beside what looks alike and is
//! fine. What esbuild and Node refuse when they load a module is refused here, and a few things more
//! that throw when they run.

use vasca_builders::tsx::TsxBuilder;
use vasca_builders::{BuildRequest, Code, Severity};

/// The code and the place of the first error; none where the source builds.
fn first_error(source: &str) -> Option<(Code, u32, u32)> {
    let has_export = source.contains("export ");
    let export = if has_export {
        ""
    } else {
        "\nexport default () => null;"
    };
    let request = BuildRequest::single("tsx", "component.tsx", &format!("{source}{export}"));
    let error = TsxBuilder::new().build_blocking(&request).err()?;
    let first = error
        .diagnostics
        .iter()
        .find(|one| one.severity == Severity::Error)?;
    assert!(first.hint.is_some(), "{source}: {}", first.message);
    Some((
        first.code,
        first.line.unwrap_or(0),
        first.column.unwrap_or(0),
    ))
}

fn refused(code: Code, rows: &[(&str, u32, u32)]) {
    for (source, line, column) in rows {
        assert_eq!(
            first_error(source),
            Some((code, *line, *column)),
            "{source}"
        );
    }
}

#[test]
fn super_outside_of_methods_is_refused() {
    refused(
        Code::SyntaxError,
        &[
            ("function f() { super.x(); }", 1, 16),
            ("function f() { super(); }", 1, 16),
            ("class A { constructor() { super(); } }", 1, 27),
            ("class A extends B { m() { super(); } }", 1, 27),
            ("const o = { m: function () { super.x(); } };", 1, 30),
        ],
    );
}

#[test]
fn a_regular_expression_that_is_none_is_refused() {
    refused(
        Code::SyntaxError,
        &[
            ("const r = /(/;", 1, 11),
            ("const r = /[z-a]/;", 1, 11),
            ("const r = /a{2,1}/;", 1, 11),
            (r#"const r = /\u{110000}/u;"#, 1, 11),
            ("const r = /a/gg;", 1, 11),
            ("const r = /(?<a>x)(?<a>y)/;", 1, 11),
            (r#"const r = /(?<n>a)\k<m>/;"#, 1, 11),
            ("const r = /*a/;", 1, 11),
            ("const r = /+a/;", 1, 11),
            ("const r = /a**/;", 1, 11),
            ("const r = /(?<=a)+b/;", 1, 11),
            (r#"const r = /\p{Foo}/u;"#, 1, 11),
            ("const r = /{1}/;", 1, 11),
            ("const r = /]/u;", 1, 11),
            ("const r = /a/vu;", 1, 11),
            ("const r = /a/xyz;", 1, 11),
        ],
    );
}

#[test]
fn other_rules_of_the_standard_hold() {
    refused(
        Code::SyntaxError,
        &[
            ("const o = { __proto__: a, __proto__: b };", 1, 27),
            (r#"const o = { __proto__: a, "__proto__": b };"#, 1, 27),
            ("export default () => <a:b.c/>;", 1, 22),
            ("export default () => <a:b></a:c>;", 1, 27),
            ("let x; delete x;", 1, 8),
            ("let x; delete (x);", 1, 8),
            ("const a = 010;", 1, 11),
            (r#"const a = "\01";"#, 1, 12),
            (r#"const a = "\8";"#, 1, 11),
            ("const a = 08;", 1, 11),
            (r#"const a = `\01`;"#, 1, 12),
            ("a ?? b || c;", 1, 1),
            ("a || b ?? c;", 1, 1),
            ("const {...{a}} = {};", 1, 8),
            ("function f(...a, b) {}", 1, 12),
            ("const o = { set a() {} };", 1, 17),
            ("<!-- hello", 1, 1),
            ("--> hello", 1, 1),
            ("-1 ** 2;", 1, 7),
            ("const a;", 1, 7),
            ("const {a};", 1, 7),
            ("let [a];", 1, 5),
            (
                r#""use strict"; function f(a = 1) { "use strict"; }"#,
                1,
                35,
            ),
            (
                "import { default } from 'react'; export default () => 1;",
                1,
                10,
            ),
            ("export { if }; export default () => 1;", 1, 10),
            ("export { 'a' }; export default () => 1;", 1, 10),
            ("const o = { if };", 1, 13),
            ("const o = { a = 1 };", 1, 13),
            ("({ a = 1 });", 1, 4),
            ("`${}`;", 1, 4),
            ("new import('react');", 1, 1),
            ("import();", 1, 1),
            ("1..toString; 1.toString();", 1, 16),
            ("3in [];", 1, 2),
            ("0b12;", 1, 4),
            ("1__0;", 1, 1),
            ("1_;", 1, 1),
            (r#""\u{110000}";"#, 1, 2),
            (r#""\x1";"#, 1, 2),
            ("const a = 1; delete a;", 1, 14),
            (
                r#"import { "x" } from 'react'; export default () => 1;"#,
                1,
                10,
            ),
        ],
    );
}

#[test]
fn private_names_are_declared_once_around_their_use() {
    refused(
        Code::SyntaxError,
        &[
            ("class A { m() { return this.#x; } }", 1, 29),
            ("const f = (o) => o.#x;", 1, 20),
            ("const f = (o) => #x in o;", 1, 18),
            ("class A { #x; #x; }", 1, 15),
            ("class A { #constructor; }", 1, 11),
            ("class A { #x; m() { delete this.#x } }", 1, 28),
        ],
    );
}

#[test]
fn rules_of_statements_hold() {
    refused(
        Code::SyntaxError,
        &[
            ("break;", 1, 1),
            ("continue;", 1, 1),
            ("for (;;) { (() => { break; })(); }", 1, 21),
            ("x: for (;;) { break y; }", 1, 15),
            ("x: { continue x; }", 1, 6),
            ("x: x: for (;;) {}", 1, 4),
            ("x: { x: {} }", 1, 6),
            ("with (a) {}", 1, 1),
            ("if (a) let b = 1;", 1, 8),
            ("if (a) const b = 1;", 1, 8),
            ("if (a) class B {}", 1, 8),
            ("if (a) function f() {}", 1, 8),
            ("while (a) function f() {}", 1, 11),
            ("label: function f() {}", 1, 8),
            ("for (;;) let a = 1;", 1, 10),
            ("const o = { get a(b) { return 1 } };", 1, 17),
            ("function f() { await 1; }", 1, 16),
            ("return 1;", 1, 1),
            ("throw\n1;", 2, 1),
            ("async () => { for await (const a in b) {} };", 1, 19),
            ("for (const a of b, c) {}", 1, 18),
            ("for (let of []) {}", 1, 9),
            ("for (const a = 1 of []) {}", 1, 12),
            ("for (let a, b of []) {}", 1, 13),
            ("try {}", 2, 1),
            ("switch (1) { default: default: }", 1, 30),
            ("async function f() { var await; }", 1, 26),
            ("if (1) { break }", 1, 10),
            ("switch (1) { case 1: continue }", 1, 22),
            ("async function f() { await: 1 }", 1, 27),
        ],
    );
}

#[test]
fn words_of_the_language_are_no_names() {
    refused(
        Code::SyntaxError,
        &[
            ("new.target;", 1, 1),
            ("const f = () => new.target;", 1, 17),
            ("const eval = 1;", 1, 7),
            ("let arguments;", 1, 5),
            ("function f(eval) {}", 1, 12),
            ("arguments = 1;", 1, 1),
            ("eval++;", 1, 1),
            ("const yield = 1;", 1, 7),
            ("const await = 1;", 1, 7),
            ("function await() {}", 1, 10),
            ("class let {}", 1, 7),
            ("const let = 1;", 1, 7),
            ("let let = 1;", 1, 5),
            ("const enum = 1;", 1, 12),
            ("interface = 1;", 1, 1),
            ("async function f(a = await 1) {}", 1, 22),
            ("async (a = await 1) => 1;", 1, 12),
            ("function* f(a = yield) {}", 1, 17),
            ("const f = () => { await 1; };", 1, 19),
            (
                "import { a as eval } from 'react'; export default () => eval;",
                1,
                15,
            ),
            (r#"var \u0061wait = 1;"#, 1, 5),
            (r#"cl\u0061ss A {}"#, 1, 1),
            (r#""use strict"; implements = 1;"#, 1, 15),
            ("function* g() { var yield; }", 1, 21),
            ("function* g() { function yield() {} }", 1, 26),
            ("async () => { const await = 1 };", 1, 21),
            ("yield: 1;", 1, 1),
        ],
    );
}

#[test]
fn rules_of_classes_hold() {
    refused(
        Code::SyntaxError,
        &[
            ("let static = 1;", 1, 5),
            ("class A { constructor() {} constructor() {} }", 1, 28),
            ("class A { get a(b) { return 1 } }", 1, 11),
            ("class A { static prototype() {} }", 1, 18),
            ("class A { static prototype = 1 }", 1, 18),
            ("class A { get constructor() {} }", 1, 11),
            ("class A { async constructor() {} }", 1, 17),
            ("class A { constructor = 1 }", 1, 11),
            ("class A { x = arguments }", 1, 15),
            ("class A { static { await 1 } }", 1, 20),
            ("class A { static { return } }", 1, 20),
            ("class A { static { arguments } }", 1, 20),
        ],
    );
}

#[test]
fn what_is_no_target_is_not_assigned_to() {
    refused(
        Code::SyntaxError,
        &[
            ("a?.b = 1;", 1, 1),
            ("a?.b++;", 1, 1),
            ("[a?.b] = [];", 1, 2),
            ("a + b = c;", 1, 7),
            ("f() = 1;", 1, 1),
            ("f()++;", 1, 1),
            ("1 = 2;", 1, 1),
            ("(a, b) = 1;", 1, 1),
            ("({a}) = 1;", 1, 1),
            ("[...a, b] = [];", 1, 2),
            ("const [...a, b] = [];", 1, 8),
            ("({...{a}} = {});", 1, 3),
            ("new a?.b();", 1, 5),
            ("a?.`x`;", 1, 4),
            ("import.meta = 1;", 1, 1),
            ("let x = 1; let y = x +* 2;", 1, 23),
        ],
    );
}

#[test]
fn constants_and_imports_are_not_assigned_to() {
    refused(
        Code::ConstantAssignment,
        &[
            ("const a = 1; a = 2;", 1, 14),
            ("const a = 1; a++;", 1, 14),
            ("const a = 1; for (a of []) {}", 1, 19),
            ("const {a} = {}; [a] = [1];", 1, 18),
            (
                "import { spring } from 'remotion'; spring = 1; export default () => spring;",
                1,
                36,
            ),
            (
                "import * as R from 'remotion'; R = 1; export default () => R;",
                1,
                32,
            ),
            ("for (const i = 0; i < 3; i++) {}", 1, 26),
            ("const f = () => {}; f = 1;", 1, 21),
            ("const a = 1; ({ a } = {});", 1, 17),
            ("const a = 1; const f = () => { a += 1 };", 1, 32),
            ("const a = 1; a ||= 2;", 1, 14),
            (
                "import { a } from 'react'; a++; export default () => a;",
                1,
                28,
            ),
        ],
    );
}

#[test]
fn parameters_and_declarations_are_named_once() {
    refused(
        Code::DuplicateDeclaration,
        &[
            ("function f(a, a) {}", 1, 15),
            ("const f = (a, a) => 1;", 1, 15),
            ("const f = function ({a}, a) {};", 1, 26),
            ("try {} catch ([a, a]) {}", 1, 19),
            ("try {} catch (a) { let a; }", 1, 24),
            ("export default function f() {} function f() {}", 1, 41),
            ("export const a = 1, a = 2; export default () => 1;", 1, 21),
            (
                "import a, { b as a } from 'react'; export default () => a;",
                1,
                18,
            ),
        ],
    );
}

#[test]
fn what_looks_like_an_early_error_and_is_none_builds() {
    for source in [
        "import * as R from 'remotion'; R.x = 1; export default () => R;",
        "class A { m() { super.x(); } }",
        "const o = { m() { super.x(); } };",
        "const r = /(?<=a)b/;",
        r#"const r = /\p{Foo}/;"#,
        "const r = /(?i:a)b/;",
        "const r = /a{,5}/;",
        "const r = /]/;",
        "const r = /[[a]--b]/v;",
        "const r = /(?<a>x)|(?<a>y)/;",
        "const o = { __proto__: a, __proto__() {} };",
        "({ __proto__: a, __proto__: b } = {});",
        "class A { get #x() {} set #x(v) {} }",
        "class A { #x; m() { class B { n(o) { return o.#x } } } }",
        "(a ?? b) || c;",
        "[(a)] = [];",
        r#"class A extends B { constructor() { "use strict"; super(); } }"#,
        "let undefined;",
        "const undefined = 1;",
        "let NaN = 1; ",
        "const globalThis = 1;",
        "class A extends A {}",
        "function f() { return new.target } ",
        "function f() {} f = 1;",
        "class A {} A = 1;",
        "class A { m() { A = 1 } }",
        "const f = function g() { g = 1 };",
        "enum E { A } E = 1;",
        "enum E { A } E.A = 1;",
        "try {} catch (e) { e = 1 }",
        "const a = 1; { let a; a = 2 }",
        "var a = 1; delete a.b;",
        "while (1) { switch (1) { case 1: continue } }",
        r#"export default () => <a b="1" b="2"/>;"#,
    ] {
        assert_eq!(first_error(source), None, "{source}");
    }
}

#[test]
fn exports_of_commonjs_are_refused_at_the_top_level_and_where_they_are_free() {
    refused(
        Code::UnsupportedSyntax,
        &[
            ("const A = () => null; module.exports = A;", 1, 23),
            ("module.exports.A = () => null;", 1, 1),
            ("exports.A = () => null;", 1, 1),
            ("exports.default = () => null;", 1, 1),
        ],
    );
    for source in [
        "if (typeof module !== 'undefined') module.exports = 1;",
        "const module = { exports: 1 }; module.exports = 2;",
        "const o: any = { exports: {} }; o.exports.a = 2;",
    ] {
        assert_eq!(first_error(source), None, "{source}");
    }
}
