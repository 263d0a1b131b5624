//! Settings: each that does not hold is refused by its name, each that does can be read back.

use std::time::Duration;

use vasca_scheduler::{
    ConfigError, ConfigProblem, Lane, LaneOrder, Order, Overflow, QueueLimit, Scheduler,
    SchedulerBuilder, Slots, Spec, Threads,
};

use crate::jobs::{SECOND, builder, pool};

fn refusal<T>(built: Result<T, ConfigError>) -> (&'static str, String) {
    let error = built.err().unwrap();
    (error.field, error.problem.to_string())
}

#[tokio::test]
async fn a_setting_of_the_scheduler_that_does_not_hold_is_refused_by_its_name() {
    let refused = |builder: SchedulerBuilder| refusal(builder.build());
    let zero = || "must be at least 1".to_owned();
    assert_eq!(refused(builder(0)), ("slots", zero()));
    let most = "must be at most 4096".to_owned();
    assert_eq!(refused(builder(4097)), ("slots", most));
    assert!(builder(4096).build().is_ok());
    assert_eq!(
        refused(Scheduler::builder("")),
        ("name", "must not be empty".to_owned())
    );
    assert_eq!(refused(builder(1).key_limit(0)), ("key_limit", zero()));
    let never = builder(1).stuck_after(Duration::ZERO);
    assert_eq!(refused(never), ("stuck_after", zero()));
}

#[tokio::test]
async fn a_new_number_of_slots_that_does_not_hold_changes_nothing() {
    let pool = pool(2);
    assert_eq!(refusal(pool.resize(Slots::Exactly(0))).0, "slots");
    assert_eq!(refusal(pool.resize(Slots::Exactly(4097))).0, "slots");
    assert_eq!((pool.settings().slots, pool.stats().slots), (2, 2));
}

#[tokio::test]
async fn a_setting_of_the_threads_that_does_not_hold_is_refused_by_its_name() {
    let refused = |threads: Threads| {
        let built = builder(2).executor(threads).build();
        built.err().unwrap()
    };
    let more_than_slots = refused(Threads::new().min(3));
    assert_eq!(more_than_slots.field, "min");
    let problem = more_than_slots.problem;
    assert!(matches!(problem, ConfigProblem::TooLarge { limit: 2 }));
    for nice in [-21, 20, i32::MIN, i32::MAX] {
        let error = refused(Threads::new().nice(nice));
        assert_eq!(error.field, "nice");
        assert!(matches!(error.problem, ConfigProblem::System(_)));
    }
    assert_eq!(
        refused(Threads::new().stack_bytes(usize::MAX)).field,
        "stack_bytes"
    );
}

#[tokio::test]
async fn the_settings_can_be_read_back() {
    let queue = QueueLimit::count(7).bytes(700).per_key(3);
    let defaults = Spec::new().lane(Lane::Batch).run_timeout(SECOND);
    let built = Scheduler::builder("images")
        .slots(Slots::Exactly(3))
        .queue(queue)
        .overflow(Overflow::ShedLowest)
        .order(Order::fifo().lanes(LaneOrder::Strict))
        .key_limit(2)
        .defaults(defaults.clone())
        .stuck_after(9 * SECOND)
        .build();
    let pool = built.unwrap();
    let settings = pool.settings();
    assert_eq!((pool.name(), settings.name.as_str()), ("images", "images"));
    assert_eq!((settings.slots, settings.queue), (3, queue));
    assert_eq!(settings.overflow, Overflow::ShedLowest);
    let order = format!("{:?}", settings.order);
    assert!(
        order.contains("Strict") && order.contains("fifo"),
        "{order}"
    );
    assert_eq!(
        (settings.key_limit, settings.stuck_after),
        (Some(2), 9 * SECOND)
    );
    assert_eq!(settings.defaults, defaults);
    pool.resize(Slots::Exactly(5)).unwrap();
    assert_eq!(pool.settings().slots, 5);
}

#[tokio::test]
async fn what_is_not_set_can_be_read_back_too() {
    let pool = Scheduler::builder("test").build().unwrap();
    let settings = pool.settings();
    let processors = std::thread::available_parallelism().unwrap().get();
    assert!((1..=processors.max(2) - 1).contains(&settings.slots));
    assert_eq!(settings.slots, pool.stats().slots);
    assert_eq!(settings.queue, QueueLimit::count(1024));
    assert_eq!(settings.overflow, Overflow::Reject);
    assert_eq!((settings.key_limit, settings.defaults), (None, Spec::new()));
    assert_eq!(settings.stuck_after, 5 * SECOND);
}
