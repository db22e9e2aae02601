//! `note`: what somebody wrote about a contact.

use kinfold::{ContactId, Contacts, Note, NoteDraft, NotePatch};
use serde_json::json;

use crate::arguments::NoteCommand;
use crate::failure::Failure;
use crate::output::{Output, on_one_line};

pub(crate) fn run(
    contacts: &Contacts,
    contact: ContactId,
    what: &NoteCommand,
    output: &Output,
) -> Result<(), Failure> {
    let note = match what {
        NoteCommand::Add {
            body,
            title,
            colour,
            pinned,
            author,
        } => {
            let mut draft = NoteDraft::new(body).pinned(*pinned);
            draft.title.clone_from(title);
            draft.colour.clone_from(colour);
            draft.author.clone_from(author);
            contacts.add_note(contact, &draft)?
        }
        NoteCommand::List => {
            let mut lines = output.lines();
            for note in contacts.notes(contact)? {
                lines.write(&note)?;
            }
            return lines.finish();
        }
        NoteCommand::Get { note } => contacts.note(contact, *note)?,
        NoteCommand::Update { note, json_patch } => {
            contacts.update_note(contact, *note, &NotePatch::from_json(json_patch)?)?
        }
        NoteCommand::Delete { note } => {
            contacts.delete_note(contact, *note)?;
            return output.result(&json!({ "deleted": note }), || format!("Deleted {note}"));
        }
    };
    output.result(&note, || in_words(&note))
}

fn in_words(note: &Note) -> String {
    let mut lines = Vec::new();
    if let Some(title) = &note.title {
        lines.push(on_one_line(title));
    }
    lines.push(on_one_line(&note.body));
    if let Some(author) = &note.author {
        lines.push(format!("  by      {}", on_one_line(author)));
    }
    if note.pinned {
        lines.push("  pinned  yes".to_owned());
    }
    lines.push(format!("  written {}", note.created_at));
    lines.push(format!("  id      {}", note.id));
    lines.join("\n")
}
