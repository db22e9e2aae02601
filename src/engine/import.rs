//! Whole files: each record a lenient resolve, many records a transaction.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Contacts;
use super::many::own_answer;
use crate::contact::{ContactId, Draft, Rejected};
use crate::error::{Error, Result};
use crate::exchange::Record;
use crate::ident::Region;
use crate::resolve::request::FieldRule;
use crate::resolve::{OnConflict, Outcome, ResolveRequest};
use crate::store::{End, Failure, Stamp, Writing};

/// The most records in one transaction, and the most text of theirs: other writers
/// wait for it, and a fault takes it back.
const GROUP_RECORDS: usize = 500;
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// How long a group is filled from a slow source before it is written.
const GROUP_PATIENCE: Duration = Duration::from_millis(200);

/// How records are imported.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportOptions {
    on_conflict: OnConflict,
    dry_run: bool,
}

impl ImportOptions {
    /// What to do when a record's identifiers belong to several contacts, unless the
    /// record itself says it.
    #[must_use]
    pub fn on_conflict(mut self, policy: OnConflict) -> Self {
        self.on_conflict = policy;
        self
    }

    /// Counts what an import would do and writes nothing. Other writers wait until it
    /// is done.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }
}

/// What became of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImportSummary {
    /// Records read: created, matched and rejected ones.
    pub read: u64,
    /// Contacts that are new.
    pub created: u64,
    /// Records that belong to a contact that was there.
    pub matched: u64,
    /// Matched records that changed nothing.
    pub unchanged: u64,
    /// Contacts absorbed by others.
    pub merged: u64,
    /// Applied records with an identifier that another contact holds.
    pub conflicts: u64,
    /// Records that were not applied.
    pub rejected: u64,
    /// Identifiers left out of applied records.
    pub left_out: u64,
}

/// Something that a person may want to know of an import, once it is committed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ImportEvent<'a> {
    /// A record was not applied.
    Rejected {
        /// The line on which the record begins, from 1.
        line: u64,
        /// The record as it stands in the file.
        text: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// A record was applied without some of its identifiers.
    LeftOut {
        /// The line on which the record begins, from 1.
        line: u64,
        /// The record as it stands in the file.
        text: &'a str,
        /// What was left out, and why.
        identifiers: &'a [Rejected],
    },
    /// Some more records are committed.
    Committed(&'a ImportSummary),
}

/// A record to be applied.
struct Work {
    line: u64,
    text: String,
    request: Result<ResolveRequest>,
    /// What the contact is only to list, once it is there.
    only_listed: Option<Draft>,
    /// The contact that is there already and only gets what it lists.
    onto: Option<Onto>,
}

/// A contact of this import that lists what another holds.
#[derive(Clone, Copy)]
struct Onto {
    contact: ContactId,
    /// Whether its record was counted as a conflict before.
    in_conflict: bool,
    /// Whether its record was counted as one that changed nothing.
    unchanged: bool,
}

/// A record and what became of it.
struct Done {
    line: u64,
    text: String,
    result: Result<Outcome>,
    only_listed: Option<Draft>,
    region: Option<Region>,
    onto: Option<Onto>,
    /// What can't be listed, if the contact is gone meanwhile.
    lost: Vec<Rejected>,
}

impl Contacts {
    /// Imports records, each as a lenient [`resolve`](Contacts::resolve): an identifier
    /// that can't be read is left out, and a record that can't be applied is reported
    /// and does not stop the others.
    ///
    /// Hundreds of records share a transaction. A fault leaves whole records only, and
    /// the import can be run again: what is there is matched and not doubled. A record
    /// that carries an idempotency key counts again as what it was answered first.
    ///
    /// A contact as an export prints it is not found by what it was printed to list and
    /// not to hold. That waits in memory and is listed at the end, when those who hold it
    /// are there; after a fault by the next run. One that held nothing at all can't be
    /// found again.
    ///
    /// `observe` is told what to report, and can stop the import between two groups.
    ///
    /// # Errors
    ///
    /// Those of the source (the file can't be read), those of a store, and
    /// [`Error::Stopped`]. What was committed stays.
    ///
    /// ```
    /// use kinfold::exchange::{Format, ReadOptions, Records};
    /// use kinfold::{ImportOptions, Kinfold, Scope};
    /// use std::ops::ControlFlow;
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let file = "name,email\nAna Ruiz,ana@example.com\nNobody,\n";
    /// let records = Records::open(file.as_bytes(), Format::Csv, &ReadOptions::default())?;
    /// let summary =
    ///     contacts.import(records, ImportOptions::default(), |_| ControlFlow::Continue(()))?;
    /// assert_eq!((summary.created, summary.rejected), (1, 1));
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn import(
        &self,
        records: impl IntoIterator<Item = Result<Record>>,
        options: ImportOptions,
        mut observe: impl FnMut(ImportEvent<'_>) -> ControlFlow<()>,
    ) -> Result<ImportSummary> {
        let inner = &self.kinfold.inner;
        let records = records.into_iter();
        if options.dry_run {
            let done = inner.store.write(|tx| {
                let summary = drive(records, &mut observe, |group| {
                    let origin = self.origin.as_deref();
                    inner
                        .stamped(origin, |stamp| self.apply_group(tx, group, options, stamp))
                        .map_err(|failure| inner.error(failure))
                })?;
                Ok(End::RollBack(summary))
            });
            return done.map_err(|failure| inner.error(failure));
        }
        drive(records, &mut observe, |group| {
            inner.write(self.origin.as_deref(), |tx, stamp| {
                self.apply_group(tx, group, options, stamp)
            })
        })
    }

    /// Resolves the records of a group one after the other. What a record gets wrong is
    /// its own result; only the store ends the group.
    fn apply_group(
        &self,
        tx: &Writing<'_>,
        group: Vec<Work>,
        options: ImportOptions,
        stamp: &Stamp<'_>,
    ) -> Result<Vec<Done>, Failure> {
        let mut all = Vec::with_capacity(group.len());
        for work in group {
            let meant = work.onto.map(|onto| onto.contact);
            let region = work
                .request
                .as_ref()
                .ok()
                .and_then(|request| request.region);
            let identifiers = match (&work.request, work.onto) {
                (Ok(request), Some(_)) => request.draft.identifiers.clone(),
                _ => Vec::new(),
            };
            let read = work.request.and_then(|request| {
                let request = request.lenient(true).on_conflict_or(options.on_conflict);
                let inner = &self.kinfold.inner;
                self.view.read(inner, &request, FieldRule::Fill)
            });
            let result = match read {
                Ok(asked) => own_answer(self.view.apply(tx, &asked.of(meant), stamp))?,
                Err(error) => Err(error),
            };
            let lost = match &result {
                Err(error) => identifiers
                    .iter()
                    .map(|typed| Rejected::new(typed.field, &typed.value, error))
                    .collect(),
                Ok(_) => Vec::new(),
            };
            all.push(Done {
                lost,
                line: work.line,
                text: work.text,
                result,
                only_listed: work.only_listed,
                region,
                onto: work.onto,
            });
        }
        Ok(all)
    }
}

/// Applies all records group by group. What a printed contact lists and does not hold
/// comes last, when those who hold it are there: it must not be found by it.
fn drive(
    mut records: impl Iterator<Item = Result<Record>>,
    observe: &mut impl FnMut(ImportEvent<'_>) -> ControlFlow<()>,
    mut apply: impl FnMut(Vec<Work>) -> Result<Vec<Done>>,
) -> Result<ImportSummary> {
    let mut summary = ImportSummary::default();
    let mut later = Vec::new();
    loop {
        let (group, fault) = next_group(&mut records);
        if group.is_empty() && fault.is_none() {
            break;
        }
        let work = group
            .into_iter()
            .filter_map(|record| now_or(&mut later, record))
            .collect();
        let done = apply(work)?;
        let stop = summary.report(&done, observe);
        // Who holds the keys may stand in what was not read: nothing is listed then. The
        // next run lists it.
        match fault {
            Some(error) => return Err(error),
            None if stop.is_break() => return Err(Error::Stopped),
            None => later.extend(done.into_iter().filter_map(listed_later)),
        }
    }
    let mut later = later.into_iter().peekable();
    while later.peek().is_some() {
        let done = apply(later.by_ref().take(GROUP_RECORDS).collect())?;
        if summary.report(&done, observe).is_break() {
            return Err(Error::Stopped);
        }
    }
    Ok(summary)
}

/// What of a record is to be done now. One that holds nothing is put aside whole.
fn now_or(later: &mut Vec<Work>, record: Record) -> Option<Work> {
    let Record {
        line,
        text,
        mut request,
        ..
    } = record;
    let only_listed = request
        .as_mut()
        .ok()
        .and_then(|request| request.draft.take_only_listed());
    let holds_nothing = request
        .as_ref()
        .is_ok_and(|request| request.draft.identifiers.is_empty());
    match (only_listed, request) {
        (Some(only_listed), Ok(mut request)) if holds_nothing => {
            request.draft.identifiers = only_listed.identifiers;
            later.push(Work {
                line,
                text,
                request: Ok(request),
                only_listed: None,
                onto: None,
            });
            None
        }
        (only_listed, request) => Some(Work {
            line,
            text,
            request,
            only_listed,
            onto: None,
        }),
    }
}

/// What is left to be listed by a contact that is there now.
fn listed_later(done: Done) -> Option<Work> {
    let (draft, outcome) = (done.only_listed?, done.result.ok()?);
    let onto = Onto {
        contact: outcome.contact.id,
        in_conflict: !outcome.conflicts.is_empty(),
        unchanged: !outcome.changed,
    };
    let mut request = ResolveRequest::from(draft).on_conflict(OnConflict::PreferStrongest);
    request.region = done.region;
    Some(Work {
        line: done.line,
        text: done.text,
        request: Ok(request),
        only_listed: None,
        onto: Some(onto),
    })
}

/// The next records, until they are a group's worth, the source has no more for now, or
/// it fails.
fn next_group(records: &mut impl Iterator<Item = Result<Record>>) -> (Vec<Record>, Option<Error>) {
    let started = Instant::now();
    let (mut group, mut bytes) = (Vec::new(), 0);
    while group.len() < GROUP_RECORDS && bytes < GROUP_BYTES {
        match records.next() {
            Some(Ok(record)) => {
                bytes += record.text.len();
                group.push(record);
            }
            Some(Err(error)) => return (group, Some(error)),
            None => break,
        }
        if started.elapsed() > GROUP_PATIENCE {
            break;
        }
    }
    (group, None)
}

impl ImportSummary {
    /// Counts what became of a group, and says it.
    fn report(
        &mut self,
        done: &[Done],
        observe: &mut impl FnMut(ImportEvent<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut stop = ControlFlow::Continue(());
        let mut tell = |event: ImportEvent<'_>| {
            if observe(event).is_break() {
                stop = ControlFlow::Break(());
            }
        };
        for done in done {
            self.read += u64::from(done.onto.is_none());
            let (line, text) = (done.line, done.text.as_str());
            match &done.result {
                Ok(outcome) => {
                    self.count(outcome, done.onto);
                    let identifiers = outcome.rejected.as_slice();
                    if !identifiers.is_empty() {
                        tell(ImportEvent::LeftOut {
                            line,
                            text,
                            identifiers,
                        });
                    }
                }
                Err(_) if done.onto.is_some() => {
                    let identifiers = done.lost.as_slice();
                    self.left_out += u64::try_from(identifiers.len()).unwrap_or(u64::MAX);
                    tell(ImportEvent::LeftOut {
                        line,
                        text,
                        identifiers,
                    });
                }
                Err(error) => {
                    self.rejected += 1;
                    tell(ImportEvent::Rejected { line, text, error });
                }
            }
        }
        tell(ImportEvent::Committed(self));
        stop
    }

    fn count(&mut self, outcome: &Outcome, onto: Option<Onto>) {
        let number = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
        if onto.is_none() {
            self.created += u64::from(outcome.created);
            self.matched += u64::from(!outcome.created);
            self.unchanged += u64::from(!outcome.changed);
        }
        if onto.is_some_and(|onto| onto.unchanged) && outcome.changed {
            self.unchanged = self.unchanged.saturating_sub(1);
        }
        let counted = onto.is_some_and(|onto| onto.in_conflict);
        self.conflicts += u64::from(!counted && !outcome.conflicts.is_empty());
        self.merged += number(outcome.merged.len());
        self.left_out += number(outcome.rejected.len());
    }
}
