//! Sets of documents of one segment, in their order: the newest first.

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

/// A union that looks little further than it is asked, since mostly the first few are wanted:
/// it knows the documents of one window at a time.
struct Union<T> {
    /// Those that are not at their end.
    sets: Vec<T>,
    /// A bit for each document of the window.
    window: Box<[u64; WORDS]>,
    begins: DocId,
    document: DocId,
}

const WORDS: usize = 64;
const WINDOW: DocId = 64 * 64;

impl<T: DocSet> Union<T> {
    fn of(sets: Vec<T>) -> Self {
        let mut union = Self {
            sets,
            window: Box::new([0; WORDS]),
            begins: 0,
            document: 0,
        };
        union.look();
        union
    }

    /// Goes on to the window in which the next documents are.
    fn look(&mut self) -> DocId {
        self.window.fill(0);
        let first = self.sets.iter().map(T::doc).min();
        self.begins = first.unwrap_or(TERMINATED);
        if self.begins == TERMINATED {
            self.document = TERMINATED;
            return TERMINATED;
        }
        let (begins, window) = (self.begins, &mut self.window);
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
        self.document = begins;
        begins
    }

    /// The first document of the window from a number on; the next window's, if there is none.
    fn next_from(&mut self, document: DocId) -> DocId {
        let at = document - self.begins;
        if at < WINDOW {
            let (first, bit) = place(at);
            // Only those from it on.
            let mut mask = !(bit - 1);
            for (number, word) in self.window.iter().enumerate().skip(first) {
                let rest = word & mask;
                if rest != 0 {
                    let number = u32::try_from(number).unwrap_or_default();
                    self.document = self.begins + number * u64::BITS + rest.trailing_zeros();
                    return self.document;
                }
                mask = u64::MAX;
            }
        }
        self.look()
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
        if target - self.begins >= WINDOW {
            self.sets
                .retain_mut(|set| set.doc() >= target || set.seek(target) != TERMINATED);
            return self.look();
        }
        self.next_from(target)
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        let hints = self.sets.iter().map(|set| u64::from(set.size_hint()));
        let known = self.window.iter().map(|word| u64::from(word.count_ones()));
        u32::try_from(hints.chain(known).sum::<u64>()).unwrap_or(u32::MAX)
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
