//! In which order colleagues stand, and what they are found by ([`search_key`]): the same on both engines, for neither sorts or folds a name as
//! people mean it. Names of people come from everywhere, so they stand in the order of CLDR's root, whoever looks.

use diesel::{RunQueryDsl, prelude::*};

use super::{
    Bind,
    dialect::{self, Conn, Use},
    failure::in_words,
    present_users::everybody,
    schema::users,
};
use crate::domain::{Error, Id, Locale, collation::Collation, fold::search_key, user::User};

fn collation() -> Result<Collation, Error> {
    Collation::of(&Locale::english()).ok_or_else(|| Error::internal("there are no rules to sort by"))
}

/// What a name is sorted by, and what it is found by.
pub(super) fn keys(name: &str) -> Result<(Vec<u8>, String), Error> {
    Ok((collation()?.key(name).as_bytes().to_vec(), search_key(name)))
}

/// Make the keys that are missing, or that are others now: of users from before there were any, of those whom an older program has let in since,
/// and of all when the rules have a new version. A newsroom has some hundreds of users, a large one some thousands.
pub(super) fn fill(conn: &mut Conn) -> Result<(), Error> {
    type Row = (Bind<Id<User>>, String, Option<Vec<u8>>, Option<String>);
    let collation = collation()?;
    dialect::begin(conn, Use::Write).map_err(in_words)?;
    let filled = everybody().select((users::id, users::name, users::sort_key, users::name_key)).load::<Row>(conn).and_then(|rows| {
        for (id, name, sort_key, name_key) in rows {
            let (key, folded) = (collation.key(&name), search_key(&name));
            if sort_key.as_deref() != Some(key.as_bytes()) || name_key.as_ref() != Some(&folded) {
                let set = (users::sort_key.eq(Some(key.as_bytes())), users::name_key.eq(Some(folded)));
                diesel::update(everybody().filter(users::id.eq(id))).set(set).execute(conn)?;
            }
        }
        Ok(())
    });
    dialect::end(conn, filled.is_ok()).map_err(in_words)?;
    filled.map_err(in_words)
}
