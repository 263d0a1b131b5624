//! What `vasca build` writes besides modules.

use std::path::Path;

use serde_json::Value;
use vasca_tests::run::{Run, run, run_with, vasca};

const GOOD: &str = "import { useMemo } from 'react';\n\
    export default function Title() { return <p>{useMemo(() => 1, [])}</p>; }\n";
const BROKEN: &str = "const a = 1;\nconst a = 2;\nexport default () => <p>{a}</p>;\n";

/// A folder with these files in it.
fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn build_in(folder: &Path, arguments: &[&str]) -> Run {
    run(vasca(["build"]).current_dir(folder).args(arguments))
}

fn json_of(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_source_map_goes_beside_its_module_under_the_names_of_the_files() {
    let folder = folder_of(&[("Title.tsx", GOOD)]);
    let arguments = ["Title.tsx", "--out", "dist", "--sourcemap", "external"];
    let _ = build_in(folder.path(), &arguments).expect_code(0);
    let map = json_of(&folder.path().join("dist/Title.js.map"));
    assert_eq!(map["sources"], serde_json::json!(["Title.tsx"]));
    let module = std::fs::read_to_string(folder.path().join("dist/Title.js")).expect("a module");
    assert!(!module.contains("sourceMappingURL"), "{module}");
}

#[test]
fn a_source_map_that_has_no_place_is_refused_with_what_to_do() {
    let options = ["--sourcemap", "external"];
    let run = run_with(vasca(["build", "-"]).args(options), GOOD.as_bytes()).expect_code(2);
    assert!(run.stderr.contains("`--sourcemap inline`"), "{run}");
    let options = ["--sourcemap", "external", "--json"];
    let run = run_with(vasca(["build", "-"]).args(options), GOOD.as_bytes()).expect_code(0);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert!(
        report["map"]
            .as_str()
            .is_some_and(|map| map.contains("mappings")),
        "{report}"
    );
}

#[test]
fn a_metafile_tells_of_all_files_of_a_command_that_were_built() {
    let folder = folder_of(&[("a.tsx", GOOD), ("b.tsx", GOOD), ("c.tsx", BROKEN)]);
    let arguments = [
        "a.tsx",
        "b.tsx",
        "c.tsx",
        "--out",
        "dist",
        "--metafile",
        "meta.json",
    ];
    let _ = build_in(folder.path(), &arguments).expect_code(1);
    let metafile = json_of(&folder.path().join("meta.json"));
    let names = |key: &str| -> Vec<String> {
        let entries = metafile[key].as_object().cloned().unwrap_or_default();
        entries.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names("inputs"), ["a.tsx", "b.tsx"]);
    assert_eq!(names("outputs"), ["dist/a.js", "dist/b.js"]);
    let bytes = std::fs::metadata(folder.path().join("dist/a.js"))
        .expect("a module")
        .len();
    assert_eq!(metafile["outputs"]["dist/a.js"]["bytes"], bytes);
}

#[test]
fn a_module_in_the_place_of_one_that_failed_is_written_and_the_command_fails() {
    let folder = folder_of(&[("Scene.tsx", BROKEN)]);
    let _ = build_in(folder.path(), &["Scene.tsx", "--out", "dist"]).expect_code(1);
    assert!(!folder.path().join("dist/Scene.js").exists());
    let run = build_in(folder.path(), &["Scene.tsx", "--out", "dist", "--fallback"]).expect_code(1);
    assert!(run.stderr.contains("shows what is wrong"), "{run}");
    let module = std::fs::read_to_string(folder.path().join("dist/Scene.js")).expect("a module");
    assert!(module.contains("Scene.tsx:2:7"), "{module}");
}

#[test]
fn a_profile_is_read_from_its_file_and_one_that_is_not_there_is_named() {
    let profile = r#"{"name":"page","extends":"remotion","modules":{"three":{"global":"THREE"}}}"#;
    let source = "import { REVISION } from 'three'; export default () => <p>{REVISION}</p>;";
    let folder = folder_of(&[("a.tsx", source), ("page.json", profile)]);
    let run = build_in(folder.path(), &["a.tsx", "--profile-file", "page.json"]).expect_code(0);
    assert!(run.stdout.contains("(\"THREE\",\"three\")"), "{run}");
    let builtin = [
        "a.tsx",
        "--profile-file",
        "page.json",
        "--profile",
        "remotion",
    ];
    let _ = build_in(folder.path(), &builtin).expect_code(1);
    let run = build_in(folder.path(), &["a.tsx", "--profile", "pag"]).expect_code(2);
    assert!(
        run.stderr
            .contains("there is no profile \"pag\"; there are: remotion."),
        "{run}"
    );
    let run = build_in(folder.path(), &["a.tsx", "--profile-file", "none.json"]).expect_code(2);
    assert!(run.stderr.contains("none.json cannot be read"), "{run}");
}

#[test]
fn profiles_that_no_worker_can_be_told_of_are_refused_with_the_limit() {
    let of = |exports: &str| {
        format!(
            r#"{{"name":"page","extends":"remotion","modules":{{"m":{{"exports":[{exports}"a"]}}}}}}"#
        )
    };
    let (many_quotes, long) = (
        of(&r#""","#.repeat(31_000)),
        of(&r#""abcdefghi","#.repeat(10_000)),
    );
    let folder = folder_of(&[("a.tsx", GOOD), ("q.json", &many_quotes), ("l.json", &long)]);
    for profile in ["q.json", "l.json"] {
        let run = build_in(folder.path(), &["a.tsx", "--profile-file", profile]).expect_code(2);
        assert!(run.stderr.contains("leave out lists of exports"), "{run}");
    }
}
