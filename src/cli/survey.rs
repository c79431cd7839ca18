//! What is wrong with a setup, found by looking: `check` tells it, every other command refuses for it before it writes anything.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
};

use super::{Failed, open, system, tls};
use crate::{
    access::secret::{self, Secret},
    config::{Faults, Settings},
    domain::Error,
    store::{self, Store, dialect::Engine, files},
};

/// What was found.
pub(super) struct Survey {
    /// What no command begins with: variable and reason.
    pub(super) faults: Faults,
    /// What of ours others on this machine may read; closed by the next command.
    pub(super) open: Vec<PathBuf>,
    /// The database, where there is one already.
    pub(super) store: Option<Store>,
    /// Why it could not be asked.
    pub(super) unanswered: Option<Error>,
}

/// Look at folders, files and, where there is one, the database.
pub(super) fn survey(settings: &Settings) -> Survey {
    let mut found = Survey { faults: Vec::new(), open: Vec::new(), store: None, unanswered: None };
    let exists = settings.database_file().is_none_or(Path::exists);
    if let Some(file) = settings.database_file() {
        let mut fault = |name: &str, outcome: Result<(), String>| found.faults.extend(outcome.err().map(|why| (name.to_owned(), why)));
        fault("DATELINE_DATA_DIR", folder(&settings.data_dir));
        fault("DATABASE_URL", if exists { writable_file(file) } else { place(file.parent().unwrap_or(Path::new(""))) });
        let ours = files::of_database(file);
        let folder =
            Some(&settings.data_dir).filter(|folder| holds_only(folder, &[&ours, std::slice::from_ref(&settings.secret_file)].concat()));
        found.open = folder.into_iter().chain(&ours).filter(|path| files::is_open(path)).cloned().collect();
    }
    found.faults.extend(settings.tls.as_ref().and_then(|files| tls::judged(files).err()));
    let secret = secret(settings);
    if exists && found.faults.is_empty() {
        match open(settings) {
            Ok(store) => found.store = Some(store),
            Err(error) => found.unanswered = Some(error),
        }
    }
    let opened = secret.and_then(|secret| match found.store.as_ref().map(|store| opens(store, secret)) {
        None | Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(why))) => Err(why),
        Some(Err(error)) => {
            found.unanswered = Some(error);
            Ok(())
        }
    });
    found.faults.extend(opened.err().map(|why| ("DATELINE_SECRET_FILE".to_owned(), why)));
    found
}

/// The secret; nothing while it may yet be made.
fn secret(settings: &Settings) -> Result<Option<[u8; 32]>, String> {
    let path = &settings.secret_file;
    match fs::symlink_metadata(path) {
        Ok(_) => system::read_secret(path).map(Some),
        Err(_) if settings.engine == Engine::Sqlite => place(path.parent().unwrap_or(Path::new(""))).map(|()| None),
        Err(error) => Err(format!("the file cannot be read: {error}")),
    }
}

/// Whether a secret opens the keys that a database holds, and why not.
fn opens(store: &Store, secret: Option<[u8; 32]>) -> Result<Result<(), String>, Error> {
    if !store.is_begun()? {
        return Ok(Ok(()));
    }
    let kept = store.read_now(store::keys::sealed)?;
    Ok(match secret {
        _ if kept.is_empty() => Ok(()),
        None => Err("the file is missing, and the database holds keys that were sealed with it".to_owned()),
        Some(secret) if kept.iter().all(|(kid, sealed)| secret::open(&Secret::new(secret), kid, sealed).is_ok()) => Ok(()),
        Some(_) => Err("the file does not open the keys in the database".to_owned()),
    })
}

/// Whether nothing but these lies in a folder: another's is not ours to close.
fn holds_only(folder: &Path, ours: &[PathBuf]) -> bool {
    let names: Vec<_> = ours.iter().filter_map(|path| path.file_name()).collect();
    fs::read_dir(folder).is_ok_and(|mut found| found.all(|entry| entry.is_ok_and(|entry| names.contains(&entry.file_name().as_os_str()))))
}

fn folder(path: &Path) -> Result<(), String> {
    place(path)?;
    let bare = fs::metadata(path).is_ok_and(|found| system::is_shared(&found));
    if bare { Err("a folder that others write to: give the server one of its own".to_owned()) } else { Ok(()) }
}

/// Whether something can be made in a folder, or in the one above it where it would be made first.
fn place(path: &Path) -> Result<(), String> {
    let there = path.ancestors().find(|above| above.as_os_str().is_empty() || fs::symlink_metadata(above).is_ok());
    let there = there.filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !there.is_dir() {
        return Err("leads through something that is no folder".to_owned());
    }
    let probe = there.join(format!(".dateline-{}", std::process::id()));
    files::make(&probe).and_then(|_| fs::remove_file(&probe)).map_err(|e| format!("the folder cannot be written to: {e}"))
}

fn writable_file(path: &Path) -> Result<(), String> {
    if !path.is_file() {
        return Err("there is something else than a file".to_owned());
    }
    OpenOptions::new().read(true).write(true).open(path).map(drop).map_err(|e| format!("the file cannot be written to: {e}"))?;
    place(path.parent().unwrap_or(Path::new("")))
}

/// Refuse what is wrong; then make what is missing, and close what is open.
pub(super) fn prepare(settings: &Settings) -> Result<Store, Failed> {
    let found = survey(settings);
    if !found.faults.is_empty() {
        return Err(Failed::Configured(found.faults));
    }
    if let Some(error) = found.unanswered {
        return Err(Failed::Refused(error));
    }
    if settings.engine == Engine::Sqlite {
        files::make_folder(&settings.data_dir).map_err(|e| fault("DATELINE_DATA_DIR", &format!("the folder cannot be made: {e}")))?;
    }
    for path in found.open {
        files::close(&path).map_err(|e| fault("DATELINE_DATA_DIR", &format!("{}: others can read it: {e}", path.display())))?;
        tracing::warn!("{} could be read by others; it no longer can", path.display());
    }
    if !settings.secret_file.exists() {
        system::make_secret(&settings.secret_file).map_err(|e| fault("DATELINE_SECRET_FILE", &format!("the file cannot be made: {e}")))?;
    }
    let store = match found.store {
        Some(store) => store,
        None => open(settings)?,
    };
    // What was made beside the database while it was looked at has the mode that it had then.
    for path in settings.database_file().map(files::of_database).unwrap_or_default() {
        files::close(&path).map_err(|e| fault("DATABASE_URL", &format!("{}: others can read it: {e}", path.display())))?;
    }
    Ok(store)
}

fn fault(name: &str, why: &str) -> Failed {
    Failed::Configured(vec![(name.to_owned(), why.to_owned())])
}
