//! The terms of a contact, as the index holds them: the scope, a kind, and a text.
//!
//! Every term begins with its scope, so that what one scope looks up lies together and is
//! never mixed with what others have.

use super::matching::phone_digits;
use super::words::{self, Scratch};
use super::{Filtered, Searched};

/// What is written of a contact.
pub(crate) struct Entry<'a> {
    /// The row in the store.
    pub(crate) row: i64,
    pub(crate) scope: i64,
    /// The number of the last change.
    pub(crate) change: u64,
    /// When that was, in milliseconds since 1970.
    pub(crate) updated_at: i64,
    pub(crate) searched: Searched<'a>,
    pub(crate) filtered: Filtered<'a>,
}

/// What kind of text a term holds. The letters stand in the files of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// A word of the name.
    Name = b'n',
    /// How a word of the name begins, so that few letters need no walk through all names.
    NamePrefix = b'p',
    /// How many chunks the name has.
    NameChunks = b'#',
    /// A word of the company or of an email.
    Other = b'o',
    OtherPrefix = b'q',
    /// The digits of a phone, the last one first.
    Phone = b'd',
    PhoneEnd = b'e',
    Tag = b't',
    Company = b'c',
    City = b'y',
    Source = b's',
    AssignedTo = b'a',
    /// That it lists an identifier of a kind.
    Lists = b'l',
}

/// Up to how many characters beginnings of words have terms of their own.
pub(super) const NAME_PREFIX: usize = 3;
pub(super) const OTHER_PREFIX: usize = 3;
/// And endings of phones.
pub(super) const PHONE_END: usize = 4;
/// A word outside names is found by this many of its characters at least.
pub(super) const SHORTEST_OTHER: usize = 2;

const SCOPE: usize = 8;

/// Writes terms into a buffer of its own.
pub(super) struct TermBuffer {
    bytes: Vec<u8>,
}

impl TermBuffer {
    pub(super) fn new(scope: i64) -> Self {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(&scope.to_be_bytes());
        Self { bytes }
    }

    pub(super) fn of_scope(&mut self, scope: i64) {
        self.bytes.clear();
        self.bytes.extend_from_slice(&scope.to_be_bytes());
    }

    pub(super) fn term(&mut self, kind: Kind, text: &[u8]) -> &[u8] {
        self.bytes.truncate(SCOPE);
        self.bytes.push(kind as u8);
        self.bytes.extend_from_slice(text);
        &self.bytes
    }

    pub(super) fn reversed(&mut self, kind: Kind, text: &str) -> &[u8] {
        self.bytes.truncate(SCOPE);
        self.bytes.push(kind as u8);
        self.bytes.extend(text.bytes().rev());
        &self.bytes
    }
}

/// Gives every term of a contact, some of them more than once.
pub(super) fn each_term(
    entry: &Entry<'_>,
    buffer: &mut TermBuffer,
    scratch: &mut Scratch,
    each: &mut dyn FnMut(&[u8]),
) {
    buffer.of_scope(entry.scope);
    let Searched {
        names,
        company,
        emails,
        phones,
    } = &entry.searched;
    for name in names.texts() {
        words::each_form(name, scratch, &mut |form| {
            each(buffer.term(Kind::Name, form.as_bytes()));
            for beginning in beginnings(form, NAME_PREFIX) {
                each(buffer.term(Kind::NamePrefix, beginning.as_bytes()));
            }
        });
    }
    if let Some(name) = &names.display {
        let chunks = chunk_count(words::chunks(name));
        each(buffer.term(Kind::NameChunks, &[chunks]));
    }
    let mut other = |form: &str| {
        each(buffer.term(Kind::Other, form.as_bytes()));
        for beginning in beginnings(form, OTHER_PREFIX).skip(SHORTEST_OTHER - 1) {
            each(buffer.term(Kind::OtherPrefix, beginning.as_bytes()));
        }
    };
    if let Some(company) = company {
        words::each_form(company, scratch, &mut other);
    }
    for email in emails {
        words::each_email_form(email, scratch, &mut other);
    }
    for phone in phones {
        let digits = phone_digits(phone);
        each(buffer.reversed(Kind::Phone, digits));
        for length in 3..=PHONE_END {
            let start = digits.len().saturating_sub(length);
            if let Some(end) = digits.get(start..).filter(|end| end.len() == length) {
                each(buffer.reversed(Kind::PhoneEnd, end));
            }
        }
    }
    each_filter_term(entry, buffer, each);
}

fn each_filter_term(entry: &Entry<'_>, buffer: &mut TermBuffer, each: &mut dyn FnMut(&[u8])) {
    let Filtered {
        tags,
        company,
        city,
        source,
        assigned_to,
    } = &entry.filtered;
    for tag in *tags {
        each(buffer.term(Kind::Tag, fold(tag).as_bytes()));
    }
    for (kind, text) in [
        (Kind::Company, company),
        (Kind::City, city),
        (Kind::Source, source),
        (Kind::AssignedTo, assigned_to),
    ] {
        if let Some(text) = text {
            each(buffer.term(kind, fold(text).as_bytes()));
        }
    }
    if !entry.searched.emails.is_empty() {
        each(buffer.term(Kind::Lists, b"email"));
    }
    if !entry.searched.phones.is_empty() {
        each(buffer.term(Kind::Lists, b"phone"));
    }
}

/// As filters compare texts, and no longer than a term may be.
pub(super) fn fold(text: &str) -> String {
    let mut folded = text.trim().to_lowercase();
    let end = folded.floor_char_boundary(LONGEST_TEXT);
    folded.truncate(end);
    folded
}

/// Bytes of a text in a term; longer ones are told apart by the contacts themselves.
const LONGEST_TEXT: usize = 1_024;

/// More than that are as many.
pub(super) fn chunk_count(chunks: usize) -> u8 {
    u8::try_from(chunks).unwrap_or(u8::MAX)
}

/// The beginnings of a form that have so many characters at most.
fn beginnings(form: &str, longest: usize) -> impl Iterator<Item = &str> {
    let ends = form.char_indices().skip(1).map(|(end, _)| end);
    let ends = ends.chain(std::iter::once(form.len()));
    ends.take(longest).filter_map(|end| form.get(..end))
}

/// Gives the terms of somebody who has something of every kind, in many scripts.
pub(super) fn each_of_sample(each: &mut dyn FnMut(&[u8])) {
    const NAME: &str = "Ñandú O'Brien Jean-Luc Straße Işık Đặng Øre Ł Юлия Ελένη יוסף محمد \
                        山田太郎 カタカナ 김민준 สมชาย देवी ＦＵＬＬ Ⅳ";
    let sample = Entry {
        row: 1,
        scope: 1,
        change: 1,
        updated_at: 0,
        searched: Searched {
            names: super::Names {
                display: Some(NAME.into()),
                given: Some("Ἀχιλλεύς"),
                family: Some("Ångström"),
            },
            company: Some("Müller & Söhne, Q.E.D."),
            emails: vec!["ana.ruiz+news@mail.example"],
            phones: vec!["+14155550101 ext. 77"],
        },
        filtered: Filtered {
            tags: &["Élite".to_owned()],
            company: Some(" Müller "),
            city: Some("SÃO PAULO"),
            source: Some("Web"),
            assigned_to: Some("U-1"),
        },
    };
    each_term(
        &sample,
        &mut TermBuffer::new(1),
        &mut Scratch::default(),
        each,
    );
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Kind, SCOPE, each_of_sample};

    /// Otherwise a change of some kind would leave an index as it was.
    #[test]
    fn the_sample_has_something_of_every_kind() {
        let mut kinds = BTreeSet::new();
        each_of_sample(&mut |term| {
            kinds.insert(term[SCOPE]);
        });
        let all = [
            Kind::Name,
            Kind::NamePrefix,
            Kind::NameChunks,
            Kind::Other,
            Kind::OtherPrefix,
            Kind::Phone,
            Kind::PhoneEnd,
            Kind::Tag,
            Kind::Company,
            Kind::City,
            Kind::Source,
            Kind::AssignedTo,
            Kind::Lists,
        ];
        assert_eq!(kinds, all.map(|kind| kind as u8).into());
    }
}
