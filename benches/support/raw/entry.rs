//! What is written as JSON: the entry of the change log and the columns of lists, to the
//! letter as the library writes them.

use super::reading::{ContactRow, ListingRow};
use super::{EMAIL, EXTERNAL_ID, PHONE};
use crate::support::people::Person;

/// A JSON text in the making.
#[derive(Default)]
pub struct Entry {
    text: String,
}

impl Entry {
    pub fn new() -> Self {
        let mut text = String::with_capacity(1024);
        text.push('{');
        Self { text }
    }

    pub fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }

    /// The name of the next field.
    fn field(&mut self, name: &str) {
        self.separate();
        quoted(&mut self.text, name);
        self.text.push(':');
    }

    fn separate(&mut self) {
        if !self.text.ends_with(['{', '[', ':']) {
            self.text.push(',');
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.field(name);
        quoted(&mut self.text, value);
    }

    fn text_or_null(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.literal(name, "null"),
        }
    }

    fn literal(&mut self, name: &str, value: &str) {
        self.field(name);
        self.text.push_str(value);
    }

    fn open(&mut self, name: &str, bracket: char) {
        self.field(name);
        self.text.push(bracket);
    }

    fn close(&mut self, brackets: &str) {
        self.text.push_str(brackets);
    }

    /// All of a new contact but its identifiers, in the order of the log.
    pub fn new_name(&mut self, person: &Person) {
        self.open("name", '{');
        self.open("after", '{');
        self.text("given", &person.given);
        self.text("family", &person.family);
        self.close("}}");
    }

    pub fn new_fields(&mut self, person: &Person) {
        self.open("address", '{');
        self.open("after", '{');
        self.text("city", person.city);
        self.text("country", person.country);
        self.close("}}");
        self.open("company", '{');
        self.text("after", &person.company);
        self.close("}");
        self.open("source", '{');
        self.text("after", person.source);
        self.close("}");
        self.open("tags", '{');
        self.field("after");
        tags(&mut self.text, &person.tags);
        self.close("}");
        self.open("metadata", '{');
        self.open("channel", '{');
        self.text("after", person.channel);
        self.close("}");
        self.open("score", '{');
        self.literal("after", &person.score.to_string());
        self.close("}}");
    }

    /// The identifiers of one kind that the contact newly lists.
    pub fn added<'a, 'b: 'a>(&mut self, kind: i64, listings: impl Iterator<Item = &'a Listed<'b>>) {
        let mut listings = listings.peekable();
        if listings.peek().is_none() {
            return;
        }
        self.open(plural(kind), '{');
        self.open("added", '[');
        for listing in listings {
            self.logged(listing);
        }
        self.close("]}");
    }

    /// An identifier as the log has it: its key, and what is not as usual.
    fn logged(&mut self, listing: &Listed<'_>) {
        self.separate();
        self.text.push('{');
        if let Some((source, value)) = listing
            .key
            .split_once(':')
            .filter(|_| listing.kind == EXTERNAL_ID)
        {
            self.text("source", source);
            self.text("value", value);
        } else {
            self.text("key", listing.key);
        }
        if let Some(raw) = listing.raw {
            self.text("raw", raw);
        }
        for (name, is, usual) in [
            ("holds", listing.holds, true),
            ("blocked", listing.blocked, false),
            ("verified", listing.verified, true),
        ] {
            if is != usual {
                self.literal(name, bool_text(is));
            }
        }
        if let Some(region) = listing.region {
            self.text("region", region);
        }
        self.text.push('}');
    }

    fn listing(&mut self, listing: &Listed<'_>) {
        self.separate();
        self.text.push('{');
        if listing.kind == EXTERNAL_ID {
            let (source, value) = listing.key.split_once(':').unwrap();
            self.text("source", source);
            self.text("value", value);
        } else {
            self.text("key", listing.key);
            self.text("raw", listing.raw.unwrap_or(listing.key));
            self.literal("holds", bool_text(listing.holds));
            self.literal("blocked", bool_text(listing.blocked));
            if listing.kind == PHONE {
                self.literal("verified", bool_text(listing.verified));
                self.text_or_null("region", listing.region);
            }
        }
        self.text.push('}');
    }

    /// One field that has another value than before.
    pub fn changed(&mut self, name: &str, before: &str, after: &str) {
        self.open(name, '{');
        self.text("before", before);
        self.text("after", after);
        self.close("}");
    }

    /// A column of JSON that has another value than before.
    pub fn changed_json(&mut self, name: &str, before: &str, after: &str) {
        self.open(name, '{');
        self.literal("before", before);
        self.literal("after", after);
        self.close("}");
    }

    /// The contacts with which this one goes on the review queue; the merges.
    pub fn ids(&mut self, name: &str, ids: &[[u8; 16]]) {
        self.open(name, '[');
        for id in ids {
            self.separate();
            quoted_id(&mut self.text, id);
        }
        self.close("]");
    }

    /// The absorbed contact, whole.
    pub fn absorbed(&mut self, contact: &ContactRow) {
        self.open("absorbed", '[');
        self.text.push('{');
        self.field("id");
        quoted_id(&mut self.text, &contact.uuid);
        self.text("org", "default");
        self.literal("location", "null");
        let text = |column: usize| contact.texts[column].as_deref();
        self.open("name", '{');
        match (text(0), text(1), text(2)) {
            (None, Some(given), Some(family)) => {
                self.field("full");
                self.text.push('"');
                escaped(&mut self.text, given);
                self.text.push(' ');
                escaped(&mut self.text, family);
                self.text.push('"');
            }
            (full, given, family) => self.text_or_null("full", full.or(given).or(family)),
        }
        self.text_or_null("given", text(1));
        self.text_or_null("family", text(2));
        self.close("}");
        for kind in [PHONE, EMAIL, EXTERNAL_ID] {
            self.open(plural(kind), '[');
            for listing in contact.listings.iter().filter(|row| row.kind == kind) {
                self.listing(&listing.into());
            }
            self.close("]");
        }
        self.open("address", '{');
        for (column, name) in (3..).zip(["line1", "city", "state", "postal_code", "country"]) {
            self.text_or_null(name, text(column));
        }
        // The country of these people is given by its code.
        self.text_or_null("country_code", text(7));
        self.close("}");
        let names = [
            "company",
            "website",
            "gender",
            "date_of_birth",
            "timezone",
            "description",
        ];
        for (column, name) in (8..).zip(names) {
            self.text_or_null(name, text(column));
        }
        self.literal("tags", text(16).unwrap_or("[]"));
        self.literal("custom_fields", text(17).unwrap_or("{}"));
        self.literal("metadata", text(18).unwrap_or("{}"));
        self.literal(
            "do_not_disturb",
            text(19).unwrap_or(r#"{"all":false,"channels":{}}"#),
        );
        self.text_or_null("source", text(14));
        self.text_or_null("assigned_to", text(15));
        for (column, name) in (20..).zip(["business_id", "type", "visitor_id"]) {
            self.text_or_null(name, text(column));
        }
        for (column, name) in (23..).zip(["followers", "offers", "products"]) {
            self.literal(name, text(column).unwrap_or("[]"));
        }
        let [bounced, unsubscribed, last_session] = contact.numbers;
        for (name, flag) in [
            ("email_bounced", bounced),
            ("email_unsubscribed", unsubscribed),
        ] {
            self.literal(name, flag.map_or("null", |flag| bool_text(flag == 1)));
        }
        let last_session = last_session.map(moment);
        self.text_or_null("last_session_activity_at", last_session.as_deref());
        for (column, name) in (26..).zip(["attribution", "last_attribution"]) {
            self.literal(name, text(column).unwrap_or("null"));
        }
        self.text("created_at", &moment(contact.created_at));
        self.text("updated_at", &moment(contact.updated_at));
        self.literal("deleted", bool_text(contact.state == 1));
        self.literal("version", &contact.version.to_string());
        self.close("}]");
    }
}

/// An identifier as the log shows it.
pub struct Listed<'a> {
    pub kind: i64,
    pub key: &'a str,
    pub raw: Option<&'a str>,
    pub region: Option<&'a str>,
    pub holds: bool,
    pub blocked: bool,
    pub verified: bool,
}

impl<'a> From<&'a ListingRow> for Listed<'a> {
    fn from(row: &'a ListingRow) -> Self {
        Self {
            kind: row.kind,
            key: &row.key,
            raw: row.raw.as_deref(),
            region: row.region.as_deref(),
            holds: row.holds,
            blocked: row.blocked,
            verified: row.verified,
        }
    }
}

fn plural(kind: i64) -> &'static str {
    match kind {
        PHONE => "phones",
        EMAIL => "emails",
        _ => "external_ids",
    }
}

fn bool_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

pub fn moment(milliseconds: i64) -> String {
    format!(
        "{:.3}",
        jiff::Timestamp::from_millisecond(milliseconds).unwrap()
    )
}

fn quoted_id(text: &mut String, id: &[u8; 16]) {
    let mut buffer = uuid::Uuid::encode_buffer();
    text.push('"');
    text.push_str(
        uuid::Uuid::from_bytes(*id)
            .as_hyphenated()
            .encode_lower(&mut buffer),
    );
    text.push('"');
}

fn quoted(text: &mut String, value: &str) {
    text.push('"');
    escaped(text, value);
    text.push('"');
}

/// What stands between the quotes.
fn escaped(text: &mut String, value: &str) {
    if value
        .bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
    {
        text.push_str(value);
    } else {
        let json = serde_json::to_string(value).unwrap();
        text.push_str(&json[1..json.len() - 1]);
    }
}

/// The column `tags`.
pub fn tags(text: &mut String, tags: &[&str]) {
    text.push('[');
    for (place, tag) in tags.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        quoted(text, tag);
    }
    text.push(']');
}

/// The column `metadata` of a person.
pub fn metadata(person: &Person) -> String {
    let mut entry = Entry {
        text: String::with_capacity(64),
    };
    entry.text.push('{');
    entry.text("channel", person.channel);
    entry.literal("score", &person.score.to_string());
    entry.finish()
}
