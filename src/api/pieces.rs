//! Bodies of answers as connections are handed them.

use std::{
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    web::Bytes,
};

use super::clients::Standing;
use crate::domain::memory::{MemoryBudget, Reservation};

/// The longest answer that is handed to a connection as one, in bytes: it copies that, and has it written with one call.
const WHOLE: usize = 65_536;
/// The most of a longer one that is handed to it at once.
const PIECE: usize = 16_384;

/// A long answer in pieces of the bytes that all who read it share: a connection copies what it is handed, and holds it until it is taken.
pub(super) struct Pieces {
    rest: Bytes,
    length: u64,
    standing: Option<Rc<Standing>>,
    /// What it takes of the budget of answers, unless others who read it have taken it.
    _reservation: Option<Reservation>,
}

/// Marks an answer whose bytes are others' as well, and in the budget already.
struct Shared;

/// Note that the bytes of an answer are held whether it is read or not.
pub(super) fn are_shared(answer: &mut HttpResponse) {
    if let BodySize::Sized(length) = answer.body().size()
        && is_long(length)
    {
        answer.extensions_mut().insert(Shared);
    }
}

fn is_long(length: u64) -> bool {
    usize::try_from(length).is_ok_and(|length| length > WHOLE)
}

/// What an answer takes of the budget until it is read: nothing when it is short, or shared; an error when there is no room for it.
pub(super) fn taken(answer: &HttpResponse, budget: &Arc<MemoryBudget>) -> Result<Option<Reservation>, ()> {
    match answer.body().size() {
        BodySize::Sized(length) if is_long(length) && !answer.extensions().contains::<Shared>() => {
            let mut reservation = Reservation::of(budget);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if reservation.take_answer(length) { Ok(Some(reservation)) } else { Err(()) }
        }
        _ => Ok(None),
    }
}

impl Pieces {
    pub(super) fn of(body: BoxBody, standing: Option<Rc<Standing>>, reservation: Option<Reservation>) -> BoxBody {
        match body.try_into_bytes() {
            Ok(rest) if rest.len() > WHOLE => {
                if let Some(standing) = &standing {
                    standing.in_pieces();
                }
                let length = u64::try_from(rest.len()).unwrap_or(u64::MAX);
                BoxBody::new(Self { rest, length, standing, _reservation: reservation })
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[actix_web::test]
    async fn a_short_answer_is_handed_on_as_one_and_a_long_one_in_pieces() {
        for (length, pieces) in [(WHOLE, 1), (WHOLE + 1, WHOLE / PIECE + 1)] {
            let bytes: Bytes = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let mut body = Box::pin(Pieces::of(BoxBody::new(bytes.clone()), None, None));
            assert_eq!(body.size(), BodySize::Sized(u64::try_from(length).unwrap()));
            let mut handed = Vec::new();
            while let Some(piece) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
                handed.push(piece.unwrap());
            }
            assert_eq!((handed.len(), Bytes::from(handed.concat())), (pieces, bytes));
        }
    }
}
