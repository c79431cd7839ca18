//! What links of a body lead to on the own site, when it is saved and when the desk reads it: see [`crate::domain::reference`].
//!
//! **Context.** A link says a path, and whoever saves it may see more, or less, than the public. **Decision.** All paths of a body are looked up at once, in the
//! order in which readers who ask for them are answered, and then among the drafts that whoever saves may see. What is found has to be public, or to have been, or
//! to be seen by them; so a link tells of no story that they may not know. A reference that is sent has to be known in the same way, or to have been there
//! before. **Consequence.** A body costs as many statements with a hundred links as with one, and none without.

use std::collections::{BTreeSet, HashMap};

use url::{Position, Url};
use uuid::Uuid;

use crate::{
    access::Visibility,
    domain::{
        Error, Id, Locale,
        address::AddressKind,
        article::Article,
        body::{Block, Document, Href, anchors, doc, references},
        error::{Faults, Violation},
        path::{self, Parts, UrlPattern},
        redirect::{self, Destination, Redirect, Thing},
        reference::Reference,
        site::{Masthead, Site},
        text::limits,
        translation::MadeFrom,
        url::site_path,
    },
    store::{
        self, Tx,
        references::{Pages, Slugged},
    },
};

/// What becomes of a reference to something that is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unknown {
    /// It is refused, as any unknown id.
    #[default]
    Refused,
    /// It is kept, for what it leads to may come yet.
    Kept,
    /// It is left out, with a warning; the link is looked up by its path.
    Dropped,
}

/// Where a body stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its article.
    pub article: Id<Article>,
    /// Its locale.
    pub locale: &'a Locale,
    /// What it was made from.
    pub made_from: Option<&'a MadeFrom>,
}

/// The path of a link to the own site, with query and fragment.
fn own(href: &str, site: &Site) -> Option<String> {
    if href.starts_with('/') {
        return Some(href.to_owned());
    }
    let (url, base) = (Url::parse(href).ok()?, Url::parse(&site.url).ok()?);
    let is_same = matches!(url.scheme(), "http" | "https") && url.host_str() == base.host_str() && url.port() == base.port();
    let path = is_same.then(|| site_path(&url[Position::BeforePath..])).flatten()?;
    let below = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
    (below.is_empty() || below.starts_with('/')).then_some(path)
}

/// Let the links of a body keep what they lead to: those that say so, and those whose path is, or was, that of something. Links to the own site are paths then.
///
/// # Errors
/// [`Error::Internal`] when the database fails; what is wrong with the body is noted.
pub fn settle(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    place: Place<'_>,
    (faults, unknown): (&mut Faults, Unknown),
    before: Option<&Document>,
    body: &mut Document,
) -> Result<Vec<Violation>, Error> {
    let (mut asked, mut sent) = (BTreeSet::new(), BTreeSet::new());
    let mut any = false;
    anchors::look(&body.blocks, &mut |href| {
        any |= href.to.is_some() || href.starts_with(['/', 'h']);
        sent.extend(href.to.clone());
    });
    if sent.len() > limits::BODY_REFERENCES {
        faults.add("#/body", "too_many", format!("links of a body refer to at most {} things of the site", limits::BODY_REFERENCES));
        any = false;
    }
    if !any {
        return Ok(Vec::new());
    }
    let mut warnings = Vec::new();
    let masthead = store::site::masthead(tx)?;
    let was = before.map(references::of).unwrap_or_default();
    let new: BTreeSet<_> = sent.difference(&was).map(Reference::thing).collect();
    if !new.is_empty() && unknown != Unknown::Kept {
        let known = known_or_merged(tx, visibility, new, body)?;
        let is_unknown = |to: &Reference| !was.contains(to) && !known.contains(&to.thing());
        for (n, to) in unknown_in(&body.blocks, is_unknown) {
            let (at, detail) = (format!("#/body/content/content/{n}"), format!("there is no {} with the id `{}`", to.kind, to.id));
            match unknown {
                Unknown::Dropped => {
                    warnings.push(Violation { pointer: at, code: "unknown", detail: format!("{detail}; the link is its path") });
                }
                _ => faults.add(at, "unknown", detail),
            }
        }
        anchors::each(&mut body.blocks, &mut |href| {
            href.to = href.to.take().filter(|to| !is_unknown(to));
            true
        });
    }
    anchors::look(&body.blocks, &mut |href| {
        if href.to.is_none() {
            asked.extend(own(href, &masthead.site).map(|path| without_fragment(&path).to_owned()));
        }
    });
    if asked.is_empty() {
        return Ok(warnings);
    }
    let free = limits::BODY_REFERENCES.saturating_sub(references::of(body).len());
    if let Some(first) = asked.iter().nth(free).cloned() {
        drop(asked.split_off(&first));
        let detail = format!("more than {} links to the own site: the others are kept as the paths that they are", limits::BODY_REFERENCES);
        warnings.push(Violation { pointer: "#/body".to_owned(), code: "too_many", detail });
    }
    let found = look_up(tx, visibility, &masthead, asked)?;
    let here = Here::of(tx, &masthead, place, &was, before, &found)?;
    anchors::each(&mut body.blocks, &mut |href| {
        if href.to.is_none()
            && let Some(path) = own(href, &masthead.site)
        {
            *href = here.settled(href, path, &found);
        }
        true
    });
    if doc::size(body) > limits::BODY_BYTES {
        anchors::each(&mut body.blocks, &mut |href| {
            href.to = href.to.take().filter(|to| sent.contains(to));
            true
        });
        let detail = format!(
            "with all that its links lead to it has more than {} bytes as a document: they are kept as the paths that they are",
            limits::BODY_BYTES
        );
        warnings.push(Violation { pointer: "#/body".to_owned(), code: "too_long", detail });
    }
    Ok(warnings)
}

/// Those of these things that are known, and those that others were merged into: the links of the body refer to these from then on.
fn known_or_merged(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    new: BTreeSet<(AddressKind, Uuid)>,
    body: &mut Document,
) -> Result<BTreeSet<(AddressKind, Uuid)>, Error> {
    let mut known = store::references::known(tx, visibility, &new)?;
    let merged = store::merging::present(tx, new.difference(&known).copied())?;
    if !merged.is_empty() {
        anchors::each(&mut body.blocks, &mut |href| {
            if let Some(to) = &mut href.to
                && let Some(into) = merged.get(&to.id)
            {
                to.id = *into;
                known.insert(to.thing());
            }
            true
        });
    }
    Ok(known)
}

fn without_fragment(path: &str) -> &str {
    path.split('#').next().unwrap_or_default()
}

/// References of blocks that are not known, each with the place of the block that it stands in.
fn unknown_in(blocks: &[Block], is_unknown: impl Fn(&Reference) -> bool) -> Vec<(usize, Reference)> {
    let mut all = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        anchors::look(std::slice::from_ref(block), &mut |href| {
            all.extend(href.to.iter().filter(|to| is_unknown(to)).map(|to| (n, to.clone())));
        });
    }
    all
}

/// What is known of links where a body stands.
struct Here<'a> {
    place: Place<'a>,
    readers: std::sync::Arc<Masthead>,
    pages: Pages,
    /// What the body before led to, by the path that was shown for it.
    shown: HashMap<String, Reference>,
    /// The same by what was typed.
    typed: HashMap<&'a str, &'a Reference>,
}

impl<'a> Here<'a> {
    fn of(
        tx: &mut Tx<'_>,
        masthead: &std::sync::Arc<Masthead>,
        place: Place<'a>,
        was: &BTreeSet<Reference>,
        before: Option<&'a Document>,
        found: &HashMap<String, Found>,
    ) -> Result<Self, Error> {
        let readers = masthead.for_readers();
        let things: Vec<_> = found.values().map(|found| Reference::new(found.thing.0, found.thing.1)).collect();
        let pages = store::references::pages(tx, was.iter().chain(&things))?;
        let shown = was.iter().filter_map(|to| Some((path::decode(&pages.path(&readers, place.locale, to)?)?, to.clone()))).collect();
        let mut typed = HashMap::new();
        if let Some(before) = before {
            anchors::look(&before.blocks, &mut |href| typed.extend(href.to.as_ref().map(|to| (href.address.as_str(), to))));
        }
        Ok(Self { place, readers, pages, shown, typed })
    }

    /// A link to this path of the own site, with what it leads to, as far as that is known.
    fn settled(&self, typed: &Href, path: String, found: &HashMap<String, Found>) -> Href {
        let asked = without_fragment(&path);
        let bare = asked.split('?').next().and_then(path::decode);
        if let Some(to) = bare.and_then(|bare| self.shown.get(&bare)) {
            return Href { to: Some(to.clone()), address: path };
        }
        let Some(found) = found.get(asked) else {
            let to = self.typed.get(path.as_str()).or_else(|| self.typed.get(typed.address.as_str()));
            return Href { to: to.copied().cloned(), address: path };
        };
        let to = Reference { locale: self.meant(found), ..Reference::new(found.thing.0, found.thing.1) };
        if !found.by_query {
            return Href { to: Some(to), address: path };
        }
        // Its query was a part of the address, and is none of the page.
        match self.pages.path(&self.readers, self.place.locale, &to) {
            Some(present) => Href { to: Some(to), address: format!("{present}{}", path.get(asked.len()..).unwrap_or_default()) },
            None => path.into(),
        }
    }

    /// The language that a path says, where it is meant: a translator may have left what the source says, and whoever links to another language of the
    /// same story means that. What readers of this body are led to anyway needs not be said.
    fn meant(&self, found: &Found) -> Option<Locale> {
        let (said, own) = (found.locale.as_ref()?, self.place.locale);
        let is_itself = found.thing == (AddressKind::Article, self.place.article.uuid());
        if said == own || !is_itself && self.place.made_from.is_some_and(|of| of.locale == *said) {
            return None;
        }
        let led = self.pages.language(&self.readers, own, &Reference::new(found.thing.0, found.thing.1));
        (is_itself || led.as_ref() != Some(said)).then(|| said.clone())
    }
}

/// What was found at a path.
#[derive(Debug, Clone)]
struct Found {
    thing: (AddressKind, Uuid),
    /// The language of its page that the path says.
    locale: Option<Locale>,
    /// Whether its query led there.
    by_query: bool,
}

/// What is at paths of the site with their queries, or was, as readers are led there.
fn look_up(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    masthead: &Masthead,
    asked: BTreeSet<String>,
) -> Result<HashMap<String, Found>, Error> {
    let mut all = HashMap::new();
    let mut open: Vec<_> = asked.into_iter().map(|asked| (asked.clone(), asked, false)).collect();
    for _ in 0..=redirect::HOPS {
        if open.is_empty() {
            break;
        }
        let batch = Batch::of(tx, visibility, masthead, open.iter().map(|(_, at, _)| at.as_str()))?;
        let mut onward = Vec::new();
        for (asked, at, by_query) in open {
            match batch.at(&at) {
                Some(At::Thing(found)) => _ = all.insert(asked, Found { by_query: by_query || found.by_query, ..found }),
                Some(At::Onward(to, query)) => onward.push((asked, to, by_query || query)),
                Some(At::Nowhere) | None => {}
            }
        }
        open = onward;
    }
    Ok(all)
}

enum At {
    Thing(Found),
    /// A redirect to another address, and whether the query led there.
    Onward(String, bool),
    /// What stays a path: a front page, or a redirect that leads elsewhere, nowhere, to a part of a page, or only for now.
    Nowhere,
}

/// A path taken apart.
struct Asked {
    /// Without slashes at its end.
    decoded: String,
    is_front: bool,
    present: Vec<(Parts, Locale)>,
    /// By former patterns, each with its number.
    former: Vec<(usize, Parts, Locale)>,
    /// A locale, if the path names one, and the slug of a section, author, tag or page.
    listing: Option<(Option<Locale>, String)>,
}

impl Asked {
    fn of(masthead: &Masthead, path: &str) -> Option<Self> {
        let decoded = path::decode(path)?;
        let base = Url::parse(&masthead.site.url).ok().and_then(|url| path::decode(url.path())).unwrap_or_default();
        let inside = decoded.strip_prefix(base.trim_end_matches('/'))?.trim_end_matches('/');
        let (site, default) = (&masthead.site, &masthead.site.default_locale);
        let known = |tag: &str| {
            let tag = tag.parse().ok()?;
            let locale = masthead.present(&tag);
            masthead.settings(locale).map(|l| l.locale.clone())
        };
        let read = |pattern: &UrlPattern| {
            pattern.readings(inside, default.as_str()).filter_map(|p| known(&p.locale).map(|l| (p, l))).collect::<Vec<_>>()
        };
        let formers = site.former_url_patterns.iter().enumerate();
        let former = formers.flat_map(|(n, pattern)| read(pattern).into_iter().map(move |(parts, locale)| (n, parts, locale))).collect();
        let is_unnamed = || std::iter::once(&site.url_pattern).chain(&site.former_url_patterns).any(|pattern| !pattern.names_locale());
        let mut segments = inside.split('/').skip(1);
        let (is_front, listing) = match (segments.next(), segments.next(), segments.next()) {
            (Some(tag), None, None) if known(tag).is_some() => (true, None),
            (Some(tag), Some(slug), None) => (false, known(tag).map(|locale| (Some(locale), slug.to_owned()))),
            (Some(slug), None, None) if is_unnamed() => (false, Some((None, slug.to_owned()))),
            (first, ..) => (first.is_none(), None),
        };
        let present = read(&site.url_pattern);
        Some(Self { decoded: decoded.trim_end_matches('/').to_owned(), is_front, present, former, listing })
    }

    fn all_parts(&self) -> impl Iterator<Item = (&Parts, &Locale)> {
        self.present.iter().map(|(parts, locale)| (parts, locale)).chain(self.former.iter().map(|(_, parts, locale)| (parts, locale)))
    }
}

/// What is known of some paths.
struct Batch<'m> {
    masthead: &'m Masthead,
    asked: HashMap<String, Asked>,
    redirects: HashMap<String, Redirect>,
    slugs: Vec<Slugged>,
    known: BTreeSet<(AddressKind, Uuid)>,
    pages: Pages,
}

impl<'m> Batch<'m> {
    fn of<'p>(
        tx: &mut Tx<'_>,
        visibility: &Visibility,
        masthead: &'m Masthead,
        paths: impl Iterator<Item = &'p str> + Clone,
    ) -> Result<Self, Error> {
        let bare = |path: &'p str| path.split('?').next().unwrap_or_default();
        let addresses: BTreeSet<String> = paths
            .clone()
            .flat_map(|path| redirect::tried(path).chain([bare(path).to_owned()]))
            .filter_map(|path| redirect::spelled(&path))
            .collect();
        let found = store::redirects::from_any(tx, &addresses)?;
        let redirects: HashMap<_, _> = found.into_iter().map(|found| (found.from.clone(), found)).collect();
        let asked: HashMap<_, _> = paths.filter_map(|path| Some((bare(path).to_owned(), Asked::of(masthead, bare(path))?))).collect();
        let slugs = asked.values().flat_map(|asked| {
            let listed = asked.listing.iter().map(|(_, slug)| slug);
            asked.all_parts().filter_map(|(parts, _)| parts.slug.as_ref()).chain(listed).cloned()
        });
        let locales: Vec<Locale> = masthead.locales.iter().map(|l| l.locale.clone()).collect();
        let slugs = store::references::of_slugs(tx, visibility, &locales, &slugs.collect())?;
        let named = asked.values().flat_map(Asked::all_parts).filter_map(|(parts, _)| Some((AddressKind::Article, parts.id?)));
        let led = redirects
            .values()
            .filter_map(|r| if let Some(Destination::Thing(thing)) = &r.to { Some((thing.kind, thing.id)) } else { None });
        let named: BTreeSet<_> = named.chain(led).collect();
        let known = if named.is_empty() { BTreeSet::new() } else { store::references::known(tx, visibility, &named)? };
        let things = slugs.iter().map(|slug| (slug.kind, slug.id)).chain(known.iter().copied());
        let things: Vec<_> = things.map(|(kind, id)| Reference::new(kind, id)).collect();
        let pages = store::references::pages(tx, &things)?;
        Ok(Self { masthead, asked, redirects, slugs, known, pages })
    }

    fn at(&self, path: &str) -> Option<At> {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        // With its query it is another address than without, even where something is live without.
        if !query.is_empty()
            && let Some(led) = redirect::tried(path).find_map(|path| self.redirected(&path, true))
        {
            return Some(led);
        }
        let Some(asked) = self.asked.get(bare) else { return self.redirected(bare, false) };
        if asked.is_front {
            return Some(At::Nowhere);
        }
        let present = asked.present.iter().filter_map(|(parts, locale)| self.by_parts(parts, locale));
        let listed = asked.listing.iter().filter_map(|(locale, slug)| self.listed(locale.as_ref(), slug));
        let likely: Vec<Found> = present.chain(listed).collect();
        let is_at = |masthead: &Masthead, found: &Found| {
            let page = Reference { locale: found.locale.clone(), ..Reference::new(found.thing.0, found.thing.1) };
            let path = self.pages.path(masthead, &masthead.site.default_locale, &page);
            path.and_then(|path| path::decode(&path)).as_deref() == Some(asked.decoded.as_str())
        };
        if let Some(live) = likely.iter().find(|found| is_at(self.masthead, found)) {
            return Some(At::Thing(live.clone()));
        }
        if let Some(led) = self.redirected(bare, false) {
            return Some(led);
        }
        let mut formerly = Vec::new();
        for (n, parts, locale) in &asked.former {
            let Some(pattern) = self.masthead.site.former_url_patterns.get(*n) else { continue };
            let then = self.masthead.under(pattern);
            let Some(found) = self.by_parts(parts, locale) else { continue };
            if is_at(&then, &found) {
                return Some(At::Thing(found));
            }
            formerly.push(found);
        }
        let elsewhere = asked.all_parts().filter_map(|(parts, locale)| self.elsewhere(parts, locale));
        let hoped = asked.present.iter().filter_map(|(parts, locale)| self.by_slug(parts, locale, false));
        let page = |slug: &str, locale: Option<&Locale>| {
            let locale = locale.unwrap_or(&self.masthead.site.default_locale);
            self.slugs.iter().find(|s| s.page && !s.public && s.slug == slug && s.locale == *locale).map(|s| found(s, locale))
        };
        let hoped = hoped.chain(asked.listing.iter().filter_map(|(locale, slug)| page(slug, locale.as_ref())));
        let all: Vec<Found> = likely.into_iter().chain(formerly).chain(elsewhere).chain(hoped).collect();
        // What readers are led to comes before what is public no more, or not yet.
        all.iter().find(|found| self.is_live(found)).or(all.first()).cloned().map(At::Thing)
    }

    /// Where a redirect from an address leads; nothing, when there is none, or what it leads to is not known.
    fn redirected(&self, address: &str, by_query: bool) -> Option<At> {
        let redirect = self.redirects.get(&redirect::spelled(address)?)?;
        match &redirect.to {
            // Where it leads for now it may not lead tomorrow.
            _ if redirect.is_temporary() => Some(At::Nowhere),
            Some(Destination::Thing(Thing { kind, id, locale })) => self
                .known
                .get(&(*kind, *id))
                .map(|thing| At::Thing(Found { thing: *thing, locale: Some(self.masthead.present(locale).clone()), by_query })),
            Some(Destination::Address(to)) if to.starts_with('/') && !to.contains(['?', '#']) => Some(At::Onward(to.clone(), by_query)),
            Some(Destination::Address(_)) | None => Some(At::Nowhere),
        }
    }

    /// Whether it has a page in the locale that the path says.
    fn is_live(&self, found: &Found) -> bool {
        let page = Reference { locale: found.locale.clone(), ..Reference::new(found.thing.0, found.thing.1) };
        let language = self.pages.language(self.masthead, &self.masthead.site.default_locale, &page);
        language.is_some() && language == found.locale
    }

    /// The article that has, or had, the address that parts of a path say.
    fn by_parts(&self, parts: &Parts, locale: &Locale) -> Option<Found> {
        let Some(id) = parts.id else { return self.by_slug(parts, locale, true) };
        let thing = self.known.get(&(AddressKind::Article, id))?;
        Some(Found { thing: *thing, locale: Some(locale.clone()), by_query: false })
    }

    fn by_slug(&self, parts: &Parts, locale: &Locale, public: bool) -> Option<Found> {
        let slug = parts.slug.as_ref().filter(|_| parts.id.is_none())?;
        let is_it = |s: &&Slugged| s.kind == AddressKind::Article && s.public == public && s.slug == *slug && s.locale == *locale;
        self.slugs.iter().find(is_it).map(|s| found(s, locale))
    }

    /// The article that has, or had, the slug in another locale, and is live in this one; where the path names none, in that one.
    fn elsewhere(&self, parts: &Parts, locale: &Locale) -> Option<Found> {
        let slug = parts.slug.as_ref().filter(|_| parts.id.is_none())?;
        let of_slug = self.slugs.iter().filter(|s| s.kind == AddressKind::Article && s.public && s.slug == *slug);
        of_slug.map(|s| found(s, if parts.without_locale { &s.locale } else { locale })).find(|found| self.is_live(found))
    }

    /// The section, author, tag or page that has a slug, or had it: in this locale before those that it falls back to, and others; where the path names none,
    /// in that which has the slug, the default before others.
    fn listed(&self, locale: Option<&Locale>, slug: &str) -> Option<Found> {
        let chain = self.masthead.name_chain(locale.unwrap_or(&self.masthead.site.default_locale));
        let place = |s: &&Slugged| chain.iter().position(|l| *l == s.locale).unwrap_or(usize::MAX);
        let of_slug = self.slugs.iter().filter(|s| (s.kind != AddressKind::Article || s.page && s.public) && s.slug == slug);
        of_slug.min_by_key(place).map(|s| found(s, locale.unwrap_or(&s.locale)))
    }
}

fn found(slugged: &Slugged, locale: &Locale) -> Found {
    Found { thing: (slugged.kind, slugged.id), locale: Some(locale.clone()), by_query: false }
}

/// Show a body of the desk's: its links with the present addresses, without references to what its reader may not know of. In no statement, when nothing is
/// referred to.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn show(tx: &mut Tx<'_>, visibility: &Visibility, locale: &Locale, body: &mut Document) -> Result<(), Error> {
    let all = references::of(body);
    if all.is_empty() {
        return Ok(());
    }
    let readers = store::site::masthead(tx)?.for_readers();
    let present = store::references::pages(tx, &all)?.present(&readers, locale, &all);
    let hidden: BTreeSet<_> = all.iter().filter(|to| !present.contains_key(to)).map(Reference::thing).collect();
    let known = if hidden.is_empty() { hidden } else { known_or_merged(tx, visibility, hidden, body)? };
    references::show(body, &present, |to| known.contains(&to.thing()));
    Ok(())
}
