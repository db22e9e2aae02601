//! Where columns go: by their usual names, or as the caller says.

use kinfold::exchange::{Format, ReadOptions, Records};

use super::{field_of, open, parts, request};

#[test]
fn usual_headers_are_known() {
    let options = ReadOptions::new();
    #[rustfmt::skip]
    let cases = [
        // Plain names, and what makes no difference.
        ("phone", "phone"), ("PHONE_NUMBER", "phone"), ("Phone-Number", "phone"), ("tel.", "phone"),
        ("Mobile", "phone"), ("cell", "phone"), ("Telephone", "phone"), ("Phone 12", "phone"),
        ("e-mail", "email"), ("Email Address", "email"), ("mail", "email"), ("E‑mail", "email"),
        ("id", "external_id"), ("Customer ID", "external_id"), ("external-id", "external_id"),
        ("Name", "name"), ("full name", "name"), ("First Name", "given"), ("Surname", "family"),
        ("Middle Name", "middle"), ("Organisation", "company"), ("URL", "website"),
        ("DOB", "date_of_birth"), ("Birthday", "date_of_birth"), ("Gender", "gender"),
        ("Notes", "description"), ("Labels", "tags"), ("Groups", "tags"), ("Time Zone", "timezone"),
        ("Source", "source"), ("Owner", "assigned_to"), ("Street", "address.line1"),
        ("Address Line 1", "address.line1"), ("Address 2", "address.line1"), ("Town", "address.city"),
        ("Region", "address.state"), ("State/Province", "address.state"), ("ZIP", "address.postal_code"),
        ("Postcode", "address.postal_code"), ("Country", "address.country"),
        // Google's exports, the older and the newer one.
        ("Given Name", "given"), ("Additional Name", "middle"), ("Family Name", "family"),
        ("E-mail 1 - Value", "email"), ("E-mail 4 - Value", "email"), ("Phone 1 - Value", "phone"),
        ("Organization 1 - Name", "company"), ("Organization Name", "company"),
        ("Address 1 - Street", "address.line1"), ("Address 1 - City", "address.city"),
        ("Address 2 - Region", "address.state"), ("Address 1 - Postal Code", "address.postal_code"),
        ("Address 1 - Country", "address.country"), ("Address 1 - Extended Address", "address.line1"),
        ("Website 1 - Value", "website"), ("Group Membership", "tags"),
        // Outlook's.
        ("E-mail Address", "email"), ("E-mail 2 Address", "email"), ("E-mail 3 Address", "email"),
        ("Mobile Phone", "phone"), ("Home Phone", "phone"), ("Home Phone 2", "phone"),
        ("Business Phone", "phone"), ("Business Phone 2", "phone"), ("Primary Phone", "phone"),
        ("Other Phone", "phone"), ("Home Street", "address.line1"), ("Home City", "address.city"),
        ("Home State", "address.state"), ("Home Postal Code", "address.postal_code"),
        ("Home Country/Region", "address.country"), ("Business Street", "address.line1"),
        ("Business Country/Region", "address.country"), ("Categories", "tags"), ("Web Page", "website"),
        // Those of contact APIs.
        ("firstName", "given"), ("lastName", "family"), ("companyName", "company"),
        ("postalCode", "address.postal_code"), ("address1", "address.line1"), ("dateOfBirth", "date_of_birth"),
        ("phone_number", "phone"), ("full_name", "name"), ("external_id", "external_id"),
        ("assignedTo", "assigned_to"), ("timezone", "timezone"),
        ("businessId", "business_id"), ("Contact Type", "type"), ("Type", "type"), ("visitorId", "visitor_id"),
        ("Followers", "followers"), ("Offers", "offers"), ("Products", "products"),
        ("Last Session Activity", "last_session_activity_at"), ("Email Bounced", "email_bounced"),
        ("Unsubscribed from all email", "email_unsubscribed"), ("Email Opt Out", "email_unsubscribed"),
        // The fields' own names.
        ("email_unsubscribed", "email_unsubscribed"), ("last_session_activity_at", "last_session_activity_at"),
        ("address.city", "address.city"), ("metadata.Plan", "metadata.Plan"),
        ("custom_fields.Plan", "custom_fields.Plan"), ("external_id:ghl", "external_id:ghl"),
    ];
    for (header, field) in cases {
        assert_eq!(
            field_of(header, &options).as_deref(),
            Some(field),
            "{header}"
        );
    }
    #[rustfmt::skip]
    let unknown = [
        // What a number is for is no number; a fax and a switchboard are not a person's.
        "E-mail 1 - Label", "E-mail 1 - Type", "Phone 1 - Label", "Phone 1 - Type", "Home Fax",
        "Company Main Phone", "E-mail Display Name", "Job Title", "Shoe size", "", "ignore", "-",
    ];
    for header in unknown {
        assert_eq!(field_of(header, &options), None, "{header}");
    }
}

#[test]
fn a_map_says_where_columns_go() {
    let file = "Rufnummer;Email;Kommentar;Geburtstag\n+14155550101;a@example.com;hm;3/4/1990\n";
    let options = ReadOptions::new()
        .map("rufnummer", "phone")
        .unwrap()
        .map("Email", "metadata.mail")
        .unwrap()
        .map("Kommentar", "-")
        .unwrap()
        .map("Geburtstag", "date_of_birth:dmy")
        .unwrap();
    let records = open(file, Format::Csv, &options).unwrap();
    let expected = request(
        r#"{"phone":"+14155550101","date_of_birth":"1990-04-03","metadata":{"mail":"a@example.com"}}"#,
    );
    assert_eq!(records[0].request.as_ref().unwrap(), &expected);
    assert_eq!(
        field_of(
            "Kommentar",
            &ReadOptions::new().map("kommentar", "ignore").unwrap()
        )
        .as_deref(),
        Some("ignore")
    );

    // The exact spelling wins over those that differ in case.
    let options = ReadOptions::new().map("Note", "metadata.note").unwrap();
    let records = Records::open(&b"note,Note,email\n"[..], Format::Csv, &options).unwrap();
    let fields: Vec<_> = records
        .columns()
        .iter()
        .map(|column| column.field.as_deref())
        .collect();
    assert_eq!(
        fields,
        [Some("description"), Some("metadata.note"), Some("email")]
    );

    let error = ReadOptions::new().map("Email", "emial").unwrap_err();
    assert_eq!(
        (error.code(), error.field(), error.value()),
        ("INVALID_REQUEST", Some("map"), Some("emial"))
    );
    assert!(error.to_string().contains("assigned_to"), "{error}");
    for field in [
        "",
        "metadata.",
        "address.",
        "address.street",
        "external_id:",
        "on_conflict",
    ] {
        assert!(ReadOptions::new().map("Email", field).is_err(), "{field}");
    }

    let options = ReadOptions::new().map("Mail", "email").unwrap();
    let error = open("Email\na@example.com\n", Format::Csv, &options).unwrap_err();
    assert_eq!((error.field(), error.value()), (Some("map"), Some("Mail")));
    let error = open("{}\n", Format::JsonLines, &options).unwrap_err();
    assert_eq!(error.field(), Some("map"), "JSON Lines have no columns");
}

#[test]
fn a_source_is_named_where_the_record_names_none() {
    let options = ReadOptions::new().source("crm").unwrap();
    for (file, format, expected) in [
        (
            "id,external_id:ghl,source\n7,8,\n",
            Format::Csv,
            r#"{"external_ids":[{"source":"crm","value":"7"},{"source":"ghl","value":"8"}],"source":"crm"}"#,
        ),
        (
            "id,source\n7,fair\n",
            Format::Csv,
            r#"{"external_ids":[{"source":"crm","value":"7"}],"source":"fair"}"#,
        ),
        (
            "{\"external_id\":\"7\"}",
            Format::JsonLines,
            r#"{"external_ids":[{"source":"crm","value":"7"}],"source":"crm"}"#,
        ),
        (
            "{\"external_id\":\"7\",\"source\":\"fair\"}",
            Format::JsonLines,
            r#"{"external_ids":[{"source":"crm","value":"7"}],"source":"fair"}"#,
        ),
    ] {
        let records = open(file, format, &options).unwrap();
        assert_eq!(
            parts(records[0].request.as_ref().unwrap()),
            parts(&request(expected)),
            "{file}"
        );
    }
}
