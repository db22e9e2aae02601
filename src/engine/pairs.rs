//! Pairs of contacts that are different people or may be one, and keys that nobody holds.

use super::view::View;
use super::{Contacts, TransactionContacts};
use crate::contact::ContactId;
use crate::error::{Error, Result};
use crate::ident::pattern::{is_notorious_key, is_notorious_pattern};
use crate::ident::{Key, KeyPattern};
use crate::resolve::{MergeRules, Merged};
use crate::store::{Blocked, Failure, Reading, ReviewPair, Stamp, Writing};

/// What somebody says of a pair on the review queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// They are one person: the second is merged into the first.
    Merge(MergeRules),
    /// They are two people.
    Distinct,
    /// Not now: the pair leaves the queue, and stays among those put off.
    #[default]
    Later,
}

impl View {
    /// Two live contacts, by their rows.
    fn pair(
        &self,
        tx: &Reading<'_>,
        a: ContactId,
        b: ContactId,
    ) -> Result<(i64, i64, i64), Failure> {
        let (scope, one) = self.live(tx, a)?;
        let (_, other) = self.live(tx, b)?;
        if one == other {
            let reason = "it leads to the same contact as the other id; name two";
            return Err(Error::invalid_request("id", &b.to_string(), reason).into());
        }
        Ok((scope, one, other))
    }

    fn mark_distinct(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        a: ContactId,
        b: ContactId,
    ) -> Result<bool, Failure> {
        let (scope, one, other) = self.pair(tx, a, b)?;
        tx.mark_distinct(scope, one, other, stamp)
    }

    fn lift_distinct(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        a: ContactId,
        b: ContactId,
    ) -> Result<bool, Failure> {
        let (scope, one, other) = self.pair(tx, a, b)?;
        tx.lift_distinct(scope, one, other, stamp)
    }

    fn decide(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        a: ContactId,
        b: ContactId,
        decision: &Decision,
    ) -> Result<Option<Merged>, Failure> {
        let (scope, one, other) = self.pair(tx, a, b)?;
        match decision {
            Decision::Merge(rules) => self.merge(tx, stamp, a, b, rules).map(Some),
            Decision::Distinct => tx.mark_distinct(scope, one, other, stamp).map(|_| None),
            Decision::Later => tx.put_off(scope, one, other, stamp).map(|_| None),
        }
    }

    fn review(&self, tx: &Reading<'_>, with_later: bool) -> Result<Vec<ReviewPair>, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.review(scope, with_later),
            None => Ok(Vec::new()),
        }
    }

    /// Something about what is blocked, in a scope that may be new; `changes_new` says whether
    /// it changes what a new scope starts with.
    fn block(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        changes_new: bool,
        job: impl FnOnce(i64) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let scope = match self.row(tx)? {
            Some(row) => row,
            None if !changes_new => return Ok(false),
            None => tx.intern(&self.scope, stamp.now)?,
        };
        job(scope)
    }

    fn block_key(&self, tx: &Writing<'_>, stamp: &Stamp<'_>, key: &Key) -> Result<bool, Failure> {
        let changes_new = !is_notorious_key(key);
        self.block(tx, stamp, changes_new, |scope| tx.block(scope, key, stamp))
    }

    fn unblock_key(&self, tx: &Writing<'_>, stamp: &Stamp<'_>, key: &Key) -> Result<bool, Failure> {
        let changes_new = is_notorious_key(key);
        self.block(tx, stamp, changes_new, |scope| {
            tx.unblock(scope, key, stamp)
        })
    }

    fn blocked(&self, tx: &Reading<'_>) -> Result<Vec<Blocked>, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.blocked(scope),
            None => Ok(Vec::new()),
        }
    }
}

impl Contacts {
    /// Marks two contacts as different people, whatever they share: no rule and no suggestion
    /// pairs them again. The mark follows both through merges. False if they were marked.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::InvalidRequest`] if both ids lead to one contact, and
    /// those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, OnConflict, ResolveRequest, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    /// let ben = contacts.resolve(Draft::new().phone("+14155550101"))?.contact.id;
    /// contacts.mark_distinct(ana, ben)?;
    ///
    /// let both = Draft::new().email("ana@example.com").phone("+14155550101");
    /// let outcome = contacts.resolve(ResolveRequest::from(both).on_conflict(OnConflict::Merge))?;
    /// assert!(outcome.merged.is_empty() && contacts.review(false)?.is_empty());
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn mark_distinct(&self, a: ContactId, b: ContactId) -> Result<bool> {
        self.write(|view, tx, stamp| view.mark_distinct(tx, stamp, a, b))
    }

    /// Lifts the marks between two contacts. A later conflict puts them on the review queue
    /// again. False if there were none.
    ///
    /// # Errors
    ///
    /// Those of [`mark_distinct`](Self::mark_distinct).
    pub fn lift_distinct(&self, a: ContactId, b: ContactId) -> Result<bool> {
        self.write(|view, tx, stamp| view.lift_distinct(tx, stamp, a, b))
    }

    /// The review queue, oldest first: pairs of contacts that may be one person, each with
    /// why and since when. A pair that was decided does not come back by itself. With
    /// `with_later` those that were put off, too.
    ///
    /// # Errors
    ///
    /// Those of a store.
    ///
    /// ```
    /// use kinfold::{Decision, Draft, Kinfold, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// contacts.resolve(Draft::new().email("ana@example.com"))?;
    /// contacts.resolve(Draft::new().phone("+14155550101"))?;
    /// contacts.resolve(Draft::new().email("ana@example.com").phone("+14155550101"))?;
    ///
    /// let queue = contacts.review(false)?;
    /// assert_eq!(queue[0].keys[0].key, "+14155550101");
    /// contacts.decide(queue[0].a, queue[0].b, &Decision::Distinct)?;
    /// assert!(contacts.review(false)?.is_empty());
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn review(&self, with_later: bool) -> Result<Vec<ReviewPair>> {
        self.read(|tx| self.view.review(tx, with_later))
    }

    /// Decides about a pair, whether or not it stands on the queue. The merge, if it is one.
    ///
    /// # Errors
    ///
    /// Those of [`mark_distinct`](Self::mark_distinct) and [`merge`](Self::merge).
    pub fn decide(
        &self,
        a: ContactId,
        b: ContactId,
        decision: &Decision,
    ) -> Result<Option<Merged>> {
        self.write(|view, tx, stamp| view.decide(tx, stamp, a, b, decision))
    }

    /// Blocks a key: contacts list it and nobody holds it, so that nobody is found by it.
    /// False if it was blocked.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn block(&self, key: &Key) -> Result<bool> {
        self.write(|view, tx, stamp| view.block_key(tx, stamp, key))
    }

    /// Lifts a block. The first live contact in the key's line holds it again. False if it was
    /// not blocked by itself; what a pattern blocks as well stays blocked.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn unblock(&self, key: &Key) -> Result<bool> {
        self.write(|view, tx, stamp| view.unblock_key(tx, stamp, key))
    }

    /// Blocks every key of a shape, those that come later as well. False if it was blocked.
    ///
    /// # Errors
    ///
    /// Those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, KeyPattern, Kind, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// contacts.block_pattern(&KeyPattern::read(Kind::Email, "info@*")?)?;
    /// let shop = Draft::new().email("info@shop.example").phone("+14155550101");
    /// let outcome = contacts.resolve(shop)?;
    /// assert!(outcome.contact.emails().all(|email| email.blocked && !email.holds));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn block_pattern(&self, pattern: &KeyPattern) -> Result<bool> {
        self.write(|view, tx, stamp| {
            let changes_new = !is_notorious_pattern(pattern);
            view.block(tx, stamp, changes_new, |scope| {
                tx.block_pattern(scope, pattern, stamp)
            })
        })
    }

    /// Lifts a pattern. What is blocked by itself, or by another pattern, stays blocked. False
    /// if there was none.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn unblock_pattern(&self, pattern: &KeyPattern) -> Result<bool> {
        self.write(|view, tx, stamp| {
            let changes_new = is_notorious_pattern(pattern);
            view.block(tx, stamp, changes_new, |scope| {
                tx.unblock_pattern(scope, pattern, stamp)
            })
        })
    }

    /// Blocks the notorious values that a new scope starts with, `noreply@*` and the like, or
    /// lifts them all. False if that changes nothing.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn block_notorious(&self, blocked: bool) -> Result<bool> {
        self.write(|view, tx, stamp| {
            view.block(tx, stamp, !blocked, |scope| {
                tx.set_notorious(scope, blocked, stamp)
            })
        })
    }

    /// What is blocked: patterns, then keys. A scope in which nothing was ever written has its
    /// list when something is.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn blocked(&self) -> Result<Vec<Blocked>> {
        self.read(|tx| self.view.blocked(tx))
    }
}

impl TransactionContacts<'_> {
    /// As [`Contacts::mark_distinct`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::mark_distinct`].
    pub fn mark_distinct(&self, a: ContactId, b: ContactId) -> Result<bool> {
        self.write(|view, tx, stamp| view.mark_distinct(tx, stamp, a, b))
    }

    /// As [`Contacts::lift_distinct`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::lift_distinct`].
    pub fn lift_distinct(&self, a: ContactId, b: ContactId) -> Result<bool> {
        self.write(|view, tx, stamp| view.lift_distinct(tx, stamp, a, b))
    }

    /// As [`Contacts::review`].
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn review(&self, with_later: bool) -> Result<Vec<ReviewPair>> {
        self.read(|tx| self.view.review(tx, with_later))
    }

    /// As [`Contacts::decide`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::decide`].
    pub fn decide(
        &self,
        a: ContactId,
        b: ContactId,
        decision: &Decision,
    ) -> Result<Option<Merged>> {
        self.write(|view, tx, stamp| view.decide(tx, stamp, a, b, decision))
    }

    /// As [`Contacts::block`].
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn block(&self, key: &Key) -> Result<bool> {
        self.write(|view, tx, stamp| view.block_key(tx, stamp, key))
    }

    /// As [`Contacts::unblock`].
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn unblock(&self, key: &Key) -> Result<bool> {
        self.write(|view, tx, stamp| view.unblock_key(tx, stamp, key))
    }
}
