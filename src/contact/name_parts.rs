//! Given and family name out of a whole one. The rules stand at [`Name`](super::Name).

use std::borrow::Cow;

/// What a whole name says of its parts.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) given: Option<Cow<'a, str>>,
    pub(crate) family: Option<Cow<'a, str>>,
}

/// Titles, with or without a full stop.
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "mr", "mister", "mrs", "ms", "miss", "mx", "dr", "dra", "prof", "profa", "professor", "rev",
    "reverend", "hon", "sr", "sra", "srta", "señor", "señora", "señorita", "senhor", "senhora",
    "herr", "frau", "monsieur", "madame", "mademoiselle", "mme", "mlle", "signor", "signora",
    "dott", "ing", "lic",
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
    pub(crate) fn of(full: &'a str) -> Self {
        let mut segments: Vec<Vec<&str>> = full
            .split([',', '，', '،'])
            .map(words)
            .filter(|words| !words.is_empty())
            .collect();
        let is_company = |word: &&str| COMPANIES.contains(&bare(word).as_str());
        if full.contains('@') || segments.iter().flatten().any(is_company) {
            return Self::default();
        }
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

    /// The parts of a whole name of which the given name is known.
    #[cfg(feature = "wire")]
    pub(crate) fn beside_given(full: &'a str, given: &'a str) -> Self {
        let said = Self::of(full);
        let family = match said.given.as_deref() == Some(given) {
            true => said.family,
            false => rest_of(full, given).map(Cow::from),
        };
        Self {
            given: Some(given.into()),
            family,
        }
    }

    /// The parts of a whole name of which the family name is known.
    #[cfg(feature = "wire")]
    pub(crate) fn beside_family(full: &'a str, family: &'a str) -> Self {
        let said = Self::of(full);
        let given = match said.family.as_deref() == Some(family) {
            true => said.given,
            false => rest_of(full, family).map(Cow::from),
        };
        Self {
            given,
            family: Some(family.into()),
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

/// What a part of a whole name leaves of it, if it stands at its beginning or its end.
#[cfg(feature = "wire")]
fn rest_of<'a>(full: &'a str, part: &str) -> Option<&'a str> {
    let parts =
        |character: char| character.is_whitespace() || matches!(character, ',' | '，' | '،');
    let (full, part) = (full.trim(), part.trim());
    let behind = full.strip_prefix(part);
    let behind = behind.filter(|rest| rest.starts_with(parts));
    let before = || full.strip_suffix(part).filter(|rest| rest.ends_with(parts));
    let rest = behind.or_else(before)?.trim_matches(parts);
    (!rest.is_empty()).then_some(rest)
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
    let is_whole = words.first().is_some_and(|word| is_small(word))
        && !words.iter().all(|word| is_small(word));
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
    words.drain(..titles).next_back()
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
mod tests;
