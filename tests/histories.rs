//! Random histories against a model of the rules: after every step the store answers and
//! holds what the model does, and a resolve repeated at once writes nothing.
//!
//! `KINFOLD_LONG_TESTS=1 cargo test --test histories` runs 10,000 histories of up to 60
//! steps instead of 256 of up to 40.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "what helps a test may stop at the first surprise, as the test itself"
)]
#![allow(
    unreachable_pub,
    reason = "the modules here are shared with other tests"
)]

mod model;
mod support;

use std::collections::BTreeMap;

use kinfold::MergeId;
use model::{Decision, Identifiers, Policy, Refused, Request, Settings, State, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestCaseResult, TestRunner};
use support::both::{model_refusal, told};
use support::driver::Driver;
use support::picture::Picture;
use support::steps::{Answer, Step, settings, step};
use support::{TestStore, scope};

/// The settings, and the steps, each in one of two scopes.
type History = (Settings, Vec<(bool, Step)>);

fn history(longest: usize) -> impl Strategy<Value = History> {
    let steps = prop::collection::vec((prop::bool::weighted(0.15), step()), 2..=longest);
    (settings(), steps)
}

/// The store and the model, side by side.
struct Both {
    store: TestStore,
    model: World,
    /// The merges of either scope, in their order.
    merges: [Vec<MergeId>; 2],
}

impl Both {
    fn new(settings: &Settings) -> Self {
        Self {
            store: TestStore::copied(settings),
            model: World::new(settings.clone()),
            merges: [Vec::new(), Vec::new()],
        }
    }

    fn driver(&mut self, location: bool) -> Driver<'_> {
        let merges = &mut self.merges[usize::from(location)];
        Driver::new(&self.store, scope(1, location), merges)
    }

    fn take(&mut self, location: bool, step: &Step) -> TestCaseResult {
        let Some(step) = step.aimed(self.model.scope(location.into())) else {
            return Ok(());
        };
        match &step {
            Step::Resolve(request) => self.resolve(location, request)?,
            other => self.other(location, other)?,
        }
        for location in [false, true] {
            let store = Picture::of_store(&self.store.raw, &scope(1, location));
            let model = Picture::of_model(self.model.scope(location.into()));
            prop_assert!(
                store == model,
                "- stands in the store, + in the model: {}",
                store.differs(&model)
            );
        }
        Ok(())
    }

    /// Anything but a resolve.
    fn other(&mut self, location: bool, step: &Step) -> TestCaseResult {
        let model = self.model.scope(location.into());
        let stood = model.standing().clone();
        let expected = as_told(step.taken(model));
        let has_changed = *model.standing() != stood;
        let (before, changes) = (self.store.trace(), self.changes()?);
        let answer = self.driver(location).take(step);
        prop_assert_eq!(answer, expected, "the answer to {:?}", step);
        if !matches!(step, Step::Erase(_)) {
            let added = self.changes()? - changes;
            prop_assert_eq!(added, u64::from(has_changed), "entries of the change log");
        }
        if !has_changed {
            prop_assert_eq!(
                self.store.trace(),
                before,
                "nothing changed, and yet it wrote"
            );
        }
        Ok(())
    }

    /// A resolve or an upsert: foretold, done and repeated.
    fn resolve(&mut self, location: bool, request: &Request) -> TestCaseResult {
        let expected = self.model.scope(location.into()).resolve(request);

        let before = self.store.trace();
        let changes = self.changes()?;
        let foretold = self.driver(location).resolve(request, true);
        prop_assert_eq!(self.store.trace(), before.clone(), "a dry run wrote");
        let result = match request.dry_run {
            true => foretold,
            false => {
                let result = self.driver(location).resolve(request, false);
                same_but_for_ids(&foretold, &result)?;
                result
            }
        };

        let numbers = self.driver(location).numbers();
        let answer = match &result {
            Ok(outcome) => Ok(self.driver(location).answer(outcome, request.dry_run)),
            Err(error) => Err(model_refusal(error, |id| numbers.of(id))),
        };
        prop_assert_eq!(answer, as_told(expected.map(Answer::Outcome)), "the answer");
        let Ok(outcome) = result else {
            prop_assert_eq!(self.store.trace(), before, "a refused request wrote");
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
            prop_assert_eq!(
                self.store.trace(),
                before,
                "nothing changed, and yet it wrote"
            );
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
        let before = self.store.trace();
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
        prop_assert_eq!(self.store.trace(), before, "the repeat wrote");
        Ok(())
    }

    fn changes(&self) -> Result<u64, TestCaseError> {
        let count = "SELECT count(*) FROM change";
        let mut select = self.store.raw.prepare_cached(count).map_err(failed)?;
        select.query_row([], |row| row.get(0)).map_err(failed)
    }

    /// What must always hold, at the end.
    fn hold(&self) -> TestCaseResult {
        self.model.invariants();
        let report = self.store.kinfold.check().map_err(failed)?;
        prop_assert!(report.ok, "{:?}", report.problems);
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

fn config(histories: u32) -> ProptestConfig {
    ProptestConfig {
        // A failure prints the smallest history that shows it; no file is written.
        failure_persistence: None,
        // A step is staged and run anew for each attempt to make a history smaller.
        max_shrink_iters: 20_000,
        ..ProptestConfig::with_cases(histories)
    }
}

fn live(history: &History) -> TestCaseResult {
    let (settings, steps) = history;
    let mut both = Both::new(settings);
    let mut taken = Vec::new();
    for (location, step) in steps {
        let aimed = step.aimed(both.model.scope((*location).into()));
        taken.extend(aimed.map(|step| format!("\n{location}: {step:?}")));
        both.take(*location, step).map_err(|failure| {
            TestCaseError::fail(format!("{failure}\nafter{}", taken.concat()))
        })?;
    }
    both.hold()
}

/// As many threads as this, so that every core has its share of the histories.
const SHARES: u32 = 2;

#[test]
fn a_random_history_is_what_the_model_says() {
    let long = std::env::var("KINFOLD_LONG_TESTS").is_ok_and(|switch| switch == "1");
    let (histories, longest) = if long { (10_000, 60) } else { (256, 40) };
    std::thread::scope(|threads| {
        for _ in 0..SHARES {
            threads.spawn(|| {
                let mut runner = TestRunner::new(config(histories / SHARES));
                let result = runner.run(&history(longest), |history| live(&history));
                if let Err(failure) = result {
                    panic!("{failure}");
                }
            });
        }
    });
}

#[test]
fn the_histories_meet_what_they_are_meant_to() {
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let tree = history(40).new_tree(&mut runner).expect("a history");
        let (settings, steps) = tree.current();
        let mut world = World::new(settings);
        for (location, step) in steps {
            let model = world.scope(location.into());
            if let Some(step) = step.aimed(model) {
                meet(&step, model, &mut met);
            }
        }
    }
    println!("{met:#?}");
    let rare: Vec<_> = met.iter().filter(|(_, times)| **times < 5).collect();
    assert!(met.len() == 40 && rare.is_empty(), "{} {rare:?}", met.len());
}

/// Takes a step and counts what it meets.
fn meet(step: &Step, model: &mut model::Scope, met: &mut BTreeMap<&'static str, u32>) {
    let mut meet = |what, happened: bool| *met.entry(what).or_default() += u32::from(happened);
    let before = model.clone();
    let answer = step.taken(model);
    let changed = model.standing() != before.standing();
    let refused = answer.is_err();
    match (step, answer) {
        (Step::Resolve(request), Ok(Answer::Outcome(outcome))) => {
            meet("created", outcome.created);
            meet("conflicts", !outcome.conflicts.is_empty());
            meet("merged", !outcome.merged.is_empty());
            meet("merged several", outcome.merged.len() > 1);
            let unmerged = request.policy == Policy::Merge && !outcome.conflicts.is_empty();
            meet("not merged", unmerged);
            meet("rejected", !outcome.rejected.is_empty());
            meet("listed", !outcome.listed.is_empty());
            meet("ignored", !outcome.ignored.is_empty());
            meet("unchanged", !outcome.changed);
        }
        (Step::Resolve(request), Err(Refused::IdentityConflict(_))) => {
            meet("conflict", true);
            meet("held by nobody new", request.policy != Policy::Reject);
        }
        (Step::Resolve(request), Err(Refused::NoIdentifier)) => {
            meet("no identifier", !request.keys.is_empty());
        }
        (Step::Create(_, twice), answer) => {
            let exists = matches!(answer, Err(Refused::AlreadyExists(_)));
            meet("existed already", exists && !twice);
            meet("an id existed already", exists && *twice);
            meet("created a duplicate", *twice && answer.is_ok());
        }
        (Step::Update(_, update), answer) => {
            meet("updated", changed);
            meet("updated nothing", answer.is_ok() && !changed);
            let taken = matches!(answer, Err(Refused::AlreadyExists(_)));
            meet("somebody else's id", taken);
            if let [identifiers] = &update.identifiers[..] {
                meet(
                    match identifiers {
                        Identifiers::One(_) => "took the place of the primary one",
                        Identifiers::All(..) => "took the place of all",
                        Identifiers::Add(_) => "added",
                        Identifiers::Remove(_) => "removed",
                        Identifiers::Primary(_) => "preferred",
                    },
                    changed,
                );
            }
        }
        (Step::Merge(..), _) => {
            meet("merged by call", !refused);
            meet("merge refused", refused);
        }
        (Step::Unmerge(number), Ok(Answer::Unmerged(undone))) => {
            let merge = before.merges()[*number];
            meet("undone", true);
            meet(
                "undone in between",
                before.state(merge.survivor) != Some(State::Live),
            );
            meet("undone in another order", {
                let last = before.standing_merges().last().copied();
                last.is_some_and(|last| last.number != *number)
            });
            let gone = before.state(undone.survivor) == Some(State::Deleted);
            meet("undone with a deleted survivor", gone);
            meet("conflicts of an undo", !undone.conflicts.is_empty());
        }
        (Step::Unmerge(_), _) => meet("undo refused", refused),
        (Step::Distinct(..), _) => meet("marked distinct", changed),
        (Step::Lift(..), _) => meet("mark lifted", changed),
        (Step::Decide(.., decision), _) => meet(
            match decision {
                Decision::Merge => "decided to merge",
                Decision::Distinct => "decided as distinct",
                Decision::Later => "decided for later",
            },
            changed,
        ),
        (Step::Delete(_), _) => meet("deleted", changed),
        (Step::Restore(_), Ok(Answer::Restored(conflicts))) => {
            meet("restored", true);
            meet("conflicts of a restore", !conflicts.is_empty());
        }
        (Step::Erase(_), _) => meet("erased", changed),
        (Step::Reassign(..), _) => meet("reassigned", changed),
        _ => {}
    }
}
