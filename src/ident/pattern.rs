//! Keys by their shape: `noreply@*`.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::text::refuse_hidden;
use super::{Key, Kind, Reason, Refusal};

/// The longest pattern, in bytes.
pub const MAX_PATTERN_BYTES: usize = 500;

/// A shape of keys of one kind. A `*` stands for any run of characters, also for none, and
/// everything else for itself.
///
/// ```
/// use kinfold::ident::{Key, KeyPattern, Kind};
///
/// let noreply = KeyPattern::read(Kind::Email, "NoReply@*")?;
/// assert!(noreply.matches(&Key::read(Kind::Email, "noreply@example.com")?));
/// assert!(!noreply.matches(&Key::read(Kind::Email, "ana@example.com")?));
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPattern {
    kind: Kind,
    text: Box<str>,
}

impl KeyPattern {
    /// Reads a pattern. Emails are brought to lower case, and phones lose the signs between
    /// their digits, as keys do.
    ///
    /// # Errors
    ///
    /// Refuses hidden characters, a pattern without a `*`, which would be a key, one of
    /// nothing but `*`, which would be every key, and one of over [`MAX_PATTERN_BYTES`].
    pub fn read(kind: Kind, text: &str) -> Result<Self, Refusal> {
        refuse_hidden(text)?;
        let text: String = text.trim().nfc().collect();
        let text = match kind {
            Kind::Phone => {
                let is_sign = |character: &char| !matches!(character, ' ' | '-' | '.' | '(' | ')');
                text.chars().filter(is_sign).collect()
            }
            Kind::Email => text.to_lowercase(),
            Kind::ExternalId => text,
        };
        if !text.contains('*') {
            return Err(Reason::PatternWithoutStar.into());
        }
        if text.bytes().all(|byte| byte == b'*') {
            return Err(Reason::PatternOfAll.into());
        }
        if text.len() > MAX_PATTERN_BYTES {
            return Err(Reason::PatternTooLong.into());
        }
        Ok(Self {
            kind,
            text: text.into(),
        })
    }

    /// A pattern that was read before and is taken as it stands.
    pub(crate) fn from_stored(kind: Kind, text: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// The kind of keys that it matches.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The pattern, as it is compared.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a key has this shape.
    pub fn matches(&self, key: &Key) -> bool {
        key.kind() == self.kind && matches(&self.text, key.as_str())
    }
}

/// Compares piece by piece: what stands between two stars is looked for from left to right,
/// which finds a match if there is one.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces = rest.split('*');
    let tail = pieces.next_back().unwrap_or_default();
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = text.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    text.ends_with(tail)
}

impl fmt::Debug for KeyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPattern({})", self.kind)
    }
}

/// Values that everybody types who has none: a new scope blocks them.
pub(crate) const NOTORIOUS_PATTERNS: &[(Kind, &str)] = &[
    (Kind::Email, "noreply@*"),
    (Kind::Email, "no-reply@*"),
    (Kind::Email, "no_reply@*"),
    (Kind::Email, "donotreply@*"),
    (Kind::Email, "do-not-reply@*"),
    (Kind::Email, "do_not_reply@*"),
    (Kind::Email, "mailer-daemon@*"),
];

/// The same, as keys.
pub(crate) const NOTORIOUS_KEYS: &[(Kind, &str)] = &[
    (Kind::Phone, "+10000000000"),
    (Kind::Email, "none@none.com"),
    (Kind::Email, "noemail@noemail.com"),
];

/// Whether a new scope blocks a key by itself.
pub(crate) fn is_notorious_key(key: &Key) -> bool {
    let named = |(kind, text): &(Kind, &str)| *kind == key.kind() && *text == key.as_str();
    NOTORIOUS_KEYS.iter().any(named)
}

/// Whether a new scope blocks a pattern.
pub(crate) fn is_notorious_pattern(pattern: &KeyPattern) -> bool {
    let mut all = NOTORIOUS_PATTERNS.iter();
    all.any(|(kind, text)| *kind == pattern.kind && *text == pattern.as_str())
}

/// Whether a new scope blocks a key.
pub(crate) fn is_notorious(key: &Key) -> bool {
    is_notorious_key(key)
        || NOTORIOUS_PATTERNS
            .iter()
            .any(|(kind, pattern)| *kind == key.kind() && matches(pattern, key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{KeyPattern, NOTORIOUS_KEYS, NOTORIOUS_PATTERNS, matches};
    use crate::ident::{Key, Kind, Reason};

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("noreply@*", "noreply@example.com", true),
            ("noreply@*", "noreply@", true),
            ("noreply@*", "xnoreply@example.com", false),
            ("*@example.com", "a@example.com", true),
            ("*@example.com", "a@example.com.au", false),
            ("*bot*@*", "robot7@example.com", true),
            ("*bot*@*", "b0t@example.com", false),
            // The pieces may not overlap.
            ("aba*aba", "aba", false),
            ("aba*aba", "ababa", false),
            ("aba*aba", "abaaba", true),
            ("*ab*ab", "ab", false),
            ("+1555*", "+15551234567", true),
            ("a**b", "ab", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_is_read_as_keys_are() {
        let read = |kind, text| KeyPattern::read(kind, text).map(|pattern| pattern.text);
        assert_eq!(read(Kind::Email, " NoReply@* ").as_deref(), Ok("noreply@*"));
        assert_eq!(read(Kind::Phone, "+1 (555) *").as_deref(), Ok("+1555*"));
        let reason = |text| KeyPattern::read(Kind::Email, text).unwrap_err().reason();
        assert_eq!(reason("a@example.com"), Reason::PatternWithoutStar);
        assert_eq!(reason("**"), Reason::PatternOfAll);
        assert_eq!(reason("a\u{200b}*"), Reason::InvisibleCharacter);
        assert_eq!(
            reason(&format!("{}*", "a".repeat(500))),
            Reason::PatternTooLong
        );
    }

    #[test]
    fn what_is_notorious_can_be_typed() {
        for (kind, text) in NOTORIOUS_KEYS {
            assert_eq!(Key::read(*kind, text).unwrap().as_str(), *text);
        }
        for (kind, text) in NOTORIOUS_PATTERNS {
            assert_eq!(KeyPattern::read(*kind, text).unwrap().as_str(), *text);
        }
    }
}
