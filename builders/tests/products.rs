//! What a build gives besides its module: a source map, a metafile, a module in place of one that
//! failed, a signature of the failure.
#![expect(
    clippy::unwrap_used,
    reason = "a failed step of a test is the test's failure"
)]

use serde_json::Value;
use vasca_builders::tsx::options::{ImportMode, SourceMap, TsxOptions};
use vasca_builders::tsx::repair::Repairs;
use vasca_builders::tsx::{Profiles, TsxBuilder};
use vasca_builders::{Artifact, BuildError, BuildRequest, Code};

const GOOD: &str = "import { AbsoluteFill as Fill } from 'remotion';\n\
    export const fps = 30;\n\
    export default function Title() { return <Fill>{'</script>'}</Fill>; }\n";
const BROKEN: &str = "const a = 1;\nconst a = 2;\nexport default () => <p>{a}</p>;\n";

fn build(source: &str, options: &TsxOptions) -> Result<Artifact, BuildError> {
    let request = BuildRequest::single("tsx", "Title.tsx", source).with_options(options.to_json());
    TsxBuilder::new().build_blocking(&request)
}

fn with_map(sourcemap: SourceMap) -> TsxOptions {
    TsxOptions {
        sourcemap,
        ..TsxOptions::default()
    }
}

#[test]
fn a_map_beside_the_module_leaves_its_bytes_as_they_are_and_holds_the_source() {
    let plain = build(GOOD, &TsxOptions::default()).unwrap();
    let mapped = build(GOOD, &with_map(SourceMap::External)).unwrap();
    assert_eq!(plain.code, mapped.code);
    assert_eq!((plain.map, &plain.digest), (None, &mapped.digest));
    let map: Value = serde_json::from_str(&mapped.map.unwrap()).unwrap();
    assert_eq!(map["version"], 3);
    assert_eq!(map["sources"], serde_json::json!(["Title.tsx"]));
    assert_eq!(map["sourcesContent"], serde_json::json!([GOOD]));
}

#[test]
fn a_map_within_the_module_is_its_last_line_and_counts() {
    let plain = build(GOOD, &TsxOptions::default()).unwrap();
    let mapped = build(GOOD, &with_map(SourceMap::Inline)).unwrap();
    let (code, last) = mapped.code.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(code, plain.code.trim_end());
    assert!(last.starts_with("//# sourceMappingURL=data:application/json;base64,"));
    assert_eq!(mapped.map, None);
    assert_eq!(mapped.bytes.raw, mapped.code.len() as u64);
    assert_ne!(mapped.digest, plain.digest);
    assert!(!mapped.code.contains("</script"));
}

#[test]
fn a_map_of_a_mended_source_holds_the_source_as_it_was_sent() {
    let source = format!("Here it is:\n```tsx\n{GOOD}```\nEnjoy!\n");
    let options = TsxOptions {
        repair: Repairs::all(),
        ..with_map(SourceMap::External)
    };
    let map = build(&source, &options).unwrap().map.unwrap();
    let map = sourcemap::SourceMap::from_slice(map.as_bytes()).unwrap();
    assert_eq!(map.get_source_contents(0), Some(source.as_str()));
    let title = map.tokens().find(|token| token.get_name() == Some("Title"));
    let (line, column) = title.unwrap().get_src();
    let line = source.lines().nth(line as usize).unwrap();
    assert!(
        line.get(column as usize..).unwrap().starts_with("Title"),
        "{line}"
    );
}

#[test]
fn a_metafile_has_the_inputs_outputs_and_their_sizes() {
    let built = build(GOOD, &with_map(SourceMap::External)).unwrap();
    let metafile: Value = serde_json::from_str(&built.metafile).unwrap();
    let input = &metafile["inputs"]["Title.tsx"];
    assert_eq!(input["bytes"], GOOD.len());
    let paths: Vec<_> = input["imports"].as_array().unwrap().iter().collect();
    assert_eq!(paths.len(), 2, "{input}");
    assert!(paths.iter().all(|import| import["external"] == true));
    let output = &metafile["outputs"]["Title.js"];
    assert_eq!(output["bytes"], built.bytes.raw);
    assert_eq!(output["exports"], serde_json::json!(["default", "fps"]));
    assert_eq!(output["entryPoint"], "Title.tsx");
    let map = &metafile["outputs"]["Title.js.map"];
    assert_eq!(map["bytes"], built.map.unwrap().len());
}

fn fallback_of(source: &str, options: TsxOptions) -> Option<Artifact> {
    let options = TsxOptions {
        fallback: true,
        ..options
    };
    build(source, &options).unwrap_err().fallback.map(|it| *it)
}

#[test]
fn a_failed_build_has_a_module_in_its_place_only_where_it_was_asked_for() {
    let error = build(BROKEN, &TsxOptions::default()).unwrap_err();
    assert!(error.fallback.is_none());
    let shown = fallback_of(BROKEN, TsxOptions::default()).unwrap();
    assert_eq!(shown.exports, ["default"]);
    assert_eq!(shown.globals.len(), 1, "{:?}", shown.globals);
    for part in ["could not be built", "Title.tsx:2:7", "const a = 2;", "^"] {
        assert!(shown.code.contains(part), "{part}: {}", shown.code);
    }
    let options = TsxOptions {
        imports: ImportMode::External,
        minify: false,
        ..TsxOptions::default()
    };
    let shown = fallback_of(BROKEN, options).unwrap();
    assert_eq!(shown.imports, ["react"]);
}

#[test]
fn the_module_in_the_place_of_another_holds_whatever_the_source_says() {
    let odd = "export default `${'\\u2028</script>'}` ;const \"x\\\\ = 'й`${1}';\n";
    let shown = fallback_of(odd, TsxOptions::default()).unwrap();
    assert!(!shown.code.contains("</script"), "{}", shown.code);
}

#[test]
fn a_failure_has_a_signature_that_names_and_places_do_not_change() {
    let signature = |source: &str| {
        let error = build(source, &TsxOptions::default()).unwrap_err();
        (error.code(), error.signature())
    };
    let one = signature(BROKEN);
    let moved = signature(&format!("// one more line\n{BROKEN}"));
    assert_eq!(one.0, Code::DuplicateDeclaration);
    assert_eq!(one, moved);
    assert_ne!(one.1, signature("export default () => <p>;\n").1);
}

#[test]
fn a_profile_of_ones_own_is_chosen_by_its_name() {
    let mut profiles = Profiles::default();
    let text = r#"{"name":"page","extends":"remotion","modules":{"three":{"global":"THREE"}}}"#;
    profiles.add_json(text).unwrap();
    let builder = TsxBuilder::new().profiles(profiles);
    let source = "import { Vector3 } from 'three'; export default () => <p>{new Vector3().x}</p>;";
    let request = |options: &str| {
        BuildRequest::single("tsx", "a.tsx", source).with_options(options.to_owned())
    };
    let built = builder
        .build_blocking(&request(r#"{"profile":"page"}"#))
        .unwrap();
    assert!(built.globals.iter().any(|read| read.global == "THREE"));
    let error = builder.build_blocking(&request("{}")).unwrap_err();
    assert_eq!(error.code(), Code::UnresolvedImport);
    let error = builder
        .build_blocking(&request(r#"{"profile":"pag"}"#))
        .unwrap_err();
    assert_eq!(error.code(), Code::InvalidOptions);
    let hint = error.diagnostics[0].hint.clone().unwrap();
    assert!(hint.contains("\"page\", \"remotion\""), "{hint}");
}
