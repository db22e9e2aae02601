//! The list of a location's contacts, page by page.

use serde::Serialize;

use super::answer::ContactAnswer;
use super::search::{answers, found_by, given, number_in, number_within};
use super::{GoHighLevel, contact_id};
use crate::contact::{Contact, ContactId};
use crate::engine::Contacts;
use crate::error::Error;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::says_nothing_of_the_person;

/// The most contacts of one page, and how many they are unless said otherwise.
const MOST: usize = 100;
const USUAL: usize = 20;

/// The query of `GET /contacts/`.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct ListRequest {
    pub location_id: Option<String>,
    pub query: Option<String>,
    pub limit: Option<String>,
    /// When the last contact of the page before was added, in milliseconds since 1970. Several
    /// may have been added at that moment, so it does not go without `start_after_id`, which
    /// alone says where to go on.
    pub start_after: Option<String>,
    /// The last contact of the page before.
    pub start_after_id: Option<String>,
}

/// `{contacts,count,meta}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::ListedContacts))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct ListedContacts {
    pub contacts: Vec<ContactAnswer>,
    /// How many there are in all.
    pub count: u64,
    pub meta: ListMeta,
}

/// Where a page ends, and where the next one begins; null where there is none.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the document")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::ListMeta))]
pub struct ListMeta {
    pub total: u64,
    pub next_page_url: Option<String>,
    pub start_after_id: Option<String>,
    pub start_after: Option<i64>,
    pub current_page: u64,
    pub next_page: Option<u64>,
    pub prev_page: Option<u64>,
}

/// A page, and what is around it.
struct Page {
    contacts: Vec<Contact>,
    before: u64,
    total: u64,
}

says_nothing_of_the_person!(ListRequest);

impl GoHighLevel<'_> {
    /// `GET /contacts/`: in the order of their creation, with a query as well.
    ///
    /// A next page begins behind the contact at which this one ended, also when contacts have
    /// come, changed or gone since.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] for a limit out of bounds, for a contact to start after that never was
    /// there, and for a moment to start after that comes without a contact.
    pub fn list(&self, request: &ListRequest) -> Result<Reply, Fault> {
        let contacts = self.contacts(given(&request.location_id))?;
        let limit = number_in("limit", &request.limit)?;
        let limit = number_within("limit", limit, USUAL, MOST)?;
        let moment = number_in("startAfter", &request.start_after)?;
        let after = match (given(&request.start_after_id), moment) {
            (Some(id), _) => Some(contact_id(id).map_err(|_| unknown())?),
            (None, Some(_)) => {
                let reason = "is needed beside startAfter: more than one contact may have been \
                              added at that moment";
                return Err(Fault::field("startAfterId", reason));
            }
            (None, None) => None,
        };
        let passed = count_up_to(&contacts, after)?;
        let page = match given(&request.query) {
            Some(query) => page_of_query(found_by(&contacts, query)?, after, limit),
            None => Page {
                contacts: contacts.list(after, limit)?,
                before: passed,
                total: contacts.count()?,
            },
        };
        let meta = self.meta(request, &page, limit, contacts.scope().location());
        Ok(Reply::new(
            200,
            &ListedContacts {
                contacts: answers(&page.contacts, &contacts.fields()?),
                count: page.total,
                meta,
            },
        ))
    }

    fn meta(
        &self,
        request: &ListRequest,
        page: &Page,
        limit: usize,
        location: Option<&str>,
    ) -> ListMeta {
        let size = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        let shown = u64::try_from(page.contacts.len()).unwrap_or(u64::MAX);
        let has_next = page.before.saturating_add(shown) < page.total && shown > 0;
        let current_page = page.before.div_ceil(size).saturating_add(1);
        let last = page.contacts.last();
        let start_after_id = last.map(|contact| contact.id.to_string());
        let start_after = last.map(|contact| contact.created_at.as_milliseconds());
        let next = start_after_id.as_deref().zip(start_after);
        let next_page_url = next.filter(|_| has_next).map(|(id, moment)| {
            let moment = moment.to_string();
            let limit = limit.to_string();
            let mut url = format!("{}/contacts/", self.address);
            let members = [
                ("locationId", location),
                ("query", given(&request.query)),
                ("limit", Some(limit.as_str())),
                ("startAfter", Some(moment.as_str())),
                ("startAfterId", Some(id)),
            ];
            let given = members
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)));
            for (place, (name, value)) in given.enumerate() {
                url.push(if place == 0 { '?' } else { '&' });
                url.push_str(name);
                url.push('=');
                encode(&mut url, value);
            }
            url
        });
        ListMeta {
            total: page.total,
            next_page_url,
            start_after_id,
            start_after,
            current_page,
            next_page: has_next.then(|| current_page.saturating_add(1)),
            prev_page: (current_page > 1).then(|| current_page - 1),
        }
    }
}

fn unknown() -> Fault {
    Fault::field("startAfterId", "names no contact of this location")
}

/// How many contacts come up to the one to start after, which may have gone since.
fn count_up_to(contacts: &Contacts, after: Option<ContactId>) -> Result<u64, Fault> {
    match after.map(|id| contacts.count_up_to(id)) {
        None => Ok(0),
        Some(Err(Error::NotFound(_))) => Err(unknown()),
        Some(count) => Ok(count?),
    }
}

/// A page of those whom a query finds. How good a hit is changes with the contact, and would put
/// it on another page than before; its id does not.
fn page_of_query(mut found: Vec<Contact>, after: Option<ContactId>, limit: usize) -> Page {
    found.sort_unstable_by_key(|contact| contact.id);
    let before = found.partition_point(|contact| after.is_some_and(|after| contact.id <= after));
    let total = found.len();
    Page {
        contacts: found.into_iter().skip(before).take(limit).collect(),
        before: u64::try_from(before).unwrap_or(u64::MAX),
        total: u64::try_from(total).unwrap_or(u64::MAX),
    }
}

/// A value as it stands in an address (RFC 3986, section 2).
fn encode(url: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => url.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
}
