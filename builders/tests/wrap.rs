//! Every way of importing a provided module, and what it becomes.

use vasca_builders::tsx::options::{ImportMode, TsxOptions};
use vasca_builders::tsx::{TsxBuilder, wrap_tsx_with_globals};
use vasca_builders::{Artifact, BuildRequest, Code, Severity};

/// The wrapped module without the two functions of the prologue, which are always the same.
fn wrapped(source: &str) -> String {
    let code = wrap_tsx_with_globals(source)
        .unwrap_or_else(|error| panic!("{error}"))
        .code;
    let mut lines = Vec::new();
    let mut inside = false;
    for line in code.lines() {
        inside |= line.starts_with("const readGlobal") || line.starts_with("const readLater");
        if !inside {
            lines.push(line);
        }
        // Each ends with the first line that closes at its own depth.
        inside &= !(line.starts_with('}') || line.trim_start().starts_with("})"));
    }
    lines.join("\n")
}

fn external(source: &str) -> Artifact {
    let options = TsxOptions {
        imports: ImportMode::External,
        minify: false,
        ..TsxOptions::default()
    };
    let request =
        BuildRequest::single("tsx", "component.tsx", source).with_options(options.to_json());
    TsxBuilder::new()
        .build_blocking(&request)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A default export, so that a fragment is a component.
const DEFAULT: &str = "export default () => null;\n";

#[test]
fn named_aliased_and_string_named_imports_are_destructured_from_one_read() {
    insta::assert_snapshot!(wrapped(
        r#"import { useState, useMemo as memoised, "useRef" as ref } from "react";
           export default () => [useState, memoised, ref];"#
    ));
}

#[test]
fn a_default_import_takes_the_default_of_the_global_or_the_global() {
    insta::assert_snapshot!(wrapped(
        r#"import React, { useState } from "react";
           import { default as Again } from "react";
           export default () => [React.useMemo, useState, Again];"#
    ));
}

#[test]
fn members_of_a_namespace_that_does_not_escape_become_names() {
    insta::assert_snapshot!(wrapped(
        r#"import * as Remotion from "remotion";
           export default () => [Remotion.spring({}), Remotion["random"](1), Remotion.spring];"#
    ));
}

#[test]
fn a_namespace_that_escapes_is_the_global_itself() {
    insta::assert_snapshot!(wrapped(
        r#"import * as Remotion from "remotion";
           export default () => [Remotion.spring, Object.keys(Remotion), Remotion?.random];"#
    ));
}

#[test]
fn types_unused_imports_and_imports_for_effect_are_dropped() {
    let code = wrapped(
        r#"import type { FC } from "react";
           import { type ReactNode, useState } from "react";
           import { SpringConfig, spring } from "remotion";
           import "react-dom";
           import { Never } from "not-there";
           const f: FC<{ a: ReactNode; b: SpringConfig }> = () => null;
           export default f;"#,
    );
    insta::assert_snapshot!(code);
}

#[test]
fn re_exports_read_the_global_and_export_from_here() {
    insta::assert_snapshot!(wrapped(
        r#"export { useState, useMemo as memoised, default as React } from "react";
           export * as everything from "remotion";
           export default () => null;"#
    ));
}

#[test]
fn a_star_export_names_what_the_profile_lists_less_what_the_file_has() {
    let source = r#"export * from "remotion/no-react"; export * from "react-dom/client";
                    export const random = 1; export default () => null;"#;
    let artifact = TsxBuilder::new()
        .build_blocking(&BuildRequest::single("tsx", "a.tsx", source))
        .unwrap();
    let exports = [
        "NoReactInternals",
        "assertValidInterpolateEasingOption",
        "assertValidInterpolatePosterizeOption",
        "createRoot",
        "default",
        "hydrateRoot",
        "interpolate",
        "random",
        "version",
    ];
    assert_eq!(artifact.exports, exports);
    let read = artifact
        .globals
        .iter()
        .find(|read| read.module == "remotion/no-react")
        .unwrap();
    assert!(
        !read.members.iter().any(|member| member == "random"),
        "the file's own wins"
    );
}

#[test]
fn a_name_that_two_star_exports_have_is_exported_by_neither() {
    let source = "export * from 'react'; export * from 'react-dom'; export default () => null;";
    let artifact = TsxBuilder::new()
        .build_blocking(&BuildRequest::single("tsx", "a.tsx", source))
        .unwrap();
    assert!(artifact.exports.iter().any(|name| name == "createPortal"));
    assert!(!artifact.exports.iter().any(|name| name == "version"));
}

#[test]
fn a_dynamic_import_gives_a_namespace_with_a_default() {
    insta::assert_snapshot!(wrapped(
        r#"export default async () => [await import("remotion"), await import(`react`)];"#
    ));
}

#[test]
fn require_and_import_equals_are_the_global_read_at_the_top() {
    insta::assert_snapshot!(wrapped(
        r#"import Dom = require("react-dom");
           const React = require("react");
           export default () => [React.useState, Dom, require("react")];"#
    ));
}

#[test]
fn a_required_module_may_be_exported_by_the_line_that_names_it() {
    insta::assert_snapshot!(wrapped(
        r#"export import Dom = require("react-dom");
           import React = require("react");
           export default () => [React.useState, Dom];"#
    ));
}

#[test]
fn a_part_of_a_namespace_may_assign_what_another_exports() {
    insta::assert_snapshot!(wrapped(
        r#"namespace A { export let n = 0, m = 1; }
           namespace A { n += 2; ({ n, x: [m] } = { n, x: [n] }); n++; for (n of [1]); }
           namespace A { try { n = 1 } catch (n) { n = 2 } const m = 3; ((n) => n + m)(m); }
           export default () => A.n;"#
    ));
}

#[test]
fn jsx_calls_a_private_name_whatever_the_user_calls_react() {
    insta::assert_snapshot!(wrapped(
        r#"import * as Library from "react";
           const React = "mine", _createElement = 1, readGlobal = 2;
           export default (React: string) => <><b key="k">{React}</b>{_createElement}{readGlobal}</>;"#
    ));
}

#[test]
fn names_of_globals_that_the_user_declares_stay_the_users() {
    insta::assert_snapshot!(wrapped(
        r#"import { spring } from "remotion";
           const Remotion = 1, globalThis = 2, Error = 3;
           export default () => [spring, Remotion, globalThis, Error];"#
    ));
}

#[test]
fn names_in_inner_scopes_are_not_taken_for_imports() {
    insta::assert_snapshot!(wrapped(
        r#"import { spring, random as chance } from "remotion";
           import * as R from "react";
           export default (spring: number) => {
               const chance = { spring };
               return [chance.spring, ((R: any) => R.useState)(1), R.useMemo];
           };"#
    ));
}

#[test]
fn the_environment_of_a_page_has_one_variable() {
    let source = "const { A } = process.env;
                  export default () => [process.env.NODE_ENV, process.env['API_KEY'], A];";
    let wrapped_module = wrap_tsx_with_globals(source).unwrap();
    assert_eq!(wrapped_module.diagnostics[0].code, Code::UndefinedEnv);
    assert_eq!(wrapped_module.diagnostics[0].severity, Severity::Warning);
    insta::assert_snapshot!(wrapped(source));
    let own = "const process = { env: { A: 1 } }; export default () => process.env.A;";
    assert!(wrapped(own).contains("process.env.A"));
    let ambient = "declare const process: { env: { NODE_ENV: string } };
                   export default () => process.env.NODE_ENV;";
    assert!(!wrapped(ambient).contains("process"));
}

#[test]
fn directives_stay_first_and_comments_stay_in_readable_code() {
    let code = wrap_tsx_with_globals(
        "'use strict';\nimport { spring } from 'remotion';\n// why\nexport default () => spring;",
    )
    .unwrap()
    .code;
    assert!(code.starts_with("'use strict';"), "{code}");
    assert!(code.contains("// why"), "{code}");
}

#[test]
fn mode_external_keeps_bare_imports_and_adds_those_that_jsx_needs() {
    let artifact = external(
        r#"import React, { useState } from "react";
           import * as Remotion from "remotion";
           const dom = require("react-dom");
           export default () => <><b>{React.version}{Remotion.random(1)}{dom.version}</b></>;"#,
    );
    assert_eq!(artifact.imports, ["react", "react-dom", "remotion"]);
    assert_eq!(artifact.globals, []);
    insta::assert_snapshot!(artifact.code);
}

#[test]
fn an_added_module_is_read_from_its_global_or_stays_an_import() {
    let source = "import { Star } from 'lucide-react'; export default () => <Star />;";
    let build = |imports| {
        let external = vec!["lucide-react".to_owned()];
        let options = TsxOptions {
            imports,
            external,
            ..TsxOptions::default()
        };
        let request = BuildRequest::single("tsx", "a.tsx", source).with_options(options.to_json());
        TsxBuilder::new().build_blocking(&request).unwrap()
    };
    let globals = build(ImportMode::Globals).globals;
    assert_eq!(
        globals.first().map(|read| read.global.as_str()),
        Some("LucideReact")
    );
    assert_eq!(
        build(ImportMode::External).imports,
        ["lucide-react", "react"]
    );
}

#[test]
fn an_import_of_an_unknown_name_is_a_warning_with_the_nearest_name() {
    let wrapped = wrap_tsx_with_globals(&format!(
        "import {{ AbsolutFill }} from 'remotion'; console.log(AbsolutFill); {DEFAULT}"
    ))
    .unwrap();
    assert_eq!(wrapped.diagnostics[0].code, Code::UnknownMember);
    assert_eq!(
        wrapped.diagnostics[0].hint.as_deref(),
        Some("Did you mean `AbsoluteFill`?")
    );
}

#[test]
fn a_pragma_changes_nothing_and_is_said_to() {
    let plain = format!("export const a = <b/>; {DEFAULT}");
    for pragma in [
        "/** @jsx evil */",
        "/* @jsxImportSource evil */",
        "// @jsxRuntime automatic",
    ] {
        let source = format!("{pragma}\n{plain}");
        let artifact = TsxBuilder::new()
            .build_blocking(&BuildRequest::single("tsx", "a.tsx", &source))
            .unwrap();
        assert_eq!(
            artifact.diagnostics[0].code,
            Code::PragmaIgnored,
            "{pragma}"
        );
        assert!(!artifact.code.contains("evil"), "{}", artifact.code);
    }
}

#[test]
fn a_known_name_that_nothing_declares_is_a_warning_with_its_import() {
    let warned = |source: &str| {
        let wrapped = wrap_tsx_with_globals(source).unwrap_or_else(|error| panic!("{error}"));
        let hints = wrapped
            .diagnostics
            .into_iter()
            .filter(|one| one.code == Code::UndeclaredName);
        hints.filter_map(|one| one.hint).collect::<Vec<_>>()
    };
    let source = "export default () => <Sequence>{useState(1)}{useState(2)}</Sequence>;";
    assert_eq!(
        warned(source),
        [
            "Add `import { Sequence } from \"remotion\";`.",
            "Add `import { useState } from \"react\";`."
        ]
    );
    for fine in [
        "const spring = 1; export default () => spring;",
        "export default () => typeof spring === 'undefined' ? 1 : new Audio();",
        "export default (o: any) => o.spring + { random: 1 }.random;",
        "import { spring } from 'remotion'; export default () => spring;",
    ] {
        assert_eq!(warned(fine), Vec::<String>::new(), "{fine}");
    }
}
