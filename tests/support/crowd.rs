//! Random steps in one scope of a store, aimed at what stands in the store itself: no
//! model says what they answer, but what must always hold does.

use kinfold::{MergeId, Scope};

use super::driver::Driver;
use super::steps::Step;
use super::{TestStore, scope};
use crate::model::{Id, Settings};

/// A store of scopes in each of which much happens.
pub struct Crowd {
    store: TestStore,
    scope: Scope,
    merges: Vec<MergeId>,
}

/// What a crowd did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Done {
    pub steps: u32,
    pub refused: u32,
}

impl Crowd {
    pub fn new(settings: &Settings) -> Self {
        Self {
            store: TestStore::copied(settings),
            scope: scope(1_u8, false),
            merges: Vec::new(),
        }
    }

    pub fn next_organisation(&mut self, number: u32) {
        self.scope = scope(number, false);
        self.merges.clear();
    }

    /// Takes a step, if there is anything to aim it at. A refusal is one of those that the
    /// rules know.
    pub fn take(&mut self, step: &Step, done: &mut Done) {
        let Some(step) = self.aimed(step) else {
            return;
        };
        let mut driver = Driver::new(&self.store, self.scope.clone(), &mut self.merges);
        let answer = driver.take(&step);
        let answer = answer.unwrap_or_else(|error| panic!("{step:?}: {error:?}"));
        done.steps += 1;
        done.refused += u32::from(answer.is_err());
    }

    fn aimed(&self, step: &Step) -> Option<Step> {
        let live = self.contacts("state = 0");
        let one_of = |fitting: &[Id], number: usize| {
            let place = number.checked_rem(fitting.len())?;
            fitting.get(place).copied()
        };
        let live = |number| one_of(&live, number);
        let two = |one: usize, other| Some((live(one)?, live(other)?));
        Some(match step.clone() {
            Step::Update(one, update) => Step::Update(live(one)?, update),
            Step::Merge(one, other, company) => {
                let (one, other) = two(one, other)?;
                Step::Merge(one, other, company)
            }
            Step::Unmerge(number) => Step::Unmerge(number.checked_rem(self.merges.len())?),
            Step::Distinct(one, other) => {
                let (one, other) = two(one, other)?;
                Step::Distinct(one, other)
            }
            Step::Lift(one, other) => {
                let (one, other) = two(one, other)?;
                Step::Lift(one, other)
            }
            Step::Decide(one, other, decision) => {
                let (one, other) = two(one, other)?;
                Step::Decide(one, other, decision)
            }
            Step::Delete(one) => Step::Delete(live(one)?),
            Step::Restore(one) => {
                let deleted = self.contacts("state = 1 AND erased_at IS NULL");
                Step::Restore(one_of(&deleted, one)?)
            }
            Step::Erase(one) => Step::Erase(live(one)?),
            Step::Reassign(key, one) => Step::Reassign(key, live(one)?),
            step @ (Step::Resolve(_) | Step::Create(..) | Step::Block(_) | Step::Unblock(_)) => {
                step
            }
        })
    }

    /// The numbers of the contacts of which this is true.
    fn contacts(&self, condition: &str) -> Vec<Id> {
        let query = format!(
            "SELECT number FROM
                (SELECT contact.*, row_number() OVER (ORDER BY contact.id) - 1 AS number
                 FROM contact JOIN scope ON scope.id = contact.scope
                 WHERE org = ?1 AND location = '')
             WHERE {condition} ORDER BY number"
        );
        let mut select = self.store.raw.prepare_cached(&query).expect("a query");
        let rows = select.query_map([self.scope.org()], |row| row.get(0));
        let numbers: rusqlite::Result<Vec<i64>> = rows.expect("rows").collect();
        let numbers = numbers.expect("numbers").into_iter();
        numbers
            .map(|number| Id::try_from(number).expect("a number"))
            .collect()
    }

    /// Undoes every merge that still stands, the last one first.
    pub fn undo_all(&mut self, done: &mut Done) {
        for number in (0..self.merges.len()).rev() {
            self.take(&Step::Unmerge(number), done);
        }
    }

    pub fn hold(&self) {
        let report = self.store.kinfold.check().expect("a report");
        assert!(report.ok, "{:?}", report.problems);
    }
}
