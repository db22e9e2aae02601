//! The store takes the steps that the model takes, and answers in the model's words.

use kinfold::{Contacts, Error, MergeId, MergeRules, Result, Scope, Survivorship};

use super::TestStore;
use super::both::{engine_key, engine_request, engine_update, held, model_outcome, model_refusal};
use super::picture::Numbers;
use super::steps::{Answer, Step};
use crate::model::{Company, Decision, Id, MergeNumber, Pair, Refused, Request, Unmerged, pair};

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

    /// Does an aimed step.
    ///
    /// # Errors
    ///
    /// Those that are no answer.
    pub fn take(&mut self, step: &Step) -> Result<std::result::Result<Answer, Refused>> {
        match self.done(step) {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) => self.refusal(error).map(Err),
        }
    }

    /// A refusal in the model's words.
    pub fn refusal(&self, error: Error) -> Result<Refused> {
        let numbers = self.numbers();
        model_refusal(&error, |id| numbers.of(id)).ok_or(error)
    }

    fn done(&mut self, step: &Step) -> Result<Answer> {
        let contacts = self.contacts();
        let numbers = self.numbers();
        let id = |number| numbers.id(number);
        Ok(match step {
            Step::Resolve(request) => {
                let outcome = self.resolve(request, request.dry_run)?;
                self.answer(&outcome, request.dry_run)
            }
            Step::Create(request, twice) => {
                let typed = engine_request(request).allow_duplicates(*twice);
                let outcome = match request.dry_run {
                    true => contacts.preview_create(typed)?,
                    false => contacts.create(typed)?,
                };
                self.answer(&outcome, request.dry_run)
            }
            Step::Update(one, update) => {
                let outcome = contacts.update(id(*one), engine_update(update))?;
                self.answer(&outcome, false)
            }
            Step::Merge(one, other, company) => {
                let rules = match company {
                    Company::Survivors => MergeRules::default(),
                    Company::Longest => {
                        MergeRules::default().field("company", Survivorship::Longest)?
                    }
                };
                let merged = contacts.merge(id(*one), id(*other), &rules)?;
                Answer::Merged(self.merged(merged.merge))
            }
            Step::Unmerge(number) => {
                let undone = contacts.unmerge(self.merges[*number])?;
                Answer::Unmerged(Unmerged {
                    survivor: numbers.of(undone.survivor.id),
                    restored: numbers.of(undone.restored.id),
                    conflicts: held(&undone.conflicts, |id| numbers.of(id)),
                })
            }
            Step::Distinct(one, other) => {
                Answer::Changed(contacts.mark_distinct(id(*one), id(*other))?)
            }
            Step::Lift(one, other) => {
                Answer::Changed(contacts.lift_distinct(id(*one), id(*other))?)
            }
            Step::Decide(one, other, decision) => {
                let decision = match decision {
                    Decision::Merge => kinfold::Decision::Merge(MergeRules::default()),
                    Decision::Distinct => kinfold::Decision::Distinct,
                    Decision::Later => kinfold::Decision::Later,
                };
                let merged = contacts.decide(id(*one), id(*other), &decision)?;
                Answer::Decided(merged.map(|merged| self.merged(merged.merge)))
            }
            Step::Delete(one) => {
                contacts.delete(id(*one))?;
                Answer::Done
            }
            Step::Restore(one) => {
                let restored = contacts.restore(id(*one))?;
                Answer::Restored(held(&restored.conflicts, |id| numbers.of(id)))
            }
            Step::Reassign(key, one) => {
                contacts.reassign(&engine_key(*key), id(*one))?;
                Answer::Done
            }
            Step::Block(key) => Answer::Changed(contacts.block(&engine_key(*key))?),
            Step::Unblock(key) => Answer::Changed(contacts.unblock(&engine_key(*key))?),
            Step::Erase(one) => {
                contacts.erase(id(*one))?;
                Answer::Done
            }
        })
    }

    /// A resolve or an upsert, or what it would answer.
    pub fn resolve(&self, request: &Request, dry: bool) -> Result<kinfold::Outcome> {
        let (contacts, typed) = (self.contacts(), engine_request(request));
        match (request.upsert, dry) {
            (false, false) => contacts.resolve(typed),
            (false, true) => contacts.preview_resolve(typed),
            (true, false) => contacts.upsert(typed),
            (true, true) => contacts.preview_upsert(typed),
        }
    }

    /// An outcome in the model's words; the merges of what was done are remembered.
    pub fn answer(&mut self, outcome: &kinfold::Outcome, dry: bool) -> Answer {
        if !dry {
            self.merges.extend(&outcome.merges);
        }
        let numbers = self.numbers();
        Answer::Outcome(model_outcome(outcome, |id| numbers.of(id)))
    }

    /// The review queue.
    pub fn queue(&self) -> Result<Vec<Pair>> {
        let numbers = self.numbers();
        let queue = self.contacts().review(false)?;
        let pairs = queue
            .iter()
            .map(|of| pair(numbers.of(of.a), numbers.of(of.b)));
        Ok(pairs.collect())
    }

    /// Every merge: its number, who absorbed whom, and whether it was undone.
    pub fn ledger(&self) -> Result<Vec<(MergeNumber, Id, Id, bool)>> {
        let numbers = self.numbers();
        let merges = self.contacts().merges(None)?.into_iter().map(|entry| {
            let known = self.merges.iter().position(|known| *known == entry.merge);
            let number = known.expect("a merge of this scope");
            let (survivor, absorbed) = (numbers.of(entry.survivor), numbers.of(entry.absorbed));
            (number, survivor, absorbed, entry.undone)
        });
        Ok(merges.collect())
    }

    fn merged(&mut self, merge: MergeId) -> MergeNumber {
        self.merges.push(merge);
        self.merges.len() - 1
    }
}
