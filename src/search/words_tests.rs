use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::{Reading, Scratch, chunks, each_email_form, each_form};

fn forms(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    each_form(text, &mut Scratch::default(), &mut |form| {
        forms.push(form.to_owned());
    });
    forms.sort();
    forms.dedup();
    forms
}

fn email_forms(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    each_email_form(text, &mut Scratch::default(), &mut |form| {
        forms.push(form.to_owned());
    });
    forms.sort();
    forms.dedup();
    forms
}

#[test]
fn the_forms_of_a_text() {
    for (text, expected, why) in [
        ("Ana Ruiz", "ana ruiz", "words, folded"),
        ("O'Brien", "brien o obrien", "parts, and joined"),
        ("O’Brien", "brien o obrien", "whichever apostrophe"),
        ("O´Brien", "brien o obrien", "an accent alone is one too"),
        ("Hawaiʻi", "hawai hawaii i", "so is the okina"),
        ("Jean-Luc Picard", "jean jeanluc luc picard", "hyphens"),
        ("J.R.R. Tolkien", "j jrr r tolkien", "initials"),
        ("- & ... (Ana)", "ana", "punctuation alone is no word"),
        ("", "", "nothing"),
        ("👑 ♥", "", "symbols alone are no words"),
        ("Ana👑Ruiz", "ana anaruiz ruiz", "symbols separate"),
        ("Groß Straße", "gross strasse", "ß"),
        ("Işık İnan ışık", "inan isik", "dotless and dotted i"),
        (
            "Ægir Ørsted Đorđe Łódź Þór",
            "aegir dorde lodz orsted thor",
            "letters that are not decomposed",
        ),
        (
            "Nguyễn Thị Ánh",
            "anh nguyen thi",
            "two marks on one letter",
        ),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width", "full width"),
        (
            "ﬁsher 𝓐𝓷𝓪",
            "ana fisher",
            "ligatures and mathematical letters",
        ),
    ] {
        assert_eq!(forms(text).join(" "), expected, "{text}: {why}");
    }
}

#[test]
fn the_forms_in_other_scripts() {
    for (text, expected, why) in [
        ("Юлия", "yuliya юлия", "itself, and its transliteration"),
        (
            "Фёдор Николай",
            "fedor nikolay николаи федор",
            "without marks",
        ),
        ("Σωκράτης", "sokratis σωκρατησ", "the last sigma is a sigma"),
        ("שָׁלוֹם", "שלום", "Hebrew without its points"),
        ("مُحَمَّد", "محمد", "Arabic without its vowels"),
        ("محـــمد", "محمد", "and without what makes it longer"),
        ("सुरेश", "सुरेश", "vowel signs and virama stay"),
        ("สมชาย", "สมชาย", "Thai"),
        (
            "山田太郎",
            "太郎 山田太郎 田太郎 郎",
            "each rest of a name that isn't set apart",
        ),
        ("김민준", "김민준 민준 준", "Hangul"),
        (
            "ﾔﾏﾀﾞ",
            "ダ マダ ヤマダ",
            "half-width katakana, with a mark of its own",
        ),
        (
            "山田 太郎",
            "太郎 山田 山田太郎 田 田太郎 郎",
            "joined over the space",
        ),
        (
            "マリア・ルイス",
            "ア アルイス イス ス マリア マリアルイス リア リアルイス ルイス",
            "the middle dot separates",
        ),
        (
            "山田Taro",
            "taro 山田taro 田taro",
            "what stands behind such a name",
        ),
        ("٣٤", "34", "digits of other scripts are digits"),
    ] {
        let forms = forms(text);
        let own: Vec<&str> = expected.split(' ').collect();
        for form in &own {
            assert!(
                forms.iter().any(|other| other == form),
                "{text}: {why}: {forms:?}"
            );
        }
        for form in &forms {
            assert!(
                form.is_ascii() || own.contains(&form.as_str()),
                "{text}: {why}: {forms:?}"
            );
        }
    }
}

#[test]
fn what_is_canonically_equal_has_the_same_forms() {
    for text in [
        "김민준",
        "Nguyễn",
        "Фёдор",
        "ヤマダ",
        "مؤمن",
        "Ångström",
        "Ώρα",
        "কো",
        "ᾳ",
        "ﬃ",
        "ṩ",
    ] {
        let composed: String = text.nfc().collect();
        let decomposed: String = text.nfd().collect();
        assert_eq!(forms(&composed), forms(&decomposed), "{text}");
    }
}

#[test]
fn an_email_has_parts_only() {
    assert_eq!(
        email_forms("ana.ruiz@example.com"),
        ["ana", "com", "example", "ruiz"]
    );
    assert_eq!(email_forms("josé@example.com"), ["com", "example", "jose"]);
}

#[test]
fn a_form_is_cut() {
    let long = "a".repeat(150);
    assert_eq!(forms(&long), ["a".repeat(100)]);
    let long = "é".repeat(150);
    assert_eq!(forms(&long), ["e".repeat(100)]);
    let long = "ж".repeat(150);
    assert_eq!(forms(&long), ["zh".repeat(50), "ж".repeat(100)]);
    assert!(forms(&"山".repeat(10_000)).len() <= 200);
}

#[test]
fn chunks_are_counted() {
    for (text, expected) in [
        ("", 0),
        ("Ana", 1),
        (" Ana \t Ruiz\n", 2),
        ("Ana - Ruiz", 2),
        ("O'Brien", 1),
        ("山田 太郎", 2),
        ("♥ ´ ʻ Юлия", 1),
        ("ｱﾅ\u{3000}ruiz", 2),
    ] {
        assert_eq!(chunks(text), expected, "{text}");
    }
}

/// What such a form holds, besides letters and digits, no text must make it hold.
fn is_folded(form: &str) -> bool {
    !form.is_empty()
        && form.chars().count() <= super::LONGEST_FORM
        && !form.contains(|it: char| {
            it.is_whitespace() || it.is_ascii_punctuation() || it.is_ascii_uppercase()
        })
}

proptest! {
    #[test]
    fn any_text_has_folded_forms(text in "\\PC{0,60}|.{0,60}") {
        for form in forms(&text) {
            prop_assert!(is_folded(&form), "{form:?} of {text:?}");
        }
        for form in email_forms(&text) {
            prop_assert!(forms(&text).contains(&form), "{form:?} of {text:?}");
        }
        let read = Reading::of(&text);
        prop_assert_eq!(read.chunks.len(), chunks(&text));
    }

    /// The quick way through plain ASCII ends where the other one does.
    #[test]
    fn plain_text_is_read_alike(text in "[ -~\t\n\u{b}\u{c}\u{1c}\u{7f}]{0,40}|([A-Za-z.' -]{0,40})") {
        for joined in [true, false] {
            let mut slow = Vec::new();
            Reading::of(&text).each_form(joined, &mut |form| slow.push(form.text.to_owned()));
            slow.sort();
            slow.dedup();
            let quick = if joined { forms(&text) } else { email_forms(&text) };
            prop_assert_eq!(quick, slow);
        }
    }
}
