//! Saying which stories lead on from one.

use std::collections::BTreeSet;

use crate::{
    access::{
        Action, Permit,
        action::{EditArticle, Publish, ReadArticle},
    },
    domain::{
        Error, Locale, Version,
        article::{Article, ArticleId},
        error::Faults,
        related::{Choices, Chosen},
    },
    store::{self, Tx},
};

/// What editors say of the stories that lead on from one, and what of it readers are not shown.
#[derive(Debug)]
pub struct Standing {
    /// What they say.
    pub chosen: Chosen,
    /// What is pinned that is not live wherever the story is: its place among the pins, and the locales.
    pub left_out: Vec<(usize, Vec<Locale>)>,
}

/// What editors say of the stories that lead on from an article.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, id: ArticleId) -> Result<Standing, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    standing(tx, &article)
}

fn standing(tx: &mut Tx<'_>, article: &Article) -> Result<Standing, Error> {
    let chosen = store::related::chosen(tx, article.id)?;
    let pinned = &chosen.choices.pinned;
    let mut left_out = Vec::new();
    if !pinned.is_empty() {
        let asked: Vec<_> = pinned.iter().copied().chain([article.id]).collect();
        let live = store::editions::live_heads(tx, &asked)?;
        let readers = store::site::masthead(tx)?.for_readers();
        let is_live = |id: &ArticleId, locale: &Locale| live.get(id).is_some_and(|heads| heads.iter().any(|head| head.locale == *locale));
        let locales: Vec<_> = readers.locales.iter().map(|l| &l.locale).filter(|locale| is_live(&article.id, locale)).collect();
        for (n, id) in pinned.iter().enumerate() {
            let locales: Vec<_> = locales.iter().filter(|locale| !is_live(id, locale)).map(|locale| (*locale).clone()).collect();
            left_out.extend((!locales.is_empty()).then_some((n, locales)));
        }
    }
    Ok(Standing { chosen, left_out })
}

/// Say which stories come first of those that lead on from an article, and which never do, as a whole. Readers see it at once: where the article is live it takes who
/// may publish. Saying what is said already changes nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Forbidden`]; [`Error::Invalid`] for what does not hold, and for an article that is not there, or that the
/// caller does not see and nobody has named before.
pub fn choose(tx: &mut Tx<'_>, permit: Permit<EditArticle>, id: ArticleId, expected: Version, choices: Choices) -> Result<Standing, Error> {
    store::articles::hold(tx, id)?;
    let visibility = permit.visibility();
    let granted = permit.over(store::articles::find(tx, &visibility, id)?)?;
    let before = store::related::chosen(tx, id)?;
    Error::unless_newest("related stories", before.version, expected)?;
    choices.check(id)?;
    let was: BTreeSet<ArticleId> = before.choices.pinned.iter().chain(&before.choices.banned).copied().collect();
    let new: BTreeSet<ArticleId> = choices.pinned.iter().chain(&choices.banned).copied().filter(|id| !was.contains(id)).collect();
    let known = super::collections::seen(tx, &visibility, new.clone())?;
    let mut faults = Faults::default();
    for (member, ids) in [("pinned", &choices.pinned), ("banned", &choices.banned)] {
        for (n, _) in ids.iter().enumerate().filter(|(_, id)| new.contains(id) && !known.contains(id)) {
            faults.add(format!("#/{member}/{n}"), "unknown", "there is no article with this id");
        }
    }
    faults.or(())?;
    if choices != before.choices {
        let is_live = store::editions::live_heads(tx, &[id])?.contains_key(&id);
        if is_live && !permit.caller().may::<Publish>(granted.get()) {
            return Err(Error::Forbidden(Publish::NAME));
        }
        store::related::choose(tx, &granted, &choices, expected)?;
    }
    standing(tx, granted.get())
}
