//! What is said of two contacts: that they are two, or that somebody is to decide. It is said of the
//! contacts themselves, stays with them, and is true of whomever they lead to.

use super::{Company, Effect, Id, MergeNumber, Pair, Refused, Review, Scope, pair};

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
        self.say_distinct((a, b));
        Ok(true)
    }

    pub(super) fn say_distinct(&mut self, pair: Pair) {
        self.happen(Effect::Distinct(pair));
        if self.reviews.contains_key(&pair) {
            self.happen(Effect::Reviewed(pair, Review::Distinct));
        }
    }

    /// Removes every mark between the two families, and what was decided with them: a later conflict is
    /// asked about again.
    pub fn lift_distinct(&mut self, a: Id, b: Id) -> Result<bool, Refused> {
        let (a, b) = self.usable_pair(a, b)?;
        if !self.is_distinct(a, b) {
            return Ok(false);
        }
        for pair in self.between(a, b) {
            self.happen(Effect::Lifted(pair));
            if self.reviews.get(&pair) == Some(&Review::Distinct) {
                self.happen(Effect::Forgotten(pair));
            }
        }
        Ok(true)
    }

    /// A reviewer says what the two are. They need not stand on the queue. Answers the merge, if it is one.
    pub fn decide(
        &mut self,
        a: Id,
        b: Id,
        decision: Decision,
    ) -> Result<Option<MergeNumber>, Refused> {
        let pair = self.usable_pair(a, b)?;
        match decision {
            Decision::Merge => return self.merge(a, b, Company::Survivors).map(Some),
            Decision::Distinct => {
                self.mark_distinct(a, b)?;
            }
            // What was decided for good stays so.
            Decision::Later => match self.reviews.get(&pair) {
                None | Some(Review::Open) => self.happen(Effect::Reviewed(pair, Review::Later)),
                Some(Review::Distinct | Review::Later) => {}
            },
        }
        Ok(None)
    }

    /// The two live contacts that the numbers lead to.
    fn usable_pair(&self, a: Id, b: Id) -> Result<Pair, Refused> {
        let (a, b) = (self.usable(a)?, self.usable(b)?);
        if a == b {
            return Err(Refused::InvalidRequest);
        }
        Ok(pair(a, b))
    }

    /// Puts a pair on the review queue once, unless it was decided.
    pub(super) fn ask_about(&mut self, a: Id, b: Id) {
        if self.reviews(a, b).is_empty() && !self.is_distinct(a, b) {
            self.happen(Effect::Reviewed(pair(a, b), Review::Open));
        }
    }
}
