//! What the service keeps when the machine does not: kills, power loss, full disks.
