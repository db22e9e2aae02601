//! `export`: every contact to a file; `backup`: the whole store.

use std::path::Path;

use kinfold::{Contacts, Kinfold};
use serde_json::json;

use crate::arguments::ExportArguments;
use crate::failure::Failure;
use crate::output::{Output, counted, write_line};
use crate::target::Target;

pub(crate) fn export(
    contacts: &Contacts,
    store: &Path,
    how: &ExportArguments,
    output: &Output,
) -> Result<(), Failure> {
    if let Some(format) = how.format.as_deref().filter(|format| *format != "jsonl") {
        let reason = "it is not a format that contacts can be exported in; use jsonl";
        return Err(kinfold::Error::invalid_request("format", format, reason).into());
    }
    if how.file == Path::new("-") {
        let mut lines = output.lines();
        write_all(contacts, |contact| lines.write(contact))?;
        return lines.finish();
    }
    let mut target = Target::create(&how.file, store)?;
    let name = target.name().to_owned();
    let written = write_all(contacts, |contact| {
        write_line(&mut target, contact).map_err(|error| Failure::file(&name, error))
    })?;
    target.finish()?;
    output.report(&json!({ "written": written, "file": name }), || {
        format!("{} written to {name}", counted(written, "contact"))
    })
}

fn write_all(
    contacts: &Contacts,
    mut write: impl FnMut(&kinfold::Contact) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let (mut written, mut fault) = (0, None);
    let read = contacts.for_each(|contact| {
        write(&contact).map_err(|failure| {
            fault = Some(failure);
            kinfold::Error::Stopped
        })?;
        written += 1;
        Ok(())
    });
    match (fault, read) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(written),
    }
}

pub(crate) fn backup(kinfold: &Kinfold, file: &Path, output: &Output) -> Result<(), Failure> {
    let name = file.display().to_string();
    kinfold.backup(file).map_err(|error| match error {
        kinfold::Error::File(error) => Failure::file(&name, error),
        error => error.into(),
    })?;
    let written = std::fs::metadata(file).map_err(|error| Failure::file(&name, error))?;
    let bytes = written.len();
    output.report(&json!({ "file": name, "bytes": bytes }), || {
        format!("{bytes} bytes written to {name}")
    })
}
