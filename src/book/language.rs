//! The language in whose order names stand.

use std::fmt;
use std::str::FromStr;

use icu_locale_core::Locale;

/// The longest tag that is read, in bytes.
const LONGEST: usize = 200;

/// A language, by its BCP 47 tag: `es`, `de-AT`, `zh-Hant`, …
///
/// The default is the order of no language in particular, which serves most of them: it
/// knows every script, and letters with accents stand with those without. A tag may ask
/// for one of several orders that a language has, as `de-u-co-phonebk` for German phone
/// books, where ä is ae.
///
/// ```
/// use kinfold::Language;
///
/// let swedish: Language = "sv".parse()?;
/// assert_eq!(swedish.to_string(), "sv");
/// assert_eq!("de-at".parse::<Language>()?.to_string(), "de-AT");
/// assert!("not a tag".parse::<Language>().is_err());
/// # Ok::<(), kinfold::InvalidLanguage>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Language(Locale);

/// A text that is not the tag of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the tag of a language such as es or de-AT (BCP 47)")]
pub struct InvalidLanguage;

impl Language {
    pub(crate) fn locale(&self) -> &Locale {
        &self.0
    }
}

impl Default for Language {
    /// No language in particular.
    fn default() -> Self {
        Self(Locale::UNKNOWN)
    }
}

impl FromStr for Language {
    type Err = InvalidLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(InvalidLanguage);
        }
        Locale::try_from_str(text)
            .map(Self)
            .map_err(|_| InvalidLanguage)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({self})")
    }
}
