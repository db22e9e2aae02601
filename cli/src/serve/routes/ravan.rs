//! The call of Ravan.

use axum::http::Method;
use kinfold::wire::ravan::{self, Answer, GetOrCreateContact};
use kinfold::wire::{Api, Fault, RavanFailure, Reply};
use utoipa::OpenApi;

use super::super::call::Call;
use super::Route;

pub(super) const ROUTES: &[Route] = &[Route {
    api: Api::Ravan,
    method: Method::POST,
    path: "/api/v1/ghl/contacts",
    call: get_or_create,
}];

/// Get a contact, or create it.
#[utoipa::path(
    post,
    path = "/api/v1/ghl/contacts",
    tag = "ravan",
    request_body = GetOrCreateContact,
    responses(
        (status = 200, description = "The contact", body = Answer),
        (status = 400, description = "No identifier, or one that can't be read", body = RavanFailure),
        (status = 409, description = "The identifiers belong to others", body = RavanFailure),
    ),
)]
fn get_or_create(call: &Call) -> Result<Reply, Fault> {
    let request = GetOrCreateContact::from_json(call.body()?)?;
    Ok(ravan::get_or_create(&call.access, &request)?.reply())
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(get_or_create))]
pub(super) struct Document;
