//! Several faults at once, and which of them are mended.

use vasca_builders::stage::Stage;
use vasca_builders::tsx::options::TsxOptions;
use vasca_builders::tsx::repair::{REPAIRABLE, Repairs};
use vasca_builders::{Artifact, Code, Severity};

use crate::{build, codes, readable, repaired, strictly};

fn only(codes: &[Code]) -> Repairs {
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    names.join(",").parse().unwrap()
}

/// One source with a fault of each kind.
const ALL_AT_ONCE: &str = "Sure:\n```tsx\n\"use client\";\nimport { useMemo } from 'react';\n\
    import { useMemo } from 'react';\nexport const a = useMemo;\nexport { a };\n\
    export const Title = () => <b>{useCurrentFrame()}</b>;\n```\n";

#[test]
fn several_faults_are_mended_in_one_build_and_told_in_the_order_of_the_source() {
    let built = repaired(ALL_AT_ONCE).unwrap();
    let expected = [
        Code::MarkdownFence,
        Code::UseClient,
        Code::DuplicateDeclaration,
        Code::DuplicateExport,
        Code::MissingDefaultExport,
        Code::UndeclaredName,
    ];
    assert_eq!(built.repairs, expected);
    assert_eq!(codes(&built.diagnostics, Severity::Warning), expected);
    let lines: Vec<_> = built
        .diagnostics
        .iter()
        .map(|one| one.line.unwrap())
        .collect();
    assert_eq!(lines, [2, 3, 5, 7, 8, 8]);
    assert_eq!(built.exports, ["Title", "a", "default"]);
}

#[test]
fn only_the_faults_on_the_list_are_mended() {
    let inside = ALL_AT_ONCE.lines().skip(2).take(6).collect::<Vec<_>>();
    let inside = inside.join("\n");
    for code in REPAIRABLE
        .iter()
        .filter(|code| **code != Code::MarkdownFence)
    {
        let some: Vec<Code> = REPAIRABLE
            .iter()
            .copied()
            .filter(|one| one != code)
            .collect();
        let outcome = build(&inside, &readable(only(&some)));
        match (*code, outcome) {
            (Code::UseClient, Ok(built)) => {
                assert!(built.code.contains("use client"), "bare imports keep it");
                assert!(!built.repairs.contains(code));
            }
            (Code::UndeclaredName, Ok(built)) => {
                assert!(!built.repairs.contains(code));
                assert!(!built.code.contains("remotion"), "{}", built.code);
            }
            (_, Ok(_)) => panic!("{code:?} was mended unasked"),
            (_, Err(error)) => assert_eq!(error.code(), *code),
        }
        let alone = build(&inside, &readable(only(&[*code])));
        let said = match &alone {
            Ok(artifact) => &artifact.diagnostics,
            Err(error) => &error.diagnostics,
        };
        let mended = codes(said, Severity::Warning);
        assert!(
            mended
                .iter()
                .all(|one| one == code || *one == Code::UndeclaredName),
            "{code:?} alone: {mended:?}"
        );
    }
    let fenced = build(ALL_AT_ONCE, &readable(only(&[Code::UseClient])));
    assert_eq!(fenced.unwrap_err().code(), Code::MarkdownFence);
}

#[test]
fn a_build_that_fails_all_the_same_tells_what_it_had_mended() {
    let source = "```tsx\n\"use client\";\nconst A = () => <b/>;\nconst A = () => <b/>;\n\
                  import x from 'left-pad';\nexport default x(A);\n```";
    let error = repaired(source).unwrap_err();
    assert_eq!(error.code(), Code::UnresolvedImport);
    let told: Vec<_> = error
        .diagnostics
        .iter()
        .map(|one| (one.code, one.line.unwrap()))
        .collect();
    let expected = [
        (Code::MarkdownFence, 1),
        (Code::UseClient, 2),
        (Code::DuplicateDeclaration, 4),
        (Code::UnresolvedImport, 5),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_error_in_fenced_code_has_its_place_in_the_whole_text() {
    let source = "Voilà, it's /* done:\n```tsx\nexport default () => <b>1</i>;\n```\n*/";
    let error = repaired(source).unwrap_err();
    let syntax = error
        .diagnostics
        .iter()
        .find(|one| one.severity == Severity::Error);
    let syntax = syntax.unwrap();
    assert_eq!((syntax.code, syntax.line), (Code::SyntaxError, Some(3)));
    let frame = syntax.frame.as_deref().unwrap();
    assert!(frame.contains("2 | ```tsx"), "the text as it came: {frame}");
    assert_eq!(error.diagnostics.first().unwrap().code, Code::MarkdownFence);
}

#[test]
fn in_a_page_a_directive_is_dropped_and_for_a_bundler_it_stays() {
    let source = "\"use client\";\nexport default () => <b/>;";
    let page = build(source, &TsxOptions::default()).unwrap();
    assert!(!page.code.contains("use client"));
    assert_eq!(
        codes(&page.diagnostics, Severity::Warning),
        [Code::UseClient]
    );
    assert_eq!(page.repairs, [], "nobody asked for a repair");
    let bundler = strictly(source).unwrap();
    assert!(bundler.code.starts_with("\"use client\""));
    assert_eq!(bundler.diagnostics, []);
}

#[test]
fn the_stage_repair_is_timed_where_repairs_are_on() {
    let source = "export default () => <b/>;";
    let timed = |artifact: &Artifact| artifact.timings.iter().any(|(s, _)| s == Stage::Repair);
    assert!(!timed(&strictly(source).unwrap()));
    assert!(timed(&repaired(source).unwrap()));
}
