//! A name, whole or in parts.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::name_parts::Parts;

/// A name as it was given: whole, in parts, or both. It is filled, merged and
/// replaced as one field, so that it never mixes two people.
///
/// What was not given is worked out where it is asked for, and never kept: the whole name
/// from the parts, and the parts from the whole name when that is all there is. The rules
/// are those of names as Europe and the Americas write them; a name that they don't fit is
/// best given in parts.
///
/// - What stands before a comma is the family name.
/// - Else it is the last word, with the particles before it (`van der Berg`, `de la Cruz`,
///   `bin Salman`), what an `y` joins to it (`Ortega y Gasset`) and a `Jr.` or `III`
///   behind it. Whoever has two family names and no comma keeps the first among the given
///   names.
/// - A single word is a given name, behind a title (`Mrs. Ruiz`) a family name.
/// - Titles before the name and degrees behind it belong to neither part, nor does what
///   stands in brackets at the end.
/// - Two words in Chinese, Japanese or Korean characters have the family name first. One
///   such word is not divided.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// The whole name.
    pub full: Option<String>,
    /// The given name or names.
    pub given: Option<String>,
    /// The family name or names.
    pub family: Option<String>,
}

impl Name {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The whole name: as it was given, else made of its parts.
    ///
    /// ```
    /// use kinfold::Name;
    ///
    /// let name = Name { given: Some("Ana María".into()), family: Some("Ruiz".into()), full: None };
    /// assert_eq!(name.display().as_deref(), Some("Ana María Ruiz"));
    /// ```
    pub fn display(&self) -> Option<String> {
        self.full.clone().or_else(|| self.joined())
    }

    /// The given name: as it was given, else what the whole name says of it.
    ///
    /// ```
    /// use kinfold::Name;
    ///
    /// let name = Name { full: Some("Ana María Ruiz".into()), ..Name::default() };
    /// assert_eq!(name.display_given().as_deref(), Some("Ana María"));
    /// assert_eq!(name.display_family().as_deref(), Some("Ruiz"));
    /// ```
    pub fn display_given(&self) -> Option<Cow<'_, str>> {
        self.display_parts().given
    }

    /// The family name: as it was given, else what the whole name says of it.
    pub fn display_family(&self) -> Option<Cow<'_, str>> {
        self.display_parts().family
    }

    /// Whether both are printed alike, whatever was given of each.
    pub(crate) fn shows_as(&self, other: &Self) -> bool {
        self == other
            || (self.display_parts() == other.display_parts() && self.display() == other.display())
    }

    fn display_parts(&self) -> Parts<'_> {
        match (&self.full, &self.given, &self.family) {
            (Some(full), None, None) => Parts::of(full),
            (_, given, family) => Parts {
                given: given.as_deref().map(Cow::from),
                family: family.as_deref().map(Cow::from),
            },
        }
    }

    /// The parts for who shows nothing else of a name: also the one that the other part leaves of
    /// the whole.
    #[cfg(feature = "wire")]
    pub(crate) fn parts(&self) -> Parts<'_> {
        match (&self.full, &self.given, &self.family) {
            (Some(full), Some(given), None) => Parts::beside_given(full, given),
            (Some(full), None, Some(family)) => Parts::beside_family(full, family),
            _ => self.display_parts(),
        }
    }

    fn joined(&self) -> Option<String> {
        match (&self.given, &self.family) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (given, family) => given.clone().or_else(|| family.clone()),
        }
    }

    /// The name that was given, of one that was printed: without the parts that the whole
    /// name says by itself, or without the whole name if the parts say it.
    #[cfg(feature = "exchange")]
    pub(crate) fn without_derived(mut self) -> Self {
        let Some(full) = self.full.take() else {
            return self;
        };
        let parts = Parts::of(&full);
        let says = |part: &Option<Cow<'_, str>>, given: &Option<String>| {
            part.as_deref() == given.as_deref()
        };
        if says(&parts.given, &self.given) && says(&parts.family, &self.family) {
            return Self {
                full: Some(full),
                ..Self::default()
            };
        }
        if self.joined().as_ref() != Some(&full) {
            self.full = Some(full);
        }
        self
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let parts = self.display_parts();
        let mut name = serializer.serialize_struct("Name", 3)?;
        name.serialize_field("full", &self.display())?;
        name.serialize_field("given", &parts.given)?;
        name.serialize_field("family", &parts.family)?;
        name.end()
    }
}
