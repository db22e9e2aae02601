//! `mcp`: sessions of a real client.

mod support;

use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, CallToolResult, JsonObject, Tool};
use rmcp::service::{RoleClient, RunningService, ServiceError};
use serde_json::{Value, json};
use support::Desk;

/// A session of rmcp's own client with the program.
struct Session {
    client: RunningService<RoleClient, ()>,
    program: tokio::process::Child,
    runtime: tokio::runtime::Runtime,
}

impl Session {
    fn begin(desk: &Desk, options: &[&str]) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut command = desk.command();
        command.args(options).arg("mcp");
        let (program, client) = runtime.block_on(async {
            let mut program = tokio::process::Command::from(command).spawn().unwrap();
            let pipes = (
                program.stdout.take().unwrap(),
                program.stdin.take().unwrap(),
            );
            let client = ().serve(pipes).await.unwrap();
            (program, client)
        });
        Self {
            client,
            program,
            runtime,
        }
    }

    fn tools(&self) -> Vec<Tool> {
        let tools = self.client.list_all_tools();
        self.runtime.block_on(tools).unwrap()
    }

    fn call(&self, tool: &str, arguments: Value) -> Result<CallToolResult, ServiceError> {
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object");
        };
        let call = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        self.runtime.block_on(self.client.call_tool(call))
    }

    /// The answer of a call that is not refused.
    fn answer(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).unwrap();
        assert_eq!(result.is_error, Some(false), "{tool}: {}", text_of(&result));
        let answer = result.structured_content.clone().unwrap();
        let text: Value = serde_json::from_str(&text_of(&result)).unwrap();
        assert_eq!(text, answer, "who reads the text reads the same");
        answer
    }

    /// Why a call was refused.
    fn refusal(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).unwrap();
        assert_eq!(result.is_error, Some(true), "{tool}: {}", text_of(&result));
        assert_eq!(result.structured_content, None);
        let text: Value = serde_json::from_str(&text_of(&result)).unwrap();
        text["error"].clone()
    }

    /// Ends the session; the exit status and what the program said on stderr.
    fn end(self) -> (Option<i32>, String) {
        let Self {
            client,
            program,
            runtime,
        } = self;
        runtime.block_on(async {
            client.cancel().await.unwrap();
            let output = program.wait_with_output().await.unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            (output.status.code(), said)
        })
    }
}

fn text_of(result: &CallToolResult) -> String {
    let text = result.content.first().and_then(|content| content.as_text());
    text.unwrap().text.clone()
}

fn id(contact: &Value) -> &str {
    contact["id"].as_str().unwrap()
}

#[test]
fn every_tool_says_what_it_takes_and_what_it_does() {
    let desk = Desk::new();
    let session = Session::begin(&desk, &[]);
    let server = session.client.peer_info().unwrap();
    assert_eq!(server.server_info.as_ref().unwrap().name, "kinfold");
    assert!(server.capabilities.tools.is_some() && server.instructions.is_some());
    let tools = session.tools();
    // Whether it only reads, may take something away, and may be called twice.
    let table = [
        ("search_contacts", true, None, None),
        ("get_contact", true, None, None),
        ("list_review", true, None, None),
        ("resolve_contact", false, Some(false), Some(true)),
        ("ghl_upsert_contact", false, Some(true), Some(true)),
        ("merge_contacts", false, Some(true), Some(false)),
        ("mark_distinct", false, Some(false), Some(true)),
    ];
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    assert_eq!(names, table.map(|row| row.0));
    for (tool, (name, reads, destroys, twice)) in tools.iter().zip(table) {
        let annotations = tool.annotations.as_ref().unwrap();
        assert_eq!(annotations.read_only_hint, Some(reads), "{name}");
        assert_eq!(annotations.destructive_hint, destroys, "{name}");
        assert_eq!(annotations.idempotent_hint, twice, "{name}");
        assert_eq!(annotations.open_world_hint, Some(false), "{name}");
        assert!(tool.description.is_some());
        for schema in [Some(&tool.input_schema), tool.output_schema.as_ref()] {
            let schema: &JsonObject = schema.unwrap();
            assert_eq!(schema["type"], "object", "{name}");
            let known = schema["properties"].as_object().unwrap();
            let required = schema.get("required").and_then(Value::as_array);
            for name in required.into_iter().flatten() {
                assert!(known.contains_key(name.as_str().unwrap()), "{name}");
            }
        }
    }
    assert_eq!(session.end(), (Some(0), String::new()));
}

/// A client that has the recipe's definition finds the tool under it.
#[test]
fn gohighlevels_tool_is_that_of_the_recipe() {
    let desk = Desk::new();
    let session = Session::begin(&desk, &["--location", "lisbon"]);
    let tools = session.tools();
    let tool = tools.iter().find(|tool| tool.name == "ghl_upsert_contact");
    let tool = serde_json::to_value(tool.unwrap()).unwrap();
    assert_eq!(
        tool["description"],
        "Create or update a contact in GoHighLevel by email. Returns the contact object."
    );
    assert_eq!(
        tool["inputSchema"],
        json!({
            "type": "object",
            "properties": {
                "email": { "type": "string", "description": "Contact email address" },
                "firstName": { "type": "string" },
                "lastName": { "type": "string" },
                "phone": { "type": "string", "description": "E.164 format, e.g. +14155550101" },
                "tags": { "type": "array", "items": { "type": "string" } }
            },
            "required": ["email"]
        })
    );

    let jane = json!({ "email": "jane@example.com", "firstName": "Jane", "lastName": "Smith",
        "phone": "+14155550101", "tags": ["lead", "webinar-signup"] });
    let made = session.answer("ghl_upsert_contact", jane.clone());
    assert_eq!(made["locationId"], "lisbon");
    for (name, given) in jane.as_object().unwrap() {
        assert_eq!(made[name], *given, "{name}");
    }
    let married = json!({ "email": "Jane@Example.com", "lastName": "Doe", "tags": ["qualified"],
        "firstName": null, "phone": null });
    let changed = session.answer("ghl_upsert_contact", married);
    assert_eq!(changed["id"], made["id"]);
    assert_eq!(
        (
            &changed["firstName"],
            &changed["lastName"],
            &changed["phone"],
            &changed["tags"]
        ),
        (
            &json!("Jane"),
            &json!("Doe"),
            &jane["phone"],
            &json!(["qualified"])
        )
    );

    // The email decides; the other's phone stays hers, and the pair waits for a decision.
    session.answer("ghl_upsert_contact", json!({ "email": "ben@example.com" }));
    let other = json!({ "email": "ben@example.com", "phone": "+14155550101" });
    let other = session.answer("ghl_upsert_contact", other);
    assert_ne!(other["id"], made["id"]);
    let queue = session.answer("list_review", json!({}));
    assert_eq!(queue["pairs"][0]["a"]["id"], made["id"]);
    assert_eq!(queue["pairs"][0]["b"]["id"], other["id"]);

    for (arguments, field) in [
        (json!({ "firstName": "Jane" }), "email"),
        (json!({ "email": "", "phone": "+14155550101" }), "email"),
        (json!({ "email": "nobody" }), "email"),
        (json!({ "email": "a@example.com", "phone": "12" }), "phone"),
        (json!({ "email": "a@example.com", "tags": "lead" }), "tags"),
        (
            json!({ "email": "a@example.com", "firstName": 5 }),
            "firstName",
        ),
    ] {
        let error = session.refusal("ghl_upsert_contact", arguments.clone());
        assert_eq!(error["field"], field, "{arguments}");
    }
    let elsewhere = json!({ "email": "a@example.com", "locationId": "porto" });
    session.refusal("ghl_upsert_contact", elsewhere);
    assert_eq!(session.end(), (Some(0), String::new()));
    let of_lisbon = |command: &str| desk.run(&["--location", "lisbon", "--json", command]);
    assert_eq!(of_lisbon("count").json()["count"], 2);
    let changes = of_lisbon("changes").lines();
    assert!(changes.iter().all(|change| change["origin"] == "mcp"));
}

#[test]
fn an_assistant_finds_makes_and_merges_contacts() {
    let desk = Desk::new();
    let session = Session::begin(&desk, &["--region", "US", "--location", "lisbon"]);
    let ana = session.answer(
        "resolve_contact",
        json!({ "phone": "(415) 555-0101", "name": "Ana María Ruiz", "company": "Acme",
            "external_ids": [{ "source": "hubspot", "value": "42" }], "metadata": { "n": [1, null] } }),
    );
    assert_eq!(
        (&ana["created"], &ana["changed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(ana["contact"]["location"], "lisbon");
    assert_eq!(ana["contact"]["metadata"], json!({ "n": [1, null] }));
    let again = json!({ "phone": "+1 415 555 0101", "company": "Initech" });
    let again = session.answer("resolve_contact", again);
    assert_eq!(
        (&again["created"], &again["changed"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        again["ignored"],
        json!([{ "field": "company", "value": "Initech" }])
    );

    let tried = json!({ "email": "ana@example.com", "dry_run": true });
    let tried = session.answer("resolve_contact", tried);
    assert_eq!(
        (&tried["created"], &tried["contact"]["id"]),
        (&json!(true), &Value::Null)
    );
    let nobody = session.answer("get_contact", json!({ "email": "ana@example.com" }));
    assert_eq!(nobody, json!({ "contact": null }));

    // Identifiers of two people, and what is left to decide.
    let other = session.answer("resolve_contact", json!({ "email": "ana@example.com" }));
    let both = json!({ "email": "ana@example.com", "phone": "415-555-0101" });
    let both = session.answer("resolve_contact", both);
    assert_eq!(both["contact"]["id"], other["contact"]["id"]);
    assert_eq!(
        both["conflicts"],
        json!([{ "kind": "phone", "key": "+14155550101", "holder": ana["contact"]["id"] }])
    );
    let queue = session.answer("list_review", json!({}));
    let pair = &queue["pairs"][0];
    assert_eq!(queue["next"], Value::Null);
    assert_eq!(
        (&pair["reason"], &pair["later"]),
        (&json!("conflict"), &json!(false))
    );
    assert_eq!(
        pair["keys"],
        json!([{ "kind": "phone", "key": "+14155550101" }])
    );
    assert_eq!(pair["a"]["name"], "Ana María Ruiz");
    assert_eq!(pair["a"]["external_ids"], json!(["hubspot:42"]));
    assert_eq!(pair["b"]["emails"], json!(["ana@example.com"]));

    let (a, b) = (id(&pair["a"]), id(&pair["b"]));
    let merge = json!({ "survivor": b, "absorbed": a });
    let mut tried = merge.clone();
    tried["dry_run"] = json!(true);
    let tried = session.answer("merge_contacts", tried);
    assert_eq!(
        (&tried["merge"], &tried["contact"]["company"]),
        (&Value::Null, &json!("Acme"))
    );
    let merged = session.answer("merge_contacts", merge);
    assert_eq!(merged["contact"]["id"], b);
    assert!(merged["merge"].is_string());
    assert_eq!(session.answer("list_review", json!({}))["pairs"], json!([]));
    for argument in [
        json!({ "id": a }),
        json!({ "phone": "415.555.0101" }),
        json!({ "external_id": { "source": "hubspot", "value": "42" } }),
    ] {
        let shown = session.answer("get_contact", argument);
        assert_eq!(shown["contact"], merged["contact"]);
    }
    let found = session.answer("search_contacts", json!({ "query": "ruiz ana" }));
    assert_eq!(found["hits"][0]["contact"]["id"], b);
    assert_eq!(found["hits"][0]["class"], "exact");
    assert_eq!(found["hits"][0]["matched"][0]["text"], "Ana María Ruiz");

    let ben = session.answer("resolve_contact", json!({ "email": "ben@example.com" }));
    let pair = json!({ "a": b, "b": ben["contact"]["id"] });
    let marked = session.answer("mark_distinct", pair.clone());
    assert_eq!(
        (&marked["distinct"], &marked["changed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(session.answer("mark_distinct", pair)["changed"], false);
    assert_eq!(session.end(), (Some(0), String::new()));

    // In the scope that was named, under the name of who wrote.
    assert_eq!(desk.run(&["--json", "count"]).json()["count"], 0);
    let changes = desk.run(&["--location", "lisbon", "changes"]).lines();
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|change| change["origin"] == "mcp"));
}

#[test]
fn long_lists_come_in_pages() {
    let desk = Desk::new();
    let mut batch = String::new();
    for number in 10..22 {
        batch.push_str(&format!(
            "{{\"email\":\"a{number}@example.com\",\"name\":\"Ana {number}\"}}\n"
        ));
        batch.push_str(&format!("{{\"phone\":\"+141555501{number}\"}}\n"));
        let both = format!("\"email\":\"a{number}@example.com\",\"phone\":\"+141555501{number}\"");
        batch.push_str(&format!("{{{both}}}\n"));
    }
    let file = desk.file("batch.jsonl", batch);
    assert_eq!(desk.run(&["resolve", "--batch", &file]).status, 0);
    let session = Session::begin(&desk, &[]);
    for (tool, list, mut arguments) in [
        (
            "search_contacts",
            "hits",
            json!({ "query": "ana", "limit": 5 }),
        ),
        ("list_review", "pairs", json!({ "limit": 5 })),
    ] {
        let mut seen = Vec::new();
        let mut pages = 0;
        loop {
            let page = session.answer(tool, arguments.clone());
            let entries = page[list].as_array().unwrap();
            let whose = |entry: &Value| match tool {
                "search_contacts" => entry["contact"]["id"].clone(),
                _ => entry["a"]["id"].clone(),
            };
            seen.extend(
                entries
                    .iter()
                    .map(|entry| id(&json!({ "id": whose(entry) })).to_owned()),
            );
            pages += 1;
            if page["next"].is_null() {
                break;
            }
            arguments["cursor"] = page["next"].clone();
        }
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), pages), (12, 3), "{tool}");
    }

    // A pair that was decided between two pages takes none away.
    let first = session.answer("list_review", json!({ "limit": 2 }));
    let pairs = first["pairs"].as_array().unwrap();
    for pair in pairs {
        let pair = json!({ "a": pair["a"]["id"], "b": pair["b"]["id"] });
        session.answer("mark_distinct", pair);
    }
    let rest = json!({ "cursor": first["next"], "limit": 50 });
    let rest = session.answer("list_review", rest);
    assert_eq!(rest["pairs"].as_array().unwrap().len(), 10);
    assert_eq!(session.end(), (Some(0), String::new()));
}

/// A contact that no assistant could read at once is shown without what makes it so large.
#[test]
fn what_is_too_large_is_left_out_and_named() {
    let desk = Desk::new();
    let large = "x".repeat(60_000);
    let metadata: JsonObject = (0..8)
        .map(|at| (format!("text{at}"), json!(large)))
        .collect();
    let session = Session::begin(&desk, &[]);
    let request = json!({ "email": "ana@example.com", "name": "Ana", "metadata": metadata });
    let made = session.answer("resolve_contact", request);
    let left_out = made["left_out"].as_array().unwrap();
    let kept = made["contact"]["metadata"].as_object().unwrap();
    assert_eq!((left_out.len(), kept.len()), (4, 4));
    assert!(left_out[0].as_str().unwrap().starts_with("metadata.text"));
    assert_eq!(made["contact"]["name"]["full"], "Ana");
    let shown = session.answer("get_contact", json!({ "id": made["contact"]["id"] }));
    assert_eq!(shown["left_out"], made["left_out"]);

    let other = "y".repeat(30_000);
    let metadata: JsonObject = (0..3)
        .map(|at| (format!("text{at}"), json!(other)))
        .collect();
    let other = json!({ "email": "a@example.com", "metadata": metadata });
    let other = session.answer("resolve_contact", other);
    let merge = json!({ "survivor": made["contact"]["id"], "absorbed": other["contact"]["id"] });
    let merged = session.answer("merge_contacts", merge);
    let lost = merged["lost"].as_array().unwrap();
    let shown = lost.iter().filter(|lost| lost.get("value").is_some());
    assert_eq!((lost.len(), shown.count()), (3, 2));
    let left_out = merged["left_out"].as_array().unwrap();
    let of_lost = |name: &&Value| name.as_str().unwrap().starts_with("lost.metadata.text");
    assert_eq!(left_out.iter().filter(of_lost).count(), 1);
    assert_eq!(session.end(), (Some(0), String::new()));
}

#[test]
fn a_refusal_names_the_field_and_writes_nothing() {
    let desk = Desk::new();
    let session = Session::begin(&desk, &[]);
    let none = "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f";
    let table = [
        ("resolve_contact", json!({}), "NO_IDENTIFIER", ""),
        (
            "resolve_contact",
            json!({ "email": "nobody" }),
            "INVALID_IDENTIFIER",
            "email",
        ),
        (
            "resolve_contact",
            json!({ "phone": "415 555 0101" }),
            "INVALID_IDENTIFIER",
            "phone",
        ),
        (
            "resolve_contact",
            json!({ "email": 5 }),
            "INVALID_REQUEST",
            "email",
        ),
        (
            "resolve_contact",
            json!({ "emails": ["a@b.c", 5] }),
            "INVALID_REQUEST",
            "emails",
        ),
        (
            "resolve_contact",
            json!({ "email": "a@b.c", "dry_run": "no" }),
            "INVALID_REQUEST",
            "dry_run",
        ),
        (
            "resolve_contact",
            json!({ "email": "a@b.c", "locationId": "x" }),
            "INVALID_REQUEST",
            "locationId",
        ),
        (
            "resolve_contact",
            json!({ "email": "a@b.c", "on_conflict": "merge" }),
            "INVALID_REQUEST",
            "on_conflict",
        ),
        (
            "resolve_contact",
            json!({ "email": "a@b.c", "timezone": "Nowhere" }),
            "INVALID_FIELD",
            "timezone",
        ),
        ("search_contacts", json!({}), "INVALID_REQUEST", "query"),
        (
            "search_contacts",
            json!({ "query": ["a"] }),
            "INVALID_REQUEST",
            "query",
        ),
        (
            "search_contacts",
            json!({ "query": "a", "limit": 51 }),
            "INVALID_REQUEST",
            "limit",
        ),
        (
            "search_contacts",
            json!({ "query": "a", "limit": -1.5 }),
            "INVALID_REQUEST",
            "limit",
        ),
        (
            "search_contacts",
            json!({ "query": "a", "cursor": "b" }),
            "INVALID_REQUEST",
            "cursor",
        ),
        ("get_contact", json!({}), "INVALID_REQUEST", "id"),
        (
            "get_contact",
            json!({ "id": none, "email": "a@b.c" }),
            "INVALID_REQUEST",
            "id",
        ),
        (
            "get_contact",
            json!({ "id": "ana" }),
            "INVALID_REQUEST",
            "id",
        ),
        ("get_contact", json!({ "id": none }), "NOT_FOUND", ""),
        (
            "get_contact",
            json!({ "external_id": "x" }),
            "INVALID_REQUEST",
            "external_id",
        ),
        (
            "get_contact",
            json!({ "external_id": {} }),
            "INVALID_REQUEST",
            "external_id.value",
        ),
        (
            "list_review",
            json!({ "cursor": "1.2.3" }),
            "INVALID_REQUEST",
            "cursor",
        ),
        (
            "merge_contacts",
            json!({ "survivor": none }),
            "INVALID_REQUEST",
            "absorbed",
        ),
        (
            "merge_contacts",
            json!({ "survivor": none, "absorbed": none }),
            "NOT_FOUND",
            "",
        ),
        (
            "mark_distinct",
            json!({ "a": none, "b": null }),
            "INVALID_REQUEST",
            "b",
        ),
    ];
    for (tool, arguments, code, field) in table {
        let error = session.refusal(tool, arguments.clone());
        assert_eq!(error["code"], code, "{tool} {arguments}");
        assert_eq!(
            error["field"].as_str().unwrap_or_default(),
            field,
            "{tool} {arguments}"
        );
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    let unknown = session.call("drop_contacts", json!({})).unwrap_err();
    assert!(matches!(unknown, ServiceError::McpError(error) if error.code.0 == -32602));
    assert_eq!(session.end(), (Some(0), String::new()));
    assert_eq!(desk.run(&["--json", "count"]).json()["count"], 0);
}
