//! What the public reads: representations made of live editions and present names.
//!
//! [`request`] is what can be asked for and the answer to it, [`response_cache`] keeps answers for those who ask next. Nothing here writes, and nothing here can see a working copy: reads go through [`crate::access::Visibility::public`].

pub mod articles;
pub mod coding;
pub mod collections;
pub mod listening;
pub mod meaning;
pub mod media;
pub mod menus;
pub mod names;
pub mod pages;
pub mod purging;
pub mod request;
pub mod resolve;
pub mod response_cache;
pub mod search;
pub mod site;

use std::sync::Arc;

use crate::{
    domain::{Error, Locale, site::Masthead},
    store::{self, Tx},
};

/// A reader's language, resolved against the site.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The site and its locales.
    pub masthead: Arc<Masthead>,
    /// The locale asked for.
    pub locale: Locale,
    /// Where words are looked for, in order.
    pub chain: Vec<Locale>,
    /// Where names are looked for, in order.
    pub names: Vec<Locale>,
    /// The token of the preview that is looked at: files that are not public are given to whoever has it.
    pub preview: Option<Arc<str>>,
}

impl Reading {
    /// The reader of a locale, or of the site's default, in one statement.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `?locale` for a locale the site does not publish in; [`Error::Gone`] when it no longer does.
    pub fn resolve(tx: &mut Tx<'_>, locale: Option<&Locale>, fallback: bool) -> Result<Self, Error> {
        let masthead = store::site::for_readers(tx)?;
        let locale = masthead.present(locale.unwrap_or(&masthead.site.default_locale)).clone();
        if masthead.retired(&locale).is_some() {
            return Err(Error::Gone("locale"));
        }
        if masthead.settings(&locale).is_none() {
            let known: Vec<&str> = masthead.locales.iter().map(|l| l.locale.as_str()).collect();
            return Err(Error::invalid("?locale", "unknown_locale", format!("this site publishes in {}", known.join(", "))));
        }
        Ok(Self::of(masthead, locale, fallback))
    }

    /// A reader of a locale that the site publishes in.
    #[must_use]
    pub fn of(masthead: Arc<Masthead>, locale: Locale, fallback: bool) -> Self {
        let chain = if fallback { masthead.chain(&locale) } else { vec![locale.clone()] };
        let names = masthead.name_chain(&locale);
        Self { masthead, locale, chain, names, preview: None }
    }

    /// A look, by the token of a preview, at a locale that need not be public: it is shown among those that are. Where it is not, no story is looked for in it beside the
    /// one looked at: what is live there is not public.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub fn of_preview(tx: &mut Tx<'_>, locale: Locale, token: &str) -> Result<Self, Error> {
        let all = store::site::masthead(tx)?;
        let is_public = all.for_readers().settings(&locale).is_some();
        let reading = Self { preview: Some(token.into()), ..Self::of(Arc::new(all.showing(Some(&locale))), locale, false) };
        Ok(if is_public { reading } else { Self { chain: Vec::new(), ..reading } })
    }

    /// The locale asked for, when the answer is in another.
    #[must_use]
    pub fn requested(&self, served: &Locale) -> Option<Locale> {
        (self.locale != *served).then(|| self.locale.clone())
    }

    /// Every locale in which something may have the name that is shown, in the order in which names are looked for: those that are not public at last.
    #[must_use]
    pub fn everywhere(&self) -> Vec<Locale> {
        let mut all = self.names.clone();
        all.extend(self.masthead.locales.iter().map(|l| l.locale.clone()));
        all.extend(self.masthead.kept_back.iter().cloned());
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|l| seen.insert(l.clone()));
        all
    }
}

/// What a slug leads to.
#[derive(Debug, Clone)]
pub enum Found<T> {
    /// The thing, under its present slug.
    Here(T),
    /// The thing has this slug now.
    Moved(String),
}
