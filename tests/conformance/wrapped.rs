//! Wrapped modules do with the page's globals what their sources do with real imports.

use crate::build::Manner;
use crate::programs::{Comparison, Yardstick};

/// The wrap alone, and all that may be done to it.
const WITH_THE_ORIGINAL: Comparison = Comparison {
    yardstick: Yardstick::Original,
    manners: &[
        Manner {
            imports: "globals",
            minified: false,
            repair: false,
        },
        Manner {
            imports: "globals",
            minified: true,
            repair: false,
        },
    ],
};

#[test]
fn a_wrapped_module_does_with_globals_what_its_source_does_with_imports() {
    WITH_THE_ORIGINAL.hold(1_000_001, 250);
}
