//! What was committed and is in no index yet: searched in memory.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::candidates::Candidate;
use super::matching::Rank;
use super::query::Query;
use super::words::Scratch;
use super::{Names, Searched};

/// A contact of the tail; none of its texts are left if it is gone.
pub(crate) struct Kept {
    pub(crate) scope: i64,
    pub(crate) change: u64,
    pub(crate) texts: Option<Texts>,
}

/// What of a contact is searched.
pub(crate) struct Texts {
    pub(crate) display: Option<String>,
    pub(crate) given: Option<String>,
    pub(crate) family: Option<String>,
    pub(crate) company: Option<String>,
    pub(crate) emails: Vec<String>,
    pub(crate) phones: Vec<String>,
}

impl Texts {
    pub(crate) fn searched(&self) -> Searched<'_> {
        Searched {
            names: Names {
                display: self.display.as_deref().map(Into::into),
                given: self.given.as_deref(),
                family: self.family.as_deref(),
            },
            company: self.company.as_deref(),
            emails: self.emails.iter().map(String::as_str).collect(),
            phones: self.phones.iter().map(String::as_str).collect(),
        }
    }
}

/// The contacts that changed since an index looked.
#[derive(Clone, Default)]
pub(crate) struct Tail {
    /// Up to which change it knows all that came after the index.
    pub(crate) reached: u64,
    kept: HashMap<i64, Arc<Kept>>,
    /// Rows of which whoever searches knows all by himself.
    hidden: HashSet<i64>,
}

impl Tail {
    /// Nothing, from a number on.
    pub(crate) fn from(reached: u64) -> Self {
        Self {
            reached,
            ..Self::default()
        }
    }

    /// One that hides these rows of an index, and knows nothing of them.
    pub(crate) fn hiding(rows: HashSet<i64>) -> Self {
        Self {
            hidden: rows,
            ..Self::default()
        }
    }

    pub(crate) fn put(&mut self, row: i64, kept: Kept) {
        self.kept.insert(row, Arc::new(kept));
    }

    /// Forgets what an index has that followed the log up to this number.
    pub(crate) fn forget(&mut self, up_to: u64) {
        self.kept.retain(|_, kept| kept.change > up_to);
        self.reached = self.reached.max(up_to);
    }

    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether it knows all of a row, whatever the index says.
    pub(crate) fn has(&self, row: i64) -> bool {
        self.kept.contains_key(&row) || self.hidden.contains(&row)
    }

    /// The contacts of a scope that a query finds.
    pub(crate) fn find(&self, query: &Query, scope: i64, scratch: &mut Scratch) -> Vec<Candidate> {
        let of_scope = self.kept.iter().filter(|(_, kept)| kept.scope == scope);
        let found = of_scope.filter_map(|(&row, kept)| {
            let rank: Rank = query.rank(&kept.texts.as_ref()?.searched(), scratch)?;
            Some(Candidate {
                rank,
                change: kept.change,
                row,
            })
        });
        found.collect()
    }
}
