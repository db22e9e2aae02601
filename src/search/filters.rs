//! Conditions that a hit must meet, as far as the index can tell.

use std::sync::Arc;

use tantivy::{DocId, Result, TERMINATED};

use super::documents::{self, Documents};
use super::layer::Layer;
use super::segment::Segment;
use super::tail::Tail;
use super::terms::{self, Kind, TermBuffer};

/// What a contact is filtered by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filtered<'a> {
    pub(crate) tags: &'a [String],
    pub(crate) company: Option<&'a str>,
    pub(crate) city: Option<&'a str>,
    pub(crate) source: Option<&'a str>,
    pub(crate) assigned_to: Option<&'a str>,
}

/// The conditions. Whoever asks holds them against the contact as well: the index may know
/// less of a very long text.
#[derive(Clone, Default)]
pub(crate) struct Filters {
    /// One of each group.
    groups: Vec<Vec<(Kind, String)>>,
    /// None of these.
    none_of: Vec<(Kind, String)>,
    /// Changed then or later, in milliseconds since 1970.
    changed_since: Option<i64>,
}

impl Filters {
    pub(crate) fn tag(&mut self, tag: &str) {
        self.one(Kind::Tag, tag);
    }

    pub(crate) fn any_tag(&mut self, tags: &[String]) {
        let tags = tags.iter().map(|tag| (Kind::Tag, terms::fold(tag)));
        self.groups.push(tags.collect());
    }

    pub(crate) fn company(&mut self, company: &str) {
        self.one(Kind::Company, company);
    }

    pub(crate) fn city(&mut self, city: &str) {
        self.one(Kind::City, city);
    }

    pub(crate) fn source(&mut self, source: &str) {
        self.one(Kind::Source, source);
    }

    pub(crate) fn assigned_to(&mut self, user: &str) {
        self.one(Kind::AssignedTo, user);
    }

    /// `phone` or `email`.
    pub(crate) fn lists(&mut self, kind: &str, has: bool) {
        match has {
            true => self.one(Kind::Lists, kind),
            false => self.none_of.push((Kind::Lists, kind.to_owned())),
        }
    }

    pub(crate) fn changed_since(&mut self, moment: i64) {
        self.changed_since = Some(moment);
    }

    fn one(&mut self, kind: Kind, text: &str) {
        self.groups.push(vec![(kind, terms::fold(text))]);
    }

    pub(super) fn is_recent(&self, segment: &Segment, document: DocId) -> bool {
        self.changed_since
            .is_none_or(|since| segment.updated_at(document) >= since)
    }

    /// The first document behind one that is not recent that may be; none if there is none.
    pub(super) fn next_recent(&self, segment: &Segment, document: DocId) -> Option<DocId> {
        match self.changed_since {
            Some(since) => segment.next_recent(document, since),
            None => document.checked_add(1),
        }
    }

    /// The documents of a segment for each group of conditions; none if no document can meet
    /// them all.
    fn groups(&self, segment: &Segment, scope: i64) -> Result<Option<Vec<Documents>>> {
        let mut term = TermBuffer::new(scope);
        let mut groups = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let any = group
                .iter()
                .map(|(kind, text)| segment.with_term(term.term(*kind, text.as_bytes())));
            let any = documents::any(any.collect::<Result<_>>()?);
            if any.doc() == TERMINATED {
                return Ok(None);
            }
            groups.push(any);
        }
        Ok(Some(groups))
    }

    /// Those of some documents that meet the conditions. They are asked for only if any can.
    pub(super) fn narrow(
        &self,
        segment: &Segment,
        scope: i64,
        documents: impl FnOnce() -> Result<Documents>,
    ) -> Result<Documents> {
        let Some(mut all) = self.groups(segment, scope)? else {
            return Ok(documents::none());
        };
        all.push(documents()?);
        let mut narrowed = documents::all(all, segment.documents());
        let mut term = TermBuffer::new(scope);
        for (kind, text) in &self.none_of {
            let with = segment.with_term(term.term(*kind, text.as_bytes()))?;
            narrowed = documents::without(narrowed, with);
        }
        Ok(narrowed)
    }

    /// The rows that may meet the conditions, if these are so few that whoever searches looks
    /// at each of them rather than for the query.
    pub(crate) fn few(
        &self,
        layers: &[Arc<Layer>],
        tail: &Tail,
        scope: i64,
    ) -> Result<Option<Vec<i64>>> {
        if self.groups.is_empty() {
            return Ok(None);
        }
        let (mut count, mut sets) = (0, Vec::new());
        let mut newer: Option<&Layer> = None;
        for layer in layers {
            for segment in layer.segments() {
                let Some(groups) = self.groups(segment, scope)? else {
                    continue;
                };
                let hints = groups.iter().map(|group| group.size_hint());
                count += hints.min().unwrap_or_default();
                if count > FEW {
                    return Ok(None);
                }
                sets.push((newer, segment, documents::all(groups, segment.documents())));
            }
            newer = Some(layer);
        }
        let mut rows = Vec::new();
        for (newer, segment, mut set) in sets {
            while set.doc() != TERMINATED {
                let row = segment.row(set.doc());
                let is_known = tail.has(row) || newer.is_some_and(|newer| newer.has(row));
                if !segment.is_deleted(set.doc()) && !is_known {
                    rows.push(row);
                }
                set.advance();
            }
        }
        Ok(Some(rows))
    }
}

/// Contacts at which it is faster to look one by one.
const FEW: u32 = 512;
