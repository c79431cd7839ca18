//! What keeps something from being removed: how much of it there is and where it is listed, as far as whoever asks may see it.

use crate::{
    access::{
        Action, Permit,
        action::{ManageRedirects, ReadUsers},
        scope::Whole,
    },
    domain::{Error, Locale, error::UsedBy},
    store::{self, Tx, desk_lists::Filter, users::Granting},
};

/// So many of a kind, unless there are none.
pub(super) fn of(kind: &'static str, count: i64, url: &str) -> Option<UsedBy> {
    (count > 0).then(|| UsedBy { kind, count, url: Some(url.to_owned()) })
}

/// The articles that whoever asks finds in a desk list, under the query that gives it.
pub(super) fn articles<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, filter: &Filter, query: &str) -> Result<Option<UsedBy>, Error> {
    let count = store::desk_lists::how_many(tx, &permit.visibility(), filter)?;
    Ok(of("article", count, &format!("/v1/desk/articles?{query}")))
}

/// The grants within a section or a locale, for those who see users.
pub(super) fn grants<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, within: Granting) -> Result<Option<UsedBy>, Error> {
    if !permit.caller().may::<ReadUsers>(&Whole(())) {
        return Ok(None);
    }
    Ok(of("grant", store::users::granting(tx, &within)?, "/v1/desk/users"))
}

/// The redirects that lead into a locale, for those who keep them.
pub(super) fn redirects<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, locale: &Locale) -> Result<Option<UsedBy>, Error> {
    if !permit.caller().may::<ManageRedirects>(&Whole(())) {
        return Ok(None);
    }
    Ok(of("redirect", store::redirects::into(tx, locale)?, "/v1/desk/redirects"))
}
