//! Files that the program writes, for their owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// A file that is being written. It holds people, so nobody but its owner may read it.
pub(crate) struct Target {
    name: String,
    out: BufWriter<Out>,
}

enum Out {
    /// Written beside the file, and put in its place when it is whole.
    Beside(NamedTempFile, PathBuf),
    /// Written to as it is: a device, a pipe, or what must not be lost with the program.
    InPlace(File),
}

impl Target {
    /// Begins to write a file that is there whole or not at all: what is there stays until
    /// [`finish`](Self::finish).
    ///
    /// `store` is the store's folder, whose own files are refused.
    pub(crate) fn create(path: &Path, store: &Path) -> Result<Self, Failure> {
        Self::open(path, store, |place| {
            let folder = match place.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            Ok(Out::Beside(
                NamedTempFile::new_in(folder)?,
                place.to_owned(),
            ))
        })
    }

    /// Begins to write a file of which every line counts, also if the program is killed.
    pub(crate) fn write_in_place(path: &Path, store: &Path) -> Result<Self, Failure> {
        Self::open(path, store, |place| {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(place)?;
            // One that was there keeps its mode until it is told otherwise.
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                file.set_permissions(fs::Permissions::from_mode(0o600))?;
            }
            Ok(Out::InPlace(file))
        })
    }

    fn open(
        path: &Path,
        store: &Path,
        open_file: impl FnOnce(&Path) -> io::Result<Out>,
    ) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let failure = |error: io::Error| Failure::file(&name, error);
        // A link is written through, not replaced.
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if is_of_the_store(&place, store) {
            let reason = "it is a file of the store itself; write to another";
            return Err(kinfold::Error::invalid_request("file", &name, reason).into());
        }
        let out = match fs::metadata(&place) {
            Ok(there) if there.is_dir() => Err(io::Error::other("it is a folder, not a file")),
            Ok(there) if !there.is_file() => OpenOptions::new()
                .write(true)
                .open(&place)
                .map(Out::InPlace),
            Err(_) if place.is_symlink() => Err(io::Error::other(
                "it is a link that leads nowhere; name the file itself",
            )),
            _ => open_file(&place),
        };
        Ok(Self {
            out: BufWriter::new(out.map_err(failure)?),
            name,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { name, out } = self;
        let finish = || -> io::Result<()> {
            match out.into_inner().map_err(io::IntoInnerError::into_error)? {
                Out::InPlace(mut file) => file.flush(),
                Out::Beside(file, place) => {
                    file.as_file().sync_all()?;
                    file.persist(place).map(|_| ()).map_err(|error| error.error)
                }
            }
        };
        finish().map_err(|error| Failure::file(&name, error))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(file, _) => file.write(bytes),
            Self::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(file, _) => file.flush(),
            Self::InPlace(file) => file.flush(),
        }
    }
}

/// Whether a path is that of the store's database, its log or its lock.
fn is_of_the_store(path: &Path, store: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path
        .parent()
        .map(|folder| match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        });
    let same = match (folder.map(Path::canonicalize), store.canonicalize()) {
        (Some(Ok(folder)), Ok(store)) => folder == store,
        _ => false,
    };
    let own = [
        "contacts.db",
        "contacts.db-wal",
        "contacts.db-shm",
        "contacts.lock",
    ];
    same && own.iter().any(|own| name.eq_ignore_ascii_case(own))
}
