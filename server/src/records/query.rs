//! What can be asked of the table: filters, a direction, and pages.

use jiff::Timestamp;

use crate::lifecycle::{BuildId, Status};
use crate::records::record::{Field, Record};

/// Rows of one page: as many as a person scrolls through, and some hundred kilobytes.
pub const PAGE_ROWS_MAX: usize = 1000;
/// Rows that are looked at for one page. A filter that nothing is indexed for may pass over all
/// others; the page then ends early, and its cursor goes on from there.
pub const LOOKED_AT_MAX: usize = 20_000;

/// A question: the newest rows first that hold all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Fields and the values they must have.
    pub terms: Vec<(Field, String)>,
    /// Accepted at this moment or later.
    pub since: Option<Timestamp>,
    /// Accepted before this moment.
    pub until: Option<Timestamp>,
    /// Only rows older than this one: where the page before ended.
    pub before: Option<BuildId>,
    /// Rows of the page.
    pub limit: usize,
}

/// Where the rows of a page are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// Among those of builds that have not ended; there are few.
    Unfinished,
    /// Among the final ones that this term finds: the one that tells rows apart the best.
    Term(Field, &'a str),
    /// Among all.
    All,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The rows, the newest first.
    pub rows: Vec<Record>,
    /// Where the next page begins; nothing after the last row.
    pub next: Option<BuildId>,
}

impl Query {
    /// The ids between which rows can hold: the first of them is in, the second is not.
    pub(super) fn bounds(&self) -> (BuildId, Option<BuildId>) {
        let first = BuildId::first_at(self.since.unwrap_or(Timestamp::UNIX_EPOCH));
        let ends = [self.until.map(BuildId::first_at), self.before];
        (first, ends.into_iter().flatten().min())
    }

    /// By what the rows are found.
    pub(super) fn way(&self) -> Way<'_> {
        let under_way = |(field, value): &(Field, String)| {
            let status = Status::ALL.into_iter().find(|it| it.as_str() == value);
            *field == Field::Status && status.is_some_and(|status| !status.is_terminal())
        };
        match self.terms.iter().min() {
            _ if self.terms.iter().any(under_way) => Way::Unfinished,
            Some((field, value)) => Way::Term(*field, value),
            None => Way::All,
        }
    }

    /// Whether a row holds all terms; its id is within the bounds.
    pub(super) fn holds(&self, row: &Record) -> bool {
        let terms = row.terms();
        self.terms.iter().all(|term| terms.contains(term))
    }
}

/// Gathers a page from rows that come in their order.
#[derive(Debug)]
pub(super) struct Gathering<'a> {
    query: &'a Query,
    looked_at: usize,
    page: Page,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        Self {
            query,
            looked_at: 0,
            page: Page::default(),
        }
    }

    /// Takes the next row, if it holds. False when the page is complete: the row is left to the
    /// next one.
    pub(super) fn take(&mut self, row: Record) -> bool {
        let limit = self.query.limit.clamp(1, PAGE_ROWS_MAX);
        if self.page.rows.len() == limit {
            self.page.next = self.page.rows.last().map(|row| row.id);
            return false;
        }
        self.looked_at += 1;
        let id = row.id;
        if self.query.holds(&row) {
            self.page.rows.push(row);
        }
        if self.looked_at == LOOKED_AT_MAX {
            self.page.next = Some(id);
            return false;
        }
        true
    }

    pub(super) fn page(self) -> Page {
        self.page
    }
}
