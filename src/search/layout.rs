//! What an index looks like, and the note it carries of how far it has followed the log.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use tantivy::schema::{BytesOptions, FAST, Field, Schema};
use tantivy::{IndexSettings, IndexSortByField, Order};
use uuid::Uuid;

use super::terms;

/// What the terms look like and how texts are folded, in a number: it follows from the terms
/// of a sample. An index of another format is made anew, also if only a library has learnt a
/// letter since.
static FORMAT: LazyLock<u64> = LazyLock::new(|| {
    let mut terms = Vec::new();
    terms::each_of_sample(&mut |term| {
        terms.extend_from_slice(term);
        terms.push(0);
    });
    let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, &terms);
    digest.as_u64_pair().0
});

/// The fields of a document. Nothing of a contact is stored: what is found is read from
/// the database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// All that a contact is found by, see [`super::terms`].
    pub(super) term: Field,
    /// The row in the store.
    pub(super) row: Field,
    /// The number of the last change, by which a segment is sorted, the newest first.
    pub(super) change: Field,
    /// When that was.
    pub(super) updated_at: Field,
}

/// The name of the field that segments are sorted by.
pub(super) const CHANGE: &str = "change";
pub(super) const ROW: &str = "row";
pub(super) const UPDATED_AT: &str = "updated_at";

impl Layout {
    pub(super) fn new() -> (Self, Schema, IndexSettings) {
        let mut schema = Schema::builder();
        let layout = Self {
            term: schema.add_bytes_field("term", BytesOptions::default().set_indexed()),
            row: schema.add_u64_field(ROW, FAST),
            change: schema.add_u64_field(CHANGE, FAST),
            updated_at: schema.add_i64_field(UPDATED_AT, FAST),
        };
        let settings = IndexSettings {
            sort_by_field: Some(IndexSortByField {
                field: CHANGE.to_owned(),
                order: Order::Desc,
            }),
            docstore_compression: tantivy::store::Compressor::None,
            docstore_compress_dedicated_thread: false,
            ..IndexSettings::default()
        };
        (layout, schema.build(), settings)
    }
}

/// Up to where an index has followed the change log, and of which store it is: the payload
/// of its commits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reached {
    format: u64,
    /// The store's own id.
    pub(crate) store: [u8; 16],
    /// The number of the last entry of the log that it knows.
    pub(crate) change: u64,
    /// Entries of the log with their own ids, the last one and some before it: by them a log
    /// that is another one is told. Whoever is erased takes his entries away.
    pub(crate) entries: Vec<(u64, [u8; 16])>,
    /// The largest row that it was given: a larger one is new to it.
    pub(crate) last_row: i64,
}

impl Reached {
    /// Of a store of which nothing is known.
    pub(crate) fn nothing(store: [u8; 16]) -> Self {
        Self {
            format: *FORMAT,
            store,
            ..Self::default()
        }
    }

    pub(super) fn read(payload: &str) -> Option<Self> {
        let reached: Self = serde_json::from_str(payload).ok()?;
        (reached.format == *FORMAT).then_some(reached)
    }

    pub(super) fn to_payload(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
