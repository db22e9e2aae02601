//! Lists of contacts, and searches.

use axum::http::Method;
use kinfold::wire::gohighlevel::{
    BusinessContacts, BusinessList, DuplicateContact, DuplicateRequest, FindRequest, FoundContacts,
    ListRequest, ListedContacts, SearchBody, SearchedContacts,
};
use kinfold::wire::{Fault, Reply};
use utoipa::OpenApi;

use super::super::super::call::Call;
use super::super::Route;
use super::{ghl, route};

pub(super) const ROUTES: &[Route] = &[
    route(Method::GET, "/contacts/", list),
    route(Method::GET, "/contacts/search", find),
    route(Method::POST, "/contacts/search", search),
    route(Method::GET, "/contacts/search/duplicate", duplicate),
    route(Method::GET, "/contacts/business/{businessId}", of_business),
];

/// List contacts.
#[utoipa::path(
    get,
    path = "/contacts/",
    tag = "gohighlevel",
    params(
        ("locationId" = Option<String>, Query, description = "The location"),
        ("query" = Option<String>, Query, description = "Whom to look for; they come in the order of their creation, too"),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "At most so many: 20, or up to 100"),
        ("startAfter" = Option<i64>, Query, description = "When the last one of the page before was added; refused without `startAfterId`, because several may have been added at that moment"),
        ("startAfterId" = Option<String>, Query, description = "The last one of the page before: this one goes on behind it"),
    ),
    responses(
        (status = 200, description = "A page of them", body = ListedContacts),
    ),
)]
fn list(call: &Call) -> Result<Reply, Fault> {
    let request = ListRequest {
        location_id: call.query("locationId").map(str::to_owned),
        query: call.query("query").map(str::to_owned),
        limit: call.query("limit").map(str::to_owned),
        start_after: call.query("startAfter").map(str::to_owned),
        start_after_id: call.query("startAfterId").map(str::to_owned),
    };
    ghl(call).list(&request)
}

/// Find contacts by email, phone or name.
#[utoipa::path(
    get,
    path = "/contacts/search",
    tag = "gohighlevel",
    params(
        ("locationId" = Option<String>, Query, description = "The location"),
        ("email" = Option<String>, Query, description = "The email"),
        ("phone" = Option<String>, Query, description = "Or the phone"),
        ("number" = Option<String>, Query, description = "The same"),
        ("query" = Option<String>, Query, description = "Or the name"),
    ),
    responses(
        (status = 200, description = "Those who were found", body = FoundContacts),
    ),
)]
fn find(call: &Call) -> Result<Reply, Fault> {
    let request = FindRequest {
        location_id: call.query("locationId").map(str::to_owned),
        email: call.query("email").map(str::to_owned),
        phone: call.query("phone").map(str::to_owned),
        number: call.query("number").map(str::to_owned),
        query: call.query("query").map(str::to_owned),
    };
    ghl(call).find(&request)
}

/// Search contacts by filters.
#[utoipa::path(
    post,
    path = "/contacts/search",
    tag = "gohighlevel",
    request_body = SearchBody,
    responses(
        (status = 200, description = "A page of them", body = SearchedContacts),
    ),
)]
fn search(call: &Call) -> Result<Reply, Fault> {
    let request = SearchBody::from_json(call.body()?)?;
    ghl(call).search(&request)
}

/// Find the contact that has an email or a phone.
#[utoipa::path(
    get,
    path = "/contacts/search/duplicate",
    tag = "gohighlevel",
    params(
        ("locationId" = Option<String>, Query, description = "The location"),
        ("email" = Option<String>, Query, description = "The email"),
        ("number" = Option<String>, Query, description = "Or the phone"),
    ),
    responses(
        (status = 200, description = "The contact, or null", body = DuplicateContact),
    ),
)]
fn duplicate(call: &Call) -> Result<Reply, Fault> {
    let request = DuplicateRequest {
        location_id: call.query("locationId").map(str::to_owned),
        email: call.query("email").map(str::to_owned),
        number: call.query("number").map(str::to_owned),
    };
    ghl(call).duplicate(&request)
}

/// List the contacts of a business.
#[utoipa::path(
    get,
    path = "/contacts/business/{businessId}",
    tag = "gohighlevel",
    params(
        ("businessId" = String, Path, description = "The business's id"),
        ("locationId" = Option<String>, Query, description = "The location"),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "At most so many: 25, or up to 100"),
        ("skip" = Option<i64>, Query, minimum = 0, description = "Leave out so many first"),
    ),
    responses(
        (status = 200, description = "A page of them", body = BusinessContacts),
    ),
)]
fn of_business(call: &Call) -> Result<Reply, Fault> {
    let request = BusinessList {
        location_id: call.query("locationId").map(str::to_owned),
        limit: call.query("limit").map(str::to_owned),
        skip: call.query("skip").map(str::to_owned),
    };
    ghl(call).of_business(call.parameter("businessId"), &request)
}

/// What is said of them.
#[derive(OpenApi)]
#[openapi(paths(list, find, search, duplicate, of_business))]
pub(super) struct Document;
