//! The store and the model, side by side: after every step they answer and hold the same,
//! and a resolve repeated at once writes nothing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kinfold::MergeId;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestCaseResult};

use super::both::told;
use super::driver::Driver;
use super::picture::Picture;
use super::steps::{Answer, Step};
use super::{TestStore, Trace, scope};
use crate::model::{K, Pair, Refused, Request, Settings, World};

/// The scopes of one organisation, in a store and in the model.
pub struct SideBySide {
    store: TestStore,
    org: u32,
    model: World,
    /// The merges of either scope, in their order.
    merges: [Vec<MergeId>; 2],
    /// Whether nothing of it was written back yet, so that its files tell of every write.
    is_new: bool,
    /// What happened, for those who look for the reason of a failure.
    taken: String,
}

impl SideBySide {
    pub fn new(settings: &Settings) -> Self {
        Self {
            store: TestStore::copied(settings),
            org: 1,
            model: World::new(settings.clone()),
            merges: [Vec::new(), Vec::new()],
            is_new: true,
            taken: String::new(),
        }
    }

    fn trace(&self) -> Trace {
        match self.is_new {
            true => self.store.trace(),
            false => self.store.commits(),
        }
    }

    /// The same, for a store that grows old: what was committed is written back at some time.
    pub fn growing_old(settings: &Settings) -> Self {
        Self {
            is_new: false,
            ..Self::new(settings)
        }
    }

    /// Another organisation in the same store.
    pub fn next_organisation(&mut self) {
        self.org += 1;
        self.model = World::new(self.model.settings.clone());
        self.merges = [Vec::new(), Vec::new()];
        self.taken.clear();
    }

    fn driver(&mut self, location: bool) -> Driver<'_> {
        let merges = &mut self.merges[usize::from(location)];
        Driver::new(&self.store, scope(self.org, location), merges)
    }

    /// Takes a step in one of the two scopes, if there is anything to aim it at: both
    /// answer the same.
    pub fn take(&mut self, location: bool, step: &Step) -> TestCaseResult {
        let Some(step) = step.aimed(self.model.scope(location.into())) else {
            return Ok(());
        };
        self.take_as_it_is(location, step)
    }

    /// The same of a step that names what there is.
    pub fn take_as_it_is(&mut self, location: bool, step: Step) -> TestCaseResult {
        let place = if location { "branch: " } else { "" };
        self.taken.push_str(&format!("\n{place}{step:?}"));
        let same = match &step {
            Step::Resolve(request) => self.resolve(location, request),
            other => self.other(location, other),
        };
        self.telling(same)
    }

    /// The same stands in both.
    pub fn same(&mut self) -> TestCaseResult {
        let same = self.compared();
        self.telling(same)
    }

    fn telling(&self, same: TestCaseResult) -> TestCaseResult {
        same.map_err(|failure| TestCaseError::fail(format!("{failure}\nafter{}", self.taken)))
    }

    fn compared(&mut self) -> TestCaseResult {
        for location in [false, true] {
            let store = Picture::of_store(&self.store.raw, &scope(self.org, location));
            let model = Picture::of_model(self.model.scope(location.into()));
            prop_assert!(
                store == model,
                "- stands in the store, + in the model: {}",
                store.differs(&model)
            );
            let driver = self.driver(location);
            let queue: Vec<Pair> = driver.queue().map_err(failed)?;
            let once: BTreeSet<Pair> = queue.iter().copied().collect();
            prop_assert_eq!(queue.len(), once.len(), "a pair is on the queue twice");
            prop_assert_eq!(once, model.queue, "the review queue");
            let ledger = driver.ledger().map_err(failed)?;
            let scope = self.model.scope(location.into());
            let mut merges = scope.merges();
            // Of what was erased the ledger knows nothing.
            let is_left = |id| scope.answer(id).is_some();
            merges.retain(|merge| is_left(merge.survivor) && is_left(merge.absorbed));
            let merges = merges.into_iter().map(|merge| {
                let undone = scope.is_undone(merge.number);
                (merge.number, merge.survivor, merge.absorbed, undone)
            });
            prop_assert_eq!(ledger, merges.collect::<Vec<_>>(), "the merge ledger");
        }
        Ok(())
    }

    /// Where somebody stood in the way of an erase, the next writer sees to the rest; after a try
    /// in vain not at once.
    fn finish_erasing(&mut self) -> TestCaseResult {
        let pending = "SELECT count(*) FROM property WHERE name = 'erase_pending'";
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            let pending: rusqlite::Result<u32> =
                self.store.raw.query_row(pending, [], |row| row.get(0));
            if pending.map_err(failed)? == 0 {
                return Ok(());
            }
            let nothing = Step::Unblock(K::Email(u8::MAX));
            let lifted = self.driver(false).take(&nothing).map_err(failed)?;
            prop_assert_eq!(lifted, Ok(Answer::Changed(false)));
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(TestCaseError::fail("an erase stays pending"))
    }

    /// Anything but a resolve.
    fn other(&mut self, location: bool, step: &Step) -> TestCaseResult {
        let model = self.model.scope(location.into());
        let stood = model.standing().clone();
        let expected = as_told(step.taken(model));
        let has_changed = *model.standing() != stood;
        let (before, changes) = (self.trace(), self.changes()?);
        let answer = self.driver(location).take(step).map_err(failed)?;
        prop_assert_eq!(answer, expected, "the answer to {:?}", step);
        if !matches!(step, Step::Erase(_)) {
            let added = self.changes()? - changes;
            prop_assert_eq!(added, u64::from(has_changed), "entries of the change log");
        }
        if !has_changed {
            prop_assert_eq!(self.trace(), before, "nothing changed, and yet it wrote");
        }
        if matches!(step, Step::Erase(_)) {
            self.finish_erasing()?;
        }
        Ok(())
    }

    /// A resolve or an upsert: foretold, done and repeated.
    fn resolve(&mut self, location: bool, request: &Request) -> TestCaseResult {
        let expected = self.model.scope(location.into()).resolve(request);

        let before = self.trace();
        let changes = self.changes()?;
        let foretold = self.driver(location).resolve(request, true);
        prop_assert_eq!(self.trace(), before.clone(), "a dry run wrote");
        let result = match request.dry_run {
            true => foretold,
            false => {
                let result = self.driver(location).resolve(request, false);
                same_but_for_ids(&foretold, &result)?;
                result
            }
        };

        let mut driver = self.driver(location);
        let (outcome, answer) = match result {
            Ok(outcome) => {
                let answer = driver.answer(&outcome, request.dry_run);
                (Some(outcome), Ok(answer))
            }
            Err(error) => (None, Err(driver.refusal(error).map_err(failed)?)),
        };
        prop_assert_eq!(answer, as_told(expected.map(Answer::Outcome)), "the answer");
        let Some(outcome) = outcome else {
            prop_assert_eq!(self.trace(), before, "a refused request wrote");
            return Ok(());
        };
        if request.dry_run {
            return Ok(());
        }

        let added = self.changes()? - changes;
        prop_assert_eq!(
            added,
            u64::from(outcome.changed),
            "entries of the change log"
        );
        if !outcome.changed {
            prop_assert_eq!(self.trace(), before, "nothing changed, and yet it wrote");
        }
        let contacts = self.driver(location).contacts();
        let stored = contacts.get(outcome.contact.id).map_err(failed)?;
        prop_assert_eq!(
            json(&stored),
            json(&outcome.contact),
            "the contact as it is stored"
        );
        self.repeat(location, request, &outcome)
    }

    /// The same request again, at once.
    fn repeat(
        &mut self,
        location: bool,
        request: &Request,
        first: &kinfold::Outcome,
    ) -> TestCaseResult {
        let before = self.trace();
        let expected = self.model.scope(location.into()).resolve(request);
        let again = self.driver(location).resolve(request, false);
        let again = again.map_err(failed)?;
        let answer = Ok(self.driver(location).answer(&again, false));
        prop_assert_eq!(answer, as_told(expected.map(Answer::Outcome)), "the repeat");
        prop_assert_eq!(again.contact.id, first.contact.id, "the repeat's contact");
        prop_assert!(
            !again.created && !again.changed,
            "the repeat changed something"
        );
        prop_assert_eq!(
            json(&again.contact),
            json(&first.contact),
            "the repeat's contact"
        );
        prop_assert_eq!(self.trace(), before, "the repeat wrote");
        Ok(())
    }

    fn changes(&self) -> Result<u64, TestCaseError> {
        let count = "SELECT count(*) FROM change";
        let mut select = self.store.raw.prepare_cached(count).map_err(failed)?;
        select.query_row([], |row| row.get(0)).map_err(failed)
    }

    /// What must always hold, at the end.
    pub fn hold(&mut self) -> TestCaseResult {
        self.model.invariants();
        let report = self.store.kinfold.check().map_err(failed)?;
        prop_assert!(report.ok, "{:?}", report.problems);
        let ids = self.ids_lead();
        self.telling(ids)
    }

    /// Ids of absorbed contacts lead to the survivor, and those of erased ones nowhere.
    fn ids_lead(&mut self) -> TestCaseResult {
        for location in [false, true] {
            let driver = self.driver(location);
            let (contacts, numbers) = (driver.contacts(), driver.numbers());
            let model = self.model.scope(location.into());
            for id in 0..model.count() {
                let found = contacts.get(numbers.id(id));
                let leads = found.as_ref().ok().map(|found| numbers.of(found.id));
                prop_assert_eq!(leads, model.answer(id), "whom {} leads to", id);
                if let (Ok(found), Some(answer)) = (found, leads) {
                    prop_assert_eq!(found.deleted, !model.is_live(answer));
                }
            }
        }
        Ok(())
    }
}

fn as_told(answer: Result<Answer, Refused>) -> Result<Answer, Refused> {
    match answer {
        Ok(Answer::Outcome(outcome)) => Ok(Answer::Outcome(told(outcome))),
        Err(Refused::Deleted) => Err(Refused::NotFound),
        answer => answer,
    }
}

fn failed(error: impl std::fmt::Debug) -> TestCaseError {
    TestCaseError::fail(format!("{error:?}"))
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("JSON")
}

/// A dry run answers what the real one then answers. What only a write gives is left
/// out: new ids, the version and the time of the change.
fn same_but_for_ids(
    foretold: &kinfold::Result<kinfold::Outcome>,
    done: &kinfold::Result<kinfold::Outcome>,
) -> TestCaseResult {
    match (foretold, done) {
        (Ok(foretold), Ok(done)) => {
            prop_assert_eq!(foretold.contact.id.is_none(), done.created);
            prop_assert_eq!(foretold.merges.len(), done.merges.len());
            let without_stamps = |outcome: &kinfold::Outcome| {
                let mut json = json(outcome);
                json["merges"].take();
                for stamp in ["version", "updated_at"] {
                    json["contact"][stamp].take();
                }
                if outcome.created {
                    json["contact"]["id"].take();
                    json["contact"]["created_at"].take();
                }
                json
            };
            prop_assert_eq!(
                without_stamps(foretold),
                without_stamps(done),
                "foretold, and done"
            );
        }
        (Err(foretold), Err(done)) => {
            prop_assert_eq!(foretold.code(), done.code());
            prop_assert_eq!(foretold.holders(), done.holders());
        }
        _ => prop_assert!(false, "foretold {foretold:?}, and done {done:?}"),
    }
    Ok(())
}
