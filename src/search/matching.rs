//! How well a contact answers a query, and what of it does.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::{Serialize, Serializer};

use super::query::{Pattern, Query, TextPattern, Word};
use super::words::{self, Scratch, each_email_form, each_form};
use crate::contact::Contact;

/// How well a word of a query is met, best first. A hit is as good as the word that it
/// meets worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchClass {
    /// A whole word.
    Exact,
    /// The beginning of a word, or the last digits of a phone.
    Prefix,
    /// The nickname of a name, or the name of a nickname.
    Nickname,
    /// A word with one typing error, from 4 letters on, or two, from 8 on.
    Typo,
}

impl MatchClass {
    pub(crate) fn better(self) -> Option<Self> {
        match self {
            Self::Exact => None,
            Self::Prefix => Some(Self::Exact),
            Self::Nickname => Some(Self::Prefix),
            Self::Typo => Some(Self::Nickname),
        }
    }
}

/// Where a query is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The name has as many words as the query, and all of them are met there.
    WholeName,
    /// The name has more or less.
    PartOfName,
    /// Not all words are met by the name, or not as well.
    Elsewhere,
}

/// What hits are ordered by, before the last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) class: MatchClass,
    pub(crate) place: Place,
}

/// What a search looks at, of one contact.
pub(crate) struct Searched<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) company: Option<&'a str>,
    /// Keys.
    pub(crate) emails: Vec<&'a str>,
    /// Keys.
    pub(crate) phones: Vec<&'a str>,
}

/// The names of a contact.
#[derive(Default)]
pub(crate) struct Names<'a> {
    /// As it is printed.
    pub(crate) display: Option<Cow<'a, str>>,
    /// If it was given beside a whole name.
    pub(crate) given: Option<&'a str>,
    /// If it was given beside a whole name.
    pub(crate) family: Option<&'a str>,
}

impl Names<'_> {
    /// Every text of them.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let display = self.display.as_deref();
        [display, self.given, self.family].into_iter().flatten()
    }
}

impl<'a> Searched<'a> {
    pub(crate) fn of(contact: &'a Contact) -> Self {
        let name = &contact.fields.name;
        let names = match &name.full {
            Some(full) => Names {
                display: Some(full.into()),
                given: name.given.as_deref(),
                family: name.family.as_deref(),
            },
            None => Names {
                display: name.display().map(Cow::Owned),
                ..Names::default()
            },
        };
        Self {
            names,
            company: contact.fields.company.as_deref(),
            emails: contact.emails().map(|email| email.key.as_str()).collect(),
            phones: contact.phones().map(|phone| phone.key.as_str()).collect(),
        }
    }

    /// Every text of it with its field, and which it is of several.
    fn texts(&self) -> impl Iterator<Item = (MatchedField, usize, &str)> {
        let one = |field: MatchedField, text: Option<&'a str>| text.map(|text| (field, 0, text));
        let display = self.names.display.as_deref();
        display
            .map(|text| (MatchedField::Name, 0, text))
            .into_iter()
            .chain(one(MatchedField::GivenName, self.names.given))
            .chain(one(MatchedField::FamilyName, self.names.family))
            .chain(one(MatchedField::Company, self.company))
            .chain(numbered(MatchedField::Email, &self.emails))
            .chain(numbered(MatchedField::Phone, &self.phones))
    }
}

fn numbered<'a>(
    field: MatchedField,
    texts: &'a [&'a str],
) -> impl Iterator<Item = (MatchedField, usize, &'a str)> {
    let texts = texts.iter().enumerate();
    texts.map(move |(index, text)| (field, index, *text))
}

/// How a contact answers a query.
pub(crate) struct Match {
    pub(crate) rank: Rank,
    pub(crate) parts: Vec<MatchedPart>,
}

/// The fields in which a search looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MatchedField {
    /// The whole name, as it was given or made of its parts.
    Name,
    /// The given name, where it was given beside a whole one.
    GivenName,
    /// The family name, where it was given beside a whole one.
    FamilyName,
    /// The company.
    Company,
    /// An email.
    Email,
    /// A phone.
    Phone,
}

impl MatchedField {
    fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::GivenName | Self::FamilyName)
    }
}

/// A text of a contact that meets a query, and what of it does: for highlighting.
///
/// Printed with `{:?}` it says nothing of the person.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MatchedPart {
    /// Where the text stands.
    pub field: MatchedField,
    /// Which it is of the contact's emails or phones, counted from 0; else 0.
    pub index: usize,
    /// The text: of an email or a phone its key.
    pub text: String,
    /// What meets the query, in bytes of the text: whole characters, in order, apart.
    /// In JSON each is an array of its begin and its end.
    #[serde(serialize_with = "as_pairs")]
    pub ranges: Vec<Range<usize>>,
}

fn as_pairs<S: Serializer>(ranges: &[Range<usize>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ranges.iter().map(|range| [range.start, range.end]))
}

impl fmt::Debug for MatchedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatchedPart")
            .field("field", &self.field)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The best that a pattern has met so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Reached {
    name: Option<MatchClass>,
    elsewhere: Option<MatchClass>,
}

impl Reached {
    fn anywhere(self) -> Option<MatchClass> {
        best(self.name, self.elsewhere)
    }
}

fn best(one: Option<MatchClass>, other: Option<MatchClass>) -> Option<MatchClass> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn worst(one: Option<MatchClass>, other: Option<MatchClass>) -> Option<MatchClass> {
    Some(one?.max(other?))
}

/// The digits of a phone's key, without its extension.
pub(crate) fn phone_digits(key: &str) -> &str {
    let digits = key.strip_prefix('+').unwrap_or(key);
    let end = digits.find(|character: char| !character.is_ascii_digit());
    end.and_then(|end| digits.get(..end)).unwrap_or(digits)
}

impl Pattern {
    /// How it is met by a form of a text, if better than what is known.
    fn met_by_form(
        &self,
        form: &str,
        in_name: bool,
        known: Option<MatchClass>,
    ) -> Option<MatchClass> {
        let Self::Text(pattern) = self else {
            return None;
        };
        let is_better = |class: MatchClass| known.is_none_or(|known| class < known);
        if form.starts_with(pattern.text()) {
            let class = match form.len() == pattern.text().len() {
                true => MatchClass::Exact,
                false => MatchClass::Prefix,
            };
            let counts = in_name || class == MatchClass::Exact || !pattern.is_short();
            return (counts && is_better(class)).then_some(class);
        }
        if !in_name {
            return None;
        }
        if is_better(MatchClass::Nickname) && is_nickname(pattern, form) {
            return Some(MatchClass::Nickname);
        }
        (is_better(MatchClass::Typo) && pattern.is_misspelt(form)).then_some(MatchClass::Typo)
    }

    /// How it is met by the digits of a phone.
    fn met_by_phone(&self, digits: &str) -> Option<MatchClass> {
        let Self::PhoneEnd(end) = self else {
            return None;
        };
        digits
            .ends_with(end.as_str())
            .then_some(match digits.len() == end.len() {
                true => MatchClass::Exact,
                false => MatchClass::Prefix,
            })
    }
}

fn is_nickname(pattern: &TextPattern, form: &str) -> bool {
    pattern.nicknames().any(|name| name == form)
}

impl Query {
    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let ways = self.words.iter().flat_map(|word| &word.ways);
        ways.flatten()
    }

    /// How a contact answers, or `None` if it doesn't.
    pub(crate) fn rank(&self, contact: &Searched<'_>, scratch: &mut Scratch) -> Option<Rank> {
        let mut reached = std::mem::take(&mut scratch.reached);
        self.reach(contact, &mut reached, scratch);
        let rank = self.rank_of(contact, &reached);
        scratch.reached = reached;
        rank
    }

    /// Fills in what each pattern meets, in the order of [`Self::patterns`].
    fn reach(&self, contact: &Searched<'_>, reached: &mut Vec<Reached>, scratch: &mut Scratch) {
        reached.clear();
        reached.extend(self.patterns().map(|_| Reached::default()));
        for (field, _, text) in contact.texts() {
            if field == MatchedField::Phone {
                let digits = phone_digits(text);
                for (pattern, reached) in self.patterns().zip(&mut *reached) {
                    reached.elsewhere = best(reached.elsewhere, pattern.met_by_phone(digits));
                }
                continue;
            }
            let in_name = field.is_name();
            let each: &mut dyn FnMut(&str) = &mut |form| {
                for (pattern, reached) in self.patterns().zip(&mut *reached) {
                    let known = match in_name {
                        true => &mut reached.name,
                        false => &mut reached.elsewhere,
                    };
                    *known = pattern.met_by_form(form, in_name, *known).or(*known);
                }
            };
            match field {
                MatchedField::Email => each_email_form(text, scratch, each),
                _ => each_form(text, scratch, each),
            }
        }
    }

    fn rank_of(&self, contact: &Searched<'_>, reached: &[Reached]) -> Option<Rank> {
        let mut reached = reached.iter().copied();
        let (mut class, mut by_name) = (None, None);
        for (at, word) in self.words.iter().enumerate() {
            let of_word = word.classes(&mut reached);
            if at == 0 {
                (class, by_name) = of_word;
            } else {
                class = worst(class, of_word.0);
                by_name = worst(by_name, of_word.1);
            }
        }
        let class = class?;
        let name = contact.names.display.as_deref();
        let place = match by_name == Some(class) {
            true if words::chunks(name.unwrap_or_default()) == self.chunks() => Place::WholeName,
            true => Place::PartOfName,
            false => Place::Elsewhere,
        };
        Some(Rank { class, place })
    }

    /// How a contact answers and by which parts, or `None` if it doesn't.
    pub(crate) fn matches(&self, contact: &Searched<'_>, scratch: &mut Scratch) -> Option<Match> {
        let rank = self.rank(contact, scratch)?;
        let shown = self.shown(&scratch.reached);
        let mut parts = Vec::new();
        for (field, index, text) in contact.texts() {
            let ranges = ranges(field, text, &shown, scratch);
            if !ranges.is_empty() {
                parts.push(MatchedPart {
                    field,
                    index,
                    text: text.to_owned(),
                    ranges,
                });
            }
        }
        Some(Match { rank, parts })
    }

    /// The patterns of the ways by which the words are met best, each with the worst class
    /// in which it is shown: what a word or its beginning meets is shown everywhere, what
    /// nicknames and typing errors meet only if nothing else does.
    fn shown(&self, reached: &[Reached]) -> Vec<(&Pattern, MatchClass)> {
        let mut shown = Vec::new();
        let mut reached = reached.iter().copied();
        for word in &self.words {
            let class = word.classes(&mut reached.clone()).0;
            for way in &word.ways {
                let met: Vec<_> = reached.by_ref().take(way.len()).collect();
                let of_way = met.iter().map(|met| met.anywhere());
                if class.is_none() || of_way.reduce(worst).flatten() != class {
                    continue;
                }
                let patterns = way.iter().zip(met);
                shown.extend(patterns.filter_map(|(pattern, met)| {
                    Some((pattern, met.anywhere()?.max(MatchClass::Prefix)))
                }));
            }
        }
        shown
    }
}

impl Word {
    /// The best over the ways of the worst over a way's patterns: anywhere, and in the name.
    fn classes(
        &self,
        reached: &mut impl Iterator<Item = Reached>,
    ) -> (Option<MatchClass>, Option<MatchClass>) {
        let mut classes = (None, None);
        for way in &self.ways {
            let of_way = reached
                .by_ref()
                .take(way.len())
                .map(|reached| (reached.anywhere(), reached.name))
                .reduce(|one, other| (worst(one.0, other.0), worst(one.1, other.1)));
            if let Some((anywhere, name)) = of_way {
                classes = (best(classes.0, anywhere), best(classes.1, name));
            }
        }
        classes
    }
}

/// What the patterns cover of a text.
fn ranges(
    field: MatchedField,
    text: &str,
    shown: &[(&Pattern, MatchClass)],
    scratch: &mut Scratch,
) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    if field == MatchedField::Phone {
        let digits = phone_digits(text);
        let end = text.find(digits).unwrap_or_default() + digits.len();
        for (pattern, _) in shown {
            if let Pattern::PhoneEnd(last) = pattern
                && pattern.met_by_phone(digits).is_some()
            {
                ranges.push(end - last.len()..end);
            }
        }
        return merged(ranges);
    }
    let in_name = field.is_name();
    scratch.reading.read(text);
    let joined = field != MatchedField::Email;
    scratch.reading.each_form(joined, &mut |form| {
        for (pattern, worst) in shown {
            match pattern.met_by_form(form.text, in_name, None) {
                Some(class) if class > *worst => {}
                Some(MatchClass::Prefix) => ranges.push(form.covered(pattern.length())),
                Some(_) => ranges.push(form.all()),
                None => {}
            }
        }
    });
    merged(ranges)
}

impl Pattern {
    fn length(&self) -> usize {
        match self {
            Self::Text(pattern) => pattern.text().len(),
            Self::PhoneEnd(digits) => digits.len(),
        }
    }
}

/// Ranges in order, those that touch as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, before| {
        let touches = next.start <= before.end;
        if touches {
            before.end = before.end.max(next.end);
        }
        touches
    });
    ranges
}

#[cfg(test)]
#[path = "matching_tests.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "highlight_tests.rs"]
mod highlight_tests;

#[cfg(test)]
#[path = "matching_properties.rs"]
mod properties;
