//! Authors and tags in the order of their names, and what they are found by: for each locale under the name that its readers are shown.
//!
//! **Context.** A list sorted by name is read page by page from either database, neither of which sorts as a language does, nor as the other.
//! The name that is shown falls back, and is sorted by the rules of the locale that asks, not of that which it is in.
//!
//! **Decision.** A row for each author and tag in each locale of the site holds its sort key there (ICU's, as bytes) and its folded name.
//! What a locale's rows were made with is kept beside them: the version of the collation, and the locales in which names are looked for. Where that
//! is no longer what it would be now, all rows of the locale are made again: after an update of the program at its start, else in the transaction
//! that changed the site or a locale. What an older program has inserted since gets its rows then, too. **Consequence.** A page is one range of an index, however many tags there are, and nothing is kept in
//! memory. A tag costs a row for each locale; a change of the default locale, or of a fallback, writes as many rows as there are things, for each
//! locale whose readers are shown other names by it. What an older program has renamed beside this one, while instances are replaced,
//! stands where it stood until it is saved again.

use std::collections::{BTreeMap, HashMap};

use diesel::{QueryableByName, sql_types::Text};

use super::{RunQueryDsl, Tx, dialect::Uid, site, sql::Sql};
use crate::domain::{
    Error, Id, Locale,
    address::AddressKind,
    collation::Collation,
    fold::search_key,
    locale::LocaleState,
    name::{self, Names},
    site::Masthead,
};

/// Rows that one statement writes.
const AT_ONCE: usize = 500;

/// A locale of the site, and where names are looked for by those who read it.
struct Readers {
    locale: Locale,
    chain: Vec<Locale>,
    collation: Collation,
}

impl Readers {
    fn all(masthead: &std::sync::Arc<Masthead>) -> Result<Vec<Self>, Error> {
        let public = masthead.for_readers();
        let of = |l: &crate::domain::locale::LocaleSettings| {
            // Readers are not told of what falls back to a locale that is only prepared.
            let seen = if l.state == LocaleState::Public { &public } else { masthead };
            let collation = Collation::of(&l.locale).ok_or_else(|| Error::internal("there are no rules to sort by"))?;
            Ok(Self { locale: l.locale.clone(), chain: seen.name_chain(&l.locale), collation })
        };
        masthead.locales.iter().map(of).collect()
    }

    fn made_with(&self) -> String {
        let chain: Vec<&str> = self.chain.iter().map(Locale::as_str).collect();
        format!("{} {}", self.collation.version(), chain.join(" "))
    }
}

fn insert<'n>(tx: &mut Tx<'_>, kind: AddressKind, rows: impl Iterator<Item = (Id<()>, &'n Readers, &'n str)>) -> Result<(), Error> {
    let mut rows = rows.peekable();
    // Ends: each round takes as many as there are, or so many.
    while rows.peek().is_some() {
        let mut sql = Sql::new("INSERT INTO sorted_names (locale, kind, sort_key, target_id, folded)");
        sql.values(rows.by_ref().take(AT_ONCE), |row, (id, readers, name)| {
            row.text(readers.locale.as_str()).text(kind.as_str());
            row.bytes(readers.collation.key(name).as_bytes()).id(id).text(&search_key(name));
        });
        sql.execute(tx)?;
    }
    Ok(())
}

/// Let one be sorted and found by these names.
pub(super) fn replace(tx: &mut Tx<'_>, (kind, id): (AddressKind, Id<()>), names: &Names) -> Result<(), Error> {
    remove(tx, id)?;
    let all = Readers::all(&site::masthead(tx)?)?;
    insert(tx, kind, all.iter().filter_map(|readers| Some((id, readers, name::pick(names, &readers.chain)?.1.name.as_str()))))
}

/// Let one be listed no more.
pub(super) fn remove(tx: &mut Tx<'_>, id: Id<()>) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM sorted_names WHERE target_id = ");
    sql.id(id);
    sql.execute(tx).map(drop)
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    made_with: String,
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Uid)]
    target_id: Id<()>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Make those rows again that were made with something else than they would be now, and drop those of locales that are gone.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn refresh(tx: &mut Tx<'_>) -> Result<(), Error> {
    site::queue(tx)?;
    let made = Sql::new("SELECT locale, made_with FROM sorted_locales").load::<Made>(tx)?;
    let mut made: BTreeMap<String, String> = made.into_iter().map(|row| (row.locale, row.made_with)).collect();
    let all = Readers::all(&site::masthead(tx)?)?;
    let (kept, due): (Vec<_>, Vec<_>) = all.iter().partition(|readers| made.get(readers.locale.as_str()) == Some(&readers.made_with()));
    for readers in &kept {
        made.remove(readers.locale.as_str());
    }
    make(tx, &kept, " WHERE NOT EXISTS (SELECT 1 FROM sorted_names s WHERE s.target_id = k.id)")?;
    for locale in made.keys() {
        for table in ["sorted_names", "sorted_locales"] {
            let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE locale = "));
            sql.text(locale);
            sql.execute(tx)?;
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    // Everything that has a name may be touched.
    tx.extend_timeout()?;
    make(tx, &due, "")?;
    let mut sql = Sql::new("INSERT INTO sorted_locales (locale, made_with)");
    sql.values(due, |row, readers| _ = row.text(readers.locale.as_str()).text(&readers.made_with()));
    sql.execute(tx).map(drop)
}

/// Make the rows that authors and tags have in some locales.
fn make(tx: &mut Tx<'_>, readers: &[&Readers], only: &str) -> Result<(), Error> {
    if readers.is_empty() {
        return Ok(());
    }
    for (kind, table) in [(AddressKind::Author, "authors"), (AddressKind::Tag, "tags")] {
        let sql = Sql::new(&format!("SELECT n.target_id, n.locale, n.name FROM names n JOIN {table} k ON k.id = n.target_id{only}"));
        let mut all: HashMap<Id<()>, BTreeMap<Locale, String>> = HashMap::new();
        for row in sql.load::<NameRow>(tx)? {
            all.entry(row.target_id).or_default().insert(Locale::stored(row.locale), row.name);
        }
        for readers in readers {
            insert(tx, kind, all.iter().filter_map(|(id, names)| Some((*id, *readers, name::pick(names, &readers.chain)?.1.as_str()))))?;
        }
    }
    Ok(())
}
