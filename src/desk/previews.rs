//! Letting somebody without an account look at a working copy.

use super::publishing::freeze;
use crate::{
    access::{Permit, Visibility, action::PreviewArticle, permit::still_may, token::PreviewPass},
    domain::{
        Error, Id, Locale, Version,
        article::Article,
        edition::{Dating, Edition, Rendering},
        plan::Revisions,
        preview::{MAX_SECONDS, Preview, Previewed},
        release::Item,
        story::Filed,
        translation::{Copy, Translation},
    },
    store::{self, Tx, stories::Hold},
};

/// Make a preview of words and facts as they are now, or of a revision of the words, for so many seconds.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a revision that there is not, or too long a time; [`Error::Conflict`] with code `withdrawn`.
pub fn make(
    tx: &mut Tx<'_>,
    permit: Permit<PreviewArticle>,
    id: Id<Article>,
    locale: Locale,
    version: Option<Version>,
    seconds: i64,
) -> Result<Preview, Error> {
    // What is taken down or thrown away beside this ends its previews: with this one, or before it is made.
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let translation = super::translations::find(tx, &article, &locale)?;
    if !(60..=MAX_SECONDS).contains(&seconds) {
        return Err(Error::invalid("#/expires_in", "out_of_range", format!("between 60 and {MAX_SECONDS} seconds")));
    }
    let words = version.unwrap_or(translation.version);
    let now = tx.now();
    let preview = Preview {
        id: tx.new_id(),
        article_id: id,
        locale,
        revisions: Revisions { words, facts: article.version },
        created_by: permit.caller().user_id(),
        created_at: now,
        expires_at: now.plus_seconds(seconds),
        revoked_at: None,
    };
    let previewed = permit.over(Previewed { article, preview })?;
    // Whoever may not make one is not told how it is with the article.
    if !(1..=translation.version).contains(&words) {
        return Err(Error::invalid("#/version", "unknown_revision", "there is no such revision"));
    }
    if previewed.get().article.withdrawn_at.is_some() {
        return Err(Error::Conflict { code: "withdrawn", detail: "the article was taken down".to_owned() });
    }
    store::previews::create(tx, &previewed)?;
    Ok(previewed.into_inner().preview)
}

/// Let nobody look at a preview any more.
///
/// # Errors
/// [`Error::NotFound`].
pub fn revoke(tx: &mut Tx<'_>, permit: Permit<PreviewArticle>, id: Id<Preview>) -> Result<(), Error> {
    let preview = store::previews::find(tx, id)?;
    let article = match store::articles::find(tx, &permit.visibility(), preview.article_id) {
        Err(Error::NotFound(_)) => return Err(Error::NotFound("preview")),
        other => other?,
    };
    if !article.shows(&preview.locale) {
        return Err(Error::NotFound("preview"));
    }
    let open = preview.revoked_at.is_none();
    let previewed = permit.over(Previewed { article, preview })?;
    if open { store::previews::revoke(tx, &previewed) } else { Ok(()) }
}

/// What a preview shows: the revisions that it names, as they would be published now. It shows no more than whoever made it may still
/// hand out.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Gone`] when it was revoked, its time is over, what it shows was taken down or thrown away, or whoever
/// made it may no longer make it.
pub fn open(tx: &mut Tx<'_>, pass: &PreviewPass) -> Result<(Edition, Article), Error> {
    let preview = store::previews::find(tx, pass.preview())?;
    let masthead = store::site::masthead(tx)?;
    if !pass.is_for(&preview, &masthead) {
        return Err(Error::NotFound("preview"));
    }
    if preview.revoked_at.is_some() || preview.expires_at <= tx.now() {
        return Err(Error::Gone("preview"));
    }
    let (article, translation) = gone_for_absent(shown_by_it(tx, pass, &preview))?;
    let meant = Item { article_id: article.id, locale: preview.locale.clone(), revisions: preview.revisions };
    let stories = store::stories::load(tx, &Visibility::preview(pass), [], &[meant], Hold::Not)?;
    let story = stories.get(&article.id).ok_or(Error::Gone("preview"))?;
    let Filed { facts, section_path } = gone_for_absent(story.filed(preview.revisions.facts))?;
    let article = Article { facts, section_path, version: preview.revisions.facts, ..article };
    let (words, made_from) = store::revisions::words(tx, &article, &preview.locale, preview.revisions.words)?;
    let rendering = Rendering::of(&words, made_from.clone());
    let slug = gone_for_absent(story.slug(&preview.locale, preview.revisions.words))?.clone();
    let shown = Copy { article, translation: Translation { words, made_from, slug, version: preview.revisions.words, ..translation } };
    let last = story.editions.get(&preview.locale).map(|last| &last.dating);
    let edition = freeze(tx, &masthead, (&shown.article, &shown.translation), &rendering, Dating::after(last, false, tx.now()));
    Ok((Edition { words: shown.translation.words, ..edition }, shown.article))
}

/// The article and words that a preview shows, in the name of whoever made it.
fn shown_by_it(tx: &mut Tx<'_>, pass: &PreviewPass, preview: &Preview) -> Result<(Article, Translation), Error> {
    let article = store::articles::find(tx, &Visibility::preview(pass), pass.article())?;
    let translation = super::translations::find(tx, &article, &preview.locale)?;
    let maker = preview.created_by.map(|id| store::users::find(tx, id)).transpose()?;
    let previewed = Previewed { article, preview: preview.clone() };
    let article = previewed.article.clone();
    if article.withdrawn_at.is_some() || !maker.is_none_or(|user| still_may::<PreviewArticle>(&user, &previewed)) {
        return Err(Error::Gone("preview"));
    }
    Ok((article, translation))
}

/// Who has the token of a preview knows that it was there.
fn gone_for_absent<T>(found: Result<T, Error>) -> Result<T, Error> {
    found.map_err(|e| if matches!(e, Error::NotFound(_)) { Error::Gone("preview") } else { e })
}
