//! What the HTTP library refuses by itself, as a problem (RFC 9457) like every other refusal.
//!
//! **Context.** The library answers what it cannot read with a bare status, and has no place where one could say otherwise.
//! **Decision.** Its refusals are known by their form: a status, `content-length: 0`, perhaps `connection` and `date`, and nothing else, at the end of
//! what it writes. None of our answers has that form: each carries an `x-request-id`, and no body of ours ends in a blank line.

use actix_web::{
    body::MessageBody,
    http::{StatusCode, header::HeaderName},
};
use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    api::{
        State, headers,
        problem::{Failure, Unread},
    },
    domain::Error,
};

/// The longest bare refusal, in bytes.
const LONGEST: usize = 256;

/// Where a bare refusal begins that these bytes end with, and its status.
pub(super) fn bare(written: &[u8]) -> Option<(usize, StatusCode)> {
    let head = written.strip_suffix(b"\r\n\r\n")?;
    let window = head.len().saturating_sub(LONGEST);
    let begins = window.checked_add(memchr::memmem::rfind(head.get(window..)?, b"HTTP/1.")?)?;
    let text = std::str::from_utf8(head.get(begins..)?).ok()?;
    let mut lines = text.split("\r\n");
    let status = lines.next()?.get(9..12)?.parse().ok()?;
    let mut empty = false;
    for line in lines {
        match line.split_once(": ")? {
            ("content-length", "0") => empty = true,
            ("connection" | "date", _) => {}
            _ => return None,
        }
    }
    (empty && (status >= StatusCode::BAD_REQUEST)).then_some((begins, status))
}

/// The problem in its place, whole, with the headers that all answers carry.
pub(super) fn problem(state: &State, status: StatusCode, why: Option<Unread>) -> Bytes {
    let failure = match (why, status) {
        (Some(why), _) => Failure::Unread(why),
        (None, StatusCode::REQUEST_TIMEOUT) => Failure::Unread(Unread::Slow),
        (None, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE) => Failure::Unread(Unread::LongHead),
        (None, status) if status.is_server_error() => Failure::Rule(Error::internal("the HTTP library failed")),
        (None, _) => Failure::Malformed(Vec::new()),
    };
    let id = state.store.entropy().uuid(state.store.now()).to_string();
    state.log.refused(&failure, &id, "", state.store.now());
    let mut answer = failure.answer(&id);
    headers::dress(answer.headers_mut(), state, &id);
    let status = answer.status();
    let (head, body) = answer.into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let mut whole = BytesMut::with_capacity(body.len().saturating_add(1_024));
    whole.put_slice(format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or_default()).as_bytes());
    let mut line = |name: &HeaderName, value: &[u8]| {
        for part in [name.as_str().as_bytes(), b": ", value, b"\r\n"] {
            whole.put_slice(part);
        }
    };
    for (name, value) in head.headers() {
        line(name, value.as_bytes());
    }
    line(&HeaderName::from_static("content-length"), body.len().to_string().as_bytes());
    line(&HeaderName::from_static("connection"), b"close");
    whole.put_slice(b"\r\n");
    whole.put_slice(&body);
    whole.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_refusals_are_known_by_their_form() {
        let (ours, theirs) = (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nx-request-id: 1\r\ndate: now\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: now\r\n\r\n",
        );
        assert_eq!(bare(theirs.as_bytes()), Some((0, StatusCode::BAD_REQUEST)));
        assert_eq!(bare(format!("{ours}{theirs}").as_bytes()), Some((ours.len(), StatusCode::BAD_REQUEST)));
        for other in [
            ours,
            "",
            "\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\ndate: now\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ndate: now\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n",
        ] {
            assert_eq!(bare(other.as_bytes()), None, "{other}");
        }
    }
}
