//! What the crate `phonenumber` makes of a phone: a second opinion, never the key.
//!
//! Keys come from one authority, because a choice would split identities between builds. `check` and
//! the explanation of a search read with this one as well, and show where the two disagree.

use super::{Reason, Refusal, Region, phone, tel_uri};
use phonenumber::country::Id;
use phonenumber::{ParseError, PhoneNumber};
use std::fmt::Write as _;

/// Reads a phone as the crate `phonenumber` does, to E.164 and `;ext=` with the extension.
///
/// It is shown what [`phone::read`] shows its authority. Unlike there, the number need not be
/// possible, and the text need not read back to itself.
///
/// # Errors
///
/// Refuses what that crate can't parse, regions that it doesn't know, and text that
/// [`phone::read`] refuses for its length or its characters.
///
/// ```
/// use kinfold::ident::second_opinion;
/// let us = Some("US".parse()?);
/// assert_eq!(second_opinion::read_with_phonenumber("(415) 555-0101", us)?, "+14155550101");
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
pub fn read_with_phonenumber(text: &str, region: Option<Region>) -> Result<String, Refusal> {
    let typed = phone::prepare(text)?;
    let plain = tel_uri::unfold(&typed)?;
    let country: Option<Id> = region
        .map(|region| region.as_str().parse())
        .transpose()
        .map_err(|_| Reason::UnknownRegion)?;
    let number = phonenumber::parse(country, &*plain).map_err(|error| match error {
        ParseError::InvalidCountryCode
            if region.is_none() && !plain.contains(['+', '\u{FF0B}']) =>
        {
            Reason::RegionNeeded
        }
        ParseError::InvalidCountryCode => Reason::UnknownCountryCode,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Reason::PhoneTooShort,
        ParseError::TooLong => Reason::PhoneTooLong,
        _ => Reason::NotAPhone,
    })?;
    Ok(from_phonenumber(&number))
}

/// The text of a number that an application holds as `phonenumber`'s type, for [`phone::read`].
///
/// The extension is kept, which that crate's own E.164 drops. Nothing is checked here: a number with
/// a country code that does not exist gives text that [`phone::read`] refuses.
///
/// ```
/// use kinfold::ident::{phone, second_opinion};
/// let number = phonenumber::parse(None, "+1 415 555 0101 ext. 5").unwrap();
/// let text = second_opinion::from_phonenumber(&number);
/// assert_eq!(phone::read(&text, None)?.key.as_str(), "+14155550101;ext=5");
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
#[must_use]
pub fn from_phonenumber(number: &PhoneNumber) -> String {
    // Its own Display fails, and so to_string panics, where it doesn't know the country code.
    let mut text = format!("+{}{}", number.code().value(), number.national());
    if let Some(extension) = number.extension() {
        let _ = write!(text, ";ext={extension}");
    }
    text
}
