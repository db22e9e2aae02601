//! What was asked and answered, without whom it was about.

use std::time::{Duration, Instant};

use kinfold::{Clock, SystemClock};

use crate::output::note;

/// Lines on stderr: the moment, the method, the route, the status, the time it took. The route is
/// the template, `/contacts/{id}`: neither ids nor queries are in it.
pub(crate) struct AccessLog {
    is_on: bool,
}

/// A request that is being answered.
pub(super) struct Entry<'a> {
    method: &'a str,
    route: &'a str,
    began: Instant,
}

impl AccessLog {
    pub(super) fn new(is_on: bool) -> Self {
        Self { is_on }
    }

    pub(super) fn done(&self, entry: &Entry<'_>, status: u16) {
        if self.is_on {
            let now = SystemClock.now();
            let Entry { method, route, .. } = entry;
            let took = milliseconds(entry.began.elapsed());
            note(&format!("{now} {method} {route} {status} {took} ms"));
        }
    }
}

impl<'a> Entry<'a> {
    pub(super) fn begin(method: &'a str, route: &'a str) -> Self {
        Self {
            method,
            route,
            began: Instant::now(),
        }
    }
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() * 1000.0)
}
