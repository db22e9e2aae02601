//! Where time and ids come from. Everything that decides is told both, so that a
//! test can bring its own and get the same result tomorrow.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Printed as RFC 3339 in UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
///
/// ```
/// use kinfold::Timestamp;
///
/// let moment: Timestamp = "2026-01-02T03:04:05.678Z".parse()?;
/// assert_eq!(moment.as_milliseconds(), 1_767_323_045_678);
/// assert_eq!(moment.to_string(), "2026-01-02T03:04:05.678Z");
/// # Ok::<(), kinfold::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is not a moment of RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a moment such as 2026-01-02T03:04:05.678Z (RFC 3339)")]
pub struct InvalidTimestamp;

impl Timestamp {
    /// The moment so many milliseconds after the start of 1970, UTC.
    pub const fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the start of 1970, UTC.
    pub const fn as_milliseconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        Ok(Self(moment.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where a store takes the time and new ids from.
///
/// The one a store uses by default is [`SystemClock`]; tests bring their own.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Sixteen bytes that nobody was given before: the id of a contact, a merge
    /// or an entry of the change log. Ids that sort by time keep a store compact.
    fn new_id(&self) -> [u8; 16];
}

/// The computer's clock, and UUIDs of version 7 (RFC 9562).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let milliseconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Timestamp(milliseconds)
    }

    fn new_id(&self) -> [u8; 16] {
        uuid::Uuid::now_v7().into_bytes()
    }
}
