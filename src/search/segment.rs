//! One segment of an index: which of its documents have a query's words.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use levenshtein_automata::DFA;
use tantivy::columnar::ColumnValues;
use tantivy::index::{InvertedIndexReader, SegmentId, SegmentReader};
use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Result, TERMINATED};

use super::documents::{self, Documents};
use super::layout::{self, Layout};
use super::matching::MatchClass;
use super::query::{Pattern, TextPattern};
use super::terms::{self, Kind, TermBuffer};

/// A segment, open.
pub(super) struct Segment {
    reader: SegmentReader,
    terms: Arc<InvertedIndexReader>,
    rows: Arc<dyn ColumnValues<u64>>,
    changes: Arc<dyn ColumnValues<u64>>,
    moments: Arc<dyn ColumnValues<i64>>,
    learnt: Arc<Learnt>,
}

/// What was found out about a segment, which stays so whoever of it is deleted.
#[derive(Default)]
struct Learnt {
    /// The latest moment of each stretch of documents, once somebody asks for recent ones.
    latest: OnceLock<Vec<i64>>,
    /// Whether it has anything of the scopes that were asked for lately.
    scopes: Mutex<HashMap<i64, bool>>,
}

/// Documents of a stretch; tests have few.
const STRETCH: u32 = if cfg!(test) { 2 } else { 1_024 };

/// Of so many scopes a segment remembers whether it has them.
const SCOPES: usize = 1_024;

impl Segment {
    /// Opens a segment; `same` is the same one in another state.
    pub(super) fn open(
        reader: &SegmentReader,
        layout: Layout,
        same: Option<&Self>,
    ) -> Result<Self> {
        let columns = reader.fast_fields();
        Ok(Self {
            terms: reader.inverted_index(layout.term)?,
            rows: columns.u64(layout::ROW)?.first_or_default_col(0),
            changes: columns.u64(layout::CHANGE)?.first_or_default_col(0),
            moments: columns.i64(layout::UPDATED_AT)?.first_or_default_col(0),
            reader: reader.clone(),
            learnt: same
                .map(|same| Arc::clone(&same.learnt))
                .unwrap_or_default(),
        })
    }

    pub(super) fn id(&self) -> SegmentId {
        self.reader.segment_id()
    }

    /// Whether it has anything of a scope; what can't be read shows itself later.
    pub(super) fn has_scope(&self, scope: i64) -> bool {
        let mut known = self
            .learnt
            .scopes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(is_there) = known.get(&scope) {
            return *is_there;
        }
        if known.len() >= SCOPES {
            known.clear();
        }
        let is_there = self.looks_for_scope(scope).unwrap_or(true);
        known.insert(scope, is_there);
        is_there
    }

    fn looks_for_scope(&self, scope: i64) -> Result<bool> {
        let head = scope.to_be_bytes();
        let range = self.terms.terms().range().ge(head);
        let mut stream = match after_all_beginning_with(&head) {
            Some(end) => range.lt(end).into_stream()?,
            None => range.into_stream()?,
        };
        Ok(stream.advance())
    }

    pub(super) fn row(&self, document: DocId) -> i64 {
        self.rows.get_val(document).cast_signed()
    }

    pub(super) fn change(&self, document: DocId) -> u64 {
        self.changes.get_val(document)
    }

    pub(super) fn updated_at(&self, document: DocId) -> i64 {
        self.moments.get_val(document)
    }

    /// The first document behind this one in whose stretch something changed then or later;
    /// none if nothing did. The newest changes stand first, but clocks are set back.
    pub(super) fn next_recent(&self, document: DocId, since: i64) -> Option<DocId> {
        if self.moments.max_value() < since {
            return None;
        }
        let next = document.checked_add(1)?;
        let stretch = usize::try_from(next / STRETCH).ok()?;
        let latest = self.learnt.latest.get_or_init(|| self.read_latest());
        let mut rest = latest.iter().skip(stretch);
        let recent = rest.position(|latest| *latest >= since)?;
        let begins = u32::try_from(stretch + recent).ok()?.checked_mul(STRETCH)?;
        Some(next.max(begins))
    }

    fn read_latest(&self) -> Vec<i64> {
        let all = 0..self.documents();
        let begins = all.step_by(usize::try_from(STRETCH).unwrap_or(1));
        let latest = begins.map(|begin| {
            let stretch = begin..self.documents().min(begin + STRETCH);
            let moments = stretch.map(|document| self.updated_at(document));
            moments.max().unwrap_or(i64::MIN)
        });
        latest.collect()
    }

    pub(super) fn is_deleted(&self, document: DocId) -> bool {
        self.reader.is_deleted(document)
    }

    pub(super) fn documents(&self) -> u32 {
        self.reader.max_doc()
    }

    /// The first document whose last change has this number or a smaller one.
    pub(super) fn first_not_after(&self, change: u64) -> DocId {
        let (mut low, mut high) = (0, self.documents());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.change(middle) > change {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// The documents with a term.
    pub(super) fn with_term(&self, term: &[u8]) -> Result<Documents> {
        Ok(match self.terms.terms().get(term)? {
            Some(found) => documents::of_term(self.postings(&found)?),
            None => documents::none(),
        })
    }

    /// The documents with any of some terms.
    pub(super) fn with_any<'t>(
        &self,
        lists: impl IntoIterator<Item = &'t Terms>,
    ) -> Result<Documents> {
        let (mut postings, mut rare) = (Vec::new(), Vec::new());
        for terms in lists {
            for term in terms.infos.iter().filter(|term| !is_rare(term)) {
                postings.push(self.postings(term)?);
            }
            let of_rare = self.of_rare(terms)?;
            if !of_rare.is_empty() {
                rare.push(Arc::clone(of_rare));
            }
        }
        Ok(documents::any_term(postings, rare))
    }

    /// In order, each document that has a rare one of some terms.
    fn of_rare<'t>(&self, terms: &'t Terms) -> Result<&'t Arc<[DocId]>> {
        if let Some(known) = terms.rare.get() {
            return Ok(known);
        }
        let mut found = Vec::new();
        for term in terms.infos.iter().filter(|term| is_rare(term)) {
            let mut postings = self.postings(term)?;
            while postings.doc() != TERMINATED {
                found.push(postings.doc());
                postings.advance();
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(terms.rare.get_or_init(|| found.into()))
    }

    fn postings(&self, term: &TermInfo) -> Result<SegmentPostings> {
        let basic = IndexRecordOption::Basic;
        Ok(self.terms.read_postings_from_terminfo(term, basic)?)
    }

    fn one(&self, term: &[u8], found: &mut Vec<TermInfo>) -> Result<()> {
        found.extend(self.terms.terms().get(term)?);
        Ok(())
    }

    /// The terms that begin with this one.
    fn beginning_with(&self, term: &[u8], found: &mut Vec<TermInfo>) -> Result<()> {
        let range = self.terms.terms().range().ge(term);
        let mut stream = match after_all_beginning_with(term) {
            Some(end) => range.lt(end).into_stream()?,
            None => range.into_stream()?,
        };
        while stream.advance() {
            found.push(stream.value().clone());
        }
        Ok(())
    }

    /// The terms of a scope and kind that an automaton accepts.
    fn accepted(&self, head: &[u8], typo: &DFA, found: &mut Vec<TermInfo>) -> Result<()> {
        let automaton = Headed { head, typo };
        let search = self.terms.terms().search(automaton).ge(head);
        let mut stream = match after_all_beginning_with(head) {
            Some(end) => search.lt(end).into_stream()?,
            None => search.into_stream()?,
        };
        while stream.advance() {
            found.push(stream.value().clone());
        }
        Ok(())
    }
}

/// The first text behind all that begin with this one.
fn after_all_beginning_with(text: &[u8]) -> Option<Vec<u8>> {
    let mut end = text.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

/// What begins with scope and kind, and goes on with what the automaton of typing errors
/// accepts.
struct Headed<'a> {
    head: &'a [u8],
    typo: &'a DFA,
}

#[derive(Clone, Copy)]
enum HeadedState {
    InHead(usize),
    Behind(u32),
    Dead,
}

impl tantivy_fst::Automaton for Headed<'_> {
    type State = HeadedState;

    fn start(&self) -> HeadedState {
        HeadedState::InHead(0)
    }

    fn is_match(&self, state: &HeadedState) -> bool {
        use levenshtein_automata::Distance;
        match state {
            HeadedState::Behind(state) => {
                matches!(self.typo.distance(*state), Distance::Exact(_))
            }
            HeadedState::InHead(_) | HeadedState::Dead => false,
        }
    }

    fn can_match(&self, state: &HeadedState) -> bool {
        match state {
            HeadedState::Behind(state) => *state != levenshtein_automata::SINK_STATE,
            HeadedState::InHead(_) => true,
            HeadedState::Dead => false,
        }
    }

    fn accept(&self, state: &HeadedState, byte: u8) -> HeadedState {
        match *state {
            HeadedState::InHead(at) if self.head.get(at) == Some(&byte) => {
                match at + 1 == self.head.len() {
                    true => HeadedState::Behind(self.typo.initial_state()),
                    false => HeadedState::InHead(at + 1),
                }
            }
            HeadedState::Behind(state) => HeadedState::Behind(self.typo.transition(state, byte)),
            HeadedState::InHead(_) | HeadedState::Dead => HeadedState::Dead,
        }
    }
}

/// Where a pattern is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Names,
    Anywhere,
}

/// The terms of a segment that a pattern finds, looked up when they are first needed.
#[derive(Default)]
pub(super) struct Found {
    names: [OnceCell<Terms>; 4],
    telling: [OnceCell<Terms>; 4],
    others: [OnceCell<Terms>; 2],
}

/// Terms of a segment.
#[derive(Default)]
pub(super) struct Terms {
    infos: Vec<TermInfo>,
    /// The documents of the rare ones, once they are asked for.
    rare: OnceCell<Arc<[DocId]>>,
}

impl Terms {
    fn of(infos: Vec<TermInfo>) -> Self {
        Self {
            infos,
            rare: OnceCell::new(),
        }
    }
}

/// Whether so few documents have a term that they are read at once: a walk through thousands
/// of such terms would cost more than what they hold.
fn is_rare(term: &TermInfo) -> bool {
    const FEW: u32 = 64;
    term.doc_freq <= FEW
}

impl Segment {
    /// The documents in which a pattern is found as well as this, or better.
    pub(super) fn with_pattern(
        &self,
        scope: i64,
        pattern: &Pattern,
        class: MatchClass,
        place: Where,
        found: &Found,
    ) -> Result<Documents> {
        let mut lists = Vec::with_capacity(2);
        lists.extend(self.names(scope, pattern, class, found)?);
        if place == Where::Anywhere {
            lists.push(self.others(scope, pattern, class, found)?);
        }
        self.with_any(lists)
    }

    /// The terms of names by which a pattern is found as well as this, and not better.
    pub(super) fn telling_names<'f>(
        &self,
        scope: i64,
        pattern: &Pattern,
        class: MatchClass,
        found: &'f Found,
    ) -> Result<Option<&'f Terms>> {
        let Some(names) = self.names(scope, pattern, class, found)? else {
            return Ok(None);
        };
        let Some(better) = class.better() else {
            return Ok(Some(names));
        };
        let better = self.names(scope, pattern, better, found)?;
        let telling = of_class(&found.telling, class);
        kept(telling, || {
            let better = better.map_or(&[][..], |better| &better.infos);
            let better: HashSet<usize> = better.iter().map(begins).collect();
            let is_new = |term: &&TermInfo| !better.contains(&begins(term));
            Ok(names.infos.iter().filter(is_new).cloned().collect())
        })
        .map(Some)
    }

    /// Terms of names; none for what is no text.
    fn names<'f>(
        &self,
        scope: i64,
        pattern: &Pattern,
        class: MatchClass,
        found: &'f Found,
    ) -> Result<Option<&'f Terms>> {
        let Pattern::Text(text) = pattern else {
            return Ok(None);
        };
        let known = of_class(&found.names, class);
        kept(known, || self.look_up_names(scope, text, class)).map(Some)
    }

    fn look_up_names(
        &self,
        scope: i64,
        pattern: &TextPattern,
        class: MatchClass,
    ) -> Result<Vec<TermInfo>> {
        let mut terms = TermBuffer::new(scope);
        let mut found = Vec::new();
        let text = pattern.text();
        match (class, pattern.typo()) {
            (MatchClass::Exact, _) => {
                self.one(terms.term(Kind::Name, text.as_bytes()), &mut found)?;
                return Ok(found);
            }
            // What the pattern begins is found by its automaton as well.
            (MatchClass::Typo, Some(typo)) => {
                let head = terms.term(Kind::Name, b"");
                self.accepted(head, typo, &mut found)?;
            }
            _ if text.chars().count() <= terms::NAME_PREFIX => {
                self.one(terms.term(Kind::NamePrefix, text.as_bytes()), &mut found)?;
            }
            _ => self.beginning_with(terms.term(Kind::Name, text.as_bytes()), &mut found)?,
        }
        if matches!(class, MatchClass::Nickname | MatchClass::Typo) {
            for name in pattern.nicknames() {
                self.one(terms.term(Kind::Name, name.as_bytes()), &mut found)?;
            }
        }
        Ok(found)
    }

    /// Terms of companies, emails and phones.
    pub(super) fn others<'f>(
        &self,
        scope: i64,
        pattern: &Pattern,
        class: MatchClass,
        found: &'f Found,
    ) -> Result<&'f Terms> {
        let [exact, prefix] = &found.others;
        let is_exact = class == MatchClass::Exact;
        let known = if is_exact { exact } else { prefix };
        kept(known, || self.look_up_others(scope, pattern, is_exact))
    }

    fn look_up_others(
        &self,
        scope: i64,
        pattern: &Pattern,
        is_exact: bool,
    ) -> Result<Vec<TermInfo>> {
        let mut terms = TermBuffer::new(scope);
        let mut found = Vec::new();
        match pattern {
            Pattern::Text(pattern) => {
                let text = pattern.text();
                let length = text.chars().count();
                if is_exact || length < terms::SHORTEST_OTHER {
                    self.one(terms.term(Kind::Other, text.as_bytes()), &mut found)?;
                } else if length <= terms::OTHER_PREFIX {
                    self.one(terms.term(Kind::OtherPrefix, text.as_bytes()), &mut found)?;
                } else {
                    self.beginning_with(terms.term(Kind::Other, text.as_bytes()), &mut found)?;
                }
            }
            Pattern::PhoneEnd(digits) if is_exact => {
                self.one(terms.reversed(Kind::Phone, digits), &mut found)?;
            }
            Pattern::PhoneEnd(digits) if digits.len() <= terms::PHONE_END => {
                self.one(terms.reversed(Kind::PhoneEnd, digits), &mut found)?;
            }
            Pattern::PhoneEnd(digits) => {
                self.beginning_with(terms.reversed(Kind::Phone, digits), &mut found)?;
            }
        }
        Ok(found)
    }
}

/// Where the documents of a term stand, which tells one term from another.
fn begins(term: &TermInfo) -> usize {
    term.postings_range.start
}

fn of_class(cells: &[OnceCell<Terms>; 4], class: MatchClass) -> &OnceCell<Terms> {
    let [exact, prefix, nickname, typo] = cells;
    match class {
        MatchClass::Exact => exact,
        MatchClass::Prefix => prefix,
        MatchClass::Nickname => nickname,
        MatchClass::Typo => typo,
    }
}

fn kept(
    known: &OnceCell<Terms>,
    look_up: impl FnOnce() -> Result<Vec<TermInfo>>,
) -> Result<&Terms> {
    if let Some(known) = known.get() {
        return Ok(known);
    }
    let found = look_up()?;
    Ok(known.get_or_init(|| Terms::of(found)))
}
