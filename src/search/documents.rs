//! Sets of documents of one segment, in their order: the newest first.

use std::sync::Arc;

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

/// The same, of many terms: the postings of those that many documents have, and in order the
/// documents of each of the others.
pub(super) fn any_term(postings: Vec<SegmentPostings>, rare: Vec<Arc<[DocId]>>) -> Documents {
    let postings = postings.into_iter().map(Box::new).map(OfTerms::Many);
    let rare = rare.into_iter().map(|documents| OfTerms::Few(documents, 0));
    let mut sets: Vec<OfTerms> = postings.chain(rare).collect();
    sets.retain(|set| set.doc() != TERMINATED);
    match sets.len() {
        0 => none(),
        1 => match sets.pop() {
            Some(OfTerms::Many(postings)) => of_term(*postings),
            Some(few) => Box::new(ConstScorer::new(few, 1.0)),
            None => none(),
        },
        _ => Box::new(ConstScorer::new(Union::of(sets), 1.0)),
    }
}

/// The documents of one term, or of several rare ones.
enum OfTerms {
    Many(Box<SegmentPostings>),
    /// And which of them is next.
    Few(Arc<[DocId]>, usize),
}

impl DocSet for OfTerms {
    fn advance(&mut self) -> DocId {
        match self {
            Self::Many(postings) => postings.advance(),
            Self::Few(_, at) => {
                *at += 1;
                self.doc()
            }
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Many(postings) if postings.doc() < target => postings.seek(target),
            Self::Many(postings) => postings.doc(),
            Self::Few(documents, at) => {
                let rest = documents.get(*at..).unwrap_or_default();
                *at += rest.partition_point(|document| *document < target);
                self.doc()
            }
        }
    }

    fn doc(&self) -> DocId {
        match self {
            Self::Many(postings) => postings.doc(),
            Self::Few(documents, at) => documents.get(*at).copied().unwrap_or(TERMINATED),
        }
    }

    fn size_hint(&self) -> u32 {
        match self {
            Self::Many(postings) => postings.size_hint(),
            Self::Few(documents, at) => {
                u32::try_from(documents.len().saturating_sub(*at)).unwrap_or(u32::MAX)
            }
        }
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

/// A union that looks little further than it is asked, since mostly the first few are wanted:
/// asked one by one it knows the documents of one window at a time, asked from a number on
/// only the next.
struct Union<T> {
    /// Those that are not at their end.
    sets: Vec<T>,
    /// A bit for each document of the window, if it was looked at.
    window: Option<Box<[u64; WORDS]>>,
    begins: DocId,
    document: DocId,
}

const WORDS: usize = 64;
const WINDOW: DocId = 64 * 64;

impl<T: DocSet> Union<T> {
    fn of(sets: Vec<T>) -> Self {
        let mut union = Self {
            sets,
            window: None,
            begins: 0,
            document: 0,
        };
        union.stand();
        union
    }

    /// At the first document that is left, and at the beginning of a window.
    fn stand(&mut self) -> DocId {
        let first = self.sets.iter().map(T::doc).min();
        self.window = None;
        self.begins = first.unwrap_or(TERMINATED);
        self.document = self.begins;
        self.document
    }

    /// Fills the window that begins here.
    fn look(&mut self) {
        let begins = self.begins;
        let mut window = Box::new([0; WORDS]);
        self.sets.retain_mut(|set| {
            let mut document = set.doc();
            while document != TERMINATED && document - begins < WINDOW {
                let (word, bit) = place(document - begins);
                if let Some(word) = window.get_mut(word) {
                    *word |= bit;
                }
                document = set.advance();
            }
            document != TERMINATED
        });
        self.window = Some(window);
    }

    /// The first document of the window from a number on; the next window's, if there is none.
    fn next_from(&mut self, document: DocId) -> DocId {
        if self.window.is_none() {
            self.look();
        }
        let at = document - self.begins;
        if let Some(window) = &self.window
            && at < WINDOW
        {
            let (first, bit) = place(at);
            // Only those from it on.
            let mut mask = !(bit - 1);
            for (number, word) in window.iter().enumerate().skip(first) {
                let rest = word & mask;
                if rest != 0 {
                    let number = u32::try_from(number).unwrap_or_default();
                    self.document = self.begins + number * u64::BITS + rest.trailing_zeros();
                    return self.document;
                }
                mask = u64::MAX;
            }
        }
        self.stand()
    }
}

/// The word of a window that a document's bit is in, and that bit.
fn place(document: DocId) -> (usize, u64) {
    let word = usize::try_from(document / u64::BITS).unwrap_or_default();
    (word, 1 << (document % u64::BITS))
}

impl<T: DocSet> DocSet for Union<T> {
    fn advance(&mut self) -> DocId {
        match self.document {
            TERMINATED => TERMINATED,
            document => self.next_from(document + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document >= target {
            return self.document;
        }
        if self.window.is_some() && target - self.begins < WINDOW {
            return self.next_from(target);
        }
        self.sets
            .retain_mut(|set| set.doc() >= target || set.seek(target) != TERMINATED);
        self.stand()
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        let hints = self.sets.iter().map(|set| u64::from(set.size_hint()));
        u32::try_from(hints.sum::<u64>()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::{DocId, DocSet, TERMINATED};

    use super::Union;

    /// Documents in order.
    struct Listed(Vec<DocId>, usize);

    impl DocSet for Listed {
        fn advance(&mut self) -> DocId {
            self.1 += 1;
            self.doc()
        }

        fn doc(&self) -> DocId {
            self.0.get(self.1).copied().unwrap_or(TERMINATED)
        }

        fn size_hint(&self) -> u32 {
            u32::try_from(self.0.len()).unwrap()
        }
    }

    fn documents() -> impl Strategy<Value = Vec<DocId>> {
        let one = prop_oneof![
            0..300_u32,
            3_900..4_300_u32,
            0..50_000_u32,
            Just(TERMINATED - 1)
        ];
        prop::collection::btree_set(one, 0..40).prop_map(|all| all.into_iter().collect())
    }

    proptest! {
        /// Asked one by one or from a number on, it gives what is in one set at least.
        #[test]
        fn a_union_has_what_is_in_one_of_its_sets(
            sets in prop::collection::vec(documents(), 0..6),
            steps in prop::collection::vec(prop::option::weighted(0.4, 0..9_000_u32), 0..80),
        ) {
            let mut all: Vec<DocId> = sets.concat();
            all.sort_unstable();
            all.dedup();
            let at_or_after = |document| {
                all.iter().copied().find(|one| *one >= document).unwrap_or(TERMINATED)
            };
            let mut union = Union::of(sets.into_iter().map(|set| Listed(set, 0)).collect());
            let mut expected = at_or_after(0);
            prop_assert_eq!(union.doc(), expected);
            for step in steps {
                if expected == TERMINATED {
                    break;
                }
                let (is, target) = match step {
                    None => (union.advance(), expected + 1),
                    Some(further) => {
                        let target = expected.saturating_add(further).min(TERMINATED - 1);
                        (union.seek(target), target)
                    }
                };
                expected = at_or_after(target);
                prop_assert_eq!(is, expected);
                prop_assert_eq!(union.doc(), expected);
            }
        }
    }
}
