//! The rules of a newsroom, as plain data and functions.
//!
//! Nothing here reads a clock, a file, the environment or a database, and nothing knows HTTP: everything
//! can be tested with values alone.

pub mod address;
pub mod analysis;
pub mod api_key;
pub mod article;
pub mod assignment;
pub mod author;
pub mod beside;
pub mod body;
pub mod cache_tag;
pub mod captions;
pub mod change;
pub mod collation;
pub mod collection;
pub mod comment;
pub mod content;
pub mod correction;
pub mod credit;
pub mod diff;
pub mod edition;
pub mod error;
pub mod facet;
pub mod file;
pub mod fold;
pub mod freshness;
pub mod id;
pub mod identity;
pub mod instant;
pub mod locale;
pub mod measured;
pub mod media;
pub mod memory;
pub mod menu;
pub mod name;
pub mod named;
pub mod network;
pub mod page;
pub mod password_link;
pub mod path;
pub mod plan;
pub mod precomputed;
pub mod preflight;
pub mod preview;
pub mod recency;
pub mod redirect;
pub mod reference;
pub mod refusal;
pub mod related;
pub mod release;
pub mod rendition;
pub mod revision;
pub mod section;
pub mod sequence;
pub mod signing_key;
pub mod site;
pub mod slug;
pub mod speech;
pub mod standing;
pub mod story;
pub mod tag;
pub mod takedown;
pub mod text;
pub mod token_page;
pub mod translation;
pub mod upload;
pub mod url;
pub mod user;
pub mod views;
pub mod vocabulary;
pub mod voice;
pub mod write_transaction;
pub mod zone;

pub use error::{Error, Violation};
pub use id::Id;
pub use instant::Instant;
pub use locale::Locale;

/// The number of a revision: 1 for the first save, one more for each that follows.
pub type Version = i32;
