//! What the benchmark is told on the command line.

use std::str::FromStr;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
usage: cargo bench -p vasca-tests --bench http -- [OPTIONS]

  --builds N           measured builds of one turn (default 1000)
  --rounds N           turns of each server for each number of connections (default 3)
  --slots N            builds that a server runs at once (default: the number of cores)
  --connections N,…    clients at once, each with a connection of its own (default 1,8,64)
  --short              a few seconds in all: shows that everything works, and measures nothing";

/// More connections are threads that the client of this machine cannot serve.
const CONNECTIONS_MAX: usize = 1024;
/// More builds in one turn would not fit into memory as requests prepared beforehand.
const BUILDS_MAX: usize = 100_000;
/// More rounds tell nothing that fewer have not told.
const ROUNDS_MAX: usize = 99;
/// More slots than any machine has use for.
const SLOTS_MAX: usize = 512;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Arguments {
    /// The benchmark.
    Run(Settings),
    /// Only to say how it is used.
    Help,
}

/// How the benchmark runs.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Measured builds of one turn.
    pub(crate) builds: usize,
    /// Unmeasured builds before them.
    pub(crate) warm_up: usize,
    /// Turns of each server for each number of connections.
    pub(crate) rounds: usize,
    /// Builds that a server runs at once.
    pub(crate) slots: usize,
    /// The numbers of connections, each measured on its own.
    pub(crate) connections: Vec<usize>,
    /// Whether this run only shows that everything works.
    pub(crate) short: bool,
}

impl Settings {
    /// What is done when nothing else is asked for.
    fn new(short: bool) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            builds: if short { 60 } else { 1000 },
            // V8 compiles what is hot within some hundred requests, and each slot warms up alone.
            warm_up: if short { 30 } else { 300 },
            rounds: if short { 1 } else { 3 },
            slots: cores,
            connections: vec![1, 8, 64],
            short,
        }
    }

    /// Unmeasured builds of each connection: as many as make up the warm-up, and one at least,
    /// which opens the connection.
    pub(crate) fn warm_up_of_each(&self, connections: usize) -> usize {
        self.warm_up.div_ceil(connections.max(1)).max(1)
    }

    /// All sources that one turn needs.
    pub(crate) fn builds_of_a_turn(&self, connections: usize) -> usize {
        self.builds + self.warm_up_of_each(connections) * connections
    }
}

impl Arguments {
    /// Reads the command line, without the program's name.
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let arguments: Vec<_> = arguments.collect();
        let mut settings = Settings::new(arguments.iter().any(|argument| argument == "--short"));
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().map(String::as_str).unwrap_or_default();
            match argument.as_str() {
                // `cargo bench` says this to every benchmark.
                "--bench" | "--short" => {}
                "--help" | "-h" => return Ok(Self::Help),
                "--builds" => settings.builds = number(argument, value(), BUILDS_MAX)?,
                "--rounds" => settings.rounds = number(argument, value(), ROUNDS_MAX)?,
                "--slots" => settings.slots = number(argument, value(), SLOTS_MAX)?,
                "--connections" => {
                    let read = |text| number(argument, text, CONNECTIONS_MAX);
                    settings.connections =
                        value().split(',').map(read).collect::<Result<_, _>>()?;
                }
                unknown => return Err(format!("`{unknown}` is no option")),
            }
        }
        Ok(Self::Run(settings))
    }
}

/// A number from 1 to `max`.
fn number(option: &str, text: &str, max: usize) -> Result<usize, String> {
    let number = usize::from_str(text.trim())
        .ok()
        .filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| format!("{option} takes numbers from 1 to {max}, not `{text}`"))
}
