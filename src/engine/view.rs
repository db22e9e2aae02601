//! One scope, seen inside a transaction: what the calls of [`Contacts`](super::Contacts)
//! and of a shared transaction have in common.

use std::sync::{Arc, OnceLock};

use crate::contact::{Contact, ContactId};
use crate::error::{Error, Result};
use crate::ident::{Key, Region};
use crate::resolve::Outcome;
use crate::resolve::plan::{Plan, Rules, Situation, plan};
use crate::resolve::request::{FieldRule, ReadRequest, ResolveRequest, read};
use crate::scope::Scope;
use crate::store::{ChangeEntry, Failure, Reading, Stamp, Stats, Writing};

/// A scope, and how requests are read in it.
#[derive(Clone)]
pub(super) struct View {
    pub(super) scope: Scope,
    pub(super) region: Option<Region>,
    rules: Rules,
    /// The scope's row, once it is known to be committed: then it stays.
    row: Arc<OnceLock<i64>>,
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

    pub(super) fn read(&self, request: &ResolveRequest, rule: FieldRule) -> Result<ReadRequest> {
        read(request, rule, self.region)
    }

    fn row(&self, tx: &Reading<'_>) -> Result<Option<i64>, Failure> {
        if let Some(row) = self.row.get() {
            return Ok(Some(*row));
        }
        let row = tx.scope(&self.scope)?;
        if let (Some(row), true) = (row, tx.is_committed()) {
            let _ = self.row.set(row);
        }
        Ok(row)
    }

    pub(super) fn plan(
        &self,
        tx: &Reading<'_>,
        request: &ReadRequest,
        rule: FieldRule,
        meant: Option<ContactId>,
    ) -> Result<Planned, Failure> {
        let row = self.row(tx)?;
        let mut situation = tx.situation(&self.scope, row, request, meant)?;
        let plan = plan(request, rule, &self.scope, &mut situation, &self.rules)?;
        Ok(Planned { situation, plan })
    }

    /// Writes a plan in the state for which it was made.
    pub(super) fn write(
        &self,
        tx: &Writing<'_>,
        planned: Planned,
        stamp: &Stamp<'_>,
    ) -> Result<Outcome, Failure> {
        let Planned { situation, plan } = planned;
        tx.apply(plan, &situation, &self.scope, self.row(tx)?, stamp)
    }

    /// Plans, and writes if there is something to write.
    pub(super) fn apply(
        &self,
        tx: &Writing<'_>,
        request: &ReadRequest,
        rule: FieldRule,
        meant: Option<ContactId>,
        stamp: &Stamp<'_>,
    ) -> Result<Outcome, Failure> {
        let planned = self.plan(tx, request, rule, meant)?;
        match planned.plan.outcome.changed {
            true => self.write(tx, planned, stamp),
            false => Ok(planned.plan.outcome),
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

    pub(super) fn changes(
        &self,
        tx: &Reading<'_>,
        since: u64,
        limit: usize,
    ) -> Result<Vec<ChangeEntry>, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.changes(scope, since, limit),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn stats(&self, tx: &Reading<'_>) -> Result<Stats, Failure> {
        let scope = self.row(tx)?;
        tx.stats(scope)
    }
}
