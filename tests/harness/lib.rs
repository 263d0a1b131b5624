//! What the tests that cross a crate share.
