//! One word for one thing: the glossary of `ARCHITECTURE.md`, and the words that it does without.

use crate::finding::Finding;
use crate::tree::Tree;

/// Words that name nothing: each fits everything, so it tells a reader nothing.
const UNUSED: [(&str, &str); 8] = [
    (
        "task",
        "a `job` waits and runs, an `attempt` is one run of it",
    ),
    ("manager", "say what it does: schedule, record, admit"),
    ("handler", "say what it does with what it is given"),
    (
        "payload",
        "say what is carried: a request, an artifact, a frame",
    ),
    ("data", "say which: source, record, bytes"),
    (
        "util",
        "a function stands beside the concept that it serves",
    ),
    (
        "helper",
        "a function stands beside the concept that it serves",
    ),
    ("common", "say what the sharers have in common"),
];

/// Names that hold such a word all the same, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "Tasks",
        "the executor that runs a job as a task of tokio, beside Threads and Process",
    ),
    ("tasks", "the file of that executor"),
    (
        "data_dir",
        "the setting's name on the command line, in the file and in the environment",
    ),
];

/// The words of a snake_case, SCREAMING_CASE or CamelCase name, in lower case.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        after_lower = letter.is_lowercase() || letter.is_ascii_digit();
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// The unused word that a name holds, singular or plural, and what to say instead.
fn unused_word_in(name: &str) -> Option<(&'static str, &'static str)> {
    if EXCEPTIONS.iter().any(|(exception, _)| *exception == name) {
        return None;
    }
    let words = words_of(name);
    UNUSED.into_iter().find(|(unused, _)| {
        words
            .iter()
            .any(|word| word == unused || word.strip_suffix('s') == Some(unused))
    })
}

/// Items, variants, fields and methods of production code with such a name.
fn names_of_items(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.production() {
        for given in source.names().given.iter().filter(|given| !given.in_test) {
            if let Some((word, instead)) = unused_word_in(&given.name) {
                let what = format!("`{}` is named with `{word}`", given.name);
                found.push(Finding::at_line(&source.path, given.line, what, instead));
            }
        }
    }
    found
}

/// Files and folders with such a name.
fn names_of_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| !file.path.starts_with("tests/fixtures/"))
    {
        for segment in file.path.split('/') {
            let stem = segment
                .split('.')
                .next()
                .unwrap_or_default()
                .replace('-', "_");
            if let Some((word, instead)) = unused_word_in(&stem) {
                let what = format!("`{segment}` is named with `{word}`");
                found.push(Finding::in_file(&file.path, what, instead));
            }
        }
    }
    found
}

mod tests {
    use super::{names_of_files, names_of_items, words_of};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    #[test]
    fn items_are_named_with_the_words_of_the_glossary() {
        assert_none(&names_of_items(&Tree::read()));
    }

    #[test]
    fn files_are_named_with_the_words_of_the_glossary() {
        assert_none(&names_of_files(&Tree::read()));
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(words_of("JobManager"), ["job", "manager"]);
        assert_eq!(words_of("MAX_DATA_BYTES"), ["max", "data", "bytes"]);
        assert_eq!(words_of("metadata2Util"), ["metadata2", "util"]);
    }

    #[test]
    fn an_unused_word_in_an_item_is_refused() {
        for item in [
            "struct JobManager;",
            "enum A { PayloadTooLarge }",
            "struct A { build_tasks: u8 }",
            "impl A { fn event_handler(&self) {} }",
            "trait A { fn data(&self); }",
            "mod helpers {}",
        ] {
            assert_one(
                &names_of_items(&Tree::of(&[("server/src/app.rs", item)])),
                "app.rs",
            );
        }
    }

    #[test]
    fn whole_words_count_and_the_methods_of_traits_belong_to_the_trait() {
        for item in [
            "struct Metadata;",
            "fn handle() {}",
            "impl A for B { fn data(&self) {} }",
        ] {
            assert_none(&names_of_items(&Tree::of(&[("server/src/app.rs", item)])));
        }
    }

    #[test]
    fn an_unused_word_in_a_file_name_is_refused() {
        for path in [
            "server/src/utils.rs",
            "builders/src/common/mod.rs",
            "tests/js-helpers.mjs",
        ] {
            assert_one(&names_of_files(&Tree::of(&[(path, "")])), path);
        }
    }
}
