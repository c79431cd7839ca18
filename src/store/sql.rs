//! Queries whose shape is known only at run time, on both engines, with their values bound and the statement cached.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    query_dsl::methods::LoadQuery,
    sql_types::{BigInt, Binary, Bool, Text, Untyped},
};
use serde_json::Value;

use super::{
    Tx,
    dialect::{At, Conn, Doc, Json, MultiBackend, Uid},
    failure::in_words,
};
use crate::domain::{Error, Id, Instant, Locale, page::Paging};

enum Part {
    Text(String),
    Uid(Id<()>),
    Str(String),
    At(Instant),
    Int(i64),
    Bool(bool),
    Doc(Json),
    Bytes(Vec<u8>),
}

/// A query in the making: text from this code base, values from anywhere; and whether its text is not worth keeping.
#[derive(Default)]
pub(super) struct Sql(Vec<Part>, bool);

/// Rows of values up to which a statement is kept for the next time: there is one text for each number of rows.
const KEPT_ROWS: usize = 8;

/// Items of a list up to which a statement is kept.
const KEPT_ITEMS: usize = 128;

impl Sql {
    pub(super) fn new(text: &str) -> Self {
        Self(vec![Part::Text(text.to_owned())], false)
    }

    /// Append text, which never comes from outside.
    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        match self.0.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.0.push(Part::Text(text.to_owned())),
        }
        self
    }

    /// Append another query.
    pub(super) fn append(&mut self, other: Self) -> &mut Self {
        self.1 |= other.1;
        for part in other.0 {
            match part {
                Part::Text(text) => _ = self.push(&text),
                value => self.0.push(value),
            }
        }
        self
    }

    pub(super) fn id<T>(&mut self, id: Id<T>) -> &mut Self {
        self.0.push(Part::Uid(id.cast()));
        self
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push(Part::Str(text.to_owned()));
        self
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.push(Part::Bytes(bytes.to_vec()));
        self
    }

    /// `'%text%' ESCAPE '\\'`: what has a text in it.
    pub(super) fn containing(&mut self, text: &str) -> &mut Self {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.text(&format!("%{escaped}%")).push(" ESCAPE '\\'")
    }

    pub(super) fn at(&mut self, at: Instant) -> &mut Self {
        self.0.push(Part::At(at));
        self
    }

    pub(super) fn int(&mut self, int: i64) -> &mut Self {
        self.0.push(Part::Int(int));
        self
    }

    pub(super) fn bool(&mut self, bool: bool) -> &mut Self {
        self.0.push(Part::Bool(bool));
        self
    }

    pub(super) fn doc(&mut self, value: Value) -> &mut Self {
        self.0.push(Part::Doc(Json(value)));
        self
    }

    /// `(a, b, c)`; never empty, so that `IN` stays valid.
    pub(super) fn ids<T>(&mut self, ids: impl IntoIterator<Item = Id<T>>) -> &mut Self {
        self.list(ids, Self::id)
    }

    /// `('en', 'hi')`; never empty.
    pub(super) fn locales<'l>(&mut self, locales: impl IntoIterator<Item = &'l Locale>) -> &mut Self {
        self.list(locales, |sql, l| sql.text(l.as_str()))
    }

    /// Which of these pairs of an article and a locale a row is of, by the columns that say so: `((l = 'en' AND a IN (x, y)) OR …)`, so that each locale is
    /// looked up along an index. Never empty.
    pub(super) fn pairs<'l, T>(
        &mut self,
        (article, locale): (&str, &str),
        those: impl IntoIterator<Item = (Id<T>, &'l Locale)>,
    ) -> &mut Self {
        let mut by_locale: BTreeMap<&Locale, BTreeSet<Id<T>>> = BTreeMap::new();
        for (id, locale) in those {
            by_locale.entry(locale).or_default().insert(id);
        }
        if by_locale.is_empty() {
            return self.push("FALSE");
        }
        for (n, (of, ids)) in by_locale.into_iter().enumerate() {
            self.push(if n == 0 { "((" } else { ") OR (" }).push(locale).push(" = ").text(of.as_str());
            self.push(" AND ").push(article).push(" IN ").ids(ids);
        }
        self.push("))")
    }

    /// `('a', 'b')`; never empty.
    pub(super) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t String>) -> &mut Self {
        self.list(texts, |sql, text| sql.text(text))
    }

    /// The same of words of this code base.
    pub(super) fn words<'t>(&mut self, words: impl IntoIterator<Item = &'t str>) -> &mut Self {
        self.list(words, Self::text)
    }

    /// True when nothing was appended yet.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn list<T: Copy>(&mut self, items: impl IntoIterator<Item = T>, mut push: impl FnMut(&mut Self, T) -> &mut Self) -> &mut Self {
        self.push("(");
        let (mut count, mut last) = (0_usize, None);
        for item in items {
            if count > 0 {
                self.push(", ");
            }
            push(self, item);
            count = count.saturating_add(1);
            last = Some(item);
        }
        // As with rows, each number of items is a statement of its own: so that these are few, the last item is named again.
        if let Some(last) = last.filter(|_| (KEPT_ROWS + 1..=KEPT_ITEMS).contains(&count)) {
            for _ in count..count.next_power_of_two() {
                push(self.push(", "), last);
            }
        } else if count == 0 {
            self.push("NULL");
        }
        self.1 |= count > KEPT_ITEMS;
        self.push(")")
    }

    /// `VALUES (…), (…)`: a row for each item, of the columns that `row` appends.
    pub(super) fn values<T>(&mut self, items: impl IntoIterator<Item = T>, mut row: impl FnMut(&mut Values<'_>, T)) -> &mut Self {
        self.push(" VALUES ");
        for (n, item) in items.into_iter().enumerate() {
            self.push(if n == 0 { "(" } else { ", (" });
            row(&mut Values { sql: self, first: true }, item);
            self.push(")");
            self.1 |= n >= KEPT_ROWS;
        }
        self
    }

    /// The rows of a page, and one more where there are more: in the order of an instant, if of one, and then of an id.
    pub(super) fn page(&mut self, paging: Paging, instant: Option<&str>, id: &str, newest_first: bool) -> &mut Self {
        let ascending = newest_first == paging.backwards();
        if let Some(c) = paging.cursor {
            let sign = if ascending { " > " } else { " < " };
            self.push(" AND (");
            if let Some(column) = instant {
                let at = Instant::from_micros(c.key);
                self.push(column).push(sign).at(at).push(" OR ").push(column).push(" = ").at(at).push(" AND ");
            }
            self.push(id).push(sign).id(Id::<()>::from(c.id)).push(")");
        }
        let way = if ascending { "" } else { " DESC" };
        self.push(" ORDER BY ");
        if let Some(column) = instant {
            self.push(column).push(way).push(", ");
        }
        self.push(id).push(way).push(" LIMIT ").int(i64::from(paging.limit).saturating_add(1))
    }

    /// The first row, if there is one.
    pub(super) fn first<'q, T>(self, tx: &mut Tx<'_>) -> Result<Option<T>, Error>
    where
        Self: LoadQuery<'q, Conn, T>,
    {
        diesel::RunQueryDsl::get_result(self, tx.conn).optional().map_err(in_words)
    }

    /// The number that it selects as `n`.
    pub(super) fn count(self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        Ok(self.first::<Count>(tx)?.map_or(0, |count| count.n))
    }
}

/// A row of values in the making.
pub(super) struct Values<'s> {
    sql: &'s mut Sql,
    first: bool,
}

impl Values<'_> {
    fn value(&mut self, part: Part) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.sql.push(", ");
        }
        match part {
            Part::Text(text) => _ = self.sql.push(&text),
            value => self.sql.0.push(value),
        }
        self
    }

    pub(super) fn id<T>(&mut self, id: Id<T>) -> &mut Self {
        self.value(Part::Uid(id.cast()))
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.value(Part::Str(text.to_owned()))
    }

    pub(super) fn at(&mut self, at: Instant) -> &mut Self {
        self.value(Part::At(at))
    }

    pub(super) fn int(&mut self, int: impl Into<i64>) -> &mut Self {
        self.value(Part::Int(int.into()))
    }

    pub(super) fn bool(&mut self, bool: bool) -> &mut Self {
        self.value(Part::Bool(bool))
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.value(Part::Bytes(bytes.to_vec()))
    }

    pub(super) fn doc(&mut self, value: Value) -> &mut Self {
        self.value(Part::Doc(Json(value)))
    }

    /// A value, or none.
    pub(super) fn some<T>(&mut self, value: Option<T>, push: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            Some(value) => push(self, value),
            None => self.value(Part::Text("NULL".to_owned())),
        }
    }
}

impl QueryFragment<MultiBackend> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        if self.1 {
            out.unsafe_to_cache_prepared();
        }
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Uid(id) => out.push_bind_param::<Uid, _>(id)?,
                Part::Str(text) => out.push_bind_param::<Text, _>(text)?,
                Part::At(at) => out.push_bind_param::<At, _>(at)?,
                Part::Int(int) => out.push_bind_param::<BigInt, _>(int)?,
                Part::Bool(bool) => out.push_bind_param::<Bool, _>(bool)?,
                Part::Doc(json) => out.push_bind_param::<Doc, _>(json)?,
                Part::Bytes(bytes) => out.push_bind_param::<Binary, _>(bytes)?,
            }
        }
        Ok(())
    }
}
impl QueryId for Sql {
    type QueryId = ();
    // The text decides; the statement cache then works by text.
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl Query for Sql {
    type SqlType = Untyped;
}
impl diesel::RunQueryDsl<Conn> for Sql {}
