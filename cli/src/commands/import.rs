//! `import`: a file of any size, record by record.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use kinfold::exchange::{Format, ReadOptions, Records};
use kinfold::{Error, ImportEvent, ImportOptions, ImportSummary};
use serde_json::{Value, json};

use super::{contacts, transfer};
use crate::arguments::{Arguments, ImportArguments};
use crate::failure::{Failure, json_of, words_of};
use crate::output::{Output, note, write_line};
use crate::progress::Progress;

/// Problems that are printed; the rest only go to the file of rejects.
const SHOWN_PROBLEMS: u64 = 20;

pub(crate) fn run(
    arguments: &Arguments,
    how: &ImportArguments,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let name = how.file.display().to_string();
    let format = format(how)?;
    let mut options = ReadOptions::default();
    for pair in &how.map {
        let (column, field) = pair.rsplit_once('=').ok_or_else(|| {
            Failure::Usage(format!("--map {pair:?} is not of the form COLUMN=FIELD"))
        })?;
        options = options.map(column, field)?;
    }
    if let Some(source) = &how.source {
        options = options.source(source);
    }
    let (source, size) = open(&how.file).map_err(|error| Failure::file(&name, error))?;
    let progress = Progress::of_bytes(size);
    let records = Records::open(progress.counting(source), format, &options)?;
    let not_imported: Vec<String> = records
        .columns()
        .iter()
        .filter(|column| column.field.is_none())
        .map(|column| column.header.clone())
        .collect();
    if !not_imported.is_empty() {
        let columns = not_imported.join(", ");
        note(&format!(
            "Columns not imported: {columns} (name a field with --map COLUMN=FIELD)"
        ));
    }

    let mut contacts = contacts(arguments)?;
    if let (None, Some(source)) = (&arguments.origin, &how.source) {
        contacts = contacts.origin(source)?;
    }
    let mut problems = Problems::new(how.rejects.as_deref())?;
    let import = ImportOptions::default()
        .on_conflict(how.on_conflict.unwrap_or_default())
        .dry_run(how.dry_run);
    let result = contacts.import(records, import, |event| {
        if let ImportEvent::Committed(summary) = event {
            progress.records(summary.read);
        } else {
            problems.add(&event, &progress);
        }
        problems.go_on()
    });
    progress.finish();
    problems.finish()?;
    let summary = result.map_err(|error| match error {
        Error::File(error) => Failure::file(&name, error),
        error => Failure::Library(error),
    })?;

    let seconds = started.elapsed().as_secs_f64();
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
            let reason = "does not tell the format by its name; say --format csv or jsonl";
            Error::invalid_request("file", &how.file.display().to_string(), reason).into()
        }),
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
    file: Option<(String, BufWriter<File>)>,
    fault: Option<io::Error>,
}

impl Problems {
    fn new(rejects: Option<&Path>) -> Result<Self, Failure> {
        let file = match rejects {
            Some(path) => {
                let name = path.display().to_string();
                let file = transfer::private(path).map_err(|error| Failure::file(&name, error))?;
                Some((name, BufWriter::new(file)))
            }
            None => None,
        };
        Ok(Self {
            seen: 0,
            file,
            fault: None,
        })
    }

    fn add(&mut self, event: &ImportEvent<'_>, progress: &Progress) {
        let (line, words, entry): (u64, String, Value) = match event {
            ImportEvent::Rejected { line, text, error } => {
                let mut entry = json_of(error);
                add_record(&mut entry, *line, text);
                (*line, format!("refused: {}", words_of(error)), entry)
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
                (
                    *line,
                    format!("imported without {}", words.join("; ")),
                    entry,
                )
            }
            _ => return,
        };
        self.seen += 1;
        if self.seen <= SHOWN_PROBLEMS {
            progress.note(&format!("line {line}: {words}"));
        }
        if let Some((_, file)) = &mut self.file
            && let Err(error) = write_line(file, &entry)
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
            note(&match &self.file {
                Some((name, _)) => format!("… and {more} more, all of them in {name}"),
                None => format!("… and {more} more; --rejects FILE writes them all down"),
            });
        }
        let Some((name, mut file)) = self.file.take() else {
            return Ok(());
        };
        let written = match self.fault.take() {
            Some(error) => Err(error),
            None => file.flush(),
        };
        written.map_err(|error| Failure::file(&name, error))
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
        (conflicts, "in conflict: imported, but a phone, email or id belongs to somebody else too; the pair waits for review".to_owned()),
        (rejected, "refused: not imported, each with its line and reason above".to_owned()),
        (left_out, "phones, emails or ids left out of imported records, because they can't be read".to_owned()),
    ];
    let mut words = format!("{head} {read} records in {seconds:.1} s:\n");
    for (number, meaning) in rows {
        words.push_str(&format!("{number:>8}  {meaning}\n"));
    }
    words
}
