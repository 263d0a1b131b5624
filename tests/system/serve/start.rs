//! What keeps a server from starting, and what it says then.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use vasca_tests::run::{Run, run, vasca};

use super::service::Service;

/// `vasca serve` on a free port with this folder.
fn serve(folder: &Path) -> Command {
    let mut command = vasca(["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    command.arg(folder).env_remove("VASCA_SLOTS");
    command
}

/// A start that fails with this code; its last word names all of these.
#[track_caller]
fn refused(command: &mut Command, code: i32, named: &[&str]) -> Run {
    let run = run(command).expect_code(code);
    assert_eq!(run.stdout, "", "it does not say that it listens");
    for part in named {
        assert!(run.stderr.contains(part), "{part:?} is not in\n{run}");
    }
    run
}

#[test]
fn a_second_server_on_a_directory_is_told_who_holds_it() {
    let service = Service::start();
    let directory = service.folder.path().join("data");
    let pid = service.server.pid().to_string();
    let shown = directory.display().to_string();
    let named = [pid.as_str(), service.server.url(), &shown];
    let _ = refused(&mut serve(&directory), 3, &named);
    service.assert_sound();
}

#[test]
fn a_directory_is_free_again_when_its_server_was_killed() {
    let service = Service::start();
    let directory = service.folder.path().join("data");
    service.server.kill();
    let again = vasca_tests::server::Server::start(&directory);
    let _ = again.client().get("/readyz").expect(200);
}

#[test]
fn a_directory_that_is_reached_by_another_name_is_the_same() {
    let service = Service::start();
    let link = service.folder.path().join("link");
    std::os::unix::fs::symlink(service.folder.path().join("data"), &link).expect("a link");
    let pid = service.server.pid().to_string();
    let _ = refused(&mut serve(&link), 3, &[&pid]);
}

#[test]
fn a_port_that_is_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for flag in ["--listen", "--metrics-listen"] {
        let mut command = match flag {
            "--listen" => vasca(["serve", flag, &address, "--data-dir"]),
            _ => vasca([
                "serve",
                "--listen",
                "127.0.0.1:0",
                flag,
                &address,
                "--data-dir",
            ]),
        };
        command.arg(folder.path().join(flag));
        let _ = refused(&mut command, 3, &[&address, "in use"]);
    }
}

#[test]
fn an_address_beyond_this_machine_must_be_meant() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:4040"] {
        let mut listen = vasca(["serve", "--listen", address, "--data-dir"]);
        let _ = refused(
            listen.arg(folder.path().join("listen")),
            2,
            &["`listen`", "--insecure"],
        );
        let mut metrics = serve(&folder.path().join("metrics"));
        metrics.args(["--metrics-listen", address]);
        let _ = refused(&mut metrics, 2, &["`metrics_listen`", "--insecure"]);
        // Whether it is meant shows without opening it to the world.
        let mut meant = vasca(["config", "--insecure", "--listen", address]);
        let shown = run(&mut meant).expect_code(0).stdout;
        assert!(shown.contains("insecure = true"), "{shown}");
    }
    let made = std::fs::read_dir(folder.path())
        .expect("the folder")
        .count();
    assert_eq!(made, 0, "nothing is made for a start that is refused");
}

#[test]
fn a_directory_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let shown = file.display().to_string();
    let _ = refused(&mut serve(&file), 3, &[&shown, "data directory"]);
    let _ = refused(&mut serve(&file.join("below")), 3, &[&shown]);
}

#[test]
fn a_start_that_fails_leaves_the_directory_to_the_next() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let directory = folder.path().join("data");
    let mut command = vasca(["serve", "--listen", &address, "--data-dir"]);
    let _ = refused(command.arg(&directory), 3, &[&address]);
    let server = vasca_tests::server::Server::start(&directory);
    let _ = server.client().get("/readyz").expect(200);
}
