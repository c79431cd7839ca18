//! The desk over HTTP: every operation needs a token, and none may be cached.

pub mod api_keys;
pub mod archive;
pub mod articles;
pub mod audit;
pub mod authors;
pub mod beside;
pub mod bulk;
pub mod checking;
pub mod collections;
pub mod comments;
pub mod corrections;
pub mod keys;
pub mod listening;
pub mod locales;
pub mod media;
pub mod menus;
pub mod names;
pub mod pages;
pub mod password_links;
pub mod people;
pub mod plans;
pub mod previews;
pub mod publishing;
pub mod queue;
pub mod redirects;
pub mod related;
pub mod releases;
pub mod revisions;
pub mod scheduling;
pub mod search;
pub mod sections;
pub mod site;
pub mod tags;
pub mod takedowns;
pub mod translations;
pub mod trash;
pub mod users;
pub mod work;
pub mod workflow;

use serde::Deserialize;
use utoipa::IntoParams;

/// A page of a desk list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPage {
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    pub cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    pub count: Option<bool>,
}

/// The version that a write expects, for the contract; [`super::extract::IfMatch`] reads it.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only documents a header")]
pub struct Expecting {
    /// The `ETag` of what was read; 428 without, 412 when it has moved on.
    #[param(rename = "If-Match", example = "\"1\"")]
    if_match: String,
}

/// The same where a write may also make what is not there.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only documents a header")]
pub struct ExpectingOrMaking {
    /// The `ETag` of what was read, 412 when it has moved on; without, where there is nothing yet, and 428 where there is.
    #[param(rename = "If-Match", example = "\"1\"", required = false)]
    if_match: Option<String>,
}
