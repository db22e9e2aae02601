//! Texts as they are compared where only their letters matter.

use unicode_normalization::UnicodeNormalization;

/// Letters and digits alone, without accents, in lower case.
pub(crate) fn plain(text: &str) -> String {
    text.nfkd()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
