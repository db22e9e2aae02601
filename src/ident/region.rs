//! The region a number without a country code is read in.

use super::{Reason, Refusal};
use rlibphonenumber::PHONE_NUMBER_UTIL;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A region of the phone metadata: two letters of ISO 3166-1, such as `US`.
///
/// Read from either case and written in upper case. Only regions that the metadata knows exist; to
/// see that, the first one that is read loads the metadata, which takes some milliseconds.
///
/// ```
/// use kinfold::ident::{Reason, Region};
/// let region: Region = "de".parse()?;
/// assert_eq!(region.as_str(), "DE");
/// assert_eq!("ZZ".parse::<Region>().unwrap_err().reason(), Reason::UnknownRegion);
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region([u8; 2]);

impl Region {
    /// The two letters, in upper case.
    ///
    /// ```
    /// # use kinfold::ident::Region;
    /// assert_eq!("gb".parse::<Region>()?.as_str(), "GB");
    /// # Ok::<(), kinfold::ident::Refusal>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Always ASCII letters; the alternative is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// A region that was read before, as the store kept it.
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().map(Self)
    }

    /// The two letters, in upper case.
    pub(super) const fn letters(self) -> [u8; 2] {
        self.0
    }

    /// This region as the authority on phones names it.
    pub(super) fn for_authority(self) -> Option<rlibphonenumber::Region> {
        rlibphonenumber::Region::from_code(self.as_str()).ok()
    }
}

impl FromStr for Region {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let letters: [u8; 2] = text
            .as_bytes()
            .try_into()
            .map_err(|_| Reason::UnknownRegion)?;
        if !letters.iter().all(u8::is_ascii_alphabetic) {
            return Err(Reason::UnknownRegion.into());
        }
        let region = Self(letters.map(|letter| letter.to_ascii_uppercase()));
        region
            .for_authority()
            .and_then(|known| PHONE_NUMBER_UTIL.get_country_code_for_region(known))
            .map(|_| region)
            .ok_or_else(|| Reason::UnknownRegion.into())
    }
}

impl TryFrom<String> for Region {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.as_str().to_owned()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Region({self})")
    }
}
