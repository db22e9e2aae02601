//! A postal address.

use serde::{Serialize, Serializer};

use super::country;

/// A postal address. Like the name it is one field.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number, or whatever stands above the city; may have several lines.
    pub line1: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State, province or region.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country, as it was given.
    pub country: Option<String>,
}

impl Address {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The two-letter code (ISO 3166-1) of the country, where it is known: of a code of two
    /// or three letters, and of the names that a country has in English, Spanish,
    /// Portuguese, French, German, Italian and at home. Case and accents make no difference.
    /// What could mean two countries (`Korea`) has none.
    ///
    /// ```
    /// use kinfold::Address;
    ///
    /// let address = Address { country: Some("México".into()), ..Address::default() };
    /// assert_eq!(address.country_code(), Some("MX"));
    /// ```
    pub fn country_code(&self) -> Option<&'static str> {
        self.country.as_deref().and_then(country::code)
    }

    /// Lets the country be as it was typed before, if it is named by the code that is printed of
    /// that: who reads an address and writes it back changes nothing of it.
    pub(crate) fn keep_country_of(&mut self, before: &Self) {
        if self.country.is_some() && self.country.as_deref() == before.country_code() {
            self.country.clone_from(&before.country);
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut address = serializer.serialize_struct("Address", 6)?;
        address.serialize_field("line1", &self.line1)?;
        address.serialize_field("city", &self.city)?;
        address.serialize_field("state", &self.state)?;
        address.serialize_field("postal_code", &self.postal_code)?;
        address.serialize_field("country", &self.country)?;
        address.serialize_field("country_code", &self.country_code())?;
        address.end()
    }
}
