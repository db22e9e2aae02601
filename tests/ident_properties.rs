//! What must hold for every identifier, whatever is typed.

use kinfold::ident::{Key, Kind, Region, email, external_id, phone};
use proptest::prelude::*;
use rlibphonenumber::PHONE_NUMBER_UTIL;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Regions in a fixed order; the metadata gives them in the order of a hash.
static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    let names: BTreeSet<String> = PHONE_NUMBER_UTIL
        .get_supported_regions()
        .map(|region| format!("{region:?}"))
        .collect();
    names.iter().map(|name| name.parse().unwrap()).collect()
});

/// An example number of each region, in E.164.
static EXAMPLES: LazyLock<Vec<(Region, String)>> = LazyLock::new(|| {
    REGIONS
        .iter()
        .filter_map(|region| {
            let known = rlibphonenumber::Region::from_code(region.as_str()).unwrap();
            let number = PHONE_NUMBER_UTIL.get_example_number(known).ok()?;
            Some((*region, number.to_string()))
        })
        .collect()
});

#[cfg(feature = "phonenumber")]
mod with_second_opinion {
    use super::*;
    use kinfold::ident::second_opinion::{from_phonenumber, read_with_phonenumber};

    proptest! {
        #![proptest_config(cases(256))]

        #[test]
        fn never_panics(text in phone_like(), region in any_region()) {
            let _ = read_with_phonenumber(&text, region);
            let country = region.and_then(|region| region.as_str().parse().ok());
            if let Ok(number) = phonenumber::parse(country, &text) {
                let _ = phone::read(&from_phonenumber(&number), region);
            }
        }

        #[test]
        fn never_panics_on_any_text(text in any::<String>(), region in any_region()) {
            let _ = read_with_phonenumber(&text, region);
        }
    }
}

/// A failure prints the smallest text that shows it, which becomes a case; no file is written.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count)
    }
}

fn any_region() -> impl Strategy<Value = Option<Region>> {
    proptest::option::of(proptest::sample::select(REGIONS.clone()))
}

/// Text made of the pieces that readers of phones look for, and of what confuses them.
fn phone_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[0-9]{1,6}",
        2 => "[+＋]",
        2 => "[-x .()/~*#,;\u{a0}\u{202f}\u{3000}−（）]{1,2}",
        1 => "[０-９٠-٩०-९]{1,4}",
        1 => "[a-zA-Zé=:@%\\\\]{1,3}",
        1 => proptest::sample::select(vec![
            ";ext=", ";EXT=", " ext. ", "x", "#", ",,", "доб", "anexo", ";phone-context=",
            ";phone-context=+1", ";phone-context=+44", ";phone-context=a.b", ";isub=", "tel:",
            "TEL:", "tel:+", ";", "=", "00", "011", "+00", "0", "\n", "\0", "\u{202e}", "\u{301}",
        ]).prop_map(str::to_owned),
        1 => proptest::sample::select(EXAMPLES.clone()).prop_map(|(_, number)| number),
        1 => proptest::sample::select(EXAMPLES.clone())
            .prop_map(|(_, number)| number.trim_start_matches('+').to_owned()),
    ];
    proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// An example number of some region with some of its digits changed, left out or put before it.
fn mutated_number() -> impl Strategy<Value = String> {
    (
        proptest::sample::select(EXAMPLES.clone()),
        "[0-9]{0,3}",
        "[0-9]{0,12}",
        0_usize..14,
    )
        .prop_map(|((_, number), inserted, ending, kept)| {
            let code = PHONE_NUMBER_UTIL.parse(&number, None).unwrap().country_code;
            let prefix = format!("+{code}");
            let rest = &number[prefix.len()..];
            let kept = kept.min(rest.len());
            format!("{prefix}{inserted}{}{ending}", &rest[..kept])
        })
}

fn assert_phone_is_fixed(text: &str, region: Option<Region>) -> Result<(), TestCaseError> {
    if let Ok(reading) = phone::read(text, region) {
        let key = reading.key.as_str();
        let elsewhere = ["US", "DE", "AR", "IT", "CI"].map(|name| name.parse().ok());
        for other in [None, region].into_iter().chain(elsewhere) {
            let again = phone::read(key, other);
            prop_assert_eq!(again, Ok(reading.clone()), "{} → {}", text, key);
        }
        prop_assert_eq!(Key::read(Kind::Phone, key), Ok(reading.key.clone()));
    }
    Ok(())
}

/// A letter of one of several scripts, with cases and marks that don't map one to one.
const LETTERS: &str = "[a-zA-Z0-9.+_ßẞİıŁéÅΣσςǅ가한नमस्तेあ漢字\u{301}\u{307}\u{338}\u{345}]";

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn phone_key_is_a_fixed_point(text in phone_like(), region in any_region()) {
        assert_phone_is_fixed(&text, region)?;
    }

    #[test]
    fn phone_key_of_a_mutated_number_is_a_fixed_point(
        text in mutated_number(),
        region in any_region(),
    ) {
        assert_phone_is_fixed(&text, region)?;
        assert_phone_is_fixed(text.trim_start_matches('+'), region)?;
    }

    #[test]
    fn other_spellings_of_a_phone_give_its_key(
        (region, number) in proptest::sample::select(EXAMPLES.clone()),
        separators in proptest::collection::vec(
            proptest::sample::select(vec!["", "", " ", "-", ".", "\u{a0}", "\u{202f}"]), 20),
        extension in proptest::option::of("[0-9]{1,7}"),
    ) {
        let base = phone::read(&number, None).unwrap().key;
        prop_assert_eq!(base.as_str(), number.as_str());
        let suffix = extension.as_ref().map(|e| format!(";ext={e}")).unwrap_or_default();
        let expected = Key::read(Kind::Phone, &format!("{number}{suffix}")).unwrap();

        let parsed = PHONE_NUMBER_UTIL.parse(&number, None).unwrap();
        let digits = number.trim_start_matches('+').chars();
        let spaced: String = digits
            .zip(&separators)
            .map(|(digit, separator)| format!("{digit}{separator}"))
            .collect();
        let code = parsed.country_code.to_string();
        let rest = &number[1 + code.len()..];
        let wide: String = number
            .chars()
            .map(|c| match c.to_digit(10) {
                Some(digit) => char::from_u32(0xFF10 + digit).unwrap(),
                None => '\u{FF0B}',
            })
            .collect();
        let formatted = |format| PHONE_NUMBER_UTIL.format(&parsed, format).into_owned();
        let national = formatted(rlibphonenumber::PhoneNumberFormat::National);
        let international = formatted(rlibphonenumber::PhoneNumberFormat::International);
        let uri = formatted(rlibphonenumber::PhoneNumberFormat::RFC3966);
        for spelling in [
            format!("  +{spaced} "),
            format!("+{code} ({}) {}", &rest[..2], &rest[2..]),
            format!("+{code}/{}", rest),
            wide,
            national,
            international,
            uri.clone(),
            uri.replace("tel:", "TEL:"),
            format!("tel:{rest};phone-context=+{code}"),
        ] {
            let typed = format!("{spelling}{suffix}");
            let read = phone::read(&typed, Some(region)).map(|reading| reading.key);
            prop_assert_eq!(&read, &Ok(expected.clone()), "{} {} → {:?}", region, typed, read.as_ref().map(Key::as_str));
        }
        if let Some(extension) = extension {
            for typed in [
                format!("{number} ext. {extension}"),
                format!("{number} x{extension}"),
                format!("tel:{rest};phone-context=+{code};ext={extension}"),
            ] {
                let read = phone::read(&typed, Some(region)).map(|reading| reading.key);
                prop_assert_eq!(&read, &Ok(expected.clone()), "{} {}", region, typed);
            }
        }
    }

    /// Bringing a key to its fixed point changes only numbers that nobody can have.
    #[test]
    fn phone_key_of_a_valid_number_is_what_the_authority_says(
        text in prop_oneof![phone_like(), mutated_number()],
    ) {
        let typed = text.replace("phone-context", "").replace("isub", "").replace("tel:", "");
        let Ok(number) = PHONE_NUMBER_UTIL.parse(&typed, None) else { return Ok(()) };
        if let Ok(reading) = phone::read(&typed, None)
            && PHONE_NUMBER_UTIL.is_valid_number(&number)
        {
            let (bare, _) = reading.key.as_str().split_once(';').unwrap_or((reading.key.as_str(), ""));
            prop_assert!(reading.verified);
            prop_assert_eq!(bare, number.to_string(), "{}", typed);
        }
    }

    #[test]
    fn phone_never_panics(text in any::<String>(), region in any_region()) {
        assert_phone_is_fixed(&text, region)?;
    }

    #[test]
    fn email_key_is_a_fixed_point(
        local in proptest::collection::vec(LETTERS, 1..12),
        domain in proptest::collection::vec(LETTERS, 1..12),
        around in "[ \u{3000}]{0,2}",
    ) {
        let typed = format!("{around}{}@{}{around}", local.concat(), domain.concat());
        if let Ok(key) = email::read(&typed) {
            prop_assert_eq!(email::read(key.as_str()), Ok(key.clone()), "{}", typed);
            let domain = key.as_str().rsplit_once('@').unwrap().1;
            let plain = domain.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
            prop_assert!(plain, "{}", domain);
            for label in domain.split('.') {
                prop_assert!(!label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
            }
        }
    }

    #[test]
    fn email_key_is_the_same_in_other_cases_and_forms(
        local in "[a-zA-Zéßåñüéж한]{1,12}",
        domain in "[a-zA-Zéåñüж한]{1,12}",
    ) {
        let typed = format!("{local}@{domain}.org");
        let Ok(key) = email::read(&typed) else { return Ok(()) };
        for other in [
            typed.to_lowercase(),
            typed.nfc().collect(),
            typed.nfd().collect(),
            typed.to_lowercase().nfd().collect(),
            // Upper case of ß is SS, which is another address: those are left as they are.
            typed.chars().flat_map(|c| if c == 'ß' { vec![c] } else { c.to_uppercase().collect() })
                .collect::<String>(),
        ] {
            prop_assert_eq!(email::read(&other), Ok(key.clone()), "{} {}", typed, other);
        }
    }

    #[test]
    fn email_never_panics(text in any::<String>(), pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "a", "@", ".", "\"", "\\", "<", ">", " <", "(", ")", "[", "]", "-", "xn--", "xn--a", "é",
            "\u{338}", "\u{3000}", "。", "．", "＠", "ß", "İ", "\0", "\u{200b}", ":", "1.2.3.4",
        ]), 0..16)
    ) {
        for typed in [text, pieces.concat()] {
            if let Ok(key) = email::read(&typed) {
                prop_assert_eq!(email::read(key.as_str()), Ok(key.clone()), "{}", typed);
                prop_assert_eq!(Key::read(Kind::Email, key.as_str()), Ok(key));
            }
        }
    }

    #[test]
    fn external_id_is_a_fixed_point_and_keeps_its_case(
        source in proptest::option::of("\\PC{0,12}"),
        value in "\\PC{0,12}",
    ) {
        if let Ok(key) = external_id::read(source.as_deref(), &value) {
            prop_assert_eq!(external_id::read(key.source(), key.value()), Ok(key.clone()));
            prop_assert_eq!(Key::read(Kind::ExternalId, key.as_str()), Ok(key.clone()));
            let expected: String = value.trim().nfc().collect();
            prop_assert_eq!(key.value(), expected.as_str());
            let decomposed: String = value.nfd().collect();
            prop_assert_eq!(external_id::read(source.as_deref(), &decomposed), Ok(key));
        }
    }

    #[test]
    fn external_id_and_names_never_panic(source in any::<Option<String>>(), value in any::<String>()) {
        let _ = external_id::read(source.as_deref(), &value);
        for kind in [Kind::Phone, Kind::Email, Kind::ExternalId] {
            let _ = Key::read(kind, &value);
        }
        let _ = value.parse::<Region>();
        let _ = value.parse::<Kind>();
    }
}
