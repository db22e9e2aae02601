//! CSV, row by row.
//!
//! The grammar is the crate `csv`'s. What is done here is to find back into the table
//! where a quotation mark is never closed, or closed by one that opens another cell: such
//! a row would otherwise take the rows behind it along.

use std::io::{Cursor, Read};

use csv::ByteRecord;

use super::cells;
use super::header::{self, Column, Header};
use super::options::ReadOptions;
use super::source::{Source, TooLong};
use super::{Input, MAX_RECORD_BYTES, Record, shown};
use crate::error::{Error, Result};

/// How much of a file is read a second time at most, in bytes, to find back into it. A
/// file that is all faults is not read forever.
const REREAD_BYTES: usize = 256 * 1024 * 1024;

/// The rows of a table, without its header.
pub(super) struct Rows<R: Read> {
    table: Table<R>,
    header: Header,
    source: Option<String>,
    failed: bool,
}

impl<R: Read> Rows<Input<R>> {
    /// Reads the header; `head` is the beginning of the file.
    pub(super) fn open(head: Vec<u8>, input: R, options: &ReadOptions) -> Result<Self> {
        let layout = header::Layout::of(&head, options);
        let mut table = Table::new(Cursor::new(head).chain(input), layout.delimiter);
        if layout.names_delimiter {
            table.next_row(None)?;
        }
        let row = loop {
            match table.next_row(None)? {
                None => {
                    let reason = "it is missing: the file is empty";
                    return Err(Error::invalid_request("header", "", reason));
                }
                Some(row) => match row.cells {
                    Ok(cells) if is_blank(&cells) => {}
                    Ok(cells) => break cells,
                    Err(error) => {
                        let reason = format!("can't be read: {error}");
                        return Err(Error::invalid_request("header", "", reason));
                    }
                },
            }
        };
        Ok(Self {
            table,
            header: Header::read(&row, options)?,
            source: options.source.clone(),
            failed: false,
        })
    }
}

impl<R: Read> Rows<R> {
    pub(super) fn columns(&self) -> &[Column] {
        &self.header.columns
    }

    pub(super) fn next(&mut self) -> Option<Result<Record>> {
        while !self.failed {
            match self.table.next_row(Some(self.header.width())) {
                Ok(None) => return None,
                Ok(Some(row)) => {
                    if row.cells.as_ref().is_ok_and(is_blank) {
                        continue;
                    }
                    let request = row.cells.and_then(|cells| {
                        cells::read(&cells, &self.header, self.source.as_deref())
                    });
                    return Some(Ok(Record {
                        line: row.line,
                        text: row.text,
                        request,
                        is_printed_contact: false,
                    }));
                }
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// A row as the grammar sees it.
struct Row {
    line: u64,
    text: String,
    cells: Result<ByteRecord>,
}

struct Table<R: Read> {
    /// None only while it is being replaced.
    reader: Option<csv::Reader<Source<R>>>,
    delimiter: u8,
    /// How far the reader had got when the row began.
    begin: u64,
    lines: Lines,
    reread: usize,
}

impl<R: Read> Table<R> {
    fn new(input: R, delimiter: u8) -> Self {
        Self {
            reader: Some(grammar(delimiter).from_reader(Source::new(input, MAX_RECORD_BYTES))),
            delimiter,
            begin: 0,
            lines: Lines::default(),
            reread: 0,
        }
    }

    /// The next row; `width` is how many cells the header has.
    fn next_row(&mut self, width: Option<usize>) -> Result<Option<Row>> {
        let Some(reader) = &mut self.reader else {
            return Ok(None);
        };
        let mut cells = ByteRecord::new();
        match reader.read_byte_record(&mut cells) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let length = usize::try_from(reader.position().byte() - self.begin).unwrap_or(0);
                let source = reader.get_ref();
                let kept = source.kept();
                let raw = kept.get(..length).unwrap_or(kept);
                let is_last = source.ended() && raw.len() == kept.len();
                if let Some(reason) = runs_on(raw, &cells, is_last, width, self.delimiter) {
                    return self.first_line_of(length, reason);
                }
                let (line, text) = (self.lines.line_of(raw), shown(raw));
                self.lines.pass(raw);
                self.begin = reader.position().byte();
                reader.get_mut().forget(length);
                Ok(Some(Row {
                    line,
                    text,
                    cells: Ok(cells),
                }))
            }
            Err(error) if is_too_long(&error) => {
                let reason = format!(
                    "it is longer than {MAX_RECORD_BYTES} bytes; is a quotation mark not closed?"
                );
                let length = reader.get_ref().kept().len();
                self.first_line_of(length, reason)
            }
            Err(error) => Err(match error.into_kind() {
                csv::ErrorKind::Io(error) => Error::File(error),
                _ => Error::invalid_request("file", "", "it is not a table that can be read"),
            }),
        }
    }

    /// Refuses the first line of what was read as one row, and goes on behind it.
    fn first_line_of(&mut self, length: usize, reason: String) -> Result<Option<Row>> {
        let Some(reader) = self.reader.take() else {
            return Ok(None);
        };
        let mut source = reader.into_inner();
        let raw = source.kept().get(..length).unwrap_or_default();
        let first = split_line(raw).map(|(first, _)| first.len());
        let affordable = first.filter(|first| self.reread + raw.len() - first <= REREAD_BYTES);
        let last = || raw.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
        let refused = affordable.or_else(last);
        let refused_bytes = raw.get(..refused.unwrap_or(raw.len())).unwrap_or_default();
        let (line, text) = (self.lines.line_of(refused_bytes), shown(refused_bytes));
        self.lines.pass(refused_bytes);
        match refused {
            Some(refused) => {
                self.reread += length - refused;
                source.forget(refused);
            }
            None => source.skip_line()?,
        }
        source.rewind();
        self.begin = 0;
        self.reader = Some(grammar(self.delimiter).from_reader(source));
        let error = Error::invalid_request("row", &text, reason);
        Ok(Some(Row {
            line,
            text,
            cells: Err(error),
        }))
    }
}

/// Why what was read as a row is not one, if it plainly isn't.
fn runs_on(
    raw: &[u8],
    cells: &ByteRecord,
    is_last: bool,
    width: Option<usize>,
    delimiter: u8,
) -> Option<String> {
    let quotes = raw.iter().filter(|byte| **byte == b'"').count();
    if is_last && quotes % 2 == 1 && count_rows(raw, b"\nx", delimiter) < 2 {
        return Some("it has a quotation mark that is never closed".to_owned());
    }
    let (_, behind) = split_line(raw)?;
    if behind.trim_ascii().is_empty() {
        return None;
    }
    let width = width.filter(|width| *width > 1)?;
    // In a row that is well written every quotation mark has its partner.
    if quotes % 2 == 0 && cells.len() == width {
        return None;
    }
    let mut next = ByteRecord::new();
    let read = grammar(delimiter)
        .from_reader(behind)
        .read_byte_record(&mut next);
    let is_row = read.is_ok_and(|found| found) && next.len() == width;
    is_row.then(|| "it has a quotation mark that is not closed on its line".to_owned())
}

fn count_rows(raw: &[u8], more: &[u8], delimiter: u8) -> usize {
    grammar(delimiter)
        .from_reader(raw.chain(more))
        .into_byte_records()
        .count()
}

/// Rows may have any number of cells here; the header says how many are right.
pub(super) fn grammar(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(64 * 1024);
    builder
}

fn is_too_long(error: &csv::Error) -> bool {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.get_ref().is_some_and(|inner| inner.is::<TooLong>()),
        _ => false,
    }
}

pub(super) fn is_blank(cells: &ByteRecord) -> bool {
    cells.iter().all(|cell| cell.trim_ascii().is_empty())
}

/// The first line that is not empty, with its line break, and what stands behind it.
fn split_line(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    let begin = raw.len() - raw.trim_ascii_start().len();
    let rest = raw.get(begin..)?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    raw.split_at_checked(begin + end + 1)
}

/// Counts lines, whichever way they end.
#[derive(Clone, Copy, Default)]
struct Lines {
    passed: u64,
    behind_return: bool,
}

impl Lines {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.passed += match byte {
                b'\r' => 1,
                b'\n' if !self.behind_return => 1,
                _ => 0,
            };
            self.behind_return = *byte == b'\r';
        }
    }

    /// The line of the first byte that is no line break.
    fn line_of(mut self, raw: &[u8]) -> u64 {
        let breaks = raw
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        self.pass(raw.get(..breaks).unwrap_or_default());
        self.passed + 1
    }
}
