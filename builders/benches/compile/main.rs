//! What a build costs and how large its module is, beside esbuild in the same run.
//!
//! `cargo bench -p vasca-builders --bench compile` prints the tables of `docs/benchmarks.md`;
//! `-- --short` takes seconds, and says only whether everything works. It needs Node and the packages
//! of `tests/conformance/node`, which `tests/run` installs.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a report is what it is for, and what is missing ends it"
)]

mod node;
mod ours;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use node::Node;

/// The least share by which a module must be smaller than its bundle with React and Remotion.
const SMALLER: f64 = 0.90;

/// How much is measured.
pub(crate) struct Extent {
    /// Times that Vasca and esbuild take turns.
    turns: usize,
    /// Builds of each source in one turn.
    rounds: usize,
    /// Of how many sources one is bundled with React and Remotion, which takes half a second.
    bundled: usize,
}

fn main() {
    let is_short = std::env::args().any(|argument| argument == "--short");
    let extent = if is_short {
        Extent {
            turns: 1,
            rounds: 3,
            bundled: 17,
        }
    } else {
        Extent {
            turns: 7,
            rounds: 40,
            bundled: 1,
        }
    };
    // On a stack like a worker's, so that no build maps one of its own.
    std::thread::Builder::new()
        .stack_size(vasca_builders::tsx::STACK_BYTES)
        .spawn(move || measure(&extent))
        .expect("a thread")
        .join()
        .expect("a report");
}

fn measure(extent: &Extent) {
    let sources = sources();
    let mut node = Node::start();
    let sizes = node.sizes(&sources, extent.bundled);
    let ours = ours::sizes(&sources);
    table::sizes(&ours, &sizes);
    table::bundles(&ours, &sizes, SMALLER);

    let (mut vasca, mut esbuild) = (Vec::new(), Vec::new());
    let mut stages = ours::Stages::default();
    ours::times(&sources, extent.rounds, &mut ours::Stages::default());
    node.times(extent.rounds);
    for _ in 0..extent.turns {
        vasca.push(ours::times(&sources, extent.rounds, &mut stages));
        esbuild.push(node.times(extent.rounds));
    }
    table::times(&vasca, &esbuild);
    table::stages(&stages);
}

/// The components that everything is measured on, by their names.
fn sources() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/good");
    let entries = std::fs::read_dir(folder).expect("the fixtures");
    let paths = entries.map(|entry| entry.expect("a fixture").path());
    paths
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let source = std::fs::read_to_string(&path).expect("a fixture");
            (name.into_owned(), source)
        })
        .collect()
}
