//! What a collection looks like to frontends.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    delivery::articles::{Article, ArticleAnswer, Included},
    domain::{Locale, locale::Direction, page::PageInfo},
};

pub use crate::delivery::articles::Pinned;

/// Which collection it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CollectionInfo {
    /// What it is asked for by.
    #[schema(example = "top")]
    pub slug: String,
    /// The locale of its name.
    pub locale: Option<Locale>,
    /// Which way the script of that locale runs.
    pub direction: Option<Direction>,
    /// What it is called; null, where it is called nothing in a language that readers have.
    #[schema(example = "Top stories")]
    pub name: Option<String>,
}

/// What a collection shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CollectionListing {
    /// Which collection it is.
    pub collection: CollectionInfo,
    /// Its stories, in order.
    #[schema(value_type = Vec<ArticleAnswer>)]
    pub data: Vec<Article>,
    /// The pages beside it: a collection is always whole.
    pub page: PageInfo,
    /// What was asked to come along with the stories.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub included: Option<Included>,
}
