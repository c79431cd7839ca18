//! Exporting records: the site as it stands, with ids, so that an import gives the same one.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::record::{
    ArticleRecord, AuthorRecord, BodyRecord, CorrectionRecord, CreditRecord, DestinationRecord, FactsRecord, LagRecord, LeadRecord,
    LiveRecord, LocaleRecord, MediaRecord, MenuItemRecord, MenuRecord, NameRecord, Record, RedirectRecord, SectionRecord, SiteRecord,
    TagRecord, TargetRecord, TranslationRecord,
};
use crate::{
    access::{Permit, Visibility, action::Export},
    domain::{
        Error, Id, Locale,
        address::AddressKind,
        article::{Article, ExternalLead, Facts, Lead},
        author::Author,
        body::{
            Document, Format, doc,
            pictures::{self, Pictures},
        },
        correction::Correction,
        file::MediaKind,
        media::{Description, Media},
        menu::{self, Item, Menu, Target},
        name::Names,
        redirect::{Destination, Redirect, Thing},
        section::Section,
        tag::Tag,
        translation::{State, Translation},
    },
    store::{
        self, Tx,
        editions::{Frozen, Live},
        names::{AllLeading, Leading},
    },
};

pub(super) fn key(tx: &mut Tx<'_>, kind: &str, id: Uuid) -> Result<String, Error> {
    Ok(store::imports::key_of(tx, kind, id)?.unwrap_or_else(|| id.to_string()))
}

fn names(tx: &mut Tx<'_>, id: Uuid, names: &Names) -> Result<BTreeMap<Locale, NameRecord>, Error> {
    let leading = store::names::leading(tx, std::iter::once(id))?;
    let one = |(locale, n): (&Locale, &crate::domain::name::Name)| {
        let (former_slugs, former_paths) = former(&leading, id, locale, &[n.slug.as_str()]);
        let (name, slug, about) = (n.name.clone(), Some(n.slug.to_string()), n.about.clone());
        (locale.clone(), NameRecord { name, slug, about, former_slugs, former_paths })
    };
    Ok(names.iter().map(one).collect())
}

/// The slugs that a thing had in a locale, but for those in use, and the paths of which nothing else is to be said.
fn former(leading: &AllLeading, id: Uuid, locale: &Locale, in_use: &[&str]) -> (Vec<String>, Vec<String>) {
    let of_locale = leading.get(&(id, locale.clone())).map(Vec::as_slice).unwrap_or_default();
    let plain: Vec<_> = of_locale.iter().filter(|one| one.plain).cloned().collect();
    Leading::parted(&plain, in_use)
}

/// The records of the locales and of the site, which come first: a locale may be prepared or retired only where another one is the default, so
/// the default one and the site come before the others.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_head(tx: &mut Tx<'_>, _: &Permit<Export>) -> Result<Vec<Record>, Error> {
    let masthead = store::site::masthead(tx)?;
    let locale = |l: &crate::domain::locale::LocaleSettings, fallback: Vec<Locale>| {
        Record::Locale(LocaleRecord {
            locale: l.locale.clone(),
            name: l.name.clone(),
            direction: Some(l.direction),
            fallback,
            words_per_minute: Some(l.words_per_minute),
            position: l.position,
            state: Some(l.state),
            former_tags: l.former_tags.clone(),
            voice: l.voice.clone(),
        })
    };
    let site = masthead.site.clone();
    let (first, mut left): (Vec<_>, Vec<_>) = masthead.locales.iter().partition(|l| l.locale == site.default_locale);
    let mut records: Vec<_> = first.iter().map(|l| locale(l, Vec::new())).collect();
    records.push(Record::Site(SiteRecord {
        name: site.name,
        url: site.url,
        default_locale: site.default_locale,
        time_zone: site.time_zone,
        url_pattern: site.url_pattern.as_str().to_owned(),
        former_url_patterns: Some(site.former_url_patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect()),
        review: site.review,
        desk_reading: Some(site.desk_reading),
        credit_labels: site.credit_labels,
        authors_public: Some(site.authors_public),
        retired_locales: Some(site.retired_locales),
        renditions: Some((&site.renditions).into()),
        unique_on_page: Some(site.unique_on_page),
        search: Some(site.search),
        preview_url: site.preview_url,
    }));
    left.extend(first.iter().filter(|l| !l.fallback.is_empty()));
    // A locale comes after those it falls back to; of those that fall back to each other, one is written twice.
    let mut written: Vec<&Locale> = first.iter().map(|l| &l.locale).collect();
    // Ends: each round writes a locale at least; one in which none is ready writes all that are left.
    while !left.is_empty() {
        let (ready, waiting): (Vec<_>, Vec<_>) = left.iter().copied().partition(|l| l.fallback.iter().all(|f| written.contains(&f)));
        for l in &ready {
            records.push(locale(l, l.fallback.clone()));
            written.push(&l.locale);
        }
        left = waiting;
        if ready.is_empty() {
            records.extend(left.iter().map(|l| locale(l, Vec::new())));
            records.extend(left.drain(..).map(|l| locale(l, l.fallback.clone())));
        }
    }
    Ok(records.into_iter().map(Record::escaped).collect())
}

/// The record of a section.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_section(tx: &mut Tx<'_>, _: &Permit<Export>, section: &Section) -> Result<Record, Error> {
    Ok(Record::Section(SectionRecord {
        key: key(tx, "section", section.id.uuid())?,
        id: Some(section.id.uuid()),
        parent: section.parent().map(|id| key(tx, "section", id.uuid())).transpose()?,
        position: Some(section.position),
        translations: names(tx, section.id.uuid(), &section.names)?,
    })
    .escaped())
}

/// The record of an author.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_author(tx: &mut Tx<'_>, _: &Permit<Export>, author: &Author) -> Result<Record, Error> {
    Ok(Record::Author(AuthorRecord {
        key: key(tx, "author", author.id.uuid())?,
        id: Some(author.id.uuid()),
        kind: author.kind,
        translations: names(tx, author.id.uuid(), &author.names)?,
    })
    .escaped())
}

/// The record of a tag.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_tag(tx: &mut Tx<'_>, _: &Permit<Export>, tag: &Tag) -> Result<Record, Error> {
    Ok(Record::Tag(TagRecord {
        key: key(tx, "tag", tag.id.uuid())?,
        id: Some(tag.id.uuid()),
        kind: tag.kind,
        translations: names(tx, tag.id.uuid(), &tag.names)?,
    })
    .escaped())
}

/// The record of an item of the media library, whose file lies in the bundle.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_media(tx: &mut Tx<'_>, _: &Permit<Export>, media: &Media) -> Result<MediaRecord, Error> {
    let mut captions = BTreeMap::new();
    for locale in media.captions.keys() {
        captions.insert(locale.clone(), store::media::captions(tx, media.id, locale)?.as_str().to_owned());
    }
    let Description { licence, words, .. } = media.description.clone();
    let record = Record::Media(Box::new(MediaRecord {
        key: key(tx, "media", media.id.uuid())?,
        id: Some(media.id.uuid()),
        file: Some(format!("media/{}.{}", media.file.digest, media.file.facts.format.extension())),
        url: None,
        description: media.description.clone(),
        licence,
        translations: words,
        captions,
        taken_down: media.taken_down.as_ref().map(|down| down.reason.clone()),
    }));
    match record.escaped() {
        Record::Media(record) => Ok(*record),
        _ => Err(Error::internal("a record became another")),
    }
}

fn facts(tx: &mut Tx<'_>, facts: &Facts) -> Result<FactsRecord, Error> {
    let tags = facts.tags.iter().map(|t| key(tx, "tag", t.uuid())).collect::<Result<_, _>>()?;
    let mut credits = Vec::new();
    for credit in &facts.credits {
        credits.push(CreditRecord { role: credit.role.clone(), author: key(tx, "author", credit.author_id.uuid())? });
    }
    Ok(FactsRecord {
        kind: facts.kind,
        genre: facts.genre,
        section: key(tx, "section", facts.section_id.uuid())?,
        tags,
        credits,
        lead: facts.lead.as_ref().map(|named| lead(tx, named)).transpose()?,
    })
}

/// A lead, of the library with where its picture is while something public shows it: a site that does not have it can show it from there.
fn lead(tx: &mut Tx<'_>, lead: &Lead) -> Result<LeadRecord, Error> {
    let ExternalLead { url, width, height, credit } = match lead {
        Lead::External(external) => external.clone(),
        Lead::Library { media_id, .. } => {
            let media = store::media::find(tx, *media_id)?;
            let (url, (width, height)) = widest(tx, &media)?;
            let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
            ExternalLead { url, width: pixels(width), height: pixels(height), credit: media.description.credit }
        }
    };
    Ok(LeadRecord { media_id: lead.media(), poster_id: lead.poster(), url, width, height, credit })
}

/// Where the largest file of an item is that readers are given, and its width and height.
fn widest(tx: &mut Tx<'_>, media: &Media) -> Result<(String, (u32, u32)), Error> {
    let picture = media.file.facts.size.unwrap_or((1, 1));
    let widest = store::site::masthead(tx)?.site.renditions.of(picture, None).last();
    let name = match widest.filter(|_| media.kind() == MediaKind::Image) {
        Some((preset, _)) => format!("{preset}.jpg"),
        None => format!("original.{}", media.file.facts.format.extension()),
    };
    let size = widest.map_or(picture, |(_, size)| size);
    Ok((format!("{}/{}/{name}", tx.media_url(), media.id), size))
}

/// A body whose pictures of the library say where they are, and what the items say of themselves in its locale, as leads do.
fn body(tx: &mut Tx<'_>, locale: &Locale, body: &Document) -> Result<BodyRecord, Error> {
    let mut shown = Pictures::new();
    for (id, media) in store::media::of(tx, &pictures::of(body))? {
        let (url, size) = widest(tx, &media)?;
        let words = media.description.words.get(locale).cloned().unwrap_or_default();
        shown.insert(id, pictures::of_item(&media, words, url, Some(size)));
    }
    let mut body = body.clone();
    pictures::show(&mut body, &shown);
    Ok(BodyRecord { format: Format::Doc, content: doc::write(&body) })
}

fn without_embargo(facts: &Facts) -> Facts {
    Facts { embargo_until: None, ..facts.clone() }
}

fn translation(tx: &mut Tx<'_>, article: &Article, t: &Translation, frozen: Option<&Frozen>) -> Result<TranslationRecord, Error> {
    let mut record = TranslationRecord {
        content: t.words.content.clone(),
        slug: Some(t.slug.to_string()),
        body: Some(body(tx, &t.locale, &t.words.body)?),
        translated_from: t.made_from.as_ref().map(|m| m.locale.clone()),
        state: (t.state != State::Draft).then_some(t.state),
        changes_requested_at: t.changes_requested_at.filter(|_| t.state == State::Draft),
        published_at: None,
        updated_at: None,
        live: None,
        former_slugs: Vec::new(),
        former_paths: Vec::new(),
        stale: t.made_from.as_ref().map_or(Ok(0), |of| store::editions::behind(tx, article.id, of))? > 0,
        live_stale: None,
    };
    let Some(frozen) = frozen else { return Ok(record) };
    let live = &frozen.live;
    record.live_stale = (live.behind > 0).then(|| LagRecord { behind: live.behind, lag: live.lag.clone() });
    let same_facts = without_embargo(&live.facts) == without_embargo(&article.facts);
    if frozen.words_version == t.version && same_facts {
        record.published_at = Some(live.published_at);
        record.updated_at = Some(live.updated_at);
    } else {
        let facts = if same_facts { None } else { Some(facts(tx, &live.facts)?) };
        record.live = Some(Box::new(live_record(tx, live, facts)?));
    }
    Ok(record)
}

fn correction(c: Correction) -> CorrectionRecord {
    let blocks = c.blocks.iter().map(ToString::to_string).collect();
    CorrectionRecord { id: c.id.uuid(), kind: c.kind, texts: c.texts, blocks, made_at: c.made_at }
}

fn live_record(tx: &mut Tx<'_>, live: &Live, facts: Option<FactsRecord>) -> Result<LiveRecord, Error> {
    Ok(LiveRecord {
        content: live.content.clone(),
        slug: Some(live.slug.to_string()),
        body: Some(body(tx, &live.locale, &doc::stored(&serde_json::from_str(&live.body).map_err(Error::internal)?)?)?),
        facts,
        published_at: live.published_at,
        updated_at: Some(live.updated_at),
    })
}

/// The record of an article with all its words, working copy and public.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Internal`] when the database fails.
pub fn export_article(tx: &mut Tx<'_>, permit: &Permit<Export>, id: Id<Article>) -> Result<Record, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let live = store::editions::frozen(tx, &Visibility::public(), id)?;
    let present = facts(tx, &article.facts)?;
    let leading = store::names::leading(tx, std::iter::once(id.uuid()))?;
    let mut translations = BTreeMap::new();
    for t in store::translations::all(tx, &article)? {
        let frozen = live.iter().find(|f| f.live.locale == t.locale);
        // Where it is not public any more, its own slug is one that it had in public, if it had.
        let in_use: Vec<&str> = frozen.iter().flat_map(|f| [f.live.slug.as_str(), t.slug.as_str()]).collect();
        let (former_slugs, former_paths) = former(&leading, id.uuid(), &t.locale, &in_use);
        let record = translation(tx, &article, &t, frozen)?;
        translations.insert(t.locale.clone(), TranslationRecord { former_slugs, former_paths, ..record });
    }
    let corrections = store::corrections::of(tx, &[id])?.remove(&id).unwrap_or_default();
    let withdrawn = match article.withdrawn_at {
        Some(_) => store::takedowns::of(tx, &article)?.into_iter().next().map(|t| t.taken.reason),
        None => None,
    };
    Ok(Record::Article(Box::new(ArticleRecord {
        key: key(tx, "article", id.uuid())?,
        id: Some(id.uuid()),
        kind: present.kind,
        genre: present.genre,
        section: present.section,
        tags: present.tags,
        credits: present.credits,
        lead: present.lead,
        source_locale: article.facts.source_locale.clone(),
        embargo_until: article.facts.embargo_until,
        corrections: corrections.into_iter().map(correction).collect(),
        withdrawn,
        former_paths: Vec::new(),
        translations,
    }))
    .escaped())
}

/// The record of a redirect; nothing for one that is told of with what it leads to.
///
/// # Errors
/// [`Error::NotFound`] when what it leads to is there no more, so that no import could take it.
pub fn export_redirect(tx: &mut Tx<'_>, _: &Permit<Export>, redirect: &Redirect) -> Result<Option<Record>, Error> {
    let Redirect { from, to, status, note, .. } = redirect.clone();
    let to = match to {
        Some(Destination::Thing(thing)) => {
            let has_words = store::redirects::has_words(tx, &thing)?;
            if store::site::masthead(tx)?.settings(&thing.locale).is_none() {
                return Err(Error::NotFound("locale"));
            }
            // Paths stand with the words of a locale, where there are any.
            if has_words && status == 301 && note.is_empty() {
                return Ok(None);
            }
            let Thing { kind, id, locale } = thing;
            Some(DestinationRecord::Thing { kind, key: key(tx, kind.as_str(), id)?, locale })
        }
        Some(Destination::Address(address)) => Some(DestinationRecord::Address(address)),
        None => None,
    };
    Ok(Some(Record::Redirect(RedirectRecord { from, to, status, note }).escaped()))
}

/// The record of a menu, and how many of its items were left out, with all below them, because what they lead to is there no more: no import
/// could take them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_menu(tx: &mut Tx<'_>, permit: &Permit<Export>, menu: &Menu) -> Result<(Record, usize), Error> {
    let asked = menu::things(&menu.items).into_iter().map(|(_, thing)| (thing.kind, thing.id)).collect();
    let there = store::redirects::things(tx, &permit.visibility(), &asked)?;
    let mut keys = BTreeMap::new();
    for (kind, id) in &there {
        keys.insert((*kind, *id), key(tx, kind.as_str(), *id)?);
    }
    let mut lost = 0usize;
    let items = menu_items(&menu.items, &keys, &mut lost);
    Ok((Record::Menu(MenuRecord { slug: menu.slug.to_string(), items }).escaped(), lost))
}

fn menu_items(items: &[Item], keys: &BTreeMap<(AddressKind, Uuid), String>, lost: &mut usize) -> Vec<MenuItemRecord> {
    let mut all = Vec::new();
    for item in items {
        let to = match &item.to {
            None => None,
            Some(Target::Address(address)) => Some(TargetRecord::Address(address.clone())),
            Some(Target::Thing(thing)) => {
                let Some(key) = keys.get(&(thing.kind, thing.id)) else {
                    *lost = lost.saturating_add(1);
                    continue;
                };
                Some(TargetRecord::Thing { kind: thing.kind, key: key.clone() })
            }
        };
        let below = menu_items(&item.items, keys, lost);
        // Nothing is left to stand under a heading.
        if to.is_some() || !below.is_empty() {
            all.push(MenuItemRecord { to, labels: item.labels.clone(), items: below });
        }
    }
    all
}
