//! The room for identifiers against test data made elsewhere; skipped where that is not there.

use kinfold::ident::{Region, email, phone};
#[cfg(feature = "phonenumber")]
use std::collections::BTreeSet;

/// The text of a file of the test data, or none and a line that says so.
fn test_data(path: &str) -> Option<String> {
    let path = format!("{}/../shared/data/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: the test data {path} is not there");
    }
    text
}

struct PhoneRow {
    region: String,
    input: String,
    e164: String,
    possible: bool,
    valid: bool,
}

fn phone_rows() -> Option<Vec<PhoneRow>> {
    let text = test_data("phones/examples.tsv")?;
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        PhoneRow {
            region: cells[0].to_owned(),
            input: cells[2].to_owned(),
            e164: cells[3].to_owned(),
            possible: cells[4] == "1",
            valid: cells[5] == "1",
        }
    });
    Some(rows.collect())
}

#[test]
fn phone_examples_give_the_keys_of_libphonenumber() {
    let Some(rows) = phone_rows() else { return };
    let mut wrong = Vec::new();
    for row in &rows {
        let region: Region = row.region.parse().unwrap();
        let read = phone::read(&row.input, Some(region));
        let right = match &read {
            Ok(reading) => {
                row.possible && reading.key.as_str() == row.e164 && reading.verified == row.valid
            }
            Err(_) => !row.possible,
        };
        if !right {
            wrong.push(format!(
                "{} {:?} → {:?}, expected {} possible {} valid {}",
                row.region,
                row.input,
                read.map(|reading| (reading.key.to_string(), reading.verified)),
                row.e164,
                row.possible,
                row.valid
            ));
        }
    }
    eprintln!("checked {} phone rows", rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A bracket at the end is left out of every number, but keeps the quick reader from reading it.
#[test]
fn phone_examples_are_read_quickly_as_they_are_in_full() {
    let Some(rows) = phone_rows() else { return };
    let mut wrong = Vec::new();
    for (row, other) in rows.iter().zip(rows.iter().rev()) {
        // E.164 that is not valid is read with more care, if nothing stands behind it.
        let e164 = row.valid.then_some(&row.e164);
        for text in std::iter::once(&row.input).chain(e164) {
            let in_full = format!("{text}[");
            for region in [Some(&row.region), Some(&other.region), None] {
                let region = region.map(|name| name.parse().unwrap());
                if phone::read(text, region) != phone::read(&in_full, region) {
                    wrong.push(format!("{text:?} in {region:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn email_examples_are_accepted_and_refused_as_isemail_says() {
    let Some(text) = test_data("emails/addresses.jsonl") else {
        return;
    };
    let (mut rows, mut unusual_accepted) = (0, 0);
    for line in text.lines() {
        rows += 1;
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let address = row["address"].as_str().unwrap();
        let read = email::read(address);
        match row["expect"].as_str().unwrap() {
            "valid" => assert!(read.is_ok(), "{line}: {read:?}"),
            "invalid" => assert!(read.is_err(), "{line}: {read:?}"),
            _ => assert_eq!(email::read(address), read, "not stable: {line}"),
        }
        if let Ok(key) = read {
            unusual_accepted += usize::from(row["expect"] == "unusual");
            assert_eq!(email::read(key.as_str()), Ok(key), "{line}");
        }
    }
    eprintln!("checked {rows} addresses; {unusual_accepted} unusual ones are accepted");
}

/// Valid international numbers that the crate `phonenumber` reads otherwise. Each was looked at:
/// that crate takes the 8 and the 0 with which these numbers begin for the trunk prefixes of Lithuania
/// and Belarus, which don't stand behind a country code, and gives numbers that don't exist.
#[cfg(feature = "phonenumber")]
const EXCEPTIONS: &[(&str, &str)] = &[
    ("+37080012345", "+370012345"),
    ("+37080123456", "+370123456"),
    ("+37080812345", "+370812345"),
    ("+3758011234567", "+37511234567"),
];

#[cfg(feature = "phonenumber")]
#[test]
fn the_second_opinion_agrees_on_valid_international_numbers() {
    use kinfold::ident::second_opinion::read_with_phonenumber;
    let Some(rows) = phone_rows() else { return };
    let numbers: BTreeSet<String> = rows
        .into_iter()
        .filter(|row| row.valid)
        .map(|row| row.e164)
        .collect();
    let differences: Vec<(String, String)> = numbers
        .iter()
        .filter_map(|number| {
            let second = read_with_phonenumber(number, None);
            let shown = second.unwrap_or_else(|refusal| refusal.to_string());
            (shown != *number).then(|| (number.clone(), shown))
        })
        .collect();
    eprintln!("compared {} valid numbers", numbers.len());
    let expected: Vec<(String, String)> = EXCEPTIONS
        .iter()
        .map(|(number, shown)| ((*number).to_owned(), (*shown).to_owned()))
        .collect();
    assert_eq!(differences, expected);
}
