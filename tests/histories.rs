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

use kinfold::Contacts;
use model::{K, Kind, Named, Policy, Refused, Request, Settings, World};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{TestCaseError, TestCaseResult, TestRunner};
use support::both::{engine_request, model_outcome, model_refusal, told};
use support::picture::{Numbers, Picture};
use support::stage::Stage;
use support::{TestStore, scope};

/// One step of a history. Contacts are named by any number, which is brought into range.
#[derive(Clone, Debug)]
enum Step {
    Resolve(Request),
    Block(K),
    Unblock(K),
    Distinct(usize, usize),
    Delete(usize),
    Restore(usize),
    Reassign(K, usize),
    Drop(usize, usize),
}

/// The settings, and the steps, each in one of two scopes.
type History = (Settings, Vec<(bool, Step)>);

fn key() -> impl Strategy<Value = K> {
    prop_oneof![
        4 => (0..4u8).prop_map(K::Phone),
        4 => (0..4u8).prop_map(K::Email),
        3 => (0..2u8, 0..3u8).prop_map(|(source, value)| K::External { source, value }),
    ]
}

/// Mostly not named; sometimes null.
fn named<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Named<T>> {
    prop::option::weighted(0.3, prop::option::weighted(0.8, value))
}

/// One key at a time brings many contacts about, several at once bring them together; two
/// external ids contradict one another's holders.
fn keys() -> impl Strategy<Value = Vec<K>> {
    let both_systems = (0..3u8, 0..3u8, prop::option::of(key())).prop_map(|(one, other, key)| {
        let external = |source, value| K::External { source, value };
        let mut keys = vec![external(0, one), external(1, other)];
        keys.extend(key.filter(|key| !key.is_external()));
        keys
    });
    prop_oneof![
        1 => Just(Vec::new()),
        10 => prop::collection::vec(key(), 1),
        15 => prop::collection::vec(key(), 2..=5),
        4 => both_systems,
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let metadata = prop::collection::btree_map(0..3u8, prop::option::weighted(0.8, 0..3u8), 0..3);
    (
        keys(),
        prop_oneof![
            2 => Just(Policy::PreferStrongest),
            3 => Just(Policy::Merge),
            1 => Just(Policy::Reject),
        ],
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.1),
        named(0..3u8),
        named(0..3u8),
        named(prop::collection::vec(0..4u8, 0..3)),
        named(metadata),
    )
        .prop_map(
            |(keys, policy, upsert, dry_run, name, company, tags, metadata)| Request {
                keys,
                policy,
                upsert,
                dry_run,
                name,
                company,
                tags,
                metadata,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        30 => request().prop_map(Step::Resolve),
        1 => key().prop_map(Step::Block),
        1 => key().prop_map(Step::Unblock),
        4 => (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Step::Distinct(one, other)),
        1 => any::<usize>().prop_map(Step::Delete),
        1 => any::<usize>().prop_map(Step::Restore),
        1 => (key(), any::<usize>()).prop_map(|(key, one)| Step::Reassign(key, one)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(one, key)| Step::Drop(one, key)),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let strength = select(vec![
        [Kind::External, Kind::Email, Kind::Phone],
        [Kind::Email, Kind::Phone, Kind::External],
        [Kind::Phone, Kind::External, Kind::Email],
    ]);
    let usual = Settings::default();
    prop_oneof![
        2 => Just(usual.clone()),
        1 => (strength, select(vec![1, 2, usual.limit]))
            .prop_map(|(strength, limit)| Settings { strength, limit }),
    ]
}

fn history(longest: usize) -> impl Strategy<Value = History> {
    let steps = prop::collection::vec((prop::bool::weighted(0.15), step()), 2..=longest);
    (settings(), steps)
}

/// The store and the model, side by side.
struct Both {
    store: TestStore,
    model: World,
}

impl Both {
    fn new(settings: &Settings) -> Self {
        Self {
            store: TestStore::copied(settings),
            model: World::new(settings.clone()),
        }
    }

    fn take(&mut self, location: bool, step: &Step) -> TestCaseResult {
        match step {
            Step::Resolve(request) => self.resolve(location, request)?,
            staged => self.stage(location, staged),
        }
        for location in [false, true] {
            let store = Picture::of_store(&self.store.raw, &scope(1, location));
            let model = Picture::of_model(self.model.scope(location.into()));
            prop_assert_eq!(store, model, "what stands in the store, and in the model");
        }
        Ok(())
    }

    /// A resolve or an upsert: foretold, done and repeated.
    fn resolve(&mut self, location: bool, request: &Request) -> TestCaseResult {
        let contacts = self.store.kinfold.contacts(scope(1, location));
        let expected = self.model.scope(location.into()).resolve(request);

        let before = self.store.trace();
        let changes = self.changes()?;
        let foretold = run(&contacts, request, true);
        prop_assert_eq!(self.store.trace(), before.clone(), "a dry run wrote");
        let result = match request.dry_run {
            true => foretold,
            false => {
                let result = run(&contacts, request, false);
                same_but_for_ids(&foretold, &result)?;
                result
            }
        };

        let numbers = Numbers::read(&self.store.raw, contacts.scope());
        let number = |id| numbers.of(id);
        let outcome = match (result, expected) {
            (Ok(outcome), Ok(expected)) => {
                prop_assert_eq!(
                    model_outcome(&outcome, number),
                    told(expected),
                    "the outcome"
                );
                outcome
            }
            (Err(error), Err(expected)) => {
                prop_assert_eq!(model_refusal(&error, number), expected, "the refusal");
                prop_assert_eq!(self.store.trace(), before, "a refused request wrote");
                return Ok(());
            }
            (result, expected) => {
                let message = format!("the store says {result:?}, the model {expected:?}");
                return Err(TestCaseError::fail(message));
            }
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
        let contacts = self.store.kinfold.contacts(scope(1, location));
        let numbers = Numbers::read(&self.store.raw, contacts.scope());
        let before = self.store.trace();
        let expected = self.model.scope(location.into()).resolve(request);
        let again = run(&contacts, request, false).map_err(failed)?;
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
        prop_assert_eq!(
            model_outcome(&again, |id| numbers.of(id)),
            told(expected.expect("what was accepted is accepted again")),
            "the repeat's outcome"
        );
        prop_assert_eq!(self.store.trace(), before, "the repeat wrote");
        Ok(())
    }

    /// What there is no command for yet, in the model and, where that allows it, in the file.
    fn stage(&mut self, location: bool, step: &Step) {
        let of_store = scope(1, location);
        let numbers = Numbers::read(&self.store.raw, &of_store);
        let stage = Stage::new(&self.store.raw, &of_store);
        let model = self.model.scope(location.into());
        let count = model.count();
        if let Step::Block(key) | Step::Unblock(key) = *step {
            if matches!(step, Step::Block(_)) {
                model.block(key);
                stage.block(key);
            } else {
                model.unblock(key);
                stage.unblock(key);
            }
            return;
        }
        if count == 0 {
            return;
        }
        let leads = |model: &model::Scope, id: usize| model.answer(id % count).expect("a contact");
        match *step {
            Step::Distinct(one, other) => {
                let (one, other) = (leads(model, one), leads(model, other));
                if model.mark_distinct(one, other).is_ok() {
                    stage.mark_distinct(numbers.row(one), numbers.row(other));
                }
            }
            Step::Delete(one) => {
                if model.delete(one % count).is_ok() {
                    stage.delete(numbers.row(one % count));
                }
            }
            Step::Restore(one) => {
                if let Ok(reported) = model.restore(one % count) {
                    let staged = stage.restore(numbers.row(one % count));
                    let reported: Vec<(K, i64)> = reported
                        .iter()
                        .map(|&(key, holder)| (key, numbers.row(holder)))
                        .collect();
                    assert_eq!(staged, reported, "what a restore reports");
                }
            }
            Step::Reassign(key, one) => {
                let one = leads(model, one);
                if model.reassign(key, one) == Ok(true) {
                    stage.reassign(key, numbers.row(one));
                }
            }
            Step::Drop(one, at) => {
                let one = leads(model, one);
                let listed = model.lists(one);
                let Some(&key) = listed.get(at % listed.len().max(1)) else {
                    return;
                };
                if model.drop_identifier(one, key).is_ok() {
                    stage.drop_identifier(numbers.row(one), key);
                }
            }
            Step::Resolve(_) | Step::Block(_) | Step::Unblock(_) => {}
        }
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

fn failed(error: impl std::fmt::Debug) -> TestCaseError {
    TestCaseError::fail(format!("{error:?}"))
}

fn run(contacts: &Contacts, request: &Request, dry: bool) -> kinfold::Result<kinfold::Outcome> {
    let typed = engine_request(request);
    match (request.upsert, dry) {
        (false, false) => contacts.resolve(typed),
        (false, true) => contacts.preview_resolve(typed),
        (true, false) => contacts.upsert(typed),
        (true, true) => contacts.preview_upsert(typed),
    }
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
    for (location, step) in steps {
        both.take(*location, step)?;
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
        let (settings, steps) = proptest::strategy::ValueTree::current(&tree);
        let mut world = World::new(settings);
        for (location, step) in steps {
            let model = world.scope(location.into());
            let count = model.count().max(1);
            match step {
                Step::Resolve(request) => {
                    let mut meet =
                        |what, happened: bool| *met.entry(what).or_default() += u32::from(happened);
                    match model.resolve(&request) {
                        Ok(outcome) => {
                            meet("created", outcome.created);
                            meet("conflicts", !outcome.conflicts.is_empty());
                            meet("merged", !outcome.merged.is_empty());
                            meet("merged several", outcome.merged.len() > 1);
                            meet(
                                "not merged",
                                request.policy == Policy::Merge && !outcome.conflicts.is_empty(),
                            );
                            meet("rejected", !outcome.rejected.is_empty());
                            meet("listed", !outcome.listed.is_empty());
                            meet("ignored", !outcome.ignored.is_empty());
                            meet("unchanged", !outcome.changed);
                        }
                        Err(Refused::IdentityConflict(_)) => {
                            meet("conflict", true);
                            meet("held by nobody new", request.policy != Policy::Reject);
                        }
                        Err(Refused::NoIdentifier) => {
                            meet("no identifier", !request.keys.is_empty())
                        }
                        Err(_) => {}
                    }
                }
                Step::Block(key) => {
                    model.block(key);
                }
                Step::Distinct(one, other) => {
                    let _ = model.mark_distinct(one % count, other % count);
                }
                Step::Delete(one) => {
                    let _ = model.delete(one % count);
                }
                Step::Reassign(key, one) => {
                    let _ = model.reassign(key, one % count);
                }
                Step::Unblock(_) | Step::Restore(_) | Step::Drop(..) => {}
            }
        }
    }
    let rare: Vec<_> = met.iter().filter(|(_, times)| **times == 0).collect();
    assert!(met.len() == 12 && rare.is_empty(), "{met:?}");
    println!("{met:?}");
}
