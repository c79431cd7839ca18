//! Who is connected: when there is no room for one more, whoever has kept us waiting longest makes it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    rc::Rc,
};

use super::Standing;

/// How many are looked at to find who is to go.
const LOOKED_AT: usize = 128;

/// The connections of one worker.
#[derive(Debug)]
pub struct ConnectionLimit {
    most: usize,
    all: RefCell<Vec<Rc<Standing>>>,
    by_network: RefCell<HashMap<IpAddr, usize>>,
    /// Where looking goes on.
    next: Cell<usize>,
    turns: Rc<Cell<u64>>,
}

/// A slot of the limit, given up when it is dropped.
#[derive(Debug)]
pub(super) struct ConnectionSlot {
    connections: Rc<ConnectionLimit>,
    pub(super) standing: Rc<Standing>,
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.connections.leave(&self.standing);
    }
}

/// The network of an address: all of an IPv4 address, the first half of an IPv6 one, which is what one customer has at least.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() >> 64 << 64)),
        short @ IpAddr::V4(_) => short,
    }
}

impl ConnectionLimit {
    /// Room for so many.
    #[must_use]
    pub fn new(most: usize) -> Rc<Self> {
        Rc::new(Self {
            most: most.max(1),
            all: RefCell::default(),
            by_network: RefCell::default(),
            next: Cell::new(0),
            turns: Rc::default(),
        })
    }

    /// Take one more in. When there is no room somebody is sent away for them; none when nobody is waited for.
    pub(super) fn admit(self: &Rc<Self>, address: IpAddr) -> Option<ConnectionSlot> {
        if self.all.borrow().len() >= self.most {
            let going = self.who_goes()?;
            self.leave(&going);
            going.send_away();
        }
        let standing = Rc::new(Standing::new(network(address), self.turns.clone()));
        let mut all = self.all.borrow_mut();
        standing.place.set(all.len());
        all.push(standing.clone());
        let mut by_network = self.by_network.borrow_mut();
        let count = by_network.entry(standing.network).or_default();
        *count = count.saturating_add(1);
        Some(ConnectionSlot { connections: self.clone(), standing })
    }

    /// Of the next hundred or so of whom one is waited for: one of the network that has most, whom we have waited for longest.
    fn who_goes(&self) -> Option<Rc<Standing>> {
        let (all, by_network) = (self.all.borrow(), self.by_network.borrow());
        let from = self.next.get().checked_rem(all.len()).unwrap_or(0);
        (0..all.len()).step_by(LOOKED_AT).find_map(|looked| {
            let from = from.saturating_add(looked);
            self.next.set(from.saturating_add(LOOKED_AT));
            let some = all.iter().cycle().skip(from).take(LOOKED_AT);
            let weighed = some.filter_map(|client| {
                let since = client.waited_for_since()?;
                Some((by_network.get(&client.network).copied().unwrap_or(0), std::cmp::Reverse(since), client))
            });
            weighed.max_by_key(|(many, since, _)| (*many, *since)).map(|(.., client)| client.clone())
        })
    }

    fn leave(&self, client: &Rc<Standing>) {
        let mut all = self.all.borrow_mut();
        let place = client.place.replace(usize::MAX);
        if place >= all.len() {
            return;
        }
        all.swap_remove(place);
        if let Some(moved) = all.get(place) {
            moved.place.set(place);
        }
        let mut by_network = self.by_network.borrow_mut();
        if let Some(count) = by_network.get_mut(&client.network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                by_network.remove(&client.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::framing::Framing, *};

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn who_has_kept_us_waiting_longest_makes_room_beginning_with_the_network_that_has_most() {
        let connections = ConnectionLimit::new(4);
        let reader = connections.admit(address("192.0.2.1")).unwrap();
        let crowd: Vec<ConnectionSlot> = (1..4).map(|n| connections.admit(address(&format!("2001:db8::{n}"))).unwrap()).collect();
        // The first of the crowd is busy with us, and may stay.
        crowd[0].standing.begun(None);
        let another = connections.admit(address("192.0.2.2")).unwrap();
        let gone = |slot: &ConnectionSlot| slot.standing.is_sent_away();
        assert_eq!([gone(&reader), gone(&crowd[0]), gone(&crowd[1]), gone(&crowd[2])], [false, false, true, false]);
        // Of networks with one connection each the one that has waited longest.
        drop(crowd);
        let more: Vec<ConnectionSlot> = (3..6).map(|n| connections.admit(address(&format!("192.0.2.{n}"))).unwrap()).collect();
        assert!(gone(&reader) && !gone(&another) && !more.iter().any(gone));
    }

    #[test]
    fn who_is_waited_for_is_found_however_many_are_busy() {
        let connections = ConnectionLimit::new(4 * LOOKED_AT);
        let slots: Vec<ConnectionSlot> = (0..4 * LOOKED_AT).map(|_| connections.admit(address("127.0.0.1")).unwrap()).collect();
        slots.iter().for_each(|slot| slot.standing.begun(None));
        assert!(connections.admit(address("127.0.0.1")).is_none());
        slots[3 * LOOKED_AT + 5].standing.stall();
        assert!(connections.admit(address("127.0.0.1")).is_some() && slots[3 * LOOKED_AT + 5].standing.is_sent_away());
    }

    #[test]
    fn nobody_who_is_busy_is_sent_away_and_places_are_given_up() {
        let connections = ConnectionLimit::new(2);
        let mut slots: Vec<ConnectionSlot> = (0..2).map(|_| connections.admit(address("127.0.0.1")).unwrap()).collect();
        slots.iter().for_each(|slot| slot.standing.begun(None));
        assert!(connections.admit(address("127.0.0.1")).is_none());
        slots.remove(0);
        slots.push(connections.admit(address("127.0.0.1")).unwrap());
        // A body that is on its way, an answer that is not taken: both are waited for.
        slots[1].standing.begun(Some(Framing::Endless));
        let third = connections.admit(address("127.0.0.1")).unwrap();
        assert!(slots[1].standing.is_sent_away() && !slots[0].standing.is_sent_away());
        third.standing.begun(None);
        slots[0].standing.stall();
        let fourth = connections.admit(address("127.0.0.1")).unwrap();
        assert!(slots[0].standing.is_sent_away());
        drop((slots, third, fourth));
        assert!(connections.all.borrow().is_empty() && connections.by_network.borrow().is_empty());
    }
}
