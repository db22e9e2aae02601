//! CSV: what rows become, and what becomes of bad ones.

use super::{assert_row, csv, parts, refused, request};

#[test]
fn rows_become_requests() {
    #[rustfmt::skip]
    let cases = [
        ("First Name,Last Name,Email", "Ana, Ruiz ,ana@example.com",
            r#"{"given":"Ana","family":"Ruiz","email":"ana@example.com"}"#, "white space around cells is no part of them"),
        ("Name,Email,Phone", "Ana,,",
            r#"{"name":"Ana"}"#, "an empty cell says nothing"),
        ("First Name,Middle Name,Last Name,Email", "Ana,María,Ruiz,a@example.com",
            r#"{"given":"Ana María","family":"Ruiz","email":"a@example.com"}"#, "a middle name is a given one"),
        ("Phone 1 - Value,E-mail 1 - Value", "+1 415 555 0101 ::: +1 415 555 0102,a@example.com ::: b@example.com",
            r#"{"phones":["+1 415 555 0101","+1 415 555 0102"],"emails":["a@example.com","b@example.com"]}"#, "Google packs values"),
        ("Mobile Phone,Home Phone,Home Phone 2", "+14155550101,,+14155550102",
            r#"{"phones":["+14155550101","+14155550102"]}"#, "several columns of one field"),
        ("Phone,Phone", "+14155550101,+14155550102",
            r#"{"phones":["+14155550101","+14155550102"]}"#, "the same header twice"),
        ("Phone", "+14155550101; +14155550102", r#"{"phones":["+14155550101","+14155550102"]}"#, "two whole numbers"),
        ("Phone", "+14155550101;ext=5", r#"{"phone":"+14155550101;ext=5"}"#, "RFC 3966"),
        ("Phone", "+14155550101;12", r#"{"phone":"+14155550101;12"}"#, "too few digits for a number of its own"),
        ("Phone", "\"+14155550101\n+14155550102\"", r#"{"phones":["+14155550101","+14155550102"]}"#, "one a line"),
        ("Email", "a@example.com; b@example.com", r#"{"emails":["a@example.com","b@example.com"]}"#, "two whole addresses"),
        ("Email", "\"Ruiz, Ana <a@example.com>\"", r#"{"name":"Ruiz, Ana","email":"a@example.com"}"#, "the name before an address"),
        ("First Name,Last Name,Email", "Ana,Ruiz,Ana Ruiz <a@example.com>",
            r#"{"given":"Ana","family":"Ruiz","email":"a@example.com"}"#, "the same name"),
        ("Name,Email", "Ana,Ruiz <a@example.com>",
            r#"{"name":"Ana","email":"a@example.com","metadata":{"Email":"Ruiz"}}"#, "another name is kept"),
        ("Email", "a@@example.com;b", r#"{"email":"a@@example.com;b"}"#, "not split where a part is no address"),
        ("Email,Labels", "a@example.com,* myContacts ::: * friends",
            r#"{"email":"a@example.com","tags":["myContacts","friends"]}"#, "Google's labels"),
        ("Email,Categories", "a@example.com,\"red;blue, green\"",
            r#"{"email":"a@example.com","tags":["red","blue","green"]}"#, "Outlook's categories"),
        ("Email,Birthday", "a@example.com,0/0/00", r#"{"email":"a@example.com"}"#, "Outlook's word for no birthday"),
        ("Email,Birthday", "a@example.com,9/25/1990",
            r#"{"email":"a@example.com","date_of_birth":"1990-09-25"}"#, "there is no month 25"),
        ("Email,Birthday", "a@example.com,soon",
            r#"{"email":"a@example.com","date_of_birth":"soon"}"#, "left for the engine to refuse"),
        ("Email,Time Zone", "a@example.com,europe/madrid",
            r#"{"email":"a@example.com","timezone":"Europe/Madrid"}"#, "as the database spells it"),
        ("Email,Time Zone", "a@example.com,Pacific Time (US & Canada)",
            r#"{"email":"a@example.com","metadata":{"Time Zone":"Pacific Time (US & Canada)"}}"#, "no zone of the database, and kept"),
        ("Email,Timezone,TZ", "a@example.com,Madrid,Europe/Madrid",
            r#"{"email":"a@example.com","timezone":"Europe/Madrid","metadata":{"Timezone":"Madrid"}}"#, "the first that is one"),
        ("Email,Type,Business ID,Visitor ID", "a@example.com,lead,b-1,v-1",
            r#"{"email":"a@example.com","type":"lead","business_id":"b-1","visitor_id":"v-1"}"#, "fields of contact APIs"),
        ("Email,Followers,Offers,Products", "a@example.com,u-1; u-2,o-1 ::: o-2,\"* p, q\"",
            r#"{"email":"a@example.com","followers":["u-1","u-2"],"offers":["o-1","o-2"],"products":["* p","q"]}"#, "lists"),
        ("Email,Unsubscribed,Email Bounced", "a@example.com,Yes,0",
            r#"{"email":"a@example.com","email_unsubscribed":true,"email_bounced":false}"#, "yes and no, however they are written"),
        ("Email,Unsubscribed,Email Opt Out", "a@example.com,2024-05-01,TRUE",
            r#"{"email":"a@example.com","email_unsubscribed":true,"metadata":{"Unsubscribed":"2024-05-01"}}"#, "neither yes nor no, and kept"),
        ("Email,Unsubscribed,Email Opt Out", "a@example.com,yes,no",
            r#"{"email":"a@example.com","email_unsubscribed":true,"metadata":{"Email Opt Out":"no"}}"#, "the first counts, the other is kept"),
        ("Email,Last Session Activity", "a@example.com,2026-01-02T03:04:05Z",
            r#"{"email":"a@example.com","last_session_activity_at":"2026-01-02T03:04:05Z"}"#, "a moment"),
        ("Email,Last Session Activity", "a@example.com,yesterday",
            r#"{"email":"a@example.com","metadata":{"Last Session Activity":"yesterday"}}"#, "no moment, and kept"),
        ("Email,Gender", "a@example.com,Unspecified", r#"{"email":"a@example.com"}"#, "Outlook's word for no gender"),
        ("Email,Home City,Business City,Business Street", "a@example.com,Oslo,Bergen,1 Quay",
            r#"{"email":"a@example.com","address":{"city":"Oslo"},"metadata":{"Business City":"Bergen","Business Street":"1 Quay"}}"#,
            "one whole address, and the other is kept"),
        ("Email,Home City,Business City,Business Street", "a@example.com,,Bergen,1 Quay",
            r#"{"email":"a@example.com","address":{"city":"Bergen","line1":"1 Quay"}}"#, "the only address"),
        ("Email,Address 2 - City,Address 1 - City", "a@example.com,Oslo,Bergen",
            r#"{"email":"a@example.com","address":{"city":"Bergen"},"metadata":{"Address 2 - City":"Oslo"}}"#, "in the order of their numbers"),
        ("Email,Street,Address Line 2,Zip", "a@example.com,1 Quay,Flat 2,0150",
            r#"{"email":"a@example.com","address":{"line1":"1 Quay\nFlat 2","postal_code":"0150"}}"#, "the second line joins the first"),
        ("Email,Company,Organization Name", "a@example.com,Acme,Acme",
            r#"{"email":"a@example.com","company":"Acme"}"#, "the same twice is said once"),
        ("Email,Company,Company,Company", "a@example.com,Acme,Bolt,Corp",
            r#"{"email":"a@example.com","company":"Acme","metadata":{"Company":"Bolt","Company 2":"Corp"}}"#, "the first counts, the others are kept"),
        ("ID,Customer ID", "7,8", r#"{"external_id":"7","metadata":{"Customer ID":"8"}}"#, "one id for one source"),
        ("external_id:ghl,external_id:hubspot", "7,8",
            r#"{"external_ids":[{"source":"ghl","value":"7"},{"source":"hubspot","value":"8"}]}"#, "two sources"),
        ("Phone,Phone Region", "030 23125 001,de", r#"{"phone":"030 23125 001","region":"DE"}"#, "a region of the row's own"),
        ("Email,metadata.plan,custom_fields.size", "a@example.com,gold,38",
            r#"{"email":"a@example.com","metadata":{"plan":"gold"},"custom_fields":{"size":{"type":"text","value":"38"}}}"#, "entries"),
        ("Email,Name", "a@example.com,Łukasz Ωmega 李",
            r#"{"email":"a@example.com","name":"Łukasz Ωmega 李"}"#, "any script"),
        ("Email,Name", "a@example.com,\"Ana \"\"Nina\"\" Ruiz\"",
            r#"{"email":"a@example.com","name":"Ana \"Nina\" Ruiz"}"#, "doubled quotation marks"),
    ];
    for (header, row, json, why) in cases {
        assert_row(header, row, json, why);
    }
}

#[test]
fn tables_are_read_however_they_are_written() {
    let expected = request(r#"{"name":"Ana, Ruiz","email":"a@example.com"}"#);
    for (file, why) in [
        ("Name,Email\n\"Ana, Ruiz\",a@example.com\n", "commas"),
        ("Name;Email\nAna, Ruiz;a@example.com\n", "semicolons"),
        ("Name\tEmail\nAna, Ruiz\ta@example.com\n", "tabs"),
        ("Name|Email\nAna, Ruiz|a@example.com\n", "bars"),
        (
            "sep=;\r\nName;Email\r\nAna, Ruiz;a@example.com\r\n",
            "as Excel says it",
        ),
        (
            "\u{feff}Name,Email\n\"Ana, Ruiz\",a@example.com\n",
            "a byte order mark",
        ),
        (
            "\u{feff}\"Name\",\"Email\"\n\"Ana, Ruiz\",a@example.com",
            "a byte order mark before a quotation mark, no line break at the end",
        ),
        (
            "Name,Email\r\n\"Ana, Ruiz\",a@example.com\r\n",
            "lines of Windows",
        ),
        (
            "Name,Email\r\"Ana, Ruiz\",a@example.com\r",
            "lines of an old Mac",
        ),
        (
            "\n\nName,Email\n\n\"Ana, Ruiz\",a@example.com\n\n , \n,,,\n",
            "empty rows",
        ),
        (
            "Name,Email,\n\"Ana, Ruiz\",a@example.com,\n",
            "a separator at the end of each line",
        ),
        (
            "Name,Email,\n\"Ana, Ruiz\",a@example.com\n",
            "at the end of the header alone",
        ),
        (
            "Name,Email\n\"Ana, Ruiz\",a@example.com,, \n",
            "more cells, all empty",
        ),
        (
            "\"a,b;c\";Name;Email\n;Ana, Ruiz;a@example.com\n",
            "a separator in quotation marks",
        ),
    ] {
        let records = csv(file);
        assert_eq!(records.len(), 1, "{why}");
        assert_eq!(records[0].request.as_ref().unwrap(), &expected, "{why}");
    }
}

#[test]
fn lines_are_those_of_the_file() {
    let file = "Name,Email\n\"Ana\nMaría\",a@example.com\n\nbad\n\"x\r\ny\",b@example.com\r\nc,c@example.com\r\nbad";
    for (file, why) in [
        (file.to_owned(), "as it is"),
        (format!("\u{feff}{file}"), "a byte order mark is no line"),
        (
            file.replace("\r\n", "\n").replace('\n', "\r\n"),
            "lines of Windows",
        ),
        (
            file.replace("\r\n", "\n").replace('\n', "\r"),
            "lines of an old Mac",
        ),
    ] {
        let records = csv(&file);
        let lines: Vec<_> = records
            .iter()
            .map(|record| (record.line, record.request.is_ok()))
            .collect();
        assert_eq!(
            lines,
            [(2, true), (5, false), (6, true), (8, true), (9, false)],
            "{why}"
        );
        assert_eq!(records[1].text, "bad", "{why}");
        assert!(records[0].text.starts_with("\"Ana"), "{why}");
        assert!(records[0].text.ends_with("a@example.com"), "{why}");
    }
}

#[test]
fn a_bad_row_is_reported_and_reading_goes_on() {
    let good = ["a@example.com", "z@example.com"];
    #[rustfmt::skip]
    let cases: &[(&[u8], &str, &str, &str)] = &[
        (b"x", "row", "1 of 3", "too few cells"),
        (b"x,y,z,w", "row", "4 of 3", "too many cells"),
        (b"Jos\xE9,b@example.com,", "name", "\"Name\"", "Latin-1"),
        (b"x,\xFF\xFE@example.com,", "email", "UTF-8", "no text at all"),
        (b"\"x,b@example.com,", "row", "not closed", "a quotation mark that the next row does not close"),
    ];
    for (row, field, words, why) in cases {
        let mut file = b"Name,Email,Phone\nAna,a@example.com,\n".to_vec();
        file.extend_from_slice(row);
        file.extend_from_slice(b"\nZoe,\"z@example.com\",\n");
        let records = csv(&file);
        assert_eq!(records.len(), 3, "{why}");
        for (record, email) in [&records[0], &records[2]].into_iter().zip(good) {
            assert!(
                parts(record.request.as_ref().unwrap())
                    .iter()
                    .any(|part| part.contains(email)),
                "{why}"
            );
        }
        let (found, reason) = refused(&records[1]);
        assert_eq!((records[1].line, found), (3, *field), "{why}");
        assert!(reason.contains(words), "{why}: {reason}");
        assert_eq!(records[1].text, String::from_utf8_lossy(row), "{why}");
    }
}

#[test]
fn an_open_quotation_mark_costs_one_line() {
    let mut file = String::from("Name,Email,Notes\n");
    for row in 0..5_000 {
        let quote = if row == 100 || row == 4_990 { "\"" } else { "" };
        file.push_str(&format!(
            "{quote}N{row},n{row}@example.com,\"a {row}\nb\"\n"
        ));
    }
    let records = csv(&file);
    let bad: Vec<u64> = records
        .iter()
        .filter(|record| record.request.is_err())
        .map(|record| record.line)
        .collect();
    // The line itself, and what is left of its notes.
    assert_eq!(bad, [202, 203, 9_982, 9_983]);
    assert_eq!(
        records
            .iter()
            .filter(|record| record.request.is_ok())
            .count(),
        4_998
    );

    // At the end of the file, where nothing closes it.
    let records = csv("Name,Email\nAna,\"a@example.com\nZoe,z@example.com\n");
    let lines: Vec<_> = records
        .iter()
        .map(|record| (record.line, record.request.is_ok()))
        .collect();
    assert_eq!(lines, [(2, false), (3, true)]);

    // A file that was cut off in its last cell must not be believed.
    for cut in [
        "Bo,\"bo@example.co",
        "Bo,\"bo@example.com\n",
        "bo@example.com,\"Bo\r\n",
    ] {
        let records = csv(format!("Name,Email\n{cut}"));
        assert_eq!(records.len(), 1, "{cut}");
        assert!(records[0].request.is_err(), "{cut}");
    }

    // A cell of several lines with quotation marks of its own is one cell.
    let records = csv("Name,Notes,Email\nAna,\"5\"\" screen\nand,more,of it\",a@example.com\n");
    assert_eq!(records.len(), 1);
    assert!(records[0].request.is_ok());
}

#[test]
fn a_nul_in_one_row_is_the_fault_of_that_row() {
    let records = csv("name,email\nAna,a@example.com\nB\0b,b@example.com\nZoe,z@example.com\n");
    assert_eq!(records.len(), 3);
    let contacts = kinfold::Kinfold::open_in_memory()
        .unwrap()
        .contacts(kinfold::Scope::default());
    let done: Vec<_> = records
        .into_iter()
        .map(|record| {
            contacts
                .resolve(record.request.unwrap().lenient(true))
                .is_ok()
        })
        .collect();
    assert_eq!(done, [true, false, true]);
}

#[test]
fn nothing_of_a_person_is_printed() {
    let records = csv("name,email,phone\nSecret,secret@example.com\nSecret,secret@example.com,\n");
    for record in &records {
        assert!(!format!("{record:?}").to_lowercase().contains("secret"));
        if let Err(error) = &record.request {
            assert!(
                !format!("{error} {error:?}")
                    .to_lowercase()
                    .contains("secret")
            );
        }
    }
}

#[test]
fn the_sample_address_book_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/address-book.csv");
    let file = std::fs::read(path).unwrap();
    let records = csv(&file);
    let again = csv(&file);
    assert!(records.len() >= 300);
    assert_eq!(records.len(), again.len());
    let mut last = 1;
    for record in &records {
        assert!(record.line > last);
        last = record.line;
    }
    let bad = records
        .iter()
        .filter(|record| record.request.is_err())
        .count();
    assert!((1..10).contains(&bad), "{bad}");
}
