//! Phones: from what was typed to E.164.

mod automaton;
mod numbering_plan;
mod plain;
mod remembered;
#[cfg(test)]
mod tests;

use self::remembered::Question;
use super::{Key, Kind, Reason, Refusal, Region, tel_uri, text};
use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat,
    ValidationError,
};
use std::borrow::Cow;

/// The longest text that is read as a phone, in characters as typed.
pub const MAX_TYPED_CHARS: usize = 250;

/// How often a number is read again until its key reads back to itself: a number of the longest kind
/// may be nothing but trunk prefixes, and each round takes one away.
const MAX_ROUNDS: usize = 20;

/// A phone as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneReading {
    /// E.164, and `;ext=` with the extension where there is one.
    pub key: Key,
    /// Whether the metadata knows the number as *valid*. A number that is only *possible* is
    /// accepted all the same, because numbering plans change faster than their metadata.
    pub verified: bool,
}

/// Reads a phone number, in the region given where it has no country code of its own.
///
/// Reads what libphonenumber reads: national and international spellings, digits of any script,
/// vanity numbers, extensions; and besides that `tel:` URIs (RFC 3966) and any Unicode space between
/// the digits. A line with an extension is another identity than the bare line, and so the
/// extension is part of the key, leading zeros included.
///
/// The key is a fixed point. That asks for care where libphonenumber's E.164 of what was typed
/// reads back as another number, because it begins with a trunk prefix again. If what is left
/// without the prefix is a valid number, or nothing else leads to the longer one, the shorter is
/// the key: `+4402079460018` is `+442079460018`. Otherwise the longer one is a number of its own:
/// `002342033123456` in Nigeria is `+23402342033123456`, and so is that.
///
/// Each thread remembers what it read last, about a thousand short texts with their keys, so that it
/// answers at once when it is asked again. That is in memory only and ends with the thread, and
/// nothing but the time tells whether an answer was remembered.
///
/// # Errors
///
/// Refuses more than [`MAX_TYPED_CHARS`] (250) characters, hidden characters, what is no phone
/// number, numbers without `+` where there is no region ([`Reason::RegionNeeded`]), and numbers that
/// are not possible in their region or possible only for local dialling.
///
/// ```
/// use kinfold::ident::{Reason, phone};
/// let us = Some("US".parse()?);
/// assert_eq!(phone::read("(415) 555-0101", us)?.key.as_str(), "+14155550101");
/// assert_eq!(phone::read("tel:+44-20-7031-3000;ext=7", us)?.key.as_str(), "+442070313000;ext=7");
/// assert_eq!(phone::read("555-0101", us).unwrap_err().reason(), Reason::PhoneLocalOnly);
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
pub fn read(text: &str, region: Option<Region>) -> Result<PhoneReading, Refusal> {
    let Some(question) = Question::of(text, region) else {
        return read_anew(text, region);
    };
    if let Some(reading) = question.recall() {
        return Ok(reading);
    }
    let reading = read_anew(text, region)?;
    question.remember(&reading);
    Ok(reading)
}

/// Reads without looking at what is remembered.
fn read_anew(text: &str, region: Option<Region>) -> Result<PhoneReading, Refusal> {
    if let Ok(reading) = plain::read(text, region) {
        return Ok(reading);
    }
    let typed = prepare(text)?;
    let unfolded = tel_uri::unfold(&typed)?;
    let in_ascii = with_ascii_digits(&unfolded);
    if *in_ascii != *text
        && let Ok(reading) = plain::read(&in_ascii, region)
    {
        return Ok(reading);
    }
    read_in_full(&unfolded, region)
}

/// Reads with the authority alone, which decides: what is quicker must agree with this.
fn read_in_full(plain: &str, region: Option<Region>) -> Result<PhoneReading, Refusal> {
    let mut number = ask(plain, region)?;
    let mut key = canonical(&number);
    if key != *plain && is_e164(plain) && keeps_its_prefix(plain, &number) {
        return Ok(unverified(plain.to_owned()));
    }
    for _ in 0..MAX_ROUNDS {
        if *key == *plain {
            return Ok(reading(&number, key));
        }
        number = ask(&key, None)?;
        let again = canonical(&number);
        if again == key {
            return Ok(reading(&number, key));
        }
        if keeps_its_prefix(&key, &number) {
            return Ok(unverified(key));
        }
        key = again;
    }
    Err(Reason::NotStable.into())
}

/// That the quick reader can't answer, and the authority is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unsure;

/// Whether a text is `+` and digits, as a key is, perhaps with its extension.
fn is_e164(plain: &str) -> bool {
    let (number, extension) = plain.split_once(";ext=").unwrap_or((plain, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    number.strip_prefix('+').is_some_and(digits) && digits(extension)
}

/// Whether E.164 that is read without its trunk prefix is a number of its own all the same:
/// without it there is no valid number, and dialled within its region it is that number.
fn keeps_its_prefix(e164: &str, without: &PhoneNumber) -> bool {
    let reach = || {
        let code = format!("+{}", without.country_code);
        let region = PHONE_NUMBER_UTIL.get_region_for_country_code(without.country_code)?;
        let number = e164.split(';').next()?;
        let national = number.strip_prefix(&code)?;
        let shorter = canonical(without);
        let prefix = national.strip_suffix(shorter.split(';').next()?.strip_prefix(&code)?)?;
        let dialled = format!("{prefix}{national}");
        let dialled = PHONE_NUMBER_UTIL.parse(dialled, Some(region)).ok()?;
        let is_possible = PHONE_NUMBER_UTIL.is_possible_number_with_reason(&dialled);
        let same = !prefix.is_empty() && canonical(&dialled) == number;
        Some(same && is_possible == Ok(NumberLengthType::IsPossible))
    };
    !PHONE_NUMBER_UTIL.is_valid_number(without) && reach().unwrap_or(false)
}

fn unverified(key: String) -> PhoneReading {
    PhoneReading {
        key: Key::from_stored(Kind::Phone, key),
        verified: false,
    }
}

/// The typed text without white space around it and with plain spaces inside, if a reader may see it.
pub(super) fn prepare(typed: &str) -> Result<Cow<'_, str>, Refusal> {
    if typed.chars().nth(MAX_TYPED_CHARS).is_some() {
        return Err(Reason::PhoneTextTooLong.into());
    }
    text::refuse_hidden(typed)?;
    let trimmed = typed.trim();
    if trimmed.is_empty() {
        return Err(Reason::Empty.into());
    }
    // The metadata's readers know three spaces; French numbers are set with a fourth, U+202F.
    if trimmed.chars().any(|c| c != ' ' && c.is_whitespace()) {
        let spaced = trimmed
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c });
        return Ok(Cow::Owned(spaced.collect()));
    }
    Ok(Cow::Borrowed(trimmed))
}

/// The text with the digits and plus signs of other scripts as ASCII has them. The authority says
/// what is a digit, and its patterns know fewer of them than its tables.
fn with_ascii_digits(plain: &str) -> Cow<'_, str> {
    if plain.is_ascii() || !PHONE_NUMBER_UTIL.is_viable_phone_number(plain) {
        return Cow::Borrowed(plain);
    }
    let mut text = String::with_capacity(plain.len());
    for character in plain.chars() {
        if character.is_ascii() || !character.is_numeric() {
            text.push(if character == '\u{FF0B}' {
                '+'
            } else {
                character
            });
            continue;
        }
        let digit = PHONE_NUMBER_UTIL.normalize_digits_only(character.encode_utf8(&mut [0; 4]));
        // Some numerals are no digits.
        text.push(digit.chars().next().unwrap_or(character));
    }
    Cow::Owned(text)
}

fn reading(number: &PhoneNumber, key: String) -> PhoneReading {
    PhoneReading {
        key: Key::from_stored(Kind::Phone, key),
        verified: PHONE_NUMBER_UTIL.is_valid_number(number),
    }
}

/// The number that the authority sees in the text, if it is possible and not only local.
fn ask(plain: &str, region: Option<Region>) -> Result<PhoneNumber, Refusal> {
    let region_asked = region.and_then(Region::for_authority);
    let number = PHONE_NUMBER_UTIL
        .parse(plain, region_asked)
        .map_err(|error| match error {
            ParseError::NotANumber(_) => Reason::NotAPhone,
            ParseError::InvalidCountryCode if region.is_none() && !is_international(plain) => {
                Reason::RegionNeeded
            }
            ParseError::InvalidCountryCode => Reason::UnknownCountryCode,
            ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Reason::PhoneTooShort,
            ParseError::TooLongNsn => Reason::PhoneTooLong,
        })?;
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
        Ok(NumberLengthType::IsPossible) => Ok(number),
        Ok(NumberLengthType::IsPossibleLocalOnly) => Err(Reason::PhoneLocalOnly.into()),
        Err(ValidationError::InvalidCountryCode) => Err(Reason::UnknownCountryCode.into()),
        Err(ValidationError::TooShort) => Err(Reason::PhoneTooShort.into()),
        Err(ValidationError::TooLong) => Err(Reason::PhoneTooLong.into()),
        Err(ValidationError::InvalidLength) => Err(Reason::PhoneLength.into()),
    }
}

/// Whether the number begins with a plus sign, after whatever stands before it.
fn is_international(plain: &str) -> bool {
    plain
        .chars()
        .find(|c| matches!(c, '+' | '\u{FF0B}') || c.is_numeric())
        .is_some_and(|c| !c.is_numeric())
}

fn canonical(number: &PhoneNumber) -> String {
    let mut key = PHONE_NUMBER_UTIL
        .format(number, PhoneNumberFormat::E164)
        .into_owned();
    if let Some(extension) = number.extension.as_deref().filter(|text| !text.is_empty()) {
        key.push_str(";ext=");
        // The authority keeps an extension as it was typed, in whatever digits.
        key.push_str(&PHONE_NUMBER_UTIL.normalize_digits_only(extension));
    }
    key
}
