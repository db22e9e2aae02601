//! How long a field may be, and what a text may hold.

use super::refused::Refused;

/// The limits of a contact's fields, in characters unless said otherwise. What is
/// longer is refused with the field's name, never cut.
#[derive(Clone, Copy, Debug)]
pub struct Limits;

impl Limits {
    /// Each part of a name.
    pub const NAME: usize = 500;
    /// A line of text: company, gender, source, assigned user, business id, type, visitor id,
    /// city, why not to disturb, … A time zone is a name of the IANA database.
    pub const LINE: usize = 1_000;
    /// A web address.
    pub const WEBSITE: usize = 2_048;
    /// A text of several lines: description, street.
    pub const TEXT: usize = 65_536;
    /// One tag.
    pub const TAG: usize = 200;
    /// Tags of one contact; merges may exceed it.
    pub const TAGS: usize = 1_000;
    /// One follower, offer or product.
    pub const ITEM: usize = 200;
    /// Followers, offers and products of one contact, of each; merges may exceed it.
    pub const ITEMS: usize = 1_000;
    /// The first or the last attribution, in bytes of JSON.
    pub const OBJECT: usize = 65_536;
    /// The name of a custom field, its type, or a metadata key.
    pub const ENTRY_NAME: usize = 200;
    /// Custom fields, and metadata keys, of one contact; merges may exceed it.
    pub const ENTRIES: usize = 1_000;
    /// The value of a custom field or metadata key, in bytes of JSON.
    pub const ENTRY_VALUE: usize = 65_536;
    /// The options of a custom field.
    pub const OPTIONS: usize = 1_000;
    /// Entries of one list of a memory.
    pub const MEMORY_ENTRIES: usize = 1_000;
    /// One list of a memory, in bytes of JSON.
    pub const MEMORY_LIST: usize = 1_048_576;
    /// The name of who writes, in the change log.
    pub const ORIGIN: usize = 200;
    /// The key under which an answer is kept.
    pub const IDEMPOTENCY_KEY: usize = 200;
    /// Identifiers in one request.
    pub const REQUEST_IDENTIFIERS: usize = 1_000;
}

/// A text of one line: trimmed, `None` if nothing is left.
pub(crate) fn line(field: &str, text: &str, most: usize) -> Result<Option<String>, Refused> {
    clean(field, text, most, |character| character.is_control())
}

/// A text that may have several lines.
pub(crate) fn lines(field: &str, text: &str, most: usize) -> Result<Option<String>, Refused> {
    clean(field, text, most, |character| {
        character.is_control() && !matches!(character, '\n' | '\r' | '\t')
    })
}

fn clean(
    field: &str,
    text: &str,
    most: usize,
    forbidden: impl Fn(char) -> bool,
) -> Result<Option<String>, Refused> {
    let trimmed = text.trim();
    // A character has at least one byte: most texts need no counting.
    if trimmed.len() > most && trimmed.chars().nth(most).is_some() {
        let reason = format!("it is longer than {most} characters");
        return Err(Refused::field(field, trimmed, reason));
    }
    let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if trimmed.bytes().all(is_plain) {
        return Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()));
    }
    if trimmed.contains('\0') {
        return Err(Refused::field(field, trimmed, "it holds a NUL character"));
    }
    if trimmed.chars().any(forbidden) {
        return Err(Refused::field(
            field,
            trimmed,
            "it holds a control character",
        ));
    }
    Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
}
