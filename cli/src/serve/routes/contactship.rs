//! The call of Contactship.

use axum::http::Method;
use kinfold::wire::contactship::{self, CreateContact, CreatedContact};
use kinfold::wire::{Api, ContactshipFailure, Fault, Reply};
use utoipa::OpenApi;

use super::super::call::Call;
use super::Route;

pub(super) const ROUTES: &[Route] = &[Route {
    api: Api::Contactship,
    method: Method::POST,
    path: "/v1/contacts",
    call: create,
}];

/// Create a contact.
#[utoipa::path(
    post,
    path = "/v1/contacts",
    tag = "contactship",
    request_body = CreateContact,
    responses(
        (status = 201, description = "The contact", body = CreatedContact),
        (status = 400, description = "A field is missing or can't be read", body = ContactshipFailure),
        (status = 409, description = "Somebody has the phone", body = ContactshipFailure),
    ),
)]
fn create(call: &Call) -> Result<Reply, Fault> {
    let request = CreateContact::from_json(call.body()?)?;
    Ok(contactship::create(&call.access, &request)?.reply())
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(create))]
pub(super) struct Document;
