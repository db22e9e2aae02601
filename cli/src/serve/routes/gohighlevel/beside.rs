//! Notes and tasks.

use axum::http::Method;
use kinfold::wire::gohighlevel::{
    NoteRequest, Notes, OneNote, OneTask, Succeded, TaskRequest, Tasks,
};
use kinfold::wire::{Fault, GoHighLevelFailure, Reply};
use utoipa::OpenApi;

use super::super::super::call::Call;
use super::super::Route;
use super::{ghl, route};

pub(super) const ROUTES: &[Route] = &[
    route(Method::GET, "/contacts/{contactId}/notes", notes),
    route(Method::POST, "/contacts/{contactId}/notes", add_note),
    route(Method::GET, "/contacts/{contactId}/notes/{id}", note),
    route(Method::PUT, "/contacts/{contactId}/notes/{id}", update_note),
    route(
        Method::DELETE,
        "/contacts/{contactId}/notes/{id}",
        delete_note,
    ),
    route(Method::GET, "/contacts/{contactId}/tasks", tasks),
    route(Method::POST, "/contacts/{contactId}/tasks", add_task),
    route(Method::GET, "/contacts/{contactId}/tasks/{taskId}", task),
    route(
        Method::PUT,
        "/contacts/{contactId}/tasks/{taskId}",
        update_task,
    ),
    route(
        Method::PUT,
        "/contacts/{contactId}/tasks/{taskId}/completed",
        complete_task,
    ),
    route(
        Method::DELETE,
        "/contacts/{contactId}/tasks/{taskId}",
        delete_task,
    ),
];

/// List a contact's notes.
#[utoipa::path(
    get,
    path = "/contacts/{contactId}/notes",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    responses(
        (status = 200, description = "The notes", body = Notes),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn notes(call: &Call) -> Result<Reply, Fault> {
    ghl(call).notes(call.parameter("contactId"))
}

/// Write a note.
#[utoipa::path(
    post,
    path = "/contacts/{contactId}/notes",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    request_body = NoteRequest,
    responses(
        (status = 201, description = "The note", body = OneNote),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn add_note(call: &Call) -> Result<Reply, Fault> {
    let request = NoteRequest::from_json(call.body()?)?;
    ghl(call).add_note(call.parameter("contactId"), &request)
}

/// Get a note.
#[utoipa::path(
    get,
    path = "/contacts/{contactId}/notes/{id}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("id" = String, Path, description = "Its id"),
    ),
    responses(
        (status = 200, description = "The note", body = OneNote),
        (status = 404, description = "There is no such note", body = GoHighLevelFailure),
    ),
)]
fn note(call: &Call) -> Result<Reply, Fault> {
    ghl(call).note(call.parameter("contactId"), call.parameter("id"))
}

/// Change a note: what is not named stays.
#[utoipa::path(
    put,
    path = "/contacts/{contactId}/notes/{id}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("id" = String, Path, description = "Its id"),
    ),
    request_body = NoteRequest,
    responses(
        (status = 200, description = "The note", body = OneNote),
        (status = 404, description = "There is no such note", body = GoHighLevelFailure),
    ),
)]
fn update_note(call: &Call) -> Result<Reply, Fault> {
    let request = NoteRequest::from_json(call.body()?)?;
    ghl(call).update_note(call.parameter("contactId"), call.parameter("id"), &request)
}

/// Delete a note.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}/notes/{id}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("id" = String, Path, description = "Its id"),
    ),
    responses(
        (status = 200, description = "Done", body = Succeded),
        (status = 404, description = "There is no such note", body = GoHighLevelFailure),
    ),
)]
fn delete_note(call: &Call) -> Result<Reply, Fault> {
    ghl(call).delete_note(call.parameter("contactId"), call.parameter("id"))
}

/// List a contact's tasks.
#[utoipa::path(
    get,
    path = "/contacts/{contactId}/tasks",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    responses(
        (status = 200, description = "The tasks", body = Tasks),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn tasks(call: &Call) -> Result<Reply, Fault> {
    ghl(call).tasks(call.parameter("contactId"))
}

/// Write a task.
#[utoipa::path(
    post,
    path = "/contacts/{contactId}/tasks",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    request_body = TaskRequest,
    responses(
        (status = 201, description = "The task", body = OneTask),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn add_task(call: &Call) -> Result<Reply, Fault> {
    let request = TaskRequest::from_json(call.body()?)?;
    ghl(call).add_task(call.parameter("contactId"), &request)
}

/// Get a task.
#[utoipa::path(
    get,
    path = "/contacts/{contactId}/tasks/{taskId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("taskId" = String, Path, description = "The task's id"),
    ),
    responses(
        (status = 200, description = "The task", body = OneTask),
        (status = 404, description = "There is no such task", body = GoHighLevelFailure),
    ),
)]
fn task(call: &Call) -> Result<Reply, Fault> {
    ghl(call).task(call.parameter("contactId"), call.parameter("taskId"))
}

/// Change a task: what is not named stays.
#[utoipa::path(
    put,
    path = "/contacts/{contactId}/tasks/{taskId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("taskId" = String, Path, description = "The task's id"),
    ),
    request_body = TaskRequest,
    responses(
        (status = 200, description = "The task", body = OneTask),
        (status = 404, description = "There is no such task", body = GoHighLevelFailure),
    ),
)]
fn update_task(call: &Call) -> Result<Reply, Fault> {
    let request = TaskRequest::from_json(call.body()?)?;
    ghl(call).update_task(
        call.parameter("contactId"),
        call.parameter("taskId"),
        &request,
    )
}

/// Say that a task is done, or that it is not.
#[utoipa::path(
    put,
    path = "/contacts/{contactId}/tasks/{taskId}/completed",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("taskId" = String, Path, description = "The task's id"),
    ),
    request_body = TaskRequest,
    responses(
        (status = 200, description = "The task", body = OneTask),
        (status = 404, description = "There is no such task", body = GoHighLevelFailure),
    ),
)]
fn complete_task(call: &Call) -> Result<Reply, Fault> {
    let request = TaskRequest::from_json(call.body()?)?;
    ghl(call).complete_task(
        call.parameter("contactId"),
        call.parameter("taskId"),
        &request,
    )
}

/// Delete a task.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}/tasks/{taskId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("taskId" = String, Path, description = "The task's id"),
    ),
    responses(
        (status = 200, description = "Done", body = Succeded),
        (status = 404, description = "There is no such task", body = GoHighLevelFailure),
    ),
)]
fn delete_task(call: &Call) -> Result<Reply, Fault> {
    ghl(call).delete_task(call.parameter("contactId"), call.parameter("taskId"))
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(
    notes,
    add_note,
    note,
    update_note,
    delete_note,
    tasks,
    add_task,
    task,
    update_task,
    complete_task,
    delete_task
))]
pub(super) struct Document;
