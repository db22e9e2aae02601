//! `resolve --batch`, `upsert --batch` and `create --batch`: a file of requests, answered in order.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;

use kinfold::{Contacts, Outcome, ResolveRequest};
use serde_json::Value;

use super::resolve::{Rule, once, with_defaults};
use crate::arguments::ResolveArguments;
use crate::failure::{Failure, json_of};
use crate::output::Output;

/// The longest line of a batch, in bytes.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// A request as it was read, or why it is none.
type Request = Result<ResolveRequest, kinfold::Error>;

/// Why a request has no outcome, as it is printed.
#[derive(Clone)]
struct Refused {
    json: Value,
    by_the_store: bool,
}

impl From<kinfold::Error> for Refused {
    fn from(error: kinfold::Error) -> Self {
        Self {
            json: json_of(&error),
            by_the_store: error.is_storage(),
        }
    }
}

/// Answers each line of a file in order. An error on one line does not stop the
/// others; a store that can't be used shows in the exit status.
pub(super) fn run(
    contacts: &Contacts,
    file: &Path,
    how: &ResolveArguments,
    rule: Rule,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let from_stdin = file == Path::new("-");
    let name = match from_stdin {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    };
    let failure = |error: io::Error| Failure::file(&name, error);
    let input: Box<dyn Read> = match from_stdin {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(file).map_err(failure)?),
    };
    let mut requests = Requests {
        input: BufReader::new(input),
        is_first: true,
    };
    let mut lines = output.lines();
    let mut worst = 0;
    loop {
        let group = requests.next_group(how.group).map_err(failure)?;
        if group.is_empty() {
            break;
        }
        for answer in answer(contacts, group, how, rule) {
            let written = match answer {
                Ok(outcome) => lines.write(&outcome),
                Err(refused) => {
                    if refused.by_the_store {
                        worst = 3;
                    }
                    lines.write(&refused.json)
                }
            };
            written.map_err(gone)?;
        }
        // Each outcome is durable when it is printed; it is printed when it is durable.
        lines.flush().map_err(gone)?;
    }
    lines.finish()?;
    Ok(ExitCode::from(worst))
}

/// The answers to a group, in its order. More than one request share a commit.
fn answer(
    contacts: &Contacts,
    group: Vec<Request>,
    how: &ResolveArguments,
    rule: Rule,
) -> Vec<Result<Outcome, Refused>> {
    if how.dry_run || how.group == 1 {
        let each = |request: Request| Ok(once(contacts, request?, how, rule)?);
        return group.into_iter().map(each).collect();
    }
    let (mut asked, mut places) = (Vec::new(), Vec::new());
    for request in group {
        places.push(request.map(|request| asked.push(with_defaults(request, how, rule))));
    }
    let answers = match rule {
        Rule::Fill => contacts.resolve_many(asked),
        Rule::Replace => contacts.upsert_many(asked),
        Rule::Create { .. } => contacts.create_many(asked),
    };
    let mut answers = answers.map(Vec::into_iter).map_err(Refused::from);
    let in_order = places
        .into_iter()
        .filter_map(|place| match (place, &mut answers) {
            (Err(unreadable), _) => Some(Err(unreadable.into())),
            (Ok(()), Ok(answers)) => answers.next().map(|answer| answer.map_err(Refused::from)),
            // Nothing of the group was written: the store's fault is the answer to each.
            (Ok(()), Err(fault)) => Some(Err(fault.clone())),
        });
    in_order.collect()
}

/// Work is left undone when nobody reads on.
fn gone(failure: Failure) -> Failure {
    match failure {
        Failure::OutputClosed => Failure::file(
            "standard output",
            io::Error::from(io::ErrorKind::BrokenPipe),
        ),
        other => other,
    }
}

/// The requests of a file, line by line.
struct Requests<R> {
    input: R,
    is_first: bool,
}

impl<R: BufRead> Requests<R> {
    /// The next requests, so many at most; none at the end.
    fn next_group(&mut self, most: usize) -> io::Result<Vec<Request>> {
        let mut group = Vec::new();
        while group.len() < most {
            match self.next()? {
                Some(request) => group.push(request),
                None => break,
            }
        }
        Ok(group)
    }

    fn next(&mut self) -> io::Result<Option<Request>> {
        while let Some(line) = next_line(&mut self.input)? {
            let is_first = std::mem::take(&mut self.is_first);
            match line {
                Err(error) => return Ok(Some(Err(error))),
                Ok(line) => {
                    let line = match is_first {
                        true => line.trim_start_matches('\u{feff}'),
                        false => &line,
                    };
                    if !line.trim().is_empty() {
                        return Ok(Some(ResolveRequest::from_json(line)));
                    }
                }
            }
        }
        Ok(None)
    }
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
