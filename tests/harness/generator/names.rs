//! The names that a program's own things have.

use std::collections::BTreeSet;

use super::chance::Chance;

/// What people write.
const ORDINARY: &[&str] = &[
    "alpha", "beta", "count", "list", "scene", "total", "value", "entry", "label", "shape",
    "index", "color", "width", "offset", "points", "step",
];
/// What a mangler writes.
const SHORT: &[&str] = &[
    "e", "t", "n", "r", "a", "o", "i", "l", "s", "c", "u", "d", "f", "h", "m", "p", "$", "_",
];
/// What the lines use that read the globals, what JSX compiles to, what other module systems and
/// the modules of the profile have, and words that are names all the same.
const AWKWARD: &[&str] = &[
    "_createElement",
    "_createElement2",
    "_Fragment",
    "_jsx",
    "createElement",
    "useState",
    "interpolate",
    "jsx",
    "readGlobal",
    "readLater",
    "read",
    "name",
    "module",
    "exports",
    "require",
    "defaultExport",
    "namespace",
    "required",
    "member",
    "global",
    "globalThis",
    "self",
    "of",
    "get",
    "set",
    "type",
    "from",
    "process",
];
/// Components, as people and manglers name them, and as the page and its modules do.
const COMPONENTS: &[&str] = &[
    "Title",
    "Card",
    "Row",
    "Scene",
    "Badge",
    "Panel",
    "Layer",
    "Chart",
    "Caption",
    "Logo",
    "A",
    "B",
    "C",
    "T",
    "N",
    "React",
    "Remotion",
    "ReactDOM",
    "ReactDOMClient",
    "ReactJSXRuntime",
    "RemotionVersion",
    "Fragment",
    "AbsoluteFill",
    "Sequence",
    "Easing",
    "Error",
    "Promise",
];

/// The names that are taken in a program so far.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// At the top of the module.
    pub(super) top: BTreeSet<String>,
    /// Among the exports.
    pub(super) exported: BTreeSet<String>,
}

/// A name for a placeholder: of a component or not, and free as far as `free` says.
pub(super) fn choose(chance: &mut Chance, component: bool, free: impl Fn(&str) -> bool) -> String {
    // Fewer than this many are ever taken by chance; what follows ends in any case.
    for _ in 0..200 {
        let pool = match chance.below(10) {
            _ if component => COMPONENTS,
            0..4 => ORDINARY,
            4..7 => SHORT,
            _ => AWKWARD,
        };
        let name = *chance.pick(pool);
        if free(name) {
            return name.to_owned();
        }
    }
    let base = if component { "Part" } else { "part" };
    let mut numbered = (0..).map(|number| format!("{base}{number}"));
    numbered.find(|name| free(name)).unwrap_or_default()
}
