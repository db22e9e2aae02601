//! An index that comes and goes while others search.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use kinfold::Kinfold;

use super::common::{contacts, new_folder};
use super::{found, index, person, word};

const PEOPLE: usize = 4_000;

/// Made anew in its place, or taken away before: whoever searches meanwhile finds everybody.
#[test]
fn an_index_that_is_replaced_hides_nobody() {
    let (_above, folder) = new_folder();
    let writer = Kinfold::open(&folder).unwrap();
    for first in (0..PEOPLE).step_by(500) {
        let people = (first..first + 500)
            .map(|number| person(&format!("Neighbour {}", word(number)), number));
        contacts(&writer).resolve_many(people).unwrap();
    }
    writer.reindex().unwrap();
    let expected: Vec<usize> = (0..20)
        .map(|of| found(&contacts(&writer), &word(of)).len())
        .collect();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                let reader = Kinfold::open(&folder).unwrap();
                let reader = contacts(&reader);
                let mut searches = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let of = searches % expected.len();
                    let is = found(&reader, &word(of)).len();
                    assert_eq!(is, expected[of], "{} after {searches}", word(of));
                    searches += 1;
                }
            });
        }
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for round in 0..30 {
                if round % 3 == 0 {
                    // Somebody may just write into it.
                    let _ = fs::remove_dir_all(index(&folder));
                }
                // A reader may have been faster to write it.
                let _ = writer.reindex();
            }
        }));
        is_over.store(true, Ordering::Relaxed);
        done.unwrap();
    });
}
