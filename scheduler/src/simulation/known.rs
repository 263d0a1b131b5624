//! What the model knows of one job.

use crate::event::{Claim, Effect, Verdict};
use crate::key::Key;
use crate::moment::Moment;
use crate::observe::observer::Happening;
use crate::priority::Lane;
use crate::queue::entry::Scope;
use crate::spec::Terms;
use crate::unique::UniqueAmong;

/// What is known of a job.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) terms: Terms,
    pub(super) unique: Option<UniqueAmong>,
    pub(super) submitted: Moment,
    /// When it came, or its place was reserved: its rank counts from there.
    pub(super) came: Moment,
    pub(super) stage: Stage,
    pub(super) runs: u32,
    /// The best rank of those who share it.
    pub(super) best: Option<i128>,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Its event is being handled.
    Coming,
    Lobby,
    Reserved,
    Delayed(Moment),
    Queued(Moment),
    Running(KnownRun),
}

#[derive(Clone, Debug)]
pub(super) struct KnownRun {
    pub(super) slot: usize,
    pub(super) since: Moment,
    pub(super) charged: usize,
    pub(super) hold: Hold,
    pub(super) asked: Option<(Verdict, Moment)>,
    pub(super) stopped: Option<Moment>,
    /// Whether its submitter has been told that it is stuck.
    pub(super) is_told: bool,
    pub(super) joins: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    Held,
    Lent,
    Returning,
}

impl Known {
    pub(super) const fn run(&self) -> Option<&KnownRun> {
        match &self.stage {
            Stage::Running(run) => Some(run),
            _ => None,
        }
    }

    pub(super) const fn run_mut(&mut self) -> Option<&mut KnownRun> {
        match &mut self.stage {
            Stage::Running(run) => Some(run),
            _ => None,
        }
    }

    pub(super) fn has_name_of(&self, other: &Self) -> bool {
        let names = self.unique.as_ref().zip(other.unique.as_ref());
        names.is_some_and(|(one, other)| one.has_name_of(other))
    }

    pub(super) const fn is_running(&self) -> bool {
        self.run().is_some()
    }

    /// Whether a claim to its slot makes sense; one that was dropped may come at any time.
    pub(super) fn may_claim(&self, claim: Claim) -> bool {
        self.run()
            .is_some_and(|run| claim == Claim::Reclaim || run.joins > 0)
    }

    /// Whether it has come and nothing has been decided about its end.
    pub(super) fn is_undecided(&self) -> bool {
        match &self.stage {
            Stage::Coming | Stage::Lobby | Stage::Reserved => false,
            Stage::Delayed(_) | Stage::Queued(_) => true,
            Stage::Running(run) => run.asked.is_none() && run.slot != usize::MAX,
        }
    }

    /// Whether it counts against the limits of the queue.
    pub(super) fn is_waiting(&self) -> bool {
        match &self.stage {
            Stage::Lobby => false,
            Stage::Coming | Stage::Reserved | Stage::Delayed(_) | Stage::Queued(_) => true,
            Stage::Running(run) => run.hold != Hold::Held && run.slot != usize::MAX,
        }
    }

    pub(super) fn key(&self) -> Option<&Key> {
        self.terms.key.as_ref()
    }
}

/// Whether nothing of this lane and key is to start.
pub(super) fn is_paused(paused: &[Scope], lane: Lane, key: Option<&Key>) -> bool {
    paused.iter().any(|scope| match scope {
        Scope::All => true,
        Scope::Lane(other) => *other == lane,
        Scope::Key(other) => Some(other) == key,
    })
}

/// What the observers are told, summed up.
pub(super) const fn opened(what: &Happening) -> i64 {
    match what {
        Happening::Submitted { .. } => 1,
        Happening::Ended { .. } => -1,
        _ => 0,
    }
}

/// Effects that only shells need.
pub(super) const fn is_plain(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::CancelAccepted { .. }
            | Effect::Resize { .. }
            | Effect::GoOnWithout { .. }
            | Effect::StillLent { .. }
            | Effect::Idle
    )
}
