//! Dates of birth as programs write them into a table.

use crate::contact::Birthday;

/// What comes first in a date that ends with its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// A date of birth as a request takes it; `None` where none is given.
///
/// What can be read in two ways stays as it is, and is refused when the request is read.
pub(super) fn date_of_birth(typed: &str, order: Option<DateOrder>) -> Option<String> {
    let typed = typed.trim();
    // Outlook writes 0/0/00 where it knows no date.
    if typed
        .chars()
        .all(|c| matches!(c, '0' | '/' | '-' | '.' | ' '))
    {
        return None;
    }
    let date = match typed.parse::<Birthday>() {
        Ok(_) => None,
        Err(_) => year_last(typed, order).map(|date| date.to_string()),
    };
    Some(date.unwrap_or_else(|| typed.to_owned()))
}

fn year_last(typed: &str, order: Option<DateOrder>) -> Option<Birthday> {
    let mut parts = typed.split(['/', '-', '.']);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || first.len() > 2 || second.len() > 2 {
        return None;
    }
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if ![first, second, year].into_iter().all(digits) {
        return None;
    }
    let year: i16 = year.parse().ok()?;
    let (first, second): (i8, i8) = (first.parse().ok()?, second.parse().ok()?);
    let day_first = Birthday::new(Some(year), second, first).ok();
    let month_first = Birthday::new(Some(year), first, second).ok();
    match order {
        Some(DateOrder::DayFirst) => day_first,
        Some(DateOrder::MonthFirst) => month_first,
        // In one way only, or the same in both.
        None if day_first == month_first => day_first,
        None => day_first.xor(month_first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_where_there_is_one_reading() {
        let (day, month) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
        for (typed, order, read, why) in [
            ("1990-09-25", None, Some("1990-09-25"), "as it is"),
            ("--09-25", month, Some("--09-25"), "no year"),
            ("25.09.1990", None, Some("1990-09-25"), "no month 25"),
            ("9/25/1990", None, Some("1990-09-25"), "no month 25"),
            ("4/4/1990", None, Some("1990-04-04"), "the same in both"),
            ("3/4/1990", None, Some("3/4/1990"), "either"),
            (
                "3/4/1990",
                day,
                Some("1990-04-03"),
                "the day is said to be first",
            ),
            (
                "3/4/1990",
                month,
                Some("1990-03-04"),
                "the month is said to be first",
            ),
            ("9/25/90", month, Some("9/25/90"), "which century?"),
            ("0/0/00", None, None, "Outlook's for none"),
            (" 0000-00-00 ", None, None, "a database's for none"),
            ("31/02/1990", None, Some("31/02/1990"), "no such day"),
            ("+1/+2/1990", day, Some("+1/+2/1990"), "no digits"),
        ] {
            assert_eq!(
                date_of_birth(typed, order).as_deref(),
                read,
                "{typed}: {why}"
            );
        }
    }
}
