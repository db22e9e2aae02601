//! A copy of the store in one file, made while others read and write.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::failure::Result;
use super::open::{Files, Options, connect};
use super::permissions;
use crate::error::Error;

/// The place of a copy, which is there whole or not at all.
pub(super) struct Copy {
    /// Where it is written.
    beside: PathBuf,
    /// Where it comes to stand.
    place: PathBuf,
}

impl Copy {
    /// Looks whether a copy may stand there. `of` are the files of the store, if it has any.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if there is something, or the place is the store's own;
    /// [`Error::File`] if nothing can be written there.
    pub(super) fn at(place: &Path, of: Option<&Files>) -> Result<Self> {
        let shown = place.to_string_lossy().into_owned();
        let refused = |reason: &str| Error::invalid_request("file", &shown, reason);
        if place.as_os_str().is_empty() {
            return Err(refused("it is empty; name a file").into());
        }
        let place = std::path::absolute(place).map_err(Error::File)?;
        let (Some(folder), Some(_)) = (place.parent(), place.file_name()) else {
            return Err(refused("it is a folder; name a file").into());
        };
        if of.is_some_and(|files| files.are_at(&place)) {
            return Err(refused("it is a file of the store itself; name another").into());
        }
        // A link that leads nowhere is something, too.
        if place.symlink_metadata().is_ok() {
            return Err(refused("it is there already; name a new file").into());
        }
        let name = format!(".kinfold-{}.part", Uuid::new_v4().simple());
        Ok(Self {
            beside: folder.join(name),
            place,
        })
    }

    /// Copies what `from` sees in its transaction.
    pub(super) fn write(&self, from: &Connection, options: &Options) -> Result<()> {
        let written = self.write_beside(from, options).and_then(|()| self.put());
        if written.is_err() {
            // It is what is wrong with the copy that has to be said.
            for leftover in ["", "-wal", "-shm"] {
                let mut name = self.beside.clone().into_os_string();
                name.push(leftover);
                let _ = fs::remove_file(name);
            }
        }
        written
    }

    fn write_beside(&self, from: &Connection, options: &Options) -> Result<()> {
        permissions::create_private(&self.beside).map_err(Error::File)?;
        let mut to = connect(&self.beside, options, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // If it fails, the file goes; if it is done, the file is written to the disk as a whole.
        to.pragma_update(None, "journal_mode", "MEMORY")?;
        to.pragma_update(None, "synchronous", "OFF")?;
        match Backup::new(from, &mut to)?.step(-1)? {
            StepResult::Done => {}
            _ => return Err(Error::Storage("the copy broke off".to_owned()).into()),
        }
        // A store in memory has no write-ahead log; one on disk has.
        let mode: String = to.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        to.close().map_err(|(_, error)| error)?;
        if !mode.eq_ignore_ascii_case("wal") {
            let reason = format!("no write-ahead log is possible in this folder (got \"{mode}\")");
            return Err(Error::Storage(reason).into());
        }
        let sync = || File::options().write(true).open(&self.beside)?.sync_all();
        Ok(sync().map_err(Error::File)?)
    }

    /// Puts the copy in its place, if nothing has come there meanwhile.
    fn put(&self) -> Result<()> {
        let put = || -> io::Result<()> {
            match fs::hard_link(&self.beside, &self.place) {
                Ok(()) => fs::remove_file(&self.beside)?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
                // Not every file system has links.
                Err(_) if self.place.symlink_metadata().is_ok() => {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                Err(_) => fs::rename(&self.beside, &self.place)?,
            }
            match self.place.parent() {
                Some(folder) => permissions::sync_folder(folder),
                None => Ok(()),
            }
        };
        Ok(put().map_err(Error::File)?)
    }
}
