//! `--metafile`: one file about all builds of a command, in esbuild's format.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::cli::inputs::shown;

/// What all builds of a command took and made, by the names that files have outside of them.
#[derive(Debug, Default)]
pub(super) struct Metafile {
    inputs: Map<String, Value>,
    outputs: Map<String, Value>,
}

impl Metafile {
    /// Adds one build's own metafile. Within a build the source has a name of its own.
    pub(super) fn add(&mut self, metafile: &str, input: &Path, written: Option<&Path>) {
        let Ok(mut told) = serde_json::from_str::<Value>(metafile) else {
            return;
        };
        let input = shown(input);
        let output = written.map_or_else(|| "<stdout>".to_owned(), shown);
        let mut entries = |key: &str| match told.get_mut(key).map(Value::take) {
            Some(Value::Object(entries)) => entries,
            _ => Map::new(),
        };
        for (_, entry) in entries("inputs") {
            self.inputs.insert(input.clone(), entry);
        }
        for (name, mut entry) in entries("outputs") {
            if let Some(Value::Object(shares)) = entry.get_mut("inputs") {
                let renamed = std::mem::take(shares).into_iter();
                *shares = renamed.map(|(_, share)| (input.clone(), share)).collect();
            }
            if let Some(entry_point) = entry.get_mut("entryPoint") {
                *entry_point = Value::from(input.clone());
            }
            let suffix = if name.ends_with(".map") { ".map" } else { "" };
            self.outputs.insert(format!("{output}{suffix}"), entry);
        }
    }

    /// The text of the file.
    pub(super) fn text(self) -> String {
        json!({ "inputs": self.inputs, "outputs": self.outputs }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Metafile;
    use serde_json::{Value, json};
    use std::path::Path;

    #[test]
    fn every_build_is_told_by_the_names_of_its_own_files() {
        let one = json!({
            "inputs": { "component.tsx": { "bytes": 1 } },
            "outputs": {
                "component.js": { "bytes": 2, "entryPoint": "component.tsx",
                    "inputs": { "component.tsx": { "bytesInOutput": 2 } } },
                "component.js.map": { "bytes": 3, "inputs": {} },
            },
        });
        let mut all = Metafile::default();
        for name in ["a", "b"] {
            let (input, output) = (format!("src/{name}.tsx"), format!("dist/{name}.js"));
            all.add(
                &one.to_string(),
                Path::new(&input),
                Some(Path::new(&output)),
            );
        }
        let all: Value = serde_json::from_str(&all.text()).unwrap();
        assert_eq!(all["inputs"]["src/b.tsx"]["bytes"], 1);
        let output = &all["outputs"]["dist/a.js"];
        assert_eq!(output["entryPoint"], "src/a.tsx");
        assert_eq!(output["inputs"]["src/a.tsx"]["bytesInOutput"], 2);
        assert_eq!(all["outputs"]["dist/b.js.map"]["bytes"], 3);
        assert_eq!(all["outputs"].as_object().unwrap().len(), 4);
    }
}
