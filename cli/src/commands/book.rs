//! `list` and `count`: contacts in the order of their creation, or as an address book.

use kinfold::{BookRequest, ContactFilter, ContactId, Contacts, SortBy};
use serde_json::json;

use crate::arguments::{FilterArguments, ListArguments};
use crate::failure::Failure;
use crate::output::{Output, counted, note};

/// Contacts that are read at a time.
const PAGE: usize = 1_000;

pub(crate) fn list(
    contacts: &Contacts,
    how: &ListArguments,
    output: &Output,
) -> Result<(), Failure> {
    let Some(request) = book_request(how) else {
        return by_creation(contacts, how.limit, how.after, output);
    };
    match how.page {
        true => page(contacts, &request, how, output),
        false => book(contacts, request, how.limit, output),
    }
}

fn by_creation(
    contacts: &Contacts,
    limit: Option<usize>,
    mut after: Option<ContactId>,
    output: &Output,
) -> Result<(), Failure> {
    let mut lines = output.lines();
    let mut left = limit.unwrap_or(usize::MAX);
    while left > 0 {
        let page = contacts.list(after, left.min(PAGE))?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        left -= page.len();
        for contact in &page {
            lines.write(contact)?;
        }
    }
    lines.finish()
}

/// What is asked of the address book, if something is.
fn book_request(how: &ListArguments) -> Option<BookRequest> {
    let filter = filter(&how.filter);
    let is_plain = how.sort.is_none() && how.cursor.is_none() && !how.descending && !how.page;
    if is_plain && filter == ContactFilter::new() {
        return None;
    }
    let request = BookRequest::new()
        .sort_by(how.sort.unwrap_or(SortBy::Created))
        .descending(how.descending)
        .language(how.language.clone().unwrap_or_default())
        .after(how.cursor.clone())
        .filter(filter);
    Some(request)
}

pub(super) fn filter(how: &FilterArguments) -> ContactFilter {
    let mut filter = ContactFilter::new().any_tag(&how.any_tag);
    for tag in &how.tag {
        filter = filter.tag(tag);
    }
    if let Some(company) = &how.company {
        filter = filter.company(company);
    }
    if let Some(city) = &how.city {
        filter = filter.city(city);
    }
    if let Some(source) = &how.source {
        filter = filter.source(source);
    }
    if let Some(user) = &how.assigned_to {
        filter = filter.assigned_to(user);
    }
    if let Some(moment) = how.changed_since {
        filter = filter.changed_since(moment);
    }
    if how.has_email {
        filter = filter.has_email(true);
    }
    if how.has_phone {
        filter = filter.has_phone(true);
    }
    filter
}

/// One page as one value.
fn page(
    contacts: &Contacts,
    request: &BookRequest,
    how: &ListArguments,
    output: &Output,
) -> Result<(), Failure> {
    let request = match how.limit {
        Some(limit) => request.clone().limit(limit),
        None => request.clone(),
    };
    let page = contacts.address_book(&request)?;
    let mut lines = output.lines();
    lines.write(&page)?;
    lines.finish()
}

/// The contacts as JSON Lines; where a limit ends them, how many there are and how to go on
/// is said on stderr.
fn book(
    contacts: &Contacts,
    mut request: BookRequest,
    limit: Option<usize>,
    output: &Output,
) -> Result<(), Failure> {
    let mut lines = output.lines();
    let mut left = limit.unwrap_or(usize::MAX);
    while left > 0 {
        let page = contacts.address_book(&request.clone().limit(left.min(PAGE)))?;
        left -= page.contacts.len();
        for contact in &page.contacts {
            lines.write(contact)?;
        }
        let Some(next) = page.next else { break };
        if left == 0 {
            lines.flush()?;
            note(&format!(
                "{} in all; go on with --cursor {next}",
                page.total
            ));
        }
        request = request.after(next);
    }
    lines.finish()
}

pub(crate) fn count(
    contacts: &Contacts,
    how: &FilterArguments,
    output: &Output,
) -> Result<(), Failure> {
    let filter = filter(how);
    let count = match filter == ContactFilter::new() {
        true => contacts.count()?,
        false => contacts.count_matching(&filter)?,
    };
    output.result(&json!({ "count": count }), || counted(count, "contact"))
}
