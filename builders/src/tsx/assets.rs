//! Files that are no modules, and what a component does instead of importing them.

/// Files that a bundler would turn into styles.
const STYLES: &[&str] = &["css", "scss", "sass", "less"];
/// Files that a bundler would turn into URLs.
const MEDIA: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "mp3", "wav", "mp4", "webm", "woff",
    "woff2", "ttf",
];

const HINT_STYLES: &str = "Remove the import, and write the styles inline, as `style={{ … }}`.";
const HINT_JSON: &str = "Remove the import, and write what the file holds as a constant.";
const HINT_MEDIA: &str = "Remove the import; write `staticFile(\"name\")`, with the name of the file in the public folder, and import `staticFile` from \"remotion\".";

/// What to do instead of importing a file that only a bundler could make a module of.
pub(super) fn instead(specifier: &str) -> Option<&'static str> {
    if has_extension(specifier, STYLES) {
        Some(HINT_STYLES)
    } else if has_extension(specifier, MEDIA) {
        Some(HINT_MEDIA)
    } else {
        has_extension(specifier, &["json"]).then_some(HINT_JSON)
    }
}

fn has_extension(specifier: &str, extensions: &[&str]) -> bool {
    let extension = specifier.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| extensions.contains(&extension))
}
