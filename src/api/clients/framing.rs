//! Where the body of a request ends, which is where the next head begins.
//!
//! **Context.** Only the HTTP library takes bodies apart, and it tells nobody where they end: it keeps what it has read, and a body may never be asked for.
//! **Decision.** The frame says how a body is marked off, as the library has read it from the head, and the bytes are counted along as they pass. What the
//! library would refuse has no end: it is all handed on, and the library says so. **Consequence.** Where a head begins is known whatever was done with the
//! body before it; both must agree on what a chunk is, which a test holds against the library itself.

use actix_web::{
    dev::{Payload, ServiceRequest},
    http::header::{CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE},
};

/// How what is left of a body is marked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Framing {
    /// It has so many bytes.
    Length(u64),
    /// It comes in chunks, and this is next.
    Chunked(Chunk),
    /// It is all that comes.
    Endless,
}

/// What comes next of a body in chunks (RFC 9112 §7.1), with the length of the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Chunk {
    /// Its length, which has one digit at least.
    First,
    Digits(u64),
    Spaces(u64),
    Extension(u64),
    LengthBreak(u64),
    Data(u64),
    /// The two signs of the line break behind the data.
    DataReturn,
    DataBreak,
    /// Behind the last chunk: a line of the trailer, or the blank line that ends it.
    Line,
    Trailer,
    TrailerBreak,
    LastBreak,
    End,
    /// This is no chunk.
    Broken,
}

impl Chunk {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::First, _) => hex(byte).map_or(Self::Broken, Self::Digits),
            (Self::Digits(length) | Self::Spaces(length), b' ' | b'\t') => Self::Spaces(length),
            (Self::Digits(length) | Self::Spaces(length), b';') => Self::Extension(length),
            (Self::Digits(length) | Self::Spaces(length) | Self::Extension(length), b'\r') => Self::LengthBreak(length),
            (Self::Digits(length), _) => {
                let longer = hex(byte).and_then(|digit| length.checked_mul(16)?.checked_add(digit));
                longer.map_or(Self::Broken, Self::Digits)
            }
            (Self::Extension(length), _) if byte == b'\t' || !byte.is_ascii_control() => Self::Extension(length),
            (Self::LengthBreak(0) | Self::TrailerBreak, b'\n') => Self::Line,
            (Self::LengthBreak(length), b'\n') => Self::Data(length),
            (Self::DataReturn, b'\r') => Self::DataBreak,
            (Self::DataBreak, b'\n') => Self::First,
            (Self::Line, b'\r') => Self::LastBreak,
            (Self::Trailer, b'\r') => Self::TrailerBreak,
            (Self::Line | Self::Trailer, _) => Self::Trailer,
            (Self::LastBreak, b'\n') => Self::End,
            _ => Self::Broken,
        }
    }
}

fn hex(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}

impl Framing {
    /// How the body of a request is marked off; nothing when it has none. By the library's own rules, which has read the head.
    pub(in crate::api) fn of(req: &mut ServiceRequest) -> Option<Self> {
        if matches!(req.parts_mut().1, Payload::None) {
            return None;
        }
        let headers = req.headers();
        if headers.contains_key(TRANSFER_ENCODING) {
            return Some(Self::Chunked(Chunk::First));
        }
        let mut upgrades = headers.get_all(UPGRADE).filter_map(|value| value.to_str().ok());
        if upgrades.any(|value| value.trim().eq_ignore_ascii_case("websocket")) {
            return Some(Self::Endless);
        }
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Some(length.map_or(Self::Endless, Self::Length))
    }

    /// How many of these bytes belong to the body, and what is left of it; nothing when it ends there.
    pub(super) fn over(self, bytes: &[u8]) -> (usize, Option<Self>) {
        match self {
            Self::Endless => (bytes.len(), Some(self)),
            Self::Length(left) => {
                let (taken, left) = skip(left, bytes.len());
                (taken, (left > 0).then_some(Self::Length(left)))
            }
            Self::Chunked(mut next) => {
                let mut taken = 0_usize;
                while let Some((byte, rest)) = bytes.get(taken..).and_then(<[u8]>::split_first) {
                    let (some, after) = match next {
                        Chunk::Data(left) => match skip(left, rest.len().saturating_add(1)) {
                            (some, 0) => (some, Chunk::DataReturn),
                            (some, left) => (some, Chunk::Data(left)),
                        },
                        _ => (1, next.after(*byte)),
                    };
                    (taken, next) = (taken.saturating_add(some), after);
                    match next {
                        Chunk::End => return (taken, None),
                        Chunk::Broken => return (bytes.len(), Some(Self::Endless)),
                        _ => {}
                    }
                }
                (taken, Some(Self::Chunked(next)))
            }
        }
    }
}

/// How many of so many bytes are skipped when so many are to be, and how many are left to be.
fn skip(wanted: u64, there: usize) -> (usize, u64) {
    let skipped = usize::try_from(wanted).unwrap_or(usize::MAX).min(there);
    (skipped, wanted.saturating_sub(u64::try_from(skipped).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use actix_codec::Decoder;
    use actix_http::{
        ServiceConfig,
        h1::{Codec, Message},
    };
    use bytes::BytesMut;
    use proptest::prelude::*;

    use super::*;

    /// What the HTTP library makes of a body in chunks: how many bytes it has, once they have come; an error where it refuses it.
    fn library(config: &ServiceConfig, body: &[u8]) -> Result<Option<usize>, ()> {
        let mut codec = Codec::new(config.clone());
        let mut bytes = BytesMut::from("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
        bytes.extend_from_slice(body);
        assert!(matches!(codec.decode(&mut bytes), Ok(Some(Message::Item(_)))));
        loop {
            match codec.decode(&mut bytes) {
                Ok(Some(Message::Chunk(Some(_)))) => {}
                Ok(Some(_)) => return Ok(Some(body.len() - bytes.len())),
                Ok(None) => return Ok(None),
                Err(_) => return Err(()),
            }
        }
    }

    /// The same by counting along, in pieces of so many bytes.
    fn counted(body: &[u8], piece: usize) -> Result<Option<usize>, ()> {
        let (mut framing, mut all) = (Framing::Chunked(Chunk::First), 0);
        for part in body.chunks(piece) {
            let (taken, left) = framing.over(part);
            all += taken;
            match left {
                None => return Ok(Some(all)),
                Some(Framing::Endless) => return Err(()),
                Some(left) => framing = left,
            }
            assert_eq!(taken, part.len());
        }
        Ok(None)
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        const KNOWN: &[&str] = &[
            "0",
            "1",
            "a",
            "F",
            "g",
            "0\r\n\r\n",
            "0\r\n",
            "\r\n",
            "\r",
            "\n",
            " ",
            "\t",
            ";a=b",
            ";\x01",
            "x: y\r\n",
            "2\r\nhi\r\n",
            "{}",
            "10000000000000000",
        ];
        prop_oneof![6 => proptest::sample::select(KNOWN).prop_map(|s| s.as_bytes().to_vec()), 1 => proptest::collection::vec(any::<u8>(), 1..3)]
    }

    // The library needs a runtime to know the time of day.
    #[actix_web::test]
    async fn bodies_end_where_the_library_ends_them() {
        let config = ServiceConfig::default();
        let whole = b"2;a=b\r\nhi\r\n0\r\nx: y\r\n\r\nGET";
        assert_eq!((counted(whole, 1), library(&config, whole)), (Ok(Some(22)), Ok(Some(22))));
        proptest!(|(pieces in proptest::collection::vec(piece(), 0..12), size in 1..9_usize)| {
            let body = pieces.concat();
            prop_assert_eq!(counted(&body, size), library(&config, &body), "{}", body.escape_ascii());
        });
    }

    #[test]
    fn bodies_of_a_length_end_after_it() {
        assert_eq!(Framing::Length(3).over(b"abcde"), (3, None));
        assert_eq!(Framing::Length(3).over(b"ab"), (2, Some(Framing::Length(1))));
        assert_eq!(Framing::Length(u64::MAX).over(b"ab"), (2, Some(Framing::Length(u64::MAX - 2))));
        assert_eq!(Framing::Endless.over(b"ab"), (2, Some(Framing::Endless)));
    }
}
