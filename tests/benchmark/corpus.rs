//! The sources: the components that must build, each build with a constant of its own.

use std::fs;

use serde_json::json;
use vasca_tests::fixtures;

/// Sources without end, no two of which are the same.
#[derive(Debug)]
pub(crate) struct Corpus {
    components: Vec<String>,
}

impl Corpus {
    /// Reads the components.
    pub(crate) fn read() -> Result<Self, String> {
        let read = |path: std::path::PathBuf| {
            fs::read_to_string(&path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display()))
        };
        let components = fixtures::good().into_iter().map(read);
        Ok(Self {
            components: components.collect::<Result<_, _>>()?,
        })
    }

    /// The source with this number. The constant is exported, so that it is in the module too: two
    /// builds are told apart by what comes out, and none can be answered from another.
    pub(crate) fn source(&self, number: usize) -> String {
        let turn = number.checked_rem(self.components.len()).unwrap_or(0);
        let component = self.components.get(turn).map_or("", String::as_str);
        let mark = mark(number);
        format!("{component}\nexport const benchmarkMark = \"{mark}\";\n")
    }

    /// The body of a request for the source with this number.
    pub(crate) fn request(&self, number: usize) -> String {
        json!({ "source": self.source(number) }).to_string()
    }
}

/// What the module of the source with this number must hold.
pub(crate) fn mark(number: usize) -> String {
    format!("mark-{number:08}")
}
