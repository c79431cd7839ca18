//! Values that the two databases keep in different forms: ids, instants and documents, each under an SQL type of its own.

use std::io::Write;

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, Queryable},
    pg::{Pg, PgValue},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::HasSqlType,
    sqlite::Sqlite,
};
use serde_json::Value;
use uuid::Uuid;

use super::MultiBackend;
use crate::domain::{Error, Id, Instant};

/// SQL type of ids: 16 bytes, or `uuid`.
#[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Binary"), postgres_type(oid = 2950, array_oid = 2951))]
pub struct Uid;

/// SQL type of instants: microseconds since 1970, or `timestamptz`.
#[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Long"), postgres_type(oid = 1184, array_oid = 1185))]
pub struct At;

/// SQL type of JSON documents: text, or `jsonb`.
#[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Text"), postgres_type(oid = 3802, array_oid = 3807))]
pub struct Doc;

/// A JSON value as a column holds it.
#[derive(Debug, Clone, PartialEq, diesel::AsExpression)]
#[diesel(sql_type = Doc)]
pub struct Json(pub Value);

/// A JSON document that is read straight into what it stands for, when it is needed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct Unread(String);

impl Unread {
    /// The bytes of its text.
    pub(in crate::store) fn len(&self) -> usize {
        self.0.len()
    }

    /// What it stands for.
    pub(in crate::store) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.0).map_err(Error::internal)
    }
}

/// A value whose type lies below the store, for Diesel's own methods: those take only what was made for them where its type was.
#[derive(Debug, Clone, Copy, PartialEq, diesel::AsExpression, diesel::FromSqlRow)]
#[diesel(sql_type = Uid, sql_type = At)]
pub(in crate::store) struct Bind<T>(pub(in crate::store) T);

impl<T: FromSql<S, MultiBackend>, S> FromSql<S, MultiBackend> for Bind<T> {
    fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        T::from_sql(bytes).map(Self)
    }
}

macro_rules! sql_value {
    ([$($generics:tt)*] $rust:ty => $sql:ty) => {
        impl<$($generics)*> ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((<$sql>::default(), self));
                Ok(IsNull::No)
            }
        }
        impl<$($generics)* B: Backend> ToSql<$sql, B> for Bind<$rust>
        where
            $rust: ToSql<$sql, B>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, B>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }
        sql_value!(@read [$($generics)*] $rust => $sql);
    };
    (@read [$($generics:tt)*] $rust:ty => $sql:ty) => {
        impl<$($generics)*> FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                bytes.from_sql::<Self, $sql>()
            }
        }
        impl<$($generics)*> Queryable<$sql, MultiBackend> for $rust {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}

sql_value!([T: 'static,] Id<T> => Uid);
sql_value!([] Instant => At);
sql_value!([] Json => Doc);
sql_value!(@read [] Unread => Doc);

macro_rules! has_sql_type {
    ($($sql:ty),+) => {
        $(impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        })+
    };
}
has_sql_type!(Uid, At, Doc);

impl<T: 'static> ToSql<Uid, Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().as_bytes().to_vec());
        Ok(IsNull::No)
    }
}
impl<T: 'static> FromSql<Uid, Sqlite> for Id<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<diesel::sql_types::Binary, Sqlite>>::from_sql(value)?;
        Ok(Uuid::from_slice(&bytes)?.into())
    }
}
impl<T: 'static> ToSql<Uid, Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.uuid().as_bytes())?;
        Ok(IsNull::No)
    }
}
impl<T: 'static> FromSql<Uid, Pg> for Id<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Uuid::from_slice(value.as_bytes())?.into())
    }
}

/// Microseconds between 1970-01-01 and 2000-01-01, where `PostgreSQL`'s count begins.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

impl ToSql<At, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.as_micros());
        Ok(IsNull::No)
    }
}
impl FromSql<At, Sqlite> for Instant {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<diesel::sql_types::BigInt, Sqlite>>::from_sql(value).map(Self::from_micros)
    }
}
impl ToSql<At, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&self.as_micros().saturating_sub(POSTGRES_EPOCH).to_be_bytes())?;
        Ok(IsNull::No)
    }
}
impl FromSql<At, Pg> for Instant {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let bytes: [u8; 8] = value.as_bytes().try_into()?;
        Ok(Self::from_micros(i64::from_be_bytes(bytes).saturating_add(POSTGRES_EPOCH)))
    }
}

impl ToSql<Doc, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}
impl FromSql<Doc, Sqlite> for Json {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(&<Unread as FromSql<Doc, Sqlite>>::from_sql(value)?.0)?))
    }
}
impl FromSql<Doc, Sqlite> for Unread {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<diesel::sql_types::Text, Sqlite>>::from_sql(value).map(Self)
    }
}
impl ToSql<Doc, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
impl FromSql<Doc, Pg> for Unread {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self(std::str::from_utf8(text)?.to_owned())),
            _ => Err("not a jsonb value of version 1".into()),
        }
    }
}
impl FromSql<Doc, Pg> for Json {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(&<Unread as FromSql<Doc, Pg>>::from_sql(value)?.0)?))
    }
}
