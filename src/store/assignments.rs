//! Who works on which words.

use std::collections::{HashMap, HashSet};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Nullable, Text},
};

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{At, Uid},
    schema::assignments,
    sql::Sql,
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Locale,
        article::Article,
        assignment::{Assigned, Assignment},
        change::{Change, Event, Subject},
        translation::Slot,
        user::User,
    },
};

/// Give the words of a granted slot to somebody, or to nobody.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn set<A>(tx: &mut Tx<'_>, granted: &Granted<A, Slot>, assignment: Option<&Assignment>) -> Result<(), Error> {
    let Slot { article, locale } = granted.get();
    let gone = diesel::delete(assignments::table.find((Bind(article.id), locale.as_str()))).execute(tx)?;
    if let Some(assignment) = assignment {
        let row = (
            assignments::article_id.eq(Bind(article.id)),
            assignments::locale.eq(locale.as_str()),
            assignments::user_id.eq(Bind(assignment.assignee)),
            assignments::due_at.eq(assignment.due_at),
            assignments::assigned_by.eq(granted.caller().user_id()),
            assignments::assigned_at.eq(Bind(tx.now())),
        );
        diesel::insert_into(assignments::table).values(row).execute(tx)?;
    }
    if gone > 0 || assignment.is_some() {
        tx.record(Change::new(Event::Assigned, Subject::Translation(article.id, locale.clone())));
    }
    Ok(())
}

/// The words that a user is to work on.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn given_to(tx: &mut Tx<'_>, user: Id<User>) -> Result<HashSet<(Id<Article>, Locale)>, Error> {
    let held = assignments::table.filter(assignments::user_id.eq(Bind(user)));
    let rows: Vec<(Id<Article>, String)> = held.select((assignments::article_id, assignments::locale)).load(tx)?;
    Ok(rows.into_iter().map(|(article, locale)| (article, Locale::stored(locale))).collect())
}

/// Who works on the words of many articles, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<HashMap<(Id<Article>, Locale), Assigned>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Uid)]
        user_id: Id<User>,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Nullable<At>)]
        due_at: Option<Instant>,
        #[diesel(sql_type = Nullable<Uid>)]
        assigned_by: Option<Id<User>>,
        #[diesel(sql_type = At)]
        assigned_at: Instant,
    }
    let mut sql = Sql::new(
        "SELECT g.article_id, g.locale, g.user_id, u.name, g.due_at, g.assigned_by, g.assigned_at FROM assignments g \
         JOIN users u ON u.id = g.user_id WHERE g.article_id IN ",
    );
    sql.ids(articles.iter().copied());
    let row = |r: Row| {
        let assignment = Assignment { assignee: r.user_id, due_at: r.due_at };
        ((r.article_id, Locale::stored(r.locale)), Assigned { assignment, name: r.name, by: r.assigned_by, at: r.assigned_at })
    };
    Ok(sql.load::<Row>(tx)?.into_iter().map(row).collect())
}
