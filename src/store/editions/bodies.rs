//! Bodies of live editions, of which one answer holds only so many bytes.
//!
//! **Context.** A body may have a megabyte and a list a hundred articles, and whoever reads them needs no token. **Decision.** What a list shows is read
//! without bodies first, with the length of each, which both engines know without reading it; only those that fit are read then. **Consequence.** A list
//! with bodies costs one statement more, and nobody makes the server hold a hundred of the longest.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use uuid::Uuid;

use super::{
    body_form::BodyForm,
    live::{Live, LiveRow},
};
use crate::{
    access::Visibility,
    domain::{Error, Id, Locale, article::Article, edition::Edition, text::limits},
    store::{RunQueryDsl, Tx, dialect::Uid, sql::Sql},
};

/// Which bodies come with live editions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bodies {
    /// In this form.
    pub form: BodyForm,
    /// Those in all other languages as well.
    pub everywhere: bool,
}

impl Bodies {
    /// None at all.
    pub const NONE: Self = Self { form: BodyForm::None, everywhere: false };

    /// What is read of an edition `e` to learn how long they are.
    pub(in crate::store) fn weigh(self, tx: &Tx<'_>, sql: &mut Sql) {
        sql.push(", e.id AS edition_id, CAST(");
        if self.form == BodyForm::None {
            sql.push("0");
        } else {
            sql.push("(SELECT SUM(").push(self.form.bytes()).push(") FROM editions x WHERE ");
            if self.everywhere {
                sql.public(tx, "x").push(" AND x.article_id = e.article_id)");
            } else {
                sql.push("x.id = e.id)");
            }
        }
        sql.push(" AS BIGINT) AS bytes");
    }
}

/// A live edition whose body is not read yet.
#[derive(QueryableByName)]
pub(in crate::store) struct Weighed {
    #[diesel(embed)]
    bare: LiveRow,
    #[diesel(sql_type = Uid, deserialize_as = Id<Edition>)]
    edition_id: Uuid,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// A live edition without its body, its own id, and how many bytes its bodies have.
#[derive(Debug)]
pub(in crate::store) struct Bare {
    pub(in crate::store) live: Live,
    edition: Uuid,
    bytes: usize,
}

impl Weighed {
    pub(in crate::store) fn domain(self) -> Result<Bare, Error> {
        Ok(Bare { live: self.bare.domain()?, edition: self.edition_id, bytes: usize::try_from(self.bytes).unwrap_or(usize::MAX) })
    }
}

/// How many of these, from the first on, have bodies that one answer holds: one at least.
pub(in crate::store) fn fitting(all: &[Bare]) -> usize {
    let held = all.iter().scan(0_usize, |held, bare| {
        *held = held.saturating_add(bare.bytes);
        Some(*held)
    });
    held.take_while(|held| *held <= limits::ANSWER_BODIES).count().max(1)
}

/// Read the bodies of live editions, in one statement.
pub(in crate::store) fn filled(tx: &mut Tx<'_>, all: Vec<Bare>, form: BodyForm) -> Result<Vec<Live>, Error> {
    #[derive(QueryableByName)]
    struct BodyRow {
        #[diesel(sql_type = Uid, deserialize_as = Id<Edition>)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        body: String,
    }
    let mut bodies = HashMap::new();
    if form != BodyForm::None && !all.is_empty() {
        let mut sql = Sql::new("SELECT e.id, ");
        sql.push(form.select()).push(" AS body FROM editions e WHERE e.id IN ");
        sql.ids(all.iter().map(|bare| Id::<Edition>::from(bare.edition)));
        bodies.extend(sql.load::<BodyRow>(tx)?.into_iter().map(|row| (row.id, row.body)));
    }
    Ok(all.into_iter().map(|bare| Live { body: bodies.remove(&bare.edition).unwrap_or_default(), ..bare.live }).collect())
}

/// How many bytes the bodies of some articles have, in those of these languages that they are live in.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn bytes_everywhere(
    tx: &mut Tx<'_>,
    _: Visibility,
    articles: &[Id<Article>],
    locales: &[&Locale],
    form: BodyForm,
) -> Result<usize, Error> {
    #[derive(QueryableByName)]
    struct Bytes {
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    let mut sql = Sql::new("SELECT CAST(COALESCE(SUM(");
    sql.push(form.bytes()).push("), 0) AS BIGINT) AS bytes FROM editions x WHERE ").public(tx, "x").push(" AND x.article_id IN ");
    sql.ids(articles.iter().copied()).push(" AND x.locale IN ").locales(locales.iter().copied());
    Ok(sql.first::<Bytes>(tx)?.map_or(0, |sum| usize::try_from(sum.bytes).unwrap_or(usize::MAX)))
}
