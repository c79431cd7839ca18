//! Keeping redirects, one by one and many at once.
//!
//! **Decision.** What is live at an address comes before a redirect from it, so that nothing has to be refused for what is or will be live there, and
//! a redirect made in good time works as soon as the page has gone. Only a query tells otherwise: `/?p=7` is no front page once a redirect leads from
//! there.

use std::collections::BTreeMap;

use crate::{
    access::{Permit, action::ManageRedirects, scope::Whole},
    domain::{
        Error, Locale, Version, Violation,
        address::AddressKind,
        author::AuthorKind,
        error::Holder,
        redirect::{Destination, HOPS, Redirect, RedirectDraft, RedirectId, Thing, spelled},
        tag::TagKind,
    },
    store::{self, Tx},
};

/// The address that a redirect is to lead from, as it is kept.
fn address(from: &str) -> Result<String, Error> {
    spelled(from).ok_or_else(|| Error::invalid("#/from", "path", "a path of the site with its query, beginning with `/`"))
}

/// Nothing, when a thing is there and the caller may see it.
fn check_thing(tx: &mut Tx<'_>, permit: &Permit<ManageRedirects>, thing: &Thing) -> Result<(), Error> {
    let masthead = store::site::masthead(tx)?;
    if masthead.settings(&thing.locale).is_none() {
        return Err(Error::invalid("#/to/locale", "unknown_locale", "not a locale of this site"));
    }
    let found = match thing.kind {
        AddressKind::Article => store::articles::find(tx, &permit.visibility(), thing.id.into()).map(drop),
        AddressKind::Section => store::sections::find(tx, thing.id.into()).map(drop),
        AddressKind::Author => store::named::find::<AuthorKind>(tx, thing.id.into()).map(drop),
        AddressKind::Tag => store::named::find::<TagKind>(tx, thing.id.into()).map(drop),
    };
    found.map_err(|error| match error {
        Error::NotFound(kind) => Error::invalid("#/to/id", "unknown", format!("there is no {kind} with this id")),
        other => other,
    })
}

/// What is said of a redirect from an address, when it can be: it leads to something, and not back to where it begins.
fn checked(tx: &mut Tx<'_>, permit: &Permit<ManageRedirects>, from: &str, draft: RedirectDraft) -> Result<RedirectDraft, Error> {
    let draft = draft.check(from, &store::site::masthead(tx)?.site)?;
    if let Some(Destination::Thing(thing)) = &draft.to {
        return check_thing(tx, permit, thing).map(|()| draft);
    }
    let mut next = draft.to.as_ref().and_then(Destination::address);
    for _ in 0..HOPS {
        let Some(there) = next else { return Ok(draft) };
        next = store::redirects::at(tx, &there)?.and_then(|redirect| redirect.to?.address());
        if next.as_deref() == Some(from) {
            return Err(Error::invalid("#/to", "loop", format!("leads back by way of {there}")));
        }
    }
    Err(Error::invalid("#/to", "too_many_redirects", format!("more than {HOPS} redirects follow one another there")))
}

/// Add a redirect.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Taken`] when another leads from there; [`Error::Forbidden`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageRedirects>, from: &str, draft: RedirectDraft) -> Result<Redirect, Error> {
    permit.everywhere()?;
    let from = address(from)?;
    let RedirectDraft { to, status, note } = checked(tx, &permit, &from, draft)?;
    if let Some(other) = store::redirects::at(tx, &from)? {
        let holder = Holder { kind: "redirect", id: Some(other.id.uuid()), locale: None, name: other.from };
        return Err(Error::taken("#/from", "another redirect leads from there", Some(holder)));
    }
    let (id, now) = (tx.new_id(), tx.now());
    let redirect = permit.over(Whole(Redirect { id, from, to, status, note, version: 1, created_at: now, updated_at: now }))?;
    store::redirects::save(tx, &redirect)?;
    Ok(redirect.into_inner().0)
}

/// Change where a redirect leads.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Forbidden`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageRedirects>,
    id: RedirectId,
    expected: Version,
    with: impl FnOnce(&Redirect) -> Result<RedirectDraft, Error>,
) -> Result<Redirect, Error> {
    permit.everywhere()?;
    let before = store::redirects::find(tx, id)?;
    Error::unless_newest("redirect", before.version, expected)?;
    let draft = with(&before)?;
    let RedirectDraft { to, status, note } = checked(tx, &permit, &before.from, draft)?;
    if (&before.to, before.status, &before.note) == (&to, status, &note) {
        return Ok(before);
    }
    let (version, updated_at) = (before.version.saturating_add(1), tx.now());
    let redirect = permit.over(Whole(Redirect { to, status, note, version, updated_at, ..before }))?;
    store::redirects::save(tx, &redirect)?;
    Ok(redirect.into_inner().0)
}

/// Remove a redirect.
///
/// # Errors
/// [`Error::Stale`], [`Error::Forbidden`].
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageRedirects>, id: RedirectId, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    let redirect = permit.over(Whole(store::redirects::find(tx, id)?))?;
    Error::unless_newest("redirect", redirect.get().0.version, expected)?;
    store::redirects::delete(tx, &redirect, expected)
}

/// A row of a table of redirects.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// The line that it begins on.
    pub line: u64,
    /// The address.
    pub from: String,
    /// Where it leads.
    pub draft: Result<RedirectDraft, Error>,
}

/// What became of a table of redirects.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Rows that made a redirect.
    pub created: usize,
    /// Rows that changed one.
    pub updated: usize,
    /// Rows that said nothing new.
    pub unchanged: usize,
    /// What is wrong with the others, by line.
    pub findings: Vec<(u64, Violation)>,
}

/// Add the redirects of a table, or change those that lead from its addresses already; of two rows from one address the second is refused.
///
/// # Errors
/// [`Error::Forbidden`]; what is no row's fault.
pub fn import(tx: &mut Tx<'_>, permit: Permit<ManageRedirects>, rows: &[TableRow]) -> Result<Imported, Error> {
    permit.everywhere()?;
    tx.extend_timeout()?;
    let (mut imported, mut seen) = (Imported::default(), BTreeMap::new());
    for row in rows {
        match one(tx, &permit, row, &mut seen) {
            Ok(Became::New) => imported.created = imported.created.saturating_add(1),
            Ok(Became::Other) => imported.updated = imported.updated.saturating_add(1),
            Ok(Became::Same) => imported.unchanged = imported.unchanged.saturating_add(1),
            Err(Error::Invalid(all)) => imported.findings.extend(all.into_iter().map(|one| (row.line, one))),
            Err(other) => return Err(other),
        }
    }
    Ok(imported)
}

enum Became {
    New,
    Other,
    Same,
}

fn one(tx: &mut Tx<'_>, permit: &Permit<ManageRedirects>, row: &TableRow, seen: &mut BTreeMap<String, u64>) -> Result<Became, Error> {
    let (from, draft) = (address(&row.from)?, row.draft.clone()?);
    if let Some(line) = seen.get(&from) {
        return Err(Error::invalid("#/from", "repeated", format!("line {line} leads from there already")));
    }
    let became = match store::redirects::at(tx, &from)? {
        None => create(tx, permit.clone(), &from, draft).map(|_| Became::New)?,
        Some(there) => {
            let draft = RedirectDraft { note: there.note, ..draft };
            let after = revise(tx, permit.clone(), there.id, there.version, |_| Ok(draft))?;
            if after.version == there.version { Became::Same } else { Became::Other }
        }
    };
    seen.insert(from, row.line);
    Ok(became)
}

/// A destination as a table writes it: a path or URL as it is, a thing as `article:ID:LOCALE`.
#[must_use]
pub fn told(to: Option<&Destination>) -> String {
    match to {
        Some(Destination::Address(address)) => address.clone(),
        Some(Destination::Thing(Thing { kind, id, locale })) => format!("{kind}:{id}:{locale}"),
        None => String::new(),
    }
}

/// A destination out of a table.
///
/// # Errors
/// [`Error::Invalid`] for a thing whose id or locale is none.
pub fn read(to: &str) -> Result<Option<Destination>, Error> {
    if to.is_empty() {
        return Ok(None);
    }
    let mut parts = to.splitn(3, ':');
    let kind = parts.next().and_then(|kind| kind.parse::<AddressKind>().ok());
    let Some(kind) = kind else { return Ok(Some(Destination::Address(to.to_owned()))) };
    let (id, locale) = (parts.next().and_then(|id| id.parse().ok()), parts.next().and_then(|locale| locale.parse::<Locale>().ok()));
    let Some((id, locale)) = id.zip(locale) else {
        return Err(Error::invalid("#/to", "to", format!("a path, a URL, or `{kind}:` with its id, `:` and a locale")));
    };
    Ok(Some(Destination::Thing(Thing { kind, id, locale })))
}
