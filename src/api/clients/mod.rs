//! Clients at the other end of a connection, who may be slow, silent, or mean no good.
//!
//! **Context.** A request costs its sender next to nothing, and may cost us a connection, memory, and a place for somebody else for as long
//! as it is not finished. The HTTP library waits for the first head for some seconds and for everything else without end, reads heads of 128 KiB,
//! and refuses by itself, without a word, what it cannot read. **Decision.** Each connection goes through a [`Connection`], which sees bytes come and go
//! and hears from the frame (by its [`Standing`]) how far the request has got: it knows where each head begins (`incoming`, `framing`), and hands heads on
//! whole, one at a time, within a time and a length; bodies come within a time, at a least rate (`intake`) and on one [`MemoryBudget`]; whoever does not take
//! their answer is cut off; a bare refusal becomes a problem like any other (`refusal`). When there is no room for one more, whoever has kept us waiting
//! longest makes it (`connection_limit`), beginning with the network that has most: so that a proxy, behind which everybody has one address, loses idle connections,
//! and one network cannot shut out the others. Where the server ends TLS by itself (`tls`), that is between the connection and the system (`socket`): whoever does not come as far as HTTP
//! is waited for as long as for a head, and may be sent away as any other. **Consequence.** Nobody is waited for without end, and readers get in however many others do nothing.

mod connection;
pub(super) mod connection_limit;
pub(super) mod framing;
mod incoming;
pub(super) mod intake;
mod refusal;
mod socket;
mod standing;
mod throughput;
mod tls;

use std::{sync::Arc, time::Duration};

pub use connection::Connection;
pub use connection_limit::ConnectionLimit;
pub use incoming::{MAX_HEAD, MAX_LINE};
pub use standing::Standing;
pub use tls::Tls;

use crate::domain::memory::MemoryBudget;

/// How long clients are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientTimeouts {
    /// For a whole head, from its first byte on.
    pub head: Duration,
    /// For a whole body, from its head on.
    pub body: Duration,
    /// For a reader who takes nothing of an answer.
    pub stall: Duration,
    /// Bytes a second that bodies come at, and answers are taken at, at least.
    pub least_rate: u64,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { head: seconds(5), body: seconds(30), stall: seconds(60), least_rate: 1_024 }
    }
}

/// What clients may take.
#[derive(Debug)]
pub struct Clients {
    /// How long they are waited for.
    pub timeouts: ClientTimeouts,
    /// What their unfinished requests hold.
    pub budget: Arc<MemoryBudget>,
}

impl Clients {
    /// Clients who are waited for so long, and whose unfinished requests hold at most so many bytes.
    #[must_use]
    pub fn new(timeouts: ClientTimeouts, most: usize) -> Self {
        Self { timeouts, budget: MemoryBudget::new(most) }
    }
}
