//! What a person reads of each repair, beside what the same source is told without.

use std::fmt::Write;

use vasca_builders::Diagnostic;

use crate::{repaired, strictly};

/// What a build says and gives: first as it is written, then with every repair.
fn story(source: &str) -> String {
    let mut text = String::new();
    for (how, outcome) in [("strict", strictly(source)), ("repaired", repaired(source))] {
        writeln!(text, "{how}").unwrap();
        let diagnostics = match &outcome {
            Ok(artifact) => &artifact.diagnostics,
            Err(error) => &error.diagnostics,
        };
        diagnostics.iter().for_each(|one| text.push_str(&told(one)));
        match &outcome {
            Ok(artifact) => writeln!(text, "module\n{}", artifact.code).unwrap(),
            Err(_) => writeln!(text, "no module\n").unwrap(),
        }
    }
    text
}

/// A diagnostic in a few lines.
fn told(one: &Diagnostic) -> String {
    let place = match (one.line, one.column) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        _ => "-".to_owned(),
    };
    format!(
        "  {}[{}] at {place}: {}\n    hint: {}\n",
        one.severity.as_str(),
        one.code.as_str(),
        one.message,
        one.hint.as_deref().unwrap_or("(none)")
    )
}

#[test]
fn code_is_taken_out_of_its_fence_and_keeps_its_lines() {
    insta::assert_snapshot!(story(
        "Voilà 🎬, it's \"done\":\n\n```tsx\nexport const speed = useCurrentFrame();\n\
         export default () => <b>{speed}</b>;\n```\nEnjoy /* it!\n"
    ));
}

#[test]
fn a_directive_for_a_framework_is_dropped() {
    insta::assert_snapshot!(story(
        "'use strict';\n\"use client\";\n'use no memo'\n\nexport default function Title() {\n  \
         'use server';\n  return <h1>Hello</h1>;\n}\n'use client';\n"
    ));
}

#[test]
fn the_only_component_is_exported_as_default() {
    insta::assert_snapshot!(story(
        "export const fps = 30;\nconst half = () => fps / 2;\n\
         export const Title = () => <h1>{half()}</h1>;\n"
    ));
}

#[test]
fn a_second_default_export_of_the_same_thing_is_dropped() {
    insta::assert_snapshot!(story(
        "export default Title;\n\nexport default function Title() {\n  return <h1>Hello</h1>;\n}\n\n\
         export { Title as default, Title, Title as Again };\nexport { Title };\n"
    ));
}

#[test]
fn a_declaration_that_stands_twice_word_by_word_is_dropped() {
    insta::assert_snapshot!(story(
        "const size = 1, gap = 2;\nconst gap: number = 2 /* px */, wide = true;\n\
         function Part({ a }: { a: number }) {\n  const b = a;\n  const b = a;\n  return b;\n}\n\
         export function Part({ a }) { const b = a; const b = a; return b }\n\
         const { x, y } = globalThis.place;\nconst { x, y } = globalThis.place;\n\
         class Box {}\nclass Box {}\n\
         export default () => <Part a={size + gap + x + y + new Box().z} b={wide} />;\n"
    ));
}

#[test]
fn a_name_that_is_imported_twice_from_one_module_is_imported_once() {
    insta::assert_snapshot!(story(
        "import React, { useState } from \"react\";\nimport { useState, useMemo } from \"react\";\n\
         import React from \"react\";\nimport { useState as useState } from 'react';\n\
         import * as Remotion from 'remotion';\nimport * as Remotion from 'remotion';\n\
         export default () => <b>{[React.version, useState, useMemo, Remotion.spring]}</b>;\n"
    ));
}

#[test]
fn what_react_or_remotion_export_is_imported() {
    insta::assert_snapshot!(story(
        "'use strict';\nimport { AbsoluteFill as Fill } from \"remotion\";\n\n\
         export default function Title() {\n  const frame = useCurrentFrame();\n  \
         const [n] = React.useState(() => typeof interpolate === \"function\" ? 1 : 2);\n  \
         const { version } = { version };\n  const spring = 1;\n  \
         return <Fill style={{ opacity: interpolate(frame, [0, n], [0, spring]) }}>\
         {version}{useMemo}</Fill>;\n}\n"
    ));
}
