//! What each tool takes and answers, as JSON Schema.

use kinfold::MatchClass;
use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::reading::MOST;

/// Our own are all objects.
fn object(schema: Value) -> JsonObject {
    match schema {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    }
}

fn id(description: &str) -> Value {
    json!({ "type": "string", "format": "uuid", "description": description })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn limit(otherwise: usize) -> Value {
    json!({
        "type": "integer", "minimum": 1, "maximum": MOST, "default": otherwise,
        "description": "At most so many",
    })
}

fn cursor() -> Value {
    json!({ "type": "string", "description": "Go on behind the answer that had this `next`" })
}

fn dry_run() -> Value {
    json!({ "type": "boolean", "default": false, "description": "Answer the same and write nothing" })
}

fn external_id() -> Value {
    json!({
        "type": "object",
        "description": "An id that another system issued",
        "properties": {
            "source": { "type": "string", "description": "The system, such as hubspot; default if there is none" },
            "value": { "type": "string" },
        },
        "required": ["value"],
        "additionalProperties": false,
    })
}

pub(super) fn resolve_contact() -> JsonObject {
    let text = |description: &str| json!({ "type": "string", "description": description });
    object(json!({
        "type": "object",
        "properties": {
            "phone": text("A phone as it is written; without a country code it is read in the region"),
            "phones": texts("Several phones"),
            "email": text("An email"),
            "emails": texts("Several emails"),
            "external_ids": {
                "type": "array", "items": external_id(),
                "description": "Ids that other systems issued, one for each source",
            },
            "region": text("The region of phones without a country code: two letters, such as US"),
            "on_conflict": {
                "type": "string",
                "enum": ["prefer_strongest", "reject"],
                "default": "prefer_strongest",
                "description": "If the identifiers belong to several contacts: take the holder of the strongest (external id, then email, then phone) and put the pairs on the review list, or refuse",
            },
            "name": text("The whole name"),
            "given": text("The given name"),
            "family": text("The family name"),
            "company": text("The company"),
            "website": text("A web address"),
            "date_of_birth": text("YYYY-MM-DD"),
            "timezone": text("A name of the IANA database, such as America/New_York"),
            "description": text("A text about the person"),
            "source": text("Where the contact comes from"),
            "address": {
                "type": "object",
                "properties": {
                    "line1": { "type": "string" },
                    "city": { "type": "string" },
                    "state": { "type": "string" },
                    "postal_code": { "type": "string" },
                    "country": { "type": "string" },
                },
                "additionalProperties": false,
            },
            "tags": texts("Tags"),
            "metadata": { "type": "object", "description": "Anything else, by name" },
            "dry_run": dry_run(),
        },
        "additionalProperties": false,
    }))
}

/// To the letter that of the recipe "Copy as an MCP tool" for GoHighLevel.
pub(super) fn ghl_upsert_contact() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "email": { "type": "string", "description": "Contact email address" },
            "firstName": { "type": "string" },
            "lastName": { "type": "string" },
            "phone": { "type": "string", "description": "E.164 format, e.g. +14155550101" },
            "tags": { "type": "array", "items": { "type": "string" } },
        },
        "required": ["email"],
    }))
}

pub(super) fn search_contacts() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "query": { "type": "string", "description": "Beginnings of words of a name, a company or an email, or the last digits of a phone. It is text and has no syntax" },
            "tags": texts("Only contacts with all of these tags"),
            "company": { "type": "string", "description": "Only contacts of this company" },
            "city": { "type": "string", "description": "Only contacts in this city" },
            "limit": limit(10),
            "cursor": cursor(),
        },
        "required": ["query"],
        "additionalProperties": false,
    }))
}

pub(super) fn get_contact() -> JsonObject {
    object(json!({
        "type": "object",
        "description": "One of id, phone, email and external_id",
        "properties": {
            "id": id("The contact's id"),
            "phone": { "type": "string", "description": "A phone that it holds" },
            "email": { "type": "string", "description": "An email that it holds" },
            "external_id": external_id(),
        },
        "additionalProperties": false,
    }))
}

pub(super) fn list_review() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "later": { "type": "boolean", "default": false, "description": "Those that were put off, too" },
            "limit": limit(20),
            "cursor": cursor(),
        },
        "additionalProperties": false,
    }))
}

pub(super) fn merge_contacts() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "survivor": id("The contact that stays"),
            "absorbed": id("The contact that is merged into it"),
            "survivorship": {
                "type": "string",
                "enum": ["survivor", "most_recent", "longest"],
                "default": "survivor",
                "description": "Whose value stays where both have one: the survivor's, that of the contact changed last, or the longer one",
            },
            "dry_run": dry_run(),
        },
        "required": ["survivor", "absorbed"],
        "additionalProperties": false,
    }))
}

pub(super) fn mark_distinct() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": { "a": id("A contact"), "b": id("Another contact") },
        "required": ["a", "b"],
        "additionalProperties": false,
    }))
}

/// A contact as the program prints it.
fn contact() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": ["string", "null"], "description": "Null if it would be new after a dry run" },
        },
        "required": ["id"],
    })
}

fn left_out() -> Value {
    texts("Values that are too large to be shown, by their fields")
}

fn summary() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "name": { "type": ["string", "null"] },
            "company": { "type": ["string", "null"] },
            "phones": texts("The first ten"),
            "emails": texts("The first ten"),
            "external_ids": texts("The first ten, as source:value"),
            "updated_at": { "type": "string" },
        },
        "required": ["id", "name", "company", "phones", "emails", "external_ids", "updated_at"],
    })
}

fn next() -> Value {
    json!({ "type": ["string", "null"], "description": "The cursor of the next page; null if this is the last" })
}

fn keys(beside: &[(&str, Value)]) -> Value {
    let mut properties = json!({ "kind": { "type": "string" }, "key": { "type": "string" } });
    let mut required = vec!["kind", "key"];
    for (name, schema) in beside {
        if let Some(properties) = properties.as_object_mut() {
            properties.insert((*name).to_owned(), schema.clone());
        }
        required.push(name);
    }
    let item = json!({ "type": "object", "properties": properties, "required": required });
    json!({ "type": "array", "items": item })
}

pub(super) fn resolved() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "contact": contact(),
            "left_out": left_out(),
            "created": { "type": "boolean" },
            "matched_on": keys(&[]),
            "attached": keys(&[]),
            "listed": keys(&[]),
            "conflicts": keys(&[("holder", json!({ "type": "string" }))]),
            "merged": texts("None: this tool does not merge"),
            "merges": texts("None: this tool does not merge"),
            "rejected": { "type": "array", "items": { "type": "object" } },
            "ignored": { "type": "array", "items": { "type": "object" } },
            "changed": { "type": "boolean" },
        },
        "required": ["contact", "created", "matched_on", "attached", "listed", "conflicts", "ignored", "changed"],
    }))
}

/// A contact as GoHighLevel shows it.
pub(super) fn ghl_contact() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "locationId": { "type": "string" },
            "email": { "type": "string" },
            "phone": { "type": "string" },
            "firstName": { "type": "string" },
            "lastName": { "type": "string" },
            "tags": texts("Tags"),
            "dateAdded": { "type": "string" },
            "dateUpdated": { "type": "string" },
            "left_out": left_out(),
        },
        "required": ["id"],
    }))
}

pub(super) fn found() -> JsonObject {
    let classes = [
        MatchClass::Exact,
        MatchClass::Prefix,
        MatchClass::Nickname,
        MatchClass::Typo,
    ];
    object(json!({
        "type": "object",
        "properties": {
            "hits": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "contact": summary(),
                        "score": { "type": "number" },
                        "class": { "type": "string", "enum": classes },
                        "matched": { "type": "array", "items": {
                            "type": "object",
                            "properties": { "field": { "type": "string" }, "text": { "type": "string" } },
                            "required": ["field", "text"],
                        } },
                    },
                    "required": ["contact", "score", "class", "matched"],
                },
            },
            "next": next(),
        },
        "required": ["hits", "next"],
    }))
}

pub(super) fn shown() -> JsonObject {
    let mut contact = contact();
    if let Some(contact) = contact.as_object_mut() {
        contact.insert("type".to_owned(), json!(["object", "null"]));
    }
    object(json!({
        "type": "object",
        "properties": { "contact": contact, "left_out": left_out() },
        "required": ["contact"],
    }))
}

pub(super) fn queue() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "pairs": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "a": summary(),
                        "b": summary(),
                        "reason": { "type": "string" },
                        "keys": keys(&[]),
                        "since": { "type": "string" },
                        "later": { "type": "boolean" },
                    },
                    "required": ["a", "b", "reason", "keys", "since", "later"],
                },
            },
            "next": next(),
        },
        "required": ["pairs", "next"],
    }))
}

pub(super) fn merged() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "merge": { "type": ["string", "null"], "description": "The merge, by which it can be undone; null after a dry run" },
            "contact": contact(),
            "left_out": left_out(),
            "lost": { "type": "array", "items": { "type": "object" } },
        },
        "required": ["merge", "contact", "lost"],
    }))
}

pub(super) fn marked() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": {
            "a": { "type": "string" },
            "b": { "type": "string" },
            "distinct": { "type": "boolean" },
            "changed": { "type": "boolean", "description": "False if they were marked before" },
        },
        "required": ["a", "b", "distinct", "changed"],
    }))
}
