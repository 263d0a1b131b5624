//! What `vasca build` says: frames for people, JSON for programs.

use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use serde_json::{Map, Value};
use vasca_builders::artifact::GlobalRead;
use vasca_builders::stage::Timings;
use vasca_builders::{Artifact, BuildError, Code, Diagnostic, Severity};

use crate::build::Finished;
use crate::cli::inputs::shown;
use crate::cli::outputs::map_path;
use crate::diagnostics::DiagnosticView;
use crate::lifecycle::{Outcome, Status};

/// A build in the JSON shape that clients of the service know, less what only a service has.
#[derive(Debug, Serialize)]
struct BuildView<'a> {
    file: String,
    status: Status,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    builder: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact: Option<ArtifactView<'a>>,
    /// The module in place of one that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<ArtifactView<'a>>,
    /// What failures like this one have in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<&'a str>,
    diagnostics: Vec<DiagnosticView>,
    repairs: &'a [Code],
    timings: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct ArtifactView<'a> {
    digest: &'a str,
    integrity: &'a str,
    bytes: vasca_builders::artifact::ArtifactBytes,
    exports: &'a [String],
    globals: Vec<&'a str>,
    reads: &'a [GlobalRead],
    imports: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map_path: Option<String>,
}

impl<'a> ArtifactView<'a> {
    fn of(artifact: &'a Artifact, written: Option<&Path>) -> Self {
        let map = artifact.map.as_ref().and(written);
        Self {
            digest: &artifact.digest,
            integrity: &artifact.integrity,
            bytes: artifact.bytes,
            exports: &artifact.exports,
            globals: artifact
                .globals
                .iter()
                .map(|read| read.global.as_str())
                .collect(),
            reads: &artifact.globals,
            imports: &artifact.imports,
            path: written.map(|path| path.display().to_string()),
            map_path: map.map(|path| map_path(path).display().to_string()),
        }
    }
}

/// A build as JSON; the code is in it where it was not written to a file.
pub(super) fn json(file: &Path, finished: &Finished, written: Option<&Path>) -> Value {
    let (artifact, error) = (
        finished.result.as_ref().ok(),
        finished.result.as_ref().err(),
    );
    let printed = finished.module().filter(|_| written.is_none());
    let (diagnostics, timings) = match &finished.result {
        Ok(artifact) => (&artifact.diagnostics, &artifact.timings),
        Err(error) => (&error.diagnostics, &error.timings),
    };
    let view = BuildView {
        file: shown(file),
        status: finished.status(),
        outcome: finished.outcome(),
        builder: finished.builder.as_deref(),
        artifact: artifact.map(|artifact| ArtifactView::of(artifact, written)),
        fallback: error
            .and_then(|error| error.fallback.as_deref())
            .map(|fallback| ArtifactView::of(fallback, written)),
        signature: error.map(BuildError::signature),
        code: printed.map(|module| module.code.as_str()),
        map: printed.and_then(|module| module.map.as_deref()),
        diagnostics: diagnostics
            .iter()
            .cloned()
            .map(DiagnosticView::from)
            .collect(),
        repairs: artifact.map_or(&[], |artifact| artifact.repairs.as_slice()),
        timings: milliseconds(finished, timings),
    };
    // Strings, numbers and lists: nothing in it can fail to serialise.
    serde_json::to_value(view).unwrap_or_default()
}

fn milliseconds(finished: &Finished, timings: &Timings) -> Map<String, Value> {
    let value = |spent: std::time::Duration| {
        // Microseconds are what a clock of a busy machine is good for.
        Value::from((spent.as_secs_f64() * 1e6).round() / 1e3)
    };
    let mut map = Map::new();
    map.insert("queue_ms".to_owned(), value(finished.waited));
    for (stage, spent) in timings.iter() {
        map.insert(format!("{}_ms", stage.as_str()), value(spent));
    }
    map.insert("total_ms".to_owned(), value(finished.waited + finished.ran));
    map
}

/// Writes a build's diagnostics and a line of what came out, for a person.
///
/// # Errors
/// When the stream is closed.
pub(super) fn people(
    out: &mut impl Write,
    file: &Path,
    finished: &Finished,
    written: Option<&Path>,
) -> io::Result<()> {
    let diagnostics = match &finished.result {
        Ok(artifact) => &artifact.diagnostics,
        Err(error) => &error.diagnostics,
    };
    for one in diagnostics {
        diagnostic(out, file, one)?;
    }
    match &finished.result {
        Ok(artifact) => summary(out, file, artifact, finished, written),
        Err(error) if error.fallback.is_some() => {
            let target = written.map_or_else(|| "standard output".to_owned(), shown);
            writeln!(
                out,
                "{} -> {target}: a module that shows what is wrong",
                shown(file)
            )
        }
        Err(_) => Ok(()),
    }
}

fn diagnostic(out: &mut impl Write, file: &Path, diagnostic: &Diagnostic) -> io::Result<()> {
    let colour = match diagnostic.severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    let bold = Style::new().bold().fg_color(Some(colour.into()));
    let (severity, code) = (diagnostic.severity.as_str(), diagnostic.code.as_str());
    writeln!(
        out,
        "{bold}{severity}[{code}]{bold:#}: {}",
        diagnostic.message
    )?;
    write!(out, "  at {}", shown(file))?;
    if let (Some(line), Some(column)) = (diagnostic.line, diagnostic.column) {
        write!(out, ":{line}:{column}")?;
    }
    writeln!(out)?;
    for line in diagnostic.frame.iter().flat_map(|frame| frame.lines()) {
        writeln!(out, "  {line}")?;
    }
    if let Some(hint) = &diagnostic.hint {
        writeln!(out, "  hint: {hint}")?;
    }
    writeln!(out)
}

fn summary(
    out: &mut impl Write,
    file: &Path,
    artifact: &Artifact,
    finished: &Finished,
    written: Option<&Path>,
) -> io::Result<()> {
    let target = written.map_or_else(|| "standard output".to_owned(), shown);
    let globals: Vec<&str> = artifact
        .globals
        .iter()
        .map(|read| read.global.as_str())
        .collect();
    writeln!(out, "{} -> {target}", shown(file))?;
    writeln!(
        out,
        "  {} bytes, {} gzipped, {} with brotli, {:.1} ms, digest {}",
        artifact.bytes.raw,
        artifact.bytes.gzip,
        artifact.bytes.brotli,
        finished.ran.as_secs_f64() * 1e3,
        artifact.digest.get(..16).unwrap_or_default()
    )?;
    if !globals.is_empty() {
        writeln!(out, "  reads the globals {}", globals.join(", "))?;
    }
    if !artifact.imports.is_empty() {
        writeln!(out, "  imports {}", artifact.imports.join(", "))?;
    }
    Ok(())
}
