//! The one error of the crate.

use std::fmt;
use std::time::Duration;

use crate::contact::refused::{Broken, Refused};
use crate::contact::{Conflict, ContactId, Rejected};
use crate::scope::InvalidScope;

/// What the crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done. Where it says nothing else, nothing was written.
///
/// Neither `{}` nor `{:?}` prints a value that a caller typed, so that errors can go to
/// a log; the names of fields and JSON keys are printed. [`field`](Self::field),
/// [`value`](Self::value) and [`holders`](Self::holders) tell it to the caller.
///
/// ```
/// use kinfold::{Draft, Kinfold, Scope};
///
/// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
/// let error = contacts.resolve(Draft::new().email("nobody")).unwrap_err();
/// assert_eq!(error.code(), "INVALID_IDENTIFIER");
/// assert_eq!(error.field(), Some("email"));
/// assert_eq!(error.value(), Some("nobody"));
/// assert!(!error.to_string().contains("nobody"));
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request names no identifier by which somebody could be found.
    #[error("At least one identifier (phone_number, email, or external_id) is required")]
    NoIdentifier {
        /// The identifiers that were left out, and why.
        rejected: Vec<Rejected>,
    },
    /// A phone, an email or an external id that can't be read.
    #[error("{}: {}", .0.field, .0.reason)]
    InvalidIdentifier(Rejected),
    /// A field whose value can't be kept.
    #[error("{}: {}", .0.field, .0.reason)]
    InvalidField(Rejected),
    /// A request that contradicts itself, or its form.
    #[error("{}: {}", .0.field, .0.reason)]
    InvalidRequest(Rejected),
    /// The idempotency key was used for another request before; nothing was done.
    #[error("{}: {}", .0.field, .0.reason)]
    IdempotencyKeyReused(Rejected),
    /// The identifiers point to different people, and the request does not say
    /// what to do then, or forbids it.
    #[error("the identifiers belong to different contacts; holders names each")]
    IdentityConflict {
        /// Each key that is held, and its holder.
        holders: Vec<Conflict>,
    },
    /// There is no contact with this id in the scope.
    #[error("there is no contact {0} in this scope")]
    NotFound(ContactId),
    /// There is no such merge, note, task, memory, definition, … in the scope, or not of this
    /// contact.
    #[error("there is no {what} {id} in this scope")]
    NoSuch {
        /// What there is none of: `merge`, `note`, `task`, `memory`, `field`, …
        what: &'static str,
        /// The id, or the name, by which it was asked for.
        id: String,
    },
    /// The contact was merged into another, and what was asked for is refused to such.
    #[error("the contact {id} was merged into {survivor}; name that one")]
    Absorbed {
        /// The contact that was named.
        id: ContactId,
        /// The contact that it leads to.
        survivor: ContactId,
    },
    /// Identifiers of a contact that is to be made, or to be given them, are held already.
    #[error("other contacts hold the identifiers; holders names each")]
    AlreadyExists {
        /// Each key that is held, and its holder.
        holders: Vec<Conflict>,
    },
    /// The contact was changed since the version that the caller has seen; nothing was
    /// written.
    #[error("expected_version: it is {expected}, the contact has {found}; read it again")]
    VersionMismatch {
        /// The version that the caller expected.
        expected: u64,
        /// The version that the contact has.
        found: u64,
    },
    /// Changes after the number from which they were asked for were deleted, because the
    /// store keeps only the newest ([`Builder::keep_changes`](crate::Builder::keep_changes)).
    /// Start afresh: read the contacts, then follow the log from `last` on.
    #[error(
        "changes up to number {forgotten} were deleted; read the contacts, then follow the changes after number {last}"
    )]
    ChangesForgotten {
        /// The number of the last one that was deleted: the log is whole after it.
        forgotten: u64,
        /// The number of the scope's last change, 0 if there is none.
        last: u64,
    },
    /// Another caller held the write lock for longer than the store waits.
    #[error("the store was locked by another writer for longer than {} ms; try again", .waited.as_millis())]
    Busy {
        /// How long this call waited.
        waited: Duration,
    },
    /// The store was written by a newer version of this library; it was left as it is.
    #[error("the store has format {found}, this version reads up to {known}; use a newer version")]
    StoreTooNew {
        /// The store's format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// The files of the store are not what they should be.
    #[error("the store is damaged or not a kinfold store: {0}")]
    StoreCorrupt(String),
    /// The store can't be read or written: permission, a full disk, …
    #[error("the store can't be used: {0}")]
    Storage(String),
    /// A file can't be read or written.
    #[error("the file can't be used: {0}")]
    File(#[source] std::io::Error),
    /// The progress callback asked to stop. What was committed before stays.
    #[error("stopped on request")]
    Stopped,
}

impl Error {
    /// The code of the error, as the program prints it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoIdentifier { .. } => "NO_IDENTIFIER",
            Self::InvalidIdentifier(_) => "INVALID_IDENTIFIER",
            Self::InvalidField(_) => "INVALID_FIELD",
            Self::InvalidRequest(_)
            | Self::IdempotencyKeyReused(_)
            | Self::Absorbed { .. }
            | Self::VersionMismatch { .. }
            | Self::File(_)
            | Self::Stopped => "INVALID_REQUEST",
            Self::IdentityConflict { .. } => "IDENTITY_CONFLICT",
            Self::AlreadyExists { .. } => "ALREADY_EXISTS",
            Self::NotFound(_) | Self::NoSuch { .. } | Self::ChangesForgotten { .. } => "NOT_FOUND",
            Self::Busy { .. } => "BUSY",
            Self::StoreTooNew { .. } => "STORE_TOO_NEW",
            Self::StoreCorrupt(_) => "STORE_CORRUPT",
            Self::Storage(_) => "STORAGE",
        }
    }

    /// The field that was refused.
    pub fn field(&self) -> Option<&str> {
        if let Self::VersionMismatch { .. } = self {
            return Some("expected_version");
        }
        self.what().map(|what| what.field.as_str())
    }

    /// The value that was refused, cut after 200 characters.
    pub fn value(&self) -> Option<&str> {
        self.what().map(|what| what.value.as_str())
    }

    /// The identifiers that were left out before the request had none left.
    pub fn rejected(&self) -> &[Rejected] {
        match self {
            Self::NoIdentifier { rejected } => rejected,
            _ => &[],
        }
    }

    /// Each key of the request that is held, and its holder.
    pub fn holders(&self) -> &[Conflict] {
        match self {
            Self::IdentityConflict { holders } | Self::AlreadyExists { holders } => holders,
            _ => &[],
        }
    }

    /// The contact that the named one was merged into, where that is why it was refused.
    pub fn survivor(&self) -> Option<ContactId> {
        match self {
            Self::Absorbed { survivor, .. } => Some(*survivor),
            _ => None,
        }
    }

    /// Whether identifiers belong to other people.
    pub fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::IdentityConflict { .. } | Self::AlreadyExists { .. }
        )
    }

    /// Whether the same call can succeed a moment later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    /// Whether the store can't be used, rather than the request.
    pub fn is_storage(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. } | Self::StoreTooNew { .. } | Self::StoreCorrupt(_) | Self::Storage(_)
        )
    }

    fn what(&self) -> Option<&Rejected> {
        match self {
            Self::InvalidIdentifier(what)
            | Self::InvalidField(what)
            | Self::InvalidRequest(what)
            | Self::IdempotencyKeyReused(what) => Some(what),
            _ => None,
        }
    }

    /// A refusal of a request's own form, for those who read requests in a form of
    /// theirs.
    pub fn invalid_request(field: &str, value: &str, reason: impl fmt::Display) -> Self {
        Self::InvalidRequest(Rejected::new(field, value, reason))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused.broken {
            Broken::Request => Self::InvalidRequest(refused.what),
            Broken::Identifier => Self::InvalidIdentifier(refused.what),
            Broken::Field => Self::InvalidField(refused.what),
        }
    }
}

impl From<InvalidScope> for Error {
    fn from(invalid: InvalidScope) -> Self {
        Self::InvalidRequest(Rejected::new(invalid.field, &invalid.value, invalid.reason))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}
