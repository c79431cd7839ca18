//! `/v1/pages`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::serve;
use crate::{
    api::{
        State,
        extract::{Fallback, Query, is_path, paging, words},
        problem::{Failure, Problem},
    },
    delivery::{
        articles::{BodyFormat, Include},
        pages::{Page, View},
        request::Request,
    },
    domain::Error,
    store::listings::Order,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_page);
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowPage {
    /// A path of the site as a reader asked for it, percent-encoded or not, with its query if there was one.
    #[param(example = "/en/world/the-river-that-kept-a-diary", max_length = 2000)]
    path: String,
    /// Stories on the page of a section, author, tag or language.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where its stories begin: `articles.page.next` or `articles.page.previous` of another page.
    cursor: Option<String>,
    /// Whether to count all its stories.
    #[param(default = false)]
    count: Option<bool>,
    /// Whether articles that are not live in the language of the page are shown, also beside it and in its menus, in the next of its chain.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// In which form bodies come: `html` on the page of an article, and `none` among stories, when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
    /// What comes along whole with the article or the stories, in their `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
}

impl ShowPage {
    /// What is asked for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no path, or a cursor of another list.
    pub(in crate::api) fn asked(self) -> Result<Request, Error> {
        let paging = paging(self.limit, self.cursor.as_deref(), self.count, Order::Newest.sorting())?;
        is_path(&self.path)?;
        let include = self.include.into_iter().flatten().collect();
        let view = View { body: self.body, include, fallback: self.fallback == Some(Fallback::Chain) };
        Ok(Request::Page(self.path, paging, view))
    }
}

/// Show a whole page: what is at a path, with its frame.
///
/// Everything that the page at a public path shows, in one answer: navigation, language switcher, the article or the stories of a
/// section, author, tag or language, rails, and what goes into the head. Where the page has moved, it says where to; 410 when what was there
/// was taken down, and 404 where nothing was.
#[utoipa::path(tag = "pages", params(ShowPage),
    responses((status = 200, body = Page), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/pages")]
pub(crate) async fn show_page(req: HttpRequest, query: Query<ShowPage>, state: Data<State>) -> Result<HttpResponse, Failure> {
    serve(&req, &state, &query.0.asked()?, false).await
}
