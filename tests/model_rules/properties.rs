//! What holds of the model in any scope, whatever happened in it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::model::{
    Company, Decision, Id, Identifiers, K, MergeNumber, Named, Pair, Policy, Scope, Settings,
    Standing, State, Update, pair,
};
use super::steps::{Step, settings, steps};

/// A scope in which these steps happened; those of the other scope are left out.
fn scope_after(settings: Settings, steps: impl IntoIterator<Item = (bool, Step)>) -> Scope {
    let mut scope = Scope::new(settings);
    for (_, step) in steps.into_iter().filter(|(location, _)| !location) {
        if let Some(step) = step.aimed(&scope) {
            let before = scope.clone();
            if step.taken(&mut scope).is_err() {
                assert_eq!(scope, before, "a refused step changed something");
            }
        }
    }
    scope.invariants();
    scope
}

fn scope(longest: usize) -> impl Strategy<Value = Scope> {
    (settings(), steps(longest)).prop_map(|(settings, steps)| scope_after(settings, steps))
}

/// A scope in which nothing was merged yet.
fn scope_without_merges(
    settings: impl Strategy<Value = Settings>,
    longest: usize,
) -> impl Strategy<Value = Scope> {
    let unmerging = |(location, step)| {
        let step = match step {
            Step::Resolve(mut request) if request.policy == Policy::Merge => {
                request.policy = Policy::PreferStrongest;
                Step::Resolve(request)
            }
            Step::Decide(one, other, Decision::Merge) => Step::Decide(one, other, Decision::Later),
            Step::Merge(one, ..) => Step::Restore(one),
            step => step,
        };
        (location, step)
    };
    (settings, steps(longest))
        .prop_map(move |(settings, steps)| scope_after(settings, steps.into_iter().map(unmerging)))
}

/// Who holds which key.
fn holders(standing: &Standing) -> Vec<(K, Vec<Id>, Option<Id>)> {
    let keys = standing.keys().into_iter();
    keys.map(|key| (key, standing.line(key), standing.holder(key)))
        .collect()
}

/// Both stand alike, but for these pairs, which are marked distinct.
fn same_but_for_marks(is: &Standing, was: &Standing, marked: &BTreeSet<Pair>) -> TestCaseResult {
    for id in 0..was.count() {
        prop_assert_eq!(is.contact(id), was.contact(id), "contact {}", id);
    }
    prop_assert_eq!(holders(is), holders(was));
    prop_assert_eq!(is.distinct(), &was.distinct() | marked);
    prop_assert_eq!(is.queue(), &was.queue() - marked);
    Ok(())
}

/// Merges two live contacts, if they may be merged.
fn merged(scope: &mut Scope, one: usize, other: usize, rule: Company) -> Option<MergeNumber> {
    let live = scope.live();
    let one = *live.get(one % live.len().max(1))?;
    let other = *live.get(other % live.len())?;
    scope.merge(one, other, rule).ok()
}

fn rule(longest: bool) -> Company {
    match longest {
        true => Company::Longest,
        false => Company::Survivors,
    }
}

/// An edit of which no contact of the scope has anything yet.
#[derive(Clone, Debug)]
enum Edit {
    Name,
    Company,
    Tag,
    Metadata,
    List,
    Prefer,
    Reassign,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        Just(Edit::Name),
        Just(Edit::Company),
        Just(Edit::Tag),
        Just(Edit::Metadata),
        Just(Edit::List),
        Just(Edit::Prefer),
        Just(Edit::Reassign),
    ]
}

fn edited(scope: &mut Scope, one: Id, edit: &Edit, fresh: u8) {
    let set: Named<u8> = Some(Some(fresh));
    let mut update = Update::default();
    match edit {
        Edit::Name => update.name = set,
        Edit::Company => update.company = set,
        Edit::Tag => update.add_tags.push(fresh),
        Edit::Metadata => update.metadata = Some(Some([(fresh, Some(fresh))].into())),
        Edit::List => update.identifiers.push(Identifiers::Add(K::Phone(fresh))),
        Edit::Prefer => {
            let key = K::Email(fresh);
            update.identifiers = vec![Identifiers::Add(key), Identifiers::Primary(key)];
        }
        Edit::Reassign => {
            let _ = scope.reassign(K::Phone(fresh), one);
            return;
        }
    }
    scope.update(one, &update).expect("an update");
}

fn config(cases: u32) -> ProptestConfig {
    let long = std::env::var("KINFOLD_LONG_TESTS").is_ok_and(|switch| switch == "1");
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(if long { cases * 40 } else { cases })
    }
}

proptest! {
    #![proptest_config(config(256))]

    /// For any two contacts of any scope.
    #[test]
    fn merge_then_unmerge_is_the_identity_but_for_the_mark(
        before in scope(40), one: usize, other: usize, longest: bool,
    ) {
        let mut after = before.clone();
        if let Some(number) = merged(&mut after, one, other, rule(longest)) {
            let merge = after.merges()[number].clone();
            let undone = after.unmerge(number).expect("an undo");
            prop_assert_eq!(undone.survivor, merge.survivor);
            prop_assert_eq!(undone.restored, merge.absorbed);
            prop_assert_eq!(undone.conflicts, vec![]);
            let mark = [pair(merge.survivor, merge.absorbed)].into();
            same_but_for_marks(&after, &before, &mark)?;
            after.invariants();
        }
    }

    /// Whoever absorbed whom, and in whatever order it is undone.
    #[test]
    fn all_merges_undone_leave_what_was_before_them(
        before in scope_without_merges(settings(), 30),
        merges in prop::collection::vec(any::<(usize, usize, bool)>(), 1..6),
        order: [usize; 6],
    ) {
        let mut after = before.clone();
        for (one, other, longest) in merges {
            merged(&mut after, one, other, rule(longest));
        }
        let mut marks = BTreeSet::new();
        for at in order {
            let left = after.standing_merges();
            if let Some(merge) = left.get(at % left.len().max(1)) {
                prop_assert_eq!(after.unmerge(merge.number).expect("an undo").conflicts, vec![]);
                marks.insert(pair(merge.survivor, merge.absorbed));
            }
        }
        prop_assert!(after.standing_merges().is_empty());
        same_but_for_marks(&after, &before, &marks)?;
    }

    /// With edits in between, exactly those remain: as if the merges had not been made.
    #[test]
    fn edits_between_merges_and_their_undoing_remain(
        // What a merge brings counts for the limit, and keeps out what comes later.
        before in scope_without_merges(Just(Settings::default()), 20),
        happened in prop::collection::vec(
            prop_oneof![
                2 => any::<(usize, usize, bool)>().prop_map(Ok),
                3 => (any::<usize>(), edit()).prop_map(Err),
            ],
            1..10,
        ),
        order: [usize; 10],
    ) {
        let (mut after, mut unmerged) = (before.clone(), before.clone());
        let mut marks = BTreeSet::new();
        for (at, happened) in happened.into_iter().enumerate() {
            match happened {
                Ok((one, other, longest)) => {
                    merged(&mut after, one, other, rule(longest));
                }
                Err((one, edit)) => {
                    let live = after.live();
                    let fresh = 100 + u8::try_from(at).expect("a few");
                    if let Some(&one) = live.get(one % live.len().max(1)) {
                        edited(&mut after, one, &edit, fresh);
                        edited(&mut unmerged, one, &edit, fresh);
                    }
                }
            }
        }
        for at in order {
            let left = after.standing_merges();
            if let Some(merge) = left.get(at % left.len().max(1)) {
                after.unmerge(merge.number).expect("an undo");
                marks.insert(pair(merge.survivor, merge.absorbed));
            }
        }
        let fields = |standing: &Standing, id: Id| {
            let mut contact = standing.contact(id).expect("a contact").clone();
            // Places are numbers of effects, of which there were more here than there.
            contact.listings.iter_mut().for_each(|listing| {
                listing.place = super::model::Place::at_the_end(0);
            });
            contact
        };
        for id in 0..unmerged.count() {
            prop_assert_eq!(fields(&after, id), fields(&unmerged, id));
        }
        prop_assert_eq!(holders(&after), holders(&unmerged));
        prop_assert_eq!(after.distinct(), &unmerged.distinct() | &marks);
    }

    /// In whatever order merges are undone, in whatever history, each contact has the same values.
    #[test]
    fn the_order_of_undoing_decides_no_value(
        scope in scope(40), one: [usize; 8], other: [usize; 8],
    ) {
        let undone_in = |order: [usize; 8]| {
            let mut scope = scope.clone();
            for at in order {
                let left = scope.standing_merges();
                if let Some(merge) = left.get(at % left.len().max(1)) {
                    scope.unmerge(merge.number).expect("an undo");
                }
            }
            scope
        };
        let (one, other) = (undone_in(one), undone_in(other));
        if one.standing_merges().is_empty() && other.standing_merges().is_empty() {
            for id in 0..scope.count() {
                let values = |scope: &Scope| {
                    let contact = scope.contact(id).expect("a contact").clone();
                    (contact.state, contact.created, contact.name, contact.company, contact.tags,
                        contact.metadata)
                };
                prop_assert_eq!(values(&one), values(&other));
            }
        }
    }

    /// After any history.
    #[test]
    fn ids_of_absorbed_contacts_lead_to_whoever_has_their_keys(scope in scope(60)) {
        for merge in scope.standing_merges() {
            let survivor = scope.answer(merge.survivor);
            prop_assert_eq!(scope.answer(merge.absorbed), survivor);
            prop_assert!(matches!(scope.state(merge.absorbed), Some(State::Absorbed(_))));
        }
        for id in 0..scope.count() {
            let absorbed = matches!(scope.state(id), Some(State::Absorbed(_)));
            let by = scope.standing_merges().into_iter().filter(|merge| merge.absorbed == id);
            prop_assert_eq!(by.count(), usize::from(absorbed));
        }
    }
}
