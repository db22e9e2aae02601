//! Numbers as most are written, read without the authority: ASCII digits with or without `+` and
//! plain punctuation between them, perhaps with an extension.
//!
//! What is read here gives the answer of the full reading, and what could give another one is not
//! read here. So this says nothing of refusals, and is unsure rather than clever. Tests hold the
//! two together.

use super::numbering_plan::{self, Length, NumberingPlan, Territory};
use super::{PhoneReading, Region, Unsure};
use crate::ident::{Key, Kind};

/// What stands before an extension in a key.
const EXTENSION: &str = ";ext=";

/// The longest text that is looked at, in bytes.
const LONGEST_TEXT: usize = 64;

/// The most digits that are looked at: country code and prefixes before the longest number.
const MOST_DIGITS: usize = 24;

/// The most digits of an extension; of some spellings the authority reads longer ones.
const MOST_EXTENSION_DIGITS: usize = 9;

/// Reads a number that is plainly written and that nothing is odd about.
pub(super) fn read(text: &str, region: Option<Region>) -> Result<PhoneReading, Unsure> {
    let spelling = Spelling::of(text).ok_or(Unsure)?;
    let digits = spelling.digits();
    let number = if spelling.has_plus {
        Number::international(digits)?
    } else {
        Number::dialled(digits, region.ok_or(Unsure)?)?
    };
    let code = &number.plan.country_code;
    let extension_length = spelling
        .extension
        .map_or(0, |digits| EXTENSION.len() + digits.len());
    let mut key = String::with_capacity(1 + code.len() + number.national.len() + extension_length);
    key.push('+');
    key.push_str(code);
    key.push_str(std::str::from_utf8(number.national).map_err(|_| Unsure)?);

    let is_as_typed = spelling.has_plus && code.len() + number.national.len() == digits.len();
    if !is_as_typed {
        if spelling.has_plus && !spelling.has_punctuation {
            return Err(Unsure);
        }
        let again = Number::international(key.as_bytes().get(1..).ok_or(Unsure)?)?;
        if again.national != number.national || again.plan.country_code != *code {
            return Err(Unsure);
        }
    }
    let verified = number.plan.is_valid(number.national)?;
    if let Some(extension) = spelling.extension {
        key.push_str(EXTENSION);
        key.push_str(extension);
    }
    Ok(PhoneReading {
        key: Key::from_stored(Kind::Phone, key),
        verified,
    })
}

/// A possible number and where it is one.
struct Number<'d> {
    plan: &'static NumberingPlan,
    national: &'d [u8],
}

impl<'d> Number<'d> {
    /// What the digits behind a plus sign are.
    fn international(digits: &'d [u8]) -> Result<Self, Unsure> {
        if digits.len() <= 2 || digits.first() == Some(&b'0') {
            return Err(Unsure);
        }
        let mut code = 0;
        for (index, digit) in digits.iter().enumerate().take(3) {
            code = code * 10 + usize::from(digit - b'0');
            if let Some(plan) = numbering_plan::of_country_code(code)? {
                let national = digits.get(index + 1..).ok_or(Unsure)?;
                return Self::national(plan, &plan.main, national);
            }
        }
        Err(Unsure)
    }

    /// What the digits are when they are dialled in a region.
    fn dialled(digits: &'d [u8], region: Region) -> Result<Self, Unsure> {
        let (plan, territory) = numbering_plan::of_region(region)?;
        if let Some(rest) = territory.after_international_prefix(digits)? {
            return Self::international(rest);
        }
        // Some write the country code without a plus sign.
        if let Some(rest) = digits.strip_prefix(plan.country_code.as_bytes()) {
            let rest = territory.without_trunk_prefix(rest)?;
            if territory.length(digits.len()) == Length::TooLong
                || (!territory.is_like_a_number(digits)? && territory.is_like_a_number(rest)?)
            {
                return Self::national(plan, &plan.main, rest);
            }
        }
        Self::national(plan, territory, digits)
    }

    /// The number that is left of these digits without a trunk prefix.
    fn national(
        plan: &'static NumberingPlan,
        territory: &Territory,
        digits: &'d [u8],
    ) -> Result<Self, Unsure> {
        if digits.len() < 2 {
            return Err(Unsure);
        }
        let rest = territory.without_trunk_prefix(digits)?;
        let national = match territory.length(rest.len()) {
            Length::Possible | Length::TooLong => rest,
            Length::Other => digits,
        };
        // The authority counts leading zeros, and not beyond ten.
        let is_plain = (2..=17).contains(&national.len()) && !national.starts_with(b"00");
        let is_possible = plan.main.length(national.len()) == Length::Possible;
        if !is_plain || !is_possible {
            return Err(Unsure);
        }
        Ok(Self { plan, national })
    }
}

/// A text taken apart.
struct Spelling<'t> {
    digits: [u8; MOST_DIGITS],
    count: usize,
    has_plus: bool,
    has_punctuation: bool,
    extension: Option<&'t str>,
}

impl<'t> Spelling<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let mut spelling = Self {
            digits: [0; MOST_DIGITS],
            count: 0,
            has_plus: false,
            has_punctuation: false,
            extension: None,
        };
        if text.len() > LONGEST_TEXT || text.starts_with(' ') || text.ends_with(' ') {
            return None;
        }
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    *spelling.digits.get_mut(spelling.count)? = byte;
                    spelling.count += 1;
                }
                b'+' if spelling.count == 0 && !spelling.has_plus => spelling.has_plus = true,
                b' ' | b'-' | b'.' | b'(' | b')' | b'/' => spelling.has_punctuation = true,
                b';' | b'e' | b'E' | b'x' | b'X' => {
                    spelling.extension = Some(extension(text, at)?);
                    break;
                }
                _ => return None,
            }
        }
        // Two digits are a number of their own kind, and fewer are none.
        (spelling.count > 2).then_some(spelling)
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.count).unwrap_or_default()
    }
}

/// The extension that the rest of the text is, if a number stands right before it.
fn extension(text: &str, at: usize) -> Option<&str> {
    let (number, rest) = text.split_at_checked(at)?;
    if !number
        .trim_end_matches(' ')
        .ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let digits = if let Some(digits) = rest.strip_prefix(EXTENSION) {
        digits
    } else {
        let label = if rest.starts_with(['x', 'X']) {
            "x"
        } else {
            "ext"
        };
        let (found, rest) = rest.split_at_checked(label.len())?;
        if !found.eq_ignore_ascii_case(label) {
            return None;
        }
        rest.strip_prefix(['.', ':'])
            .unwrap_or(rest)
            .trim_start_matches(' ')
    };
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    (are_digits && (1..=MOST_EXTENSION_DIGITS).contains(&digits.len())).then_some(digits)
}
