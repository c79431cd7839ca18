//! What articles look like to the desk.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::changes::{ListChange, TagChange};
use crate::{
    api::{
        desk::{
            plans::PlanInfo,
            translations::{AssignmentInfo, MadeFromInfo, NewTranslation},
        },
        patching::{PatchOf, Resource},
        reply::Tagged,
    },
    desk::articles::{Created, Draft},
    domain::{
        Error, Id, Instant, Locale, Violation,
        article::{self, ArticleId, ExternalLead, Facts, Genre, Kind, Lead},
        author::AuthorId,
        body::Sent,
        credit::Credit,
        error::Faults,
        freshness::Freshness,
        locale::{LocaleState, keyed},
        media::MediaId,
        plan::Plan,
        section::SectionId,
        site::Masthead,
        story::{LastEdition, Story},
        tag::TagId,
        translation::State as Stand,
        user::UserId,
    },
    store::{self, Tx, editions::LiveHead, names::Leading, translations::Head},
};

/// An author in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskCredit {
    /// The role: `reported_by`, `written_by`, `edited_by`, `translated_by`, `photo_by` or any other key.
    #[schema(example = "reported_by", max_length = 50)]
    pub role: String,
    /// The author.
    pub author_id: AuthorId,
}

impl From<Credit> for DeskCredit {
    fn from(credit: Credit) -> Self {
        Self { role: credit.role, author_id: credit.author_id }
    }
}

/// The lead picture or video; its alternative text and caption are words of each translation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskLead {
    /// A picture or video of the media library, which says itself what the others say.
    #[serde(default)]
    pub media_id: Option<MediaId>,
    /// The picture of the media library that stands for a video of it until that plays.
    #[serde(default)]
    pub poster_id: Option<MediaId>,
    /// Absolute address of one that lies elsewhere.
    #[serde(default)]
    #[schema(example = "https://media.example/kim.jpg", max_length = 2000)]
    pub url: Option<String>,
    /// Its width in pixels.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000, example = 1600)]
    pub width: Option<i32>,
    /// Its height in pixels.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000, example = 900)]
    pub height: Option<i32>,
    /// Whose picture it is.
    #[serde(default)]
    #[schema(example = "AP", max_length = 2400)]
    pub credit: String,
}

impl From<Lead> for DeskLead {
    fn from(lead: Lead) -> Self {
        match lead {
            Lead::Library { media_id, poster_id } => {
                Self { media_id: Some(media_id), poster_id, url: None, width: None, height: None, credit: String::new() }
            }
            Lead::External(ExternalLead { url, width, height, credit }) => {
                Self { media_id: None, poster_id: None, url: Some(url), width: Some(width), height: Some(height), credit }
            }
        }
    }
}

/// What the public sees of a translation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LiveInfo {
    /// The slug it is published under.
    pub slug: String,
    /// The revision of the words that is live.
    pub words_version: i32,
    /// The revision of the facts that is live.
    pub facts_version: i32,
    /// First publication.
    pub published_at: Instant,
    /// Last significant publication.
    pub updated_at: Instant,
    /// Live since.
    pub started_at: Instant,
}

/// A translation without its words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TranslationInfo {
    /// Its headline.
    pub headline: String,
    /// Its slug.
    pub slug: String,
    /// Where the working copy stands.
    pub state: Stand,
    /// Since when changes to it are requested: until it is handed in again.
    pub changes_requested_at: Option<Instant>,
    /// Newest version of the words.
    pub version: i32,
    /// What it was made from.
    pub made_from: Option<MadeFromInfo>,
    /// Last saved.
    pub updated_at: Instant,
    /// Whether it keeps up with its source.
    pub freshness: Freshness,
    /// How many published revisions its source is ahead.
    pub behind: i32,
    /// What the public sees, if anything.
    pub live: Option<LiveInfo>,
    /// What is to happen, and what could not.
    pub scheduled: Vec<PlanInfo>,
    /// Slugs that it had in public, which lead to it.
    pub former_slugs: Vec<String>,
    /// Addresses from which redirects lead to it; they are kept at `/v1/desk/redirects`.
    #[schema(example = json!(["/story.php?id=7"]))]
    pub former_paths: Vec<String>,
}

/// An article as the desk keeps it: its facts, and where its translations stand.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskArticle {
    /// Its id.
    #[schema(read_only)]
    pub id: ArticleId,
    /// The form.
    pub kind: Kind,
    /// The genre.
    pub genre: Genre,
    /// The section it is filed in.
    pub section_id: SectionId,
    /// What it is about, in order.
    pub tags: Vec<TagId>,
    /// Who made it, in order.
    pub credits: Vec<DeskCredit>,
    /// The lead picture or video.
    pub lead: Option<DeskLead>,
    /// The locale of the original; it stays as it was created.
    pub source_locale: Locale,
    /// Nothing of it is public before this instant.
    pub embargo_until: Option<Instant>,
    /// When it was taken down, if it is.
    #[schema(read_only)]
    pub withdrawn_at: Option<Instant>,
    /// Its translations, by locale; read-only here, for each is read and written at `…/translations/{locale}`.
    pub translations: BTreeMap<Locale, TranslationInfo>,
    /// The locales of the site that it has no words in, as far as they are yours to read.
    #[schema(read_only)]
    pub missing: Vec<Locale>,
    /// Who works on its words, by locale.
    #[schema(read_only)]
    pub assignments: BTreeMap<Locale, AssignmentInfo>,
    /// Newest version of the facts.
    #[schema(read_only)]
    pub version: i32,
    /// Who created it; nobody, when it was imported.
    #[schema(read_only)]
    pub created_by: Option<UserId>,
    /// First saved.
    #[schema(read_only)]
    pub created_at: Instant,
    /// Last saved.
    #[schema(read_only)]
    pub updated_at: Instant,
    /// What of the bodies just sent could not be kept; only after a write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(read_only, required = false)]
    pub warnings: Vec<Violation>,
}

/// Credits as they are to be, or how they are to change.
type CreditChange = ListChange<DeskCredit>;

/// What of an article's facts can be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactsInput {
    pub(super) kind: Kind,
    #[serde(default = "news")]
    pub(super) genre: Genre,
    pub(super) section_id: SectionId,
    #[serde(default)]
    pub(super) tags: TagChange,
    #[serde(default)]
    pub(super) credits: CreditChange,
    #[serde(default)]
    pub(super) lead: Option<DeskLead>,
    pub(super) source_locale: Locale,
    #[serde(default)]
    pub(super) embargo_until: Option<Instant>,
    /// A note on this save.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub(super) note: String,
}

fn news() -> Genre {
    Genre::News
}

/// A new article, with the words it begins with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "story", "section_id": "0198c5a1-7f00-7000-8000-000000000003", "source_locale": "en",
    "translations": { "en": { "headline": "River rises overnight", "summary": "Bridges were closed at dawn.",
        "body": { "format": "html", "content": "<p>The river rose by a metre.</p>" } } }
}))]
pub struct NewArticle {
    /// The form.
    pub kind: Kind,
    /// The genre; `news` when absent.
    #[serde(default = "news")]
    pub genre: Genre,
    /// The section it is filed in.
    pub section_id: SectionId,
    /// What it is about, in order.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub tags: Vec<TagId>,
    /// Who made it, in order.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub credits: Vec<DeskCredit>,
    /// The lead picture or video.
    #[serde(default)]
    pub lead: Option<DeskLead>,
    /// The locale of the original; it needs words in `translations`.
    pub source_locale: Locale,
    /// Nothing of it is public before this instant.
    #[serde(default)]
    pub embargo_until: Option<Instant>,
    /// Its first words, by locale.
    #[serde(deserialize_with = "keyed")]
    pub translations: BTreeMap<Locale, NewTranslation>,
    /// A note on this save.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub note: String,
}

/// A merge patch on it, as the contract shows it.
pub type DeskArticlePatch = PatchOf<DeskArticle>;

impl Resource for DeskArticle {
    type Input = FactsInput;
    const READ_ONLY: &'static [&'static str] =
        &["id", "version", "created_by", "created_at", "updated_at", "warnings", "translations", "missing", "assignments", "withdrawn_at"];
}

pub(super) fn as_credits(credits: Vec<DeskCredit>) -> Vec<Credit> {
    credits.into_iter().map(|c| Credit { role: c.role, author_id: c.author_id }).collect()
}

/// What was sent as the lead. One of the library says of itself what another has to be told.
pub(super) fn as_lead(lead: DeskLead) -> Result<Lead, Error> {
    let DeskLead { media_id, poster_id, url, width, height, credit } = lead;
    let mut faults = Faults::default();
    let own = [("url", url.is_some()), ("width", width.is_some()), ("height", height.is_some()), ("credit", !credit.is_empty())];
    if let Some(media_id) = media_id {
        for (field, _) in own.iter().filter(|(_, is_there)| *is_there) {
            faults.add(
                format!("#/lead/{field}"),
                "one_of",
                "an item of the library says this itself: leave it out, or send null; an empty text for the credit",
            );
        }
        return faults.or(Lead::Library { media_id, poster_id });
    }
    if poster_id.is_some() {
        faults.add("#/lead/poster_id", "one_of", "a video of the library has a poster: say which in `media_id`");
    }
    for (field, _) in own.iter().take(3).filter(|(_, is_there)| !is_there) {
        faults.add(format!("#/lead/{field}"), "required", "must be there, unless `media_id` is");
    }
    let external =
        ExternalLead { url: url.unwrap_or_default(), width: width.unwrap_or_default(), height: height.unwrap_or_default(), credit };
    faults.or(Lead::External(external))
}

impl NewArticle {
    /// The article without its bodies, and the bodies, which have to be read yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a lead of two kinds, or of none.
    pub(super) fn parts(self) -> Result<(Draft, BTreeMap<Locale, Sent>), Error> {
        let (mut translations, mut bodies) = (BTreeMap::new(), BTreeMap::new());
        for (locale, words) in self.translations {
            let (words, body) = words.parts();
            bodies.extend(body.map(|sent| (locale.clone(), sent)));
            translations.insert(locale, words);
        }
        let facts = Facts {
            kind: self.kind,
            genre: self.genre,
            section_id: self.section_id,
            tags: self.tags,
            credits: as_credits(self.credits),
            lead: self.lead.map(as_lead).transpose()?,
            source_locale: self.source_locale,
            embargo_until: self.embargo_until,
        };
        Ok((Draft { facts, translations, note: self.note }, bodies))
    }
}

fn info(head: Head, live: &[LiveHead], plans: &[Plan], behind: i32) -> TranslationInfo {
    let locale = head.locale;
    let live = live.iter().find(|l| l.locale == locale).map(|l| LiveInfo {
        slug: l.slug.clone(),
        words_version: l.words_version,
        facts_version: l.facts_version,
        published_at: l.published_at,
        updated_at: l.updated_at,
        started_at: l.started_at,
    });
    TranslationInfo {
        headline: head.headline,
        slug: head.slug,
        state: head.state,
        changes_requested_at: head.changes_requested_at,
        version: head.version,
        made_from: head.made_from.map(Into::into),
        updated_at: head.updated_at,
        freshness: Freshness::of(behind),
        behind,
        live,
        scheduled: plans.iter().filter(|p| p.locale == locale).cloned().map(PlanInfo::from).collect(),
        former_slugs: Vec::new(),
        former_paths: Vec::new(),
    }
}

fn facts_only(a: &article::Article) -> DeskArticle {
    let facts = a.facts.clone();
    DeskArticle {
        id: a.id,
        kind: facts.kind,
        genre: facts.genre,
        section_id: facts.section_id,
        tags: facts.tags,
        credits: facts.credits.into_iter().map(DeskCredit::from).collect(),
        lead: facts.lead.map(DeskLead::from),
        source_locale: facts.source_locale,
        embargo_until: facts.embargo_until,
        withdrawn_at: a.withdrawn_at,
        translations: BTreeMap::new(),
        missing: Vec::new(),
        assignments: BTreeMap::new(),
        version: a.version,
        created_by: a.created_by,
        created_at: a.created_at,
        updated_at: a.updated_at,
        warnings: Vec::new(),
    }
}

/// What of articles has to be read, beside their facts.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is a statement, or none")]
pub(super) struct Needs {
    /// Their translations.
    pub(super) translations: bool,
    /// Their plans.
    pub(super) plans: bool,
    /// Who works on them.
    pub(super) assignments: bool,
    /// The addresses that led to them.
    pub(super) addresses: bool,
}

impl Needs {
    pub(super) const ALL: Self = Self { translations: true, plans: true, assignments: true, addresses: true };
}

/// What is shown of the words of an article.
#[derive(Default)]
struct Parts {
    heads: Vec<Head>,
    live: Vec<LiveHead>,
    plans: Vec<Plan>,
    behind: HashMap<Locale, i32>,
}

/// Articles with where their translations stand, in a fixed number of statements for all of them.
pub(in crate::api::desk) fn shown(tx: &mut Tx<'_>, articles: &[article::Article]) -> Result<Vec<DeskArticle>, Error> {
    shown_in_part(tx, articles, Needs::ALL)
}

/// The same without what is not needed.
pub(super) fn shown_in_part(tx: &mut Tx<'_>, articles: &[article::Article], needs: Needs) -> Result<Vec<DeskArticle>, Error> {
    let ids: Vec<Id<article::Article>> = articles.iter().map(|a| a.id).collect();
    let mut standing = if needs.translations { store::desk_lists::standing(tx, articles)? } else { HashMap::new() };
    let mut plans = if needs.plans { store::plans::of(tx, &ids)? } else { HashMap::new() };
    let parts = |a: &article::Article| {
        let mut parts = Parts { plans: plans.remove(&a.id).unwrap_or_default(), ..Parts::default() };
        for (head, live, behind) in standing.remove(&a.id).unwrap_or_default() {
            parts.behind.insert(head.locale.clone(), behind);
            parts.live.extend(live);
            parts.heads.push(head);
        }
        (a.clone(), parts)
    };
    put_together(tx, articles.iter().map(parts).collect(), needs)
}

fn put_together(tx: &mut Tx<'_>, all: Vec<(article::Article, Parts)>, needs: Needs) -> Result<Vec<DeskArticle>, Error> {
    let ids: Vec<_> = all.iter().map(|(a, _)| a.id).collect();
    let site = written_in(&*store::site::masthead(tx)?);
    let mut assigned = if needs.assignments { store::assignments::of(tx, &ids)? } else { HashMap::new() };
    let leading = if needs.addresses { store::names::leading(tx, ids.iter().map(|id| id.uuid()))? } else { HashMap::new() };
    let show = |(a, Parts { heads, live, plans, behind }): (article::Article, Parts)| {
        // How far a source has moved on is told to those who are shown the source.
        let source_shown = |head: &Head| head.made_from.as_ref().is_none_or(|m| a.shows(&m.locale));
        let behind = |head: &Head| behind.get(&head.locale).copied().filter(|_| source_shown(head)).unwrap_or_default();
        let mut shown = facts_only(&a);
        shown.missing = site.iter().filter(|l| heads.iter().all(|h| h.locale != **l)).cloned().collect();
        for locale in site.iter().filter(|l| a.shows(l)) {
            shown.assignments.extend(assigned.remove(&(a.id, locale.clone())).map(|g| (locale.clone(), g.into())));
        }
        for head in heads {
            let (locale, behind) = (head.locale.clone(), behind(&head));
            let mut info = info(head, &live, &plans, behind);
            if let Some(leading) = leading.get(&(a.id.uuid(), locale.clone())) {
                let in_use: Vec<&str> = info.live.iter().map(|live| live.slug.as_str()).chain([info.slug.as_str()]).collect();
                (info.former_slugs, info.former_paths) = Leading::parted(leading, &in_use);
            }
            shown.translations.insert(locale, info);
        }
        shown
    };
    Ok(all.into_iter().map(show).collect())
}

/// An article as a verb has left its story.
pub(in crate::api::desk) fn shown_after(tx: &mut Tx<'_>, story: Story) -> Result<DeskArticle, Error> {
    let live = |(locale, last): (Locale, LastEdition)| LiveHead {
        locale,
        slug: last.slug.to_string(),
        words_version: last.revisions.words,
        facts_version: last.revisions.facts,
        published_at: last.dating.published_at,
        updated_at: last.dating.updated_at,
        started_at: last.dating.started_at,
        made_from: last.made_from,
        behind: last.behind,
    };
    let Story { article, copies, editions, plans, .. } = story;
    let behind = store::editions::all_behind(tx, &[article.id])?.into_iter().map(|((_, locale), behind)| (locale, behind));
    let parts = Parts {
        behind: behind.collect(),
        heads: copies.into_values().filter(|copy| article.shows(&copy.locale)).map(Head::from).collect(),
        live: editions.into_iter().filter(|(_, last)| last.live).map(live).collect(),
        plans,
    };
    put_together(tx, vec![(article, parts)], Needs::ALL)?.pop().ok_or(Error::NotFound("article"))
}

/// The locales that a story is to have words in.
fn written_in(masthead: &Masthead) -> Vec<Locale> {
    masthead.locales.iter().filter(|l| l.state != LocaleState::Retired).map(|l| l.locale.clone()).collect()
}

/// An article that has just begun: nothing of it is public, planned or assigned.
pub(in crate::api::desk) fn shown_new(tx: &mut Tx<'_>, made: Created) -> Result<DeskArticle, Error> {
    let mut shown = facts_only(&made.article);
    shown.missing = written_in(&*store::site::masthead(tx)?);
    shown.missing.retain(|locale| made.translations.iter().all(|t| t.locale != *locale));
    let heads = made.translations.into_iter().map(Head::from);
    shown.translations = heads.map(|head| (head.locale.clone(), info(head, &[], &[], 0))).collect();
    Ok(DeskArticle { warnings: made.warnings, ..shown })
}

pub(in crate::api::desk) fn shown_one(tx: &mut Tx<'_>, article: &article::Article) -> Result<DeskArticle, Error> {
    shown(tx, std::slice::from_ref(article))?.pop().ok_or(Error::NotFound("article"))
}

pub(in crate::api::desk) fn tagged(shown: DeskArticle) -> Tagged<DeskArticle> {
    let version = shown.version;
    Tagged::new(shown, version)
}
