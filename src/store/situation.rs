//! What the store says of a request's keys.

use rusqlite::{OptionalExtension, params};

use super::Reading;
use super::contacts::kind_number;
use super::failure::Result;
use crate::contact::ContactId;
use crate::error::Error;
use crate::ident::pattern::is_notorious;
use crate::resolve::plan::{Pairs, Situation, Standing};
use crate::resolve::request::ReadRequest;
use crate::scope::Scope;

/// How a key stands: one row with its holder, or one that says that it is blocked, or
/// none. Nobody holds what is blocked, so that is looked up only for what nobody holds.
/// A bound parameter in place of the 1 would not use the partial index.
pub(super) const STANDING: &str = "
    SELECT contact FROM identifier WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1
    UNION ALL
    SELECT NULL FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND key = ?3
    LIMIT 1";

impl Reading<'_> {
    /// How the keys of a request stand in a scope, and who holds them.
    ///
    /// `meant` is the contact that the request is for, by those who know it.
    pub(crate) fn situation(
        &self,
        scope: &Scope,
        scope_row: Option<i64>,
        request: &ReadRequest,
        meant: Option<ContactId>,
    ) -> Result<Situation> {
        let mut situation = Situation {
            keys: vec![Standing::default(); request.keys.len()],
            ..Situation::default()
        };
        situation.custom_fields = self.known_fields(scope_row, &request.fields.custom_fields)?;
        let Some(scope_row) = scope_row else {
            // It will be a new scope.
            for (standing, requested) in situation.keys.iter_mut().zip(&request.keys) {
                standing.blocked = is_notorious(&requested.key);
            }
            return Ok(situation);
        };
        let mut rows: Vec<i64> = Vec::new();
        let mut stand = self.connection.prepare_cached(STANDING)?;
        for (standing, requested) in situation.keys.iter_mut().zip(&request.keys) {
            let key = &requested.key;
            let line = params![scope_row, kind_number(key.kind()), key.as_str()];
            let found = stand.query_row(line, |row| row.get::<_, Option<i64>>(0));
            let found = found.optional()?;
            // What is held is not blocked, and what was ever listed is not looked for anew.
            standing.blocked = match found {
                Some(holder) => holder.is_none(),
                None => self.blocking_pattern(scope_row, key)?.is_some(),
            };
            if let Some(row) = found.flatten() {
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
            let families = rows.iter().map(|row| self.family(*row));
            let families = families.collect::<Result<Vec<_>>>()?;
            situation.distinct = self.pairs_among(
                &families,
                "SELECT other FROM distinct_mark WHERE one = ?1
                 UNION ALL SELECT one FROM distinct_mark WHERE other = ?1",
            )?;
            situation.reviewed = self.pairs_among(
                &families,
                "SELECT other FROM review_pair WHERE one = ?1
                 UNION ALL SELECT one FROM review_pair WHERE other = ?1",
            )?;
        }
        Ok(situation)
    }

    /// The pairs of families between which `partners` finds something. What was said of a
    /// contact before it was absorbed is said of its survivor.
    fn pairs_among(&self, families: &[Vec<i64>], partners: &str) -> Result<Pairs> {
        let mut pairs = Pairs::default();
        let mut select = self.connection.prepare_cached(partners)?;
        for (index, family) in families.iter().enumerate() {
            for member in family {
                let partners = select.query_map([member], |found| found.get::<_, i64>(0))?;
                for partner in partners {
                    let partner = partner?;
                    let other = families.iter().position(|other| other.contains(&partner));
                    if let Some(other) = other.filter(|other| *other != index) {
                        pairs.insert(index, other);
                    }
                }
            }
        }
        Ok(pairs)
    }
}
