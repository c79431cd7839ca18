//! The files of the certificate by which the server ends TLS.

use std::{fs, io::Read, path::Path};

use super::system;
use crate::{
    access::certificate::{Files, Part, Shown},
    config::TlsFiles,
    domain::instant::Clock,
    workers::renewal::variable,
};

/// The longest file that is read: a chain of several certificates has some ten thousand bytes.
const LONGEST: u64 = 1 << 20;

/// What the files hold.
///
/// # Errors
/// The setting that names the wrong one, and why.
pub(super) fn read(files: &TlsFiles) -> Result<Files, (String, String)> {
    let named = |part: Part| move |why: String| (variable(part).to_owned(), why);
    let certificates = whole(&files.certificate).map_err(named(Part::Certificate))?;
    system::is_private(&files.key).map_err(named(Part::Key))?;
    let key = whole(&files.key).map_err(named(Part::Key))?;
    Ok(Files { certificates, key })
}

/// What the files hold, and the certificate that this is.
///
/// # Errors
/// The setting that names the wrong one, and why.
pub(super) fn judged(files: &TlsFiles) -> Result<(Files, Shown), (String, String)> {
    let files = read(files)?;
    let shown = files.judged(system::SystemClock.now()).map_err(|(part, why)| (variable(part).to_owned(), why.to_owned()))?;
    Ok((files, shown))
}

fn whole(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let is_file = fs::metadata(path).map_err(|e| format!("the file cannot be read: {e}"))?.is_file();
    if !is_file {
        return Err("the path of a file, not of something else".to_owned());
    }
    fs::File::open(path)
        .and_then(|file| file.take(LONGEST.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|e| format!("the file cannot be read: {e}"))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err("the file is longer than a mebibyte".to_owned());
    }
    Ok(bytes)
}
