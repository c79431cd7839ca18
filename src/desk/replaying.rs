//! Answering again what was answered before, to whoever still sees what it is about.

use uuid::Uuid;

use crate::{
    access::{Caller, Permit, Visibility, action::ReadArticle},
    domain::{Error, Locale, article::ArticleId, path},
    store::{self, Tx},
};

/// Nothing, when the caller sees the article, and the words, that an answer at this path of the desk is about. Their grants are those of
/// the first time; the article may lie in another section by now, its words be no longer public, or somebody else's work.
///
/// # Errors
/// [`Error::NotFound`], as for what is not there.
pub fn still_seen(tx: &mut Tx<'_>, caller: &Caller, uri_path: &str) -> Result<(), Error> {
    let decoded = path::decode(uri_path).unwrap_or_default();
    let mut parts = decoded.strip_prefix("/v1/desk/").unwrap_or_default().split('/');
    let (Some(kind @ ("articles" | "trash" | "comments" | "releases")), Some(id)) = (parts.next(), parts.next()) else { return Ok(()) };
    let (Ok(id), visibility) = (id.parse::<Uuid>(), Permit::<ReadArticle>::try_from(caller.clone())?.visibility()) else { return Ok(()) };
    if visibility.is_whole() {
        return Ok(());
    }
    match kind {
        "comments" => {
            let comment = store::comments::find(tx, id.into())?;
            seen(tx, &visibility, comment.article_id, comment.anchor.locale.as_ref(), "comment")
        }
        "releases" => store::releases::find(tx, &visibility, id.into()).map(|_| ()),
        _ => {
            let locale = if parts.next() == Some("translations") { parts.next().and_then(|l| l.parse().ok()) } else { None };
            seen(tx, &visibility, id.into(), locale.as_ref(), "article")
        }
    }
}

fn seen(tx: &mut Tx<'_>, visibility: &Visibility, id: ArticleId, locale: Option<&Locale>, kind: &'static str) -> Result<(), Error> {
    let article = match store::articles::find_anywhere(tx, visibility, id) {
        Err(Error::NotFound(_)) => return Err(Error::NotFound(kind)),
        other => other?,
    };
    if locale.is_none_or(|l| article.shows(l)) { Ok(()) } else { Err(Error::NotFound("translation")) }
}
