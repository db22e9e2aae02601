//! Which contacts are in a list.

use std::fmt;

use crate::clock::Timestamp;
use crate::contact::Contact;
use crate::contact::refused::Refused;
use crate::ident::Kind;

/// Which contacts are in a list, or are counted: those that meet all of it. Without any
/// condition it is every contact.
///
/// Texts are compared whole, without regard to case and to spaces around them; to find a
/// part of a name is what a search is for.
///
/// ```
/// use kinfold::{ContactFilter, Draft, Kinfold, Scope, TextField};
///
/// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
/// contacts.resolve(Draft::new().email("ana@example.com").tag("lead").tag("Madrid"))?;
/// contacts.resolve(Draft::new().phone("+14155550101").tag("lead"))?;
///
/// let leads = ContactFilter::new().tag("Lead");
/// assert_eq!(contacts.count_matching(&leads)?, 2);
/// assert_eq!(contacts.count_matching(&leads.clone().tag("madrid"))?, 1);
/// assert_eq!(contacts.count_matching(&leads.has_email(false))?, 1);
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ContactFilter {
    tags: Vec<String>,
    any_tags: Vec<String>,
    company: Option<String>,
    city: Option<String>,
    source: Option<String>,
    assigned_to: Option<String>,
    changed_since: Option<Timestamp>,
    has_email: Option<bool>,
    has_phone: Option<bool>,
}

impl ContactFilter {
    /// Every contact.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those with this tag. Called again, those that have all of the tags.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Those with one at least of these tags.
    #[must_use]
    pub fn any_tag(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.any_tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Those who work for this company.
    #[must_use]
    pub fn company(mut self, company: impl Into<String>) -> Self {
        self.company = Some(company.into());
        self
    }

    /// Those whose address is in this city.
    #[must_use]
    pub fn city(mut self, city: impl Into<String>) -> Self {
        self.city = Some(city.into());
        self
    }

    /// Those who came from here.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Those whom this user looks after.
    #[must_use]
    pub fn assigned_to(mut self, user: impl Into<String>) -> Self {
        self.assigned_to = Some(user.into());
        self
    }

    /// Those that changed at this moment or later.
    #[must_use]
    pub fn changed_since(mut self, moment: Timestamp) -> Self {
        self.changed_since = Some(moment);
        self
    }

    /// Those that list an email, held or not; with `false` those that list none.
    #[must_use]
    pub fn has_email(mut self, has: bool) -> Self {
        self.has_email = Some(has);
        self
    }

    /// Those that list a phone, held or not; with `false` those that list none.
    #[must_use]
    pub fn has_phone(mut self, has: bool) -> Self {
        self.has_phone = Some(has);
        self
    }
}

impl fmt::Debug for ContactFilter {
    /// Says nothing of the persons it looks for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactFilter").finish_non_exhaustive()
    }
}

/// What a filter looks at, of one contact.
#[derive(Default)]
pub(crate) struct Looked<'a> {
    pub(crate) tags: Vec<String>,
    pub(crate) company: Option<&'a str>,
    pub(crate) city: Option<&'a str>,
    pub(crate) source: Option<&'a str>,
    pub(crate) assigned_to: Option<&'a str>,
}

/// A filter, ready to be held against contacts. Equal ones let the same contacts through.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Matcher {
    tags: Vec<String>,
    any_tags: Vec<String>,
    company: Option<String>,
    city: Option<String>,
    source: Option<String>,
    assigned_to: Option<String>,
    pub(crate) changed_since: Option<Timestamp>,
    pub(crate) has_email: Option<bool>,
    pub(crate) has_phone: Option<bool>,
}

impl Matcher {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// Names the condition that nobody could meet because it is empty.
    pub(crate) fn read(filter: &ContactFilter) -> Result<Self, Refused> {
        let one = |field: &str, text: &Option<String>| {
            text.as_ref().map(|text| folded(field, text)).transpose()
        };
        let all = |tags: &[String]| -> Result<Vec<String>, Refused> {
            let tags = tags.iter().map(|tag| folded("tag", tag));
            let mut tags = tags.collect::<Result<Vec<_>, _>>()?;
            tags.sort_unstable();
            tags.dedup();
            Ok(tags)
        };
        Ok(Self {
            tags: all(&filter.tags)?,
            any_tags: all(&filter.any_tags)?,
            company: one("company", &filter.company)?,
            city: one("city", &filter.city)?,
            source: one("source", &filter.source)?,
            assigned_to: one("assigned_to", &filter.assigned_to)?,
            changed_since: filter.changed_since,
            has_email: filter.has_email,
            has_phone: filter.has_phone,
        })
    }

    pub(crate) fn looks_at_tags(&self) -> bool {
        !self.tags.is_empty() || !self.any_tags.is_empty()
    }

    pub(crate) fn looks_at_company(&self) -> bool {
        self.company.is_some()
    }

    pub(crate) fn looks_at_city(&self) -> bool {
        self.city.is_some()
    }

    pub(crate) fn looks_at_source(&self) -> bool {
        self.source.is_some()
    }

    pub(crate) fn looks_at_assigned_to(&self) -> bool {
        self.assigned_to.is_some()
    }

    /// Whether a contact meets what the store does not look at itself.
    pub(crate) fn lets_through(&self, contact: &Looked<'_>) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| match (wanted, found) {
            (None, _) => true,
            (Some(wanted), Some(found)) => *wanted == compared(found),
            (Some(_), None) => false,
        };
        same(&self.company, contact.company)
            && same(&self.city, contact.city)
            && same(&self.source, contact.source)
            && same(&self.assigned_to, contact.assigned_to)
            && (!self.looks_at_tags() || self.tags_match(&contact.tags))
    }

    fn tags_match(&self, tags: &[String]) -> bool {
        let tags: Vec<String> = tags.iter().map(|tag| compared(tag)).collect();
        self.tags.iter().all(|wanted| tags.contains(wanted))
            && (self.any_tags.is_empty() || self.any_tags.iter().any(|one| tags.contains(one)))
    }
}

/// What an index of one's own can narrow by, and what it then has to ask of each contact.
#[allow(dead_code, reason = "a build may have no search")]
impl Matcher {
    /// The tags that a contact must have, all of them. These and the texts that follow are as
    /// [`compared`] makes them.
    pub(crate) fn tags(&self) -> &[String] {
        &self.tags
    }

    /// The tags of which a contact must have one, if there are any.
    pub(crate) fn any_tags(&self) -> &[String] {
        &self.any_tags
    }

    pub(crate) fn company(&self) -> Option<&str> {
        self.company.as_deref()
    }

    pub(crate) fn city(&self) -> Option<&str> {
        self.city.as_deref()
    }

    pub(crate) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    pub(crate) fn assigned_to(&self) -> Option<&str> {
        self.assigned_to.as_deref()
    }

    /// Whether a contact meets all of it, also what the store looks at where it makes a list.
    pub(crate) fn lets_through_contact(&self, contact: &Contact) -> bool {
        let fields = &contact.fields;
        let tags = match self.looks_at_tags() {
            true => fields.tags.clone(),
            false => Vec::new(),
        };
        let looked = Looked {
            tags,
            company: fields.company.as_deref(),
            city: fields.address.city.as_deref(),
            source: fields.source.as_deref(),
            assigned_to: fields.assigned_to.as_deref(),
        };
        let lists = |wanted: Option<bool>, kind: Kind| {
            let mut listed = contact.identifiers.iter();
            wanted.is_none_or(|wanted| wanted == listed.any(|one| one.key.kind() == kind))
        };
        self.changed_since
            .is_none_or(|moment| contact.updated_at >= moment)
            && lists(self.has_email, Kind::Email)
            && lists(self.has_phone, Kind::Phone)
            && self.lets_through(&looked)
    }
}

/// A text as it is compared: without regard to case and to spaces around it.
pub(crate) fn compared(text: &str) -> String {
    text.trim().to_lowercase()
}

fn folded(field: &str, text: &str) -> Result<String, Refused> {
    match compared(text) {
        folded if folded.is_empty() => Err(Refused::request(
            field,
            text.trim(),
            "it is empty; leave it out or name one",
        )),
        folded => Ok(folded),
    }
}
