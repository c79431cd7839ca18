//! What headlines are found by ([`search_key`]): the same on both engines, for neither folds a text as people mean it.

use diesel::{RunQueryDsl, prelude::*};
use uuid::Uuid;

use super::{
    Bind,
    dialect::{self, Conn, Use},
    failure::in_words,
    schema::translations,
};
use crate::domain::{Error, Id, article::Article, fold::search_key};

/// Headlines that are folded in one transaction.
const BATCH: i64 = 1_000;

/// Fold the headlines of rows from before there were keys, and of those that an older program has inserted since. A headline that such a program
/// has changed beside this one, while instances are replaced, is found by what it was until it is saved again.
pub(super) fn fill(conn: &mut Conn) -> Result<(), Error> {
    let mut from = Id::from(Uuid::nil());
    // Ends: each round leaves fewer without a key.
    loop {
        dialect::begin(conn, Use::Write).map_err(in_words)?;
        let filled = translations::table
            .filter(translations::article_id.ge(Bind(from)).and(translations::headline_key.is_null()))
            .order(translations::article_id)
            .select((translations::article_id, translations::locale, translations::headline))
            .limit(BATCH)
            .load::<(Bind<Id<Article>>, String, String)>(conn)
            .and_then(|rows| {
                for (article, locale, headline) in &rows {
                    let key = translations::headline_key.eq(search_key(headline));
                    diesel::update(translations::table.find((article, locale))).set(key).execute(conn)?;
                }
                Ok(rows.last().map(|(article, ..)| article.0))
            });
        dialect::end(conn, filled.is_ok()).map_err(in_words)?;
        match filled.map_err(in_words)? {
            Some(last) => from = last,
            None => return Ok(()),
        }
    }
}
