//! Files of ours, which nobody else on the machine may read: folders of mode 0700, files of mode 0600.
//!
//! **Decision.** Files are made with their mode, whatever the `umask` says, and what an earlier version or a copy left open is closed when
//! a command begins. `SQLite` gives its log and its index the mode of the database, so that the database alone has to be made.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// What others have no part in.
const OTHERS: u32 = 0o077;

/// Make a folder and those above it that are missing.
///
/// # Errors
/// When the system refuses.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    // The `umask` may have taken away from the mode; it cannot have added to it.
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Make a file that is not there yet, to be written.
///
/// # Errors
/// When it is there, or the system refuses.
pub fn make(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Make the empty file of a database that is not there yet, with the folder it lies in.
///
/// # Errors
/// When the system refuses.
pub fn make_database(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    match make(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Another process was faster, or it was there.
        _ => Ok(()),
    }
}

/// True when others have a part in what lies there, however the path leads to it.
#[must_use]
pub fn is_open(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & OTHERS != 0)
}

/// Take away what others may do with what lies there; whether that was anything.
///
/// # Errors
/// When it is not ours to change.
pub fn close(path: &Path) -> io::Result<bool> {
    if !is_open(path) {
        return Ok(false);
    }
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS))?;
    Ok(true)
}

/// A database's file with the others that belong to it and are there, beside the real file where the path is a link.
#[must_use]
pub fn of_database(path: &Path) -> Vec<PathBuf> {
    of_database_to_be(path).into_iter().filter(|file| file.exists()).collect()
}

/// The same with those that are not there at the moment.
#[must_use]
pub fn of_database_to_be(path: &Path) -> Vec<PathBuf> {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    ["", "-wal", "-shm", "-journal", "-serving"].iter().map(|end| PathBuf::from(format!("{}{end}", real.display()))).collect()
}

/// Whether two paths lead to one file, or would if there were one.
#[must_use]
pub fn is_same(one: &Path, other: &Path) -> bool {
    let numbers = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::canonicalize(folder).ok().map(|folder| (folder, path.file_name().map(ToOwned::to_owned)))
    };
    (numbers(one).is_some() && numbers(one) == numbers(other)) || (place(one).is_some() && place(one) == place(other))
}
