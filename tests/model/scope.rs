//! A scope: everything that happened in it, and what stands in it therefore.

use super::{Effect, Id, K, Merge, MergeNumber, Refused, Settings, Standing, State, pair};
use std::collections::BTreeSet;
use std::ops::Deref;

/// One organisation, or one location of it. Nothing is ever seen from another scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub(super) settings: Settings,
    /// Everything that happened, in order.
    effects: Vec<Effect>,
    /// The merges that are as if they had not been made.
    undone: BTreeSet<MergeNumber>,
    /// What stands after all of it but what was undone.
    standing: Standing,
}

impl Deref for Scope {
    type Target = Standing;

    fn deref(&self) -> &Standing {
        &self.standing
    }
}

impl Scope {
    pub fn new(settings: Settings) -> Self {
        Scope {
            settings,
            ..Scope::default()
        }
    }

    /// What stands in it.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Lets something happen. What changes nothing has not happened.
    pub(super) fn happen(&mut self, effect: Effect) {
        let before = self.standing.clone();
        self.standing.meet(&effect);
        if self.standing != before {
            self.effects.push(effect);
        }
    }

    /// A number that no effect before had: places in line are made of it.
    pub(super) fn next_number(&self) -> i64 {
        i64::try_from(self.effects.len() + 1).expect("a history of this world")
    }

    /// What stands if the merges that were undone had not been made and everything else had happened.
    fn anew(&self) -> Standing {
        let mut standing = Standing::default();
        for effect in &self.effects {
            match effect {
                Effect::Merged(merge) if self.is_undone(merge.number) => {}
                effect => standing.meet(effect),
            }
        }
        standing
    }

    /// From now on it is as if the merge had not been made.
    pub(super) fn unmake(&mut self, merge: MergeNumber) {
        self.undone.insert(merge);
        self.standing = self.anew();
    }

    /// Whether the contact stands in the line, or at its place there, only because of a merge.
    pub(super) fn is_brought(&self, id: Id, key: K) -> bool {
        let mut alone = Standing::default();
        let effects = self.effects.iter();
        for effect in effects.filter(|effect| !matches!(effect, Effect::Merged(_))) {
            alone.meet(effect);
        }
        alone.contacts[id].place(key) != self.contacts[id].place(key)
    }

    /// Every merge that was ever made, in order.
    pub fn merges(&self) -> Vec<Merge> {
        let merge = |effect: &Effect| match effect {
            Effect::Merged(merge) => Some(merge.clone()),
            _ => None,
        };
        self.effects.iter().filter_map(merge).collect()
    }

    pub fn is_undone(&self, merge: MergeNumber) -> bool {
        self.undone.contains(&merge)
    }

    /// The merges that can be undone.
    pub fn standing_merges(&self) -> Vec<Merge> {
        let mut merges = self.merges();
        merges.retain(|merge| {
            let is_there = self.answer(merge.absorbed).is_some();
            is_there && !self.is_undone(merge.number)
        });
        merges
    }

    /// The live contact that the number leads to.
    pub(super) fn usable(&self, id: Id) -> Result<Id, Refused> {
        let id = self.answer(id).ok_or(Refused::NotFound)?;
        if self.is_live(id) {
            Ok(id)
        } else {
            Err(Refused::Deleted)
        }
    }

    /// The state of this very contact, for what is refused to merged ones.
    pub(super) fn itself(&self, id: Id) -> Result<State, Refused> {
        match (self.state(id), self.answer(id)) {
            (Some(State::Absorbed(_)), Some(survivor)) => Err(Refused::Absorbed(survivor)),
            (Some(state), Some(_)) => Ok(state),
            (_, None) | (None, _) => Err(Refused::NotFound),
        }
    }

    /// Panics if the scope is in a state that no operation may lead to.
    pub fn invariants(&self) {
        assert_eq!(
            self.anew(),
            self.standing,
            "what stands is not what happened"
        );
        for id in 0..self.count() {
            // Panics by itself when the merges lead round in a circle.
            let answer = self.answer(id);
            let own = self.lists(id);
            assert!(
                !self.has_other_value(id, &own),
                "contact {id} has two values for one external source: {own:?}"
            );
            match self.state(id) {
                Some(State::Absorbed(_)) => {
                    assert!(answer.is_some(), "contact {id} leads to no contact");
                    assert!(own.is_empty(), "merged contact {id} still lists {own:?}");
                }
                Some(State::Erased) => {
                    assert!(own.is_empty(), "erased contact {id} still lists {own:?}");
                }
                _ => assert_eq!(answer, Some(id)),
            }
            let once: BTreeSet<&K> = own.iter().collect();
            assert_eq!(once.len(), own.len(), "contact {id} lists one key twice");
        }
        for key in self.keys() {
            let line = self.line(key);
            let places: BTreeSet<_> = line.iter().map(|&id| self.place(id, key)).collect();
            assert_eq!(places.len(), line.len(), "two have one place for {key:?}");
            let live = line.iter().filter(|&&id| self.is_live(id)).count();
            assert!(
                !key.is_external() || live <= 1,
                "{key:?} is listed by {live} live contacts: {line:?}"
            );
            if let Some(holder) = self.holder(key) {
                assert!(self.is_live(holder), "{key:?} is held by a dead {holder}");
                assert!(!self.is_blocked(key), "{key:?} is blocked and held");
            }
        }
        for &(a, b) in self.distinct.iter().chain(self.reviews.keys()) {
            assert_eq!((a, b), pair(a, b), "no two contacts in order");
            for id in [a, b] {
                assert!(self.answer(id).is_some(), "the erased {id} is in a pair");
            }
        }
        for (a, b) in self.queue() {
            assert!(!self.is_distinct(a, b) && a != b);
        }
    }
}
