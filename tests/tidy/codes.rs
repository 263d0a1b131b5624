//! The codes of diagnostics: what the builders declare, what `docs/diagnostics.md` explains and
//! what the broken fixtures earn are one list.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::tree::Tree;

const DECLARED: &str = "builders/src/diagnostic.rs";
const EXPLAINED: &str = "docs/diagnostics.md";
const EARNED: &str = "tests/fixtures/broken/README.md";

/// The declarations `Variant = "name", Class;`, name to class as it is written outside of code.
fn declared(tree: &Tree) -> BTreeMap<String, String> {
    let text = tree.text(DECLARED).unwrap_or_default();
    let lines = text
        .lines()
        .filter_map(|line| line.trim().strip_suffix(';')?.split_once(" = \""));
    let codes = lines.filter_map(|(_, rest)| rest.split_once("\", "));
    codes
        .map(|(name, class)| (name.to_owned(), snake_case(class)))
        .collect()
}

fn snake_case(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The cells of each row of a document's tables, without those of head and rule.
fn rows<'a>(tree: &'a Tree, path: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let lines = tree
        .text(path)
        .unwrap_or_default()
        .lines()
        .filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

/// Declarations without an explanation, and explanations of what is not declared so.
fn unexplained(tree: &Tree) -> Vec<Finding> {
    let declared = declared(tree);
    let explained: BTreeMap<String, String> = rows(tree, EXPLAINED)
        .filter_map(|cells| {
            Some((
                cells.first()?.trim_matches('`').into(),
                (*cells.get(1)?).into(),
            ))
        })
        .collect();
    let missing = declared
        .iter()
        .filter(|(name, class)| explained.get(*name) != Some(class));
    let missing = missing.map(|(name, class)| {
        let what = format!("`{name}` of the class {class} is not in {EXPLAINED}");
        Finding::in_file(DECLARED, what, "add its row, or correct the class there")
    });
    let stale = explained
        .keys()
        .filter(|name| !declared.contains_key(*name))
        .map(|name| {
            let what = format!("`{name}` is not declared in {DECLARED}");
            Finding::in_file(EXPLAINED, what, "take the row out, or correct the name")
        });
    missing.chain(stale).collect()
}

/// Codes that a broken fixture is said to earn and that do not exist.
fn unknown_in_fixtures(tree: &Tree) -> Vec<Finding> {
    let declared = declared(tree);
    let mut found = Vec::new();
    for cells in rows(tree, EARNED) {
        let codes = cells
            .get(1)
            .copied()
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2);
        for code in codes.filter(|code| !declared.contains_key(*code)) {
            let what = format!("`{code}` is not declared in {DECLARED}");
            found.push(Finding::in_file(
                EARNED,
                what,
                "say the code that the builder gives",
            ));
        }
    }
    found
}

mod tests {
    use super::{DECLARED, EARNED, EXPLAINED, unexplained, unknown_in_fixtures};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    const DECLARATION: (&str, &str) = (
        DECLARED,
        "//! Head.\ncodes! {\n    /// Large.\n    TooLarge = \"too_large\", InputLimit;\n}",
    );

    #[test]
    fn every_code_is_explained_with_its_class() {
        assert_none(&unexplained(&Tree::read()));
    }

    #[test]
    fn broken_fixtures_earn_codes_that_exist() {
        assert_none(&unknown_in_fixtures(&Tree::read()));
    }

    #[test]
    fn a_code_without_a_row_or_with_another_class_is_refused() {
        assert_one(&unexplained(&Tree::of(&[DECLARATION])), "too_large");
        let row = |text| Tree::of(&[DECLARATION, (EXPLAINED, text)]);
        assert_one(
            &unexplained(&row("| `too_large` | user | x | y |")),
            "input_limit",
        );
        assert_none(&unexplained(&row("| `too_large` | input_limit | x | y |")));
    }

    #[test]
    fn a_row_without_a_code_is_refused() {
        let rows = "| `too_large` | input_limit | x | y |\n| `gone` | user | x | y |";
        assert_one(
            &unexplained(&Tree::of(&[DECLARATION, (EXPLAINED, rows)])),
            "`gone`",
        );
    }

    #[test]
    fn a_fixture_that_earns_an_unknown_code_is_refused() {
        let row = "| `a.tsx` | `too_large`, `gone` | 1 | x |";
        assert_one(
            &unknown_in_fixtures(&Tree::of(&[DECLARATION, (EARNED, row)])),
            "`gone`",
        );
    }
}
