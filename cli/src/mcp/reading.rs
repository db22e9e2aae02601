//! The tools that only read.

use std::fmt;
use std::str::FromStr;

use kinfold::{
    Contact, ContactFilter, ContactId, Error, ReviewPair, SearchCursor, SearchRequest, Timestamp,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::Desk;
use super::answer::{Answer, Refusal, summary};
use super::given::{Given, missing};

/// The most hits or pairs of one answer.
pub(super) const MOST: usize = 50;
/// Hits of an answer, unless the call says how many.
const HITS: usize = 10;
/// Pairs of an answer, unless the call says how many.
const PAIRS: usize = 20;

pub(super) fn search(desk: &Desk, mut given: Given) -> Result<Answer, Refusal> {
    let query = given.text("query")?.ok_or_else(|| missing("query"))?;
    let mut filter = ContactFilter::new();
    for tag in given.texts("tags")? {
        filter = filter.tag(tag);
    }
    if let Some(company) = given.text("company")? {
        filter = filter.company(company);
    }
    if let Some(city) = given.text("city")? {
        filter = filter.city(city);
    }
    let cursor: Option<SearchCursor> = given.read("cursor")?;
    let request = SearchRequest::new(query)
        .filter(filter)
        .limit(given.limit(HITS, 1..=MOST)?)
        .after(cursor);
    let page = desk.to_read()?.search(&request)?;
    let hits: Vec<Value> = page
        .hits
        .iter()
        .map(|hit| {
            let matched = hit.matched.iter();
            let matched = matched.map(|part| json!({ "field": part.field, "text": part.text }));
            json!({
                "contact": summary(&hit.contact),
                "score": hit.score,
                "class": hit.class,
                "matched": matched.collect::<Vec<_>>(),
            })
        })
        .collect();
    Answer::of(&json!({ "hits": hits, "next": page.next }))
}

/// A contact in the order and to the digit in which the program prints it.
#[derive(Serialize)]
struct Shown {
    contact: Option<Contact>,
}

/// By the id, or by one identifier.
pub(super) fn get(desk: &Desk, mut given: Given) -> Result<Answer, Refusal> {
    let contacts = desk.to_read()?;
    let id: Option<ContactId> = given.read("id")?;
    let (phone, email) = (given.text("phone")?, given.text("email")?);
    let external_id = given.object("external_id")?;
    let many = [
        id.is_some(),
        phone.is_some(),
        email.is_some(),
        external_id.is_some(),
    ];
    if many.into_iter().filter(|is_given| *is_given).count() != 1 {
        let reason = "name one of id, phone, email and external_id";
        return Err(Error::invalid_request("id", "", reason).into());
    }
    if let Some(id) = id {
        let contact = contacts.get(id)?;
        return Answer::of(&Shown {
            contact: Some(contact),
        });
    }
    let reading = if let Some(phone) = phone {
        contacts.read_phone(&phone)?
    } else if let Some(email) = email {
        contacts.read_email(&email)?
    } else {
        let mut external_id = external_id.ok_or_else(|| missing("external_id"))?;
        let source = external_id.text("source")?;
        let value = external_id.text("value")?;
        let value = value.ok_or_else(|| missing("external_id.value"))?;
        contacts.read_external_id(source.as_deref().unwrap_or_default(), &value)?
    };
    let contact = contacts.find(&reading.key)?;
    Answer::of(&Shown { contact })
}

pub(super) fn review(desk: &Desk, mut given: Given) -> Result<Answer, Refusal> {
    let contacts = desk.to_read()?;
    let limit = given.limit(PAIRS, 1..=MOST)?;
    let with_later = given.flag("later")?;
    let after: Option<PairCursor> = given.read("cursor")?;
    let queue = contacts.review(with_later)?;
    let first = after.map_or(0, |cursor| cursor.place_behind(&queue));
    let mut rest = queue.into_iter().skip(first);
    let mut pairs = Vec::new();
    let mut last = None;
    for pair in rest.by_ref().take(limit) {
        last = Some(PairCursor::of(&pair));
        let (a, b) = (contacts.get(pair.a)?, contacts.get(pair.b)?);
        pairs.push(json!({
            "a": summary(&a),
            "b": summary(&b),
            "reason": pair.reason,
            "keys": pair.keys,
            "since": pair.since,
            "later": pair.later,
        }));
    }
    let next = last.filter(|_| rest.next().is_some());
    let next = next.map(|cursor| cursor.to_string());
    Answer::of(&json!({ "pairs": pairs, "next": next }))
}

/// The pair that ended a page.
struct PairCursor {
    since: i64,
    a: ContactId,
    b: ContactId,
}

impl PairCursor {
    fn of(pair: &ReviewPair) -> Self {
        Self {
            since: pair.since.as_milliseconds(),
            a: pair.a,
            b: pair.b,
        }
    }

    /// Where a queue goes on. If the pair left it meanwhile, pairs of the same moment may come
    /// twice, and none is left out.
    fn place_behind(&self, queue: &[ReviewPair]) -> usize {
        let is_it = |pair: &ReviewPair| (pair.a, pair.b) == (self.a, self.b);
        match queue.iter().position(is_it) {
            Some(place) => place + 1,
            None => {
                let since = Timestamp::from_milliseconds(self.since);
                let later = queue.iter().position(|pair| pair.since >= since);
                later.unwrap_or(queue.len())
            }
        }
    }
}

impl fmt::Display for PairCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.since, self.a, self.b)
    }
}

impl FromStr for PairCursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const REFUSED: &str = "it is not a cursor of this list";
        let mut parts = text.split('.');
        let (Some(since), Some(a), Some(b), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(REFUSED);
        };
        Ok(Self {
            since: since.parse().map_err(|_| REFUSED)?,
            a: a.parse().map_err(|_| REFUSED)?,
            b: b.parse().map_err(|_| REFUSED)?,
        })
    }
}
