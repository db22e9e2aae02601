//! Files that are something else, too long, all faults, or on a disk that fails.

use std::io::{self, Read};
use std::path::Path;

use kinfold::Error;
use kinfold::exchange::{Format, MAX_RECORD_BYTES, ReadOptions, Records};

use super::{csv, json_lines, open, refused};

#[test]
fn a_file_that_is_not_what_it_is_said_to_be_is_refused() {
    #[rustfmt::skip]
    let cases: &[(&[u8], Format, &str, &str)] = &[
        (b"PK\x03\x04\x14\0\x06\0", Format::Csv, "file", "Excel"),
        (b"PK\x03\x04\x14\0\x06\0", Format::JsonLines, "file", "Excel"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Format::Csv, "file", "Excel"),
        (b"%PDF-1.7\n", Format::Csv, "file", "PDF"),
        (b"\x1F\x8B\x08\0", Format::Csv, "file", "gzip"),
        (b"\xFF\xFEN\0a\0m\0e\0", Format::Csv, "file", "UTF-8"),
        (b"\xFE\xFF\0N\0a\0m\0e", Format::Csv, "file", "UTF-8"),
        (b"N\0a\0m\0e\0,\0", Format::Csv, "file", "NUL"),
        (b"name,email\0\n", Format::Csv, "file", "NUL"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", Format::Csv, "file", "vCard"),
        (b"\xEF\xBB\xBF\nbegin:vcard\n", Format::JsonLines, "file", "vCard"),
        (b"<html><table>", Format::Csv, "file", "markup"),
        (b"{\"phone\":\"1\"}\n", Format::Csv, "file", "jsonl"),
        (b" [\n{}]", Format::Csv, "file", "jsonl"),
        (b"[{\"phone\":\"1\"}]", Format::JsonLines, "file", "array"),
        (b"{\n \"phone\":\"1\"\n}", Format::JsonLines, "file", "one line"),
        (b"name,phone\nAna,1\n", Format::JsonLines, "file", "csv"),
        (b"\n\"text\"\n", Format::JsonLines, "file", "object"),
        (b"", Format::Csv, "header", "missing"),
        (b"\xEF\xBB\xBF\n \n", Format::Csv, "header", "missing"),
        (b"Ana,+14155550101\nBob,+14155550102\n", Format::Csv, "header", "--map COLUMN=FIELD"),
        (b"alpha,beta\n1,2\n", Format::Csv, "header", "--map COLUMN=FIELD"),
    ];
    for (file, format, field, words) in cases {
        let shown = String::from_utf8_lossy(file);
        let error = Records::open(*file, *format, &ReadOptions::new())
            .err()
            .unwrap_or_else(|| panic!("{shown} is not refused"));
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_REQUEST", Some(*field)),
            "{shown}: {error}"
        );
        assert!(error.to_string().contains(words), "{shown}: {error}");
    }
    let error = open("alpha,beta\n", Format::Csv, &ReadOptions::new()).unwrap_err();
    assert_eq!(
        error.value(),
        Some("alpha, beta"),
        "the headers are told, and not in the message"
    );
    assert!(json_lines("").is_empty(), "no lines are no records");
    assert!(json_lines("\n \n").is_empty(), "neither are blank ones");
    assert!(csv("name\n").is_empty(), "a header alone has no records");
}

/// A file as long as one likes, of which only its ends are written down.
fn long_file(before: &str, middle: u64, after: &str) -> impl Read {
    let middle = io::repeat(b'x').take(middle);
    io::Cursor::new(before.to_owned())
        .chain(middle)
        .chain(io::Cursor::new(after.to_owned()))
}

#[test]
fn a_record_that_is_too_long_is_refused_and_not_held() {
    let much = MAX_RECORD_BYTES as u64 * 5 / 2;
    for (format, before, after, why) in [
        (
            Format::Csv,
            "name,email\nAna,a@example.com\n",
            ",b@example.com\nZoe,z@example.com\n",
            "a cell",
        ),
        (
            Format::Csv,
            "name,email\nAna,a@example.com\n\"",
            "\",b@example.com\nZoe,z@example.com\n",
            "a quoted cell",
        ),
        (
            Format::JsonLines,
            "\n{\"email\":\"a@example.com\"}\n{\"name\":\"",
            "\"}\n{\"email\":\"z@example.com\"}\n",
            "a line",
        ),
    ] {
        let file = long_file(before, much, after);
        let records: Vec<_> = Records::open(file, format, &ReadOptions::new())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let lines: Vec<_> = records
            .iter()
            .map(|record| (record.line, record.request.is_ok()))
            .collect();
        assert_eq!(lines, [(2, true), (3, false), (4, true)], "{why}");
        assert!(refused(&records[1]).1.contains("longer"), "{why}");
        assert!(records[1].text.len() <= 64 * 1024, "{why}");
    }
    // One that is shorter is the engine's to judge.
    let file = long_file("name,email\n", 10_000_000, ",b@example.com\n");
    let records: Vec<_> = Records::open(file, Format::Csv, &ReadOptions::new())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(records[0].request.is_ok());
    assert_eq!(records[0].text.len(), 64 * 1024);
}

#[test]
fn a_file_that_is_all_faults_is_read_in_time() {
    let mut file = String::from("a,email,phone\n");
    // Open to the end of the file from whichever line one begins.
    file.push_str(&"x\"y,\"z\n".repeat(300_000));
    let started = std::time::Instant::now();
    let records = csv(&file);
    assert!(records.iter().all(|record| record.request.is_err()));
    assert!(!records.is_empty());
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

/// A disk that fails.
struct Failing(usize);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("the disk is gone"));
        }
        let text = b"email\n";
        let length = self.0.min(buffer.len()).min(text.len());
        buffer[..length].copy_from_slice(&text[..length]);
        self.0 -= length;
        Ok(length)
    }
}

#[test]
fn a_disk_that_fails_ends_the_reading() {
    for format in Format::ALL {
        let error = Records::open(Failing(60), format, &ReadOptions::new()).unwrap_err();
        assert!(matches!(error, Error::File(_)), "{format:?}");
    }
    let records = Records::open(Failing(300_000), Format::Csv, &ReadOptions::new()).unwrap();
    let results: Vec<_> = records.collect();
    assert!(matches!(results.last(), Some(Err(Error::File(_)))));
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.as_str().parse::<Format>().unwrap(), format);
    }
    let error = "xlsx".parse::<Format>().unwrap_err();
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_REQUEST", Some("format"))
    );
    for (name, format) in [
        ("a.csv", Some(Format::Csv)),
        ("a.TSV", Some(Format::Csv)),
        ("a.b.jsonl", Some(Format::JsonLines)),
        ("a.ndjson", Some(Format::JsonLines)),
        ("a.json", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of_file_name(Path::new(name)), format, "{name}");
    }
}
