//! Definitions of custom fields.

use axum::http::Method;
use kinfold::wire::gohighlevel::{DefinitionRequest, Definitions, OneDefinition, Succeded};
use kinfold::wire::{Fault, GoHighLevelFailure, Reply};
use utoipa::OpenApi;

use super::super::super::call::Call;
use super::super::Route;
use super::{ghl, route};

pub(super) const ROUTES: &[Route] = &[
    route(
        Method::GET,
        "/locations/{locationId}/customFields",
        definitions,
    ),
    route(Method::POST, "/locations/{locationId}/customFields", define),
    route(
        Method::GET,
        "/locations/{locationId}/customFields/{id}",
        definition,
    ),
    route(
        Method::PUT,
        "/locations/{locationId}/customFields/{id}",
        redefine,
    ),
    route(
        Method::DELETE,
        "/locations/{locationId}/customFields/{id}",
        delete_definition,
    ),
];

/// List a location's custom fields.
#[utoipa::path(
    get,
    path = "/locations/{locationId}/customFields",
    tag = "gohighlevel",
    params(
        ("locationId" = String, Path, description = "The location"),
        ("model" = Option<String>, Query, description = "`contact`, `opportunity` or `all`"),
    ),
    responses(
        (status = 200, description = "The definitions", body = Definitions),
    ),
)]
fn definitions(call: &Call) -> Result<Reply, Fault> {
    ghl(call).definitions(call.parameter("locationId"), call.query("model"))
}

/// Define a custom field.
#[utoipa::path(
    post,
    path = "/locations/{locationId}/customFields",
    tag = "gohighlevel",
    params(
        ("locationId" = String, Path, description = "The location"),
    ),
    request_body = DefinitionRequest,
    responses(
        (status = 201, description = "The definition", body = OneDefinition),
    ),
)]
fn define(call: &Call) -> Result<Reply, Fault> {
    let request = DefinitionRequest::from_json(call.body()?)?;
    ghl(call).define(call.parameter("locationId"), &request)
}

/// Get the definition of a custom field.
#[utoipa::path(
    get,
    path = "/locations/{locationId}/customFields/{id}",
    tag = "gohighlevel",
    params(
        ("locationId" = String, Path, description = "The location"),
        ("id" = String, Path, description = "Its id"),
    ),
    responses(
        (status = 200, description = "The definition", body = OneDefinition),
        (status = 404, description = "There is no such field", body = GoHighLevelFailure),
    ),
)]
fn definition(call: &Call) -> Result<Reply, Fault> {
    ghl(call).definition(call.parameter("locationId"), call.parameter("id"))
}

/// Change the definition of a custom field: what is not named stays.
#[utoipa::path(
    put,
    path = "/locations/{locationId}/customFields/{id}",
    tag = "gohighlevel",
    params(
        ("locationId" = String, Path, description = "The location"),
        ("id" = String, Path, description = "Its id"),
    ),
    request_body = DefinitionRequest,
    responses(
        (status = 200, description = "The definition", body = OneDefinition),
        (status = 404, description = "There is no such field", body = GoHighLevelFailure),
    ),
)]
fn redefine(call: &Call) -> Result<Reply, Fault> {
    let request = DefinitionRequest::from_json(call.body()?)?;
    ghl(call).redefine(call.parameter("locationId"), call.parameter("id"), &request)
}

/// Delete the definition of a custom field; the values stay.
#[utoipa::path(
    delete,
    path = "/locations/{locationId}/customFields/{id}",
    tag = "gohighlevel",
    params(
        ("locationId" = String, Path, description = "The location"),
        ("id" = String, Path, description = "Its id"),
    ),
    responses(
        (status = 200, description = "Done", body = Succeded),
        (status = 404, description = "There is no such field", body = GoHighLevelFailure),
    ),
)]
fn delete_definition(call: &Call) -> Result<Reply, Fault> {
    ghl(call).delete_definition(call.parameter("locationId"), call.parameter("id"))
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(definitions, define, definition, redefine, delete_definition))]
pub(super) struct Document;
