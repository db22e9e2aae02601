//! That the hits and their order are those of a scan over the contacts, after edits and
//! deletes too, before anything is measured.

use std::collections::HashMap;
use std::fs;

use kinfold::{Contact, ContactId, Contacts, Durability, MatchClass, Scope, SearchRequest, Update};
use unicode_normalization::UnicodeNormalization;

use super::people::People;
use super::queries::{Kind, Typed, queries};
use super::stores::{open, root};

/// Numbers of those whose names others get.
const OTHERS: u64 = 60_000_000;

/// People put in at a time.
const AT_A_TIME: u64 = 500;

/// Kinds whose best hits are beginnings of words.
const KINDS: [Kind; 9] = [
    Kind::Letters(1),
    Kind::Letters(2),
    Kind::Letters(3),
    Kind::Letters(4),
    Kind::Letters(5),
    Kind::Letters(6),
    Kind::TwoWords,
    Kind::Company,
    Kind::WithEmail,
];

/// Holds searches in a store of so many against a scan.
///
/// # Panics
///
/// When they differ.
pub fn check(people: &People, size: u64) {
    let folder = root().join("checked");
    let _ = fs::remove_dir_all(&folder);
    let kinfold = open(&folder, Durability::Normal);
    let contacts = kinfold.contacts(Scope::default());
    let mut order = Order::default();
    let mut ids = Vec::new();
    for start in (0..size).step_by(usize::try_from(AT_A_TIME).unwrap()) {
        let drafts =
            (start..size.min(start + AT_A_TIME)).map(|number| people.person(number).draft());
        for outcome in contacts.resolve_many(drafts).unwrap() {
            let id = outcome.unwrap().contact.id;
            order.changed(id);
            ids.push(id);
        }
    }
    kinfold.reindex().unwrap();
    let mut compared = agrees(people, &contacts, &order, size);
    for (number, id) in ids.iter().enumerate() {
        if number % 17 == 3 {
            contacts.delete(*id).unwrap();
        } else if number % 13 == 5 {
            let other = people.person(OTHERS + number as u64);
            contacts
                .update(*id, Update::new().name(other.name()))
                .unwrap();
            order.changed(*id);
        }
    }
    compared += agrees(people, &contacts, &order, size);
    kinfold.reindex().unwrap();
    compared += agrees(people, &contacts, &order, size);
    println!(
        "{compared} searches of {size} contacts agree with a scan, before and after edits and deletes"
    );
    drop((contacts, kinfold));
    let _ = fs::remove_dir_all(folder);
}

/// Who changed when.
#[derive(Default)]
struct Order {
    last: u64,
    of: HashMap<ContactId, u64>,
}

impl Order {
    fn changed(&mut self, id: ContactId) {
        self.last += 1;
        self.of.insert(id, self.last);
    }
}

/// A contact, as a scan sees it.
struct Scanned {
    id: ContactId,
    moment: u64,
    chunks: usize,
    names: Vec<String>,
    others: Vec<String>,
    has_email: bool,
}

impl Scanned {
    fn of(contact: &Contact, order: &Order) -> Self {
        let name = contact.fields.name.display().unwrap_or_default();
        let mut others = contact
            .fields
            .company
            .as_deref()
            .map(forms)
            .unwrap_or_default();
        for email in contact.emails() {
            others.extend(parts(email.key.as_str()));
        }
        Self {
            id: contact.id,
            moment: order.of[&contact.id],
            chunks: name.split_whitespace().count(),
            names: forms(&name),
            others,
            has_email: contact.emails().next().is_some(),
        }
    }

    /// Class, place, and the newest first; as far as no more than beginnings are asked for.
    fn rank(&self, query: &[String]) -> Option<(u8, u8)> {
        let in_names = |word: &String| class(word, &self.names, 1);
        let anywhere = |word: &String| {
            let others = class(word, &self.others, 2);
            in_names(word).into_iter().chain(others).min()
        };
        let worst = |classes: Option<Vec<u8>>| classes?.into_iter().max();
        let class = worst(query.iter().map(anywhere).collect())?;
        let names = worst(query.iter().map(in_names).collect());
        let place = match names == Some(class) {
            true if self.chunks == query.len() => 0,
            true => 1,
            false => 2,
        };
        Some((class, place))
    }
}

/// 0 for a whole word, 1 for how one begins.
fn class(word: &str, forms: &[String], shortest: usize) -> Option<u8> {
    if forms.iter().any(|form| form == word) {
        return Some(0);
    }
    let begins = |form: &String| word.len() >= shortest && form.starts_with(word);
    forms.iter().any(begins).then_some(1)
}

fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('ß', "ss");
    lower.nfkd().filter(char::is_ascii_alphanumeric).collect()
}

fn parts(chunk: &str) -> impl Iterator<Item = String> {
    let parts = chunk.split(|letter: char| !letter.is_alphanumeric());
    parts.map(fold).filter(|part| !part.is_empty())
}

/// The words of a text, and those that punctuation divides in one piece as well.
fn forms(text: &str) -> Vec<String> {
    let chunks = text.split_whitespace();
    let forms = chunks.flat_map(|chunk| parts(chunk).chain([fold(chunk)]));
    forms.filter(|form| !form.is_empty()).collect()
}

/// How many searches find the same as a scan.
fn agrees(people: &People, contacts: &Contacts, order: &Order, size: u64) -> usize {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let some = contacts.list(after, 1_000).unwrap();
        let Some(last) = some.last() else {
            break;
        };
        after = Some(last.id);
        all.extend(some.iter().map(|contact| Scanned::of(contact, order)));
    }
    let mut compared = 0;
    for kind in KINDS {
        for typed in queries(people, size, kind).iter().take(40) {
            agree(contacts, &all, kind, typed);
            compared += 1;
        }
    }
    compared
}

fn agree(contacts: &Contacts, all: &[Scanned], kind: Kind, typed: &Typed) {
    let words: Vec<String> = typed.text.split_whitespace().map(fold).collect();
    let mut expected: Vec<_> = all
        .iter()
        .filter(|one| kind != Kind::WithEmail || one.has_email)
        .filter_map(|one| Some((one.rank(&words)?, std::cmp::Reverse(one.moment), one.id)))
        .collect();
    expected.sort_unstable_by_key(|(rank, moment, _)| (*rank, *moment));
    let request = typed.request(kind).limit(SearchRequest::MOST);
    let page = contacts.search(&request).unwrap();
    let is_beginning = |class| matches!(class, MatchClass::Exact | MatchClass::Prefix);
    let hits: Vec<_> = page
        .hits
        .iter()
        .take_while(|hit| is_beginning(hit.class))
        .map(|hit| hit.contact.id)
        .collect();
    expected.truncate(SearchRequest::MOST);
    let expected: Vec<_> = expected.into_iter().map(|(_, _, id)| id).collect();
    assert!(
        hits == expected,
        "{typed:?} finds the same as a scan, in its order"
    );
}
