//! What becomes of the workers when the host ends, however it ends. The hosts of these tests are
//! processes of their own, so that all their children are theirs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use vasca_scheduler::Shutdown;

use crate::jobs::{Do, Test, eventually, exists, on_runtime, pid, pool, process};

pub(crate) const TESTS: &[Test] = &[
    (
        "a_lost_worker_is_replaced_before_a_job_needs_it",
        a_lost_worker_is_replaced,
    ),
    (
        "a_host_that_is_killed_leaves_no_worker",
        a_host_that_is_killed,
    ),
    ("a_shutdown_leaves_no_worker", a_shutdown_leaves_no_worker),
    ("a_dropped_scheduler_leaves_no_worker", a_dropped_scheduler),
    ("a_runtime_that_ends_leaves_no_worker", a_runtime_that_ends),
    (
        "descriptors_of_the_host_do_not_reach_a_worker",
        descriptors_of_the_host,
    ),
];

/// What this binary is as a host.
pub(crate) fn run(host: &str) -> ExitCode {
    match host {
        "killed" => on_runtime(async {
            let pool = pool(2, process());
            let _busy = pool.submit(Do::Spin).await.unwrap();
            pid(&pool).await;
            eventually("all workers are there", || children().len() == 3);
            println!("{}", join(&children()));
            std::future::pending::<()>().await;
        }),
        "replaced" => on_runtime(async {
            let pool = pool(1, process().spares(0));
            let first = pid(&pool).await;
            assert!(pool.run(Do::Abort).await.is_err());
            // No job is submitted any more; the runtime works on while this thread looks.
            let replaced = || children().len() == 1 && !children().contains(&first);
            eventually("a new worker is there", replaced);
            println!("{}", children().len());
        }),
        "shutdown" => on_runtime(async {
            let pool = pool(2, process());
            let busy = pool.submit(Do::Spin).await.unwrap();
            pid(&pool).await;
            let before = children().len();
            pool.shutdown(Shutdown::now()).await;
            println!("{before} {}", children().len());
            assert!(busy.await.is_err());
        }),
        "dropped" => on_runtime(async {
            let pool = pool(2, process());
            pid(&pool).await;
            drop(pool);
            eventually("no worker is left", || children().is_empty());
            println!("gone");
        }),
        "runtime" => {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let kept = runtime.block_on(async {
                let pool = pool(2, process());
                let busy = pool.submit(Do::Spin).await.unwrap();
                pid(&pool).await;
                (pool, busy)
            });
            drop(runtime);
            let (pool, busy) = kept;
            let other = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let result = other.block_on(busy);
            drop(pool);
            eventually("no worker is left", || children().is_empty());
            println!("{}", result.unwrap_err().kind());
        }
        _ => on_runtime(async {
            println!("{}", exists_as(9));
            println!("{}", pool(1, process()).run(Do::Descriptors).await.unwrap());
        }),
    }
    ExitCode::SUCCESS
}

fn exists_as(descriptor: u32) -> bool {
    std::fs::read_link(format!("/proc/self/fd/{descriptor}")).is_ok()
}

fn join(pids: &[u32]) -> String {
    pids.iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The children of this process, the dead and unreaped included.
fn children() -> Vec<u32> {
    let parent = std::process::id();
    let is_child = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        fields.split_ascii_whitespace().nth(1) == Some(parent.to_string().as_str())
    };
    let names = std::fs::read_dir("/proc")
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let pids = names.filter_map(|name| name.to_str()?.parse().ok());
    pids.filter(is_child).collect()
}

fn host(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(format!("--host={name}")).stdout(Stdio::piped());
    command
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    line.trim_end().to_owned()
}

fn said(name: &str) -> String {
    let output = host(name).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn a_host_that_is_killed() {
    let mut host = host("killed").spawn().unwrap();
    let line = first_line(&mut host);
    let workers: Vec<u32> = line.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(workers.len(), 3);
    assert!(workers.iter().all(|&pid| exists(pid)));
    host.kill().unwrap();
    host.wait().unwrap();
    let is_dead = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.map_or(true, |stat| stat.contains(") Z "))
    };
    eventually("the workers are dead", || {
        workers.iter().all(|&pid| is_dead(pid))
    });
}

fn a_lost_worker_is_replaced() {
    assert_eq!(said("replaced"), "1\n");
}

fn a_shutdown_leaves_no_worker() {
    let line = said("shutdown");
    let (before, after) = line.trim_end().split_once(' ').unwrap();
    assert!(before.parse::<usize>().unwrap() >= 2, "{line}");
    assert_eq!(after, "0");
}

fn a_dropped_scheduler() {
    assert_eq!(said("dropped"), "gone\n");
}

fn a_runtime_that_ends() {
    assert_eq!(said("runtime"), "shutdown\n");
}

fn descriptors_of_the_host() {
    let exe = std::env::current_exe().unwrap();
    let script = format!(
        "exec 9</etc/passwd; exec '{}' --host=descriptors",
        exe.display()
    );
    let output = Command::new("/bin/sh")
        .arg("-c")
        .arg(script)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (host, worker) = text.split_once('\n').unwrap();
    assert_eq!(host, "true", "the host has it, and hands it on");
    assert!(
        worker.contains("0=/dev/null;") && !worker.contains("passwd"),
        "{worker}"
    );
}
