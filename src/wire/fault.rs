//! Why a call was not done, and what each API answers then: the one table of it.

use std::time::Duration;

use super::failure::{
    BlandError, BlandFailure, ContactshipFailure, GoHighLevelFailure, GoHighLevelUnprocessable,
    Present, RavanFailure,
};
use super::reply::Reply;
use super::words;
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
///
/// What each API answers then:
///
/// | | Bland, Ravan, Contactship | GoHighLevel |
/// | --- | --- | --- |
/// | [`Unauthorized`](Self::Unauthorized), [`ReadOnly`](Self::ReadOnly) | 401 | 401 |
/// | [`OtherScope`](Self::OtherScope) | 403 | 403 |
/// | [`Malformed`](Self::Malformed) | 400 | 400 |
/// | [`Field`](Self::Field) | 400 | 422 |
/// | [`Duplicate`](Self::Duplicate) | 409 | 400 |
/// | [`NotFound`](Self::NotFound), [`NoRoute`](Self::NoRoute) | 404 | 404 |
/// | [`Method`](Self::Method) | 405 | 405 |
/// | [`TooSlow`](Self::TooSlow) | 408 | 408 |
/// | [`TooLarge`](Self::TooLarge) | 413 | 413 |
/// | [`TooMany`](Self::TooMany) | 429 | 429 |
/// | [`Unsupported`](Self::Unsupported) | 501 | 501 |
/// | [`Internal`](Self::Internal) | 500 | 500 |
/// | [`NoIdentifier`](Error::NoIdentifier), [`InvalidIdentifier`](Error::InvalidIdentifier), [`InvalidField`](Error::InvalidField), [`InvalidRequest`](Error::InvalidRequest), [`IdempotencyKeyReused`](Error::IdempotencyKeyReused) | 400 | 422 |
/// | [`NotFound`](Error::NotFound), [`NoSuch`](Error::NoSuch), [`Absorbed`](Error::Absorbed) | 404 | 404 |
/// | [`AlreadyExists`](Error::AlreadyExists), [`IdentityConflict`](Error::IdentityConflict) | 409 | 400 |
/// | [`VersionMismatch`](Error::VersionMismatch) | 409 | 409 |
/// | [`ChangesForgotten`](Error::ChangesForgotten) | 400 | 400 |
/// | [`Busy`](Error::Busy) | 503 | 503 |
/// | [`StoreTooNew`](Error::StoreTooNew), [`StoreCorrupt`](Error::StoreCorrupt), [`Storage`](Error::Storage), [`File`](Error::File), [`Stopped`](Error::Stopped) | 500 | 500 |
///
/// The bodies are [`BlandFailure`], [`RavanFailure`], [`ContactshipFailure`],
/// [`GoHighLevelFailure`] and, with 422, [`GoHighLevelUnprocessable`].
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
    /// There is none of what the path names: a `contact`, a `note`, …
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

    /// What an API answers: its status, and its own body, in which the fields have the API's names.
    pub fn reply(&self, api: Api) -> Reply {
        let status = self.status(api);
        let message = words::of(self, api, status);
        let name = reason(status);
        match api {
            Api::Bland => {
                let error = name.to_uppercase().replace(' ', "_");
                let errors = vec![BlandError { error, message }];
                Reply::new(status, &BlandFailure { data: (), errors })
            }
            Api::Ravan => {
                let failure = RavanFailure {
                    success: false,
                    message,
                    data: (),
                };
                Reply::new(status, &failure)
            }
            Api::Contactship => {
                let failure = ContactshipFailure {
                    status_code: status,
                    message,
                    error: name,
                };
                Reply::new(status, &failure)
            }
            Api::GoHighLevel if status == 422 => {
                let failure = GoHighLevelUnprocessable {
                    status_code: status,
                    message: vec![message],
                    error: name,
                };
                Reply::new(status, &failure)
            }
            Api::GoHighLevel => {
                let failure = GoHighLevelFailure {
                    status_code: status,
                    message,
                    error: (status != 400).then_some(name),
                    meta: self.present(),
                };
                Reply::new(status, &failure)
            }
        }
    }

    /// Who is there already, as GoHighLevel names it.
    fn present(&self) -> Option<Present> {
        match self {
            &Self::Duplicate { contact, field } => Some(Present {
                contact_id: contact,
                matching_field: field,
            }),
            _ => None,
        }
    }

    /// The table, as it stands above [`Fault`].
    fn status(&self, api: Api) -> u16 {
        let is_gohighlevel = api == Api::GoHighLevel;
        match self {
            // GoHighLevel says so of a token's scopes, and the others have no such keys.
            Self::Unauthorized | Self::ReadOnly => 401,
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
            Self::Library(error) => status_of(error, is_gohighlevel),
        }
    }
}

fn status_of(error: &Error, is_gohighlevel: bool) -> u16 {
    match error {
        Error::NoIdentifier { .. }
        | Error::InvalidIdentifier(_)
        | Error::InvalidField(_)
        | Error::InvalidRequest(_)
        | Error::IdempotencyKeyReused(_)
            if is_gohighlevel =>
        {
            422
        }
        Error::NoIdentifier { .. }
        | Error::InvalidIdentifier(_)
        | Error::InvalidField(_)
        | Error::InvalidRequest(_)
        | Error::IdempotencyKeyReused(_) => 400,
        Error::NotFound(_) | Error::NoSuch { .. } | Error::Absorbed { .. } => 404,
        Error::IdentityConflict { .. } | Error::AlreadyExists { .. } if is_gohighlevel => 400,
        Error::IdentityConflict { .. }
        | Error::AlreadyExists { .. }
        | Error::VersionMismatch { .. } => 409,
        Error::ChangesForgotten { .. } => 400,
        Error::Busy { .. } => 503,
        Error::StoreTooNew { .. }
        | Error::StoreCorrupt(_)
        | Error::Storage(_)
        | Error::File(_)
        | Error::Stopped => 500,
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
