//! Built components against what they are measured by: esbuild's build of the same source, the
//! installed React and Remotion, and the page that lacks one of them.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is missing fails the test, which is what it is for"
)]

mod build;
mod differential;
mod esbuild;
mod maps;
mod metafile;
mod missing;
mod names;
mod programs;
mod repairs;
mod report;
mod wrapped;
