//! Content codings (RFC 9110 §8.4): an answer as the bytes that were asked for.

use std::io::{Read, Write};

use crate::domain::Error;

/// How the bytes of a representation are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As they are.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

/// The least that is worth coding, in bytes: less fits in one packet anyway.
const MIN: usize = 1_024;

impl Coding {
    /// The codings that are made, the one that saves most first.
    pub const MADE: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Its name in `Accept-Encoding` and `Content-Encoding`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// The coding that a reader's `Accept-Encoding` (RFC 9110 §12.5.3) wants most; of several wanted alike, the one that saves most.
    #[must_use]
    pub fn wanted(accept: &str) -> Self {
        let mut best = (Self::Identity, 0);
        for coding in Self::MADE {
            let weight = weight(accept, coding.as_str());
            if weight > best.1 {
                best = (coding, weight);
            }
        }
        // Identity is acceptable unless said otherwise, and preferred only where it is said to be.
        let identity = accept.split(',').any(|part| part.trim().to_ascii_lowercase().starts_with("identity"));
        if identity && weight(accept, "identity") > best.1 { Self::Identity } else { best.0 }
    }

    /// Whether a representation of this length is offered in other codings than as it is.
    #[must_use]
    pub fn worthwhile(length: usize) -> bool {
        length >= MIN
    }

    /// The bytes in this coding; nothing when that saves less than a tenth.
    ///
    /// # Errors
    /// [`Error::Internal`] when an encoder fails.
    pub fn encode(self, plain: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let mut coded = Vec::new();
        match self {
            Self::Identity => return Ok(None),
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut coded, flate2::Compression::new(6));
                encoder.write_all(plain).and_then(|()| encoder.finish().map(drop)).map_err(Error::internal)?;
            }
            Self::Brotli => {
                // A window hardly larger than what is to be seen through it; below this one the encoder takes another, slower way.
                let window = (usize::BITS - plain.len().leading_zeros()).clamp(17, 22);
                brotli::CompressorReader::new(plain, 4_096, 5, window).read_to_end(&mut coded).map_err(Error::internal)?;
            }
            Self::Zstd => coded = zstd::bulk::compress(plain, 6).map_err(Error::internal)?,
        }
        coded.shrink_to_fit();
        Ok((coded.len() < plain.len() / 10 * 9).then_some(coded))
    }
}

/// How much a coding is wanted, in thousandths; 0 when it is not.
fn weight(accept: &str, coding: &str) -> u16 {
    let mut any = 0;
    for part in accept.split(',') {
        let mut words = part.split(';').map(str::trim);
        let name = words.next().unwrap_or_default();
        let named = name.eq_ignore_ascii_case(coding) || (coding == "gzip" && name.eq_ignore_ascii_case("x-gzip"));
        if !named && name != "*" {
            continue;
        }
        let quality = words.find_map(|w| w.strip_prefix("q=").or_else(|| w.strip_prefix("Q="))).map_or(Some(1_000), thousandths);
        match quality {
            Some(quality) if named => return quality,
            Some(quality) => any = quality,
            None => {}
        }
    }
    any
}

fn thousandths(value: &str) -> Option<u16> {
    crate::domain::locale::quality(value)
}
