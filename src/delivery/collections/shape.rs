//! What a collection looks like to frontends.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    delivery::articles::{Article, ArticleAnswer, Included, Shape},
    domain::{Error, Locale, locale::Direction, page::PageInfo},
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

impl CollectionListing {
    /// The same with the wanted fields of its stories only.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn pruned(&self, shape: &Shape) -> Result<Value, Error> {
        let data = self.data.iter().map(|article| shape.prune(article)).collect::<Result<Vec<_>, _>>()?;
        let Self { collection, page, included, .. } = self;
        let rest = Self { collection: collection.clone(), data: Vec::new(), page: page.clone(), included: included.clone() };
        let mut value = serde_json::to_value(rest).map_err(Error::internal)?;
        if let Some(map) = value.as_object_mut() {
            map.insert("data".to_owned(), Value::Array(data));
        }
        Ok(value)
    }
}
