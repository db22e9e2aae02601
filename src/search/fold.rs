//! From the characters of a text to those that are compared: case, accents and width make
//! no difference.

use any_ascii::any_ascii_char;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkd_quick};

/// What a character with its marks is to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    /// A letter of the Latin script or a digit: its own form is its transliteration.
    Latin,
    /// Of another script.
    Foreign,
    /// Of a script that doesn't set the words of a name apart: Chinese, Japanese, Korean.
    Unspaced,
}

/// Whether a character belongs to the one before it.
pub(super) fn extends(character: char) -> bool {
    // Below there is only the soft hyphen.
    if character < '\u{300}' {
        return character == '\u{ad}';
    }
    is_combining_mark(character)
        || is_ignored(character)
        // Vowels and final consonants of decomposed Hangul; half-width voicing marks.
        || matches!(character, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7ff}' | '\u{ff9e}' | '\u{ff9f}')
}

/// Characters that can't be seen, and the line that only makes Arabic words longer.
fn is_ignored(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{640}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Folds a character and those that belong to it. `each` gets every letter that comes of
/// it, once its own form and its transliteration stand at the end of `own` and `ascii`,
/// and `None` for what separates words.
pub(super) fn fold(
    cluster: &str,
    buffer: &mut Vec<char>,
    own: &mut String,
    ascii: &mut String,
    mut each: impl FnMut(Option<Letter>, &mut String, &mut String),
) {
    if let Some(letter) = fold_single(cluster, own, ascii) {
        each(letter, own, ascii);
        return;
    }
    buffer.clear();
    let seen = cluster.chars().filter(|character| !is_ignored(*character));
    buffer.extend(seen.nfkc());
    for group in buffer.chunk_by(|_, next| is_combining_mark(*next)) {
        match group {
            [base, ..] if is_combining_mark(*base) => {}
            [base, ..] if is_letter(*base) => {
                let letter = fold_group(*base, group, own, ascii);
                each(Some(letter), own, ascii);
            }
            _ => each(None, own, ascii),
        }
    }
}

/// The quick way for a character that stands alone and has one form.
fn fold_single(cluster: &str, own: &mut String, ascii: &mut String) -> Option<Option<Letter>> {
    let mut characters = cluster.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else {
        return None;
    };
    if character.is_ascii() {
        if !character.is_ascii_alphanumeric() {
            return Some(None);
        }
        own.push(character.to_ascii_lowercase());
        ascii.push(character.to_ascii_lowercase());
        return Some(Some(Letter::Latin));
    }
    let is_common = matches!(character, '\u{c0}'..='\u{17e}' | '\u{1e00}'..='\u{1eff}');
    if is_common && !matches!(character, '×' | '÷' | '\u{149}') && push_ascii(ascii, character) > 0
    {
        push_ascii(own, character);
        return Some(Some(Letter::Latin));
    }
    if is_common
        || is_ignored(character)
        || is_combining_mark(character)
        || is_nfkd_quick(std::iter::once(character)) != IsNormalized::Yes
    {
        return None;
    }
    let letter = is_letter(character);
    Some(letter.then(|| fold_group(character, &[character], own, ascii)))
}

/// A letter in its composed form, with the marks that could not be composed with it.
fn fold_group(base: char, group: &[char], own: &mut String, ascii: &mut String) -> Letter {
    let unspaced = is_unspaced(base);
    if !unspaced && is_latin(base) && push_ascii(ascii, base) > 0 {
        push_ascii(own, base);
        return Letter::Latin;
    }
    for character in group {
        push_ascii(ascii, *character);
    }
    let kept = group.iter().copied().nfd().filter(|it| !is_accent(*it));
    let lower = kept.flat_map(char::to_lowercase);
    let sigma = lower.map(|it| if it == 'ς' { 'σ' } else { it });
    own.extend(sigma.nfc());
    match unspaced {
        true => Letter::Unspaced,
        false => Letter::Foreign,
    }
}

/// Adds the letters and digits of a transliteration, and says how many they are.
fn push_ascii(text: &mut String, character: char) -> usize {
    let before = text.len();
    let letters = any_ascii_char(character).chars();
    let letters = letters.filter(char::is_ascii_alphanumeric);
    text.extend(letters.map(|letter| letter.to_ascii_lowercase()));
    text.len() - before
}

/// Marks that a name is found without: accents, and the vowels of Hebrew and Arabic. Those
/// that make another letter (voicing, virama, nukta) and the vowels of Thai stay.
fn is_accent(character: char) -> bool {
    matches!(canonical_combining_class(character), 10..=36 | 202..=240)
}

fn is_letter(character: char) -> bool {
    // Letters by their class, apostrophes by their use: Hawaiʻi.
    character.is_alphanumeric() && !matches!(character, '\u{2b0}'..='\u{2ff}')
}

/// Of a character in its composed, compatible form.
fn is_latin(character: char) -> bool {
    matches!(
        character,
        '0'..='9'
            | 'A'..='Z'
            | 'a'..='z'
            | '\u{c0}'..='\u{2af}'
            | '\u{1d00}'..='\u{1d25}'
            | '\u{1d6b}'..='\u{1d77}'
            | '\u{1d79}'..='\u{1d9a}'
            | '\u{1e00}'..='\u{1eff}'
            | '\u{2c60}'..='\u{2c7f}'
            | '\u{a722}'..='\u{a7ff}'
            | '\u{ab30}'..='\u{ab64}'
    ) || character.is_numeric()
}

fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{1100}'..='\u{11ff}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3041}'..='\u{3096}'
            | '\u{309d}'..='\u{309f}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{30fc}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{1b000}'..='\u{1b16f}'
            | '\u{20000}'..='\u{3ffff}'
    )
}
