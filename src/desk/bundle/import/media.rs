//! Items of the media library.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::{Importer, Outcome, check_key};
use crate::{
    access::{Caller, Permit},
    desk::{
        self,
        bundle::{
            export,
            record::{self, MediaRecord, Record},
        },
    },
    domain::{
        Error, Locale, Version, Violation,
        captions::Captions,
        media::{Media, MediaId},
    },
    store::{self, Tx},
};

impl Importer<'_, '_> {
    /// An item with its file, which is in the media store by now.
    pub(super) fn media(&mut self, r: &MediaRecord, digest: String) -> Result<Outcome, Error> {
        check_key(&r.key)?;
        let said = r.description();
        let id = r.id.or_else(|| Uuid::try_parse(&r.key).ok()).map(MediaId::from);
        let known = store::imports::find(self.tx, "media", &r.key)?;
        if known.as_ref().is_some_and(|known| known.digest == digest) && !self.rules.overwrite {
            return Ok(Outcome::Unchanged);
        }
        let file = self.read.file.clone().ok_or_else(|| Error::invalid("#/file", "required", "the bundle has no such file"))?;
        let named = known.as_ref().map(|known| known.target.into()).or(id).map(|id| store::media::find(self.tx, id));
        if let Some(there) = named.filter(|found| !matches!(found, Err(Error::NotFound(_)))).transpose()? {
            if known.is_none() && !self.rules.overwrite {
                let exported = export::export_media(self.tx, &self.permit()?, &there)?;
                let is_same = record::digest(&Record::Media(Box::new(exported))) == digest;
                return Ok(if is_same { Outcome::Unchanged } else { Outcome::Edited });
            }
            self.tell_of(&there, r);
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
            let detail = format!(
                "the library has this file as {}: what is said of it there stays, its licence and whether it is down as well",
                there.id
            );
            self.warnings.push(Violation { pointer: "#/file".to_owned(), code: "taken", detail });
            self.known_as(r, id, there.id, digest, 0)?;
            return Ok(Outcome::Unchanged);
        }
        let made = desk::media::bring(self.tx, self.permit()?, id, file, said)?;
        let (caller, made_as) = (self.caller.clone(), made.id);
        let version = settled(self.tx, &caller, made, r)?;
        self.known_as(r, id, made_as, digest, version)?;
        Ok(Outcome::Created)
    }

    /// Remember what a record made under its key, and under its id where it became another one: leads and bodies may name either.
    fn known_as(&mut self, r: &MediaRecord, id: Option<MediaId>, is: MediaId, digest: String, version: Version) -> Result<(), Error> {
        if let Some(id) = id.filter(|id| *id != is && id.to_string() != r.key) {
            self.remember("media", &id.to_string(), is.uuid(), digest.clone(), json!(version))?;
        }
        self.remember("media", &r.key, is.uuid(), digest, json!(version))
    }

    /// Warn where a record is of an item as it was before it was taken down.
    fn tell_of(&mut self, there: &Media, r: &MediaRecord) {
        if there.taken_down.is_some() && r.taken_down.is_none() {
            let detail = "it was taken down here, and stays so".to_owned();
            self.warnings.push(Violation { pointer: "#/taken_down".to_owned(), code: "withdrawn", detail });
        }
    }
}

/// Let an item have the captions of a record beside its own, and be taken down where that is; its version then. A bundle adds and changes: it brings nothing back.
fn settled(tx: &mut Tx<'_>, caller: &Caller, mut now: Media, r: &MediaRecord) -> Result<Version, Error> {
    let mut changes: BTreeMap<Locale, Option<Captions>> = BTreeMap::new();
    for (locale, vtt) in &r.captions {
        changes.insert(locale.clone(), Some(Captions::read(vtt).map_err(|e| e.under(&format!("#/captions/{locale}")))?));
    }
    if !changes.is_empty() {
        now = desk::media::caption(tx, Permit::try_from(caller.clone())?, now.id, now.version, &changes)?;
    }
    if let (None, Some(reason)) = (&now.taken_down, &r.taken_down) {
        now = desk::media::take_down(tx, Permit::try_from(caller.clone())?, now.id, Some(now.version), reason)?;
    }
    Ok(now.version)
}
