//! Our side: all stages of a build, in process and warm.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use vasca_builders::artifact::ArtifactBytes;
use vasca_builders::stage::Stage;
use vasca_builders::tsx::TsxBuilder;
use vasca_builders::tsx::options::{ImportMode, TsxOptions};
use vasca_builders::{Artifact, BuildRequest};

use crate::node::Sizes;

/// Time spent in each stage, over all builds.
pub(crate) type Stages = BTreeMap<Stage, Duration>;

/// The sizes of a source's modules: with bare imports, and with globals.
pub(crate) struct Made {
    pub(crate) external: Sizes,
    pub(crate) globals: Sizes,
}

fn request(name: &str, source: &str, imports: ImportMode) -> BuildRequest {
    let options = TsxOptions {
        imports,
        ..TsxOptions::default()
    };
    let file = format!("{name}.tsx");
    BuildRequest::single("tsx", &file, source).with_options(options.to_json())
}

fn build(builder: &TsxBuilder, request: &BuildRequest) -> Artifact {
    builder.build_blocking(request).expect("a fixture builds")
}

/// Builds every source in both modes.
pub(crate) fn sizes(sources: &BTreeMap<String, String>) -> BTreeMap<String, Made> {
    let builder = TsxBuilder::new();
    let sizes = |name: &str, source: &str, imports| {
        let ArtifactBytes {
            raw, gzip, brotli, ..
        } = build(&builder, &request(name, source, imports)).bytes;
        Sizes { raw, gzip, brotli }
    };
    let made = sources.iter().map(|(name, source)| {
        let made = Made {
            external: sizes(name, source, ImportMode::External),
            globals: sizes(name, source, ImportMode::Globals),
        };
        (name.clone(), made)
    });
    made.collect()
}

/// The median time of each source in microseconds; adds to the time of each stage.
pub(crate) fn times(
    sources: &BTreeMap<String, String>,
    rounds: usize,
    stages: &mut Stages,
) -> BTreeMap<String, f64> {
    let builder = TsxBuilder::new();
    let mut times = BTreeMap::new();
    for (name, source) in sources {
        let request = request(name, source, ImportMode::Globals);
        let mut spent: Vec<f64> = Vec::new();
        for _ in 0..rounds {
            let started = Instant::now();
            let built = build(&builder, &request);
            spent.push(started.elapsed().as_secs_f64() * 1e6);
            for (stage, time) in built.timings.iter() {
                *stages.entry(stage).or_default() += time;
            }
        }
        spent.sort_by(f64::total_cmp);
        let median = spent.get(spent.len() / 2).copied();
        times.insert(name.clone(), median.unwrap_or_default());
    }
    times
}
