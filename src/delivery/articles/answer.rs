//! What is answered for articles: all of each, or what was asked for of it.

use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    Article, BodyFormat, Include, Included,
    fields::{self, FieldPath},
};
use crate::domain::page::PageInfo;

/// Documents what is answered for an article: one schema, of which nothing is required, for `fields=` may leave out whatever it likes.
#[derive(Debug)]
pub struct ArticleAnswer;

impl PartialSchema for ArticleAnswer {
    fn schema() -> RefOr<Schema> {
        let mut object = fields::partial();
        object.properties.values_mut().for_each(fields::undescribe);
        object.description =
            Some("An article in one language: all of it, as `Article` says, or with `fields=` what was asked for.".to_owned());
        RefOr::T(Schema::Object(object))
    }
}

impl ToSchema for ArticleAnswer {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("Article".to_owned(), Article::schema()));
        let asked = [("ArticleField", FieldPath::schema()), ("ArticleInclude", Include::schema()), ("BodyFormat", BodyFormat::schema())];
        schemas.extend(fields::parts().chain(asked.map(|(name, schema)| (name.to_owned(), schema))));
        Article::schemas(schemas);
    }
}

/// A page of articles.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArticleListing {
    /// What is on it.
    #[schema(value_type = Vec<ArticleAnswer>)]
    pub data: Vec<Article>,
    /// The pages beside it.
    pub page: PageInfo,
    /// What was asked to come along with the articles.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub included: Option<Included>,
}
