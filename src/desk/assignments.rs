//! Giving work to people.

use crate::{
    access::{
        Permit,
        action::{AssignTranslation, ReviewTranslation},
    },
    domain::{Error, Id, Locale, article::Article, assignment::Assignment, translation::Slot, user::UserStatus},
    store::{self, Tx},
};

/// Say who works on the words of an article in a locale, or that nobody does. Who does not review there may take what is
/// nobody's, and give back what is theirs.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] for somebody who cannot work.
pub fn assign(
    tx: &mut Tx<'_>,
    permit: Permit<AssignTranslation>,
    id: Id<Article>,
    locale: &Locale,
    assignment: Option<&Assignment>,
) -> Result<Article, Error> {
    // Of two who take the same work at once, the second sees the first.
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    if store::site::masthead(tx)?.settings(locale).is_none() {
        return Err(Error::NotFound("locale"));
    }
    let slot = permit.over(Slot { article: article.clone(), locale: locale.clone() })?;
    let me = permit.caller().user_id();
    // Who reviews there hands out work.
    if !permit.caller().may::<ReviewTranslation>(slot.get()) {
        let held = store::assignments::of(tx, &[id])?.remove(&(id, locale.clone()));
        let mine = |of: Id<_>| me == Some(of);
        if held.is_some_and(|h| !mine(h.assignment.assignee)) || assignment.is_some_and(|a| !mine(a.assignee)) {
            return Err(Error::Forbidden("translation.review"));
        }
    }
    if let Some(assignment) = assignment {
        // Whoever deletes them beside this takes this from them too, or comes before.
        store::users::hold(tx, assignment.assignee)?;
        let there = match store::users::find(tx, assignment.assignee) {
            Ok(user) => user.status == UserStatus::Active,
            Err(Error::NotFound(_)) => false,
            Err(other) => return Err(other),
        };
        if !there {
            return Err(Error::invalid("#/assignee_id", "unknown_user", "nobody who can sign in has this id"));
        }
    }
    store::assignments::set(tx, &slot, assignment)?;
    Ok(article)
}
