//! What could not be read, and why.

use std::fmt;

use serde::Serialize;

/// The most characters of a refused value that are repeated to the caller.
pub(crate) const SHOWN_OF_A_VALUE: usize = 200;

/// An identifier or field that was left out, and why.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// The name under which it was given: `phone`, `emails`, `external_id`, …
    pub field: String,
    /// What was given, cut after 200 characters.
    pub value: String,
    /// Why it was not accepted, and what would be.
    pub reason: String,
}

impl Rejected {
    pub(crate) fn new(field: impl Into<String>, value: &str, reason: impl fmt::Display) -> Self {
        let shown = |text: &str| text.chars().take(SHOWN_OF_A_VALUE).collect();
        Self {
            // Names of keys are typed too, and may be as long as anything.
            field: shown(&field.into()),
            value: shown(value),
            reason: reason.to_string(),
        }
    }
}

impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("field", &self.field)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// Which promise of a request was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The request itself: its JSON, a key that nobody knows, a wrong type.
    Request,
    /// A phone, an email or an external id.
    Identifier,
    /// Another field.
    Field,
}

/// A refusal of the pure rooms; the crate's error is made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) broken: Broken,
    pub(crate) what: Rejected,
}

impl Refused {
    pub(crate) fn request(
        field: impl Into<String>,
        value: &str,
        reason: impl fmt::Display,
    ) -> Self {
        Self::of(Broken::Request, field, value, reason)
    }

    pub(crate) fn identifier(
        field: impl Into<String>,
        value: &str,
        reason: impl fmt::Display,
    ) -> Self {
        Self::of(Broken::Identifier, field, value, reason)
    }

    pub(crate) fn field(field: impl Into<String>, value: &str, reason: impl fmt::Display) -> Self {
        Self::of(Broken::Field, field, value, reason)
    }

    fn of(
        broken: Broken,
        field: impl Into<String>,
        value: &str,
        reason: impl fmt::Display,
    ) -> Self {
        Self {
            broken,
            what: Rejected::new(field, value, reason),
        }
    }
}
