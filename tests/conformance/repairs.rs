//! A broken component that is repaired renders, and as the one does that a person has mended.

use std::path::{Path, PathBuf};

use vasca_tests::fixtures;
use vasca_tests::run::{run, vasca};

use crate::esbuild::{faults, unfit};
use crate::report::{Case, render_repaired};

/// The broken fixtures that build with repairs.
#[track_caller]
fn repairable() -> Vec<PathBuf> {
    let mut command = vasca(["build", "--repair", "--json"]);
    let reports = run(command.args(fixtures::broken())).expect_code(1).json();
    let built = reports.iter().filter(|one| one["status"] == "succeeded");
    built
        .filter_map(|one| one["file"].as_str().map(PathBuf::from))
        .collect()
}

/// The file that a person has made of a broken one, if somebody has.
fn mended(broken: &Path) -> Option<PathBuf> {
    let file = broken.parent()?.join("mended").join(broken.file_name()?);
    file.is_file().then_some(file)
}

#[test]
fn every_repaired_component_renders() {
    let components = repairable();
    assert!(components.len() >= 4, "{components:?}");
    let of_ours = |case: &Case| {
        let variants = [&case.external, &case.globals];
        let found = variants.into_iter().filter_map(unfit);
        found
            .map(|what| format!("{}: {what}", case.name))
            .collect::<Vec<_>>()
    };
    let cases = render_repaired(&components, &components);
    let found: Vec<_> = cases.iter().flat_map(of_ours).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_repaired_component_behaves_as_the_one_mended_by_hand() {
    let pairs = repairable().into_iter().filter_map(|broken| {
        let mended = mended(&broken)?;
        Some((broken, mended))
    });
    let (broken, mended): (Vec<_>, Vec<_>) = pairs.unzip();
    if broken.is_empty() {
        return;
    }
    let cases = render_repaired(&broken, &mended);
    let found: Vec<_> = cases.iter().flat_map(faults).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
