//! One state of an index, open for searches.

use std::collections::HashSet;

use tantivy::{IndexReader, Result, Searcher};

use super::layout::{Layout, Reached};
use super::segment::Segment;

/// One state of an index, and how far it has followed the log.
pub(crate) struct Layer {
    reached: Reached,
    segments: Vec<Segment>,
    /// From which change on it has everything: 0, unless it stands before an older one.
    since: u64,
    /// The rows of which it knows all, whatever the older one says.
    rows: HashSet<i64>,
    /// Keeps the files.
    searcher: Searcher,
}

impl Layer {
    /// The state that a reader sees; `reached` was read before the reader looked, so it says
    /// rather too little. Of segments that were in the state before it, what was found out about
    /// them is known still.
    pub(super) fn of(
        reader: &IndexReader,
        layout: Layout,
        reached: Reached,
        before: Option<&Self>,
    ) -> Result<Self> {
        let searcher = reader.searcher();
        let segments = searcher.segment_readers().iter();
        let segments = segments.map(|segment| {
            let mut before = before.iter().flat_map(|before| &before.segments);
            let same = before.find(|other| other.id() == segment.segment_id());
            Segment::open(segment, layout, same)
        });
        Ok(Self {
            reached,
            segments: segments.collect::<Result<_>>()?,
            since: 0,
            rows: HashSet::new(),
            searcher,
        })
    }

    /// The same, before an older one, which says nothing any more of some rows.
    pub(super) fn hiding(self, since: u64, rows: HashSet<i64>) -> Self {
        Self {
            since,
            rows,
            ..self
        }
    }

    pub(crate) fn reached(&self) -> &Reached {
        &self.reached
    }

    /// From which change on it has everything.
    pub(crate) fn since(&self) -> u64 {
        self.since
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
