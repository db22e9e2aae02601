//! A note about a contact.

use std::fmt;

use serde::Serialize;

use super::beside::{Beside, json_object, truth};
use super::draft::{text, unknown};
use super::id::{ContactId, NoteId};
use super::limits::{self, Limits};
use super::patch::Change;
use super::refused::Refused;
use crate::clock::Timestamp;

/// What somebody wrote about a contact.
///
/// It stays with the contact for which it was written, and belongs to whomever that one
/// leads to: a merge moves it, and undoing the merge gives it back. Serialised it is the
/// JSON that the program prints.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The id by which the outside knows it.
    pub id: NoteId,
    /// The contact that it belongs to now.
    pub contact: ContactId,
    /// A title.
    pub title: Option<String>,
    /// What it says; may have several lines.
    pub body: String,
    /// A colour, as it was given.
    pub colour: Option<String>,
    /// Whether it is to stand above the others.
    pub pinned: bool,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Note {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note")
            .field("id", &self.id)
            .field("contact", &self.contact)
            .finish_non_exhaustive()
    }
}

impl Beside for Note {
    const NAME: &'static str = "note";

    fn stamp(&mut self, new_id: Option<[u8; 16]>, now: Timestamp) {
        self.updated_at = now;
        if let Some(id) = new_id {
            self.id = NoteId::from_bytes(id);
            self.created_at = now;
        }
    }
}

/// A note about to be written.
///
/// ```
/// use kinfold::NoteDraft;
///
/// let note = NoteDraft::new("Prefers to be called in the morning.").author("maria").pinned(true);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Note")]
pub struct NoteDraft {
    pub title: Option<String>,
    pub body: String,
    pub colour: Option<String>,
    pub pinned: bool,
    pub author: Option<String>,
}

impl fmt::Debug for NoteDraft {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteDraft").finish_non_exhaustive()
    }
}

impl NoteDraft {
    /// A note that says this: at most [`Limits::TEXT`] characters.
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            ..Self::default()
        }
    }

    /// Gives it a title of at most [`Limits::LINE`] characters.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Gives it a colour: `#ffcc00`, `yellow`, …
    #[must_use]
    pub fn colour(mut self, colour: impl Into<String>) -> Self {
        self.colour = Some(colour.into());
        self
    }

    /// Says whether it is to stand above the others.
    #[must_use]
    pub fn pinned(mut self, pinned: bool) -> Self {
        self.pinned = pinned;
        self
    }

    /// Says who writes it.
    #[must_use]
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// The note, still without id, contact and time.
    pub(crate) fn read(&self) -> Result<Note, Refused> {
        let line = |field: &str, value: &Option<String>| match value {
            Some(value) => limits::line(field, value, Limits::LINE),
            None => Ok(None),
        };
        Ok(Note {
            id: NoteId::NONE,
            contact: ContactId::NONE,
            title: line("title", &self.title)?,
            body: limits::lines("body", &self.body, Limits::TEXT)?
                .ok_or_else(|| Refused::field("body", "", "it is empty; a note says something"))?,
            colour: line("colour", &self.colour)?,
            pinned: self.pinned,
            author: line("author", &self.author)?,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        })
    }
}

/// What is to change of a note: what is not named stays.
///
/// ```
/// use kinfold::{Change, NotePatch};
///
/// let patch = NotePatch { body: Change::Set("Moved to Lisbon.".into()), ..NotePatch::default() };
/// assert_eq!(patch, NotePatch::from_json(r#"{"body":"Moved to Lisbon."}"#)?);
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Note")]
pub struct NotePatch {
    pub title: Change<String>,
    pub body: Change<String>,
    pub colour: Change<String>,
    pub pinned: Change<bool>,
    pub author: Change<String>,
}

impl NotePatch {
    /// Reads a patch in JSON: a value replaces, null clears.
    pub(crate) fn read_json(json: &str) -> Result<Self, Refused> {
        let mut patch = Self::default();
        for (key, value) in json_object(json)?.iter() {
            match key {
                "title" => patch.title = text(key, value)?,
                "body" => patch.body = text(key, value)?,
                "colour" => patch.colour = text(key, value)?,
                "pinned" => patch.pinned = truth(key, value)?,
                "author" => patch.author = text(key, value)?,
                _ => return Err(unknown(key)),
            }
        }
        Ok(patch)
    }

    /// The patch, held against the limits.
    pub(crate) fn read(&self) -> Result<Self, Refused> {
        if self.body == Change::Clear {
            let reason = "it is null; a note says something, so delete it instead";
            return Err(Refused::field("body", "null", reason));
        }
        let line = |field: &str, change: &Change<String>| {
            let change = change.as_ref();
            change.try_map(|value| limits::line(field, value, Limits::LINE))
        };
        let body = self.body.as_ref();
        Ok(Self {
            title: line("title", &self.title)?,
            body: body.try_map(|body| limits::lines("body", body, Limits::TEXT))?,
            colour: line("colour", &self.colour)?,
            pinned: self.pinned.clone(),
            author: line("author", &self.author)?,
        })
    }

    /// The note with what a read patch says.
    pub(crate) fn applied(&self, note: &Note) -> Note {
        let mut note = note.clone();
        self.title.apply_to(&mut note.title);
        if let Change::Set(body) = &self.body {
            note.body.clone_from(body);
        }
        self.colour.apply_to(&mut note.colour);
        note.pinned = self.pinned.over(note.pinned);
        self.author.apply_to(&mut note.author);
        note
    }
}
