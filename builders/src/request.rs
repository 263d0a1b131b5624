//! What is asked of a builder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One build, whole: nothing outside it takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BuildRequest {
    /// The kind of builder, for example `tsx`.
    pub builder: String,
    /// The virtual files, name to text. Names are relative and are never looked up on a disk.
    pub files: BTreeMap<String, String>,
    /// The name of the file to start from.
    pub entry: String,
    /// The builder's options, a JSON object as text. Each builder reads its own and refuses keys
    /// that it does not know. Text, because it crosses a pipe in a format without self-description.
    pub options: String,
}

impl BuildRequest {
    /// A request of one file, which is the entry, with the builder's default options.
    #[must_use]
    pub fn single(builder: &str, file_name: &str, source: &str) -> Self {
        Self {
            builder: builder.to_owned(),
            files: BTreeMap::from([(file_name.to_owned(), source.to_owned())]),
            entry: file_name.to_owned(),
            options: "{}".to_owned(),
        }
    }

    /// The same request with other options, a JSON object as text.
    #[must_use]
    pub fn with_options(mut self, options: impl Into<String>) -> Self {
        self.options = options.into();
        self
    }
}
