//! The last answers, kept by each thread for itself: who called just now is asked about again.
//!
//! In memory only, bounded, and gone with the thread. A text has one shelf, of two places, and drives
//! out the older of who is there. Only readings are kept: nobody waits for a second refusal.

use super::{PhoneReading, Region};
use crate::ident::{Key, Kind};
use std::cell::RefCell;

/// Shelves of each thread. With 160 bytes each they take 80 KiB, once something is remembered.
const SHELVES: usize = 1 << SHELF_BITS;
const SHELF_BITS: u32 = 9;

/// The longest text that is remembered, in bytes. Digits of other scripts take two to four each.
const LONGEST_TEXT: usize = 48;

/// The longest key that is remembered, in bytes.
const LONGEST_KEY: usize = 27;

thread_local! {
    static SHELVES_OF_THREAD: RefCell<Vec<Shelf>> = const { RefCell::new(Vec::new()) };
}

/// What was asked, short enough to be remembered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Question {
    /// Behind the text there is nothing but zeros.
    text: [u8; LONGEST_TEXT],
    length: u8,
    /// No region is two zeros.
    region: [u8; 2],
}

/// The newer place and the older one.
type Shelf = [Place; 2];

#[derive(Clone, Copy)]
struct Place {
    question: Question,
    key: [u8; LONGEST_KEY],
    key_length: u8,
    verified: bool,
}

const _: () = assert!(size_of::<Shelf>() == 160);

impl Place {
    /// Of a question that is never asked: no text of no length has an answer.
    const EMPTY: Self = Self {
        question: Question {
            text: [0; LONGEST_TEXT],
            length: 0,
            region: [0; 2],
        },
        key: [0; LONGEST_KEY],
        key_length: 0,
        verified: false,
    };
}

impl Question {
    pub(super) fn of(typed: &str, region: Option<Region>) -> Option<Self> {
        let mut text = [0; LONGEST_TEXT];
        text.get_mut(..typed.len())?
            .copy_from_slice(typed.as_bytes());
        (!typed.is_empty()).then_some(Self {
            text,
            length: u8::try_from(typed.len()).ok()?,
            region: region.map_or([0; 2], Region::letters),
        })
    }

    /// The answer, if this was asked lately.
    pub(super) fn recall(&self) -> Option<PhoneReading> {
        // A thread that ends may have forgotten already.
        let recalled = SHELVES_OF_THREAD.try_with(|shelves| {
            let shelves = shelves.try_borrow().ok()?;
            let mut places = shelves.get(self.shelf())?.iter();
            let place = places.find(|place| place.question == *self)?;
            let key = place.key.get(..usize::from(place.key_length))?;
            Some(PhoneReading {
                key: Key::from_stored(Kind::Phone, std::str::from_utf8(key).ok()?),
                verified: place.verified,
            })
        });
        recalled.ok().flatten()
    }

    /// Keeps the answer on the shelf of this question.
    pub(super) fn remember(self, reading: &PhoneReading) {
        let written = reading.key.as_str().as_bytes();
        let mut key = [0; LONGEST_KEY];
        let (Some(start), Ok(key_length)) =
            (key.get_mut(..written.len()), u8::try_from(written.len()))
        else {
            return;
        };
        start.copy_from_slice(written);
        // Not to remember is no fault.
        let _ = SHELVES_OF_THREAD.try_with(|shelves| {
            let mut shelves = shelves.try_borrow_mut().ok()?;
            if shelves.is_empty() {
                shelves.resize(SHELVES, [Place::EMPTY; 2]);
            }
            let [newer, older] = shelves.get_mut(self.shelf())?;
            *older = *newer;
            *newer = Place {
                question: self,
                key,
                key_length,
                verified: reading.verified,
            };
            Some(())
        });
    }

    /// Where this question and its answer are kept.
    fn shelf(&self) -> usize {
        // An odd number whose bits are well mixed: 2^64 divided by the golden ratio.
        const MIXER: u64 = 0x9E37_79B9_7F4A_7C15;
        let start = u64::from(u16::from_le_bytes(self.region)) << 8 | u64::from(self.length);
        let (chunks, _) = self.text.as_chunks();
        let mixed = chunks.iter().fold(start, |mixed, chunk| {
            (mixed.rotate_left(29) ^ u64::from_le_bytes(*chunk)).wrapping_mul(MIXER)
        });
        (mixed >> (u64::BITS - SHELF_BITS)) as usize
    }
}
