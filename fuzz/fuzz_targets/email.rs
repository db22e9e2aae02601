//! Any text, read as an email: no panic, and what is accepted is a key.
#![no_main]

use kinfold::ident::email;
use kinfold::{Key, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    match email::read(typed) {
        Ok(key) => {
            assert_eq!(key.kind(), Kind::Email);
            assert!(key.as_str().contains('@'));
            assert_eq!(Key::read(Kind::Email, key.as_str()).as_ref(), Ok(&key));
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
});
