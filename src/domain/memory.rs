//! Memory budgets: what many hold together, and no more than there is room for.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// From how many bytes on an answer is long.
const LONG: usize = 131_072;

/// The memory that many of a kind hold, all of them together.
#[derive(Debug)]
pub struct MemoryBudget {
    held: AtomicUsize,
    most: usize,
}

impl MemoryBudget {
    /// Room for so many bytes.
    #[must_use]
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { held: AtomicUsize::new(0), most })
    }

    /// Bytes that are held at present.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

/// What one of them holds of it, given back when it is dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl Reservation {
    /// Nothing yet.
    #[must_use]
    pub fn of(budget: &Arc<MemoryBudget>) -> Self {
        Self { budget: budget.clone(), bytes: 0 }
    }

    /// Take so much more, if there is room.
    pub fn take(&mut self, bytes: usize) -> bool {
        self.take_beside(bytes, 0)
    }

    /// Take so much for an answer, if there is room: a long one leaves a quarter of all for those that are not.
    pub fn take_answer(&mut self, bytes: usize) -> bool {
        let spare = if bytes > LONG { self.budget.most / 4 } else { 0 };
        self.take_beside(bytes, spare)
    }

    fn take_beside(&mut self, bytes: usize, spare: usize) -> bool {
        let most = self.budget.most.saturating_sub(spare);
        let more = |held: usize| held.checked_add(bytes).filter(|all| *all <= most);
        let room = self.budget.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok();
        if room {
            self.bytes = self.bytes.saturating_add(bytes);
        }
        room
    }

    /// Hold so much and no more, if there is room.
    pub fn hold(&mut self, bytes: usize) -> bool {
        if let Some(more) = bytes.checked_sub(self.bytes) {
            return more == 0 || self.take(more);
        }
        self.budget.held.fetch_sub(self.bytes.saturating_sub(bytes), Ordering::Relaxed);
        self.bytes = bytes;
        true
    }

    /// Give everything back.
    pub fn clear(&mut self) {
        self.hold(0);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Bytes with the share that they take: it is given back when the last who reads them has gone.
#[derive(Debug)]
pub struct ReservedBytes {
    bytes: Box<[u8]>,
    _reservation: Reservation,
}

impl ReservedBytes {
    /// These bytes, if there is room for them.
    #[must_use]
    pub fn new(bytes: Vec<u8>, budget: &Arc<MemoryBudget>) -> Option<Self> {
        let mut reservation = Reservation::of(budget);
        reservation.take_answer(bytes.len()).then(|| Self { bytes: bytes.into_boxed_slice(), _reservation: reservation })
    }
}

impl AsRef<[u8]> for ReservedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_leaves_room_for_those_that_are_not() {
        let budget = MemoryBudget::new(8 * LONG);
        let mut reservation = Reservation::of(&budget);
        assert!(reservation.take_answer(4 * LONG) && !reservation.take_answer(2 * LONG + 1) && reservation.take_answer(2 * LONG));
        assert!(reservation.take_answer(LONG) && reservation.take_answer(LONG) && !reservation.take_answer(1));
        drop(reservation);
        assert_eq!(budget.held(), 0);
    }
}
