//! How far the request on a connection has got: what the frame and the connection tell each other.

use std::{
    cell::{Cell, RefCell},
    net::IpAddr,
    rc::Rc,
    task::{Context, Waker},
};

use crate::api::problem::Unread;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The client has nothing to get from us.
    Waiting,
    /// Its request is being carried out.
    Busy,
    /// There is an answer, which is not on its way as a whole yet.
    Answered,
}

/// What the HTTP library has that the frame has not heard of yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handed {
    Nothing,
    /// A whole head: nobody knows what comes after it.
    Head,
    /// What is no head by itself: the library has the rest of it, or refuses it.
    Something,
}

/// How far the request on a connection has got.
#[derive(Debug)]
pub struct Standing {
    phase: Cell<Phase>,
    handed: Cell<Handed>,
    /// Whether its body has not come whole yet.
    body: Cell<bool>,
    /// Whether pieces of its answer are still to be asked for.
    streaming: Cell<bool>,
    stalled: Cell<bool>,
    sent_away: Cell<bool>,
    refusal: Cell<Option<Unread>>,
    waker: RefCell<Option<Waker>>,
    /// When it began to be waited for: by the count of such beginnings.
    since: Cell<u64>,
    turns: Rc<Cell<u64>>,
    /// Its place among the guests.
    pub(super) place: Cell<usize>,
    /// The network it comes from.
    pub(super) network: IpAddr,
}

impl Standing {
    pub(super) fn new(network: IpAddr, turns: Rc<Cell<u64>>) -> Self {
        let standing = Self {
            phase: Cell::new(Phase::Waiting),
            handed: Cell::new(Handed::Nothing),
            body: Cell::new(false),
            streaming: Cell::new(false),
            stalled: Cell::new(false),
            sent_away: Cell::new(false),
            refusal: Cell::new(None),
            waker: RefCell::new(None),
            since: Cell::new(0),
            turns,
            place: Cell::new(usize::MAX),
            network,
        };
        standing.wait();
        standing
    }

    fn wait(&self) {
        self.turns.set(self.turns.get().wrapping_add(1));
        self.since.set(self.turns.get());
    }

    /// A request has come, with a body or without.
    pub(in crate::api) fn begun(&self, body: bool) {
        self.phase.set(Phase::Busy);
        self.body.set(body);
        if body {
            self.wait();
        }
        if self.handed.replace(Handed::Nothing) != Handed::Nothing {
            self.wake();
        }
    }

    /// Its body has come whole.
    pub(in crate::api) fn body_read(&self) {
        self.body.set(false);
    }

    /// It is answered.
    pub(in crate::api) fn answered(&self) {
        self.phase.set(Phase::Answered);
    }

    /// Its answer is taken piece by piece, until [`Self::last_piece`].
    pub(in crate::api) fn in_pieces(&self) {
        self.streaming.set(true);
    }

    /// There is nothing more of the answer to be asked for.
    pub(in crate::api) fn last_piece(&self) {
        self.streaming.set(false);
    }

    /// Everything that was written is on its way.
    pub(super) fn flushed(&self) {
        if self.stalled.replace(false) {
            // Meanwhile nothing was read.
            self.wake();
        }
        if self.phase.get() == Phase::Answered && !self.streaming.get() {
            self.phase.set(Phase::Waiting);
            self.wait();
        }
    }

    /// The client does not take what is written.
    pub(super) fn stall(&self) {
        if !self.stalled.replace(true) {
            self.wait();
        }
    }

    /// This goes on to the HTTP library, until the frame hears of it.
    pub(super) fn hand_on(&self, what: Handed) {
        self.handed.set(what);
    }

    pub(super) fn handed(&self) -> Handed {
        self.handed.get()
    }

    pub(super) fn is_body_open(&self) -> bool {
        self.body.get()
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.phase.get() == Phase::Waiting
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.stalled.get()
    }

    /// Since when it is the client that is waited for; not at all while it waits for us.
    pub(super) fn waited_for_since(&self) -> Option<u64> {
        (self.is_waiting() || self.body.get() || self.stalled.get()).then(|| self.since.get())
    }

    pub(super) fn refuse(&self, why: Unread) {
        self.refusal.set(Some(why));
    }

    pub(super) fn refusal(&self) -> Option<Unread> {
        self.refusal.get()
    }

    /// End the connection when it is looked at next, and have it looked at.
    pub(super) fn send_away(&self) {
        self.sent_away.set(true);
        self.wake();
    }

    pub(super) fn is_sent_away(&self) -> bool {
        self.sent_away.get()
    }

    /// Note whom to wake.
    pub(super) fn listen(&self, cx: &Context<'_>) {
        let mut waker = self.waker.borrow_mut();
        if waker.as_ref().is_none_or(|known| !known.will_wake(cx.waker())) {
            *waker = Some(cx.waker().clone());
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }
}
