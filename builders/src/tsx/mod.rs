//! The builder `tsx`: one component in, one small ES module out.
//!
//! The stages, in their order: validate (names, sizes, options), parse, repair (faults that can be
//! mended, where the request asks for it), transform (types and JSX away, newer syntax lowered),
//! policy (which modules may be imported), wrap (imports become reads of the page's globals),
//! minify, verify (the finished text is held against the contract), compress (sizes and digests).

pub mod compiler;
pub mod options;
pub mod policy;
pub mod profile;
pub mod repair;

mod ambiguity;
mod assets;
mod build;
mod diagnose;
mod explain;
mod fallback;
mod fence;
mod mended;
mod metafile;
mod profiles;
mod scan;
mod source_map;
mod stack;
mod text;
mod validate;
mod verify;
mod wrap;

pub use build::{OUTPUT_BYTES_MAX, TsxBuilder};
pub use profiles::{ProfileError, Profiles};
pub use stack::STACK_BYTES;
pub use wrap::{Wrapped, wrap_tsx_with_globals};
