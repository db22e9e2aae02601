//! Sets of documents of one segment, in their order: the newest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::postings::SegmentPostings;
use tantivy::query::{ConstScorer, EmptyScorer, Exclude, Scorer, intersect_scorers};
use tantivy::{DocId, DocSet, TERMINATED};

/// Documents in ascending order of their numbers, which is that of a segment.
pub(super) type Documents = Box<dyn Scorer>;

pub(super) fn none() -> Documents {
    Box::new(EmptyScorer)
}

pub(super) fn of_term(postings: SegmentPostings) -> Documents {
    Box::new(ConstScorer::new(postings, 1.0))
}

/// Those that are in one at least.
pub(super) fn any(mut sets: Vec<Documents>) -> Documents {
    sets.retain(|set| set.doc() != TERMINATED);
    match sets.len() {
        0 => none(),
        1 => sets.pop().unwrap_or_else(none),
        _ => Box::new(ConstScorer::new(Union::of(sets), 1.0)),
    }
}

/// The same, of the postings of many terms.
pub(super) fn any_term(mut postings: Vec<SegmentPostings>) -> Documents {
    postings.retain(|set| set.doc() != TERMINATED);
    match postings.len() {
        0 => none(),
        1 => postings.pop().map_or_else(none, of_term),
        _ => Box::new(ConstScorer::new(Union::of(postings), 1.0)),
    }
}

/// Those that are in all of them.
pub(super) fn all(sets: Vec<Documents>, documents: u32) -> Documents {
    if sets.iter().any(|set| set.doc() == TERMINATED) {
        return none();
    }
    intersect_scorers(sets, documents)
}

/// Those of the one that are not in the other.
pub(super) fn without(set: Documents, other: Documents) -> Documents {
    if set.doc() == TERMINATED || other.doc() == TERMINATED {
        return set;
    }
    Box::new(Exclude::new(set, other))
}

/// A union that looks no further than it is asked: mostly the first few are wanted.
struct Union<T> {
    sets: Vec<T>,
    /// Where each set stands that is not at its end, the smallest number on top.
    heads: BinaryHeap<Reverse<(DocId, usize)>>,
    document: DocId,
}

impl<T: DocSet> Union<T> {
    fn of(sets: Vec<T>) -> Self {
        let heads: BinaryHeap<_> = sets
            .iter()
            .enumerate()
            .map(|(set, documents)| Reverse((documents.doc(), set)))
            .filter(|Reverse((document, _))| *document != TERMINATED)
            .collect();
        let document = heads
            .peek()
            .map_or(TERMINATED, |Reverse((first, _))| *first);
        Self {
            sets,
            heads,
            document,
        }
    }

    /// Moves those that stand before a number to it or past it.
    fn move_to(&mut self, target: DocId) -> DocId {
        while let Some(mut head) = self.heads.peek_mut() {
            let Reverse((document, set)) = *head;
            if document >= target {
                break;
            }
            let next = match self.sets.get_mut(set) {
                Some(documents) => documents.seek(target),
                None => TERMINATED,
            };
            if next == TERMINATED {
                std::collections::binary_heap::PeekMut::pop(head);
            } else {
                *head = Reverse((next, set));
            }
        }
        let first = self.heads.peek();
        self.document = first.map_or(TERMINATED, |Reverse((first, _))| *first);
        self.document
    }
}

impl<T: DocSet> DocSet for Union<T> {
    fn advance(&mut self) -> DocId {
        match self.document {
            TERMINATED => TERMINATED,
            document => self.move_to(document + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self.document >= target {
            true => self.document,
            false => self.move_to(target),
        }
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        let hints = self.sets.iter().map(|set| u64::from(set.size_hint()));
        u32::try_from(hints.sum::<u64>()).unwrap_or(u32::MAX)
    }
}
