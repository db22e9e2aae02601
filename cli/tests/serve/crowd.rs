//! Many at once.

use std::sync::Barrier;

use super::changes;
use super::server::Server;
use super::support::Desk;

#[test]
fn a_hundred_resolves_of_one_email_at_once_make_one_contact() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let start = Barrier::new(100);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..100)
            .map(|caller| {
                let (server, start) = (&server, &start);
                scope.spawn(move || {
                    let body = format!(
                        r#"{{"email":"one@example.com","metadata":{{"caller {caller}":true}},"persona_id":"ann"}}"#
                    );
                    start.wait();
                    server.bland("/v1/contacts/resolve", &body)
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().unwrap())
            .collect()
    });
    assert!(answers.iter().all(|answer| answer.status == 200));
    let created = answers
        .iter()
        .filter(|answer| answer.json()["data"]["created"] == true);
    assert_eq!(created.count(), 1);
    // One is created and remembered, the others bring a metadata key each.
    assert_eq!(changes(&desk, &[]), 101);
    let contact = super::only_contact(&desk);
    assert_eq!(contact["metadata"].as_object().unwrap().len(), 100);
}
