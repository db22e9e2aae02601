//! Which version of the rules makes the keys.

use super::{Key, Kind, Region, email, external_id, phone};

/// Counts the changes of this room's own rules. To be raised by whoever changes a key.
pub const OWN_RULES: u32 = 1;

/// The version of `rlibphonenumber`, which carries the phone metadata. A test holds it against the
/// lock file, because that crate doesn't name its version.
pub const PHONE_RULES: &str = "2.2.15";

/// The versions of the crates that carry the tables of UTS 46: `idna`, `idna_adapter` and
/// `icu_normalizer_data`. A test holds them against the lock file.
pub const DOMAIN_RULES: &str = "1.1.0/1.2.2/2.4.0";

/// Names all that decides what key a text gets: the store keeps it, and a check notes
/// where it finds another one.
///
/// Parts: the rules of this room, the phone metadata, the Unicode version of normal forms and of
/// lower case (the standard library's), and the tables of UTS 46.
///
/// ```
/// let version = kinfold::ident::key_rules_version();
/// assert!(version.starts_with("own=1 phone="));
/// assert_eq!(version, kinfold::ident::key_rules_version());
/// ```
#[must_use]
pub fn key_rules_version() -> String {
    let (major, minor, update) = unicode_normalization::UNICODE_VERSION;
    let (lower_major, lower_minor, lower_update) = char::UNICODE_VERSION;
    format!(
        "own={OWN_RULES} phone={PHONE_RULES} nfc={major}.{minor}.{update} \
         lower={lower_major}.{lower_minor}.{lower_update} idna={DOMAIN_RULES}"
    )
}

/// What brings what was typed to a key. A store keeps the version of the rules that made its
/// keys; when it is opened with others, its keys are computed anew.
pub(crate) trait KeyRules: Send + Sync {
    /// Names all that decides what key a text gets.
    fn version(&self) -> String;

    /// The key of what was typed in a region, and whether a phone is valid; `old` is the key
    /// that it had. None if these rules can't read it.
    fn key(&self, old: &Key, typed: &str, region: Option<Region>) -> Option<(Key, bool)>;
}

/// The rules of this version.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OwnRules;

impl KeyRules for OwnRules {
    fn version(&self) -> String {
        key_rules_version()
    }

    fn key(&self, old: &Key, typed: &str, region: Option<Region>) -> Option<(Key, bool)> {
        match old.kind() {
            Kind::Phone => {
                let reading = phone::read(typed, region).ok()?;
                Some((reading.key, reading.verified))
            }
            Kind::Email => Some((email::read(typed).ok()?, true)),
            Kind::ExternalId => Some((external_id::read(old.source(), typed).ok()?, true)),
        }
    }
}
