//! What a location may be set to.

use serde::Deserialize;

use crate::ident::Kind;

/// Which identifier decides who is meant when email and phone belong to different contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecidesFirst {
    /// The email; the phone where there is none.
    #[default]
    Email,
    /// The phone; the email where there is none.
    Phone,
}

impl DecidesFirst {
    /// The kinds of identifier, the strongest first.
    pub(crate) fn kinds(self) -> [Kind; 3] {
        match self {
            Self::Email => [Kind::ExternalId, Kind::Email, Kind::Phone],
            Self::Phone => [Kind::ExternalId, Kind::Phone, Kind::Email],
        }
    }
}

/// How a location deals with duplicates: what GoHighLevel calls "Allow Duplicate Contact".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether a contact can be created whose email or phone another one holds.
    pub allow_duplicates: bool,
    /// Which identifier decides first.
    pub decides_first: DecidesFirst,
}
