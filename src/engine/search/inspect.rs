//! What is said of the index: how much it has, how far it is, whether it is right.

use std::collections::{HashMap, HashSet};

use super::Search;
use super::sight::is_of_this_log;
use crate::engine::Kinfold;
use crate::error::{Error, Result};
use crate::search::{Folder, Found, Layer};
use crate::store::{Failure, Finding, Reading, Report, SearchStats};

/// Under which word findings are reported.
const RULE: &str = "index";

impl Search {
    /// The index on disk in numbers; none if the store has no folder.
    pub(in crate::engine) fn stats(
        &self,
        tx: &Reading<'_>,
    ) -> Result<Option<SearchStats>, Failure> {
        let Some(folder) = self.shared.folder() else {
            return Ok(None);
        };
        let mut stats = SearchStats {
            bytes: folder.bytes(),
            changes_behind: tx.log_end()?,
            has_set_aside: folder.has_set_aside(),
            ..SearchStats::default()
        };
        if let Found::Sound(reader) = self.look() {
            let layer = reader.layer();
            if is_of_this_log(tx, layer.reached())? {
                stats.contacts = layer.documents();
                stats.changes_behind -= layer.reached().change;
            }
        }
        Ok(Some(stats))
    }

    /// What stands on disk, to be held against a state of the store that is read after it.
    pub(in crate::engine) fn look(&self) -> Found {
        match self.shared.folder() {
            Some(folder) => Found::checked(folder, self.shared.store()),
            None => Found::Nothing,
        }
    }

    /// Adds to a report what is to be said of what was found on disk.
    pub(in crate::engine) fn check(
        &self,
        tx: &Reading<'_>,
        found: &Found,
        mut report: Report,
    ) -> Result<Report, Failure> {
        if report.is_damaged() {
            return Ok(report);
        }
        let is_another = match found {
            Found::Nothing | Found::Damaged => false,
            Found::Another => true,
            Found::Sound(reader) => !is_of_this_log(tx, reader.layer().reached())?,
        };
        if is_another {
            let what = "the search index is of another store, log or version; the next search \
                        makes it anew";
            report.notes.push(finding(what));
        } else if matches!(found, Found::Damaged) {
            let what = "the search index is damaged; reindex makes it anew";
            report.index.push(finding(what));
        } else if let Found::Sound(reader) = found {
            compare(tx, reader.layer(), &mut report.index)?;
        }
        let folder = self.shared.folder();
        if folder.is_some_and(Folder::has_set_aside) {
            let what = "a damaged search index was set aside (search.damaged); reindex removes it";
            report.notes.push(finding(what));
        }
        report.ok &= report.index.is_empty();
        Ok(report)
    }
}

fn finding(what: impl Into<String>) -> Finding {
    Finding::new(RULE, what.into())
}

/// Whether an index has every contact that can be found, once and as it was last changed,
/// and nobody else. About whom something changed since, it may say what it likes.
fn compare(tx: &Reading<'_>, layer: &Layer, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    let reached = layer.reached().change;
    let later = tx.touched_since(reached, usize::MAX)?.rows;
    let later: HashSet<i64> = later.into_iter().map(|(_, row)| row).collect();
    let live = tx.live_rows(None)?;
    let mut missing: HashMap<i64, u64> = live
        .into_iter()
        .map(|(change, row)| (row, change))
        .collect();
    let mut found = HashSet::with_capacity(missing.len());
    let [mut nobody, mut twice, mut old] = [0_u64; 3];
    for (row, change) in layer.each_document() {
        if !found.insert(row) {
            twice += 1;
            continue;
        }
        let live = missing.remove(&row);
        if later.contains(&row) {
            continue;
        }
        match live {
            None => nobody += 1,
            Some(last) if last != change => old += 1,
            Some(_) => {}
        }
    }
    missing.retain(|row, _| !later.contains(row));
    for (many, what) in [
        (
            missing.len() as u64,
            "contacts that it should have are missing",
        ),
        (nobody, "contacts that it has are deleted, absorbed or none"),
        (twice, "contacts stand in it more than once"),
        (
            old,
            "contacts stand in it as they were before their last change",
        ),
    ] {
        if many > 0 {
            let what = format!("the search index differs: {many} {what}; reindex makes it anew");
            findings.push(finding(what));
        }
    }
    Ok(())
}

impl Kinfold {
    /// Makes an index anew in which something is wrong, and adds it to what was put right.
    /// While another process writes the index it stays, and the next check says so.
    pub(in crate::engine) fn repair_index(
        &self,
        report: &Report,
        mut repaired: Vec<Finding>,
    ) -> Result<Vec<Finding>> {
        if !report.index.is_empty() {
            match self.reindex() {
                Ok(_) => repaired.push(finding("the search index was made anew")),
                Err(Error::Busy { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(repaired)
    }
}
