//! `resolve` and `upsert`: one request, or a file of them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;

use kinfold::{Contacts, Draft, Json, Outcome, ResolveRequest, TextField};

use super::{contacts, split_external_id};
use crate::arguments::{Arguments, ResolveArguments};
use crate::failure::Failure;
use crate::output::Output;

/// The longest line of a batch, in bytes.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// How fields of a request meet those of the contact.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    Fill,
    Replace,
}

pub(crate) fn run(
    arguments: &Arguments,
    how: &ResolveArguments,
    rule: Rule,
    output: &Output,
) -> Result<ExitCode, Failure> {
    if let Some(file) = &how.batch {
        return batch(&contacts(arguments)?, file, how, rule, output);
    }
    let outcome = once(&contacts(arguments)?, request(how)?, how, rule)?;
    output.result(&outcome, || {
        super::show::outcome_in_words(&outcome, how.dry_run)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn once(
    contacts: &Contacts,
    request: ResolveRequest,
    how: &ResolveArguments,
    rule: Rule,
) -> Result<Outcome, kinfold::Error> {
    let request = request
        .on_conflict_or(how.on_conflict.unwrap_or_default())
        .lenient_or(how.lenient);
    match (rule, how.dry_run) {
        (Rule::Fill, false) => contacts.resolve(request),
        (Rule::Fill, true) => contacts.preview_resolve(request),
        (Rule::Replace, false) => contacts.upsert(request),
        (Rule::Replace, true) => contacts.preview_upsert(request),
    }
}

/// The request that the command line describes.
fn request(how: &ResolveArguments) -> Result<ResolveRequest, Failure> {
    let mut draft = Draft::new();
    for phone in &how.phone {
        draft = draft.phone(phone);
    }
    for email in &how.email {
        draft = draft.email(email);
    }
    for external_id in &how.external_id {
        let (source, value) = split_external_id(external_id);
        draft = draft.external_id(source, value);
    }
    if let Some(name) = &how.name {
        draft = draft.name(name);
    }
    if let Some(given) = &how.given {
        draft = draft.given(given);
    }
    if let Some(family) = &how.family {
        draft = draft.family(family);
    }
    if let Some(company) = &how.company {
        draft = draft.text(TextField::Company, company);
    }
    for tag in &how.tag {
        draft = draft.tag(tag);
    }
    if let Some(metadata) = &how.metadata {
        // The request's own reader says what is wrong with it.
        let json = Json::parse(metadata)
            .map_err(|error| kinfold::Error::invalid_request("metadata", metadata, error))?;
        let read = ResolveRequest::from_json(&format!("{{\"metadata\":{}}}", json.as_str()))?;
        draft.fields.metadata = read.draft.fields.metadata;
    }
    Ok(draft.into())
}

/// Answers each line of a file in order. An error on one line does not stop the
/// others; a store that can't be used shows in the exit status.
fn batch(
    contacts: &Contacts,
    file: &Path,
    how: &ResolveArguments,
    rule: Rule,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let name = match file == Path::new("-") {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    };
    let input: Box<dyn Read> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file).map_err(|error| Failure::file(&name, error))?)
    };
    let mut input = BufReader::new(input);
    let mut lines = output.lines();
    let mut worst = 0;
    let mut first = true;
    // Work is left undone when nobody reads on.
    let gone = |failure| match failure {
        Failure::OutputClosed => Failure::file(
            "standard output",
            io::Error::from(io::ErrorKind::BrokenPipe),
        ),
        other => other,
    };
    while let Some(line) = next_line(&mut input).map_err(|error| Failure::file(&name, error))? {
        let answer = line.and_then(|line| {
            let line = match std::mem::take(&mut first) {
                true => line.trim_start_matches('\u{feff}').to_owned(),
                false => line,
            };
            if line.trim().is_empty() {
                return Ok(None);
            }
            once(contacts, ResolveRequest::from_json(&line)?, how, rule).map(Some)
        });
        match answer {
            Ok(Some(outcome)) => lines.write(&outcome).map_err(gone)?,
            Ok(None) => continue,
            Err(error) => {
                let failure = Failure::from(error);
                if failure.exit_code() == 3 {
                    worst = 3;
                }
                lines.write(&failure.to_json()).map_err(gone)?;
            }
        }
        // Each outcome is durable when it is printed; it is printed when it is durable.
        lines.flush().map_err(gone)?;
    }
    lines.finish()?;
    Ok(ExitCode::from(worst))
}

/// The next line, or why it is none; `None` at the end.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Result<String, kinfold::Error>>> {
    let mut bytes = Vec::new();
    let mut limited = input.by_ref().take(LONGEST_LINE);
    if limited.read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if limited.limit() == 0 && bytes.last() != Some(&b'\n') {
        skip_line(input)?;
        let megabytes = LONGEST_LINE / 1024 / 1024;
        let reason = format!("it is longer than {megabytes} MiB");
        return Ok(Some(Err(kinfold::Error::invalid_request(
            "line", "", reason,
        ))));
    }
    Ok(Some(String::from_utf8(bytes).map_err(|error| {
        let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
        kinfold::Error::invalid_request("line", &shown, "it is not valid UTF-8")
    })))
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (skip, done) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(skip);
        if done {
            return Ok(());
        }
    }
}
