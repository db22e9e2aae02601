//! The formats of a file.

use std::path::Path;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The format of a file.
///
/// ```
/// use kinfold::exchange::Format;
///
/// assert_eq!("jsonl".parse::<Format>()?, Format::JsonLines);
/// assert_eq!(Format::Csv.as_str(), "csv");
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A table with a header, separated by commas, semicolons, tabs or bars.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Csv, Self::JsonLines];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// The format that a file's name tells by its extension, if it does.
    ///
    /// ```
    /// use kinfold::exchange::Format;
    /// use std::path::Path;
    ///
    /// assert_eq!(Format::of_file_name(Path::new("people.CSV")), Some(Format::Csv));
    /// assert_eq!(Format::of_file_name(Path::new("people.ndjson")), Some(Format::JsonLines));
    /// assert_eq!(Format::of_file_name(Path::new("people")), None);
    /// ```
    pub fn of_file_name(name: &Path) -> Option<Self> {
        let extension = name.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "csv" | "tsv" | "tab" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    /// Reads the name of a format.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for a name that no format has.
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| Error::invalid_request("format", name, "it is not one of csv, jsonl"))
    }
}
