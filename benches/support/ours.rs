//! The library's side.

use std::hint::black_box;
use std::path::Path;

use kinfold::{
    Contacts, Draft, Durability, Error, Kinfold, OnConflict, ResolveRequest, Scope, TextField,
};

use super::people::SOURCE;
use super::work::{Side, Task, Work};

/// A store's handle.
pub fn open(folder: &Path, durability: Durability) -> Contacts {
    let kinfold = Kinfold::builder().durability(durability).open(folder);
    kinfold.unwrap().contacts(Scope::default())
}

/// A request, and how it is put.
pub enum Request {
    Resolve(ResolveRequest),
    Refused(ResolveRequest),
    Upsert(ResolveRequest),
    Many(Vec<ResolveRequest>),
}

impl Side for Contacts {
    type Request = Request;
    type Leftover = ();

    fn request(&self, work: Work, mut tasks: Vec<Task>) -> Request {
        match (tasks.len(), work) {
            (1, Work::Upsert) => Request::Upsert(request(work, &tasks.remove(0))),
            (1, Work::Reject) => Request::Refused(request(work, &tasks.remove(0))),
            (1, _) => Request::Resolve(request(work, &tasks.remove(0))),
            _ => Request::Many(tasks.iter().map(|task| request(work, task)).collect()),
        }
    }

    // A name of its own in a profile.
    #[inline(never)]
    fn answer(&mut self, request: Request) {
        match request {
            Request::Resolve(request) => {
                black_box(self.resolve(request).unwrap());
            }
            Request::Refused(request) => {
                let error = black_box(self.resolve(request).unwrap_err());
                assert!(matches!(error, Error::IdentityConflict { .. }));
            }
            Request::Upsert(request) => {
                black_box(self.upsert(request).unwrap());
            }
            Request::Many(requests) => {
                let answers = black_box(self.resolve_many(requests).unwrap());
                assert!(answers.iter().all(Result::is_ok));
            }
        }
    }
}

fn request(work: Work, Task { one, other }: &Task) -> ResolveRequest {
    let email_and_phone = || Draft::new().email(&one.email).phone(other.phone());
    let draft = match work {
        Work::FoundByOne => Draft::new().email(&one.email),
        Work::FoundByThree => Draft::new()
            .phone(one.phone())
            .email(&one.email)
            .external_id(SOURCE, one.external_value().unwrap()),
        Work::Unchanged | Work::Created => one.draft(),
        Work::Attached | Work::Conflict | Work::Reject | Work::Merge => email_and_phone(),
        Work::Contradiction => other
            .fields()
            .phone(one.phone())
            .external_id(SOURCE, other.external_value().unwrap()),
        Work::Upsert => Draft::new()
            .email(&one.email)
            .text(TextField::Company, &other.company),
    };
    let request = ResolveRequest::from(draft);
    match work {
        Work::Reject => request.on_conflict(OnConflict::Reject),
        Work::Merge => request.on_conflict(OnConflict::Merge),
        _ => request,
    }
}
