//! One scope, seen inside a transaction: what the calls of [`Contacts`](super::Contacts)
//! and of a shared transaction have in common.

use std::sync::{Arc, OnceLock};

use super::Inner;
use crate::clock::Timestamp;
use crate::contact::limits::{self, Limits};
use crate::contact::{Contact, ContactId};
use crate::error::{Error, Result};
use crate::ident::{Key, Region};
use crate::resolve::Outcome;
use crate::resolve::idempotency::Idempotency;
use crate::resolve::plan::{Plan, Rules, Situation, plan};
use crate::resolve::request::{FieldRule, ReadRequest, ResolveRequest, read};
use crate::scope::Scope;
use crate::store::{Failure, Look, Reading, Stamp, Stats, Writing};

/// A scope, and how requests are read in it.
#[derive(Clone)]
pub(super) struct View {
    pub(super) scope: Scope,
    pub(super) region: Option<Region>,
    pub(super) rules: Rules,
    /// The scope's row, once it is known to be committed: then it stays.
    row: Arc<OnceLock<i64>>,
}

/// A request as it was read, and how it is to be answered.
pub(super) struct Asked {
    pub(super) request: ReadRequest,
    rule: FieldRule,
    /// The contact that it is for, by those who know it.
    meant: Option<ContactId>,
    repeat: Option<Repeat>,
}

/// By what a request is known again, and the age from which an answer is forgotten.
struct Repeat {
    known_by: Idempotency,
    too_old: Timestamp,
}

impl Asked {
    /// The same, of a contact that is known.
    #[cfg(feature = "exchange")]
    pub(super) fn of(mut self, meant: Option<ContactId>) -> Self {
        self.meant = meant;
        self
    }
}

/// A plan, and the state of the store that it is for.
pub(super) struct Planned {
    pub(super) situation: Situation,
    pub(super) plan: Plan,
}

impl View {
    pub(super) fn new(scope: Scope, region: Option<Region>, rules: Rules) -> Self {
        Self {
            scope,
            region,
            rules,
            row: Arc::default(),
        }
    }

    pub(super) fn read(
        &self,
        inner: &Inner,
        request: &ResolveRequest,
        rule: FieldRule,
    ) -> Result<Asked> {
        let known_by = request.idempotency(rule, self.region, inner.id)?;
        Ok(Asked {
            request: read(request, rule, self.region)?,
            rule,
            meant: None,
            repeat: known_by.map(|known_by| Repeat {
                known_by,
                too_old: inner.answers_too_old(),
            }),
        })
    }

    pub(super) fn row(&self, tx: &Reading<'_>) -> Result<Option<i64>, Failure> {
        if let Some(row) = self.row.get() {
            return Ok(Some(*row));
        }
        let row = tx.scope(&self.scope)?;
        if let (Some(row), true) = (row, tx.is_committed()) {
            let _ = self.row.set(row);
        }
        Ok(row)
    }

    /// The answer to a request, or what is to be written for it.
    pub(super) fn look(
        &self,
        tx: &Reading<'_>,
        asked: &Asked,
    ) -> Result<Look<Outcome, Planned>, Failure> {
        let row = self.row(tx)?;
        if let (Some(repeat), Some(row)) = (&asked.repeat, row)
            && let Some(kept) =
                tx.kept_answer(&self.scope, row, &repeat.known_by, repeat.too_old)?
        {
            return Ok(Look::Answer(kept));
        }
        let Asked { request, rule, .. } = asked;
        let mut situation = tx.situation(&self.scope, row, request, asked.meant)?;
        let plan = plan(request, *rule, &self.scope, &mut situation, &self.rules)?;
        // Who gives a key asks for the answer to be kept, whatever it is.
        Ok(match plan.outcome.changed || asked.repeat.is_some() {
            true => Look::Write(Planned { situation, plan }),
            false => Look::Answer(plan.outcome),
        })
    }

    /// Writes a plan in the state for which it was made.
    pub(super) fn write(
        &self,
        tx: &Writing<'_>,
        asked: &Asked,
        planned: Planned,
        stamp: &Stamp<'_>,
    ) -> Result<Outcome, Failure> {
        let Planned { situation, plan } = planned;
        let outcome = match plan.outcome.changed {
            true => tx.apply(plan, &situation, &self.scope, self.row(tx)?, stamp)?,
            false => plan.outcome,
        };
        if let Some(repeat) = &asked.repeat
            && let Some(row) = self.row(tx)?
        {
            tx.keep_answer(row, &repeat.known_by, &outcome, stamp.now, repeat.too_old)?;
        }
        Ok(outcome)
    }

    /// Looks, and writes if there is something to write.
    pub(super) fn apply(
        &self,
        tx: &Writing<'_>,
        asked: &Asked,
        stamp: &Stamp<'_>,
    ) -> Result<Outcome, Failure> {
        match self.look(tx, asked)? {
            Look::Answer(answer) => Ok(answer),
            Look::Write(planned) => self.write(tx, asked, planned, stamp),
        }
    }

    /// What would be answered; `now` is when.
    pub(super) fn preview(
        &self,
        tx: &Reading<'_>,
        asked: &Asked,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Outcome, Failure> {
        match self.look(tx, asked)? {
            Look::Answer(answer) => Ok(answer),
            Look::Write(Planned { plan, .. }) => {
                let mut outcome = plan.outcome;
                if plan.touched {
                    outcome.contact.stamp(now(), outcome.created);
                }
                Ok(outcome)
            }
        }
    }

    pub(super) fn get(&self, tx: &Reading<'_>, id: ContactId) -> Result<Contact, Failure> {
        let not_found = || Failure::from(Error::NotFound(id));
        let scope = self.row(tx)?.ok_or_else(not_found)?;
        let found = tx.find(scope, id)?.ok_or_else(not_found)?;
        tx.contact(found.row, &self.scope)
    }

    pub(super) fn find(&self, tx: &Reading<'_>, key: &Key) -> Result<Option<Contact>, Failure> {
        let Some(scope) = self.row(tx)? else {
            return Ok(None);
        };
        match tx.holder(scope, key)? {
            Some(row) => tx.contact(row, &self.scope).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn list(
        &self,
        tx: &Reading<'_>,
        after: Option<ContactId>,
        limit: usize,
    ) -> Result<Vec<Contact>, Failure> {
        let scope = self.row(tx)?;
        let after_row = match (scope, after) {
            (Some(scope), Some(id)) => tx.row_of(scope, id)?,
            (_, after) => after.is_none().then_some(0),
        };
        let Some(after_row) = after_row else {
            return Err(Error::NotFound(after.unwrap_or(ContactId::NONE)).into());
        };
        let Some(scope) = scope else {
            return Ok(Vec::new());
        };
        let rows = tx.page(scope, after_row, limit)?;
        rows.into_iter()
            .map(|row| tx.contact(row, &self.scope))
            .collect()
    }

    pub(super) fn for_each(
        &self,
        tx: &Reading<'_>,
        mut each: impl FnMut(Contact) -> Result<()>,
    ) -> Result<(), Failure> {
        const PAGE: usize = 1_000;
        let Some(scope) = self.row(tx)? else {
            return Ok(());
        };
        let mut last = 0;
        loop {
            let rows = tx.page(scope, last, PAGE)?;
            let Some(end) = rows.last() else {
                return Ok(());
            };
            last = *end;
            for row in rows {
                each(tx.contact(row, &self.scope)?)?;
            }
        }
    }

    pub(super) fn count(&self, tx: &Reading<'_>) -> Result<u64, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.count(scope),
            None => Ok(0),
        }
    }

    pub(super) fn stats(&self, tx: &Reading<'_>) -> Result<Stats, Failure> {
        let scope = self.row(tx)?;
        tx.stats(scope)
    }
}

/// The name of who writes, for the change log.
pub(super) fn origin(name: &str) -> Result<Arc<str>> {
    let read = limits::line("origin", name, Limits::ORIGIN)
        .map_err(|refused| Error::InvalidRequest(refused.what))?;
    let read = read.ok_or_else(|| {
        Error::invalid_request("origin", name, "it is empty; leave it out or name one")
    })?;
    Ok(read.into())
}
