//! Which names are nicknames of which.

use std::sync::LazyLock;

use super::words::Reading;

/// Written for this library from what is commonly known, and under its licence. A line has
/// names before the colon and the nicknames of each of them behind it.
const LINES: [&str; 2] = [
    include_str!("nicknames_english.txt"),
    include_str!("nicknames_other.txt"),
];

/// Every name with each of its nicknames and the other way round, folded, in order.
static PAIRS: LazyLock<Vec<(Box<str>, Box<str>)>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    let mut reading = Reading::default();
    for (names, nicknames) in LINES.iter().flat_map(|lines| entries(lines)) {
        for name in names.split_whitespace() {
            let name = reading.only_word(name).map(Box::<str>::from);
            for nickname in nicknames.split_whitespace() {
                let nickname = reading.only_word(nickname);
                // As it is written with as it is written, transliterated with transliterated.
                for (name, nickname) in name.iter().zip(nickname) {
                    pairs.push((name.clone(), Box::from(nickname)));
                    pairs.push((Box::from(nickname), name.clone()));
                }
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
});

fn entries(lines: &str) -> impl Iterator<Item = (&str, &str)> {
    lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
}

/// The nicknames of a folded name, and the names that it is a nickname of.
pub(super) fn of(name: &str) -> impl Iterator<Item = &'static str> {
    let pairs: &'static [_] = &PAIRS;
    let start = pairs.partition_point(|(one, _)| &**one < name);
    let pairs = pairs.get(start..).unwrap_or_default();
    let length = pairs.iter().take_while(|(one, _)| &**one == name).count();
    let pairs = pairs.get(..length).unwrap_or_default();
    pairs.iter().map(|(_, other)| &**other)
}
