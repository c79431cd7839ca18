//! Shape on demand: which fields of an article are wanted, and which things that it names are to come whole with it.
//!
//! What comes along is told once, in `included`, however many articles name it, and is read in as many statements for a hundred
//! articles as for one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use uuid::Uuid;

use super::{Article, BodyFormat, Field, Fields, Included, Needs, complete, form};
use crate::{
    access::Visibility,
    delivery::{Reading, names},
    domain::{Error, Id, article::ArticleId, facet::Facet, site::Masthead, text::limits, vocabulary::vocabulary},
    store::{
        self, Tx,
        editions::{Bodies, BodyForm, Live},
    },
};

/// How many related articles an article brings along.
const RELATED: usize = 4;
/// How many of the latest of each facet are looked at for them.
const LATEST: u32 = 40;

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

/// Articles that share the most tags with each of these, the latest first, then the latest of its section.
fn related(tx: &mut Tx<'_>, lives: &[Live]) -> Result<Vec<Vec<(ArticleId, Uuid)>>, Error> {
    let mut facets = BTreeMap::<_, BTreeSet<Facet>>::new();
    for live in lives.iter().filter(|live| live.facts.kind.is_news()) {
        let of = facets.entry(live.locale.clone()).or_default();
        of.extend(live.facts.tags.iter().take(5).map(|id| Facet::from(*id)));
        of.insert(Facet::from(live.facts.section_id));
    }
    let mut latest = HashMap::new();
    for (locale, facets) in facets {
        for found in store::listings::latest(
            tx,
            Visibility::public(),
            std::slice::from_ref(&locale),
            &facets.into_iter().collect::<Vec<_>>(),
            LATEST,
        )? {
            latest.entry((locale.clone(), found.facet)).or_insert_with(Vec::new).push(found);
        }
    }
    let of = |live: &Live| {
        let mut scored: HashMap<ArticleId, (usize, i64, Uuid)> = HashMap::new();
        let section = Facet::from(live.facts.section_id);
        let tags = live.facts.tags.iter().take(5).map(|id| (Facet::from(*id), 2));
        for (facet, points) in tags.chain([(section, 1)]).filter(|_| live.facts.kind.is_news()) {
            for found in latest.get(&(live.locale.clone(), facet)).into_iter().flatten().filter(|f| f.article_id != live.article_id) {
                let scored = scored.entry(found.article_id).or_insert((0, found.at.as_micros(), found.edition_id));
                scored.0 = scored.0.saturating_add(points);
            }
        }
        let mut all: Vec<_> = scored.into_iter().collect();
        all.sort_by_key(|(id, (points, at, _))| std::cmp::Reverse((*points, *at, id.uuid())));
        all.truncate(RELATED);
        all.into_iter().map(|(id, (_, _, edition))| (id, edition)).collect()
    };
    Ok(lives.iter().map(of).collect())
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
        relations = if reading.chain.is_empty() { vec![Vec::new(); lives.len()] } else { related(tx, &lives)? };
        let editions: BTreeSet<Uuid> = relations.iter().flatten().map(|(_, edition)| *edition).collect();
        let found = store::editions::live_by_ids(tx, Visibility::public(), &editions, form(BodyFormat::None))?;
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
        article.related = Some(related.into_iter().map(|(id, _)| id).collect());
    }
    Ok((articles, Some(included)))
}
