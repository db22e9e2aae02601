//! What is asked of a search, and what is answered.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::candidates::Candidate;
use super::matching::{MatchClass, MatchedPart, Place, Rank};
use crate::book::{ContactFilter, InvalidCursor};
use crate::contact::Contact;
use crate::contact::refused::Refused;
use crate::scope::Scope;

/// A search: what is looked for, among which contacts, how many hits, from where on.
///
/// The query is text and has no syntax. Every word of it must be the beginning of a word of
/// the contact's name, in any order, whatever the case, accents and width of letters. Names in
/// other scripts are found by themselves and by their transliteration; nicknames find the
/// names that they stand for, and words of four letters and more are found with one typing
/// error, of eight and more with two. Words of the company and of emails are found as well,
/// and a phone by its last digits, three at least.
///
/// Exact hits come first, then beginnings of words, nicknames, and typing errors; in each of
/// them whole names before parts of names before all else, and of equal hits the contact that
/// changed last. The first 32 words of a query are looked for.
///
/// ```
/// use kinfold::{Draft, Kinfold, Scope, SearchRequest};
///
/// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
/// for (name, email) in [("José Ortega", "jose@example.com"), ("Robert O'Brien", "bob@example.com")] {
///     contacts.resolve(Draft::new().email(email).name(name))?;
/// }
/// let found = |query: &str| -> Result<Vec<_>, kinfold::Error> {
///     let page = contacts.search(&SearchRequest::new(query))?;
///     Ok(page.hits.iter().filter_map(|hit| hit.contact.fields.name.display()).collect())
/// };
/// assert_eq!(found("jose o")?, ["José Ortega"]);
/// assert_eq!(found("obrien")?, ["Robert O'Brien"]);
/// assert_eq!(found("Robret")?, ["Robert O'Brien"]);
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SearchRequest {
    pub(crate) query: String,
    pub(crate) filter: ContactFilter,
    pub(crate) limit: usize,
    pub(crate) after: Option<SearchCursor>,
}

impl SearchRequest {
    /// The most hits of one page.
    pub const MOST: usize = 1_000;

    /// The ten best hits for a query.
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            filter: ContactFilter::default(),
            limit: 10,
            after: None,
        }
    }

    /// Only contacts that meet a filter.
    #[must_use]
    pub fn filter(mut self, filter: ContactFilter) -> Self {
        self.filter = filter;
        self
    }

    /// At most so many hits: from 1 to [`MOST`](Self::MOST).
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Those behind a page, by its [`next`](SearchPage::next).
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<SearchCursor>>) -> Self {
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

impl fmt::Debug for SearchRequest {
    /// Says nothing of the persons it looks for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchRequest")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// One hit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SearchHit {
    /// Who was found.
    pub contact: Contact,
    /// How good a hit it is: 1 for a whole name, less for all that ranks behind. It says
    /// nothing else, and is no probability.
    pub score: f64,
    /// How the query was met.
    pub class: MatchClass,
    /// What of the contact met it, to be highlighted.
    pub matched: Vec<MatchedPart>,
}

/// A page of hits, all of one state of the store.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SearchPage {
    /// The best first.
    pub hits: Vec<SearchHit>,
    /// Where the next page begins; none, and not in JSON, if this is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<SearchCursor>,
}

/// How good a hit of a rank is.
pub(crate) fn score(rank: Rank) -> f64 {
    // In hundredths, so that it is printed as it is meant.
    let class = match rank.class {
        MatchClass::Exact => 100_u8,
        MatchClass::Prefix => 80,
        MatchClass::Nickname => 60,
        MatchClass::Typo => 40,
    };
    let place = match rank.place {
        Place::WholeName => 0,
        Place::PartOfName => 5,
        Place::Elsewhere => 10,
    };
    f64::from(class - place) / 100.0
}

/// Where a page of hits ended. A next page begins right behind, also when contacts have come
/// or gone since; a contact that changed meanwhile may move before it or behind it.
///
/// It is valid for the same store, scope and query; everywhere else it is refused. It holds
/// nothing of a contact, and may stand in an address or a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SearchCursor([u8; CURSOR]);

const DIGEST: usize = 16;
const POSITION: usize = 2 + 8 + 8;
const CURSOR: usize = DIGEST + POSITION;

/// Another form of what is in a cursor gets another name.
const FORM: &[u8] = b"kinfold search cursor 1";

const CLASSES: [MatchClass; 4] = [
    MatchClass::Exact,
    MatchClass::Prefix,
    MatchClass::Nickname,
    MatchClass::Typo,
];
const PLACES: [Place; 3] = [Place::WholeName, Place::PartOfName, Place::Elsewhere];

impl SearchCursor {
    pub(crate) fn of(last: &Candidate, seal: &SearchSeal) -> Self {
        let place_in = |found: Option<usize>| found.and_then(|at| u8::try_from(at).ok());
        let class = place_in(CLASSES.iter().position(|one| *one == last.rank.class));
        let place = place_in(PLACES.iter().position(|one| *one == last.rank.place));
        let mut plain = vec![class.unwrap_or_default(), place.unwrap_or_default()];
        plain.extend(last.change.to_be_bytes());
        plain.extend(last.row.to_be_bytes());
        let mut bytes = seal.digest(&plain).to_vec();
        bytes.append(&mut plain);
        Self(bytes.try_into().unwrap_or([0; CURSOR]))
    }

    /// The hit behind which a page begins.
    pub(crate) fn position(&self, seal: &SearchSeal) -> Result<Candidate, InvalidCursor> {
        let (digest, plain) = self.0.split_first_chunk().ok_or(InvalidCursor)?;
        if seal.digest(plain) != *digest {
            return Err(InvalidCursor);
        }
        let ([class, place], rest) = plain.split_first_chunk().ok_or(InvalidCursor)?;
        let (change, rest) = rest.split_first_chunk().ok_or(InvalidCursor)?;
        let row = rest.try_into().map_err(|_| InvalidCursor)?;
        let class = *CLASSES.get(usize::from(*class)).ok_or(InvalidCursor)?;
        let place = *PLACES.get(usize::from(*place)).ok_or(InvalidCursor)?;
        Ok(Candidate {
            rank: Rank { class, place },
            change: u64::from_be_bytes(*change),
            row: i64::from_be_bytes(row),
        })
    }
}

/// For what a cursor is valid.
pub(crate) struct SearchSeal {
    store: Uuid,
    searched: String,
}

impl SearchSeal {
    pub(crate) fn new(store: [u8; 16], scope: &Scope, query: &str) -> Self {
        // Names of scopes hold no control characters.
        let location = scope.location().unwrap_or_default();
        Self {
            store: Uuid::from_bytes(store),
            searched: format!("{}\n{location}\n{query}\n", scope.org()),
        }
    }

    fn digest(&self, plain: &[u8]) -> [u8; DIGEST] {
        let content = [FORM, self.searched.as_bytes(), plain].concat();
        Uuid::new_v5(&self.store, &content).into_bytes()
    }
}

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SearchCursor({self})")
    }
}

impl Serialize for SearchCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for SearchCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (pairs, rest) = text.trim().as_bytes().as_chunks::<2>();
        if pairs.len() != CURSOR || !rest.is_empty() {
            return Err(InvalidCursor);
        }
        let value = |digit: u8| char::from(digit).to_digit(16);
        let byte = |[high, low]: &[u8; 2]| {
            let value = value(*high)? * 16 + value(*low)?;
            u8::try_from(value).ok()
        };
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(InvalidCursor)
    }
}
