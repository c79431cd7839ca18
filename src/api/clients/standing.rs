//! How far the request on a connection has got: what the frame and the connection tell each other.

use std::{
    cell::{Cell, RefCell},
    net::IpAddr,
    rc::Rc,
    task::{Context, Waker},
};

use super::framing::Framing;
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

/// What comes next from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coming {
    /// A head.
    Head,
    /// Nobody knows: the HTTP library has a whole head that the frame has not heard of.
    Unheard,
    /// What is left of a body.
    Body(Framing),
}

/// How far the request on a connection has got.
#[derive(Debug)]
pub struct Standing {
    phase: Cell<Phase>,
    coming: Cell<Coming>,
    /// How many times something else was to come next.
    turn: Cell<u64>,
    /// Whether something may have come that nobody has been woken for.
    unread: Cell<bool>,
    /// Whether pieces of its answer are still to be asked for.
    streaming: Cell<bool>,
    stalled: Cell<bool>,
    sent_away: Cell<bool>,
    refusal: Cell<Option<Unread>>,
    waker: RefCell<Option<Waker>>,
    /// When it began to be waited for: by the count of such beginnings.
    since: Cell<u64>,
    turns: Rc<Cell<u64>>,
    /// Its place among the connections.
    pub(super) place: Cell<usize>,
    /// The network it comes from.
    pub(super) network: IpAddr,
}

impl Standing {
    pub(super) fn new(network: IpAddr, turns: Rc<Cell<u64>>) -> Self {
        let standing = Self {
            phase: Cell::new(Phase::Waiting),
            coming: Cell::new(Coming::Head),
            turn: Cell::new(0),
            unread: Cell::new(false),
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

    fn expect(&self, coming: Coming) {
        self.coming.set(coming);
        self.turn.set(self.turn.get().wrapping_add(1));
    }

    /// A request has come, with a body or without.
    pub(in crate::api) fn begun(&self, body: Option<Framing>) {
        self.phase.set(Phase::Busy);
        let unheard = self.coming.get() == Coming::Unheard;
        self.expect(body.map_or(Coming::Head, Coming::Body));
        if body.is_some() {
            self.wait();
        }
        // What has come already is read; and the time of a body begins, though nothing of it may ever come.
        if unheard && (self.unread.replace(false) || body.is_some()) {
            self.wake();
        }
    }

    /// Nothing is read until the frame has heard of the request that came last: whether something has come that is to be read then.
    pub(super) fn wait_unread(&self, has_come: bool) {
        self.unread.set(has_come);
    }

    /// A whole head goes on to the HTTP library.
    pub(super) fn head_came(&self) {
        self.expect(Coming::Unheard);
        self.unread.set(true);
    }

    /// More of the body goes on, and so much is left of it.
    pub(super) fn body_came(&self, left: Option<Framing>) {
        match left {
            Some(left) => self.coming.set(Coming::Body(left)),
            None => self.expect(Coming::Head),
        }
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

    /// Everything that was written is on its way. True when that was the end of an answer.
    pub(super) fn flushed(&self) -> bool {
        if self.stalled.replace(false) {
            // Meanwhile nothing was read.
            self.wake();
        }
        let ends = self.phase.get() == Phase::Answered && !self.streaming.get();
        if ends {
            self.phase.set(Phase::Waiting);
            self.wait();
        }
        ends
    }

    /// The client does not take what is written.
    pub(super) fn stall(&self) {
        if !self.stalled.replace(true) {
            self.wait();
        }
    }

    pub(super) fn coming(&self) -> Coming {
        self.coming.get()
    }

    /// A number that is another one as soon as something else is to come next.
    pub(super) fn turn(&self) -> u64 {
        self.turn.get()
    }

    pub(super) fn is_body_open(&self) -> bool {
        matches!(self.coming.get(), Coming::Body(_))
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.phase.get() == Phase::Waiting
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.stalled.get()
    }

    /// Since when it is the client that is waited for; not at all while it waits for us.
    pub(super) fn waited_for_since(&self) -> Option<u64> {
        (self.is_waiting() || self.is_body_open() || self.stalled.get()).then(|| self.since.get())
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
