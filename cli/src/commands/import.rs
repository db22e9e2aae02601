//! `import`: a file of any size, record by record.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use kinfold::exchange::{Format, ReadOptions, Records};
use kinfold::{Error, ImportEvent, ImportOptions, ImportSummary};
use serde_json::{Value, json};

use super::contacts;
use crate::arguments::{Arguments, ImportArguments};
use crate::failure::{Failure, json_of, words_of};
use crate::output::{Output, counted, note, on_one_line, write_line};
use crate::progress::Progress;
use crate::target::Target;

/// Columns that are named, and how much of each name, if they are not imported.
const SHOWN_COLUMNS: usize = 50;
const SHOWN_OF_A_HEADER: usize = 60;

/// Problems that are printed; the rest only go to the file of rejects.
const SHOWN_PROBLEMS: u64 = 20;

pub(crate) fn run(
    arguments: &Arguments,
    how: &ImportArguments,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let name = match how.file == Path::new("-") {
        true => "standard input".to_owned(),
        false => how.file.display().to_string(),
    };
    let format = format(how)?;
    let mut options = ReadOptions::default();
    for pair in &how.map {
        let (column, field) = pair.rsplit_once('=').ok_or_else(|| {
            Failure::Usage(format!("--map {pair:?} is not of the form COLUMN=FIELD"))
        })?;
        options = options.map(column, field)?;
    }
    if let Some(source) = &how.source {
        options = options.source(source)?;
    }
    if let Some(rejects) = &how.rejects
        && same_file(rejects, &how.file)
    {
        let reason = "it is the file that is imported; write the rejects to another";
        let name = rejects.display().to_string();
        return Err(Error::invalid_request("rejects", &name, reason).into());
    }
    let (source, size) = open(&how.file).map_err(|error| Failure::file(&name, error))?;
    let progress = Progress::of_bytes(size);
    let records = Records::open(progress.counting(source), format, &options)?;
    let not_imported: Vec<String> = records
        .columns()
        .iter()
        .filter(|column| column.field.is_none())
        .take(SHOWN_COLUMNS)
        .map(|column| column.header.chars().take(SHOWN_OF_A_HEADER).collect())
        .collect();
    if !not_imported.is_empty() {
        let columns: Vec<String> = not_imported.iter().map(|name| on_one_line(name)).collect();
        let columns = columns.join(", ");
        note(&format!(
            "Columns not imported: {columns} (name a field with --map COLUMN=FIELD)"
        ));
    }

    let mut contacts = contacts(arguments)?;
    if let (None, Some(source)) = (&arguments.origin, &how.source) {
        contacts = contacts.origin(source)?;
    }
    let rejects = match &how.rejects {
        Some(path) => Some(Target::write_in_place(path, &super::folder(arguments)?)?),
        None => None,
    };
    let mut problems = Problems {
        seen: 0,
        target: rejects,
        fault: None,
    };
    let mut last = ImportSummary::default();
    let import = ImportOptions::default()
        .on_conflict(how.on_conflict.unwrap_or_default())
        .dry_run(how.dry_run);
    let result = contacts.import(records, import, |event| {
        if let ImportEvent::Committed(summary) = event {
            progress.records(summary.read);
            last = *summary;
        } else {
            problems.add(&event, &progress);
        }
        problems.go_on()
    });
    progress.finish();
    let written = problems.finish();
    let seconds = started.elapsed().as_secs_f64();
    let summary = match (result, written) {
        (Ok(summary), Ok(())) => summary,
        (Ok(summary), Err(failure)) => {
            note(&in_words(&summary, seconds, how.dry_run));
            return Err(failure);
        }
        (Err(error), written) => {
            note(&format!(
                "The import did not end. {}",
                in_words(&last, seconds, how.dry_run)
            ));
            return Err(match (error, written) {
                // Stopped because the rejects can't be written down.
                (Error::Stopped, Err(failure)) => failure,
                (Error::File(error), _) => Failure::file(&name, error),
                (error, _) => error.into(),
            });
        }
    };

    let mut printed = json!(summary);
    if let Some(printed) = printed.as_object_mut() {
        printed.insert(
            "seconds".to_owned(),
            json!((seconds * 1000.0).round() / 1000.0),
        );
        printed.insert("columns_not_imported".to_owned(), json!(not_imported));
    }
    output.report(&printed, || in_words(&summary, seconds, how.dry_run))?;
    Ok(ExitCode::from(u8::from(how.strict && summary.rejected > 0)))
}

fn format(how: &ImportArguments) -> Result<Format, Failure> {
    match &how.format {
        Some(format) => Ok(format.parse()?),
        None => Format::of_file_name(&how.file).ok_or_else(|| {
            let reason = "its name does not tell the format; say --format csv or jsonl";
            Error::invalid_request("file", &how.file.display().to_string(), reason).into()
        }),
    }
}

/// Whether two paths lead to one file that is there.
fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// The file, and how long it is if that is known.
fn open(file: &Path) -> io::Result<(Box<dyn Read>, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let opened = File::open(file)?;
    let metadata = opened.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::other("is a folder, not a file"));
    }
    let size = metadata.is_file().then_some(metadata.len());
    Ok((Box::new(opened), size))
}

/// What was not imported: the first of it on stderr, all of it in the file of rejects.
struct Problems {
    seen: u64,
    target: Option<Target>,
    fault: Option<io::Error>,
}

impl Problems {
    fn add(&mut self, event: &ImportEvent<'_>, progress: &Progress) {
        let (words, entry): (String, Value) = match event {
            ImportEvent::Rejected { line, text, error } => {
                let mut entry = json_of(error);
                add_record(&mut entry, *line, text);
                (format!("line {line}: refused: {}", words_of(error)), entry)
            }
            ImportEvent::LeftOut {
                line,
                text,
                identifiers,
            } => {
                let words: Vec<String> = identifiers
                    .iter()
                    .map(|left| format!("{} {:?} ({})", left.field, left.value, left.reason))
                    .collect();
                let mut entry = json!({ "left_out": identifiers });
                add_record(&mut entry, *line, text);
                let words = words.join("; ");
                (format!("line {line}: imported without {words}"), entry)
            }
            _ => return,
        };
        self.seen += 1;
        if self.seen <= SHOWN_PROBLEMS {
            progress.note(
                &words
                    .lines()
                    .map(on_one_line)
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        }
        if let Some(target) = &mut self.target
            && let Err(error) = write_line(target, &entry)
        {
            self.fault = Some(error);
        }
    }

    /// Rejects that can't be written down are no reason to lose more of them.
    fn go_on(&self) -> ControlFlow<()> {
        match self.fault {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }

    fn finish(mut self) -> Result<(), Failure> {
        if self.seen > SHOWN_PROBLEMS {
            let more = self.seen - SHOWN_PROBLEMS;
            note(&match &self.target {
                Some(target) => format!("… and {more} more, all of them in {}", target.name()),
                None => format!("… and {more} more; --rejects FILE writes them all down"),
            });
        }
        let Some(target) = self.target.take() else {
            return Ok(());
        };
        match self.fault.take() {
            Some(error) => Err(Failure::file(target.name(), error)),
            None => target.finish(),
        }
    }
}

fn add_record(entry: &mut Value, line: u64, text: &str) {
    if let Some(entry) = entry.as_object_mut() {
        entry.insert("line".to_owned(), line.into());
        entry.insert("record".to_owned(), text.into());
    }
}

fn in_words(summary: &ImportSummary, seconds: f64, dry_run: bool) -> String {
    let ImportSummary {
        read,
        created,
        matched,
        unchanged,
        merged,
        conflicts,
        rejected,
        ..
    } = *summary;
    let left_out = summary.left_out;
    let head = match dry_run {
        true => "Nothing was written; an import would do this with",
        false => "Imported",
    };
    let rows = [
        (created, "created: people who were not here before".to_owned()),
        (matched, format!("matched: already here by a phone, email or id ({unchanged} said nothing new)")),
        (merged, "merged: contacts that turned out to be one person".to_owned()),
        (conflicts, "in conflict: imported, but a phone, email or id belongs to somebody else too; such a pair waits for review".to_owned()),
        (rejected, "refused: not imported, for the reasons given above".to_owned()),
        (left_out, "phones, emails or ids left out of imported records, because they can't be read".to_owned()),
    ];
    let mut words = format!("{head} {} in {seconds:.1} s:\n", counted(read, "record"));
    for (number, meaning) in rows {
        words.push_str(&format!("{number:>8}  {meaning}\n"));
    }
    words
}
