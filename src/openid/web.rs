//! Asking the provider over HTTP: quickly, of itself alone, and never for much.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use ureq::http::Response;

/// Seconds for one answer.
const SECONDS: u64 = 10;
/// The longest answer, in bytes.
const LONGEST: u64 = 1 << 20;

/// The way to the provider.
#[derive(Debug)]
pub(super) struct Web(ureq::Agent);

impl Web {
    /// The way to this provider: by TLS, unless it is on this machine.
    pub(super) fn of(issuer: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(SECONDS)))
            // It sends nobody elsewhere who asks in our name.
            .max_redirects(0)
            .proxy(None)
            .https_only(issuer.starts_with("https:"))
            .http_status_as_error(false);
        Self(config.build().into())
    }

    /// Ask, and read the whole answer.
    ///
    /// # Errors
    /// What went wrong on the way.
    pub(super) fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (head, mut body) = self.0.run(request)?.into_parts();
        let body = body.with_config().limit(LONGEST).read_to_vec()?;
        Ok(Response::from_parts(head, body))
    }
}
