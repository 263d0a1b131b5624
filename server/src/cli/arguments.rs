//! The arguments of `vasca build`, and what they come to.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use vasca_builders::tsx::options::{ImportMode, SourceMap, Target, TsxOptions};
use vasca_builders::tsx::repair::Repairs;
use vasca_scheduler::Slots;

use crate::cli::outputs::Output;
use crate::config::slots_from_environment;
use crate::profiles::OwnProfiles;

/// Builds components into ES modules.
///
/// One file's module goes to standard output, or to --out; what is said about it goes to standard
/// error. Exit codes: 0 built, 1 an error in a source, 2 wrong usage, 3 the system's fault or out
/// of time.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vasca build Title.tsx                      the module, to standard output
  vasca build scenes/*.tsx --out dist        dist/Intro.js, dist/Outro.js, …
  vasca build Title.tsx --json               everything known about it, as JSON
  cat Title.tsx | vasca build - --imports external --no-minify")]
pub(super) struct BuildArguments {
    /// The components; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// A `.js` or `.mjs` file to write to, or a folder, which is made if need be.
    #[arg(short, long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    /// Print one JSON object for each file, a line each, on standard output; without --out, the
    /// module is in it.
    #[arg(long)]
    pub(super) json: bool,
    /// How modules of the profile are reached.
    #[arg(long, value_enum, default_value_t = Imports::Globals)]
    imports: Imports,
    /// A further module that the page provides; may be given several times.
    #[arg(long, value_name = "MODULE")]
    external: Vec<String>,
    /// Leave the code readable.
    #[arg(long)]
    no_minify: bool,
    /// The newest syntax that may come out.
    #[arg(long, value_enum, default_value_t = SyntaxTarget::Es2020)]
    target: SyntaxTarget,
    /// Where the source map goes: a `.map` beside the module, or the module's last line.
    #[arg(long, value_enum, default_value_t = Maps::None)]
    sourcemap: Maps,
    /// The profile: which modules the page provides [default: the last --profile-file, else
    /// remotion].
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// A file with a profile, in JSON; may be given several times.
    #[arg(long, value_name = "FILE")]
    profile_file: Vec<PathBuf>,
    /// Write a module that shows what is wrong in place of one whose source is.
    #[arg(long)]
    fallback: bool,
    /// A file to write what was read and made to, in esbuild's format.
    #[arg(long, value_name = "FILE")]
    pub(super) metafile: Option<PathBuf>,
    /// Mend what can be mended, and say so: all, or only faults with these codes, with commas
    /// between them.
    #[arg(long, value_name = "CODES", num_args = 0..=1, require_equals = true,
          default_missing_value = "all", default_value = "off", hide_default_value = true)]
    repair: Repairs,
    /// The time that one build may take, in milliseconds, at most 60000.
    #[arg(long, value_name = "MS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pub(super) timeout_ms: u64,
    /// How many builds run at once [default: VASCA_SLOTS or
    /// MAX_CONCURRENT_BUILDS, else processors less one].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    slots: Option<u16>,
}

/// `--imports`
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Imports {
    /// By globals of the page.
    Globals,
    /// By bare imports.
    External,
}

/// `--sourcemap`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Maps {
    /// None is made.
    None,
    /// Beside the module, under its name with `.map`.
    External,
    /// Within the module.
    Inline,
}

/// `--target`
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SyntaxTarget {
    /// Every browser since 2020.
    Es2020,
    /// And logical assignment.
    Es2021,
    /// And class fields and top-level await.
    Es2022,
    /// Whatever the source uses.
    Esnext,
}

impl BuildArguments {
    fn options(&self, profiles: &OwnProfiles) -> TsxOptions {
        let profile = self.profile.as_deref().or(profiles.last());
        TsxOptions {
            imports: match self.imports {
                Imports::Globals => ImportMode::Globals,
                Imports::External => ImportMode::External,
            },
            external: self.external.clone(),
            minify: !self.no_minify,
            target: match self.target {
                SyntaxTarget::Es2020 => Target::Es2020,
                SyntaxTarget::Es2021 => Target::Es2021,
                SyntaxTarget::Es2022 => Target::Es2022,
                SyntaxTarget::Esnext => Target::Esnext,
            },
            sourcemap: match self.sourcemap {
                Maps::None => SourceMap::None,
                Maps::External => SourceMap::External,
                Maps::Inline => SourceMap::Inline,
            },
            fallback: self.fallback,
            profile: profile.map_or(TsxOptions::default().profile, str::to_owned),
            repair: self.repair.clone(),
        }
    }
}

/// What the arguments come to, once all of them hold.
pub(super) struct Plan {
    /// Where modules go.
    pub(super) output: Output,
    /// The builder's options, as JSON text.
    pub(super) options: String,
    /// How many builds run at once, at most.
    pub(super) slots: Slots,
    /// The profiles of the user's own.
    pub(super) profiles: OwnProfiles,
}

impl Plan {
    /// Checks the arguments before anything is read or started; the error is for the user.
    pub(super) fn of(arguments: &BuildArguments) -> Result<Self, String> {
        let output = Output::choose(arguments.out.as_deref(), &arguments.files, arguments.json)?;
        if output == Output::Stdout && arguments.sourcemap == Maps::External && !arguments.json {
            return Err(
                "a source map beside the module needs a place for both: add `--out`, or say \
                 `--sourcemap inline`."
                    .to_owned(),
            );
        }
        let profiles = OwnProfiles::read(&arguments.profile_file).map_err(|it| format!("{it}."))?;
        let options = arguments.options(&profiles);
        if !profiles.has(&options.profile) {
            let names = profiles.names().join(", ");
            return Err(format!(
                "there is no profile {:?}; there are: {names}.",
                options.profile
            ));
        }
        options
            .check()
            .map_err(|diagnostic| match diagnostic.hint {
                Some(hint) => format!("{} {hint}", diagnostic.message),
                None => diagnostic.message,
            })?;
        let asked = match arguments.slots {
            Some(slots) => Some(slots),
            None => slots_from_environment(|name| std::env::var_os(name))?,
        };
        let slots = asked.map_or(Slots::default(), |slots| Slots::Exactly(slots.into()));
        Ok(Self {
            output,
            options: options.to_json(),
            slots,
            profiles,
        })
    }
}
