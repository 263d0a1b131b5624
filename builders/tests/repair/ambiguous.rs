//! What is not mended, because it could be meant in two ways.

use vasca_builders::{Code, Severity};

use crate::{codes, repaired, strictly};

/// Each source earns the code with repairs as it does without, and nothing of it is mended.
fn stay(code: Code, sources: &[&str]) {
    for source in sources {
        let (Err(strict), Err(error)) = (strictly(source), repaired(source)) else {
            panic!("{source}: builds");
        };
        assert_eq!(strict.code(), code, "{source}");
        assert_eq!(error.code(), code, "{source}");
        let warned = codes(&error.diagnostics, Severity::Warning);
        assert_eq!(warned, [], "{source}: nothing was mended");
    }
}

#[test]
fn several_fenced_blocks_and_an_empty_one_stay_an_error() {
    stay(
        Code::MarkdownFence,
        &[
            "```tsx\nexport default () => 1;\n```\n```css\na {}\n```",
            "```\n```",
        ],
    );
}

#[test]
fn no_component_or_several_that_can_be_meant_stay_an_error() {
    stay(
        Code::MissingDefaultExport,
        &[
            "",
            "export const title = () => <b/>;",
            "const A = () => <b/>; const B = () => <i/>;",
            "export const A = () => <b/>; export const B = () => <A/>;",
            "export const A = () => <b/>; const B = () => <A/>;",
            "const A = () => <B/>; const B = () => <A/>;",
            "import { Composition } from 'remotion';\
             export const Root = () => <Composition id='a' lazyComponent={load} />;",
        ],
    );
}

#[test]
fn two_things_that_are_exported_by_one_name_stay_an_error() {
    stay(
        Code::DuplicateExport,
        &[
            "const A = () => <b/>; const B = () => <i/>; export default A; export default B;",
            "export default () => <b/>; export default () => <i/>;",
            "const A = () => 1; const B = A; export default A; export default A;\
             export { B as default };",
            "export { Img as default } from 'remotion'; export { Still as default } from 'remotion';",
        ],
    );
}

#[test]
fn a_declaration_that_sets_a_name_back_stays_an_error() {
    stay(
        Code::DuplicateDeclaration,
        &[
            "let a = 1; a = 2; let a = 1; export default () => <b>{a}</b>;",
            "let a = 1; const f = () => { a++ }; f(); let a = 1; export default () => <b>{a}</b>;",
        ],
    );
}

#[test]
fn two_declarations_that_differ_stay_an_error() {
    stay(
        Code::DuplicateDeclaration,
        &[
            "const a = 1; const a = 2; export default () => a;",
            "const a = 1; let a = 1; export default () => a;",
            "import a from 'react'; import * as a from 'react'; export default () => a;",
            "import { version } from 'react'; import { version } from 'react-dom';\
             export default () => version;",
            "export default ({ a }) => { const a = 1; return a; }",
            "export default (k) => { switch (k) { case 1: const a = 1; break; case 2: const a = 1; } }",
            "function A() { return 1; } function A() { return 2; } export default A;",
        ],
    );
}

#[test]
fn a_name_that_something_is_assigned_to_is_none_of_a_modules() {
    for source in [
        "export default () => { version = 1; return version; }",
        "export default () => { random++; }",
        "export default () => { [spring] = [1]; }",
        "export default () => { ({ spring } = { spring: 1 }); }",
        "export default () => { for (spring of []) {} }",
    ] {
        let (strict, repaired) = (strictly(source).unwrap(), repaired(source).unwrap());
        assert_eq!(repaired.code, strict.code, "{source}");
        assert_eq!(repaired.diagnostics, strict.diagnostics, "{source}");
        assert_eq!(repaired.repairs, [], "{source}");
    }
}
