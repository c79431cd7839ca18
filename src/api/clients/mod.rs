//! Clients at the other end of a connection, who may be slow, silent, or mean no good.
//!
//! **Context.** A request costs its sender next to nothing, and may cost us a connection, memory, and a place for somebody else for as long
//! as it is not finished. The HTTP library waits for the first head for some seconds and for everything else without end, reads heads of 128 KiB,
//! and refuses by itself, without a word, what it cannot read. **Decision.** Each connection goes through a [`Connection`], which sees bytes come and go
//! and hears from the frame (by its [`Standing`]) how far the request has got: it knows where each head begins (`incoming`, `framing`), and hands heads on
//! whole, one at a time, within a time and a length; bodies come within a time, at a least rate (`intake`) and on one [`Account`]; whoever does not take
//! their answer is cut off; a bare refusal becomes a problem like any other (`refusal`). When there is no room for one more, whoever has kept us waiting
//! longest makes it (`guests`), beginning with the network that has most: so that a proxy, behind which everybody has one address, loses idle connections,
//! and one network cannot shut out the others. **Consequence.** Nobody is waited for without end, and readers get in however many others do nothing.

mod connection;
pub(super) mod framing;
pub(super) mod guests;
mod incoming;
pub(super) mod intake;
mod refusal;
mod standing;
mod taking;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub use connection::Connection;
pub use guests::Guests;
pub use incoming::{LONGEST_HEAD, LONGEST_LINE};
pub use standing::Standing;

/// How long clients are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a whole head, from its first byte on.
    pub head: Duration,
    /// For a whole body, from its head on.
    pub body: Duration,
    /// For a reader who takes nothing of an answer.
    pub stall: Duration,
    /// Bytes a second that bodies come at, and answers are taken at, at least.
    pub least_rate: u64,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { head: seconds(5), body: seconds(30), stall: seconds(60), least_rate: 1_024 }
    }
}

/// What clients may take.
#[derive(Debug)]
pub struct Clients {
    /// How long they are waited for.
    pub patience: Patience,
    /// What their unfinished requests hold.
    pub account: Arc<Account>,
}

impl Clients {
    /// Clients who are waited for so long, and whose unfinished requests hold at most so many bytes.
    #[must_use]
    pub fn new(patience: Patience, most: usize) -> Self {
        Self { patience, account: Arc::new(Account { held: AtomicUsize::new(0), most }) }
    }
}

/// The memory that unfinished requests hold, all of them together.
#[derive(Debug)]
pub struct Account {
    held: AtomicUsize,
    most: usize,
}

impl Account {
    /// Bytes that are held at present.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

/// What one request holds of it, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    account: Arc<Account>,
    bytes: usize,
}

impl Share {
    pub(super) fn of(account: &Arc<Account>) -> Self {
        Self { account: account.clone(), bytes: 0 }
    }

    /// Take so much more, if there is room.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let most = self.account.most;
        let more = |held: usize| held.checked_add(bytes).filter(|all| *all <= most);
        let room = self.account.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok();
        if room {
            self.bytes = self.bytes.saturating_add(bytes);
        }
        room
    }

    /// Hold so much and no more, if there is room.
    pub(super) fn hold(&mut self, bytes: usize) -> bool {
        if let Some(more) = bytes.checked_sub(self.bytes) {
            return more == 0 || self.take(more);
        }
        self.account.held.fetch_sub(self.bytes.saturating_sub(bytes), Ordering::Relaxed);
        self.bytes = bytes;
        true
    }

    /// Give everything back.
    pub(super) fn clear(&mut self) {
        self.hold(0);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_capped_and_given_back() {
        let clients = Clients::new(Patience::default(), 100);
        let (mut one, mut other) = (Share::of(&clients.account), Share::of(&clients.account));
        assert!(one.take(60) && !other.take(41) && other.take(40) && !one.take(1));
        assert_eq!(clients.account.held(), 100);
        drop(one);
        assert_eq!(clients.account.held(), 40);
        assert!(!other.take(usize::MAX) && other.take(60));
        assert!(other.hold(30) && other.hold(30) && other.hold(70) && !other.hold(101));
        assert_eq!(clients.account.held(), 70);
        drop(other);
        assert_eq!(clients.account.held(), 0);
    }
}
