//! The header fields that tell of a budget.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// `RateLimit-Policy` and `RateLimit`, as the draft of the IETF has them (2025-09).
const NAMES: [HeaderName; 2] = [HeaderName::from_static("ratelimit-policy"), HeaderName::from_static("ratelimit")];

/// Say what is left, in the words of the budget.
pub(super) fn put(headers: &mut HeaderMap, fields: [String; 2]) {
    for (name, text) in NAMES.into_iter().zip(fields) {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}
