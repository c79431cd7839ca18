//! Answers: bare objects, lists with their pages, and the headers that belong to them.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    http::{
        Method,
        header::{CONTENT_LANGUAGE, ContentType, ETAG, HeaderValue, IF_NONE_MATCH, LINK, LOCATION, VARY},
    },
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{headers::names, problem::Failure};
use crate::domain::{
    Error, Locale, Version,
    page::{Page, PageInfo},
};

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listing<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// The pages beside it.
    pub page: PageInfo,
}

impl<T> From<Page<T>> for Listing<T> {
    fn from(page: Page<T>) -> Self {
        let (data, page) = page.told();
        Self { data, page }
    }
}

impl<T> Listing<T> {
    /// A list that is always whole.
    #[must_use]
    pub fn whole(data: Vec<T>) -> Self {
        Self { data, page: PageInfo::default() }
    }
}

/// The `Link` header (RFC 8288) for this page of a list at the request's URL.
fn link(page: &PageInfo, req: &HttpRequest) -> Option<String> {
    let rel = |cursor: &Option<String>, rel: &str| {
        let cursor = cursor.as_deref()?;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(url::form_urlencoded::parse(req.query_string().as_bytes()).filter(|(name, _)| name != "cursor"));
        query.append_pair("cursor", cursor);
        Some(format!("<{}?{}>; rel=\"{rel}\"", req.path(), query.finish()))
    };
    let links: Vec<_> = [rel(&page.next, "next"), rel(&page.previous, "prev")].into_iter().flatten().collect();
    (!links.is_empty()).then(|| links.join(", "))
}

impl<T: Serialize> Responder for Listing<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        let page = self.page.clone();
        Paged { body: self, page }.respond_to(req)
    }
}

/// A page of a list in a shape of its own.
#[derive(Debug)]
pub struct Paged<T> {
    /// The answer.
    pub body: T,
    /// The pages beside it.
    pub page: PageInfo,
}

impl<T: Serialize> Responder for Paged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        if let Some(link) = link(&self.page, req) {
            answer.insert_header((LINK, link));
        }
        answer.json(self.body)
    }
}

/// A thing of the desk with a strong entity tag (RFC 9110).
///
/// **Context.** What is shown of a thing moves on without a new version of it: words are assigned, go live, fall behind. **Decision.** The tag is the
/// version, a full stop, and a digest of what is answered. `If-Match` goes by the version alone, so that nobody is refused for what does not
/// collide, and by a bare version too; `If-None-Match` goes by the whole tag.
#[derive(Debug)]
pub struct Tagged<T> {
    body: T,
    version: Version,
    created: Option<String>,
}

impl<T> Tagged<T> {
    /// The thing at this version.
    pub fn new(body: T, version: Version) -> Self {
        Self { body, version, created: None }
    }

    /// Just made, at this path.
    #[must_use]
    pub fn created(self, path: String) -> Self {
        Self { created: Some(path), ..self }
    }
}

/// Bytes of a digest that are part of a tag.
const DIGEST: usize = 8;

fn tag(version: Version, body: &[u8]) -> String {
    let digest: String = Sha256::digest(body).iter().take(DIGEST).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{version}.{digest}\"")
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        let body = match serde_json::to_vec(&self.body) {
            Ok(body) => body,
            Err(error) => return HttpResponse::from_error(Failure::Rule(Error::internal(error))),
        };
        let tag = tag(self.version, &body);
        let unchanged =
            *req.method() == Method::GET && req.headers().get_all(IF_NONE_MATCH).any(|listed| names(listed.as_bytes(), tag.as_bytes()));
        let mut answer = if unchanged {
            HttpResponse::NotModified()
        } else if self.created.is_some() {
            HttpResponse::Created()
        } else {
            HttpResponse::Ok()
        };
        answer.insert_header((ETAG, tag));
        if let Some(path) = self.created {
            answer.insert_header((LOCATION, path));
        }
        if unchanged { answer.finish() } else { answer.content_type(ContentType::json()).body(body) }
    }
}

/// Something public in a language.
#[derive(Debug)]
pub struct InLanguage<T> {
    /// The answer.
    pub body: T,
    /// The language it is in.
    pub locale: Locale,
    /// Whether `Accept-Language` chose it.
    pub negotiated: bool,
}

impl<T: Responder> Responder for InLanguage<T> {
    type Body = actix_web::body::EitherBody<T::Body>;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse<Self::Body> {
        let mut answer = self.body.respond_to(req).map_into_left_body();
        if let Ok(value) = HeaderValue::from_str(self.locale.as_str()) {
            answer.headers_mut().insert(CONTENT_LANGUAGE, value);
        }
        if self.negotiated {
            answer.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language"));
        }
        answer
    }
}
