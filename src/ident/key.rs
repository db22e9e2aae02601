//! What a key is, and of which kinds.

use super::{Reason, Refusal, email, external_id, phone};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What sort of identifier a key is.
///
/// The order is that of requests and reports: phones, emails, external ids.
///
/// ```
/// use kinfold::ident::Kind;
/// assert!(Kind::Phone < Kind::Email && Kind::Email < Kind::ExternalId);
/// assert_eq!("external_id".parse(), Ok(Kind::ExternalId));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A telephone number, perhaps with an extension.
    Phone,
    /// An email address.
    Email,
    /// An id that another system issued.
    ExternalId,
}

impl Kind {
    /// Every kind, in their order.
    pub const ALL: [Self; 3] = [Self::Phone, Self::Email, Self::ExternalId];

    /// The name that is written in JSON and in the store: `phone`, `email` or `external_id`.
    ///
    /// ```
    /// assert_eq!(kinfold::ident::Kind::Email.as_str(), "email");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::ExternalId => "external_id",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text {
            "phone" => Ok(Self::Phone),
            "email" => Ok(Self::Email),
            "external_id" => Ok(Self::ExternalId),
            _ => Err(Reason::UnknownKind.into()),
        }
    }
}

/// The canonical form of an identifier. Two identifiers are the same if their keys are equal.
///
/// Keys are made by [`phone::read`], [`email::read`], [`external_id::read`] and [`Key::read`].
/// `Display` writes the text; `Debug` only the kind, so that logs and panics show no personal data.
///
/// ```
/// use kinfold::ident::email;
/// let key = email::read("Ana@Example.org")?;
/// assert_eq!(key.to_string(), "ana@example.org");
/// assert_eq!(format!("{key:?}"), "Key(email)");
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    kind: Kind,
    text: Box<str>,
}

impl Key {
    /// Reads a key as it is written in an outcome, a log or a list of blocked keys.
    ///
    /// Other spellings are brought to their key as well. Phones are read without a region, so they
    /// begin with `+`; external ids are written `source:value`.
    ///
    /// # Errors
    ///
    /// Refuses what the reader of that kind refuses, and an external id without a `:`.
    ///
    /// ```
    /// use kinfold::ident::{Key, Kind, Reason};
    /// assert_eq!(Key::read(Kind::Phone, "+1 415 555 0101")?.as_str(), "+14155550101");
    /// assert_eq!(Key::read(Kind::ExternalId, "crm:a:b")?.value(), "a:b");
    /// let refused = Key::read(Kind::ExternalId, "17").unwrap_err();
    /// assert_eq!(refused.reason(), Reason::KeyWithoutSource);
    /// # Ok::<(), kinfold::ident::Refusal>(())
    /// ```
    pub fn read(kind: Kind, text: &str) -> Result<Self, Refusal> {
        match kind {
            Kind::Phone => phone::read(text, None).map(|reading| reading.key),
            Kind::Email => email::read(text),
            Kind::ExternalId => match text.split_once(':') {
                Some((source, value)) => external_id::read(Some(source), value),
                None => Err(Reason::KeyWithoutSource.into()),
            },
        }
    }

    /// A key that was made by the readers before and is taken as it stands.
    pub(crate) fn from_stored(kind: Kind, text: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// Whether a phone is valid in the numbering plan known here, and not just possible.
    pub(crate) fn is_verified(&self) -> bool {
        self.kind != Kind::Phone
            || phone::read(&self.text, None).is_ok_and(|reading| reading.verified)
    }

    /// What sort of identifier this is.
    ///
    /// ```
    /// use kinfold::ident::{Kind, email};
    /// assert_eq!(email::read("ana@example.org")?.kind(), Kind::Email);
    /// # Ok::<(), kinfold::ident::Refusal>(())
    /// ```
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The canonical text; of an external id `source:value`.
    ///
    /// ```
    /// use kinfold::ident::external_id;
    /// assert_eq!(external_id::read(None, "17")?.as_str(), "default:17");
    /// # Ok::<(), kinfold::ident::Refusal>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The system that issued an external id; none for phones and emails.
    ///
    /// ```
    /// use kinfold::ident::{email, external_id};
    /// assert_eq!(external_id::read(Some("ghl"), "17")?.source(), Some("ghl"));
    /// assert_eq!(email::read("ana@example.org")?.source(), None);
    /// # Ok::<(), kinfold::ident::Refusal>(())
    /// ```
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.parts().map(|(source, _)| source)
    }

    /// The value of an external id without its source; of phones and emails the whole text.
    ///
    /// ```
    /// use kinfold::ident::{email, external_id};
    /// assert_eq!(external_id::read(Some("ghl"), "17")?.value(), "17");
    /// assert_eq!(email::read("ana@example.org")?.value(), "ana@example.org");
    /// # Ok::<(), kinfold::ident::Refusal>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> &str {
        self.parts().map_or(&self.text, |(_, value)| value)
    }

    fn parts(&self) -> Option<(&str, &str)> {
        match self.kind {
            Kind::Phone | Kind::Email => None,
            Kind::ExternalId => self.text.split_once(':'),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({})", self.kind)
    }
}
