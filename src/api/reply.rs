//! Answers: bare objects, lists with their pages, and the headers that belong to them.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    http::header::{CONTENT_LANGUAGE, ETAG, HeaderValue, LINK, LOCATION, VARY},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    Locale, Version,
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
        let mut answer = HttpResponse::Ok();
        if let Some(link) = link(&self.page, req) {
            answer.insert_header((LINK, link));
        }
        answer.json(self)
    }
}

/// A thing of the desk with its version as a strong entity tag.
#[derive(Debug)]
pub struct Tagged<T> {
    body: T,
    version: Version,
    form: &'static str,
    created: Option<String>,
}

impl<T> Tagged<T> {
    /// The thing at this version.
    pub fn new(body: T, version: Version) -> Self {
        Self { body, version, form: "", created: None }
    }

    /// In a form other than the usual one, which has a tag of its own.
    #[must_use]
    pub fn form(self, form: &'static str) -> Self {
        Self { form, ..self }
    }

    /// Just made, at this path.
    #[must_use]
    pub fn created(self, path: String) -> Self {
        Self { created: Some(path), ..self }
    }
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut answer = if self.created.is_some() { HttpResponse::Created() } else { HttpResponse::Ok() };
        let tag = if self.form.is_empty() { format!("\"{}\"", self.version) } else { format!("\"{}.{}\"", self.version, self.form) };
        answer.insert_header((ETAG, tag));
        if let Some(path) = self.created {
            answer.insert_header((LOCATION, path));
        }
        answer.json(self.body)
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
