//! External ids: what another system calls a contact.

use super::{Key, Kind, Reason, Refusal, text};
use unicode_normalization::UnicodeNormalization;

/// The source of an external id for which none is given.
pub const DEFAULT_SOURCE: &str = "default";

/// The longest source, in characters after normalization.
pub const MAX_SOURCE_CHARS: usize = 100;

/// The longest value, in characters after normalization.
pub const MAX_VALUE_CHARS: usize = 1000;

/// Reads an external id, and the name of the system that issued it, to the key `source:value`.
///
/// Both are trimmed and brought to NFC (UAX #15); their case is kept, because to the system that
/// issued an id `a7` and `A7` may be two records. The source is [`DEFAULT_SOURCE`] where none is
/// given. It holds no `:`, so the first one in a key ends it; the value may hold some.
///
/// # Errors
///
/// Refuses an empty value, a source that is given but empty, hidden characters, a `:` in the source,
/// sources over [`MAX_SOURCE_CHARS`] (100) and values over [`MAX_VALUE_CHARS`] (1000) characters.
///
/// ```
/// use kinfold::ident::{Reason, external_id};
/// let key = external_id::read(Some(" hubspot "), "a:7")?;
/// assert_eq!((key.source(), key.value()), (Some("hubspot"), "a:7"));
/// assert_eq!(external_id::read(None, "7")?.as_str(), "default:7");
/// let refused = external_id::read(Some("a:b"), "7").unwrap_err();
/// assert_eq!(refused.reason(), Reason::SourceWithColon);
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
pub fn read(source: Option<&str>, value: &str) -> Result<Key, Refusal> {
    let source = source.unwrap_or(DEFAULT_SOURCE);
    text::refuse_hidden(source)?;
    text::refuse_hidden(value)?;
    let source = canonical(source, MAX_SOURCE_CHARS).ok_or(Reason::SourceTooLong)?;
    let value = canonical(value, MAX_VALUE_CHARS).ok_or(Reason::ValueTooLong)?;
    if source.is_empty() {
        return Err(Reason::SourceEmpty.into());
    }
    if source.contains(':') {
        return Err(Reason::SourceWithColon.into());
    }
    if value.is_empty() {
        return Err(Reason::Empty.into());
    }
    Ok(Key::from_stored(
        Kind::ExternalId,
        format!("{source}:{value}"),
    ))
}

/// The text trimmed and in NFC, if that is not over the limit.
fn canonical(typed: &str, limit: usize) -> Option<String> {
    let trimmed = typed.trim();
    if trimmed.is_ascii() {
        return (trimmed.len() <= limit).then(|| trimmed.to_owned());
    }
    let mut count = 0;
    // Normalization is a stream, so a huge text is given up at the limit and not read to its end.
    trimmed
        .nfc()
        .map(|character| {
            count += 1;
            (count <= limit).then_some(character)
        })
        .collect()
}
