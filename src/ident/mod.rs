//! From what was typed to the key: phones, emails and external ids.
//!
//! A **key** is the canonical form of an identifier, and keys alone are compared. This room turns
//! text into keys and says why where it can't; it knows no SQL, and what it remembers changes no answer.
//!
//! | kind | canonical form |
//! | --- | --- |
//! | phone | E.164, `+14155550101`; with an extension as in RFC 3966, `+14155550101;ext=5` |
//! | email | the whole address in NFC and lower case, its domain in ASCII (UTS 46) |
//! | external id | `source:value`, both NFC and trimmed, case kept |
//!
//! **A key is a fixed point**: read again, with any region or none, it gives itself. What would not
//! is brought to its fixed point or refused.
//!
//! Control characters, line separators, bidirectional controls and invisible characters are refused
//! anywhere in what was typed, also at its ends; only then is white space trimmed.
//!
//! ```
//! use kinfold::ident::{Key, Kind, Region, email, external_id, phone};
//!
//! let us: Region = "us".parse()?;
//! let typed = phone::read("(415) 555-0101 ext. 5", Some(us))?;
//! assert_eq!(typed.key.as_str(), "+14155550101;ext=5");
//! assert_eq!(email::read("Ana.B+news@Bücher.example")?.as_str(), "ana.b+news@xn--bcher-kva.example");
//! assert_eq!(external_id::read(Some("hubspot"), "A-17")?.as_str(), "hubspot:A-17");
//! assert_eq!(Key::read(Kind::Phone, "+14155550101;ext=5")?, typed.key);
//! # Ok::<(), kinfold::ident::Refusal>(())
//! ```

pub mod email;
pub mod external_id;
mod key;
pub(crate) mod pattern;
pub mod phone;
mod refusal;
mod region;
pub mod rules;
#[cfg(feature = "phonenumber")]
pub mod second_opinion;
mod tel_uri;
mod text;
mod typed;

pub use key::{Key, Kind};
pub use pattern::{KeyPattern, MAX_PATTERN_BYTES};
pub use refusal::{Reason, Refusal};
pub use region::Region;
pub use rules::key_rules_version;
pub(crate) use rules::{KeyRules, OwnRules};
pub use typed::TypedPhone;
