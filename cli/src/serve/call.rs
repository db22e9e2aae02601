//! One request, from its key to its answer.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use axum::http::header::{CONTENT_LENGTH, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Limited};
use kinfold::wire::{Access, Api, Fault, Reply};
use tokio::time::timeout;

use super::access_log::Entry;
use super::routes::Route;
use super::{Service, answer};
use crate::output::note;

/// The largest body that is read: far more than any contact of these APIs takes.
pub(super) const LARGEST_BODY: usize = 1 << 20;

/// The header that names a location: one may come with the calls of every API.
const LOCATION_ID: &str = "location-id";

/// What a route's function is called with.
pub(crate) struct Call {
    /// What the key opens, and of that the location that a header or the query names.
    pub(crate) access: Access,
    /// The address at which the client has the service, without a slash at its end.
    pub(crate) address: String,
    parameters: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
}

impl Call {
    /// A part of the path that the route names in braces.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        let pair = self.parameters.iter().find(|(other, _)| other == name);
        pair.map_or("", |(_, value)| value.as_str())
    }

    /// The first value that the query has for a name and that says something.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let mut given = self.query.iter().filter(|(other, _)| other == name);
        let pair = given.find(|(_, value)| !is_empty(value));
        pair.map(|(_, value)| value.as_str())
    }

    /// The body, which must be text.
    pub(crate) fn body(&self) -> Result<&str, Fault> {
        std::str::from_utf8(&self.body)
            .map_err(|_| Fault::Malformed("The body is not UTF-8".to_owned()))
    }
}

/// Whether a text is one that forms and clients send for what is not given.
fn is_empty(text: &str) -> bool {
    text.trim().is_empty()
}

/// Answers a request that matches a route.
pub(super) async fn answer(
    service: Arc<Service>,
    route: &'static Route,
    parameters: Result<RawPathParams, RawPathParamsRejection>,
    request: Request<Body>,
) -> Response<Body> {
    let entry = Entry::begin(route.method.as_str(), route.path);
    let mut headers = HeaderMap::new();
    let done = run(&service, route, parameters, request, &mut headers).await;
    // What the client is not told: errors say nothing of a person.
    if let Err(Fault::Library(error)) = &done
        && error.is_storage()
    {
        note(&format!("{} {}: {error}", route.method, route.path));
    }
    let response = match done {
        Ok(reply) => answer::reply(reply),
        Err(fault) => answer::fault(route.api, &fault),
    };
    service.access_log.done(&entry, response.status().as_u16());
    answer::with_headers(response, headers)
}

/// What comes of a request; `headers` takes what is said of the rate.
async fn run(
    service: &Service,
    route: &'static Route,
    parameters: Result<RawPathParams, RawPathParamsRejection>,
    request: Request<Body>,
    headers: &mut HeaderMap,
) -> Result<Reply, Fault> {
    let (head, body) = request.into_parts();
    let key = service.keys.of(route.api, &head.headers);
    let key = key.ok_or(Fault::Unauthorized)?;
    if let Some(limiter) = &key.limiter {
        let counted = limiter.count(Instant::now());
        if route.api == Api::GoHighLevel || counted.wait.is_some() {
            *headers = counted.headers;
        }
        if let Some(retry_after) = counted.wait {
            return Err(Fault::TooMany { retry_after });
        }
    }
    let query = query(&head);
    let access = narrowed(key.access.clone(), route.api, &head.headers, &query)?;
    // Text that is not UTF-8 is the name of nothing.
    let parameters = parameters.map_err(|_| Fault::NoRoute)?;
    let parameters = parameters
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let call = Call {
        access,
        address: address(&head),
        parameters: parameters.collect(),
        query,
        body: read(body, &head, service).await?,
    };
    // The store makes its callers wait, so it gets threads of its own. One that panics is answered
    // like any other fault.
    let done = tokio::task::spawn_blocking(move || (route.call)(&call)).await;
    done.unwrap_or(Err(Fault::Internal))
}

/// What a key opens, and of that the location that the request names outside of its body. It may
/// be named more than once, and must be the same each time; an empty one is not given.
fn narrowed(
    mut access: Access,
    api: Api,
    headers: &HeaderMap,
    query: &[(String, String)],
) -> Result<Access, Fault> {
    for location in headers.get_all(LOCATION_ID) {
        // What is not text is the name of no location.
        let location = location.to_str().map_err(|_| Fault::OtherScope {
            field: "Location-Id".to_owned(),
            value: String::new(),
        })?;
        if !is_empty(location) {
            access = access.for_location("Location-Id", location)?;
        }
    }
    // The others have no such member.
    if api == Api::GoHighLevel {
        let named = query.iter().filter(|(name, _)| name == "locationId");
        for (name, location) in named.filter(|(_, location)| !is_empty(location)) {
            access = access.for_location(name, location)?;
        }
    }
    Ok(access)
}

/// The body, if it is not too large and comes in time.
async fn read(body: Body, head: &Parts, service: &Service) -> Result<Bytes, Fault> {
    let announced = head.headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY as u64) {
        return Err(Fault::TooLarge(LARGEST_BODY));
    }
    let whole = timeout(service.timeout, Limited::new(body, LARGEST_BODY).collect());
    match whole.await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Fault::TooLarge(LARGEST_BODY))
        }
        Ok(Err(_)) => Err(Fault::Malformed("The body breaks off".to_owned())),
        Err(_) => Err(Fault::TooSlow),
    }
}

/// By the name that the client has for the service; empty if it says none.
fn address(head: &Parts) -> String {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    host.map_or_else(String::new, |host| format!("http://{host}"))
}

fn query(head: &Parts) -> Vec<(String, String)> {
    let query = head.uri.query().unwrap_or_default().as_bytes();
    form_urlencoded::parse(query).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use hyper::service::Service as _;
    use hyper_util::service::TowerToHyperService;
    use kinfold::Kinfold;
    use kinfold::wire::Locations;

    use super::super::access_log::AccessLog;
    use super::super::keys::{Key, Keys};
    use super::super::routes;
    use super::*;

    static FAILS: Route = Route {
        api: Api::Ravan,
        method: Method::GET,
        path: "/api/fails",
        call: |_| panic!("of ana@example.com"),
    };

    #[tokio::test]
    async fn a_call_that_panics_is_answered_as_a_fault_of_its_api() {
        let kinfold = Kinfold::open_in_memory().unwrap();
        let access = Access::new(kinfold, "acme", Locations::None).unwrap();
        let mut keys = Keys::default();
        keys.add(Key::new("k", access, None)).unwrap();
        let service = Arc::new(Service {
            keys,
            access_log: AccessLog::new(false),
            document: Bytes::new(),
            timeout: std::time::Duration::from_secs(1),
        });
        let router = axum::Router::new().route(FAILS.path, routes::methods(&[&FAILS]));
        let served = TowerToHyperService::new(router.with_state(service));
        for _ in 0..2 {
            let request = Request::get(FAILS.path).header("x-api-key", "k");
            let request = request.body(Body::empty()).unwrap();
            let response = served.call(request).await.unwrap();
            assert_eq!(response.status(), 500);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(
                body,
                r#"{"success":false,"message":"Internal server error","data":null}"#
            );
        }
    }
}
