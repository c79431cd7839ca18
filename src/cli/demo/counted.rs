//! Ids that are the same in every demo, so that the contract's examples can name them.
//!
//! **Decision.** What the demo is made of is made by stores whose ids are counted and whose clock may stand still. **Consequence.** Only ids are
//! foreseen: every other random value, such as a password or a refresh token, is the system's.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::{
    cli::system::OsEntropy,
    domain::{Instant, id::Entropy, instant::Clock},
};

/// What every counted id begins with: as those of version 7 of an instant that has been, so that no id of a running server begins so.
const BEFORE: u128 = 0x0198_c5a1_7f00_7000_8000_0000_0000_0000;

/// Ids that are counted, in digits that people read.
#[derive(Debug)]
pub(super) struct Counted(AtomicU64);

impl Counted {
    /// Those from a number on.
    pub(super) fn from(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }
}

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        OsEntropy.fill(bytes);
    }

    fn uuid(&self, _: Instant) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_string();
        // The digits of the number, read as those of an id.
        Uuid::from_u128(BEFORE | u128::from_str_radix(&number, 16).unwrap_or_default())
    }
}

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub(super) struct Still(pub(super) Instant);

impl Clock for Still {
    fn now(&self) -> Instant {
        self.0
    }
}
