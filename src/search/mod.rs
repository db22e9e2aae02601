//! Finding people by name.
//!
//! The rules are pure: [`words`] says what is held of a text, [`query`] what a query asks
//! for, and [`matching`] how well a contact answers it. The index holds the same forms that
//! the rules compare, so that both find the same contacts.
//!
//! The index is tantivy's, and stands behind [`Writer`], [`Reader`] and [`Candidates`]. It
//! has nothing that the database has not: it says which rows may be hits, in the order of
//! their ranks, and whoever asks holds each of them against the contact itself.

mod candidates;
mod directory;
mod documents;
mod filters;
mod fold;
mod folder;
mod inspect;
mod layer;
mod layout;
mod matching;
mod nicknames;
mod query;
mod reader;
mod removal;
mod request;
mod segment;
mod tail;
mod terms;
#[cfg(test)]
pub(crate) mod terms_on_disk;
mod words;
mod writer;

pub(crate) use candidates::{Candidate, Candidates};
pub(crate) use filters::{Filtered, Filters};
pub(crate) use folder::Folder;
pub(crate) use inspect::Found;
pub(crate) use layer::Layer;
pub(crate) use layout::Reached;
#[cfg(test)]
pub(crate) use matching::tests as matching_tests;
pub use matching::{MatchClass, MatchedField, MatchedPart};
pub(crate) use matching::{Names, Searched};
pub(crate) use query::Query;
pub(crate) use reader::{Reader, reached_on_disk};
pub use request::{SearchCursor, SearchHit, SearchPage, SearchRequest};
pub(crate) use request::{SearchSeal, score};
pub(crate) use tail::{Kept, Tail, Texts};
pub(crate) use terms::Entry;
pub(crate) use words::Scratch;
pub(crate) use writer::{Writer, WriterOptions};

/// Why an index can't be read or written.
pub(crate) type IndexError = tantivy::TantivyError;
