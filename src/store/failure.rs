//! SQLite's errors, and what they mean to a caller.

use std::time::Duration;

use rusqlite::ErrorCode;

use crate::error::Error;

/// An error inside the store. It becomes an [`Error`] on the way out, so that no type
/// of SQLite's stands in the crate's face.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    Known(Error),
}

/// What the store's own functions return.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Known(Error::Storage(error.to_string()))
    }
}

impl Failure {
    /// Whether somebody else has what is needed, and a later look may succeed.
    pub(super) fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else {
            return false;
        };
        matches!(
            error.sqlite_error_code(),
            // Too many at once found the log just so; the next look succeeds.
            Some(
                ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::FileLockingProtocolFailed
            )
        )
    }

    /// The error for the caller; `waited` is how long the store waits for a lock.
    pub(crate) fn into_error(self, waited: Duration) -> Error {
        if self.is_busy() {
            return Error::Busy { waited };
        }
        let error = match self {
            Self::Known(error) => return error,
            Self::Sqlite(error) => error,
        };
        let code = error.sqlite_error_code();
        // SQLite's own words name tables and columns, and never a value.
        let words = match &error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                message.clone().unwrap_or_else(|| failure.to_string())
            }
            rusqlite::Error::FromSqlConversionFailure(column, ..)
            | rusqlite::Error::InvalidColumnType(column, ..)
            | rusqlite::Error::IntegralValueOutOfRange(column, ..)
            | rusqlite::Error::Utf8Error(column, ..) => {
                return Error::StoreCorrupt(format!("column {column} of a row can't be read"));
            }
            other => other.to_string(),
        };
        match code {
            Some(
                ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ConstraintViolation,
            ) => Error::StoreCorrupt(words),
            Some(ErrorCode::DiskFull) => {
                Error::Storage("the disk is full; nothing was written".to_owned())
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Error::Storage(format!(
                    "{words}; is the folder there, and may this user write to it?"
                ))
            }
            _ => Error::Storage(words),
        }
    }
}
