use super::tests::{ana, named};
use super::{MatchedField, Searched};
use crate::search::{Query, Scratch};

/// The parts that match, as `field index: text`, what is matched in brackets.
fn highlighted(query: &str, searched: &Searched<'_>) -> Vec<String> {
    let matched = Query::read(query).matches(searched, &mut Scratch::default());
    let parts = matched.map(|matched| matched.parts).unwrap_or_default();
    let field = |field: MatchedField| serde_json::to_string(&field).unwrap_or_default();
    parts
        .iter()
        .map(|part| {
            let mut text = part.text.clone();
            for range in part.ranges.iter().rev() {
                text.insert(range.end, ']');
                text.insert(range.start, '[');
            }
            format!(
                "{} {}: {text}",
                field(part.field).replace('"', ""),
                part.index
            )
        })
        .collect()
}

#[test]
fn what_is_highlighted_of_a_name() {
    let mut wrong = Vec::new();
    for (query, name, expected, why) in [
        ("ana", "Ana María", "[Ana] María", "a word"),
        (
            "an",
            "Ana María Anders",
            "[An]a María [An]ders",
            "each beginning",
        ),
        ("maria", "Ana María", "Ana [María]", "an accent within"),
        (
            "mari",
            "Mari\u{301}a",
            "[Mari\u{301}]a",
            "a mark goes with its letter",
        ),
        ("stras", "Straße", "[Straß]e", "half of a ß is all of it"),
        ("strass", "Straße", "[Straß]e", "both halves"),
        ("f", "ﬁscher", "[ﬁ]scher", "half of a ligature"),
        ("ae", "Ægir", "[Æ]gir", "two letters of one"),
        (
            "obrien",
            "Conan O'Brien",
            "Conan [O'Brien]",
            "with its apostrophe",
        ),
        ("brien", "Conan O'Brien", "Conan O'[Brien]", "a part"),
        (
            "obr",
            "Conan O'Brien",
            "Conan [O'Br]ien",
            "a beginning over the apostrophe",
        ),
        ("o'b", "Conan O'Brien", "Conan [O'B]rien", "typed with it"),
        ("ana ruiz", "Ruiz, Ana", "[Ruiz], [Ana]", "two words"),
        (
            "bob",
            "Robert Foo",
            "[Robert] Foo",
            "a nickname: the whole word",
        ),
        (
            "jhon",
            "Johnson Foo",
            "[Johnson] Foo",
            "an error: the whole word",
        ),
        (
            "anna",
            "Anna Ana",
            "[Anna] Ana",
            "errors only if nothing is better",
        ),
        ("太郎", "山田太郎", "山田[太郎]", "the end of a name"),
        ("山", "山田太郎", "[山]田太郎", "its beginning"),
        (
            "shantian",
            "山田太郎",
            "[山田]太郎",
            "by its transliteration",
        ),
        ("shant", "山田太郎", "[山田]太郎", "whole characters"),
        ("山田太郎", "山田 太郎", "[山田 太郎]", "over a space"),
        (
            "김",
            "\u{1100}\u{1175}\u{11b7}민준",
            "[\u{1100}\u{1175}\u{11b7}]민준",
            "all letters of a syllable",
        ),
        ("yul", "Юлия", "[Юл]ия", "Cyrillic by its transliteration"),
        ("محمد", "مُحَمَّد علي", "[مُحَمَّد] علي", "with its vowels"),
        (
            "yamad",
            "ﾔﾏﾀﾞ",
            "[ﾔﾏﾀﾞ]",
            "a voicing mark goes with its letter",
        ),
        ("an", "Ａｎａ", "[Ａｎ]ａ", "full width"),
        (
            "a\u{ad}na",
            "A\u{ad}na",
            "[A\u{ad}na]",
            "what can't be seen",
        ),
        (
            "jean-luc",
            "Jean-Luc Jean",
            "[Jean-Luc] [Jean]",
            "either way is as good",
        ),
        ("ana an", "Anabel", "[Ana]bel", "what overlaps is one"),
    ] {
        let expected = format!("name 0: {expected}");
        let highlighted = highlighted(query, &named(name));
        if highlighted != [expected] {
            wrong.push(format!("{query}: {why}: {highlighted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[rustfmt::skip]
#[test]
fn what_is_highlighted_of_other_fields() {
    for (query, expected, why) in [
        ("ana", vec!["name 0: [Ana] María Ruiz", "email 0: [ana].ruiz@example.com"], "every place"),
        ("an", vec!["name 0: [An]a María Ruiz", "given_name 0: [An]ita", "email 0: [an]a.ruiz@example.com"], "beginnings too"),
        ("ruiz gi", vec!["name 0: Ana María [Ruiz]", "family_name 0: [Ruiz] [Gi]l", "email 0: ana.[ruiz]@example.com"], "two words"),
        ("koln", vec!["company 0: Müller & Söhne, [Köln]"], "the company"),
        ("0101", vec!["phone 0: +1415555[0101];ext=77"], "the last digits"),
        ("+1 415 555 0101", vec!["phone 0: +[14155550101];ext=77"], "all digits"),
        ("0171 2345678", vec!["phone 1: +49[1712345678]"], "which phone"),
        ("hara@mail", vec!["email 1: o'[hara]@[mail].example"], "which email"),
        ("zzz", vec![], "nothing"),
    ] {
        assert_eq!(highlighted(query, &ana()), expected, "{query}: {why}");
    }
}

#[test]
fn a_part_as_json_and_in_a_log() {
    let matched = Query::read("ana").matches(&named("Ana María"), &mut Scratch::default());
    let matched = matched.expect("it matches");
    let json = serde_json::to_string(&matched.parts).unwrap();
    assert_eq!(
        json,
        r#"[{"field":"name","index":0,"text":"Ana María","ranges":[[0,3]]}]"#
    );
    assert_eq!(
        format!("{:?}", matched.parts),
        "[MatchedPart { field: Name, index: 0, .. }]"
    );
    assert_eq!(
        serde_json::to_string(&matched.rank.class).unwrap(),
        r#""exact""#
    );
}
