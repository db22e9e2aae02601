//! What it costs to bring a phone to its key, beside what the two phone crates take to
//! parse, validate and format the same inputs.
//!
//! `cargo bench --bench phone`. The figures of the last run stand in
//! `benches/README.md`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kinfold::ident::{Region, phone};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};
use std::collections::BTreeSet;
use std::hint::black_box;

/// Inputs in one list.
const LIST: usize = 2_000;

/// Lists that are read in turn. What is read again was last read 32,000 inputs ago, which
/// is longer than anything remembers.
const LISTS: usize = 16;

/// Inputs that the slow crate is measured with.
const FEW: usize = 100;

struct Typed {
    text: String,
    region: Region,
    authority_region: rlibphonenumber::Region,
    second_region: Option<phonenumber::country::Id>,
}

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.below(10).to_string()).collect()
    }
}

/// The example numbers of all regions and types.
fn examples() -> Vec<(rlibphonenumber::Region, PhoneNumber)> {
    const TYPES: [PhoneNumberType; 5] = [
        PhoneNumberType::FixedLine,
        PhoneNumberType::Mobile,
        PhoneNumberType::Mobile,
        PhoneNumberType::TollFree,
        PhoneNumberType::VoIP,
    ];
    let regions: BTreeSet<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    let of_region = |region| {
        let of_type =
            move |kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind);
        TYPES
            .into_iter()
            .filter_map(move |kind| Some((region, of_type(kind).ok()?)))
    };
    regions.into_iter().flat_map(of_region).collect()
}

/// Another number of the same block: the last digits are thrown anew.
fn vary(number: &PhoneNumber, dice: &mut Dice) -> PhoneNumber {
    let mut number = number.clone();
    let last = if number.national_number > 1_000_000 {
        10_000
    } else {
        100
    };
    number.national_number -= number.national_number % last as u64;
    number.national_number += dice.below(last) as u64;
    number
}

/// One of the spellings that numbers come in, the frequent ones more often.
fn spell(number: &PhoneNumber, dice: &mut Dice) -> String {
    let as_format = |format| PHONE_NUMBER_UTIL.format(number, format).into_owned();
    let e164 = || as_format(PhoneNumberFormat::E164);
    let international = || as_format(PhoneNumberFormat::International);
    let national = || as_format(PhoneNumberFormat::National);
    match dice.below(100) {
        0..30 => e164(),
        30..48 => international(),
        48..70 => national(),
        70..74 => national().replace(['(', ')'], "").replace(' ', "-"),
        74..78 => international().replace([' ', '-'], "."),
        78..81 => e164().replacen('+', "00", 1),
        81..83 => e164().replacen('+', "", 1),
        83..86 => as_format(PhoneNumberFormat::RFC3966),
        86..88 => format!("{};ext={}", e164(), dice.digits(3)),
        88..90 => format!("{} ext. {}", national(), dice.digits(4)),
        90..91 => format!("{} x{}", international(), dice.digits(2)),
        91..93 => international().replace(' ', "\u{a0}"),
        93..95 => e164()
            .chars()
            .map(|c| {
                c.to_digit(10)
                    .and_then(|digit| char::from_u32(0xFF10 + digit))
                    .unwrap_or('\u{FF0B}')
            })
            .collect(),
        // No number of its region, or none at all.
        95..97 => format!("{}{}", e164(), dice.digits(6)),
        97..98 => format!("+999{}", dice.digits(8)),
        98..99 => format!("call {}", dice.digits(4)),
        _ => e164().chars().take(6).collect(),
    }
}

/// Distinct inputs from all over the world.
fn distinct() -> Vec<Typed> {
    let examples = examples();
    let mut dice = Dice(1);
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    while inputs.len() < LIST * LISTS {
        let (region, number) = &examples[dice.below(examples.len())];
        let text = spell(&vary(number, &mut dice), &mut dice);
        if seen.insert((*region, text.clone())) {
            let name = region.to_string();
            inputs.push(Typed {
                text,
                region: name.parse().unwrap(),
                authority_region: *region,
                second_region: name.parse().ok(),
            });
        }
    }
    inputs
}

fn kinfold(typed: &Typed) -> bool {
    black_box(phone::read(&typed.text, Some(typed.region))).is_ok()
}

/// Parse, validate and format, without the fixed point.
fn rlibphonenumber(typed: &Typed) -> bool {
    let Ok(number) = PHONE_NUMBER_UTIL.parse(&typed.text, Some(typed.authority_region)) else {
        return false;
    };
    let verified = PHONE_NUMBER_UTIL.is_valid_number(&number);
    black_box(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164));
    verified
}

fn phonenumber(typed: &Typed) -> bool {
    let Ok(number) = phonenumber::parse(typed.second_region, &typed.text) else {
        return false;
    };
    let verified = phonenumber::is_valid(&number);
    let format = number.format().mode(phonenumber::Mode::E164);
    black_box(format.to_string());
    verified
}

type Reader = fn(&Typed) -> bool;

const READERS: [(&str, Reader); 2] = [("kinfold", kinfold), ("rlibphonenumber", rlibphonenumber)];

/// Both readers on the same lists, which have one length and are read in turn.
fn compare(criterion: &mut Criterion, name: &str, lists: &[&[&Typed]]) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(lists[0].len() as u64));
    for (name, reader) in READERS {
        let mut turn = lists.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| turn.next().unwrap().iter().filter(|x| reader(x)).count());
        });
    }
    group.finish();
}

fn in_lists<'a>(typed: &'a [&'a Typed]) -> Vec<&'a [&'a Typed]> {
    typed.chunks_exact(LIST).collect()
}

fn phone(criterion: &mut Criterion) {
    let typed = distinct();
    let mixed: Vec<&Typed> = typed.iter().collect();
    // Metadata and patterns are loaded by the first who ask for them.
    for typed in &mixed {
        black_box((kinfold(typed), rlibphonenumber(typed)));
    }
    compare(criterion, "mixed, not seen lately", &in_lists(&mixed));

    let keys = keys_of(&mixed);
    let keys: Vec<&Typed> = keys.iter().collect();
    compare(criterion, "keys, not seen lately", &in_lists(&keys));

    let stream = stream(&mixed);
    compare(
        criterion,
        "mixed, half of it seen lately",
        &in_lists(&stream),
    );

    let known = mixed.iter().filter(|typed| kinfold(typed));
    let known: Vec<&Typed> = known.take(FEW).copied().collect();
    compare(criterion, "mixed, a hundred again and again", &[&known]);

    let mut group = criterion.benchmark_group("mixed, not seen lately");
    group.throughput(Throughput::Elements(FEW as u64));
    group.sample_size(10);
    group.bench_function("phonenumber", |bencher| {
        bencher.iter(|| mixed[..FEW].iter().filter(|x| phonenumber(x)).count());
    });
    group.finish();
}

/// What comes in where people call again: half of it came in lately.
fn stream<'a>(mixed: &[&'a Typed]) -> Vec<&'a Typed> {
    let mut dice = Dice(2);
    let mut fresh = mixed.iter();
    let mut stream: Vec<&Typed> = Vec::new();
    while stream.len() < mixed.len() {
        let back = 1 + dice.below(400);
        match stream.len().checked_sub(back).map(|at| stream[at]) {
            Some(again) if dice.below(2) == 0 => stream.push(again),
            _ => stream.push(fresh.next().unwrap()),
        }
    }
    stream
}

/// The keys of what can be read, each once.
fn keys_of(mixed: &[&Typed]) -> Vec<Typed> {
    let mut seen = BTreeSet::new();
    let keys = mixed.iter().filter_map(|typed| {
        let reading = phone::read(&typed.text, Some(typed.region)).ok()?;
        let text = reading.key.to_string();
        seen.insert(text.clone())
            .then_some(Typed { text, ..**typed })
    });
    keys.collect()
}

criterion_group!(benches, phone);
criterion_main!(benches);
