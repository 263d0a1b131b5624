//! One form as it stands in one program: choices made, names given.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::Chance;
use super::forms::Form;
use super::names::{Taken, choose};

/// The lines of a form in a program.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) title: &'static str,
    /// Whether its minified module may do otherwise.
    pub(super) forgiven: bool,
    /// Imports that may stand anywhere at the top of a module.
    pub(super) imports: Vec<String>,
    /// Everything else at the top.
    pub(super) body: Vec<String>,
    /// Children of the exported component.
    pub(super) shown: Vec<String>,
}

impl Piece {
    /// Uses a form, unless names that it needs are taken.
    pub(super) fn of(form: &Form, chance: &mut Chance, taken: &mut Taken) -> Option<Self> {
        let is_taken = |name: &&str| taken.top.contains(*name) || taken.exported.contains(*name);
        if form.claims.iter().any(is_taken) {
            return None;
        }
        for name in &form.claims {
            taken.top.insert((*name).to_owned());
            taken.exported.insert((*name).to_owned());
        }
        let mut naming = Naming::new(form);
        let mut piece = Self {
            title: form.title,
            forgiven: form.forgiven.is_some(),
            imports: Vec::new(),
            body: Vec::new(),
            shown: Vec::new(),
        };
        for line in &form.lines {
            let line = naming.name(&decide(line, chance), chance, taken);
            match line.strip_prefix("> ") {
                Some(child) => piece.shown.push(child.to_owned()),
                None if is_import(&line) => piece.imports.push(line),
                None => piece.body.push(line),
            }
        }
        Some(piece)
    }
}

fn is_import(line: &str) -> bool {
    line.starts_with("import ") && !line.contains(" = ")
}

/// A line with its choices made.
fn decide(line: &str, chance: &mut Chance) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('‹') {
        let Some((choices, after)) = after.split_once('›') else {
            panic!("a choice does not end on its line: {line}");
        };
        let choices: Vec<&str> = choices.split('|').collect();
        let choice: &&str = chance.pick(&choices);
        text.push_str(before);
        text.push_str(choice);
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The names that the placeholders of one form have got.
struct Naming {
    given: BTreeMap<(char, char), String>,
    /// Words that the form itself uses: none of its names may be one of them.
    words: BTreeSet<String>,
}

impl Naming {
    fn new(form: &Form) -> Self {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_$".contains(letter);
        let lines = form.lines.iter();
        let words = lines.flat_map(|line| line.split(move |letter| !is_word(letter)));
        Self {
            given: BTreeMap::new(),
            words: words.map(str::to_owned).collect(),
        }
    }

    /// A line with names for its placeholders.
    fn name(&mut self, line: &str, chance: &mut Chance, taken: &mut Taken) -> String {
        let mut text = String::new();
        let mut letters = line.chars();
        while let Some(letter) = letters.next() {
            if matches!(letter, '§' | '€' | '£' | '°') {
                let Some(which) = letters.next() else {
                    panic!("a placeholder has no letter: {line}");
                };
                text.push_str(&self.given((letter, which), chance, taken));
            } else {
                text.push(letter);
            }
        }
        text
    }

    fn given(&mut self, key: (char, char), chance: &mut Chance, taken: &mut Taken) -> String {
        if let Some(name) = self.given.get(&key) {
            return name.clone();
        }
        let (kind, which) = key;
        let (words, given) = (&self.words, &self.given);
        let free = |name: &str| {
            let own = words.contains(name) || given.values().any(|one| one == name);
            let top = matches!(kind, '§' | '€') && taken.top.contains(name);
            let exported = matches!(kind, '€' | '£') && taken.exported.contains(name);
            !(own || top || exported)
        };
        let name = choose(chance, which.is_ascii_uppercase(), free);
        if matches!(kind, '§' | '€') {
            taken.top.insert(name.clone());
        }
        if matches!(kind, '€' | '£') {
            taken.exported.insert(name.clone());
        }
        self.given.insert(key, name.clone());
        name
    }
}
