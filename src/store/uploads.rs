//! Files that come in several requests: how much of each has come to stay, and what came of it.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text},
};

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Uid},
    sql::{Sql, Values},
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant,
        error::FileFault,
        media::MediaId,
        upload::{LIFE, Outcome, Upload, UploadId},
        user::User,
    },
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: UploadId,
    #[diesel(sql_type = Uid)]
    user_id: Id<User>,
    #[diesel(sql_type = BigInt)]
    length: i64,
    #[diesel(sql_type = BigInt)]
    received: i64,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    metadata: String,
    #[diesel(sql_type = Nullable<Uid>)]
    media_id: Option<MediaId>,
    #[diesel(sql_type = Nullable<Text>)]
    fault: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    detail: Option<String>,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    expires_at: Instant,
}

fn fault(kind: &str, detail: String) -> FileFault {
    match kind {
        "unsupported" => FileFault::Unsupported(detail),
        "too-complex" => FileFault::TooComplex(detail),
        _ => FileFault::Broken(detail),
    }
}

const fn told(fault: &FileFault) -> (&'static str, &String) {
    match fault {
        FileFault::Unsupported(detail) => ("unsupported", detail),
        FileFault::TooComplex(detail) => ("too-complex", detail),
        FileFault::Broken(detail) => ("broken", detail),
    }
}

impl TryFrom<Row> for Upload {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let refused = row.fault.map(|kind| Outcome::Refused(fault(&kind, row.detail.unwrap_or_default())));
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            length: u64::try_from(row.length).map_err(Error::internal)?,
            received: u64::try_from(row.received).map_err(Error::internal)?,
            name: row.name,
            metadata: row.metadata,
            outcome: row.media_id.map(Outcome::Item).or(refused),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

fn stored(bytes: u64) -> Result<i64, Error> {
    i64::try_from(bytes).map_err(Error::internal)
}

/// An upload of somebody's, as long as it is there.
///
/// # Errors
/// [`Error::NotFound`], also of what is somebody else's; [`Error::Gone`] when its time is over.
pub fn find(tx: &mut Tx<'_>, id: UploadId, user: Id<User>) -> Result<Upload, Error> {
    let mut sql = Sql::new(
        "SELECT id, user_id, length, received, name, metadata, media_id, fault, detail, created_at, expires_at FROM uploads WHERE id = ",
    );
    sql.id(id).push(" AND user_id = ").id(user);
    let row = sql.first::<Row>(tx)?.ok_or(Error::NotFound("upload"))?;
    Upload::try_from(row)?.present(tx.now())
}

/// How many uploads of somebody are unfinished, and how many bytes they will have together. Nobody begins one before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn unfinished(tx: &mut Tx<'_>, user: Id<User>) -> Result<(i64, u64), Error> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = BigInt)]
        n: i64,
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    dialect::queue_for(tx.conn, "uploads")?;
    let mut sql = Sql::new("SELECT COUNT(*) AS n, CAST(COALESCE(SUM(length), 0) AS BIGINT) AS bytes FROM uploads WHERE user_id = ");
    let now = tx.now();
    sql.id(user).push(" AND media_id IS NULL AND fault IS NULL AND expires_at > ").at(now);
    let sum = sql.first::<Sum>(tx)?;
    Ok(sum.map_or((0, 0), |sum| (sum.n, u64::try_from(sum.bytes).unwrap_or(u64::MAX))))
}

/// Begin one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn begin<A>(tx: &mut Tx<'_>, granted: &Granted<A, Upload>) -> Result<(), Error> {
    let upload = granted.get();
    let (length, received) = (stored(upload.length)?, stored(upload.received)?);
    let mut sql = Sql::new("INSERT INTO uploads (id, user_id, length, received, name, metadata, created_at, expires_at)");
    sql.values([upload], |row: &mut Values<'_>, one| {
        row.id(one.id).id(one.user_id).int(length).int(received).text(&one.name).text(&one.metadata);
        row.at(one.created_at).at(one.expires_at);
    });
    sql.execute(tx).map(drop)
}

/// Count so many bytes of an upload, which are in the store to stay; it is waited for as long again.
///
/// # Errors
/// [`Error::NotFound`] when it is gone; [`Error::Conflict`] with code `upload-under-way` when something else came of it meanwhile.
pub fn advance(tx: &mut Tx<'_>, before: &Upload, received: u64) -> Result<Upload, Error> {
    let expires_at = tx.now().plus_seconds(LIFE);
    let mut sql = Sql::new("UPDATE uploads SET received = ");
    sql.int(stored(received)?).push(", expires_at = ").at(expires_at).push(" WHERE id = ").id(before.id);
    sql.push(" AND received = ").int(stored(before.received)?).push(" AND media_id IS NULL AND fault IS NULL");
    if sql.execute(tx)? == 0 {
        find(tx, before.id, before.user_id)?;
        let detail = "another request sends bytes of this upload; ask for its offset again".to_owned();
        return Err(Error::Conflict { code: "upload-under-way", detail });
    }
    Ok(Upload { received, expires_at, ..before.clone() })
}

/// Write down what came of an upload.
///
/// # Errors
/// [`Error::NotFound`] when it is gone.
pub fn end<A>(tx: &mut Tx<'_>, granted: &Granted<A, Upload>, outcome: &Outcome) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE uploads SET received = length, ");
    match outcome {
        Outcome::Item(media) => sql.push("media_id = ").id(*media),
        Outcome::Refused(fault) => {
            let (kind, detail) = told(fault);
            sql.push("fault = ").text(kind).push(", detail = ").text(detail)
        }
    };
    let expires_at = tx.now().plus_seconds(LIFE);
    sql.push(", expires_at = ").at(expires_at).push(" WHERE id = ").id(granted.get().id);
    if sql.execute(tx)? == 0 { Err(Error::NotFound("upload")) } else { Ok(()) }
}

/// Forget an upload.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Upload>) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM uploads WHERE id = ");
    sql.id(granted.get().id);
    sql.execute(tx).map(drop)
}

/// Forget the uploads whose time is over; which ones these were, as far as it is some at a time.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget_those_over(tx: &mut Tx<'_>) -> Result<Vec<UploadId>, Error> {
    #[derive(QueryableByName)]
    struct Over {
        #[diesel(sql_type = Uid)]
        id: UploadId,
    }
    // What goes on meanwhile is not over: the answer is what was removed.
    let mut sql = Sql::new("DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE expires_at <= ");
    let now = tx.now();
    sql.at(now).push(" ORDER BY expires_at LIMIT 1000) AND expires_at <= ").at(now).push(" RETURNING id");
    let over: Vec<UploadId> = sql.load::<Over>(tx)?.into_iter().map(|row| row.id).collect();
    Ok(over)
}
