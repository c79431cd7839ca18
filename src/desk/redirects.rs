//! Keeping redirects, one by one and many at once.
//!
//! **Decision.** What is live at an address comes before a redirect from it, so that nothing has to be refused for what is or will be live there, and
//! a redirect made in good time works as soon as the page has gone. Only a query tells otherwise: `/?p=7` is no front page once a redirect leads from
//! there.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
    sync::Arc,
};

use uuid::Uuid;

use crate::{
    access::{Permit, action::ManageRedirects, scope::Whole},
    domain::{
        Error, Instant, Locale, Version, Violation,
        address::AddressKind,
        error::Holder,
        path::LONGEST,
        redirect::{Destination, HOPS, Redirect, RedirectDraft, RedirectId, Thing, spelled, without_dots},
        site::Masthead,
    },
    store::{self, Tx},
};

/// The address that a redirect is to lead from, as it is kept.
fn address(from: &str) -> Result<String, Error> {
    let long =
        format!("a path of the site with its query, beginning with `/`, of at most {LONGEST} bytes with what has to be percent-encoded");
    let address = spelled(from).ok_or_else(|| Error::invalid("#/from", "path", long))?;
    match without_dots(&address) {
        Some(asked) => {
            Err(Error::invalid("#/from", "path", format!("no browser asks for a path with `.` or `..` in it; they ask for {asked}")))
        }
        None => Ok(address),
    }
}

/// What of the site there is to know for redirects that are to be made: those from their addresses, those that follow them, and the things
/// that they lead to.
struct Known {
    masthead: Arc<Masthead>,
    redirects: HashMap<String, Option<Redirect>>,
    things: BTreeSet<(AddressKind, Uuid)>,
    merged: HashMap<Uuid, Uuid>,
}

impl Known {
    /// In a few statements, however many are to be made.
    fn read(
        tx: &mut Tx<'_>,
        permit: &Permit<ManageRedirects>,
        masthead: Arc<Masthead>,
        drafts: &[(&String, &RedirectDraft)],
    ) -> Result<Self, Error> {
        let (mut redirects, mut asked) = (HashMap::new(), BTreeSet::new());
        let mut things = BTreeSet::new();
        for (from, draft) in drafts {
            asked.insert((*from).clone());
            match &draft.to {
                Some(Destination::Thing(thing)) => _ = things.insert((thing.kind, thing.id)),
                Some(to) => asked.extend(to.looked_at()),
                None => {}
            }
        }
        for _ in 0..=HOPS {
            let found = store::redirects::from(tx, &asked)?;
            redirects.extend(mem::take(&mut asked).into_iter().map(|address| (address, None)));
            for redirect in found {
                asked.extend(redirect.to.iter().flat_map(Destination::looked_at));
                redirects.insert(redirect.from.clone(), Some(redirect));
            }
            asked.retain(|address| !redirects.contains_key(address));
        }
        let known = store::redirects::things(tx, &permit.visibility(), &things)?;
        let merged = store::merging::present(tx, things.difference(&known).copied())?;
        Ok(Self { masthead, redirects, things: known, merged })
    }

    /// The redirect from an address, as it is spelled.
    fn at(&self, address: &str) -> Option<&Redirect> {
        self.redirects.get(address)?.as_ref()
    }

    /// The same draft, when it leads to something, and readers who follow it are not led back to where it begins.
    fn checked(&self, from: &str, mut draft: RedirectDraft) -> Result<RedirectDraft, Error> {
        if let Some(Destination::Thing(Thing { kind, id, locale })) = &mut draft.to {
            if self.masthead.settings(locale).is_none() {
                return Err(Error::invalid("#/to/locale", "unknown_locale", "not a locale of this site"));
            }
            if let Some(into) = self.merged.get(id) {
                *id = *into;
            } else if !self.things.contains(&(*kind, *id)) {
                return Err(Error::invalid("#/to/id", "unknown", format!("there is no {kind} with this id")));
            }
            return Ok(draft);
        }
        let mut next = draft.to.as_ref().map(Destination::looked_at).unwrap_or_default();
        let mut by = None;
        for _ in 0..HOPS {
            let found = next.iter().find_map(|address| if address == from { Some(None) } else { self.at(address).map(Some) });
            match found {
                None => return Ok(draft),
                Some(None) => {
                    let why = by.map_or_else(|| "leads to itself".to_owned(), |by| format!("leads back by way of {by}"));
                    return Err(Error::invalid("#/to", "loop", why));
                }
                Some(Some(redirect)) => {
                    by = Some(&redirect.from);
                    next = redirect.to.as_ref().map(Destination::looked_at).unwrap_or_default();
                }
            }
        }
        Err(Error::invalid("#/to", "too_many_redirects", format!("more than {HOPS} redirects follow one another there")))
    }
}

/// The same redirect, as a draft has it; nothing, where that is as it is.
fn revised(before: &Redirect, draft: RedirectDraft, now: Instant) -> Option<Redirect> {
    let RedirectDraft { to, status, note } = draft;
    let is_new = (&before.to, before.status, &before.note) != (&to, status, &note);
    is_new.then(|| Redirect { to, status, note, version: before.version.saturating_add(1), updated_at: now, ..before.clone() })
}

/// Add a redirect.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Taken`] when another leads from there; [`Error::Forbidden`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageRedirects>, from: &str, draft: RedirectDraft) -> Result<Redirect, Error> {
    permit.everywhere()?;
    let (from, masthead) = (address(from)?, store::site::masthead(tx)?);
    let draft = draft.check(&from, &masthead.site)?;
    if draft.to.as_ref().and_then(Destination::address).is_some() {
        store::redirects::queue(tx)?;
    }
    let known = Known::read(tx, &permit, masthead, &[(&from, &draft)])?;
    let draft = known.checked(&from, draft)?;
    if let Some(other) = known.at(&from) {
        let holder = Holder { kind: "redirect", id: Some(other.id.uuid()), locale: None, name: other.from.clone() };
        return Err(Error::taken("#/from", "another redirect leads from there", Some(holder)));
    }
    let redirect = begun(tx, from, draft);
    store::redirects::save(tx, &permit.over(Whole(vec![redirect.clone()]))?)?;
    Ok(redirect)
}

fn begun(tx: &Tx<'_>, from: String, RedirectDraft { to, status, note }: RedirectDraft) -> Redirect {
    let now = tx.now();
    Redirect { id: tx.new_id(), from, to, status, note, version: 1, created_at: now, updated_at: now }
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
    store::redirects::queue(tx)?;
    let (before, masthead) = (store::redirects::find(tx, id)?, store::site::masthead(tx)?);
    Error::unless_newest("redirect", before.version, expected)?;
    let draft = with(&before)?.check(&before.from, &masthead.site)?;
    // Where it leads is looked at when it is to lead elsewhere.
    let draft = if draft.to == before.to {
        draft
    } else {
        Known::read(tx, &permit, masthead, &[(&before.from, &draft)])?.checked(&before.from, draft)?
    };
    let Some(after) = revised(&before, draft, tx.now()) else { return Ok(before) };
    store::redirects::save(tx, &permit.over(Whole(vec![after.clone()]))?)?;
    Ok(after)
}

/// Remove a redirect.
///
/// # Errors
/// [`Error::Stale`], [`Error::Forbidden`].
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageRedirects>, id: RedirectId, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    store::redirects::queue(tx)?;
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
    store::redirects::queue(tx)?;
    let masthead = store::site::masthead(tx)?;
    let read = |row: &TableRow| -> Result<(String, RedirectDraft), Error> {
        let from = address(&row.from)?;
        let draft = row.draft.clone()?.check(&from, &masthead.site)?;
        Ok((from, draft))
    };
    let rows: Vec<_> = rows.iter().map(|row| (row.line, read(row))).collect();
    let drafts: Vec<_> = rows.iter().filter_map(|(_, row)| row.as_ref().ok()).map(|(from, draft)| (from, draft)).collect();
    let mut known = Known::read(tx, &permit, masthead, &drafts)?;
    let (mut imported, mut seen, mut saved) = (Imported::default(), HashMap::new(), Vec::new());
    for (line, row) in rows {
        let checked = row.and_then(|(from, draft)| match seen.get(&from) {
            Some(line) => Err(Error::invalid("#/from", "repeated", format!("line {line} leads from there already"))),
            None => known.checked(&from, draft).map(|draft| (from, draft)),
        });
        let (from, draft) = match checked {
            Ok(checked) => checked,
            Err(Error::Invalid(all)) => {
                imported.findings.extend(all.into_iter().map(|one| (line, one)));
                continue;
            }
            Err(other) => return Err(other),
        };
        let (count, redirect) = match known.at(&from) {
            None => (&mut imported.created, Some(begun(tx, from.clone(), draft))),
            Some(there) => match revised(there, RedirectDraft { note: there.note.clone(), ..draft }, tx.now()) {
                None => (&mut imported.unchanged, None),
                after => (&mut imported.updated, after),
            },
        };
        *count = count.saturating_add(1);
        if let Some(redirect) = redirect {
            known.redirects.insert(from.clone(), Some(redirect.clone()));
            saved.push(redirect);
        }
        seen.insert(from, line);
    }
    store::redirects::save(tx, &permit.over(Whole(saved))?)?;
    Ok(imported)
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
