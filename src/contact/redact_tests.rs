//! What is taken out of what was written of others, and what stays.

use super::Values;
use crate::contact::difference::difference;
use crate::contact::{Contact, Fields, Json, TextField};

fn values(of: &[&str]) -> Values {
    let mut values = Values::default();
    of.iter().for_each(|text| values.add_text(text));
    values
}

#[test]
fn whole_values_are_taken_out_and_all_else_stays_to_the_letter() {
    let gone = values(&["Acme", "12345678901234567890.10", "Ruiz \"x\"", "plan"]);
    for (json, expected) in [
        (
            r#"{"company":{"before":"Acme","after":"Acme Ltd"}}"#,
            Some(r#"{"company":{"before":null,"after":"Acme Ltd"}}"#),
        ),
        (
            r#"["Ruiz \"x\"", 1.50, 12345678901234567890.10]"#,
            Some(r#"[null, 1.50, null]"#),
        ),
        // A name of somebody's own making, and names that are not.
        (
            r#"{"metadata":{"plan":{"after":"gold"}}}"#,
            Some(r#"{"metadata":{"erased 1":{"after":"gold"}}}"#),
        ),
        (r#"{"a":"Acm\u0065"}"#, Some(r#"{"a":null}"#)),
        (r#"{"a":"acme","b":[true,null,123]}"#, None),
        ("", None),
    ] {
        assert_eq!(gone.redact(json).as_deref(), expected, "{json}");
    }
}

/// How a phone was read is nobody's; what looks like it elsewhere is somebody's.
#[test]
fn only_the_region_of_a_phone_stays() {
    let phone = r#"{"phones":{"added":[{"key":"+14155550101","region":"US"}]}}"#;
    let absorbed = r#"{"absorbed":[{"phones":[{"key":"+14155550101","region":"US"}]}]}"#;
    for (json, stays) in [
        (phone, true),
        (absorbed, true),
        (r#"{"metadata":{"after":{"region":"US"}}}"#, false),
        (
            r#"{"metadata":{"after":{"phones":[{"region":"US"}]}}}"#,
            false,
        ),
        (
            r#"{"custom_fields":{"phones":{"value":{"region":"US"}}}}"#,
            false,
        ),
        (r#"{"attribution":{"after":{"country_code":"US"}}}"#, false),
        (r#"{"address":{"before":{"country_code":"US"}}}"#, false),
        (r#"{"phones":{"added":[{"raw":"US","key":"x"}]}}"#, false),
        (
            r#"{"region":"US","phones":{"added":[{"key":"+1"}]}}"#,
            false,
        ),
    ] {
        assert_eq!(values(&["US"]).redact(json).is_none(), stays, "{json}");
        let mut said = Values::default();
        said.add_difference(json);
        assert_eq!(said.redact(r#"["US"]"#).is_none(), stays, "{json}");
    }
    let mut fields = Fields::default();
    let own = r#"{"phones":[{"region":"QZ"}]}"#;
    fields.metadata.insert("crm", Json::parse(own).unwrap());
    fields.address.country = Some("México".into());
    let mut values = Values::default();
    values.add_fields(&fields);
    for text in [r#"["QZ"]"#, r#"["MX"]"#] {
        assert!(values.redact(text).is_some(), "{text}");
    }
}

/// Whoever is erased has a name of its own making for everything that others are told by.
#[test]
fn the_names_of_the_log_itself_stay() {
    let blank = Contact::blank(crate::scope::Scope::default());
    let mut contact = blank.clone();
    let fields = &mut contact.fields;
    fields.name.given = Some("Ana".into());
    fields.address.country = Some("Peru".into());
    fields.do_not_disturb.all = true;
    for field in TextField::ALL {
        *fields.text_mut(field) = Some("x".into());
    }
    contact.deleted = true;
    let mut entry = difference(Some(&blank), &contact);
    entry.insert("absorbed", Json::of(&[&contact]));
    let text = entry.to_json();
    let mut named = Values::default();
    named.add_json("", text.as_str(), true);
    let mut said = Values::default();
    said.add_json("", text.as_str(), false);
    named.remove_all(&said);
    assert_eq!(named.redact(text.as_str()), None);
}

#[test]
fn a_contact_s_values_are_all_that_was_said_of_it() {
    let mut fields = Fields::default();
    *fields.text_mut(TextField::Company) = Some("Acme".into());
    fields.tags.push("vip".into());
    fields
        .metadata
        .insert("crm", Json::parse(r#"{"owner":[42,"bo"]}"#).unwrap());
    let mut values = Values::default();
    values.add_fields(&fields);
    for text in ["Acme", "vip", "crm", "owner", "42", "bo"] {
        assert!(
            values
                .redact(&format!("[{}]", Json::from(text).as_str()))
                .is_some(),
            "{text}"
        );
    }
    assert!(values.redact(r#"["company","after"]"#).is_none());
    let mut own = Values::default();
    own.add_text("Acme");
    values.remove_all(&own);
    assert!(values.redact(r#""Acme""#).is_none());
}
