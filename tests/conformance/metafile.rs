//! A metafile opens in esbuild's analyser.

use std::time::Duration;

use vasca_tests::fixtures::good_one;
use vasca_tests::node::run_script;
use vasca_tests::run::{run, vasca};

/// The analyser is a process of its own that starts at once.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn esbuilds_analyser_reads_a_metafile_and_names_what_went_where() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let metafile = folder.path().join("meta.json");
    let mut command = vasca(["build", "--sourcemap", "external", "--out"]);
    command.arg(folder.path()).arg("--metafile").arg(&metafile);
    let _ = run(command.arg(good_one("title.tsx"))).expect_code(0);
    let text = std::fs::read_to_string(metafile).expect("a metafile");
    let said = run_script("metafile.mjs", &text, LIMIT);
    for part in ["title.js", "title.tsx", "100.0%"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
