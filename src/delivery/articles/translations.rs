//! Every live translation of an article, in one answer.
//!
//! **Decision.** Each is told as its own page tells it: names, addresses and what comes along are in its language, not in one that was asked for.
//! What there is not in a language is not filled from another: that is what `locale=` and `fallback=` of the article are for.

use super::{Article, Include, Included, Shape, form, include};
use crate::{
    access::Visibility,
    delivery::Reading,
    domain::{Error, article::ArticleId},
    store::{self, Tx},
};

/// All live translations of an article, in the site's order of locales, with what comes along in the language of each.
///
/// # Errors
/// [`Error::NotFound`] when it is live in no language of the site; [`Error::Gone`] when it was taken down; [`Error::Invalid`] at `?body` when the
/// bodies are longer than one answer holds.
pub fn translations(tx: &mut Tx<'_>, id: ArticleId, shape: &Shape) -> Result<(Vec<Article>, Option<Included>), Error> {
    let masthead = store::site::for_readers(tx)?;
    let format = form(shape.body());
    include::few_enough(tx, "?body", &masthead, &[id], format)?;
    let mut lives = store::editions::live_everywhere(tx, Visibility::public(), &[id], format)?;
    // In the other languages it is told already.
    let mut each = shape.clone();
    each.include.remove(&Include::Alternates);
    let mut all = Vec::with_capacity(lives.len());
    let mut included = None::<Included>;
    for settings in &masthead.locales {
        let Some(place) = lives.iter().position(|live| live.locale == settings.locale) else { continue };
        let live = lives.swap_remove(place);
        let reading = Reading::of(masthead.clone(), settings.locale.clone(), false);
        let (told, along) = include::tell(tx, &reading, vec![live], &each)?;
        all.extend(told);
        if let Some(along) = along {
            included.get_or_insert_default().join(along);
        }
    }
    match all.is_empty() {
        false => Ok((all, included)),
        true if store::takedowns::is_gone(tx, id)? => Err(Error::Gone("article")),
        true => Err(Error::NotFound("article")),
    }
}
