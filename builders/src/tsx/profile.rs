//! Profiles: which modules the page provides, and by which globals.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The modules that a page provides, and those that no component may import.
///
/// A profile is configuration: its JSON form is that of `profiles/remotion.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What options call it.
    pub name: String,
    /// The module whose `createElement` and `Fragment` JSX compiles to.
    pub jsx: String,
    /// The modules, by specifier; `a/b/*` stands for every module of that folder that has no entry of
    /// its own.
    pub modules: BTreeMap<String, ProvidedModule>,
    /// Packages that are refused with all their subpaths, each with the reason.
    #[serde(default)]
    pub forbidden: BTreeMap<String, String>,
}

/// One module that the page provides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvidedModule {
    /// The global; without it, the specifier's segments in PascalCase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global: Option<String>,
    /// What a default import of it is.
    #[serde(default)]
    pub default: DefaultImport,
    /// Its named exports, where they are known: for `export *` and to warn of misspelt names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exports: Option<Vec<String>>,
}

/// What a default import of a provided module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultImport {
    /// `module.default ?? module`, as bundlers do for CommonJS modules.
    #[default]
    Interop,
    /// An error: the real ES module has no default export either.
    None,
}

/// The built-in profile. It is data, so that it reads like the ones that users write.
static REMOTION: LazyLock<Profile> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the text is part of the program, and a test reads it"
    )]
    serde_json::from_str(include_str!("profiles/remotion.json"))
        .expect("the built-in profile is valid")
});

impl Profile {
    /// The built-in profile for React and Remotion, which is the default.
    #[must_use]
    pub fn remotion() -> &'static Self {
        &REMOTION
    }

    /// The same profile with further modules, reached by globals in PascalCase. Remotion's own
    /// packages are ES modules without a default export.
    #[must_use]
    pub fn with_modules(&self, specifiers: &[String]) -> Self {
        let mut profile = self.clone();
        for specifier in specifiers {
            let default = if specifier.starts_with("@remotion/") {
                DefaultImport::None
            } else {
                DefaultImport::Interop
            };
            let added = ProvidedModule {
                default,
                ..ProvidedModule::default()
            };
            profile.modules.entry(specifier.clone()).or_insert(added);
        }
        profile
    }

    /// The module of a specifier and the name of its global.
    #[must_use]
    pub fn find(&self, specifier: &str) -> Option<(&ProvidedModule, String)> {
        let exact = self
            .modules
            .get(specifier)
            .filter(|_| !specifier.ends_with(ANY));
        let module = exact.or_else(|| self.modules.get(&pattern_of(specifier)?))?;
        let global = match &module.global {
            Some(global) => global.clone(),
            None => pascal_case(specifier),
        };
        Some((module, global))
    }
}

/// What ends the specifier of an entry for all modules of one folder.
pub(super) const ANY: &str = "/*";

/// The entry that would hold for a module of a folder: `a/b/*` for `a/b/c`.
fn pattern_of(specifier: &str) -> Option<String> {
    let (folder, name) = specifier.rsplit_once('/')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_name = !name.is_empty() && name.bytes().all(is_plain);
    is_name.then(|| format!("{folder}{ANY}"))
}

/// All segments of a specifier in PascalCase: `@remotion/transitions/fade` becomes
/// `RemotionTransitionsFade`.
#[must_use]
pub fn pascal_case(specifier: &str) -> String {
    specifier
        .split(|c: char| !c.is_alphanumeric())
        .filter(|segment| !segment.is_empty())
        .flat_map(|segment| {
            let mut characters = segment.chars();
            let first = characters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(characters).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{DefaultImport, Profile, pascal_case};

    #[test]
    fn a_global_without_a_name_of_its_own_is_the_specifier_in_pascal_case() {
        for (specifier, global) in [
            ("@remotion/transitions/fade", "RemotionTransitionsFade"),
            ("@remotion/media-utils", "RemotionMediaUtils"),
            ("lucide-react", "LucideReact"),
            ("@heroicons/react/24/solid", "HeroiconsReact24Solid"),
            ("three", "Three"),
        ] {
            assert_eq!(pascal_case(specifier), global);
        }
    }

    #[test]
    fn the_built_in_profile_has_the_documented_globals() {
        let profile = Profile::remotion();
        for (specifier, global) in [
            ("react", "React"),
            ("react-dom", "ReactDOM"),
            ("react-dom/client", "ReactDOMClient"),
            ("react/jsx-runtime", "ReactJSXRuntime"),
            ("react/jsx-dev-runtime", "ReactJSXRuntime"),
            ("remotion", "Remotion"),
            ("remotion/no-react", "RemotionNoReact"),
            ("@remotion/transitions/fade", "RemotionTransitionsFade"),
        ] {
            assert_eq!(profile.find(specifier).unwrap().1, global);
        }
        assert_eq!(
            profile.find("remotion").unwrap().0.default,
            DefaultImport::None
        );
        assert!(profile.find("@remotion/renderer").is_none());
        assert!(profile.forbidden.contains_key("@remotion/renderer"));
    }

    #[test]
    fn an_entry_with_an_asterisk_is_for_the_modules_of_one_folder_that_have_none() {
        let profile = Profile::remotion();
        let global = |specifier: &str| profile.find(specifier).map(|(_, global)| global);
        assert_eq!(
            global("@remotion/google-fonts/PlayfairDisplay").as_deref(),
            Some("RemotionGoogleFontsPlayfairDisplay")
        );
        for specifier in [
            "@remotion/google-fonts/",
            "@remotion/google-fonts/*",
            "@remotion/google-fonts/../renderer",
            "@remotion/google-fonts/a/b",
            "@remotion/google-fonts/Inter.js",
        ] {
            assert_eq!(global(specifier), None, "{specifier}");
        }
    }

    #[test]
    fn every_list_of_exports_is_sorted_and_without_default() {
        for (specifier, module) in &Profile::remotion().modules {
            let names = module.exports.as_deref().unwrap_or_default();
            assert!(names.is_sorted(), "{specifier}");
            assert!(!names.iter().any(|name| name == "default"), "{specifier}");
        }
    }

    #[test]
    fn added_modules_do_not_replace_those_of_the_profile() {
        let profile = Profile::remotion().with_modules(&["three".to_owned(), "react".to_owned()]);
        assert_eq!(profile.find("three").unwrap().1, "Three");
        assert_eq!(profile.find("react").unwrap().1, "React");
    }
}
