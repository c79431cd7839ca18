//! The queue before the hashing of passwords: each takes 46 MiB and a core.
//!
//! **Context.** Whoever guesses the passwords of many accounts at once keeps everybody else waiting. **Decision.** Only so many are
//! hashed at once. Of those who wait, those whom the server knows come first, then those of whom it knows nothing, and those who have got
//! something wrong come last; of each only so many wait, and nobody is overtaken for ever. **Consequence.** Guessing uses what is left over.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::{access::throttle::Rank, domain::Error, store};

/// Rounds that somebody waits before they are refused.
const MAX_ROUNDS: u64 = 400;

struct Waiting {
    since: u64,
    bell: oneshot::Sender<Slot>,
}

struct Queue {
    free: usize,
    places: [usize; 3],
    rounds: u64,
    waiting: [VecDeque<Waiting>; 3],
}

impl Queue {
    /// Whose turn it is next; whoever has waited for too long is let go.
    fn next(&mut self) -> Option<Waiting> {
        self.rounds = self.rounds.saturating_add(1);
        for queue in &mut self.waiting {
            while queue.front().is_some_and(|first| self.rounds.saturating_sub(first.since) > MAX_ROUNDS) {
                queue.pop_front();
            }
        }
        self.waiting.iter_mut().find_map(VecDeque::pop_front)
    }
}

/// The queue, and how many slots are free.
#[derive(Clone)]
pub struct Hashing(Arc<Mutex<Queue>>);

impl std::fmt::Debug for Hashing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashing")
    }
}

/// A slot, which goes to the next when it is dropped.
struct Slot(Option<Hashing>);

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(hashing) = self.0.take() {
            hashing.pass_on();
        }
    }
}

impl Hashing {
    /// At most `running` at once. Of those who got something wrong before, `waiting` may wait; of others several times as many.
    #[must_use]
    pub fn new(running: usize, waiting: usize) -> Self {
        let places = [waiting.saturating_mul(16), waiting.saturating_mul(8), waiting];
        Self(Arc::new(Mutex::new(Queue { free: running, places, rounds: 0, waiting: Default::default() })))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_on(self) {
        loop {
            let next = {
                let mut queue = self.queue();
                let next = queue.next();
                if next.is_none() {
                    queue.free = queue.free.saturating_add(1);
                }
                next
            };
            let Some(next) = next else { return };
            match next.bell.send(Slot(Some(self.clone()))) {
                Ok(()) => return,
                // They have gone away meanwhile; the slot is still ours to pass on.
                Err(mut slot) => slot.0 = None,
            }
        }
    }

    async fn slot(&self, rank: Rank) -> Result<Slot, Error> {
        let bell = {
            let mut queue = self.queue();
            if queue.free > 0 {
                queue.free = queue.free.saturating_sub(1);
                return Ok(Slot(Some(self.clone())));
            }
            let place = match rank {
                Rank::Known => 0,
                Rank::New => 1,
                Rank::Failed => 2,
            };
            let (since, most) = (queue.rounds, queue.places.get(place).copied().unwrap_or(0));
            let waiting = queue.waiting.get_mut(place).filter(|waiting| waiting.len() < most).ok_or(Error::Busy)?;
            let (bell, heard) = oneshot::channel();
            waiting.push_back(Waiting { since, bell });
            heard
        };
        bell.await.ok().ok_or(Error::Busy)
    }

    /// Run one, when its turn comes.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Busy`] when too many wait already, or too many came before.
    pub async fn run<T: Send + 'static>(&self, rank: Rank, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let slot = self.slot(rank).await?;
        store::aside(move || {
            let _slot = slot;
            work()
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use futures_util::future::{join, join_all, poll_immediate};

    use super::*;

    fn until(told: Receiver<()>) -> impl FnOnce() -> Result<(), Error> {
        move || told.recv().map_err(Error::internal)
    }

    #[actix_web::test]
    async fn no_more_passwords_are_hashed_at_once_than_the_server_bears() {
        let hashing = Hashing::new(1, 1);
        let (finish, told) = channel();
        let mut running = Box::pin(hashing.run(Rank::Failed, until(told)));
        assert!(poll_immediate(&mut running).await.is_none());
        let mut waiting = Box::pin(hashing.run(Rank::Failed, || Ok(())));
        assert!(poll_immediate(&mut waiting).await.is_none(), "its slot has not come");
        assert!(matches!(hashing.run(Rank::Failed, || Ok(())).await, Err(Error::Busy)), "nobody else may even wait");
        finish.send(()).unwrap();
        let (first, second) = join(running, waiting).await;
        assert!(first.is_ok() && second.is_ok());
        assert!(hashing.run(Rank::Failed, || Ok(())).await.is_ok());
    }

    #[actix_web::test]
    async fn those_who_are_known_come_first_and_those_who_failed_last() {
        let hashing = Hashing::new(1, 3);
        let (finish, told) = channel();
        let mut running = Box::pin(hashing.run(Rank::Failed, until(told)));
        assert!(poll_immediate(&mut running).await.is_none());
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut all = Vec::new();
        for rank in [Rank::Failed, Rank::New, Rank::Known, Rank::Failed, Rank::New, Rank::Known] {
            let order = order.clone();
            let mut one = Box::pin(hashing.run(rank, move || {
                order.lock().unwrap().push(rank);
                Ok(())
            }));
            assert!(poll_immediate(&mut one).await.is_none());
            all.push(one);
        }
        finish.send(()).unwrap();
        let (_, done) = join(running, join_all(all)).await;
        assert!(done.iter().all(Result::is_ok));
        assert_eq!(*order.lock().unwrap(), [Rank::Known, Rank::Known, Rank::New, Rank::New, Rank::Failed, Rank::Failed]);
    }

    #[actix_web::test]
    async fn a_turn_whose_client_has_gone_goes_to_the_next() {
        let hashing = Hashing::new(1, 3);
        let (finish, told): (Sender<()>, _) = channel();
        let mut running = Box::pin(hashing.run(Rank::Known, until(told)));
        assert!(poll_immediate(&mut running).await.is_none());
        let mut gone = Box::pin(hashing.run(Rank::Known, || Ok(())));
        assert!(poll_immediate(&mut gone).await.is_none());
        let mut next = Box::pin(hashing.run(Rank::Known, || Ok(())));
        assert!(poll_immediate(&mut next).await.is_none());
        drop(gone);
        finish.send(()).unwrap();
        let (first, second) = join(running, next).await;
        assert!(first.is_ok() && second.is_ok());
        assert!(hashing.run(Rank::Known, || Ok(())).await.is_ok(), "no slot was lost");
    }

    #[actix_web::test]
    async fn nobody_is_overtaken_for_ever() {
        let hashing = Hashing::new(1, 1);
        let first = hashing.slot(Rank::Known).await.unwrap();
        let mut last = Box::pin(hashing.slot(Rank::Failed));
        assert!(poll_immediate(&mut last).await.is_none());
        let mut held = first;
        let mut sent_away = None;
        for slot in 0..MAX_ROUNDS + 2 {
            let mut next = Box::pin(hashing.slot(Rank::Known));
            assert!(poll_immediate(&mut next).await.is_none());
            drop(held);
            held = next.await.unwrap();
            if let Some(answer) = poll_immediate(&mut last).await {
                sent_away = Some((slot, answer.is_err()));
                break;
            }
        }
        assert_eq!(sent_away, Some((MAX_ROUNDS, true)));
        drop(held);
        assert!(hashing.slot(Rank::Failed).await.is_ok());
    }
}
