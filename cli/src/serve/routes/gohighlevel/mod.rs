//! The calls of GoHighLevel.

mod beside;
mod contacts;
mod definitions;
mod lists;
mod unsupported;

use axum::http::Method;
use kinfold::wire::gohighlevel::GoHighLevel;
use kinfold::wire::{Api, Fault, Reply};
use utoipa::OpenApi;

use super::super::call::Call;
use super::Route;

/// All of them, by what they are about.
pub(super) const TABLES: [&[Route]; 5] = [
    contacts::ROUTES,
    lists::ROUTES,
    beside::ROUTES,
    definitions::ROUTES,
    unsupported::ROUTES,
];

/// What is said of them.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut whole = contacts::Document::openapi();
    for part in [
        lists::Document::openapi(),
        beside::Document::openapi(),
        definitions::Document::openapi(),
        unsupported::Document::openapi(),
    ] {
        whole.merge(part);
    }
    whole
}

const fn route(
    method: Method,
    path: &'static str,
    call: fn(&Call) -> Result<Reply, Fault>,
) -> Route {
    Route {
        api: Api::GoHighLevel,
        method,
        path,
        call,
    }
}

/// The calls, for who has the call's access.
fn ghl(call: &Call) -> GoHighLevel<'_> {
    GoHighLevel::new(&call.access).at(&call.address)
}
