//! What holds for any bytes and any table.

use kinfold::exchange::{Format, ReadOptions, Records};
use proptest::prelude::*;

use super::{csv, parts};

/// Bytes that mean something in these formats, and any others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop_oneof![
        Just(b"name,email,phone\n".to_vec()),
        Just(b"{\"email\":\"".to_vec()),
        Just(b"\"}\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b";".to_vec()),
        Just("\u{feff}".into()),
        Just(b" ::: ".to_vec()),
        Just(b"<a@b>".to_vec()),
        Just(b"sep=;\n".to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
        "[a-z@+0-9 ]{0,9}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(telling, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic(begin in any::<bool>(), bytes in bytes()) {
        for (format, header) in [(Format::Csv, "name,email,Phone 1 - Value,Home City\n"), (Format::JsonLines, "{}\n")] {
            let mut file = if begin { header.as_bytes().to_vec() } else { Vec::new() };
            file.extend_from_slice(&bytes);
            if let Ok(records) = Records::open(file.as_slice(), format, &ReadOptions::new().source("x").unwrap()) {
                let lines = 1 + file.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
                let mut last = 0;
                for record in records {
                    let record = record.unwrap();
                    prop_assert!(record.line >= last && record.line <= lines);
                    last = record.line;
                }
            }
        }
    }

    #[test]
    fn what_is_written_as_a_table_is_read_from_it(
        rows in prop::collection::vec(("[a-zé,;\"\n ]{0,12}", "[a-z]{1,9}"), 1..20),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["metadata.a", "Email", "description"]).unwrap();
        for (text, local) in &rows {
            writer.write_record([text, &format!("{local}@example.com"), ""]).unwrap();
        }
        let records = csv(writer.into_inner().unwrap());
        prop_assert_eq!(records.len(), rows.len());
        for (record, (text, local)) in records.into_iter().zip(&rows) {
            let mut draft = kinfold::Draft::new().email(format!("{local}@example.com"));
            if !text.trim().is_empty() {
                draft = draft.metadata("a", text.trim());
            }
            prop_assert_eq!(record.request.unwrap(), draft.into());
        }
    }

    #[test]
    fn the_order_of_columns_makes_no_difference(order in Just((0..10).collect::<Vec<usize>>()).prop_shuffle()) {
        let cells = [
            ("First Name", "Ana"), ("Middle Name", "María"), ("Last Name", "Ruiz"), ("E-mail 1 - Value", "a@example.com"),
            ("Mobile Phone", "+14155550101"), ("Home City", "Oslo"), ("Business City", "Oslo"), ("Birthday", "9/25/1990"),
            ("Labels", "x ::: y"), ("Shoe size", "38"),
        ];
        let line = |which: fn(&(&'static str, &'static str)) -> &'static str, order: &[usize]| {
            let cells: Vec<_> = order.iter().map(|at| which(&cells[*at])).collect();
            cells.join(",")
        };
        let read = |order: &[usize]| {
            let file = format!("{}\n{}\n", line(|cell| cell.0, order), line(|cell| cell.1, order));
            parts(csv(file)[0].request.as_ref().unwrap())
        };
        prop_assert_eq!(read(&order), read(&(0..10).collect::<Vec<_>>()));
    }
}
