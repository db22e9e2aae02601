//! Conditions that a hit must meet, as far as the index can tell.

use tantivy::Result;

use super::documents::{self, Documents};
use super::segment::Segment;
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

    pub(super) fn is_recent(&self, updated_at: i64) -> bool {
        self.changed_since.is_none_or(|since| updated_at >= since)
    }

    /// Those of the documents that meet the conditions.
    pub(super) fn narrow(
        &self,
        segment: &Segment,
        scope: i64,
        documents: Documents,
    ) -> Result<Documents> {
        let mut term = TermBuffer::new(scope);
        let mut with =
            |(kind, text): &(Kind, String)| segment.with_term(term.term(*kind, text.as_bytes()));
        let mut all = vec![documents];
        for group in &self.groups {
            let any = group.iter().map(&mut with).collect::<Result<Vec<_>>>()?;
            all.push(documents::any(any));
        }
        let mut narrowed = documents::all(all, segment.documents());
        for one in &self.none_of {
            narrowed = documents::without(narrowed, with(one)?);
        }
        Ok(narrowed)
    }
}
