//! The words of a text: what the index holds of it, and what a query is compared with.
//!
//! A text is cut at white space into **chunks**; what has neither letter nor digit is none.
//! Punctuation cuts a chunk into **parts**, and the chunk is there joined as well:
//! `O'Brien` is `o`, `brien` and `obrien`. Each of them has **forms**: itself, folded, and
//! its transliteration if it has letters that are not Latin. Chinese, Japanese and Korean
//! names don't set their words apart: there each rest of a part is a form too (山田太郎 is
//! found by 太郎), and neighbouring chunks are there joined as well.

use std::ops::Range;

use super::fold::{Letter, extends, fold};

/// No form is longer, in characters: a longer word is found by its beginning.
pub(super) const LONGEST_FORM: usize = 100;

/// Buffers that many texts share.
#[derive(Default)]
pub(crate) struct Scratch {
    plain: String,
    pub(super) reading: Reading,
    pub(super) reached: Vec<super::matching::Reached>,
}

/// Every form of every part and chunk of a name or a company. A form may come twice.
pub(crate) fn each_form(text: &str, scratch: &mut Scratch, each: &mut dyn FnMut(&str)) {
    if text.is_ascii() {
        each_plain_form(text, true, &mut scratch.plain, each);
        return;
    }
    scratch.reading.read(text);
    scratch.reading.each_form(true, &mut |form| each(form.text));
}

/// Every form of every part of an email. A form may come twice.
pub(crate) fn each_email_form(text: &str, scratch: &mut Scratch, each: &mut dyn FnMut(&str)) {
    if text.is_ascii() {
        each_plain_form(text, false, &mut scratch.plain, each);
        return;
    }
    scratch.reading.read(text);
    scratch
        .reading
        .each_form(false, &mut |form| each(form.text));
}

/// How many chunks a text has.
pub(crate) fn chunks(text: &str) -> usize {
    let is_chunk = |chunk: &&str| {
        let is_plain = chunk.bytes().any(|byte| byte.is_ascii_alphanumeric());
        is_plain || (!chunk.is_ascii() && !Reading::of(chunk).chunks.is_empty())
    };
    text.split_whitespace().filter(is_chunk).count()
}

/// The same as [`Reading::each_form`], for plain ASCII: nearly all there is.
fn each_plain_form(text: &str, joined: bool, buffer: &mut String, each: &mut dyn FnMut(&str)) {
    buffer.clear();
    let mut chunk = 0;
    let mut part = 0;
    let mut parts = 0;
    let cut = |form: Option<&str>, each: &mut dyn FnMut(&str)| {
        let form = form.unwrap_or_default();
        each(form.get(..LONGEST_FORM).unwrap_or(form));
    };
    // A space behind the text ends its last chunk.
    for byte in text.bytes().chain(std::iter::once(b' ')) {
        if byte.is_ascii_alphanumeric() {
            buffer.push(char::from(byte.to_ascii_lowercase()));
            continue;
        }
        if part < buffer.len() {
            cut(buffer.get(part..), each);
            part = buffer.len();
            parts += 1;
        }
        if matches!(byte, b'\t'..=b'\r' | b' ') {
            if joined && parts > 1 {
                cut(buffer.get(chunk..), each);
            }
            chunk = part;
            parts = 0;
        }
    }
}

/// A letter with all that belongs to it, and where it comes from.
struct Unit {
    letter: Letter,
    /// In the text that was read.
    source: Range<usize>,
    own: Range<usize>,
    ascii: Range<usize>,
}

/// What stands between two white spaces.
pub(super) struct Chunk {
    /// In the text that was read.
    pub(super) source: Range<usize>,
    /// Each a range of units.
    parts: Vec<Range<usize>>,
}

impl Chunk {
    fn units(&self) -> Range<usize> {
        let start = self.parts.first().map_or(0, |part| part.start);
        start..self.parts.last().map_or(start, |part| part.end)
    }

    pub(super) fn is_divided(&self) -> bool {
        self.parts.len() > 1
    }
}

/// A text taken apart. All letters stand behind one another without what separates them,
/// so that every form is a piece of one of two texts.
#[derive(Default)]
pub(super) struct Reading {
    own: String,
    ascii: String,
    units: Vec<Unit>,
    pub(super) chunks: Vec<Chunk>,
    characters: Vec<char>,
}

/// One form, and the letters that it is made of.
pub(super) struct Form<'a> {
    pub(super) text: &'a str,
    units: &'a [Unit],
    transliterated: bool,
}

impl Form<'_> {
    /// What a beginning of the form covers, of so many bytes, in the text that was read.
    pub(super) fn covered(&self, length: usize) -> Range<usize> {
        let written = |unit: &Unit| match self.transliterated {
            true => unit.ascii.len(),
            false => unit.own.len(),
        };
        let mut source = self.all();
        let mut covered = 0;
        for unit in self.units {
            covered += written(unit);
            if covered >= length {
                source.end = unit.source.end;
                break;
            }
        }
        source
    }

    /// The whole of it in the text that was read.
    pub(super) fn all(&self) -> Range<usize> {
        let start = self.units.first().map_or(0, |unit| unit.source.start);
        let end = self.units.last().map_or(start, |unit| unit.source.end);
        start..end
    }
}

impl Reading {
    pub(super) fn of(text: &str) -> Self {
        let mut reading = Self::default();
        reading.read(text);
        reading
    }

    /// Takes a text apart, in place of the one before.
    pub(super) fn read(&mut self, text: &str) {
        self.own.clear();
        self.ascii.clear();
        self.units.clear();
        self.chunks.clear();
        // Both where the next part begins, and whether the next letter begins a chunk.
        let mut part = 0;
        let mut chunk: Option<Chunk> = None;
        let mut characters = text.char_indices().peekable();
        while let Some((start, first)) = characters.next() {
            let mut end = start + first.len_utf8();
            while let Some((at, next)) = characters.next_if(|(_, next)| extends(*next)) {
                end = at + next.len_utf8();
            }
            if first.is_whitespace() {
                self.end_part(&mut part, chunk.as_mut());
                self.chunks.extend(chunk.take());
                continue;
            }
            let current = chunk.get_or_insert_with(|| Chunk {
                source: start..end,
                parts: Vec::new(),
            });
            current.source.end = end;
            let cluster = text.get(start..end).unwrap_or_default();
            self.add(cluster, start..end, &mut part, current);
        }
        self.end_part(&mut part, chunk.as_mut());
        self.chunks.extend(chunk);
        self.chunks.retain(|chunk| !chunk.parts.is_empty());
    }

    fn add(&mut self, cluster: &str, source: Range<usize>, part: &mut usize, chunk: &mut Chunk) {
        let units = &mut self.units;
        let each = |letter: Option<Letter>, own: &mut String, ascii: &mut String| {
            let Some(letter) = letter else {
                end_part(units.len(), part, chunk);
                return;
            };
            let (own_start, ascii_start) = units
                .last()
                .map_or((0, 0), |unit: &Unit| (unit.own.end, unit.ascii.end));
            units.push(Unit {
                letter,
                source: source.clone(),
                own: own_start..own.len(),
                ascii: ascii_start..ascii.len(),
            });
        };
        fold(
            cluster,
            &mut self.characters,
            &mut self.own,
            &mut self.ascii,
            each,
        );
    }

    fn end_part(&self, part: &mut usize, chunk: Option<&mut Chunk>) {
        if let Some(chunk) = chunk {
            end_part(self.units.len(), part, chunk);
        }
    }

    /// Every form, as [`each_form`] says; without what is joined for emails.
    pub(super) fn each_form(&self, joined: bool, each: &mut dyn FnMut(Form<'_>)) {
        for chunk in &self.chunks {
            for part in &chunk.parts {
                self.each_form_of(part.clone(), each);
            }
            if joined && chunk.is_divided() {
                self.each_form_of(chunk.units(), each);
            }
        }
        if !joined {
            return;
        }
        let unspaced = |chunk: &Chunk| {
            let units = self.units.get(chunk.units()).unwrap_or_default();
            units.iter().all(|unit| unit.letter == Letter::Unspaced)
        };
        let together = |one: &Chunk, next: &Chunk| unspaced(one) && unspaced(next);
        for neighbours in self.chunks.chunk_by(together) {
            if let [first, .., last] = neighbours {
                self.each_form_of(first.units().start..last.units().end, each);
            }
        }
    }

    fn each_form_of(&self, units: Range<usize>, each: &mut dyn FnMut(Form<'_>)) {
        let units = self.units.get(units).unwrap_or_default();
        if units.iter().all(|unit| unit.letter == Letter::Latin) {
            each(self.own_form(units));
            return;
        }
        let mut before = None;
        for (start, unit) in units.iter().enumerate().take(LONGEST_FORM) {
            let is_start = before.is_none_or(|before| before == Letter::Unspaced)
                || unit.letter == Letter::Unspaced;
            before = Some(unit.letter);
            if !is_start {
                continue;
            }
            let rest = units.get(start..).unwrap_or_default();
            each(self.own_form(rest));
            if rest.iter().any(|unit| unit.letter != Letter::Latin) {
                let form = self.ascii_form(rest);
                if !form.text.is_empty() {
                    each(form);
                }
            }
        }
    }

    fn own_form<'a>(&'a self, units: &'a [Unit]) -> Form<'a> {
        let start = units.first().map_or(0, |unit| unit.own.start);
        let end = units.last().map_or(start, |unit| unit.own.end);
        Form {
            text: cut(self.own.get(start..end).unwrap_or_default()),
            units,
            transliterated: false,
        }
    }

    fn ascii_form<'a>(&'a self, units: &'a [Unit]) -> Form<'a> {
        let start = units.first().map_or(0, |unit| unit.ascii.start);
        let end = units.last().map_or(start, |unit| unit.ascii.end);
        Form {
            text: cut(self.ascii.get(start..end).unwrap_or_default()),
            units,
            transliterated: true,
        }
    }

    /// A chunk as a query looks for it: joined.
    pub(super) fn joined(&self, chunk: &Chunk) -> &str {
        let units = self.units.get(chunk.units()).unwrap_or_default();
        self.own_form(units).text
    }

    /// The parts of a chunk as a query looks for them.
    pub(super) fn parts(&self, chunk: &Chunk) -> impl Iterator<Item = &str> {
        chunk.parts.iter().map(|part| {
            let units = self.units.get(part.clone()).unwrap_or_default();
            self.own_form(units).text
        })
    }

    /// A text's only word, and its transliteration.
    pub(super) fn only_word(&mut self, text: &str) -> [&str; 2] {
        self.read(text);
        [cut(&self.own), cut(&self.ascii)]
    }
}

fn end_part(units: usize, part: &mut usize, chunk: &mut Chunk) {
    if *part < units {
        chunk.parts.push(*part..units);
        *part = units;
    }
}

fn cut(form: &str) -> &str {
    if form.len() <= LONGEST_FORM {
        return form;
    }
    match form.char_indices().nth(LONGEST_FORM) {
        Some((end, _)) => form.get(..end).unwrap_or(form),
        None => form,
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
