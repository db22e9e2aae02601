//! Emails: from what was typed to the canonical address.

use super::{Key, Kind, Reason, Refusal, text};
use email_address::{EmailAddress, Options};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The longest address, in bytes of its canonical form (RFC 5321, section 4.5.3.1.3, erratum 1690).
pub const MAX_BYTES: usize = 254;

/// The longest part before the `@`, in bytes (RFC 5321, section 4.5.3.1.1).
pub const MAX_LOCAL_BYTES: usize = 64;

/// No domain name that fits in an address has more bytes in any spelling: four for each character.
const MAX_DOMAIN_TYPED_BYTES: usize = 4 * MAX_BYTES;

/// An address that is shorter than this breaks no limit on all of it or on its domain.
const MAX_PLAIN_BYTES: usize = 200;

/// How often normalization and lower case are applied until neither changes anything.
const MAX_ROUNDS: usize = 4;

/// Addresses alone: no names around them, no `[192.0.2.1]`, and domains of one label accepted.
const GRAMMAR: Options = Options {
    minimum_sub_domains: 0,
    allow_domain_literal: false,
    allow_display_text: false,
};

/// A character that the grammar takes wherever it means any that is not ASCII.
const STAND_IN: char = '\u{C2A0}';

/// Reads an email address.
///
/// The key is the whole address in NFC (UAX #15) and lower case (Unicode), its domain in ASCII as
/// UTS 46 has it, non-transitional and with STD3 rules. Plus tags, dots and quotes are part of the
/// identity. The grammar is that of the crate `email_address`: RFC 5322 without comments, folding
/// white space and obsolete forms, and with RFC 6531's letters beyond ASCII.
///
/// # Errors
///
/// Refuses hidden characters, names around the address, comments, domain literals, a dot at the end
/// of the domain, addresses over [`MAX_BYTES`] (254) bytes and local parts over
/// [`MAX_LOCAL_BYTES`] (64) bytes, both counted in the canonical form.
///
/// ```
/// use kinfold::ident::{Reason, email};
/// assert_eq!(email::read(" Ana.B+x@EXAMPLE.org ")?.as_str(), "ana.b+x@example.org");
/// assert_eq!(email::read("ana@bücher.example")?.as_str(), "ana@xn--bcher-kva.example");
/// let refused = email::read("Ana <ana@example.org>").unwrap_err();
/// assert_eq!(refused.reason(), Reason::EmailDisplayName);
/// # Ok::<(), kinfold::ident::Refusal>(())
/// ```
pub fn read(text: &str) -> Result<Key, Refusal> {
    text::refuse_hidden(text)?;
    let trimmed = text.trim();
    if is_plain(trimmed) {
        return Ok(Key::from_stored(Kind::Email, trimmed.to_ascii_lowercase()));
    }
    read_any(trimmed)
}

/// Whether an address is of the plain kind that nearly all are, which the full reading
/// would take as it stands but for its case.
fn is_plain(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let is_word = |word: &str| {
        let mut bytes = word.bytes();
        !word.is_empty()
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
            // What stands for other letters is looked into.
            && label.as_bytes().get(2..4) != Some(b"--".as_slice())
    };
    address.len() <= MAX_PLAIN_BYTES
        && local.len() <= MAX_LOCAL_BYTES
        && local.split('.').all(is_word)
        && domain.split('.').all(is_label)
}

/// Reads any address, white space around it gone.
fn read_any(trimmed: &str) -> Result<Key, Refusal> {
    if trimmed.is_empty() {
        return Err(Reason::Empty.into());
    }
    let folded = fold(trimmed)?;
    if folded.ends_with('>') {
        return Err(Reason::EmailDisplayName.into());
    }
    let Some((local, domain)) = folded.rsplit_once('@') else {
        return Err(Reason::EmailWithoutAt.into());
    };
    if local.len() > MAX_LOCAL_BYTES {
        return Err(Reason::EmailLocalPartTooLong.into());
    }
    let domain = ascii_domain(domain)?;
    let address = format!("{local}@{domain}");
    if address.len() > MAX_BYTES {
        return Err(Reason::EmailTooLong.into());
    }
    check_grammar(local, &domain)?;
    Ok(Key::from_stored(Kind::Email, address))
}

/// NFC and lower case, as often as it takes until neither changes anything.
fn fold(typed: &str) -> Result<String, Refusal> {
    if typed.is_ascii() {
        return Ok(typed.to_ascii_lowercase());
    }
    let mut folded: String = typed.nfc().collect();
    for _ in 0..MAX_ROUNDS {
        let lower = folded.to_lowercase();
        if lower == folded && is_nfc(&lower) {
            return Ok(folded);
        }
        folded = lower.nfc().collect();
    }
    Err(Reason::NotStable.into())
}

/// The domain in ASCII by UTS 46: letters, digits and hyphens inside its labels, no dot at its end.
fn ascii_domain(domain: &str) -> Result<String, Refusal> {
    if domain.starts_with('[') && domain.ends_with(']') {
        return Err(Reason::EmailDomainLiteral.into());
    }
    if domain.len() > MAX_DOMAIN_TYPED_BYTES {
        return Err(Reason::EmailTooLong.into());
    }
    Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Reason::EmailDomain.into())
}

fn check_grammar(local: &str, domain: &str) -> Result<(), Refusal> {
    let shown = format!("{}@{domain}", show_to_grammar(local));
    match EmailAddress::parse_with_options(&shown, GRAMMAR) {
        Ok(_) => Ok(()),
        Err(
            email_address::Error::DomainEmpty
            | email_address::Error::DomainTooLong
            | email_address::Error::SubDomainEmpty
            | email_address::Error::SubDomainTooLong
            | email_address::Error::DomainTooFew
            | email_address::Error::DomainInvalidSeparator,
        ) => Err(Reason::EmailDomain.into()),
        Err(_) => Err(Reason::EmailLocalPart.into()),
    }
}

/// The local part as the grammar can judge it.
///
/// RFC 6531 section 3.3 takes every character beyond ASCII as a letter, and `email_address` says it
/// follows that, but looks at the bytes of code points instead of those of UTF-8 and so refuses
/// most combining marks, without which Hindi can't be written. So it is shown an ASCII letter in
/// their place; but behind a backslash a letter that is not ASCII, because only ASCII is escaped.
/// White space stays as it is, to be refused.
fn show_to_grammar(local: &str) -> String {
    let mut before = None;
    local
        .chars()
        .map(|character| {
            let escaped = before.replace(character) == Some('\\');
            match character {
                _ if character.is_ascii() || character.is_whitespace() => character,
                _ if escaped => STAND_IN,
                _ => 'a',
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_plain, read, read_any};

    /// Holds both ways of reading together; whether the short one was taken.
    fn same(text: &str) -> bool {
        let trimmed = text.trim();
        assert_eq!(read(trimmed), read_any(trimmed), "{text:?}");
        is_plain(trimmed)
    }

    #[test]
    fn the_short_way_is_no_other_way() {
        let long = "a".repeat(64);
        let label = "b".repeat(63);
        for plain in [
            "ana@example.com",
            "Ana.Ruiz+CRM_2-x@Mail.Example.CO.UK",
            "a@b",
            "1@2.3",
            &format!("{long}@{label}.{label}"),
        ] {
            assert!(same(plain), "{plain}");
        }
        for other in [
            "ana@@example.com",
            "ana.@example.com",
            ".ana@example.com",
            "a..b@example.com",
            "\"ana\"@example.com",
            "ana@-example.com",
            "ana@example-.com",
            "ana@example..com",
            "ana@example.com.",
            "ana@xn--bcher-kva.example",
            "ana@XN--zzzzzz.example",
            "ana@ab--cd.example",
            "o'brien@example.com",
            "josé@example.com",
            "ana@bücher.example",
            "Ana <ana@example.com>",
            "ana@[192.0.2.1]",
            "ana",
            "@",
            "",
            &format!("{long}a@example.com"),
            &format!("a@{label}b.com"),
            &format!("a@{label}.{label}.{label}.{label}"),
        ] {
            assert!(!same(other), "{other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn any_text_is_read_alike(text in "[a-cX0-1.@_+-]{0,12}@?[a-cxXn0-1.-]{0,12}") {
            same(&text);
        }

        #[test]
        fn any_long_text_is_read_alike(
            local in "[a-c.]{55,66}",
            labels in prop::collection::vec("[a-cN-]{1,66}", 1..6),
        ) {
            same(&format!("{local}@{}", labels.join(".")));
        }
    }
}
