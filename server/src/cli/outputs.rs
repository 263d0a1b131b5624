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
    /// What the arguments mean: `.js` or `.mjs` is a file, anything else a folder.
    ///
    /// # Errors
    /// A sentence for the user, when several modules would end in one place, or one in the place of
    /// a source.
    pub(super) fn choose(out: Option<&Path>, inputs: &[PathBuf]) -> Result<Self, String> {
        let output = Self::of(out, inputs)?;
        let sources: BTreeSet<PathBuf> = inputs
            .iter()
            .filter_map(|input| input.canonicalize().ok())
            .collect();
        let mut targets = inputs.iter().filter_map(|input| output.path(input));
        match targets.find(|target| {
            target
                .canonicalize()
                .is_ok_and(|one| sources.contains(&one))
        }) {
            Some(target) => Err(format!(
                "{} would be overwritten by a module.",
                target.display()
            )),
            None => Ok(output),
        }
    }

    fn of(out: Option<&Path>, inputs: &[PathBuf]) -> Result<Self, String> {
        let Some(out) = out else {
            return match inputs {
                [_] => Ok(Self::Stdout),
                _ => Err("several files need a folder to write to: add `--out DIR`.".to_owned()),
            };
        };
        let extension = out.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("js" | "mjs")) && !out.is_dir() {
            return match inputs {
                [_] => Ok(Self::File(out.to_owned())),
                _ => Err(format!(
                    "several files cannot all be written to {}.",
                    out.display()
                )),
            };
        }
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

    /// The file that an input's module goes to; `None` for standard output.
    pub(super) fn path(&self, input: &Path) -> Option<PathBuf> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path.clone()),
            Self::Folder(folder) => Some(folder.join(file_name(input))),
        }
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
        Output::choose(out.map(Path::new), &inputs)
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
            Output::choose(Some(&source), &inputs)
                .unwrap_err()
                .contains("overwritten")
        );
        assert!(
            Output::choose(Some(folder.path()), &inputs)
                .unwrap_err()
                .contains("overwritten")
        );
        assert!(Output::choose(Some(&folder.path().join("b")), &inputs).is_ok());
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
