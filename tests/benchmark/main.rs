//! The service beside a server of the same kind in Node, measured in one run: unique builds per
//! second and latency over HTTP, with the same sources and the same client.
//!
//! `README.md` beside this file says what is measured and how to read it.

mod answers;
mod arguments;
mod corpus;
mod figures;
mod load;
mod machine;
mod report;
mod servers;
mod turn;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Settings};
use corpus::Corpus;
use report::Pair;

fn main() -> ExitCode {
    let ended = match Arguments::read(std::env::args().skip(1)) {
        Ok(Arguments::Run(settings)) => run(&settings),
        Ok(Arguments::Help) => {
            say(arguments::USAGE);
            Ok(())
        }
        Err(complaint) => Err(format!("{complaint}\n{}", arguments::USAGE)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            tell(&format!("error: {reason}"));
            ExitCode::FAILURE
        }
    }
}

/// Measures every number of connections in turn, and prints the report.
fn run(settings: &Settings) -> Result<(), String> {
    figures::check()?;
    servers::check_set_up()?;
    let machine = machine::line();
    let corpus = Corpus::read()?;
    let mut pairs = Vec::new();
    for &connections in &settings.connections {
        for _ in 0..settings.rounds {
            // Both servers of a pair build the same sources, and no two pairs do.
            let first = pairs.len() * settings.builds_of_a_turn(connections);
            let measure = |side| {
                let measured = turn::measure(side, settings, connections, &corpus, first)?;
                tell(&format!("{side}: {measured}"));
                Ok::<_, String>(measured)
            };
            let vasca = measure(servers::Side::Vasca)?;
            let node = measure(servers::Side::Node)?;
            pairs.push(Pair {
                connections,
                vasca,
                node,
            });
        }
    }
    say(&report::markdown(settings, &machine, &pairs));
    Ok(())
}

/// The report, for whoever pipes it somewhere.
fn say(text: &str) {
    // A closed pipe is the reader's wish.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// How far the run has come, for whoever waits.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
