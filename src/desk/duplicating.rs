//! Beginning a story with another one's words.
//!
//! What holds a story back holds its copy back. A copy is under the embargo of the original; of what was taken down only those make one
//! who could reinstate it; of erased words there is none. Nothing else is carried over: no state, plan, release, edition, address,
//! comment, correction, preview or assignment.

use std::collections::BTreeMap;

use super::{
    articles::{self, Created},
    takedowns, translations,
};
use crate::{
    access::{
        Action, Permit,
        action::{CreateArticle, Withdraw},
    },
    domain::{
        Error, Id, Locale,
        article::{Article, Facts},
        section::Section,
        translation::Translation,
    },
    store::{self, Tx},
};

/// Which part of an article is taken over, and where the new one lies.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// These locales and the original; all of them when not said.
    pub locales: Option<Vec<Locale>>,
    /// The section of the new article; that of the old one when not said.
    pub section: Option<Id<Section>>,
}

/// Begin a new article with the facts and working copies of another, under its embargo; nothing of it is public.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for what was taken down, without the right to reinstate it; [`Error::Conflict`] with code
/// `erased`; those of [`articles::create`].
pub fn duplicate(tx: &mut Tx<'_>, permit: Permit<CreateArticle>, id: Id<Article>, order: Order) -> Result<Created, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    allow(tx, &permit, &article)?;
    let original = article.facts.source_locale.clone();
    let all = store::translations::all(tx, &article)?;
    if let Some(locales) = &order.locales
        && let Some(n) = locales.iter().position(|l| all.iter().all(|t| t.locale != *l))
    {
        return Err(Error::invalid(format!("#/locales/{n}"), "no_words", "there are no words in this locale"));
    }
    let wanted = |t: &Translation| t.locale == original || order.locales.as_ref().is_none_or(|l| l.contains(&t.locale));
    // Under new slugs, and made from the new original.
    let translations: BTreeMap<Locale, _> = all.into_iter().filter(wanted).map(|t| (t.locale, translations::Draft::of(t.words))).collect();
    let section_id = order.section.unwrap_or(article.facts.section_id);
    let now = tx.now();
    let embargo_until = article.facts.embargo_until.filter(|at| *at > now);
    let facts = Facts { section_id, embargo_until, ..article.facts.clone() };
    let caller = permit.caller().clone();
    let created = articles::create(tx, permit, None, articles::Draft { facts, translations, note: format!("duplicate of {id}") })?;
    articles::stays_held(&caller, &article, &created.article, now)?;
    Ok(created)
}

/// What was taken down is copied by those who may reinstate it; erased words by nobody.
fn allow(tx: &mut Tx<'_>, permit: &Permit<CreateArticle>, article: &Article) -> Result<(), Error> {
    if article.withdrawn_at.is_none() {
        return Ok(());
    }
    if !permit.caller().may::<Withdraw>(article) {
        return Err(Error::Forbidden(Withdraw::NAME));
    }
    takedowns::unless_erased(tx, article)
}
