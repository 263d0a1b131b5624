//! Generated programs do what esbuild's builds of them do.

use crate::build::Manner;
use crate::programs::{Comparison, Yardstick};

/// Both ways of reaching modules, minified as esbuild's build is.
const WITH_ESBUILD: Comparison = Comparison {
    yardstick: Yardstick::Esbuild,
    manners: &[
        Manner {
            imports: "external",
            minified: true,
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
fn generated_programs_do_what_esbuilds_builds_of_them_do() {
    WITH_ESBUILD.hold(1, 250);
}
