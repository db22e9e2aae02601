//! What a query asks for. It is text and has no syntax.

use std::ops::RangeInclusive;
use std::sync::{LazyLock, OnceLock};

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};
use unicode_normalization::UnicodeNormalization;

use super::nicknames;
use super::words::Reading;

/// So many words are looked for; what stands behind them makes no difference.
pub(crate) const MOST_WORDS: usize = 32;

/// So many characters of a query are read.
pub(crate) const LONGEST_QUERY: usize = 10_000;

/// So many parts of one word are looked for.
const MOST_PARTS: usize = 32;

/// So many patterns of a query may be met by typing errors, the first ones, and none that
/// is longer than so many characters: an automaton has states for each character.
const MOST_WITH_TYPOS: usize = 16;
const LONGEST_WITH_TYPOS: usize = 32;

/// Fewer digits are no phone's end, and no phone has more.
const PHONE_DIGITS: RangeInclusive<usize> = 3..=15;

/// A query that was read: all of its words must match.
pub(crate) struct Query {
    /// Without any, nothing is found.
    pub(crate) words: Vec<Word>,
    chunks: usize,
}

/// A word of a query: one of the ways must match.
pub(crate) struct Word {
    /// All patterns of a way must match.
    pub(crate) ways: Vec<Vec<Pattern>>,
}

/// What something of a contact must be like.
pub(crate) enum Pattern {
    /// A word.
    Text(TextPattern),
    /// The last digits of a phone.
    PhoneEnd(String),
}

/// A word, as it was typed and folded.
pub(crate) struct TextPattern {
    text: String,
    is_short: bool,
    distance: u8,
    typo: OnceLock<DFA>,
}

impl Query {
    /// Reads a query. The first 32 words of it are looked for.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.trim_start();
        let end = text.char_indices().nth(LONGEST_QUERY);
        let text = end.and_then(|(end, _)| text.get(..end)).unwrap_or(text);
        let reading = Reading::of(text);
        let mut reader = Reader::default();
        let sources = reading.chunks.iter().map(|chunk| &chunk.source);
        let sources = sources.filter_map(|source| text.get(source.clone()));
        let digits: Option<String> = sources.map(phone_digits_typed).collect();
        let digits = digits.filter(|digits| PHONE_DIGITS.contains(&digits.len()));
        let (words, chunks) = if let Some(digits) = digits.filter(|_| reading.chunks.len() > 1) {
            let mut word = Word { ways: Vec::new() };
            word.add_phone(&digits);
            let (mut joined, mut parts) = (Vec::new(), Vec::new());
            for chunk in reading.chunks.iter().take(MOST_WORDS) {
                joined.push(reader.pattern(reading.joined(chunk)));
                let some = reading.parts(chunk).take(MOST_PARTS);
                parts.extend(some.map(|part| reader.pattern(part)));
            }
            let is_divided = parts.len() > joined.len();
            word.ways.push(joined);
            if is_divided {
                word.ways.push(parts);
            }
            (vec![word], reading.chunks.len())
        } else {
            let mut words: Vec<Word> = Vec::new();
            for chunk in &reading.chunks {
                let mut word = Word { ways: Vec::new() };
                word.ways.push(vec![reader.pattern(reading.joined(chunk))]);
                if chunk.is_divided() {
                    let parts = reading.parts(chunk).take(MOST_PARTS);
                    word.ways
                        .push(parts.map(|part| reader.pattern(part)).collect());
                }
                let source = text.get(chunk.source.clone()).unwrap_or_default();
                if let Some(digits) = phone_digits_typed(source) {
                    word.add_phone(&digits);
                }
                if !words.iter().any(|other| other.is_same(&word)) {
                    words.push(word);
                }
                if words.len() == MOST_WORDS {
                    break;
                }
            }
            let chunks = words.len();
            (words, chunks)
        };
        Self { words, chunks }
    }

    /// How many chunks a whole name has that the query is.
    pub(crate) fn chunks(&self) -> usize {
        self.chunks
    }
}

/// Makes patterns, and counts those that may be met by typing errors.
#[derive(Default)]
struct Reader {
    with_typos: usize,
}

impl Reader {
    fn pattern(&mut self, text: &str) -> Pattern {
        let characters = text.chars().count();
        let mut distance = match characters {
            0..4 => 0,
            4..8 => 1,
            8..=LONGEST_WITH_TYPOS => 2,
            _ => 0,
        };
        if distance > 0 {
            self.with_typos += 1;
            if self.with_typos > MOST_WITH_TYPOS {
                distance = 0;
            }
        }
        Pattern::Text(TextPattern {
            text: text.to_owned(),
            is_short: characters < 2,
            distance,
            typo: OnceLock::new(),
        })
    }
}

impl Word {
    /// Adds the ways to be a phone's end: with the zeros in front, and without them, because
    /// the number as it is dialled in its country begins with one.
    fn add_phone(&mut self, digits: &str) {
        let without_zeros = digits.trim_start_matches('0');
        for (digits, is_another) in [
            (digits, true),
            (without_zeros, without_zeros.len() < digits.len()),
        ] {
            if is_another && PHONE_DIGITS.contains(&digits.len()) {
                self.ways.push(vec![Pattern::PhoneEnd(digits.to_owned())]);
            }
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let texts = |word: &Self| -> Vec<Vec<String>> {
            let text = |pattern: &Pattern| match pattern {
                Pattern::Text(pattern) => pattern.text.clone(),
                Pattern::PhoneEnd(digits) => format!("+{digits}"),
            };
            let way = |way: &Vec<Pattern>| way.iter().map(text).collect();
            word.ways.iter().map(way).collect()
        };
        texts(self) == texts(other)
    }
}

impl TextPattern {
    /// The word itself.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is too short to be the beginning of a word that is not of the name.
    pub(crate) fn is_short(&self) -> bool {
        self.is_short
    }

    /// What the word is a nickname of, and its nicknames.
    pub(crate) fn nicknames(&self) -> impl Iterator<Item = &'static str> {
        nicknames::of(&self.text)
    }

    /// How many typing errors it may have: none, one or two.
    pub(crate) fn distance(&self) -> u8 {
        self.distance
    }

    /// Knows the words that begin like this one with so many typing errors.
    pub(crate) fn typo(&self) -> Option<&DFA> {
        static ONE: LazyLock<LevenshteinAutomatonBuilder> =
            LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
        static TWO: LazyLock<LevenshteinAutomatonBuilder> =
            LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));
        let builder = match self.distance {
            0 => return None,
            1 => &ONE,
            _ => &TWO,
        };
        Some(
            self.typo
                .get_or_init(|| builder.build_prefix_dfa(&self.text)),
        )
    }

    pub(super) fn is_misspelt(&self, form: &str) -> bool {
        self.typo()
            .is_some_and(|typo| matches!(typo.eval(form), Distance::Exact(_)))
    }
}

/// The digits of a chunk that is written like a phone or a piece of one.
fn phone_digits_typed(chunk: &str) -> Option<String> {
    let mut digits = String::new();
    for character in chunk.nfkc() {
        match character {
            '0'..='9' => digits.push(character),
            '+' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            // What directs the writing; the digits of other scripts.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ if character.is_numeric() => match any_ascii::any_ascii_char(character).as_bytes() {
                [digit] if digit.is_ascii_digit() => digits.push(char::from(*digit)),
                _ => return None,
            },
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some(digits)
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
