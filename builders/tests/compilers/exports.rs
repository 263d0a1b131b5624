//! What a compiler says of a default export, and what it keeps of all exports.

use vasca_builders::tsx::compiler::{DefaultExport, Unit};
use vasca_builders::tsx::options::Target;

use crate::{compile, every_compiler, every_manner, unit};

#[test]
fn a_default_export_is_told_for_what_it_is() {
    let is = |export: &DefaultExport| match export {
        DefaultExport::Component => "component".to_owned(),
        DefaultExport::Unverified { .. } => "unverified".to_owned(),
        DefaultExport::Invalid { what, .. } => (*what).to_owned(),
        DefaultExport::Missing { candidate } => {
            format!("missing {}", candidate.as_deref().unwrap_or("-"))
        }
    };
    every_compiler(|compiler| {
        for (source, expected) in [
            ("export default function A() { return null; }", "component"),
            ("export default class A {}", "component"),
            ("export default () => <b/>;", "component"),
            (
                "const A = () => <b/>; export { A as default };",
                "component",
            ),
            (
                "import { memo } from 'react'; export default memo(() => <b/>);",
                "component",
            ),
            ("declare const f: any; export default f();", "unverified"),
            ("export default 7;", "a number"),
            ("export default 'x';", "a string"),
            ("export default <b/>;", "a JSX element"),
            ("export default { a: 1 };", "an object"),
            ("export const Only = () => <b/>;", "missing Only"),
            (
                "export const A = () => 1; export const B = () => 2;",
                "missing -",
            ),
            ("", "missing -"),
        ] {
            let compiled = compile(compiler, &unit(source)).unwrap();
            assert_eq!(is(&compiled.default_export), expected, "{source}");
        }
    });
}

#[test]
fn every_exported_name_is_exported_in_every_manner() {
    let source = "export default () => <b/>;\n\
        export const a = 1, { b, ...c } = { b: 2, d: 3 };\n\
        export function e() {}\n\
        export class F {}\n\
        export enum G { One }\n\
        const h = 4; export { h as i, h as 'j k' };\n\
        export { useMemo as l } from 'react';\n\
        export * as m from 'remotion';\n\
        export type N = string; export interface O {}\n";
    let expected = [
        "F", "G", "a", "b", "c", "default", "e", "i", "j k", "l", "m",
    ];
    every_compiler(|compiler| {
        for unit in every_manner(source) {
            // A name that is no identifier is of 2022.
            let unit = Unit {
                target: Target::Es2022,
                ..unit
            };
            let compiled = compile(compiler, &unit).unwrap();
            let read = compiler.inspect(&compiled.code).unwrap();
            assert_eq!(read.exports, expected, "{unit:?}");
        }
    });
}
