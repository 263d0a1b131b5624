//! What the service keeps when the machine does not: kills, power loss, full disks.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is missing fails the test, which is what it is for"
)]
#![expect(
    clippy::print_stderr,
    reason = "a failed test shows its seed and its figures"
)]

mod chance;
mod disk;
mod full;
mod kill;
mod ledger;
mod leftovers;
mod load;
mod place;
mod power;
mod sources;
