//! JSON Lines: a request or a printed contact a line.

use std::io::{BufRead, BufReader, Read};

use super::beside;
use super::options::ReadOptions;
use super::{MAX_RECORD_BYTES, Record, shown};
use crate::contact::draft::unknown;
use crate::contact::limits::{self, Limits};
use crate::contact::timezone;
use crate::contact::{Change, FieldsPatch, Name, NamePatch, TextField};
use crate::error::{Error, Result};
use crate::resolve::{ResolveRequest, request};

/// Keys of a printed contact that say nothing of the person.
const BOOKKEEPING: [&str; 7] = [
    "id",
    "org",
    "location",
    "created_at",
    "updated_at",
    "deleted",
    "version",
];

pub(super) struct JsonLines<R> {
    input: BufReader<R>,
    source: Option<String>,
    line: u64,
    failed: bool,
}

impl<R: Read> JsonLines<R> {
    pub(super) fn new(input: R, options: &ReadOptions) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            source: options.source.clone(),
            line: 0,
            failed: false,
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Record>> {
        while !self.failed {
            let mut line = Vec::new();
            match self.read_line(&mut line) {
                Ok(None) => return None,
                Ok(Some(length)) if length > line.len() => {
                    let reason = format!("it is longer than {MAX_RECORD_BYTES} bytes");
                    return Some(Ok(self.record(&line, Err(line_error(&reason)))));
                }
                Ok(Some(_)) if line.trim_ascii().is_empty() => {}
                Ok(Some(_)) => {
                    let read = std::str::from_utf8(&line)
                        .map_err(|_| line_error("it holds bytes that are not UTF-8"))
                        .and_then(|text| self.read(text));
                    return Some(Ok(self.record(&line, read)));
                }
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    /// Reads a line, of which no more is kept than a record may have; how long it is.
    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<Option<usize>> {
        let mut length = 0;
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            if available.is_empty() {
                if length == 0 {
                    return Ok(None);
                }
                break;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = available
                .get(..end.unwrap_or(available.len()))
                .unwrap_or_default();
            let room = MAX_RECORD_BYTES - line.len();
            line.extend_from_slice(part.get(..room).unwrap_or(part));
            length += part.len();
            let read = part.len() + usize::from(end.is_some());
            self.input.consume(read);
            if end.is_some() {
                break;
            }
        }
        self.line += 1;
        Ok(Some(length))
    }

    fn record(&self, line: &[u8], read: Result<(ResolveRequest, bool)>) -> Record {
        let is_printed_contact = matches!(read, Ok((_, true)));
        Record {
            line: self.line,
            text: shown(line),
            request: read.map(|(request, _)| request),
            is_printed_contact,
        }
    }

    fn read(&self, text: &str) -> Result<(ResolveRequest, bool)> {
        let keys = request::object(text)?;
        let printed = keys.get("created_at").is_some();
        if printed
            && keys
                .get("deleted")
                .is_some_and(|value| value.as_str() == "true")
        {
            let reason = "it is true: the contact was deleted where it comes from";
            return Err(Error::invalid_request("deleted", "true", reason));
        }
        let mut asked = ResolveRequest::default();
        for (key, value) in keys.iter() {
            // A printed contact has every key; what holds nothing says nothing.
            if printed && (BOOKKEEPING.contains(&key) || value.is_null()) {
                continue;
            }
            if !asked.set_json(key, value)? {
                return Err(unknown(key).into());
            }
        }
        let fields = &mut asked.draft.fields;
        if printed {
            forget_derived(&mut fields.name);
        }
        keep_unknown_timezone(fields);
        if let Some(source) = &self.source {
            add_source(&mut asked, source);
        }
        Ok((asked, printed))
    }
}

/// What a printed name says that nobody gave is not to become what somebody gave.
fn forget_derived(patch: &mut NamePatch) {
    let given = |change: &Change<String>| change.value().cloned();
    let name = Name {
        full: given(&patch.full),
        given: given(&patch.given),
        family: given(&patch.family),
    };
    let name = name.without_derived();
    let said = |part: Option<String>| part.map_or(Change::Keep, Change::Set);
    *patch = NamePatch {
        full: said(name.full),
        given: said(name.given),
        family: said(name.family),
    };
}

/// A record is not refused for its time zone: earlier versions did not look whether it is one.
fn keep_unknown_timezone(fields: &mut FieldsPatch) {
    let field = TextField::Timezone;
    let unknown = fields.texts.get(&field).and_then(Change::value);
    let unknown = unknown.filter(|text| timezone::known(text).is_none());
    // What is no text for a field is refused like any other.
    let kept = unknown.filter(|text| limits::line(field.as_str(), text, Limits::LINE).is_ok());
    if let Some(text) = kept.map(|text| text.trim().to_owned()) {
        fields.texts.remove(&field);
        if !text.is_empty() {
            beside::keep(fields, field.as_str(), &text);
        }
    }
}

/// Names where a record comes from where it does not do so itself.
pub(super) fn add_source(request: &mut ResolveRequest, source: &str) {
    for typed in &mut request.draft.identifiers {
        if typed.kind == crate::ident::Kind::ExternalId
            && typed.source.as_deref().is_none_or(str::is_empty)
        {
            typed.source = Some(source.to_owned());
        }
    }
    let texts = &mut request.draft.fields.texts;
    let own = texts.entry(TextField::Source).or_default();
    if !own.is_named() || own.value().is_some_and(|own| own.trim().is_empty()) {
        *own = Change::Set(source.to_owned());
    }
}

fn line_error(reason: &str) -> Error {
    Error::invalid_request("line", "", reason)
}
