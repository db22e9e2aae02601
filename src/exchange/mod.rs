//! From the bytes of an address book to requests: CSV and JSON Lines, record by record.
//!
//! Knows no store, and holds one record at a time, whatever the size of the file. A record
//! that can't be read is reported with its line and its text, and reading goes on behind
//! it; a file that is not what it is said to be is refused before anything is read.
//!
//! ```
//! use kinfold::exchange::{Format, ReadOptions, Records};
//!
//! let file = "First Name,E-mail 1 - Value,Shoe size\nAna,ana@example.com,38\nBob\n";
//! let options = ReadOptions::new().map("Shoe size", "custom_fields.shoe_size")?;
//! let mut records = Records::open(file.as_bytes(), Format::Csv, &options)?;
//!
//! let ana = records.next().unwrap()?;
//! assert_eq!(ana.line, 2);
//! let expected = r#"{"given":"Ana","email":"ana@example.com",
//!     "custom_fields":{"shoe_size":{"type":"text","value":"38"}}}"#;
//! assert_eq!(ana.request?, kinfold::ResolveRequest::from_json(expected)?);
//!
//! let bob = records.next().unwrap()?;
//! assert_eq!((bob.line, bob.text.as_str()), (3, "Bob"));
//! assert_eq!(bob.request.unwrap_err().field(), Some("row")); // too few cells
//! # Ok::<(), kinfold::Error>(())
//! ```

mod aliases;
mod beside;
mod cells;
mod columns;
mod dates;
mod format;
mod header;
mod json_lines;
mod options;
mod rows;
mod signature;
mod source;

use std::fmt;
use std::io::{Chain, Cursor, Read};

use crate::error::{Error, Result};
use crate::resolve::ResolveRequest;

pub use format::Format;
pub use header::Column;
pub use options::ReadOptions;

/// The longest record that is read, in bytes. A longer one is refused without being held.
pub const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

/// The most of a record's text that [`Record::text`] repeats, in bytes.
pub const MAX_RECORD_TEXT_BYTES: usize = 64 * 1024;

/// How much of a file is looked at to see what it is.
const HEAD_BYTES: usize = 64 * 1024;

/// One record of a file.
#[non_exhaustive]
pub struct Record {
    /// The line where it begins, counted from 1; a header stands on lines of its own.
    pub line: u64,
    /// The record as it stands in the file, for a file of rejects: what is not UTF-8
    /// is replaced by U+FFFD, and it is cut at [`MAX_RECORD_TEXT_BYTES`].
    pub text: String,
    /// What it asks for, with neither leniency nor a policy unless the record itself
    /// names them; or why it can't be read.
    pub request: Result<ResolveRequest>,
    /// Whether it is a contact as an export prints it, and not a request.
    pub is_printed_contact: bool,
}

impl fmt::Debug for Record {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("line", &self.line)
            .field("is_readable", &self.request.is_ok())
            .finish_non_exhaustive()
    }
}

/// A file whose first bytes were looked at.
type Input<R> = Chain<Cursor<Vec<u8>>, R>;

/// The records of a file, in their order.
///
/// An item is an error only where the file itself can't be read any further; after that
/// there are no more. A record that can't be read is a [`Record`] whose request is an
/// error.
pub struct Records<R: Read> {
    reader: Reader<R>,
}

enum Reader<R: Read> {
    Csv(Box<rows::Rows<Input<R>>>),
    JsonLines(Box<json_lines::JsonLines<Input<R>>>),
}

impl<R: Read> fmt::Debug for Records<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

impl<R: Read> Records<R> {
    /// Looks at the beginning of a file, and for CSV at its header.
    ///
    /// CSV may be separated by `,`, `;`, tabs or `|`, whichever the header's line uses.
    /// JSON Lines holds requests, or contacts as an export prints them.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] with the field `file` for a file that is not what
    /// `format` says, with `header` for CSV without one or whose header names no known
    /// field, with `map` for a column in `options` that isn't there; [`Error::File`]
    /// if it can't be read.
    ///
    /// ```
    /// use kinfold::exchange::{Format, ReadOptions, Records};
    ///
    /// let workbook = &b"PK\x03\x04..."[..];
    /// let refused = Records::open(workbook, Format::Csv, &ReadOptions::new()).unwrap_err();
    /// assert_eq!(refused.field(), Some("file"));
    /// ```
    pub fn open(mut input: R, format: Format, options: &ReadOptions) -> Result<Self> {
        let mut head = Vec::new();
        (&mut input)
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)?;
        if head.starts_with(signature::UTF_8_BYTE_ORDER_MARK) {
            head.drain(..signature::UTF_8_BYTE_ORDER_MARK.len());
        }
        signature::check(&head, format)?;
        let reader = match format {
            Format::Csv => Reader::Csv(Box::new(rows::Rows::open(head, input, options)?)),
            Format::JsonLines => {
                if let Some((column, _)) = options.maps.first() {
                    let reason = "it names a column, but JSON Lines have none; leave it out";
                    return Err(Error::invalid_request("map", column, reason));
                }
                let input = Cursor::new(head).chain(input);
                Reader::JsonLines(Box::new(json_lines::JsonLines::new(input, options)))
            }
        };
        Ok(Self { reader })
    }

    /// The columns of a CSV file, in their order, and the field that each goes to. JSON
    /// Lines have none.
    ///
    /// ```
    /// use kinfold::exchange::{Format, ReadOptions, Records};
    ///
    /// let file = "E-mail Address,Shoe size\n";
    /// let records = Records::open(file.as_bytes(), Format::Csv, &ReadOptions::new())?;
    /// let fields: Vec<_> = records.columns().iter().map(|column| &column.field).collect();
    /// assert_eq!(fields, [&Some("email".to_owned()), &None]);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn columns(&self) -> &[Column] {
        match &self.reader {
            Reader::Csv(rows) => rows.columns(),
            Reader::JsonLines(_) => &[],
        }
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.reader {
            Reader::Csv(rows) => rows.next(),
            Reader::JsonLines(lines) => lines.next(),
        }
    }
}

/// The text of a record as it is shown: without line breaks around it, and cut.
fn shown(bytes: &[u8]) -> String {
    let mut cut = bytes.get(..MAX_RECORD_TEXT_BYTES).unwrap_or(bytes);
    if cut.len() < bytes.len() {
        // Not in the middle of a character.
        while let Some((last, before)) = cut.split_last() {
            if bytes.get(cut.len()).is_none_or(|next| next & 0xC0 != 0x80) {
                break;
            }
            let _ = last;
            cut = before;
        }
    }
    String::from_utf8_lossy(cut)
        .trim_matches(['\r', '\n'])
        .to_owned()
}
