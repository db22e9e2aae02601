//! Contacts themselves.

use axum::http::Method;
use kinfold::wire::gohighlevel::{
    BulkTagsAnswers, BulkTagsRequest, BusinessAnswer, BusinessRequest, ContactRequest,
    FollowersAnswer, FollowersRequest, OneContact, Succeded, TagsChange, TagsRequest,
    UpdatedContact, UpsertedContact,
};
use kinfold::wire::{Fault, GoHighLevelFailure, Reply};
use utoipa::OpenApi;

use super::super::super::call::Call;
use super::super::Route;
use super::{ghl, route};

pub(super) const ROUTES: &[Route] = &[
    route(Method::POST, "/contacts/", create),
    route(Method::POST, "/contacts/upsert", upsert),
    route(Method::GET, "/contacts/{contactId}", get),
    route(Method::PUT, "/contacts/{contactId}", update),
    route(Method::DELETE, "/contacts/{contactId}", delete),
    route(Method::POST, "/contacts/{contactId}/tags", add_tags),
    route(Method::DELETE, "/contacts/{contactId}/tags", remove_tags),
    route(
        Method::POST,
        "/contacts/bulk/tags/update/{type}",
        change_many_tags,
    ),
    route(
        Method::POST,
        "/contacts/{contactId}/followers",
        add_followers,
    ),
    route(
        Method::DELETE,
        "/contacts/{contactId}/followers",
        remove_followers,
    ),
    route(Method::POST, "/contacts/bulk/business", change_business),
];

/// Create a contact.
#[utoipa::path(
    post,
    path = "/contacts/",
    tag = "gohighlevel",
    request_body = ContactRequest,
    responses(
        (status = 201, description = "The contact", body = OneContact),
    ),
)]
fn create(call: &Call) -> Result<Reply, Fault> {
    let request = ContactRequest::from_json(call.body()?)?;
    ghl(call).create(&request)
}

/// Change the contact that has the email or the phone, or create one.
#[utoipa::path(
    post,
    path = "/contacts/upsert",
    tag = "gohighlevel",
    request_body = ContactRequest,
    responses(
        (status = 200, description = "The contact", body = UpsertedContact),
    ),
)]
fn upsert(call: &Call) -> Result<Reply, Fault> {
    let request = ContactRequest::from_json(call.body()?)?;
    ghl(call).upsert(&request)
}

/// Get a contact.
#[utoipa::path(
    get,
    path = "/contacts/{contactId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    responses(
        (status = 200, description = "The contact", body = OneContact),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn get(call: &Call) -> Result<Reply, Fault> {
    ghl(call).get(call.parameter("contactId"))
}

/// Change a contact: what is not named stays.
#[utoipa::path(
    put,
    path = "/contacts/{contactId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    request_body = ContactRequest,
    responses(
        (status = 200, description = "The contact", body = UpdatedContact),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn update(call: &Call) -> Result<Reply, Fault> {
    let request = ContactRequest::from_json(call.body()?)?;
    ghl(call).update(call.parameter("contactId"), &request)
}

/// Delete a contact.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    responses(
        (status = 200, description = "Done", body = Succeded),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn delete(call: &Call) -> Result<Reply, Fault> {
    ghl(call).delete(call.parameter("contactId"))
}

/// Add tags to a contact.
#[utoipa::path(
    post,
    path = "/contacts/{contactId}/tags",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    request_body = TagsRequest,
    responses(
        (status = 201, description = "All that it has now", body = TagsRequest),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn add_tags(call: &Call) -> Result<Reply, Fault> {
    let request = TagsRequest::from_json(call.body()?)?;
    ghl(call).change_tags(call.parameter("contactId"), TagsChange::Add, &request)
}

/// Remove tags from a contact.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}/tags",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    request_body = TagsRequest,
    responses(
        (status = 200, description = "All that it has now", body = TagsRequest),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn remove_tags(call: &Call) -> Result<Reply, Fault> {
    let request = TagsRequest::from_json(call.body()?)?;
    ghl(call).change_tags(call.parameter("contactId"), TagsChange::Remove, &request)
}

/// Add tags to many contacts, or remove them.
#[utoipa::path(
    post,
    path = "/contacts/bulk/tags/update/{type}",
    tag = "gohighlevel",
    params(
        ("type" = inline(TagsChange), Path, description = "What is done with them"),
    ),
    request_body = BulkTagsRequest,
    responses(
        (status = 201, description = "What became of each", body = BulkTagsAnswers),
    ),
)]
fn change_many_tags(call: &Call) -> Result<Reply, Fault> {
    let change = call.parameter("type").parse()?;
    let request = BulkTagsRequest::from_json(call.body()?)?;
    ghl(call).change_many_tags(change, &request)
}

/// Have users follow a contact.
#[utoipa::path(
    post,
    path = "/contacts/{contactId}/followers",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    request_body = FollowersRequest,
    responses(
        (status = 201, description = "All who follow it now", body = FollowersAnswer),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn add_followers(call: &Call) -> Result<Reply, Fault> {
    let request = FollowersRequest::from_json(call.body()?)?;
    ghl(call).add_followers(call.parameter("contactId"), &request)
}

/// Have users follow a contact no more.
#[utoipa::path(
    delete,
    path = "/contacts/{contactId}/followers",
    tag = "gohighlevel",
    params(
        ("contactId" = String, Path, description = "The contact's id"),
    ),
    request_body = FollowersRequest,
    responses(
        (status = 200, description = "All who follow it now", body = FollowersAnswer),
        (status = 404, description = "There is no such contact", body = GoHighLevelFailure),
    ),
)]
fn remove_followers(call: &Call) -> Result<Reply, Fault> {
    let request = FollowersRequest::from_json(call.body()?)?;
    ghl(call).remove_followers(call.parameter("contactId"), &request)
}

/// Put contacts into a business, or take them out of theirs.
#[utoipa::path(
    post,
    path = "/contacts/bulk/business",
    tag = "gohighlevel",
    request_body = BusinessRequest,
    responses(
        (status = 200, description = "Whom it was done to", body = BusinessAnswer),
        (status = 404, description = "One of them is not there", body = GoHighLevelFailure),
    ),
)]
fn change_business(call: &Call) -> Result<Reply, Fault> {
    let request = BusinessRequest::from_json(call.body()?)?;
    ghl(call).change_business(&request)
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(
    create,
    upsert,
    get,
    update,
    delete,
    add_tags,
    remove_tags,
    change_many_tags,
    add_followers,
    remove_followers,
    change_business
))]
pub(super) struct Document;
