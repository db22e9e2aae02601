//! What stands in the query of an address.

use std::borrow::Cow;

/// A phone as it was meant: a `+` that was not encoded is read as a space.
pub(super) fn phone(text: &str) -> Cow<'_, str> {
    match text.strip_prefix(' ') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => {
            format!("+{rest}").into()
        }
        _ => text.into(),
    }
}
