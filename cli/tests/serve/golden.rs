//! The examples of the APIs' own documents, request to response, byte for byte but for ids and
//! times.

use super::server::Server;
use super::support::Desk;

/// A body in which every id and every time of the documents' forms is a word.
fn masked(body: &str) -> String {
    let mut masked = String::new();
    for (place, part) in body.split('"').enumerate() {
        if place > 0 {
            masked.push('"');
        }
        masked.push_str(mask(part));
    }
    masked
}

fn mask(text: &str) -> &str {
    let form: String = text
        .chars()
        .map(|character| match character {
            '0'..='9' => '0',
            'a'..='f' => 'a',
            other => other,
        })
        .collect();
    let is_id = form.len() == 36
        && form
            .chars()
            .enumerate()
            .all(|(place, character)| match place {
                8 | 13 | 18 | 23 => character == '-',
                _ => matches!(character, '0' | 'a'),
            });
    match form.as_str() {
        _ if is_id => "ID",
        "0000-00-00T00:00:00.000Z" => "MILLISECONDS",
        "0000-00-00T00:00:00Z" => "SECONDS",
        _ => text,
    }
}

#[test]
fn bland_resolves_as_its_document_shows() {
    let desk = Desk::new();
    let org = "11111111-2222-3333-4444-555555555555";
    let server = Server::start(&desk, &["--org", org]);

    let request = r#"{"phone_number":"+14155550100","email":"john@example.com","name":"John Doe","metadata":{"source":"api"}}"#;
    let created = server.bland("/v1/contacts/resolve", request);
    assert_eq!(created.status, 200);
    let golden = r#"{"data":{"contact":{"id":"ID","org_id":"ID","name":"John Doe","metadata":{"source":"api"},"created_at":"MILLISECONDS","updated_at":"MILLISECONDS"},"created":true},"errors":null}"#;
    assert_eq!(masked(&created.body), golden);
    assert!(created.body.contains(org));

    // Whoever is there keeps what is known of them.
    let request =
        r#"{"email":"john@example.com","name":"Somebody Else","metadata":{"source":"web_signup"}}"#;
    let found = server.bland("/v1/contacts/resolve", request);
    assert_eq!(found.status, 200);
    assert_eq!(masked(&found.body), golden.replace("true", "false"));

    let nobody = server.bland("/v1/contacts/resolve", r#"{"name":"John Doe"}"#);
    assert_eq!(nobody.status, 400);
    assert_eq!(
        nobody.body,
        r#"{"data":null,"errors":[{"error":"BAD_REQUEST","message":"At least one identifier (phone_number, email, or external_id) is required"}]}"#
    );
}

#[test]
fn bland_merges_and_remembers() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let id = |body: &str| {
        let answer = server.bland("/v1/contacts/resolve", body).json();
        answer["data"]["contact"]["id"].as_str().unwrap().to_owned()
    };
    let primary = id(r#"{"email":"john@example.com","metadata":{"plan":"gold"}}"#);
    let duplicate = id(
        r#"{"phone_number":"+14155550100","name":"John Doe","metadata":{"plan":"tin","seats":4},"persona_id":"ann"}"#,
    );

    let merge =
        format!(r#"{{"primary_contact_id":"{primary}","duplicate_contact_id":"{duplicate}"}}"#);
    let merged = server.bland("/v1/contacts/merge", &merge);
    assert_eq!(merged.status, 200);
    assert_eq!(
        masked(&merged.body),
        r#"{"data":{"id":"ID","org_id":"default","name":"John Doe","metadata":{"plan":"gold","seats":4},"created_at":"MILLISECONDS","updated_at":"MILLISECONDS"},"errors":null}"#
    );

    let ask = format!(r#"{{"contact_id":"{primary}","persona_id":"ann"}}"#);
    let memory = server.bland("/v1/memory/contact", &ask);
    assert_eq!(memory.status, 200);
    let golden = r#"{"id":"ID","org_id":"default","contact_id":"ID","persona_id":"ann","agent_number":null,"summary":null,"facts":{},"recent_messages":[],"open_items":[],"memory_history":[],"created_at":"MILLISECONDS","updated_at":"MILLISECONDS"}"#;
    assert_eq!(
        masked(&memory.body),
        format!(r#"{{"data":{{"memory":{golden},"created":false}},"errors":null}}"#)
    );

    let memory = memory.json();
    let key = [("Authorization", "Bearer a-key-of-the-tests")];
    let path = format!(
        "/v1/memory/contact/{}",
        memory["data"]["memory"]["id"].as_str().unwrap()
    );
    let again = server.send("GET", &path, &key, b"");
    assert_eq!(
        masked(&again.body),
        format!(r#"{{"data":{golden},"errors":null}}"#)
    );

    let path = format!("/v1/memory/context?contact_id={primary}&persona_id=ann");
    let context = server.send("GET", &path, &key, b"");
    assert_eq!(
        masked(&context.body),
        r#"{"data":{"contact_id":"ID","summary":null,"facts":{},"recentMessages":[],"entities":[],"openItems":[]},"errors":null}"#
    );
    let path = format!("/v1/memory/context?contact_id={primary}&agent_number=%2B14155550199");
    let nothing = server.send("GET", &path, &key, b"");
    assert_eq!(nothing.status, 404);
    assert_eq!(
        nothing.body,
        r#"{"data":null,"errors":[{"error":"NOT_FOUND","message":"Memory not found"}]}"#
    );
}

#[test]
fn ravan_gets_or_creates_as_its_document_shows() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--org", "acme"]);
    let request = r#"{"org_id":"acme","location_id":"lisbon","name":"Alex","email":"alex@example.com","phone":"+14157774444"}"#;
    let golden = r#"{"success":true,"message":"Contact retrieved or created successfully","data":{"id":"ID","name":"Alex","email":"alex@example.com","phone":"+14157774444","location_id":"lisbon"}}"#;
    let created = server.ravan(request);
    assert_eq!(
        (created.status, masked(&created.body).as_str()),
        (200, golden)
    );
    let got = server.ravan(request);
    assert_eq!((got.status, got.body), (200, created.body));

    let nobody = server.ravan(r#"{"org_id":"acme","name":"Alex"}"#);
    assert_eq!(nobody.status, 400);
    assert_eq!(
        nobody.body,
        r#"{"success":false,"message":"At least one identifier (phone or email) is required","data":null}"#
    );
    let nowhere = server.ravan(r#"{"phone":"+14157774444"}"#);
    assert_eq!(nowhere.status, 400);
    assert_eq!(
        nowhere.body,
        r#"{"success":false,"message":"org_id is required","data":null}"#
    );
}

#[test]
fn contactship_creates_as_its_document_shows() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--org", "org123456"]);
    let request = r#"{
      "phone_number": "+12124567890",
      "full_name": "Juan Pérez",
      "country": "México",
      "email": "juan@ejemplo.com",
      "description": "Lead from LinkedIn campaign",
      "additional_data": [
        { "type": "location", "field": "dirección", "value": "Av. Insurgentes 123" },
        { "type": "text", "field": "notas", "value": "Cliente potencial para servicio premium" }
      ]
    }"#;
    let created = server.contactship(request);
    assert_eq!(created.status, 201);
    assert_eq!(
        masked(&created.body),
        r#"{"id":"ID","created_at":"SECONDS","phone_number":"+12124567890","full_name":"Juan Pérez","country":"México","email":"juan@ejemplo.com","description":"Lead from LinkedIn campaign","additional_data":[{"type":"location","field":"dirección","value":"Av. Insurgentes 123"},{"type":"text","field":"notas","value":"Cliente potencial para servicio premium"}],"organization_id":"org123456"}"#
    );

    let again = server.contactship(r#"{"phone_number":"+1 212 456 7890","full_name":"Another"}"#);
    assert_eq!(again.status, 409);
    assert_eq!(
        again.body,
        r#"{"statusCode":409,"message":"Contact with the same phone number already exists","error":"Conflict"}"#
    );

    let basic = server.contactship(r#"{"phone_number":"+12124567891","full_name":"Juan Pérez"}"#);
    assert_eq!(
        masked(&basic.body),
        r#"{"id":"ID","created_at":"SECONDS","phone_number":"+12124567891","full_name":"Juan Pérez","country":null,"email":null,"description":null,"additional_data":[],"organization_id":"org123456"}"#
    );
}
