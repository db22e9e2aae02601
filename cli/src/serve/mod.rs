//! The local HTTP service: the contact APIs as their clients know them.
//!
//! [`routes`] is the table of all calls. A request is met by the route it matches ([`call`]): its
//! key is looked up ([`keys`]), its rate counted ([`limits`]), its body read, and the route's
//! function called on a thread that may wait for the store. What it returns becomes the response
//! ([`answer`]). [`connections`] holds what is below all that: listening, slow clients, stopping.

mod access_log;
mod answer;
mod call;
mod config;
mod connections;
mod keys;
mod limits;
mod openapi;
mod patient;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use kinfold::wire::{Access, Locations};
use kinfold::{Kinfold, Region};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::arguments::ServeArguments;
use crate::failure::Failure;
use crate::output::{Output, note, say_where_alone};
use crate::signals;
use access_log::AccessLog;
use config::Config;
use keys::{Key, Keys};

pub(crate) use keys::readable as readable_key;

/// Calls that wait for the store at once; more of them wait for their turn.
const CALLS_AT_ONCE: usize = 32;

/// What all requests share.
pub(crate) struct Service {
    keys: Keys,
    access_log: AccessLog,
    /// The OpenAPI document.
    document: Bytes,
    /// How long a head, a body, or a client that takes nothing of an answer is waited for.
    timeout: Duration,
}

/// Whose contacts the key of the command line opens.
pub(crate) struct Home<'a> {
    pub(crate) org: &'a str,
    pub(crate) location: Option<&'a str>,
    pub(crate) region: Option<Region>,
}

/// Serves until it is told to stop.
pub(crate) fn run(
    kinfold: &Kinfold,
    home: &Home<'_>,
    arguments: &ServeArguments,
    output: &Output,
) -> Result<(), Failure> {
    let service = Arc::new(service(kinfold, home, arguments)?);
    say_where_alone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(CALLS_AT_ONCE)
        .build()
        .map_err(|error| Failure::file("the service", error))?;
    let served = runtime.block_on(listen(service, arguments, output));
    // A call that still waits for the store is a transaction: done whole or not at all.
    runtime.shutdown_timeout(connections::PATIENCE);
    served
}

async fn listen(
    service: Arc<Service>,
    arguments: &ServeArguments,
    output: &Output,
) -> Result<(), Failure> {
    let failure = |error| Failure::file(&arguments.listen.to_string(), error);
    let stop = signals::stop().map_err(failure)?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(failure)?;
    let address = listener.local_addr().map_err(failure)?;
    note(&format!("listening on http://{address}"));
    if !address.ip().is_loopback() {
        note("others on the network can reach it; keys and contacts travel unencrypted");
    }
    if output.is_json() {
        let listening = json!({ "listening": format!("http://{address}") });
        output.result(&listening, String::new)?;
    }
    let router = routes::router(Arc::clone(&service));
    connections::serve(listener, router, service.timeout, stop).await;
    note("stopped");
    Ok(())
}

fn service(
    kinfold: &Kinfold,
    home: &Home<'_>,
    arguments: &ServeArguments,
) -> Result<Service, Failure> {
    let config = match &arguments.config {
        Some(file) => Config::read(file)?,
        None => Config::default(),
    };
    let mut keys = config.keys(kinfold, home.region)?;
    let token = match arguments.token()? {
        Some(token) => Some(token.0),
        None if keys.is_empty() => {
            let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
            note(&format!("key: {token}"));
            Some(token)
        }
        None => None,
    };
    if let Some(token) = token {
        let locations = match home.location {
            Some(location) => Locations::One(location.to_owned()),
            None => Locations::All,
        };
        let access = Access::new(kinfold.clone(), home.org, locations)?;
        let mut access = access.settings(config.settings(home.org));
        if let Some(region) = home.region {
            access = access.default_region(region);
        }
        keys.add(Key::new(&token, access, None))?;
    }
    Ok(Service {
        keys,
        access_log: AccessLog::new(!arguments.no_access_log),
        // Its own types can't fail.
        document: openapi::document().to_json().unwrap_or_default().into(),
        timeout: arguments.timeout,
    })
}
