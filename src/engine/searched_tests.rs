//! What a search follows: whatever changes a contact's row is found by its number, and what is
//! read of it is what everybody reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rekey_tests::StandIn;
use super::{Contacts, Kinfold};
use crate::book::{BookRequest, ContactFilter, Matcher};
use crate::clock::Timestamp;
use crate::contact::{AddressPatch, Change, Contact, ContactId, Draft, NoteDraft, TextField};
use crate::ident::{Key, Kind};
use crate::resolve::{MergeRules, OnConflict, ResolveRequest, Update};
use crate::scope::Scope;
use crate::store::{Retention, Touched};

fn touched(kinfold: &Kinfold, since: u64, limit: usize) -> Touched {
    let read = kinfold.inner.read(|tx| tx.touched_since(since, limit));
    read.unwrap()
}

fn log_end(kinfold: &Kinfold) -> u64 {
    kinfold.inner.read(|tx| tx.log_end()).unwrap()
}

fn row(contacts: &Contacts, id: ContactId) -> i64 {
    let scope = contacts.scope();
    let read = contacts.kinfold.inner.read(|tx| {
        let scope = tx.scope(scope)?.unwrap();
        tx.row_of(scope, id)
    });
    read.unwrap().unwrap()
}

/// All that a search reads of every contact there ever was, but the number.
fn picture(kinfold: &Kinfold) -> BTreeMap<i64, String> {
    let mut picture = BTreeMap::new();
    let rows: Vec<i64> = (1..100).collect();
    let read = kinfold.inner.read(|tx| {
        tx.for_each_searched(&rows, |one| {
            let names = (one.full_name, one.given_name, one.family_name);
            let phones: Vec<&str> = one.phones.iter().collect();
            let emails: Vec<&str> = one.emails.iter().collect();
            let rest = (one.company, one.city, one.tags, phones, emails);
            let what = format!(
                "{:?}",
                (one.scope, one.updated_at, one.is_live, names, rest)
            );
            picture.insert(one.row, what);
        })
    });
    read.unwrap();
    picture
}

fn email(letter: &str) -> Key {
    Key::read(Kind::Email, &format!("{letter}@example.com")).unwrap()
}

fn crm(letter: &str) -> Key {
    Key::read(Kind::ExternalId, &format!("crm:{letter}")).unwrap()
}

fn phone() -> Key {
    Key::read(Kind::Phone, "+14155550101").unwrap()
}

/// Somebody named after a letter, with an email and the phone that all share.
fn person(letter: &str) -> Draft {
    Draft::new()
        .name(letter)
        .email(email(letter).as_str())
        .external_id("crm", letter)
        .phone(phone().as_str())
}

/// Runs something, and holds whom it touched against what is expected, and against the rows
/// that read otherwise than before.
fn touches<T>(
    contacts: &Contacts,
    what: &str,
    expected: &[ContactId],
    job: impl FnOnce() -> T,
) -> T {
    let kinfold = &contacts.kinfold;
    let (before, end) = (picture(kinfold), log_end(kinfold));
    let done = job();
    let found = touched(kinfold, end, usize::MAX);
    assert_eq!(
        (found.up_to, found.is_all),
        (log_end(kinfold), true),
        "{what}"
    );
    let mut rows: Vec<i64> = found.rows.iter().map(|(_, row)| *row).collect();
    rows.sort_unstable();
    let mut expected: Vec<i64> = expected.iter().map(|id| row(contacts, *id)).collect();
    expected.sort_unstable();
    assert_eq!(rows, expected, "{what}");
    for (row, is) in picture(kinfold) {
        let changed = before.get(&row) != Some(&is);
        assert!(!changed || rows.contains(&row), "{what}: row {row} is {is}");
    }
    let report = kinfold.check().unwrap();
    assert!(report.ok, "{what}: {:?}", report.problems);
    done
}

#[test]
fn whatever_changes_a_row_gives_it_a_number() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let new = |letter: &str| contacts.resolve(person(letter)).unwrap().contact.id;
    let [a, b, c, d] = ["a", "b", "c", "d"].map(new);
    let usual = MergeRules::default();

    touches(&contacts, "nothing new", &[], || {
        assert!(!contacts.resolve(person("a")).unwrap().changed);
    });
    touches(&contacts, "an update", &[a], || {
        let update = Update::new().name("A").remove(&email("a"));
        contacts.update(a, update).unwrap();
    });
    touches(
        &contacts,
        "a note is an entry about its contact",
        &[a],
        || {
            contacts.add_note(a, &NoteDraft::new("note")).unwrap();
        },
    );
    touches(
        &contacts,
        "a phone: its holder reads as before",
        &[b],
        || {
            contacts.reassign(&phone(), b).unwrap();
        },
    );
    contacts.update(b, Update::new().remove(&crm("b"))).unwrap();
    touches(
        &contacts,
        "an external id is lost by who had it",
        &[a, b],
        || {
            contacts.reassign(&crm("a"), b).unwrap();
        },
    );
    touches(&contacts, "what is blocked is the scope's", &[], || {
        assert!(contacts.block(&phone()).unwrap());
    });
    touches(&contacts, "deleted", &[c], || {
        contacts.delete(c).unwrap();
    });
    touches(&contacts, "restored", &[c], || {
        contacts.restore(c).unwrap();
    });
    touches(
        &contacts,
        "a pair is an entry about the first",
        &[c],
        || {
            contacts.mark_distinct(c, b).unwrap();
        },
    );
    contacts.update(d, Update::new().remove(&crm("d"))).unwrap();
    touches(&contacts, "merged by policy", &[c, d], || {
        let both = Draft::new()
            .email(email("c").as_str())
            .email(email("d").as_str());
        let both = ResolveRequest::from(both).on_conflict(OnConflict::Merge);
        assert_eq!(contacts.resolve(both).unwrap().merged, [d]);
    });
    let first = touches(&contacts, "merged", &[a, c], || {
        contacts.merge(a, c, &usual).unwrap().merge
    });
    touches(&contacts, "an undone merge gives one back", &[a, c], || {
        contacts.unmerge(first).unwrap();
    });
    contacts.lift_distinct(a, c).unwrap();
    contacts.merge(a, c, &usual).unwrap();
    let end = log_end(&kinfold);
    touches(
        &contacts,
        "erased with all that it absorbed",
        &[a, c, d],
        || {
            contacts.erase(a).unwrap();
        },
    );
    let mut family = [a, c, d].map(|id| row(&contacts, id));
    let mut erased = touched(&kinfold, end, 1).erased;
    family.sort_unstable();
    erased.sort_unstable();
    assert_eq!(erased, family);
    assert!(touched(&kinfold, end + 1, 1).erased.is_empty());
}

/// Who followed up to somewhere and comes back finds everybody, whatever became of the log.
#[test]
fn nobody_is_missed_because_entries_are_gone() {
    let builder = Kinfold::builder().keep_changes(Retention::Entries(1));
    let kinfold = builder.open_in_memory().unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let create = |letter: &str| contacts.resolve(person(letter)).unwrap().contact.id;
    let ids = ["a", "b", "c", "d"].map(create);
    assert_eq!(touched(&kinfold, 0, usize::MAX).rows.len(), 4);
    let end = log_end(&kinfold);
    let read = kinfold.inner.read(|tx| {
        Ok((
            tx.forgotten_anywhere()?,
            tx.entry_id(end - 1)?,
            tx.entry_id(end)?.is_some(),
        ))
    });
    assert_eq!(read.unwrap(), (end - 1, None, true));

    // What was done to one is deleted with another that was erased.
    let [a, b, ..] = ids;
    contacts.update(b, Update::new().remove(&crm("b"))).unwrap();
    let since = log_end(&kinfold);
    contacts.reassign(&crm("a"), b).unwrap();
    contacts.erase(b).unwrap();
    let found = touched(&kinfold, since, usize::MAX);
    let rows: Vec<i64> = found.rows.iter().map(|(_, row)| *row).collect();
    assert_eq!(rows, [row(&contacts, a), row(&contacts, b)]);
    assert!(kinfold.check().unwrap().ok);
}

/// Page by page they are those of one page, and whom one change touched are on one.
#[test]
fn a_limit_parts_no_change() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let none = touched(&kinfold, 0, 10);
    assert_eq!((none.rows.len(), none.up_to, none.is_all), (0, 0, true));
    let bare = |letter: &str| Draft::new().email(email(letter).as_str());
    let [a, b, c, d, _] =
        ["a", "b", "c", "d", "e"].map(|letter| contacts.resolve(bare(letter)).unwrap().contact.id);
    for (one, other) in [(a, b), (c, d)] {
        contacts.merge(one, other, &MergeRules::default()).unwrap();
    }
    assert!(
        contacts.block(&email("e")).unwrap(),
        "an entry about nobody"
    );
    let whole = touched(&kinfold, 0, usize::MAX);
    assert_eq!((whole.rows.len(), whole.up_to), (5, log_end(&kinfold)));
    for limit in 1..7 {
        let (mut since, mut rows) = (0, Vec::new());
        loop {
            let page = touched(&kinfold, since, limit);
            let last = rows.last().map(|(last_change, _)| *last_change);
            let first = page.rows.first().map(|(last_change, _)| *last_change);
            assert!(last.is_none() || last < first, "{limit}");
            assert!(page.rows.len() <= limit + 1, "{limit}");
            rows.extend(page.rows);
            since = page.up_to;
            if page.is_all {
                break;
            }
        }
        assert_eq!((rows, since), (whole.rows.clone(), whole.up_to), "{limit}");
    }
    assert_eq!(touched(&kinfold, whole.up_to, 1).rows, []);
    assert_eq!(touched(&kinfold, i64::MAX as u64, 1).rows, []);
}

#[test]
fn other_rules_for_keys_touch_whose_keys_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let create = |typed: &str| {
        let draft = Draft::new().email(typed);
        contacts.resolve(draft).unwrap().contact.id
    };
    let [ana, _, cem] = ["x+ana@example.com", "x@example.com", "c+1@example.com"].map(create);
    let (end, rows) = (log_end(&kinfold), [ana, cem].map(|id| row(&contacts, id)));
    drop((contacts, kinfold));
    let builder = Kinfold::builder().key_rules(Arc::new(StandIn));
    let kinfold = builder.open(folder.path()).unwrap();
    let found = touched(&kinfold, end, usize::MAX);
    let found: Vec<i64> = found.rows.iter().map(|(_, row)| *row).collect();
    assert_eq!(found, rows, "who has the key already reads as before");
}

#[test]
fn contacts_are_read_as_everybody_reads_them() {
    // On disk, where one may read while another reads.
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let other = kinfold.contacts(Scope::new("other", None).unwrap());
    let mut ana = Draft::new()
        .name("Ana Ruiz")
        .given("Ana")
        .text(TextField::Company, "Acme")
        .tag("b")
        .tag("a \"quoted\" one")
        .external_id("crm", "1")
        .email("z@example.com")
        .email("a@example.com")
        .email("m@example.com")
        .phone("+14155550109")
        .phone("+14155550102");
    ana.fields.address = Change::Set(AddressPatch {
        city: Change::Set("Madrid".to_owned()),
        ..AddressPatch::default()
    });
    let ana = contacts.resolve(ana).unwrap().contact;
    let bare = Draft::new().external_id("crm", "2");
    let bare = contacts.resolve(bare).unwrap().contact;
    let gone = Draft::new().email("gone@example.com").name("Gone");
    let gone = other.resolve(gone).unwrap().contact;
    let gone = other.delete(gone.id).unwrap();
    let all = [
        (&contacts, &ana, true),
        (&contacts, &bare, true),
        (&other, &gone, false),
    ];
    // In the order given, also twice; what is not there is left out.
    for (order, strangers) in [
        (vec![0, 1, 2], vec![77, -1]),
        (vec![2, 1, 0], vec![77, -1]),
        (vec![1, 1], vec![-1]),
        (vec![], vec![77]),
        (vec![0, 2, 0], vec![]),
        // Beside each other they are read in one walk.
        (vec![0, 1, 2], vec![]),
        (vec![1, 2], vec![]),
        (vec![0, 2], vec![]),
        (vec![0, 1, 2], vec![4]),
    ] {
        let mut rows: Vec<i64> = order.iter().map(|&one| all[one].1.row).collect();
        rows.extend(strangers);
        let mut expected = order.iter().map(|&one| all[one]);
        let read = kinfold.inner.read(|tx| {
            let scopes = [contacts.scope(), other.scope()].map(|scope| tx.scope(scope));
            let [own, others] = scopes.map(|scope| scope.ok().flatten().unwrap());
            tx.for_each_searched(&rows, |one| {
                let (of, contact, is_live) = expected.next().unwrap();
                let fields = &contact.fields;
                let of_scope = if of.scope() == contacts.scope() {
                    own
                } else {
                    others
                };
                assert_eq!(
                    (one.row, one.scope, one.is_live),
                    (contact.row, of_scope, is_live)
                );
                assert_eq!(one.updated_at, contact.updated_at.as_milliseconds());
                assert_eq!(one.full_name, fields.name.full.as_deref());
                assert_eq!(one.given_name, fields.name.given.as_deref());
                assert_eq!(one.family_name, fields.name.family.as_deref());
                assert_eq!(one.company, fields.company.as_deref());
                assert_eq!(one.city, fields.address.city.as_deref());
                assert_eq!(one.tags, fields.tags);
                for (keys, kind) in [(one.phones, Kind::Phone), (one.emails, Kind::Email)] {
                    let own = contact.identifiers.iter().map(|listing| &listing.key);
                    let own = own.filter(|key| key.kind() == kind).map(Key::as_str);
                    let own: Vec<&str> = own.collect();
                    assert_eq!(keys.iter().collect::<Vec<_>>(), own);
                    assert_eq!(keys.is_empty(), own.is_empty());
                }
                let last = of.changes_since(one.last_change - 1, 1).unwrap();
                assert_eq!(last[0].contact, Some(contact.id));
            })?;
            let live = |scope| tx.live_rows(scope).map(|live| rows_of(&live));
            assert_eq!(live(None)?, [ana.row, bare.row]);
            assert_eq!(live(Some(own))?, [ana.row, bare.row]);
            assert_eq!(live(Some(others))?, [0; 0], "deleted");
            Ok(())
        });
        read.unwrap();
        assert!(expected.next().is_none());
    }
}

fn rows_of(numbered: &[(u64, i64)]) -> Vec<i64> {
    numbered.iter().map(|(_, row)| *row).collect()
}

/// Held against whole contacts, a filter lets those through that the address book lists.
#[test]
fn a_filter_says_of_a_contact_what_the_address_book_says() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = kinfold.contacts(Scope::default());
    // Each has another mixture of what a filter looks at.
    let mut moments = Vec::new();
    for number in 0..64_u32 {
        let has = |bit: u32| number & (1 << bit) != 0;
        let mut draft = Draft::new().external_id("crm", number.to_string());
        if has(0) {
            draft = draft.email(format!("{number}@example.com")).tag("Lead");
        }
        if has(1) {
            draft = draft.phone("+14155550101").tag("ÉLITE");
        }
        if has(2) {
            draft = draft.text(TextField::Company, " Acme");
        }
        if has(3) {
            draft.fields.address = Change::Set(AddressPatch {
                city: Change::Set(" São Paulo".to_owned()),
                ..AddressPatch::default()
            });
        }
        if has(4) {
            draft = draft.text(TextField::Source, "Web");
        }
        if has(5) {
            draft = draft.text(TextField::AssignedTo, "Bo");
        }
        moments.push(contacts.resolve(draft).unwrap().contact.updated_at);
    }
    let later = moments[63].as_milliseconds() + 1;
    let filter = ContactFilter::new;
    let conditions: [(&str, &dyn Fn(ContactFilter) -> ContactFilter); 12] = [
        ("tag", &|f| f.tag("lead")),
        ("tags", &|f| f.tag("LEAD").tag("élite")),
        ("any tag", &|f| f.any_tag(["élite", "x"])),
        ("company", &|f| f.company("ACME ")),
        ("city", &|f| f.city("são paulo")),
        ("source", &|f| f.source("web")),
        ("assigned", &|f| f.assigned_to("bo")),
        ("email", &|f| f.has_email(true)),
        ("no email", &|f| f.has_email(false)),
        ("phone", &|f| f.has_phone(true)),
        ("no phone", &|f| f.has_phone(false)),
        ("since", &|f| f.changed_since(moments[40])),
    ];
    let all: Vec<Contact> = contacts.list(None, 100).unwrap();
    let mut cases = vec![
        ("none".to_owned(), filter()),
        (
            "the future".to_owned(),
            filter().changed_since(Timestamp::from_milliseconds(later)),
        ),
    ];
    for (one, first) in conditions {
        for (other, second) in conditions {
            cases.push((format!("{one}, {other}"), second(first(filter()))));
        }
    }
    let mut sizes = std::collections::BTreeSet::new();
    for (what, filter) in cases {
        let request = BookRequest::new().filter(filter.clone()).limit(100);
        let mut listed: Vec<i64> = (contacts.address_book(&request).unwrap().contacts)
            .iter()
            .map(|contact| contact.row)
            .collect();
        listed.sort_unstable();
        let matcher = Matcher::read(&filter).unwrap();
        let through = all.iter().filter(|one| matcher.lets_through_contact(one));
        let through: Vec<i64> = through.map(|contact| contact.row).collect();
        assert_eq!(through, listed, "{what}");
        sizes.insert(through.len());
    }
    assert!(
        sizes.len() > 4,
        "the conditions tell contacts apart: {sizes:?}"
    );
    let narrowed = Matcher::read(
        &filter()
            .tag(" B")
            .tag("a")
            .any_tag(["X"])
            .company("ACME ")
            .city("Úbeda")
            .source("S")
            .assigned_to("Bo"),
    );
    let narrowed = narrowed.unwrap();
    assert_eq!(narrowed.tags(), ["a", "b"]);
    assert_eq!(narrowed.any_tags(), ["x"]);
    assert_eq!(
        (narrowed.company(), narrowed.city()),
        (Some("acme"), Some("úbeda"))
    );
    assert_eq!(
        (narrowed.source(), narrowed.assigned_to()),
        (Some("s"), Some("bo"))
    );
}
