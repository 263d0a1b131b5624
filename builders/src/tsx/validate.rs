//! The first stage: what can be told of a request without a compiler.

use crate::diagnostic::{Code, Diagnostic};
use crate::files::{self, SourceLimits};
use crate::request::BuildRequest;
use crate::tsx::options::TsxOptions;
use crate::tsx::profile::Profile;
use crate::tsx::profiles::Profiles;

/// The kind of this builder, by which requests choose it.
pub(super) const KIND: &str = "tsx";

/// What holds of a request.
pub(super) struct Valid<'a> {
    pub(super) options: TsxOptions,
    pub(super) profile: &'a Profile,
    /// The text of the entry, without a byte order mark.
    pub(super) source: &'a str,
}

/// Checks a request: its builder, options, file names, sizes.
pub(super) fn validate<'a>(
    request: &'a BuildRequest,
    limits: &SourceLimits,
    profiles: &'a Profiles,
) -> Result<Valid<'a>, Vec<Diagnostic>> {
    if request.builder != KIND {
        return Err(vec![other_builder(&request.builder)]);
    }
    let options = TsxOptions::from_json(&request.options).map_err(|error| vec![error])?;
    files::validate(request, limits)?;
    let profile = profiles
        .get(&options.profile)
        .ok_or_else(|| vec![unknown_profile(&options.profile, profiles)])?;
    if request.files.len() > 1 {
        return Err(vec![several_files(request)]);
    }
    if !accepts(&request.entry) {
        return Err(vec![wrong_extension(&request.entry)]);
    }
    let source = request.files.get(&request.entry);
    let source = source.map(String::as_str).unwrap_or_default();
    Ok(Valid {
        options,
        profile,
        source: source.strip_prefix('\u{feff}').unwrap_or(source),
    })
}

/// Whether files of this name are compiled.
pub(super) fn accepts(file_name: &str) -> bool {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("tsx" | "ts" | "jsx" | "js" | "mts" | "mjs"))
}

fn other_builder(kind: &str) -> Diagnostic {
    let kind: String = kind.chars().take(80).collect();
    Diagnostic::error(
        Code::UnknownBuilder,
        format!("The builder \"tsx\" was asked for {kind:?}."),
    )
    .with_hint("Look the builder up in the registry by the kind that the request names.")
}

fn unknown_profile(name: &str, profiles: &Profiles) -> Diagnostic {
    let name: String = name.chars().take(80).collect();
    let known: Vec<String> = profiles.names().map(|name| format!("\"{name}\"")).collect();
    Diagnostic::error(
        Code::InvalidOptions,
        format!("There is no profile {name:?}."),
    )
    .with_hint(format!("The profiles on offer: {}.", known.join(", ")))
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
