//! Taking contacts out of an index by their rows.
//!
//! Rows have no terms: a term for each contact costs more than looking through the column of
//! rows once for all that go together.

use std::sync::Arc;

use tantivy::columnar::ColumnValues;
use tantivy::index::SegmentReader;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Result, Score, TERMINATED, TantivyError};

use super::layout;

/// The documents of some rows.
#[derive(Clone, Debug)]
pub(super) struct OfRows {
    /// In order.
    rows: Arc<[u64]>,
}

impl OfRows {
    pub(super) fn new(rows: impl IntoIterator<Item = i64>) -> Self {
        let mut rows: Vec<u64> = rows.into_iter().map(i64::cast_unsigned).collect();
        rows.sort_unstable();
        Self { rows: rows.into() }
    }

    /// Those of a segment, deleted ones included.
    pub(super) fn in_segment(&self, segment: &SegmentReader) -> Result<Vec<DocId>> {
        let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) else {
            return Ok(Vec::new());
        };
        let column = segment.fast_fields().u64(layout::ROW)?;
        let column = column.first_or_default_col(0);
        let mut found = Vec::new();
        column.get_row_ids_for_value_range(*first..=*last, 0..segment.max_doc(), &mut found);
        found.retain(|document| self.rows.binary_search(&column.get_val(*document)).is_ok());
        Ok(found)
    }
}

impl Query for OfRows {
    fn weight(&self, _: EnableScoring<'_>) -> Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for OfRows {
    fn scorer(&self, segment: &SegmentReader, _: Score) -> Result<Box<dyn Scorer>> {
        Ok(Box::new(Documents {
            documents: self.in_segment(segment)?,
            at: 0,
        }))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> Result<Explanation> {
        let reason = "nobody is ranked by rows".to_owned();
        Err(TantivyError::InvalidArgument(reason))
    }
}

struct Documents {
    documents: Vec<DocId>,
    at: usize,
}

impl DocSet for Documents {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.documents.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Documents {
    fn score(&mut self) -> Score {
        1.0
    }
}
