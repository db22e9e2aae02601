//! The table of all calls.

mod bland;
mod contactship;
mod gohighlevel;
mod ravan;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, State};
use axum::http::{Method, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, get, on};
use kinfold::wire::{Api, Fault, Reply};
use serde::Serialize;
use utoipa::openapi::OpenApi as OpenApiDocument;
use utoipa::{OpenApi, ToSchema};

use super::access_log::Entry;
use super::call::{self, Call};
use super::{Service, answer};

/// One call of an API.
pub(crate) struct Route {
    pub(crate) api: Api,
    pub(crate) method: Method,
    /// The path, with what stands for something else in braces. It is answered with and without
    /// a slash at its end.
    pub(crate) path: &'static str,
    pub(crate) call: fn(&Call) -> Result<Reply, Fault>,
}

/// All of them.
const TABLES: [&[Route]; 3] = [bland::ROUTES, contactship::ROUTES, ravan::ROUTES];

/// The APIs in the order of their tables.
pub(super) const APIS: [Api; 4] = [Api::Bland, Api::Contactship, Api::GoHighLevel, Api::Ravan];

/// What each of them says of its calls.
pub(super) fn documents() -> impl Iterator<Item = (Api, OpenApiDocument)> {
    APIS.into_iter().zip([
        bland::Document::openapi(),
        contactship::Document::openapi(),
        gohighlevel::document(),
        ravan::Document::openapi(),
    ])
}

pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    TABLES.into_iter().chain(gohighlevel::TABLES).flatten()
}

/// All of them as axum has them.
pub(super) fn router(service: Arc<Service>) -> Router {
    let mut paths: BTreeMap<&str, Vec<&'static Route>> = BTreeMap::new();
    for route in all() {
        let path = route.path.trim_end_matches('/');
        paths.entry(path).or_default().push(route);
    }
    let mut router = Router::new()
        .route("/health", get(health))
        .route("/openapi.json", get(document));
    for (path, routes) in paths {
        let methods = methods(&routes);
        router = router
            .route(&format!("{path}/"), methods.clone())
            .route(path, methods);
    }
    router.fallback(no_route).with_state(service)
}

/// What is at one path.
pub(super) fn methods(routes: &[&'static Route]) -> MethodRouter<Arc<Service>> {
    let mut methods = MethodRouter::new();
    for &route in routes {
        // Only a method that HTTP does not know has no filter.
        let Ok(filter) = MethodFilter::try_from(route.method.clone()) else {
            continue;
        };
        let answer = move |State(service): State<Arc<Service>>,
                           parameters: Result<RawPathParams, _>,
                           request: Request<Body>| {
            call::answer(service, route, parameters, request)
        };
        methods = methods.merge(on(filter, answer));
    }
    let allowed: Vec<Method> = routes.iter().map(|route| route.method.clone()).collect();
    let first = routes.first().map(|route| (route.api, route.path));
    let (api, path) = first.unwrap_or((Api::GoHighLevel, "-"));
    methods.fallback(
        async move |State(service): State<Arc<Service>>, method: Method| {
            let entry = Entry::begin(method.as_str(), path);
            let response = answer::method_not_allowed(api, &allowed);
            service.access_log.done(&entry, response.status().as_u16());
            response
        },
    )
}

/// A path that no API has, in the words of the API that it would belong to.
async fn no_route(State(service): State<Arc<Service>>, request: Request<Body>) -> Response {
    let entry = Entry::begin(request.method().as_str(), "-");
    let response = answer::fault(api_of(request.uri().path()), &Fault::NoRoute);
    service.access_log.done(&entry, response.status().as_u16());
    response
}

fn api_of(path: &str) -> Api {
    let mut names = path.split('/').skip(1);
    match (names.next(), names.next(), names.next()) {
        (Some("v1"), Some("contacts"), None | Some("")) => Api::Contactship,
        (Some("v1"), _, _) => Api::Bland,
        (Some("api"), _, _) => Api::Ravan,
        _ => Api::GoHighLevel,
    }
}

/// Whether the service is there.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

/// Whether the service is there. Needs no key, and says nothing of the store.
#[utoipa::path(get, path = "/health", responses(
    (status = 200, description = "It is", body = Health),
))]
pub(super) async fn health() -> Response {
    let health = serde_json::to_string(&Health { status: "ok" });
    answer::json(health.unwrap_or_default())
}

/// This document. Needs no key.
#[utoipa::path(get, path = "/openapi.json", responses(
    (status = 200, description = "An OpenAPI document", body = serde_json::Value),
))]
pub(super) async fn document(State(service): State<Arc<Service>>) -> Response {
    answer::json(service.document.clone())
}
