//! The address book as a list: which contacts, in which order, from where on.
//!
//! Pure: it knows no SQL, no file and no clock. The store offers contacts one after the
//! other; what is decided here is which of them are a page.

mod cursor;
mod filter;
mod language;
pub(crate) mod order;
mod request;
pub(crate) mod selection;

pub(crate) use cursor::Seal;
pub use cursor::{BookCursor, InvalidCursor};
pub use filter::ContactFilter;
#[allow(unused_imports, reason = "a build may have no search")]
pub(crate) use filter::compared;
pub(crate) use filter::{Looked, Matcher};
pub use language::{InvalidLanguage, Language};
pub use request::{BookPage, BookRequest, SortBy};
