//! How often a key may call.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a key may call: so many times in an interval, and in a day.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with requests")]
pub(super) struct Rate {
    /// Calls in an interval.
    requests: u32,
    #[serde(default = "ten_seconds")]
    interval_milliseconds: u64,
    per_day: Option<u32>,
}

fn ten_seconds() -> u64 {
    10_000
}

impl Rate {
    /// What is wrong with it.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        if self.requests == 0 || self.per_day == Some(0) {
            return Some("it lets nobody in");
        }
        if !(1..=86_400_000).contains(&self.interval_milliseconds) {
            return Some("its interval must be from 1 millisecond to a day");
        }
        None
    }
}

/// Counts the calls of one key.
pub(super) struct Limiter {
    rate: Rate,
    windows: Mutex<Windows>,
}

struct Windows {
    interval: Window,
    day: Window,
}

/// A time in which calls are counted. It begins with the first call after the one before.
struct Window {
    length: Duration,
    limit: u32,
    used: u32,
    began: Option<Instant>,
}

/// What came of counting a call.
pub(super) struct Counted {
    /// The call is one too many; after so long the next one is not.
    pub(super) wait: Option<Duration>,
    /// What is left, as GoHighLevel says it.
    pub(super) headers: HeaderMap,
}

impl Limiter {
    pub(super) fn new(rate: Rate) -> Self {
        let window = |length, limit| Window {
            length,
            limit,
            used: 0,
            began: None,
        };
        let interval = Duration::from_millis(rate.interval_milliseconds);
        Self {
            windows: Mutex::new(Windows {
                interval: window(interval, rate.requests),
                day: window(DAY, rate.per_day.unwrap_or(u32::MAX)),
            }),
            rate,
        }
    }

    /// Counts a call, unless it is one too many.
    pub(super) fn count(&self, now: Instant) -> Counted {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let Windows { interval, day } = &mut *windows;
        interval.turn(now);
        day.turn(now);
        let wait = interval.wait(now).max(day.wait(now));
        if wait.is_none() {
            interval.take(now);
            day.take(now);
        }
        let mut headers = HeaderMap::new();
        let mut say = |name, value: u64| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        };
        say("x-ratelimit-max", interval.limit.into());
        say("x-ratelimit-remaining", interval.left().into());
        say(
            "x-ratelimit-interval-milliseconds",
            self.rate.interval_milliseconds,
        );
        if self.rate.per_day.is_some() {
            say("x-ratelimit-limit-daily", day.limit.into());
            say("x-ratelimit-daily-remaining", day.left().into());
            let reset = u64::try_from(day.rest(now).as_millis()).unwrap_or(u64::MAX);
            say("x-ratelimit-daily-reset", reset);
        }
        Counted { wait, headers }
    }
}

impl Window {
    /// Begins anew if its time is over.
    fn turn(&mut self, now: Instant) {
        if self.rest(now).is_zero() {
            self.began = None;
            self.used = 0;
        }
    }

    /// How long it still lasts.
    fn rest(&self, now: Instant) -> Duration {
        match self.began {
            Some(began) => self.length.saturating_sub(now.duration_since(began)),
            None => Duration::ZERO,
        }
    }

    fn left(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }

    /// How long to wait for a call that it still has room for.
    fn wait(&self, now: Instant) -> Option<Duration> {
        (self.left() == 0).then(|| self.rest(now))
    }

    fn take(&mut self, now: Instant) {
        self.began.get_or_insert(now);
        self.used = self.used.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(json: &str) -> Limiter {
        Limiter::new(serde_json::from_str(json).unwrap())
    }

    fn header(counted: &Counted, name: &str) -> Option<u64> {
        counted.headers.get(name)?.to_str().unwrap().parse().ok()
    }

    #[test]
    fn an_interval_that_is_used_up_begins_anew_when_it_is_over() {
        let limiter = limiter(r#"{"requests":2,"interval_milliseconds":1000}"#);
        let start = Instant::now();
        for left in [1, 0] {
            let counted = limiter.count(start);
            assert_eq!(counted.wait, None);
            assert_eq!(header(&counted, "x-ratelimit-remaining"), Some(left));
        }
        let later = start + Duration::from_millis(400);
        let counted = limiter.count(later);
        assert_eq!(counted.wait, Some(Duration::from_millis(600)));
        assert_eq!(header(&counted, "x-ratelimit-max"), Some(2));
        assert_eq!(header(&counted, "x-ratelimit-limit-daily"), None);
        assert_eq!(limiter.count(start + Duration::from_secs(1)).wait, None);
    }

    #[test]
    fn calls_that_were_refused_do_not_count_for_the_day() {
        let limiter = limiter(r#"{"requests":1,"interval_milliseconds":1000,"per_day":2}"#);
        let start = Instant::now();
        assert_eq!(limiter.count(start).wait, None);
        assert!(limiter.count(start).wait.is_some());
        let second = limiter.count(start + Duration::from_secs(1));
        assert_eq!(second.wait, None);
        assert_eq!(header(&second, "x-ratelimit-daily-remaining"), Some(0));
        let third = limiter.count(start + Duration::from_secs(2));
        assert_eq!(third.wait, Some(DAY - Duration::from_secs(2)));
        assert_eq!(limiter.count(start + DAY).wait, None);
    }
}
