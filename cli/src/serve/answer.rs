//! What is answered as an HTTP response.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use kinfold::wire::{Api, Fault, Reply};

/// JSON.
pub(super) fn json(body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A call's own answer.
pub(super) fn reply(reply: Reply) -> Response<Body> {
    let mut response = json(reply.body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// What an API answers when something goes wrong, and the headers that go with it.
pub(super) fn fault(api: Api, fault: &Fault) -> Response<Body> {
    let mut response = reply(fault.reply(api));
    let headers = response.headers_mut();
    match fault {
        Fault::Unauthorized | Fault::ReadOnly if matches!(api, Api::Bland | Api::GoHighLevel) => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Fault::TooMany { retry_after } => {
            // Whole seconds, and never too early.
            let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        Fault::Library(error) if error.is_retryable() => {
            headers.insert(RETRY_AFTER, HeaderValue::from(1));
        }
        _ => {}
    }
    response
}

/// A path that is there for other methods.
pub(super) fn method_not_allowed(api: Api, allowed: &[Method]) -> Response<Body> {
    let mut response = fault(api, &Fault::Method);
    let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    if let Ok(names) = HeaderValue::from_str(&names.join(", ")) {
        response.headers_mut().insert(ALLOW, names);
    }
    response
}

/// Adds headers to a response.
pub(super) fn with_headers(mut response: Response<Body>, headers: HeaderMap) -> Response<Body> {
    response.headers_mut().extend(headers);
    response
}
