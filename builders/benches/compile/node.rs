//! esbuild, from Node: a process that is asked by lines.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The script.
const SCRIPT: &str = "../tests/benchmark/node/compile.mjs";

/// The process.
pub(crate) struct Node {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// A module's sizes.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Sizes {
    pub(crate) raw: u64,
    pub(crate) gzip: u64,
    pub(crate) brotli: u64,
}

/// What esbuild makes of a source: React and Remotion left out, read from globals by a plugin, and
/// bundled in.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    pub(crate) transform: Sizes,
    pub(crate) globals: Sizes,
    pub(crate) bundled: Option<Sizes>,
}

impl Node {
    /// Starts it.
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT);
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self {
            child,
            input,
            output,
        }
    }

    /// Builds every source in each manner, one of `bundled` with everything in it.
    pub(crate) fn sizes(
        &mut self,
        sources: &BTreeMap<String, String>,
        bundled: usize,
    ) -> BTreeMap<String, Made> {
        let names: Vec<_> = sources.keys().step_by(bundled).collect();
        self.ask(&json!({ "sizes": true, "sources": sources, "bundled": names }))
    }

    /// The median time of each source, in microseconds.
    pub(crate) fn times(&mut self, rounds: usize) -> BTreeMap<String, f64> {
        self.ask(&json!({ "rounds": rounds }))
    }

    fn ask<T: DeserializeOwned>(&mut self, question: &Value) -> T {
        writeln!(self.input, "{question}").expect("Node reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("Node answers");
        assert!(!line.is_empty(), "Node ended; are its packages installed?");
        serde_json::from_str(&line).expect("an answer")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
