//! Node with the packages that the conformance tests compare with.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::child::Child;
use crate::repository::repository_root;

/// The folder of `package.json`, of the scripts, and of the ignored `node_modules`.
#[must_use]
pub fn packages_folder() -> PathBuf {
    repository_root().join("tests/conformance/node")
}

/// What to do when some of `packages` are not installed in `folder`; nothing when all are.
#[must_use]
pub fn missing_packages(folder: &Path, packages: &[&str]) -> Option<String> {
    let installed = folder.join("node_modules");
    let missing: Vec<_> = packages
        .iter()
        .filter(|name| !installed.join(name).is_dir())
        .copied()
        .collect();
    let names = missing.join(", ");
    let message = format!(
        "npm packages are missing in {}: {names}; run tests/run, which installs them",
        folder.display()
    );
    (!missing.is_empty()).then_some(message)
}

/// A command that runs a script of [`packages_folder`] in that folder.
///
/// # Panics
/// When the packages that `package.json` asks for are not installed.
#[must_use]
#[track_caller]
pub fn node(script: &str) -> Command {
    let folder = packages_folder();
    let wanted = wanted_packages(&folder);
    let wanted: Vec<_> = wanted.iter().map(String::as_str).collect();
    if let Some(message) = missing_packages(&folder, &wanted) {
        panic!("{message}");
    }
    let mut command = Command::new("node");
    command.arg(script).current_dir(folder);
    command
}

/// Runs a script with `input` on its standard input and gives what it prints.
///
/// # Panics
/// When packages are missing, when it fails, and when it has not ended within `limit`.
#[must_use]
#[track_caller]
pub fn run_script(script: &str, input: &str, limit: Duration) -> String {
    run(&mut node(script), input, limit)
}

/// Runs a command of [`node`] with `input` on its standard input and gives what it prints.
///
/// # Panics
/// When it fails, and when it has not ended within `limit`.
#[must_use]
#[track_caller]
pub fn run(command: &mut Command, input: &str, limit: Duration) -> String {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = Child::spawn(command);
    let (stdin, stdout) = (child.take_stdin(), child.take_stdout());
    // Both pipes are served at once: a script may print before it has read everything.
    let printed = thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input.as_bytes())));
        let reader = scope.spawn(move || {
            let mut printed = String::new();
            stdout.map(|mut pipe| pipe.read_to_string(&mut printed));
            printed
        });
        let status = child.status_within(limit);
        if status.is_none() {
            child.kill();
        }
        let printed = reader.join().unwrap_or_default();
        status.map(|status| (status, printed))
    });
    match printed {
        Some((status, printed)) if status.success() => printed,
        Some((status, printed)) => panic!("{command:?} failed, {status}:\n{printed}"),
        None => panic!("{command:?} did not end within {limit:?}"),
    }
}

/// The packages that the folder's `package.json` names.
fn wanted_packages(folder: &Path) -> Vec<String> {
    let manifest = folder.join("package.json");
    let text = std::fs::read_to_string(&manifest)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", manifest.display()));
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let dependencies = manifest
        .get("dependencies")
        .and_then(serde_json::Value::as_object);
    dependencies
        .into_iter()
        .flat_map(|table| table.keys().cloned())
        .collect()
}
