//! The commands that only show something.

use std::process::ExitCode;

use kinfold::{Contact, ContactId, Contacts, KeyReading, Kinfold, Listing, Outcome};
use serde::Serialize;

use super::split_external_id;
use crate::arguments::FindArguments;
use crate::failure::Failure;
use crate::output::{Output, on_one_line};

pub(crate) fn get(contacts: &Contacts, id: ContactId, output: &Output) -> Result<(), Failure> {
    let contact = contacts.get(id)?;
    output.result(&contact, || in_words(&contact))
}

pub(crate) fn find(
    contacts: &Contacts,
    what: &FindArguments,
    output: &Output,
) -> Result<(), Failure> {
    let reading = if let Some(phone) = &what.phone {
        contacts.read_phone(phone)?
    } else if let Some(email) = &what.email {
        contacts.read_email(email)?
    } else {
        let (source, value) = split_external_id(what.external_id.as_deref().unwrap_or_default());
        contacts.read_external_id(source, value)?
    };
    let contact = contacts.find(&reading.key)?;
    let found = Found {
        contact: contact.as_ref(),
        reading: what.explain.then(|| Reading::of(&reading)),
    };
    output.result(&found, || {
        let mut words = match &contact {
            Some(contact) => in_words(contact),
            None => "Nobody holds it.".to_owned(),
        };
        if what.explain {
            words.push_str(&format!("\nread as {} {}", reading.key.kind(), reading.key));
            if !reading.verified {
                words.push_str(" (possible, not known to be valid)");
            }
            if let Some(other) = &reading.second_opinion {
                words.push_str(&format!("\nthe second library reads {other}"));
            }
        }
        words
    })
}

/// Who holds a key, and how the key was read.
#[derive(Serialize)]
struct Found<'a> {
    contact: Option<&'a Contact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<Reading<'a>>,
}

#[derive(Serialize)]
struct Reading<'a> {
    kind: &'static str,
    key: &'a str,
    verified: bool,
    /// What the crate phonenumber reads.
    second_opinion: Option<&'a str>,
}

impl<'a> Reading<'a> {
    fn of(reading: &'a KeyReading) -> Self {
        Self {
            kind: reading.key.kind().as_str(),
            key: reading.key.as_str(),
            verified: reading.verified,
            second_opinion: reading.second_opinion.as_deref(),
        }
    }
}

pub(crate) fn stats(contacts: &Contacts, output: &Output) -> Result<(), Failure> {
    let stats = contacts.stats()?;
    output.result(&stats, || {
        let mut pairs = vec![
            ("contacts", stats.contacts),
            ("deleted", stats.deleted),
            ("absorbed by merges", stats.absorbed),
            ("phones", stats.phones),
            ("  of them unverified", stats.unverified_phones),
            ("emails", stats.emails),
            ("external ids", stats.external_ids),
            ("listed, held by another", stats.listed_not_held),
            ("blocked keys", stats.blocked_keys),
            ("changes", stats.changes),
            ("merges", stats.merges),
            ("pairs to review", stats.review),
            ("notes", stats.notes),
            ("tasks", stats.tasks),
            ("memories", stats.memories),
            ("custom fields defined", stats.custom_fields),
            ("bytes", stats.database_bytes),
        ];
        if let Some(search) = &stats.search {
            pairs.extend([
                ("contacts in the search index", search.contacts),
                ("  its bytes", search.bytes),
                ("  changes it has not seen yet", search.changes_behind),
            ]);
        }
        let mut words: String = pairs
            .iter()
            .map(|(name, number)| format!("{number:>12}  {name}\n"))
            .collect();
        if stats
            .search
            .as_ref()
            .is_some_and(|search| search.has_set_aside)
        {
            words.push_str("A damaged search index was set aside; reindex removes it.\n");
        }
        words
    })
}

pub(crate) fn check(kinfold: &Kinfold, repair: bool, output: &Output) -> Result<ExitCode, Failure> {
    let report = if repair {
        kinfold.repair()?
    } else {
        kinfold.check()?
    };
    output.result(&report, || {
        let mut words = String::new();
        for finding in &report.repaired {
            words.push_str(&format!("repaired: {}\n", finding.what));
        }
        for finding in report.problems.iter().chain(&report.index) {
            words.push_str(&format!("{}: {}\n", finding.rule, finding.what));
        }
        let other = |rule: &str| rule == "second opinion";
        for note in report.notes.iter().filter(|note| !other(note.rule)) {
            words.push_str(&format!("{}: {}\n", note.rule, note.what));
        }
        let differ = report.notes.iter().filter(|note| other(note.rule)).count();
        if differ > 0 {
            let read = report.phones_read_twice;
            words.push_str(&format!(
                "{differ} of {read} phones are read differently by a second library; \
                 --json names them\n"
            ));
        }
        words.push_str(match (report.ok, report.problems.is_empty()) {
            (true, _) => "All is well.",
            (false, true) => "The contacts are well; the search index needs attention.",
            (false, false) => "The store needs attention.",
        });
        words
    })?;
    Ok(match (report.ok, report.problems.is_empty()) {
        (true, _) => ExitCode::SUCCESS,
        // An index keeps nobody from using the store.
        (false, true) => ExitCode::from(1),
        (false, false) => ExitCode::from(3),
    })
}

/// A contact as a card.
pub(crate) fn in_words(contact: &Contact) -> String {
    let fields = &contact.fields;
    let name = fields
        .name
        .display()
        .unwrap_or_else(|| "(no name)".to_owned());
    let mut lines = vec![on_one_line(&name)];
    let mut add = |name: &str, value: String| {
        lines.push(format!(
            "  {:<14} {}",
            on_one_line(name),
            on_one_line(&value)
        ))
    };
    for listing in &contact.identifiers {
        add(listing.key.kind().as_str(), listing_in_words(listing));
    }
    let address = &fields.address;
    let parts = [
        &address.line1,
        &address.postal_code,
        &address.city,
        &address.state,
        &address.country,
    ];
    let address: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
    if !address.is_empty() {
        add("address", address.join(", "));
    }
    for field in kinfold::TextField::ALL {
        if let Some(text) = fields.text(field) {
            add(field.as_str(), text.to_owned());
        }
    }
    if let Some(day) = fields.date_of_birth {
        add("date_of_birth", day.to_string());
    }
    if !fields.tags.is_empty() {
        add("tags", fields.tags.join(", "));
    }
    for field in kinfold::ListField::ALL {
        if !fields.list(field).is_empty() {
            add(field.as_str(), fields.list(field).join(", "));
        }
    }
    for field in kinfold::FlagField::ALL {
        if let Some(flag) = fields.flag(field) {
            add(field.as_str(), flag.to_string());
        }
    }
    if let Some(moment) = fields.last_session_activity_at {
        add("last_session_activity_at", moment.to_string());
    }
    for field in kinfold::ObjectField::ALL {
        if let Some(object) = fields.object(field) {
            add(field.as_str(), object.as_str().to_owned());
        }
    }
    for (name, field) in fields.custom_fields.iter() {
        add(name, field.value.as_str().to_owned());
    }
    for (name, value) in fields.metadata.iter() {
        add(name, value.as_str().to_owned());
    }
    if contact.deleted {
        add("deleted", "yes".to_owned());
    }
    if !contact.id.is_none() {
        add("id", contact.id.to_string());
    }
    lines.join("\n")
}

fn listing_in_words(listing: &Listing) -> String {
    let mut words = listing.key.to_string();
    if listing.blocked {
        words.push_str(" (blocked)");
    } else if !listing.holds {
        words.push_str(" (held by another contact)");
    }
    if !listing.verified {
        words.push_str(" (not verified)");
    }
    words
}

/// An outcome for a person.
pub(crate) fn outcome_in_words(outcome: &Outcome, dry_run: bool) -> String {
    let verb = match (outcome.created, outcome.changed, dry_run) {
        (true, _, false) => "Created",
        (true, _, true) => "Would create",
        (false, true, false) => "Found and updated",
        (false, true, true) => "Would find and update",
        (false, false, _) => "Found",
    };
    told(verb, outcome)
}

/// What was done, to whom, and what else is to be said of it.
pub(super) fn told(verb: &str, outcome: &Outcome) -> String {
    let mut words = format!("{verb}:\n{}", in_words(&outcome.contact));
    for id in &outcome.merged {
        words.push_str(&format!("\nmerged with {id}"));
    }
    for conflict in &outcome.conflicts {
        let (key, holder) = (&conflict.key, conflict.holder);
        words.push_str(&format!("\n{} {key} belongs to {holder}", key.kind()));
    }
    for rejected in &outcome.rejected {
        let (field, value, reason) = (&rejected.field, &rejected.value, &rejected.reason);
        words.push_str(&format!("\nleft out {field} {value:?}: {reason}"));
    }
    for ignored in &outcome.ignored {
        let (field, value) = (
            on_one_line(&ignored.field),
            on_one_line(ignored.value.as_str()),
        );
        words.push_str(&format!("\nkept its own {field}, not {value}"));
    }
    words
}
