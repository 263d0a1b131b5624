//! The builder itself: the stages in their order.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;

use crate::artifact::{self, Artifact};
use crate::builder::{BuildContext, Builder, Policy as BuildPolicy};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::error::BuildError;
use crate::files::SourceLimits;
use crate::request::BuildRequest;
use crate::stage::{Stage, Timings};
use crate::tsx::compiler::swc::Swc;
use crate::tsx::compiler::{Compiled, Compiler, Finding, Inspection, Unit};
use crate::tsx::metafile::{self, Told};
use crate::tsx::options::{SourceMap, TsxOptions};
use crate::tsx::policy::Policy;
use crate::tsx::profiles::Profiles;
use crate::tsx::validate::{self, KIND, Valid};
use crate::tsx::{diagnose, fallback, fence, mended, source_map, stack, text, verify};

/// Most bytes of a finished module and its source map together: 16 MiB is more than a page should
/// load, and less than what a compiler writes when a source doubles a string thirty times.
pub const OUTPUT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The builder of TSX components. See [`tsx`](crate::tsx).
pub struct TsxBuilder {
    compiler: Box<dyn Compiler>,
    version: String,
    limits: SourceLimits,
    profiles: Profiles,
}

impl Default for TsxBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl TsxBuilder {
    /// A builder on the default compiler, with the default limits and the built-in profile.
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
            profiles: Profiles::default(),
        }
    }

    /// The same builder with these profiles on offer.
    #[must_use]
    pub fn profiles(mut self, profiles: Profiles) -> Self {
        self.profiles = profiles;
        self
    }

    /// Builds on the calling thread. It takes a fraction of a millisecond for a component of some
    /// kilobytes, and for some inputs minutes: run it where it can be killed.
    ///
    /// # Errors
    /// [`BuildError`] with every diagnostic.
    pub fn build_blocking(&self, request: &BuildRequest) -> Result<Artifact, BuildError> {
        let mut timings = Timings::default();
        let diagnostics = match self.run_apart(request, &mut timings) {
            Ok(artifact) => {
                return Ok(Artifact {
                    timings,
                    ..artifact
                });
            }
            Err(diagnostics) => diagnostics,
        };
        let fallback = self.fallback(request, &diagnostics);
        Err(BuildError {
            diagnostics,
            timings,
            fallback: fallback.map(Box::new),
        })
    }

    /// The stages on a stack that is large enough; a panic in them is a diagnostic.
    fn run_apart(
        &self,
        request: &BuildRequest,
        timings: &mut Timings,
    ) -> Result<Artifact, Vec<Diagnostic>> {
        stack::run(|| self.run(request, timings)).unwrap_or_else(|panic| {
            let message = format!("The compiler failed on this source: {panic}.");
            Err(vec![
                Diagnostic::error(Code::CompilerPanicked, message)
                    .in_file(request.entry.clone())
                    .with_hint(
                        "This is a fault of the compiler; please report it with the source.",
                    ),
            ])
        })
    }

    /// The module that shows what is wrong, where the request wants one.
    fn fallback(&self, request: &BuildRequest, diagnostics: &[Diagnostic]) -> Option<Artifact> {
        let options = TsxOptions::from_json(&request.options).ok()?;
        if !options.fallback {
            return None;
        }
        let source = fallback::source(diagnostics)?;
        let options = TsxOptions {
            sourcemap: SourceMap::None,
            fallback: false,
            ..options
        };
        let request =
            BuildRequest::single(KIND, fallback::FILE, &source).with_options(options.to_json());
        // It takes what it took from the build that failed; the time is in nobody's stages.
        self.run_apart(&request, &mut Timings::default()).ok()
    }

    fn run(
        &self,
        request: &BuildRequest,
        timings: &mut Timings,
    ) -> Result<Artifact, Vec<Diagnostic>> {
        let Valid {
            options,
            profile,
            source,
        } = timings.measure(Stage::Validate, || {
            validate::validate(request, &self.limits, &self.profiles)
        })?;
        let profile = match options.external.as_slice() {
            [] => Cow::Borrowed(profile),
            more => Cow::Owned(profile.with_modules(more)),
        };
        let unit = Unit {
            file: &request.entry,
            source,
            policy: Policy::new(&profile),
            imports: options.imports,
            minify: options.minify,
            target: options.target,
            mapped: options.sourcemap != SourceMap::None,
            repairs: &options.repair,
        };
        let (compiled, diagnostics) = self.compile(&unit, timings)?;
        let verified = timings.measure(Stage::Verify, || {
            output_size(compiled.code.len())?;
            verify::verify(&*self.compiler, &compiled.code, unit.imports, unit.policy)
        });
        let inspection = match verified {
            Ok(inspection) => inspection,
            Err(diagnostic) => {
                // Other remarks are about a module that is not given out; a repair may be its cause.
                let mut all = diagnostics;
                all.retain(|_| !compiled.repairs.is_empty());
                all.push(diagnostic.in_file(request.entry.clone()));
                return Err(all);
            }
        };
        timings
            .measure(Stage::Compress, || {
                assemble(&unit, compiled, inspection, options.sourcemap)
            })
            .map(|artifact| Artifact {
                diagnostics,
                ..artifact
            })
            .map_err(|diagnostic| vec![diagnostic.in_file(request.entry.clone())])
    }

    /// The compiler's stages, and whether what came out has a component to render.
    fn compile(
        &self,
        unit: &Unit<'_>,
        timings: &mut Timings,
    ) -> Result<(Compiled, Vec<Diagnostic>), Vec<Diagnostic>> {
        let diagnose =
            |findings: Vec<Finding>| diagnose::diagnostics(unit.file, unit.source, findings);
        let mut compiled = self.compile_unfenced(unit, timings).map_err(diagnose)?;
        let mut findings = std::mem::take(&mut compiled.findings);
        findings.extend(compiled.repairs.iter().cloned());
        findings.sort_by_key(|finding| finding.span);
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

impl TsxBuilder {
    /// Compiles a source; where it turns out to be fenced, and that is to be mended, what is within
    /// the fence. It is never tried before the parser has refused the whole: backticks are templates.
    fn compile_unfenced(
        &self,
        unit: &Unit<'_>,
        timings: &mut Timings,
    ) -> Result<Compiled, Vec<Finding>> {
        let mut found = match self.compile_text(unit, timings) {
            Err(found) if unit.repairs.has(Code::MarkdownFence) => found,
            outcome => return outcome,
        };
        let is_fenced = |finding: &Finding| finding.code == Code::MarkdownFence;
        if !found.iter().any(is_fenced) {
            return Err(found);
        }
        let Some(unfenced) = timings.measure(Stage::Repair, || fence::unfence(unit.source)) else {
            return Err(found);
        };
        let repair = mended::markdown_fence(unfenced.fence);
        let unit = Unit {
            source: &unfenced.text,
            ..*unit
        };
        let outcome = self.compile_text(&unit, timings);
        match outcome {
            Ok(mut compiled) => {
                compiled.repairs.push(repair);
                compiled.repairs.sort_by_key(|made| made.span);
                Ok(compiled)
            }
            Err(found_within) => {
                found = found_within;
                found.push(repair);
                found.sort_by_key(|finding| finding.span);
                Err(found)
            }
        }
    }

    fn compile_text(
        &self,
        unit: &Unit<'_>,
        timings: &mut Timings,
    ) -> Result<Compiled, Vec<Finding>> {
        match timings.measure(Stage::Parse, || text::check(unit.source)) {
            Some(finding) => Err(vec![finding]),
            None => self.compiler.compile(unit, timings),
        }
    }
}

#[async_trait]
impl Builder for TsxBuilder {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn accepts(&self, file_name: &str) -> bool {
        validate::accepts(file_name)
    }

    fn policy(&self) -> BuildPolicy {
        BuildPolicy {
            // Ordinary components take a millisecond; ten seconds are for files of megabytes.
            timeout: Duration::from_secs(10),
            timeout_max: Duration::from_secs(60),
        }
    }

    fn check(&self, request: &BuildRequest) -> Result<(), BuildError> {
        let checked = validate::validate(request, &self.limits, &self.profiles);
        checked.map(drop).map_err(|diagnostics| BuildError {
            diagnostics,
            timings: Timings::default(),
            fallback: None,
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

/// Everything that is known of a finished module, but for what was said of its source.
fn assemble(
    unit: &Unit<'_>,
    compiled: Compiled,
    inspection: Inspection,
    sourcemap: SourceMap,
) -> Result<Artifact, Diagnostic> {
    let Compiled {
        mut code,
        mappings,
        globals,
        repairs,
        ..
    } = compiled;
    let mut map = match sourcemap {
        SourceMap::None => None,
        SourceMap::External | SourceMap::Inline => {
            Some(source_map::write(unit.file, unit.source, &mappings).ok_or_else(unmapped)?)
        }
    };
    if sourcemap == SourceMap::Inline
        && let Some(map) = map.take()
    {
        code = source_map::inline(&code, &map);
    }
    output_size(code.len() + map.as_ref().map_or(0, String::len))?;
    let metafile = metafile::write(&Told {
        file: unit.file,
        source_bytes: unit.source.len(),
        code_bytes: code.len(),
        map_bytes: map.as_ref().map(String::len),
        exports: &inspection.exports,
        globals: &globals,
        imports: &inspection.imports,
    });
    Ok(Artifact {
        digest: artifact::digest(&code),
        integrity: artifact::integrity(&code),
        bytes: artifact::measure(&code),
        code,
        map,
        exports: inspection.exports,
        globals,
        imports: inspection.imports,
        metafile,
        repairs: repairs.iter().map(|made| made.code).collect(),
        diagnostics: Vec::new(),
        timings: Timings::default(),
    })
}

fn unmapped() -> Diagnostic {
    Diagnostic::error(Code::ContractBroken, "The source map could not be written.")
}

fn output_size(bytes: usize) -> Result<(), Diagnostic> {
    if bytes <= OUTPUT_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "The module with its source map has {bytes} bytes; the limit is {OUTPUT_BYTES_MAX} bytes."
    );
    Err(Diagnostic::error(Code::OutputTooLarge, message)
        .with_hint("Make large texts and tables at run time instead of writing them out."))
}
