//! Modules built for a comparison, by the binary that users run.

use std::path::{Path, PathBuf};

use vasca_tests::run::{run, vasca};

/// How the labels of minified modules end.
pub(crate) const MINIFIED: &str = "minified";

/// How one set of modules is built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// The value of `--imports`.
    pub(crate) imports: &'static str,
    /// Whether the code is shortened.
    pub(crate) minified: bool,
    /// Whether faults are mended.
    pub(crate) repair: bool,
}

impl Manner {
    /// A name for what is built so.
    pub(crate) fn label(self) -> String {
        let style = if self.minified { MINIFIED } else { "readable" };
        format!("{}-{style}", self.imports)
    }
}

/// Builds all components with one command, into `folder`.
#[track_caller]
pub(crate) fn build_all(components: &[PathBuf], manner: Manner, folder: &Path) {
    let mut command = vasca(["build", "--imports", manner.imports]);
    command.args((!manner.minified).then_some("--no-minify"));
    command.args(manner.repair.then_some("--repair"));
    command.arg("--out").arg(folder).args(components);
    let _ = run(&mut command).expect_code(0);
}

/// The name of a component: that of its file, less the extension.
pub(crate) fn name_of(component: &Path) -> String {
    let stem = component.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
