//! The calls of Bland.

use axum::http::Method;
use kinfold::MemoryId;
use kinfold::wire::bland::{
    self, Answer, ContactData, MemoryContext, MemoryData, MemoryRequest, MergeContacts,
    OpenedMemory, ResolveContact, Resolved,
};
use kinfold::wire::{Api, BlandFailure, Fault, Reply};
use utoipa::OpenApi;

use super::super::call::Call;
use super::Route;

pub(super) const ROUTES: &[Route] = &[
    route(Method::POST, "/v1/contacts/resolve", resolve),
    route(Method::POST, "/v1/contacts/merge", merge),
    route(Method::POST, "/v1/memory/contact", open_memory),
    route(Method::GET, "/v1/memory/contact/{memory_id}", memory),
    route(Method::GET, "/v1/memory/context", context),
];

const fn route(
    method: Method,
    path: &'static str,
    call: fn(&Call) -> Result<Reply, Fault>,
) -> Route {
    Route {
        api: Api::Bland,
        method,
        path,
        call,
    }
}

/// Find an existing contact or create a new one.
#[utoipa::path(
    post,
    path = "/v1/contacts/resolve",
    tag = "bland",
    request_body = ResolveContact,
    responses(
        (status = 200, description = "The contact", body = Answer<Resolved>),
        (status = 400, description = "No identifier, or one that can't be read", body = BlandFailure),
        (status = 409, description = "The identifiers belong to others", body = BlandFailure),
    ),
)]
fn resolve(call: &Call) -> Result<Reply, Fault> {
    let request = ResolveContact::from_json(call.body()?)?;
    Ok(bland::resolve(&call.access, &request)?.reply())
}

/// Merge a duplicate into a primary contact.
#[utoipa::path(
    post,
    path = "/v1/contacts/merge",
    tag = "bland",
    request_body = MergeContacts,
    responses(
        (status = 200, description = "The primary contact", body = Answer<ContactData>),
        (status = 400, description = "No two contacts, or such as can't be one", body = BlandFailure),
        (status = 404, description = "There is no such contact", body = BlandFailure),
    ),
)]
fn merge(call: &Call) -> Result<Reply, Fault> {
    let request = MergeContacts::from_json(call.body()?)?;
    Ok(bland::merge(&call.access, &request)?.reply())
}

/// Get what a persona or an agent's number remembers of a contact, or begin to remember.
#[utoipa::path(
    post,
    path = "/v1/memory/contact",
    tag = "bland",
    request_body = MemoryRequest,
    responses(
        (status = 200, description = "The memory", body = Answer<OpenedMemory>),
        (status = 400, description = "No contact, or nobody who remembers", body = BlandFailure),
        (status = 404, description = "There is no such contact", body = BlandFailure),
    ),
)]
fn open_memory(call: &Call) -> Result<Reply, Fault> {
    let request = MemoryRequest::from_json(call.body()?)?;
    Ok(bland::open_memory(&call.access, &request)?.reply())
}

/// Get a memory.
#[utoipa::path(
    get,
    path = "/v1/memory/contact/{memory_id}",
    tag = "bland",
    params(("memory_id" = MemoryId, Path, description = "The memory's id")),
    responses(
        (status = 200, description = "The memory", body = Answer<MemoryData>),
        (status = 404, description = "There is no such memory", body = BlandFailure),
    ),
)]
fn memory(call: &Call) -> Result<Reply, Fault> {
    let id = call.parameter("memory_id").parse();
    // What is no id is the id of nothing.
    let id = id.map_err(|_| Fault::NotFound("memory"))?;
    Ok(bland::memory(&call.access, id)?.reply())
}

/// Get what an agent has to know before it speaks.
#[utoipa::path(
    get,
    path = "/v1/memory/context",
    tag = "bland",
    params(
        ("contact_id" = kinfold::ContactId, Query, description = "Whom is remembered"),
        ("persona_id" = Option<String>, Query, description = "The persona that remembers"),
        ("agent_number" = Option<String>, Query, description = "Or the agent's number"),
    ),
    responses(
        (status = 200, description = "What is remembered", body = Answer<MemoryContext>),
        (status = 400, description = "No contact, or nobody who remembers", body = BlandFailure),
        (status = 404, description = "Nothing is remembered", body = BlandFailure),
    ),
)]
fn context(call: &Call) -> Result<Reply, Fault> {
    let request = MemoryRequest::from_query(|name| call.query(name))?;
    Ok(bland::context(&call.access, &request)?.reply())
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(resolve, merge, open_memory, memory, context))]
pub(super) struct Document;
