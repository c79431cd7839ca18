//! Items of the media library.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::{Importer, Outcome, check_key};
use crate::{
    access::{Caller, Permit},
    desk::{self, bundle::record::MediaRecord},
    domain::{
        Error, Locale, Version,
        captions::Captions,
        media::{Media, MediaId},
    },
    store::{self, Tx},
};

impl Importer<'_, '_> {
    /// An item with its file, which is in the media store by now.
    pub(super) fn media(&mut self, r: &MediaRecord, digest: String) -> Result<Outcome, Error> {
        check_key(&r.key)?;
        let file = self.read.file.clone().ok_or_else(|| Error::invalid("#/file", "required", "the bundle has no such file"))?;
        let said = r.description();
        let id = r.id.or_else(|| Uuid::try_parse(&r.key).ok()).map(MediaId::from);
        let known = store::imports::find(self.tx, "media", &r.key)?.map(|known| MediaId::from(known.target));
        let named = known.or(id).map(|id| store::media::find(self.tx, id));
        if let Some(there) = named.filter(|found| !matches!(found, Err(Error::NotFound(_)))).transpose()? {
            let (caller, before) = (self.caller.clone(), there.version);
            return self.applied(("media", &r.key, there.id.uuid()), digest, before, |tx| {
                let mut now = there;
                if now.file.digest != file.digest {
                    now = desk::media::replace(tx, Permit::try_from(caller.clone())?, now.id, now.version, file)?;
                }
                now = desk::media::revise(tx, Permit::try_from(caller.clone())?, now.id, now.version, |_| Ok(said))?;
                settled(tx, &caller, now, r)
            });
        }
        // Somebody has sent these bytes before: what the desk says of them stays, and the key means that item.
        if let Some(there) = store::media::by_digest(self.tx, file.digest)? {
            self.remember("media", &r.key, there.id.uuid(), digest, json!(0))?;
            return Ok(Outcome::Unchanged);
        }
        let made = desk::media::bring(self.tx, self.permit()?, id, file, said)?;
        let (caller, id) = (self.caller.clone(), made.id);
        let version = settled(self.tx, &caller, made, r)?;
        self.remember("media", &r.key, id.uuid(), digest, json!(version))?;
        Ok(Outcome::Created)
    }
}

/// Let an item have the captions of a record, and be taken down or not as that says; its version then.
fn settled(tx: &mut Tx<'_>, caller: &Caller, mut now: Media, r: &MediaRecord) -> Result<Version, Error> {
    let lost = now.captions.keys().filter(|locale| !r.captions.contains_key(*locale));
    let mut changes: BTreeMap<Locale, Option<Captions>> = lost.map(|locale| (locale.clone(), None)).collect();
    for (locale, vtt) in &r.captions {
        changes.insert(locale.clone(), Some(Captions::read(vtt).map_err(|e| e.under(&format!("#/captions/{locale}")))?));
    }
    if !changes.is_empty() {
        now = desk::media::caption(tx, Permit::try_from(caller.clone())?, now.id, now.version, &changes)?;
    }
    let permit = Permit::try_from(caller.clone())?;
    now = match (&now.taken_down, &r.taken_down) {
        (None, Some(reason)) => desk::media::take_down(tx, permit, now.id, Some(now.version), reason)?,
        (Some(_), None) => desk::media::lift(tx, permit, now.id, now.version, "imported as it was before")?,
        _ => now,
    };
    Ok(now.version)
}
