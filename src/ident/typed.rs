//! A phone as an application hands it in.

use std::fmt;

/// A phone as somebody typed it, or as the crate `phonenumber` holds it.
///
/// That crate's type is the one foreign type in this crate's face (feature
/// `phonenumber`); what it holds is written out and read again, so that keys always come
/// from one authority.
///
/// ```
/// use kinfold::Draft;
///
/// let typed = Draft::new().phone("+1 415 555 0101");
/// # #[cfg(feature = "phonenumber")] {
/// let number = phonenumber::parse(None, "+1 415 555 0101")?;
/// let held = Draft::new().phone(number);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TypedPhone(String);

impl TypedPhone {
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

impl fmt::Debug for TypedPhone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TypedPhone(..)")
    }
}

impl From<&str> for TypedPhone {
    fn from(typed: &str) -> Self {
        Self(typed.to_owned())
    }
}

impl From<&String> for TypedPhone {
    fn from(typed: &String) -> Self {
        Self(typed.clone())
    }
}

impl From<String> for TypedPhone {
    fn from(typed: String) -> Self {
        Self(typed)
    }
}

#[cfg(feature = "phonenumber")]
impl From<phonenumber::PhoneNumber> for TypedPhone {
    fn from(number: phonenumber::PhoneNumber) -> Self {
        Self(super::second_opinion::from_phonenumber(&number))
    }
}

#[cfg(feature = "phonenumber")]
impl From<&phonenumber::PhoneNumber> for TypedPhone {
    fn from(number: &phonenumber::PhoneNumber) -> Self {
        Self(super::second_opinion::from_phonenumber(number))
    }
}
