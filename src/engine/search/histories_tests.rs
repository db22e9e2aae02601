//! Random histories on stores in folders: whatever the index, what follows it and what is
//! searched beside it know at the moment, a search gives the contacts that a look at each of
//! them gives, in the same order.

mod steps;

use std::cmp::Reverse;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;
use tempfile::TempDir;

use crate::book::{ContactFilter, Matcher};
use crate::contact::{ContactId, MergeId};
use crate::engine::{Contacts, Kinfold};
use crate::error::Error;
use crate::ident::{Key, Kind};
use crate::resolve::{MergeRules, Update};
use crate::scope::Scope;
use crate::search::{MatchClass, Query, Scratch, SearchRequest, Searched};
use crate::store::Durability;
use steps::{Condition, EMAILS, PHONES, Person, QUERIES, Step, step};

/// The bytes of a database, and who was in it.
type Backup = (Vec<u8>, [Vec<ContactId>; 2], [Vec<MergeId>; 2]);

/// A store, and those who look at it.
struct Store {
    folder: TempDir,
    /// The last one is the newest; the first may write the index.
    handles: Vec<Kinfold>,
    ids: [Vec<ContactId>; 2],
    merges: [Vec<MergeId>; 2],
    backup: Option<Backup>,
}

impl Store {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Self {
            folder,
            handles: Vec::new(),
            ids: Default::default(),
            merges: Default::default(),
            backup: None,
        };
        store.open();
        store
    }

    fn open(&mut self) {
        let builder = Kinfold::builder().durability(Durability::Normal);
        let builder = builder.index_memory(0);
        self.handles.push(builder.open(self.folder.path()).unwrap());
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn contacts(&self, handle: usize, scope: usize) -> Contacts {
        let scope = match scope {
            0 => Scope::default(),
            _ => Scope::new("other", Some("branch")).unwrap(),
        };
        self.handles[handle % self.handles.len()].contacts(scope)
    }

    fn some_id(&self, scope: usize, number: usize) -> Option<ContactId> {
        let ids = &self.ids[scope];
        (!ids.is_empty()).then(|| ids[number % ids.len()])
    }

    fn settle(&self, handle: usize) {
        let inner = &self.handles[handle % self.handles.len()].inner;
        let end = inner.read(|tx| tx.log_end()).unwrap();
        inner.search.is_purged(end, Duration::from_secs(10));
    }

    fn take(&mut self, step: &Step, handle: usize, scope: usize) {
        let contacts = self.contacts(handle, scope);
        let done = match step {
            Step::Resolve(person) => self.keep(scope, contacts.resolve(person.request())),
            Step::Upsert(person) => self.keep(scope, contacts.upsert(person.request())),
            Step::Create(person) => {
                let request = person.request().allow_duplicates(true);
                self.keep(scope, contacts.create(request))
            }
            Step::Update(who, person) => self.with(scope, *who, |id| {
                contacts.update(id, person.update()).map(drop)
            }),
            Step::Remove(who, key) => self.with(scope, *who, |id| {
                let contact = contacts.get(id)?;
                let listed = &contact.identifiers;
                match listed.get(key % listed.len().max(1)) {
                    Some(one) => contacts
                        .update(contact.id, Update::new().remove(&one.key))
                        .map(drop),
                    None => Ok(()),
                }
            }),
            Step::Reassign(who, key) => self.with(scope, *who, |id| {
                let keys = EMAILS.iter().map(|email| (Kind::Email, *email));
                let phones = PHONES.iter().map(|phone| (Kind::Phone, *phone));
                let keys: Vec<_> = keys.chain(phones).collect();
                let (kind, typed) = keys[key % keys.len()];
                let key = Key::read(kind, typed).unwrap();
                contacts.reassign(&key, id).map(drop)
            }),
            Step::Merge(one, other) => {
                let both = (self.some_id(scope, *one), self.some_id(scope, *other));
                let (Some(one), Some(other)) = both else {
                    return;
                };
                let merged = contacts.merge(one, other, &MergeRules::default());
                merged.map(|merged| self.merges[scope].push(merged.merge))
            }
            Step::Unmerge(which) => {
                let merges = &self.merges[scope];
                let Some(merge) = merges.get(which % merges.len().max(1)) else {
                    return;
                };
                contacts.unmerge(*merge).map(drop)
            }
            Step::Delete(who) => self.with(scope, *who, |id| contacts.delete(id).map(drop)),
            Step::Restore(who) => self.with(scope, *who, |id| contacts.restore(id).map(drop)),
            Step::Erase(who) => self.with(scope, *who, |id| contacts.erase(id).map(drop)),
            Step::Many(people) => {
                let requests = people.iter().map(Person::request);
                let answers = contacts.resolve_many(requests).unwrap();
                for answer in answers {
                    let _ = self.keep(scope, answer);
                }
                Ok(())
            }
            Step::Together(one, who, other) => {
                let id = self.some_id(scope, *who);
                let of = contacts.scope().clone();
                let done = contacts.kinfold.transaction(|tx| {
                    let contacts = tx.contacts(of);
                    let created = contacts.resolve(one.request())?;
                    if let Some(id) = id {
                        contacts.update(id, other.update())?;
                    }
                    Ok::<_, Error>(created)
                });
                self.keep(scope, done)
            }
            Step::Ask(query, limit, condition) => {
                let mut handles = self.handles.iter();
                handles.all(|handle| {
                    let contacts = handle.contacts(contacts.scope().clone());
                    assert_same(&contacts, QUERIES[*query], condition, *limit);
                    true
                });
                Ok(())
            }
            Step::Settle => {
                self.settle(handle);
                Ok(())
            }
            Step::Reindex => contacts.kinfold.reindex().map(drop),
            _ => {
                drop(contacts);
                self.come_and_go(step);
                Ok(())
            }
        };
        // What can't be done is refused, and changes nothing; a store that fails is another
        // matter.
        if let Err(error) = done {
            let code = error.code();
            let fails = ["STORAGE", "STORE_CORRUPT", "DISK_FULL"].contains(&code);
            assert!(!fails, "{step:?}: {error}");
        }
    }

    fn come_and_go(&mut self, step: &Step) {
        match step {
            Step::Reopen => {
                self.handles.clear();
                self.open();
            }
            Step::Other => match self.handles.len() {
                1 => self.open(),
                _ => drop(self.handles.remove(0)),
            },
            Step::Lose => {
                let _ = fs::remove_dir_all(self.file("search"));
            }
            Step::Backup => {
                let copy = self.file("copy.db");
                let _ = fs::remove_file(&copy);
                self.handles[0].backup(&copy).unwrap();
                let bytes = fs::read(&copy).unwrap();
                self.backup = Some((bytes, self.ids.clone(), self.merges.clone()));
            }
            Step::Rollback => {
                let Some((bytes, ids, merges)) = self.backup.clone() else {
                    return;
                };
                self.handles.clear();
                for name in ["contacts.db-wal", "contacts.db-shm"] {
                    let _ = fs::remove_file(self.file(name));
                }
                fs::write(self.file("contacts.db"), bytes).unwrap();
                (self.ids, self.merges) = (ids, merges);
                self.open();
            }
            _ => unreachable!("{step:?}"),
        }
    }

    fn keep(
        &mut self,
        scope: usize,
        done: Result<crate::resolve::Outcome, Error>,
    ) -> Result<(), Error> {
        let outcome = done?;
        if outcome.created {
            self.ids[scope].push(outcome.contact.id);
        }
        self.merges[scope].extend(outcome.merges.iter().copied());
        Ok(())
    }

    fn with(
        &self,
        scope: usize,
        who: usize,
        job: impl FnOnce(ContactId) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.some_id(scope, who).map_or(Ok(()), job)
    }
}

/// Everybody who answers a query, by a look at each contact, best first.
fn brute_force(
    contacts: &Contacts,
    all: &[crate::contact::Contact],
    query: &str,
    filter: &ContactFilter,
) -> Vec<(ContactId, MatchClass)> {
    let query = Query::read(query);
    let matcher = Matcher::read(filter).unwrap();
    let mut scratch = Scratch::default();
    let mut hits = Vec::new();
    for contact in all {
        let Some(rank) = query.rank(&Searched::of(contact), &mut scratch) else {
            continue;
        };
        if !matcher.lets_through_contact(contact) {
            continue;
        }
        let mut change = 0;
        let look = contacts
            .kinfold
            .inner
            .read(|tx| tx.for_each_searched(&[contact.row], |row| change = row.last_change));
        look.unwrap();
        hits.push((rank, Reverse(change), Reverse(contact.row), contact.id));
    }
    hits.sort_unstable_by_key(|(rank, change, row, _)| (*rank, *change, *row));
    let hits = hits.into_iter();
    hits.map(|(rank, .., id)| (id, rank.class)).collect()
}

/// Holds a search, page by page, against a look at each contact.
fn assert_same(contacts: &Contacts, query: &str, condition: &Condition, limit: usize) {
    let all = contacts.list(None, 1_000).unwrap();
    let filter = condition.filter(&all);
    let expected = brute_force(contacts, &all, query, &filter);
    let request = SearchRequest::new(query).filter(filter);
    for limit in [limit, 1_000] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let request = request.clone().limit(limit).after(after);
            let page = contacts.search(&request).unwrap();
            assert!(page.hits.len() <= limit);
            for hit in page.hits {
                let current = all.iter().find(|one| one.id == hit.contact.id);
                assert_eq!(Some(&hit.contact), current, "{query}: as it is");
                assert!(!hit.matched.is_empty(), "{query}");
                found.push((hit.contact.id, hit.class));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let names = |found: &[(ContactId, MatchClass)]| -> Vec<_> {
            let name = |(id, class): &(ContactId, MatchClass)| {
                let contact = all.iter().find(|one| one.id == *id);
                let name = contact.and_then(|one| one.fields.name.display());
                (name, *class, *id)
            };
            found.iter().map(name).collect()
        };
        assert_eq!(
            found,
            expected,
            "{query}, {condition:?}, by {limit}: found {:#?}, expected {:#?}",
            names(&found),
            names(&expected)
        );
    }
}

fn histories() -> u32 {
    match std::env::var_os("KINFOLD_LONG_TESTS") {
        Some(_) => 10_000,
        None => 24,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: histories(),
        // What is left of a history when steps are taken away is slow to find out.
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_search_finds_whom_a_look_at_each_contact_finds(
        steps in prop::collection::vec((step(), 0..2_usize, prop::bool::weighted(0.2)), 1..60),
    ) {
        let mut store = Store::new();
        for (step, handle, is_other) in &steps {
            store.take(step, *handle, usize::from(*is_other));
        }
        for scope in 0..2 {
            for (number, query) in QUERIES.iter().enumerate() {
                let contacts = store.contacts(number, scope);
                assert_same(&contacts, query, &Condition::none(), 3);
            }
        }
    }
}
