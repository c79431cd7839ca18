//! Takedowns: what was removed, and why; and the erasing of words.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::json;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::Json,
    editions,
    jobs::{self, Kind},
    schema::{
        article_media, article_revisions, articles, changes, comments, corrections, editions as edition_rows, imports, plans,
        release_items, releases, takedowns, translation_media, translation_revisions, translations,
    },
    translations::words_json,
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Locale,
        article::Article,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        content::Content,
        fold::search_key,
        freshness::Lag,
        plan::Plan,
        release::Release,
        story::Story,
        takedown::{Step, Takedown},
        translation::Words,
        user::User,
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = takedowns)]
struct Row {
    id: Id<Takedown>,
    article_id: Id<Article>,
    reason: String,
    taken_by: Option<Id<User>>,
    taken_at: Instant,
    lifted_reason: Option<String>,
    lifted_by: Option<Id<User>>,
    lifted_at: Option<Instant>,
    erased_reason: Option<String>,
    erased_by: Option<Id<User>>,
    erased_at: Option<Instant>,
}

impl From<Row> for Takedown {
    fn from(row: Row) -> Self {
        let step = |(reason, at), by| Step { reason, by, at };
        Self {
            id: row.id,
            article_id: row.article_id,
            taken: Step { reason: row.reason, by: row.taken_by, at: row.taken_at },
            lifted: row.lifted_reason.zip(row.lifted_at).map(|s| step(s, row.lifted_by)),
            erased: row.erased_reason.zip(row.erased_at).map(|s| step(s, row.erased_by)),
        }
    }
}

/// The takedowns of an article, newest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, article: &Article) -> Result<Vec<Takedown>, Error> {
    let rows: Vec<Row> = takedowns::table
        .filter(takedowns::article_id.eq(Bind(article.id)))
        .order((takedowns::taken_at.desc(), takedowns::id.desc()))
        .select(Row::as_select())
        .load(tx)?;
    Ok(rows.into_iter().map(Takedown::from).collect())
}

/// True when the public once saw the article and it was taken down since.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_gone(tx: &mut Tx<'_>, id: Id<Article>) -> Result<bool, Error> {
    tx.note(CacheTag::thing(id.uuid()));
    was_taken(tx, id)
}

fn was_taken(tx: &mut Tx<'_>, id: Id<Article>) -> Result<bool, Error> {
    let withdrawn: Option<Option<Instant>> = articles::table.find(Bind(id)).select(articles::withdrawn_at).first(tx)?;
    Ok(withdrawn.flatten().is_some() && editions::exist(tx, id, None)?)
}

/// The same for the article that a slug led to. A takedown, and its end, touch every slug of their article.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_gone_by_slug(tx: &mut Tx<'_>, slug: &str, locales: &[Locale]) -> Result<bool, Error> {
    use crate::domain::address::AddressKind;
    let found = super::names::find(tx, locales, &[slug])?;
    match found.into_iter().find(|a| a.kind == AddressKind::Article) {
        Some(address) => was_taken(tx, address.target.into()),
        None => Ok(false),
    }
}

/// Every locale that was ever public answers otherwise now.
fn record_public(tx: &mut Tx<'_>, story: &Story, event: Event) {
    story.editions.keys().for_each(|locale| tx.record(Change::new(event, Subject::Translation(story.article.id, locale.clone()))));
}

/// Take an article down, whose editions have ended; the change that this is.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn take(tx: &mut Tx<'_>, story: &Story, step: &Step) -> Result<Change, Error> {
    let id = story.article.id;
    let row = (
        takedowns::id.eq(Bind(tx.new_id::<Takedown>())),
        takedowns::article_id.eq(Bind(id)),
        takedowns::reason.eq(&step.reason),
        takedowns::taken_by.eq(step.by),
        takedowns::taken_at.eq(Bind(step.at)),
    );
    diesel::insert_into(takedowns::table).values(row).execute(tx)?;
    diesel::update(articles::table.find(Bind(id))).set(articles::withdrawn_at.eq(Some(step.at))).execute(tx)?;
    super::previews::revoke_all(tx, id)?;
    record_public(tx, story, Event::Withdrawn);
    Ok(Change::new(Event::Withdrawn, Subject::Article(id)).because(&step.reason))
}

/// Lift the takedown of an article, of which nothing becomes public by that; the change that this is.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn lift(tx: &mut Tx<'_>, story: &Story, step: &Step) -> Result<Change, Error> {
    let id = story.article.id;
    let open = takedowns::table.filter(takedowns::article_id.eq(Bind(id))).filter(takedowns::lifted_at.is_null());
    let lifted =
        (takedowns::lifted_reason.eq(Some(&step.reason)), takedowns::lifted_by.eq(step.by), takedowns::lifted_at.eq(Some(step.at)));
    diesel::update(open).set(lifted).execute(tx)?;
    diesel::update(articles::table.find(Bind(id))).set(articles::withdrawn_at.eq(None::<Instant>)).execute(tx)?;
    record_public(tx, story, Event::Reinstated);
    Ok(Change::new(Event::Reinstated, Subject::Article(id)).because(&step.reason))
}

/// What stands where words were erased.
fn nothing() -> Words {
    Words { content: Content::headed("—"), ..Words::default() }
}

/// Those of some articles whose words were erased.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn erased(tx: &mut Tx<'_>, ids: &BTreeSet<Id<Article>>) -> Result<Vec<Id<Article>>, Error> {
    let erased = takedowns::table.filter(takedowns::article_id.eq_any(ids.iter().copied().map(Bind)));
    erased.filter(takedowns::erased_at.is_not_null()).select(takedowns::article_id).load(tx)
}

/// True when the words of an article were erased.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_erased(tx: &mut Tx<'_>, id: Id<Article>) -> Result<bool, Error> {
    let erased = takedowns::table.filter(takedowns::article_id.eq(Bind(id))).filter(takedowns::erased_at.is_not_null());
    diesel::select(diesel::dsl::exists(erased)).get_result(tx)
}

/// Erase the words of an article from everything that is kept of it: working copy, revisions, editions, comments, corrections, plans,
/// answers kept for retries, and slugs, which are made of headlines.
///
/// What stays is a tombstone: versions and instants, who saved, the reasons that were given for takedowns, and the addresses that were
/// public, in the registry alone: they answer that it is gone, and are never given away.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn erase<A>(tx: &mut Tx<'_>, granted: &Granted<A, Article>, step: &Step) -> Result<(), Error> {
    let id = granted.get().id;
    erase_copies(tx, id, step)?;
    erase_editions(tx, id)?;
    super::recordings::erase(tx, id)?;
    super::views::forget(tx, id)?;
    super::collection_uses::forget(tx, id)?;
    super::related::forget(tx, id, false)?;
    diesel::update(articles::table.find(Bind(id))).set(articles::lead.eq(None::<Json>)).execute(tx)?;
    diesel::delete(article_media::table.filter(article_media::article_id.eq(Bind(id)))).execute(tx)?;
    diesel::delete(translation_media::table.filter(translation_media::article_id.eq(Bind(id)))).execute(tx)?;
    without_lead(tx, id)?;
    diesel::delete(comments::table.filter(comments::article_id.eq(Bind(id)))).execute(tx)?;
    diesel::delete(corrections::table.filter(corrections::article_id.eq(Bind(id)))).execute(tx)?;
    let released = release_items::table.filter(release_items::article_id.eq(Bind(id))).select(release_items::release_id);
    let released: Vec<Id<Release>> = released.distinct().load(tx)?;
    let failed = releases::table.filter(releases::id.eq_any(released.iter().copied().map(Bind))).filter(releases::failure.is_not_null());
    diesel::update(failed).set(releases::failure.eq("what stood in the way was erased")).execute(tx)?;
    diesel::delete(release_items::table.filter(release_items::article_id.eq(Bind(id)))).execute(tx)?;
    let planned: Vec<Id<Plan>> = plans::table.filter(plans::article_id.eq(Bind(id))).select(plans::id).load(tx)?;
    diesel::delete(plans::table.filter(plans::article_id.eq(Bind(id)))).execute(tx)?;
    // A failure may quote what was written.
    planned.into_iter().try_for_each(|id| jobs::forget(tx, Kind::Plan, id))?;
    released.iter().try_for_each(|id| jobs::forget(tx, Kind::Release, *id))?;
    // Why an embargo was broken, and why a plan failed, is about the story; why it was taken down is what the law asks for.
    let told: Vec<_> = [id.cast::<()>()].into_iter().chain(released.iter().map(|id| id.cast())).map(Some).collect();
    let told = changes::table.filter(changes::subject_id.eq_any(told));
    let events = [Event::EmbargoBroken.as_str(), Event::Failed.as_str()];
    diesel::update(told.filter(changes::event.eq_any(events))).set(changes::reason.eq("")).execute(tx)?;
    // The digest of a record would confirm a guess of what it said.
    let imported = imports::table.filter(imports::kind.eq("article")).filter(imports::target_id.eq(Bind(id.cast::<()>())));
    diesel::update(imported).set(imports::digest.eq("")).execute(tx)?;
    super::idempotency::forget_answers(tx)?;
    let erased =
        (takedowns::erased_reason.eq(Some(&step.reason)), takedowns::erased_by.eq(step.by), takedowns::erased_at.eq(Some(step.at)));
    let open = takedowns::table.filter(takedowns::article_id.eq(Bind(id))).filter(takedowns::lifted_at.is_null());
    diesel::update(open).set(erased).execute(tx)?;
    tx.record(Change::new(Event::Erased, Subject::Article(id)).because(&step.reason));
    Ok(())
}

/// The working copy with all its revisions. It is at a new version then, so that nobody who read the words before saves them again unawares.
fn erase_copies(tx: &mut Tx<'_>, id: Id<Article>, step: &Step) -> Result<(), Error> {
    let (words, slug) = (nothing(), id.to_string());
    let of_article = translations::table.filter(translations::article_id.eq(Bind(id)));
    let headline = &words.content.headline;
    let set = (translations::headline.eq(headline), translations::headline_key.eq(search_key(headline)), translations::slug.eq(&slug));
    diesel::update(of_article).set(set).execute(tx)?;
    let set = (
        translation_revisions::words.eq(Json(words_json(&words))),
        translation_revisions::note.eq(""),
        translation_revisions::slug.eq(&slug),
    );
    diesel::update(translation_revisions::table.filter(translation_revisions::article_id.eq(Bind(id)))).set(set).execute(tx)?;
    let kept: Vec<(String, i32)> = of_article.select((translations::locale, translations::version)).load(tx)?;
    for (locale, version) in kept {
        let before = translation_revisions::table.find((Bind(id), &locale, version)).select(translation_revisions::made_from);
        let made_from: Option<Json> = before.first(tx)?.flatten();
        let next = version.saturating_add(1);
        diesel::update(translations::table.find((Bind(id), &locale))).set(translations::version.eq(next)).execute(tx)?;
        let revision = (
            translation_revisions::article_id.eq(Bind(id)),
            translation_revisions::locale.eq(&locale),
            translation_revisions::version.eq(next),
            translation_revisions::slug.eq(&slug),
            translation_revisions::words.eq(Json(words_json(&words))),
            translation_revisions::made_from.eq(made_from),
            translation_revisions::saved_by.eq(step.by),
            translation_revisions::saved_at.eq(Bind(step.at)),
            translation_revisions::note.eq(""),
        );
        diesel::insert_into(translation_revisions::table).values(revision).execute(tx)?;
    }
    Ok(())
}

fn erase_editions(tx: &mut Tx<'_>, id: Id<Article>) -> Result<(), Error> {
    let of_edition = (
        edition_rows::content.eq(Json(json!(nothing().content))),
        edition_rows::slug.eq(id.to_string()),
        edition_rows::html.eq(""),
        edition_rows::text.eq(""),
        // It would confirm a guess of what was said.
        edition_rows::spoken.eq(None::<Vec<u8>>),
        edition_rows::word_count.eq(0),
        edition_rows::lag.eq(Json(json!(Lag::default()))),
    );
    diesel::update(edition_rows::table.filter(edition_rows::article_id.eq(Bind(id)))).set(of_edition).execute(tx)?;
    Ok(())
}

/// Take the lead picture and the notes out of all facts that are kept.
fn without_lead(tx: &mut Tx<'_>, id: Id<Article>) -> Result<(), Error> {
    let bare = |facts: Json| {
        let mut facts = facts;
        if let Some(map) = facts.0.as_object_mut() {
            map.insert("lead".to_owned(), serde_json::Value::Null);
        }
        facts
    };
    let of_article = article_revisions::table.filter(article_revisions::article_id.eq(Bind(id)));
    let kept: Vec<(i32, Json)> = of_article.select((article_revisions::version, article_revisions::facts)).load(tx)?;
    for (version, facts) in kept {
        let set = (article_revisions::facts.eq(bare(facts)), article_revisions::note.eq(""));
        diesel::update(article_revisions::table.find((Bind(id), version))).set(set).execute(tx)?;
    }
    let of_article = edition_rows::table.filter(edition_rows::article_id.eq(Bind(id)));
    let kept: Vec<(Id<crate::domain::edition::Edition>, Json)> = of_article.select((edition_rows::id, edition_rows::facts)).load(tx)?;
    for (edition, facts) in kept {
        diesel::update(edition_rows::table.find(Bind(edition))).set(edition_rows::facts.eq(bare(facts))).execute(tx)?;
    }
    Ok(())
}
