//! Articles: facts, words, and what of them is public.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value, json};

use super::{Before, Importer, Outcome};
use crate::{
    access::{
        Caller, Permit, System,
        action::{Correct, CreateArticle, EditArticle, EditTranslation, Import, Publish, Schedule, Withdraw},
    },
    desk::{
        self,
        bundle::{
            export,
            record::{ArticleRecord, CorrectionRecord, FactsRecord, LeadRecord, TranslationRecord},
        },
        references::{self, Place, Unknown},
        translations::{Draft, Saved},
    },
    domain::{
        Error, Id, Instant, Locale, Version, Violation,
        article::{Article, ExternalLead, Facts, Lead},
        body::{Document, ReadBody, anchors},
        content::Content,
        credit::Credit,
        error::Faults,
        media::MediaId,
        plan::{Plan, PlanVerb},
        story::{Order, Which},
        translation::{MadeFrom, State},
    },
    store::{self, Tx},
};

impl Importer<'_, '_> {
    fn facts(&mut self, r: &FactsRecord, source_locale: &Locale, embargo_until: Option<Instant>) -> Result<Facts, Error> {
        let mut faults = Faults::default();
        let section = self.section_id(&r.section, "#/section");
        let section = faults.merge(section)?;
        let mut tags = Vec::new();
        for (n, key) in r.tags.iter().enumerate() {
            let tag = faults.merge(self.tag_id(key, &format!("#/tags/{n}"), source_locale))?;
            // Two keys stand for one since they were merged; a key that is there twice is refused below.
            let again = r.tags.iter().take(n).any(|earlier| earlier == key);
            tags.extend(tag.filter(|tag| again || !tags.contains(tag)));
        }
        let mut credits = Vec::new();
        for (n, credit) in r.credits.iter().enumerate() {
            let author = faults.merge(self.author_id(&credit.author, &format!("#/credits/{n}/author")))?;
            let made = author.map(|author_id| Credit { role: credit.role.clone(), author_id });
            let again = r.credits.iter().take(n).any(|earlier| earlier == credit);
            credits.extend(made.filter(|made| again || !credits.contains(made)));
        }
        let lead = r.lead.as_ref().map(|lead| self.lead(lead)).transpose()?;
        let Some(section_id) = section else { return Err(Error::Invalid(faults.into_inner())) };
        faults.or(Facts {
            kind: r.kind,
            genre: r.genre,
            section_id,
            tags,
            credits,
            lead,
            source_locale: source_locale.clone(),
            embargo_until,
        })
    }

    /// The lead that a record names: of the library where that has it, else where it lies.
    fn lead(&mut self, lead: &LeadRecord) -> Result<Lead, Error> {
        if let Some(media_id) = lead.media_id {
            match self.item(media_id) {
                Err(Error::NotFound(_)) if lead.url.is_empty() => {
                    let detail = format!("the media library has no item {media_id}, and no `url` says where else it lies");
                    return Err(Error::invalid("#/lead/media_id", "unknown_media", detail));
                }
                Err(Error::NotFound(_)) => {
                    let detail = format!("the media library has no item {media_id}: the picture is shown from {}", lead.url);
                    self.warnings.push(Violation { pointer: "#/lead/media_id".to_owned(), code: "unknown_media", detail });
                }
                found => return Ok(Lead::Library { media_id: found?, poster_id: self.poster(lead.poster_id)? }),
            }
        }
        let LeadRecord { url, width, height, credit, .. } = lead.clone();
        Ok(Lead::External(ExternalLead { url, width, height, credit }))
    }

    /// The poster that a record names, where the library has it.
    fn poster(&mut self, named: Option<MediaId>) -> Result<Option<MediaId>, Error> {
        let Some(id) = named else { return Ok(None) };
        match self.item(id) {
            Err(Error::NotFound(_)) => {
                let detail = format!("the media library has no item {id}: the video has no poster");
                self.warnings.push(Violation { pointer: "#/lead/poster_id".to_owned(), code: "unknown_media", detail });
                Ok(None)
            }
            found => found.map(Some),
        }
    }

    /// The item of this id, or the one that came in under it as its key.
    fn item(&mut self, id: MediaId) -> Result<MediaId, Error> {
        let known = store::imports::find(self.tx, "media", &id.to_string())?;
        store::media::find(self.tx, known.map_or(id, |known| known.target.into())).map(|media| media.id)
    }

    pub(super) fn article(&mut self, r: &ArticleRecord, digest: String) -> Result<Outcome, Error> {
        let before = self.before(
            ("article", &r.key, r.id),
            &digest,
            |tx, id| versions(tx, id.into()),
            |tx, permit, id| export::export_article(tx, permit, id.into()),
        )?;
        let (existing, outcome) = match before {
            Before::Left(outcome) => {
                // An import that was ended before links were led on begins again with what it had.
                if matches!(outcome, Outcome::Unchanged) && r.translations.values().any(TranslationRecord::may_link) {
                    self.leads_on = store::imports::find(self.tx, "article", &r.key)?.map(|known| known.target.into());
                }
                return Ok(outcome);
            }
            Before::Nothing => (None, Outcome::Created),
            Before::Mine(of) => (Some(Id::<Article>::from(of.target)), Outcome::Updated),
        };
        if let Some(id) = existing
            && store::takedowns::is_erased(self.tx, id)?
        {
            return Err(Error::Conflict { code: "erased", detail: "its words were erased, and are not brought back".to_owned() });
        }
        self.read.has_bodies()?;
        let stood = existing.map(|id| standing(self.tx, id)).transpose()?;
        let present = FactsRecord {
            kind: r.kind,
            genre: r.genre,
            section: r.section.clone(),
            tags: r.tags.clone(),
            credits: r.credits.clone(),
            lead: r.lead.clone(),
        };
        let facts = self.facts(&present, &r.source_locale, r.embargo_until)?;
        let id = match existing {
            Some(id) => id,
            None => self.begin(r, facts.clone())?,
        };
        // What is public first, then the working copy over it; the original before what was made from it.
        let (original, others): (Vec<_>, Vec<_>) = r.translations.iter().partition(|(locale, _)| **locale == r.source_locale);
        for (locale, t) in original.into_iter().chain(others) {
            self.translation(id, r, locale, t, &facts).map_err(|e| e.under(&format!("#/translations/{locale}")))?;
        }
        if self.published {
            self.note_freshness(id)?;
        }
        self.set_facts(id, facts)?;
        self.corrections(id, &r.corrections)?;
        // What readers were told of translations holds until the desk publishes again.
        let told: Vec<_> =
            r.translations.iter().filter_map(|(locale, t)| t.live_stale.as_ref().map(|s| (locale, s.behind, s.lag.clone()))).collect();
        store::editions::age(self.tx, id, &told)?;
        if let (Some(reason), None) = (&r.withdrawn, existing) {
            let permit: Permit<Withdraw> = self.permit()?;
            desk::takedowns::take(self.tx, permit, id, None, reason)?;
        }
        let added = self.words_had(id, r)?;
        let versions = versions(self.tx, id)?;
        self.remember("article", &r.key, id.uuid(), digest, versions)?;
        let same = !added && stood.is_some() && stood == Some(standing(self.tx, id)?);
        Ok(if same { Outcome::Unchanged } else { outcome })
    }

    fn corrections(&mut self, id: Id<Article>, records: &[CorrectionRecord]) -> Result<(), Error> {
        for (n, r) in records.iter().enumerate() {
            let permit: Permit<Correct> = self.permit()?;
            let made_at = self.until_now("#", &format!("#/corrections/{n}/made_at"), r.made_at, "it is dated now")?;
            let draft = desk::corrections::Draft {
                id: Some(r.id.into()),
                kind: r.kind,
                texts: r.texts.clone(),
                blocks: r.blocks.clone(),
                made_at: Some(made_at),
            };
            let made = match store::corrections::find(self.tx, r.id.into()) {
                Ok(there) if there.article_id == id => desk::corrections::revise(self.tx, permit, there.id, there.version, |_| Ok(draft)),
                Ok(_) => Err(Error::invalid("#/id", "taken", "the correction of another article")),
                Err(Error::NotFound(_)) => desk::corrections::make(self.tx, permit, id, draft),
                Err(other) => Err(other),
            };
            made.map_err(|e| e.under(&format!("#/corrections/{n}")))?;
        }
        Ok(())
    }

    fn begin(&mut self, r: &ArticleRecord, facts: Facts) -> Result<Id<Article>, Error> {
        let source = &r.source_locale;
        let source = r.translations.get(source).map(|t| self.draft_of_live(source, t).unwrap_or_else(|| self.draft_of(source, t)));
        let Some(source) = source else {
            let at = format!("#/translations/{}", r.source_locale);
            return Err(Error::invalid(at, "required", "an article begins with words in its source locale"));
        };
        let facts = Facts { embargo_until: None, ..facts };
        let translations = BTreeMap::from([(r.source_locale.clone(), source)]);
        let permit: Permit<CreateArticle> = self.permit()?;
        let draft = desk::articles::Draft { facts, translations, note: "imported".to_owned() };
        // One that lies in the trash stays there, and keeps its id.
        let id = match r.id.map(|id| store::articles::find_anywhere(self.tx, &permit.visibility(), id.into())) {
            Some(Err(Error::NotFound(_))) => r.id,
            Some(Err(other)) => return Err(other),
            None | Some(Ok(_)) => None,
        };
        // What is warned of is told when the words are saved in their turn.
        Ok(desk::articles::create(self.tx, permit, id.map(Id::from), draft)?.article.id)
    }

    fn translation(
        &mut self,
        id: Id<Article>,
        r: &ArticleRecord,
        locale: &Locale,
        t: &TranslationRecord,
        facts: &Facts,
    ) -> Result<(), Error> {
        if let Some(live) = &t.live {
            let frozen = live.facts.as_ref().map(|f| self.facts(f, &r.source_locale, None)).transpose()?;
            self.set_facts(id, frozen.unwrap_or_else(|| Facts { embargo_until: None, ..facts.clone() }))?;
            let draft = self.draft_of_live(locale, t).unwrap_or_default();
            self.words(id, r, (locale, "/live"), draft, t.live_stale.is_some())?;
            if live.published_at > self.tx.now() {
                self.stand(id, locale, t.state)?;
            }
            let under = format!("#/translations/{locale}/live");
            self.publish(id, locale, &under, (live.published_at, live.updated_at)).map_err(|e| e.under("#/live"))?;
            let draft = self.draft_of(locale, t);
            self.words(id, r, (locale, ""), draft, t.stale)?;
            self.stand(id, locale, t.state)?;
            return self.sent_back(id, locale, t);
        }
        let draft = self.draft_of(locale, t);
        self.words(id, r, (locale, ""), draft, t.stale)?;
        if let Some(at) = t.published_at {
            self.set_facts(id, Facts { embargo_until: None, ..facts.clone() })?;
            // It may have to be approved to be planned.
            if at > self.tx.now() {
                self.stand(id, locale, t.state)?;
            }
            self.publish(id, locale, &format!("#/translations/{locale}"), (at, t.updated_at))?;
        } else {
            self.take_back(id, locale)?;
        }
        self.stand(id, locale, t.state)?;
        self.sent_back(id, locale, t)
    }

    /// Say of a draft since when changes to it are requested, as the record does; one to come is now.
    fn sent_back(&mut self, id: Id<Article>, locale: &Locale, t: &TranslationRecord) -> Result<(), Error> {
        let Some(at) = t.changes_requested_at else { return Ok(()) };
        let (permit, at) = (self.permit()?, at.min(self.tx.now()));
        desk::translations::sent_back(self.tx, &permit, id, locale, at)
    }

    /// Note with what is live how far its source has moved on, once for all that was published.
    fn note_freshness(&mut self, id: Id<Article>) -> Result<(), Error> {
        let permit: Permit<Publish> = self.permit()?;
        let story = store::stories::find(self.tx, &permit.visibility(), id)?;
        desk::freshness::note(self.tx, &story)
    }

    fn draft_of(&self, locale: &Locale, t: &TranslationRecord) -> Draft {
        draft(&t.content, t.slug.as_ref(), self.read.copy(locale))
    }

    fn draft_of_live(&self, locale: &Locale, t: &TranslationRecord) -> Option<Draft> {
        t.live.as_ref().map(|l| draft(&l.content, l.slug.as_ref(), self.read.live(locale)))
    }

    /// Move a draft on to where the record says it stands.
    fn stand(&mut self, id: Id<Article>, locale: &Locale, state: Option<State>) -> Result<(), Error> {
        let permit: Permit<EditTranslation> = self.permit()?;
        let article = store::articles::find(self.tx, &permit.visibility(), id)?;
        let now = desk::translations::find(self.tx, &article, locale)?;
        if now.state == State::Draft && matches!(state, Some(State::InReview | State::Approved)) {
            let permit = self.permit()?;
            desk::translations::submit(self.tx, permit, id, locale, now.version)?;
            if state == Some(State::Approved) {
                let permit = self.permit()?;
                desk::translations::approve(self.tx, permit, id, locale, now.version)?;
            }
        }
        Ok(())
    }

    fn set_facts(&mut self, id: Id<Article>, facts: Facts) -> Result<(), Error> {
        let permit: Permit<EditArticle> = self.permit()?;
        let version = store::articles::find(self.tx, &permit.visibility(), id)?.version;
        desk::articles::revise(self.tx, permit, id, version, |_| Ok((facts, "imported".to_owned()))).map(|_| ())
    }

    /// Save the words of a locale; `part` is where in the record they stand.
    fn words(
        &mut self,
        id: Id<Article>,
        r: &ArticleRecord,
        (locale, part): (&Locale, &str),
        draft: Draft,
        stale: bool,
    ) -> Result<(), Error> {
        let Some(t) = r.translations.get(locale) else { return Ok(()) };
        let permit: Permit<EditTranslation> = self.permit()?;
        let article = store::articles::find(self.tx, &permit.visibility(), id)?;
        let existing = store::translations::find(self.tx, &article, locale)?.map(|t| t.version);
        let from = t.translated_from.clone().or_else(|| (stale && *locale != r.source_locale).then(|| r.source_locale.clone()));
        let made_from = match (from, existing) {
            // Made from a revision that only the sender has; whatever is published here is newer.
            (Some(locale), _) if stale => Some(MadeFrom { locale, version: 0 }),
            (Some(from), None) if from != article.facts.source_locale => {
                store::translations::find(self.tx, &article, &from)?.map(|source| MadeFrom { locale: from, version: source.version })
            }
            _ => None,
        };
        let draft = Draft { made_from, note: "imported".to_owned(), ..draft };
        let saved = desk::translations::save(self.tx, permit, id, locale, existing, |_| Ok(draft))?;
        anchors::look(&saved.translation.words.body.blocks, &mut |href| {
            if href.to.is_some() || href.starts_with('/') {
                self.leads_on = Some(id);
            }
        });
        self.catch_up(id, locale, &saved, existing, stale)?;
        self.warnings.extend(saved.warnings.into_iter().map(|w| {
            let pointer = w.pointer.replacen('#', &format!("#/translations/{locale}{part}"), 1);
            Violation { pointer, ..w }
        }));
        Ok(())
    }

    /// Words that changed in an import render their source as it is now, unless the record says otherwise.
    fn catch_up(&mut self, id: Id<Article>, locale: &Locale, saved: &Saved, before: Option<Version>, stale: bool) -> Result<(), Error> {
        let now = saved.translation.version;
        let changed = before.is_some_and(|before| before != now);
        let Some(of) = saved.translation.made_from.as_ref().filter(|_| changed && !stale) else { return Ok(()) };
        let source = store::translations::find(self.tx, &saved.article, &of.locale)?;
        let Some(newest) = source.map(|s| s.version).filter(|newest| *newest > of.version) else { return Ok(()) };
        let permit: Permit<EditTranslation> = self.permit()?;
        desk::translations::mark_current(self.tx, permit, id, locale, now, Some(newest)).map(|_| ())
    }

    /// Publish under these dates, of which the second is none before the first, unless what is public is just that. What is to be public at an
    /// instant to come is planned for it.
    fn publish(&mut self, id: Id<Article>, locale: &Locale, under: &str, dates: (Instant, Option<Instant>)) -> Result<(), Error> {
        let (at, updated) = dates;
        if self.until_now(under, "#/published_at", at, "it is planned for then")? < at {
            return self.plan(id, locale, at);
        }
        let updated = updated.map(|updated| self.until_now(under, "#/updated_at", updated, "it is dated now")).transpose()?;
        let dates = (at, updated.map_or(at, |updated| updated.max(at)));
        let permit: Permit<Publish> = self.permit()?;
        self.published |= desk::publishing::publish_dated(self.tx, permit, id, locale, dates)?;
        Ok(())
    }
}

impl Importer<'_, '_> {
    /// The instant, or the present where it has not come yet, which is told or refused.
    fn until_now(&mut self, under: &str, pointer: &str, at: Instant, otherwise: &str) -> Result<Instant, Error> {
        let (now, code) = (self.tx.now(), "in_the_future");
        if at <= now {
            return Ok(at);
        }
        if self.rules.refuse_future {
            return Err(Error::invalid(pointer, code, format!("{at} has not come yet")));
        }
        let detail = format!("{at} has not come yet: {otherwise}");
        self.warnings.push(Violation { pointer: pointer.replacen('#', under, 1), code, detail });
        Ok(now)
    }

    /// Take back what an import has planned for a locale, where the record does not say any more that it is to be published.
    fn take_back(&mut self, id: Id<Article>, locale: &Locale) -> Result<(), Error> {
        let permit: Permit<Schedule> = self.permit()?;
        let story = store::stories::find(self.tx, &permit.visibility(), id)?;
        let version = story.article.version;
        if story.planned(locale, PlanVerb::Publish).is_some_and(|plan| plan.planned_by.is_none()) {
            desk::scheduling::unschedule(self.tx, permit, id, version, Some(vec![locale.clone()]))?;
        }
        Ok(())
    }

    /// Plan the newest words of a locale for an instant, unless just that is planned.
    fn plan(&mut self, id: Id<Article>, locale: &Locale, at: Instant) -> Result<(), Error> {
        let permit: Permit<Schedule> = self.permit()?;
        let story = store::stories::find(self.tx, &permit.visibility(), id)?;
        let (version, revisions) = (story.article.version, story.newest(locale)?);
        let is_it = |plan: &Plan| plan.at == at && plan.intent.revisions() == Some(revisions);
        if story.planned(locale, PlanVerb::Publish).is_some_and(is_it) {
            return Ok(());
        }
        let order = Order { publish_at: Some(at), unpublish_at: None, minor: false };
        desk::scheduling::schedule(self.tx, permit, id, version, Which::Locales(vec![locale.clone()]), order).map(drop)
    }
}

/// Let the links of an article lead to what has come since it was imported; those that name what has not come are the paths that they say, with a warning. That
/// is no save: neither the working copy, nor what is public or planned, says anything else.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn lead(tx: &mut Tx<'_>, permit: &Permit<Import>, id: Id<Article>) -> Result<Vec<Violation>, Error> {
    let links = |body: &Document| {
        let mut all = Vec::new();
        anchors::look(&body.blocks, &mut |href| all.push((href.address.clone(), href.to.clone())));
        all
    };
    let story = match store::stories::find(tx, &permit.visibility(), id) {
        Err(Error::NotFound(_)) => return Ok(Vec::new()),
        found => found?,
    };
    let mut warnings = Vec::new();
    for (locale, copy) in &story.copies {
        let planned = story.plans.iter().filter(|plan| plan.locale == *locale).filter_map(|plan| plan.intent.revisions());
        let meant = story.live(locale).map(|last| last.revisions).into_iter().chain(planned);
        let versions: BTreeSet<Version> = meant.map(|of| of.words).chain([copy.version]).collect();
        for version in versions {
            let (mut words, made_from) = store::revisions::words(tx, &story.article, locale, version)?;
            let (place, mut faults) = (Place { article: id, locale, made_from: made_from.as_ref() }, Faults::default());
            let before = links(&words.body);
            let told = references::settle(tx, &permit.visibility(), place, (&mut faults, Unknown::Dropped), None, &mut words.body)?;
            if links(&words.body) != before {
                store::references::lead(tx, (id, locale, version), &words)?;
            }
            let under = format!("#/translations/{locale}");
            warnings.extend(told.into_iter().map(|w| Violation { pointer: w.pointer.replacen('#', &under, 1), ..w }));
        }
    }
    // Words that are public and worked on are warned of once.
    let mut seen = HashSet::new();
    warnings.retain(|w| seen.insert((w.pointer.clone(), w.code, w.detail.clone())));
    Ok(warnings)
}

fn draft(content: &Content, slug: Option<&String>, body: Option<ReadBody>) -> Draft {
    Draft { content: content.clone(), slug: slug.cloned(), body, made_from: None, note: "imported".to_owned(), unknown: Unknown::Kept }
}

/// The versions of an article's facts and words, by which an edit of the desk shows.
fn versions(tx: &mut Tx<'_>, id: Id<Article>) -> Result<Value, Error> {
    let permit: Permit<Import> = Permit::try_from(Caller::system(System::Importer))?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let heads = store::translations::heads(tx, std::slice::from_ref(&article))?.remove(&id).unwrap_or_default();
    let words: BTreeMap<Locale, Version> = heads.into_iter().map(|h| (h.locale, h.version)).collect();
    Ok(json!({ "facts": article.version, "words": words }))
}

/// Versions, and since when or from when on what is public: equal before and after an import that changed nothing.
fn standing(tx: &mut Tx<'_>, id: Id<Article>) -> Result<(Value, Vec<(Locale, Instant)>), Error> {
    let live = store::editions::live_heads(tx, &[id])?.remove(&id).unwrap_or_default();
    let planned = store::plans::of(tx, &[id])?.remove(&id).unwrap_or_default();
    let planned = planned.into_iter().map(|plan| (plan.locale, plan.at));
    Ok((versions(tx, id)?, live.into_iter().map(|l| (l.locale, l.started_at)).chain(planned).collect()))
}
