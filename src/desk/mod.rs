//! What a newsroom does: one function for each verb, and the only writer.
//!
//! A verb works in the transaction it is given and takes a [`crate::access::Permit`] by value; HTTP handlers, the
//! importer and the command line call the same ones.

#![expect(clippy::needless_pass_by_value, reason = "a verb takes its permit by value, so that it is spent")]

pub mod account;
pub mod api_keys;
pub mod articles;
pub mod assignments;
pub mod bundle;
pub mod checking;
pub mod collections;
pub mod comments;
pub mod corrections;
pub mod duplicating;
pub mod freshness;
pub mod generating;
mod holding;
mod in_use;
pub mod keys;
pub mod listening;
pub mod locales;
pub mod mails;
pub mod media;
pub mod menus;
pub mod named;
mod naming;
pub mod password_links;
mod pictured;
pub mod precomputed;
pub mod previews;
pub mod publishing;
pub mod redirects;
pub mod references;
pub mod rehearsing;
pub mod relating;
pub mod releases;
pub mod replaying;
pub mod revisions;
pub mod scheduling;
pub mod searching;
pub mod second_factors;
pub mod sections;
pub mod sessions;
pub mod sign_ins;
pub mod single_sign_on;
pub mod site;
pub mod takedowns;
pub mod translations;
pub mod trash;
pub mod uploads;
pub mod users;
pub mod views;

use crate::domain::Error;

/// Put a failure of ours into the log with all its causes, where nobody is answered who could be told.
pub fn log_if_ours(error: &Error, what: &str) {
    if let Some(error) = error.for_the_log() {
        tracing::error!(error, "{what}");
    }
}
