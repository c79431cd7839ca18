//! The headers that all answers carry, by the surface of the API that a route shows.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};

use url::form_urlencoded;

use super::{State, problem::MEDIA_TYPE};
use crate::domain::text::limits;

/// The id of the request under way.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub String);

/// Where views are counted.
const VIEWS: &str = "/v1/articles/{id}/views";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Which surface of the API a route shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Desk,
    Auth,
    Delivery,
    /// What readers' browsers tell, and are told nothing for.
    Views,
    Preview,
    /// Files that a preview shows, which the page of any origin may show: it knows their addresses by the token.
    PreviewFile,
    Docs,
    /// Operators' routes, and whatever is no route at all: the strictest headers.
    Other,
}

impl Surface {
    /// The surface of the pattern that the router matches a request by: never of the path as it was written, which may be encoded in many ways.
    ///
    /// A page, or a file, is public unless it is that of a preview, which a parameter says: it is looked for as it will be read, in whatever way its name is encoded.
    pub(super) fn of(pattern: Option<&str>, query: &str) -> Self {
        let Some(pattern) = pattern else { return Self::Other };
        let opened = match pattern {
            VIEWS => return Self::Views,
            "/v1/pages" => Some(Self::Preview),
            "/v1/media/{id}/{file}" | "/v1/media/{id}/captions/{file}" => Some(Self::PreviewFile),
            _ => None,
        };
        if let Some(opened) = opened.filter(|_| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "preview")) {
            return opened;
        }
        let under = |prefix: &str| pattern == prefix || pattern.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        if under("/v1/desk") {
            Self::Desk
        } else if under("/v1/auth") {
            Self::Auth
        } else if under("/v1/preview") {
            Self::Preview
        } else if under("/v1") || pattern.starts_with("/.well-known/") || pattern == "/openapi.json" {
            Self::Delivery
        } else if under("/docs") || pattern == "/" {
            Self::Docs
        } else {
            Self::Other
        }
    }

    /// Everything on the desk needs a token, and so does everybody's own account, but for what lets them in.
    pub(super) fn needs_caller(self, pattern: Option<&str>) -> bool {
        const OPEN: [&str; 6] = [
            "/v1/auth/token",
            "/v1/auth/refresh",
            "/v1/auth/authorize",
            "/v1/auth/callback",
            "/v1/auth/password/reset",
            "/v1/auth/password/set",
        ];
        self == Self::Desk || pattern.is_some_and(|p| p.starts_with("/v1/auth/") && !OPEN.contains(&p))
    }

    /// The longest body, in bytes: what is read before anybody has shown who they are is short.
    pub(super) fn longest_body(self) -> usize {
        if matches!(self, Self::Auth | Self::Views) { limits::SIGN_IN_BYTES } else { limits::REQUEST_BYTES }
    }
}

/// What a page of another origin may ask of a route; [`share`] takes it back from those that may not.
pub(super) fn preflight(surface: Surface) -> HttpResponse {
    let (methods, headers) = match surface {
        Surface::Delivery | Surface::Preview | Surface::PreviewFile => {
            ("GET, HEAD, OPTIONS", "accept-language, if-none-match, range, if-range")
        }
        Surface::Views => ("POST, OPTIONS", "content-type"),
        Surface::Auth | Surface::Desk => (
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
            "authorization, content-type, content-disposition, range, if-range, if-match, if-none-match, idempotency-key, prefer, \
             tus-resumable, upload-length, upload-offset, upload-metadata, upload-checksum",
        ),
        Surface::Docs | Surface::Other => return HttpResponse::NoContent().finish(),
    };
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, methods))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, headers))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
        .finish()
}

/// What of an answer the page of another origin may read, beside what every page may: all that clients act on.
const EXPOSED: &str = "ETag, Link, Location, Content-Language, Retry-After, Preference-Applied, Validate-Only, WWW-Authenticate, X-Request-Id, \
     Idempotency-Replayed, RateLimit, RateLimit-Policy, Accept-Ranges, Content-Range, Content-Disposition, Content-Location, \
     Tus-Resumable, Tus-Version, Tus-Max-Size, Tus-Extension, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires";

/// Whether an `If-None-Match` names this tag, by weak comparison; a comma may be part of a tag.
pub(super) fn names(listed: &[u8], etag: &[u8]) -> bool {
    let listed = listed.trim_ascii();
    listed == b"*" || (listed.len() >= etag.len() && listed.windows(etag.len()).any(|window| window == etag))
}

pub(super) fn is_problem(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|t| t == MEDIA_TYPE)
}

pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// The headers of an answer that no route made.
pub(super) fn dress(headers: &mut HeaderMap, state: &State, id: &str) {
    finish(headers, state, Surface::Other, id);
}

/// The headers of an answer of a route.
pub(super) fn finish(headers: &mut HeaderMap, state: &State, surface: Surface, id: &str) {
    if state.tls.as_ref().is_some_and(|tls| tls.strict) {
        // For a year. Hosts below this one are not ours to speak for.
        put(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "no-referrer");
    let policy = match surface {
        Surface::Docs => {
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self'; \
             font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        }
        _ => "default-src 'none'; frame-ancestors 'none'",
    };
    // What was sent by somebody has a stricter one.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        put(headers, header::CONTENT_SECURITY_POLICY, policy);
    }
    let sharing = if matches!(surface, Surface::Delivery | Surface::Views | Surface::PreviewFile) { "cross-origin" } else { "same-origin" };
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), sharing);
    let problem = is_problem(headers);
    if surface == Surface::Delivery && headers.contains_key(header::CACHE_CONTROL) {
        // It has said so itself.
    } else if surface == Surface::Delivery && !problem {
        put(headers, header::CACHE_CONTROL, "public, max-age=10");
    } else if matches!(surface, Surface::Preview | Surface::PreviewFile) {
        put(headers, header::CACHE_CONTROL, "private, no-store");
        put(headers, HeaderName::from_static("x-robots-tag"), "noindex");
    } else if surface != Surface::Docs {
        put(headers, header::CACHE_CONTROL, "no-store");
    }
}

/// Who may read the answer from a page of another origin: anyone what is public, the allow-list what is the desk's.
pub(super) fn share(headers: &mut HeaderMap, surface: Surface, origin: Option<&HeaderValue>, allowed: &[String]) {
    match surface {
        Surface::Delivery | Surface::Views | Surface::PreviewFile => put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        Surface::Desk | Surface::Auth | Surface::Preview if !allowed.is_empty() => {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
            if let Some(origin) = origin.filter(|o| allowed.iter().any(|a| a.as_bytes() == o.as_bytes())) {
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            }
        }
        _ => {}
    }
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        put(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    } else {
        for name in [header::ACCESS_CONTROL_ALLOW_METHODS, header::ACCESS_CONTROL_ALLOW_HEADERS, header::ACCESS_CONTROL_MAX_AGE] {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_compared_weakly_and_whole() {
        for listed in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", " * ", "\"a,b\",\"abc\""] {
            assert!(names(listed.as_bytes(), b"\"abc\""), "{listed}");
        }
        for listed in ["", "abc", "\"abcd\"", "\"abc-gzip\"", "\"*\"", "\"ab\", \"c\""] {
            assert!(!names(listed.as_bytes(), b"\"abc\""), "{listed}");
        }
    }
}
