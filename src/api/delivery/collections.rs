//! `/v1/collections`.

use actix_web::{HttpResponse, get, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::Reader;
use crate::{
    api::{
        extract::{Fallback, Query, words},
        problem::{Failure, Problem},
    },
    delivery::{
        articles::{BodyFormat, FieldPath, Include, Shape},
        collections::CollectionListing,
        request::{Request, Show},
    },
    domain::{Error, Locale, slug::Slug, text::nfc},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_collection);
}

/// How a collection is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowCollection {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    pub(in crate::api) locale: Option<String>,
    /// Whether articles that are not live in that language are shown in the next of its chain.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// Only these fields or parts of them (`section.name`), parted by commas: makes partial articles, without the others.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    fields: Option<Vec<FieldPath>>,
    /// What comes along whole, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
}

impl ShowCollection {
    /// How it is shown in a locale.
    pub(in crate::api) fn shown(self, locale: Option<Locale>) -> Show {
        let fields = self.fields.map(|fields| fields.into_iter().collect());
        let include = self.include.into_iter().flatten().collect();
        let shape = Shape { fields, include, ..Shape::whole(BodyFormat::None) }.as_rows();
        Show { locale, fallback: self.fallback == Some(Fallback::Chain), shape }
    }
}

/// Show a collection: the stories that editors have arranged under a slug.
///
/// In one language: what is pinned at its slot, for as long as it is live and its window is open, and what fills the others. A row that is `pinned` may have a
/// headline and a lead of its own for this place. A collection of the language itself stands in for the one of all languages.
#[utoipa::path(tag = "collections", params(("slug" = String, Path, example = "top"), ShowCollection),
    responses((status = 200, body = CollectionListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/collections/{slug}")]
pub(crate) async fn show_collection(reader: Reader, slug: Path<String>, query: Query<ShowCollection>) -> Result<HttpResponse, Failure> {
    let locale = query.0.locale.clone();
    let asked = |locale| {
        let slug = Slug::is_possible(&slug).then(|| nfc(&slug).into_owned()).ok_or(Error::NotFound("collection"))?;
        Ok(Request::Collection(slug, query.0.shown(locale)))
    };
    reader.answer(locale.as_deref(), asked).await
}
