//! Bodies on their way in: of a size, within a time, at a least rate, and in the budget of what unfinished requests hold.

use std::{
    cell::RefCell,
    fmt, io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage,
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    http::header::CONTENT_LENGTH,
    rt::time::{Sleep, sleep},
};
use bytes::Bytes;
use futures_core::Stream;

use super::{ClientTimeouts, Clients};
use crate::{
    api::problem::{Failure, Unread},
    domain::memory::Reservation,
};

/// In how many parts the time for a body is looked at.
const PARTS: u32 = 6;
/// How much longer than another one a body may take that is handed on as it comes.
const LONGER: u32 = 720;

/// Why a body was not waited for, inside the framework's error.
#[derive(Debug, Clone, Copy)]
struct Cut(Unread);

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.detail())
    }
}

impl std::error::Error for Cut {}

fn cut(why: Unread) -> PayloadError {
    PayloadError::Io(io::Error::other(Cut(why)))
}

/// What is told to the client whose body could not be read.
pub(in crate::api) fn failure(error: &PayloadError) -> Failure {
    match error {
        PayloadError::Overflow => Failure::TooLarge,
        PayloadError::Io(inner) if let Some(Cut(why)) = inner.get_ref().and_then(|e| e.downcast_ref()) => Failure::Unread(*why),
        _ => Failure::malformed("#", "body", "the body broke off"),
    }
}

/// What a request holds, as long as it is not answered.
struct Held(#[expect(dead_code, reason = "it is held, and nothing else")] Rc<RefCell<Reservation>>);

/// How long a body may be, and whether it is held until it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Length {
    /// So many bytes, which are held: in the budget, and within a time.
    Held(usize),
    /// So many bytes, which are handed on as they come, and may take as much longer as [`LONGER`] says: hours.
    HandedOn(usize),
}

/// Watch the body of a request, if it has one.
pub(in crate::api) fn watch(req: &mut ServiceRequest, clients: &Clients, length: Length) {
    let payload = req.take_payload();
    if matches!(payload, Payload::None) {
        return;
    }
    let declared = req.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    let reservation = Rc::new(RefCell::new(Reservation::of(&clients.budget)));
    let (most, is_held) = match length {
        Length::Held(most) => (most, true),
        Length::HandedOn(most) => (most, false),
    };
    let watched = Watched {
        payload,
        is_held,
        reservation: reservation.clone(),
        room: if declared.is_some_and(|length| length > most) { None } else { Some(most) },
        timeouts: clients.timeouts,
        part: None,
        parts_left: if is_held { PARTS } else { PARTS.saturating_mul(LONGER) },
        in_part: 0,
    };
    req.extensions_mut().insert(Held(reservation));
    req.set_payload(Payload::Stream { payload: Box::pin(watched) });
}

/// A body that is being read.
struct Watched {
    payload: Payload,
    is_held: bool,
    reservation: Rc<RefCell<Reservation>>,
    /// How many bytes more it may have; none when it has more than that.
    room: Option<usize>,
    timeouts: ClientTimeouts,
    /// What is left of this part of its time.
    part: Option<Pin<Box<Sleep>>>,
    parts_left: u32,
    /// How many bytes came in this part.
    in_part: u64,
}

impl Watched {
    /// Whether it has taken too long, or comes too slowly.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let time = self.timeouts.body.checked_div(PARTS).unwrap_or_default();
        loop {
            let part = self.part.get_or_insert_with(|| Box::pin(sleep(time)));
            if part.as_mut().poll(cx).is_pending() {
                return false;
            }
            // Something, whatever the rate.
            let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            let least = (self.timeouts.least_rate.saturating_mul(millis) / 1_000).max(1);
            self.parts_left = self.parts_left.saturating_sub(1);
            if self.parts_left == 0 || self.in_part < least {
                return true;
            }
            (self.part, self.in_part) = (None, 0);
        }
    }
}

impl Stream for Watched {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(room) = this.room else { return Poll::Ready(Some(Err(PayloadError::Overflow))) };
        match Pin::new(&mut this.payload).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.in_part = this.in_part.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                this.room = room.checked_sub(bytes.len());
                if this.room.is_none() {
                    return Poll::Ready(Some(Err(PayloadError::Overflow)));
                }
                if this.is_held && !this.reservation.borrow_mut().take(bytes.len()) {
                    return Poll::Ready(Some(Err(cut(Unread::Full))));
                }
                // Whoever has not kept us waiting yet needs no clock.
                if this.part.is_some() && this.is_late(cx) {
                    return Poll::Ready(Some(Err(cut(Unread::Slow))));
                }
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Pending if this.is_late(cx) => Poll::Ready(Some(Err(cut(Unread::Slow)))),
            other => other,
        }
    }
}
