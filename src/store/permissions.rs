//! Who may read the files of a store. The one place with code for one system.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder, and those above it, that only its owner may enter.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file for writing, made when missing so that only its owner may read it.
///
/// Never for a file that SQLite has open: closing any descriptor of a file drops
/// every POSIX lock that this process has on it.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    options().truncate(false).create(true).open(path)
}

/// Makes an empty file that only its owner may read, unless it is there already.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    match options().create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => restrict(path),
        Err(error) => Err(error),
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes from all but the owner what an earlier copy of the file may have allowed.
#[cfg(unix)]
pub(super) fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn restrict(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Has the disk remember which files are in a folder.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Folders can't be opened everywhere.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Lets the owner read and write a file.
#[cfg(unix)]
pub(super) fn allow_owner(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o600 != 0o600 {
        fs::set_permissions(path, fs::Permissions::from_mode((mode & 0o700) | 0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn allow_owner(_: &Path) -> io::Result<()> {
    Ok(())
}
