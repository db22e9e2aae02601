//! The case table of the rules against the store: each row is staged in a store on disk,
//! resolved, printed in the table's notation and compared, once for each policy it names.

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

use kinfold::{ContactId, Contacts, Draft, Error, MergeRules, OnConflict, ResolveRequest, Update};
use model::{Id, K, State as Being};
use support::both::{engine_key, key_text, typed};
use support::notation::{Before, Letter, Standing, State, Step, Symbol};
use support::picture::{Numbers, Picture};
use support::table::{Case, cases};
use support::{TestStore, scope};

/// A key by its name in the table.
fn key(symbol: &str) -> K {
    let number = symbol[1..].parse().expect("a number");
    match &symbol[..1] {
        "P" => K::Phone(number),
        "E" => K::Email(number),
        "X" => external(0, number),
        "Y" => external(1, number),
        _ => panic!("{symbol} is no key"),
    }
}

fn external(source: u8, value: u8) -> K {
    K::External { source, value }
}

fn symbol(key: K) -> Symbol {
    match key {
        K::Phone(number) => format!("P{number}"),
        K::Email(number) => format!("E{number}"),
        K::External { source: 0, value } => format!("X{value}"),
        K::External { value, .. } => format!("Y{value}"),
    }
}

fn draft(keys: &[K]) -> Draft {
    keys.iter().fold(Draft::new(), |draft, &key| match key {
        K::Phone(_) => draft.phone(typed(key, false)),
        K::Email(_) => draft.email(typed(key, false)),
        K::External { .. } => {
            let text = key_text(key);
            let (source, value) = text.split_once(':').expect("source:value");
            draft.external_id(source, value)
        }
    })
}

/// A store in which the contacts have the letters of a row.
struct Row {
    store: TestStore,
    /// The organisation of each letter, and the contact's number there.
    letters: BTreeMap<Letter, (u8, Id)>,
}

/// What stands in all organisations, in the words of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    stands: State,
    leads: Vec<(Letter, Letter)>,
    tombstones: Vec<Letter>,
    review: Vec<(Letter, Letter)>,
    distinct: Vec<(Letter, Letter)>,
}

impl Row {
    fn staged(before: &Before) -> Self {
        let mut row = Self {
            store: TestStore::new(&model::Settings::default()),
            letters: BTreeMap::new(),
        };
        for step in &before.steps {
            row.take(step);
        }
        row
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Came(contacts) => {
                for (letter, standing) in contacts {
                    self.come(*letter, standing);
                }
            }
            Step::Deleted(one) => {
                let deleted = self.contacts(*one).delete(self.id(*one));
                assert!(deleted.expect("a tombstone").deleted);
            }
            Step::Restored(one, expected) => {
                let restored = self.contacts(*one).restore(self.id(*one));
                let expected: Vec<_> = expected
                    .iter()
                    .map(|(symbol, holder)| (engine_key(key(symbol)), self.id(*holder)))
                    .collect();
                let conflicts = restored.expect("a contact").conflicts.into_iter();
                let reported = conflicts.map(|conflict| (conflict.key, conflict.holder));
                assert_eq!(reported.collect::<Vec<_>>(), expected);
            }
            Step::Blocked(symbol) => {
                let contacts = self.store.kinfold.contacts(scope(1_u8, false));
                assert!(contacts.block(&engine_key(key(symbol))).expect("a block"));
            }
            Step::Reassigned(symbol, one) => {
                let key = engine_key(key(symbol));
                let contact = self.contacts(*one).reassign(&key, self.id(*one));
                assert!(contact.expect("the contact").listing(&key).is_some());
            }
            Step::Distinct(one, other) => {
                let marked = self
                    .contacts(*one)
                    .mark_distinct(self.id(*one), self.id(*other));
                assert!(marked.expect("a mark"));
            }
            Step::Absorbed(one, survivor) => {
                let (survivor, one) = (self.id(*survivor), self.id(*one));
                let contacts = self.store.kinfold.contacts(scope(1_u8, false));
                let merged = contacts.merge(survivor, one, &MergeRules::default());
                assert_eq!(merged.expect("a merge").contact.id, survivor);
            }
        }
    }

    /// The contact is made by the keys it holds, and then joins the lines of the others.
    fn come(&mut self, letter: Letter, standing: &Standing) {
        let held = |holds: bool| {
            let keys = standing.keys.iter().filter(move |key| key.1 == holds);
            keys.map(|(symbol, _)| key(symbol))
        };
        let made = self.resolve(standing.org, draft(&held(true).collect::<Vec<_>>()));
        let made = made.expect("a new contact");
        assert!(made.created, "{letter} is somebody else");
        let numbers = Numbers::read(&self.store.raw, &scope(standing.org, false));
        let number = numbers.of(made.contact.id);
        self.letters.insert(letter, (standing.org, number));
        for key in held(false) {
            let listed = match key {
                K::Phone(_) => Update::new().add_phone(typed(key, false)),
                K::Email(_) => Update::new().add_email(typed(key, false)),
                K::External { .. } => panic!("an external id has no line"),
            };
            let listed = self.contacts(letter).update(self.id(letter), listed);
            assert_eq!(listed.expect("a longer line").listed.len(), 1);
        }
    }

    fn contacts(&self, letter: Letter) -> Contacts {
        let (org, _) = self.letters[&letter];
        self.store.kinfold.contacts(scope(org, false))
    }

    fn id(&self, letter: Letter) -> ContactId {
        let (org, number) = self.letters[&letter];
        Numbers::read(&self.store.raw, &scope(org, false)).id(number)
    }

    fn resolve(
        &self,
        org: u8,
        request: impl Into<ResolveRequest>,
    ) -> kinfold::Result<kinfold::Outcome> {
        let contacts = self.store.kinfold.contacts(scope(org, false));
        contacts.resolve(request)
    }

    /// The letter of a contact; one that is new gets the next free letter.
    fn letter(&mut self, org: u8, number: Id) -> Letter {
        let known = self.letters.iter().find(|(_, at)| **at == (org, number));
        if let Some((letter, _)) = known {
            return *letter;
        }
        let next = ('A'..='Z').find(|letter| !self.letters.contains_key(letter));
        let next = next.expect("a free letter");
        self.letters.insert(next, (org, number));
        next
    }

    fn see(&mut self) -> Seen {
        let mut seen = Seen::default();
        for org in [1, 2] {
            let picture = Picture::of_store(&self.store.raw, &scope(org, false));
            for (number, contact) in picture.contacts.iter().enumerate() {
                let letter = self.letter(org, number);
                match contact.state {
                    Being::Live => {
                        let listed = picture.lines.iter();
                        let listed = listed.filter(|(_, line)| line.contains(&number));
                        let keys = listed
                            .map(|(key, _)| {
                                (symbol(*key), picture.holders.get(key) == Some(&number))
                            })
                            .collect();
                        seen.stands.0.insert(letter, Standing { org, keys });
                    }
                    Being::Deleted => seen.tombstones.push(letter),
                    Being::Absorbed(survivor) => {
                        let survivor = self.letter(org, survivor);
                        seen.leads.push((letter, survivor));
                    }
                    Being::Erased => {}
                }
            }
            for &(one, other) in &picture.queue {
                let pair = (self.letter(org, one), self.letter(org, other));
                seen.review.push(pair);
            }
            for &(one, other) in &picture.distinct {
                let pair = (self.letter(org, one), self.letter(org, other));
                seen.distinct.push(pair);
            }
        }
        seen
    }
}

/// What is in one list and was not in the other, in order.
fn newly<T: Clone + Ord>(now: &[T], before: &[T]) -> Vec<T> {
    let mut newly = now.to_vec();
    newly.retain(|one| !before.contains(one));
    newly.sort();
    newly
}

fn sorted<T: Clone + Ord>(list: &[T]) -> Vec<T> {
    newly(list, &[])
}

fn hold(case: &Case, policy: &str) {
    let what = format!("case {} under {policy}: {}", case.number, case.why);
    let mut row = Row::staged(&case.before);
    let before = row.see();
    assert_eq!(
        before.stands.clone().in_order().to_string(),
        case.before.stands.clone().in_order().to_string(),
        "{what}: what stands before"
    );

    let keys: Vec<K> = case.asked.keys.iter().map(|symbol| key(symbol)).collect();
    let policy: OnConflict = policy.parse().expect("a policy");
    let request = ResolveRequest::from(draft(&keys)).on_conflict(policy);
    let bytes = row.store.bytes();
    let result = row.resolve(case.asked.org, request.clone());
    let seen = row.see();
    let org = case.asked.org;
    let numbers = Numbers::read(&row.store.raw, &scope(org, false));
    let mut holders = |held: &[kinfold::Conflict]| -> Vec<(Symbol, Letter)> {
        let name = |key: &kinfold::Key| symbol(support::both::model_key(key.kind(), key.as_str()));
        held.iter()
            .map(|held| (name(&held.key), row.letter(org, numbers.of(held.holder))))
            .collect()
    };

    let after = &case.after;
    let expected = after.stands.as_ref().unwrap_or(&case.before.stands);
    assert_eq!(
        seen.stands.clone().in_order().to_string(),
        expected.clone().in_order().to_string(),
        "{what}: what stands after"
    );
    match (&result, after.refused.as_deref()) {
        (Ok(outcome), None) => {
            assert_eq!(
                holders(&outcome.conflicts),
                after.conflicts,
                "{what}: conflicts"
            );
            let merged = outcome
                .merged
                .iter()
                .map(|id| row.letter(org, numbers.of(*id)));
            let leads: Vec<Letter> = after.leads.iter().map(|(one, _)| *one).collect();
            assert_eq!(
                merged.collect::<Vec<_>>(),
                leads,
                "{what}: merged, in order"
            );
            let answer = row.letter(org, numbers.of(outcome.contact.id));
            assert_eq!(Some(answer), after.answer, "{what}: the answer");
            assert_eq!(Some(outcome.created), case.created, "{what}: created");
            let rejected: Vec<&str> = outcome.rejected.iter().map(|r| r.value.as_str()).collect();
            let expected: Vec<String> = after
                .rejected
                .iter()
                .map(|s| typed(key(s), false))
                .collect();
            assert_eq!(rejected, expected, "{what}: rejected");
        }
        (Err(error), Some(code)) => {
            let name = match error {
                Error::NoIdentifier { .. } => "NoIdentifier",
                Error::IdentityConflict { .. } => "IdentityConflict",
                other => panic!("{what}: {other:?}"),
            };
            assert_eq!(name, code, "{what}");
            assert_eq!(holders(error.holders()), after.conflicts, "{what}: holders");
            assert_eq!(row.store.bytes(), bytes, "{what}: something was written");
        }
        (result, _) => panic!("{what}: {result:?}"),
    }
    // A pair that stood there before is no new one because one of the two was absorbed.
    let leads: BTreeMap<Letter, Letter> = seen.leads.iter().copied().collect();
    let follow = |letter: Letter| leads.get(&letter).copied().unwrap_or(letter);
    let stood = before.review.iter().flat_map(|&(one, other)| {
        let (one, other) = (follow(one), follow(other));
        [(one, other), (other, one)]
    });
    let stood: Vec<(Letter, Letter)> = stood.collect();
    assert_eq!(
        newly(&seen.review, &stood),
        sorted(&after.review),
        "{what}: review"
    );
    assert_eq!(
        newly(&seen.leads, &before.leads),
        sorted(&after.leads),
        "{what}: who leads to whom"
    );
    if !after.tombstones.is_empty() {
        assert_eq!(seen.tombstones, after.tombstones, "{what}: tombstones");
    }
    let marked = newly(&seen.distinct, &before.distinct);
    assert_eq!(marked, sorted(&after.distinct), "{what}: distinct");

    if let Ok(first) = result {
        let bytes = row.store.bytes();
        let again = row.resolve(org, request).expect("a repeat");
        assert_eq!(again.contact.id, first.contact.id, "{what}: repeated");
        assert!(!again.created && !again.changed, "{what}: repeated");
        assert_eq!(again.conflicts, first.conflicts, "{what}: repeated");
        assert_eq!(row.store.bytes(), bytes, "{what}: the repeat wrote");
    }
    let report = row.store.kinfold.check().expect("a check");
    assert!(report.ok, "{what}: {:?}", report.problems);
}

#[test]
fn the_store_answers_as_the_table_says() {
    for case in cases() {
        for policy in &case.policies {
            hold(&case, policy);
        }
    }
}

#[test]
fn the_table_is_whole() {
    let mut numbers: Vec<u16> = cases().iter().map(|case| case.number).collect();
    let rules = numbers.iter().filter(|number| **number <= 100);
    assert!(rules.copied().eq(1..=20), "{numbers:?}");
    numbers.dedup();
    assert_eq!(numbers.len(), cases().len());
}
