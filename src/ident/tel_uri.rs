//! `tel:` URIs (RFC 3966), brought to plain text that the authority on phones reads.

use super::{Reason, Refusal};
use std::borrow::Cow;

const SCHEME: &str = "tel:";

/// The number of a `tel:` URI as plain text, its extension behind `;ext=`. Other text as it is.
///
/// The authority reads some of RFC 3966 itself, but loses an extension that stands behind a
/// `phone-context`, and panics where `tel:` does. So neither ever gets there: a global context is
/// put before the number, other parameters are left out, as RFC 3966 section 3 allows.
pub(super) fn unfold(text: &str) -> Result<Cow<'_, str>, Refusal> {
    let body = strip_scheme(text);
    if body.is_none() && !has_context(text) {
        return Ok(Cow::Borrowed(text));
    }
    let mut parts = body.unwrap_or(text).split(';');
    let number = parts.next().unwrap_or_default().trim();
    let mut context = None;
    let mut extension = None;
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), value.trim()),
            // A bare `;5` is how telephones themselves write an extension.
            None if part.trim().starts_with(char::is_numeric) => ("ext", part.trim()),
            None => continue,
        };
        let parameter = if name.eq_ignore_ascii_case("ext") {
            &mut extension
        } else if name.eq_ignore_ascii_case("phone-context") {
            &mut context
        } else {
            continue;
        };
        // RFC 3966 section 3: no parameter more than once. Which one would be meant?
        if parameter.replace(value).is_some() {
            return Err(Reason::NotAPhone.into());
        }
    }
    let mut plain = String::with_capacity(text.len());
    if let Some(context) = context {
        match context.strip_prefix('+') {
            Some(digits) if is_phone_digits(digits) => {
                // A number with a `+` is global already and needs no context.
                if !number.starts_with(['+', '\u{FF0B}']) {
                    plain.push_str(context);
                }
            }
            // The domain whose numbering plan this is says nothing of the country.
            None if is_domain(context) => {}
            _ => return Err(Reason::NotAPhone.into()),
        }
    }
    plain.push_str(number);
    if let Some(extension) = extension {
        if !is_phone_digits(extension) {
            return Err(Reason::NotAPhone.into());
        }
        plain.push_str(";ext=");
        plain.extend(extension.chars().filter(|c| !is_visual_separator(*c)));
    }
    Ok(Cow::Owned(plain))
}

fn strip_scheme(text: &str) -> Option<&str> {
    let (scheme, body) = text.split_at_checked(SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then_some(body)
}

/// Whether a parameter is there that the authority would take for a sign of a `tel:` URI.
fn has_context(text: &str) -> bool {
    text.split(';').skip(1).any(|part| {
        let name = part.split('=').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("phone-context") || name.eq_ignore_ascii_case("isub")
    })
}

/// RFC 3966 `1*phonedigit`, with at least one that is not a visual separator.
fn is_phone_digits(text: &str) -> bool {
    text.contains(char::is_numeric)
        && text
            .chars()
            .all(|c| c.is_numeric() || is_visual_separator(c))
}

/// RFC 3966 `visual-separator`.
fn is_visual_separator(character: char) -> bool {
    matches!(character, '-' | '.' | '(' | ')')
}

/// RFC 3966 `domainname`, without looking at where its hyphens stand.
fn is_domain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
}
