//! The media library: what is added, described, taken down and removed.

use std::collections::BTreeMap;

use crate::{
    access::{
        Action, Permit,
        action::{DeleteMedia, Publish, WriteMedia},
    },
    domain::{
        Error, Locale, Version,
        captions::Captions,
        change::Event,
        error::{Faults, Holder, InUse},
        file::MediaKind,
        media::{Description, Digest, Media, MediaId, StoredFile, TakenDown},
        text::{limits, line},
    },
    store::{self, Tx},
};

use super::in_use;

/// An item, and whether it is a new one.
#[derive(Debug)]
pub struct Added {
    /// The item.
    pub media: Media,
    /// False, when an item with these bytes was there.
    pub is_new: bool,
}

/// Add an item with a file that is stored already; what is said of it is completed by what the file says. The same bytes again are the item that is there,
/// of which nothing changes.
///
/// # Errors
/// [`Error::Invalid`].
pub fn add(tx: &mut Tx<'_>, permit: Permit<WriteMedia>, file: StoredFile, said: Description) -> Result<Added, Error> {
    store::media::queue(tx)?;
    if let Some(media) = store::media::by_digest(tx, file.digest)? {
        permit.over(media.clone())?;
        return Ok(Added { media, is_new: false });
    }
    let locale = store::site::masthead(tx)?.site.default_locale.clone();
    let media = bring(tx, permit, None, file.clone(), said.completed(&file.facts, &locale))?;
    Ok(Added { media, is_new: true })
}

/// Add an item, with its id where it has one, of which is said what is said, whatever its file says: as it comes from elsewhere.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Taken`] when another item has its file.
pub fn bring(
    tx: &mut Tx<'_>,
    permit: Permit<WriteMedia>,
    id: Option<MediaId>,
    file: StoredFile,
    said: Description,
) -> Result<Media, Error> {
    store::media::queue(tx)?;
    if let Some(other) = store::media::by_digest(tx, file.digest)? {
        return Err(has_it(&other));
    }
    let description = check(tx, said)?;
    let (id, now) = (id.unwrap_or_else(|| tx.new_id()), tx.now());
    let created_by = permit.caller().user_id();
    let media = Media {
        id,
        file,
        description,
        taken_down: None,
        captions: BTreeMap::new(),
        version: 1,
        created_by,
        created_at: now,
        updated_at: now,
    };
    let granted = permit.over(media)?;
    store::media::save(tx, &granted, Event::Created, "")?;
    Ok(granted.into_inner())
}

fn has_it(other: &Media) -> Error {
    let holder = Holder { kind: "media", id: Some(other.id.uuid()), locale: None, name: other.description.name.clone() };
    Error::taken("#", "another item has this file", Some(holder))
}

/// A description whose texts are in order, in locales that the site has.
fn check(tx: &mut Tx<'_>, description: Description) -> Result<Description, Error> {
    let masthead = store::site::masthead(tx)?;
    let mut faults = Faults::default();
    for locale in description.words.keys().filter(|locale| masthead.settings(locale).is_none()) {
        faults.add(format!("#/translations/{locale}"), "unknown_locale", "not a locale of this site");
    }
    for (n, _) in description.licence.locales.iter().enumerate().filter(|(_, locale)| masthead.settings(locale).is_none()) {
        faults.add(format!("#/licence/locales/{n}"), "unknown_locale", "not a locale of this site");
    }
    let checked = faults.merge(description.check())?;
    match checked {
        Some(checked) => faults.or(checked),
        None => Err(Error::Invalid(faults.into_inner())),
    }
}

/// Change what is said of an item.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Invalid`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<WriteMedia>,
    id: MediaId,
    expected: Version,
    with: impl FnOnce(&Media) -> Result<Description, Error>,
) -> Result<Media, Error> {
    let before = store::media::find(tx, id)?;
    Error::unless_newest("media item", before.version, expected)?;
    let description = check(tx, with(&before)?)?;
    permit.over(before.clone())?;
    if description == before.description {
        return Ok(before);
    }
    may_change(tx, &permit, &before)?;
    let next = Media { description, version: before.version.saturating_add(1), updated_at: tx.now(), ..before };
    let granted = permit.over(next)?;
    store::media::save(tx, &granted, Event::Revised, "")?;
    Ok(granted.into_inner())
}

/// Give a video captions in some locales, or take them away.
///
/// # Errors
/// [`Error::NotFound`], also of captions that are not there, and of a locale that the site has not; [`Error::Stale`]; [`Error::Conflict`] with code
/// `another-kind` for what is no video.
pub fn caption(
    tx: &mut Tx<'_>,
    permit: Permit<WriteMedia>,
    id: MediaId,
    expected: Version,
    changes: &BTreeMap<Locale, Option<Captions>>,
) -> Result<Media, Error> {
    let before = store::media::find(tx, id)?;
    Error::unless_newest("media item", before.version, expected)?;
    if before.kind() != MediaKind::Video {
        return Err(Error::Conflict {
            code: "another-kind",
            detail: format!("the item is of the kind `{}`: videos have captions", before.kind()),
        });
    }
    let masthead = store::site::masthead(tx)?;
    permit.over(before.clone())?;
    let mut captions = before.captions.clone();
    for (locale, change) in changes {
        if masthead.settings(locale).is_none() {
            return Err(Error::NotFound("locale"));
        }
        match change {
            Some(change) => _ = captions.insert(locale.clone(), change.version()),
            None => _ = captions.remove(locale).ok_or(Error::NotFound("captions"))?,
        }
    }
    if captions == before.captions {
        return Ok(before);
    }
    may_change(tx, &permit, &before)?;
    let next = Media { captions, version: before.version.saturating_add(1), updated_at: tx.now(), ..before };
    let granted = permit.over(next)?;
    for (locale, change) in changes {
        store::media::keep_captions(tx, &granted, locale, change.as_ref())?;
    }
    let named: Vec<&str> = changes.keys().map(Locale::as_str).collect();
    store::media::save(tx, &granted, Event::Revised, &format!("captions in {}", named.join(", ")))?;
    Ok(granted.into_inner())
}

/// Nothing, where a change of an item is seen by nobody but the desk, or is made by somebody who may publish: what is live shows it as it is at once.
fn may_change(tx: &mut Tx<'_>, permit: &Permit<WriteMedia>, media: &Media) -> Result<(), Error> {
    if store::media::is_live(tx, media.id)? && !permit.caller().may::<Publish>(media) {
        return Err(Error::Forbidden(Publish::NAME));
    }
    Ok(())
}

/// Give an item another file, of the same kind, that is stored already: it keeps its id, and shows the new file wherever it is shown.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`]; [`Error::Conflict`] with code `another-kind`; [`Error::Taken`] when another item has this file.
pub fn replace(tx: &mut Tx<'_>, permit: Permit<WriteMedia>, id: MediaId, expected: Version, file: StoredFile) -> Result<Media, Error> {
    store::media::queue(tx)?;
    let before = store::media::find(tx, id)?;
    Error::unless_newest("media item", before.version, expected)?;
    permit.over(before.clone())?;
    if before.file.digest == file.digest {
        return Ok(before);
    }
    may_change(tx, &permit, &before)?;
    if let Some(other) = store::media::by_digest(tx, file.digest)? {
        return Err(has_it(&other));
    }
    if before.kind() != file.facts.format.kind() {
        let detail = format!("the item is of the kind `{}`, and the file of the kind `{}`", before.kind(), file.facts.format.kind());
        return Err(Error::Conflict { code: "another-kind", detail });
    }
    let next = Media { file, version: before.version.saturating_add(1), updated_at: tx.now(), ..before };
    let granted = permit.over(next)?;
    store::media::save(tx, &granted, Event::Revised, "another file")?;
    Ok(granted.into_inner())
}

/// Take an item down: no page shows it any more, and its files are gone, at once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`]; [`Error::Invalid`] without a reason; [`Error::Conflict`] with code `withdrawn` when it is down already.
pub fn take_down(
    tx: &mut Tx<'_>,
    permit: Permit<DeleteMedia>,
    id: MediaId,
    expected: Option<Version>,
    reason: &str,
) -> Result<Media, Error> {
    stepped(tx, permit, id, expected, (Event::Withdrawn, reason))
}

/// Lift that an item was taken down: pages that name it show it again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`]; [`Error::Invalid`] without a reason; [`Error::Conflict`] with code `not-withdrawn`.
pub fn lift(tx: &mut Tx<'_>, permit: Permit<DeleteMedia>, id: MediaId, expected: Version, reason: &str) -> Result<Media, Error> {
    stepped(tx, permit, id, Some(expected), (Event::Reinstated, reason))
}

fn stepped(
    tx: &mut Tx<'_>,
    permit: Permit<DeleteMedia>,
    id: MediaId,
    expected: Option<Version>,
    (event, reason): (Event, &str),
) -> Result<Media, Error> {
    permit.everywhere()?;
    let before = store::media::held(tx, id, false)?;
    if let Some(expected) = expected {
        Error::unless_newest("media item", before.version, expected)?;
    }
    let mut faults = Faults::default();
    let reason = line(&mut faults, "#/reason", reason, limits::REASON);
    let reason = faults.or(reason)?;
    let now = tx.now();
    let taken_down = match (event, &before.taken_down) {
        (Event::Withdrawn, Some(_)) => {
            return Err(Error::Conflict { code: "withdrawn", detail: "it was taken down already".to_owned() });
        }
        (Event::Withdrawn, None) => Some(TakenDown { at: now, reason: reason.clone() }),
        (_, Some(_)) => None,
        (_, None) => return Err(Error::Conflict { code: "not-withdrawn", detail: "it was not taken down".to_owned() }),
    };
    let next = Media { taken_down, version: before.version.saturating_add(1), updated_at: now, ..before };
    let granted = permit.over(next)?;
    store::media::save(tx, &granted, event, &reason)?;
    Ok(granted.into_inner())
}

/// Remove an item that no article and no collection shows; what its file came to.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`]; [`Error::InUse`].
pub fn delete(tx: &mut Tx<'_>, permit: Permit<DeleteMedia>, id: MediaId, expected: Version) -> Result<Digest, Error> {
    permit.everywhere()?;
    store::media::queue(tx)?;
    // Whoever leads a story with it beside this comes before or after.
    store::media::hold_from_references(tx, id)?;
    let media = store::media::find(tx, id)?;
    Error::unless_newest("media item", media.version, expected)?;
    let (shown, hidden) = store::media::uses(tx, &permit.visibility(), id)?;
    let arranged = in_use::of("collection", store::collection_uses::showing(tx, id)?, "/v1/desk/collections");
    if !shown.is_empty() || hidden > 0 || arranged.is_some() || store::plans::name(tx, id)? || store::plans::show(tx, id)? {
        let count = i64::try_from(shown.len()).unwrap_or(i64::MAX);
        let used_by = in_use::of("article", count, &format!("/v1/desk/media/{id}/uses"));
        let others = if hidden > 0 { "articles that you may not see" } else { "plans" };
        return Err(Error::InUse(Box::new(InUse::of("media item", others, used_by.into_iter().chain(arranged).collect()))));
    }
    let digest = media.file.digest;
    let granted = permit.over(media)?;
    store::media::delete(tx, &granted, expected)?;
    Ok(digest)
}
