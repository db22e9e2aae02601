//! The case table of the rules against the plan alone: situations made by hand, no store.

use super::plan::{Pairs, Plan, Rules, Situation, Standing, plan};
use super::request::{FieldRule, ReadRequest, ResolveRequest, read};
use crate::contact::{Conflict, Contact, ContactId, Draft, Listing};
use crate::error::Error;
use crate::ident::{Key, Kind};
use crate::scope::Scope;

// The same text is held against the store, by tests that see the crate from outside.
#[path = "../../tests/support/notation.rs"]
#[allow(unreachable_pub, dead_code)]
mod notation;
#[path = "../../tests/support/table.rs"]
#[allow(unreachable_pub)]
mod table;

use notation::{Letter, Step, Symbol};
use table::{Case, cases};

/// What is typed for a key of the table, and as what kind. An external id's kind of
/// system is the symbol's own letter.
fn typed(symbol: &str) -> (Kind, String) {
    let (letter, number) = symbol.split_at(1);
    match letter {
        "P" => (Kind::Phone, format!("+1415555010{number}")),
        "E" => (Kind::Email, format!("e{number}@example.com")),
        _ => (Kind::ExternalId, format!("{letter}:{number}")),
    }
}

fn key(symbol: &str) -> Key {
    let (kind, text) = typed(symbol);
    Key::read(kind, &text).unwrap()
}

fn symbol(key: &Key) -> Symbol {
    let number = key.as_str().trim_end_matches("@example.com");
    let number = number.chars().next_back().unwrap();
    match key.kind() {
        Kind::Phone => format!("P{number}"),
        Kind::Email => format!("E{number}"),
        Kind::ExternalId => format!("{}{number}", key.source().unwrap()),
    }
}

fn id(letter: Letter) -> ContactId {
    ContactId::from_bytes([letter as u8; 16])
}

fn letter(id: ContactId) -> Letter {
    id.as_bytes()[0].into()
}

fn request(case: &Case, policy: &str) -> ReadRequest {
    let mut draft = Draft::new();
    for asked in &case.asked.keys {
        draft = match typed(asked) {
            (Kind::Phone, text) => draft.phone(text),
            (Kind::Email, text) => draft.email(text),
            (Kind::ExternalId, text) => {
                let (source, value) = text.split_once(':').unwrap();
                draft.external_id(source, value)
            }
        };
    }
    let request = ResolveRequest::from(draft).on_conflict(policy.parse().unwrap());
    read(&request, FieldRule::Fill, None).unwrap()
}

/// What the store would say of the request's keys.
fn situation(case: &Case, request: &ReadRequest) -> Situation {
    let before = &case.before;
    let is_blocked = |key: &Key| {
        let mut steps = before.steps.iter();
        steps.any(|step| matches!(step, Step::Blocked(symbol) if self::key(symbol) == *key))
    };
    let stands = before.stands.0.iter();
    let here = stands.filter(|(_, standing)| standing.org == case.asked.org);
    let contacts: Vec<Contact> = here
        .map(|(letter, standing)| {
            let mut contact = Contact::blank(Scope::default());
            contact.id = id(*letter);
            for (symbol, holds) in &standing.keys {
                let key = key(symbol);
                contact.list(Listing {
                    raw: key.as_str().to_owned(),
                    region: None,
                    verified: true,
                    holds: *holds,
                    blocked: is_blocked(&key),
                    place: 0,
                    position: contact.next_position(key.kind()),
                    key,
                });
            }
            contact
        })
        .collect();

    let mut situation = Situation::default();
    for requested in &request.keys {
        let holder = contacts.iter().find(|one| one.holds(&requested.key));
        let holder = holder.map(|contact| {
            let holders = &mut situation.holders;
            let known = holders.iter().position(|other| other.id == contact.id);
            known.unwrap_or_else(|| {
                holders.push(contact.clone());
                holders.len() - 1
            })
        });
        situation.keys.push(Standing {
            blocked: is_blocked(&requested.key),
            holder,
        });
    }
    let place = |letter: Letter| {
        let mut holders = situation.holders.iter();
        holders.position(|contact| contact.id == id(letter))
    };
    let mut distinct = Pairs::default();
    for step in &before.steps {
        if let Step::Distinct(one, other) = *step
            && let (Some(one), Some(other)) = (place(one), place(other))
        {
            distinct.insert(one, other);
        }
    }
    situation.distinct = distinct;
    situation
}

fn holders(held: &[Conflict]) -> Vec<(Symbol, Letter)> {
    let named = held.iter();
    named
        .map(|held| (symbol(&held.key), letter(held.holder)))
        .collect()
}

fn hold(case: &Case, policy: &str) {
    let what = format!("case {} under {policy}: {}", case.number, case.why);
    let request = request(case, policy);
    let situation = situation(case, &request);
    let mut planned_in = situation.clone();
    let rules = Rules::default();
    let result = plan(
        &request,
        FieldRule::Fill,
        &Scope::default(),
        &mut planned_in,
        &rules,
    );
    match (result, case.after.refused.as_deref()) {
        (Ok(plan), None) => planned(case, &plan, &situation, &what),
        (Err(error), Some(name)) => {
            match error {
                Error::NoIdentifier { .. } => assert_eq!(name, "NoIdentifier", "{what}"),
                Error::IdentityConflict { .. } => assert_eq!(name, "IdentityConflict", "{what}"),
                _ => panic!("{what}: {error}"),
            }
            assert_eq!(holders(error.holders()), case.after.conflicts, "{what}");
        }
        (Ok(_), Some(name)) => panic!("{what}: no {name}"),
        (Err(error), None) => panic!("{what}: {error}"),
    }
}

fn planned(case: &Case, plan: &Plan, situation: &Situation, what: &str) {
    let (before, after) = (&case.before.stands, &case.after);
    let name = |place: usize| letter(situation.holders[place].id);
    let answer = after.answer.unwrap();

    let winner = (case.created == Some(false)).then_some(answer);
    assert_eq!(plan.winner.map(name), winner, "{what}: winner");
    assert_eq!(Some(plan.outcome.created), case.created, "{what}: created");
    let absorbs: Vec<Letter> = plan.absorbs.iter().map(|one| name(one.absorbed)).collect();
    let leads: Vec<Letter> = after.leads.iter().map(|(one, _)| *one).collect();
    assert_eq!(absorbs, leads, "{what}: absorbs");

    // What the answer lists in the end and neither it nor who came into it listed before.
    let mut listed: Vec<(Symbol, bool)> = after.stands.as_ref().unwrap().0[&answer].keys.clone();
    for one in leads.iter().chain([&answer]) {
        if let Some(standing) = before.0.get(one) {
            listed.retain(|(key, _)| !standing.keys.iter().any(|(other, _)| other == key));
        }
    }
    let mut listings: Vec<(Symbol, bool)> = plan
        .listings
        .iter()
        .map(|listing| (symbol(&listing.key), listing.holds))
        .collect();
    listed.sort();
    listings.sort();
    assert_eq!(listings, listed, "{what}: listings");

    let contact = &plan.outcome.contact;
    let mut in_the_end: Vec<(Symbol, bool)> = contact
        .identifiers
        .iter()
        .map(|listing| (symbol(&listing.key), listing.holds))
        .collect();
    let mut expected = after.stands.as_ref().unwrap().0[&answer].keys.clone();
    in_the_end.sort();
    expected.sort();
    assert_eq!(in_the_end, expected, "{what}: the answer's own keys");

    assert_eq!(
        holders(&plan.outcome.conflicts),
        after.conflicts,
        "{what}: conflicts"
    );
    let with_answer = |other: Letter| (answer.min(other), answer.max(other));
    let review: Vec<_> = plan
        .review
        .iter()
        .map(|&at| with_answer(name(at)))
        .collect();
    assert_eq!(review, after.review, "{what}: review");
    let rejected: Vec<&str> = plan
        .outcome
        .rejected
        .iter()
        .map(|rejected| rejected.value.as_str())
        .collect();
    let left_out: Vec<Key> = after.rejected.iter().map(|symbol| key(symbol)).collect();
    let left_out: Vec<&str> = left_out.iter().map(Key::value).collect();
    assert_eq!(rejected, left_out, "{what}: rejected");

    let stands_as_before = after.stands.clone().unwrap().in_order() == before.clone().in_order();
    let changes = !stands_as_before || !after.review.is_empty();
    assert_eq!(plan.outcome.changed, changes, "{what}: changed");
}

#[test]
fn the_plan_is_what_the_table_says() {
    for case in cases() {
        for policy in &case.policies {
            hold(&case, policy);
        }
    }
}
