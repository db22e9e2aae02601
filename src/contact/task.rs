//! Something to do for a contact.

use std::fmt;

use serde::Serialize;

use super::beside::{Beside, json_object, truth};
use super::draft::{nullable, parse, text, unknown};
use super::id::{ContactId, TaskId};
use super::limits::{self, Limits};
use super::patch::Change;
use super::refused::Refused;
use crate::clock::{InvalidTimestamp, Timestamp};

/// Something that is to be done for a contact.
///
/// Like a [`Note`](super::Note) it belongs to whomever the contact leads to for which it was
/// written. Serialised it is the JSON that the program prints.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Task {
    /// The id by which the outside knows it.
    pub id: TaskId,
    /// The contact that it belongs to now.
    pub contact: ContactId,
    /// What is to be done, in a line.
    pub title: String,
    /// The same at length; may have several lines.
    pub body: Option<String>,
    /// Until when.
    pub due_at: Option<Timestamp>,
    /// Whether it is done.
    pub completed: bool,
    /// The user who is to do it.
    pub assigned_to: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Task {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("id", &self.id)
            .field("contact", &self.contact)
            .field("completed", &self.completed)
            .finish_non_exhaustive()
    }
}

impl Beside for Task {
    const NAME: &'static str = "task";

    fn stamp(&mut self, new_id: Option<[u8; 16]>, now: Timestamp) {
        self.updated_at = now;
        if let Some(id) = new_id {
            self.id = TaskId::from_bytes(id);
            self.created_at = now;
        }
    }
}

/// A task about to be written.
///
/// ```
/// use kinfold::TaskDraft;
///
/// let task = TaskDraft::new("Send the contract")
///     .due_at("2026-03-01T09:00:00Z".parse()?)
///     .assigned_to("maria");
/// # Ok::<(), kinfold::InvalidTimestamp>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Task")]
pub struct TaskDraft {
    pub title: String,
    pub body: Option<String>,
    pub due_at: Option<Timestamp>,
    pub completed: bool,
    pub assigned_to: Option<String>,
}

impl fmt::Debug for TaskDraft {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskDraft").finish_non_exhaustive()
    }
}

impl TaskDraft {
    /// A task with this title, of at most [`Limits::LINE`] characters.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Says at length what is to be done, in at most [`Limits::TEXT`] characters.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Says until when.
    #[must_use]
    pub fn due_at(mut self, moment: Timestamp) -> Self {
        self.due_at = Some(moment);
        self
    }

    /// Says whether it is done already.
    #[must_use]
    pub fn completed(mut self, completed: bool) -> Self {
        self.completed = completed;
        self
    }

    /// Says who is to do it.
    #[must_use]
    pub fn assigned_to(mut self, user: impl Into<String>) -> Self {
        self.assigned_to = Some(user.into());
        self
    }

    /// The task, still without id, contact and time.
    pub(crate) fn read(&self) -> Result<Task, Refused> {
        let title = limits::line("title", &self.title, Limits::LINE)?;
        Ok(Task {
            id: TaskId::NONE,
            contact: ContactId::NONE,
            title: title.ok_or_else(|| {
                Refused::field("title", "", "it is empty; a task says what is to be done")
            })?,
            body: match &self.body {
                Some(body) => limits::lines("body", body, Limits::TEXT)?,
                None => None,
            },
            due_at: self.due_at,
            completed: self.completed,
            assigned_to: match &self.assigned_to {
                Some(user) => limits::line("assigned_to", user, Limits::LINE)?,
                None => None,
            },
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        })
    }
}

/// What is to change of a task: what is not named stays.
///
/// ```
/// use kinfold::{Change, TaskPatch};
///
/// let patch = TaskPatch { completed: Change::Set(true), ..TaskPatch::default() };
/// assert_eq!(patch, TaskPatch::from_json(r#"{"completed":true}"#)?);
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Task")]
pub struct TaskPatch {
    pub title: Change<String>,
    pub body: Change<String>,
    pub due_at: Change<Timestamp>,
    pub completed: Change<bool>,
    pub assigned_to: Change<String>,
}

impl TaskPatch {
    /// Reads a patch in JSON: a value replaces, null clears.
    pub(crate) fn read_json(json: &str) -> Result<Self, Refused> {
        let mut patch = Self::default();
        for (key, value) in json_object(json)?.iter() {
            match key {
                "title" => patch.title = text(key, value)?,
                "body" => patch.body = text(key, value)?,
                "due_at" => {
                    patch.due_at = nullable(value, |value| {
                        let moment: String = parse(key, value, "it must be a text or null")?;
                        let read = moment.trim().parse();
                        read.map_err(|reason: InvalidTimestamp| {
                            Refused::field(key, &moment, reason)
                        })
                    })?;
                }
                "completed" => patch.completed = truth(key, value)?,
                "assigned_to" => patch.assigned_to = text(key, value)?,
                _ => return Err(unknown(key)),
            }
        }
        Ok(patch)
    }

    /// The patch, held against the limits.
    pub(crate) fn read(&self) -> Result<Self, Refused> {
        if self.title == Change::Clear {
            let reason = "it is null; a task says what is to be done, so delete it instead";
            return Err(Refused::field("title", "null", reason));
        }
        let line = |field: &str, change: &Change<String>| {
            let change = change.as_ref();
            change.try_map(|value| limits::line(field, value, Limits::LINE))
        };
        let body = self.body.as_ref();
        Ok(Self {
            title: line("title", &self.title)?,
            body: body.try_map(|body| limits::lines("body", body, Limits::TEXT))?,
            due_at: self.due_at.clone(),
            completed: self.completed.clone(),
            assigned_to: line("assigned_to", &self.assigned_to)?,
        })
    }

    /// The task with what a read patch says.
    pub(crate) fn applied(&self, task: &Task) -> Task {
        let mut task = task.clone();
        if let Change::Set(title) = &self.title {
            task.title.clone_from(title);
        }
        self.body.apply_to(&mut task.body);
        self.due_at.apply_to(&mut task.due_at);
        task.completed = self.completed.over(task.completed);
        self.assigned_to.apply_to(&mut task.assigned_to);
        task
    }
}
