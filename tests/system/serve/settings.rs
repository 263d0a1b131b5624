//! Settings: where they come from, which goes before which, and how a wrong one is named.

use std::process::Command;

use vasca_tests::run::{Run, run, vasca};
use vasca_tests::server::Server;

use super::service::Service;
use crate::sources::Folder;

/// `vasca config`, in a folder and an environment without any setting but these.
fn config(folder: &Folder, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = vasca(["config"]);
    command.args(arguments).current_dir(folder.path("."));
    for name in ["VASCA_SLOTS", "VASCA_LISTEN", "VASCA_DATA_DIR"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    command
}

/// The line of a setting.
#[track_caller]
fn line<'a>(run: &'a Run, key: &str) -> &'a str {
    let begin = format!("{key} = ");
    let line = run.stdout.lines().find(|line| line.starts_with(&begin));
    line.unwrap_or_else(|| panic!("no line for {key} in\n{run}"))
}

#[test]
fn config_prints_each_value_with_where_it_came_from() {
    let text = "queue = 7\nbody_bytes = 4096\nslots = 9\ngrace_ms = 1\n";
    let folder = Folder::with(&[("vasca.toml", text.as_bytes())]);
    let variables = [("VASCA_BODY_BYTES", "65536"), ("VASCA_GRACE_MS", "2")];
    let arguments = ["--slots", "3", "--listen", "127.0.0.1:5050"];
    let run = run(&mut config(&folder, &arguments, &variables)).expect_code(0);
    for (key, value, origin) in [
        ("queue", "7", "vasca.toml"),
        ("body_bytes", "65536", "VASCA_BODY_BYTES"),
        ("grace_ms", "2", "VASCA_GRACE_MS"),
        ("slots", "3", "the flags"),
        ("listen", "\"127.0.0.1:5050\"", "the flags"),
        ("wait_ms", "60000", "the defaults"),
        ("metrics_listen", "unset", "the defaults"),
    ] {
        let line = line(&run, key);
        let (shown, from) = line.split_once("  # ").expect("an origin");
        assert_eq!(shown, format!("{key} = {value}"));
        assert!(from.contains(origin), "{line}");
    }
}

#[test]
fn the_settings_that_config_shows_are_those_that_serve_has() {
    let folder = Folder::with(&[("vasca.toml", b"body_bytes = 2048\nslots = 3\n")]);
    let server = Server::start_with(&folder.path("data"), &[], |command| {
        command.current_dir(folder.path("."));
        command.env_remove("VASCA_SLOTS");
    });
    let client = server.client();
    assert_eq!(client.metric("vasca_slots"), 3.0);
    let body = vec![b' '; 2049];
    let answer = client.try_post("/v1/builds", &[], &body).expect("answered");
    assert_eq!(answer.expect(413).json()["kind"], "body_too_large");
}

#[test]
fn a_file_with_a_key_that_is_no_setting_is_refused_by_its_names() {
    let folder = Folder::with(&[("vasca.toml", b"queu = 7\n")]);
    let mut serve = vasca(["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    serve.arg(folder.path("data")).current_dir(folder.path("."));
    for command in [&mut serve, &mut config(&folder, &[], &[])] {
        let run = run(command).expect_code(2);
        assert!(run.stderr.contains("`queu`"), "{run}");
        assert!(run.stderr.contains("vasca.toml"), "{run}");
    }
    assert!(!folder.path("data").exists(), "nothing was begun");
}

#[test]
fn a_file_that_is_named_and_not_there_or_no_toml_is_refused() {
    let folder = Folder::with(&[("broken.toml", b"queue = = 7\n")]);
    let missing = run(&mut config(&folder, &["--config", "missing.toml"], &[]));
    let missing = missing.expect_code(2);
    assert!(missing.stderr.contains("missing.toml"), "{missing}");
    let broken = run(&mut config(&folder, &["--config", "broken.toml"], &[]));
    let broken = broken.expect_code(2);
    assert!(broken.stderr.contains("broken.toml"), "{broken}");
}

#[test]
fn a_value_that_does_not_hold_is_named_with_where_it_came_from() {
    let folder = Folder::with(&[("vasca.toml", b"records_days = 0\n")]);
    let from_file = run(&mut config(&folder, &[], &[])).expect_code(2);
    for part in ["`records_days`", "vasca.toml"] {
        assert!(from_file.stderr.contains(part), "{from_file}");
    }
    let folder = Folder::with(&[]);
    for (name, value) in [
        ("VASCA_QUEUE", "0"),
        ("VASCA_BODY_BYTES", "12"),
        ("VASCA_REQUEST_MS", "1"),
        ("VASCA_LISTEN", "nowhere"),
        ("VASCA_WAIT_MS", "-1"),
    ] {
        let run = run(&mut config(&folder, &[], &[(name, value)])).expect_code(2);
        let key = name.trim_start_matches("VASCA_").to_lowercase();
        let said = run.stderr.to_lowercase();
        assert!(said.contains(&key), "{name}={value}: {run}");
    }
}

#[test]
fn a_variable_that_is_no_setting_is_warned_of() {
    let service = Service::with(&[], &[("VASCA_SLOT", "2")]);
    let log = service.server.log();
    assert!(log.contains("VASCA_SLOT,"), "{log}");
}

#[test]
fn either_variable_sets_the_slots_and_so_do_both_when_they_agree() {
    for variables in [
        [("VASCA_SLOTS", "3"), ("MAX_CONCURRENT_BUILDS", "")],
        [("VASCA_SLOTS", ""), ("MAX_CONCURRENT_BUILDS", "3")],
        [("VASCA_SLOTS", "3"), ("MAX_CONCURRENT_BUILDS", "3")],
    ] {
        let service = Service::with(&[], &variables);
        assert_eq!(service.client().metric("vasca_slots"), 3.0, "{variables:?}");
    }
}

#[test]
fn numbers_of_slots_that_differ_or_are_none_are_refused_by_name() {
    let folder = Folder::with(&[]);
    for (ours, theirs, named) in [
        ("2", "3", &["VASCA_SLOTS", "MAX_CONCURRENT_BUILDS"][..]),
        ("0", "", &["VASCA_SLOTS"]),
        ("", "0", &["MAX_CONCURRENT_BUILDS"]),
        ("", "many", &["MAX_CONCURRENT_BUILDS"]),
        ("1025", "", &["VASCA_SLOTS"]),
    ] {
        let mut command = vasca(["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
        command.arg(folder.path("data"));
        command.envs([("VASCA_SLOTS", ours), ("MAX_CONCURRENT_BUILDS", theirs)]);
        let run = run(&mut command).expect_code(2);
        for name in named {
            assert!(run.stderr.contains(name), "{ours:?} {theirs:?}: {run}");
        }
    }
    let mut flag = vasca(["serve", "--slots", "0", "--data-dir"]);
    let run = run(flag.arg(folder.path("data"))).expect_code(2);
    assert!(run.stderr.contains("--slots"), "{run}");
}

#[test]
fn the_flag_goes_before_the_variables() {
    let variables = [("VASCA_SLOTS", "3"), ("MAX_CONCURRENT_BUILDS", "3")];
    let service = Service::with(&["--slots", "4"], &variables);
    assert_eq!(service.client().metric("vasca_slots"), 4.0);
}
