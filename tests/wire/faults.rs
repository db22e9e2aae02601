//! The one table of faults: what each API answers.

use std::time::Duration;

use kinfold::wire::{Api, Fault};
use kinfold::{ContactId, Error};

const APIS: [Api; 4] = [Api::Bland, Api::Ravan, Api::Contactship, Api::GoHighLevel];

fn refused(error: Error) -> Fault {
    Fault::Library(error)
}

#[test]
fn every_api_answers_with_its_own_status() {
    let field = || Fault::Field {
        field: "email".to_owned(),
        reason: "must be a string".to_owned(),
    };
    let none = ContactId::NONE;
    #[rustfmt::skip]
    let cases = [
        (Fault::Unauthorized, [401; 4]),
        (Fault::ReadOnly, [401; 4]),
        (Fault::OtherScope { field: "org_id".to_owned(), value: "x".to_owned() }, [403; 4]),
        (Fault::Malformed("request: it is not a JSON object".to_owned()), [400; 4]),
        (field(), [400, 400, 400, 422]),
        (Fault::Duplicate { contact: none, field: "email" }, [409, 409, 409, 400]),
        (Fault::NotFound("memory"), [404; 4]),
        (Fault::NoRoute, [404; 4]),
        (Fault::Method, [405; 4]),
        (Fault::TooSlow, [408; 4]),
        (Fault::TooLarge(9), [413; 4]),
        (Fault::TooMany { retry_after: Duration::from_secs(1) }, [429; 4]),
        (Fault::Unsupported("appointments"), [501; 4]),
        (Fault::Internal, [500; 4]),
        (refused(Error::NoIdentifier { rejected: Vec::new() }), [400, 400, 400, 422]),
        (refused(Error::invalid_request("phone", "12", "it is too short")), [400, 400, 400, 422]),
        (refused(Error::NotFound(none)), [404; 4]),
        (refused(Error::NoSuch { what: "memory", id: "x".to_owned() }), [404; 4]),
        (refused(Error::AlreadyExists { holders: Vec::new() }), [409, 409, 409, 400]),
        (refused(Error::IdentityConflict { holders: Vec::new() }), [409, 409, 409, 400]),
        (refused(Error::VersionMismatch { expected: 1, found: 2 }), [409; 4]),
        (refused(Error::Busy { waited: Duration::ZERO }), [503; 4]),
        (refused(Error::StoreCorrupt("page 7".to_owned())), [500; 4]),
        (refused(Error::Storage("disk".to_owned())), [500; 4]),
        (refused(Error::StoreTooNew { found: 9, known: 4 }), [500; 4]),
        (refused(Error::Stopped), [500; 4]),
    ];
    for (fault, statuses) in cases {
        let answered = APIS.map(|api| fault.reply(api).status);
        assert_eq!(answered, statuses, "{fault:?}");
    }
}

#[test]
fn every_api_answers_with_its_own_body() {
    let fault = refused(Error::invalid_request("phone", "12", "it is too short"));
    let bodies = APIS.map(|api| fault.reply(api).body);
    assert_eq!(
        bodies,
        [
            r#"{"data":null,"errors":[{"error":"BAD_REQUEST","message":"phone_number: it is too short"}]}"#,
            r#"{"success":false,"message":"phone: it is too short","data":null}"#,
            r#"{"statusCode":400,"message":"phone_number: it is too short","error":"Bad Request"}"#,
            r#"{"statusCode":422,"message":["phone: it is too short"],"error":"Unprocessable Entity"}"#,
        ]
    );
    // GoHighLevel's document has no `error` with 400, and one with the others.
    let bodies = [
        Fault::Malformed("Bad Request".to_owned()),
        Fault::Unauthorized,
    ]
    .map(|fault| fault.reply(Api::GoHighLevel).body);
    assert_eq!(
        bodies,
        [
            r#"{"statusCode":400,"message":"Bad Request"}"#,
            r#"{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"}"#,
        ]
    );
}

#[test]
fn of_a_store_that_fails_nothing_is_told() {
    for error in [
        Error::Storage("/home/ana/contacts.db: disk full".to_owned()),
        Error::StoreCorrupt("/home/ana/contacts.db: page 7".to_owned()),
    ] {
        let fault = refused(error);
        for api in APIS {
            let body = fault.reply(api).body;
            assert!(body.contains("Internal server error"), "{body}");
            assert!(!body.contains("ana"), "{body}");
        }
    }
}
