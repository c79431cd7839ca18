//! Bodies of answers as connections are handed them.

use std::{
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    web::Bytes,
};

use super::clients::Standing;

/// The most that is handed to a connection at once, in bytes.
const PIECE: usize = 16_384;

/// A long answer in pieces of the bytes that all who read it share: a connection copies what it is handed, and holds it until it is taken.
pub(super) struct Pieces {
    rest: Bytes,
    length: u64,
    standing: Option<Rc<Standing>>,
}

impl Pieces {
    pub(super) fn of(body: BoxBody, standing: Option<Rc<Standing>>) -> BoxBody {
        match body.try_into_bytes() {
            Ok(rest) if rest.len() > 2 * PIECE => {
                if let Some(standing) = &standing {
                    standing.in_pieces();
                }
                let length = u64::try_from(rest.len()).unwrap_or(u64::MAX);
                BoxBody::new(Self { rest, length, standing })
            }
            Ok(whole) => BoxBody::new(whole),
            Err(body) => body,
        }
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        if let Some(standing) = &self.standing {
            standing.last_piece();
        }
    }
}

impl MessageBody for Pieces {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let most = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(self.rest.split_to(most))))
    }
}

/// The length of an answer without the answer, for `HEAD`.
pub(super) struct Headless(pub BodySize);

impl MessageBody for Headless {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}
