//! A query is text and never syntax, whatever stands in it and however long it is.

use std::time::{Duration, Instant};

use kinfold::{Kinfold, SearchRequest};

use crate::common::{contacts, new_folder};
use crate::{found, page_by_page, person, settle};

/// What no query may take, on however slow a machine, built however slow.
const LONG: Duration = Duration::from_secs(5);

#[test]
fn no_query_does_harm() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let names = [
        "Ana Ruiz",
        "And Or",
        "Name X",
        "O'Brien",
        "\"Quoted\" Ana",
        "Not Ana",
        "ana*",
        "👩\u{200d}🚀 Ana",
        "\u{202e}Ana\u{202c}",
        "Términos [1 TO 2]",
        "100% Ana",
        "_na",
        "محمد",
        "山田",
    ];
    for (number, name) in names.iter().enumerate() {
        contacts.resolve(person(name, number)).unwrap();
    }
    // As long as a name may be.
    let long = format!("{} end", "ana ".repeat(20));
    contacts.resolve(person(&long, 1_000)).unwrap();
    let queries = [
        ("a quote", "\"".to_owned()),
        ("quoted", "\"ana ruiz\"".to_owned()),
        ("half a quote", "\"ana".to_owned()),
        ("a field", "name:x".to_owned()),
        ("all", "*".to_owned()),
        ("everything", "*:*".to_owned()),
        ("a range", "[a TO z]".to_owned()),
        ("operators", "ana AND (ruiz OR NOT bo)".to_owned()),
        ("signs", "+ana -ruiz ~2 ^3 !bo && ||".to_owned()),
        ("SQL", "'; DROP TABLE contact; --".to_owned()),
        ("a pattern", "%_[a-z]?.*".to_owned()),
        ("NUL", "\0".to_owned()),
        ("NUL inside", "an\0a".to_owned()),
        ("control characters", (0..32_u8).map(char::from).collect()),
        (
            "punctuation",
            "!?.,;:-–—'’\"„“()[]{}<>/\\|@#$%^&*_+=~`".to_owned(),
        ),
        ("emoji", "👩\u{200d}🚀 🏳\u{fe0f}\u{200d}🌈 👍🏽".to_owned()),
        (
            "direction",
            "\u{202e}\u{200f}\u{2066}ana\u{2069}\u{200e}".to_owned(),
        ),
        ("marks alone", "\u{301}\u{302}\u{303}".to_owned()),
        ("marks on marks", format!("a{}", "\u{301}".repeat(100_000))),
        (
            "the last characters",
            "\u{10ffff}\u{fffd}\u{feff}\u{e000}".to_owned(),
        ),
        ("spaces", " \t\n\u{3000}\u{a0}".repeat(10_000)),
        (
            "many words",
            (0..10_000).map(|number| format!("w{number} ")).collect(),
        ),
        ("one word often", "ana ".repeat(250_000)),
        ("a long word", "a".repeat(1_000_000)),
        ("a long word of another script", "山".repeat(350_000)),
        ("many parts", "a'".repeat(500_000)),
        ("many digits", "1 ".repeat(500_000)),
        ("a long number", "0".repeat(1_000_000)),
        (
            "long words",
            format!("{} ", "abcdefgh".repeat(20)).repeat(6_000),
        ),
        ("ligatures", "\u{fdfa}".repeat(100_000)),
    ];
    for settled in [false, true] {
        if settled {
            settle(&kinfold, &folder);
        }
        for (what, query) in &queries {
            let started = Instant::now();
            let names = page_by_page(&contacts, &SearchRequest::new(query).limit(3));
            assert!(started.elapsed() < LONG, "{what}: {:?}", started.elapsed());
            assert!(names.len() <= 15, "{what}");
        }
        // What it finds is what it says, and not what it would mean elsewhere.
        for (query, expected) in [
            ("\"", vec![]),
            ("*", vec![]),
            ("name:x", vec!["Name X"]),
            ("not ana", vec!["Not Ana"]),
            ("\"ana ruiz\"", vec!["Ana Ruiz"]),
            ("and or", vec!["And Or"]),
            ("%", vec![]),
            ("🚀", vec![]),
            ("100%", vec!["100% Ana"]),
        ] {
            assert_eq!(found(&contacts, query), expected, "{query}");
        }
        // What directs the writing and joins emojis is no part of a word.
        assert!(found(&contacts, "\u{202e}ana").contains(&"\u{202e}Ana\u{202c}".to_owned()));
        assert_eq!(
            found(&contacts, &"ana ".repeat(250_000)),
            found(&contacts, "ana")
        );
    }
}
