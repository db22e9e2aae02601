//! The quick reader and the full reading, held together.
//!
//! `KINFOLD_LONG_TESTS=1 cargo test -p kinfold --lib ident::phone` compares twenty times as much.

use super::*;
use proptest::prelude::*;

use rlibphonenumber::PhoneNumberType;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Regions in a fixed order; the metadata gives them in the order of a hash.
static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    let names: BTreeSet<String> = PHONE_NUMBER_UTIL
        .get_supported_regions()
        .map(|region| region.to_string())
        .collect();
    names.iter().map(|name| name.parse().unwrap()).collect()
});

/// An example number of each type of each region, and of the codes that no region has.
static EXAMPLES: LazyLock<Vec<(Option<Region>, PhoneNumber)>> = LazyLock::new(|| {
    const TYPES: [PhoneNumberType; 10] = [
        PhoneNumberType::FixedLine,
        PhoneNumberType::Mobile,
        PhoneNumberType::TollFree,
        PhoneNumberType::PremiumRate,
        PhoneNumberType::SharedCost,
        PhoneNumberType::VoIP,
        PhoneNumberType::PersonalNumber,
        PhoneNumberType::Pager,
        PhoneNumberType::UAN,
        PhoneNumberType::VoiceMail,
    ];
    let mut examples = Vec::new();
    for region in REGIONS.iter() {
        let known = region.for_authority().unwrap();
        let of_type = |kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(known, kind);
        let numbers = TYPES.into_iter().filter_map(|kind| of_type(kind).ok());
        examples.extend(numbers.map(|number| (Some(*region), number)));
    }
    let mut codes: Vec<i32> = PHONE_NUMBER_UTIL
        .get_supported_global_network_calling_codes()
        .collect();
    codes.sort_unstable();
    let of_code = |code| PHONE_NUMBER_UTIL.get_example_number_for_non_geo_entity(code);
    examples.extend(
        codes
            .into_iter()
            .filter_map(|code| Some((None, of_code(code).ok()?))),
    );
    examples
});

/// The same throws in each run, so that what fails fails again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn digits(&mut self, most: usize) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| self.below(10).to_string()).collect()
    }

    fn one_of<'a, T: ?Sized>(&mut self, some: &[&'a T]) -> &'a T {
        some[self.below(some.len())]
    }
}

/// How many of the texts were read quickly, and so compared.
#[derive(Default)]
struct Compared {
    quick: usize,
}

impl Compared {
    fn add(&mut self, text: &str, region: Option<Region>) {
        if !is_read_quickly(text, region) {
            return;
        }
        self.quick += 1;
        let in_full = in_full(text, region);
        // Read anew, then perhaps and then surely recalled.
        for quick in [read_anew, read, read].map(|reader| reader(text, region)) {
            assert_eq!(
                quick,
                in_full,
                "{text:?} in {region:?}: {:?} or {:?}",
                quick.as_ref().map(|reading| reading.key.as_str()),
                in_full.as_ref().map(|reading| reading.key.as_str()),
            );
        }
    }
}

fn is_read_quickly(text: &str, region: Option<Region>) -> bool {
    let unfolded = || {
        let typed = prepare(text).ok()?;
        let unfolded = tel_uri::unfold(&typed).ok()?;
        plain::read(&with_ascii_digits(&unfolded), region).ok()
    };
    plain::read(text, region).is_ok() || unfolded().is_some()
}

/// The reading without anything that makes it quick.
fn in_full(text: &str, region: Option<Region>) -> Result<PhoneReading, Refusal> {
    let typed = prepare(text)?;
    read_in_full(&tel_uri::unfold(&typed)?, region)
}

fn times(count: usize) -> usize {
    // Asked when this is compiled: a pure room asks nothing of its surroundings when it runs.
    let long = option_env!("KINFOLD_LONG_TESTS") == Some("1");
    if long { count * 20 } else { count }
}

/// A number with some of its digits changed, left out, added or put before it.
fn mutated(digits: &str, dice: &mut Dice) -> String {
    let mut digits = digits.to_owned();
    for _ in 0..dice.below(3) {
        let at = dice.below(digits.len().max(1)).min(digits.len());
        let digit = char::from(b'0' + u8::try_from(dice.below(10)).unwrap());
        match dice.below(4) {
            0 => digits.insert(at, digit),
            1 if digits.len() > 1 => drop(digits.remove(at)),
            2 => digits.replace_range(at.., &digit.to_string()),
            _ if at < digits.len() => digits.replace_range(at..=at, &digit.to_string()),
            _ => digits.push(digit),
        }
    }
    digits
}

/// The digits with punctuation between them, and sometimes more than that.
fn punctuated(digits: &str, dice: &mut Dice) -> String {
    const BETWEEN: [&str; 12] = ["", "", "", "", " ", "-", ".", " (", ") ", "/", "  ", "/ "];
    let mut text = String::new();
    for digit in digits.chars() {
        text.push(digit);
        text.push_str(dice.one_of(&BETWEEN));
    }
    if dice.below(4) > 0 {
        text.truncate(text.trim_end().len());
    }
    text
}

fn extended(number: String, dice: &mut Dice) -> String {
    const LABELS: [&str; 12] = [
        ";ext=", " ext. ", "x", " x", " X ", " EXT:", "ext", " ext", ";", "#", ",,", " x.",
    ];
    if dice.below(6) > 0 {
        return number;
    }
    format!("{number}{}{}", dice.one_of(&LABELS), dice.digits(11))
}

#[test]
fn every_type_of_every_region_is_read_as_in_full() {
    const PREFIXES: [&str; 14] = [
        "+", "+", "+", "+", "00", "", "", "0", "1", "8", "011", "+0", "(+", "+ (",
    ];
    let mut dice = Dice(1);
    let mut compared = Compared::default();
    for _ in 0..times(8) {
        for (region, number) in EXAMPLES.iter() {
            let code = number.country_code.to_string();
            let e164 = PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164);
            let national = e164.strip_prefix(&format!("+{code}")).unwrap();
            let another = REGIONS[dice.below(REGIONS.len())];
            for region in [*region, Some(another), None] {
                let national = mutated(national, &mut dice);
                for digits in [format!("{code}{national}"), national] {
                    let prefix = dice.one_of(&PREFIXES);
                    compared.add(&format!("{prefix}{digits}"), region);
                    let punctuated = punctuated(&digits, &mut dice);
                    compared.add(
                        &extended(format!("{prefix}{punctuated}"), &mut dice),
                        region,
                    );
                }
            }
            for format in [
                PhoneNumberFormat::National,
                PhoneNumberFormat::International,
                PhoneNumberFormat::RFC3966,
            ] {
                let text = PHONE_NUMBER_UTIL.format(number, format).into_owned();
                compared.add(&extended(text, &mut dice), *region);
            }
        }
    }
    assert!(compared.quick > 40_000, "{}", compared.quick);
}

#[test]
fn digits_at_random_are_read_as_in_full() {
    let mut dice = Dice(2);
    let mut compared = Compared::default();
    for _ in 0..times(150_000) {
        let code = EXAMPLES[dice.below(EXAMPLES.len())].1.country_code;
        let region = REGIONS[dice.below(REGIONS.len())];
        let digits = dice.digits(14);
        compared.add(&format!("+{code}{digits}"), Some(region));
        compared.add(&digits, Some(region));
    }
    assert!(compared.quick > 40_000, "{}", compared.quick);
}

/// If the metadata take another form one day, all would still be right, but slow again.
#[test]
fn every_country_has_a_plan_and_nearly_all_keys_are_read_quickly() {
    for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
        let plan = numbering_plan::of_country_code(usize::try_from(code).unwrap());
        assert!(plan.is_ok_and(|plan| plan.is_some()), "{code}");
    }
    for region in REGIONS.iter() {
        assert!(numbering_plan::of_region(*region).is_ok(), "{region}");
    }
    let keys = EXAMPLES.iter().map(|(_, number)| number.to_string());
    let unsure: Vec<String> = keys.filter(|key| plain::read(key, None).is_err()).collect();
    assert!(unsure.len() * 100 < EXAMPLES.len(), "{unsure:?}");
}

#[test]
fn numbers_of_shared_country_codes_are_verified_as_in_full() {
    let mut dice = Dice(3);
    let mut compared = Compared::default();
    for code in EXAMPLES.iter().map(|(_, number)| number.country_code) {
        let regions = PHONE_NUMBER_UTIL.get_regions_for_country_calling_code(code);
        if regions.is_some_and(|regions| regions.len() > 1) {
            for _ in 0..times(10) {
                let number = format!("+{code}{}{}", dice.below(9) + 1, dice.digits(12));
                compared.add(&number, None);
            }
        }
    }
    assert!(compared.quick > 400, "{}", compared.quick);
}

#[test]
fn numbers_of_zeros_are_read_as_in_full() {
    let mut compared = Compared::default();
    for (region, number) in EXAMPLES.iter() {
        let code = number.country_code;
        for zeros in (1..18).map(|count| "0".repeat(count)) {
            for ending in ["", "1", "12345"] {
                compared.add(&format!("+{code}{zeros}{ending}"), *region);
                compared.add(&format!("{zeros}{ending}"), *region);
            }
        }
    }
    assert!(compared.quick > 300, "{}", compared.quick);
}

#[test]
fn any_two_ascii_characters_anywhere_are_read_as_in_full() {
    let us = "US".parse().ok();
    let mut compared = Compared::default();
    for pair in (' '..='~').flat_map(|first| (' '..='~').map(move |second| [first, second])) {
        let pair: String = pair.iter().collect();
        for text in [
            format!("{pair}4155550101"),
            format!("{pair}+14155550101"),
            format!("+1415{pair}5550101"),
            format!("+14155550101{pair}"),
            format!("(415) 555-0101{pair}12"),
            format!("415.555.0101{pair} 3"),
        ] {
            compared.add(&text, us);
        }
    }
    assert!(compared.quick > 200, "{}", compared.quick);
}

#[test]
fn any_numeral_anywhere_is_read_as_in_full() {
    let us = "US".parse().ok();
    let mut compared = Compared::default();
    for numeral in ('\u{80}'..=char::MAX).filter(|character| character.is_numeric()) {
        for text in [
            format!("{numeral}4155550101"),
            format!("+{numeral}4155550101"),
            format!("＋1415{numeral}550101"),
            format!("+1415555010{numeral}"),
            format!("+14155550101{numeral}"),
            format!("+14155550101 ext. {numeral}"),
        ] {
            compared.add(&text, us);
        }
    }
    assert!(compared.quick > 2_000, "{}", compared.quick);
}

fn phone_like() -> impl Strategy<Value = String> {
    let numbers: Vec<String> = EXAMPLES
        .iter()
        .map(|(_, number)| number.to_string())
        .collect();
    let piece = prop_oneof![
        6 => "[0-9]{1,6}",
        2 => "[-x .()/+]{1,2}",
        1 => "[０-９٠-٩०-९＋]{1,4}",
        1 => "[a-zA-Z,;#~*\u{a0}\u{3000}]{1,3}",
        1 => proptest::sample::select(vec![
            ";ext=", " ext. ", "x", "#", ",,", "tel:", "tel:+", ";phone-context=+44", "00", "011",
            "+0", "+00", "0", " (0)", "1", "8",
        ]).prop_map(str::to_owned),
        3 => proptest::sample::select(numbers),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(u32::try_from(times(4_000)).unwrap())
    })]

    #[test]
    fn anything_like_a_phone_is_read_as_in_full(
        text in phone_like(),
        region in proptest::option::of(proptest::sample::select(REGIONS.clone())),
    ) {
        Compared::default().add(&text, region);
    }
}

#[test]
fn what_is_remembered_is_what_was_asked() {
    let [us, gb] = ["US", "GB"].map(|name| name.parse().ok());
    for _ in 0..2 {
        assert_eq!(
            read("020 7946 0018", gb).unwrap().key.as_str(),
            "+442079460018"
        );
        assert_eq!(read("020 7946 0018", us), in_full("020 7946 0018", us));
        let refused = read("020 7946 0018", None).unwrap_err();
        assert_eq!(refused.reason(), Reason::RegionNeeded);
        // Behind a short text what is remembered is filled up with zeros.
        let refused = read("020 7946 0018\0", gb).unwrap_err();
        assert_eq!(refused.reason(), Reason::ControlCharacter);
        assert!(read("+14155550101", us).unwrap().verified);
        assert!(!read("+19995550101", us).unwrap().verified);
    }
}

#[test]
fn more_than_can_be_remembered_is_read_all_the_same() {
    for _ in 0..2 {
        for number in 0..5_000 {
            let text = format!("(415) 555-{number:04}");
            let reading = read(&text, "US".parse().ok()).unwrap();
            assert_eq!(reading.key.as_str(), format!("+1415555{number:04}"));
        }
    }
    // Too long to be remembered, as a text and as a key.
    for text in [
        "+1 (415) 555-0101                            ext. 5",
        "+14155550101;ext=1234567890123",
    ] {
        assert_eq!(read(text, None), in_full(text, None));
        assert_eq!(read(text, None), read(text, None));
    }
}
