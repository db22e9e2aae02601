//! Where a page of a list ended, as a text.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::order::{By, Position};
use super::{BookRequest, SortBy};
use crate::scope::Scope;

/// The form of what is in a cursor, and what it is masked for. Another form gets another
/// name, so that cursors of the old one are refused.
const FORM: &[u8] = b"kinfold book cursor 1";

/// What a mask is made for, and nothing else.
const MASK: &[u8] = b"kinfold book mask";

/// Bytes of the digest in front.
const DIGEST: usize = 16;

/// The longest that is read: no position is longer.
const LONGEST: usize = 16 * 1024;

const TEXT: u8 = 0;
const MOMENT: u8 = 1;
const NOTHING: u8 = 2;

/// Where a page of the address book ended. A next page begins right behind, also when
/// contacts have come or gone since, and that where the page ended too.
///
/// It is valid for the same store, scope, order and language; everywhere else it is
/// refused. As a text it is made of letters and digits alone, and may stand in an address
/// or a log: what it holds of the last contact's name is masked by the store's id, so that
/// nobody can read it who has nothing but the cursor. It is no cipher: who has the store
/// could read it.
///
/// ```
/// use kinfold::BookCursor;
///
/// let refused = "nonsense".parse::<BookCursor>();
/// assert!(refused.is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BookCursor(Box<[u8]>);

/// A text that is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a cursor that a page of this list gave")]
pub struct InvalidCursor;

impl BookCursor {
    /// The cursor of a position in the order of a request.
    pub(crate) fn of(position: &Position, seal: &Seal) -> Self {
        let mut plain = position.row.to_be_bytes().to_vec();
        match &position.by {
            By::Text(text) => {
                plain.push(TEXT);
                plain.extend(text.as_bytes());
            }
            By::Moment(moment) => {
                plain.push(MOMENT);
                plain.extend(moment.to_be_bytes());
            }
            By::Nothing => plain.push(NOTHING),
        }
        let digest = seal.digest(&plain);
        let mut bytes = digest.into_bytes().to_vec();
        bytes.extend(seal.masked(digest, &plain));
        Self(bytes.into())
    }

    /// The position, if it is one of the order.
    pub(crate) fn position(&self, seal: &Seal) -> Result<Position, InvalidCursor> {
        let (digest, rest) = self.0.split_first_chunk().ok_or(InvalidCursor)?;
        let digest = Uuid::from_bytes(*digest);
        let plain = seal.masked(digest, rest);
        if seal.digest(&plain) != digest {
            return Err(InvalidCursor);
        }
        let (row, rest) = plain.split_first_chunk().ok_or(InvalidCursor)?;
        let by = match rest.split_first() {
            Some((&TEXT, text)) => {
                let text = str::from_utf8(text).map_err(|_| InvalidCursor)?;
                By::Text(text.into())
            }
            Some((&MOMENT, moment)) => {
                let moment = moment.try_into().map_err(|_| InvalidCursor)?;
                By::Moment(i64::from_be_bytes(moment))
            }
            Some((&NOTHING, [])) => By::Nothing,
            _ => return Err(InvalidCursor),
        };
        let row = i64::from_be_bytes(*row);
        Ok(Position { by, row })
    }
}

/// For what a cursor is valid: by its digest one of anything else is known.
pub(crate) struct Seal {
    store: Uuid,
    order: String,
}

impl Seal {
    pub(crate) fn new(store: [u8; 16], scope: &Scope, request: &BookRequest) -> Self {
        let language = match request.sort {
            SortBy::Name | SortBy::Family => request.language.to_string(),
            SortBy::Created | SortBy::Updated => String::new(),
        };
        // Names of scopes hold no control characters.
        let order = format!(
            "{}\n{}\n{}\n{}\n{language}\n",
            scope.org(),
            scope.location().unwrap_or_default(),
            request.sort.as_str(),
            request.descending,
        );
        Self {
            store: Uuid::from_bytes(store),
            order,
        }
    }

    fn digest(&self, plain: &[u8]) -> Uuid {
        let content = [FORM, self.order.as_bytes(), plain].concat();
        Uuid::new_v5(&self.store, &content)
    }

    /// The bytes under a mask that follows from the store and their digest; masked again
    /// they are what they were.
    fn masked(&self, digest: Uuid, bytes: &[u8]) -> Vec<u8> {
        let key = Uuid::new_v5(&self.store, &[MASK, digest.as_bytes()].concat());
        let mut mask = Vec::with_capacity(bytes.len() + DIGEST);
        let mut block = 0_u64;
        while mask.len() < bytes.len() {
            let of_block = Uuid::new_v5(&key, &block.to_be_bytes()).into_bytes();
            // Two bytes of a UUID say what kind of UUID it is.
            let free = of_block.into_iter().enumerate();
            mask.extend(free.filter_map(|(at, byte)| (at != 6 && at != 8).then_some(byte)));
            block += 1;
        }
        let masked = bytes.iter().zip(mask).map(|(byte, mask)| byte ^ mask);
        masked.collect()
    }
}

impl fmt::Display for BookCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for BookCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim().as_bytes();
        if digits.len() > 2 * LONGEST {
            return Err(InvalidCursor);
        }
        let (pairs, rest) = digits.as_chunks::<2>();
        let value = |digit: u8| char::from(digit).to_digit(16);
        let byte = |[high, low]: &[u8; 2]| {
            let value = value(*high)? * 16 + value(*low)?;
            u8::try_from(value).ok()
        };
        let bytes: Option<Box<[u8]>> = pairs.iter().map(byte).collect();
        match bytes {
            Some(bytes) if rest.is_empty() && bytes.len() > DIGEST => Ok(Self(bytes)),
            _ => Err(InvalidCursor),
        }
    }
}

impl Serialize for BookCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Debug for BookCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BookCursor").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{BookCursor, InvalidCursor, Seal};
    use crate::book::order::{By, Position};
    use crate::book::{BookRequest, SortBy};
    use crate::scope::Scope;

    const STORE: [u8; 16] = [7; 16];

    fn seal(request: &BookRequest) -> Seal {
        Seal::new(STORE, &Scope::default(), request)
    }

    fn text(text: &str, row: i64) -> Position {
        Position {
            by: By::Text(text.into()),
            row,
        }
    }

    fn positions() -> Vec<Position> {
        let long = "Ñ".repeat(1_000);
        let mut all = vec![text("Ana Ruiz", 1), text("", 2), text(&long, i64::MAX)];
        for moment in [0, -1, i64::MIN, i64::MAX] {
            let by = By::Moment(moment);
            all.push(Position { by, row: 3 });
        }
        let by = By::Nothing;
        all.push(Position { by, row: 4 });
        all
    }

    #[test]
    fn a_position_comes_back_from_its_text() {
        let seal = seal(&BookRequest::new());
        for position in positions() {
            let written = BookCursor::of(&position, &seal).to_string();
            let cursor: BookCursor = written.parse().unwrap();
            assert_eq!(cursor.position(&seal), Ok(position));
            assert_eq!(cursor.to_string(), written);
            assert_eq!(written.to_uppercase().parse(), Ok(cursor));
        }
    }

    /// Programs keep cursors for a while: another form needs another name.
    #[test]
    fn a_cursor_is_the_same_in_every_version() {
        let cursor = BookCursor::of(&text("Ana Ruiz", 42), &seal(&BookRequest::new()));
        let pinned = "55eebbc2e7215491a8460120719d10c335721ed1dcb5cc52f6e583577dd7151a74";
        assert_eq!(cursor.to_string(), pinned);
    }

    #[test]
    fn a_cursor_of_anything_else_is_refused() {
        let request = BookRequest::new();
        let own = seal(&request);
        let cursor = BookCursor::of(&text("Ana Ruiz", 42), &own);
        let scope = |org, location| Scope::new(org, location).unwrap();
        let others = [
            (
                "another store",
                Seal::new([8; 16], &Scope::default(), &request),
            ),
            (
                "another organisation",
                Seal::new(STORE, &scope("acme", None), &request),
            ),
            (
                "a location",
                Seal::new(STORE, &scope("default", Some("x")), &request),
            ),
            (
                "another order",
                seal(&request.clone().sort_by(SortBy::Family)),
            ),
            (
                "the other direction",
                seal(&request.clone().descending(true)),
            ),
            (
                "another language",
                seal(&request.clone().language("sv".parse().unwrap())),
            ),
        ];
        for (what, other) in others {
            assert_eq!(cursor.position(&other), Err(InvalidCursor), "{what}");
        }
        // Any byte that is changed, and any that is missing, makes it none.
        for at in 0..cursor.0.len() {
            let mut bytes = cursor.0.to_vec();
            bytes[at] ^= 1;
            assert!(
                BookCursor(bytes.into()).position(&own).is_err(),
                "byte {at}"
            );
            let cut = cursor.0[..at].to_vec();
            assert!(
                BookCursor(cut.into()).position(&own).is_err(),
                "cut at {at}"
            );
        }
        // Sizes of page and language do not matter where they make no other order.
        let larger = request.clone().limit(7);
        assert!(cursor.position(&seal(&larger)).is_ok());
        let by_time = request.sort_by(SortBy::Created);
        let by = By::Moment(5);
        let cursor = BookCursor::of(&Position { by, row: 1 }, &seal(&by_time));
        let swedish = by_time.language("sv".parse().unwrap());
        assert!(cursor.position(&seal(&swedish)).is_ok());
    }

    #[test]
    fn nonsense_is_no_cursor() {
        let long = "00".repeat(super::LONGEST + 1);
        let short = "00".repeat(super::DIGEST);
        for text in [
            "",
            " ",
            "x",
            "0",
            "0g",
            "ana@example.com",
            "ÑÑÑÑ",
            "+1+1+1",
            &long,
            &short,
        ] {
            assert_eq!(text.parse::<BookCursor>(), Err(InvalidCursor), "{text:.20}");
        }
        // The right form, and nothing behind it.
        let zeros: BookCursor = "00".repeat(40).parse().unwrap();
        assert_eq!(
            zeros.position(&seal(&BookRequest::new())),
            Err(InvalidCursor)
        );
    }

    /// Nothing of a name can be seen, nor whether two cursors are of names that begin alike.
    #[test]
    fn a_cursor_says_nothing_of_anybody() {
        let seal = seal(&BookRequest::new());
        let one = BookCursor::of(&text("Quetzalcoatl Ruiz", 1), &seal);
        let other = BookCursor::of(&text("Quetzalcoatl Ruiz", 2), &seal);
        assert!(
            !one.0
                .windows(3)
                .any(|bytes| bytes == b"Que" || bytes == b"Rui")
        );
        let same = one
            .0
            .iter()
            .zip(&other.0)
            .filter(|(one, other)| one == other);
        assert!(same.count() < 8, "masks are not shared");
        assert!(!format!("{one:?}").contains(&one.to_string()));
    }
}
