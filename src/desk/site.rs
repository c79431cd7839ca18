//! Keeping the site.

use std::sync::Arc;

use crate::{
    access::{Permit, action::ManageSite, scope::Whole},
    domain::{
        Error, Version,
        site::{Masthead, Site, SiteDraft},
    },
    store::{self, Tx},
};

/// Change the site.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageSite>,
    expected: Option<Version>,
    with: impl FnOnce(&Site) -> Result<SiteDraft, Error>,
) -> Result<Masthead, Error> {
    permit.everywhere()?;
    store::site::queue(tx)?;
    let masthead = store::site::masthead(tx)?;
    let before = masthead.site.clone();
    if expected.is_some_and(|v| v != before.version) {
        return Err(Error::stale("site", before.version));
    }
    let next = before.version.saturating_add(1);
    let site = with(&before)?.remembering(&before.url_pattern).check(&masthead.locales, next, tx.now())?;
    let unchanged = Site { version: before.version, updated_at: before.updated_at, ..site.clone() };
    if unchanged == before {
        return Ok(Arc::unwrap_or_clone(masthead));
    }
    let granted = permit.over(Whole(site))?;
    store::site::save(tx, &granted)?;
    store::sorted_names::refresh(tx)?;
    let Whole(site) = granted.into_inner();
    Ok(Masthead::new(site, masthead.locales.clone()))
}
