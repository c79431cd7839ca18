//! Importing records, each through the verbs that the desk's own calls go through.

mod addresses;
mod article;
mod collections;
mod media;
mod menus;
mod reading;
mod related;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use serde_json::{Value, json};
use uuid::Uuid;

pub use article::lead;
pub use reading::{ReadRecord, read};

use super::export;
use super::record::{LocaleRecord, NameRecord, Record, SectionRecord, SiteRecord};
use crate::{
    access::{
        Action, Caller, Permit,
        action::{Export, Import, Kept},
    },
    desk::{self, named::Draft},
    domain::{
        Error, Id, Locale, Version, Violation,
        address::AddressKind,
        article::Article,
        author::Author,
        locale::{LocaleDraft, LocaleState},
        name::NameDraft,
        named::Named,
        precomputed::Precomputed,
        section::Section,
        site::SiteDraft,
        slug::Slug,
        tag::{Tag, TagKind},
        text::limits,
    },
    store::{self, Tx, imports::Imported, named::Stored},
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
    /// The desk has merged what it made into something with a record of its own; that was left alone.
    Merged,
}

/// What became of a record, and what of its bodies could not be kept.
#[derive(Debug)]
pub struct Report {
    /// What became of it.
    pub outcome: Outcome,
    /// What was dropped.
    pub warnings: Vec<Violation>,
    /// The article whose links may lead to what comes later: when all has come, it is to be [led](lead) there.
    pub leads_on: Option<Id<Article>>,
}

/// How records are imported.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Whether they replace what the desk has edited since.
    pub overwrite: bool,
    /// Whether one is refused that dates something public into the future. Otherwise what is to be published then is planned, and what else was
    /// done then is done now.
    pub refuse_future: bool,
    /// Whether locales that the site does not have are begun, for readers not to be offered yet.
    pub add_locales: bool,
}

struct Importer<'a, 't> {
    tx: &'a mut Tx<'t>,
    caller: Caller,
    rules: Rules,
    read: &'a ReadRecord,
    /// Whether something of it was published.
    published: bool,
    leads_on: Option<Id<Article>>,
    warnings: Vec<Violation>,
}

/// Import one record, which was [read] before the transaction.
///
/// # Errors
/// Those of the verbs it goes through, for this record alone; [`Error::Stale`] when it has to be read again, for what it replaces has changed
/// since.
pub fn import(tx: &mut Tx<'_>, permit: &Permit<Import>, read: &ReadRecord, rules: Rules) -> Result<Report, Error> {
    // It saves what it publishes, a story at a time.
    tx.bring(Arc::new(Precomputed::on_the_spot()));
    let mut importer =
        Importer { tx, caller: permit.caller().clone(), rules, read, published: false, leads_on: None, warnings: read.warnings.clone() };
    let digest = read.digest.clone();
    importer.add_locales()?;
    let outcome = match &read.record {
        Record::Site(r) => importer.site(r, digest)?,
        Record::Locale(r) => importer.locale(r, digest)?,
        Record::Section(r) => importer.section(r, digest)?,
        Record::Author(r) => importer.named((&r.key, r.id, r.kind, &r.translations), digest, export::export_author)?,
        Record::Tag(r) => importer.named((&r.key, r.id, r.kind, &r.translations), digest, export::export_tag)?,
        Record::Article(r) => importer.article(r, digest)?,
        Record::Redirect(r) => importer.redirect(r, digest)?,
        Record::Menu(r) => importer.menu(r, digest)?,
        Record::Collection(r) => importer.collection(r, digest)?,
        Record::Related(r) => importer.related(r, digest)?,
        Record::Media(r) => importer.media(r, digest)?,
    };
    // Words that are saved twice, as what is public and as what is worked on, are warned of once.
    let mut told = HashSet::new();
    importer.warnings.retain(|w| told.insert((w.pointer.clone(), w.code, w.detail.clone())));
    Ok(Report { outcome, warnings: importer.warnings, leads_on: importer.leads_on })
}

/// What an earlier import left.
enum Before {
    Nothing,
    Left(Outcome),
    Mine(Imported),
}

fn names(records: &BTreeMap<Locale, NameRecord>) -> BTreeMap<Locale, NameDraft> {
    let draft = |r: &NameRecord| NameDraft { name: r.name.clone(), slug: r.slug.clone(), about: r.about.clone() };
    records.iter().map(|(locale, r)| (locale.clone(), draft(r))).collect()
}

fn draft<K>(kind: K, translations: &BTreeMap<Locale, NameRecord>) -> Draft<K> {
    Draft { kind, translations: names(translations) }
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
            if known.digest == digest && !self.rules.overwrite {
                return Ok(Before::Left(Outcome::Unchanged));
            }
            if known.versions.is_null() {
                return Ok(Before::Left(Outcome::Merged));
            }
            if self.rules.overwrite || present(self.tx, known.target)? == known.versions {
                return Ok(Before::Mine(known.clone()));
            }
        }
        let gone = AddressKind::ALL.iter().find(|of| of.as_str() == kind).zip(id);
        if imported.is_none() && !store::merging::present(self.tx, gone.map(|(kind, id)| (*kind, id)))?.is_empty() {
            return Ok(Before::Left(Outcome::Merged));
        }
        let named = imported.map(|known| known.target).or(id).or_else(|| Uuid::try_parse(key).ok());
        let Some(target) = named.map_or_else(|| self.made_at_the_desk(kind, key), |id| Ok(Some(id)))? else {
            return Ok(Before::Nothing);
        };
        let permit = self.permit()?;
        match export(self.tx, &permit, target) {
            Err(Error::NotFound(_)) => Ok(Before::Nothing),
            Err(other) => Err(other),
            Ok(record) if super::record::digest(&record) == digest => Ok(Before::Left(Outcome::Unchanged)),
            Ok(_) if self.rules.overwrite => Ok(Before::Mine(Imported { target, digest: String::new(), versions: Value::Null })),
            Ok(_) => Ok(Before::Left(Outcome::Edited)),
        }
    }

    fn remember(&mut self, kind: &str, key: &str, target: Uuid, digest: String, versions: Value) -> Result<(), Error> {
        store::imports::put(self.tx, kind, key, &Imported { target, digest, versions })
    }

    /// Apply a record of what has no key of its own, and is there at this version: the site, a locale, a redirect, a menu, a collection. `apply` gives the version that it has
    /// then. What the desk has edited is left, and so it is known whether the record would have changed it. One that no import has made, and that was
    /// never changed, may be what every site begins with.
    fn applied(
        &mut self,
        (kind, key, target): (&str, &str, Uuid),
        digest: String,
        before: Version,
        apply: impl FnOnce(&mut Tx<'_>) -> Result<Version, Error>,
    ) -> Result<Outcome, Error> {
        let known = store::imports::find(self.tx, kind, key)?;
        if !self.rules.overwrite && known.as_ref().is_some_and(|known| known.digest == digest) {
            return Ok(Outcome::Unchanged);
        }
        let is_ours = self.rules.overwrite || known.map_or(before == 1, |known| known.versions == json!(before));
        let mut after = before;
        let applied = self.tx.attempt(|tx| {
            after = apply(tx)?;
            if is_ours || after == before { Ok(()) } else { Err(Error::internal("undone")) }
        });
        if !is_ours && after != before {
            return Ok(Outcome::Edited);
        }
        applied?;
        if is_ours {
            self.remember(kind, key, target, digest, json!(after))?;
        }
        Ok(if after == before { Outcome::Unchanged } else { Outcome::Updated })
    }

    fn site(&mut self, r: &SiteRecord, digest: String) -> Result<Outcome, Error> {
        let present = store::site::masthead(self.tx)?;
        let before = present.site.version;
        let draft = SiteDraft {
            name: r.name.clone(),
            url: r.url.clone(),
            default_locale: r.default_locale.clone(),
            time_zone: r.time_zone.clone(),
            url_pattern: r.url_pattern.clone(),
            former_url_patterns: r.former_url_patterns.clone().unwrap_or_default(),
            review: r.review,
            desk_reading: r.desk_reading.unwrap_or(present.site.desk_reading),
            credit_labels: r.credit_labels.clone(),
            authors_public: r.authors_public.unwrap_or(present.site.authors_public),
            retired_locales: r.retired_locales.unwrap_or(present.site.retired_locales),
            preview_url: r.preview_url.clone().or_else(|| present.site.preview_url.clone()),
            renditions: r.renditions.clone().unwrap_or_else(|| (&present.site.renditions).into()),
            unique_on_page: r.unique_on_page.unwrap_or(present.site.unique_on_page),
            search: r.search.unwrap_or(present.site.search),
        };
        let permit = self.permit()?;
        self.applied(("site", "", Uuid::nil()), digest, before, |tx| {
            let after = desk::site::revise(tx, permit, None, |site| {
                // A bundle adds labels and former patterns; it takes none away.
                let mut credit_labels = site.credit_labels.clone();
                credit_labels.extend(draft.credit_labels);
                let present = site.former_url_patterns.iter().map(|pattern| pattern.as_str().to_owned());
                let mut former_url_patterns = draft.former_url_patterns;
                former_url_patterns.extend(present);
                Ok(SiteDraft { former_url_patterns, credit_labels, ..draft })
            })?;
            Ok(after.site.version)
        })
    }

    /// Begin the locales that the record has words in and the site has not, if that is wished.
    fn add_locales(&mut self) -> Result<(), Error> {
        for locale in self.read.unknown_locales(self.tx)?.into_iter().filter(|_| self.rules.add_locales) {
            let draft = LocaleDraft {
                name: locale.to_string(),
                locale,
                direction: None,
                fallback: Vec::new(),
                words_per_minute: None,
                position: None,
                state: LocaleState::Preparing,
                former_tags: Vec::new(),
                voice: None,
            };
            let permit = self.permit()?;
            desk::locales::create(self.tx, permit, draft)?;
        }
        Ok(())
    }

    fn locale(&mut self, r: &LocaleRecord, digest: String) -> Result<Outcome, Error> {
        let masthead = store::site::masthead(self.tx)?;
        let locale = masthead.present(&r.locale);
        let known = masthead.settings(locale).map(|l| (l.version, l.state, l.former_tags.clone()));
        let voice = masthead.settings(locale).and_then(|l| l.voice.clone());
        // A bundle adds former tags; it takes none away. What says nothing of a state brings what readers are to have.
        let mut former_tags = r.former_tags.clone();
        if let Some((.., before)) = &known {
            former_tags.extend(before.iter().filter(|tag| !r.former_tags.contains(tag)).cloned());
        }
        let draft = LocaleDraft {
            locale: locale.clone(),
            name: r.name.clone(),
            direction: r.direction,
            fallback: r.fallback.clone(),
            words_per_minute: r.words_per_minute,
            position: Some(r.position),
            state: r.state.or(known.as_ref().map(|(_, state, _)| *state)).unwrap_or(LocaleState::Public),
            former_tags,
            voice: r.voice.clone().or(voice),
        };
        let permit = self.permit()?;
        let key = ("locale", r.locale.as_str(), Uuid::nil());
        match known {
            None => {
                let made = desk::locales::create(self.tx, permit, draft)?;
                self.remember(key.0, key.1, key.2, digest, json!(made.version))?;
                Ok(Outcome::Created)
            }
            Some((before, ..)) => self.applied(key, digest, before, |tx| {
                let after = desk::locales::revise(tx, permit, locale, None, |_| Ok(draft))?;
                Ok(after.version)
            }),
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
            Before::Left(outcome) => return Ok(outcome),
            Before::Nothing => (desk::sections::create(self.tx, permit, r.id.map(Id::from), draft)?, Outcome::Created),
            Before::Mine(of) => {
                let version = store::sections::find(self.tx, of.target.into())?.version;
                let section = desk::sections::revise(self.tx, permit, of.target.into(), version, |_| Ok(draft))?;
                let outcome = if section.version == version { Outcome::Unchanged } else { Outcome::Updated };
                (section, outcome)
            }
        };
        let added = self.names_had((AddressKind::Section, section.id.uuid()), &r.translations)?;
        self.remember("section", &r.key, section.id.uuid(), digest, json!(section.version))?;
        Ok(if added && outcome == Outcome::Unchanged { Outcome::Updated } else { outcome })
    }

    /// An author or a tag.
    fn named<K: Kept + Stored>(
        &mut self,
        (key, id, kind_of, translations): (&str, Option<Uuid>, K, &BTreeMap<Locale, NameRecord>),
        digest: String,
        export: impl FnOnce(&mut Tx<'_>, &Permit<Export>, &Named<K>) -> Result<Record, Error>,
    ) -> Result<Outcome, Error> {
        let kind = K::ADDRESS.as_str();
        let find = |tx: &mut Tx<'_>, id: Uuid| store::named::find::<K>(tx, id.into());
        let before = self.before(
            (kind, key, id),
            &digest,
            |tx, id| Ok(json!(find(tx, id)?.version)),
            |tx, permit, id| {
                let found = find(tx, id)?;
                export(tx, permit, &found)
            },
        )?;
        let permit = self.permit()?;
        let draft = draft(kind_of, translations);
        let (named, outcome) = match before {
            Before::Left(outcome) => return Ok(outcome),
            Before::Nothing => (desk::named::create(self.tx, permit, id.map(Id::from), draft)?, Outcome::Created),
            Before::Mine(of) => {
                let version = find(self.tx, of.target)?.version;
                let named = desk::named::revise(self.tx, permit, of.target.into(), version, |_| Ok(draft))?;
                let outcome = if named.version == version { Outcome::Unchanged } else { Outcome::Updated };
                (named, outcome)
            }
        };
        let added = self.names_had((K::ADDRESS, named.id.uuid()), translations)?;
        self.remember(kind, key, named.id.uuid(), digest, json!(named.version))?;
        Ok(if added && outcome == Outcome::Unchanged { Outcome::Updated } else { outcome })
    }

    /// The section or tag that was made at the desk under this slug. Authors are known by no slug: two people may have one name.
    fn made_at_the_desk(&mut self, kind: &str, key: &str) -> Result<Option<Uuid>, Error> {
        let known = [AddressKind::Section, AddressKind::Tag].into_iter().find(|known| known.as_str() == kind);
        known.map_or(Ok(None), |kind| store::names::of_slug(self.tx, kind, key))
    }

    fn lookup(&mut self, kind: &str, key: &str, at: &str) -> Result<Uuid, Error> {
        if let Some(imported) = store::imports::find(self.tx, kind, key)? {
            return Ok(imported.target);
        }
        // What was made here has its id as key, or is named by its slug.
        let known = Uuid::try_parse(key).ok().map_or_else(|| self.made_at_the_desk(kind, key), |id| Ok(Some(id)))?;
        known.ok_or_else(|| Error::invalid(at, "unknown_key", format!("no {kind} has the key `{key}`")))
    }

    fn section_id(&mut self, key: &str, at: &str) -> Result<Id<Section>, Error> {
        self.lookup("section", key, at).map(Id::from)
    }

    fn author_id(&mut self, key: &str, at: &str) -> Result<Id<Author>, Error> {
        self.lookup("author", key, at).map(Id::from)
    }

    /// The tag of a key; one that nobody has described is made, named after its key.
    fn tag_id(&mut self, key: &str, at: &str, locale: &Locale) -> Result<Id<Tag>, Error> {
        match self.lookup("tag", key, at) {
            Ok(id) => return Ok(id.into()),
            Err(Error::Invalid(_)) => {}
            Err(other) => return Err(other),
        }
        let name = key.replace(['-', '_'], " ");
        let slug = Slug::derive(key, locale).map(|s| s.to_string());
        let named = NameDraft { name, slug: None, about: String::new() };
        let draft = Draft { kind: TagKind::Topic, translations: BTreeMap::from([(locale.clone(), named)]) };
        let permit = self.permit()?;
        let tag = desk::named::create(self.tx, permit, None, draft).map_err(|e| e.under(at))?;
        self.remember("tag", key, tag.id.uuid(), slug.unwrap_or_default(), json!(tag.version))?;
        Ok(tag.id)
    }
}
