//! What the store says of a request's keys.

use rusqlite::params;

use super::Reading;
use super::failure::Result;
use crate::contact::ContactId;
use crate::error::Error;
use crate::resolve::plan::{Pairs, Situation, Standing};
use crate::resolve::request::ReadRequest;
use crate::scope::Scope;

impl Reading<'_> {
    /// How the keys of a request stand in a scope, and who holds them.
    ///
    /// `meant` is the contact that the request is for, by those who know it.
    pub(crate) fn situation(
        &self,
        scope: &Scope,
        request: &ReadRequest,
        meant: Option<ContactId>,
    ) -> Result<Situation> {
        let mut situation = Situation {
            keys: vec![Standing::default(); request.keys.len()],
            ..Situation::default()
        };
        let Some(scope_row) = self.scope(scope)? else {
            return Ok(situation);
        };
        let mut rows: Vec<i64> = Vec::new();
        for (standing, requested) in situation.keys.iter_mut().zip(&request.keys) {
            standing.blocked = self.is_blocked(scope_row, &requested.key)?;
            if let Some(row) = self.holder(scope_row, &requested.key)? {
                let known = rows.iter().position(|other| *other == row);
                standing.holder = Some(known.unwrap_or_else(|| {
                    rows.push(row);
                    rows.len() - 1
                }));
            }
        }
        if let Some(id) = meant {
            let found = self.find(scope_row, id)?;
            let found = found.filter(|found| !found.deleted);
            let row = found.ok_or(Error::NotFound(id))?.row;
            let known = rows.iter().position(|other| *other == row);
            situation.meant = Some(known.unwrap_or_else(|| {
                rows.push(row);
                rows.len() - 1
            }));
        }
        for row in &rows {
            situation.holders.push(self.contact(*row, scope)?);
        }
        if rows.len() > 1 {
            situation.distinct = self.pairs_among(
                &rows,
                "SELECT other FROM distinct_mark WHERE one = ?1
                 UNION ALL SELECT one FROM distinct_mark WHERE other = ?1",
            )?;
            situation.reviewed = self.pairs_among(
                &rows,
                "SELECT other FROM review_pair WHERE one = ?1
                 UNION ALL SELECT one FROM review_pair WHERE other = ?1",
            )?;
        }
        Ok(situation)
    }

    /// The pairs of rows between which `partners` finds something.
    fn pairs_among(&self, rows: &[i64], partners: &str) -> Result<Pairs> {
        let mut pairs = Pairs::default();
        let mut select = self.connection.prepare_cached(partners)?;
        for (index, row) in rows.iter().enumerate() {
            let partners = select.query_map(params![row], |found| found.get::<_, i64>(0))?;
            for partner in partners {
                let partner = partner?;
                if let Some(other) = rows.iter().position(|other| *other == partner) {
                    pairs.insert(index, other);
                }
            }
        }
        Ok(pairs)
    }
}
