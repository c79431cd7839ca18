//! Shape on demand: which fields of an article are wanted, and which things that it names are to come whole with it.
//!
//! What comes along is told once, in `included`, however many articles name it, and is read in as many statements for a hundred
//! articles as for one.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Article, BodyFormat, Field, Fields, Included, Needs, complete, form, next};
use crate::{
    access::Visibility,
    delivery::{Reading, names},
    domain::{Error, Id, article::ArticleId, site::Masthead, text::limits, vocabulary::vocabulary},
    store::{
        self, Tx,
        editions::{Bodies, BodyForm, Live},
    },
};

vocabulary! {
    /// What can come along with an article.
    pub enum Include {
        /// Its section, whole.
        Section => "section",
        /// Its authors, whole.
        Authors => "authors",
        /// Its tags, whole.
        Tags => "tags",
        /// The same article in the other languages it is live in.
        Alternates => "alternates",
        /// What rows of lists say of other languages, `alternates` and `languages`; an article by itself says it anyway.
        Languages => "languages",
        /// Articles on the same subjects.
        Related => "related",
        /// The sections of those, whole.
        RelatedSection => "related.section",
        /// The authors of those, whole.
        RelatedAuthors => "related.authors",
        /// The tags of those, whole.
        RelatedTags => "related.tags",
    }
}

/// What is wanted of articles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    /// In which form bodies come.
    pub body: BodyFormat,
    /// Which fields; all when absent.
    pub fields: Option<Fields>,
    /// What comes along.
    pub include: BTreeSet<Include>,
    /// Whether they are rows of a list, which say nothing of other languages unless asked: of each row it was more than half.
    pub rows: bool,
}

impl Shape {
    /// The same with everything, and nothing along.
    #[must_use]
    pub fn whole(body: BodyFormat) -> Self {
        Self { body, fields: None, include: BTreeSet::new(), rows: false }
    }

    /// The same as rows of a list.
    #[must_use]
    pub fn as_rows(self) -> Self {
        Self { rows: true, ..self }
    }

    /// No more than where it is.
    #[must_use]
    pub fn address() -> Self {
        Self { fields: Some([Field::Id, Field::Locale, Field::Url].into_iter().collect()), ..Self::whole(BodyFormat::None) }
    }

    fn wants(&self, field: Field) -> bool {
        let of_languages = matches!(field, Field::Alternates | Field::Languages);
        if of_languages && self.include.contains(&Include::Languages) {
            return true;
        }
        match &self.fields {
            Some(fields) => fields.has(field),
            // Whoever has the others come along is told which they are.
            None if of_languages && self.rows => field == Field::Alternates && self.include.contains(&Include::Alternates),
            None => true,
        }
    }

    /// The form in which bodies have to be read.
    pub(super) fn body(&self) -> BodyFormat {
        if self.wants(Field::Body) { self.body } else { BodyFormat::None }
    }

    /// Which bodies have to be read.
    pub(in crate::delivery) fn bodies(&self) -> Bodies {
        if self.include.contains(&Include::Alternates) {
            return Bodies { form: form(self.body), everywhere: true };
        }
        Bodies { form: form(self.body()), everywhere: false }
    }

    fn needs(&self) -> Needs {
        Needs {
            alternates: self.wants(Field::Alternates),
            languages: self.wants(Field::Languages),
            corrections: self.wants(Field::Corrections) || self.wants(Field::Retracted),
        }
    }

    /// The value with the wanted fields only.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn prune<T: Serialize>(&self, thing: &T) -> Result<serde_json::Value, Error> {
        let mut value = serde_json::to_value(thing).map_err(Error::internal)?;
        if let (Some(fields), Some(map)) = (&self.fields, value.as_object_mut()) {
            // What came along was asked for by another name.
            let wanted: Vec<&str> = Field::ALL.iter().filter(|field| self.wants(**field)).map(|field| field.as_str()).collect();
            map.retain(|name, _| matches!(name.as_str(), "related" | "included") || wanted.contains(&name.as_str()));
            map.iter_mut().for_each(|(name, value)| fields.prune(name, value));
        }
        Ok(value)
    }
}

/// Nothing, when the bodies of articles in all languages of readers are not longer than one answer holds.
pub(super) fn few_enough(tx: &mut Tx<'_>, parameter: &str, masthead: &Masthead, ids: &[ArticleId], form: BodyForm) -> Result<(), Error> {
    if form == BodyForm::None {
        return Ok(());
    }
    let locales: Vec<_> = masthead.locales.iter().map(|settings| &settings.locale).collect();
    if store::editions::bytes_everywhere(tx, Visibility::public(), ids, &locales, form)? <= limits::ANSWER_BODIES {
        return Ok(());
    }
    let detail =
        format!("the bodies in all languages have more than {} bytes; read them one by one, or with `body=none`", limits::ANSWER_BODIES);
    Err(Error::invalid(parameter, "too_large", detail))
}

/// Show live editions in a shape, with what comes along.
pub(super) fn tell(tx: &mut Tx<'_>, reading: &Reading, lives: Vec<Live>, shape: &Shape) -> Result<(Vec<Article>, Option<Included>), Error> {
    if shape.include.iter().all(|what| *what == Include::Languages) {
        return Ok((complete(tx, reading, lives, shape.body(), shape.needs())?, None));
    }
    let asked = |what: Include| shape.include.contains(&what);
    let mut included = Included::default();
    let (mut sections, mut authors, mut tags) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut name = |live: &Live, section: bool, author: bool, tag: bool| {
        sections.extend(Some(live.facts.section_id).filter(|_| section));
        authors.extend(live.facts.credits.iter().map(|c| c.author_id).filter(|_| author));
        tags.extend(live.facts.tags.iter().copied().filter(|_| tag));
    };
    for live in &lives {
        name(live, asked(Include::Section), asked(Include::Authors), asked(Include::Tags));
    }
    let deeper = [Include::RelatedSection, Include::RelatedAuthors, Include::RelatedTags].map(asked);
    let mut relations = Vec::new();
    if asked(Include::Related) || deeper.contains(&true) {
        // Whoever looks for no stories in a language is told of none: see `Reading::of_preview`.
        let mut found = Vec::new();
        relations = vec![Vec::new(); lives.len()];
        if !reading.chain.is_empty() {
            (relations, found) = next::along(tx, &lives)?;
            // As they are named: a database has no order of its own.
            found.sort_by_key(|live| relations.iter().flatten().position(|id| *id == live.article_id));
        }
        for live in &found {
            name(live, deeper[0], deeper[1], deeper[2]);
        }
        included.articles = complete(tx, reading, found, BodyFormat::None, Needs::ALL)?;
    }
    if asked(Include::Alternates) {
        let ids: Vec<Id<_>> = lives.iter().map(|live| live.article_id).collect();
        few_enough(tx, "?include", &reading.masthead, &ids, form(shape.body))?;
        let mut by_locale = BTreeMap::<_, Vec<Live>>::new();
        for live in store::editions::live_everywhere(tx, Visibility::public(), &ids, form(shape.body))? {
            let public = reading.masthead.settings(&live.locale).is_some();
            if public && !lives.iter().any(|own| own.article_id == live.article_id && own.locale == live.locale) {
                by_locale.entry(live.locale.clone()).or_default().push(live);
            }
        }
        for (locale, lives) in by_locale {
            let there = Reading::of(reading.masthead.clone(), locale, false);
            included.articles.extend(complete(tx, &there, lives, shape.body, Needs::ALL)?);
        }
    }
    included.sections = names::sections_of(tx, reading, &sections)?;
    included.authors = names::authors_of(tx, reading, &authors)?;
    included.tags = names::tags_of(tx, reading, &tags)?;
    let mut articles = complete(tx, reading, lives, shape.body(), shape.needs())?;
    for (article, related) in articles.iter_mut().zip(relations) {
        article.related = Some(related);
    }
    Ok((articles, Some(included)))
}
