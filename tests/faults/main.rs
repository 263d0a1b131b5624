//! What the service keeps when the machine does not: kills, power loss, full disks.
#![expect(
    clippy::expect_used,
    reason = "what is missing fails the test, which is what it is for"
)]

mod disk;
