use std::time::{Duration, Instant};

use super::{LONGEST_QUERY, MOST_WORDS, Pattern, Query};

/// `[joined] [part part]; +digits`: a word a segment, its ways in brackets.
fn read(text: &str) -> String {
    let pattern = |pattern: &Pattern| match pattern {
        Pattern::Text(pattern) => match pattern.distance() {
            0 => pattern.text().to_owned(),
            distance => format!("{}~{distance}", pattern.text()),
        },
        Pattern::PhoneEnd(digits) => format!("+{digits}"),
    };
    let way = |way: &Vec<Pattern>| {
        let patterns: Vec<String> = way.iter().map(pattern).collect();
        patterns.join(" ")
    };
    let query = Query::read(text);
    let words = query.words.iter().map(|word| {
        let ways: Vec<String> = word.ways.iter().map(way).collect();
        ways.join(" | ")
    });
    words.collect::<Vec<_>>().join("; ")
}

#[rustfmt::skip]
#[test]
fn what_a_query_asks_for() {
    for (text, expected, why) in [
        ("", "", "nothing asks for nothing"),
        (" - \"*\" ()", "", "neither does punctuation"),
        ("Ana RUIZ", "ana; ruiz~1", "words, folded; typing errors from four letters on"),
        ("ana Ana áná", "ana", "one word is asked for once"),
        ("Fernandez", "fernandez~2", "two from eight on"),
        ("O'Brien", "obrien~1 | o brien~1", "joined, or all of its parts"),
        ("\"Ana\" AND Ruiz*", "ana; and; ruiz~1", "text, and no syntax"),
        ("name:ana", "nameana~1 | name~1 ana", "none whatever"),
        ("Юлия", "юлия~1", "another script is not transliterated"),
        ("12", "12", "two digits are no phone's end"),
        ("555", "555 | +555", "three are"),
        ("0171", "0171~1 | +0171 | +171", "the zero is dialled only in the country"),
        ("(415) 555-0101", "+4155550101 | 415 5550101~1 | 415 555 0101~1", "a phone in pieces is one word"),
        ("+1 415", "+1415 | 1 415", "however many digits a piece has"),
        ("1 2", "1; 2", "too few together"),
        ("ana 415", "ana; 415 | +415", "digits beside a name"),
        ("1234567890 1234567891", "1234567890~2 | +1234567890; 1234567891~2 | +1234567891", "too many for one phone"),
        ("٤١٥", "415 | +415", "digits of other scripts"),
    ] {
        assert_eq!(read(text), expected, "{text}: {why}");
    }
}

#[test]
fn how_many_chunks_a_whole_name_has() {
    for (text, chunks) in [
        ("", 0),
        ("ana", 1),
        ("ana ana ruiz", 2),
        ("415 555", 2),
        ("O'Brien", 1),
    ] {
        assert_eq!(Query::read(text).chunks(), chunks, "{text}");
    }
}

#[test]
fn a_great_query_is_read_in_part() {
    let words: Vec<String> = (0..10_000).map(|at| format!("word{at}x")).collect();
    let dashes = "o-".repeat(500_000);
    let one = "a".repeat(1_000_000);
    let one_foreign = "山".repeat(300_000);
    for text in [
        words.join(" "),
        dashes,
        one,
        one_foreign,
        " ".repeat(1_000_000),
    ] {
        let before = Instant::now();
        let query = Query::read(&text);
        assert!(before.elapsed() < Duration::from_secs(1));
        assert!(query.words.len() <= MOST_WORDS);
        for way in query.words.iter().flat_map(|word| &word.ways) {
            assert!(way.len() <= 32);
        }
        let patterns = query.words.iter().flat_map(|word| &word.ways).flatten();
        let typos = patterns
            .filter(|pattern| matches!(pattern, Pattern::Text(text) if text.distance() > 0));
        assert!(typos.count() <= 16);
    }
    let query = Query::read(&words.join(" "));
    assert_eq!(query.words.len(), MOST_WORDS);
    let far = format!("{}ana", "- ".repeat(LONGEST_QUERY));
    assert_eq!(read(&far), "", "what stands beyond is not read");
    assert_eq!(
        read(&format!("{}ana", " ".repeat(LONGEST_QUERY))),
        "ana",
        "white space before it is no text"
    );
}
