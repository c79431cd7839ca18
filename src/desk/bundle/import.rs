//! Importing records, each through the verbs that the desk's own calls go through.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::export;
use super::record::{
    ArticleRecord, AuthorRecord, BodyRecord, FactsRecord, LeadWordsRecord, LocaleRecord, NameRecord, Record, SectionRecord, SeoRecord,
    SiteRecord, TagRecord, TranslationRecord, digest,
};
use crate::{
    access::{
        Action, Caller, Permit,
        action::{EditArticle, EditTranslation, Export, Import, Publish},
    },
    desk::{self, publishing::Elsewhere, translations::Draft},
    domain::{
        Error, Id, Instant, Locale, Version, Violation,
        article::{Article, Credit, Facts},
        author::Author,
        body::Sent,
        error::Faults,
        locale::LocaleDraft,
        name::NameDraft,
        section::Section,
        site::SiteDraft,
        slug::Slug,
        tag::{Tag, TagKind},
        text::limits,
        translation::{MadeFrom, State},
    },
    store::{self, Tx, imports::Imported},
};

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It made something new.
    Created,
    /// It changed what it made before.
    Updated,
    /// It said nothing new.
    Unchanged,
    /// The desk has edited what it made; it was left alone.
    Edited,
}

/// What became of a record, and what of its bodies could not be kept.
#[derive(Debug)]
pub struct Report {
    /// What became of it.
    pub outcome: Outcome,
    /// What was dropped.
    pub warnings: Vec<Violation>,
}

struct Importer<'a, 't> {
    tx: &'a mut Tx<'t>,
    caller: Caller,
    overwrite: bool,
    warnings: Vec<Violation>,
}

/// Import one record.
///
/// # Errors
/// Those of the verbs it goes through, for this record alone.
pub fn import(tx: &mut Tx<'_>, permit: &Permit<Import>, record: &Record, overwrite: bool) -> Result<Report, Error> {
    let mut importer = Importer { tx, caller: permit.caller().clone(), overwrite, warnings: Vec::new() };
    let digest = digest(record);
    let outcome = match record {
        Record::Site(r) => importer.site(r)?,
        Record::Locale(r) => importer.locale(r)?,
        Record::Section(r) => importer.section(r, digest)?,
        Record::Author(r) => importer.author(r, digest)?,
        Record::Tag(r) => importer.tag(r, digest)?,
        Record::Article(r) => importer.article(r, digest)?,
    };
    Ok(Report { outcome, warnings: importer.warnings })
}

/// What an earlier import left.
enum Before {
    Nothing,
    Same,
    Edited,
    Mine(Imported),
}

fn names(records: &BTreeMap<Locale, NameRecord>) -> BTreeMap<Locale, NameDraft> {
    let draft = |r: &NameRecord| NameDraft { name: r.name.clone(), slug: r.slug.clone(), about: r.about.clone() };
    records.iter().map(|(locale, r)| (locale.clone(), draft(r))).collect()
}

fn check_key(key: &str) -> Result<(), Error> {
    if key.is_empty() || key.len() > limits::KEY || key.chars().any(char::is_control) {
        return Err(Error::invalid("#/key", "key", format!("1 to {} bytes without control characters", limits::KEY)));
    }
    Ok(())
}

impl Importer<'_, '_> {
    fn permit<A: Action>(&self) -> Result<Permit<A>, Error> {
        Permit::try_from(self.caller.clone())
    }

    /// What stands for a key. What was made here and comes back from an export is known by its id: it is the same when
    /// an export would write the same, and edited otherwise.
    fn before(
        &mut self,
        (kind, key, id): (&str, &str, Option<Uuid>),
        digest: &str,
        present: impl FnOnce(&mut Tx<'_>, Uuid) -> Result<Value, Error>,
        export: impl FnOnce(&mut Tx<'_>, &Permit<Export>, Uuid) -> Result<Record, Error>,
    ) -> Result<Before, Error> {
        check_key(key)?;
        let imported = store::imports::find(self.tx, kind, key)?;
        if let Some(known) = &imported {
            if known.digest == digest && !self.overwrite {
                return Ok(Before::Same);
            }
            if self.overwrite || present(self.tx, known.target)? == known.versions {
                return Ok(Before::Mine(known.clone()));
            }
        }
        let Some(target) = imported.map(|known| known.target).or(id).or_else(|| Uuid::try_parse(key).ok()) else {
            return Ok(Before::Nothing);
        };
        let permit = self.permit()?;
        match export(self.tx, &permit, target) {
            Err(Error::NotFound(_)) => Ok(Before::Nothing),
            Err(other) => Err(other),
            Ok(record) if super::record::digest(&record) == digest => Ok(Before::Same),
            Ok(_) if self.overwrite => Ok(Before::Mine(Imported { target, digest: String::new(), versions: Value::Null })),
            Ok(_) => Ok(Before::Edited),
        }
    }

    fn remember(&mut self, kind: &str, key: &str, target: Uuid, digest: String, versions: Value) -> Result<(), Error> {
        store::imports::put(self.tx, kind, key, &Imported { target, digest, versions })
    }

    fn site(&mut self, r: &SiteRecord) -> Result<Outcome, Error> {
        let before = store::site::masthead(self.tx)?.site.version;
        let draft = SiteDraft {
            name: r.name.clone(),
            url: r.url.clone(),
            default_locale: r.default_locale.clone(),
            time_zone: r.time_zone.clone(),
            url_pattern: r.url_pattern.clone(),
            review: r.review,
            credit_labels: r.credit_labels.clone(),
        };
        let permit = self.permit()?;
        let after = desk::site::revise(self.tx, permit, None, |site| {
            // A bundle adds labels; it takes none away.
            let mut credit_labels = site.credit_labels.clone();
            credit_labels.extend(draft.credit_labels);
            Ok(SiteDraft { credit_labels, ..draft })
        })?;
        Ok(if after.site.version == before { Outcome::Unchanged } else { Outcome::Updated })
    }

    fn locale(&mut self, r: &LocaleRecord) -> Result<Outcome, Error> {
        let draft = LocaleDraft {
            name: r.name.clone(),
            direction: r.direction,
            fallback: r.fallback.clone(),
            words_per_minute: r.words_per_minute,
            position: r.position,
        };
        let known = store::site::masthead(self.tx)?.settings(&r.locale).map(|l| l.version);
        let permit = self.permit()?;
        match known {
            None => desk::locales::create(self.tx, permit, r.locale.clone(), draft).map(|_| Outcome::Created),
            Some(before) => {
                let after = desk::locales::revise(self.tx, permit, &r.locale, None, |_| Ok(draft))?;
                Ok(if after.version == before { Outcome::Unchanged } else { Outcome::Updated })
            }
        }
    }

    fn section(&mut self, r: &SectionRecord, digest: String) -> Result<Outcome, Error> {
        let before = self.before(
            ("section", &r.key, r.id),
            &digest,
            |tx, id| Ok(json!(store::sections::find(tx, id.into())?.version)),
            |tx, permit, id| {
                let found = store::sections::find(tx, id.into())?;
                export::export_section(tx, permit, &found)
            },
        )?;
        let parent_id = r.parent.as_deref().map(|key| self.section_id(key, "#/parent")).transpose()?;
        let draft = desk::sections::Draft { parent_id, position: r.position, translations: names(&r.translations) };
        let permit = self.permit()?;
        let (section, outcome) = match before {
            Before::Same => return Ok(Outcome::Unchanged),
            Before::Edited => return Ok(Outcome::Edited),
            Before::Nothing => (desk::sections::create(self.tx, permit, r.id.map(Id::from), draft)?, Outcome::Created),
            Before::Mine(of) => {
                let version = store::sections::find(self.tx, of.target.into())?.version;
                let section = desk::sections::revise(self.tx, permit, of.target.into(), version, |_| Ok(draft))?;
                let outcome = if section.version == version { Outcome::Unchanged } else { Outcome::Updated };
                (section, outcome)
            }
        };
        self.remember("section", &r.key, section.id.uuid(), digest, json!(section.version))?;
        Ok(outcome)
    }

    fn author(&mut self, r: &AuthorRecord, digest: String) -> Result<Outcome, Error> {
        let before = self.before(
            ("author", &r.key, r.id),
            &digest,
            |tx, id| Ok(json!(store::authors::find(tx, id.into())?.version)),
            |tx, permit, id| {
                let found = store::authors::find(tx, id.into())?;
                export::export_author(tx, permit, &found)
            },
        )?;
        let draft = desk::authors::Draft { kind: r.kind, translations: names(&r.translations) };
        let permit = self.permit()?;
        let (author, outcome) = match before {
            Before::Same => return Ok(Outcome::Unchanged),
            Before::Edited => return Ok(Outcome::Edited),
            Before::Nothing => (desk::authors::create(self.tx, permit, r.id.map(Id::from), draft)?, Outcome::Created),
            Before::Mine(of) => {
                let version = store::authors::find(self.tx, of.target.into())?.version;
                let author = desk::authors::revise(self.tx, permit, of.target.into(), version, |_| Ok(draft))?;
                let outcome = if author.version == version { Outcome::Unchanged } else { Outcome::Updated };
                (author, outcome)
            }
        };
        self.remember("author", &r.key, author.id.uuid(), digest, json!(author.version))?;
        Ok(outcome)
    }

    fn tag(&mut self, r: &TagRecord, digest: String) -> Result<Outcome, Error> {
        let before = self.before(
            ("tag", &r.key, r.id),
            &digest,
            |tx, id| Ok(json!(store::tags::find(tx, id.into())?.version)),
            |tx, permit, id| {
                let found = store::tags::find(tx, id.into())?;
                export::export_tag(tx, permit, &found)
            },
        )?;
        let draft = desk::tags::Draft { kind: r.kind, translations: names(&r.translations) };
        let permit = self.permit()?;
        let (tag, outcome) = match before {
            Before::Same => return Ok(Outcome::Unchanged),
            Before::Edited => return Ok(Outcome::Edited),
            Before::Nothing => (desk::tags::create(self.tx, permit, r.id.map(Id::from), draft)?, Outcome::Created),
            Before::Mine(of) => {
                let version = store::tags::find(self.tx, of.target.into())?.version;
                let tag = desk::tags::revise(self.tx, permit, of.target.into(), version, |_| Ok(draft))?;
                let outcome = if tag.version == version { Outcome::Unchanged } else { Outcome::Updated };
                (tag, outcome)
            }
        };
        self.remember("tag", &r.key, tag.id.uuid(), digest, json!(tag.version))?;
        Ok(outcome)
    }

    fn lookup(&mut self, kind: &str, key: &str, at: &str) -> Result<Uuid, Error> {
        if let Some(imported) = store::imports::find(self.tx, kind, key)? {
            return Ok(imported.target);
        }
        // What was made here has its id as key.
        Uuid::try_parse(key).ok().ok_or_else(|| Error::invalid(at, "unknown_key", format!("no {kind} has the key `{key}`")))
    }

    fn section_id(&mut self, key: &str, at: &str) -> Result<Id<Section>, Error> {
        self.lookup("section", key, at).map(Id::from)
    }

    fn author_id(&mut self, key: &str, at: &str) -> Result<Id<Author>, Error> {
        self.lookup("author", key, at).map(Id::from)
    }

    /// The tag of a key; one that nobody has described is made, named after its key.
    fn tag_id(&mut self, key: &str, at: &str, locale: &Locale) -> Result<Id<Tag>, Error> {
        if let Ok(id) = self.lookup("tag", key, at) {
            return Ok(id.into());
        }
        let name = key.replace(['-', '_'], " ");
        let slug = Slug::derive(key).map(|s| s.to_string());
        let named = NameDraft { name, slug: None, about: String::new() };
        let draft = desk::tags::Draft { kind: TagKind::Topic, translations: BTreeMap::from([(locale.clone(), named)]) };
        let permit = self.permit()?;
        let tag = desk::tags::create(self.tx, permit, None, draft).map_err(|e| e.under(at))?;
        self.remember("tag", key, tag.id.uuid(), slug.unwrap_or_default(), json!(tag.version))?;
        Ok(tag.id)
    }

    fn facts(&mut self, r: &FactsRecord, source_locale: &Locale, embargo_until: Option<Instant>) -> Result<Facts, Error> {
        let mut faults = Faults::default();
        let section = self.section_id(&r.section, "#/section");
        let section = faults.merge(section)?;
        let mut tags = Vec::new();
        for (n, key) in r.tags.iter().enumerate() {
            let tag = self.tag_id(key, &format!("#/tags/{n}"), source_locale);
            tags.extend(faults.merge(tag)?);
        }
        let mut credits = Vec::new();
        for (n, credit) in r.credits.iter().enumerate() {
            let author = self.author_id(&credit.author, &format!("#/credits/{n}/author"));
            credits.extend(faults.merge(author)?.map(|author_id| Credit { role: credit.role.clone(), author_id }));
        }
        let Some(section_id) = section else { return Err(Error::Invalid(faults.into_inner())) };
        faults.or(Facts {
            kind: r.kind,
            genre: r.genre,
            section_id,
            tags,
            credits,
            lead: r.lead.clone(),
            source_locale: source_locale.clone(),
            embargo_until,
        })
    }

    fn article(&mut self, r: &ArticleRecord, digest: String) -> Result<Outcome, Error> {
        let before = self.before(
            ("article", &r.key, r.id),
            &digest,
            |tx, id| versions(tx, id.into()),
            |tx, permit, id| export::export_article(tx, permit, id.into()),
        )?;
        let (existing, outcome) = match before {
            Before::Same => return Ok(Outcome::Unchanged),
            Before::Edited => return Ok(Outcome::Edited),
            Before::Nothing => (None, Outcome::Created),
            Before::Mine(of) => (Some(Id::<Article>::from(of.target)), Outcome::Updated),
        };
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
        self.set_facts(id, facts)?;
        let versions = versions(self.tx, id)?;
        self.remember("article", &r.key, id.uuid(), digest, versions)?;
        let same = stood.is_some() && stood == Some(standing(self.tx, id)?);
        Ok(if same { Outcome::Unchanged } else { outcome })
    }

    fn begin(&mut self, r: &ArticleRecord, facts: Facts) -> Result<Id<Article>, Error> {
        let source = r.translations.get(&r.source_locale).map(|t| draft_of_live(t).unwrap_or_else(|| draft_of(t)));
        let Some(source) = source else {
            let at = format!("#/translations/{}", r.source_locale);
            return Err(Error::invalid(at, "required", "an article begins with words in its source locale"));
        };
        let facts = Facts { embargo_until: None, ..facts };
        let translations = BTreeMap::from([(r.source_locale.clone(), source)]);
        let permit = self.permit()?;
        let draft = desk::articles::Draft { facts, translations, note: "imported".to_owned() };
        let created = desk::articles::create(self.tx, permit, r.id.map(Id::from), draft)?;
        self.warnings.extend(created.warnings);
        Ok(created.article.id)
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
            let draft = draft_of_live(t).unwrap_or_default();
            self.words(id, locale, t, draft)?;
            self.publish(id, locale, live.published_at, live.updated_at)?;
            self.words(id, locale, t, draft_of(t))?;
            return self.stand(id, locale, t.state);
        }
        self.words(id, locale, t, draft_of(t))?;
        if let Some(at) = t.published_at {
            self.set_facts(id, Facts { embargo_until: None, ..facts.clone() })?;
            self.publish(id, locale, at, t.updated_at)?;
        }
        self.stand(id, locale, t.state)
    }

    /// Move a draft on to where the record says it stands.
    fn stand(&mut self, id: Id<Article>, locale: &Locale, state: Option<State>) -> Result<(), Error> {
        let permit: Permit<EditTranslation> = self.permit()?;
        let article = store::articles::find(self.tx, permit.visibility(), id)?;
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
        let version = store::articles::find(self.tx, permit.visibility(), id)?.version;
        desk::articles::revise(self.tx, permit, id, version, |_| Ok((facts, "imported".to_owned()))).map(|_| ())
    }

    fn words(&mut self, id: Id<Article>, locale: &Locale, t: &TranslationRecord, draft: Draft) -> Result<(), Error> {
        let permit: Permit<EditTranslation> = self.permit()?;
        let article = store::articles::find(self.tx, permit.visibility(), id)?;
        let existing = store::translations::find(self.tx, &article, locale)?.map(|t| t.version);
        let made_from = match (&t.translated_from, existing) {
            (Some(from), None) if *from != article.facts.source_locale => {
                store::translations::find(self.tx, &article, from)?.map(|source| MadeFrom { locale: from.clone(), version: source.version })
            }
            _ => None,
        };
        let draft = Draft { made_from, note: "imported".to_owned(), ..draft };
        let saved = desk::translations::save(self.tx, permit, id, locale, existing, |_| Ok(draft))?;
        self.warnings.extend(saved.warnings.into_iter().map(|w| {
            let pointer = w.pointer.replacen('#', &format!("#/translations/{locale}"), 1);
            Violation { pointer, ..w }
        }));
        Ok(())
    }

    /// Publish under these dates, unless what is public is just that.
    fn publish(&mut self, id: Id<Article>, locale: &Locale, at: Instant, updated: Option<Instant>) -> Result<(), Error> {
        let dates = Elsewhere { published_at: at, updated_at: updated.unwrap_or(at) };
        let permit: Permit<Publish> = self.permit()?;
        let article = store::articles::find(self.tx, permit.visibility(), id)?;
        let words = store::translations::find(self.tx, &article, locale)?.map(|t| t.version);
        let live = store::editions::live_heads(self.tx, &[id])?.remove(&id).unwrap_or_default();
        let same = live.iter().any(|l| {
            l.locale == *locale
                && Some(l.words_version) == words
                && l.facts_version == article.version
                && l.published_at == dates.published_at
                && l.updated_at == dates.updated_at
        });
        if same { Ok(()) } else { desk::publishing::publish_dated(self.tx, permit, id, locale, dates) }
    }
}

fn sent(body: Option<&BodyRecord>) -> Option<Sent> {
    body.map(|b| Sent { format: b.format, content: b.content.clone() })
}

fn draft(
    headline: &str,
    summary: &str,
    slug: Option<&String>,
    body: Option<&BodyRecord>,
    lead: &LeadWordsRecord,
    seo: &SeoRecord,
) -> Draft {
    Draft {
        headline: headline.to_owned(),
        summary: summary.to_owned(),
        slug: slug.cloned(),
        body: sent(body),
        lead_alt: lead.alt.clone(),
        lead_caption: lead.caption.clone(),
        seo_title: seo.title.clone(),
        seo_description: seo.description.clone(),
        made_from: None,
        note: "imported".to_owned(),
    }
}

fn draft_of(t: &TranslationRecord) -> Draft {
    draft(&t.headline, &t.summary, t.slug.as_ref(), t.body.as_ref(), &t.lead, &t.seo)
}

fn draft_of_live(t: &TranslationRecord) -> Option<Draft> {
    t.live.as_ref().map(|l| draft(&l.headline, &l.summary, l.slug.as_ref(), l.body.as_ref(), &l.lead, &l.seo))
}

/// The versions of an article's facts and words, by which an edit of the desk shows.
fn versions(tx: &mut Tx<'_>, id: Id<Article>) -> Result<Value, Error> {
    let permit: Permit<Import> = Permit::try_from(Caller::system(crate::access::System::Importer))?;
    let article = store::articles::find(tx, permit.visibility(), id)?;
    let heads = store::translations::heads(tx, &[id])?.remove(&id).unwrap_or_default();
    let words: BTreeMap<Locale, Version> = heads.into_iter().map(|h| (h.locale, h.version)).collect();
    Ok(json!({ "facts": article.version, "words": words }))
}

/// Versions and what is live: equal before and after an import that changed nothing.
fn standing(tx: &mut Tx<'_>, id: Id<Article>) -> Result<(Value, Vec<(Locale, Instant)>), Error> {
    let live = store::editions::live_heads(tx, &[id])?.remove(&id).unwrap_or_default();
    Ok((versions(tx, id)?, live.into_iter().map(|l| (l.locale, l.started_at)).collect()))
}
