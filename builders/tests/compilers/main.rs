//! What every compiler behind the seam must do: one suite, and each compiler runs through it.
#![expect(
    clippy::unwrap_used,
    reason = "a failed step of a test is the test's failure"
)]

mod exports;
mod faults;
mod imports;
mod mappings;
mod reading;

use std::path::Path;
use std::sync::LazyLock;

use vasca_builders::stage::Timings;
use vasca_builders::tsx::compiler::swc::Swc;
use vasca_builders::tsx::compiler::{Compiled, Compiler, Finding, Unit};
use vasca_builders::tsx::options::{ImportMode, Target};
use vasca_builders::tsx::policy::Policy;
use vasca_builders::tsx::profile::Profile;
use vasca_builders::tsx::repair::Repairs;

/// Every compiler there is. A new one is added here, and to no test.
fn every_compiler(check: impl Fn(&dyn Compiler)) {
    check(&Swc);
}

/// No fault is mended, unless a test says otherwise.
static NONE: LazyLock<Repairs> = LazyLock::new(Repairs::default);

/// A unit with the defaults of a build.
fn unit(source: &str) -> Unit<'_> {
    Unit {
        file: "component.tsx",
        source,
        policy: Policy::new(Profile::remotion()),
        imports: ImportMode::Globals,
        minify: true,
        target: Target::Es2020,
        mapped: false,
        repairs: &NONE,
    }
}

fn compile(compiler: &dyn Compiler, unit: &Unit<'_>) -> Result<Compiled, Vec<Finding>> {
    compiler.compile(unit, &mut Timings::default())
}

/// All combinations of what changes the text of a module.
fn every_manner(source: &str) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    for imports in [ImportMode::Globals, ImportMode::External] {
        for minify in [true, false] {
            for mapped in [true, false] {
                units.push(Unit {
                    imports,
                    minify,
                    mapped,
                    ..unit(source)
                });
            }
        }
    }
    units
}

/// The sources in a folder of the fixtures, with their names.
fn sources(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(folder);
    let paths = std::fs::read_dir(folder).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let mut sources: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsx"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    sources.sort();
    assert!(!sources.is_empty());
    sources
}
