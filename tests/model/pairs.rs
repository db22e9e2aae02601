//! What is said of two contacts: that they are two, or that somebody is to decide. It is said of the
//! contacts themselves, stays with them, and is true of whomever they lead to.

use super::{Company, Effect, Id, Pair, Refused, Review, Scope, pair};

/// What a reviewer says of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Both are one: the second is merged into the first.
    Merge,
    Distinct,
    /// Neither: the pair does not come back by itself.
    Later,
}

impl Scope {
    /// No rule pairs the two again, until the mark is lifted.
    pub fn mark_distinct(&mut self, a: Id, b: Id) -> Result<bool, Refused> {
        let (a, b) = self.usable_pair(a, b)?;
        if self.is_distinct(a, b) {
            return Ok(false);
        }
        self.happen(Effect::Distinct((a, b)));
        self.settle_open(a, b, Review::Distinct);
        Ok(true)
    }

    /// Removes every mark between the two families, and what was decided with them: a later conflict is
    /// asked about again.
    pub fn lift_distinct(&mut self, a: Id, b: Id) -> Result<bool, Refused> {
        let (a, b) = self.usable_pair(a, b)?;
        let before = self.standing().clone();
        for pair in self.between(a, b) {
            self.happen(Effect::Lifted(pair));
            if self.reviews.get(&pair) == Some(&Review::Distinct) {
                self.happen(Effect::Forgotten(pair));
            }
        }
        Ok(*self.standing() != before)
    }

    /// A reviewer settles a pair of the queue.
    pub fn decide(&mut self, a: Id, b: Id, decision: Decision) -> Result<(), Refused> {
        let (one, other) = self.usable_pair(a, b)?;
        if !self.is_queued(one, other) {
            return Err(Refused::NotFound);
        }
        match decision {
            Decision::Merge => {
                let open = self.open_between(one, other);
                self.merge(a, b, Company::Survivors)?;
                for pair in open {
                    self.happen(Effect::Reviewed(pair, Review::Merged));
                }
            }
            Decision::Distinct => {
                self.mark_distinct(one, other)?;
            }
            Decision::Later => self.settle_open(one, other, Review::Later),
        }
        Ok(())
    }

    /// The two live contacts that the numbers lead to.
    fn usable_pair(&self, a: Id, b: Id) -> Result<Pair, Refused> {
        let (a, b) = (self.usable(a)?, self.usable(b)?);
        if a == b {
            return Err(Refused::InvalidRequest);
        }
        Ok(pair(a, b))
    }

    fn open_between(&self, a: Id, b: Id) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = self.between(a, b).into_iter().collect();
        pairs.retain(|pair| self.reviews.get(pair) == Some(&Review::Open));
        pairs
    }

    fn settle_open(&mut self, a: Id, b: Id, review: Review) {
        for pair in self.open_between(a, b) {
            self.happen(Effect::Reviewed(pair, review));
        }
    }

    /// Puts a pair on the review queue once, unless it was decided.
    pub(super) fn ask_about(&mut self, a: Id, b: Id) {
        if self.reviews(a, b).is_empty() && !self.is_distinct(a, b) {
            self.happen(Effect::Reviewed(pair(a, b), Review::Open));
        }
    }
}
