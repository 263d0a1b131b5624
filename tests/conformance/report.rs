//! What `node/render.mjs` reports, and how it is asked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use vasca_tests::node::run_script;

use crate::build::{Manner, build_all, name_of};

/// The first frame, one in the middle of movement, and the last.
pub(crate) const FRAMES: [u32; 3] = [0, 20, 59];
/// A hundred cases of three variants render within a few seconds.
const RENDER_LIMIT: Duration = Duration::from_secs(120);

/// One module, loaded and rendered.
#[derive(Debug)]
pub(crate) struct Variant {
    /// Why it did not load, if it did not.
    pub(crate) error: Option<String>,
    /// The names that it exports, sorted.
    pub(crate) exports: Vec<String>,
    /// Its size as it is stored.
    pub(crate) raw_bytes: u64,
    /// Its size as it travels.
    pub(crate) gzip_bytes: u64,
    /// For each frame the markup, or why there is none.
    pub(crate) frames: Vec<Result<String, String>>,
}

/// One component as esbuild and as Vasca build it.
#[derive(Debug)]
pub(crate) struct Case {
    /// The component, and how Vasca was told to build it.
    pub(crate) name: String,
    /// The yardstick.
    pub(crate) esbuild: Variant,
    /// By bare imports.
    pub(crate) external: Variant,
    /// By globals of the page.
    pub(crate) globals: Variant,
}

/// Builds the components in both modes and renders all of them in one run of Node.
#[track_caller]
pub(crate) fn render(components: &[PathBuf], minified: &[bool]) -> Vec<Case> {
    render_beside(components, minified, None)
}

/// Builds broken components with repairs, and renders them beside esbuild's builds of `mended`, the
/// files that a person made of them.
#[track_caller]
pub(crate) fn render_repaired(components: &[PathBuf], mended: &[PathBuf]) -> Vec<Case> {
    render_beside(components, &[true, false], Some(mended))
}

#[track_caller]
fn render_beside(
    components: &[PathBuf],
    minified: &[bool],
    mended: Option<&[PathBuf]>,
) -> Vec<Case> {
    let repair = mended.is_some();
    let yardsticks = mended.unwrap_or(components);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut cases = Vec::new();
    for &minified in minified {
        let style = if minified { "minified" } else { "readable" };
        let place = |imports| folder.path().join(format!("{imports}-{style}"));
        for imports in ["external", "globals"] {
            let manner = Manner {
                imports,
                minified,
                repair,
            };
            build_all(components, manner, &place(imports));
        }
        for (component, yardstick) in components.iter().zip(yardsticks) {
            let name = name_of(component);
            let module = |imports| place(imports).join(format!("{name}.js"));
            cases.push(json!({
                "name": format!("{name}, {style}"),
                "source_path": yardstick,
                "external_module_path": module("external"),
                "globals_module_path": module("globals"),
            }));
        }
    }
    let count = cases.len();
    let request = json!({ "cases": cases, "frames": FRAMES });
    let printed = run_script("render.mjs", &request.to_string(), RENDER_LIMIT);
    let report: Value = serde_json::from_str(&printed).expect("the report is JSON");
    let cases: Vec<_> = list(&report["cases"]).iter().map(case).collect();
    assert_eq!(cases.len(), count, "every case is reported");
    cases
}

/// Builds one component by globals, shortened, and gives the path of its module in `folder`.
#[track_caller]
pub(crate) fn one_module(component: PathBuf, folder: &Path) -> PathBuf {
    let manner = Manner {
        imports: "globals",
        minified: true,
        repair: false,
    };
    let module = folder.join(format!("{}.js", name_of(&component)));
    build_all(&[component], manner, folder);
    module
}

fn case(value: &Value) -> Case {
    let of = |name: &str| variant(&value["variants"][name]);
    Case {
        name: text(&value["name"]),
        esbuild: of("esbuild"),
        external: of("external"),
        globals: of("globals"),
    }
}

fn variant(value: &Value) -> Variant {
    let frame = |frame: &Value| match frame["markup"].as_str() {
        Some(markup) => Ok(markup.to_owned()),
        None => Err(text(&frame["error"])),
    };
    let bytes = |name: &str| value[name].as_u64().unwrap_or_default();
    Variant {
        error: value["error"].as_str().map(str::to_owned),
        exports: list(&value["exports"]).iter().map(text).collect(),
        raw_bytes: bytes("raw_bytes"),
        gzip_bytes: bytes("gzip_bytes"),
        frames: list(&value["frames"]).iter().map(frame).collect(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
