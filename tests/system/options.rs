//! Options that change what comes out.

use serde_json::Value;
use vasca_tests::run::{Run, run_with, vasca};

/// Builds a source from standard input with these options.
#[track_caller]
fn build(source: &str, options: &[&str]) -> Run {
    run_with(vasca(["build", "-"]).args(options), source.as_bytes())
}

const STAR: &str =
    "import { Star } from 'lucide-react';\nexport default function A() { return <Star />; }\n";

#[test]
fn a_further_module_is_read_from_its_global_or_imported() {
    let refused = build(STAR, &[]).expect_code(1);
    assert!(
        refused.stderr.contains("error[unresolved_import]"),
        "{refused}"
    );
    assert!(refused.stderr.contains("\"lucide-react\""), "{refused}");

    let globals = build(STAR, &["--external", "lucide-react"]).expect_code(0);
    assert!(
        globals
            .stdout
            .contains("(\"LucideReact\",\"lucide-react\")"),
        "{globals}"
    );
    assert!(!globals.stdout.contains("import"), "{globals}");
    assert!(
        globals
            .stderr
            .contains("reads the globals LucideReact, React"),
        "{globals}"
    );

    let options = ["--external", "lucide-react", "--imports", "external"];
    let external = build(STAR, &options).expect_code(0);
    assert!(
        external.stdout.contains("from\"lucide-react\""),
        "{external}"
    );
    assert!(!external.stdout.contains("globalThis"), "{external}");
    assert!(
        external.stderr.contains("imports lucide-react, react"),
        "{external}"
    );
}

#[test]
fn what_is_no_package_cannot_be_a_further_module() {
    for module in ["https://x", "./part", "node:fs", ""] {
        let run = build(STAR, &["--external", module]).expect_code(2);
        assert!(run.stdout.is_empty(), "{run}");
        assert!(run.stderr.contains("external"), "{run}");
        assert!(run.stderr.contains(&format!("\"{module}\"")), "{run}");
        assert!(run.stderr.contains("such as \"lucide-react\""), "{run}");
    }
}

#[test]
fn a_target_decides_which_syntax_is_lowered() {
    let source = "class Box { #size = 1; grow(p: any) { p.a ??= this.#size; return p.a; } }\n\
                  export default function A(p: any) { return new Box().grow(p); }\n";
    let has = |target: &str| {
        let run = build(source, &["--target", target]).expect_code(0);
        (run.stdout.contains("??="), run.stdout.contains("{#"))
    };
    assert_eq!(has("es2020"), (false, false));
    assert_eq!(has("es2021"), (true, false));
    assert_eq!(has("es2022"), (true, true));
    assert_eq!(has("esnext"), (true, true));
}

#[test]
fn code_is_left_readable_on_request() {
    let source = "export default function Title() {\n  const greeting = 'Vasca';\n  \
                  return <h1 id={greeting}>{greeting}</h1>;\n}\n";
    let short = build(source, &[]).expect_code(0);
    let readable = build(source, &["--no-minify"]).expect_code(0);
    assert!(
        readable.stdout.contains("const greeting = 'Vasca'"),
        "{readable}"
    );
    assert!(!short.stdout.contains("greeting"), "{short}");
    assert!(short.stdout.len() < readable.stdout.len(), "{short}");
}

const FENCED: &str =
    "Sure:\n```tsx\n'use client';\nexport const Title = () => <h1>{useId()}</h1>;\n```\n";

#[test]
fn faults_are_mended_on_request_and_told() {
    let refused = build(FENCED, &[]).expect_code(1);
    assert!(
        refused.stderr.contains("error[markdown_fence]"),
        "{refused}"
    );

    let mended = build(FENCED, &["--repair", "--json"]).expect_code(0);
    let [report] = mended.json().try_into().expect("one line for one file");
    let codes = [
        "markdown_fence",
        "use_client",
        "missing_default_export",
        "undeclared_name",
    ];
    assert_eq!(report["repairs"], Value::from(codes.as_slice()), "{mended}");
    let told = report["diagnostics"].as_array().into_iter().flatten();
    let told: Vec<_> = told.map(|one| (&one["code"], &one["severity"])).collect();
    let (code, warning) = (codes.map(Value::from), Value::from("warning"));
    let expected: Vec<_> = code.iter().map(|code| (code, &warning)).collect();
    assert_eq!(told, expected, "{mended}");
    assert!(report["timings"]["repair_ms"].is_number(), "{mended}");

    let people = build(FENCED, &["--repair"]).expect_code(0);
    for code in codes {
        assert!(
            people.stderr.contains(&format!("warning[{code}]")),
            "{people}"
        );
    }
}

#[test]
fn a_list_of_codes_chooses_among_the_repairs() {
    let run = build(FENCED, &["--repair=markdown_fence,use_client"]).expect_code(1);
    assert!(run.stderr.contains("warning[markdown_fence]"), "{run}");
    assert!(
        run.stderr.contains("error[missing_default_export]"),
        "{run}"
    );
    let options = ["--repair=missing_default_export,markdown_fence"];
    let _ = build(FENCED, &options).expect_code(0);

    let wrong = build(FENCED, &["--repair=markdown_fence,syntax_error"]).expect_code(2);
    assert!(wrong.stderr.contains("\"syntax_error\""), "{wrong}");
    assert!(wrong.stderr.contains("missing_default_export"), "{wrong}");
}

#[test]
fn a_build_that_takes_too_long_is_stopped_with_its_limit() {
    let run = build(&crate::sources::busy(), &["--timeout-ms", "300"]).expect_code(3);
    assert!(run.stdout.is_empty(), "{run}");
    assert!(run.stderr.contains("error[timed_out]"), "{run}");
    assert!(run.stderr.contains("300 ms"), "{run}");
}
