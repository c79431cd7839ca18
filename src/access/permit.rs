//! Permits, what they are granted over, and what a reader may see.

use std::marker::PhantomData;

use super::{
    action::{Action, ReadArticle},
    caller::{Caller, Target, reaches_over},
    sight::Visibility,
};
use crate::domain::{
    Error, Id, Locale,
    article::Article,
    author::Author,
    comment::Comment,
    correction::Correction,
    plan::Revisions,
    preview::Preview,
    release::Release,
    section::Section,
    story::{Extent, Part, Story},
    tag::Tag,
    translation::Translation,
    user::{User, UserStatus},
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

/// An article in one of its locales, where words are about to be written.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The article.
    pub article: Article,
    /// The locale.
    pub locale: Locale,
}

/// The working copy of an article in one locale, with the article.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The article.
    pub article: Article,
    /// The words.
    pub translation: Translation,
}

/// A comment, with the article it is about.
#[derive(Debug, Clone)]
pub struct Remark {
    /// The article.
    pub article: Article,
    /// The comment.
    pub comment: Comment,
}

/// A correction, with the article that it corrects.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// The article.
    pub article: Article,
    /// The correction.
    pub correction: Correction,
}

/// A preview, with the article that it shows.
#[derive(Debug, Clone)]
pub struct Previewed {
    /// The article.
    pub article: Article,
    /// The preview.
    pub preview: Preview,
}

/// A level of the section tree: the sections next to each other below one, or at the top. Who is granted a section keeps what lies
/// below it, and not the level that it stands on itself.
#[derive(Debug, Clone)]
pub struct Level(pub Option<Section>);

/// Things of the whole site: the site itself, locales, users.
#[derive(Debug, Clone)]
pub struct Whole<T>(pub T);

fn article_scope<'a>(article: &'a Article, locale: &'a Locale) -> Scope<'a> {
    Scope { sections: &article.section_path, locale: Some(locale), any_locale: false, any_section: false, owner: article.created_by }
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
impl Scoped for Author {
    const KIND: &'static str = "author";
    fn scope(&self) -> Scope<'_> {
        Scope::default()
    }
    fn identity(&self) -> (uuid::Uuid, Option<&Locale>) {
        (self.id.uuid(), None)
    }
}
impl Scoped for Tag {
    const KIND: &'static str = "tag";
    fn scope(&self) -> Scope<'_> {
        Scope::default()
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

/// Proof that the caller may do `A` somewhere, and see what it is about. There is no other constructor than the policy's yes.
#[derive(Debug)]
pub struct Permit<A> {
    caller: Caller,
    action: PhantomData<fn() -> A>,
}

// What a transaction spent that was undone is there when it is carried out again: a copy is no more than its caller may ask the policy for.
impl<A> Clone for Permit<A> {
    fn clone(&self) -> Self {
        Self { caller: self.caller.clone(), action: PhantomData }
    }
}

/// Proof that `A` was granted over this very thing.
#[derive(Debug)]
pub struct Granted<A, T> {
    object: T,
    caller: Caller,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> TryFrom<Caller> for Permit<A> {
    type Error = Error;
    fn try_from(caller: Caller) -> Result<Self, Error> {
        match [A::NAME, A::READS].into_iter().find(|action| !caller.may_somewhere(action)) {
            Some(missing) => Err(Error::Forbidden(missing)),
            None => Ok(Self { caller, action: PhantomData }),
        }
    }
}

impl Caller {
    /// True when the caller may do `A` over this thing; for rules that depend on what else somebody may do.
    #[must_use]
    pub fn may<A: Action>(&self, object: &impl Scoped) -> bool {
        self.may_somewhere(A::NAME) && self.may_over(A::NAME, Target { scope: object.scope() })
    }
}

impl Caller {
    /// True when whoever asks could do `A` over this thing with any token of theirs: for rules that keep somebody from gaining a right,
    /// which a token of less rights must not get round.
    #[must_use]
    pub fn could<A: Action>(&self, object: &impl Scoped) -> bool {
        let target = Target { scope: object.scope() };
        self.as_user().map_or_else(|| self.may_over(A::NAME, target), |user| reaches_over(user, A::NAME, target))
    }
}

/// True when a user may do `A` over this thing as they stand now, whoever asks: what was handed out once holds no longer than that.
#[must_use]
pub fn still_may<A: Action>(user: &User, object: &impl Scoped) -> bool {
    user.status == UserStatus::Active && reaches_over(user, A::NAME, Target { scope: object.scope() })
}

impl<A: Action> Permit<A> {
    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What the caller sees of the desk's articles.
    #[must_use]
    pub fn visibility(&self) -> Visibility {
        Visibility::of(&self.caller, ReadArticle::NAME)
    }

    /// What the caller sees by the grants that allow `A` itself.
    #[must_use]
    pub fn own_visibility(&self) -> Visibility {
        Visibility::of(&self.caller, A::NAME)
    }

    /// Nothing, when `A` is granted over the whole site: for what lies in no section and no locale.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it is granted within limits only.
    pub fn everywhere(&self) -> Result<(), Error> {
        self.over(Whole(())).map(|_| ())
    }

    /// The grant of `A` over this thing.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it lies outside every grant.
    pub fn over<T: Scoped>(&self, object: T) -> Result<Granted<A, T>, Error> {
        if !object.scopes().into_iter().all(|scope| self.caller.may_over(A::NAME, Target { scope })) {
            return Err(Error::Forbidden(A::NAME));
        }
        Ok(Granted { object, caller: self.caller.clone(), action: PhantomData })
    }

    /// The grants of `A` over each thing of a set, all or none. A verb on a set needs over every one of them, before and after, what
    /// it needs over one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when any lies outside every grant.
    pub fn over_all<T: Scoped>(&self, objects: impl IntoIterator<Item = T>) -> Result<Vec<Granted<A, T>>, Error> {
        objects.into_iter().map(|object| self.over(object)).collect()
    }
}

impl<A: Action, T: Scoped> Granted<A, T> {
    /// Apply a rule of the domain. The outcome must be the same thing, still inside the grant: an editor of World
    /// cannot move a story into Crime.
    ///
    /// # Errors
    /// Those of the rule; [`Error::Forbidden`] when the outcome lies outside.
    pub fn try_map(self, rule: impl FnOnce(T) -> Result<T, Error>) -> Result<Self, Error> {
        let (id, locale) = self.object.identity();
        let locale = locale.cloned();
        let object = rule(self.object)?;
        let same = object.identity() == (id, locale.as_ref());
        if !same || !self.caller.may_over(A::NAME, Target { scope: object.scope() }) {
            return Err(Error::Forbidden(A::NAME));
        }
        Ok(Self { object, caller: self.caller, action: PhantomData })
    }
}

impl<A, T> Granted<A, T> {
    /// The thing.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.object
    }

    /// The thing, without the grant.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.object
    }

    /// Who asked.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}
