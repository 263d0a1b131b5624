//! The builder itself: the stages in their order.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;

use crate::artifact::{self, Artifact};
use crate::builder::{BuildContext, Builder, Policy as BuildPolicy};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::error::BuildError;
use crate::files::{self, SourceLimits};
use crate::request::BuildRequest;
use crate::stage::{Stage, Timings};
use crate::tsx::compiler::swc::Swc;
use crate::tsx::compiler::{Compiled, Compiler, Finding, Unit};
use crate::tsx::options::TsxOptions;
use crate::tsx::policy::Policy;
use crate::tsx::profile::Profile;
use crate::tsx::{diagnose, stack, text, verify};

/// Most bytes of a finished module: 16 MiB is more than a page should load, and less than what a
/// compiler writes when a source doubles a string thirty times.
pub const OUTPUT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The builder of TSX components. See [`tsx`](crate::tsx).
pub struct TsxBuilder {
    compiler: Box<dyn Compiler>,
    version: String,
    limits: SourceLimits,
}

impl Default for TsxBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl TsxBuilder {
    /// A builder on the default compiler, with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::on(Box::new(Swc))
    }

    /// A builder on another compiler.
    #[must_use]
    pub fn on(compiler: Box<dyn Compiler>) -> Self {
        let version = format!("tsx {} ({})", env!("CARGO_PKG_VERSION"), compiler.version());
        Self {
            compiler,
            version,
            limits: SourceLimits::default(),
        }
    }

    /// Builds on the calling thread. It takes a fraction of a millisecond for a component of some
    /// kilobytes, and for some inputs minutes: run it where it can be killed.
    ///
    /// # Errors
    /// [`BuildError`] with every diagnostic.
    pub fn build_blocking(&self, request: &BuildRequest) -> Result<Artifact, BuildError> {
        let mut timings = Timings::default();
        let mut run = || self.run(request, &mut timings);
        let outcome = stack::run(&mut run).unwrap_or_else(|panic| {
            let message = format!("The compiler failed on this source: {panic}.");
            Err(vec![
                Diagnostic::error(Code::CompilerPanicked, message)
                    .in_file(request.entry.clone())
                    .with_hint(
                        "This is a fault of the compiler; please report it with the source.",
                    ),
            ])
        });
        match outcome {
            Ok(artifact) => Ok(Artifact {
                timings,
                ..artifact
            }),
            Err(diagnostics) => Err(BuildError {
                diagnostics,
                timings,
            }),
        }
    }

    fn run(
        &self,
        request: &BuildRequest,
        timings: &mut Timings,
    ) -> Result<Artifact, Vec<Diagnostic>> {
        let (options, source) = timings.measure(Stage::Validate, || self.validate(request))?;
        let profile = if options.external.is_empty() {
            Cow::Borrowed(Profile::remotion())
        } else {
            Cow::Owned(Profile::remotion().with_modules(&options.external))
        };
        let unit = Unit {
            file: &request.entry,
            source,
            policy: Policy::new(&profile),
            imports: options.imports,
            minify: options.minify,
            target: options.target,
        };
        let (compiled, diagnostics) = self.compile(&unit, timings)?;
        let inspection = timings
            .measure(Stage::Verify, || {
                output_size(&compiled.code)?;
                verify::verify(&*self.compiler, &compiled.code, unit.imports, unit.policy)
            })
            .map_err(|diagnostic| vec![diagnostic.in_file(request.entry.clone())])?;
        let (digest, integrity, bytes) = timings.measure(Stage::Compress, || {
            let code = &compiled.code;
            (
                artifact::digest(code),
                artifact::integrity(code),
                artifact::measure(code),
            )
        });
        Ok(Artifact {
            code: compiled.code,
            digest,
            integrity,
            bytes,
            exports: inspection.exports,
            globals: compiled.globals,
            imports: inspection.imports,
            diagnostics,
            timings: Timings::default(),
        })
    }

    /// Checks what needs no parser; gives the options and the source without a byte order mark.
    fn validate<'r>(
        &self,
        request: &'r BuildRequest,
    ) -> Result<(TsxOptions, &'r str), Vec<Diagnostic>> {
        if request.builder != self.kind() {
            return Err(vec![other_builder(&request.builder)]);
        }
        let options = TsxOptions::from_json(&request.options).map_err(|error| vec![error])?;
        files::validate(request, &self.limits)?;
        if options.profile != Profile::remotion().name {
            return Err(vec![unknown_profile(&options.profile)]);
        }
        if request.files.len() > 1 {
            return Err(vec![several_files(request)]);
        }
        if !self.accepts(&request.entry) {
            return Err(vec![wrong_extension(&request.entry)]);
        }
        let source = request
            .files
            .get(&request.entry)
            .map(String::as_str)
            .unwrap_or_default();
        Ok((options, source.strip_prefix('\u{feff}').unwrap_or(source)))
    }

    /// The compiler's stages, and whether what came out has a component to render.
    fn compile(
        &self,
        unit: &Unit<'_>,
        timings: &mut Timings,
    ) -> Result<(Compiled, Vec<Diagnostic>), Vec<Diagnostic>> {
        let diagnose =
            |findings: Vec<Finding>| diagnose::diagnostics(unit.file, unit.source, findings);
        if let Some(finding) = timings.measure(Stage::Parse, || text::check(unit.source)) {
            return Err(diagnose(vec![finding]));
        }
        let mut compiled = self.compiler.compile(unit, timings).map_err(diagnose)?;
        let mut findings = std::mem::take(&mut compiled.findings);
        findings.extend(diagnose::default_export(&compiled.default_export));
        let failed = findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        let diagnostics = diagnose(findings);
        if failed {
            Err(diagnostics)
        } else {
            Ok((compiled, diagnostics))
        }
    }
}

#[async_trait]
impl Builder for TsxBuilder {
    fn kind(&self) -> &'static str {
        "tsx"
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn accepts(&self, file_name: &str) -> bool {
        let extension = file_name.rsplit_once('.').map(|(_, extension)| extension);
        matches!(extension, Some("tsx" | "ts" | "jsx" | "js" | "mts" | "mjs"))
    }

    fn policy(&self) -> BuildPolicy {
        BuildPolicy {
            // Ordinary components take a millisecond; ten seconds are for files of megabytes.
            timeout: Duration::from_secs(10),
            timeout_max: Duration::from_secs(60),
        }
    }

    fn check(&self, request: &BuildRequest) -> Result<(), BuildError> {
        let checked = self.validate(request);
        checked.map(drop).map_err(|diagnostics| BuildError {
            diagnostics,
            timings: Timings::default(),
        })
    }

    async fn build(
        &self,
        request: BuildRequest,
        _context: BuildContext,
    ) -> Result<Artifact, BuildError> {
        self.build_blocking(&request)
    }
}

fn output_size(code: &str) -> Result<(), Diagnostic> {
    if code.len() <= OUTPUT_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "The module has {} bytes; the limit is {OUTPUT_BYTES_MAX} bytes.",
        code.len()
    );
    Err(Diagnostic::error(Code::OutputTooLarge, message)
        .with_hint("Make large texts and tables at run time instead of writing them out."))
}

fn other_builder(kind: &str) -> Diagnostic {
    let kind: String = kind.chars().take(80).collect();
    Diagnostic::error(
        Code::UnknownBuilder,
        format!("The builder \"tsx\" was asked for {kind:?}."),
    )
    .with_hint("Look the builder up in the registry by the kind that the request names.")
}

fn unknown_profile(name: &str) -> Diagnostic {
    let name: String = name.chars().take(80).collect();
    let known = &Profile::remotion().name;
    Diagnostic::error(
        Code::InvalidOptions,
        format!("There is no profile {name:?}."),
    )
    .with_hint(format!("The profile on offer: \"{known}\"."))
}

fn several_files(request: &BuildRequest) -> Diagnostic {
    let message = format!(
        "The request has {} files; this builder takes one.",
        request.files.len()
    );
    Diagnostic::error(Code::TooManyFiles, message)
        .with_hint("Put the component and its parts into one file.")
}

fn wrong_extension(name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::InvalidFileName,
        "The file name has no extension that is compiled.",
    )
    .in_file(name)
    .with_hint("Name it `.tsx`, `.ts`, `.jsx` or `.js`.")
}
