//! What a worker finds around itself: nothing of the host's.

use vasca_scheduler::{Process, WorkerCommand};

use crate::jobs::{Do, Test, WORKER, on_runtime, pool, process};

pub(crate) const TESTS: &[Test] = &[
    ("the_environment_is_empty", the_environment_is_empty),
    (
        "the_environment_holds_what_is_configured_and_no_more",
        the_environment_holds,
    ),
    (
        "a_worker_has_its_own_group_the_root_directory_and_no_core_dump",
        surroundings,
    ),
    (
        "printing_and_reading_break_no_protocol",
        printing_and_reading,
    ),
    (
        "a_worker_has_the_standard_descriptors_and_its_two_pipes",
        descriptors,
    ),
];

fn the_environment_is_empty() {
    assert!(
        std::env::vars().count() > 0,
        "there is something to inherit"
    );
    on_runtime(async {
        assert_eq!(pool(1, process()).run(Do::Env).await.unwrap(), "");
    });
}

fn the_environment_holds() {
    on_runtime(async {
        let command = WorkerCommand::current_exe()
            .arg(WORKER)
            .env("LANG", "C.UTF-8");
        let pool = pool(1, Process::new(command.current_dir("/proc")));
        assert_eq!(pool.run(Do::Env).await.unwrap(), "LANG=C.UTF-8;");
        assert!(
            pool.run(Do::Surroundings)
                .await
                .unwrap()
                .starts_with("/proc|")
        );
    });
}

fn surroundings() {
    on_runtime(async {
        let text = pool(1, process()).run(Do::Surroundings).await.unwrap();
        let [dir, core, group] = text.split('|').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!((dir, group), ("/", "own group: true"));
        let figures: Vec<_> = core.split_ascii_whitespace().skip(4).take(2).collect();
        assert_eq!(figures, ["0", "0"], "{core}");
    });
}

fn printing_and_reading() {
    on_runtime(async {
        let pool = pool(1, process());
        for _ in 0..3 {
            assert_eq!(pool.run(Do::Chatter).await.unwrap(), "read \"\"");
        }
    });
}

fn descriptors() {
    on_runtime(async {
        let text = pool(1, process()).run(Do::Descriptors).await.unwrap();
        let own = |line: &&str| !line.is_empty() && !line.contains("/proc/");
        let lines: Vec<&str> = text.split(';').filter(own).collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(lines.contains(&"0=/dev/null"), "{text}");
    });
}
