//! Given and family name out of a whole one. The rules stand at [`Name`](super::Name).

use std::borrow::Cow;

/// What a whole name says of its parts.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) given: Option<Cow<'a, str>>,
    pub(super) family: Option<Cow<'a, str>>,
}

/// Titles, with or without a full stop.
const TITLES: &[&str] = &[
    "mr",
    "mister",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "dra",
    "prof",
    "profa",
    "professor",
    "rev",
    "reverend",
    "hon",
    "sr",
    "sra",
    "srta",
    "señor",
    "señora",
    "señorita",
    "senhor",
    "senhora",
    "herr",
    "frau",
    "monsieur",
    "madame",
    "mademoiselle",
    "mme",
    "mlle",
    "signor",
    "signora",
    "dott",
    "ing",
    "lic",
];

/// Titles that go with the given name: `Sir Elton`.
const TITLES_OF_GIVEN_NAMES: &[&str] = &["sir", "dame", "doña"];

/// Degrees and the like, without their full stops. In other letters they may be names: `Md`.
const DEGREES: &[&str] = &[
    "PhD", "PHD", "MD", "DDS", "DMD", "DVM", "MBA", "CPA", "Esq", "JD", "RN", "MSc", "BSc", "LLM",
];

/// Words that belong to the family name behind them.
const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "del", "della", "dello", "degli", "dei", "delle", "di", "da",
    "du", "des", "dos", "das", "la", "las", "le", "los", "el", "al", "bin", "ibn", "bint", "binti",
    "abu", "ter", "st", "saint", "san", "santa", "mac", "mc", "ó", "ní", "nic", "uí", "o'", "d'",
    "l'",
];

/// More of them, which are names when they begin with a capital: `Ben`, `Do`.
const SMALL_PARTICLES: &[&str] = &[
    "ben", "do", "ten", "te", "'t", "in", "op", "aan", "und", "vom", "zu", "zum", "zur", "am",
    "im", "af", "av", "ap", "dal", "dalla",
];

/// Those that begin a chain of fathers: `bin Ali bin Hassan`.
const PATRONYMICS: &[&str] = &["bin", "ibn", "bint", "binti"];

/// Between two family names of one person.
const JOINING: &[&str] = &["y", "e", "i"];

/// Between two people.
const COUPLING: &[&str] = &["&", "+", "and", "und", "et", "y", "e", "i"];

/// What shows that a name is a company's.
const COMPANIES: &[&str] = &["inc", "llc", "ltd", "gmbh", "corp", "plc"];

impl<'a> Parts<'a> {
    /// The parts that a whole name has; none where it plainly is no person's name.
    pub(super) fn of(full: &'a str) -> Self {
        let is_word = |word: &str, words: &[&str]| words.contains(&bare(word).as_str());
        let is_company = || full.split_whitespace().any(|word| is_word(word, COMPANIES));
        if full.contains('@') || is_company() {
            return Self::default();
        }
        let mut segments: Vec<Vec<&str>> = full
            .split([',', '，', '،'])
            .map(words)
            .filter(|words| !words.is_empty())
            .collect();
        let mut suffix = Vec::new();
        while segments.len() > 1
            && let Some(last) = segments.pop_if(|last| last.iter().all(|word| is_suffix(word)))
        {
            suffix.splice(0..0, last.into_iter().filter(|word| is_generation(word)));
        }
        let mut segments = segments.into_iter();
        match (segments.next(), segments.next(), segments.next()) {
            (Some(words), None, None) => in_order(words, suffix),
            (Some(family), Some(given), None) => family_first(family, given, suffix),
            _ => Self::default(),
        }
    }

    fn made_of(given: &[&'a str], family: &[&'a str]) -> Self {
        let part = |words: &[&'a str]| match words {
            [] => None,
            [word] => Some(Cow::Borrowed(*word)),
            words => Some(Cow::Owned(words.join(" "))),
        };
        Self {
            given: part(given),
            family: part(family),
        }
    }
}

/// A name as it is spoken.
fn in_order<'a>(mut words: Vec<&'a str>, mut suffix: Vec<&'a str>) -> Parts<'a> {
    let title = take_titles(&mut words);
    take_suffix(&mut words, &mut suffix);
    let start = match words.as_slice() {
        [_] => match title {
            Some(title) if TITLES.contains(&bare(title).as_str()) => 0,
            _ => 1,
        },
        [_, middle, _] if COUPLING.contains(middle) => words.len(),
        words if words.iter().all(|word| is_east_asian(word)) => {
            let western = words.iter().all(|word| word.chars().all(is_katakana));
            match words {
                [family, given] if !western => return Parts::made_of(&[*given], &[*family]),
                [_, _] => 1,
                _ => words.len(),
            }
        }
        words => family_start(words),
    };
    // Without a family name to belong to, it stays where it stands.
    let suffixed = [words.as_slice(), &suffix].concat();
    let start = if start == words.len() {
        suffixed.len()
    } else {
        start
    };
    let (given, family) = suffixed.split_at_checked(start).unwrap_or((&suffixed, &[]));
    Parts::made_of(given, family)
}

/// A name as it stands in a register, taken apart at its comma.
fn family_first<'a>(
    mut family: Vec<&'a str>,
    mut given: Vec<&'a str>,
    mut suffix: Vec<&'a str>,
) -> Parts<'a> {
    take_titles(&mut family);
    let mut of_family = Vec::new();
    take_suffix(&mut family, &mut of_family);
    take_titles(&mut given);
    take_suffix(&mut given, &mut suffix);
    if let [title] = given.as_slice()
        && is_title(title)
    {
        given.clear();
    }
    // Beethoven, Ludwig van
    let is_left_behind = |word: &str| is_small(word) && is_particle(word);
    let mut particles = Vec::new();
    while given.len() > 1
        && let Some(particle) = given.pop_if(|word| is_left_behind(word))
    {
        particles.insert(0, particle);
    }
    Parts::made_of(&given, &[particles, family, of_family, suffix].concat())
}

/// Where the family name begins among two words or more.
fn family_start(words: &[&str]) -> usize {
    let particles_before = |mut start: usize| {
        let is_before = |at: usize| words.get(at).is_some_and(|word| is_particle(word));
        while start > 0 && is_before(start - 1) {
            start -= 1;
        }
        start
    };
    let mut start = particles_before(words.len() - 1);
    if start >= 3
        && words
            .get(start - 1)
            .is_some_and(|word| JOINING.contains(word))
    {
        start = particles_before(start - 2);
    }
    let is_patronymic = |word: &&str| PATRONYMICS.contains(&bare(word).as_str());
    let first = words.iter().skip(1).position(is_patronymic);
    start = first.map_or(start, |first| start.min(first + 1));
    // "de la Cruz" is a family name alone, "Van Morrison" a given name and a family name.
    let is_whole = words.first().is_some_and(|word| is_small(word));
    if start == 0 && !is_whole { 1 } else { start }
}

/// The words of a name, without remarks in brackets at its end and without what is no word.
fn words(segment: &str) -> Vec<&str> {
    let mut words: Vec<&str> = segment.split_whitespace().collect();
    let begins = |word: &&str| word.starts_with(['(', '[', '{', '"', '“', '«', '„']);
    if words
        .last()
        .is_some_and(|word| word.ends_with([')', ']', '}', '"', '”', '»', '“']))
        && let Some(at) = words.iter().rposition(begins).filter(|at| *at > 0)
    {
        words.truncate(at);
    }
    let is_word = |word: &&str| word.contains(char::is_alphabetic) || COUPLING.contains(word);
    let end = words.iter().rposition(is_word).map_or(0, |last| last + 1);
    words.truncate(end);
    let begin = words.iter().position(is_word).unwrap_or_default();
    words.drain(..begin);
    words
}

/// Takes the titles from the beginning of a name, and the last of them as the answer.
fn take_titles<'a>(words: &mut Vec<&'a str>) -> Option<&'a str> {
    let titles = words.iter().take_while(|word| is_title(word)).count();
    // Who is called by a title alone is called that.
    let titles = titles.min(words.len().saturating_sub(1));
    words.drain(..titles).last()
}

/// Takes degrees and what tells father from son from the end of a name, and keeps the latter.
fn take_suffix<'a>(words: &mut Vec<&'a str>, suffix: &mut Vec<&'a str>) {
    while words.len() > 1 {
        let others = words.len() - 1;
        let is_taken = |word: &mut &str| is_suffix(word) || (others > 1 && is_younger_one(word));
        let Some(taken) = words.pop_if(is_taken) else {
            break;
        };
        if !is_degree(taken) {
            suffix.insert(0, taken);
        }
    }
}

/// A word as it is compared: small, with straight apostrophes, without the stop behind it.
fn bare(word: &str) -> String {
    let word = word.strip_suffix('.').unwrap_or(word);
    word.to_lowercase().replace(['’', '`'], "'")
}

fn is_title(word: &str) -> bool {
    let bare = bare(word);
    let bare = bare.as_str();
    TITLES.contains(&bare) || TITLES_OF_GIVEN_NAMES.contains(&bare)
}

fn is_degree(word: &str) -> bool {
    DEGREES.contains(&word.replace('.', "").as_str())
}

/// Never a name: in small letters the numbers are.
fn is_generation(word: &str) -> bool {
    matches!(bare(word).as_str(), "jr" | "sr") || matches!(word, "II" | "III" | "IV")
}

fn is_suffix(word: &str) -> bool {
    is_generation(word) || is_degree(word)
}

/// Behind two names it tells father from son, behind one it is the family name.
fn is_younger_one(word: &str) -> bool {
    let bare = bare(word);
    matches!(
        bare.as_str(),
        "junior" | "júnior" | "senior" | "filho" | "neto" | "sobrinho"
    )
}

fn is_particle(word: &str) -> bool {
    let bare = bare(word);
    let bare = bare.as_str();
    PARTICLES.contains(&bare) || (is_small(word) && SMALL_PARTICLES.contains(&bare))
}

fn is_small(word: &str) -> bool {
    !word.contains(char::is_uppercase)
}

fn is_katakana(character: char) -> bool {
    matches!(character, '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}')
}

/// Whether a word is all in Chinese, Japanese or Korean characters.
fn is_east_asian(word: &str) -> bool {
    word.chars().all(|character| {
        is_katakana(character)
            || matches!(
                character,
                '\u{1100}'..='\u{11ff}'
                    | '\u{3005}'..='\u{3007}'
                    | '\u{3040}'..='\u{309f}'
                    | '\u{3130}'..='\u{318f}'
                    | '\u{3400}'..='\u{4dbf}'
                    | '\u{4e00}'..='\u{9fff}'
                    | '\u{ac00}'..='\u{d7af}'
                    | '\u{f900}'..='\u{faff}'
                    | '\u{20000}'..='\u{3ffff}'
            )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Parts;
    use crate::contact::Name;

    #[test]
    fn a_whole_name_says_its_parts() {
        #[rustfmt::skip]
        let cases = [
            ("Ana María Ruiz", "Ana María", "Ruiz", "the last word is the family name"),
            ("Ana Ruiz", "Ana", "Ruiz", "so it is of two"),
            ("  Ana\u{a0}\tMaría   Ruiz ", "Ana María", "Ruiz", "however they are spaced"),
            ("Gabriel García Márquez", "Gabriel García", "Márquez", "nothing says that he has two family names"),
            ("García Márquez, Gabriel", "Gabriel", "García Márquez", "but a comma does"),
            ("García Márquez , Gabriel José", "Gabriel José", "García Márquez", "with all given names behind it"),
            ("Ana", "Ana", "", "a single word is the given name"),
            ("Ana-Lena", "Ana-Lena", "", "a hyphen makes one word"),
            ("Ana Ruiz-Gómez", "Ana", "Ruiz-Gómez", "of family names, too"),
            // Particles.
            ("Vincent van Gogh", "Vincent", "van Gogh", "a particle belongs to the family name"),
            ("Jan van der Berg", "Jan", "van der Berg", "two of them, too"),
            ("Jan in 't Veld", "Jan", "in 't Veld", "Dutch ones of all kinds"),
            ("Juan Carlos de la Cruz", "Juan Carlos", "de la Cruz", "Spanish"),
            ("JUAN CARLOS DE LA CRUZ", "JUAN CARLOS", "DE LA CRUZ", "however they are written"),
            ("Robert De Niro", "Robert", "De Niro", "with a capital in America"),
            ("Leonardo di ser Piero da Vinci", "Leonardo di ser Piero", "da Vinci", "only what stands before the last word"),
            ("María de los Ángeles Pérez", "María de los Ángeles", "Pérez", "a given name may have particles"),
            ("Otto von Bismarck", "Otto", "von Bismarck", "German"),
            ("Hans von und zu Liechtenstein", "Hans", "von und zu Liechtenstein", "as much of it as there is"),
            ("João dos Santos", "João", "dos Santos", "Portuguese"),
            ("Osama bin Laden", "Osama", "bin Laden", "Arabic: son of"),
            ("Ahmed bin Ali bin Hassan", "Ahmed", "bin Ali bin Hassan", "son of a son"),
            ("Mohammed bin Salman Al Saud", "Mohammed", "bin Salman Al Saud", "and of a house"),
            ("Bashar al-Assad", "Bashar", "al-Assad", "an article with its hyphen is no word of its own"),
            ("Conan O' Brien", "Conan", "O' Brien", "Irish, with a stray space"),
            ("Seán Ó Briain", "Seán", "Ó Briain", "Irish, as it is at home"),
            ("Jill St. John", "Jill", "St. John", "a saint"),
            ("Charles de Gaulle", "Charles", "de Gaulle", "French"),
            ("Ben Stiller", "Ben", "Stiller", "a given name that is a particle elsewhere"),
            ("Van Morrison", "Van", "Morrison", "so is this"),
            ("van der Berg", "", "van der Berg", "a name that begins small has no given name"),
            ("Kim Do Yun", "Kim Do", "Yun", "no particle with a capital"),
            ("José Ortega y Gasset", "José", "Ortega y Gasset", "two family names, joined"),
            ("Maria Costa e Silva", "Maria", "Costa e Silva", "and in Portuguese"),
            ("Beethoven, Ludwig van", "Ludwig", "van Beethoven", "a register leaves the particle behind"),
            ("van Beethoven, Ludwig", "Ludwig", "van Beethoven", "or not"),
            // What tells father from son.
            ("Martin Luther King Jr.", "Martin Luther", "King Jr.", "a suffix stays with the family name"),
            ("Martin Luther King, Jr.", "Martin Luther", "King Jr.", "behind a comma, too"),
            ("King Jr., Martin Luther", "Martin Luther", "King Jr.", "wherever it stands"),
            ("King, Martin Luther, Jr.", "Martin Luther", "King Jr.", "and here"),
            ("King, Martin Luther Jr", "Martin Luther", "King Jr", "and here"),
            ("John Quincy Smith III", "John Quincy", "Smith III", "a number"),
            ("João Silva Filho", "João", "Silva Filho", "behind two names Filho is a suffix"),
            ("João Neto", "João", "Neto", "behind one it is the family name"),
            ("John Jr.", "John Jr.", "", "without a family name it stays where it is"),
            // Titles and degrees.
            ("Dr. Ana Ruiz", "Ana", "Ruiz", "a title is no part of a name"),
            ("Prof. Dr. Ana Ruiz, PhD", "Ana", "Ruiz", "nor are several, or a degree"),
            ("Ana Ruiz M.D.", "Ana", "Ruiz", "a degree without a comma"),
            ("Ruiz, Dr. Ana", "Ana", "Ruiz", "a title behind the comma"),
            ("Ruiz, Dra.", "", "Ruiz", "a title in place of a given name"),
            ("Sra. Ana Ruiz", "Ana", "Ruiz", "Spanish titles, too"),
            ("Mrs. Ruiz", "", "Ruiz", "behind a title a single word is the family name"),
            ("Sir Elton", "Elton", "", "but not behind this one"),
            ("Dr.", "Dr.", "", "who is called so is called so"),
            ("Md Rahman", "Md", "Rahman", "an abbreviated Mohammed and no degree"),
            ("M. Night Shyamalan", "M. Night", "Shyamalan", "an initial and no Monsieur"),
            // What stands beside a name.
            ("Robert \"Bob\" Smith", "Robert \"Bob\"", "Smith", "a nickname stays with the given names"),
            ("Ana Ruiz (from work)", "Ana", "Ruiz", "a remark is no part of a name"),
            ("Ana Ruiz \u{1f31f}", "Ana", "Ruiz", "nor is what has no letters"),
            ("2. Ana Ruiz", "Ana", "Ruiz", "in front, too"),
            ("Ana Ruiz, ", "Ana", "Ruiz", "a comma with nothing behind it"),
            ("Ana & Luis", "Ana & Luis", "", "two people without a family name"),
            ("Ana & Luis Ruiz", "Ana & Luis", "Ruiz", "and with one"),
            // What is not divided.
            ("ana@example.com", "", "", "an address is no name"),
            ("+1 415 555 0101", "", "", "nor is a number"),
            ("Acme, Inc.", "", "", "nor is a company's"),
            ("Acme Widgets GmbH", "", "", "in any land"),
            ("Ruiz, Ana, Madrid", "", "", "two commas could say anything"),
            ("", "", "", "nothing"),
            (" , ", "", "", "nothing with a comma"),
            // Other scripts.
            ("山田太郎", "山田太郎", "", "nobody can tell where it ends"),
            ("山田 太郎", "太郎", "山田", "the family name comes first"),
            ("山田\u{3000}太郎", "太郎", "山田", "with their own space"),
            ("김 민준", "민준", "김", "in Korean, too"),
            ("マイケル ジャクソン", "マイケル", "ジャクソン", "but not of a foreigner's name"),
            ("Пётр Ильич Чайковский", "Пётр Ильич", "Чайковский", "Cyrillic as Latin"),
            ("محمد صلاح", "محمد", "صلاح", "and Arabic"),
        ];
        for (full, given, family, why) in cases {
            let parts = Parts::of(full);
            let said = (
                parts.given.as_deref().unwrap_or_default(),
                parts.family.as_deref().unwrap_or_default(),
            );
            assert_eq!(said, (given, family), "{full}: {why}");
        }
    }

    fn name() -> impl Strategy<Value = String> {
        let known: Vec<&str> = [
            super::TITLES,
            super::PARTICLES,
            super::DEGREES,
            super::JOINING,
        ]
        .concat();
        let word = prop_oneof![
            "\\PC{0,6}",
            proptest::sample::select(known).prop_map(str::to_owned),
            proptest::sample::select(vec![",", "Jr.", "III", "Ana", "Ruiz", "山", "(x)", "&"])
                .prop_map(str::to_owned),
        ];
        proptest::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
    }

    proptest! {
        /// Nothing is in the parts that is not in the name, and nothing twice.
        #[test]
        fn parts_are_made_of_the_name(full in name()) {
            let parts = Parts::of(&full);
            let mut rest: Vec<&str> = full.split(|c: char| c.is_whitespace() || ",，،".contains(c)).collect();
            for part in [parts.given, parts.family].into_iter().flatten() {
                prop_assert!(!part.trim().is_empty());
                for word in part.split(' ') {
                    let at = rest.iter().position(|other| *other == word);
                    prop_assert!(at.is_some(), "{} in {}", word, full);
                    rest.remove(at.unwrap());
                }
            }
        }

        /// What was printed and read back prints the same again.
        #[cfg(feature = "exchange")]
        #[test]
        fn a_printed_name_goes_back(
            full in proptest::option::of(name()),
            given in proptest::option::of(name()),
            family in proptest::option::of(name()),
        ) {
            let own = |text: Cow<'_, str>| text.into_owned();
            let of = |name: &Name| Name {
                full: name.display(),
                given: name.display_given().map(own),
                family: name.display_family().map(own),
            };
            for typed in [
                Name { full: full.clone(), given: given.clone(), family: family.clone() },
                Name { full: full.clone(), ..Name::default() },
                Name { full: None, given, family },
            ] {
                let printed = of(&typed);
                let back = printed.clone().without_derived();
                prop_assert!(of(&back) == printed, "{:?}", full);
                if typed.given.is_none() && typed.family.is_none() {
                    prop_assert!(back == typed, "what was derived is not kept: {:?}", full);
                }
            }
        }
    }

    use std::borrow::Cow;
}
