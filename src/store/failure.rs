//! Database failures in the newsroom's words: one place where constraints become answers, for both engines.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

use crate::domain::{Error, Violation};

/// Constraint on `PostgreSQL`, columns on `SQLite`, pointer, words.
const UNIQUE: [(&str, &str, &str, &str); 7] = [
    ("users_email_key", "users.email", "#/email", "another user has this address"),
    ("addresses_key", "addresses.locale, addresses.slug", "#/slug", "another address of this locale has this slug"),
    ("locales_pkey", "locales.locale", "#/locale", "the site has this locale already"),
    ("translations_pkey", "translations.article_id, translations.locale", "#/locale", "the article has this translation already"),
    ("editions_live_key", "editions.article_id, editions.locale", "#/locales", "it was published at the same moment"),
    ("idempotency_keys_key", "idempotency_keys.user_id, idempotency_keys.key", "Idempotency-Key", "it was claimed at the same moment"),
    ("imports_key", "imports.kind, imports.key", "#/key", "it was imported at the same moment"),
];

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        match &error {
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                let name = info.constraint_name().unwrap_or_default();
                let known = UNIQUE.iter().find(|(constraint, columns, ..)| *constraint == name || info.message().ends_with(columns));
                match known {
                    Some((_, _, pointer, detail)) => {
                        Self::Taken(Violation { pointer: (*pointer).to_owned(), code: "taken", detail: (*detail).to_owned() })
                    }
                    None => Self::Internal(Box::new(error)),
                }
            }
            Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self::Conflict { code: "in-use", detail: "something else refers to this, or what this refers to is gone".to_owned() }
            }
            Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy,
            // Nothing was written, and the same again may well succeed.
            _ if ["database is locked", "deadlock detected"].iter().any(|words| error.to_string().contains(words)) => Self::Busy,
            _ => Self::Internal(Box::new(error)),
        }
    }
}
