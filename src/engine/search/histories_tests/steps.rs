//! What random histories are made of: persons, conditions, and what happens to them.

use proptest::prelude::*;

use crate::book::ContactFilter;
use crate::contact::{AddressPatch, Change, Draft, TextField};
use crate::resolve::{OnConflict, ResolveRequest, Update};

pub(super) const NAMES: &[&str] = &[
    "Ana Ruiz",
    "Ana María Ruiz Gil",
    "ana",
    "Anna Bell",
    "Robert O'Brien",
    "Bob Bar",
    "Roberta Rodriguez",
    "Rodrigues Ana",
    "Jean-Luc Picard",
    "Юлия Ким",
    "山田太郎",
    "山田 花子",
    "김민준",
    "Nguyễn Thị Ánh",
    "Groß Straße",
    "J.R.R. Tolkien",
    "van der Berg",
    "415 Ana",
];
pub(super) const COMPANIES: &[&str] = &["Acme Ruiz", "Müller & Söhne", "Bob's Bar", "山田"];
pub(super) const CITIES: &[&str] = &["Madrid", "São Paulo"];
pub(super) const TAGS: &[&str] = &["lead", "Élite", "press"];
pub(super) const EMAILS: &[&str] = &[
    "ana.ruiz@example.com",
    "bob@example.com",
    "rodriguez@ana.example",
    "x@example.org",
    "o'hara@mail.example",
    "first@example.org",
];
pub(super) const PHONES: &[&str] = &[
    "+14155550101",
    "+14155550102",
    "+14155550101 ext. 77",
    "+491712345678",
    "+34600100101",
];
pub(super) const QUERIES: &[&str] = &[
    "a",
    "an",
    "ana",
    "ana r",
    "ruiz ana",
    "bob",
    "rob",
    "robert",
    "obrien",
    "o'b",
    "brien robert",
    "rodrigeuz",
    "rodriguex ana",
    "anna",
    "юл",
    "yul",
    "ким",
    "山",
    "太郎",
    "민준",
    "nguyen",
    "nguye anh",
    "gross",
    "stra",
    "jrr t",
    "j r r tolkien",
    "jean luc",
    "luc",
    "v d berg",
    "0101",
    "101",
    "415 555 0101",
    "0171 2345678",
    "ana 0101",
    "5678",
    "77",
    "415",
    "example",
    "example.com",
    "ex",
    "mail.example",
    "acme",
    "ana acme",
    "mull",
    "bar",
    "b b",
    "zzz",
];

/// What a person is made of: a place in each of the lists, or nothing.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: Option<usize>,
    pub(super) given: Option<usize>,
    pub(super) company: Option<usize>,
    pub(super) city: Option<usize>,
    pub(super) tag: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) phone: Option<usize>,
    pub(super) id: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) tag: Option<usize>,
    pub(super) any_tag: bool,
    pub(super) company: Option<usize>,
    pub(super) city: Option<usize>,
    pub(super) has_email: Option<bool>,
    pub(super) has_phone: Option<bool>,
    pub(super) changed_since: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Resolve(Person),
    Upsert(Person),
    Create(Person),
    Update(usize, Person),
    Remove(usize, usize),
    Reassign(usize, usize),
    Merge(usize, usize),
    Unmerge(usize),
    Delete(usize),
    Restore(usize),
    Erase(usize),
    Many(Vec<Person>),
    Together(Person, usize, Person),
    Ask(usize, usize, Condition),
    /// Until the index has everything.
    Settle,
    Reindex,
    Reopen,
    /// Another handle comes, or goes.
    Other,
    /// The folder of the index is gone.
    Lose,
    Backup,
    /// The database is again what it was.
    Rollback,
}

pub(super) fn person() -> impl Strategy<Value = Person> {
    (
        prop::option::weighted(0.9, 0..NAMES.len()),
        prop::option::weighted(0.1, 0..NAMES.len()),
        prop::option::weighted(0.4, 0..COMPANIES.len()),
        prop::option::weighted(0.4, 0..CITIES.len()),
        prop::option::weighted(0.5, 0..TAGS.len()),
        prop::option::weighted(0.4, 0..EMAILS.len()),
        prop::option::weighted(0.4, 0..PHONES.len()),
        0..30_usize,
    )
        .prop_map(
            |(name, given, company, city, tag, email, phone, id)| Person {
                name,
                given,
                company,
                city,
                tag,
                email,
                phone,
                id,
            },
        )
}

pub(super) fn condition() -> impl Strategy<Value = Condition> {
    (
        prop::option::weighted(0.3, 0..TAGS.len()),
        prop::bool::weighted(0.1),
        prop::option::weighted(0.15, 0..COMPANIES.len()),
        prop::option::weighted(0.15, 0..CITIES.len()),
        prop::option::weighted(0.15, any::<bool>()),
        prop::option::weighted(0.15, any::<bool>()),
        prop::option::weighted(0.15, 0..30_usize),
    )
        .prop_map(
            |(tag, any_tag, company, city, has_email, has_phone, changed_since)| Condition {
                tag,
                any_tag,
                company,
                city,
                has_email,
                has_phone,
                changed_since,
            },
        )
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let who = || 0..30_usize;
    prop_oneof![
        12 => person().prop_map(Step::Resolve),
        3 => person().prop_map(Step::Upsert),
        2 => person().prop_map(Step::Create),
        5 => (who(), person()).prop_map(|(who, person)| Step::Update(who, person)),
        2 => (who(), who()).prop_map(|(who, key)| Step::Remove(who, key)),
        2 => (who(), who()).prop_map(|(who, key)| Step::Reassign(who, key)),
        4 => (who(), who()).prop_map(|(one, other)| Step::Merge(one, other)),
        3 => who().prop_map(Step::Unmerge),
        3 => who().prop_map(Step::Delete),
        2 => who().prop_map(Step::Restore),
        2 => who().prop_map(Step::Erase),
        3 => prop::collection::vec(person(), 1..9).prop_map(Step::Many),
        1 => (person(), who(), person()).prop_map(|(one, who, other)| Step::Together(one, who, other)),
        6 => (0..QUERIES.len(), 1..4_usize, condition())
            .prop_map(|(query, limit, condition)| Step::Ask(query, limit, condition)),
        5 => Just(Step::Settle),
        1 => Just(Step::Reindex),
        1 => Just(Step::Reopen),
        1 => Just(Step::Other),
        1 => Just(Step::Lose),
        1 => Just(Step::Backup),
        1 => Just(Step::Rollback),
    ]
}

impl Person {
    pub(super) fn draft(&self) -> Draft {
        let mut draft = Draft::new();
        if let Some(name) = self.name {
            draft = draft.name(NAMES[name]);
        }
        if let Some(given) = self.given {
            draft = draft.given(NAMES[given]);
        }
        if let Some(company) = self.company {
            draft = draft.text(TextField::Company, COMPANIES[company]);
        }
        if let Some(city) = self.city {
            draft.fields.address = Change::Set(AddressPatch {
                city: Change::Set(CITIES[city].to_owned()),
                ..AddressPatch::default()
            });
        }
        if let Some(tag) = self.tag {
            draft = draft.tag(TAGS[tag]);
        }
        if let Some(email) = self.email {
            draft = draft.email(EMAILS[email]);
        }
        if let Some(phone) = self.phone {
            draft = draft.phone(PHONES[phone]);
        }
        draft
    }

    pub(super) fn request(&self) -> ResolveRequest {
        let draft = self.draft().external_id("crm", self.id.to_string());
        ResolveRequest::from(draft).on_conflict(match self.id % 3 {
            0 => OnConflict::Merge,
            1 => OnConflict::PreferStrongest,
            _ => OnConflict::Reject,
        })
    }

    pub(super) fn update(&self) -> Update {
        let draft = self.draft();
        let mut update = Update::new().fields(draft.fields);
        if let Some(email) = self.email {
            update = update.add_email(EMAILS[email]);
        }
        if let Some(phone) = self.phone {
            update = update.add_phone(PHONES[phone]);
        }
        update
    }
}

impl Condition {
    pub(super) fn none() -> Self {
        Self {
            tag: None,
            any_tag: false,
            company: None,
            city: None,
            has_email: None,
            has_phone: None,
            changed_since: None,
        }
    }

    pub(super) fn filter(&self, contacts: &[crate::contact::Contact]) -> ContactFilter {
        let mut filter = ContactFilter::new();
        if let Some(tag) = self.tag {
            filter = filter.tag(TAGS[tag].to_uppercase());
        }
        if self.any_tag {
            filter = filter.any_tag(["press", "ÉLITE"]);
        }
        if let Some(company) = self.company {
            filter = filter.company(COMPANIES[company].to_lowercase());
        }
        if let Some(city) = self.city {
            filter = filter.city(CITIES[city].to_uppercase());
        }
        if let Some(has) = self.has_email {
            filter = filter.has_email(has);
        }
        if let Some(has) = self.has_phone {
            filter = filter.has_phone(has);
        }
        if let Some(which) = self.changed_since
            && let Some(contact) = contacts.get(which % contacts.len().max(1))
        {
            filter = filter.changed_since(contact.updated_at);
        }
        filter
    }
}
