//! `dateline index …`.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failed, existing, system};
use crate::{
    config::Settings,
    search::{SearchIndex, parts},
    store,
    workers::indexer::Indexer,
};

/// Build the search index anew, here, or in the server that has it.
pub(super) fn rebuild(settings: &Settings) -> Result<(), Failed> {
    let store = existing(settings)?;
    let folder = settings.search_dir();
    let served = parts(&folder).into_iter().filter(|part| part.is_in_use).collect::<Vec<_>>();
    for part in &served {
        part.ask_to_rebuild()?;
        system::say(&format!("the server that has part {} builds it anew; `dateline index status` tells when it has", part.number));
    }
    if !served.is_empty() {
        return Ok(());
    }
    let index = Arc::new(SearchIndex::at(&folder)?);
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} articles, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    Indexer::new(store, index).build(|built, all| {
        bar.set_length(all);
        bar.set_position(built);
    })?;
    bar.finish_and_clear();
    system::say(&format!("{} article(s) are in the index", bar.position()));
    Ok(())
}

/// Say what the search index has, and how far it is behind.
pub(super) fn status(settings: &Settings) -> Result<(), Failed> {
    let store = existing(settings)?;
    let last = store.read_now(store::changes::last)?;
    let parts = parts(&settings.search_dir());
    if parts.is_empty() {
        system::say("there is no index yet: a server builds it when it starts");
    }
    for part in parts {
        let by = if part.is_in_use { "a server has it" } else { "nobody has it" };
        match part.standing {
            Some((documents, place)) => {
                let (mebibytes, behind) = (part.bytes / 1_048_576, last.saturating_sub(place));
                system::say(&format!(
                    "part {}: {documents} documents, {mebibytes} MiB, {behind} change(s) behind at its last commit; {by}",
                    part.number
                ));
            }
            None => system::say(&format!("part {}: nothing that is whole; {by}", part.number)),
        }
    }
    Ok(())
}
