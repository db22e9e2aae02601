//! Candidates for hits, best rank first and within a rank the last change first, as far as
//! somebody asks for them.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use tantivy::{DocId, Result, TERMINATED};

use super::documents::{self, Documents};
use super::filters::Filters;
use super::layer::Layer;
use super::matching::{MatchClass, Place, Rank};
use super::query::{Pattern, Query};
use super::segment::{Found, Segment, Where};
use super::tail::Tail;
use super::terms::{self, Kind, TermBuffer};

/// Who may be a hit, where the index or the tail say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) rank: Rank,
    /// The number of its last change.
    pub(crate) change: u64,
    pub(crate) row: i64,
}

impl Candidate {
    /// What comes first is smaller.
    fn order(&self) -> (Rank, std::cmp::Reverse<(u64, i64)>) {
        (self.rank, std::cmp::Reverse((self.change, self.row)))
    }

    pub(crate) fn is_behind(&self, other: &Self) -> bool {
        self.order() > other.order()
    }
}

/// The search of one scope.
pub(crate) struct Candidates<'a> {
    query: &'a Query,
    filters: &'a Filters,
    scope: i64,
    /// Only those behind this one.
    after: Option<Candidate>,
    segments: Vec<SearchedSegment<'a>>,
    tail: &'a Tail,
    /// Those of the tail, in their order.
    of_tail: VecDeque<Candidate>,
    ranks: VecDeque<Rank>,
    /// The rank that is looked at, and where each segment stands in it.
    current: Option<(Rank, Vec<Standing>)>,
}

struct SearchedSegment<'a> {
    segment: &'a Segment,
    /// What was changed since, and counts no more.
    newer: Option<&'a Layer>,
    /// The terms of every pattern of the query, in its order.
    found: Vec<Found>,
}

/// Where a segment stands in a rank.
struct Standing {
    documents: Documents,
    /// Documents of one change, in order.
    next: VecDeque<(u64, i64)>,
}

impl<'a> Candidates<'a> {
    /// `layers` come newest first, each hiding what it has itself from those behind.
    pub(crate) fn new(
        query: &'a Query,
        filters: &'a Filters,
        scope: i64,
        after: Option<Candidate>,
        layers: &'a [Arc<Layer>],
        tail: &'a Tail,
        of_tail: Vec<Candidate>,
    ) -> Self {
        let patterns = query.words.iter().flat_map(|word| &word.ways).flatten();
        let patterns = patterns.count();
        let mut newer = None;
        let mut segments = Vec::new();
        for layer in layers {
            let of_layer = layer.segments().iter();
            let of_layer = of_layer.filter(|segment| segment.has_scope(scope));
            segments.extend(of_layer.map(|segment| SearchedSegment {
                segment,
                newer,
                found: (0..patterns).map(|_| Found::default()).collect(),
            }));
            newer = Some(&**layer);
        }
        let ranks = ranks(query);
        let ranks = ranks.filter(|rank| after.is_none_or(|after| *rank >= after.rank));
        let mut of_tail: Vec<Candidate> = of_tail;
        of_tail.retain(|one| after.is_none_or(|after| one.is_behind(&after)));
        of_tail.sort_unstable_by_key(Candidate::order);
        Self {
            query,
            filters,
            scope,
            after,
            segments,
            tail,
            of_tail: of_tail.into(),
            ranks: ranks.collect(),
            current: None,
        }
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Result<Option<Candidate>> {
        loop {
            let Some((rank, standings)) = &mut self.current else {
                let Some(rank) = self.ranks.pop_front() else {
                    return Ok(self.of_tail.pop_front());
                };
                let standings = self.standings(rank)?;
                self.current = Some((rank, standings));
                continue;
            };
            let rank = *rank;
            for (standing, searched) in standings.iter_mut().zip(&self.segments) {
                standing.fill(searched, self.tail, self.filters);
            }
            let first = standings
                .iter_mut()
                .max_by_key(|standing| standing.next.front().copied());
            let of_index = first.and_then(|standing| {
                let (change, row) = *standing.next.front()?;
                Some((Candidate { rank, change, row }, standing))
            });
            let of_tail = self.of_tail.front();
            return match (of_index, of_tail) {
                (Some((of_index, standing)), of_tail)
                    if of_tail.is_none_or(|of_tail| of_tail.is_behind(&of_index)) =>
                {
                    standing.next.pop_front();
                    if self.after.is_some_and(|after| !of_index.is_behind(&after)) {
                        continue;
                    }
                    Ok(Some(of_index))
                }
                (_, Some(of_tail)) if of_tail.rank <= rank => Ok(self.of_tail.pop_front()),
                _ => {
                    self.current = None;
                    continue;
                }
            };
        }
    }

    fn standings(&self, rank: Rank) -> Result<Vec<Standing>> {
        let after = self.after.filter(|after| after.rank == rank);
        let of_segment = self.segments.iter().map(|searched| {
            let mut documents = self.with_rank(searched, rank)?;
            if let Some(after) = after {
                let first = searched.segment.first_not_after(after.change);
                if documents.doc() < first {
                    documents.seek(first);
                }
            }
            Ok(Standing {
                documents,
                next: VecDeque::new(),
            })
        });
        of_segment.collect()
    }

    /// The documents of a rank.
    fn with_rank(&self, searched: &SearchedSegment<'_>, rank: Rank) -> Result<Documents> {
        let ranked = || self.ranked(searched, rank);
        self.filters.narrow(searched.segment, self.scope, ranked)
    }

    fn ranked(&self, searched: &SearchedSegment<'_>, rank: Rank) -> Result<Documents> {
        let Rank { class, place } = rank;
        let segment = searched.segment;
        let found_in = match place {
            Place::WholeName | Place::PartOfName => Where::Names,
            Place::Elsewhere => Where::Anywhere,
        };
        if self.is_single() && place == Place::Elsewhere && class >= MatchClass::Nickname {
            // Outside of names nothing is found so, and there is no other word.
            return Ok(documents::none());
        }
        let mut all = Vec::new();
        for telling in self.telling(searched, rank)? {
            if telling.doc() == TERMINATED {
                return Ok(documents::none());
            }
            all.push(telling);
        }
        // What tells that a single pattern is found says all of it.
        if all.is_empty() || !self.is_single() {
            all.push(self.with_words(searched, class, found_in)?);
        }
        if place == Place::WholeName {
            all.push(self.as_long(segment)?);
        }
        let mut documents = documents::all(all, segment.documents());
        if documents.doc() == TERMINATED {
            return Ok(documents);
        }
        documents = match place {
            Place::WholeName => documents,
            Place::PartOfName => documents::without(documents, self.as_long(segment)?),
            Place::Elsewhere => {
                let names = self.with_words(searched, class, Where::Names)?;
                documents::without(documents, names)
            }
        };
        if let Some(better) = class.better()
            && documents.doc() != TERMINATED
        {
            // Those few that are better for a company or an email show it when they are looked
            // at, which costs less than to ask for these of all.
            let found_in = match class {
                MatchClass::Exact | MatchClass::Prefix => Where::Anywhere,
                MatchClass::Nickname | MatchClass::Typo => Where::Names,
            };
            let better = self.with_words(searched, better, found_in)?;
            documents = documents::without(documents, better);
        }
        Ok(documents)
    }

    /// What every document of a rank is among: those with a word that is found just as well
    /// as this, those with a word outside of their names.
    fn telling(&self, searched: &SearchedSegment<'_>, rank: Rank) -> Result<Vec<Documents>> {
        let Rank { class, place } = rank;
        let segment = searched.segment;
        let is_elsewhere = place == Place::Elsewhere;
        let mut telling = Vec::new();
        // Outside of names there are no more terms from here on.
        let is_by_names = match class {
            MatchClass::Exact => false,
            MatchClass::Prefix => !is_elsewhere,
            MatchClass::Nickname | MatchClass::Typo => true,
        };
        if is_by_names && (self.is_single() || class >= MatchClass::Nickname) {
            let names = self.patterns().zip(&searched.found);
            let names = names
                .map(|(pattern, found)| segment.telling_names(self.scope, pattern, class, found));
            let names = names.collect::<Result<Vec<_>>>()?;
            telling.push(segment.with_any(names.into_iter().flatten())?);
        }
        // The others come last, which may be many.
        if is_elsewhere
            && telling
                .iter()
                .all(|set: &Documents| set.doc() != TERMINATED)
        {
            let others = self.patterns().zip(&searched.found);
            let others =
                others.map(|(pattern, found)| segment.others(self.scope, pattern, class, found));
            telling.push(segment.with_any(others.collect::<Result<Vec<_>>>()?)?);
        }
        Ok(telling)
    }

    fn is_single(&self) -> bool {
        self.patterns().nth(1).is_none()
    }

    fn patterns(&self) -> impl Iterator<Item = &'a Pattern> {
        self.query
            .words
            .iter()
            .flat_map(|word| &word.ways)
            .flatten()
    }

    /// Those whose names have as many chunks as the query.
    fn as_long(&self, segment: &Segment) -> Result<Documents> {
        let chunks = terms::chunk_count(self.query.chunks());
        let mut term = TermBuffer::new(self.scope);
        segment.with_term(term.term(Kind::NameChunks, &[chunks]))
    }

    /// The documents in which every word is found as well as this, or better.
    fn with_words(
        &self,
        searched: &SearchedSegment<'_>,
        class: MatchClass,
        place: Where,
    ) -> Result<Documents> {
        let segment = searched.segment;
        let mut found = searched.found.iter();
        let mut words = Vec::with_capacity(self.query.words.len());
        for word in &self.query.words {
            let mut ways = Vec::with_capacity(word.ways.len());
            for way in &word.ways {
                let patterns = way.iter().zip(&mut found).map(|(pattern, found)| {
                    segment.with_pattern(self.scope, pattern, class, place, found)
                });
                let patterns = patterns.collect::<Result<Vec<_>>>()?;
                ways.push(documents::all(patterns, segment.documents()));
            }
            words.push(documents::any(ways));
        }
        Ok(documents::all(words, segment.documents()))
    }
}

impl Standing {
    /// Makes sure that the next documents are known, if there are any.
    fn fill(&mut self, searched: &SearchedSegment<'_>, tail: &Tail, filters: &Filters) {
        let SearchedSegment { segment, newer, .. } = searched;
        while self.next.is_empty() && self.documents.doc() != TERMINATED {
            if !filters.is_recent(segment, self.documents.doc()) {
                match filters.next_recent(segment, self.documents.doc()) {
                    Some(next) => self.documents.seek(next),
                    None => {
                        self.documents = documents::none();
                        return;
                    }
                };
                continue;
            }
            let change = segment.change(self.documents.doc());
            while self.documents.doc() != TERMINATED {
                let document: DocId = self.documents.doc();
                if segment.change(document) != change {
                    break;
                }
                let row = segment.row(document);
                let counts = !segment.is_deleted(document)
                    && !tail.has(row)
                    && !newer.is_some_and(|newer| newer.has(row))
                    && filters.is_recent(segment, document);
                if counts {
                    self.next.push_back((change, row));
                }
                self.documents.advance();
            }
            self.next
                .make_contiguous()
                .sort_unstable_by(|one: &(u64, i64), other| other.cmp(one));
        }
    }
}

/// The ranks that a query can have, best first.
fn ranks(query: &Query) -> impl Iterator<Item = Rank> {
    let texts = || {
        let patterns = query.words.iter().flat_map(|word| &word.ways).flatten();
        patterns.filter_map(|pattern| match pattern {
            Pattern::Text(text) => Some(text),
            Pattern::PhoneEnd(_) => None,
        })
    };
    let has_nicknames = texts().any(|text| text.nicknames().next().is_some());
    let has_typos = texts().any(|text| text.distance() > 0);
    [
        (MatchClass::Exact, true),
        (MatchClass::Prefix, true),
        (MatchClass::Nickname, has_nicknames),
        (MatchClass::Typo, has_typos),
    ]
    .into_iter()
    .filter_map(|(class, is_possible)| is_possible.then_some(class))
    .flat_map(|class| {
        let places = [Place::WholeName, Place::PartOfName, Place::Elsewhere];
        places.into_iter().map(move |place| Rank { class, place })
    })
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}
