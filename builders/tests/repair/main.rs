//! Repairs: each fault as it is refused, and as it is mended and told of; and what is left alone.
#![expect(
    clippy::unwrap_used,
    reason = "a failed step of a test is the test's failure"
)]

mod ambiguous;
mod by_hand;
mod chosen;
mod corpus;
mod told;

use vasca_builders::tsx::TsxBuilder;
use vasca_builders::tsx::options::{ImportMode, TsxOptions};
use vasca_builders::tsx::repair::Repairs;
use vasca_builders::{Artifact, BuildError, BuildRequest, Code, Diagnostic, Severity};

pub(crate) fn readable(repair: Repairs) -> TsxOptions {
    TsxOptions {
        imports: ImportMode::External,
        minify: false,
        repair,
        ..TsxOptions::default()
    }
}

pub(crate) fn build(source: &str, options: &TsxOptions) -> Result<Artifact, BuildError> {
    let request = BuildRequest::single("tsx", "Scene.tsx", source);
    TsxBuilder::new().build_blocking(&request.with_options(options.to_json()))
}

pub(crate) fn strictly(source: &str) -> Result<Artifact, BuildError> {
    build(source, &readable(Repairs::default()))
}

pub(crate) fn repaired(source: &str) -> Result<Artifact, BuildError> {
    build(source, &readable(Repairs::all()))
}

pub(crate) fn codes(diagnostics: &[Diagnostic], severity: Severity) -> Vec<Code> {
    let some = diagnostics.iter().filter(|one| one.severity == severity);
    some.map(|one| one.code).collect()
}

/// All manners of building, without repairs.
pub(crate) fn manners() -> Vec<TsxOptions> {
    let mut all = Vec::new();
    for imports in [ImportMode::Globals, ImportMode::External] {
        for minify in [true, false] {
            all.push(TsxOptions {
                imports,
                minify,
                ..TsxOptions::default()
            });
        }
    }
    all
}
