//! The order of a search's answers.

use std::cmp::Ordering;

use super::body::Body;
use super::members::{Member, Seen};
use crate::contact::{Contact, FieldDefinition, Json};
use crate::wire::fault::Fault;

/// One of the members by which contacts are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortMember {
    /// The member: `dateAdded`, `firstNameLowerCase`, …
    pub field: String,
    /// The other way round. Who has no such member stays last.
    pub descending: bool,
}

impl SortMember {
    pub(super) fn read_all(members: &[Json]) -> Result<Vec<Self>, Fault> {
        let numbered = members.iter().enumerate();
        numbered
            .map(|(place, member)| {
                let at = format!("sort.{place}");
                let body = Body::inside(&at, member)?;
                let direction = body.maybe_text("direction")?.unwrap_or_default();
                let descending = match direction.to_lowercase().as_str() {
                    "" | "asc" => false,
                    "desc" => true,
                    _ => {
                        let reason = "must be asc or desc";
                        return Err(Fault::field(&format!("{at}.direction"), reason));
                    }
                };
                Ok(Self {
                    field: body.needed_text("field")?,
                    descending,
                })
            })
            .collect()
    }
}

/// By what contacts are sorted, ready to look at them.
pub(super) struct Sort(Vec<(Member, bool)>);

/// What one contact is sorted by.
pub(super) type SortedBy = Vec<(Option<SortValue>, bool)>;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortValue {
    Number(i64),
    Text(String),
}

impl Sort {
    pub(super) fn read(
        members: &[SortMember],
        definitions: &[FieldDefinition],
    ) -> Result<Self, Fault> {
        let numbered = members.iter().enumerate();
        let read = numbered.map(|(place, asked)| {
            let at = format!("sort.{place}.field");
            Ok((
                Member::named(&at, &asked.field, definitions)?,
                asked.descending,
            ))
        });
        read.collect::<Result<_, Fault>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(&self, contact: &Contact) -> SortedBy {
        let members = self.0.iter();
        members
            .map(|(member, descending)| {
                let value = match member.of(contact) {
                    Seen::Texts(texts) => texts.into_iter().next().map(SortValue::Text),
                    Seen::Moment(moment) => moment.map(SortValue::Number),
                    Seen::Flag(flag) => Some(SortValue::Number(flag.into())),
                };
                (value, *descending)
            })
            .collect()
    }
}

/// Which of two contacts comes first.
pub(super) fn compare(one: &SortedBy, other: &SortedBy) -> Ordering {
    let pairs = one.iter().zip(other);
    let each = pairs.map(|((one, descending), (other, _))| match (one, other) {
        (Some(one), Some(other)) if *descending => other.cmp(one),
        (Some(one), Some(other)) => one.cmp(other),
        // Who has none is last, in both directions.
        (one, other) => other.is_some().cmp(&one.is_some()),
    });
    each.fold(Ordering::Equal, Ordering::then)
}
