//! Generated programs, built and run in batches, and what differs made as small as it gets.

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use vasca_tests::generator::Program;
use vasca_tests::node::run_script;
use vasca_tests::run::{run, vasca};

use crate::build::{MINIFIED, Manner};
use crate::report::FRAMES;

/// Programs of one run of Node, which forgets no module that it has loaded.
const BATCH: usize = 250;
/// A batch runs within some ten seconds.
const BATCH_LIMIT: Duration = Duration::from_secs(180);
/// Differences that are made small and shown: who has mended three runs the suite again.
const SHOWN: usize = 3;

/// What programs are compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Yardstick {
    /// esbuild's build, minified.
    Esbuild,
    /// The source less types and JSX, with real imports.
    Original,
}

impl Yardstick {
    fn name(self) -> &'static str {
        match self {
            Self::Esbuild => "esbuild",
            Self::Original => "original",
        }
    }
}

/// How programs are built, and with what they are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    pub(crate) yardstick: Yardstick,
    pub(crate) manners: &'static [Manner],
}

/// A program that does not behave as it should, and how.
#[derive(Debug)]
pub(crate) struct Difference {
    program: Program,
    what: String,
}

impl Comparison {
    /// Compares the programs of the seeds that the environment names, or of those given.
    ///
    /// # Panics
    /// When one behaves otherwise; its source is shown, with as few pieces as it takes.
    #[track_caller]
    pub(crate) fn hold(self, first_seed: u64, count: u64) {
        let seeds = seeds(first_seed, count);
        let programs: Vec<_> = seeds.clone().map(Program::of_seed).collect();
        let found = self.differences(&programs);
        let count = found.len();
        let first = found.into_iter().take(SHOWN).map(|(_, one)| one);
        assert!(
            count == 0,
            "{count} programs differ, of the seeds {seeds:?} (VASCA_SEED, VASCA_PROGRAMS):\n{}",
            shown(&self.smallest(first.collect()))
        );
    }

    /// The programs that do not behave as the yardstick does, each with its place in the list.
    #[track_caller]
    fn differences(self, programs: &[Program]) -> Vec<(usize, Difference)> {
        let batches = programs.chunks(BATCH).enumerate();
        let found = batches.flat_map(|(number, batch)| {
            let found = self.differences_of_batch(batch).into_iter();
            found.map(move |(at, difference)| (number * BATCH + at, difference))
        });
        found.collect()
    }

    #[track_caller]
    fn differences_of_batch(self, programs: &[Program]) -> Vec<(usize, Difference)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let built = build(programs, self.manners, folder.path());
        let request = json!({
            "yardstick": self.yardstick.name(),
            "frames": FRAMES,
            "programs": built.iter().map(|built| &built.request).collect::<Vec<_>>(),
        });
        let printed = run_script("programs.mjs", &request.to_string(), BATCH_LIMIT);
        let report: Value = serde_json::from_str(&printed).expect("the report is JSON");
        let seen = report["programs"].as_array().expect("a list of programs");
        assert_eq!(seen.len(), programs.len(), "every program is reported");
        let all = programs.iter().zip(built.iter().zip(seen)).enumerate();
        let differing = all.filter_map(|(at, (program, (built, seen)))| {
            let mut what = built.refusals.clone();
            what.extend(differing(seen, program.is_forgiven()));
            let difference = || Difference {
                program: program.clone(),
                what: what.join("\n"),
            };
            (!what.is_empty()).then(|| (at, difference()))
        });
        differing.collect()
    }

    /// Takes pieces away as long as something differs.
    #[track_caller]
    fn smallest(self, mut found: Vec<Difference>) -> Vec<Difference> {
        loop {
            let candidates = found.iter().enumerate();
            let candidates = candidates.flat_map(|(of, difference)| {
                let smaller = difference.program.smaller().into_iter();
                smaller.map(move |program| (of, program))
            });
            let (of, programs): (Vec<_>, Vec<_>) = candidates.unzip();
            let smaller = self.differences(&programs);
            if smaller.is_empty() {
                return found;
            }
            for (at, difference) in smaller {
                found[of[at]] = difference;
            }
        }
    }
}

fn shown(found: &[Difference]) -> String {
    let mut text = String::new();
    for Difference { program, what } in found {
        let _ = writeln!(text, "--- seed {}: {:?}", program.seed(), program.forms());
        let _ = writeln!(text, "{}--- {what}\n", program.source());
    }
    text
}

/// The seeds to use: the environment can ask for others, and for more.
fn seeds(first: u64, count: u64) -> Range<u64> {
    let named = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse().expect(name))
    };
    let first = named("VASCA_SEED").unwrap_or(first);
    first..first + named("VASCA_PROGRAMS").unwrap_or(count)
}

/// A program whose modules are there to be run.
struct Built {
    request: Value,
    /// Why it has not all modules that it should have.
    refusals: Vec<String>,
}

fn build(programs: &[Program], manners: &[Manner], folder: &Path) -> Vec<Built> {
    let sources: Vec<_> = (0..programs.len())
        .map(|number| folder.join(format!("{number}.tsx")))
        .collect();
    for (program, path) in programs.iter().zip(&sources) {
        std::fs::write(path, program.source()).expect("a file can be written");
    }
    let mut built: Vec<_> = sources
        .iter()
        .map(|path| Built {
            request: json!({ "source_path": path, "modules": {} }),
            refusals: Vec::new(),
        })
        .collect();
    for manner in manners {
        let label = manner.label();
        let mut command = vasca(["build", "--json", "--imports", manner.imports]);
        command.args((!manner.minified).then_some("--no-minify"));
        command.arg("--out").arg(folder.join(&label)).args(&sources);
        let run = run(&mut command);
        assert!(matches!(run.code, Some(0 | 1 | 3)), "{run}");
        let answers = run.json();
        assert_eq!(answers.len(), built.len(), "an answer for each program");
        for (built, answer) in built.iter_mut().zip(answers) {
            assert_eq!(answer["file"], built.request["source_path"]);
            match answer["artifact"]["path"].as_str() {
                Some(path) => built.request["modules"][&label] = path.into(),
                None => built
                    .refusals
                    .push(format!("{label}: {}", answer["diagnostics"])),
            }
        }
    }
    built
}

/// What one program did otherwise than its yardstick; some may when they are minified.
fn differing(seen: &Value, forgiven: bool) -> Vec<String> {
    let yardstick = &seen["yardstick"];
    let modules = seen["modules"].as_object().into_iter().flatten();
    let others = modules
        .filter(|(_, module)| module["outcome"] != yardstick["outcome"])
        .filter(|(label, _)| !(forgiven && label.ends_with(MINIFIED)));
    others
        .map(|(label, module)| {
            let (ours, theirs) = (&module["outcome"], &yardstick["outcome"]);
            let missing = fields(theirs).filter(|name| ours[name].is_null());
            let fields = fields(ours).chain(missing);
            let mut text = format!("{label}:");
            for name in fields.filter(|name| ours[name] != theirs[name]) {
                let _ = write!(text, "\n  {name} {}, not {}", ours[name], theirs[name]);
            }
            let _ = write!(
                text,
                "\n  errors: {}, {}",
                module["note"], yardstick["note"]
            );
            text
        })
        .collect()
}

fn fields(outcome: &Value) -> impl Iterator<Item = &String> {
    let fields = outcome.as_object().into_iter();
    fields.flat_map(|fields| fields.keys())
}
