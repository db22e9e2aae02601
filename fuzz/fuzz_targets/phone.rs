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
    match phone::read(typed, region) {
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
