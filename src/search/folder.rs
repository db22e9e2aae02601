//! The folder of an index, beside the database: found, made, set aside.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tantivy::index::SegmentId;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::directory::Files;
use super::layout::{Layout, Reached};

/// Where the index of a store is.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    index: PathBuf,
    set_aside: PathBuf,
    lock: PathBuf,
}

/// What is found in the folder of an index.
pub(super) enum Stands {
    Nothing,
    Index(Index, Reached),
    /// Of another store, or of another version.
    Another,
    /// It can't be read as what it says it is.
    Damaged,
}

/// The right to write the index of a store: one process and one handle have it, until this
/// is dropped.
pub(crate) struct WriteLock {
    _file: File,
}

impl Folder {
    /// The index of the store in a folder.
    pub(crate) fn of_store(store: &Path) -> Self {
        Self {
            index: store.join("search"),
            set_aside: store.join("search.damaged"),
            lock: store.join("search.lock"),
        }
    }

    /// When somebody committed last; none if nobody has.
    pub(crate) fn last_commit(&self) -> Option<SystemTime> {
        fs::metadata(self.index.join("meta.json"))
            .ok()?
            .modified()
            .ok()
    }

    /// The right to write, unless somebody has it.
    pub(crate) fn try_lock(&self) -> io::Result<Option<WriteLock>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(WriteLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// What is there.
    pub(super) fn look(&self, store: [u8; 16]) -> Stands {
        if fs::metadata(&self.index).is_ok_and(|found| !found.is_dir()) {
            return Stands::Damaged;
        }
        if !self.index.join("meta.json").exists() {
            return Stands::Nothing;
        }
        let Ok(index) = self.open() else {
            return Stands::Damaged;
        };
        match reached(&index) {
            Err(_) => Stands::Damaged,
            Ok(Some(reached)) if reached.store == store && is_laid_out(&index) => {
                Stands::Index(index, reached)
            }
            Ok(_) => Stands::Another,
        }
    }

    fn open(&self) -> tantivy::Result<Index> {
        Index::open(Files::open(&self.index)?)
    }

    /// Whether the index knows of every file: of others it knows no checksum, and never removes
    /// them. To be asked by whoever writes it.
    pub(super) fn is_complete(&self, index: &Index) -> bool {
        let known = index.directory().list_managed_files();
        let Ok(files) = fs::read_dir(&self.index) else {
            return false;
        };
        let mut names = files.filter_map(|file| Some(PathBuf::from(file.ok()?.file_name())));
        names.all(|name| {
            let is_own = name.as_os_str().as_encoded_bytes().starts_with(b".");
            is_own || known.contains(&name)
        })
    }

    /// A new index of which a store has nothing yet, where there is none.
    pub(super) fn create(&self) -> tantivy::Result<Index> {
        create_private_folder(&self.index)?;
        let (_, schema, settings) = Layout::new();
        let directory = Files::open(&self.index)?;
        let builder = Index::builder().schema(schema).settings(settings);
        builder.open_or_create(directory)
    }

    /// Takes what is there out of the way, for somebody to look at. What was set aside before
    /// is gone then.
    pub(super) fn set_aside(&self) -> io::Result<()> {
        remove(&self.set_aside)?;
        match fs::rename(&self.index, &self.set_aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Whether there is anything of an index, damaged ones included.
    pub(crate) fn has_files(&self) -> bool {
        self.index.exists() || self.set_aside.exists()
    }

    /// Whether a damaged index was taken out of the way.
    pub(crate) fn has_set_aside(&self) -> bool {
        self.set_aside.exists()
    }

    /// Removes what was set aside.
    pub(crate) fn remove_set_aside(&self) -> io::Result<()> {
        remove(&self.set_aside)
    }

    /// Removes what was being written when somebody was killed. Only for who may write.
    pub(super) fn remove_leftovers(&self) -> io::Result<()> {
        for file in fs::read_dir(&self.index)? {
            let file = file?;
            if file.file_name().as_encoded_bytes().starts_with(b".tmp") {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }

    /// Removes the index.
    pub(super) fn remove(&self) -> io::Result<()> {
        remove(&self.index)
    }

    /// Bytes of all files of the index.
    pub(crate) fn bytes(&self) -> u64 {
        let lengths = self.lengths().unwrap_or_default();
        lengths.values().sum()
    }

    /// The files of the index by their names, and how long they are. Those that go while it is
    /// looked are left out.
    pub(super) fn lengths(&self) -> io::Result<HashMap<String, u64>> {
        let files = fs::read_dir(&self.index)?;
        let files = files.filter_map(|file| {
            let file = file.ok()?;
            let name = file.file_name().into_string().ok()?;
            Some((name, file.metadata().ok()?.len()))
        });
        Ok(files.collect())
    }
}

/// A folder of a name of its own under which files may be read by their owner alone.
fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Removes whatever stands there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// What tells one commit from another, whatever they say of themselves: its number, and its
/// segments with how many documents of each are deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commit(u64, Vec<(SegmentId, u32)>);

/// The last commit of an index.
pub(super) fn commit(index: &Index) -> tantivy::Result<Commit> {
    let metas = index.load_metas()?;
    let segments = metas.segments.iter();
    let segments = segments.map(|segment| (segment.id(), segment.num_deleted_docs()));
    Ok(Commit(metas.opstamp, segments.collect()))
}

/// How far an index says that it has come; none if it isn't one of ours.
pub(super) fn reached(index: &Index) -> tantivy::Result<Option<Reached>> {
    let metas = index.load_metas()?;
    Ok(metas.payload.as_deref().and_then(Reached::read))
}

fn is_laid_out(index: &Index) -> bool {
    let (_, schema, _) = Layout::new();
    index.schema() == schema
}

/// Whether every file is there, and is what it was when it was written: all of them are read.
pub(super) fn is_sound(index: &Index) -> bool {
    // First: who opens a damaged file may fail by a panic.
    index.validate_checksum().is_ok_and(|bad| bad.is_empty()) && reader(index).is_ok()
}

pub(super) fn reader(index: &Index) -> tantivy::Result<IndexReader> {
    let builder = index.reader_builder();
    builder.reload_policy(ReloadPolicy::Manual).try_into()
}
