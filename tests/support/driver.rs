//! The store takes the steps that the model takes, and answers in the model's words.

use kinfold::{Contacts, MergeId, Scope};

use super::TestStore;
use super::both::{engine_request, model_outcome, model_refusal};
use super::picture::Numbers;
use super::stage::Stage;
use super::steps::{Answer, Step};
use crate::model::{Id, Identifiers, MergeNumber, Refused, Request, Update};

/// One scope of a store.
pub struct Driver<'a> {
    store: &'a TestStore,
    scope: Scope,
    /// The ledger's ids of the merges, by their numbers.
    merges: &'a mut Vec<MergeId>,
}

impl<'a> Driver<'a> {
    pub fn new(store: &'a TestStore, scope: Scope, merges: &'a mut Vec<MergeId>) -> Self {
        Self {
            store,
            scope,
            merges,
        }
    }

    pub fn contacts(&self) -> Contacts {
        self.store.kinfold.contacts(self.scope.clone())
    }

    pub fn numbers(&self) -> Numbers {
        Numbers::read(&self.store.raw, &self.scope)
    }

    /// Whether there is a way to do it.
    pub fn knows(step: &Step) -> bool {
        match step {
            Step::Update(_, update) => {
                let removes = matches!(update.identifiers[..], [Identifiers::Remove(_)]);
                let identifiers = update.identifiers.clone();
                removes
                    && *update
                        == Update {
                            identifiers,
                            ..Update::default()
                        }
            }
            Step::Create(..)
            | Step::Merge(..)
            | Step::Unmerge(_)
            | Step::Lift(..)
            | Step::Decide(..)
            | Step::Erase(_) => false,
            _ => true,
        }
    }

    /// Does an aimed step. What is staged is taken only if the model took it.
    pub fn take(
        &mut self,
        step: &Step,
        expected: &Result<Answer, Refused>,
    ) -> Result<Answer, Refused> {
        if let Step::Resolve(request) = step {
            let result = self.resolve(request, request.dry_run);
            if let Ok(outcome) = &result
                && !request.dry_run
            {
                self.merges.extend(&outcome.merges);
            }
            return self.outcome(&result);
        }
        expected.clone()?;
        let numbers = self.numbers();
        let stage = Stage::new(&self.store.raw, &self.scope);
        let row = |one: Id| numbers.row(one);
        match step {
            Step::Distinct(one, other) => stage.mark_distinct(row(*one), row(*other)),
            Step::Delete(one) => stage.delete(row(*one)),
            Step::Restore(one) => {
                let reported = stage.restore(row(*one)).into_iter();
                let reported = reported.map(|(key, holder)| (key, numbers.of_row(holder)));
                return Ok(Answer::Restored(reported.collect()));
            }
            Step::Reassign(key, one) => stage.reassign(*key, row(*one)),
            Step::Block(key) => stage.block(*key),
            Step::Unblock(key) => stage.unblock(*key),
            Step::Update(one, update) => {
                for identifiers in &update.identifiers {
                    if let Identifiers::Remove(key) = identifiers {
                        stage.drop_identifier(row(*one), *key);
                    }
                }
                return expected.clone();
            }
            other => panic!("there is no way to {other:?}"),
        }
        Ok(Answer::Done)
    }

    /// A resolve or an upsert, or what it would answer.
    pub fn resolve(&self, request: &Request, dry: bool) -> kinfold::Result<kinfold::Outcome> {
        let (contacts, typed) = (self.contacts(), engine_request(request));
        match (request.upsert, dry) {
            (false, false) => contacts.resolve(typed),
            (false, true) => contacts.preview_resolve(typed),
            (true, false) => contacts.upsert(typed),
            (true, true) => contacts.preview_upsert(typed),
        }
    }

    /// A result of the store in the model's words.
    pub fn outcome(&self, result: &kinfold::Result<kinfold::Outcome>) -> Result<Answer, Refused> {
        let numbers = self.numbers();
        let number = |id| numbers.of(id);
        match result {
            Ok(outcome) => Ok(Answer::Outcome(model_outcome(outcome, number))),
            Err(error) => Err(model_refusal(error, number)),
        }
    }

    pub fn merge_number(&self, merge: MergeId) -> MergeNumber {
        let found = self.merges.iter().position(|known| *known == merge);
        found.expect("a merge of this scope")
    }
}
