//! The documents tell the truth: they name files that exist, and no line numbers, which are wrong
//! after the next commit.

use crate::finding::Finding;
use crate::tree::Tree;

/// A map is read in one go, or it is not read.
const ARCHITECTURE_MAX: usize = 250;

/// Segments of paths that appear on a machine only, never in the repository.
const MADE_ON_A_MACHINE: [&str; 3] = ["target", "node_modules", ".tools"];

/// The documents that describe the tree as it is; a changelog also tells of what is gone.
fn is_description(path: &str) -> bool {
    let fixture = path.starts_with("tests/fixtures/");
    path.ends_with(".md") && path != "CHANGELOG.md" && !fixture
}

/// Whether a text names a line of a Rust file, as in a file name, a colon and a number.
fn names_a_line(text: &str) -> bool {
    let mut pieces = text.split(concat!(".r", "s:"));
    pieces.next();
    pieces.any(|after| after.starts_with(|first: char| first.is_ascii_digit()))
}

/// Line numbers in documents and comments.
fn line_numbers(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree
        .texts()
        .filter(|(path, _)| !path.starts_with("tests/fixtures/"))
    {
        for (number, line) in (1..).zip(text.lines()) {
            let prose = match path.rsplit('.').next() {
                Some("md") => Some(line),
                Some("rs" | "mjs" | "js" | "ts" | "tsx") => line.split_once("//").map(|(_, it)| it),
                _ => line.split_once('#').map(|(_, it)| it),
            };
            if prose.is_some_and(names_a_line) {
                let what = "names a line by its number".to_owned();
                let remedy = "name the file and the item: numbers are wrong after the next commit";
                found.push(Finding::at_line(path, number, what, remedy));
            }
        }
    }
    found
}

/// What stands between backticks or in a link's parentheses on one line.
fn mentions(line: &str) -> Vec<(bool, &str)> {
    let in_backticks = line.split('`').skip(1).step_by(2).map(|text| (false, text));
    let links = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    in_backticks.chain(links.map(|text| (true, text))).collect()
}

/// The path that a mention claims to exist, if it claims one.
fn claimed_path<'a>(tree: &Tree, document: &str, is_link: bool, text: &'a str) -> Option<&'a str> {
    let path = text
        .split('#')
        .next()?
        .trim_start_matches("./")
        .trim_end_matches('/');
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let foreign = path
        .split('/')
        .any(|segment| MADE_ON_A_MACHINE.contains(&segment));
    if path.is_empty() || !path.chars().all(plain) || foreign {
        return None;
    }
    let top = path.split('/').next()?;
    let at_top = path.contains('/') && tree.exists(top);
    let is_source = path.ends_with(".rs") || (document.contains('/') && is_link);
    let is_document = path.ends_with(".md");
    (is_link || at_top || is_source || is_document).then_some(path)
}

/// Whether a claimed path stands at the root, beside the document, or at the end of a path: a
/// codemap says `link.rs` below the heading of its folder.
fn stands(tree: &Tree, document: &str, path: &str) -> bool {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut beside: Vec<&str> = folder
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    for segment in path.split('/') {
        match segment {
            ".." => drop(beside.pop()),
            segment => beside.push(segment),
        }
    }
    let tail = format!("/{path}");
    let ends = path.ends_with(".rs") && tree.files.iter().any(|file| file.path.ends_with(&tail));
    tree.exists(path) || tree.exists(&beside.join("/")) || ends
}

/// Paths in the documents at which nothing stands.
fn missing_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (document, text) in tree.texts().filter(|(path, _)| is_description(path)) {
        for (number, line) in (1..).zip(text.lines()) {
            for (is_link, mention) in mentions(line) {
                let Some(path) = claimed_path(tree, document, is_link, mention) else {
                    continue;
                };
                if !stands(tree, document, path) {
                    let what = format!("names `{path}`, which does not exist");
                    let remedy = "the documents move with the code: correct the path or the text";
                    found.push(Finding::at_line(document, number, what, remedy));
                }
            }
        }
    }
    found
}

/// A map that has become a book.
fn long_architecture(tree: &Tree) -> Vec<Finding> {
    let lines = tree
        .text("ARCHITECTURE.md")
        .unwrap_or_default()
        .lines()
        .count();
    let what = format!("has {lines} lines; the bound is {ARCHITECTURE_MAX}");
    let found = Finding::in_file(
        "ARCHITECTURE.md",
        what,
        "details belong to the files' heads",
    );
    (lines > ARCHITECTURE_MAX)
        .then_some(found)
        .into_iter()
        .collect()
}

mod tests {
    use super::{line_numbers, long_architecture, missing_files};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    #[test]
    fn documents_and_comments_name_no_line_numbers() {
        assert_none(&line_numbers(&Tree::read()));
    }

    #[test]
    fn documents_name_only_files_that_exist() {
        assert_none(&missing_files(&Tree::read()));
    }

    #[test]
    fn the_architecture_is_read_in_one_go() {
        assert_none(&long_architecture(&Tree::read()));
    }

    #[test]
    fn a_line_number_is_refused() {
        let mention = ["see job.r", "s:12"].concat();
        for (path, text) in [
            ("docs/a.md", mention.clone()),
            ("server/src/app.rs", format!("x(); // {mention}")),
            ("deny.toml", format!("# {mention}")),
        ] {
            assert_one(&line_numbers(&Tree::of(&[(path, &text)])), "line 1");
        }
        let other = ["job.r", "s: 12 lines, std::fs::read"].concat();
        assert_none(&line_numbers(&Tree::of(&[("docs/a.md", &other)])));
    }

    #[test]
    fn a_path_at_which_nothing_stands_is_refused() {
        let of =
            |path, text| Tree::of(&[(path, text), ("server/src/app.rs", ""), ("docs/b.md", "")]);
        for text in [
            "`server/src/gone.rs`",
            "`gone.rs`",
            "`server/gone/`",
            "[text](docs/gone.md)",
            "`GONE.md`",
        ] {
            assert_one(&missing_files(&of("README.md", text)), "README.md, line 1");
        }
        assert_one(
            &missing_files(&of("docs/a.md", "[text](../docs/c.md)")),
            "docs/c.md",
        );
    }

    #[test]
    fn paths_that_stand_and_words_that_are_no_paths_are_accepted() {
        let of =
            |path, text| Tree::of(&[(path, text), ("server/src/app.rs", ""), ("docs/b.md", "")]);
        for text in [
            "`server/src/app.rs` `src/app.rs` `app.rs` `server/` [b](docs/b.md#heading)",
            "`a/b` `react/jsx-runtime` `tests/.tools` `server/target/x` `http://x.y/z.rs`",
            "`cargo test` `*.rs` [site](https://example.org/a.md)",
        ] {
            assert_none(&missing_files(&of("README.md", text)));
        }
        assert_none(&missing_files(&of(
            "docs/a.md",
            "[b](b.md) [app](../server/src/app.rs)",
        )));
    }

    #[test]
    fn an_architecture_of_book_length_is_refused() {
        let text = "\n".repeat(251);
        assert_one(
            &long_architecture(&Tree::of(&[("ARCHITECTURE.md", &text)])),
            "251 lines",
        );
    }
}
