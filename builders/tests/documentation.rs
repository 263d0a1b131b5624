//! `docs/diagnostics.md`, held true: a wrong example earns the code of its section and nothing
//! else, a right one builds without a word, and a mended one is what the wrong one before it is built
//! as where repairs are on.
//!
//! A section is a heading of the third level with the name of a code. Its examples are fenced
//! blocks: `tsx wrong`, `tsx right` or `tsx mended`, and where the page provides more than the
//! profile names, `--external` with the module, as on the command line.

use std::path::Path;

use vasca_builders::tsx::TsxBuilder;
use vasca_builders::tsx::options::TsxOptions;
use vasca_builders::tsx::repair::{REPAIRABLE, Repairs};
use vasca_builders::{Artifact, BuildError, BuildRequest, Code, Diagnostic};

/// Codes that no text of a few lines earns: what is wrong lies in the request or in the system, or
/// it takes a source of hundreds of levels or of megabytes.
const WITHOUT_EXAMPLE: &[Code] = &[
    Code::InvalidFileName,
    Code::MissingEntry,
    Code::TooManyFiles,
    Code::SourceTooLarge,
    Code::UnreadableFile,
    Code::InvalidEncoding,
    Code::InvalidOptions,
    Code::UnknownBuilder,
    Code::TooComplex,
    Code::OutputTooLarge,
    Code::TimedOut,
    Code::Deadline,
    Code::Expired,
    Code::OutOfMemory,
    Code::InterruptedRepeatedly,
    Code::CompilerPanicked,
    Code::ContractBroken,
    Code::WorkerCrashed,
    Code::WorkerUnavailable,
    Code::Cancelled,
];

/// What the document says of one code.
struct Section {
    code: String,
    wrong: Vec<Example>,
    right: Vec<Example>,
    /// A wrong example, by its number, and what it is mended to.
    mended: Vec<(usize, Example)>,
}

/// One fenced block.
#[derive(Default)]
struct Example {
    source: String,
    /// What the page provides beyond the profile.
    external: Vec<String>,
}

impl Example {
    /// Reads the words behind `tsx` and the kind of the example.
    fn with_options(words: &[&str]) -> Self {
        let external = words.chunks(2).map(|pair| match pair {
            ["--external", module] => (*module).to_owned(),
            other => panic!("{other:?} is no option of an example"),
        });
        Self {
            source: String::new(),
            external: external.collect(),
        }
    }

    fn build(&self, repair: Repairs) -> Result<Artifact, BuildError> {
        let options = TsxOptions {
            external: self.external.clone(),
            repair,
            ..TsxOptions::default()
        };
        let request = BuildRequest::single("tsx", "Example.tsx", &self.source);
        TsxBuilder::new().build_blocking(&request.with_options(options.to_json()))
    }

    /// All that a build says of it, whether or not it gives a module.
    fn diagnostics(&self) -> Vec<Diagnostic> {
        match self.build(Repairs::default()) {
            Ok(artifact) => artifact.diagnostics,
            Err(error) => error.diagnostics,
        }
    }

    /// What is amiss with it: where it stands, what it should do, and what a build said.
    fn fault(&self, section: &str, expected: &str, said: &[Diagnostic]) -> String {
        let said = said.iter().map(|one| {
            let severity = one.severity.as_str();
            format!("  {severity}[{}] {}\n", one.code.as_str(), one.message)
        });
        let said: String = said.collect();
        let source = &self.source;
        format!("\nsection {section}: {expected}:\n{source}\nA build says:\n{said}")
    }
}

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics.md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fence that a line opens or closes a block with: three backticks or more.
fn fence_of(line: &str) -> Option<&str> {
    let length = line.len() - line.trim_start_matches('`').len();
    (length >= 3).then(|| &line[..length])
}

/// The sections with their examples. A block of TSX that is marked neither wrong nor right fails:
/// it would be held to nothing.
fn sections(document: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(code) = line.strip_prefix("### ") {
            sections.push(Section {
                code: code.to_owned(),
                wrong: Vec::new(),
                right: Vec::new(),
                mended: Vec::new(),
            });
        }
        let Some(fence) = fence_of(line) else {
            continue;
        };
        let words: Vec<&str> = line[fence.len()..].split_whitespace().collect();
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        let Some(section) = sections.last_mut() else {
            continue;
        };
        let (kind, words) = match words.as_slice() {
            ["tsx", kind @ ("wrong" | "right" | "mended"), words @ ..] => (*kind, words),
            ["tsx", ..] => panic!("{}: {line:?} is neither wrong nor right", section.code),
            _ => continue,
        };
        let example = Example {
            source: text.join("\n"),
            ..Example::with_options(words)
        };
        match kind {
            "wrong" => section.wrong.push(example),
            "right" => section.right.push(example),
            _ => section.mended.push((section.wrong.len() - 1, example)),
        }
    }
    sections
}

/// The rows of the table, code and severity.
fn rows(document: &str) -> Vec<(&str, &str)> {
    let rows = document.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [code, _class, severity, _, _] = cells.as_slice() else {
            panic!("{row}: has not five cells")
        };
        (code.trim_matches('`'), *severity)
    })
    .collect()
}

/// The severity that the table gives a code.
fn severity<'d>(document: &'d str, code: &str) -> &'d str {
    let rows = rows(document);
    let row = rows.iter().find(|(name, _)| *name == code);
    row.unwrap_or_else(|| panic!("{code}: has no row in the table"))
        .1
}

#[test]
fn every_code_has_a_row_and_a_section_in_the_order_of_their_declaration() {
    let declared: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let document = document();
    let rows: Vec<&str> = rows(&document).iter().map(|(code, _)| *code).collect();
    assert_eq!(rows, declared, "the rows of the table");
    let sections = sections(&document);
    let titles: Vec<&str> = sections.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(titles, declared, "the sections");
}

#[test]
fn every_code_that_a_short_source_earns_is_shown_with_its_fix() {
    for section in sections(&document()) {
        let excused = WITHOUT_EXAMPLE
            .iter()
            .any(|code| code.as_str() == section.code);
        let (wrong, right) = (section.wrong.len(), section.right.len());
        let held = if excused {
            wrong == 0
        } else {
            wrong.min(right) > 0
        };
        let expected = if excused { "none" } else { "some" };
        let found = format!("{wrong} wrong and {right} right examples");
        assert!(
            held,
            "section {}: {found}, expected {expected}",
            section.code
        );
    }
}

#[test]
fn every_wrong_example_earns_the_code_of_its_section_and_nothing_else() {
    let document = document();
    let mut faults = Vec::new();
    for Section { code, wrong, .. } in sections(&document) {
        let severity = severity(&document, &code);
        let as_told =
            |one: &Diagnostic| one.code.as_str() == code && one.severity.as_str() == severity;
        for example in wrong {
            let said = example.diagnostics();
            if said.is_empty() || !said.iter().all(as_told) {
                let expected = format!("wrong, should earn {severity}[{code}] alone");
                faults.push(example.fault(&code, &expected, &said));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.concat());
}

#[test]
fn every_right_example_builds_without_a_word() {
    let mut faults = Vec::new();
    for Section { code, right, .. } in sections(&document()) {
        for example in right {
            let said = example.diagnostics();
            if !said.is_empty() {
                faults.push(example.fault(&code, "right, should build without a word", &said));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.concat());
}

#[test]
fn every_mended_example_is_what_its_wrong_one_is_built_as() {
    let mut seen = Vec::new();
    for section in sections(&document()) {
        for (number, mended) in &section.mended {
            let wrong = &section.wrong[*number];
            let repaired = wrong.build(Repairs::all()).expect(&wrong.source);
            let by_hand = mended.build(Repairs::default()).expect(&mended.source);
            assert_eq!(repaired.code, by_hand.code, "section {}", section.code);
            let code = |code: &Code| code.as_str() == section.code;
            assert!(repaired.repairs.iter().all(code), "{:?}", repaired.repairs);
            assert!(by_hand.diagnostics.is_empty(), "{:?}", by_hand.diagnostics);
            seen.push(section.code.clone());
        }
    }
    seen.dedup();
    let repairable: Vec<&str> = REPAIRABLE.iter().map(|code| code.as_str()).collect();
    assert_eq!(seen, repairable, "each repair is shown");
}

#[test]
fn a_code_that_is_always_an_error_is_called_one() {
    let document = document();
    for code in WITHOUT_EXAMPLE {
        let code = code.as_str();
        assert_eq!(severity(&document, code), "error", "{code}");
    }
}

#[test]
fn an_example_ends_with_a_fence_as_long_as_its_own() {
    let text = "### a\n````tsx wrong --external b\n```tsx\nx\n```\n````\n```tsx right\ny\n```\n";
    let sections = sections(text);
    assert_eq!(sections.len(), 1);
    assert_eq!(sections[0].wrong[0].source, "```tsx\nx\n```");
    assert_eq!(sections[0].wrong[0].external, ["b"]);
    assert_eq!(sections[0].right[0].source, "y");
}

#[test]
#[should_panic(expected = "neither wrong nor right")]
fn an_example_that_is_held_to_nothing_is_refused() {
    sections("### a\n```tsx fine\nx\n```\n");
}
