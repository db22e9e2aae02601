//! Why a call was not done, and what each API answers then: the one table of it.

use std::time::Duration;

use serde_json::json;

use super::reply::Reply;
use crate::contact::ContactId;
use crate::error::Error;

/// Whose words are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Api {
    /// `{data, errors}`.
    Bland,
    /// `{statusCode, message, error}`.
    GoHighLevel,
    /// `{success, message, data}`.
    Ravan,
    /// `{statusCode, message, error}`.
    Contactship,
}

/// Why a call was not done; nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no key or token, or not one that is known.
    #[error("Invalid token: access token is invalid")]
    Unauthorized,
    /// The token may only read.
    #[error("The token is not authorized for this scope.")]
    ReadOnly,
    /// The request names an organisation or location that its key does not open.
    #[error("{field}: the key does not open it")]
    OtherScope {
        /// The field that named it.
        field: String,
        /// What it named.
        value: String,
    },
    /// The body is not JSON, or not of the form that the call asks for.
    #[error("{0}")]
    Malformed(String),
    /// A field that must be there is not, or what is there is not what it must be.
    #[error("{field}: {reason}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A contact that is to be made is there already.
    #[error("This location does not allow duplicated contacts.")]
    Duplicate {
        /// Who it is.
        contact: ContactId,
        /// By what: `email` or `phone`.
        field: &'static str,
    },
    /// There is none of what the path names, in this scope.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// There is no such path, or not for this method.
    #[error("Cannot find this path")]
    NoRoute,
    /// The path is there, for other methods.
    #[error("Method not allowed")]
    Method,
    /// What the call is about is not kept here.
    #[error("{0} are not kept here")]
    Unsupported(&'static str),
    /// The body is larger than the service reads.
    #[error("The body is larger than {0} bytes")]
    TooLarge(usize),
    /// More calls than the key may make.
    #[error("Too Many Requests")]
    TooMany {
        /// After so long the next one will be answered.
        retry_after: Duration,
    },
    /// The request did not come in time.
    #[error("The request took too long")]
    TooSlow,
    /// The library refused it, or failed.
    #[error("{0}")]
    Library(#[from] Error),
    /// Something that should not be.
    #[error("Internal server error")]
    Internal,
}

impl Fault {
    pub(crate) fn other_scope(field: &str, value: &str) -> Self {
        Self::OtherScope {
            field: field.to_owned(),
            value: value.to_owned(),
        }
    }

    /// A field that is missing, or wrong.
    pub(crate) fn field(field: &str, reason: impl Into<String>) -> Self {
        Self::Field {
            field: field.to_owned(),
            reason: reason.into(),
        }
    }

    /// What an API answers.
    pub fn reply(&self, api: Api) -> Reply {
        let status = self.status(api);
        let message = self.to_string();
        let body = match api {
            Api::Bland => json!({
                "data": null,
                "errors": [{ "error": name(status), "message": message }],
            }),
            Api::Ravan => json!({ "success": false, "message": message, "data": null }),
            Api::Contactship => json!({
                "statusCode": status, "message": message, "error": reason(status),
            }),
            Api::GoHighLevel => match status {
                400 if let Self::Duplicate { contact, field } = self => json!({
                    "statusCode": status, "message": message,
                    "meta": { "contactId": contact, "matchingField": field },
                }),
                400 => json!({ "statusCode": status, "message": message }),
                422 => json!({
                    "statusCode": status, "message": [message], "error": reason(status),
                }),
                _ => json!({ "statusCode": status, "message": message, "error": reason(status) }),
            },
        };
        Reply::new(status, &body)
    }

    /// The table.
    fn status(&self, api: Api) -> u16 {
        let is_gohighlevel = api == Api::GoHighLevel;
        match self {
            Self::Unauthorized => 401,
            // GoHighLevel says so of scopes, and the others have no such keys.
            Self::ReadOnly => 401,
            Self::OtherScope { .. } => 403,
            Self::Malformed(_) => 400,
            Self::Field { .. } if is_gohighlevel => 422,
            Self::Field { .. } => 400,
            Self::Duplicate { .. } if is_gohighlevel => 400,
            Self::Duplicate { .. } => 409,
            Self::NotFound(_) | Self::NoRoute => 404,
            Self::Method => 405,
            Self::Unsupported(_) => 501,
            Self::TooLarge(_) => 413,
            Self::TooMany { .. } => 429,
            Self::TooSlow => 408,
            Self::Internal => 500,
            Self::Library(error) => status_of(error, api),
        }
    }
}

fn status_of(error: &Error, api: Api) -> u16 {
    match error {
        Error::NoIdentifier { .. }
        | Error::InvalidIdentifier(_)
        | Error::InvalidField(_)
        | Error::InvalidRequest(_)
        | Error::IdempotencyKeyReused(_)
            if api == Api::GoHighLevel =>
        {
            422
        }
        Error::NotFound(_) | Error::NoSuch { .. } | Error::Absorbed { .. } => 404,
        Error::IdentityConflict { .. } | Error::AlreadyExists { .. } => match api {
            Api::GoHighLevel => 400,
            Api::Bland | Api::Ravan | Api::Contactship => 409,
        },
        Error::VersionMismatch { .. } => 409,
        Error::Busy { .. } => 503,
        Error::StoreTooNew { .. }
        | Error::StoreCorrupt(_)
        | Error::Storage(_)
        | Error::File(_)
        | Error::Stopped => 500,
        _ => 400,
    }
}

/// The reason phrase of a status (RFC 9110, section 15).
fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

/// The same as Bland names it.
fn name(status: u16) -> String {
    reason(status).to_uppercase().replace(' ', "_")
}
