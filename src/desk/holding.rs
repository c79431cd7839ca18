//! Who has what only one may have: told to those who may see them, and to nobody else.

use crate::{
    access::{Action, Permit, action::ReadDesk},
    domain::{
        Error, Id,
        address::AddressKind,
        error::{Holder, Taken},
        slug::Slug,
    },
    store::{self, Tx, claims::Claim},
};

/// A refusal of a slug that was asked for by hand, with who has it.
pub(super) fn told<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, claim: Claim<'_>, slug: &Slug, refused: Error) -> Error {
    match refused {
        Error::Taken(taken) => match of_slug(tx, permit, claim, slug) {
            Ok(holder) => Error::Taken(Box::new(Taken { holder, ..*taken })),
            Err(failed) => failed,
        },
        other => other,
    }
}

fn of_slug<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, claim: Claim<'_>, slug: &Slug) -> Result<Option<Holder>, Error> {
    let (visibility, locale) = (permit.visibility(), claim.locale);
    let Some((kind, id)) = store::claims::holder(tx, claim, slug, &visibility)? else { return Ok(None) };
    let name = if kind == AddressKind::Article {
        match store::articles::find_anywhere(tx, &visibility, id.into()) {
            Ok(article) if article.shows(locale) => {
                let heads = store::translations::heads(tx, std::slice::from_ref(&article))?.remove(&article.id).unwrap_or_default();
                heads.into_iter().find(|head| head.locale == *locale).map(|head| head.headline)
            }
            Ok(_) | Err(Error::NotFound(_)) => None,
            Err(other) => return Err(other),
        }
    } else if Permit::<ReadDesk>::try_from(permit.caller().clone()).is_ok() {
        let mut names = store::names::one(tx, Id::<()>::from(id))?;
        names.remove(locale).or_else(|| names.into_values().next()).map(|name| name.name)
    } else {
        None
    };
    Ok(name.map(|name| Holder { kind: kind.as_str(), id: Some(id), locale: Some(locale.to_string()), name }))
}
