//! GoHighLevel's calls over HTTP.

use std::sync::Barrier;

use serde_json::{Value, json};

use super::server::{Answer, Server, TOKEN};
use super::support::Desk;

const LOCATION: &str = "lisbon";

/// A client of the service, as GoHighLevel's are: a bearer token, and a `Version` or none.
struct Client<'a> {
    server: &'a Server,
    headers: Vec<(&'a str, String)>,
}

impl<'a> Client<'a> {
    fn new(server: &'a Server) -> Self {
        Self::with(server, TOKEN)
    }

    fn with(server: &'a Server, token: &str) -> Self {
        Self {
            server,
            headers: vec![("Authorization", format!("Bearer {token}"))],
        }
    }

    fn header(mut self, name: &'a str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.server.send(method, path, &headers, body.as_bytes())
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let answer = self.send(method, path, &body);
        (answer.status, answer.json())
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, &Value::Null)
    }
}

fn at_lisbon(desk: &Desk) -> Server {
    Server::start(desk, &["--location", LOCATION])
}

fn id_of(body: &Value) -> String {
    body["contact"]["id"].as_str().unwrap().to_owned()
}

/// A config with keys for all that a key can open.
fn with_keys(desk: &Desk) -> Server {
    let file = desk.file(
        "keys.json",
        json!({
            "keys": [
                { "key": "k-lisbon", "org": "acme", "location": "lisbon" },
                { "key": "k-reads", "org": "acme", "location": "lisbon", "read_only": true },
                { "key": "k-porto", "org": "acme", "location": "porto" },
                { "key": "k-all", "org": "acme", "location": "*" },
                { "key": "k-other", "org": "initech", "location": "*" },
                { "key": "k-slow", "org": "acme", "location": "lisbon",
                  "rate": { "requests": 2, "interval_milliseconds": 60_000, "per_day": 5 } },
            ],
            "locations": [
                { "org": "acme", "location": "porto", "allow_duplicates": true,
                  "decides_first": "phone" },
            ],
        })
        .to_string(),
    );
    Server::start_with(desk, &["--config", &file])
}

/// The three recipes as their document has them, with and without a slash and a version.
#[test]
fn the_recipes_work_as_they_are_written() {
    let desk = Desk::new();
    let server = at_lisbon(&desk);
    for (number, path, version) in [
        (1, "/contacts", Some("2021-07-28")),
        (2, "/contacts/", Some("2021-04-15")),
        (3, "/contacts", None),
    ] {
        let mut client = Client::new(&server).header("Content-Type", "application/json");
        if let Some(version) = version {
            client = client.header("Version", version);
        }
        let email = format!("jane{number}@example.com");
        // Recipe 3: look, find nobody, create.
        let look =
            format!("/contacts/search?locationId={LOCATION}&email=jane{number}%40example.com");
        assert_eq!(client.get(&look), (200, json!({ "contacts": [] })));
        let body = json!({
            "locationId": LOCATION, "email": email, "firstName": "Jane", "lastName": "Smith",
            "phone": format!("+1415555010{number}"), "tags": ["lead", "webinar-signup"],
        });
        let (status, made) = client.call("POST", path, &body);
        assert_eq!(status, 201, "{made}");
        let id = id_of(&made);
        assert_eq!(made["contact"]["tags"], json!(["lead", "webinar-signup"]));
        // Look again, and update.
        let (_, found) = client.get(&look);
        assert_eq!(found["contacts"][0]["id"], id.as_str());
        let change = json!({ "lastName": "Doe", "tags": ["lead", "webinar-signup", "qualified"] });
        let (status, changed) = client.call("PUT", &format!("/contacts/{id}/"), &change);
        assert_eq!((status, &changed["succeded"]), (200, &json!(true)));
        assert_eq!(changed["contact"]["lastName"], "Doe");
        assert_eq!(changed["contact"]["tags"].as_array().unwrap().len(), 3);
        // The other shape: the call that the recipes don't know of.
        let (status, same) = client.call("POST", "/contacts/upsert", &body);
        assert_eq!((status, &same["new"]), (200, &json!(false)));
        assert_eq!(id_of(&same), id);
        // Whoever lost the race is told whom.
        let (status, refused) = client.call("POST", path, &body);
        assert_eq!(status, 400);
        let meta = json!({ "contactId": id, "matchingField": "email" });
        assert_eq!(refused["meta"], meta);
    }
}

#[test]
fn of_a_hundred_upserts_of_one_email_one_is_new() {
    let desk = Desk::new();
    let server = at_lisbon(&desk);
    let together = Barrier::new(100);
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..100)
            .map(|number| {
                let (server, together) = (&server, &together);
                scope.spawn(move || {
                    let body = json!({ "locationId": LOCATION, "email": "ana@example.com",
                                       "firstName": format!("Ana {number}") });
                    together.wait();
                    Client::new(server).call("POST", "/contacts/upsert", &body)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let new = answers
        .iter()
        .filter(|(_, body)| body["new"] == true)
        .count();
    assert!(
        answers.iter().all(|(status, _)| *status == 200),
        "{answers:?}"
    );
    assert_eq!(new, 1);
    let first = id_of(&answers[0].1);
    assert!(answers.iter().all(|(_, body)| id_of(body) == first));
}

/// Two that look first and both find nobody.
#[test]
fn of_a_hundred_creates_of_one_email_one_is_made() {
    let desk = Desk::new();
    let server = at_lisbon(&desk);
    let body = json!({ "locationId": LOCATION, "email": "ana@example.com" });
    let together = Barrier::new(100);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..100)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    Client::new(&server).call("POST", "/contacts/", &body).0
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 99);
}

#[test]
fn a_token_opens_what_it_is_for() {
    let desk = Desk::new();
    let server = with_keys(&desk);
    let lisbon = Client::with(&server, "k-lisbon");
    let ana = json!({ "locationId": "lisbon", "email": "ana@example.com" });
    let (status, made) = lisbon.call("POST", "/contacts/", &ana);
    assert_eq!(status, 201);
    let path = format!("/contacts/{}", id_of(&made));

    assert_eq!(Client::with(&server, "k-porto").get(&path).0, 404);
    assert_eq!(Client::with(&server, "k-other").get(&path).0, 404);
    assert_eq!(Client::with(&server, "k-all").get(&path).0, 200);
    let elsewhere = Client::with(&server, "k-all").header("Location-Id", "porto");
    assert_eq!(elsewhere.get(&path).0, 404);
    let elsewhere = Client::with(&server, "k-lisbon").header("Location-Id", "porto");
    assert_eq!(elsewhere.get(&path).0, 403);
    let query = "/contacts/?locationId=porto";
    assert_eq!(lisbon.get(query).0, 403);
    assert_eq!(lisbon.get("/locations/porto/customFields").0, 403);
    let other = json!({ "locationId": "porto", "email": "ben@example.com" });
    assert_eq!(lisbon.call("POST", "/contacts/upsert", &other).0, 403);

    let reads = Client::with(&server, "k-reads");
    assert_eq!(reads.get(&path).0, 200);
    for (method, path, body) in [
        ("POST", "/contacts/", &ana),
        ("POST", "/contacts/upsert", &ana),
        ("PUT", path.as_str(), &json!({ "city": "Lisbon" })),
        ("DELETE", path.as_str(), &Value::Null),
    ] {
        let (status, refused) = reads.call(method, path, body);
        assert_eq!(status, 401, "{method} {path}");
        assert_eq!(refused["error"], "Unauthorized");
    }

    for token in ["", "k-lisbo", "k-lisbonx"] {
        let (status, refused) = Client::with(&server, token).get(&path);
        assert_eq!(status, 401);
        assert_eq!(
            refused,
            json!({ "statusCode": 401, "message": "Invalid token: access token is invalid",
                    "error": "Unauthorized" })
        );
    }
    assert_eq!(
        desk.run(&["--org", "acme", "--location", "porto", "list"])
            .lines()
            .len(),
        0
    );
    assert_eq!(
        desk.run(&["--org", "acme", "--location", "lisbon", "list"])
            .lines()
            .len(),
        1
    );
}

#[test]
fn a_location_is_set_in_the_config() {
    let desk = Desk::new();
    let server = with_keys(&desk);
    let porto = Client::with(&server, "k-all").header("Location-Id", "porto");
    let email = json!({ "email": "ana@example.com" });
    let first = porto.call("POST", "/contacts/", &email);
    let second = porto.call("POST", "/contacts/", &email);
    assert_eq!((first.0, second.0), (201, 201));
    let by_phone = porto
        .call("POST", "/contacts/", &json!({ "phone": "+14155550101" }))
        .1;
    let both = json!({ "email": "ana@example.com", "phone": "+14155550101" });
    let (_, found) = porto.call("POST", "/contacts/upsert", &both);
    assert_eq!(
        id_of(&found),
        id_of(&by_phone),
        "the phone decides first there"
    );
}

#[test]
fn who_calls_too_often_is_told_when_to_come_back() {
    let desk = Desk::new();
    let server = with_keys(&desk);
    let client = Client::with(&server, "k-slow");
    let answers: Vec<Answer> = (0..3)
        .map(|_| client.send("GET", "/contacts/", ""))
        .collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    let last = &answers[2];
    assert_eq!(last.json()["statusCode"], 429);
    let wait: u64 = last.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    for (name, first, third) in [
        ("x-ratelimit-max", "2", "2"),
        ("x-ratelimit-remaining", "1", "0"),
        ("x-ratelimit-interval-milliseconds", "60000", "60000"),
        ("x-ratelimit-limit-daily", "5", "5"),
    ] {
        assert_eq!(answers[0].header(name), Some(first), "{name}");
        assert_eq!(last.header(name), Some(third), "{name}");
    }
    assert!(last.header("x-ratelimit-daily-remaining").is_some());
    assert!(last.header("x-ratelimit-daily-reset").is_some());
}

#[test]
fn bad_input_is_answered_in_the_apis_own_words() {
    let desk = Desk::new();
    let server = at_lisbon(&desk);
    let client = Client::new(&server);
    #[rustfmt::skip]
    let cases = [
        ("POST", "/contacts/", "{", 400),
        ("POST", "/contacts/", "", 400),
        ("POST", "/contacts/", "[]", 400),
        ("POST", "/contacts/", "{}", 422),
        ("POST", "/contacts/", r#"{"email":5}"#, 422),
        ("POST", "/contacts/upsert", r#"{"email":"nobody"}"#, 422),
        ("POST", "/contacts/search", r#"{"filters":[{"field":"nothing","operator":"eq","value":1}]}"#, 422),
        ("GET", "/contacts/?limit=lots", "", 422),
        ("GET", "/contacts/search", "", 422),
        ("GET", "/contacts/search/duplicate", "", 422),
        ("GET", "/contacts/no-id", "", 404),
        ("GET", "/contacts/%FF", "", 404),
        ("PUT", "/contacts/0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f", "{}", 404),
        ("DELETE", "/contacts/0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f", "", 404),
        ("POST", "/contacts/bulk/tags/update/replace", r#"{"contacts":[],"tags":[]}"#, 422),
        ("PATCH", "/contacts/upsert", "{}", 405),
        ("GET", "/contacts/a/b/c/d", "", 404),
        ("GET", "/contacts/x/appointments", "", 501),
        ("POST", "/contacts/x/campaigns/y", "{}", 501),
        ("DELETE", "/contacts/x/campaigns/y", "", 501),
        ("DELETE", "/contacts/x/campaigns/removeAll", "", 501),
        ("POST", "/contacts/x/workflow/y", "{}", 501),
        ("DELETE", "/contacts/x/workflow/y", "", 501),
    ];
    for (method, path, body, expected) in cases {
        let answer = client.send(method, path, body);
        assert_eq!(answer.status, expected, "{method} {path} {answer:?}");
        let told = answer.json();
        assert_eq!(told["statusCode"], expected);
        assert_eq!(told["message"].is_array(), expected == 422, "{told}");
        assert_eq!(told["error"].is_string(), expected != 400, "{told}");
    }
    assert_eq!(desk.run(&["--location", LOCATION, "list"]).lines().len(), 0);
}

#[test]
fn the_address_of_the_next_page_leads_there() {
    let desk = Desk::new();
    let server = at_lisbon(&desk);
    let client = Client::new(&server);
    for number in 0..5 {
        let body = json!({ "email": format!("{number}@example.com") });
        assert_eq!(client.call("POST", "/contacts/", &body).0, 201);
    }
    let mut path = format!("/contacts/?locationId={LOCATION}&limit=2");
    let mut seen = Vec::new();
    loop {
        let (status, page) = client.get(&path);
        assert_eq!(status, 200, "{page}");
        let contacts = page["contacts"].as_array().unwrap().iter();
        seen.extend(contacts.map(|contact| contact["email"].as_str().unwrap().to_owned()));
        let Some(next) = page["meta"]["nextPageUrl"].as_str() else {
            break;
        };
        path = next.strip_prefix("http://localhost").unwrap().to_owned();
    }
    let expected: Vec<String> = (0..5)
        .map(|number| format!("{number}@example.com"))
        .collect();
    assert_eq!(seen, expected);
}

/// A contact that one API made is seen by the others, and loses nothing.
#[test]
fn a_contact_goes_round_through_all_apis() {
    let desk = Desk::new();
    let server = at_lisbon(&desk);
    let client = Client::new(&server);
    let field = json!({ "name": "Size", "dataType": "NUMERICAL" });
    let (_, field) = client.call("POST", "/locations/lisbon/customFields", &field);
    let field = field["customField"]["id"].clone();
    let body = json!({
        "locationId": LOCATION, "firstName": "Rosan", "lastName": "Deo",
        "email": "rosan@deos.com", "phone": "+18888888888", "country": "US", "tags": ["lead"],
        "customFields": [{ "id": field, "field_value": 38 }], "dnd": true,
    });
    let (_, made) = client.call("POST", "/contacts/", &body);
    let path = format!("/contacts/{}", id_of(&made));
    let (_, before) = client.get(&path);

    let bland = server
        .bland("/v1/contacts/resolve", r#"{"email":"rosan@deos.com"}"#)
        .json();
    assert_eq!(bland["data"]["created"], false);
    assert_eq!(bland["data"]["contact"]["id"], made["contact"]["id"]);
    assert_eq!(bland["data"]["contact"]["name"], "Rosan Deo");
    let ravan = json!({ "org_id": "default", "phone": "+18888888888" }).to_string();
    let ravan = server.ravan(&ravan).json();
    assert_eq!(ravan["data"]["id"], made["contact"]["id"]);
    assert_eq!(ravan["data"]["email"], "rosan@deos.com");
    let taken = json!({ "phone_number": "+18888888888", "full_name": "Somebody Else" });
    assert_eq!(server.contactship(&taken.to_string()).status, 409);
    assert_eq!(client.get(&path).1, before, "nobody changed it");

    let new = json!({
        "phone_number": "+12124567890", "full_name": "Juan Pérez", "country": "México",
        "email": "juan@ejemplo.com",
        "additional_data": [{ "type": "text", "field": "notas", "value": "premium" }],
    });
    let new = server.contactship(&new.to_string()).json();
    let (status, seen) = client.get(&format!("/contacts/{}", new["id"].as_str().unwrap()));
    assert_eq!(status, 200);
    let contact = &seen["contact"];
    assert_eq!(contact["name"], "Juan Pérez");
    assert_eq!(contact["firstName"], "Juan");
    assert_eq!(contact["country"], "MX");
    assert_eq!(contact["customFields"][0]["value"], "premium");
    let (_, fields) = client.get("/locations/lisbon/customFields");
    let own = contact["customFields"][0]["id"].clone();
    let fields = fields["customFields"].as_array().unwrap();
    let notes = fields.iter().find(|field| field["id"] == own).unwrap();
    assert_eq!(
        (&notes["name"], &notes["dataType"]),
        (&json!("notas"), &json!("TEXT"))
    );
}
