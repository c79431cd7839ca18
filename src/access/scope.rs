//! Where things lie, as far as grants are concerned.

use crate::domain::{
    Id, Locale,
    article::Article,
    collection::Collection,
    comment::Remark,
    correction::Corrected,
    media::Media,
    named::{Named, NamedKind},
    plan::Revisions,
    preview::Previewed,
    release::Release,
    section::{Level, Section},
    story::{Extent, Part, Story},
    translation::{Copy, Slot},
    upload::Upload,
    user::User,
};

/// Where a thing lies, as far as grants are concerned.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Its section and those above it; empty for things outside the tree.
    pub sections: &'a [Id<Section>],
    /// Its locale; none for things of all locales.
    pub locale: Option<&'a Locale>,
    /// Whether a grant for any locale reaches it.
    pub any_locale: bool,
    /// Whether a grant for any section reaches it.
    pub any_section: bool,
    /// The user it belongs to.
    pub owner: Option<Id<User>>,
    /// The article that it is of: with the locale, the work that somebody is assigned.
    pub article: Option<Id<Article>>,
}

/// A thing that actions are granted over.
pub trait Scoped {
    /// What it is called in refusals.
    const KIND: &'static str;
    /// Where it lies.
    fn scope(&self) -> Scope<'_>;
    /// Where each part of it lies, for a thing of many: whoever does something with it needs the right over all of them.
    fn scopes(&self) -> Vec<Scope<'_>> {
        vec![self.scope()]
    }
    /// Its identity, which no rule may change.
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>);
}

/// Things of the whole site: the site itself, locales, users.
#[derive(Debug, Clone)]
pub struct Whole<T>(pub T);

fn article_scope<'a>(article: &'a Article, locale: &'a Locale) -> Scope<'a> {
    Scope {
        sections: &article.section_path,
        locale: Some(locale),
        any_locale: false,
        any_section: false,
        owner: article.created_by,
        article: Some(article.id),
    }
}

impl Scoped for Article {
    const KIND: &'static str = "article";
    fn scope(&self) -> Scope<'_> {
        // The facts of an article belong to the locale it was written in.
        article_scope(self, &self.facts.source_locale)
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}
impl Scoped for Part {
    const KIND: &'static str = "article";
    fn scope(&self) -> Scope<'_> {
        self.story.article.scope()
    }
    fn scopes(&self) -> Vec<Scope<'_>> {
        let Story { article, copies, former, .. } = &self.story;
        let words = |locale| article_scope(article, locale);
        match &self.extent {
            Extent::Facts => vec![self.scope()],
            Extent::Whole => copies.keys().map(words).chain([self.scope()]).collect(),
            Extent::Words(meant) => {
                // What becomes public lies where its facts file it.
                let then = |(locale, of): (_, &Option<Revisions>)| {
                    let filed = former.filed.get(&of.as_ref()?.facts)?;
                    Some(Scope { sections: &filed.section_path, ..words(locale) })
                };
                meant.keys().map(words).chain(meant.iter().filter_map(then)).collect()
            }
        }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.story.article.id.uuid(), None)
    }
}
impl Scoped for Slot {
    const KIND: &'static str = "translation";
    fn scope(&self) -> Scope<'_> {
        article_scope(&self.article, &self.locale)
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.article.id.uuid(), Some(&self.locale))
    }
}
impl Scoped for Copy {
    const KIND: &'static str = "translation";
    fn scope(&self) -> Scope<'_> {
        article_scope(&self.article, &self.translation.locale)
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.article.id.uuid(), Some(&self.translation.locale))
    }
}
impl Scoped for Remark {
    const KIND: &'static str = "comment";
    fn scope(&self) -> Scope<'_> {
        // Translators ask about the source, in whatever locale they write. What others said is asked for where it hangs.
        Scope { any_locale: true, ..self.article.scope() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.comment.id.uuid(), None)
    }
}
impl Scoped for Corrected {
    const KIND: &'static str = "correction";
    fn scope(&self) -> Scope<'_> {
        // What it says is asked for locale by locale.
        Scope { any_locale: true, ..self.article.scope() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.correction.id.uuid(), None)
    }
}
impl Scoped for Previewed {
    const KIND: &'static str = "preview";
    fn scope(&self) -> Scope<'_> {
        article_scope(&self.article, &self.preview.locale)
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.preview.id.uuid(), None)
    }
}
impl Scoped for Section {
    const KIND: &'static str = "section";
    fn scope(&self) -> Scope<'_> {
        Scope { sections: &self.path, ..Scope::default() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}
impl Scoped for Level {
    const KIND: &'static str = "section";
    fn scope(&self) -> Scope<'_> {
        Scope { sections: self.0.as_ref().map_or(&[], |above| &above.path), ..Scope::default() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.0.as_ref().map_or_else(uuid::Uuid::nil, |above| above.id.uuid()), None)
    }
}
impl<K: NamedKind> Scoped for Named<K> {
    const KIND: &'static str = K::ADDRESS.as_str();
    fn scope(&self) -> Scope<'_> {
        Scope::default()
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}
impl Scoped for Collection {
    const KIND: &'static str = "collection";
    fn scope(&self) -> Scope<'_> {
        Scope { sections: &self.section_path, locale: self.arrangement.locale.as_ref(), ..Scope::default() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}
impl Scoped for Media {
    const KIND: &'static str = "media item";
    fn scope(&self) -> Scope<'_> {
        // Whoever writes anywhere may show it there.
        Scope { any_locale: true, any_section: true, owner: self.created_by, ..Scope::default() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}
impl Scoped for Upload {
    const KIND: &'static str = "upload";
    fn scope(&self) -> Scope<'_> {
        // As the item that it becomes.
        Scope { any_locale: true, any_section: true, owner: Some(self.user_id), ..Scope::default() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}
impl Scoped for Release {
    const KIND: &'static str = "release";
    fn scope(&self) -> Scope<'_> {
        // What is in it is asked for item by item.
        Scope { any_locale: true, any_section: true, ..Scope::default() }
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}

impl<T> Scoped for Whole<T> {
    const KIND: &'static str = "site";
    fn scope(&self) -> Scope<'_> {
        Scope::default()
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (uuid::Uuid::nil(), None)
    }
}
