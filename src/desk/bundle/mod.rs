//! Bundles: newsrooms in and out as newline-delimited JSON, one record a line.
//!
//! A record names others by `key`, the sender's own id, unique for its type. Importing a record twice changes
//! nothing; importing a changed one changes what it made, unless the desk has edited that since. What was made here
//! is exported with its id as key, and with ids, so that an import into an empty database gives the same site.

mod collection_record;
mod export;
mod export_collections;
mod export_related;
mod import;
mod locales;
mod record;
mod related_record;
mod texts;

pub use export::{export_article, export_author, export_head, export_media, export_menu, export_redirect, export_section, export_tag};
pub use export_collections::export_collection;
pub use export_related::export_related;
pub use import::{Outcome, ReadRecord, Report, Rules, import, lead, read};
pub use record::{ArticleRecord, AuthorRecord, LocaleRecord, MediaRecord, Record, SectionRecord, SiteRecord, TagRecord, digest};
