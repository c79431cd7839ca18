//! Beginning a story with another one's words.

use std::collections::BTreeMap;

use super::{
    articles::{self, Created},
    translations,
};
use crate::{
    access::{Permit, action::CreateArticle},
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

/// Begin a new article with the facts and working copies of another; nothing of it is public, and it is under no embargo.
///
/// # Errors
/// [`Error::NotFound`]; those of [`articles::create`].
pub fn duplicate(tx: &mut Tx<'_>, permit: Permit<CreateArticle>, id: Id<Article>, order: Order) -> Result<Created, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
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
    let facts = Facts { section_id, embargo_until: None, ..article.facts };
    articles::create(tx, permit, None, articles::Draft { facts, translations, note: format!("duplicate of {id}") })
}
