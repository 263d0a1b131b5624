//! Following hints to the letter, as an author does who trusts them blindly.
#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a failed step of a test is the test's failure"
)]

use vasca_builders::{Code, Diagnostic};

/// A run of lines that was replaced.
#[derive(Debug)]
pub(crate) struct Change {
    /// The first line of the old text that is replaced, or before which something is inserted.
    pub(crate) first: usize,
    /// The lines that went.
    pub(crate) removed: Vec<String>,
    /// The lines that came.
    pub(crate) added: Vec<String>,
    /// Whether it is at the end of the old text.
    pub(crate) at_end: bool,
}

/// The changes from one text to another, by their longest common subsequence of lines.
pub(crate) fn changes(old: &str, new: &str) -> Vec<Change> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            common[a][b] = if old[a] == new[b] {
                common[a + 1][b + 1] + 1
            } else {
                common[a + 1][b].max(common[a][b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut changes: Vec<Change> = Vec::new();
    let mut open = false;
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            (a, b, open) = (a + 1, b + 1, false);
            continue;
        }
        if !open {
            changes.push(Change {
                first: a + 1,
                removed: Vec::new(),
                added: Vec::new(),
                at_end: false,
            });
            open = true;
        }
        let change = changes.last_mut().expect("just pushed");
        let removes = a < old.len() && (b == new.len() || common[a + 1][b] >= common[a][b + 1]);
        if removes {
            change.removed.push(old[a].to_owned());
            a += 1;
        } else {
            change.added.push(new[b].to_owned());
            b += 1;
        }
        change.at_end = a == old.len();
    }
    changes
}

impl Change {
    /// Whether a diagnostic says that these lines are to be changed: by its place, by the lines that
    /// its hint names, by what was declared on such a line, or because imports belong to the top and
    /// exports to the end.
    pub(crate) fn is_told_by(&self, diagnostics: &[Diagnostic], old: &str) -> bool {
        let whole = |one: &Diagnostic| {
            one.code == Code::ForeignSyntax || one.message.contains("has no code")
        };
        if diagnostics.iter().any(whole) {
            return true;
        }
        let hints: String = diagnostics
            .iter()
            .filter_map(|one| one.hint.clone())
            .collect();
        let mut lines: Vec<usize> = numbers_after_line(&hints);
        lines.extend(
            diagnostics
                .iter()
                .filter_map(|one| one.line)
                .map(|line| line as usize),
        );
        let last = self.first + self.removed.len().max(1) - 1;
        let touches = |line: &usize| (self.first.saturating_sub(1)..=last + 1).contains(line);
        let inserts = self.removed.is_empty() && !self.added.is_empty();
        // An insertion stands between two lines, and either may be the one that is named.
        let between = inserts && lines.contains(&self.first.saturating_sub(2));
        let imports = inserts && self.added.iter().all(|line| line.starts_with("import "));
        let exports = self.at_end
            && ["export default", "at the end of the source"]
                .iter()
                .any(|told| hints.contains(told));
        let exported = hints.contains("export default")
            && [&self.removed, &self.added]
                .iter()
                .all(|side| side.iter().all(|line| line.starts_with("export default")));
        let bound: Vec<&str> = lines
            .iter()
            .filter_map(|line| old.lines().nth(line - 1))
            .filter_map(bound_name)
            .collect();
        let uses = self
            .removed
            .iter()
            .any(|line| bound.iter().any(|name| line.contains(name)));
        lines.iter().any(touches) || between || imports || exports || exported || uses
    }
}

/// The name that a line of imports, or a declaration, binds first.
fn bound_name(line: &str) -> Option<&str> {
    let rest = ["import * as ", "import ", "const ", "let "]
        .iter()
        .find_map(|start| line.trim_start().strip_prefix(start))?;
    let rest = rest.trim_start_matches(['{', ' ']);
    let end = rest.find(|c: char| !c.is_alphanumeric())?;
    rest.get(..end).filter(|name| name.len() > 1)
}

/// The numbers in "line 3", "lines 3 to 5", "lines 8 and 9".
fn numbers_after_line(text: &str) -> Vec<usize> {
    let mut numbers = Vec::new();
    for (at, _) in text.match_indices("line") {
        let mut words = text[at..].split_whitespace();
        words.next();
        let mut found: Vec<usize> = Vec::new();
        for word in words {
            match word.trim_matches(['.', ',', ':']).parse() {
                Ok(number) => found.push(number),
                Err(_) if word == "to" || word == "and" => {}
                Err(_) => break,
            }
        }
        if let [first, last] = found.as_slice() {
            numbers.extend(*first..=*last);
        }
        numbers.extend(found);
    }
    numbers
}

/// The source after every hint was followed, if all of them can be followed without thought.
pub(crate) fn follow(source: &str, diagnostics: &[Diagnostic]) -> Option<String> {
    // From the end, so that lines keep their numbers.
    let mut source = source.to_owned();
    for diagnostic in diagnostics.iter().rev() {
        source = step(&source, diagnostic)?;
    }
    Some(source)
}

fn step(source: &str, diagnostic: &Diagnostic) -> Option<String> {
    let hint = diagnostic.hint.as_deref()?;
    let quoted = quoted(hint);
    let numbers = numbers_after_line(hint);
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    let place = diagnostic.line.map(|line| line as usize);
    match (hint, quoted.as_slice(), numbers.as_slice()) {
        (hint, [added], []) if hint.starts_with("Add `export") => lines.push(added.clone()),
        (hint, [added], []) if hint.starts_with("Add `import") => lines.insert(0, added.clone()),
        (hint, [added], []) if hint.contains("at the end of the source") => {
            lines.push(added.clone());
        }
        (hint, _, kept) if hint.starts_with("Keep only line") => {
            let (first, last) = (*kept.iter().min()?, *kept.iter().max()?);
            lines = lines.get(first - 1..last)?.to_vec();
        }
        (hint, _, gone) if hint.contains("emove line") && !gone.is_empty() => {
            let mut gone = gone.to_vec();
            gone.sort_unstable();
            gone.dedup();
            for line in gone.iter().rev() {
                lines.remove(line - 1);
            }
        }
        (hint, [new, old], []) if hint.contains("instead of") => {
            let line = lines.get_mut(place? - 1)?;
            let column = diagnostic.column? as usize - 1;
            // Columns count UTF-16; no fixture has more before a place that is replaced.
            let from = line.get(column..).and_then(|rest| rest.find(old.as_str()));
            let start = from.map_or_else(|| line.find(old.as_str()), |at| Some(column + at))?;
            line.replace_range(start..start + old.len(), new);
            if hint.contains("wherever else") || hint.contains("at both ends") {
                return everywhere(&lines.join("\n"), new, old);
            }
        }
        (hint, [new, old], [line]) if hint.contains("instead of") => {
            let line = lines.get_mut(line - 1)?;
            let start = line.rfind(old.as_str())?;
            line.replace_range(start..start + old.len(), new);
        }
        (hint, [first, second], [a, b]) if hint.starts_with("Write `<>` before line") => {
            lines.insert(*b, second.clone());
            lines.insert(a - 1, first.clone());
        }
        (hint, [new], [line]) if hint.contains("before line") => {
            lines.insert(line - 1, new.clone())
        }
        (hint, [new, old], [line]) if hint.contains("` before the `") => {
            let line = lines.get_mut(line - 1)?;
            let start = if old.ends_with('>') {
                line.rfind(old.as_str())?
            } else {
                line.find(old.as_str())?
            };
            line.insert_str(start, new);
        }
        (hint, [new, ..], [line]) if hint.contains("at the end of") => {
            lines.get_mut(line - 1)?.push_str(new);
        }
        (hint, [old], [line]) if hint.starts_with("Remove `") => {
            let line = lines.get_mut(line - 1)?;
            *line = line.replacen(old.as_str(), "", 1);
        }
        (hint, [new], []) if hint.contains("` before the element") => {
            let column = diagnostic.column? as usize - 1;
            lines.get_mut(place? - 1)?.insert_str(column, new);
        }
        _ => return rewritten(source, diagnostic),
    }
    Some(lines.join("\n") + "\n")
}

/// A source after a hint that speaks of a module's name, or of the whole text.
fn rewritten(source: &str, diagnostic: &Diagnostic) -> Option<String> {
    let hint = diagnostic.hint.as_deref()?;
    let place = diagnostic.line.map(|line| line as usize);
    let quoted = quoted(hint);
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    match (hint, quoted.as_slice()) {
        (hint, [old]) if hint.starts_with("Remove `") && !hint.contains("line") => {
            let line = lines.get_mut(place? - 1)?;
            *line = line.replacen(old.as_str(), "", 1);
        }
        (hint, _) if hint.starts_with("Did you mean ") || hint.starts_with("Write \"") => {
            let name = hint.split('"').nth(1)?;
            let line = lines.get_mut(place? - 1)?;
            let (head, tail) = line.rsplit_once(" from ")?;
            assert!(!tail.is_empty());
            *line = format!("{head} from '{name}';");
        }
        (hint, _) if hint.starts_with("Remove the character U+") => {
            let number = hint.get("Remove the character U+".len()..)?.get(..4)?;
            let character = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
            return Some(source.replace(character, ""));
        }
        (hint, _) if hint.starts_with("Replace every `\\n`") => {
            return Some(source.replace("\\n", "\n").replace("\\\"", "\""));
        }
        (hint, _) if hint.starts_with("Remove the number, and the sign") => {
            let plain = |line: &String| {
                let rest = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
                rest.trim_start_matches(['|', ':']).to_owned()
            };
            lines = lines.iter().map(plain).collect();
        }
        (hint, _) if hint.starts_with("Remove the headers") => {
            lines.retain(|line| !line.starts_with('-') && !line.starts_with("@@"));
            lines.retain(|line| !line.starts_with("+++"));
            let plain = |line: &String| line.trim_start_matches('+').to_owned();
            lines = lines.iter().map(plain).collect();
        }
        (hint, [member]) if hint.starts_with("Send only the text") => {
            let object: serde_json::Value = serde_json::from_str(source).ok()?;
            return object.get(member)?.as_str().map(str::to_owned);
        }
        _ => return None,
    }
    Some(lines.join("\n") + "\n")
}

/// Characters that look alike and entities come in numbers: the same hint is followed for each of its kind.
fn everywhere(source: &str, new: &str, old: &str) -> Option<String> {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("‘", "'"),
        ("’", "'"),
        ("“", "\""),
        ("”", "\""),
    ];
    let all = pairs
        .iter()
        .chain([(old, new)].iter())
        .copied()
        .collect::<Vec<_>>();
    let mended = all
        .iter()
        .fold(source.to_owned(), |text, (old, new)| text.replace(old, new));
    Some(mended + "\n")
}

/// What stands between backticks; a backtick that is itself quoted cannot be told.
fn quoted(hint: &str) -> Vec<String> {
    let parts: Vec<&str> = hint.split('`').collect();
    let inside = parts.iter().skip(1).step_by(2);
    inside.map(|part| (*part).to_owned()).collect()
}
