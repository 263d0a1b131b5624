//! Builder plugins: what turns a [`BuildRequest`] into an [`Artifact`] or into [`Diagnostic`]s.
//!
//! A [`Builder`] is a plugin; the [`Registry`] finds it by its kind. The plugin that this crate
//! exists for is `tsx` (feature `tsx`, on by default): it compiles one React or Remotion
//! component, as people and language models write them, to a small minified ES module that reads
//! React and Remotion from globals of the page, so that no copy of either is in the bundle.
//!
//! ```
//! # #[cfg(feature = "tsx")] {
//! use vasca_builders::{BuildContext, BuildRequest, Registry};
//!
//! let source = r#"
//!     import { AbsoluteFill, useCurrentFrame } from "remotion";
//!     export default function Title() {
//!         return <AbsoluteFill>{useCurrentFrame()}</AbsoluteFill>;
//!     }
//! "#;
//! let registry = Registry::standard();
//! let builder = registry.get("tsx")?;
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! let artifact = runtime.block_on(async {
//!     builder.build(BuildRequest::single("tsx", "Title.tsx", source), BuildContext::new()).await
//! })?;
//! assert_eq!(artifact.exports, ["default"]);
//! assert_eq!(artifact.globals[0].global, "Remotion");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Without the registry, [`tsx::wrap_tsx_with_globals`] is the same pipeline as a plain function.
//!
//! A build computes on the thread that polls it: a fraction of a millisecond for a component of some
//! kilobytes. Some sources keep a compiler busy for minutes or take gigabytes, and no check finds
//! them all: where the source is not trusted, build in a child process with a deadline and a memory
//! limit, as `vasca build` does. A panic of the compiler comes back as an error; its recursion runs
//! on a stack of its own (512 MiB of address space, of which only what is used becomes memory).
//!
//! Nothing in this crate opens a file, a socket or a process: source comes in as text and a
//! module goes out as text. The same request gives the same bytes, on any machine.

pub mod artifact;
pub mod builder;
pub mod diagnostic;
pub mod error;
pub mod files;
pub mod frame;
pub mod registry;
pub mod request;
mod signature;
pub mod stage;
#[cfg(feature = "tsx")]
pub mod tsx;

pub use artifact::Artifact;
pub use builder::{BuildContext, Builder};
pub use diagnostic::{Class, Code, Diagnostic, Severity};
pub use error::BuildError;
pub use registry::Registry;
pub use request::BuildRequest;
