//! The README's first screen keeps its word: its commands, run as they stand, give what it says.

use std::process::Command;

use serde_json::Value;
use vasca_tests::repository::repository_root;
use vasca_tests::run::{Run, run};

use super::page::rendered;
use super::service::Service;

/// Where the README's server listens.
const ADDRESS: &str = "127.0.0.1:4040";

/// A command of a `console` block, and what is printed below it.
#[derive(Debug)]
struct Shown {
    command: String,
    prints: String,
}

fn readme() -> String {
    std::fs::read_to_string(repository_root().join("README.md")).expect("the README")
}

/// The commands of all `console` blocks: what stands behind `$ `, and the lines that follow while a
/// quote is open.
fn commands(text: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut inside = false;
    let mut open = false;
    for line in text.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            _ if line.starts_with("```") => inside = line == "```console",
            _ if !inside => {}
            (Some(command), _) if !open => {
                found.push(Shown {
                    command: command.to_owned(),
                    prints: String::new(),
                });
                open = is_open(command);
            }
            (_, Some(last)) if open => {
                last.command = format!("{}\n{line}", last.command);
                open = is_open(&last.command);
            }
            (_, Some(last)) => last.prints = format!("{}{line}\n", last.prints),
            (_, None) => {}
        }
    }
    found
}

fn is_open(command: &str) -> bool {
    command.matches('\'').count() % 2 == 1
}

/// The commands that talk to the server, in their order.
fn calls() -> Vec<Shown> {
    let mut calls = commands(&readme());
    calls.retain(|shown| shown.command.starts_with("curl ") && shown.command.contains(ADDRESS));
    calls
}

/// Runs a command as it stands, but for the address.
#[track_caller]
fn call(command: &str, service: &Service) -> Run {
    let command = command.replace(ADDRESS, service.server.address());
    // In a session of its own, as runs are; silent, so that only trouble is on standard error.
    let mut shell = Command::new("setsid");
    shell.args(["sh", "-c", &command]);
    let run = run(&mut shell);
    assert_eq!(run.code, Some(0), "{command}\n{run}");
    run
}

#[test]
fn the_commands_of_the_readme_build_a_component_and_serve_its_module() {
    let calls = calls();
    let [build, module, ..] = calls.as_slice() else {
        panic!("the README has not two calls with curl: {calls:?}");
    };
    assert!(build.command.contains("/v1/builds"), "{build:?}");
    assert!(module.command.contains("/v1/artifacts/"), "{module:?}");
    let service = Service::start();
    let built = call(&build.command, &service).stdout;
    assert!(built.contains("\"status\":\"succeeded\""), "{built}");
    let served = call(&module.command, &service).stdout;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("component.tsx");
    std::fs::write(&source, source_in(&build.command)).expect("a file can be written");
    let frames = rendered(&source, served.as_bytes());
    assert!(frames.iter().all(|markup| !markup.is_empty()));
}

/// The source that a call submits: what is between its last two single quotes is JSON.
#[track_caller]
fn source_in(command: &str) -> String {
    let body = command.rsplit('\'').nth(1).expect("a quoted body");
    let body: Value = serde_json::from_str(body).expect("the body is JSON");
    body["source"].as_str().expect("a source").to_owned()
}

#[test]
fn what_the_readme_shows_of_an_answer_is_what_is_answered() {
    let calls = calls();
    let service = Service::start();
    let build = calls.first().expect("a call");
    let answered = call(&build.command, &service).stdout;
    let module = calls.get(1).expect("a second call");
    let served = call(&module.command, &service).stdout;
    for (shown, whole) in [(build, answered), (module, served)] {
        // What is left out stands as `…`; the pieces between follow each other in the answer, but
        // for the id, which is another each time.
        let mut rest = whole.as_str();
        for piece in shown.prints.trim().split('…').map(str::trim) {
            let piece = piece.strip_prefix("{\"id\":\"01").map_or(piece, |_| "");
            let at = rest.find(piece);
            let at = at.unwrap_or_else(|| panic!("{piece:?} is not in {rest}\nof {whole}"));
            rest = &rest[at + piece.len()..];
        }
    }
}

#[test]
fn a_command_reaches_as_far_as_its_quotes() {
    let text = "```console\n$ a 'b\nc'\nprinted\n$ d\n```\n$ e\n```sh\n$ f\n```\n";
    let found = commands(text);
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.command.as_str(), it.prints.as_str()))
        .collect();
    assert_eq!(found, [("a 'b\nc'", "printed\n"), ("d", "")]);
}
