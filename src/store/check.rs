//! Whether what must always hold does hold.

mod repair;
mod rules;

use rusqlite::Row;
use serde::Serialize;

use super::Reading;
use super::contacts::kind_by_number;
use super::failure::Result;
use super::properties::KEY_RULES;
use crate::contact::ContactId;
use crate::ident::{Key, Kind, key_rules_version};
use rules::{RULES, listing};

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

impl Finding {
    /// One that is not about a contact of its own.
    #[cfg(feature = "search")]
    pub(crate) fn new(rule: &'static str, what: String) -> Self {
        Self {
            rule,
            what,
            contact: None,
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// What is wrong with the database.
    pub problems: Vec<Finding>,
    /// What is wrong with the search index. Nothing is lost by it:
    /// [`reindex`](crate::Kinfold::reindex) makes the index anew.
    pub index: Vec<Finding>,
    /// What is not wrong, but worth a look: phones that a second library reads
    /// differently, an index that the next search will make anew.
    pub notes: Vec<Finding>,
    /// What was put right.
    pub repaired: Vec<Finding>,
    /// How many stored phones were read a second time.
    pub phones_read_twice: u64,
}

impl Report {
    /// Whether the database itself is damaged, so that what it says is not to be relied on.
    pub(crate) fn is_damaged(&self) -> bool {
        let mut problems = self.problems.iter();
        problems.any(|problem| problem.rule == "integrity")
    }
}

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
            self.check_agent_numbers(&mut report.problems)?;
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
            Ok(match row {
                Some(row) => format!("row {row} of {table} points to nothing"),
                None => format!("a row of {table} points to nothing"),
            })
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
        let mut select = self.connection.prepare(concat!(
            "SELECT contact.uuid, ",
            listing!("identifier"),
            ", identifier.kind, identifier.key
             FROM identifier JOIN contact ON contact.id = identifier.contact",
        ))?;
        let rows = select.query_map([], |row| {
            let kind = kind_by_number(row.get(2)?, 2)?;
            Ok((
                contact_id(row)?,
                row.get::<_, String>(1)?,
                kind,
                row.get::<_, String>(3)?,
            ))
        })?;
        for found in rows {
            let (contact, listing, kind, text) = found?;
            let read = Key::read(kind, &text);
            if read.as_ref().map(Key::as_str) != Ok(text.as_str()) {
                let what = format!("a {kind} key that is not its own key ({listing})");
                report.problems.push(Finding {
                    rule: "key",
                    what,
                    contact,
                });
            } else if kind == Kind::Phone {
                hear_second_opinion(&text, &listing, contact, report);
            }
        }
        Ok(())
    }

    /// Every number of an agent that can be read must be its own key, or two spellings of it
    /// would be two memories.
    fn check_agent_numbers(&self, problems: &mut Vec<Finding>) -> Result<()> {
        let mut select = self.connection.prepare(
            "SELECT contact.uuid, memory.id, memory.name
             FROM memory JOIN contact ON contact.id = memory.contact WHERE memory.kind = 2",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (memory, number): (i64, String) = (row.get(1)?, row.get(2)?);
            let read = Key::read(Kind::Phone, &number);
            if read.is_ok_and(|key| key.as_str() != number) {
                problems.push(Finding {
                    rule: "memory",
                    what: format!("an agent number that is not its own key (memory {memory})"),
                    contact: contact_id(row)?,
                });
            }
        }
        Ok(())
    }
}

#[cfg(feature = "phonenumber")]
fn hear_second_opinion(text: &str, listing: &str, contact: Option<ContactId>, report: &mut Report) {
    report.phones_read_twice += 1;
    let other = crate::ident::second_opinion::read_with_phonenumber(text, None);
    if other.as_deref() != Ok(text) {
        let what = format!("a phone that the crate phonenumber reads differently ({listing})");
        report.notes.push(Finding {
            rule: "second opinion",
            what,
            contact,
        });
    }
}

#[cfg(not(feature = "phonenumber"))]
fn hear_second_opinion(_: &str, _: &str, _: Option<ContactId>, _: &mut Report) {}

fn contact_id(row: &Row<'_>) -> rusqlite::Result<Option<ContactId>> {
    Ok(row
        .get::<_, Option<[u8; 16]>>(0)?
        .map(ContactId::from_bytes))
}
