//! What is refused, with which code: a table for each rule, beside what looks alike and is fine.

use vasca_builders::tsx::TsxBuilder;
use vasca_builders::{BuildRequest, Code, Severity};

/// The codes of a source's errors; empty where it builds.
fn errors(source: &str) -> Vec<Code> {
    let request = BuildRequest::single("tsx", "component.tsx", source);
    match TsxBuilder::new().build_blocking(&request) {
        Ok(_) => Vec::new(),
        Err(error) => error
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|diagnostic| diagnostic.code)
            .collect(),
    }
}

fn refused(code: Code, sources: &[&str]) {
    for source in sources {
        assert_eq!(errors(source).first(), Some(&code), "{source}");
    }
}

fn built(sources: &[&str]) {
    for source in sources {
        assert_eq!(errors(source), [], "{source}");
    }
}

#[test]
fn a_default_export_that_is_no_component_is_refused() {
    refused(
        Code::InvalidDefaultExport,
        &[
            "export default 1",
            "export default 'text'",
            "export default `text ${1}`",
            "export default null",
            "export default undefined",
            "export default void 0",
            "export default true",
            "export default /x/",
            "export default {}",
            "export default []",
            "export default <b/>",
            "export default (<><b/></>)",
            "export default !x; declare const x: any",
            "export default 1 + 2",
            "const a = 1; const b = a; export default b",
            "const a = { render() {} }; export { a as default }",
            "export default (0, 5)",
            "export default {} as any",
        ],
    );
}

#[test]
fn a_default_export_that_can_be_a_component_builds() {
    built(&[
        "export default function () {}",
        "export default class {}",
        "export default () => null",
        "export default async function* a() {}",
        "const A = () => <b/>; export default A",
        "function A() {} export { A as default }",
        "import { memo } from 'react'; export default memo(() => null)",
        "import React from 'react'; export default React.forwardRef(() => null)",
        "export default globalThis.x ? 1 : 2",
        "export default wrap(1); function wrap(a: any) { return a }",
        "let A = 1; export default A",
        "export { AbsoluteFill as default } from 'remotion'",
    ]);
}

#[test]
fn only_an_unproven_default_export_has_a_note() {
    let noted = |source: &str| {
        let request = BuildRequest::single("tsx", "a.tsx", source);
        let artifact = TsxBuilder::new().build_blocking(&request).unwrap();
        artifact
            .diagnostics
            .iter()
            .any(|one| one.code == Code::UnverifiedDefaultExport)
    };
    assert!(noted(
        "export default make(); function make() { return () => null }"
    ));
    assert!(!noted(
        "import * as R from 'react'; export default R.memo(() => null)"
    ));
    assert!(!noted("const A = () => <b/>; export default A"));
}

#[test]
fn a_module_without_a_default_export_is_refused() {
    refused(
        Code::MissingDefaultExport,
        &[
            "",
            "// nothing",
            "const A = () => <b/>;",
            "export const A = () => <b/>;",
            "export * from 'react'",
            "export default interface A {}",
            "type A = 1; export type { A }",
        ],
    );
}

#[test]
fn imports_outside_the_policy_are_refused_in_every_form() {
    let unknown = [
        "import a from 'lodash'; export default () => a",
        "import * as a from 'lodash'; export default () => a",
        "import 'lodash'; export default () => 1",
        "import './a.css'; export default () => 1",
        "export { a } from 'lodash'; export default () => 1",
        "export * from 'lodash'; export default () => 1",
        "export * as a from 'lodash'; export default () => 1",
        "export default () => import('lodash')",
        "export default () => import(`lodash`)",
        "export default () => require('lodash')",
        "import a = require('lodash'); export default () => a",
        "import a from '.'; export default () => a",
        "import a from ''; export default () => a",
        "import a from '\\u006codash'; export default () => a",
    ];
    refused(Code::UnresolvedImport, &unknown);
    let forbidden = [
        "import a from 'https://example.com/a.js'; export default () => a",
        "import a from 'node:fs'; export default () => a",
        "import a from 'node:\\x66s'; export default () => a",
        "import a from 'data:text/javascript,1'; export default () => a",
        "import a from '/etc/passwd'; export default () => a",
        "import a from '..\\\\a'; export default () => a",
        "import a from '@remotion/renderer'; export default () => a",
        "export default (a: string) => import(a)",
        "export default (a: string) => require(a)",
        "export default () => import('re' + 'act')",
        "export default () => new URL('./a.png', import.meta.url)",
    ];
    refused(Code::ForbiddenImport, &forbidden);
}

#[test]
fn whatever_uses_the_global_eval_is_refused() {
    let sources = [
        "export default () => eval('1')",
        "export default () => (eval)('1')",
        "export default () => (0, eval)('1')",
        "export default () => eval?.('1')",
        "const e = eval; export default () => e('1')",
        "export default () => window.eval('1')",
        "export default () => (globalThis as any)['eval']('1')",
        "export default () => [eval].map((f) => f('1'))",
        "declare function eval(a: string): any; export default () => eval('1')",
        "declare namespace eval {} export default () => eval('1')",
    ];
    refused(Code::ForbiddenEval, &sources);
    built(&[
        "export default (o: any) => o.eval('1')",
        "export default (eval_: any) => typeof eval + eval_",
        "export default (window: any) => window.eval('1')",
    ]);
}

#[test]
fn a_require_that_is_no_call_of_a_module_is_refused() {
    let sources = [
        "export default () => (0, require)('react')",
        "export default () => require?.('react')",
        "const r = require; export default () => r('react')",
        "export default () => require.resolve('react')",
        "export default () => ({ require })",
    ];
    refused(Code::ForbiddenImport, &sources);
    refused(
        Code::UnresolvedImport,
        &[
            "export default () => (require as any)('lodash')",
            "declare const require: any; export default () => require('lodash')",
            "export default () => { declare function require(a: string): any; return require('lodash'); }",
            "import type { require } from './node'; export default () => require('lodash')",
        ],
    );
    built(&[
        "export default () => typeof require",
        "export default () => (require as any)('react').version",
        "export default (o: any) => o.require('x')",
    ]);
}

#[test]
fn a_constant_that_is_assigned_is_refused() {
    let sources = [
        "const a = 1; export default () => { a = 2 }",
        "const a = 1; export default () => { a++ }",
        "const a = 1; export default () => { (a as any) += 2 }",
        "const [a] = [1]; export default () => { [a] = [2] }",
        "const a = 1; export default () => { for (a of [1]); }",
        "import { useState } from 'react'; export default () => { (useState as any) = 1 }",
    ];
    refused(Code::ConstantAssignment, &sources);
    built(&[
        "const a = { b: 1 }; export default () => { a.b = 2 }",
        "const a = 1; export default (a: number) => { a = 2; return a }",
        "let a = 1; export default () => { a = 2; for (const b of [a]) a += b }",
    ]);
}

#[test]
fn an_import_that_only_types_use_is_dropped_whatever_it_names() {
    built(&[
        "import type { A } from './types'; export default (a: A) => a",
        "import { A } from './types'; export default (a: A) => a",
        "import { type A } from 'lodash'; export default (a: A) => a",
        "import fs from 'node:fs'; export default () => 1",
        "function f(require: any) { return require('x') } export default () => f",
    ]);
}

#[test]
fn a_name_declared_twice_is_refused_where_a_browser_would() {
    refused(
        Code::DuplicateDeclaration,
        &[
            "const a = 1; const a = 2; export default () => a",
            "let a; var a; export default () => a",
            "var a; let a; export default () => a",
            "function a() {} function a() {} export default () => a",
            "class A {} const A = 1; export default () => A",
            "function A() {} export default function A() {}",
            "export default class A {} const A = 1;",
            "export default (a) => { let a; }",
            "export default (a, a) => a",
            "export default () => { { let a; { var a; } } }",
            "export default () => { try {} catch (e) { let e; } }",
            "export default () => { switch (1) { case 1: let a; case 2: let a; } }",
            "export default () => { for (let a of []) { var a; } }",
            "export default () => { const { a, b: a } = {}; }",
        ],
    );
    built(&[
        // In TypeScript the declaration wins over an import of the same name, which may be a type.
        "import { spring } from 'remotion'; const spring = 1; export default () => spring",
        "var a; var a; export default () => a",
        "export default function f(a: 1): void; export default function f(a: any) {}",
        "export default function f() {} namespace f { export const a = 1 }",
        "export default () => { function a() {} function a() {} return a }",
        "export default (a) => { var a; return a }",
        "export default () => { let a; { let a; } return a }",
        "export default () => { try {} catch (e) { var e; } }",
        "export default () => { for (let a of []) { let a; } }",
        "function f(a: string): void; function f(a: number): void; function f(a: any) {} export default f",
        "enum A { X } enum A { Y = 1 } export default () => A",
        "class A {} namespace A { export const b = 1 } export default () => A",
        "interface A {} const A = 1; export default () => A",
        "type a = 1; const a = 1; export default () => a",
        "const f = function f() {}; export default () => f",
        "export default () => { const a = 1; return (a => a)(a) }",
    ]);
}

#[test]
fn an_export_must_be_of_something_and_once() {
    refused(
        Code::UndefinedExport,
        &[
            "export { a }; export default () => 1",
            "declare const a: any; export { a }; export default () => 1",
            "declare const a: any; export { a as default }",
        ],
    );
    refused(
        Code::DuplicateExport,
        &[
            "export default () => 1; export default () => 2",
            "const a = 1; export { a }; export { a }; export default () => a",
            "export const a = 1; export { a }; export default () => a",
            "const a = 1; export { a as 'xy' }; export { a as 'xy' }; export default () => a",
        ],
    );
    built(&["type A = 1; export { type A }; export default () => 1"]);
}

#[test]
fn a_fence_that_happens_to_parse_is_called_one() {
    refused(
        Code::MarkdownFence,
        &[
            "```tsx\nexport default () => <b/>;\n```",
            "Sure:\n```tsx\nexport default () => <b/>;\n```",
            "Here: ```\nexport default () => <b/>;\n```",
        ],
    );
    built(&["const css = String.raw; export default () => css`a``b`"]);
}

#[test]
fn syntax_that_cannot_be_compiled_is_named() {
    refused(
        Code::UnsupportedSyntax,
        &[
            "@d class A {} export default A",
            "export default class { accessor a = 1 }",
            "export default () => { using a = b; }",
            "export = 1",
            "await 1; export default () => 1",
            "for await (const a of []) {} export default () => 1",
            "export default () => <a>{...[1]}</a>",
            "export default () => <a key/>",
            "export default () => <a:b/>",
        ],
    );
    built(&[
        "export default async () => { await 1; for await (const a of []) {} }",
        "export default () => <svg xlink:href='x' />",
    ]);
}

#[test]
fn a_remotion_module_has_no_default_export() {
    refused(
        Code::NoDefaultExport,
        &[
            "import Remotion from 'remotion'; export default () => Remotion",
            "import { default as R } from 'remotion'; export default () => R",
            "export { default as R } from '@remotion/shapes'; export default () => 1",
        ],
    );
}

#[test]
fn code_that_is_nested_or_chained_beyond_reason_is_refused() {
    let many = |count: usize, open: &str, middle: &str, close: &str| {
        format!(
            "export default () => {}{middle}{}",
            open.repeat(count),
            close.repeat(count)
        )
    };
    let beyond = [
        many(300, "(", "x", ")"),
        many(300, "[", "1", "]"),
        many(300, "!", "x", ""),
        many(300, "a ? b : ", "c", ""),
        many(300, "<div>", "x", "</div>"),
        many(2_100, "a + ", "b", ""),
        many(1_100, "a.", "b", ""),
        many(300, "f(", "1", ")"),
        format!(
            "{} {{}} export default () => 1",
            "if (a) {} else ".repeat(300)
        ),
        format!(
            "type A = {}1{}; export default () => 1",
            "B<".repeat(300),
            ">".repeat(300)
        ),
    ];
    for source in &beyond {
        assert_eq!(errors(source), [Code::TooComplex], "{source:.60}");
    }
    let within = [
        many(50, "(", "x", ")"),
        many(60, "[", "1", "]"),
        many(100, "a ? b : ", "c", ""),
        many(100, "<div>", "x", "</div>"),
        many(1_900, "a + ", "b", ""),
        many(900, "a.", "b", ""),
        format!(
            "{} {{}} export default () => 1",
            "if (a) {} else ".repeat(200)
        ),
    ];
    for source in &within {
        assert_eq!(errors(source), [], "{source:.60}");
    }
}
