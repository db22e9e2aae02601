//! Sequences of resolves and upserts against the model of the rules.
//!
//! The input is text, one request a line, and what has no meaning is passed over:
//!
//! | text | meaning |
//! | --- | --- |
//! | `P0` … `P3`, `E0` … `E3` | a phone, an email |
//! | `X0` … `X2`, `Y0` … `Y2` | external ids of two systems |
//! | `m`, `r` | merge, reject; else prefer_strongest |
//! | `u`, `d`, `l` | an upsert, a dry run, in the other location |
//! | `n1`, `N` | a name, null for it |
//! | `c1`, `C` | a company, null for it |
//! | `t1`, `T` | one more tag, null for all |
//! | `k12`, `K1`, `M` | a metadata key with a value, null for it, null for all |
//! | `S0` … `S5` | in the first line: the order of strength and the limit |
#![no_main]

#[path = "../../tests/support/both.rs"]
#[allow(dead_code)]
mod both;
#[path = "../../tests/model/mod.rs"]
mod model;

use std::cell::RefCell;

use both::{engine_kind, engine_request, key_text, model_key, model_outcome, model_refusal, told};
use kinfold::{ContactId, Contacts, Kinfold, Scope};
use libfuzzer_sys::fuzz_target;
use model::{Id, K, Kind, Policy, Request, Settings, State, World};

const MOST_REQUESTS: usize = 60;

/// Inputs that one store in memory sees before it is checked and given up.
const MOST_RUNS: u32 = 500;

const SETTINGS: usize = 6;

fn settings(number: usize) -> Settings {
    let strength = [
        [Kind::External, Kind::Email, Kind::Phone],
        [Kind::Email, Kind::Phone, Kind::External],
        [Kind::Phone, Kind::External, Kind::Email],
    ];
    Settings {
        strength: strength[number % 3],
        limit: if number < 3 { 100 } else { 2 },
    }
}

fn digit(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, below: u8) -> u8 {
    let digit = characters.next_if(char::is_ascii_digit);
    let digit = digit.and_then(|digit| digit.to_digit(10)).unwrap_or(0);
    u8::try_from(digit).unwrap_or(0) % below
}

/// Which settings an input asks for, and its requests, each in one of two scopes.
fn read(text: &str) -> (usize, Vec<(bool, Request)>) {
    let mut chosen = 0;
    let requests = text.lines().take(MOST_REQUESTS).map(|line| {
        let mut request = Request::default();
        let mut location = false;
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            let characters = &mut characters;
            match character {
                'P' => request.keys.push(K::Phone(digit(characters, 4))),
                'E' => request.keys.push(K::Email(digit(characters, 4))),
                'X' | 'Y' => request.keys.push(K::External {
                    source: u8::from(character == 'Y'),
                    value: digit(characters, 3),
                }),
                'm' => request.policy = Policy::Merge,
                'r' => request.policy = Policy::Reject,
                'u' => request.upsert = true,
                'd' => request.dry_run = true,
                'l' => location = true,
                'n' => request.name = Some(Some(digit(characters, 3))),
                'N' => request.name = Some(None),
                'c' => request.company = Some(Some(digit(characters, 3))),
                'C' => request.company = Some(None),
                't' => {
                    let tags = request.tags.get_or_insert_default();
                    tags.get_or_insert_default().push(digit(characters, 4));
                }
                'T' => request.tags = Some(None),
                'k' | 'K' => {
                    let key = digit(characters, 3);
                    let value = (character == 'k').then(|| digit(characters, 3));
                    let metadata = request.metadata.get_or_insert_default();
                    metadata.get_or_insert_default().insert(key, value);
                }
                'M' => request.metadata = Some(None),
                'S' => chosen = usize::from(digit(characters, 6)),
                _ => {}
            }
        }
        (location, request)
    });
    let requests = requests.collect();
    (chosen, requests)
}

#[derive(Default)]
struct Used {
    kinfold: Option<Kinfold>,
    runs: u32,
}

thread_local! {
    static STORES: RefCell<[Used; SETTINGS]> = RefCell::default();
}

/// The two scopes of an organisation that nobody used before.
fn scopes(chosen: usize) -> [Contacts; 2] {
    STORES.with_borrow_mut(|stores| {
        let Used { kinfold, runs } = &mut stores[chosen];
        *runs += 1;
        if *runs > MOST_RUNS {
            if let Some(old) = kinfold.take() {
                let report = old.check().expect("a check");
                assert!(report.ok, "{:?}", report.problems);
            }
            *runs = 1;
        }
        let kinfold = kinfold.get_or_insert_with(|| {
            let settings = settings(chosen);
            Kinfold::builder()
                .strongest_first(settings.strength.map(engine_kind))
                .most_identifiers_of_a_kind(settings.limit)
                .open_in_memory()
                .expect("memory for a store")
        });
        let org = format!("org{runs}");
        [None, Some("branch")]
            .map(|location| kinfold.contacts(Scope::new(&org, location).expect("a scope")))
    })
}

fn number(ids: &[ContactId], id: ContactId) -> Id {
    let found = ids.iter().position(|other| *other == id);
    found.expect("a contact of this scope")
}

fn run(contacts: &Contacts, request: &Request) -> kinfold::Result<kinfold::Outcome> {
    let typed = engine_request(request);
    match (request.upsert, request.dry_run) {
        (false, false) => contacts.resolve(typed),
        (false, true) => contacts.preview_resolve(typed),
        (true, false) => contacts.upsert(typed),
        (true, true) => contacts.preview_upsert(typed),
    }
}

fn same_outcome(
    contacts: &Contacts,
    model: &mut model::Scope,
    ids: &mut Vec<ContactId>,
    request: &Request,
) {
    let expected = model.resolve(request);
    let result = run(contacts, request);
    if let Ok(outcome) = &result
        && outcome.created
        && !request.dry_run
    {
        ids.push(outcome.contact.id);
    }
    match (result, expected) {
        (Ok(outcome), Ok(expected)) => {
            assert_eq!(
                model_outcome(&outcome, |id| number(ids, id)),
                told(expected),
                "{request:?}"
            );
        }
        (Err(error), Err(expected)) => {
            let refused = model_refusal(&error, |id| number(ids, id));
            assert_eq!(refused, Some(expected), "{request:?}");
        }
        (result, expected) => {
            panic!("the store says {result:?}, the model {expected:?} to {request:?}")
        }
    }
}

/// Who is live, and what each lists and holds.
fn same_contacts(contacts: &Contacts, model: &model::Scope, ids: &[ContactId]) {
    let page = contacts.list(None, 10_000).expect("the contacts");
    let live: Vec<Id> = page.iter().map(|one| number(ids, one.id)).collect();
    assert_eq!(live, model.live());
    for contact in page {
        let id = number(ids, contact.id);
        let mut lists: Vec<(K, bool)> = contact
            .identifiers
            .iter()
            .map(|listing| {
                let key = model_key(listing.key.kind(), listing.key.as_str());
                assert_eq!(listing.key.as_str(), key_text(key));
                (key, listing.holds)
            })
            .collect();
        lists.sort_unstable();
        let expected = model.lists(id).into_iter();
        let expected = expected.map(|key| (key, model.holder(key) == Some(id)));
        assert_eq!(lists, expected.collect::<Vec<_>>());
    }
    for (id, contact) in ids.iter().enumerate() {
        if let Some(State::Absorbed(_)) = model.state(id) {
            let found = contacts.get(*contact).expect("it leads to its survivor");
            assert_eq!(Some(number(ids, found.id)), model.answer(id));
        }
    }
}

fuzz_target!(|text: &str| {
    let (chosen, requests) = read(text);
    let scopes = scopes(chosen);
    let mut world = World::new(settings(chosen));
    let mut ids = [Vec::new(), Vec::new()];
    for (location, request) in requests {
        let at = usize::from(location);
        let (contacts, ids) = (&scopes[at], &mut ids[at]);
        let model = world.scope(u8::from(location));
        same_outcome(contacts, model, ids, &request);
        if !request.dry_run {
            // Whatever it answered, a repeat at once answers the same and changes nothing.
            let before = model.clone();
            same_outcome(contacts, model, ids, &request);
            assert_eq!(*model, before, "{request:?}");
        }
    }
    for (at, contacts) in scopes.iter().enumerate() {
        let location = u8::try_from(at).expect("zero or one");
        same_contacts(contacts, world.scope(location), &ids[at]);
    }
});
