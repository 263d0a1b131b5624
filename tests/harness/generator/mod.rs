//! Programs by chance: small modules, valid, most of them sound at run time and some wrong on purpose.
//!
//! A program is a component that it exports, and around it pieces that have nothing to do with each
//! other but the module in which they stand: imports, exports, names, JSX, TypeScript, statements.
//! Every piece leaves a trace in the order of evaluation (`__trace`), in exports or in the markup,
//! so that whatever a compiler changes in it is seen. One seed gives one program.

mod chance;
mod forms;
mod names;
mod piece;

use std::fmt::Write;

use self::chance::Chance;
use self::forms::{Form, Table};
use self::names::Taken;
use self::piece::Piece;

/// Where the children of the exported component go.
const CHILDREN: &str = "@children";
/// Of a hundred programs so many are wrong on purpose.
const FAULTY: usize = 25;

/// One program.
#[derive(Debug, Clone)]
pub struct Program {
    seed: u64,
    /// The piece with the default export, and the others in the order of their lines.
    pieces: Vec<Piece>,
    /// Which of the pieces has the default export.
    main: usize,
    /// Which pieces have their imports where they stand; those of the others stand at the top.
    imports_below: Vec<bool>,
}

impl Program {
    /// The program of a seed.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut taken = Taken::default();
        let default = one_of(forms::defaults(), &mut chance, &mut taken);
        let mut pieces = Vec::new();
        for table in forms::tables() {
            pieces.extend(some_of(table, &mut chance, &mut taken));
        }
        if chance.percent(FAULTY) {
            pieces.extend(one_of(forms::faults(), &mut chance, &mut taken));
        }
        for end in (1..pieces.len()).rev() {
            pieces.swap(end, chance.below(end + 1));
        }
        let main = chance.below(pieces.len() + 1);
        pieces.splice(main..main, default);
        let imports_below = pieces.iter().map(|_| chance.percent(30)).collect();
        Self {
            seed,
            pieces,
            main,
            imports_below,
        }
    }

    /// What gives this program again.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What it is put together of.
    #[must_use]
    pub fn forms(&self) -> Vec<&'static str> {
        self.pieces.iter().map(|piece| piece.title).collect()
    }

    /// Whether its minified module may do otherwise, for a reason that the tables of forms name.
    #[must_use]
    pub fn is_forgiven(&self) -> bool {
        self.pieces.iter().any(|piece| piece.forgiven)
    }

    /// Its text.
    #[must_use]
    pub fn source(&self) -> String {
        let mut text = format!(
            "// Program {}.\ndeclare const __trace: unknown[], __later: unknown[];\n",
            self.seed
        );
        let mut write = |line: &str| {
            let _ = writeln!(text, "{line}");
        };
        let placed = || self.pieces.iter().zip(&self.imports_below);
        for (piece, _) in placed().filter(|(_, below)| !**below) {
            piece.imports.iter().for_each(|line| write(line));
        }
        for (piece, below) in placed() {
            for line in &piece.body {
                if line.contains(CHILDREN) {
                    self.pieces
                        .iter()
                        .flat_map(|one| &one.shown)
                        .for_each(|child| write(child));
                } else {
                    write(line);
                }
            }
            if *below {
                piece.imports.iter().for_each(|line| write(line));
            }
        }
        text
    }

    /// The same program less one of its pieces, for each of them: what still fails is smaller.
    #[must_use]
    pub fn smaller(&self) -> Vec<Self> {
        let without = |at: usize| {
            let mut program = self.clone();
            program.pieces.remove(at);
            program.imports_below.remove(at);
            program.main -= usize::from(at < self.main);
            program
        };
        let others = (0..self.pieces.len()).filter(|at| *at != self.main);
        others.map(without).collect()
    }
}

fn some_of(table: &Table, chance: &mut Chance, taken: &mut Taken) -> Vec<Piece> {
    let count = table.least + chance.below(table.most - table.least + 1);
    let forms = (0..count).map(|_| one_of(&table.forms, chance, taken));
    forms.flatten().collect()
}

/// A piece of one form of a table; none when the names it needs are taken.
fn one_of(forms: &[Form], chance: &mut Chance, taken: &mut Taken) -> Option<Piece> {
    Piece::of(chance.pick(forms), chance, taken)
}
