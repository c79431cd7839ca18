//! Addresses that things had before, and redirects.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::{Importer, Outcome};
use crate::{
    access::{Permit, action::ManageRedirects},
    desk::{
        self,
        bundle::record::{ArticleRecord, DestinationRecord, NameRecord, RedirectRecord},
    },
    domain::{
        Error, Id, Locale, Violation,
        address::AddressKind,
        article::Article,
        redirect::{Destination, RedirectDraft, Thing, spelled},
        slug::Slug,
        text::nfc,
    },
    store::{self, claims::Claim},
};

impl Importer<'_, '_> {
    /// Let what a section, author or tag had before lead to it; whether something did not yet.
    pub(super) fn names_had(&mut self, of: (AddressKind, Uuid), names: &BTreeMap<Locale, NameRecord>) -> Result<bool, Error> {
        let mut added = false;
        for (locale, r) in names {
            added |= self.had(of, locale, &format!("#/translations/{locale}"), &r.former_slugs, &r.former_paths)?;
        }
        Ok(added)
    }

    /// Let what an article had before lead to it; whether something did not yet.
    pub(super) fn words_had(&mut self, id: Id<Article>, r: &ArticleRecord) -> Result<bool, Error> {
        let of = (AddressKind::Article, id.uuid());
        let mut added = self.had(of, &r.source_locale, "#", &[], &r.former_paths)?;
        for (locale, t) in &r.translations {
            added |= self.had(of, locale, &format!("#/translations/{locale}"), &t.former_slugs, &t.former_paths)?;
        }
        Ok(added)
    }

    /// Let these slugs and paths lead to a thing; those that lead elsewhere are left, with a warning.
    fn had(
        &mut self,
        (kind, id): (AddressKind, Uuid),
        locale: &Locale,
        under: &str,
        slugs: &[String],
        paths: &[String],
    ) -> Result<bool, Error> {
        let mut added = false;
        let mut taken = |pointer: String, detail: &str| {
            self.warnings.push(Violation { pointer, code: "taken", detail: format!("{detail}; it stays so") });
        };
        for (n, slug) in slugs.iter().enumerate() {
            let at = format!("{under}/former_slugs/{n}");
            // One of an older time, or of another system, is none that this one would give.
            if !Slug::is_possible(slug) {
                return Err(Error::invalid(at, "slug", "letters, marks and digits joined by hyphens; else it is a path"));
            }
            let (slug, claim) = (Slug::stored(nfc(slug).into_owned()), Claim { kind, target: id, locale });
            match store::claims::remember(self.tx, claim, &slug)? {
                Some(new) => added |= new,
                None => taken(at, "something else has this slug, or had it in public"),
            }
        }
        for (n, path) in paths.iter().enumerate() {
            let at = format!("{under}/former_paths/{n}");
            let to = Some(Destination::Thing(Thing { kind, id, locale: locale.clone() }));
            let there = spelled(path).map_or(Ok(None), |from| store::redirects::at(self.tx, &from))?;
            match there {
                Some(there) if there.to == to => {}
                Some(_) => taken(at, "a redirect leads elsewhere from there"),
                None => {
                    let permit: Permit<ManageRedirects> = Permit::try_from(self.caller.clone())?;
                    let draft = RedirectDraft { to, status: 301, note: String::new() };
                    desk::redirects::create(self.tx, permit, path, draft).map_err(|e| e.at(&at))?;
                    added = true;
                }
            }
        }
        Ok(added)
    }

    pub(super) fn redirect(&mut self, r: &RedirectRecord, digest: String) -> Result<Outcome, Error> {
        let to = match &r.to {
            None => None,
            Some(DestinationRecord::Address(address)) => Some(Destination::Address(address.clone())),
            Some(DestinationRecord::Thing { kind, key, locale }) => {
                let id = self.lookup(kind.as_str(), key, "#/to/key")?;
                Some(Destination::Thing(Thing { kind: *kind, id, locale: locale.clone() }))
            }
        };
        let draft = RedirectDraft { to, status: r.status, note: r.note.clone() };
        let permit: Permit<ManageRedirects> = self.permit()?;
        let there = spelled(&r.from).map_or(Ok(None), |from| store::redirects::at(self.tx, &from))?;
        let Some(there) = there else {
            let made = desk::redirects::create(self.tx, permit, &r.from, draft)?;
            self.remember("redirect", &made.from, made.id.uuid(), digest, json!(made.version))?;
            return Ok(Outcome::Created);
        };
        self.applied(("redirect", &there.from, there.id.uuid()), digest, there.version, |tx| {
            Ok(desk::redirects::revise(tx, permit, there.id, there.version, |_| Ok(draft))?.version)
        })
    }
}
