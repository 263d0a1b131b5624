//! How modules of the profile are reached.

use vasca_builders::Code;
use vasca_builders::tsx::compiler::Unit;
use vasca_builders::tsx::options::ImportMode;

use crate::{compile, every_compiler, every_manner, unit};

/// Every way of asking for a module of the profile.
const WAYS: &[&str] = &[
    "import React from 'react'; export default () => React.version;",
    "import { useMemo } from 'react'; export default () => useMemo;",
    "import { useMemo as m } from 'react'; export default () => m;",
    "import { 'useMemo' as m } from 'react'; export default () => m;",
    "import { default as R } from 'react'; export default () => R;",
    "import * as R from 'react'; export default () => R.version;",
    "import * as R from 'react'; export default () => R;",
    "import R, { useMemo } from 'react'; export default () => [R, useMemo];",
    "import R, * as S from 'react'; export default () => [R, S];",
    "export { useMemo as default } from 'react';",
    "export { default } from 'react';",
    "export * from 'react'; export default () => 1;",
    "export * as all from 'react'; export default () => 1;",
    "export default () => import('react');",
    "const R = require('react'); export default () => R;",
    "import R = require('react'); export default () => R;",
];

#[test]
fn no_way_of_importing_a_module_is_left_in_mode_globals() {
    every_compiler(|compiler| {
        for source in WAYS {
            for unit in every_manner(source) {
                if unit.imports != ImportMode::Globals {
                    continue;
                }
                let compiled = compile(compiler, &unit).unwrap();
                let read = compiler.inspect(&compiled.code).unwrap();
                assert!(read.imports.is_empty(), "{source}: {}", compiled.code);
                assert!(!compiled.code.contains("require("), "{}", compiled.code);
                let globals: Vec<_> = compiled.globals.iter().map(|it| &it.global).collect();
                assert_eq!(globals, ["React"], "{source}");
            }
        }
    });
}

#[test]
fn types_and_unused_imports_ask_for_nothing() {
    let source = "import type { FC } from 'react'; import { type CSSProperties } from 'react';\n\
        import { useMemo } from 'remotion'; import 'react-dom';\n\
        const style: CSSProperties = {}; const A: FC = () => null; void style;\n\
        export default A;";
    every_compiler(|compiler| {
        for unit in every_manner(source) {
            let compiled = compile(compiler, &unit).unwrap();
            assert!(compiled.globals.is_empty(), "{:?}", compiled.globals);
            assert!(!compiled.code.contains("useMemo"), "{}", compiled.code);
        }
    });
}

#[test]
fn mode_external_leaves_bare_imports_of_the_profile_and_adds_what_jsx_needs() {
    let source = "import { Img } from 'remotion'; export default () => <Img src=\"\" />;";
    every_compiler(|compiler| {
        let unit = Unit {
            imports: ImportMode::External,
            ..unit(source)
        };
        let compiled = compile(compiler, &unit).unwrap();
        let read = compiler.inspect(&compiled.code).unwrap();
        assert_eq!(read.imports, ["react", "remotion"]);
        assert!(compiled.globals.is_empty());
    });
}

#[test]
fn what_the_policy_refuses_is_refused_however_it_is_asked_for() {
    every_compiler(|compiler| {
        for (module, code) in [
            ("https://x.test/a.js", Code::ForbiddenImport),
            ("node:fs", Code::ForbiddenImport),
            ("lodash", Code::UnresolvedImport),
        ] {
            for way in [
                format!("import x from '{module}'; export default () => x;"),
                format!("export {{ x as default }} from '{module}';"),
                format!("export * from '{module}'; export default () => 1;"),
                format!("export default () => import('{module}');"),
                format!("const x = require('{module}'); export default () => x;"),
                format!("import x = require('{module}'); export default () => x;"),
            ] {
                let found = compile(compiler, &unit(&way)).unwrap_err();
                assert!(found.iter().any(|one| one.code == code), "{way}: {found:?}");
            }
        }
    });
}
