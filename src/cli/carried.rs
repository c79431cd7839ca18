//! Bundles that carry the files of the media library: a folder, or a tar of one.
//!
//! Both have `bundle.ndjson` and, in `media/`, the files under the SHA-256 of their bytes. A tar is read twice: for its files, and then for its records.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use tar::{Archive, Builder, EntryType, Header};

use super::{Failed, system};
use crate::{
    desk::bundle::MediaRecord,
    domain::{Error, media::StoredFile},
    fetching::{FetchFault, Fetcher},
    media::files::Files,
    store::files,
};

/// The records, by the name that they have in a bundle with files.
pub(super) const RECORDS: &str = "bundle.ndjson";
/// The same while they are written into a folder.
const PARTIAL: &str = "bundle.ndjson.partial";
/// The folder of the files.
const MEDIA: &str = "media/";

/// How much of a file is read at once, in bytes.
const PIECE: usize = 65_536;

/// Whether a path names a tar.
pub(super) fn is_tar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tar"))
}

/// The name of a file within `media/`: of letters, digits, dots and hyphens alone, so that it leads nowhere else.
fn plain(name: &str) -> Option<&str> {
    let name = name.strip_prefix("./").unwrap_or(name).strip_prefix(MEDIA)?;
    let is_plain = name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_')) && !name.starts_with('.');
    (is_plain && !name.is_empty()).then_some(name)
}

fn otherwise(path: &Path) -> impl Fn(io::Error) -> Failed + '_ {
    move |error| Failed::Otherwise(format!("{}: {error}", path.display()))
}

/// Read a file into the media store, in pieces.
fn taken_in(files: &Files, from: &mut impl Read, read: &mut dyn FnMut(usize)) -> Result<StoredFile, Error> {
    let mut incoming = files.begin()?;
    let mut piece = vec![0; PIECE];
    // Ends: each round takes a piece of the file, up to its limit.
    loop {
        let length = from.read(&mut piece).map_err(Error::internal)?;
        let Some(filled) = piece.get(..length).filter(|filled| !filled.is_empty()) else { break };
        incoming.write(filled)?;
        read(length);
        if incoming.bytes() > files.most_bytes() {
            return Err(too_long(files, "#/file"));
        }
    }
    files.take_in(incoming)
}

/// Where the files of items come from, when a bundle is imported.
pub(super) struct Sources<'f> {
    carried: Carried<'f>,
    files: &'f Files,
    fetcher: &'f Fetcher,
}

impl Sources<'_> {
    /// The file of an item, in the media store: out of the bundle, or fetched from where the record says that it lies.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none; what the file is refused for.
    pub(super) fn file(&self, record: &MediaRecord) -> Result<StoredFile, Error> {
        match (&record.file, &record.url) {
            (Some(named), None) => self.carried.file(named),
            (None, Some(url)) => fetched(self.files, self.fetcher, url),
            _ => Err(Error::invalid("#/file", "required", "either `file` or `url`")),
        }
    }
}

/// A file from elsewhere, in the media store.
fn fetched(files: &Files, fetcher: &Fetcher, url: &str) -> Result<StoredFile, Error> {
    let mut incoming = files.begin()?;
    let taken = fetcher.fetch(url, files.most_bytes(), &mut |bytes| incoming.write(bytes));
    taken.map_err(|fault| match fault {
        FetchFault::Large => too_long(files, "#/url"),
        other => other.at("#/url"),
    })?;
    files.take_in(incoming)
}

fn too_long(files: &Files, pointer: &str) -> Error {
    Error::invalid(pointer, "too_long", format!("at most {} bytes (`DATELINE_MEDIA_FILE_MB`)", files.most_bytes()))
}

/// The files that a bundle carries.
enum Carried<'f> {
    /// None.
    Nothing,
    /// In a folder, to be taken in when their records come.
    Folder(PathBuf, &'f Files),
    /// Of a tar, taken in already, by their names; or why they were not.
    Tar(HashMap<String, Result<StoredFile, Error>>),
}

impl<'f> Carried<'f> {
    /// The files of a tar, taken in.
    ///
    /// # Errors
    /// When it cannot be read.
    fn of_tar(path: &Path, files: &'f Files, read: &mut dyn FnMut(usize)) -> Result<Self, Failed> {
        let mut archive = Archive::new(File::open(path).map_err(otherwise(path))?);
        let mut all = HashMap::new();
        for entry in archive.entries().map_err(otherwise(path))? {
            let mut entry = entry.map_err(otherwise(path))?;
            let name = entry.path().map_err(otherwise(path))?.to_string_lossy().into_owned();
            if let Some(name) = plain(&name).filter(|_| entry.header().entry_type() == EntryType::Regular) {
                // What a file is refused for fails its record; a store or a disk that fails ends the import, which may be begun again.
                let taken = match taken_in(files, &mut entry, read) {
                    Err(refused @ (Error::Invalid(_) | Error::File(_))) => Err(refused),
                    taken => Ok(taken?),
                };
                all.insert(name.to_owned(), taken);
            }
        }
        Ok(Self::Tar(all))
    }

    /// The file that a record names, in the media store.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the bundle has none of this name; what the file is refused for.
    fn file(&self, named: &str) -> Result<StoredFile, Error> {
        let unknown = || Error::invalid("#/file", "unknown", format!("the bundle has no file `{named}`"));
        let name = plain(named).ok_or_else(unknown)?;
        match self {
            Self::Nothing => Err(Error::invalid("#/file", "unknown", "a bundle with files is a folder, or a tar")),
            Self::Folder(folder, files) => {
                let path = folder.join(MEDIA).join(name);
                // No link, which may lead out of the bundle, and nothing that is waited for.
                if !std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
                    return Err(unknown());
                }
                let mut file = File::open(path).map_err(Error::internal)?;
                taken_in(files, &mut file, &mut |_| {})
            }
            Self::Tar(all) => all.get(name).cloned().ok_or_else(unknown)?,
        }
    }
}

/// The records of a bundle and its files, wherever it is one; `read` is told of each piece of a file that is taken in.
///
/// # Errors
/// When it cannot be read.
pub(super) fn open<'f>(
    path: &Path,
    (files, fetcher): (&'f Files, &'f Fetcher),
    read: &mut dyn FnMut(usize),
) -> Result<(Box<dyn Read>, Sources<'f>), Failed> {
    let (records, carried) = open_carried(path, files, read)?;
    Ok((records, Sources { carried, files, fetcher }))
}

fn open_carried<'f>(path: &Path, files: &'f Files, read: &mut dyn FnMut(usize)) -> Result<(Box<dyn Read>, Carried<'f>), Failed> {
    if path.is_dir() {
        let records = path.join(RECORDS);
        return Ok((Box::new(File::open(&records).map_err(otherwise(&records))?), Carried::Folder(path.to_owned(), files)));
    }
    if !is_tar(path) {
        return Ok((Box::new(File::open(path).map_err(otherwise(path))?), Carried::Nothing));
    }
    let carried = Carried::of_tar(path, files, read)?;
    let mut archive = Archive::new(File::open(path).map_err(otherwise(path))?);
    let mut place = None;
    for entry in archive.entries_with_seek().map_err(otherwise(path))? {
        let entry = entry.map_err(otherwise(path))?;
        let name = entry.path().map_err(otherwise(path))?.to_string_lossy().into_owned();
        if name.strip_prefix("./").unwrap_or(&name) == RECORDS && entry.header().entry_type() == EntryType::Regular {
            place = Some((entry.raw_file_position(), entry.size()));
        }
    }
    let (at, length) = place.ok_or_else(|| Failed::Otherwise(format!("{}: there is no `{RECORDS}` in it", path.display())))?;
    let mut file = archive.into_inner();
    file.seek(io::SeekFrom::Start(at)).map_err(otherwise(path))?;
    Ok((Box::new(file.take(length)), carried))
}

/// Where an export with files goes.
pub(super) enum Target {
    /// A folder.
    Folder(PathBuf),
    /// A tar, and where its records are gathered.
    Tar(Builder<File>, PathBuf),
}

impl Target {
    /// Begin in a folder, which is made where there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn folder(path: &Path) -> Result<Self, Failed> {
        files::make_folder(path).and_then(|()| files::make_folder(&path.join(MEDIA))).map_err(otherwise(path))?;
        Ok(Self::Folder(path.to_owned()))
    }

    /// Begin a tar at this path, beside which its records are gathered.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn tar(path: &Path) -> Result<Self, Failed> {
        let records = PathBuf::from(format!("{}.ndjson", path.display()));
        Ok(Self::Tar(Builder::new(files::make(path).map_err(otherwise(path))?), records))
    }

    /// Where the records are written, before they are [put](Self::finish) where they belong.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn records(&self) -> Result<File, Failed> {
        let path = match self {
            Self::Folder(folder) => folder.join(PARTIAL),
            Self::Tar(_, records) => records.clone(),
        };
        files::make(&path).map_err(otherwise(&path))
    }

    /// Put a file of the media store where its record says.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn put(&mut self, named: &str, mut from: File) -> io::Result<()> {
        let length = from.metadata()?.len();
        match self {
            Self::Folder(folder) => {
                let mut to = files::make(&folder.join(named))?;
                io::copy(&mut from, &mut to)?;
                to.flush()
            }
            Self::Tar(builder, _) => builder.append_data(&mut head(length), named, from),
        }
    }

    /// Put the records behind the files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(self) -> io::Result<()> {
        let (mut builder, records) = match self {
            // They look whole when they are.
            Self::Folder(folder) => {
                File::open(folder.join(PARTIAL))?.sync_all()?;
                return std::fs::rename(folder.join(PARTIAL), folder.join(RECORDS));
            }
            Self::Tar(builder, records) => (builder, records),
        };
        let from = File::open(&records)?;
        let length = from.metadata()?.len();
        builder.append_data(&mut head(length), RECORDS, from)?;
        builder.into_inner()?.sync_all()
    }

    /// Remove what it was gathered in.
    pub(super) fn clear(path: &Path) {
        let records = PathBuf::from(format!("{}.ndjson", path.display()));
        if records.exists() && std::fs::remove_file(&records).is_err() {
            system::complain(&format!("{} was left behind", records.display()));
        }
    }
}

/// The head of a file in a tar, for its owner alone: a bundle holds drafts.
fn head(length: u64) -> Header {
    let mut head = Header::new_gnu();
    head.set_size(length);
    head.set_mode(0o600);
    head.set_entry_type(EntryType::Regular);
    head
}
