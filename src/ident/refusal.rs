//! Why a text can't be read.

use super::{email, external_id, phone};
use std::fmt;

/// A text that could not be read, and why.
///
/// It holds and shows nothing of the text itself, so it may go into logs. `Display` is a fragment
/// to put behind a field's name, such as `phone: ` and then this.
///
/// ```
/// use kinfold::ident::{Reason, phone};
/// let refused = phone::read("415 555 0101", None).unwrap_err();
/// assert_eq!(refused.reason(), Reason::RegionNeeded);
/// assert!(refused.to_string().contains("country code"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    reason: Reason,
}

impl Refusal {
    /// What stood in the way, to match on.
    ///
    /// ```
    /// use kinfold::ident::{Reason, email};
    /// assert_eq!(email::read(" ").unwrap_err().reason(), Reason::Empty);
    /// ```
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason }
    }
}

/// What stands in the way of reading a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing, or only white space.
    Empty,
    /// A control character: NUL, tab, line feed and the like.
    ControlCharacter,
    /// A Unicode line or paragraph separator (U+2028, U+2029).
    LineSeparator,
    /// A character that changes the direction of writing (UAX #9).
    BidirectionalControl,
    /// A character of no width or no appearance (`Default_Ignorable_Code_Point` of UAX #44).
    InvisibleCharacter,
    /// Reading the key again would give another key.
    NotStable,
    /// The name of a kind that there is none of.
    UnknownKind,
    /// Not a region that the phone metadata knows.
    UnknownRegion,
    /// A phone of more than [`phone::MAX_TYPED_CHARS`] characters.
    PhoneTextTooLong,
    /// No phone number, or more than one.
    NotAPhone,
    /// A number without `+` and country code, and no region to read it in.
    RegionNeeded,
    /// A `+` that no country code follows.
    UnknownCountryCode,
    /// Fewer digits than any number of its region.
    PhoneTooShort,
    /// More digits than any number of its region.
    PhoneTooLong,
    /// A count of digits that no number of its region has.
    PhoneLength,
    /// A number that can only be dialled within its own area.
    PhoneLocalOnly,
    /// No `@`.
    EmailWithoutAt,
    /// A name around the address, as in `Ana <ana@example.org>`.
    EmailDisplayName,
    /// An address literal as the domain, as in `ana@[192.0.2.1]`.
    EmailDomainLiteral,
    /// The part before the `@` is empty or not of the grammar.
    EmailLocalPart,
    /// More than [`email::MAX_LOCAL_BYTES`] bytes before the `@`.
    EmailLocalPartTooLong,
    /// The part behind the `@` is no domain name.
    EmailDomain,
    /// An address of more than [`email::MAX_BYTES`] bytes.
    EmailTooLong,
    /// A source that is given, but empty.
    SourceEmpty,
    /// A source with a `:` in it.
    SourceWithColon,
    /// A source of more than [`external_id::MAX_SOURCE_CHARS`] characters.
    SourceTooLong,
    /// A value of more than [`external_id::MAX_VALUE_CHARS`] characters.
    ValueTooLong,
    /// The key of an external id that is not written `source:value`.
    KeyWithoutSource,
    /// A pattern of keys without a `*`.
    PatternWithoutStar,
    /// A pattern that every key matches.
    PatternOfAll,
    /// A pattern of more than [`MAX_PATTERN_BYTES`](super::MAX_PATTERN_BYTES) bytes.
    PatternTooLong,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::Empty => "it is empty",
            Self::ControlCharacter => {
                "it contains a control character, such as a tab or a line break; remove it"
            }
            Self::LineSeparator => "it contains a line or paragraph separator; remove it",
            Self::BidirectionalControl => {
                "it contains an invisible character that changes the direction of writing; \
                 type it anew instead of pasting it"
            }
            Self::InvisibleCharacter => {
                "it contains an invisible character; type it anew instead of pasting it"
            }
            Self::NotStable => "it has no canonical form that reads back to itself",
            Self::UnknownKind => "the kind is not one of phone, email and external_id",
            Self::UnknownRegion => {
                "the region is not known; give two letters of ISO 3166, such as US or DE"
            }
            Self::PhoneTextTooLong => {
                return write!(
                    formatter,
                    "it is longer than {} characters",
                    phone::MAX_TYPED_CHARS
                );
            }
            Self::NotAPhone => "it is not one phone number",
            Self::RegionNeeded => {
                "it has no country code and no region is set to read it in; \
                 give a region, or write + and the country code"
            }
            Self::UnknownCountryCode => {
                "no country has the code that it begins with; write + and the country code"
            }
            Self::PhoneTooShort => "it has too few digits for a number of its region",
            Self::PhoneTooLong => "it has too many digits for a number of its region",
            Self::PhoneLength => "no number of its region has this many digits",
            Self::PhoneLocalOnly => "it can only be dialled within its own area; add the area code",
            Self::EmailWithoutAt => "it has no @",
            Self::EmailDisplayName => {
                "it is more than an address; write only what stands between < and >"
            }
            Self::EmailDomainLiteral => "its domain is an address in brackets; write a domain name",
            Self::EmailLocalPart => {
                "the part before the @ is empty or has characters that can't stand there; \
                 comments and names are left out"
            }
            Self::EmailLocalPartTooLong => {
                return write!(
                    formatter,
                    "the part before the @ is longer than {} bytes",
                    email::MAX_LOCAL_BYTES
                );
            }
            Self::EmailDomain => "the part behind the @ is not a domain name",
            Self::EmailTooLong => {
                return write!(formatter, "it is longer than {} bytes", email::MAX_BYTES);
            }
            Self::SourceEmpty => {
                "its source is empty; name the system that issued it, or give no source"
            }
            Self::SourceWithColon => "its source contains a colon; use another name for it",
            Self::SourceTooLong => {
                return write!(
                    formatter,
                    "its source is longer than {} characters",
                    external_id::MAX_SOURCE_CHARS
                );
            }
            Self::ValueTooLong => {
                return write!(
                    formatter,
                    "its value is longer than {} characters",
                    external_id::MAX_VALUE_CHARS
                );
            }
            Self::PatternWithoutStar => "it has no *; without one it is a key",
            Self::PatternOfAll => "it would match every key; write more than *",
            Self::PatternTooLong => {
                return write!(
                    formatter,
                    "it is longer than {} bytes",
                    super::MAX_PATTERN_BYTES
                );
            }
            Self::KeyWithoutSource => "it has no source; write it as source:value",
        };
        formatter.write_str(sentence)
    }
}
