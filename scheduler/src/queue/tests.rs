//! The order of waiting jobs: removal, lanes, limits of keys, pauses.

use super::Queue;
use super::entry::{Entry, Place, Scope};
use crate::id::JobId;
use crate::key::Key;
use crate::order::Order;
use crate::priority::{Lane, LaneOrder};
use crate::spec::Terms;

fn entry(queue: &Queue, number: u64, lane: Lane, key: Option<&str>) -> Entry {
    let terms = Terms {
        cost: 1,
        ..Terms::default()
    };
    Entry {
        place: Place::Lane(lane),
        key: key.map(Key::from),
        rank: queue.order().rank(std::time::Duration::ZERO, 0),
        job: terms.waiting(JobId::from_u64(number)),
    }
}

fn push(queue: &mut Queue, number: u64, lane: Lane, key: Option<&str>) {
    let entry = entry(queue, number, lane, key);
    queue.push(&entry);
}

fn pop(queue: &mut Queue) -> Option<u64> {
    let next = queue.next()?;
    queue.start(&next, 1, 1);
    Some(next.id.get())
}

fn numbers(queue: &mut Queue) -> Vec<u64> {
    std::iter::from_fn(|| pop(queue)).collect()
}

#[test]
fn removing_from_any_third_of_six_thousand_keeps_the_order_of_the_others() {
    for from in [0, 2000, 4000] {
        let mut queue = Queue::new(Order::default(), None);
        for number in 0..6000 {
            push(&mut queue, number, Lane::Normal, None);
        }
        let gone = |number: &u64| number.is_multiple_of(3) && (from..from + 2000).contains(number);
        for number in (0..6000).filter(gone) {
            let entry = entry(&queue, number, Lane::Normal, None);
            queue.remove(&entry);
            queue.remove(&entry);
        }
        let kept: Vec<u64> = (0..6000).filter(|number| !gone(number)).collect();
        assert_eq!(queue.len(), kept.len());
        assert_eq!(numbers(&mut queue), kept);
        assert_eq!(queue.len(), 0);
    }
}

#[test]
fn the_strict_order_is_lane_then_first_come_first_served() {
    let mut queue = Queue::new(Order::default().lanes(LaneOrder::Strict), None);
    let lanes = [Lane::Batch, Lane::Normal, Lane::Interactive];
    for (number, lane) in lanes.into_iter().cycle().take(9).enumerate() {
        push(&mut queue, number as u64, lane, None);
    }
    assert_eq!(queue.len_of(Lane::Batch), 3);
    assert_eq!(numbers(&mut queue), [2, 5, 8, 1, 4, 7, 0, 3, 6]);
}

#[test]
fn a_key_at_its_limit_lets_the_others_pass_and_goes_on_when_one_of_its_jobs_ends() {
    let mut queue = Queue::new(Order::default(), Some(1));
    for number in 0..3 {
        push(&mut queue, number, Lane::Normal, Some("a"));
    }
    push(&mut queue, 3, Lane::Batch, Some("a"));
    push(&mut queue, 4, Lane::Normal, Some("b"));
    assert_eq!(numbers(&mut queue), [0, 4]);
    let key = Key::from("a");
    assert_eq!(queue.running_of(&key), 1);
    queue.release(Some(&key), 1);
    assert_eq!(numbers(&mut queue), [1]);
    assert_eq!(queue.len(), 2);
}

#[test]
fn what_is_paused_waits_and_the_rest_goes_on() {
    let mut queue = Queue::new(Order::default(), None);
    push(&mut queue, 0, Lane::Normal, Some("a"));
    push(&mut queue, 1, Lane::Normal, Some("b"));
    push(&mut queue, 2, Lane::Batch, None);
    queue.set_paused(Scope::Key("a".into()), true);
    queue.set_paused(Scope::Lane(Lane::Batch), true);
    assert_eq!(numbers(&mut queue), [1]);
    queue.set_paused(Scope::All, true);
    queue.set_paused(Scope::Key("a".into()), false);
    queue.set_paused(Scope::Lane(Lane::Batch), false);
    assert_eq!(numbers(&mut queue), Vec::<u64>::new());
    queue.set_paused(Scope::All, false);
    assert_eq!(numbers(&mut queue), [0, 2]);
}
