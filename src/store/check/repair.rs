//! Putting right what a check found and the rules decide.

use rusqlite::params;

use super::rules::{listing, somebody_live_before};
use super::{Finding, contact_id};
use crate::contact::difference::difference;
use crate::contact::{Contact, ContactId};
use crate::scope::Scope;
use crate::store::Writing;
use crate::store::apply::{NewChange, Stamp};
use crate::store::failure::Result;

/// Whether a listing is the one that holds its key.
macro_rules! should_hold {
    () => {
        concat!(
            "(contact.state = 0
              AND NOT EXISTS (SELECT 1 FROM blocked_key AS blocked
                              WHERE blocked.scope = identifier.scope
                                AND blocked.kind = identifier.kind
                                AND blocked.key = identifier.key)
              AND NOT ",
            somebody_live_before!("identifier"),
            ")"
        )
    };
}

/// A listing that holds its key and must not, or the other way round.
struct Wrong {
    uuid: Option<ContactId>,
    listing: String,
    scope: i64,
    contact: i64,
    kind: i64,
    key: String,
    should_hold: bool,
}

impl Writing<'_> {
    /// Gives every key to the first live contact in its line, as the rules say; what
    /// had to be put right.
    pub(crate) fn repair_holders(&self, stamp: &Stamp<'_>) -> Result<Vec<Finding>> {
        let mut select = self.connection.prepare(concat!(
            "SELECT contact.uuid, ",
            listing!("identifier"),
            ", identifier.scope, contact.id, identifier.kind, identifier.key, ",
            should_hold!(),
            " FROM identifier JOIN contact ON contact.id = identifier.contact
              WHERE identifier.holds <> ",
            should_hold!()
        ))?;
        let wrong: Vec<Wrong> = select
            .query_map([], |row| {
                Ok(Wrong {
                    uuid: contact_id(row)?,
                    listing: row.get(1)?,
                    scope: row.get(2)?,
                    contact: row.get(3)?,
                    kind: row.get(4)?,
                    key: row.get(5)?,
                    should_hold: row.get(6)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        let mut contacts: Vec<(i64, i64)> = wrong
            .iter()
            .map(|wrong| (wrong.contact, wrong.scope))
            .collect();
        contacts.sort_unstable();
        contacts.dedup();
        let before = self.contacts_by_row(&contacts)?;
        // Nobody takes a key before somebody else gave it up.
        for holds in [false, true] {
            for wrong in wrong.iter().filter(|wrong| wrong.should_hold == holds) {
                self.connection
                    .prepare_cached(
                        "UPDATE identifier SET holds = ?4
                         WHERE contact = ?1 AND kind = ?2 AND key = ?3",
                    )?
                    .execute(params![wrong.contact, wrong.kind, wrong.key, holds])?;
            }
        }
        let after = self.contacts_by_row(&contacts)?;
        for ((before, mut after), (row, scope)) in before.into_iter().zip(after).zip(contacts) {
            after.stamp(stamp.now, false);
            let difference = difference(Some(&before), &after);
            let change = NewChange {
                scope,
                contact: Some(row),
                op: "repair",
                difference: &difference,
            };
            self.log(&change, stamp)?;
            self.update_contact(row, &after.fields, after.version, stamp.now)?;
        }
        let mut repaired = Vec::new();
        for wrong in wrong {
            let verb = match wrong.should_hold {
                true => "holds its key again",
                false => "no longer holds its key",
            };
            repaired.push(Finding {
                rule: "holder",
                what: format!("{} {verb}", wrong.listing),
                contact: wrong.uuid,
            });
        }
        Ok(repaired)
    }

    fn contacts_by_row(&self, rows: &[(i64, i64)]) -> Result<Vec<Contact>> {
        // The scope's names are not looked at.
        let scope = Scope::default();
        rows.iter()
            .map(|(row, _)| self.contact(*row, &scope))
            .collect()
    }
}
