//! What no identifier may contain, whatever its kind.

use super::{Reason, Refusal};

/// Refuses text with characters that can't be seen: two keys that look alike must be alike.
///
/// Called on the whole text as typed, before anything is trimmed from it.
pub(super) fn refuse_hidden(text: &str) -> Result<(), Refusal> {
    // Nearly all that is typed is plain ASCII, and there only the control characters are hidden.
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) {
        return Ok(());
    }
    match text.chars().find_map(hidden) {
        Some(reason) => Err(reason.into()),
        None => Ok(()),
    }
}

/// Why this character is hidden, if it is.
const fn hidden(character: char) -> Option<Reason> {
    match character {
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => Some(Reason::ControlCharacter),
        '\u{2028}' | '\u{2029}' => Some(Reason::LineSeparator),
        // UAX #9, section 2: the marks, embeddings, overrides and isolates.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(Reason::BidirectionalControl)
        }
        // UAX #44, Default_Ignorable_Code_Point, which holds the soft hyphen (U+00AD), the
        // zero-width space and joiners, the word joiner, fillers, variation selectors and tags;
        // and the annotation characters, which can't be seen either.
        '\u{AD}'
        | '\u{34F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => Some(Reason::InvisibleCharacter),
        _ => None,
    }
}
