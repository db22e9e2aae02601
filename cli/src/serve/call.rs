//! One request, from its key to its answer.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Limited};
use kinfold::wire::{Access, Api, Fault, Reply};
use tokio::time::timeout;

use super::access_log::Entry;
use super::config::LocationSetting;
use super::routes::Route;
use super::{Service, answer};

/// The largest body that is read. The largest that makes sense is a contact with all its fields
/// at their limits.
pub(super) const LARGEST_BODY: usize = 1 << 20;

/// What a route's function is called with.
pub(crate) struct Call {
    service: Arc<Service>,
    /// What the key opens.
    pub(crate) access: Access,
    parameters: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// A part of the path that the route names in braces.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        first(&self.parameters, name).unwrap_or_default()
    }

    /// The first value that the query has for a name.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    /// A header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as it came.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// How the location that is spoken of treats duplicates.
    pub(crate) fn setting(&self, scope: &kinfold::Scope) -> LocationSetting {
        self.service.locations.of(scope)
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let pair = pairs.iter().find(|(other, _)| other == name);
    pair.map(|(_, value)| value.as_str())
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
    let response = match done {
        Ok(reply) => answer::reply(reply),
        Err(fault) => answer::fault(route.api, &fault),
    };
    service.access_log.done(&entry, response.status().as_u16());
    answer::with_headers(response, headers)
}

/// What comes of a request; `headers` takes what is said of the rate.
async fn run(
    service: &Arc<Service>,
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
    // Text that is not UTF-8 is the name of nothing.
    let parameters = parameters.map_err(|_| Fault::NoRoute)?;
    let parameters = parameters
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let call = Call {
        access: key.access.clone(),
        parameters: parameters.collect(),
        query: query(&head),
        body: read(body, &head, service).await?,
        headers: head.headers,
        service: Arc::clone(service),
    };
    // The store makes its callers wait, so it gets threads of its own. One that panics is answered
    // like any other fault.
    let done = tokio::task::spawn_blocking(move || (route.call)(&call)).await;
    done.unwrap_or(Err(Fault::Internal))
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

fn query(head: &Parts) -> Vec<(String, String)> {
    let query = head.uri.query().unwrap_or_default().as_bytes();
    form_urlencoded::parse(query).into_owned().collect()
}
