//! The header of a table: what separates its cells, and where each column goes.

use csv::ByteRecord;

use super::columns::{Target, plain};
use super::options::ReadOptions;
use super::rows::grammar;
use crate::error::{Error, Result};

/// What may separate cells; the first wins where nothing speaks for another.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its header, as it stands in the file.
    pub header: String,
    /// The name of the field that it goes to, as [`ReadOptions::map`] takes it; `None` if
    /// the header is not known, and the column is left out.
    pub field: Option<String>,
}

/// How the cells of a table are separated.
pub(super) struct Layout {
    pub(super) delimiter: u8,
    /// Whether the first line only says so, as Excel writes it: `sep=;`.
    pub(super) names_delimiter: bool,
}

impl Layout {
    pub(super) fn of(head: &[u8], options: &ReadOptions) -> Self {
        let named = match head.split(|byte| *byte == b'\n').next() {
            Some([s, e, p, b'=', delimiter, end @ ..])
                if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep"
                    && matches!(end, [] | b"\r") =>
            {
                Some(*delimiter)
            }
            _ => None,
        };
        if let Some(delimiter) = named.filter(|named| DELIMITERS.contains(named)) {
            return Self {
                delimiter,
                names_delimiter: true,
            };
        }
        let mut best = (DELIMITERS[0], (0, 0));
        for delimiter in DELIMITERS {
            let mut cells = ByteRecord::new();
            // A head that is cut in the middle of its header is still a head.
            let _ = grammar(delimiter)
                .from_reader(head)
                .read_byte_record(&mut cells);
            let known = cells
                .iter()
                .map(text)
                .filter(|header| {
                    options.target(header).is_some() || Target::of_header(header).is_some()
                })
                .count();
            let score = (known, cells.len());
            if score > best.1 {
                best = (delimiter, score);
            }
        }
        Self {
            delimiter: best.0,
            names_delimiter: false,
        }
    }
}

/// The columns of a table, in their order.
pub(super) struct Header {
    pub(super) columns: Vec<Column>,
    /// Where each goes; as many as there are columns.
    pub(super) targets: Vec<Option<Target>>,
}

impl Header {
    pub(super) fn read(cells: &ByteRecord, options: &ReadOptions) -> Result<Self> {
        let headers: Vec<String> = cells.iter().map(text).collect();
        let mut targets: Vec<_> = headers.iter().map(|name| Target::of_header(name)).collect();
        for (column, target) in &options.maps {
            let exact = headers.iter().any(|header| header == column.trim());
            let mut found = false;
            for (header, place) in headers.iter().zip(&mut targets) {
                if is_meant(header, column, exact) {
                    *place = Some(target.clone());
                    found = true;
                }
            }
            if !found {
                let reason = "it names a column that the header doesn't have";
                return Err(Error::invalid_request("map", column, reason));
            }
        }
        let goes_somewhere = |target: &Option<Target>| {
            target
                .as_ref()
                .is_some_and(|target| *target != Target::Ignored)
        };
        if !targets.iter().any(goes_somewhere) {
            let reason = "it names no known field in the first line; if it is a header, say what its \
                columns are with --map COLUMN=FIELD, else put a header before it";
            return Err(Error::invalid_request(
                "header",
                &headers.join(", "),
                reason,
            ));
        }
        let columns = headers
            .into_iter()
            .zip(&targets)
            .map(|(header, target)| Column {
                header,
                field: target.as_ref().map(Target::to_string),
            })
            .collect();
        Ok(Self { columns, targets })
    }

    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }
}

impl ReadOptions {
    /// The field that a column is sent to, whatever its header says.
    fn target(&self, header: &str) -> Option<&Target> {
        let (_, target) = self
            .maps
            .iter()
            .find(|(column, _)| is_meant(header, column, false))?;
        Some(target)
    }
}

/// Whether a column is the one that is named.
fn is_meant(header: &str, column: &str, exact: bool) -> bool {
    let column = column.trim();
    let (compared, wanted) = (plain(header), plain(column));
    header == column || (!exact && !wanted.is_empty() && compared == wanted)
}

fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell.trim_ascii()).into_owned()
}
