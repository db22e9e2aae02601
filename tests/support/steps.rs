//! Random steps of a history, and how the model takes them. Nothing here knows the crate.
#![allow(dead_code)]

use proptest::prelude::*;
use proptest::sample::select;

use crate::model::{
    Company, Decision, Id, Identifiers, K, Kind, MergeNumber, Named, Policy, Refused, Request,
    Scope, Settings, State, Unmerged, Update,
};

/// One step of a history. Contacts, merges and pairs are named by any number, until it is
/// aimed at what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Resolve(Request),
    /// With or without duplicates.
    Create(Request, bool),
    Update(Id, Update),
    Merge(Id, Id, Company),
    Unmerge(MergeNumber),
    Distinct(Id, Id),
    Lift(Id, Id),
    Decide(Id, Id, Decision),
    Delete(Id),
    Restore(Id),
    Erase(Id),
    Reassign(K, Id),
    Block(K),
    Unblock(K),
}

/// What a step answers, if it is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Outcome(Outcome),
    Merged(MergeNumber),
    /// The merge, if the decision was one.
    Decided(Option<MergeNumber>),
    Unmerged(Unmerged),
    /// The keys that others have meanwhile.
    Restored(Vec<(K, Id)>),
    /// Whether it was not so before.
    Changed(bool),
    Done,
}

pub use crate::model::Outcome;

pub fn key() -> impl Strategy<Value = K> {
    prop_oneof![
        4 => (0..5u8).prop_map(K::Phone),
        4 => (0..5u8).prop_map(K::Email),
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
        7 => both_systems,
    ]
}

fn metadata() -> impl Strategy<Value = std::collections::BTreeMap<u8, Option<u8>>> {
    prop::collection::btree_map(0..3u8, prop::option::weighted(0.8, 0..3u8), 0..3)
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![
        2 => Just(Policy::PreferStrongest),
        3 => Just(Policy::Merge),
        1 => Just(Policy::Reject),
    ]
}

pub fn request() -> impl Strategy<Value = Request> {
    (
        keys(),
        policy(),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.1),
        named(0..3u8),
        named(0..3u8),
        named(prop::collection::vec(0..4u8, 0..3)),
        named(metadata()),
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

fn identifiers() -> impl Strategy<Value = Identifiers> {
    let line = || key().prop_filter("a line", |key| !key.is_external());
    let of_one_kind = prop_oneof![
        prop::collection::vec(0..4u8, 0..4)
            .prop_map(|all| (Kind::Phone, all.into_iter().map(K::Phone).collect())),
        prop::collection::vec(0..4u8, 0..4)
            .prop_map(|all| (Kind::Email, all.into_iter().map(K::Email).collect())),
    ];
    prop_oneof![
        3 => key().prop_map(Identifiers::One),
        1 => (0..2u8, 0..3u8)
            .prop_map(|(source, value)| Identifiers::One(K::External { source, value })),
        2 => of_one_kind.prop_map(|(kind, keys)| Identifiers::All(kind, keys)),
        3 => line().prop_map(Identifiers::Add),
        3 => key().prop_map(Identifiers::Remove),
        2 => line().prop_map(Identifiers::Primary),
    ]
}

/// One for each kind: what several say of one kind has an order of its own.
fn of_several_kinds(identifiers: Vec<Identifiers>) -> Vec<Identifiers> {
    let mut of_kinds: Vec<Identifiers> = Vec::new();
    for identifiers in identifiers {
        if of_kinds
            .iter()
            .all(|other| other.kind() != identifiers.kind())
        {
            of_kinds.push(identifiers);
        }
    }
    of_kinds
}

pub fn update() -> impl Strategy<Value = Update> {
    (
        named(0..3u8),
        named(0..3u8),
        named(prop::collection::vec(0..4u8, 0..3)),
        named(metadata()),
        prop::collection::vec(0..4u8, 0..2),
        prop::collection::vec(0..4u8, 0..2),
        prop_oneof![
            2 => Just(Vec::new()),
            3 => prop::collection::vec(identifiers(), 1),
            1 => prop::collection::vec(identifiers(), 2),
        ],
    )
        .prop_map(
            |(name, company, tags, metadata, add_tags, remove_tags, identifiers)| {
                // One may replace the tags or change them one by one.
                let one_by_one = tags.is_none();
                Update {
                    name,
                    company,
                    tags,
                    metadata,
                    add_tags: add_tags.into_iter().filter(|_| one_by_one).collect(),
                    remove_tags: remove_tags.into_iter().filter(|_| one_by_one).collect(),
                    identifiers: of_several_kinds(identifiers),
                }
            },
        )
}

pub fn step() -> impl Strategy<Value = Step> {
    let id = any::<usize>;
    let company = prop_oneof![3 => Just(Company::Survivors), 1 => Just(Company::Longest)];
    let decision = select(vec![Decision::Merge, Decision::Distinct, Decision::Later]);
    prop_oneof![
        60 => request().prop_map(Step::Resolve),
        14 => (request(), any::<bool>()).prop_map(|(request, twice)| Step::Create(request, twice)),
        26 => (id(), update()).prop_map(|(one, update)| Step::Update(one, update)),
        26 => (id(), id(), company).prop_map(|(one, other, rule)| Step::Merge(one, other, rule)),
        18 => id().prop_map(Step::Unmerge),
        5 => (id(), id()).prop_map(|(one, other)| Step::Distinct(one, other)),
        4 => (id(), id()).prop_map(|(one, other)| Step::Lift(one, other)),
        6 => (id(), id(), decision).prop_map(|(one, other, say)| Step::Decide(one, other, say)),
        7 => id().prop_map(Step::Delete),
        7 => id().prop_map(Step::Restore),
        1 => id().prop_map(Step::Erase),
        6 => (key(), id()).prop_map(|(key, one)| Step::Reassign(key, one)),
        4 => key().prop_map(Step::Block),
        2 => key().prop_map(Step::Unblock),
    ]
}

/// A contact that comes, with something of everything, so that a history soon has several.
fn arrival() -> impl Strategy<Value = Step> {
    let metadata = prop::collection::btree_map(0..3u8, (0..3u8).prop_map(Some), 0..3);
    let often = |value| prop::option::weighted(0.6, (0..value).prop_map(Some));
    (
        prop::collection::vec(key(), 1..=3),
        often(3u8),
        often(3u8),
        prop::collection::vec(0..4u8, 0..3),
        metadata,
    )
        .prop_map(|(keys, name, company, tags, metadata)| {
            let request = Request {
                keys,
                name,
                company,
                tags: Some(Some(tags)),
                metadata: Some(Some(metadata)),
                ..Request::default()
            };
            Step::Create(request, true)
        })
}

/// The steps of a history, each in one of two scopes.
pub fn steps(longest: usize) -> impl Strategy<Value = Vec<(bool, Step)>> {
    let location = || prop::bool::weighted(0.15);
    let first = prop::collection::vec((location(), arrival()), 0..=longest / 6);
    let then = prop::collection::vec((location(), step()), 2..=longest - longest / 6);
    (first, then).prop_map(|(first, then)| [first, then].concat())
}

pub fn settings() -> impl Strategy<Value = Settings> {
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

/// One in so many steps is aimed at anything, be it sensible or not.
const ASTRAY: usize = 10;

/// One of those that fit, by any number; sometimes, and if none fits, any at all.
fn one_of<T: Copy>(fitting: &[T], all: &[T], number: usize) -> Option<T> {
    let astray = number.is_multiple_of(ASTRAY) || fitting.is_empty();
    let among = if astray { all } else { fitting };
    among.get(number / ASTRAY % among.len().max(1)).copied()
}

/// A live contact, by any number; those that absorbed others are met more often.
fn live_contact(scope: &Scope, number: usize) -> Option<Id> {
    let all: Vec<Id> = (0..scope.count()).collect();
    let live = scope.live().into_iter();
    let fitting: Vec<Id> = live
        .flat_map(|id| std::iter::repeat_n(id, 2 * scope.family(id).len() - 1))
        .collect();
    one_of(&fitting, &all, number)
}

fn contact_in(scope: &Scope, state: State, number: usize) -> Option<Id> {
    let all: Vec<Id> = (0..scope.count()).collect();
    let mut fitting = all.clone();
    fitting.retain(|id| scope.state(*id) == Some(state));
    one_of(&fitting, &all, number)
}

/// A pair of those that fit; the second number names the other one where any will do.
fn pair_of(
    scope: &Scope,
    fitting: impl IntoIterator<Item = (Id, Id)>,
    (one, other): (usize, usize),
) -> Option<(Id, Id)> {
    let fitting: Vec<_> = fitting.into_iter().collect();
    if one.is_multiple_of(ASTRAY) || fitting.is_empty() {
        let one = contact_in(scope, State::Live, one / ASTRAY)?;
        return Some((one, contact_in(scope, State::Live, other)?));
    }
    let (a, b) = fitting[one / ASTRAY % fitting.len()];
    Some(if other.is_multiple_of(2) {
        (a, b)
    } else {
        (b, a)
    })
}

impl Step {
    /// The step with the numbers of contacts and merges that there are; none if there is
    /// nothing to aim at.
    pub fn aimed(&self, scope: &Scope) -> Option<Step> {
        let live = |number| live_contact(scope, number);
        Some(match self.clone() {
            Step::Update(one, mut update) => {
                let one = live(one)?;
                aim_at_listed(scope, one, &mut update);
                Step::Update(one, update)
            }
            Step::Merge(one, other, company) => {
                let live = scope.live();
                let of_two = live.iter().flat_map(|&a| live.iter().map(move |&b| (a, b)));
                let fitting = of_two.filter(|&(a, b)| a < b && !scope.at_odds(a, b));
                let fitting: Vec<_> = fitting.collect();
                if fitting.is_empty() && !one.is_multiple_of(ASTRAY) {
                    return None;
                }
                let (one, other) = pair_of(scope, fitting, (one, other))?;
                Step::Merge(one, other, company)
            }
            Step::Unmerge(number) => {
                let mut fitting: Vec<_> =
                    scope.standing_merges().iter().map(|m| m.number).collect();
                // The last one is undone often enough, and so are those before.
                fitting.reverse();
                let all: Vec<_> = scope.merges().iter().map(|merge| merge.number).collect();
                Step::Unmerge(one_of(&fitting, &all, number)?)
            }
            Step::Distinct(one, other) => Step::Distinct(live(one)?, live(other)?),
            Step::Lift(one, other) => {
                let is_live =
                    |(one, other): &(Id, Id)| scope.is_live(*one) && scope.is_live(*other);
                let fitting = scope.distinct().into_iter().filter(is_live);
                let (one, other) = pair_of(scope, fitting, (one, other))?;
                Step::Lift(one, other)
            }
            Step::Decide(one, other, decision) => {
                let (one, other) = pair_of(scope, scope.queue(), (one, other))?;
                Step::Decide(one, other, decision)
            }
            Step::Delete(one) => Step::Delete(live(one)?),
            Step::Restore(one) => Step::Restore(contact_in(scope, State::Deleted, one)?),
            Step::Erase(one) => Step::Erase(live(one)?),
            Step::Reassign(key, one) => {
                let id = live(one)?;
                let listed = scope.keys();
                let key = one_of(&listed, &[key], one / 7).unwrap_or(key);
                Step::Reassign(key, id)
            }
            step @ (Step::Resolve(_) | Step::Create(..) | Step::Block(_) | Step::Unblock(_)) => {
                step
            }
        })
    }

    /// What the model makes of an aimed step.
    pub fn taken(&self, scope: &mut Scope) -> Result<Answer, Refused> {
        let done = |()| Answer::Done;
        match self.clone() {
            Step::Resolve(request) => scope.resolve(&request).map(Answer::Outcome),
            Step::Create(request, twice) => scope.create(&request, twice).map(Answer::Outcome),
            Step::Update(one, update) => scope.update(one, &update).map(Answer::Outcome),
            Step::Merge(one, other, rule) => scope.merge(one, other, rule).map(Answer::Merged),
            Step::Unmerge(number) => scope.unmerge(number).map(Answer::Unmerged),
            Step::Distinct(one, other) => scope.mark_distinct(one, other).map(Answer::Changed),
            Step::Lift(one, other) => scope.lift_distinct(one, other).map(Answer::Changed),
            Step::Decide(one, other, decision) => {
                scope.decide(one, other, decision).map(Answer::Decided)
            }
            Step::Delete(one) => scope.delete(one).map(done),
            Step::Restore(one) => scope.restore(one).map(Answer::Restored),
            Step::Erase(one) => scope.erase(one).map(done),
            Step::Reassign(key, one) => scope.reassign(key, one).map(|_| Answer::Done),
            Step::Block(key) => Ok(Answer::Changed(scope.block(key))),
            Step::Unblock(key) => Ok(Answer::Changed(scope.unblock(key))),
        }
    }
}

/// What is removed or preferred is mostly something that the contact lists.
fn aim_at_listed(scope: &Scope, one: Id, update: &mut Update) {
    let listed = scope.lists(one);
    for identifiers in &mut update.identifiers {
        if let Identifiers::Remove(key) | Identifiers::Primary(key) = identifiers {
            let mut of_kind = listed.clone();
            of_kind.retain(|listed| listed.kind() == key.kind());
            let (K::Phone(number) | K::Email(number) | K::External { value: number, .. }) = *key;
            if let Some(listed) = of_kind.get(usize::from(number)) {
                *key = *listed;
            }
        }
    }
}
