//! Components behave as esbuild's builds of them do, and are no larger.

use std::fmt::Write;

use vasca_tests::fixtures;

use crate::report::{Case, Variant, render};

#[test]
fn every_component_behaves_as_esbuilds_build_of_it_does() {
    let cases = render(&fixtures::good(), &[true, false]);
    let faults: Vec<_> = cases.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_corner_of_the_language_means_what_it_means_to_esbuild() {
    let cases = render(&fixtures::corners(), &[true, false]);
    let faults: Vec<_> = cases.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_corpus_with_bare_imports_is_no_larger_than_esbuilds() {
    let cases = render(&fixtures::good(), &[true]);
    let total = |of: fn(&Case) -> u64| cases.iter().map(of).sum::<u64>();
    let raw = (
        total(|case| case.external.raw_bytes),
        total(|case| case.esbuild.raw_bytes),
    );
    let gzip = (
        total(|case| case.external.gzip_bytes),
        total(|case| case.esbuild.gzip_bytes),
    );
    assert!(raw.1 > 0 && gzip.1 > 0, "esbuild built nothing");
    assert!(
        raw.0 <= raw.1 && gzip.0 <= gzip.1,
        "{raw:?} raw, {gzip:?} gzipped, ours and esbuild's:\n{}",
        table(&cases)
    );
}

/// Where a case differs from esbuild's build of the same source.
pub(crate) fn faults(case: &Case) -> Vec<String> {
    let mut found = Vec::new();
    let mut fault = |what: String| found.push(format!("{}: {what}", case.name));
    if let Some(what) = unfit(&case.esbuild) {
        fault(format!("esbuild's module is no yardstick: {what}"));
    }
    for (mode, ours) in [("external", &case.external), ("globals", &case.globals)] {
        if let Some(what) = unfit(ours) {
            fault(format!("{mode}: {what}"));
        }
        if ours.exports != case.esbuild.exports {
            let theirs = &case.esbuild.exports;
            fault(format!(
                "{mode}: exports {:?}, not {theirs:?}",
                ours.exports
            ));
        }
        if ours.frames != case.esbuild.frames {
            let theirs = &case.esbuild.frames;
            fault(format!("{mode}: {:?}\ninstead of {theirs:?}", ours.frames));
        }
    }
    found
}

/// Why a module proves nothing: it does not load, or renders nothing.
pub(crate) fn unfit(variant: &Variant) -> Option<String> {
    if let Some(error) = &variant.error {
        return Some(error.clone());
    }
    let empty = |frame: &Result<String, String>| match frame {
        Ok(markup) if markup.is_empty() => Some("empty markup".to_owned()),
        Ok(_) => None,
        Err(error) => Some(error.clone()),
    };
    match variant.frames.as_slice() {
        [] => Some("no frame was rendered".to_owned()),
        frames => frames.iter().find_map(empty),
    }
}

/// Sizes side by side, raw and gzipped.
fn table(cases: &[Case]) -> String {
    let mut text = String::from("component: esbuild, external, globals (raw/gzip bytes)\n");
    for case in cases {
        let size = |variant: &Variant| format!("{}/{}", variant.raw_bytes, variant.gzip_bytes);
        let sizes = [&case.esbuild, &case.external, &case.globals].map(size);
        let _ = writeln!(text, "{}: {}", case.name, sizes.join(", "));
    }
    text
}

#[test]
fn a_module_that_renders_otherwise_is_noticed() {
    let variant = |markup: &str| Variant {
        error: None,
        exports: vec!["default".to_owned()],
        raw_bytes: 1,
        gzip_bytes: 1,
        frames: vec![Ok(markup.to_owned())],
    };
    let case = |esbuild, external, globals| Case {
        name: "sample".to_owned(),
        esbuild: variant(esbuild),
        external: variant(external),
        globals: variant(globals),
    };
    assert!(faults(&case("<p>1</p>", "<p>1</p>", "<p>1</p>")).is_empty());
    assert_eq!(faults(&case("<p>1</p>", "<p>2</p>", "<p>1</p>")).len(), 1);
    assert_eq!(faults(&case("", "", "")).len(), 3);
    let mut renamed = case("a", "a", "a");
    renamed.globals.exports.push("other".to_owned());
    assert_eq!(faults(&renamed).len(), 1);
    renamed.external.error = Some("does not load".to_owned());
    assert_eq!(faults(&renamed).len(), 2);
}
