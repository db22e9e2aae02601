//! How a file is to be read.

use super::columns::Target;
use crate::error::{Error, Result};
use crate::ident::external_id;

/// How a file is to be read.
///
/// ```
/// use kinfold::exchange::ReadOptions;
///
/// let options = ReadOptions::new()
///     .map("Kundennummer", "external_id:crm")?
///     .map("Geburtstag", "date_of_birth:dmy")?
///     .map("Kommentar", "ignore")?
///     .source("address-book")?;
/// assert!(ReadOptions::new().map("Kommentar", "no such field").is_err());
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    pub(super) maps: Vec<(String, Target)>,
    pub(super) source: Option<String>,
}

impl ReadOptions {
    /// Columns go where their names say, and nothing is added.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends a CSV column to a field, whatever its header says. Every column with this
    /// header is meant; case, accents, spaces and punctuation make no difference unless
    /// another column is spelled exactly so.
    ///
    /// The fields are `phone`, `email`, `external_id`, `external_id:SOURCE`, `name`,
    /// `given`, `middle` (joins the given name), `family`, `company`, `website`, `gender`,
    /// `date_of_birth` (`date_of_birth:dmy` and `:mdy` say whether the day or the month
    /// comes first), `timezone`, `description`, `source`, `assigned_to`, `business_id`,
    /// `type`, `visitor_id`, `email_bounced`, `email_unsubscribed` (both yes or no),
    /// `last_session_activity_at` (RFC 3339), `followers`, `offers`, `products`, `tags` (all
    /// four with commas or semicolons between several), `address.line1`, `address.city`,
    /// `address.state`, `address.postal_code`, `address.country`, `region` (where the
    /// record's phones are read), `metadata.KEY`, `custom_fields.KEY`; and `ignore` or `-`
    /// leaves the column out.
    ///
    /// A cell that is no time zone, no moment, or neither yes nor no where that is asked for
    /// is kept as metadata under its header.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] with the field `map` for a name that no field has.
    pub fn map(mut self, column: impl Into<String>, field: &str) -> Result<Self> {
        let target = Target::by_name(field.trim()).ok_or_else(|| {
            let reason = format!("it names no field; the fields are {}", Target::NAMES);
            Error::invalid_request("map", field, reason)
        })?;
        let column = column.into();
        self.maps.retain(|(other, _)| *other != column);
        self.maps.push((column, target));
        Ok(self)
    }

    /// Names the system that the file comes from: the source of external ids that name
    /// none themselves, and the contact's `source` where the record names none.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if the name can't be the source of an external id.
    pub fn source(mut self, name: &str) -> Result<Self> {
        external_id::read(Some(name), "0")
            .map_err(|reason| Error::invalid_request("source", name, reason))?;
        self.source = Some(name.trim().to_owned());
        Ok(self)
    }
}
