//! Where this repository stands.

use std::path::Path;

/// The folder of the workspace's `Cargo.toml`.
///
/// # Panics
/// When this crate was moved away from its place below the root.
#[must_use]
pub fn repository_root() -> &'static Path {
    let member = Path::new(env!("CARGO_MANIFEST_DIR"));
    member
        .parent()
        .unwrap_or_else(|| panic!("{} has no parent", member.display()))
}
