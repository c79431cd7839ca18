//! Generated content: the stories of a newsroom, many times over.

use crate::{
    access::{Permit, action::Import},
    domain::{Error, Instant, Locale},
    store::{self, Tx, multiply::Plan},
};

/// Over how many seconds generated stories are spread: ten years.
const SPREAD: i64 = 315_360_000;

/// Plan to make `count` copies of the stories that are live now in the site's default locale, at most a hundred of them.
///
/// # Errors
/// [`Error::Conflict`] when none is.
pub fn plan(tx: &mut Tx<'_>, permit: &Permit<Import>, count: i64) -> Result<Plan, Error> {
    let masthead = store::site::masthead(tx)?;
    let templates = store::multiply::templates(tx, permit, &masthead.site.default_locale)?;
    if templates.is_empty() {
        return Err(Error::Conflict { code: "no-stories", detail: "there is no live story to make others of".to_owned() });
    }
    let mut locales: Vec<Locale> = vec![masthead.site.default_locale.clone()];
    locales.extend(masthead.locales.iter().map(|l| l.locale.clone()).filter(|l| *l != masthead.site.default_locale));
    let since = tx.now().plus_seconds(-SPREAD);
    // Every copy takes a number of the change log at least, so that these numbers are never used twice.
    let first = store::changes::last(tx)?.saturating_add(1);
    let step = SPREAD.saturating_mul(1_000_000).checked_div(count).unwrap_or(1).max(1);
    Ok(Plan { templates, locales, first, since: Instant::from_micros(since.as_micros()), step })
}

/// Make some of the copies; how many translations were published.
///
/// # Errors
/// [`Error::Taken`] when they were made before.
pub fn multiply(tx: &mut Tx<'_>, permit: &Permit<Import>, plan: &Plan, range: (i64, i64)) -> Result<usize, Error> {
    store::multiply::multiply(tx, permit, plan, range)
}
