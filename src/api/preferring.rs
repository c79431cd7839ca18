//! `Prefer: return=minimal` (RFC 7240) on the desk's writes: what was done is told by its status and headers, without a body.
//!
//! **Decision.** The status stays what it is: a 204 beside every 200 of the contract would have generated clients look whether there is anything in each of
//! their answers, and only those who prefer it get none.

use actix_web::{
    HttpResponse,
    body::BoxBody,
    dev::ServiceResponse,
    http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};

/// The header.
pub(super) const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const MINIMAL: &str = "return=minimal";

/// Whether a request prefers to be told no more than that it is done. Of several preferences of one name the first counts.
pub(super) fn is_minimal(headers: &HeaderMap) -> bool {
    let texts = headers.get_all(PREFER).filter_map(|value| value.to_str().ok());
    let mut all = texts.flat_map(|text| text.split(',')).filter_map(|one| one.split(';').next()?.split_once('='));
    let wanted = all.find(|(name, _)| name.trim().eq_ignore_ascii_case("return"));
    wanted.is_some_and(|(_, value)| value.trim().trim_matches('"') == "minimal")
}

/// The same answer without its body, when it tells of a success.
pub(super) fn without_body(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if !answer.status().is_success() {
        return answer;
    }
    let (req, answer) = answer.into_parts();
    let mut answer: HttpResponse = answer.set_body(BoxBody::new(()));
    answer.headers_mut().remove(CONTENT_TYPE);
    answer.headers_mut().insert(APPLIED, HeaderValue::from_static(MINIMAL));
    ServiceResponse::new(req, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preference_is_found_among_others() {
        let prefers = |all: &[&'static str]| {
            let mut headers = HeaderMap::new();
            all.iter().for_each(|one| headers.append(PREFER, HeaderValue::from_static(one)));
            is_minimal(&headers)
        };
        for all in
            [&["return=minimal"][..], &["Return = minimal"], &["wait=10; x, return=\"minimal\"; foo"], &["respond-async", "return=minimal"]]
        {
            assert!(prefers(all), "{all:?}");
        }
        for all in [&[][..], &["minimal"], &["return=representation"], &["return=representation, return=minimal"], &["x-return=minimal"]] {
            assert!(!prefers(all), "{all:?}");
        }
    }
}
