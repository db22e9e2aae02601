//! The filters of a search.

use super::body::Body;
use super::condition::Condition;
use crate::contact::{Contact, FieldDefinition, Json};
use crate::engine::Contacts;
use crate::ident::Key;
use crate::wire::fault::Fault;
use crate::wire::says_nothing_of_the_person;

/// Which contacts a search lets through. The filters of a request are one group, of which
/// all must be met.
#[derive(Clone, PartialEq, Eq)]
pub enum Filter {
    /// `{"group":"AND","filters":[…]}`.
    All(Vec<Filter>),
    /// `{"group":"OR","filters":[…]}`.
    Any(Vec<Filter>),
    /// `{"field":…,"operator":…,"value":…}`.
    Where {
        /// A member of the contact: `email`, `tags`, `customFields.ID`, …
        field: String,
        /// `eq`, `not_eq`, `contains`, `not_contains`, `exists`, `not_exists`, `gt`, `gte`,
        /// `lt`, `lte` or `range`.
        operator: String,
        /// What it is compared with; a list means any of it.
        value: Option<Json>,
    },
}

says_nothing_of_the_person!(Filter);

impl Filter {
    pub(super) fn read_all(at: &str, filters: &[Json]) -> Result<Vec<Self>, Fault> {
        let numbered = filters.iter().enumerate();
        numbered
            .map(|(place, filter)| Self::read(&format!("{at}.{place}"), filter))
            .collect()
    }

    fn read(at: &str, filter: &Json) -> Result<Self, Fault> {
        let body = Body::inside(at, filter)?;
        let Some(group) = body.maybe_text("group")? else {
            return Ok(Self::Where {
                field: body.needed_text("field")?,
                operator: body.needed_text("operator")?,
                value: body.member("value").cloned(),
            });
        };
        let filters = body.list("filters")?;
        let filters = filters.value().map_or(&[][..], Vec::as_slice);
        let filters = Self::read_all(&format!("{at}.filters"), filters)?;
        match group.to_uppercase().as_str() {
            "AND" => Ok(Self::All(filters)),
            "OR" => Ok(Self::Any(filters)),
            _ => Err(Fault::field(&format!("{at}.group"), "must be AND or OR")),
        }
    }

    /// How many conditions it has.
    pub(super) fn conditions(&self) -> usize {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().map(Self::conditions).sum(),
            Self::Where { .. } => 1,
        }
    }

    /// The filter, ready to be held against contacts.
    pub(super) fn test(
        &self,
        at: &str,
        contacts: &Contacts,
        definitions: &[FieldDefinition],
    ) -> Result<Test, Fault> {
        let all = |filters: &[Self]| -> Result<Vec<Test>, Fault> {
            let numbered = filters.iter().enumerate();
            numbered
                .map(|(place, filter)| filter.test(&format!("{at}.{place}"), contacts, definitions))
                .collect()
        };
        Ok(match self {
            Self::All(filters) => Test::All(all(filters)?),
            Self::Any(filters) => Test::Any(all(filters)?),
            Self::Where {
                field,
                operator,
                value,
            } => {
                let typed = (field.as_str(), operator.as_str(), value.as_ref());
                Test::Where(Condition::read(at, typed, contacts, definitions)?)
            }
        })
    }
}

/// A filter that was read.
pub(super) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Where(Condition),
}

impl Test {
    pub(super) fn lets_through(&self, contact: &Contact) -> bool {
        match self {
            Self::All(tests) => tests.iter().all(|test| test.lets_through(contact)),
            // An empty group asks for nothing.
            Self::Any(tests) => {
                tests.is_empty() || tests.iter().any(|test| test.lets_through(contact))
            }
            Self::Where(condition) => condition.lets_through(contact),
        }
    }

    /// A key that every contact lists that is let through: who lists it is looked up.
    pub(super) fn key(&self) -> Option<&Key> {
        match self {
            Self::All(tests) => tests.iter().find_map(Self::key),
            Self::Any(tests) => match tests.as_slice() {
                [test] => test.key(),
                _ => None,
            },
            Self::Where(condition) => condition.key(),
        }
    }

    pub(super) fn asks_for_nothing(&self) -> bool {
        match self {
            Self::All(tests) => tests.iter().all(Self::asks_for_nothing),
            Self::Any(tests) => tests.is_empty(),
            Self::Where(_) => false,
        }
    }
}
