//! Pictures of the media library in a body, when it is saved: see [`crate::domain::body::pictures`].

use std::collections::HashMap;

use crate::{
    domain::{
        Error,
        body::{Document, Image, pictures},
        error::{Faults, Violation},
        file::MediaKind,
        media::{Media, MediaId},
        text::limits,
    },
    store::{self, Tx},
};

use super::references::Unknown;

/// What a story says of an item beside what that says of itself: readers' and exports' bodies say both, and may come back.
fn beside(media: &Media, image: Image) -> Image {
    let own = &media.description;
    let unless = |said: String, is_own: bool| if is_own { String::new() } else { said };
    let [alt, caption] = [own.words.values().any(|own| own.alt == image.alt), own.words.values().any(|own| own.caption == image.caption)];
    let credit = own.credit == image.credit;
    Image {
        url: String::new(),
        size: None,
        alt: unless(image.alt, alt),
        caption: unless(image.caption, caption),
        credit: unless(image.credit, credit),
        ..image
    }
}

/// Let the pictures of a body be items of the library that are there and are pictures: nobody removes one beside this. Where it lies, how large and whose it
/// is the item says from then on; of a body that is not new nothing changes but that. One that is not there is told of; with an address of its own it stays as a picture that lies elsewhere.
///
/// # Errors
/// [`Error::Internal`] when the database fails; what is wrong with the body is noted.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    (faults, unknown): (&mut Faults, Unknown),
    is_new: bool,
    body: &mut Document,
) -> Result<Vec<Violation>, Error> {
    let named = pictures::of(body);
    if named.len() > limits::BODY_PICTURES {
        faults.add("#/body", "too_many", format!("a body shows at most {} items of the media library", limits::BODY_PICTURES));
        return Ok(Vec::new());
    }
    let mut items = store::media::held_of(tx, &named)?;
    if unknown != Unknown::Refused {
        // What came in under another id is named by its key.
        let mut present = HashMap::new();
        for id in named.iter().filter(|id| !items.contains_key(id)) {
            present.extend(store::imports::find(tx, "media", &id.to_string())?.map(|known| (*id, MediaId::from(known.target))));
        }
        pictures::each(body, &mut |_, image| Some(Image { media: image.media.map(|id| present.get(&id).copied().unwrap_or(id)), ..image }));
        items.extend(store::media::held_of(tx, &present.into_values().collect())?);
    }
    let mut warnings = Vec::new();
    pictures::each(body, &mut |n, image| {
        let id = image.media?;
        let at = format!("#/body/content/content/{n}");
        match items.get(&id) {
            Some(media) if media.kind() == MediaKind::Image => return Some(if is_new { beside(media, image) } else { image }),
            Some(media) => faults.add(at, "not_a_picture", format!("the media item {id} is of the kind `{}`", media.kind())),
            None if unknown == Unknown::Refused || unknown == Unknown::Kept && image.url.is_empty() => {
                faults.add(at, "unknown_media", format!("there is no media item {id}"));
            }

            None if image.url.is_empty() => {
                let detail = format!("there is no media item {id} any more; the picture is left out");
                warnings.push(Violation { pointer: at, code: "unknown_media", detail });
            }
            None => {
                let detail = format!("there is no media item {id}; the picture is the one at its address");
                warnings.push(Violation { pointer: at, code: "unknown_media", detail });
                return Some(Image { media: None, ..image });
            }
        }
        None
    });
    Ok(warnings)
}
