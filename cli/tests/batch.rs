//! Files of requests: what is answered, line by line, and what a request in JSON may say.

mod support;

use serde_json::{Value, json};
use support::Desk;

/// One answer for each request, in order, whatever goes wrong between.
#[test]
fn a_batch_answers_line_by_line() {
    let desk = Desk::new();
    let mut requests = Vec::new();
    requests.extend_from_slice(b"{\"email\":\"a@example.com\",\"phone\":null}\n\n");
    requests.extend_from_slice(b"{\"email\":\"a@example.com\",\"colour\":\"red\"}\n");
    requests.extend_from_slice(b"no json\n\xff\xfe\n[]\n{}\n");
    requests.extend_from_slice(b"{\"phones\":[\"020 7946 0018\"],\"region\":\"GB\"}\r\n");
    requests.extend_from_slice(b"{\"email\":\"A@EXAMPLE.com\"}");
    let printed = desk.run_with(&["resolve", "--batch", "-"], &requests);
    assert_eq!(printed.status, 0, "{}", printed.err);
    let answers = printed.lines();
    let codes: Vec<&str> = answers
        .iter()
        .map(|answer| answer["error"]["code"].as_str().unwrap_or("done"))
        .collect();
    assert_eq!(
        codes,
        [
            "done",
            "INVALID_REQUEST",
            "INVALID_REQUEST",
            "INVALID_REQUEST",
            "INVALID_REQUEST",
            "NO_IDENTIFIER",
            "done",
            "done"
        ]
    );
    assert_eq!(
        answers[1]["error"]["field"], "colour",
        "the unknown key is named"
    );
    assert_eq!(answers[6]["contact"]["phones"][0]["key"], "+442079460018");
    assert_eq!(answers[7]["created"], false);
    assert_eq!(answers[7]["contact"]["id"], answers[0]["contact"]["id"]);
    // The same as a file, with the policy and leniency of the command line.
    let file = desk.file(
        "batch.jsonl",
        "{\"email\":\"b@example.com\",\"phone\":\"12\"}\n",
    );
    let strict = desk
        .run(&["--region", "US", "resolve", "--batch", &file])
        .lines();
    assert_eq!(strict[0]["error"]["code"], "INVALID_IDENTIFIER");
    let lenient = desk
        .run(&["--region", "US", "resolve", "--lenient", "--batch", &file])
        .lines();
    assert_eq!(lenient[0]["rejected"][0]["field"], "phone");
    assert_eq!(lenient[0]["rejected"][0]["value"], "12");
}

/// Lines that share a commit are answered as they are one by one.
#[test]
fn a_group_answers_the_same() {
    let requests: String = (0..25)
        .map(|number| match number % 5 {
            4 => "{\"email\":\"nobody\"}\n".to_owned(),
            _ => format!("{{\"email\":\"p{}@example.com\"}}\n", number % 7),
        })
        .collect();
    let said = |answers: Vec<Value>| -> Vec<(Value, Value, Value)> {
        let of = |answer: &Value| {
            (
                answer["created"].clone(),
                answer["contact"]["emails"].clone(),
                answer["error"]["code"].clone(),
            )
        };
        answers.iter().map(of).collect()
    };
    let one_by_one = Desk::new().run_with(&["resolve", "--batch", "-"], requests.as_bytes());
    let expected = said(one_by_one.lines());
    assert_eq!(expected.len(), 25);
    for group in ["3", "10", "100"] {
        let desk = Desk::new();
        let arguments = ["resolve", "--batch", "-", "--group", group];
        let printed = desk.run_with(&arguments, requests.as_bytes());
        assert_eq!(
            (printed.status, said(printed.lines())),
            (0, expected.clone()),
            "{group}"
        );
        assert_eq!(desk.run(&["changes"]).lines().len(), 7, "{group}");
    }
    for wrong in ["0", "x"] {
        let arguments = ["resolve", "--batch", "-", "--group", wrong];
        assert_eq!(Desk::new().run(&arguments).status, 2);
    }
}

/// The singular comes first, wherever it stands: it is the primary, and the stronger.
#[test]
fn the_singular_comes_first() {
    let desk = Desk::new();
    let lines = concat!(
        "{\"emails\":[\"b@example.com\"]}\n",
        "{\"emails\":[\"a@example.com\"]}\n",
        "{\"emails\":[\"b@example.com\"],\"email\":\"a@example.com\"}\n",
    );
    let answers = desk
        .run_with(&["resolve", "--batch", "-"], lines.as_bytes())
        .lines();
    assert_eq!(answers[2]["contact"]["id"], answers[1]["contact"]["id"]);
    assert_eq!(answers[2]["contact"]["emails"][0]["key"], "a@example.com");
}

#[test]
fn upsert_replaces_and_null_clears() {
    let desk = Desk::new();
    let lines = concat!(
        "{\"email\":\"a@example.com\",\"company\":\"Acme\",\"tags\":[\"lead\"],\"metadata\":{\"a\":1,\"b\":2}}\n",
        "{\"email\":\"a@example.com\",\"company\":null,\"tags\":[\"customer\"],\"metadata\":{\"a\":3,\"b\":null}}\n",
        "{\"email\":\"a@example.com\",\"phone\":null}\n",
    );
    let answers = desk
        .run_with(&["upsert", "--batch", "-"], lines.as_bytes())
        .lines();
    let contact = &answers[1]["contact"];
    assert_eq!(contact["company"], Value::Null);
    assert_eq!(contact["tags"], json!(["customer"]));
    assert_eq!(contact["metadata"], json!({"a":3}));
    assert_eq!(
        answers[2]["error"]["code"], "INVALID_IDENTIFIER",
        "null for an identifier"
    );
}
