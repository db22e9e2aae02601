//! Where a contact stands in a list.

use std::borrow::Cow;
use std::cmp::Ordering;

use icu_collator::options::CollatorOptions;
use icu_collator::{CollatorBorrowed, CollatorPreferences};

use super::{Language, SortBy};
use crate::contact::name_parts::Parts;

/// Stands between family and given name. To the collation it is the smallest letter there
/// is, and differences of case and accents before it count no more than those behind it:
/// the people of one family stay together (CLDR, "merging sort keys").
const BETWEEN: char = '\u{fffe}';

/// What a list is sorted by, of one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Text(Box<str>),
    Moment(i64),
    /// It has no name.
    Nothing,
}

/// The same, borrowed.
#[derive(Clone, Copy)]
pub(crate) enum ByRef<'a> {
    Text(&'a str),
    Moment(i64),
    Nothing,
}

impl By {
    pub(crate) fn as_ref(&self) -> ByRef<'_> {
        match self {
            Self::Text(text) => ByRef::Text(text),
            Self::Moment(moment) => ByRef::Moment(*moment),
            Self::Nothing => ByRef::Nothing,
        }
    }
}

impl ByRef<'_> {
    fn to_owned(self) -> By {
        match self {
            Self::Text(text) => By::Text(text.into()),
            Self::Moment(moment) => By::Moment(moment),
            Self::Nothing => By::Nothing,
        }
    }
}

/// A contact's place in a list. No two contacts have the same: rows are numbered in the
/// order of their creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) by: By,
    pub(crate) row: i64,
}

impl Position {
    pub(crate) fn new(by: ByRef<'_>, row: i64) -> Self {
        Self {
            by: by.to_owned(),
            row,
        }
    }

    pub(crate) fn as_ref(&self) -> (ByRef<'_>, i64) {
        (self.by.as_ref(), self.row)
    }
}

/// An order of contacts.
pub(crate) struct Order {
    collator: CollatorBorrowed<'static>,
    descending: bool,
}

impl Order {
    pub(crate) fn new(language: &Language, descending: bool) -> Option<Self> {
        let preferences = CollatorPreferences::from(language.locale());
        let collator = CollatorBorrowed::try_new(preferences, CollatorOptions::default());
        Some(Self {
            // The tables are part of the program, and there is one for every language.
            collator: collator.ok()?,
            descending,
        })
    }

    pub(crate) fn compare(&self, one: (ByRef<'_>, i64), other: (ByRef<'_>, i64)) -> Ordering {
        let by = match (one.0, other.0) {
            (ByRef::Nothing, ByRef::Nothing) => Ordering::Equal,
            // Last in either direction.
            (ByRef::Nothing, _) => return Ordering::Greater,
            (_, ByRef::Nothing) => return Ordering::Less,
            (ByRef::Text(one), ByRef::Text(other)) => self.collator.compare(one, other),
            (ByRef::Moment(one), ByRef::Moment(other)) => one.cmp(&other),
            (ByRef::Text(_), ByRef::Moment(_)) => Ordering::Less,
            (ByRef::Moment(_), ByRef::Text(_)) => Ordering::Greater,
        };
        let ascending = by.then(one.1.cmp(&other.1));
        match self.descending {
            false => ascending,
            true => ascending.reverse(),
        }
    }

    pub(crate) fn compare_positions(&self, one: &Position, other: &Position) -> Ordering {
        self.compare(one.as_ref(), other.as_ref())
    }
}

/// The parts of a name.
#[derive(Clone, Copy, Default)]
pub(crate) struct NameParts<'a> {
    pub(crate) full: Option<&'a str>,
    pub(crate) given: Option<&'a str>,
    pub(crate) family: Option<&'a str>,
}

impl NameParts<'_> {
    /// What the name is sorted by, written into a buffer that many names share.
    pub(crate) fn sorted_by<'b>(&self, sort: SortBy, buffer: &'b mut String) -> ByRef<'b> {
        buffer.clear();
        let (family, rest) = match (sort, self.full) {
            (SortBy::Family, Some(full)) if self.given.is_none() && self.family.is_none() => {
                let parts = Parts::of(full);
                (parts.family, parts.given)
            }
            (SortBy::Family, full) => (
                self.family.map(Cow::from),
                self.given.or(full).map(Cow::from),
            ),
            _ => (None, None),
        };
        match family {
            Some(family) => {
                buffer.push_str(&family);
                if let Some(rest) = rest {
                    buffer.push(BETWEEN);
                    buffer.push_str(&rest);
                }
            }
            None => self.display(buffer),
        }
        match buffer.is_empty() {
            true => ByRef::Nothing,
            false => ByRef::Text(buffer),
        }
    }

    /// As [`Name::display`](crate::contact::Name::display).
    fn display(&self, buffer: &mut String) {
        if let Some(full) = self.full {
            buffer.push_str(full);
            return;
        }
        buffer.push_str(self.given.unwrap_or_default());
        if self.given.is_some() && self.family.is_some() {
            buffer.push(' ');
        }
        buffer.push_str(self.family.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::{BETWEEN, ByRef, NameParts};
    use crate::book::SortBy;
    use crate::contact::Name;

    /// What each way of sorting looks at; `|` stands between family and given name.
    #[test]
    fn what_a_name_is_sorted_by() {
        let cases = [
            // full, given, family; by name, by family
            ("Ana Ruiz", "Ana", "Ruiz", "Ana Ruiz", "Ruiz|Ana"),
            ("", "Ana", "Ruiz", "Ana Ruiz", "Ruiz|Ana"),
            ("", "Ana", "", "Ana", "Ana"),
            ("", "", "Ruiz", "Ruiz", "Ruiz"),
            ("Ana Ruiz", "", "", "Ana Ruiz", "Ana Ruiz"),
            ("Ana Ruiz", "Ana", "", "Ana Ruiz", "Ana Ruiz"),
            (
                "Dr. Ana Ruiz",
                "",
                "Ruiz",
                "Dr. Ana Ruiz",
                "Ruiz|Dr. Ana Ruiz",
            ),
            ("", "", "", "", ""),
        ];
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let mut buffer = "what was there before".to_owned();
        for (full, given, family, by_name, by_family) in cases {
            let parts = NameParts {
                full: some(full),
                given: some(given),
                family: some(family),
            };
            for (sort, expected) in [(SortBy::Name, by_name), (SortBy::Family, by_family)] {
                let text = match parts.sorted_by(sort, &mut buffer) {
                    ByRef::Text(text) => text.replace(BETWEEN, "|"),
                    _ => String::new(),
                };
                assert_eq!(text, expected, "{full} {given} {family} by {sort:?}");
            }
            let name = Name {
                full: parts.full.map(str::to_owned),
                given: parts.given.map(str::to_owned),
                family: parts.family.map(str::to_owned),
            };
            assert_eq!(name.display().unwrap_or_default(), by_name);
        }
    }
}
