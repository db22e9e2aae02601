//! By what a request that carries an idempotency key is known again.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use super::request::{FieldRule, ResolveRequest};
use crate::contact::draft::Typed;
use crate::contact::limits::{self, Limits};
use crate::contact::patch::{AddressPatch, Change, DoNotDisturbPatch, FieldsPatch};
use crate::contact::{Draft, Json, OrderedMap};
use crate::error::{Error, Result};
use crate::ident::{Kind, Region};

const FIELD: &str = "idempotency_key";

/// The key of a request, and what tells whether a later one is the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Idempotency {
    pub(crate) key: String,
    pub(crate) fingerprint: [u8; 16],
}

impl Idempotency {
    /// What becomes of another request with the same key.
    pub(crate) fn reused(&self) -> Error {
        let reason = "it was used for another request before; give each request its own";
        Error::IdempotencyKeyReused(crate::contact::Rejected::new(FIELD, &self.key, reason))
    }
}

impl ResolveRequest {
    /// The request's key, if it carries one.
    ///
    /// The fingerprint is a UUID of version 5 (RFC 9562): a name of sixteen bytes that
    /// every version on every system derives alike, which a hasher of the standard library
    /// does not promise. It guards against mistakes, not against somebody who makes two
    /// requests collide: they would only cheat themselves. Its namespace is the store's own
    /// random id, so that outside the store it says nothing of the person, not even to who
    /// tries all phones.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if the key is empty, too long or holds control characters.
    pub(crate) fn idempotency(
        &self,
        rule: FieldRule,
        default_region: Option<Region>,
        store: [u8; 16],
    ) -> Result<Option<Idempotency>> {
        let Some(typed) = &self.idempotency_key else {
            return Ok(None);
        };
        let key = limits::line(FIELD, typed, Limits::IDEMPOTENCY_KEY)
            .map_err(|refused| Error::InvalidRequest(refused.what))?
            .ok_or_else(|| {
                Error::invalid_request(FIELD, typed, "it is empty; leave it out or give one")
            })?;
        let content = content(self, rule, default_region);
        let fingerprint = Uuid::new_v5(&Uuid::from_bytes(store), content.as_str().as_bytes());
        Ok(Some(Idempotency {
            key,
            fingerprint: fingerprint.into_bytes(),
        }))
    }
}

/// All that decides what a request does, in one text.
///
/// Later versions must write the same text for the same request, or a retry across an
/// update is taken for another request: what is not named is left out, so that a field
/// that is new changes nothing for those who don't name it, and objects are written in the
/// order of their keys.
#[derive(Serialize)]
struct Content<'a> {
    rule: &'static str,
    on_conflict: &'static str,
    lenient: bool,
    identifiers: Vec<Identifier<'a>>,
    fields: BTreeMap<&'static str, Json>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    field: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    value: &'a str,
    /// In which a phone is read, by whomever it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    only_listed: bool,
}

// Each type is taken apart whole, so that the compiler asks about every new member.
fn content(request: &ResolveRequest, rule: FieldRule, default_region: Option<Region>) -> Json {
    let ResolveRequest {
        draft,
        region,
        on_conflict,
        lenient,
        idempotency_key: _,
        allow_duplicates,
    } = request;
    let Draft {
        identifiers,
        // A null identifier is one that is not given, or was refused before.
        null_identifiers: _,
        fields,
    } = draft;
    let region = region.or(default_region);
    // As they are read: by kind, the singular first, wherever it stands in the JSON.
    let mut in_order: Vec<&Typed> = identifiers.iter().collect();
    in_order.sort_by_key(|typed| (typed.kind, typed.field.ends_with('s')));
    Json::of(&Content {
        rule: match rule {
            FieldRule::Fill => "resolve",
            FieldRule::Replace => "upsert",
            // Who may join lines asks for something else than who may not.
            FieldRule::Create if allow_duplicates.unwrap_or(false) => "create duplicate",
            FieldRule::Create => "create",
        },
        on_conflict: on_conflict.unwrap_or_default().as_str(),
        lenient: lenient.unwrap_or(false),
        identifiers: in_order
            .into_iter()
            .map(|typed| identifier(typed, region))
            .collect(),
        fields: named_fields(fields),
    })
}

fn identifier(typed: &Typed, default_region: Option<Region>) -> Identifier<'_> {
    let Typed {
        kind,
        field,
        source,
        value,
        region,
        only_listed,
    } = typed;
    Identifier {
        field,
        source: source.as_deref(),
        value,
        region: region.or(default_region).filter(|_| *kind == Kind::Phone),
        only_listed: *only_listed,
    }
}

fn named_fields(fields: &FieldsPatch) -> BTreeMap<&'static str, Json> {
    let FieldsPatch {
        name,
        address,
        texts,
        date_of_birth,
        tags,
        lists,
        flags,
        last_session_activity_at,
        objects,
        custom_fields,
        metadata,
        do_not_disturb,
    } = fields;
    let texts = texts.iter().map(|(field, text)| (field.as_str(), text));
    let texts = name
        .parts()
        .into_iter()
        .chain(texts)
        .chain([
            ("date_of_birth", date_of_birth),
            ("last_session_activity_at", last_session_activity_at),
        ])
        .map(|(field, text)| (field, said(text, Json::of)));
    let lists = lists.iter();
    let lists = lists.map(|(field, list)| (field.as_str(), said(list, Json::of)));
    let flags = flags.iter();
    let flags = flags.map(|(field, flag)| (field.as_str(), said(flag, Json::of)));
    let objects = objects.iter();
    let objects = objects.map(|(field, object)| (field.as_str(), said(object, Json::of)));
    let others = [
        ("address", said(address, address_parts)),
        ("tags", said(tags, Json::of)),
        ("custom_fields", said(custom_fields, entries)),
        ("metadata", said(metadata, entries)),
        ("do_not_disturb", said(do_not_disturb, channels)),
    ];
    texts
        .chain(lists)
        .chain(flags)
        .chain(objects)
        .chain(others)
        .filter_map(|(field, said)| Some((field, said?)))
        .collect()
}

/// What is said of a field, if it is named.
fn said<T>(change: &Change<T>, write: impl FnOnce(&T) -> Json) -> Option<Json> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(Json::of(&())),
        Change::Set(value) => Some(write(value)),
    }
}

fn address_parts(address: &AddressPatch) -> Json {
    object(address.parts().into_iter())
}

fn entries<T: Serialize>(map: &OrderedMap<Change<T>>) -> Json {
    object(map.iter())
}

fn channels(patch: &DoNotDisturbPatch) -> Json {
    let DoNotDisturbPatch {
        all,
        channels,
        inbound,
    } = patch;
    let channels = channels.iter();
    let channels = object(channels.map(|(channel, setting)| (channel.as_str(), setting)));
    let mut members = BTreeMap::from([("channels", channels)]);
    if let Some(all) = said(all, Json::of) {
        members.insert("all", all);
    }
    if let Some(inbound) = said(inbound, Json::of) {
        members.insert("inbound", inbound);
    }
    Json::of(&members)
}

fn object<'a, T: Serialize + 'a>(members: impl Iterator<Item = (&'a str, &'a Change<T>)>) -> Json {
    let named = members.filter_map(|(name, change)| Some((name, said(change, Json::of)?)));
    Json::of(&named.collect::<BTreeMap<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::{FieldRule, ResolveRequest, content};
    use crate::contact::{Draft, Json};
    use crate::ident::Region;
    use crate::resolve::OnConflict;

    const STORE: [u8; 16] = [7; 16];

    fn region(name: &str) -> Region {
        name.parse().unwrap()
    }

    fn request(json: &str) -> ResolveRequest {
        ResolveRequest::from_json(json).unwrap()
    }

    /// Stores hold fingerprints of such texts, so that none may ever change.
    #[test]
    fn the_text_of_a_request_is_the_same_in_every_version() {
        let json = r#"{"region":"US","on_conflict":"merge","lenient":true,"idempotency_key":"k",
            "emails":["Ana@Example.com",{"raw":"B@x.org","holds":false}],"email":"c@x.org",
            "external_ids":[{"source":"ghl","value":"x"}],"external_id":"42","phone":"(415) 555-0101",
            "phones":[{"raw":"030 1","region":"DE"}],
            "tags":["b","a"],"name":{"given":"Ana","full":null},"website":null,"company":"Acme",
            "address":{"city":"Ulm","line1":null},"date_of_birth":"1990-09-25",
            "custom_fields":{"b":null,"a":{"value":[1, 2],"type":"list"}},
            "metadata":{"z":1.10,"a":{"y":1,"x":2}},
            "do_not_disturb":{"all":true,"channels":{"SMS":{"status":"active","code":"c"},"FB":null}}}"#;
        let written = content(&request(json), FieldRule::Replace, None);
        let expected = concat!(
            r#"{"rule":"upsert","on_conflict":"merge","lenient":true,"identifiers":["#,
            r#"{"field":"phone","value":"(415) 555-0101","region":"US"},"#,
            r#"{"field":"phones","value":"030 1","region":"DE"},"#,
            r#"{"field":"email","value":"c@x.org"},{"field":"emails","value":"Ana@Example.com"},"#,
            r#"{"field":"emails","value":"B@x.org"},{"field":"external_id","value":"42"},"#,
            r#"{"field":"external_ids","source":"ghl","value":"x"}],"#,
            r#""fields":{"address":{"city":"Ulm","line1":null},"company":"Acme","#,
            r#""custom_fields":{"a":{"type":"list","value":[1,2]},"b":null},"#,
            r#""date_of_birth":"1990-09-25","do_not_disturb":{"all":true,"channels":"#,
            r#"{"FB":null,"SMS":{"status":"active","code":"c"}}},"given":"Ana","#,
            r#""metadata":{"a":{"y":1,"x":2},"z":1.10},"name":null,"tags":["b","a"],"#,
            r#""website":null}}"#
        );
        assert_eq!(written.as_str(), expected);

        let known = request(json).idempotency(FieldRule::Replace, None, STORE);
        let fingerprint = uuid::Uuid::from_bytes(known.unwrap().unwrap().fingerprint);
        assert_eq!(
            fingerprint.to_string(),
            "c2cc80a1-ff2c-5cd5-a091-c5ae37f4dd53"
        );
    }

    #[test]
    fn a_request_that_says_something_else_is_another_one() {
        let fill = |json: &str| content(&request(json), FieldRule::Fill, Some(region("US")));
        #[rustfmt::skip]
        let mut texts: Vec<Json> = [
            r#"{}"#,
            r#"{"phone":"4155550101"}"#,
            r#"{"phone":"(415) 555-0101"}"#,
            r#"{"phone":"4155550101","region":"CA"}"#,
            r#"{"phones":[{"raw":"4155550101","region":"MX"}]}"#,
            r#"{"email":"4155550101"}"#,
            r#"{"external_id":"4155550101"}"#,
            r#"{"external_ids":["a"]}"#,
            r#"{"external_ids":[{"source":"default","value":"a"}]}"#,
            r#"{"external_ids":[{"source":"","value":"a"}]}"#,
            r#"{"emails":["a","b"]}"#,
            r#"{"emails":["b","a"]}"#,
            r#"{"emails":["a","b"],"lenient":true}"#,
            r#"{"emails":["a","b"],"on_conflict":"merge"}"#,
            r#"{"emails":["a","b"],"on_conflict":"reject"}"#,
            r#"{"name":"a"}"#,
            r#"{"name":""}"#,
            r#"{"name":null}"#,
            r#"{"given":"a"}"#,
            r#"{"family":"a"}"#,
            r#"{"company":"a"}"#,
            r#"{"source":"a"}"#,
            r#"{"date_of_birth":"a"}"#,
            r#"{"address":null}"#,
            r#"{"address":{}}"#,
            r#"{"address":{"city":"a"}}"#,
            r#"{"address":{"state":"a"}}"#,
            r#"{"address":{"state":null}}"#,
            r#"{"tags":null}"#,
            r#"{"tags":[]}"#,
            r#"{"tags":["a","b"]}"#,
            r#"{"tags":["b","a"]}"#,
            r#"{"metadata":null}"#,
            r#"{"metadata":{}}"#,
            r#"{"metadata":{"a":null}}"#,
            r#"{"metadata":{"a":1}}"#,
            r#"{"metadata":{"a":1.0}}"#,
            r#"{"metadata":{"a":"1"}}"#,
            r#"{"metadata":{"b":1}}"#,
            r#"{"custom_fields":{"a":{"type":"n","value":1}}}"#,
            r#"{"custom_fields":{"a":{"type":"m","value":1}}}"#,
            r#"{"custom_fields":{"a":null}}"#,
            r#"{"do_not_disturb":null}"#,
            r#"{"do_not_disturb":{}}"#,
            r#"{"do_not_disturb":{"all":null}}"#,
            r#"{"do_not_disturb":{"all":false}}"#,
            r#"{"do_not_disturb":{"all":true}}"#,
            r#"{"do_not_disturb":{"channels":{"SMS":null}}}"#,
            r#"{"do_not_disturb":{"channels":{"FB":null}}}"#,
            r#"{"do_not_disturb":{"channels":{"FB":{"status":"active"}}}}"#,
            r#"{"do_not_disturb":{"channels":{"FB":{"status":"inactive"}}}}"#,
            r#"{"do_not_disturb":{"channels":{"FB":{"status":"active","message":"a"}}}}"#,
            r#"{"do_not_disturb":{"channels":{"FB":{"status":"active","code":"a"}}}}"#,
            r#"{"do_not_disturb":{"inbound":null}}"#,
            r#"{"do_not_disturb":{"inbound":{"status":"active"}}}"#,
            r#"{"do_not_disturb":{"inbound":{"status":"inactive"}}}"#,
            r#"{"do_not_disturb":{"inbound":{"status":"active","message":"a"}}}"#,
            r#"{"type":"a"}"#,
            r#"{"business_id":"a"}"#,
            r#"{"visitor_id":"a"}"#,
            r#"{"followers":null}"#,
            r#"{"followers":["a"]}"#,
            r#"{"offers":["a"]}"#,
            r#"{"products":["a"]}"#,
            r#"{"products":["a","b"]}"#,
            r#"{"email_bounced":null}"#,
            r#"{"email_bounced":true}"#,
            r#"{"email_bounced":false}"#,
            r#"{"email_unsubscribed":true}"#,
            r#"{"last_session_activity_at":null}"#,
            r#"{"last_session_activity_at":"a"}"#,
            r#"{"attribution":null}"#,
            r#"{"attribution":{}}"#,
            r#"{"attribution":{"a":1}}"#,
            r#"{"last_attribution":{"a":1}}"#,
        ]
        .map(fill)
        .into();
        let phone = request(r#"{"phone":"4155550101"}"#);
        texts.push(content(&phone, FieldRule::Replace, Some(region("US"))));
        texts.push(content(&phone, FieldRule::Fill, Some(region("DE"))));
        texts.push(content(&phone, FieldRule::Fill, None));
        for (index, text) in texts.iter().enumerate() {
            let same = texts.iter().position(|other| other == text);
            assert_eq!(same, Some(index), "{}", text.as_str());
        }
    }

    #[test]
    fn a_request_that_says_the_same_is_the_same() {
        let same = [
            (
                r#"{"email":"a","phone":"1","metadata":{"a":1,"b":2}}"#,
                r#"{"metadata": {"b":2, "a":1}, "phone":"1", "email":"a"}"#,
            ),
            (
                r#"{"email":"a"}"#,
                r#"{"email":"a","phone":null,"region":null,"lenient":null,"idempotency_key":null}"#,
            ),
            (
                r#"{"email":"a","lenient":false,"on_conflict":"prefer_strongest","region":"DE"}"#,
                r#"{"email":"a","idempotency_key":"another"}"#,
            ),
            (r#"{"phone":"1","region":"US"}"#, r#"{"phone":"1"}"#),
        ];
        let text = |json| content(&request(json), FieldRule::Fill, Some(region("US")));
        for (one, other) in same {
            assert_eq!(text(one), text(other));
        }
        let built = ResolveRequest::from(Draft::new().phone("1").email("a"))
            .region(region("US"))
            .on_conflict(OnConflict::PreferStrongest);
        let built = content(&built, FieldRule::Fill, None);
        assert_eq!(built, text(r#"{"email":"a","phone":"1"}"#));
    }

    #[test]
    fn stores_know_one_request_by_different_fingerprints() {
        let request = request(r#"{"email":"a@x.org","idempotency_key":" k "}"#);
        let known = |store| request.idempotency(FieldRule::Fill, None, store).unwrap();
        let (one, other) = (known(STORE).unwrap(), known([8; 16]).unwrap());
        assert_eq!((one.key.as_str(), &one.key), ("k", &other.key));
        assert_ne!(one.fingerprint, other.fingerprint);
        assert_eq!(known(STORE), Some(one));
    }
}
