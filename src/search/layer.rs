//! One state of an index, open for searches.

use std::collections::HashSet;
use std::sync::Arc;

use tantivy::{IndexReader, Result, Searcher};

use super::layout::{Layout, Reached};
use super::segment::Segment;

/// One state of an index, and how far it has followed the log.
pub(crate) struct Layer {
    reached: Reached,
    segments: Vec<Segment>,
    /// The rows of which this layer knows all, whatever older ones say; none for the oldest.
    rows: HashSet<i64>,
    /// Keeps the files.
    searcher: Searcher,
}

impl Layer {
    /// The state that a reader sees; `reached` was read before the reader looked, so it says
    /// rather too little.
    pub(super) fn of(
        reader: &IndexReader,
        layout: Layout,
        reached: Reached,
        rows: HashSet<i64>,
    ) -> Result<Arc<Self>> {
        let searcher = reader.searcher();
        let segments = searcher.segment_readers().iter();
        let segments = segments.map(|segment| Segment::open(segment, layout));
        Ok(Arc::new(Self {
            reached,
            segments: segments.collect::<Result<_>>()?,
            rows,
            searcher: searcher,
        }))
    }

    pub(crate) fn reached(&self) -> &Reached {
        &self.reached
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it knows all of a row.
    pub(super) fn has(&self, row: i64) -> bool {
        self.rows.contains(&row)
    }

    /// How many contacts it has.
    pub(crate) fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }
}
