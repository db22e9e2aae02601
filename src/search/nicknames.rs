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

#[cfg(test)]
mod tests {
    use super::{LINES, entries, of};
    use crate::search::words::Reading;

    /// Both ways round, however they are written, and never from one nickname to another.
    #[test]
    fn who_is_called_how() {
        for (one, other, are, why) in [
            ("bob", "robert", true, "a nickname"),
            ("robert", "bob", true, "and the other way round"),
            ("bob", "rob", false, "two nicknames of one name"),
            ("pepe", "jose", true, "accents are folded: José"),
            ("ze", "jose", true, "in Portuguese too"),
            ("paco", "francisco", true, "Spanish"),
            ("sepp", "josef", true, "German"),
            ("саша", "александр", true, "in its own letters"),
            ("sasha", "aleksandr", true, "and transliterated"),
            ("коля", "николаи", true, "folded: Николай"),
            ("bobb", "robert", false, "a nickname counts as a whole"),
            ("", "robert", false, "nothing is no nickname"),
        ] {
            assert_eq!(of(one).any(|name| name == other), are, "{one}: {why}");
        }
    }

    #[test]
    fn every_line_says_something() {
        for lines in LINES {
            for line in lines.lines().filter(|line| !line.starts_with('#')) {
                let (names, nicknames) = line.split_once(':').expect(line);
                for word in names.split_whitespace().chain(nicknames.split_whitespace()) {
                    let mut reading = Reading::default();
                    let [own, ascii] = reading.only_word(word);
                    assert!(!own.is_empty() && !ascii.is_empty(), "{line}");
                    assert_eq!(Reading::of(word).chunks.len(), 1, "{line}");
                }
                assert!(nicknames.split_whitespace().next().is_some(), "{line}");
            }
            assert!(entries(lines).count() > 100);
        }
    }
}
