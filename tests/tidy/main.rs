//! The shape of the repository, held by tests: who may name whom, how long a file may be, which
//! words are used, and whether the documents still tell the truth.
//!
//! Every check is a pure function from a [`tree::Tree`] to its findings. Beside each stand two
//! kinds of tests: one that runs it over this repository, and some that show on a small sample
//! that it can fail.

mod codes;
mod directions;
mod documents;
mod finding;
mod imports;
mod items;
mod manifests;
mod names;
mod portability;
mod shape;
mod sizes;
mod source;
mod tree;
mod words;
