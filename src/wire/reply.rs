//! What is answered: a status and a body.

use std::fmt;

use serde::Serialize;

/// An answer: the status that HTTP has a number for, and JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    /// The body, which is JSON.
    pub body: String,
}

impl Reply {
    /// A value as the body.
    pub(crate) fn new<T: Serialize>(status: u16, body: &T) -> Self {
        // Our own types can't fail: no map has keys other than text.
        let body = serde_json::to_string(body).unwrap_or_else(|_| "null".to_owned());
        Self { status, body }
    }

    /// Whether it was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Reply {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
