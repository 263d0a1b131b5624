//! The pipeline as a plain function.

use crate::artifact::GlobalRead;
use crate::diagnostic::Diagnostic;
use crate::error::BuildError;
use crate::request::BuildRequest;
use crate::tsx::build::TsxBuilder;
use crate::tsx::options::TsxOptions;

/// A component whose imports read the page's globals, still readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The ES module, not minified.
    pub code: String,
    /// The globals that it reads.
    pub globals: Vec<GlobalRead>,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
}

/// Turns TSX into a readable ES module in which React and Remotion are read from globals of the
/// page: the pipeline of the builder with `minify` off.
///
/// The file is called `component.tsx` in diagnostics. Some inputs keep a compiler busy for
/// minutes; where the source is not trusted, build in a process that can be killed.
///
/// # Errors
/// [`BuildError`] with every diagnostic, when the source is at fault or too large.
///
/// ```
/// use vasca_builders::tsx::wrap_tsx_with_globals;
///
/// let wrapped = wrap_tsx_with_globals(
///     "import { AbsoluteFill } from 'remotion';
///      export default () => <AbsoluteFill>Hello</AbsoluteFill>;",
/// )?;
/// assert!(wrapped.code.contains(r#"{ AbsoluteFill } = readGlobal("Remotion", "remotion")"#));
/// assert!(!wrapped.code.contains("import"));
/// # Ok::<(), vasca_builders::BuildError>(())
/// ```
pub fn wrap_tsx_with_globals(source: &str) -> Result<Wrapped, BuildError> {
    let options = TsxOptions {
        minify: false,
        ..TsxOptions::default()
    };
    let request =
        BuildRequest::single("tsx", "component.tsx", source).with_options(options.to_json());
    let artifact = TsxBuilder::new().build_blocking(&request)?;
    Ok(Wrapped {
        code: artifact.code,
        globals: artifact.globals,
        diagnostics: artifact.diagnostics,
    })
}
