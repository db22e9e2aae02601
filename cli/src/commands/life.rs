//! What happens to a contact that is there: changed, merged and parted, deleted and put
//! back, given a key.

use std::io::Read;

use kinfold::{Conflict, Contact, ContactId, Contacts, Merged, Outcome, Update};
use serde::Serialize;

use super::show::{in_words, told};
use super::{named_key, pairs};
use crate::arguments::{LifeCommand, MergeArguments, TagEdit, UpdateArguments};
use crate::failure::Failure;
use crate::output::{Output, on_one_line};

pub(crate) fn run(
    contacts: &Contacts,
    command: &LifeCommand,
    output: &Output,
) -> Result<(), Failure> {
    match command {
        LifeCommand::Update(how) => update(contacts, how, output),
        LifeCommand::Tag { id, edit, tags } => tag(contacts, *id, *edit, tags, output),
        LifeCommand::Merge(how) => merge(contacts, how, output),
        LifeCommand::Unmerge { merge } => {
            let undone = contacts.unmerge(*merge)?;
            output.result(&undone, || {
                let (survivor, restored) = (in_words(&undone.survivor), in_words(&undone.restored));
                let words = format!("Undone:\n{survivor}\nand\n{restored}");
                with_conflicts(words, &undone.conflicts)
            })
        }
        LifeCommand::Merges { id } => {
            let mut lines = output.lines();
            for entry in contacts.merges(*id)? {
                lines.write(&entry)?;
            }
            lines.finish()
        }
        LifeCommand::Distinct { a, b, lift } => pairs::distinct(contacts, *a, *b, *lift, output),
        LifeCommand::Review(how) => pairs::review(contacts, how, output),
        LifeCommand::Reassign { kind, key, id } => {
            let key = named_key(contacts, *kind, key)?;
            let contact = contacts.reassign(&key, *id)?;
            contact_alone(&contact, "Given to", output)
        }
        LifeCommand::Block(what) => pairs::block(contacts, what, output),
        LifeCommand::Blocked => pairs::blocked(contacts, output),
        LifeCommand::Delete { id } => contact_alone(&contacts.delete(*id)?, "Deleted", output),
        LifeCommand::Restore { id } => {
            let restored = contacts.restore(*id)?;
            output.result(&restored, || {
                let words = format!("Restored:\n{}", in_words(&restored.contact));
                with_conflicts(words, &restored.conflicts)
            })
        }
        LifeCommand::Erase { id } => {
            let erased = contacts.erase(*id)?;
            output.result(&erased, || {
                match erased.pending {
                    false => "Erased.",
                    true => {
                        "Erased, but for what somebody who reads an old state still sees;                          whoever writes next, or opens the store, finishes it."
                    }
                }
                .to_owned()
            })
        }
    }
}

fn update(contacts: &Contacts, how: &UpdateArguments, output: &Output) -> Result<(), Failure> {
    let mut update = match how.json_patch.as_str() {
        "-" => {
            let mut json = String::new();
            let read = std::io::stdin().lock().read_to_string(&mut json);
            read.map_err(|error| Failure::file("standard input", error))?;
            Update::from_json(&json)?
        }
        json => Update::from_json(json)?,
    };
    if let Some(version) = how.expected_version {
        update = update.expected_version(version);
    }
    let outcome = match how.dry_run {
        true => contacts.preview_update(how.id, update)?,
        false => contacts.update(how.id, update)?,
    };
    print_update(&outcome, how.dry_run, output)
}

fn tag(
    contacts: &Contacts,
    id: ContactId,
    edit: TagEdit,
    tags: &[String],
    output: &Output,
) -> Result<(), Failure> {
    let update = tags.iter().fold(Update::new(), |update, tag| match edit {
        TagEdit::Add => update.add_tag(tag),
        TagEdit::Remove => update.remove_tag(tag),
    });
    print_update(&contacts.update(id, update)?, false, output)
}

fn print_update(outcome: &Outcome, dry_run: bool, output: &Output) -> Result<(), Failure> {
    output.result(outcome, || {
        let verb = match (outcome.changed, dry_run) {
            (true, false) => "Updated",
            (true, true) => "Would update",
            (false, _) => "Nothing to change",
        };
        told(verb, outcome)
    })
}

fn merge(contacts: &Contacts, how: &MergeArguments, output: &Output) -> Result<(), Failure> {
    let rules = how.rules.read()?;
    let merged = match how.dry_run {
        true => contacts.preview_merge(how.survivor, how.absorbed, &rules)?,
        false => contacts.merge(how.survivor, how.absorbed, &rules)?,
    };
    output.result(&merged, || merged_in_words(&merged))
}

/// A merge for a person, and how to undo it.
pub(super) fn merged_in_words(merged: &Merged) -> String {
    let is_done = !merged.merge.is_none();
    let verb = if is_done { "Merged" } else { "Would merge" };
    let mut words = format!("{verb}:\n{}", in_words(&merged.contact));
    for lost in &merged.lost {
        let (field, value) = (on_one_line(&lost.field), on_one_line(lost.value.as_str()));
        words.push_str(&format!("\nnot shown any more: {field} {value}"));
    }
    if is_done {
        words.push_str(&format!("\nto undo it: kinfold unmerge {}", merged.merge));
    }
    words
}

/// A contact, where nothing else is to be said.
#[derive(Serialize)]
struct Alone<'a> {
    contact: &'a Contact,
}

fn contact_alone(contact: &Contact, verb: &str, output: &Output) -> Result<(), Failure> {
    output.result(&Alone { contact }, || {
        format!("{verb}:\n{}", in_words(contact))
    })
}

fn with_conflicts(mut words: String, conflicts: &[Conflict]) -> String {
    for conflict in conflicts {
        let (key, holder) = (&conflict.key, conflict.holder);
        words.push_str(&format!("\n{} {key} stays with {holder}", key.kind()));
    }
    words
}
