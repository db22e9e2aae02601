//! Any text, read as a phone: no panic, and what is accepted is a key.
//!
//! The first line of the input names the region, the rest is the text; without a line
//! end all of it is the text.
#![no_main]

use kinfold::ident::phone;
use kinfold::{Key, Kind, Region};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (region, typed) = text.split_once('\n').unwrap_or(("", text));
    let region: Option<Region> = region.trim().parse().ok();
    let read = phone::read(typed, region);
    assert_eq!(phone::read(typed, region), read, "remembered otherwise");
    if let Some(longer) = with_bracket(typed) {
        assert_eq!(phone::read(&longer, region), read, "quickly read otherwise");
    }
    match read {
        Ok(reading) => {
            let key = &reading.key;
            assert_eq!(key.kind(), Kind::Phone);
            assert!(key.as_str().starts_with('+'));
            assert_eq!(Key::read(Kind::Phone, key.as_str()).as_ref(), Ok(key));
            assert_eq!(phone::read(key.as_str(), region).as_ref(), Ok(&reading));
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
});

/// The same number with a bracket at its end, which is left out of every number, but makes that the
/// quick reader does not read it. Not of a text that may be E.164, bare or as a `tel:` URI, since
/// that is read with more care.
fn with_bracket(typed: &str) -> Option<String> {
    let plain = typed.is_ascii() && !typed.contains(';') && typed.len() < phone::MAX_TYPED_CHARS;
    let number = typed.trim();
    let number = match number.split_at_checked("tel:".len()) {
        Some((scheme, body)) if scheme.eq_ignore_ascii_case("tel:") => body.trim(),
        _ => number,
    };
    let is_e164 = number.starts_with('+') && !number.contains(' ');
    let ends_in_digit = typed.ends_with(|last: char| last.is_ascii_digit());
    (plain && !is_e164 && ends_in_digit).then(|| format!("{typed}["))
}
