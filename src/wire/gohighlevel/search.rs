//! Finding contacts: by an identifier, by name, by filters.

use serde::Serialize;

use super::GoHighLevel;
use super::answer::ContactAnswer;
use super::body::Body;
use super::filter::Filter;
use super::sort::{Sort, SortMember, SortedBy, compare};
use crate::contact::{Contact, FieldDefinition};
use crate::engine::Contacts;
use crate::error::Error;
use crate::ident::Key;
use crate::wire::fault::Fault;
use crate::wire::query;
use crate::wire::reply::Reply;
use crate::wire::says_nothing_of_the_person;

/// The farthest that pages of a search reach, and the most hits of a query that are counted.
pub(super) const FARTHEST: usize = 10_000;
/// The most contacts of one page of a search, and how many they are unless said otherwise.
pub(super) const MOST: usize = 500;
const USUAL: usize = 20;
/// The most conditions of one search, and of values that one of them asks for.
pub(super) const MOST_CONDITIONS: usize = 100;

/// The query of `GET /contacts/search/duplicate`.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct DuplicateRequest {
    pub location_id: Option<String>,
    pub email: Option<String>,
    pub number: Option<String>,
}

/// The query of `GET /contacts/search`: by email, else by phone, which may also be called
/// `number`, else by name.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct FindRequest {
    pub location_id: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub number: Option<String>,
    pub query: Option<String>,
}

/// `{locationId,page,pageLimit,query,filters,sort}`.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct SearchBody {
    pub location_id: Option<String>,
    /// From 1.
    pub page: Option<i64>,
    pub page_limit: Option<i64>,
    pub query: Option<String>,
    /// All must be met.
    pub filters: Vec<Filter>,
    pub sort: Vec<SortMember>,
}

says_nothing_of_the_person!(DuplicateRequest, FindRequest, SearchBody);

impl SearchBody {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] for a member of another type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let body = Body::read(json)?;
        let filters = body.list("filters")?;
        let sort = body.list("sort")?;
        let within = |field: &str, number: usize, most: usize| match number <= most {
            true => Ok(()),
            false => Err(Fault::field(field, format!("must be {most} at most"))),
        };
        let filters = match filters.value() {
            Some(filters) => Filter::read_all("filters", filters)?,
            None => Vec::new(),
        };
        // Each of them is held against every contact.
        let conditions = filters.iter().map(Filter::conditions).sum();
        within("filters", conditions, MOST_CONDITIONS)?;
        within("sort", sort.value().map_or(0, Vec::len), MOST_CONDITIONS)?;
        Ok(Self {
            location_id: body.maybe_text("locationId")?,
            page: body.number("page")?,
            page_limit: body.number("pageLimit")?,
            query: body.maybe_text("query")?,
            filters,
            sort: match sort.value() {
                Some(sort) => SortMember::read_all(sort)?,
                None => Vec::new(),
            },
        })
    }
}

/// `{contact}`, null where there is none.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::DuplicateContact))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct DuplicateContact {
    pub contact: Option<ContactAnswer>,
}

/// `{contacts}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::FoundContacts))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct FoundContacts {
    pub contacts: Vec<ContactAnswer>,
}

/// `{contacts,total}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::SearchedContacts))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct SearchedContacts {
    pub contacts: Vec<ContactAnswer>,
    pub total: usize,
}

impl GoHighLevel<'_> {
    /// `GET /contacts/search/duplicate`: who holds the email, or else the phone.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] without either, and for one that can't be read.
    pub fn duplicate(&self, request: &DuplicateRequest) -> Result<Reply, Fault> {
        let contacts = self.contacts(given(&request.location_id))?;
        let email = given(&request.email);
        let number = given(&request.number);
        if email.or(number).is_none() {
            return Err(Fault::field("email or number", "one of them must be given"));
        }
        let mut found = None;
        if let Some(email) = email {
            found = contacts.find(&contacts.read_email(email)?.key)?;
        }
        if let (None, Some(number)) = (&found, number) {
            found = contacts.find(&phone_in(&contacts, "number", number)?)?;
        }
        let definitions = contacts.fields()?;
        let contact = found.map(|contact| ContactAnswer::of(&contact, &definitions));
        Ok(Reply::new(200, &DuplicateContact { contact }))
    }

    /// `GET /contacts/search`: everybody who has the email, who holds it first; else those
    /// with the phone, else those whom the query finds.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] if none of them is given, and for one that can't be read.
    pub fn find(&self, request: &FindRequest) -> Result<Reply, Fault> {
        let contacts = self.contacts(given(&request.location_id))?;
        let named = |name, phone| Some((name, given(phone)?));
        let phone = named("phone", &request.phone).or_else(|| named("number", &request.number));
        let found = if let Some(email) = given(&request.email) {
            contacts.line(&contacts.read_email(email)?.key)?
        } else if let Some((name, phone)) = phone {
            contacts.line(&phone_in(&contacts, name, phone)?)?
        } else if let Some(query) = given(&request.query) {
            let mut found = found_by(&contacts, query)?;
            found.truncate(USUAL);
            found
        } else {
            return Err(Fault::field("email", "should not be empty"));
        };
        let contacts = answers(&found, &contacts.fields()?);
        Ok(Reply::new(200, &FoundContacts { contacts }))
    }

    /// `POST /contacts/search`: those who meet the filters, and of whom the query says
    /// something. Without a `sort` they stand in the order of their creation, those of a query
    /// best first.
    ///
    /// A filter on one email or one phone is looked up; all others look at every contact of
    /// the location.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] for a page out of reach, and for filters and members that are none.
    pub fn search(&self, request: &SearchBody) -> Result<Reply, Fault> {
        let contacts = self.contacts(given(&request.location_id))?;
        let definitions = contacts.fields()?;
        let limit = number_within("pageLimit", request.page_limit, USUAL, MOST)?;
        let page = number_within("page", request.page, 1, FARTHEST)?;
        let skip = (page - 1).saturating_mul(limit);
        if skip.saturating_add(limit) > FARTHEST {
            let reason = format!("goes beyond {FARTHEST} contacts; narrow the search");
            return Err(Fault::field("page", reason));
        }
        let test = Filter::All(request.filters.clone());
        let test = test.test("filters", &contacts, &definitions)?;
        let sort = Sort::read(&request.sort, &definitions)?;
        let mut selection = Selection::of_a_page(skip, limit);
        let mut offer = |contact: Contact| {
            if test.lets_through(&contact) {
                let by = sort.of(&contact);
                selection.offer(contact, by);
            }
        };
        match (given(&request.query), test.key()) {
            (Some(query), _) => found_by(&contacts, query)?.into_iter().for_each(offer),
            (None, Some(key)) => contacts.line(key)?.into_iter().for_each(offer),
            (None, None) if test.asks_for_nothing() && sort.is_empty() => {
                return first(&contacts, skip, limit, &definitions);
            }
            (None, None) => contacts.for_each(|contact| {
                offer(contact);
                Ok(())
            })?,
        }
        let (found, total) = selection.page();
        let contacts = answers(&found, &definitions);
        Ok(Reply::new(200, &SearchedContacts { contacts, total }))
    }
}

/// A page of all contacts, for who asks for no others.
fn first(
    contacts: &Contacts,
    skip: usize,
    limit: usize,
    definitions: &[FieldDefinition],
) -> Result<Reply, Fault> {
    let mut found = contacts.list(None, skip + limit)?;
    let found = found.split_off(skip.min(found.len()));
    let total = usize::try_from(contacts.count()?).unwrap_or(usize::MAX);
    let contacts = answers(&found, definitions);
    Ok(Reply::new(200, &SearchedContacts { contacts, total }))
}

pub(super) fn answers(contacts: &[Contact], definitions: &[FieldDefinition]) -> Vec<ContactAnswer> {
    let each = contacts.iter();
    each.map(|contact| ContactAnswer::of(contact, definitions))
        .collect()
}

/// Whom a query finds, the best first: [`FARTHEST`] of them at most.
#[cfg(feature = "search")]
pub(super) fn found_by(contacts: &Contacts, query: &str) -> Result<Vec<Contact>, Fault> {
    use crate::engine::SearchRequest;

    let mut found = Vec::new();
    let mut after = None;
    loop {
        let request = SearchRequest::new(query)
            .limit(SearchRequest::MOST)
            .after(after);
        let page = contacts.search(&request)?;
        found.extend(page.hits.into_iter().map(|hit| hit.contact));
        after = page.next;
        if after.is_none() || found.len() >= FARTHEST {
            found.truncate(FARTHEST);
            return Ok(found);
        }
    }
}

#[cfg(not(feature = "search"))]
pub(super) fn found_by(_: &Contacts, _: &str) -> Result<Vec<Contact>, Fault> {
    Err(Fault::Unsupported("Searches by name"))
}

pub(super) fn given(text: &Option<String>) -> Option<&str> {
    let text = text.as_deref();
    text.filter(|text| !text.trim().is_empty())
}

/// A phone in an address. What is refused has the name that it has there.
fn phone_in(contacts: &Contacts, name: &str, phone: &str) -> Result<Key, Fault> {
    match contacts.read_phone(&query::phone(phone)) {
        Ok(reading) => Ok(reading.key),
        Err(Error::InvalidIdentifier(refused)) => Err(Fault::field(name, refused.reason)),
        Err(error) => Err(error.into()),
    }
}

/// A number from 1 on, which may be written as a text.
pub(super) fn number_within(
    field: &str,
    number: Option<i64>,
    usual: usize,
    most: usize,
) -> Result<usize, Fault> {
    let Some(number) = number else {
        return Ok(usual);
    };
    let number = usize::try_from(number).ok();
    let within = number.filter(|number| (1..=most).contains(number));
    within.ok_or_else(|| Fault::field(field, format!("must be from 1 to {most}")))
}

/// A number of an address.
pub(super) fn number_in(field: &str, text: &Option<String>) -> Result<Option<i64>, Fault> {
    let Some(text) = given(text) else {
        return Ok(None);
    };
    let number = text.trim().parse().ok();
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(Fault::field(field, "must be an integer number")),
    }
}

/// One page of contacts that come in any number and order: no more of them are kept than the
/// page needs.
pub(super) struct Selection {
    skip: usize,
    most: usize,
    total: usize,
    kept: Vec<(SortedBy, usize, Contact)>,
}

impl Selection {
    pub(super) fn of_a_page(skip: usize, limit: usize) -> Self {
        Self {
            skip,
            most: skip.saturating_add(limit),
            total: 0,
            kept: Vec::new(),
        }
    }

    pub(super) fn offer(&mut self, contact: Contact, by: SortedBy) {
        let place = self.total;
        self.total += 1;
        // Without an order the first ones are the page.
        if by.is_empty() && place >= self.most {
            return;
        }
        self.kept.push((by, place, contact));
        if self.kept.len() >= self.most.saturating_mul(2).max(1_024) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        let order = |one: &(SortedBy, usize, Contact), other: &(SortedBy, usize, Contact)| {
            compare(&one.0, &other.0).then(one.1.cmp(&other.1))
        };
        self.kept.sort_by(order);
        self.kept.truncate(self.most);
    }

    /// The page, and how many were offered.
    pub(super) fn page(mut self) -> (Vec<Contact>, usize) {
        self.settle();
        let page = self.kept.into_iter().skip(self.skip);
        (page.map(|(_, _, contact)| contact).collect(), self.total)
    }
}
