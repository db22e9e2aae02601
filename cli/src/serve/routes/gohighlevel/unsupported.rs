//! What is not kept here.

use axum::http::Method;
use kinfold::wire::{Fault, GoHighLevelFailure, Reply};
use utoipa::OpenApi;

use super::super::super::call::Call;
use super::super::Route;
use super::{ghl, route};

pub(super) const ROUTES: &[Route] = &[
    route(
        Method::GET,
        "/contacts/{contactId}/appointments",
        appointments,
    ),
    route(
        Method::POST,
        "/contacts/{contactId}/campaigns/{campaignId}",
        add_to_campaign,
    ),
    route(
        Method::DELETE,
        "/contacts/{contactId}/campaigns/{campaignId}",
        remove_from_campaign,
    ),
    route(
        Method::DELETE,
        "/contacts/{contactId}/campaigns/removeAll",
        remove_from_all_campaigns,
    ),
    route(
        Method::POST,
        "/contacts/{contactId}/workflow/{workflowId}",
        add_to_workflow,
    ),
    route(
        Method::DELETE,
        "/contacts/{contactId}/workflow/{workflowId}",
        remove_from_workflow,
    ),
];

/// Appointments are not kept here.
#[utoipa::path(
    get,
    path = "/contacts/{contactId}/appointments",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    responses(
        (status = 501, description = "They are not kept here", body = GoHighLevelFailure),
    ),
)]
fn appointments(call: &Call) -> Result<Reply, Fault> {
    ghl(call).unsupported("Appointments")
}

/// Campaigns are not kept here.
#[utoipa::path(
    post,
    path = "/contacts/{contactId}/campaigns/{campaignId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("campaignId" = String, Path, description = "A campaign"),
    ),
    responses(
        (status = 501, description = "They are not kept here", body = GoHighLevelFailure),
    ),
)]
fn add_to_campaign(call: &Call) -> Result<Reply, Fault> {
    ghl(call).unsupported("Campaigns")
}

/// Campaigns are not kept here.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}/campaigns/{campaignId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("campaignId" = String, Path, description = "A campaign"),
    ),
    responses(
        (status = 501, description = "They are not kept here", body = GoHighLevelFailure),
    ),
)]
fn remove_from_campaign(call: &Call) -> Result<Reply, Fault> {
    ghl(call).unsupported("Campaigns")
}

/// Campaigns are not kept here.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}/campaigns/removeAll",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    responses(
        (status = 501, description = "They are not kept here", body = GoHighLevelFailure),
    ),
)]
fn remove_from_all_campaigns(call: &Call) -> Result<Reply, Fault> {
    ghl(call).unsupported("Campaigns")
}

/// Workflows are not kept here.
#[utoipa::path(
    post,
    path = "/contacts/{contactId}/workflow/{workflowId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("workflowId" = String, Path, description = "A workflow"),
    ),
    responses(
        (status = 501, description = "They are not kept here", body = GoHighLevelFailure),
    ),
)]
fn add_to_workflow(call: &Call) -> Result<Reply, Fault> {
    ghl(call).unsupported("Workflows")
}

/// Workflows are not kept here.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}/workflow/{workflowId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
        ("workflowId" = String, Path, description = "A workflow"),
    ),
    responses(
        (status = 501, description = "They are not kept here", body = GoHighLevelFailure),
    ),
)]
fn remove_from_workflow(call: &Call) -> Result<Reply, Fault> {
    ghl(call).unsupported("Workflows")
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(
    appointments,
    add_to_campaign,
    remove_from_campaign,
    remove_from_all_campaigns,
    add_to_workflow,
    remove_from_workflow
))]
pub(super) struct Document;
