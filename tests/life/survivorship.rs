//! Whose value stays when two contacts become one.

use kinfold::{ContactId, MergeRules, Survivorship};

use crate::desk::{Desk, but_version, has, json, parsed};

/// Who was changed last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Survivor,
    Absorbed,
}
use Last::{Absorbed as A, Survivor as S};

/// Rules, the survivor's fields, the absorbed contact's, who of them was changed last, what
/// the survivor has after the merge, and why.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    Last,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // The usual rule: the survivor's own value stays, what it lacks is filled.
    ("", r#"{"name":"Ana Ruiz"}"#, r#"{"name":"A. Ruiz García"}"#, A, r#"{"name":{"full":"Ana Ruiz"}}"#,
        "the survivor's own name stays, however the other is"),
    ("", r#"{}"#, r#"{"name":"Ana Ruiz"}"#, S, r#"{"name":{"full":"Ana Ruiz"}}"#,
        "a name beats no name"),
    ("", r#"{"given":"Ana"}"#, r#"{"given":"Anna","family":"Ruiz"}"#, A, r#"{"name":{"given":"Ana","family":null}}"#,
        "a name is one field: the family name of the other would make a third person"),
    ("", r#"{"address":{"city":"Leeds"}}"#, r#"{"address":{"line1":"Calle 1","city":"León"}}"#, A,
        r#"{"address":{"line1":null,"city":"Leeds"}}"#,
        "an address is one field: no letter goes to the street of one in the city of the other"),
    ("", r#"{}"#, r#"{"address":{"line1":"Calle 1","city":"León"}}"#, S, r#"{"address":{"line1":"Calle 1","city":"León"}}"#,
        "an address beats no address, and comes whole"),
    ("", r#"{"company":"Acme"}"#, r#"{"company":"Initech"}"#, A, r#"{"company":"Acme"}"#,
        "who was chosen to stay is the one who is believed"),
    ("", r#"{}"#, r#"{"company":"Initech"}"#, S, r#"{"company":"Initech"}"#,
        "a company beats none"),
    ("", r#"{"website":"https://a.example"}"#, r#"{"gender":"female"}"#, A, r#"{"website":"https://a.example","gender":"female"}"#,
        "fields are looked at one by one"),
    ("", r#"{"date_of_birth":"1990-09-25"}"#, r#"{"date_of_birth":"1991-09-25"}"#, A, r#"{"date_of_birth":"1990-09-25"}"#,
        "a day is not a matter of opinion, but the survivor's is the one to keep"),
    ("", r#"{}"#, r#"{"date_of_birth":"1990-09-25"}"#, S, r#"{"date_of_birth":"1990-09-25"}"#,
        "a day beats none"),
    ("", r#"{"timezone":"Europe/Madrid"}"#, r#"{"timezone":"America/Lima"}"#, A, r#"{"timezone":"Europe/Madrid"}"#,
        "the survivor is called when it is day there"),
    ("", r#"{"description":"Likes tea."}"#, r#"{"description":"Likes coffee.\nHas two dogs."}"#, A, r#"{"description":"Likes tea."}"#,
        "texts are not glued together; the other one is in the ledger"),
    ("", r#"{"source":"web"}"#, r#"{"source":"crm","assigned_to":"u7"}"#, A, r#"{"source":"web","assigned_to":"u7"}"#,
        "where somebody came from first, and who looks after them, are fields like others"),

    ("", r#"{"business_id":"b1","type":"lead"}"#, r#"{"business_id":"b2","type":"customer","visitor_id":"v2"}"#, A,
        r#"{"business_id":"b1","type":"lead","visitor_id":"v2"}"#,
        "what another system calls the contact is a field like others"),
    ("most-recent", r#"{"last_session_activity_at":"2026-01-01T00:00:00Z"}"#, r#"{"last_session_activity_at":"2025-01-01T00:00:00Z"}"#, A,
        r#"{"last_session_activity_at":"2025-01-01T00:00:00.000Z"}"#,
        "most recent is the contact that was changed last, and not the later moment"),
    ("", r#"{"attribution":{"medium":"ads"}}"#, r#"{"attribution":{"medium":"mail","campaign":"c"},"last_attribution":{"medium":"mail"}}"#, A,
        r#"{"attribution":{"medium":"ads"},"last_attribution":{"medium":"mail"}}"#,
        "an attribution is of one visit, and two visits are not mixed"),

    // Lists and maps are united.
    ("", r#"{"tags":["Lead"]}"#, r#"{"tags":["vip","lead"]}"#, A, r#"{"tags":["Lead","vip"]}"#,
        "tags are united, in the survivor's order and spelling"),
    ("longest", r#"{"tags":["a"]}"#, r#"{"tags":["bbbb"]}"#, A, r#"{"tags":["a","bbbb"]}"#,
        "no rule chooses between tags"),
    ("", r#"{"metadata":{"channel":"web"}}"#, r#"{"metadata":{"channel":"mail","campaign":7}}"#, A,
        r#"{"metadata":{"channel":"web","campaign":7}}"#,
        "metadata is united key by key, and a key that both have stays"),
    ("", r#"{"metadata":{"prefs":{"a":1}}}"#, r#"{"metadata":{"prefs":{"b":2}}}"#, A, r#"{"metadata":{"prefs":{"a":1}}}"#,
        "what stands under a key is a value, and values are not mixed"),
    ("", r#"{"custom_fields":{"plan":{"type":"text","value":"gold"}}}"#,
        r#"{"custom_fields":{"plan":{"type":"text","value":"iron"},"team":{"type":"text","value":"red"}}}"#, A,
        r#"{"custom_fields":{"plan":{"value":"gold"},"team":{"value":"red"}}}"#,
        "custom fields are united one by one"),

    ("longest", r#"{"followers":["u1"],"offers":["o1"]}"#, r#"{"followers":["u2","u1"],"products":["p1"]}"#, A,
        r#"{"followers":["u1","u2"],"offers":["o1"],"products":["p1"]}"#,
        "who follows, and what was offered and bought, is united whatever the rule"),

    // The rules that may be chosen.
    ("most-recent", r#"{"company":"Acme"}"#, r#"{"company":"Initech"}"#, A, r#"{"company":"Initech"}"#,
        "the contact that was changed last knows best"),
    ("most-recent", r#"{"company":"Acme"}"#, r#"{"company":"Initech"}"#, S, r#"{"company":"Acme"}"#,
        "the survivor may be the one that was changed last"),
    ("most-recent", r#"{"company":"Acme"}"#, r#"{"website":"https://b.example"}"#, A, r#"{"company":"Acme","website":"https://b.example"}"#,
        "an empty value beats no real one, however recent it is"),
    ("longest", r#"{"name":"A. Ruiz"}"#, r#"{"name":"Ana María Ruiz"}"#, S, r#"{"name":{"full":"Ana María Ruiz"}}"#,
        "the longer name says more"),
    ("longest", r#"{"company":"Acme Ltd"}"#, r#"{"company":"ACME LTD"}"#, A, r#"{"company":"Acme Ltd"}"#,
        "of two as long the survivor's stays"),
    ("longest", r#"{"company":"Ürün"}"#, r#"{"company":"Acmes"}"#, A, r#"{"company":"Acmes"}"#,
        "length is counted in characters, and not in bytes"),
    ("longest", r#"{"address":{"city":"Leeds"}}"#, r#"{"address":{"line1":"Calle 1","city":"León"}}"#, S,
        r#"{"address":{"line1":"Calle 1","city":"León"}}"#,
        "the longer address comes whole"),
    ("source:crm", r#"{"source":"web","company":"Acme"}"#, r#"{"source":"crm","company":"Initech"}"#, S, r#"{"company":"Initech","source":"crm"}"#,
        "one system is known to be right"),
    ("source:crm", r#"{"source":"crm","company":"Acme"}"#, r#"{"source":"crm","company":"Initech"}"#, A, r#"{"company":"Acme"}"#,
        "both are from there: the survivor's stays"),
    ("source:crm", r#"{"source":"web","company":"Acme"}"#, r#"{"source":"form","company":"Initech"}"#, A, r#"{"company":"Acme"}"#,
        "neither is from there: the survivor's stays"),
    ("company=longest", r#"{"company":"Acme","website":"https://a.example"}"#,
        r#"{"company":"Initech Ltd","website":"https://long.example"}"#, A,
        r#"{"company":"Initech Ltd","website":"https://a.example"}"#,
        "a rule may be for one field, and the others keep theirs"),
    ("longest company=survivor", r#"{"company":"Acme","gender":"f"}"#, r#"{"company":"Initech","gender":"female"}"#, A,
        r#"{"company":"Acme","gender":"female"}"#,
        "a field's own rule goes before the one for all"),
    ("metadata=most-recent metadata.lang=survivor", r#"{"metadata":{"lang":"es","visits":1}}"#, r#"{"metadata":{"lang":"en","visits":9}}"#, A,
        r#"{"metadata":{"lang":"es","visits":9}}"#,
        "one key of a map may have a rule of its own"),

    // Do-not-disturb knows no rule but the stricter.
    ("", r#"{}"#, r#"{"do_not_disturb":{"all":true}}"#, S, r#"{"do_not_disturb":{"all":true}}"#,
        "who said no once said it for the person that they are"),
    ("", r#"{"do_not_disturb":{"all":true}}"#, r#"{"do_not_disturb":{"all":false}}"#, A, r#"{"do_not_disturb":{"all":true}}"#,
        "nobody's no is lifted by a yes of another record"),
    ("most-recent", r#"{"do_not_disturb":{"channels":{"Email":{"status":"active"}}}}"#,
        r#"{"do_not_disturb":{"channels":{"Email":{"status":"inactive"}}}}"#, A,
        r#"{"do_not_disturb":{"channels":{"Email":{"status":"active"}}}}"#,
        "no rule widens consent, not even the most recent value"),
    ("", r#"{"do_not_disturb":{"channels":{"SMS":{"status":"active","message":"asked"}}}}"#,
        r#"{"do_not_disturb":{"channels":{"SMS":{"status":"permanent","message":"STOP","code":"21610"}}}}"#, S,
        r#"{"do_not_disturb":{"channels":{"SMS":{"status":"permanent","message":"STOP","code":"21610"}}}}"#,
        "permanent is stricter than active, and comes with its reason"),
    ("", r#"{"do_not_disturb":{"channels":{"Call":{"status":"active","message":"at work"}}}}"#,
        r#"{"do_not_disturb":{"channels":{"Call":{"status":"active","message":"other"},"FB":{"status":"inactive"}}}}"#, A,
        r#"{"do_not_disturb":{"channels":{"Call":{"status":"active","message":"at work"},"FB":{"status":"inactive"}}}}"#,
        "as strict: the survivor's reason stays; a channel that it lacks is gained"),
    ("most-recent", r#"{"do_not_disturb":{"inbound":{"status":"active"}}}"#, r#"{"do_not_disturb":{"inbound":{"status":"inactive"}}}"#, A,
        r#"{"do_not_disturb":{"inbound":{"status":"active"}}}"#,
        "what comes in is turned away if one of the two said so"),
    ("most-recent", r#"{"email_unsubscribed":true,"email_bounced":false}"#, r#"{"email_unsubscribed":false,"email_bounced":true}"#, A,
        r#"{"email_unsubscribed":true,"email_bounced":true}"#,
        "an address that bounced or was unsubscribed once is not written to again"),
    ("", r#"{}"#, r#"{"email_unsubscribed":false}"#, S, r#"{"email_unsubscribed":false}"#,
        "somebody asked, and the answer is known: that beats nothing"),
];

fn rules(text: &str) -> MergeRules {
    let rule = |name: &str| match name.split_once(':') {
        Some(("source", source)) => Survivorship::Source(source.to_owned()),
        _ => match name {
            "survivor" => Survivorship::Survivor,
            "most-recent" => Survivorship::MostRecent,
            "longest" => Survivorship::Longest,
            _ => panic!("{name} is no rule"),
        },
    };
    let mut words = text.split_whitespace();
    let of_all = words.clone().find(|word| !word.contains('='));
    let rules = MergeRules::every_field(of_all.map_or(Survivorship::Survivor, rule));
    let of_one = words.by_ref().filter_map(|word| word.split_once('='));
    of_one.fold(rules, |rules, (field, name)| {
        rules.field(field, rule(name)).unwrap()
    })
}

#[test]
fn whose_value_stays() {
    for (number, (chosen, survivor, absorbed, last, after, why)) in TABLE.iter().enumerate() {
        let desk = Desk::new();
        let (survivor, absorbed) = made(&desk, survivor, absorbed, *last);
        let before = [survivor, absorbed].map(|id| but_version(&desk.get(id)));
        let chosen = rules(chosen);

        let seen = desk.unchanged(|contacts| contacts.preview_merge(survivor, absorbed, &chosen));
        let merged = desk.once("merge", |contacts| {
            contacts.merge(survivor, absorbed, &chosen)
        });
        let printed = json(&merged.contact);
        assert!(
            has(&printed, &parsed(after)),
            "row {number}, {why}: {printed}"
        );
        let seen = seen.unwrap();
        assert_eq!(
            (seen.merge.is_none(), &seen.lost),
            (true, &merged.lost),
            "{why}"
        );
        assert!(
            same_but_time(&json(&seen.contact), &printed),
            "a dry run says the same: {why}"
        );

        let undone = desk.once("unmerge", |contacts| contacts.unmerge(merged.merge));
        let back = [&undone.survivor, &undone.restored].map(but_version);
        assert_eq!(back, before, "row {number} and back, {why}");
    }
}

/// The two of a row, the one that was changed last made last.
fn made(desk: &Desk, survivor: &str, absorbed: &str, last: Last) -> (ContactId, ContactId) {
    let make = |keys, fields| desk.make(keys, fields).contact.id;
    match last {
        Last::Survivor => {
            let absorbed = make("E2", absorbed);
            (make("E1", survivor), absorbed)
        }
        Last::Absorbed => (make("E1", survivor), make("E2", absorbed)),
    }
}

fn same_but_time(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    let without = |value: &serde_json::Value| {
        let mut value = value.clone();
        value.as_object_mut().unwrap().remove("updated_at");
        value
    };
    without(one) == without(other)
}

/// The date of creation is the earlier of the two, because the person was known since then.
#[test]
fn the_earlier_date_of_creation_stays() {
    let desk = Desk::new();
    let (older, younger) = (desk.person("E1"), desk.person("E2"));
    let (first, second) = (desk.get(older).created_at, desk.get(younger).created_at);
    assert!(first < second);
    let merged = desk.once("merge", |contacts| {
        contacts.merge(younger, older, &MergeRules::default())
    });
    assert_eq!(
        (merged.contact.id, merged.contact.created_at),
        (younger, first)
    );
    let undone = desk.once("unmerge", |contacts| contacts.unmerge(merged.merge));
    assert_eq!(
        (undone.survivor.created_at, undone.restored.created_at),
        (second, first)
    );
}

/// A merge says what of the two nobody sees any more, whosever it was.
#[test]
fn what_is_lost_is_said_and_comes_back() {
    let desk = Desk::new();
    let keeps = r#"{"company":"Acme","gender":"f","tags":["lead"],
        "do_not_disturb":{"channels":{"SMS":{"status":"inactive"}}}}"#;
    let gives = r#"{"company":"Initech","gender":"female","tags":["LEAD"],"metadata":{"a":1},
        "do_not_disturb":{"channels":{"SMS":{"status":"active"}}}}"#;
    let survivor = desk.make("E1", keeps).contact.id;
    let absorbed = desk.make("E2", gives).contact.id;
    let rules = rules("gender=longest");
    let merged = desk.once("merge", |contacts| {
        contacts.merge(survivor, absorbed, &rules)
    });
    let lost: Vec<(&str, &str)> = merged
        .lost
        .iter()
        .map(|lost| (lost.field.as_str(), lost.value.as_str()))
        .collect();
    assert_eq!(
        lost,
        [
            ("gender", r#""f""#),
            ("do_not_disturb.channels.SMS", r#"{"status":"inactive"}"#),
            ("company", r#""Initech""#),
        ]
    );
}

/// Which fields know a choice, and which names are none.
#[test]
fn a_rule_is_for_a_field_that_knows_a_choice() {
    for field in [
        "name",
        "address",
        "company",
        "website",
        "gender",
        "date_of_birth",
        "timezone",
        "description",
        "source",
        "assigned_to",
        "metadata",
        "metadata.a.b",
        "custom_fields",
        "custom_fields.plan",
    ] {
        let rules = MergeRules::default().field(field, Survivorship::Longest);
        assert!(rules.is_ok(), "{field}");
    }
    for field in [
        "tags",
        "tags.lead",
        "do_not_disturb",
        "do_not_disturb.all",
        "phones",
        "id",
        "",
    ] {
        let error = MergeRules::default()
            .field(field, Survivorship::Longest)
            .unwrap_err();
        let told = (error.code(), error.field(), error.value());
        assert_eq!(told, ("INVALID_REQUEST", Some("survivorship"), Some(field)));
    }
}
