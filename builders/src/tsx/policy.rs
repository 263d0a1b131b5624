//! Which modules a component may import, and what to say of the others.

use crate::diagnostic::Code;
use crate::tsx::assets;
use crate::tsx::profile::{ANY, Profile, ProvidedModule};

/// Node's own modules. They are named to say why they are refused; any other unknown name is
/// refused too. List: `require("node:module").builtinModules` of Node 20, without subpaths.
const NODE_MODULES: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// What the policy says of one specifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<'p> {
    /// The page provides it, by this global.
    Provided {
        /// The profile's entry.
        module: &'p ProvidedModule,
        /// The name of the global.
        global: String,
    },
    /// It may not be imported.
    Refused(Refusal),
}

/// Why a specifier is refused, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `forbidden_import` or `unresolved_import`.
    pub code: Code,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Judges the specifiers of one build.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'p> {
    profile: &'p Profile,
}

impl<'p> Policy<'p> {
    /// The policy of a profile: what it names is allowed, nothing else.
    #[must_use]
    pub fn new(profile: &'p Profile) -> Self {
        Self { profile }
    }

    /// The profile behind the policy.
    #[must_use]
    pub fn profile(&self) -> &'p Profile {
        self.profile
    }

    /// Judges one specifier, taken literally: `react/` or `./react` is not `react`.
    #[must_use]
    pub fn judge(&self, specifier: &str) -> Verdict<'p> {
        if let Some((module, global)) = self.profile.find(specifier) {
            return Verdict::Provided { module, global };
        }
        Verdict::Refused(
            self.forbidden(specifier)
                .unwrap_or_else(|| self.unresolved(specifier)),
        )
    }

    fn forbidden(&self, specifier: &str) -> Option<Refusal> {
        let shown = shorten(specifier);
        let refuse = |message: String, hint: &str| {
            Some(Refusal {
                code: Code::ForbiddenImport,
                message,
                hint: hint.to_owned(),
            })
        };
        let package = package_of(specifier);
        if let Some(reason) = self.profile.forbidden.get(package) {
            return refuse(
                format!("The module \"{shown}\" may not be imported: {reason}."),
                HINT_BROWSER,
            );
        }
        if specifier.starts_with("node:") {
            return refuse(
                format!("The module \"{shown}\" is Node's own, and a component runs in a browser."),
                HINT_BROWSER,
            );
        }
        if specifier.starts_with("//") || has_scheme(specifier) {
            return refuse(
                format!("The import of \"{shown}\" is a URL; a component imports no URLs."),
                &self.packaged(specifier),
            );
        }
        if specifier.starts_with('/') || specifier.contains('\\') {
            return refuse(
                format!("The import of \"{shown}\" is an absolute path or not a plain one."),
                "Remove the import, and write what it gave into this file.",
            );
        }
        None
    }

    fn unresolved(&self, specifier: &str) -> Refusal {
        let shown = shorten(specifier);
        let relative = is_of_files(specifier);
        let message = if relative {
            format!("The file \"{shown}\" is not among the files of this build.")
        } else if NODE_MODULES.contains(&package_of(specifier)) {
            format!("The module \"{shown}\" is Node's own, and a component runs in a browser.")
        } else {
            format!("The module \"{shown}\" is not provided by the page.")
        };
        let instead_of_file = assets::instead(specifier).filter(|_| relative);
        let hint = match self.meant(specifier) {
            _ if instead_of_file.is_some() => instead_of_file.unwrap_or_default().to_owned(),
            Some(name) if name == package_of(specifier) && name.starts_with('@') => format!(
                "Did you mean \"{name}\"? If the page has this part, add it with the option `external`."
            ),
            Some(name) => format!("Did you mean \"{name}\"?"),
            None if NODE_MODULES.contains(&package_of(specifier)) => HINT_BROWSER.to_owned(),
            None if relative => {
                "Remove the import, and put what it exports into this file.".to_owned()
            }
            None => format!(
                "Provided are: {}. Add what else the page has with the option `external`; write the rest into this file.",
                self.allowed()
            ),
        };
        Refusal {
            code: Code::UnresolvedImport,
            message,
            hint,
        }
    }

    /// The module that was probably meant: a misspelt one, the package of a part that does not
    /// exist, or the last part of a made-up name, as in `react-remotion`.
    fn meant(&self, specifier: &str) -> Option<&str> {
        // An entry for a whole folder is nobody's name.
        let names = || self.profile.modules.keys().map(String::as_str);
        let modules = || names().filter(|name| !name.ends_with(ANY));
        let package = package_of(specifier);
        let within = modules().filter(|name| *name != package && package_of(name) == package);
        let named = |wanted: &str| modules().find(|name| *name == wanted);
        // `lucide-react` is a package of its own; only names made of known ones are made up.
        let mut parts = specifier.rsplit(['-', '/']);
        let last = parts.next().unwrap_or_default();
        let is_made_up = parts.all(|part| named(part.trim_start_matches('@')).is_some());
        nearest(specifier, within)
            .or_else(|| named(package))
            .or_else(|| nearest(specifier, modules()))
            .or_else(|| named(last).filter(|_| is_made_up))
    }

    /// What to import instead of a URL: the package whose name is a part of it.
    fn packaged(&self, url: &str) -> String {
        let mut parts = url
            .split(['/', ':'])
            .map(|part| part.split('@').next().unwrap_or_default());
        let known = |part: &str| self.profile.modules.keys().find(|name| *name == part);
        match parts.find_map(known) {
            Some(name) => format!("Write \"{name}\" instead: the page provides it."),
            None => "Remove the import, and write what it gave into this file.".to_owned(),
        }
    }

    /// The packages on offer, shortest list that names them all: subpaths are left out.
    fn allowed(&self) -> String {
        let names: Vec<&str> = self
            .profile
            .modules
            .keys()
            .map(String::as_str)
            .filter(|name| package_of(name) == *name)
            .collect();
        names.join(", ")
    }
}

const HINT_BROWSER: &str =
    "Remove the import; pass what it gave as props, or load it with `fetch`.";

/// Whether a specifier is that of a file: a relative path, or one by the usual aliases of a
/// project's folder, which no package can be called.
fn is_of_files(specifier: &str) -> bool {
    [".", "@/", "~/"]
        .iter()
        .any(|start| specifier.starts_with(start))
}

/// The name of the package that a specifier lies in.
pub(super) fn package_of(specifier: &str) -> &str {
    let skip = if specifier.starts_with('@') { 1 } else { 0 };
    let end = specifier
        .match_indices('/')
        .nth(skip)
        .map_or(specifier.len(), |(at, _)| at);
    specifier.get(..end).unwrap_or(specifier)
}

/// `scheme:` of RFC 3986, section 3.1; a Windows drive is one too.
fn has_scheme(specifier: &str) -> bool {
    let Some((scheme, _)) = specifier.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// A specifier as it is shown: it may be as long as the source.
fn shorten(specifier: &str) -> String {
    const SHOWN: usize = 100;
    let mut shown: String = specifier
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if specifier.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The known name that a misspelt one was probably meant to be: at most a third of its letters
/// away (Damerau-Levenshtein); the first in order where two are as near.
#[must_use]
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // The distance is quadratic in the length, and no name of a profile is this long.
    if name.len() > 100 {
        return None;
    }
    let lower = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    known
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{Policy, Refusal, Verdict, nearest};
    use crate::diagnostic::Code;
    use crate::tsx::profile::Profile;

    fn refusal(specifier: &str) -> Refusal {
        match Policy::new(Profile::remotion()).judge(specifier) {
            Verdict::Refused(refusal) => refusal,
            Verdict::Provided { global, .. } => panic!("{specifier} is provided by {global}"),
        }
    }

    #[test]
    fn what_no_browser_component_may_reach_is_forbidden() {
        for specifier in [
            "https://example.com/x.js",
            "http://x",
            "HTTP://x",
            "data:text/javascript,1",
            "blob:x",
            "file:///etc/passwd",
            "node:fs",
            "node:react",
            "npm:react",
            "//example.com/x",
            "/etc/passwd",
            "C:\\x",
            "..\\x",
            "@remotion/renderer",
            "@remotion/renderer/client",
            "@remotion/lambda",
        ] {
            assert_eq!(
                refusal(specifier).code,
                Code::ForbiddenImport,
                "{specifier}"
            );
        }
    }

    #[test]
    fn an_unknown_module_is_unresolved_and_near_names_are_offered() {
        for (specifier, hint) in [
            ("remotoin", "\"remotion\""),
            ("Remotion", "\"remotion\""),
            ("recat", "\"react\""),
            ("@remotion/transition", "\"@remotion/transitions\""),
            ("lodash", "Provided are: "),
            ("lucide-react", "the option `external`"),
            ("@remotion/noise/simplex", "the option `external`"),
            ("@/components/Title", "into this file"),
            ("~/logo.png", "staticFile"),
            ("fs/promises", "`fetch`"),
            ("path", "`fetch`"),
            ("./Title", "into this file"),
            ("./title.css", "inline"),
            ("", "Provided are: "),
            ("#internal", "Provided are: "),
            ("react/../x", "\"react\""),
            ("remotion/hooks", "\"remotion\""),
            ("react-remotion", "\"remotion\""),
            ("./logo.png", "staticFile"),
            ("./captions.json", "constant"),
        ] {
            let refusal = refusal(specifier);
            assert_eq!(refusal.code, Code::UnresolvedImport, "{specifier}");
            assert!(refusal.hint.contains(hint), "{specifier}: {}", refusal.hint);
        }
    }

    #[test]
    fn a_specifier_of_megabytes_makes_a_short_message() {
        let refusal = refusal(&"x".repeat(1_000_000));
        assert!(refusal.message.len() < 400);
    }

    #[test]
    fn no_name_is_offered_that_shares_little_with_the_one_written() {
        assert_eq!(
            nearest("framer-motion", ["remotion", "react"].into_iter()),
            None
        );
        assert_eq!(
            nearest("useFrame", ["useCurrentFrame", "useMemo"].into_iter()),
            None
        );
        assert_eq!(
            nearest("AbsolutFill", ["AbsoluteFill"].into_iter()),
            Some("AbsoluteFill")
        );
    }
}
