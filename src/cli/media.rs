//! `dateline media …`.

use super::{Failed, existing, serve::files, system};
use crate::{
    config::Settings,
    media::checking::{check, sweep},
    store,
};

/// Hold the media store against the library, say what is wrong, and remove what was left behind where that is asked for.
pub(super) fn check_store(settings: &Settings, repair: bool) -> Result<(), Failed> {
    let store = existing(settings)?;
    let files = files(settings)?;
    let (storage, now) = (&**files.storage(), store.now());
    let findings = check(storage, &store.read_now(store::media::digests)?, now)?;
    for digest in &findings.missing {
        system::complain(&format!("missing: the file {digest} of an item is not in the media store; send it again with PUT"));
    }
    if repair {
        let swept = sweep(storage, &findings.left_behind, now)?;
        system::say(&format!("{swept} file(s) that were left behind are removed"));
    } else {
        for digest in &findings.left_behind {
            system::say(&format!("left behind: {digest}"));
        }
    }
    system::say(&format!("{} missing, {} left behind", findings.missing.len(), findings.left_behind.len()));
    if findings.missing.is_empty() { Ok(()) } else { Err(Failed::Partly) }
}
