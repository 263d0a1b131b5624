//! What went into a module and what came out, in the format of esbuild's metafile, so that the
//! tools that read it read this: <https://esbuild.github.io/api/#metafile>.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::artifact::GlobalRead;

/// What is told of one build of one file.
pub(super) struct Told<'a> {
    /// The virtual name of the source.
    pub(super) file: &'a str,
    /// Bytes of the source.
    pub(super) source_bytes: usize,
    /// Bytes of the module.
    pub(super) code_bytes: usize,
    /// Bytes of the map that is a file of its own.
    pub(super) map_bytes: Option<usize>,
    /// What the module exports.
    pub(super) exports: &'a [String],
    /// The modules that it reads as globals.
    pub(super) globals: &'a [GlobalRead],
    /// The modules that it imports.
    pub(super) imports: &'a [String],
}

#[derive(Debug, Serialize)]
struct Metafile<'a> {
    inputs: BTreeMap<&'a str, Input<'a>>,
    outputs: BTreeMap<String, Output<'a>>,
}

#[derive(Debug, Serialize)]
struct Input<'a> {
    bytes: usize,
    imports: Vec<Import<'a>>,
    format: &'static str,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    imports: Vec<Import<'a>>,
    exports: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_point: Option<&'a str>,
    inputs: BTreeMap<&'a str, Share>,
    bytes: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Share {
    bytes_in_output: usize,
}

#[derive(Debug, Serialize)]
struct Import<'a> {
    path: &'a str,
    kind: &'static str,
    external: bool,
}

impl<'a> Import<'a> {
    fn of(path: &'a str) -> Self {
        Self {
            path,
            kind: "import-statement",
            external: true,
        }
    }
}

/// Writes the metafile, as JSON.
pub(super) fn write(told: &Told<'_>) -> String {
    let imports = || told.imports.iter().map(|path| Import::of(path));
    let globals = told.globals.iter().map(|read| Import::of(&read.module));
    let input = Input {
        bytes: told.source_bytes,
        imports: globals.chain(imports()).collect(),
        format: "esm",
    };
    let share = Share {
        bytes_in_output: told.code_bytes,
    };
    let output = Output {
        imports: imports().collect(),
        exports: told.exports,
        entry_point: Some(told.file),
        inputs: BTreeMap::from([(told.file, share)]),
        bytes: told.code_bytes,
    };
    let name = match told.file.rsplit_once('.') {
        Some((stem, _)) => format!("{stem}.js"),
        None => format!("{}.js", told.file),
    };
    let map = told.map_bytes.map(|bytes| {
        let map = Output {
            bytes,
            ..Output::default()
        };
        (format!("{name}.map"), map)
    });
    let metafile = Metafile {
        inputs: BTreeMap::from([(told.file, input)]),
        outputs: map.into_iter().chain([(name, output)]).collect(),
    };
    // Texts, numbers and lists: nothing in it can fail to serialise.
    serde_json::to_string(&metafile).unwrap_or_default()
}
