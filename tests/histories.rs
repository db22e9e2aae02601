//! Random histories against a model of the rules: after every step the store answers and
//! holds what the model does, and a resolve repeated at once writes nothing.
//!
//! `KINFOLD_LONG_TESTS=1 cargo test --test histories` runs 10,000 histories of up to 60
//! steps instead of 256 of up to 40, and 100,000 steps in one store instead of 3,000, with
//! the model and in crowded scopes without it.

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

use model::{
    Company, Decision, Identifiers, K, Kind, Policy, Refused, Request, Settings, State, Update,
    World,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseResult, TestRunner};
use support::crowd::{Crowd, Done};
use support::side_by_side::SideBySide;
use support::steps::{Answer, Step, settings, step, steps};

/// The settings, and the steps, each in one of two scopes.
type History = (Settings, Vec<(bool, Step)>);

fn history(longest: usize) -> impl Strategy<Value = History> {
    (settings(), steps(longest))
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

fn live((settings, steps): &History) -> TestCaseResult {
    let mut both = SideBySide::new(settings);
    for (location, step) in steps {
        both.take(*location, step)?;
        both.same()?;
    }
    both.hold()
}

fn long() -> bool {
    std::env::var("KINFOLD_LONG_TESTS").is_ok_and(|switch| switch == "1")
}

/// As many threads as this, so that every core has its share of the histories.
const SHARES: u32 = 2;

#[test]
fn a_random_history_is_what_the_model_says() {
    let (histories, longest) = if long() { (10_000, 60) } else { (256, 40) };
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

/// What random histories found, long ago or lately.
#[test]
fn what_once_differed_is_the_same() {
    let created = |keys: &[K]| Step::Create(asked(keys), true);
    let merged = |one, other| Step::Merge(one, other, Company::Survivors);
    let [a, b] = [0, 1].map(|value| K::External { source: 0, value });
    let histories: [(&str, Vec<Step>); 2] = [
        (
            "a key that was brought and is given to the same contact moves no other",
            vec![
                created(&[a, K::Email(4)]),
                created(&[K::Phone(2)]),
                created(&[K::Email(0)]),
                created(&[K::Email(4)]),
                merged(2, 0),
                merged(3, 1),
                merged(2, 3),
                created(&[K::Phone(0)]),
                Step::Unmerge(0),
                merged(4, 0),
                merged(4, 2),
                created(&[K::Email(1)]),
                merged(4, 5),
                Step::Reassign(K::Email(1), 4),
                Step::Unmerge(3),
            ],
        ),
        (
            "and stands where it stood, though both who brought it are gone",
            vec![
                created(&[K::Phone(4)]),
                created(&[K::Email(2), K::Phone(2)]),
                created(&[K::Email(3)]),
                created(&[b, K::Email(3)]),
                merged(1, 3),
                merged(0, 1),
                Step::Update(0, {
                    let emails = Identifiers::All(Kind::Email, vec![K::Email(3), K::Email(0)]);
                    Update {
                        identifiers: vec![emails],
                        ..Update::default()
                    }
                }),
                merged(0, 2),
                Step::Reassign(K::Email(3), 0),
                Step::Unmerge(1),
                Step::Unmerge(2),
            ],
        ),
    ];
    for (why, steps) in histories {
        let mut both = SideBySide::new(&Settings::default());
        for step in steps {
            let same = both.take_as_it_is(false, step);
            let same = same.and_then(|()| both.same());
            same.unwrap_or_else(|difference| panic!("{why}: {difference}"));
        }
        both.hold().expect(why);
    }
}

fn asked(keys: &[K]) -> Request {
    Request {
        keys: keys.to_vec(),
        ..Request::default()
    }
}

/// One store, in which much happened in many scopes.
#[test]
fn a_store_that_lived_long_is_sound() {
    const OF_ONE_ORGANISATION: usize = 40;
    const BETWEEN_CHECKS: usize = 600;
    let operations = if long() { 100_000 } else { 3_000 };
    let mut runner = TestRunner::deterministic();
    let mut both = SideBySide::growing_old(&Settings::default());
    for number in 1..=operations {
        let next = (prop::bool::weighted(0.3), step()).new_tree(&mut runner);
        let (location, step) = next.expect("a step").current();
        both.take(location, &step).expect("the same answer");
        if number % BETWEEN_CHECKS == 0 {
            both.hold().expect("a sound store");
        }
        if number % OF_ONE_ORGANISATION == 0 {
            both.same().expect("the same contacts");
            both.next_organisation();
        }
    }
    both.same().expect("the same contacts");
    both.hold().expect("a sound store");
}

/// Hundreds of steps in every scope of one store, and in the end every merge is undone.
#[test]
fn a_crowded_store_is_sound() {
    const OF_ONE_ORGANISATION: u32 = 600;
    let operations = if long() { 100_000 } else { 3_000 };
    let mut runner = TestRunner::deterministic();
    let mut crowd = Crowd::new(&Settings::default());
    let mut done = Done::default();
    for number in 1..=operations {
        let next = step().new_tree(&mut runner).expect("a step").current();
        crowd.take(&next, &mut done);
        if number % OF_ONE_ORGANISATION == 0 {
            crowd.hold();
            crowd.undo_all(&mut done);
            crowd.hold();
            crowd.next_organisation(1 + number / OF_ONE_ORGANISATION);
        }
    }
    crowd.hold();
    println!("{done:?}");
    assert!(done.steps > operations / 10 * 9 && done.refused < done.steps / 2);
}

#[test]
fn the_histories_meet_what_they_are_meant_to() {
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..256 {
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
    let rare = MEANT.iter().filter(|(what, times)| met[what] < *times);
    assert_eq!(rare.collect::<Vec<_>>(), Vec::<&(&str, u32)>::new());
    assert_eq!(met.len(), MEANT.len(), "what is met is listed");
}

/// What 256 histories meet, and how often at least.
#[rustfmt::skip]
const MEANT: &[(&str, u32)] = &[
    ("created", 100), ("conflicts", 50), ("merged", 10), ("merged several", 1), ("not merged", 20),
    ("rejected", 20), ("listed", 20), ("ignored", 20), ("unchanged", 20), ("conflict", 10),
    ("held by nobody new", 1), ("no identifier", 1),
    ("existed already", 20), ("an id existed already", 20), ("created a duplicate", 100),
    ("updated", 100), ("updated nothing", 20), ("somebody else's id", 5), ("added", 20), ("removed", 20),
    ("preferred", 5), ("took the place of the primary one", 20), ("took the place of all", 20),
    ("merged by call", 100), ("merge refused", 10),
    ("undone", 100), ("undone in another order", 10), ("undone in between", 10),
    ("undone with a deleted survivor", 5), ("conflicts of an undo", 1), ("undo refused", 10),
    ("marked distinct", 20), ("mark lifted", 5),
    ("decided to merge", 5), ("decided as distinct", 5), ("decided for later", 5),
    ("deleted", 50), ("restored", 10), ("conflicts of a restore", 5), ("erased", 10), ("reassigned", 20),
];

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
            let merge = before.merges()[*number].clone();
            meet("undone", true);
            meet(
                "undone in between",
                before.state(merge.survivor) != Some(State::Live),
            );
            meet("undone in another order", {
                let last = before.standing_merges().pop();
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
