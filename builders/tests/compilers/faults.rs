//! What a compiler says of sources that are wrong.

use vasca_builders::tsx::compiler::{Finding, Unit};
use vasca_builders::tsx::options::Target;
use vasca_builders::{Code, Severity};

use crate::{compile, every_compiler, sources, unit};

/// Every finding lies within its source, and at least one of them is an error.
#[track_caller]
fn assert_holds(name: &str, source: &str, found: &[Finding]) {
    assert!(
        found.iter().any(|one| one.severity == Severity::Error),
        "{name}: {found:?}"
    );
    for one in found {
        assert!(one.span.start <= one.span.end, "{name}: {one:?}");
        assert!(one.span.end <= source.len(), "{name}: {one:?}");
        assert!(source.is_char_boundary(one.span.start), "{name}: {one:?}");
        assert!(one.message.ends_with(['.', '?', '!']), "{name}: {one:?}");
    }
}

#[test]
fn every_broken_source_is_refused_or_lacks_a_component_and_nothing_panics() {
    every_compiler(|compiler| {
        for (name, source) in sources("fixtures/broken") {
            if let Err(found) = compile(compiler, &unit(&source)) {
                assert_holds(&name, &source, &found);
            }
        }
    });
}

#[test]
fn a_source_that_is_cut_anywhere_is_built_or_refused_with_a_place() {
    let source = &sources("fixtures/good")[0].1;
    let cuts: Vec<usize> = source.char_indices().map(|(at, _)| at).collect();
    every_compiler(|compiler| {
        for at in cuts.iter().step_by(7) {
            let cut = source.get(..*at).unwrap();
            if let Err(found) = compile(compiler, &unit(cut)) {
                assert_holds(&format!("cut at {at}"), cut, &found);
            }
        }
    });
}

#[test]
fn the_usual_faults_have_their_codes_and_their_lines() {
    every_compiler(|compiler| {
        for (source, code, line) in [
            ("const a = ;", Code::SyntaxError, 1),
            ("export default () => (\n  <p>\n);\n", Code::SyntaxError, 2),
            ("\nconst a = 1; const a = 2;", Code::DuplicateDeclaration, 2),
            ("\nexport { nothing };", Code::UndefinedExport, 2),
            (
                "export default () => 1;\nexport default () => 2;",
                Code::DuplicateExport,
                2,
            ),
            ("\n\n@decorate class A {}", Code::UnsupportedSyntax, 3),
            ("\nexport default () => eval('1');", Code::ForbiddenEval, 2),
        ] {
            let found = compile(compiler, &unit(source)).unwrap_err();
            let error = found
                .iter()
                .find(|one| one.code == code)
                .unwrap_or_else(|| panic!("{source}: {found:?}"));
            let before = source.get(..error.span.start).unwrap();
            let at = before.matches('\n').count() + 1;
            // A parser may notice a fault after its line, and never before it.
            assert!(at >= line, "{source}: line {at}, {error:?}");
            assert_holds(source, source, &found);
        }
    });
}

#[test]
fn what_is_newer_than_the_target_is_lowered_or_refused() {
    let lowered = "export default class A { #a = 1; static b = 2; c() { this.#a ??= 3; } }";
    let refused = "await 1; export default () => 1;";
    every_compiler(|compiler| {
        let code = |source, target| {
            let unit = Unit {
                target,
                ..unit(source)
            };
            compile(compiler, &unit).map(|compiled| compiled.code)
        };
        let old = code(lowered, Target::Es2020).unwrap();
        assert!(!old.contains("#a") && !old.contains("??="), "{old}");
        let new = code(lowered, Target::Esnext).unwrap();
        assert!(new.contains("#a") && new.contains("??="), "{new}");
        assert!(code(refused, Target::Es2021).is_err());
        assert!(code(refused, Target::Es2022).is_ok());
    });
}
