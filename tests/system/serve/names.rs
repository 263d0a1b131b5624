//! Names of virtual files, and how many there may be: refused before anything looks at a disk.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vasca_tests::server::Answer;

use super::service::{Service, accepted, problem, problem_of};
use crate::sources::ORDINARY;

#[track_caller]
fn post(service: &Service, files: &Value, entry: &str) -> Answer {
    let body = json!({ "files": files, "entry": entry });
    service.client().post("/v1/builds", &[], &body)
}

/// What lies below the server's folder, at any depth.
fn laid_down(service: &Service) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![service.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn names_that_could_leave_their_folder_are_refused_and_shown() {
    let service = Service::start();
    for name in [
        "../x",
        "../../../../etc/passwd",
        "/etc/passwd",
        "C:\\x",
        "C:/x",
        "c:x.tsx",
        "a\\..\\b",
        "a/../b.tsx",
        "%2e%2e/x.tsx",
        "%2e%2e",
        "a\0.tsx",
        "a\nb.tsx",
        "\u{7f}.tsx",
        "",
        ".",
        "..",
        "./a.tsx",
        "a//b.tsx",
        "a/",
        "file:///etc/passwd",
        "http://x/a.tsx",
        "node_modules/react/index.tsx",
        "\\\\server\\share\\a.tsx",
    ] {
        let answer = post(&service, &json!({ name: ORDINARY }), name);
        let (kind, detail) = problem_of(name, &answer, 422);
        assert_eq!(kind, "invalid_submission");
        let codes = answer.json();
        let code = &codes["diagnostics"][0]["code"];
        assert_eq!(code, "invalid_file_name", "{detail}");
        let shown = format!("{name:?}");
        assert!(detail.contains(&shown), "{shown}: {detail}");
        // The name alone is at fault: as the name of the entry it is refused too.
        let of_entry = json!({ "source": ORDINARY, "entry": name });
        let answer = service.client().post("/v1/builds", &[], &of_entry);
        let _ = problem_of(name, &answer, 422);
    }
    let lying = laid_down(&service);
    let strange = |path: &&String| path.contains("passwd") || path.contains("tsx");
    assert_eq!(lying.iter().find(strange), None, "it lies on the disk");
    service.assert_sound();
}

#[test]
fn names_that_some_disks_take_for_one_are_refused() {
    let service = Service::start();
    for (one, other) in [
        ("Title.tsx", "title.tsx"),
        ("\u{e9}.tsx", "e\u{301}.tsx"),
        ("\u{c9}.tsx", "e\u{301}.tsx"),
        ("A/b.tsx", "a/B.tsx"),
    ] {
        let files = json!({ one: ORDINARY, other: ORDINARY });
        let answer = post(&service, &files, one);
        let _ = problem(&answer, 422);
        let codes = answer.json();
        let diagnostics = codes["diagnostics"].as_array().expect("diagnostics");
        let named = diagnostics
            .iter()
            .any(|it| it["code"] == "invalid_file_name");
        assert!(named, "{one:?} {other:?}: {codes}");
    }
    service.assert_sound();
}

#[test]
fn a_name_has_at_most_255_bytes() {
    let service = Service::start();
    for length in [256, 64 << 10] {
        let name = "n".repeat(length - 4) + ".tsx";
        let answer = post(&service, &json!({ name.as_str(): ORDINARY }), &name);
        let (_, detail) = problem(&answer, 422);
        assert!(detail.contains("255"), "the limit is named: {detail}");
        assert!(detail.len() < 2000, "the name is repeated whole");
    }
    let name = "n".repeat(251) + ".tsx";
    let _ = accepted(&post(&service, &json!({ name.as_str(): ORDINARY }), &name));
    service.assert_sound();
}

#[test]
fn a_hundred_thousand_files_are_too_many_and_the_limit_is_named() {
    let service = Service::start();
    for count in [257, 100_000] {
        let files: BTreeMap<_, _> = (0..count).map(|n| (format!("f{n}.tsx"), "")).collect();
        let answer = post(&service, &json!(files), "f0.tsx");
        let (kind, detail) = problem(&answer, answer.status);
        assert!([413, 422].contains(&answer.status), "{count}: {detail}");
        assert_eq!(kind, "limit_exceeded", "{count}");
        assert!(detail.contains("256"), "{count}: {detail}");
    }
    service.assert_sound();
}

#[test]
fn a_source_beyond_its_limit_is_refused_and_the_limit_is_named() {
    let service = Service::start();
    let limit = 2 << 20;
    let of_length = |length: usize| {
        let begin = "export default () => null;\n//";
        let body = json!({ "source": format!("{begin}{}", "x".repeat(length - begin.len())) });
        service
            .client()
            .post("/v1/builds", &[("prefer", "wait=30")], &body)
    };
    let (kind, detail) = problem(&of_length(limit + 1), 413);
    assert_eq!(kind, "limit_exceeded");
    assert!(detail.contains("2097152"), "{detail}");
    let build = of_length(limit).expect(200).json();
    assert_eq!(build["status"], "succeeded", "{build}");
}

#[test]
fn tags_have_their_limits_and_the_one_at_fault_is_named() {
    let service = Service::start();
    let client = service.client();
    let post = |tags: Value| {
        let body = json!({ "source": ORDINARY, "tags": tags });
        client.post("/v1/builds", &[], &body)
    };
    let many: BTreeMap<_, _> = (0..17).map(|n| (n.to_string(), "")).collect();
    for (tags, named) in [
        (json!(many), "16"),
        (json!({ "n".repeat(65): "" }), "64"),
        (json!({ "long": "v".repeat(257) }), "long"),
        (json!({ "a=b": "" }), "a=b"),
        (json!({ "": "" }), "\"\""),
        (json!({ "control": "\u{1b}[31m" }), "control"),
    ] {
        let (kind, detail) = problem(&post(tags), 422);
        assert_eq!(kind, "invalid_submission");
        assert!(detail.contains(named), "{named}: {detail}");
    }
    let longest = json!({ "n".repeat(64): "v".repeat(256) });
    let _ = accepted(&post(longest));
    let html = post(json!({ "<script>": "</script><b>\"" }));
    let _ = accepted(&html);
    assert_eq!(html.header("content-type"), Some("application/json"));
}
