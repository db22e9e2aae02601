//! Finding people by name.
//!
//! The rules are pure: [`words`] says what is held of a text, [`query`] what a query asks
//! for, and [`matching`] how well a contact answers it. The index holds the same forms that
//! the rules compare, so that both find the same contacts.

mod fold;
mod matching;
mod nicknames;
mod query;
mod words;

pub(crate) use matching::{Match, Names, Place, Rank, Searched, phone_digits};
pub use matching::{MatchClass, MatchedField, MatchedPart};
pub(crate) use query::{Pattern, Query, TextPattern, Word};
pub(crate) use words::{Scratch, chunks, each_email_form, each_form};
