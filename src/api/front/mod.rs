//! `/`: what this is, and where everything else is. It is no part of the contract, which begins below `/v1`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, Accept, Header},
    mime,
};
use serde_json::json;

const PAGE: &str = include_str!("page.html");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A page for people; JSON for whoever would rather have that.
pub async fn front(req: HttpRequest) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::VARY, "Accept"));
    if !prefers_json(&req) {
        return answer.content_type("text/html; charset=utf-8").body(PAGE.replace("{version}", VERSION));
    }
    answer.json(json!({
        "name": "Dateline",
        "version": VERSION,
        "documentation": "/docs/",
        "contract": "/openapi.json",
        "site": "/v1/site",
        "articles": "/v1/articles",
        "health": "/health/ready",
    }))
}

/// True when JSON is named before HTML, by what is preferred (RFC 9110 §12.5.1).
fn prefers_json(req: &HttpRequest) -> bool {
    let accepted = Accept::parse(req).map(|accept| accept.ranked()).unwrap_or_default();
    let named = accepted.iter().find(|kind| matches!(kind.subtype(), mime::JSON | mime::HTML));
    named.is_some_and(|kind| kind.subtype() == mime::JSON)
}
