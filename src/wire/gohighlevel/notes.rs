//! Notes about a contact.

use serde::Serialize;

use super::GoHighLevel;
use super::body::Body;
use super::contacts::Succeded;
use crate::clock::Timestamp;
use crate::contact::{Change, Note, NoteDraft, NoteId, NotePatch};
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::says_nothing_of_the_person;

/// `{userId,body,title,color,pinned}`.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct NoteRequest {
    pub body: Change<String>,
    pub user_id: Change<String>,
    pub title: Change<String>,
    pub color: Change<String>,
    pub pinned: Change<bool>,
}

says_nothing_of_the_person!(NoteRequest, NoteAnswer);

impl NoteRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] for a member of another type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let body = Body::read(json)?;
        Ok(Self {
            body: body.text("body")?,
            user_id: body.text("userId")?,
            title: body.text("title")?,
            color: body.text("color")?,
            pinned: body.flag("pinned")?,
        })
    }

    fn draft(&self) -> Result<NoteDraft, Fault> {
        let body = self.body.value();
        let body = body.ok_or_else(|| Fault::field("body", "should not be empty"))?;
        Ok(NoteDraft {
            title: self.title.value().cloned(),
            colour: self.color.value().cloned(),
            pinned: self.pinned == Change::Set(true),
            author: self.user_id.value().cloned(),
            ..NoteDraft::new(body)
        })
    }

    fn patch(&self) -> NotePatch {
        NotePatch {
            title: self.title.clone(),
            body: self.body.clone(),
            colour: self.color.clone(),
            pinned: self.pinned.clone(),
            author: self.user_id.clone(),
        }
    }
}

/// A note.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the document")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::NoteAnswer))]
pub struct NoteAnswer {
    pub id: String,
    pub body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    pub date_added: Timestamp,
    pub contact_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    pub pinned: bool,
}

impl From<Note> for NoteAnswer {
    fn from(note: Note) -> Self {
        Self {
            id: note.id.to_string(),
            body: note.body,
            user_id: note.author,
            date_added: note.created_at,
            contact_id: note.contact.to_string(),
            title: note.title,
            color: note.colour,
            pinned: note.pinned,
        }
    }
}

/// `{notes}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Notes))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct Notes {
    pub notes: Vec<NoteAnswer>,
}

/// `{note}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::OneNote))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct OneNote {
    pub note: NoteAnswer,
}

impl GoHighLevel<'_> {
    /// `GET /contacts/{contactId}/notes`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn notes(&self, contact: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_living(contact)?;
        let notes = contacts.notes(id)?;
        let notes = notes.into_iter().map(NoteAnswer::from).collect();
        Ok(Reply::new(200, &Notes { notes }))
    }

    /// `POST /contacts/{contactId}/notes`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for a note that says nothing or too much.
    pub fn add_note(&self, contact: &str, request: &NoteRequest) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let note = contacts.add_note(id, &request.draft()?)?;
        Ok(Reply::new(201, &OneNote { note: note.into() }))
    }

    /// `GET /contacts/{contactId}/notes/{id}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn note(&self, contact: &str, note: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_living(contact)?;
        let note = contacts.note(id, note_id(note)?)?;
        Ok(Reply::new(200, &OneNote { note: note.into() }))
    }

    /// `PUT /contacts/{contactId}/notes/{id}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for a note that says nothing or too much.
    pub fn update_note(
        &self,
        contact: &str,
        note: &str,
        request: &NoteRequest,
    ) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let changed = contacts.update_note(id, note_id(note)?, &request.patch());
        let note = changed?;
        Ok(Reply::new(200, &OneNote { note: note.into() }))
    }

    /// `DELETE /contacts/{contactId}/notes/{id}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn delete_note(&self, contact: &str, note: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        contacts.delete_note(id, note_id(note)?)?;
        Ok(Reply::new(200, &Succeded { succeded: true }))
    }
}

fn note_id(text: &str) -> Result<NoteId, Fault> {
    text.parse().map_err(|_| Fault::NotFound("note"))
}
