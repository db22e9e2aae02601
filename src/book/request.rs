//! What is asked of the address book, and what is answered.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::{BookCursor, ContactFilter, Language};
use crate::contact::Contact;
use crate::contact::refused::Refused;

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SortBy {
    /// The name as it is displayed: the full name, else given and family name.
    #[default]
    Name,
    /// The family name, then the given name; who has no family name stands under the name
    /// as it is displayed.
    Family,
    /// When it was created.
    Created,
    /// When it was last changed.
    Updated,
}

impl SortBy {
    /// The name in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Family => "family",
            Self::Created => "created",
            Self::Updated => "updated",
        }
    }
}

impl FromStr for SortBy {
    type Err = crate::error::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let all = [Self::Name, Self::Family, Self::Created, Self::Updated];
        let found = all.into_iter().find(|sort| sort.as_str() == name);
        let reason = "it must be name, family, created or updated";
        found.ok_or_else(|| Refused::request("sort", name, reason).into())
    }
}

/// A page of the address book: which contacts, in which order, from where on.
///
/// ```
/// use kinfold::{BookRequest, Draft, Kinfold, Scope, SortBy};
///
/// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
/// for (number, name) in ["Zoé", "Ñandú", "Nora", "Ángel"].into_iter().enumerate() {
///     let email = format!("{number}@example.com");
///     contacts.resolve(Draft::new().email(email).name(name))?;
/// }
/// let request = BookRequest::new().language("es".parse()?).limit(3);
/// let page = contacts.address_book(&request)?;
/// let names: Vec<_> = page.contacts.iter().filter_map(|one| one.fields.name.display()).collect();
/// assert_eq!(names, ["Ángel", "Nora", "Ñandú"]);
/// assert_eq!(page.total, 4);
///
/// let rest = contacts.address_book(&request.after(page.next))?;
/// assert_eq!(rest.contacts.len(), 1);
/// assert_eq!(rest.next, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BookRequest {
    pub(crate) sort: SortBy,
    pub(crate) descending: bool,
    pub(crate) language: Language,
    pub(crate) filter: ContactFilter,
    pub(crate) limit: usize,
    pub(crate) after: Option<BookCursor>,
}

impl Default for BookRequest {
    fn default() -> Self {
        Self {
            sort: SortBy::default(),
            descending: false,
            language: Language::default(),
            filter: ContactFilter::default(),
            limit: 100,
            after: None,
        }
    }
}

impl BookRequest {
    /// The most contacts of one page.
    pub const MOST: usize = 10_000;

    /// The first hundred contacts by name.
    pub fn new() -> Self {
        Self::default()
    }

    /// By what they are sorted. What is equal in that stands in the order of its creation.
    #[must_use]
    pub fn sort_by(mut self, sort: SortBy) -> Self {
        self.sort = sort;
        self
    }

    /// The other way round. Contacts without a name stay the last of those sorted by name.
    #[must_use]
    pub fn descending(mut self, descending: bool) -> Self {
        self.descending = descending;
        self
    }

    /// The language in whose order names stand.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Only those that meet a filter.
    #[must_use]
    pub fn filter(mut self, filter: ContactFilter) -> Self {
        self.filter = filter;
        self
    }

    /// At most so many: from 1 to [`MOST`](Self::MOST).
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Those behind a page, by its [`next`](BookPage::next).
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<BookCursor>>) -> Self {
        self.after = cursor.into();
        self
    }

    /// Whether it can be answered at all.
    pub(crate) fn check(&self) -> Result<(), Refused> {
        let most = Self::MOST;
        match self.limit {
            limit if (1..=most).contains(&limit) => Ok(()),
            limit => {
                let reason = format!("it must be from 1 to {most}");
                Err(Refused::request("limit", &limit.to_string(), reason))
            }
        }
    }
}

impl fmt::Debug for BookRequest {
    /// Says nothing of the persons it looks for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BookRequest")
            .field("sort", &self.sort)
            .field("descending", &self.descending)
            .field("language", &self.language)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// A page of the address book, all of one state of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BookPage {
    /// The contacts, in order.
    pub contacts: Vec<Contact>,
    /// How many contacts meet the filter, on all pages together.
    pub total: u64,
    /// Where the next page begins; none if this is the last.
    pub next: Option<BookCursor>,
}
