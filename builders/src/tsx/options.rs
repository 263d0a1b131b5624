//! The options of a TSX build: what a request may say, and what it means when it is silent.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic};
use crate::tsx::repair::Repairs;

/// Most specifiers that a request may add to the profile: a page has a handful of such globals.
const EXTERNAL_MAX: usize = 64;

/// The options of a TSX build. An unknown key is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TsxOptions {
    /// How the modules of the profile are reached.
    pub imports: ImportMode,
    /// The name of the profile.
    pub profile: String,
    /// Further specifiers that the page provides, in addition to the profile's.
    pub external: Vec<String>,
    /// Whether to compress and to mangle names.
    pub minify: bool,
    /// Where the source map goes.
    pub sourcemap: SourceMap,
    /// The newest syntax that may be in the module.
    pub target: Target,
    /// Whether a build that fails on the source gives a module that shows why.
    pub fallback: bool,
    /// Which faults are mended instead of reported as errors.
    pub repair: Repairs,
}

impl Default for TsxOptions {
    fn default() -> Self {
        Self {
            imports: ImportMode::Globals,
            profile: "remotion".to_owned(),
            external: Vec::new(),
            minify: true,
            sourcemap: SourceMap::None,
            target: Target::Es2020,
            fallback: false,
            repair: Repairs::default(),
        }
    }
}

/// How a module reaches React, Remotion and whatever else the profile names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// By reading globals of the page.
    Globals,
    /// By bare imports, for an import map or a bundler downstream.
    External,
}

/// Where a source map goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceMap {
    /// None is made.
    None,
    /// A text of its own, beside the module.
    External,
    /// Into the module, as its last line.
    Inline,
}

/// The newest ECMAScript that may be in a finished module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Optional chaining, `??`, dynamic import: every browser since 2020.
    Es2020,
    /// And logical assignment.
    Es2021,
    /// And class fields, private methods, top-level await.
    Es2022,
    /// Whatever the source uses.
    Esnext,
}

impl TsxOptions {
    /// Reads options from a JSON object; an empty text means the defaults.
    ///
    /// # Errors
    /// `invalid_options`, naming the key or value that is wrong.
    pub fn from_json(text: &str) -> Result<Self, Diagnostic> {
        let text = if text.trim().is_empty() { "{}" } else { text };
        if !text.trim_start().starts_with('{') {
            // A list would be read too, option by option in their order.
            let message = "The options of the builder \"tsx\" must be a JSON object.";
            return Err(Diagnostic::error(Code::InvalidOptions, message));
        }
        let options: Self = serde_json::from_str(text).map_err(|error| {
            Diagnostic::error(
                Code::InvalidOptions,
                format!(
                    "The options of the builder \"tsx\" are wrong: {}.",
                    wrong(text).unwrap_or_else(|| error.to_string())
                ),
            )
        })?;
        options.check()?;
        Ok(options)
    }

    /// The same options as JSON text, every default written out.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, booleans and unit variants always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    /// `invalid_options`, naming the value that is wrong.
    pub fn check(&self) -> Result<(), Diagnostic> {
        if self.external.len() > EXTERNAL_MAX {
            return Err(Diagnostic::error(
                Code::InvalidOptions,
                format!(
                    "`external` names {} modules; the limit is {EXTERNAL_MAX}.",
                    self.external.len()
                ),
            ));
        }
        match self.external.iter().find(|specifier| !is_bare(specifier)) {
            None => Ok(()),
            Some(specifier) => Err(Diagnostic::error(
                Code::InvalidOptions,
                format!("`external` names {specifier:?}, which is not a package."),
            )
            .with_hint("Name packages or their subpaths, such as \"lucide-react\".")),
        }
    }
}

/// The first option that does not hold by itself, and why. A place in the text would mislead: it is
/// not the text of the request that its author has before him.
fn wrong(text: &str) -> Option<String> {
    let options: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    options.into_iter().find_map(|(name, value)| {
        let alone = serde_json::Map::from_iter([(name.clone(), value)]);
        let error = serde_json::from_value::<TsxOptions>(alone.into()).err()?;
        Some(format!("`{name}`: {error}"))
    })
}

/// Whether a specifier names a package or a subpath of one: no path, no URL, nothing encoded.
pub(super) fn is_bare(specifier: &str) -> bool {
    let name = specifier.strip_prefix('@').unwrap_or(specifier);
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    specifier.len() <= 255
        && starts_well
        && name.chars().all(allowed)
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::{ImportMode, Target, TsxOptions};

    #[test]
    fn an_empty_object_means_the_defaults_and_they_survive_a_round_trip() {
        assert_eq!(TsxOptions::from_json("{}").unwrap(), TsxOptions::default());
        assert_eq!(TsxOptions::from_json(" ").unwrap(), TsxOptions::default());
        let options = TsxOptions {
            imports: ImportMode::External,
            external: vec![
                "lucide-react".to_owned(),
                "@heroicons/react/24/solid".to_owned(),
            ],
            target: Target::Es2022,
            ..TsxOptions::default()
        };
        assert_eq!(TsxOptions::from_json(&options.to_json()).unwrap(), options);
    }

    #[test]
    fn a_wrong_key_or_value_is_named() {
        for (text, named) in [
            (r#"{"minfy":true}"#, "minfy"),
            (r#"{"target":"es5"}"#, "es5"),
            (r#"{"sourcemap":"linked"}"#, "linked"),
            (r#"{"repair":"some"}"#, "some"),
            (r#"{"minify":true,"fallback":"yes"}"#, "`fallback`"),
            (r#"{"sourcemap":true}"#, "`sourcemap`"),
            (r#"{"repair":["all"]}"#, "missing_default_export"),
            (
                r#"{"external":["https://example.com/x.js"]}"#,
                "https://example.com/x.js",
            ),
            (r#"{"external":["../x"]}"#, "../x"),
            (r#"{"external":["a/../b"]}"#, "a/../b"),
            (r#"{"external":[""]}"#, "\"\""),
            ("{", "EOF"),
            ("[]", "object"),
            ("null", "object"),
        ] {
            let error = TsxOptions::from_json(text).unwrap_err();
            assert!(error.message.contains(named), "{text}: {}", error.message);
        }
    }
}
