//! An embedded local contact store with a deduplication engine.
//!
//! A [`Kinfold`] keeps contacts in SQLite and resolves identities: given a phone, an
//! email or the id of another system it finds whose record that is, or creates one, and
//! says which. What was typed is brought to a canonical [`Key`] first, so that
//! `(415) 555-0101` and `+1 415 555 0101` are one phone.
//!
//! ```
//! use kinfold::{Draft, Kinfold, OnConflict, ResolveRequest, Scope};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let contacts = Kinfold::open(folder)?
//!     .contacts(Scope::new("acme", None)?)
//!     .default_region("US".parse()?);
//!
//! // Whoever calls from this number: found, or created.
//! let caller = contacts.resolve(Draft::new().phone("(415) 555-0101").name("Ana Ruiz"))?;
//! assert!(caller.created);
//!
//! // The same person writes a mail, and signs with the number.
//! let mail = contacts.resolve(Draft::new().phone("+1 415 555 0101").email("Ana@Example.com"))?;
//! assert_eq!(mail.contact.id, caller.contact.id);
//!
//! // Identifiers of two people: the default is to ask a person, this is to merge.
//! contacts.resolve(Draft::new().external_id("hubspot", "42"))?;
//! let both = Draft::new().external_id("hubspot", "42").email("ana@example.com");
//! let merged =
//!     contacts.resolve(ResolveRequest::from(both).on_conflict(OnConflict::Merge))?;
//! assert_eq!(merged.merged, [caller.contact.id]);
//! assert_eq!(contacts.get(caller.contact.id)?.id, merged.contact.id);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What always holds
//!
//! - A key has at most one holder; the database enforces it.
//! - A call is one transaction: done whole or not at all, and durable when it returns.
//!   Threads and processes may share a store.
//! - Nothing typed is lost: what is not used is in the [`Outcome`], with the reason.
//! - Every change is in the change log, with what was there before.
//! - No call sees anything of another [`Scope`].
//! - No input panics, and nothing of a person is printed or logged: `{:?}` of a contact
//!   says nothing of whom it is.
//!
//! # Lines and holders
//!
//! Several contacts may list one phone or email: families share a line, offices an inbox.
//! They stand in line, and the first live one *holds* the key: only it is found by it. An
//! external id has no line; only its holder lists it. When the identifiers of a request
//! belong to several contacts, [`OnConflict`] says what becomes of it.
//!
//! # Features
//!
//! All on by default: `search` (finding people by name, [`Contacts::search`], and its index),
//! `exchange` (CSV and JSON Lines, [`Contacts::import`]), `wire` (the contact APIs of Bland,
//! GoHighLevel, Ravan and Contactship, [`wire`]) and `phonenumber` (the second opinion on phones,
//! [`ident::second_opinion`]). Off by default: `openapi`, for who serves those APIs and describes
//! them in an OpenAPI document; with it the types of [`wire`] have the schemas of `utoipa`.

#![warn(missing_docs, unreachable_pub)]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod book;
mod clock;
pub mod contact;
mod engine;
mod error;
#[cfg(feature = "exchange")]
pub mod exchange;
pub mod ident;
pub mod resolve;
mod scope;
#[cfg(feature = "search")]
mod search;
mod store;
#[cfg(feature = "wire")]
pub mod wire;

pub use book::{
    BookCursor, BookPage, BookRequest, ContactFilter, InvalidCursor, InvalidLanguage, Language,
    SortBy,
};
pub use clock::{Clock, InvalidTimestamp, SystemClock, Timestamp};
pub use contact::{
    Address, AddressPatch, Birthday, Change, ChangeId, Channel, ChannelSetting, Conflict, Contact,
    ContactId, CustomField, CustomFieldId, DoNotDisturb, DoNotDisturbPatch, Draft, FieldDefinition,
    FieldDefinitionDraft, FieldDefinitionPatch, FieldType, Fields, FieldsPatch, FlagField,
    InboundSetting, InboundStatus, InvalidBirthday, InvalidId, InvalidJson, Json, Limits,
    ListField, Listing, Memory, MemoryId, MemoryPatch, MemoryScope, MergeId, Name, NamePatch, Note,
    NoteDraft, NoteId, NotePatch, ObjectField, OrderedMap, Rejected, Status, Task, TaskDraft,
    TaskId, TaskPatch, TextField,
};
pub use engine::{
    Answers, Builder, Contacts, Decision, Erased, FollowEvent, KeyReading, Kinfold, Transaction,
    TransactionContacts,
};
#[cfg(feature = "exchange")]
pub use engine::{ImportEvent, ImportOptions, ImportSummary};
pub use error::{Error, Result};
pub use ident::{Key, KeyPattern, Kind, Region};
pub use resolve::{
    Ignored, Lost, MergeRules, Merged, OnConflict, Outcome, ResolveRequest, Survivorship, Update,
};
pub use scope::{InvalidScope, MAX_SCOPE_NAME, Scope};
#[cfg(feature = "search")]
pub use search::{
    MatchClass, MatchedField, MatchedPart, SearchCursor, SearchHit, SearchPage, SearchRequest,
};
pub use store::{
    Blocked, ChangeEntry, Durability, Finding, History, MergeEntry, Report, Restored, Retention,
    ReviewPair, SearchStats, SharedKey, Stats, Unmerged,
};
