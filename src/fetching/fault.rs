//! Why something is not fetched, in words that tell nothing of what stands inside.

use crate::domain::Error;

/// Why something is not fetched.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchFault {
    /// It is no address.
    #[error("an absolute http or https URL of a host, of at most 2000 bytes, without control characters and backslashes")]
    Url,
    /// It is of another scheme, or a redirect leaves https.
    #[error("only http and https are fetched, and what begins with https stays with it")]
    Scheme,
    /// There is a user or a password in it.
    #[error("without a user and a password")]
    Credentials,
    /// Its port is one of services that speak no HTTP.
    #[error("the ports are 80, 443, and those from 1024 on that browsers do not block")]
    Port,
    /// It does not lead to public addresses alone. Whether there is such a host at all is not told: inside, its name may be a secret.
    #[error("it leads to no public host")]
    NotPublic,
    /// Its host does not answer by HTTP, or not in time; which of it is not told.
    #[error("its host does not answer")]
    Unreachable,
    /// Its host answers with another status; told of public hosts.
    #[error("its host does not give it{}", .0.map(|status| format!(": it answers {status}")).unwrap_or_default())]
    Status(Option<u16>),
    /// It leads on and on, or to what is no address.
    #[error("it leads on to nothing: at most 5 redirects are followed, each to an absolute or relative URL")]
    Redirects,
    /// It is compressed, though nobody asked for that.
    #[error("its host gives it compressed, though it was asked not to")]
    Encoded,
    /// It breaks off.
    #[error("it breaks off before its end")]
    Incomplete,
    /// It takes too long.
    #[error("it comes too slowly")]
    Slow,
    /// It is larger than what is taken.
    #[error("it is too large")]
    Large,
    /// As many are being fetched as may be at once.
    #[error("too much is being fetched at the moment")]
    Busy,
    /// Whoever takes it in does not.
    #[error("{0}")]
    Sink(Error),
}

impl FetchFault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Scheme => "scheme",
            Self::Credentials => "credentials",
            Self::Port => "port",
            Self::NotPublic => "not_public",
            Self::Unreachable => "unreachable",
            Self::Status(_) => "status",
            Self::Redirects => "redirects",
            Self::Encoded => "encoded",
            Self::Incomplete => "incomplete",
            Self::Slow => "too_slow",
            Self::Large => "too_large",
            Self::Busy => "busy",
            Self::Sink(_) => "not_taken",
        }
    }

    /// The same as a refusal of the value at this place.
    #[must_use]
    pub fn at(self, pointer: &str) -> Error {
        match self {
            Self::Busy => Error::Busy,
            Self::Sink(error) => error,
            other => Error::invalid(pointer, other.code(), other.to_string()),
        }
    }
}
