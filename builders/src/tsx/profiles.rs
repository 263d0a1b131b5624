//! The profiles on offer, and how they are read.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::tsx::options::is_bare;
use crate::tsx::policy::package_of;
use crate::tsx::profile::{ANY, Profile, ProvidedModule};

/// Profiles of one builder: a page team has one or two.
const PROFILES_MAX: usize = 32;
/// Modules of one profile; the built-in one has some dozens.
const MODULES_MAX: usize = 1_024;
/// Characters of a name.
const NAME_MAX: usize = 64;

/// The profiles on offer, by their names; the built-in one is always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profiles(BTreeMap<String, Profile>);

impl Default for Profiles {
    fn default() -> Self {
        let remotion = Profile::remotion().clone();
        Self(BTreeMap::from([(remotion.name.clone(), remotion)]))
    }
}

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The text is not what a profile is written in.
    #[error("the profile cannot be read: {0}")]
    Unreadable(String),
    /// What it says does not hold.
    #[error("the profile \"{name}\" does not hold: {problem}")]
    Invalid {
        /// The profile.
        name: String,
        /// What is wrong, and with which of its parts.
        problem: String,
    },
    /// There is one of its name.
    #[error("there are two profiles of the name \"{0}\"; rename one")]
    Taken(String),
    /// There are as many as there may be.
    #[error("there are more than {PROFILES_MAX} profiles")]
    TooMany,
}

/// A profile as it is written: what it does not say is that of the one it extends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    extends: Option<String>,
    #[serde(default)]
    jsx: Option<String>,
    #[serde(default)]
    modules: BTreeMap<String, ProvidedModule>,
    #[serde(default)]
    forbidden: BTreeMap<String, String>,
}

impl Profiles {
    /// The profile of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.0.get(name)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> + '_ {
        self.0.keys().map(String::as_str)
    }

    /// Adds a profile that is written in JSON. `"extends": "remotion"` begins with the modules of
    /// that one; a module of the same specifier takes the place of its own.
    ///
    /// ```
    /// use vasca_builders::tsx::Profiles;
    ///
    /// let mut profiles = Profiles::default();
    /// let name = profiles.add_json(
    ///     r#"{ "name": "video", "extends": "remotion",
    ///          "modules": { "lucide-react": { "global": "Lucide" } } }"#,
    /// )?;
    /// let (_, global) = profiles.get(&name).unwrap().find("lucide-react").unwrap();
    /// assert_eq!(global, "Lucide");
    /// # Ok::<(), vasca_builders::tsx::ProfileError>(())
    /// ```
    ///
    /// # Errors
    /// [`ProfileError`], naming the profile and what is wrong with it.
    pub fn add_json(&mut self, text: &str) -> Result<String, ProfileError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let written: Written = serde_json::from_str(text)
            .map_err(|error| ProfileError::Unreadable(error.to_string()))?;
        let name = written.name.clone();
        let invalid = |problem: String| ProfileError::Invalid {
            name: name.chars().take(NAME_MAX).collect(),
            problem,
        };
        let profile = self.resolve(written).map_err(invalid)?;
        check(&profile).map_err(invalid)?;
        if self.0.contains_key(&name) {
            return Err(ProfileError::Taken(name));
        }
        if self.0.len() >= PROFILES_MAX {
            return Err(ProfileError::TooMany);
        }
        self.0.insert(name.clone(), profile);
        Ok(name)
    }

    fn resolve(&self, written: Written) -> Result<Profile, String> {
        let base = match &written.extends {
            None => None,
            Some(name) => Some(self.get(name).ok_or_else(|| {
                format!("it extends {name:?}, which is no profile that was read before it")
            })?),
        };
        let jsx = written.jsx.or_else(|| base.map(|base| base.jsx.clone()));
        let mut profile = Profile {
            name: written.name,
            jsx: jsx.ok_or("`jsx` must name the module whose `createElement` JSX calls")?,
            modules: base.map(|base| base.modules.clone()).unwrap_or_default(),
            forbidden: base.map(|base| base.forbidden.clone()).unwrap_or_default(),
        };
        // What it forbids it does not have from the one it extends.
        let forbidden = &written.forbidden;
        let is_kept = |specifier: &String| !forbidden.contains_key(package_of(specifier));
        profile.modules.retain(|specifier, _| is_kept(specifier));
        profile.modules.extend(written.modules);
        profile.forbidden.extend(written.forbidden);
        for exports in profile
            .modules
            .values_mut()
            .filter_map(|it| it.exports.as_mut())
        {
            exports.retain(|name| name != "default");
            exports.sort();
            exports.dedup();
        }
        Ok(profile)
    }
}

fn check(profile: &Profile) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if profile.name.is_empty()
        || profile.name.len() > NAME_MAX
        || !profile.name.bytes().all(is_plain)
    {
        return Err(format!(
            "its name must be 1 to {NAME_MAX} letters, digits, `-`, `_` or `.`"
        ));
    }
    if profile.modules.len() > MODULES_MAX {
        return Err(format!("it has more than {MODULES_MAX} modules"));
    }
    if !profile.modules.contains_key(&profile.jsx) {
        return Err(format!(
            "`jsx` names {:?}, which is none of its modules",
            profile.jsx
        ));
    }
    for (specifier, module) in &profile.modules {
        let is_pattern = specifier.ends_with(ANY);
        let folder = specifier.strip_suffix(ANY).unwrap_or(specifier);
        if !is_bare(folder) {
            return Err(format!(
                "{specifier:?} is not a package or a subpath of one"
            ));
        }
        if is_pattern {
            // The modules of a folder have a global each.
            if module.global.is_some() {
                return Err(format!(
                    "{specifier:?} is many modules and has no one global"
                ));
            }
            continue;
        }
        let global = profile.find(specifier).map(|(_, global)| global);
        if !global.as_deref().is_some_and(is_name) {
            return Err(format!(
                "the global of {specifier:?} must be a name: letters, digits, `_` and `$`"
            ));
        }
    }
    Ok(())
}

/// Whether a global may be called so: the message about a missing one tells people to write
/// `globalThis.Name`.
fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$';
    text.len() <= 255
        && text.bytes().next().is_some_and(is_letter)
        && text
            .bytes()
            .all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{ProfileError, Profiles};

    fn add(text: &str) -> Result<Profiles, ProfileError> {
        let mut profiles = Profiles::default();
        profiles.add_json(text)?;
        Ok(profiles)
    }

    #[test]
    fn a_profile_adds_to_the_one_it_extends() {
        let profiles = add(
            r#"{"name":"mine","extends":"remotion","modules":{"three":{"exports":["b","a","default","a"]},
                "react":{"global":"Preact"}},"forbidden":{"lodash":"it is large"}}"#,
        )
        .unwrap();
        let mine = profiles.get("mine").unwrap();
        assert_eq!(mine.find("three").unwrap().1, "Three");
        assert_eq!(mine.find("react").unwrap().1, "Preact");
        assert_eq!(mine.find("remotion").unwrap().1, "Remotion");
        assert_eq!(
            mine.modules["three"].exports.as_deref(),
            Some(["a".to_owned(), "b".to_owned()].as_slice())
        );
        assert!(mine.forbidden.contains_key("lodash"));
        assert!(mine.forbidden.contains_key("@remotion/renderer"));
        assert_eq!(profiles.names().collect::<Vec<_>>(), ["mine", "remotion"]);
    }

    #[test]
    fn a_package_that_a_profile_forbids_is_not_that_of_the_one_it_extends() {
        let text = r#"{"name":"mine","extends":"remotion","forbidden":{"@remotion/transitions":"it is heavy"}}"#;
        let profiles = add(text).unwrap();
        let mine = profiles.get("mine").unwrap();
        assert!(mine.find("@remotion/transitions").is_none());
        assert!(mine.find("@remotion/transitions/fade").is_none());
        assert!(mine.find("@remotion/shapes").is_some());
    }

    #[test]
    fn what_is_wrong_with_a_profile_is_named() {
        for (text, named) in [
            ("{", "EOF"),
            (r#"{"name":"a","module":{}}"#, "unknown field"),
            (r#"{"name":"a"}"#, "`jsx`"),
            (r#"{"name":"a","jsx":"react"}"#, "\"react\""),
            (r#"{"name":"","extends":"remotion"}"#, "its name"),
            (r#"{"name":"a b","extends":"remotion"}"#, "its name"),
            (r#"{"name":"a","extends":"b"}"#, "\"b\""),
            (
                r#"{"name":"remotion","extends":"remotion"}"#,
                "two profiles",
            ),
            (
                r#"{"name":"a","extends":"remotion","modules":{"../x":{}}}"#,
                "\"../x\"",
            ),
            (
                r#"{"name":"a","extends":"remotion","modules":{"x":{"global":"a.b"}}}"#,
                "global of \"x\"",
            ),
            (
                r#"{"name":"a","extends":"remotion","modules":{"x/*":{"global":"X"}}}"#,
                "many modules",
            ),
            (
                r#"{"name":"a","extends":"remotion","modules":{"3d":{}}}"#,
                "global of \"3d\"",
            ),
        ] {
            let error = add(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
