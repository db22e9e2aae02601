//! A date of birth, whose year may be unknown.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A day of birth: `1990-09-25`, or `--09-25` where the year is not known (as
/// RFC 6350, section 4.3.1, writes it).
///
/// ```
/// use kinfold::Birthday;
///
/// assert_eq!("1990-09-25".parse::<Birthday>()?.to_string(), "1990-09-25");
/// assert_eq!("19900925".parse::<Birthday>()?.to_string(), "1990-09-25");
/// assert_eq!("--02-29".parse::<Birthday>()?.to_string(), "--02-29");
/// assert!("1990-02-29".parse::<Birthday>().is_err()); // no leap year
/// assert!("25/09/1990".parse::<Birthday>().is_err()); // day or month first?
/// # Ok::<(), kinfold::InvalidBirthday>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Birthday {
    year: Option<i16>,
    month: i8,
    day: i8,
}

/// A text that is no day, or one that could be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is not a date that can be read in one way only; write YYYY-MM-DD, or --MM-DD without a year"
)]
pub struct InvalidBirthday;

impl Birthday {
    /// The day with this year (1 to 9999, if known), month and day.
    ///
    /// # Errors
    ///
    /// [`InvalidBirthday`] if the calendar has no such day.
    pub fn new(year: Option<i16>, month: i8, day: i8) -> Result<Self, InvalidBirthday> {
        // Without a year, 29 February is a day.
        let in_year = year.unwrap_or(2000);
        if !(1..=9999).contains(&in_year) {
            return Err(InvalidBirthday);
        }
        jiff::civil::Date::new(in_year, month, day).map_err(|_| InvalidBirthday)?;
        Ok(Self { year, month, day })
    }

    /// The year, if it is known.
    pub fn year(&self) -> Option<i16> {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(&self) -> i8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(&self) -> i8 {
        self.day
    }
}

impl FromStr for Birthday {
    type Err = InvalidBirthday;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (year, rest) = match text.strip_prefix("--") {
            Some(rest) => (None, rest),
            None => {
                let (year, rest) = text.split_at_checked(4).ok_or(InvalidBirthday)?;
                (
                    Some(number(year)?),
                    rest.trim_start_matches(['-', '/', '.']),
                )
            }
        };
        let (month, day) = match rest.split_once(['-', '/', '.']) {
            Some(parts) => parts,
            None if rest.len() == 4 => rest.split_at_checked(2).ok_or(InvalidBirthday)?,
            None => return Err(InvalidBirthday),
        };
        let (month, day): (i16, i16) = (number(month)?, number(day)?);
        let small = |number: i16| i8::try_from(number).map_err(|_| InvalidBirthday);
        Self::new(year, small(month)?, small(day)?)
    }
}

fn number(digits: &str) -> Result<i16, InvalidBirthday> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidBirthday);
    }
    digits.parse().map_err(|_| InvalidBirthday)
}

impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(f, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

impl fmt::Debug for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Birthday(..)")
    }
}

impl Serialize for Birthday {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
