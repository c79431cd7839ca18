//! Going back to what a save left, which makes a new revision.

use super::{
    articles,
    translations::{self, Draft},
};
use crate::{
    access::{
        Permit,
        action::{EditArticle, EditTranslation},
    },
    domain::{
        Error, Id, Locale, Version,
        article::Article,
        body::{Format, Sent, doc},
        translation::{MadeFrom, Words},
    },
    store::{self, Tx},
};

fn note(version: Version) -> String {
    format!("restored from revision {version}")
}

/// Save the facts anew as a revision left them. What the site no longer has is refused as on any save.
///
/// # Errors
/// [`Error::NotFound`] without such a revision; those of [`articles::revise`].
pub fn restore_facts(
    tx: &mut Tx<'_>,
    permit: Permit<EditArticle>,
    id: Id<Article>,
    expected: Version,
    version: Version,
) -> Result<Article, Error> {
    let article = store::articles::find(tx, permit.visibility(), id)?;
    let facts = store::revisions::facts(tx, &article, version)?;
    articles::revise(tx, permit, id, expected, |_| Ok((facts, note(version))))
}

/// Save words anew as a revision left them, under the slug that they have now.
///
/// # Errors
/// [`Error::NotFound`] without such a revision; those of [`translations::save`].
pub fn restore_words(
    tx: &mut Tx<'_>,
    permit: Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
    version: Version,
) -> Result<translations::Saved, Error> {
    let article = store::articles::find(tx, permit.visibility(), id)?;
    let (words, made_from) = store::revisions::words(tx, &article, locale, version)?;
    translations::save(tx, permit, id, locale, Some(expected), |before| {
        Ok(draft(words, made_from, before.map(|b| b.slug.to_string()), version))
    })
}

/// Words that a revision left, as a draft.
pub(super) fn draft(words: Words, made_from: Option<MadeFrom>, slug: Option<String>, version: Version) -> Draft {
    Draft {
        headline: words.headline,
        summary: words.summary,
        slug,
        body: Some(Sent { format: Format::Doc, content: doc::write(&words.body) }),
        lead_alt: words.lead_alt,
        lead_caption: words.lead_caption,
        seo_title: words.seo_title,
        seo_description: words.seo_description,
        made_from,
        note: note(version),
    }
}
