//! What every artifact holds, and what every request is held to.
#![expect(
    clippy::unwrap_used,
    reason = "a failed step of a test is the test's failure"
)]

use std::path::Path;

use vasca_builders::tsx::TsxBuilder;
use vasca_builders::tsx::options::{ImportMode, Target, TsxOptions};
use vasca_builders::{BuildContext, BuildRequest, Code, Registry, artifact};

fn good() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/good");
    let mut sources: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    sources.sort();
    assert!(sources.len() >= 42, "{}", sources.len());
    sources
}

fn options() -> Vec<TsxOptions> {
    let mut all = Vec::new();
    for imports in [ImportMode::Globals, ImportMode::External] {
        for minify in [true, false] {
            for target in [Target::Es2020, Target::Esnext] {
                all.push(TsxOptions {
                    imports,
                    minify,
                    target,
                    ..TsxOptions::default()
                });
            }
        }
    }
    all
}

#[test]
fn every_good_fixture_builds_with_all_options_and_has_true_figures() {
    let builder = TsxBuilder::new();
    for (name, source) in good() {
        for options in options() {
            let request =
                BuildRequest::single("tsx", &name, &source).with_options(options.to_json());
            let built = builder
                .build_blocking(&request)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(built.digest, artifact::digest(&built.code), "{name}");
            assert_eq!(built.bytes.raw, built.code.len() as u64, "{name}");
            assert!(
                built.exports.iter().any(|export| export == "default"),
                "{name}"
            );
            assert!(built.timings.total().as_nanos() > 0, "{name}");
            let kept = options.imports == ImportMode::External;
            assert_eq!(built.imports.is_empty(), !kept, "{name}");
            assert_eq!(built.globals.is_empty(), kept, "{name}");
        }
    }
}

#[test]
fn the_same_request_gives_the_same_bytes_in_any_order() {
    let sources = good();
    let build = |builder: &TsxBuilder, (name, source): &(String, String)| {
        builder
            .build_blocking(&BuildRequest::single("tsx", name, source))
            .unwrap()
            .code
    };
    let first: Vec<String> = sources
        .iter()
        .map(|one| build(&TsxBuilder::new(), one))
        .collect();
    let builder = TsxBuilder::new();
    for round in 0..5 {
        for index in 0..sources.len() {
            // A prime beyond their number, so that every source has its turn.
            let index = (index * 1009 + round) % sources.len();
            assert_eq!(
                build(&builder, &sources[index]),
                first[index],
                "{}",
                sources[index].0
            );
        }
    }
}

#[tokio::test]
async fn a_registry_knows_its_builders_by_kind_and_says_which_there_are() {
    let registry = Registry::standard();
    assert_eq!(registry.kinds().collect::<Vec<_>>(), ["tsx"]);
    let Err(error) = registry.get("css") else {
        panic!("there is no such builder")
    };
    assert_eq!(error.code(), Code::UnknownBuilder);
    assert!(
        error.diagnostics[0]
            .hint
            .as_deref()
            .unwrap()
            .contains("tsx")
    );
    let builder = registry.get("tsx").unwrap();
    assert!(builder.version().contains("swc_core"));
    let request = BuildRequest::single("tsx", "a.tsx", "export default () => <b/>");
    assert!(builder.build(request, BuildContext::new()).await.is_ok());
}

#[test]
fn a_request_that_is_wrong_in_itself_never_reaches_the_compiler() {
    let code = |request: BuildRequest| {
        TsxBuilder::new()
            .build_blocking(&request)
            .expect_err("refused")
            .code()
    };
    let source = "export default () => null";
    let single = |name: &str| BuildRequest::single("tsx", name, source);
    assert_eq!(code(single("../a.tsx")), Code::InvalidFileName);
    assert_eq!(code(single("a.css")), Code::InvalidFileName);
    assert_eq!(
        code(single("a.tsx").with_options("{\"x\":1}")),
        Code::InvalidOptions
    );
    assert_eq!(
        code(single("a.tsx").with_options("{\"profile\":\"x\"}")),
        Code::InvalidOptions
    );
    let large = format!("//{}", "x".repeat(2 * 1024 * 1024));
    assert_eq!(
        code(BuildRequest::single("tsx", "a.tsx", &large)),
        Code::SourceTooLarge
    );
    let mut two = single("a.tsx");
    two.files.insert("b.tsx".to_owned(), String::new());
    assert_eq!(code(two), Code::TooManyFiles);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing_but_themselves() {
    let build = |source: &str| {
        let request = BuildRequest::single("tsx", "a.tsx", source);
        TsxBuilder::new().build_blocking(&request)
    };
    let plain = build("export default () =>\n  <b>\n    text\n  </b>;\n").unwrap();
    let windows =
        build("\u{feff}export default () =>\r\n  <b>\r\n    text\r\n  </b>;\r\n").unwrap();
    assert_eq!(plain.code, windows.code);
    let error = build("\u{feff}const a = 1;\r\nconst a = 2;\r\n").unwrap_err();
    let place = (error.diagnostics[0].line, error.diagnostics[0].column);
    assert_eq!(place, (Some(2), Some(7)));
}

#[test]
fn generics_and_assertions_are_read_by_the_extension() {
    let build = |name: &str, source: &str| {
        TsxBuilder::new()
            .build_blocking(&BuildRequest::single("tsx", name, source))
            .is_ok()
    };
    let assertion = "const f = <T>(a: T) => <any>a; export default f;";
    assert!(build("a.ts", assertion));
    assert!(!build("a.tsx", assertion));
    assert!(build("a.jsx", "export default () => <b/>"));
}

#[test]
fn a_string_that_would_close_a_script_element_is_escaped() {
    let source = "export default () => ['</script>', `</SCRIPT x`, /<\\/script/];";
    let request = BuildRequest::single("tsx", "a.tsx", source);
    let code = TsxBuilder::new().build_blocking(&request).unwrap().code;
    assert!(!code.to_lowercase().contains("</script"), "{code}");
}
