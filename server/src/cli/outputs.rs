//! Where `vasca build` writes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::inputs::STDIN;

/// Where modules go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Output {
    /// To standard output: one module, nothing else.
    Stdout,
    /// Into this file.
    File(PathBuf),
    /// Into this folder, each under its source's name with `.js`.
    Folder(PathBuf),
}

impl Output {
    /// What the arguments mean. `json` says that modules without a file are printed within JSON.
    ///
    /// # Errors
    /// A sentence for the user, when several modules would end in one place, or one in the place of
    /// a source.
    pub(super) fn choose(
        out: Option<&Path>,
        inputs: &[PathBuf],
        json: bool,
    ) -> Result<Self, String> {
        let Some(out) = out else {
            return if json || inputs.len() == 1 {
                Ok(Self::Stdout)
            } else {
                Err("several files need a folder to write to: add `--out DIR`.".to_owned())
            };
        };
        let output = if is_file(out)? {
            if inputs.len() != 1 {
                return Err(format!(
                    "several files cannot all be written to {}.",
                    out.display()
                ));
            }
            Self::File(out.to_owned())
        } else {
            Self::folder(out, inputs)?
        };
        output.spares(inputs)?;
        Ok(output)
    }

    fn folder(out: &Path, inputs: &[PathBuf]) -> Result<Self, String> {
        let mut names: BTreeMap<String, &PathBuf> = BTreeMap::new();
        for input in inputs {
            if let Some(other) = names.insert(file_name(input), input) {
                return Err(format!(
                    "{} and {} would both be written to {}.",
                    other.display(),
                    input.display(),
                    out.join(file_name(input)).display()
                ));
            }
        }
        Ok(Self::Folder(out.to_owned()))
    }

    /// Refuses to write over one of the sources.
    fn spares(&self, inputs: &[PathBuf]) -> Result<(), String> {
        let real = |path: &Path| path.canonicalize().ok();
        let sources: BTreeSet<PathBuf> = inputs.iter().filter_map(|input| real(input)).collect();
        let mut targets = inputs.iter().filter_map(|input| self.path(input));
        match targets.find(|target| real(target).is_some_and(|target| sources.contains(&target))) {
            Some(target) => Err(format!(
                "{} would be overwritten by a module.",
                target.display()
            )),
            None => Ok(()),
        }
    }

    /// The file that an input's module goes to; `None` for standard output.
    pub(super) fn path(&self, input: &Path) -> Option<PathBuf> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path.clone()),
            Self::Folder(folder) => Some(folder.join(file_name(input))),
        }
    }
}

/// Whether a path names a file to write to: `.js` and `.mjs` do, folders and names without an
/// extension do not, and of anything else nobody knows what is meant.
fn is_file(out: &Path) -> Result<bool, String> {
    let extension = out.extension().and_then(|extension| extension.to_str());
    let is_named_as_folder = out.as_os_str().as_encoded_bytes().ends_with(b"/");
    match extension {
        _ if out.is_dir() || is_named_as_folder => Ok(false),
        Some("js" | "mjs") => Ok(true),
        None => Ok(false),
        Some(_) => Err(format!(
            "{} is neither a `.js` or `.mjs` file nor a folder; for a new folder, end it with `/`.",
            out.display()
        )),
    }
}

/// Writes a module whole or not at all: who reads the path meanwhile sees the old one or the new.
///
/// # Errors
/// Why it cannot be written.
pub(super) fn write(path: &Path, code: &str) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // The mode that a plain write gives, which the process's mask narrows.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".vasca-").tempfile_in(folder)?;
    file.write_all(code.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The source map's file beside a module's.
pub(super) fn map_path(module: &Path) -> PathBuf {
    let mut name = module.as_os_str().to_owned();
    name.push(".map");
    name.into()
}

/// The name of an input's module.
fn file_name(input: &Path) -> String {
    let stem = match input.file_stem() {
        Some(stem) if input.as_os_str() != STDIN => stem.to_string_lossy().into_owned(),
        _ => "component".to_owned(),
    };
    format!("{stem}.js")
}

#[cfg(test)]
mod tests {
    use super::{Output, write};
    use std::path::{Path, PathBuf};

    fn choose(out: Option<&str>, inputs: &[&str]) -> Result<Output, String> {
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        Output::choose(out.map(Path::new), &inputs, false)
    }

    #[test]
    fn one_file_goes_to_standard_output_unless_told_otherwise() {
        assert_eq!(choose(None, &["a.tsx"]), Ok(Output::Stdout));
        assert_eq!(
            choose(Some("x.js"), &["a.tsx"]),
            Ok(Output::File("x.js".into()))
        );
        let folder = choose(Some("dist"), &["b/a.tsx"]).unwrap();
        assert_eq!(
            folder.path(Path::new("b/a.tsx")),
            Some(PathBuf::from("dist/a.js"))
        );
        assert_eq!(
            folder.path(Path::new("-")),
            Some(PathBuf::from("dist/component.js"))
        );
    }

    #[test]
    fn several_files_are_printed_within_json() {
        let inputs = [PathBuf::from("a.tsx"), PathBuf::from("b.tsx")];
        assert_eq!(Output::choose(None, &inputs, true), Ok(Output::Stdout));
    }

    #[test]
    fn an_output_that_is_neither_file_nor_folder_is_refused() {
        assert!(
            choose(Some("foo.css"), &["a.tsx"])
                .unwrap_err()
                .contains("neither")
        );
        assert_eq!(
            choose(Some("v1.2/"), &["a.tsx"]),
            Ok(Output::Folder("v1.2/".into()))
        );
    }

    #[test]
    fn several_files_never_end_in_one_place() {
        assert!(
            choose(None, &["a.tsx", "b.tsx"])
                .unwrap_err()
                .contains("--out")
        );
        assert!(choose(Some("x.js"), &["a.tsx", "b.tsx"]).is_err());
        assert!(
            choose(Some("dist"), &["x/a.tsx", "y/a.tsx"])
                .unwrap_err()
                .contains("y/a.tsx")
        );
        assert!(choose(Some("dist"), &["a.tsx", "b.tsx"]).is_ok());
    }

    #[test]
    fn no_module_replaces_a_source() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a.js");
        std::fs::write(&source, "").unwrap();
        let inputs = [source.clone()];
        assert!(
            Output::choose(Some(&source), &inputs, false)
                .unwrap_err()
                .contains("overwritten")
        );
        assert!(
            Output::choose(Some(folder.path()), &inputs, true)
                .unwrap_err()
                .contains("overwritten")
        );
        assert!(Output::choose(Some(&folder.path().join("b")), &inputs, false).is_ok());
    }

    #[test]
    fn a_module_replaces_the_one_before_it_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.js");
        write(&path, "one, and longer").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
    }
}
