//! Where references lead now, and what slugs and ids that paths name belong to.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Bool, Text},
};
use url::{Position, Url};
use uuid::Uuid;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{Json, Uid},
    editions::{self, Alternate},
    merging, named,
    names::{self, Named},
    schema::{editions as editions_table, translation_revisions},
    sql::Sql,
    translations::words_json,
    visibility::{reads, sees},
};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Locale, Version,
        address::AddressKind,
        article::Article,
        body::references::{self, Present},
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        facet::Facet,
        reference::Reference,
        site::Masthead,
        translation::Words,
    },
};

/// Things that one statement asks for.
const AT_ONCE: usize = 1_000;

/// The public pages of some things.
#[derive(Debug, Default)]
pub struct Pages {
    articles: HashMap<Id<Article>, Vec<Alternate>>,
    names: HashMap<Uuid, Arc<Named>>,
    /// Authors and tags that have a page.
    listed: BTreeSet<Uuid>,
    /// What others of them were merged into.
    merged: HashMap<Uuid, Uuid>,
}

/// The public pages of what is referred to: in one statement, in one more where authors or tags are among it, and in none for nothing. An answer that is made
/// of them depends on what is public of each, and on whatever is not yet.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn pages<'r>(tx: &mut Tx<'_>, all: impl IntoIterator<Item = &'r Reference>) -> Result<Pages, Error> {
    let mut pages = Pages::default();
    let (mut articles, mut named_ids, mut listed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for to in all {
        match to.kind {
            AddressKind::Article => _ = articles.insert(Id::from(to.id)),
            AddressKind::Section => _ = named_ids.insert(to.id),
            AddressKind::Author | AddressKind::Tag => {
                named_ids.insert(to.id);
                listed.insert((to.kind, to.id));
            }
        }
    }
    for some in Vec::from_iter(articles).chunks(AT_ONCE) {
        pages.articles.extend(editions::alternates(tx, Visibility::public(), some)?);
    }
    for some in Vec::from_iter(&listed).chunks(AT_ONCE) {
        pages.listed.extend(named::with_page(tx, &some.iter().map(|thing| **thing).collect::<Vec<_>>())?);
    }
    let gone = listed.iter().filter(|(_, id)| !pages.listed.contains(id)).copied();
    pages.merged = merging::present(tx, gone)?;
    if !pages.merged.is_empty() {
        let into = |(kind, id): &(AddressKind, Uuid)| Some((*kind, *pages.merged.get(id)?));
        let into: Vec<_> = listed.iter().filter_map(into).collect();
        named_ids.extend(into.iter().map(|(_, id)| *id));
        let with_page = named::with_page(tx, &into)?;
        pages.listed.extend(with_page);
    }
    named_ids.extend(pages.articles.values().flatten().map(|page| page.section_id.uuid()));
    for some in Vec::from_iter(named_ids).chunks(AT_ONCE) {
        pages.names.extend(names::of(tx, &some.iter().copied().collect())?);
    }
    Ok(pages)
}

/// Tell nobody of what these refer to, which is public nowhere: an answer with such links, or with others to the own site that lead to nothing, says that
/// it may change, and no more.
pub fn hide<'r>(tx: &mut Tx<'_>, not_public: impl IntoIterator<Item = &'r Reference>, leads_on: bool) {
    let mut any = leads_on;
    for to in not_public {
        any = true;
        tx.hide(CacheTag::thing(to.id));
        tx.hide(CacheTag::listed(Facet::from(to.id)));
    }
    if any {
        tx.note(CacheTag::Leading);
    }
}

impl Pages {
    /// What a thing is now that may have been merged into another.
    fn now(&self, id: Uuid) -> Uuid {
        self.merged.get(&id).copied().unwrap_or(id)
    }

    /// The language of the page to which whoever reads a locale is led: that which is meant, else theirs, else one that it falls back to, else whatever there is.
    /// Nothing where no page is public.
    #[must_use]
    pub fn language(&self, readers: &Masthead, locale: &Locale, to: &Reference) -> Option<Locale> {
        let meant = to.locale.as_ref().map(|tag| readers.chain(readers.present(tag))).unwrap_or_default();
        let all = meant.into_iter().chain(readers.name_chain(locale));
        let mut public = all.filter(|l| readers.settings(l).is_some());
        match to.kind {
            AddressKind::Article => {
                let live = self.articles.get(&to.id.into())?;
                public.find(|l| live.iter().any(|page| page.locale == *l))
            }
            AddressKind::Author | AddressKind::Tag if !self.listed.contains(&self.now(to.id)) => None,
            AddressKind::Author | AddressKind::Tag | AddressKind::Section => public.next(),
        }
    }

    /// The path of that page, percent-encoded.
    #[must_use]
    pub fn path(&self, readers: &Masthead, locale: &Locale, to: &Reference) -> Option<String> {
        let language = self.language(readers, locale, to)?;
        let slug = |id: Uuid| readers.pick(&self.names.get(&id)?.names, &language).map(|(_, name)| &name.slug);
        let url = if to.kind == AddressKind::Article {
            let page = self.articles.get(&to.id.into())?.iter().find(|page| page.locale == language)?;
            readers.article_url(&language, slug(page.section_id.uuid()), (page.kind, &page.slug), to.id.into(), page.published_at)
        } else {
            readers.listing_url(&language, slug(self.now(to.id))?)
        };
        Url::parse(&url).ok().map(|url| url[Position::BeforePath..].to_owned())
    }

    /// The paths of all of these that have a page.
    #[must_use]
    pub fn present<'r>(&self, readers: &Masthead, locale: &Locale, all: impl IntoIterator<Item = &'r Reference>) -> Present {
        all.into_iter().filter_map(|to| Some((to.clone(), self.path(readers, locale, to)?))).collect()
    }
}

/// What has a slug.
#[derive(Debug, Clone)]
pub struct Slugged {
    /// What it is.
    pub kind: AddressKind,
    /// Its id.
    pub id: Uuid,
    /// The locale.
    pub locale: Locale,
    /// The slug.
    pub slug: String,
    /// Whether it is its address, or was; else it hopes for it.
    pub public: bool,
    /// Whether it is an article that is no news, or was in public.
    pub page: bool,
}

#[derive(QueryableByName)]
struct ThingRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Uid)]
    target_id: Id<()>,
}

/// What is or was found by slugs in these locales, in their order, and what hopes for them among the drafts that the reader sees; in one statement for a
/// thousand slugs.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of_slugs(tx: &mut Tx<'_>, visibility: &Visibility, locales: &[Locale], slugs: &BTreeSet<String>) -> Result<Vec<Slugged>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(embed)]
        thing: ThingRow,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Bool)]
        public: bool,
        #[diesel(sql_type = Bool)]
        page: bool,
    }
    let row = |r: Row| {
        let (kind, id) = (r.thing.kind.parse()?, r.thing.target_id.uuid());
        Ok::<_, Error>(Slugged { kind, id, locale: Locale::stored(r.locale), slug: r.slug, public: r.public, page: r.page })
    };
    let mut all = Vec::new();
    for some in Vec::from_iter(slugs).chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT kind, target_id, locale, slug, TRUE AS public, ");
        sql.was_page("target_id").push(" AS page FROM addresses WHERE locale IN ");
        sql.locales(locales).push(" AND slug IN ").texts(some.iter().copied());
        sql.push(" UNION ALL SELECT 'article', t.article_id, t.locale, t.slug, FALSE, a.kind = 'page' FROM translations t JOIN articles a ON a.id = t.article_id WHERE t.locale IN ");
        // What lies in the trash hopes for nothing.
        sql.locales(locales).push(" AND t.slug IN ").texts(some.iter().copied()).push(" AND a.trashed_at IS NULL AND ");
        sees(&mut sql, visibility);
        sql.push(" AND ");
        reads(&mut sql, visibility, "t.locale");
        for found in sql.load::<Row>(tx)? {
            all.push(row(found)?);
        }
    }
    // Alike on each database.
    all.sort_by_key(|s| (locales.iter().position(|l| *l == s.locale), s.id));
    Ok(all)
}

/// Those of some things that the reader may know of: sections, authors and tags, articles that are or were public, and others that they see. In one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn known(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    things: &BTreeSet<(AddressKind, Uuid)>,
) -> Result<BTreeSet<(AddressKind, Uuid)>, Error> {
    let mut known = BTreeSet::new();
    for some in Vec::from_iter(things).chunks(AT_ONCE) {
        let mut sql = Sql::default();
        for kind in AddressKind::ALL {
            let ids: Vec<Id<()>> = some.iter().filter(|(k, _)| k == kind).map(|(_, id)| Id::from(*id)).collect();
            if ids.is_empty() {
                continue;
            }
            sql.push(if sql.is_empty() { "SELECT " } else { " UNION ALL SELECT " });
            match kind {
                AddressKind::Article => {
                    sql.push("'article' AS kind, a.id AS target_id FROM articles a WHERE (");
                    sees(&mut sql, visibility);
                    sql.push(" OR EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id)) AND a.id IN ")
                }
                AddressKind::Section => sql.push("'section' AS kind, a.id AS target_id FROM sections a WHERE a.id IN "),
                AddressKind::Author => sql.push("'author' AS kind, a.id AS target_id FROM authors a WHERE a.id IN "),
                AddressKind::Tag => sql.push("'tag' AS kind, a.id AS target_id FROM tags a WHERE a.id IN "),
            };
            sql.ids(ids);
        }
        for row in sql.load::<ThingRow>(tx)? {
            known.insert((row.kind.parse()?, row.target_id.uuid()));
        }
    }
    Ok(known)
}

/// Let a revision of words lead to other things than it does, and the editions that froze it. That is no save: it says what it said.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn lead(tx: &mut Tx<'_>, (article, locale, version): (Id<Article>, &Locale, Version), words: &Words) -> Result<(), Error> {
    let revision = translation_revisions::table.find((Bind(article), locale.as_str(), version));
    diesel::update(revision).set(translation_revisions::words.eq(Json(words_json(words)))).execute(tx)?;
    let frozen = editions_table::table
        .filter(editions_table::article_id.eq(Bind(article)))
        .filter(editions_table::locale.eq(locale.as_str()))
        .filter(editions_table::words_version.eq(version));
    if diesel::update(frozen).set(editions_table::html.eq(references::frozen(&words.body))).execute(tx)? > 0 {
        tx.record(Change::new(Event::Addressed, Subject::Translation(article, locale.clone())));
    }
    Ok(())
}
