//! Back-pressure: it is told once per crossing, and what is told is then so.

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;
use vasca_scheduler::{Happening, Pressure, QueueLimit, SchedulerEvent};

use crate::jobs::{Gate, Record, Told, builder, within};

/// The crossings that have been told.
fn crossings(told: &mut Told) -> Vec<bool> {
    let mut crossings = Vec::new();
    for what in told.rest() {
        if let Happening::Pressure { is_high } = what {
            crossings.push(is_high);
        }
    }
    crossings
}

#[tokio::test]
async fn a_queue_that_fills_and_empties_tells_of_it_once_each_way() {
    let (builder, mut told) = Told::by(builder(1).queue(QueueLimit::count(3)));
    let pool = builder.build().unwrap();
    let mut pressure = pool.pressure();
    let gate = Gate::new();
    let mut handles = Vec::new();
    for _ in 0..3 {
        handles.push(pool.submit(gate.held()).await.unwrap());
    }
    assert!(crossings(&mut told).is_empty());
    assert_eq!(*pressure.borrow_and_update(), Pressure::Low);
    handles.push(pool.submit(gate.held()).await.unwrap());
    assert_eq!(crossings(&mut told), [true]);
    assert!(pressure.has_changed().unwrap());
    assert_eq!(*pressure.borrow_and_update(), Pressure::High);
    for _ in 0..5 {
        assert!(pool.submit(gate.held()).await.is_err());
    }
    assert!(crossings(&mut told).is_empty(), "high all the while");
    gate.open(4);
    for handle in handles {
        within(handle).await.unwrap();
    }
    assert_eq!(crossings(&mut told), [false]);
    assert_eq!(*pressure.borrow_and_update(), Pressure::Low);
}

#[tokio::test]
async fn what_is_told_of_the_pressure_can_be_read_at_that_moment() {
    let gauge = Arc::new(OnceLock::<watch::Receiver<Pressure>>::new());
    let read = Record::new();
    let (from, to) = (Arc::clone(&gauge), read.clone());
    let observer = move |event: &SchedulerEvent<'_>| {
        if let Happening::Pressure { is_high } = event.what {
            to.add((*is_high, *from.get().unwrap().borrow()));
        }
    };
    let builder = builder(1).queue(QueueLimit::count(2)).observe(observer);
    let pool = builder.build().unwrap();
    gauge.set(pool.pressure()).unwrap();
    let gate = Gate::new();
    let mut handles = Vec::new();
    for _ in 0..3 {
        handles.push(pool.submit(gate.held()).await.unwrap());
    }
    gate.open(3);
    for handle in handles {
        within(handle).await.unwrap();
    }
    assert_eq!(
        read.take(),
        [(true, Pressure::High), (false, Pressure::Low)]
    );
}

#[tokio::test]
async fn jobs_that_come_and_go_below_the_limit_are_no_pressure() {
    let (builder, mut told) = Told::by(builder(1).queue(QueueLimit::count(2)));
    let pool = builder.build().unwrap();
    let gate = Gate::new();
    for _ in 0..5 {
        let running = pool.submit(gate.held()).await.unwrap();
        let queued = pool.submit(gate.held()).await.unwrap();
        gate.open(2);
        within(running).await.unwrap();
        within(queued).await.unwrap();
    }
    assert!(crossings(&mut told).is_empty());
    assert_eq!(*pool.pressure().borrow(), Pressure::Low);
}
