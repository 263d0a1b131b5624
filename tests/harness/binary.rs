//! The `vasca` binary under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::repository::repository_root;

/// The binary that `VASCA_BIN` names, as `tests/run` does after building it; without it, the
/// binary that cargo builds now, once per process.
///
/// # Panics
/// When it is not there or does not build.
#[track_caller]
pub fn vasca_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("VASCA_BIN") {
        Some(path) => {
            let path = PathBuf::from(path);
            assert!(
                path.is_file(),
                "VASCA_BIN names {}, which is no file",
                path.display()
            );
            path
        }
        None => build(),
    })
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // The whole workspace, as the tests themselves are built: fewer crates would have other features,
    // and compile their dependencies once more.
    let arguments = ["build", "--locked", "--workspace", "--bins"];
    let output = Command::new(cargo)
        .current_dir(repository_root())
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| panic!("cargo does not start: {error}"));
    assert!(
        output.status.success(),
        "cargo {} failed",
        arguments.join(" ")
    );
    executable_in(&String::from_utf8_lossy(&output.stdout))
        .unwrap_or_else(|| panic!("cargo built no binary `vasca`"))
}

/// The path of `vasca` in cargo's JSON messages: cargo alone knows which target folder is in use.
#[must_use]
pub fn executable_in(messages: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_vasca = message.pointer("/target/name")?.as_str()? == "vasca";
        let executable = message.get("executable")?.as_str()?;
        is_vasca.then(|| PathBuf::from(executable))
    })
}
