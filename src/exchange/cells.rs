//! From the cells of a row to a request.

use csv::ByteRecord;

use super::beside;
use super::columns::{AddressColumn, Target};
use super::dates;
use super::header::Header;
use super::json_lines::add_source;
use crate::clock::Timestamp;
use crate::contact::refused::Refused;
use crate::contact::timezone;
use crate::contact::{Change, CustomField, Json, TextField};
use crate::error::{Error, Result};
use crate::resolve::ResolveRequest;

/// What Google puts between several values in one cell.
const GOOGLE_SEPARATOR: &str = ":::";

/// Fewer digits than any number that is dialled from abroad; an extension has fewer.
const DIGITS_OF_A_PHONE: usize = 7;

/// A cell that is not empty, and its column.
struct Cell<'a> {
    header: &'a str,
    target: &'a Target,
    text: &'a str,
}

/// Reads a row. Several cells may go to phones, emails, tags and other lists; for every
/// other field the first cell that is not empty counts, and one that says something else is
/// kept as metadata under its header. So is one that is no time zone, no moment, or neither
/// yes nor no where that is asked for.
pub(super) fn read(
    row: &ByteRecord,
    header: &Header,
    source: Option<&str>,
) -> Result<ResolveRequest> {
    check_width(row, header)?;
    let mut cells = Vec::with_capacity(row.len());
    for ((bytes, column), target) in row.iter().zip(&header.columns).zip(&header.targets) {
        let Some(target) = target.as_ref().filter(|target| **target != Target::Ignored) else {
            continue;
        };
        let text = std::str::from_utf8(bytes).map_err(|_| {
            let reason = format!(
                "it holds bytes that are not UTF-8, in the column \"{}\"; save the file as UTF-8",
                column.header
            );
            let shown = String::from_utf8_lossy(bytes);
            Refused::field(target.to_string(), &shown, reason)
        })?;
        let text = text.trim();
        if !text.is_empty() {
            let header = column.header.as_str();
            cells.push(Cell {
                header,
                target,
                text,
            });
        }
    }
    let mut reading = Reading::default();
    for cell in &cells {
        reading.add(cell)?;
    }
    reading.add_address(&cells);
    Ok(reading.finish(source))
}

fn check_width(row: &ByteRecord, header: &Header) -> Result<()> {
    let width = header.width();
    let is_short = header
        .columns
        .iter()
        .skip(row.len())
        .any(|column| !column.header.is_empty());
    let is_long = row
        .iter()
        .skip(width)
        .any(|cell| !cell.trim_ascii().is_empty());
    if is_short || is_long {
        let much = if is_short { "few" } else { "many" };
        let reason = format!("it has too {much} cells: {} of {width}", row.len());
        return Err(Error::invalid_request("row", "", reason));
    }
    Ok(())
}

#[derive(Default)]
struct Reading<'a> {
    request: ResolveRequest,
    middle: Option<&'a str>,
    /// A name that stood before an email.
    beside_email: Option<(&'a str, &'a str)>,
    /// What was said differently before, under the header that said it.
    kept: Vec<(&'a str, &'a str)>,
}

impl<'a> Reading<'a> {
    fn add(&mut self, cell: &Cell<'a>) -> Result<()> {
        let text = cell.text;
        let draft = &mut self.request.draft;
        let fields = &mut draft.fields;
        let taken = match cell.target {
            Target::Ignored | Target::Address(_) => true,
            Target::Phone => {
                for phone in phones(text) {
                    *draft = std::mem::take(draft).phone(phone);
                }
                true
            }
            Target::Email => {
                for email in emails(text) {
                    let (name, address) = take_apart(email);
                    *draft = std::mem::take(draft).email(address);
                    if let Some(name) = name {
                        self.beside_email.get_or_insert((cell.header, name));
                    }
                }
                true
            }
            Target::ExternalId(source) => {
                let source = source.as_deref().unwrap_or_default();
                let present = draft.identifiers.iter().find(|typed| {
                    typed.kind == crate::ident::Kind::ExternalId
                        && typed.source.as_deref() == Some(source)
                });
                let same = present.map(|typed| typed.value == text);
                if same.is_none() {
                    *draft = std::mem::take(draft).external_id(source, text);
                }
                same.unwrap_or(true)
            }
            Target::Name => set(&mut fields.name.full, text),
            Target::Given => set(&mut fields.name.given, text),
            Target::Family => set(&mut fields.name.family, text),
            Target::Middle => match self.middle {
                None => {
                    self.middle = Some(text);
                    true
                }
                Some(middle) => middle == text,
            },
            // Outlook's word for a gender that is not given.
            Target::Text(TextField::Gender) if text == "Unspecified" => true,
            // As the database has it, or else as it stands and not in its place.
            Target::Text(TextField::Timezone) => timezone::known(text).is_some_and(|known| {
                set(fields.texts.entry(TextField::Timezone).or_default(), known)
            }),
            Target::Text(field) => set(fields.texts.entry(*field).or_default(), text),
            Target::DateOfBirth(order) => match dates::date_of_birth(text, *order) {
                Some(date) => set(&mut fields.date_of_birth, &date),
                None => true,
            },
            Target::Tags => {
                let tags = fields.tags.or_default();
                tags.extend(tag_names(text).map(str::to_owned));
                true
            }
            Target::List(field) => {
                let list = fields.lists.entry(*field).or_default().or_default();
                list.extend(several(text).map(str::to_owned));
                true
            }
            Target::Flag(field) => match yes_or_no(text) {
                Some(value) => {
                    let said = fields.flags.entry(*field).or_default();
                    if !said.is_named() {
                        *said = Change::Set(value);
                    }
                    *said == Change::Set(value)
                }
                None => false,
            },
            Target::LastSessionActivity => {
                text.parse::<Timestamp>().is_ok() && set(&mut fields.last_session_activity_at, text)
            }
            Target::Region => {
                let region = text
                    .parse()
                    .map_err(|reason| Refused::request("region", text, reason))?;
                let present = *self.request.region.get_or_insert(region);
                present == region
            }
            Target::Metadata(key) => {
                let entries = fields.metadata.or_default();
                let value = Change::Set(Json::from(text));
                match entries.get(key) {
                    None => {
                        entries.insert(key.as_str(), value);
                        true
                    }
                    Some(present) => *present == value,
                }
            }
            Target::CustomField(key) => {
                let entries = fields.custom_fields.or_default();
                let value = Change::Set(CustomField {
                    kind: "text".to_owned(),
                    value: Json::from(text),
                });
                match entries.get(key) {
                    None => {
                        entries.insert(key.as_str(), value);
                        true
                    }
                    Some(present) => *present == value,
                }
            }
        };
        if !taken {
            self.kept.push((cell.header, text));
        }
        Ok(())
    }

    /// One whole address: a mixture of two would be nobody's.
    fn add_address(&mut self, cells: &[Cell<'a>]) {
        let parts = || {
            cells.iter().filter_map(|cell| match cell.target {
                Target::Address(column) => Some((*column, cell)),
                _ => None,
            })
        };
        let Some(rank) = parts().map(|(column, _)| column.rank).min() else {
            return;
        };
        let address = self.request.draft.fields.address.or_default();
        for (AddressColumn { part, .. }, cell) in parts().filter(|(column, _)| column.rank == rank)
        {
            let Some(place) = address.part_mut(part) else {
                continue;
            };
            match place {
                Change::Set(line) if part == "line1" => {
                    line.push('\n');
                    line.push_str(cell.text);
                }
                Change::Set(present) if present != cell.text => {
                    self.kept.push((cell.header, cell.text));
                }
                Change::Set(_) => {}
                Change::Keep | Change::Clear => *place = Change::Set(cell.text.to_owned()),
            }
        }
        for (column, cell) in parts().filter(|(column, _)| column.rank != rank) {
            let chosen = address.part_mut(column.part).and_then(|part| part.value());
            if chosen.map(String::as_str) != Some(cell.text) {
                self.kept.push((cell.header, cell.text));
            }
        }
    }

    fn finish(mut self, source: Option<&str>) -> ResolveRequest {
        let name = &mut self.request.draft.fields.name;
        if let Some((header, beside)) = self.beside_email {
            let given = [name.given.value().map(String::as_str), self.middle];
            let family = name.family.value().map(String::as_str);
            let parts: Vec<&str> = given.into_iter().chain([family]).flatten().collect();
            if parts.is_empty() && !name.full.is_named() {
                name.full = Change::Set(beside.to_owned());
            } else if name.full.value().map(String::as_str) != Some(beside)
                && parts.join(" ") != beside
            {
                self.kept.push((header, beside));
            }
        }
        if let Some(middle) = self.middle {
            name.given = Change::Set(match name.given.value() {
                Some(given) => format!("{given} {middle}"),
                None => middle.to_owned(),
            });
        }
        for (header, text) in self.kept {
            beside::keep(&mut self.request.draft.fields, header, text);
        }
        if let Some(source) = source {
            add_source(&mut self.request, source);
        }
        self.request
    }
}

/// Sets a field that nothing was said of; whether the text is what it says now.
fn set(place: &mut Change<String>, text: &str) -> bool {
    match place {
        Change::Set(present) => present == text,
        Change::Keep | Change::Clear => {
            *place = Change::Set(text.to_owned());
            true
        }
    }
}

fn parts_at<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    text.split(separator)
        .flat_map(str::lines)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The phones of a cell. A semicolon separates them only where every part can be a number
/// of its own: in `+14155550101;ext=5` it is part of one.
fn phones(text: &str) -> Vec<&str> {
    let is_whole = |part: &str| {
        let digits = part.chars().filter(|c| c.is_numeric()).count();
        digits >= DIGITS_OF_A_PHONE && !part.contains('=')
    };
    split_where(text, &[';'], is_whole)
}

/// The emails of a cell. A comma may also stand in the name before one.
fn emails(text: &str) -> Vec<&str> {
    let is_whole = |part: &str| {
        part.matches('@').count() == 1
            && (!part.contains('<') || part.ends_with('>'))
            && part.matches('"').count().is_multiple_of(2)
    };
    split_where(text, &[';', ','], is_whole)
}

fn split_where<'a>(
    text: &'a str,
    separators: &[char],
    is_whole: impl Fn(&str) -> bool,
) -> Vec<&'a str> {
    parts_at(text, GOOGLE_SEPARATOR)
        .into_iter()
        .flat_map(|part| {
            let pieces: Vec<&str> = part
                .split(separators)
                .map(str::trim)
                .filter(|piece| !piece.is_empty())
                .collect();
            match pieces.iter().all(|piece| is_whole(piece)) && !pieces.is_empty() {
                true => pieces,
                false => vec![part],
            }
        })
        .collect()
}

/// The name and the address of `Ana <ana@example.org>`.
fn take_apart(email: &str) -> (Option<&str>, &str) {
    let apart = email
        .strip_suffix('>')
        .and_then(|inner| inner.rsplit_once('<'))
        .filter(|(name, _)| !name.contains(['<', '>']));
    match apart {
        Some((name, address)) => {
            let name = name.trim();
            let unquoted = name
                .strip_prefix('"')
                .and_then(|name| name.strip_suffix('"'))
                .filter(|name| !name.contains(['"', '\\']))
                .unwrap_or(name)
                .trim();
            ((!unquoted.is_empty()).then_some(unquoted), address.trim())
        }
        None => (None, email),
    }
}

/// The tags of a cell, without the star that Google puts before its own groups.
fn tag_names(text: &str) -> impl Iterator<Item = &str> {
    several(text)
        .map(|tag| tag.strip_prefix("* ").unwrap_or(tag).trim())
        .filter(|tag| !tag.is_empty())
}

/// The names in a cell that has a list of them.
fn several(text: &str) -> impl Iterator<Item = &str> {
    text.split(GOOGLE_SEPARATOR)
        .flat_map(|part| part.split([',', ';', '\n', '\r']))
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

/// What a cell says that says yes or no.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Some(true),
        "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}
