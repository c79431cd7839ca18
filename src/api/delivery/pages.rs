//! `/v1/pages`.

use actix_web::{
    HttpRequest, HttpResponse, Responder, get,
    web::{Data, Json},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::serve;
use crate::{
    access::token::PreviewPass,
    api::{
        State,
        extract::{Fallback, Query, is_path, paging, words},
        problem::{Failure, Problem},
        reply::InLanguage,
    },
    delivery::{
        articles::{BodyFormat, Include},
        pages::{self, Page, View},
        request::Request,
    },
    desk,
    domain::{Error, page::Paging},
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
    path: Option<String>,
    /// Instead of a path: the token of a preview, whose page is shown as it would be.
    #[param(max_length = 2000)]
    preview: Option<String>,
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
    /// What is asked for at a public path.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no path, a cursor of another list, and a preview.
    pub(in crate::api) fn asked(self) -> Result<Request, Error> {
        match (self.path.clone(), &self.preview) {
            (Some(path), None) => {
                is_path(&path)?;
                let (paging, view) = self.shown()?;
                Ok(Request::Page(path, paging, view))
            }
            (None, None) => Err(Error::invalid("?path", "required", "a path of the site, or the token of a preview")),
            (_, Some(_)) => Err(Error::invalid("?preview", "contradiction", "the page of a preview is at no path, and in no archive")),
        }
    }

    /// How it is shown.
    fn shown(self) -> Result<(Paging, View), Error> {
        let (cursor, rest) = pages::parted(self.cursor.as_deref())?;
        let paging = paging(self.limit, cursor, self.count, Order::Newest.sorting())?;
        let include = self.include.into_iter().flatten().collect();
        Ok((paging, View { body: self.body, include, fallback: self.fallback == Some(Fallback::Chain), rest }))
    }
}

/// Show a whole page: what is at a path, with its frame.
///
/// Everything that the page at a public path shows, in one answer: navigation, language switcher, the article or the stories of a
/// section, author, tag or language, rails, and what goes into the head. Where the page has moved, it says where to; 410 when what was there
/// was taken down, and 404 where nothing was. With `preview`, the page of a working copy for whoever has its token: never cached, never indexed, and 410 when
/// that is over.
#[utoipa::path(tag = "pages", params(ShowPage),
    responses((status = 200, body = Page), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/pages")]
pub(crate) async fn show_page(req: HttpRequest, query: Query<ShowPage>, state: Data<State>) -> Result<HttpResponse, Failure> {
    let mut query = query.0;
    let token = if query.path.is_none() { query.preview.take() } else { None };
    match token {
        Some(token) => previewed(&req, &state, &token, query.shown()?.1).await,
        None => serve(&req, &state, &query.asked()?, false).await,
    }
}

/// The page of a preview, made for whoever has its token and kept nowhere: it has nothing to do with the response cache.
async fn previewed(req: &HttpRequest, state: &State, token: &str, view: View) -> Result<HttpResponse, Failure> {
    let now = state.store.now();
    let pass = PreviewPass::from_token(token, &state.keys.present(), &state.issuer, now)?;
    let token = token.to_owned();
    let shown = state.store.read(move |tx| {
        let (edition, article) = desk::previews::open(tx, &pass)?;
        pages::preview(tx, edition, article.section_path, (&token, &view), now)
    });
    let (page, locale) = shown.await?;
    Ok(InLanguage { body: Json(page), locale, negotiated: false }.respond_to(req).map_into_boxed_body())
}
