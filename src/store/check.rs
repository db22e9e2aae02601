//! Whether what must always hold does hold.

use rusqlite::{Row, params};
use serde::Serialize;

use super::apply::{NewChange, Stamp};
use super::contacts::kind_by_number;
use super::failure::Result;
use super::properties::KEY_RULES;
use super::{Reading, Writing};
use crate::contact::difference::difference;
use crate::contact::{Contact, ContactId};
use crate::ident::{Key, Kind, key_rules_version};
use crate::scope::Scope;

/// Something that is not as it must be, or that a person may want to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that is broken, in a word or two: `holder`, `integrity`, …
    pub rule: &'static str,
    /// What is wrong. Names rows and contacts, never what somebody typed.
    pub what: String,
    /// The contact concerned.
    pub contact: Option<ContactId>,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// What is wrong.
    pub problems: Vec<Finding>,
    /// What is not wrong, but worth a look: phones that a second library reads
    /// differently.
    pub notes: Vec<Finding>,
    /// What was put right.
    pub repaired: Vec<Finding>,
    /// How many stored phones were read a second time.
    pub phones_read_twice: u64,
}

/// Rules that a query can break: what it is called, what is said, and the query, whose
/// rows are the broken places as (contact's uuid, what).
const RULES: &[(&str, &str, &str)] = &[
    (
        "holder",
        "an unblocked line whose first live contact does not hold the key",
        "SELECT (SELECT uuid FROM contact WHERE id = first.contact), 'identifier ' || first.id
         FROM identifier AS first JOIN contact ON contact.id = first.contact
         WHERE contact.state = 0 AND first.holds = 0
           AND NOT EXISTS (SELECT 1 FROM blocked_key AS blocked
                           WHERE blocked.scope = first.scope AND blocked.kind = first.kind
                             AND blocked.key = first.key)
           AND NOT EXISTS (SELECT 1 FROM identifier AS before
                           JOIN contact AS other ON other.id = before.contact
                           WHERE before.scope = first.scope AND before.kind = first.kind
                             AND before.key = first.key AND before.place < first.place
                             AND other.state = 0)",
    ),
    (
        "holder",
        "a key held by a contact that is deleted, absorbed, or behind another in line",
        "SELECT contact.uuid, 'identifier ' || held.id
         FROM identifier AS held JOIN contact ON contact.id = held.contact
         WHERE held.holds = 1
           AND (contact.state <> 0
                OR EXISTS (SELECT 1 FROM identifier AS before
                           JOIN contact AS other ON other.id = before.contact
                           WHERE before.scope = held.scope AND before.kind = held.kind
                             AND before.key = held.key AND before.place < held.place
                             AND other.state = 0))",
    ),
    (
        "holder",
        "a blocked key that is held",
        "SELECT contact.uuid, 'identifier ' || held.id
         FROM identifier AS held JOIN contact ON contact.id = held.contact
         JOIN blocked_key AS blocked ON blocked.scope = held.scope
              AND blocked.kind = held.kind AND blocked.key = held.key
         WHERE held.holds = 1",
    ),
    (
        "external id",
        "an external id that two live contacts list",
        "SELECT contact.uuid, 'identifier ' || second.id
         FROM identifier AS second JOIN contact ON contact.id = second.contact
         WHERE second.kind = 3 AND contact.state = 0
           AND EXISTS (SELECT 1 FROM identifier AS first
                       JOIN contact AS other ON other.id = first.contact
                       WHERE first.scope = second.scope AND first.kind = 3
                         AND first.key = second.key AND first.place < second.place
                         AND other.state = 0)",
    ),
    (
        "scope",
        "an identifier in another scope than its contact",
        "SELECT contact.uuid, 'identifier ' || identifier.id
         FROM identifier JOIN contact ON contact.id = identifier.contact
         WHERE identifier.scope <> contact.scope",
    ),
    (
        "scope",
        "a change, merge or review pair in another scope than its contact",
        "SELECT contact.uuid, 'change ' || change.seq
         FROM change JOIN contact ON contact.id = change.contact
         WHERE change.scope <> contact.scope
         UNION ALL
         SELECT contact.uuid, 'merge ' || merge.id
         FROM merge JOIN contact ON contact.id IN (merge.survivor, merge.absorbed)
         WHERE merge.scope <> contact.scope
         UNION ALL
         SELECT contact.uuid, 'review pair ' || one || '-' || other
         FROM review_pair JOIN contact ON contact.id IN (one, other)
         WHERE review_pair.scope <> contact.scope",
    ),
    (
        "merge",
        "an absorbed contact that lists something",
        "SELECT contact.uuid, 'identifier ' || identifier.id
         FROM identifier JOIN contact ON contact.id = identifier.contact
         WHERE contact.state = 2",
    ),
    (
        "merge",
        "an absorbed contact that leads nowhere",
        "WITH RECURSIVE path (start, id) AS (
             SELECT id, survivor FROM contact WHERE state = 2
             UNION
             SELECT path.start, contact.survivor
             FROM path JOIN contact ON contact.id = path.id
             WHERE contact.survivor IS NOT NULL
         )
         SELECT uuid, 'contact ' || id FROM contact AS stub
         WHERE state = 2
           AND NOT EXISTS (SELECT 1 FROM path JOIN contact AS end ON end.id = path.id
                           WHERE path.start = stub.id AND end.state <> 2)",
    ),
    (
        "merge",
        "an absorbed contact without an entry in the ledger",
        "SELECT uuid, 'contact ' || id FROM contact
         WHERE state = 2
           AND NOT EXISTS (SELECT 1 FROM merge
                           WHERE merge.absorbed = contact.id AND undone_at IS NULL)",
    ),
    (
        "merge",
        "an absorbed contact that leads into another scope",
        "SELECT stub.uuid, 'contact ' || stub.id
         FROM contact AS stub JOIN contact AS survivor ON survivor.id = stub.survivor
         WHERE stub.scope <> survivor.scope",
    ),
    (
        "merge",
        "an absorbed contact that stands in a pair",
        "SELECT contact.uuid, 'distinct mark ' || one || '-' || other
         FROM distinct_mark JOIN contact ON contact.id IN (one, other)
         WHERE contact.state = 2
         UNION ALL
         SELECT contact.uuid, 'review pair ' || one || '-' || other
         FROM review_pair JOIN contact ON contact.id IN (one, other)
         WHERE contact.state = 2",
    ),
    (
        "scope",
        "a distinct mark across two scopes",
        "SELECT first.uuid, 'distinct mark ' || one || '-' || other
         FROM distinct_mark JOIN contact AS first ON first.id = one
         JOIN contact AS second ON second.id = other
         WHERE first.scope <> second.scope",
    ),
    (
        "log",
        "a contact whose creation is not in the change log",
        "SELECT uuid, 'contact ' || id FROM contact
         WHERE NOT EXISTS (SELECT 1 FROM change
                           WHERE change.contact = contact.id AND change.op = 'create')",
    ),
];

impl Reading<'_> {
    /// Holds the database against itself and against the rules.
    pub(crate) fn check(&self) -> Result<Report> {
        let mut report = Report::default();
        self.check_integrity(&mut report.problems)?;
        if report.problems.is_empty() {
            for (rule, words, query) in RULES {
                self.check_rule(rule, words, query, &mut report.problems)?;
            }
            self.check_keys(&mut report)?;
            self.check_key_rules(&mut report.notes)?;
        }
        report.ok = report.problems.is_empty();
        Ok(report)
    }

    fn check_integrity(&self, problems: &mut Vec<Finding>) -> Result<()> {
        let mut select = self.connection.prepare("PRAGMA integrity_check")?;
        for line in select.query_map([], |row| row.get::<_, String>(0))? {
            let line = line?;
            if line != "ok" {
                problems.push(Finding {
                    rule: "integrity",
                    what: line,
                    contact: None,
                });
            }
        }
        let mut select = self.connection.prepare("PRAGMA foreign_key_check")?;
        let rows = select.query_map([], |row| {
            let (table, row): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
            Ok(format!(
                "row {} of {table} points to nothing",
                row.unwrap_or_default()
            ))
        })?;
        for what in rows {
            problems.push(Finding {
                rule: "integrity",
                what: what?,
                contact: None,
            });
        }
        Ok(())
    }

    fn check_rule(
        &self,
        rule: &'static str,
        words: &str,
        query: &str,
        problems: &mut Vec<Finding>,
    ) -> Result<()> {
        let mut select = self.connection.prepare(query)?;
        let rows = select.query_map([], |row| Ok((contact_id(row)?, row.get::<_, String>(1)?)))?;
        for found in rows {
            let (contact, place) = found?;
            problems.push(Finding {
                rule,
                what: format!("{words} ({place})"),
                contact,
            });
        }
        Ok(())
    }

    fn check_key_rules(&self, notes: &mut Vec<Finding>) -> Result<()> {
        let stored = self.property(KEY_RULES)?.unwrap_or_default();
        let own = key_rules_version();
        if stored != own {
            let what = format!("keys were computed by other rules ({stored}) than these ({own})");
            notes.push(Finding {
                rule: "key rules",
                what,
                contact: None,
            });
        }
        Ok(())
    }

    /// Every stored key must be the key of itself; phones are read a second time with
    /// the other library, which has no say but is worth hearing.
    fn check_keys(&self, report: &mut Report) -> Result<()> {
        let mut select = self.connection.prepare(
            "SELECT contact.uuid, identifier.id, identifier.kind, identifier.key
             FROM identifier JOIN contact ON contact.id = identifier.contact",
        )?;
        let rows = select.query_map([], |row| {
            let kind = kind_by_number(row.get(2)?, 2)?;
            Ok((
                contact_id(row)?,
                row.get::<_, i64>(1)?,
                kind,
                row.get::<_, String>(3)?,
            ))
        })?;
        for found in rows {
            let (contact, row, kind, text) = found?;
            let read = Key::read(kind, &text);
            if read.as_ref().map(Key::as_str) != Ok(text.as_str()) {
                let what = format!("a {kind} key that is not its own key (identifier {row})");
                report.problems.push(Finding {
                    rule: "key",
                    what,
                    contact,
                });
            } else if kind == Kind::Phone {
                hear_second_opinion(&text, row, contact, report);
            }
        }
        Ok(())
    }
}

#[cfg(feature = "phonenumber")]
fn hear_second_opinion(text: &str, row: i64, contact: Option<ContactId>, report: &mut Report) {
    report.phones_read_twice += 1;
    let other = crate::ident::second_opinion::read_with_phonenumber(text, None);
    if other.as_deref() != Ok(text) {
        let what =
            format!("a phone that the crate phonenumber reads differently (identifier {row})");
        report.notes.push(Finding {
            rule: "second opinion",
            what,
            contact,
        });
    }
}

#[cfg(not(feature = "phonenumber"))]
fn hear_second_opinion(_: &str, _: i64, _: Option<ContactId>, _: &mut Report) {}

fn contact_id(row: &Row<'_>) -> rusqlite::Result<Option<ContactId>> {
    Ok(row
        .get::<_, Option<[u8; 16]>>(0)?
        .map(ContactId::from_bytes))
}

impl Writing<'_> {
    /// Gives every key to the first live contact in its line, as the rules say; what
    /// had to be put right.
    pub(crate) fn repair_holders(&self, stamp: &Stamp<'_>) -> Result<Vec<Finding>> {
        const SHOULD_HOLD: &str = "
            (contact.state = 0
             AND NOT EXISTS (SELECT 1 FROM blocked_key AS blocked
                             WHERE blocked.scope = identifier.scope
                               AND blocked.kind = identifier.kind
                               AND blocked.key = identifier.key)
             AND NOT EXISTS (SELECT 1 FROM identifier AS before
                             JOIN contact AS other ON other.id = before.contact
                             WHERE before.scope = identifier.scope
                               AND before.kind = identifier.kind
                               AND before.key = identifier.key
                               AND before.place < identifier.place
                               AND other.state = 0))";
        let mut select = self.connection.prepare(&format!(
            "SELECT contact.uuid, identifier.id, identifier.scope, contact.id, {SHOULD_HOLD}
             FROM identifier JOIN contact ON contact.id = identifier.contact
             WHERE identifier.holds <> {SHOULD_HOLD}"
        ))?;
        let wrong: Vec<(Option<ContactId>, i64, i64, i64, bool)> = select
            .query_map([], |row| {
                Ok((
                    contact_id(row)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let mut contacts: Vec<(i64, i64)> = wrong
            .iter()
            .map(|(.., scope, contact, _)| (*contact, *scope))
            .collect();
        contacts.sort_unstable();
        contacts.dedup();
        let before = self.contacts_by_row(&contacts)?;
        // Nobody takes a key before somebody else gave it up.
        for holds in [false, true] {
            for (_, row, ..) in wrong.iter().filter(|(.., should)| *should == holds) {
                self.connection
                    .prepare_cached("UPDATE identifier SET holds = ?2 WHERE id = ?1")?
                    .execute(params![row, holds])?;
            }
        }
        let after = self.contacts_by_row(&contacts)?;
        for ((before, mut after), (row, scope)) in before.into_iter().zip(after).zip(contacts) {
            after.stamp(stamp.now, false);
            let difference = difference(Some(&before), &after);
            let change = NewChange {
                scope,
                contact: row,
                op: "repair",
                difference: &difference,
            };
            self.log(&change, stamp)?;
            self.update_contact(row, &after.fields, after.version, stamp.now)?;
        }
        let mut repaired = Vec::new();
        for (contact, row, _, _, holds) in wrong {
            let verb = if holds {
                "holds its key again"
            } else {
                "no longer holds its key"
            };
            let what = format!("identifier {row} {verb}");
            repaired.push(Finding {
                rule: "holder",
                what,
                contact,
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
