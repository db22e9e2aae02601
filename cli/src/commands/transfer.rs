//! `export`: every contact to a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use kinfold::Contacts;

use crate::arguments::ExportArguments;
use crate::failure::Failure;
use crate::output::{Output, note, write_line};

pub(crate) fn export(
    contacts: &Contacts,
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
    let name = how.file.display().to_string();
    let written = to_file(contacts, &how.file, &name)?;
    note(&format!("{written} contacts written to {name}"));
    Ok(())
}

/// Writes beside the file and puts it in place when it is whole.
fn to_file(contacts: &Contacts, file: &Path, name: &str) -> Result<u64, Failure> {
    let failure = |error: io::Error| Failure::file(name, error);
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let mut out = BufWriter::new(private(beside).map_err(failure)?);
    let written = write_all(contacts, |contact| {
        write_line(&mut out, contact).map_err(failure)
    });
    let finished = written.and_then(|written| {
        out.flush().map_err(failure)?;
        out.get_ref().sync_all().map_err(failure)?;
        fs::rename(beside, file).map_err(failure)?;
        Ok(written)
    });
    if finished.is_err() {
        // The fault is what counts; a rest that stays is named like one.
        let _ = fs::remove_file(beside);
    }
    finished
}

/// A new file that only its owner may read: it holds the whole address book.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
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
