//! Articles as readers see them: everything the page of a story shows, in one answer.

mod answer;
mod bodies;
mod fields;
mod include;
mod listed;
mod most_read;
mod next;
mod related;
mod shape;
mod translations;

use std::{
    collections::{BTreeSet, HashMap},
    mem,
};

pub use answer::{ArticleAnswer, ArticleListing};
pub use fields::{FieldPath, Fields, undescribe};
pub use include::{Include, Shape};
pub use listed::{Excluded, Listed, Reference};
pub use most_read::{MostRead, most_read};
pub use related::{RELATED, related};
pub use shape::{
    Article, ArticleSection, Body, BodyFormat, CorrectionNote, Credit, CreditedAuthor, Field, Included, LanguageStatus, Pinned, Seo,
    TagRef, TimeZoneNames, TranslationStatus,
};
pub use translations::translations;

use super::{
    Found, Reading,
    listening::Audio,
    media::Library,
    names::{Alternate, NameMap, ShownName, pick, section_ref},
};
use crate::{
    access::Visibility,
    domain::{
        Error, Locale, article,
        body::references::Present,
        content::Content,
        correction::{Correction, CorrectionKind},
        edition::Edition,
        freshness::Freshness,
        locale::Direction,
        page::{Page, Paging},
        section,
    },
    store::{
        self, Tx,
        editions::{Alternate as LiveAlternate, BodyForm, Live},
    },
};

fn form(format: BodyFormat) -> BodyForm {
    match format {
        BodyFormat::Html => BodyForm::Html,
        BodyFormat::Text => BodyForm::Text,
        BodyFormat::None => BodyForm::None,
        BodyFormat::Doc | BodyFormat::Markdown | BodyFormat::PortableText => BodyForm::Doc,
    }
}

fn credits(reading: &Reading, names: &NameMap, live: &Live) -> Result<Vec<Credit>, Error> {
    let mut all: Vec<Credit> = Vec::new();
    for credit in &live.facts.credits {
        let Some(named) = names.get(&credit.author_id.uuid()) else { continue };
        let ShownName { locale, direction, name, url } = pick(reading, &named.names)?;
        let author = CreditedAuthor {
            id: credit.author_id,
            kind: named.kind.parse()?,
            locale: locale.clone(),
            direction,
            name: name.name.clone(),
            slug: name.slug.to_string(),
            url,
        };
        if let Some(of_role) = all.iter_mut().find(|c| c.role == credit.role) {
            of_role.authors.push(author);
        } else {
            let (locale, label) = reading.masthead.label(&credit.role, &reading.locale);
            let direction = locale.as_ref().map_or(Direction::Ltr, |l| reading.masthead.direction(l));
            all.push(Credit { role: credit.role.clone(), locale, direction, label, authors: vec![author] });
        }
    }
    Ok(all)
}

fn tags(reading: &Reading, names: &NameMap, live: &Live) -> Result<Vec<TagRef>, Error> {
    let mut all = Vec::new();
    for id in &live.facts.tags {
        let Some(named) = names.get(&id.uuid()) else { continue };
        let ShownName { locale, direction, name, url } = pick(reading, &named.names)?;
        all.push(TagRef {
            id: *id,
            kind: named.kind.parse()?,
            locale: locale.clone(),
            direction,
            name: name.name.clone(),
            slug: name.slug.to_string(),
            url,
        });
    }
    Ok(all)
}

/// The slug of a section in a locale, or the nearest.
fn section_slug(reading: &Reading, names: &NameMap, id: section::SectionId, locale: &Locale) -> Option<crate::domain::slug::Slug> {
    let named = names.get(&id.uuid())?;
    reading.masthead.pick(&named.names, locale).map(|(_, name)| name.slug.clone())
}

fn alternates(reading: &Reading, names: &NameMap, id: article::ArticleId, live: &[LiveAlternate]) -> Vec<Alternate> {
    let of = |l: &crate::domain::locale::LocaleSettings| {
        let there = live.iter().find(|a| a.locale == l.locale)?;
        let section = section_slug(reading, names, there.section_id, &l.locale);
        Some(Alternate {
            locale: l.locale.clone(),
            name: l.name.clone(),
            direction: l.direction,
            slug: there.slug.to_string(),
            url: reading.masthead.article_url(&l.locale, section.as_ref(), (there.kind, &there.slug), id, there.published_at),
        })
    };
    reading.masthead.locales.iter().filter_map(of).collect()
}

fn translation(live: &Live) -> Option<TranslationStatus> {
    let made_from = live.made_from.clone()?;
    let (status, lag) = (Freshness::of(live.behind), live.lag.clone());
    Some(TranslationStatus { made_from, status, behind: live.behind, changed_fields: lag.fields, changed_blocks: lag.blocks })
}

fn languages(reading: &Reading, live: &[LiveAlternate]) -> Vec<LanguageStatus> {
    let of = |l: &crate::domain::locale::LocaleSettings| match live.iter().find(|a| a.locale == l.locale) {
        Some(there) => LanguageStatus { locale: l.locale.clone(), status: Freshness::of(there.behind), behind: there.behind },
        None => LanguageStatus { locale: l.locale.clone(), status: Freshness::Missing, behind: 0 },
    };
    reading.masthead.locales.iter().map(of).collect()
}

fn corrections(reading: &Reading, live: &Live, made: &[Correction]) -> Vec<CorrectionNote> {
    let chain = reading.masthead.name_chain(&live.locale);
    let note = |c: &Correction| {
        // Others of its texts may be in locales that readers are not offered.
        let mut said = chain.iter().filter_map(|l| c.texts.get_key_value(l)).chain(&c.texts);
        let said = said.find(|(locale, _)| reading.masthead.settings(locale).is_some());
        let (locale, text) = said?;
        Some(CorrectionNote {
            id: c.id,
            kind: c.kind,
            text: text.clone(),
            locale: locale.clone(),
            direction: reading.masthead.direction(locale),
            blocks: c.blocks.iter().map(ToString::to_string).collect(),
            made_at: c.made_at,
        })
    };
    made.iter().filter_map(note).collect()
}

/// What is read beside the live edition of an article.
#[derive(Default)]
struct Beside {
    others: Vec<LiveAlternate>,
    corrections: Vec<Correction>,
}

fn show(
    reading: &Reading,
    names: &NameMap,
    mut live: Live,
    (needs, beside): (Needs, &Beside),
    (format, present, library): (BodyFormat, &Present, &Library),
) -> Result<Article, Error> {
    let Beside { others, corrections: made } = beside;
    let pictures = library.pictures(reading, &live.locale, &bodies::pictured(format, &live.body)?);
    let path = live.section_path.iter().map(|id| section_ref(reading, names, *id)).collect::<Result<Vec<_>, _>>()?;
    let own = path.last().cloned().ok_or_else(|| Error::internal("an article outside the section tree"))?;
    let section = section_slug(reading, names, live.facts.section_id, &live.locale);
    let Content { headline, summary, lead, seo } = mem::take(&mut live.content);
    let or = |own: String, usual: &str| if own.is_empty() { usual.to_owned() } else { own };
    Ok(Article {
        id: live.article_id,
        requested_locale: reading.requested(&live.locale),
        direction: reading.masthead.direction(&live.locale),
        kind: live.facts.kind,
        genre: live.facts.genre,
        slug: live.slug.to_string(),
        url: reading.masthead.article_url(
            &live.locale,
            section.as_ref(),
            (live.facts.kind, &live.slug),
            live.article_id,
            live.published_at,
        ),
        section: ArticleSection {
            id: own.id,
            locale: own.locale,
            direction: own.direction,
            name: own.name,
            slug: own.slug,
            url: own.url,
            path,
        },
        audio: Audio::of(reading, library, &live),
        credits: credits(reading, names, &live)?,
        tags: tags(reading, names, &live)?,
        lead: live.facts.lead.as_ref().and_then(|named| library.lead(reading, &live.locale, named, lead)),
        body: bodies::written(format, mem::take(&mut live.body), present, &pictures)?,
        word_count: live.word_count,
        reading_minutes: live.reading_minutes,
        published_at: live.published_at,
        updated_at: live.updated_at,
        time_zone_names: TimeZoneNames {
            published_at: reading.masthead.zone_name(live.published_at, &live.locale).to_string(),
            updated_at: reading.masthead.zone_name(live.updated_at, &live.locale).to_string(),
        },
        source_locale: live.facts.source_locale.clone(),
        alternates: needs.alternates.then(|| alternates(reading, names, live.article_id, others)),
        translation: translation(&live),
        languages: needs.languages.then(|| languages(reading, others)),
        corrections: corrections(reading, &live, made),
        retracted: made.iter().any(|c| c.kind == CorrectionKind::Retraction),
        seo: Seo { title: or(seo.title, &headline), description: or(seo.description, &summary) },
        pinned: None,
        related: None,
        included: None,
        headline,
        summary,
        locale: live.locale,
    })
}

/// What is to be read beside live editions.
#[derive(Debug, Clone, Copy)]
struct Needs {
    alternates: bool,
    languages: bool,
    corrections: bool,
}

impl Needs {
    const ALL: Self = Self { alternates: true, languages: true, corrections: true };
}

/// Live editions as readers see them, in as many statements for many as for one.
fn complete(tx: &mut Tx<'_>, reading: &Reading, lives: Vec<Live>, format: BodyFormat, needs: Needs) -> Result<Vec<Article>, Error> {
    let shown: Vec<_> = lives.iter().map(|live| live.article_id).collect();
    let mut others =
        if needs.alternates || needs.languages { store::editions::alternates(tx, Visibility::public(), &shown)? } else { HashMap::new() };
    // Hardly any story has corrections; those that have cost one statement more.
    let corrected: Vec<_> = lives.iter().filter(|live| live.corrected && needs.corrections).map(|live| live.article_id).collect();
    let mut corrections = if corrected.is_empty() { HashMap::new() } else { store::corrections::of(tx, &corrected)? };
    let mut ids = BTreeSet::new();
    for live in &lives {
        ids.extend(store::editions::named(live));
    }
    ids.extend(others.values().flatten().map(|a| a.section_id.uuid()));
    let names = store::names::of(tx, &ids)?;
    let (mut led, mut pictured) = (BTreeSet::new(), BTreeSet::new());
    for live in &lives {
        led.append(&mut bodies::led_to(format, &live.body)?);
        pictured.append(&mut bodies::pictured(format, &live.body)?);
        pictured.extend(live.facts.media());
        pictured.extend(live.recording);
    }
    let present = store::references::pages(tx, &led)?.present(&reading.masthead, &reading.locale, &led);
    let leads_on = lives.iter().any(|live| bodies::may_lead_on(format, &live.body));
    store::references::hide(tx, led.iter().filter(|to| !present.contains_key(to)), leads_on);
    let library = Library::of(tx, &pictured)?.opened_by(reading);
    let mut all = Vec::with_capacity(lives.len());
    for live in lives {
        let id = live.article_id;
        let beside = Beside { others: others.remove(&id).unwrap_or_default(), corrections: corrections.remove(&id).unwrap_or_default() };
        all.push(show(reading, &names, live, (needs, &beside), (format, &present, &library))?);
    }
    Ok(all)
}

/// Live editions as lists show them.
pub(super) fn shown(tx: &mut Tx<'_>, reading: &Reading, lives: Vec<Live>) -> Result<Vec<Article>, Error> {
    complete(tx, reading, lives, BodyFormat::None, Needs { alternates: false, languages: false, corrections: true })
}

/// Live editions in a shape, with what comes along.
pub(super) fn told(tx: &mut Tx<'_>, reading: &Reading, lives: Vec<Live>, shape: &Shape) -> Result<(Vec<Article>, Option<Included>), Error> {
    include::tell(tx, reading, lives, shape)
}

/// One article in a shape, with what comes along.
fn one(tx: &mut Tx<'_>, reading: &Reading, live: Live, shape: &Shape) -> Result<Article, Error> {
    let (articles, included) = include::tell(tx, reading, vec![live], shape)?;
    let article = articles.into_iter().next().ok_or_else(|| Error::internal("an article was lost"))?;
    Ok(Article { included, ..article })
}

/// What is live of an article for a reader.
fn live(tx: &mut Tx<'_>, reading: &Reading, id: article::ArticleId, form: BodyForm) -> Result<Live, Error> {
    match store::editions::live(tx, Visibility::public(), id, &reading.chain, form)? {
        Some(live) => Ok(live),
        None if store::takedowns::is_gone(tx, id)? => Err(Error::Gone("article")),
        None => Err(Error::NotFound("article")),
    }
}

/// One article.
///
/// # Errors
/// [`Error::NotFound`] when it is not live in the language asked for; [`Error::Gone`] when it was taken down.
pub fn article(tx: &mut Tx<'_>, reading: &Reading, id: article::ArticleId, shape: &Shape) -> Result<Article, Error> {
    let live = live(tx, reading, id, form(shape.body()))?;
    one(tx, reading, live, shape)
}

/// A preview: an edition that was not published, as readers would see it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn preview(
    tx: &mut Tx<'_>,
    reading: &Reading,
    edition: Edition,
    section_path: Vec<section::SectionId>,
    shape: &Shape,
) -> Result<Article, Error> {
    one(tx, reading, Live::unpublished(edition, section_path, form(shape.body())), shape)
}

/// The article that a slug leads to.
///
/// # Errors
/// [`Error::NotFound`] when it leads to none that is live in the language asked for; [`Error::Gone`] when it was taken down.
pub fn by_slug(tx: &mut Tx<'_>, reading: &Reading, slug: &str, shape: &Shape) -> Result<Found<Article>, Error> {
    let slug = crate::domain::text::nfc(slug);
    let live = store::editions::live_by_slug(tx, Visibility::public(), &slug, &reading.chain, form(shape.body()))?;
    let Some(live) = live else {
        let gone = store::takedowns::is_gone_by_slug(tx, &slug, &reading.chain)?;
        return Err(if gone { Error::Gone("article") } else { Error::NotFound("article") });
    };
    if live.slug.as_str() != slug {
        return Ok(Found::Moved(live.slug.to_string()));
    }
    one(tx, reading, live, shape).map(Found::Here)
}

/// A page of articles, and what comes along with them.
///
/// # Errors
/// [`Error::Invalid`] for a slug in a filter that leads nowhere.
pub fn articles(
    tx: &mut Tx<'_>,
    reading: &Reading,
    listed: &Listed,
    paging: Paging,
    shape: &Shape,
) -> Result<(Page<Article>, Option<Included>), Error> {
    let filter = listed.filter(tx, reading)?;
    let Page { items, next, previous, total } = store::listings::page(tx, Visibility::public(), &filter, paging, shape.bodies())?;
    let (items, included) = include::tell(tx, reading, items, shape)?;
    Ok((Page { items, next, previous, total }, included))
}
