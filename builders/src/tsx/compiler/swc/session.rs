//! What every step after the parser needs.

use std::collections::BTreeSet;

use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::sync::Lrc;
use swc_core::common::{Mark, SourceMap};
use swc_core::ecma::ast::Id;

use crate::diagnostic::Severity;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::swc::source_names::SourceNames;
use crate::tsx::compiler::{Finding, Unit};

/// The two marks by which swc tells a free name from one of the module's top level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    pub(super) unresolved: Mark,
    pub(super) top_level: Mark,
}

/// One compilation under way.
pub(super) struct Session<'a> {
    pub(super) unit: &'a Unit<'a>,
    pub(super) map: Lrc<SourceMap>,
    pub(super) comments: SingleThreadedComments,
    pub(super) places: Places,
    pub(super) marks: Marks,
    /// The names of the source, where the module is to be mapped.
    pub(super) names: SourceNames,
    /// What the file declares by `var` itself.
    pub(super) vars: BTreeSet<Id>,
    /// Warnings and notes so far.
    pub(super) findings: Vec<Finding>,
    /// What was mended so far.
    pub(super) repairs: Vec<Finding>,
}

impl<'a> Session<'a> {
    /// Starts with fresh marks; must be called within swc's globals.
    pub(super) fn new(
        unit: &'a Unit<'a>,
        map: Lrc<SourceMap>,
        comments: SingleThreadedComments,
        places: Places,
        findings: Vec<Finding>,
    ) -> Self {
        let marks = Marks {
            unresolved: Mark::new(),
            top_level: Mark::new(),
        };
        Self {
            unit,
            map,
            comments,
            places,
            marks,
            names: SourceNames::default(),
            vars: BTreeSet::new(),
            findings,
            repairs: Vec::new(),
        }
    }

    /// What failed, and what was mended before it did, in the order of the source.
    pub(super) fn with_repairs(&mut self, mut found: Vec<Finding>) -> Vec<Finding> {
        if !self.repairs.is_empty() {
            found.append(&mut self.repairs);
            found.sort_by_key(|finding| finding.span);
        }
        found
    }

    /// Keeps warnings; returns all findings, in the order of the source, when one is an error.
    pub(super) fn keep_or_fail(&mut self, found: Vec<Finding>) -> Result<(), Vec<Finding>> {
        let failed = found
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        self.findings.extend(found);
        if !failed {
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.findings);
        all.sort_by_key(|finding| finding.span);
        Err(all)
    }
}
