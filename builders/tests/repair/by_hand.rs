//! A repaired source beside what a person would make of it.

use vasca_builders::tsx::options::TsxOptions;
use vasca_builders::tsx::repair::Repairs;
use vasca_builders::{Artifact, Severity};

use crate::{build, codes, manners};

/// Sources with all their faults, beside what a person would make of them.
const MENDED: &[(&str, &str)] = &[
    (
        "Here:\n```tsx\nexport default () => <b/>;\n```",
        "export default () => <b/>;",
    ),
    (
        "\"use client\";\nexport default () => <b/>;",
        "export default () => <b/>;",
    ),
    (
        "const A = () => <b/>;",
        "const A = () => <b/>; export default A;",
    ),
    (
        "import { memo } from 'react'; const A = memo(() => <b/>);",
        "import { memo } from 'react'; const A = memo(() => <b/>); export default A;",
    ),
    (
        "const A = memo(() => <b/>);",
        "import { memo } from 'react'; const A = memo(() => <b/>); export default A;",
    ),
    (
        "const Part = () => <b/>; function Whole() { return <Part/>; }",
        "const Part = () => <b/>; function Whole() { return <Part/>; } export default Whole;",
    ),
    (
        "const Part = () => <b/>; const Whole = () => <Part/>; export { Whole as Main };",
        "const Part = () => <b/>; const Whole = () => <Part/>; export { Whole as Main };\
         export default Whole;",
    ),
    (
        "import { Composition } from 'remotion'; const A = () => <b/>;\
         export const Root = () => <Composition id='a' component={A} />;",
        "import { Composition } from 'remotion'; const A = () => <b/>;\
         export const Root = () => <Composition id='a' component={A} />; export default A;",
    ),
    (
        "export default function A() { return <b/>; } export default A;",
        "export default function A() { return <b/>; }",
    ),
    (
        "export default A; export default function A() { return <b/>; }",
        "export default function A() { return <b/>; }",
    ),
    (
        "export default () => <b/>; export default () => <b/>;",
        "export default () => <b/>;",
    ),
    (
        "export default function () { return 1 } export default function () { return 1 }",
        "export default function () { return 1 }",
    ),
    (
        "export { Img as default } from 'remotion'; export { Img as default } from 'remotion';",
        "export { Img as default } from 'remotion';",
    ),
    (
        "function A() { return <b/>; } export default function A() { return <b/>; }",
        "function A() { return <b/>; } export default A;",
    ),
    (
        "export default function A() { return <b/>; } export default function A() { return <b/>; }",
        "export default function A() { return <b/>; }",
    ),
    (
        "const a = 1; export const a = 1; export default () => a;",
        "const a = 1; export default () => a; export { a };",
    ),
    (
        "let a = [1, 'x']; let a = [1, 'x']; export default () => a;",
        "let a = [1, 'x']; export default () => a;",
    ),
    (
        "export default () => { { const a = f(); const a = f(); return a; } }",
        "export default () => { { const a = f(); return a; } }",
    ),
    (
        "import { spring } from 'remotion'; export default () => [spring, random, useId];",
        "import { useId } from 'react'; import { spring, random } from 'remotion';\
         export default () => [spring, random, useId];",
    ),
    (
        "export default () => React.useMemo(() => ReactDOM, []);",
        "import * as React from 'react'; import * as ReactDOM from 'react-dom';\
         export default () => React.useMemo(() => ReactDOM, []);",
    ),
];

#[test]
fn a_repaired_source_gives_the_module_of_the_one_that_is_mended_by_hand() {
    for (broken, mended) in MENDED {
        for strict in manners() {
            let repairing = TsxOptions {
                repair: Repairs::all(),
                ..strict.clone()
            };
            let built = build(broken, &repairing).unwrap_or_else(|e| panic!("{broken}: {e:?}"));
            assert!(!built.repairs.is_empty(), "{broken}");
            let said = codes(&built.diagnostics, Severity::Warning);
            assert_eq!(said, built.repairs, "{broken}");
            let by_hand = build(mended, &strict).unwrap_or_else(|e| panic!("{mended}: {e:?}"));
            assert_eq!(built.exports, by_hand.exports, "{broken}");
            // Quotes, spaces and marks of calls without effect change nothing.
            let code = |artifact: &Artifact| {
                let text = artifact
                    .code
                    .replace("/*#__PURE__*/", "")
                    .replace('\'', "\"");
                text.split_whitespace().collect::<String>()
            };
            assert_eq!(code(&built), code(&by_hand), "{broken}, {strict:?}");
            let again = build(mended, &repairing).unwrap();
            assert_eq!(again.code, by_hand.code, "{mended}");
            assert_eq!(again.repairs, [], "{mended}");
        }
    }
}
