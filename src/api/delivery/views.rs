//! `/v1/articles/{id}/views` and `/v1/most-read`.

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, get, http::header::USER_AGENT, post, web::Data};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::Reader;
use crate::{
    api::{
        State,
        extract::{Fallback, Origin, Path, Pending, Query, is_json, read, words},
        json::read as read_json,
        problem::{Failure, Problem},
        sent,
        typed::typed,
    },
    delivery::{
        articles::{ArticleListing, BodyFormat, FieldPath, Include, MostRead, Reference, Shape},
        request::{Request, Show},
    },
    desk::views::View,
    domain::{Locale, article::ArticleId, views::Window},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(count_view).service(list_most_read);
}

/// Headers by which browsers say that they load what nobody looks at yet, or perhaps ever.
const AHEAD: [&str; 3] = ["sec-purpose", "purpose", "x-moz"];

/// Whether a browser only prepares for what may be read.
fn is_ahead(req: &HttpRequest) -> bool {
    let said = |name: &&str| req.headers().get_all(*name).any(|value| says_ahead(value.as_bytes()));
    AHEAD.iter().any(said)
}

fn says_ahead(value: &[u8]) -> bool {
    let said = String::from_utf8_lossy(value).to_ascii_lowercase();
    ["prefetch", "prerender", "preview"].iter().any(|word| said.contains(word))
}

/// What is read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locale": "en" }))]
pub struct ArticleView {
    /// The locale that it is read in: that of the words which are shown.
    pub locale: Locale,
}

/// What is read, as browsers can send it without asking before: as JSON, or as JSON that is called text.
#[derive(Debug)]
pub struct Told(ArticleView);

impl FromRequest for Told {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (is_json, bytes) = (is_json(req, "text/plain"), read(payload));
        Box::pin(async move {
            let bytes = bytes.await?;
            if !is_json {
                return Err(Failure::UnsupportedMediaType("application/json"));
            }
            if let Ok(view) = serde_json::from_slice(&bytes) {
                return Ok(Self(view));
            }
            // What is wrong with it takes longer to say.
            let value = read_json(&bytes)?;
            sent::check(&value)?;
            typed(&value).map(Self).map_err(Failure::from)
        })
    }
}

/// Count a view.
///
/// For `navigator.sendBeacon`, with the JSON as a string. Nobody is known by it, and it is answered alike whether it counts or not, whatever is there: programs, repeats
/// within ten minutes and what is not live do not count.
#[utoipa::path(tag = "articles", params(("id" = ArticleId, Path)),
    request_body(content((ArticleView = "application/json"), (ArticleView = "text/plain"))),
    responses((status = 204, description = "It was heard."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/views")]
pub(crate) async fn count_view(
    req: HttpRequest,
    id: Path<ArticleId>,
    origin: Origin,
    told: Told,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    if !is_ahead(&req) {
        let agent = req.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default();
        let view = View { article: *id, locale: told.0.locale, network: origin.0, agent: &agent };
        state.views.note(view, state.store.now(), state.store.entropy());
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Which stories are shown that are read most, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMostRead {
    /// For how long views count; `24h` when absent.
    #[param(inline)]
    window: Option<Window>,
    /// In this section or below it: its id or slug.
    section: Option<String>,
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    locale: Option<String>,
    /// Whether what is read most in the next languages of its chain follows, of what is not live in that language.
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
    /// How many at most.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<u32>,
}

/// List what is read most.
///
/// Live articles in one language, the most read first; fewer than `limit` where fewer were read. The order is added up each minute for `1h`, each ten minutes for
/// `24h` and each hour for `7d`.
#[utoipa::path(tag = "articles", params(ListMostRead),
    responses((status = 200, body = ArticleListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/most-read")]
pub(crate) async fn list_most_read(reader: Reader, query: Query<ListMostRead>) -> Result<HttpResponse, Failure> {
    let ListMostRead { window, section, locale, fallback, fields, include, limit } = query.0;
    let asked =
        MostRead { window: window.unwrap_or(Window::Day), section: section.map(Reference::from), limit: limit.unwrap_or(MostRead::USUAL) };
    let shape = Shape {
        fields: fields.map(|fields| fields.into_iter().collect()),
        include: include.into_iter().flatten().collect(),
        ..Shape::whole(BodyFormat::None)
    };
    let (shape, fallback) = (shape.as_rows(), fallback == Some(Fallback::Chain));
    reader.answer(locale.as_deref(), |locale| Ok(Request::MostRead(asked, Show { locale, fallback, shape }))).await
}
