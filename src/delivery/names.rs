//! Sections, authors and tags, under the names they have now.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Found, Reading};
use crate::{
    domain::{
        Error, Locale,
        address::AddressKind,
        author::{self, AuthorKind},
        locale::Direction,
        name::{self, Name, Names},
        named::Listed,
        page::{Page, Paging},
        section,
        site::AuthorsPublic,
        tag,
        tag::TagKind,
    },
    store::{self, Tx, names::Named},
};

/// Where the same thing is found in another language.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Alternate {
    /// The locale.
    pub locale: Locale,
    /// The language's own name for itself.
    #[schema(example = "বাংলা")]
    pub name: String,
    /// Which way its script runs.
    pub direction: Direction,
    /// The slug there.
    pub slug: String,
    /// Absolute URL of the page there.
    pub url: String,
}

/// A section by name, with its address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SectionRef {
    /// Its id.
    pub id: section::SectionId,
    /// The locale of its name.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "World")]
    pub name: String,
    /// Its slug.
    #[schema(example = "world")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
}

/// A section.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Section {
    /// Its id.
    pub id: section::SectionId,
    /// The locale of its name.
    pub locale: Locale,
    /// The locale that was asked for, when its name is in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requested_locale: Option<Locale>,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "World")]
    pub name: String,
    /// Its slug.
    #[schema(example = "world")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
    /// What it is about.
    pub description: String,
    /// Its place among its siblings.
    pub position: i32,
    /// The section it lies in.
    pub parent_id: Option<section::SectionId>,
    /// The sections above it and itself, from the top.
    pub path: Vec<SectionRef>,
    /// Its names in all languages.
    pub alternates: Vec<Alternate>,
}

/// An author.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Author {
    /// Its id.
    pub id: author::AuthorId,
    /// What it is.
    pub kind: AuthorKind,
    /// The locale of its name.
    pub locale: Locale,
    /// The locale that was asked for, when its name is in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requested_locale: Option<Locale>,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "Digital Desk")]
    pub name: String,
    /// Its slug.
    #[schema(example = "digital-desk")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
    /// Who it is.
    pub bio: String,
    /// Its names in all languages.
    pub alternates: Vec<Alternate>,
}

/// A tag.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tag {
    /// Its id.
    pub id: tag::TagId,
    /// What it names.
    pub kind: TagKind,
    /// The locale of its name.
    pub locale: Locale,
    /// The locale that was asked for, when its name is in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requested_locale: Option<Locale>,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "Diplomacy")]
    pub name: String,
    /// Its slug.
    #[schema(example = "diplomacy")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
    /// What it is about.
    pub description: String,
    /// Its names in all languages.
    pub alternates: Vec<Alternate>,
}

/// The names of one page's things, already read.
pub(super) type NameMap = HashMap<Uuid, Arc<Named>>;

/// The name in the reader's language, or the nearest there is, as every answer shows it.
pub(super) struct ShownName<'n> {
    pub(super) locale: &'n Locale,
    pub(super) direction: Direction,
    pub(super) name: &'n Name,
    pub(super) url: String,
}

pub(super) fn pick<'n>(reading: &Reading, names: &'n Names) -> Result<ShownName<'n>, Error> {
    let (locale, name) = name::pick(names, &reading.names).ok_or_else(|| Error::internal("a thing without a name"))?;
    let url = reading.masthead.listing_url(&reading.locale, &name.slug);
    Ok(ShownName { locale, direction: reading.masthead.direction(locale), name, url })
}

fn refer(reading: &Reading, id: section::SectionId, names: &Names) -> Result<SectionRef, Error> {
    let ShownName { locale, direction, name, url } = pick(reading, names)?;
    Ok(SectionRef { id, locale: locale.clone(), direction, name: name.name.clone(), slug: name.slug.to_string(), url })
}

pub(super) fn section_ref(reading: &Reading, names: &NameMap, id: section::SectionId) -> Result<SectionRef, Error> {
    refer(reading, id, &names.get(&id.uuid()).ok_or_else(|| Error::internal("a section without a name"))?.names)
}

fn alternates(reading: &Reading, names: &Names) -> Vec<Alternate> {
    let of = |l: &crate::domain::locale::LocaleSettings| {
        names.get(&l.locale).map(|name| Alternate {
            locale: l.locale.clone(),
            name: l.name.clone(),
            direction: l.direction,
            slug: name.slug.to_string(),
            url: reading.masthead.listing_url(&l.locale, &name.slug),
        })
    };
    reading.masthead.locales.iter().filter_map(of).collect()
}

fn show_section(reading: &Reading, all: &[section::Section], s: &section::Section) -> Result<Section, Error> {
    let ShownName { locale, direction, name, url } = pick(reading, &s.names)?;
    let path = s.path.iter().filter_map(|id| all.iter().find(|other| other.id == *id)).map(|other| refer(reading, other.id, &other.names));
    Ok(Section {
        id: s.id,
        locale: locale.clone(),
        requested_locale: reading.requested(locale),
        direction,
        name: name.name.clone(),
        slug: name.slug.to_string(),
        url,
        description: name.about.clone(),
        position: s.position,
        parent_id: s.parent(),
        path: path.collect::<Result<_, Error>>()?,
        alternates: alternates(reading, &s.names),
    })
}

fn show_author(reading: &Reading, a: &author::Author) -> Result<Author, Error> {
    let ShownName { locale, direction, name, url } = pick(reading, &a.names)?;
    Ok(Author {
        id: a.id,
        kind: a.kind,
        locale: locale.clone(),
        requested_locale: reading.requested(locale),
        direction,
        name: name.name.clone(),
        slug: name.slug.to_string(),
        url,
        bio: name.about.clone(),
        alternates: alternates(reading, &a.names),
    })
}

fn show_tag(reading: &Reading, t: &tag::Tag) -> Result<Tag, Error> {
    let ShownName { locale, direction, name, url } = pick(reading, &t.names)?;
    Ok(Tag {
        id: t.id,
        kind: t.kind,
        locale: locale.clone(),
        requested_locale: reading.requested(locale),
        direction,
        name: name.name.clone(),
        slug: name.slug.to_string(),
        url,
        description: name.about.clone(),
        alternates: alternates(reading, &t.names),
    })
}

/// Sections before those below them, siblings in order: the navigation, read from the top.
fn in_tree_order(all: &[section::Section]) -> Vec<&section::Section> {
    fn below<'a>(all: &'a [section::Section], parent: Option<section::SectionId>, out: &mut Vec<&'a section::Section>) {
        for section in all.iter().filter(|s| s.parent() == parent) {
            out.push(section);
            below(all, Some(section.id), out);
        }
    }
    let mut out = Vec::with_capacity(all.len());
    below(all, None, &mut out);
    out
}

/// All sections: the navigation.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn sections(tx: &mut Tx<'_>, reading: &Reading) -> Result<Vec<Section>, Error> {
    let all = store::sections::all(tx)?;
    in_tree_order(&all).into_iter().map(|s| show_section(reading, &all, s)).collect()
}

/// One section.
///
/// # Errors
/// [`Error::NotFound`].
pub fn section(tx: &mut Tx<'_>, reading: &Reading, id: section::SectionId) -> Result<Section, Error> {
    let all = store::sections::all(tx)?;
    let found = all.iter().find(|s| s.id == id).ok_or(Error::NotFound("section"))?;
    show_section(reading, &all, found)
}

/// Some of the sections, in the order of the navigation.
pub(super) fn sections_of(tx: &mut Tx<'_>, reading: &Reading, ids: &BTreeSet<section::SectionId>) -> Result<Vec<Section>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let all = store::sections::all(tx)?;
    in_tree_order(&all).into_iter().filter(|s| ids.contains(&s.id)).map(|s| show_section(reading, &all, s)).collect()
}

/// Some of the authors.
pub(super) fn authors_of(tx: &mut Tx<'_>, reading: &Reading, ids: &BTreeSet<author::AuthorId>) -> Result<Vec<Author>, Error> {
    store::named::some(tx, ids)?.iter().map(|a| show_author(reading, a)).collect()
}

/// Some of the tags, which live stories carry.
pub(super) fn tags_of(tx: &mut Tx<'_>, reading: &Reading, ids: &BTreeSet<tag::TagId>) -> Result<Vec<Tag>, Error> {
    store::named::some(tx, ids)?.iter().map(|t| show_tag(reading, t)).collect()
}

/// A page of the authors whom live stories credit; of all authors, where the site shows them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn authors(tx: &mut Tx<'_>, reading: &Reading, listed: &Listed, paging: Paging) -> Result<Page<Author>, Error> {
    let page = match reading.masthead.site.authors_public {
        AuthorsPublic::Always => store::named::shown_page(tx, listed, &reading.locale, paging)?,
        AuthorsPublic::WhenNamed => store::named::live_page(tx, listed, &reading.locale, paging)?,
    };
    page.try_map(|a| show_author(reading, &a))
}

/// One author whom a live story credits; any author, where the site shows them all.
///
/// # Errors
/// [`Error::NotFound`].
pub fn author(tx: &mut Tx<'_>, reading: &Reading, id: author::AuthorId) -> Result<Author, Error> {
    if reading.masthead.site.authors_public == AuthorsPublic::WhenNamed && !store::named::is_live(tx, &reading.masthead, id.into())? {
        return Err(Error::NotFound("author"));
    }
    show_author(reading, &store::named::find(tx, id)?)
}

/// A page of the tags that live stories carry.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn tags(tx: &mut Tx<'_>, reading: &Reading, listed: &Listed, paging: Paging) -> Result<Page<Tag>, Error> {
    store::named::live_page(tx, listed, &reading.locale, paging)?.try_map(|t| show_tag(reading, &t))
}

/// One tag that a live story carries.
///
/// # Errors
/// [`Error::NotFound`].
pub fn tag(tx: &mut Tx<'_>, reading: &Reading, id: tag::TagId) -> Result<Tag, Error> {
    if !store::named::is_live(tx, &reading.masthead, id.into())? {
        return Err(Error::NotFound("tag"));
    }
    show_tag(reading, &store::named::find(tx, id)?)
}

/// What a slug of a section, author or tag leads to: `show` makes it, and says under which slug it is found now.
fn by_slug<T>(
    tx: &mut Tx<'_>,
    reading: &Reading,
    kind: AddressKind,
    slug: &str,
    show: impl FnOnce(&mut Tx<'_>, Uuid) -> Result<(T, String), Error>,
) -> Result<Found<T>, Error> {
    let slug = crate::domain::text::nfc(slug);
    let found = store::names::find(tx, &reading.everywhere(), &[&slug])?;
    let address = found.into_iter().find(|a| a.kind == kind).ok_or(Error::NotFound(kind.as_str()))?;
    // What is there no more is answered as what never was, down to its cache tags: whatever brings it back touches its slugs.
    let (thing, present) = tx.noting_what_is_found(|tx| show(tx, address.target))?;
    if present != slug && reading.masthead.kept_back.contains(&address.locale) {
        return Err(Error::NotFound(kind.as_str()));
    }
    Ok(if present == slug { Found::Here(thing) } else { Found::Moved(present) })
}

/// The section that a slug leads to.
///
/// # Errors
/// [`Error::NotFound`].
pub fn section_by_slug(tx: &mut Tx<'_>, reading: &Reading, slug: &str) -> Result<Found<Section>, Error> {
    by_slug(tx, reading, AddressKind::Section, slug, |tx, id| section(tx, reading, id.into()).map(|s| (s.clone(), s.slug)))
}

/// The author that a slug leads to.
///
/// # Errors
/// [`Error::NotFound`].
pub fn author_by_slug(tx: &mut Tx<'_>, reading: &Reading, slug: &str) -> Result<Found<Author>, Error> {
    by_slug(tx, reading, AddressKind::Author, slug, |tx, id| author(tx, reading, id.into()).map(|a| (a.clone(), a.slug)))
}

/// The tag that a slug leads to.
///
/// # Errors
/// [`Error::NotFound`].
pub fn tag_by_slug(tx: &mut Tx<'_>, reading: &Reading, slug: &str) -> Result<Found<Tag>, Error> {
    by_slug(tx, reading, AddressKind::Tag, slug, |tx, id| tag(tx, reading, id.into()).map(|t| (t.clone(), t.slug)))
}
