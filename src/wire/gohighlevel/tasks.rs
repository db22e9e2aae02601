//! Things to do for a contact.

use serde::Serialize;

use super::GoHighLevel;
use super::body::Body;
use super::contacts::Succeded;
use crate::clock::Timestamp;
use crate::contact::{Change, Task, TaskDraft, TaskId, TaskPatch};
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::says_nothing_of_the_person;

/// `{title,body,dueDate,completed,assignedTo}`.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct TaskRequest {
    pub title: Change<String>,
    pub body: Change<String>,
    pub due_date: Change<Timestamp>,
    pub completed: Change<bool>,
    pub assigned_to: Change<String>,
}

says_nothing_of_the_person!(TaskRequest, TaskAnswer);

impl TaskRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] for a member of another type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let body = Body::read(json)?;
        Ok(Self {
            title: body.text("title")?,
            body: body.text("body")?,
            due_date: match body.text("dueDate")? {
                Change::Set(text) => Change::Set(moment(&text)?),
                Change::Clear => Change::Clear,
                Change::Keep => Change::Keep,
            },
            completed: body.flag("completed")?,
            assigned_to: body.text("assignedTo")?,
        })
    }

    /// A new task: title, time and whether it is done must be given.
    fn draft(&self) -> Result<TaskDraft, Fault> {
        let needed = |field: &str| Fault::field(field, "should not be empty");
        let title = self.title.value().ok_or_else(|| needed("title"))?;
        let due_at = self.due_date.value().ok_or_else(|| needed("dueDate"))?;
        let completed = self.completed.value().ok_or_else(|| needed("completed"))?;
        Ok(TaskDraft {
            body: self.body.value().cloned(),
            due_at: Some(*due_at),
            completed: *completed,
            assigned_to: self.assigned_to.value().cloned(),
            ..TaskDraft::new(title)
        })
    }

    fn patch(&self) -> TaskPatch {
        TaskPatch {
            title: self.title.clone(),
            body: self.body.clone(),
            due_at: self.due_date.clone(),
            completed: self.completed.clone(),
            assigned_to: self.assigned_to.clone(),
        }
    }
}

/// A moment, or the beginning of a day in UTC.
fn moment(text: &str) -> Result<Timestamp, Fault> {
    let text = text.trim();
    let read = text.parse();
    let read = read.or_else(|_| format!("{text}T00:00:00Z").parse());
    read.map_err(|_| Fault::field("dueDate", "must be a valid ISO 8601 date string"))
}

/// A task.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the document")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::TaskAnswer))]
pub struct TaskAnswer {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Timestamp>,
    pub completed: bool,
    pub contact_id: String,
}

impl From<Task> for TaskAnswer {
    fn from(task: Task) -> Self {
        Self {
            id: task.id.to_string(),
            title: task.title,
            body: task.body,
            assigned_to: task.assigned_to,
            due_date: task.due_at,
            completed: task.completed,
            contact_id: task.contact.to_string(),
        }
    }
}

/// `{tasks}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Tasks))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct Tasks {
    pub tasks: Vec<TaskAnswer>,
}

/// `{task}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::OneTask))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct OneTask {
    pub task: TaskAnswer,
}

impl GoHighLevel<'_> {
    /// `GET /contacts/{contactId}/tasks`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn tasks(&self, contact: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_living(contact)?;
        let tasks = contacts.tasks(id)?;
        let tasks = tasks.into_iter().map(TaskAnswer::from).collect();
        Ok(Reply::new(200, &Tasks { tasks }))
    }

    /// `POST /contacts/{contactId}/tasks`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for what is missing or can't be kept.
    pub fn add_task(&self, contact: &str, request: &TaskRequest) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let task = contacts.add_task(id, &request.draft()?)?;
        Ok(Reply::new(201, &OneTask { task: task.into() }))
    }

    /// `GET /contacts/{contactId}/tasks/{taskId}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn task(&self, contact: &str, task: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_living(contact)?;
        let task = contacts.task(id, task_id(task)?)?;
        Ok(Reply::new(200, &OneTask { task: task.into() }))
    }

    /// `PUT /contacts/{contactId}/tasks/{taskId}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for what can't be kept.
    pub fn update_task(
        &self,
        contact: &str,
        task: &str,
        request: &TaskRequest,
    ) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let changed = contacts.update_task(id, task_id(task)?, &request.patch());
        let task = changed?;
        Ok(Reply::new(200, &OneTask { task: task.into() }))
    }

    /// `PUT /contacts/{contactId}/tasks/{taskId}/completed`: of the request only `completed`
    /// counts, which must be given.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] if it is not given.
    pub fn complete_task(
        &self,
        contact: &str,
        task: &str,
        request: &TaskRequest,
    ) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let Change::Set(completed) = request.completed else {
            return Err(Fault::field("completed", "must be a boolean value"));
        };
        let changed = contacts.complete_task(id, task_id(task)?, completed);
        let task = changed?;
        Ok(Reply::new(200, &OneTask { task: task.into() }))
    }

    /// `DELETE /contacts/{contactId}/tasks/{taskId}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn delete_task(&self, contact: &str, task: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        contacts.delete_task(id, task_id(task)?)?;
        Ok(Reply::new(200, &Succeded { succeded: true }))
    }
}

fn task_id(text: &str) -> Result<TaskId, Fault> {
    text.parse().map_err(|_| Fault::NotFound("task"))
}
