//! What a file is not, though its name or its caller says so.

use super::format::Format;
use crate::error::{Error, Result};

pub(super) const UTF_8_BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// First bytes that tell a format that is not read here, and what to do.
#[rustfmt::skip]
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "it is a ZIP archive, such as an Excel workbook; save it as CSV UTF-8 and give that file"),
    (b"PK\x05\x06", "it is an empty ZIP archive"),
    (b"\xD0\xCF\x11\xE0", "it is an old Office document, such as an Excel workbook; save it as CSV UTF-8 and give that file"),
    (b"%PDF", "it is a PDF; export the contacts as CSV or JSON Lines instead"),
    (b"\x1F\x8B", "it is compressed with gzip; unpack it first"),
    (b"SQLite format 3\0", "it is an SQLite database"),
    (b"\xFF\xFE", "it is UTF-16; save it as UTF-8"),
    (b"\xFE\xFF", "it is UTF-16; save it as UTF-8"),
];

/// Refuses what is plainly something else.
pub(super) fn check(head: &[u8], format: Format) -> Result<()> {
    let refuse = |reason: &str| Err(Error::invalid_request("file", "", reason));
    for (signature, reason) in SIGNATURES {
        if head.starts_with(signature) {
            return refuse(reason);
        }
    }
    if is_binary(head) {
        return refuse("it holds NUL bytes and is no text; save it as UTF-8 text");
    }
    let text = head.trim_ascii_start();
    let begins_with = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if begins_with(b"BEGIN:VCARD") {
        return refuse("it is a vCard; export the contacts as CSV or JSON Lines instead");
    }
    if begins_with(b"{\\rtf") || begins_with(b"<") {
        return refuse("it is a document with markup; save it as plain text");
    }
    match (format, text.first()) {
        (Format::Csv, Some(b'{' | b'[')) => refuse("it is JSON; give jsonl as its format"),
        (Format::JsonLines, Some(b'[')) => {
            refuse("it is a JSON array; write one object a line, without brackets around them")
        }
        (Format::JsonLines, Some(b'{')) if first_line(text).trim_ascii() == b"{" => {
            refuse("it has objects that span lines; write each object on one line")
        }
        (Format::JsonLines, Some(first)) if *first != b'{' => {
            refuse("it does not begin with a JSON object; if it is a table, give csv as its format")
        }
        _ => Ok(()),
    }
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// A NUL in the first line, or many of them: text in UTF-16, or no text. A single one
/// further down is the fault of one record.
fn is_binary(head: &[u8]) -> bool {
    let start = head.get(..1024).unwrap_or(head);
    let count = start.iter().filter(|byte| **byte == 0).count();
    count * 20 > start.len() || first_line(start).contains(&0)
}
