//! One condition of a filter.

use super::body::Body;
use super::members::{Member, Seen};
use super::search::MOST_CONDITIONS;
use crate::clock::Timestamp;
use crate::contact::{Contact, FieldDefinition, Json};
use crate::engine::Contacts;
use crate::ident::Key;
use crate::wire::fault::Fault;

const OPERATORS: &str = "must be one of eq, not_eq, contains, not_contains, exists, not_exists, \
                         gt, gte, lt, lte, range";

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A condition, ready to be held against contacts.
pub(super) struct Condition {
    member: Member,
    is_negated: bool,
    asks: Asks,
    /// The identifier that is asked for, if it is one alone.
    key: Option<Key>,
}

enum Asks {
    /// One of these texts, whole.
    Equal(Vec<String>),
    /// One of these texts, as a part.
    Holds(Vec<String>),
    /// Anything at all.
    Exists,
    /// A number or moment within all of these bounds.
    Within(Vec<Bound>),
}

struct Bound {
    operator: Comparison,
    than: f64,
}

#[derive(Clone, Copy)]
enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gt" => Self::Greater,
            "gte" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "lte" => Self::LessOrEqual,
            _ => return None,
        })
    }
}

impl Bound {
    fn lets_through(&self, number: f64) -> bool {
        match self.operator {
            Comparison::Greater => number > self.than,
            Comparison::GreaterOrEqual => number >= self.than,
            Comparison::Less => number < self.than,
            Comparison::LessOrEqual => number <= self.than,
        }
    }
}

impl Condition {
    /// Reads a condition as it was typed; `at` is where it stands in the request.
    pub(super) fn read(
        at: &str,
        (field, operator, value): (&str, &str, Option<&Json>),
        contacts: &Contacts,
        definitions: &[FieldDefinition],
    ) -> Result<Self, Fault> {
        let member = Member::named(&format!("{at}.field"), field, definitions)?;
        let (is_negated, plain) = match operator.strip_prefix("not_") {
            Some(plain) => (true, plain),
            None => (false, operator),
        };
        let value_at = format!("{at}.value");
        let mut key = None;
        let asks = match plain {
            "exists" => Asks::Exists,
            "eq" => {
                let mut texts = texts(&value_at, value)?;
                let is_one = texts.len() == 1;
                for text in &mut texts {
                    if let Some(read) = key_of(&member, text, contacts) {
                        *text = read.as_str().to_owned();
                        key = Some(read).filter(|_| is_one);
                    }
                }
                Asks::Equal(texts)
            }
            "contains" => {
                let mut texts = texts(&value_at, value)?;
                if matches!(member, Member::Phone) {
                    for text in &mut texts {
                        text.retain(|character| character == '+' || character.is_ascii_digit());
                    }
                }
                Asks::Holds(texts)
            }
            "range" if !is_negated => Asks::Within(range(&value_at, value)?),
            _ => match Comparison::named(operator) {
                Some(operator) => Asks::Within(vec![Bound {
                    operator,
                    than: number(&value_at, value)?,
                }]),
                None => return Err(Fault::field(&format!("{at}.operator"), OPERATORS)),
            },
        };
        Ok(Self {
            member,
            is_negated,
            asks,
            key: key.filter(|_| !is_negated),
        })
    }

    /// The key that a contact must list to meet it.
    pub(super) fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    pub(super) fn lets_through(&self, contact: &Contact) -> bool {
        let seen = self.member.of(contact);
        let is_met = match &self.asks {
            Asks::Exists => seen.is_there(),
            Asks::Equal(texts) => texts.iter().any(|text| equals(&seen, text)),
            Asks::Holds(texts) => match &seen {
                Seen::Texts(own) => own
                    .iter()
                    .any(|own| texts.iter().any(|text| own.contains(text.as_str()))),
                Seen::Moment(_) | Seen::Flag(_) => false,
            },
            Asks::Within(bounds) => numbers(&seen)
                .into_iter()
                .any(|number| bounds.iter().all(|bound| bound.lets_through(number))),
        };
        is_met != self.is_negated
    }
}

fn equals(seen: &Seen, text: &str) -> bool {
    match seen {
        Seen::Texts(own) => own.iter().any(|own| own == text),
        Seen::Flag(flag) => text.parse() == Ok(*flag),
        Seen::Moment(own) => {
            // A day is all of it.
            let length = if is_day(text) { DAY } else { 1 };
            let begin = moment(text);
            own.zip(begin)
                .is_some_and(|(own, begin)| own >= begin && own < begin.saturating_add(length))
        }
    }
}

fn numbers(seen: &Seen) -> Vec<f64> {
    match seen {
        Seen::Texts(own) => own.iter().filter_map(|own| own.parse().ok()).collect(),
        #[allow(
            clippy::cast_precision_loss,
            reason = "milliseconds fit for 285,000 years"
        )]
        Seen::Moment(own) => own.iter().map(|own| *own as f64).collect(),
        Seen::Flag(_) => Vec::new(),
    }
}

fn key_of(member: &Member, text: &str, contacts: &Contacts) -> Option<Key> {
    let reading = match member {
        Member::Email => contacts.read_email(text),
        Member::Phone => contacts.read_phone(text),
        Member::Own(_) | Member::Custom(_) => return None,
    };
    Some(reading.ok()?.key)
}

/// The texts that a value asks for: one, or several of which any will do.
fn texts(at: &str, value: Option<&Json>) -> Result<Vec<String>, Fault> {
    let lower = |value: &Json| {
        let text = value.text();
        let text = text.as_deref().unwrap_or(value.as_str());
        text.trim().to_lowercase()
    };
    let is_plain = |value: &&Json| !value.is_object() && !value.is_array() && !value.is_null();
    let refused = || Fault::field(at, "must be a string, a number, a boolean value or a list");
    let value = value.ok_or_else(refused)?;
    if !value.is_array() {
        return Some(value)
            .filter(is_plain)
            .map(|value| vec![lower(value)])
            .ok_or_else(refused);
    }
    let values: Vec<Json> = serde_json::from_str(value.as_str()).map_err(|_| refused())?;
    if values.len() > MOST_CONDITIONS {
        let reason = format!("must be {MOST_CONDITIONS} at most");
        return Err(Fault::field(at, reason));
    }
    match values.iter().all(|value| is_plain(&value)) {
        true => Ok(values.iter().map(lower).collect()),
        false => Err(refused()),
    }
}

fn range(at: &str, value: Option<&Json>) -> Result<Vec<Bound>, Fault> {
    let refused = || Fault::field(at, "must be an object with gt, gte, lt or lte");
    let body = Body::inside(at, value.ok_or_else(refused)?)?;
    let mut bounds = Vec::new();
    for name in ["gt", "gte", "lt", "lte"] {
        if let (Some(operator), Some(than)) = (Comparison::named(name), body.member(name)) {
            let than = number(&format!("{at}.{name}"), Some(than))?;
            bounds.push(Bound { operator, than });
        }
    }
    match bounds.is_empty() {
        true => Err(refused()),
        false => Ok(bounds),
    }
}

fn number(at: &str, value: Option<&Json>) -> Result<f64, Fault> {
    let read = value.and_then(|value| {
        let text = value.text();
        let text = text.as_deref().unwrap_or(value.as_str()).trim();
        #[allow(
            clippy::cast_precision_loss,
            reason = "milliseconds fit for 285,000 years"
        )]
        let moment = || moment(text).map(|moment| moment as f64);
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .or_else(moment)
    });
    read.ok_or_else(|| Fault::field(at, "must be a number or a date"))
}

/// Milliseconds, a moment of RFC 3339, or the beginning of a day in UTC.
fn moment(text: &str) -> Option<i64> {
    let written = text.to_uppercase();
    let read = || {
        written
            .parse::<Timestamp>()
            .or_else(|_| format!("{written}T00:00:00Z").parse())
    };
    let milliseconds = text.parse().ok();
    milliseconds.or_else(|| read().ok().map(Timestamp::as_milliseconds))
}

fn is_day(text: &str) -> bool {
    text.len() == "2026-05-28".len() && text.contains('-')
}
