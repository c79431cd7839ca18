//! Memory that is given out and given back.

use dateline::domain::memory::{MemoryBudget, Reservation};

#[test]
fn what_is_held_is_capped_and_given_back() {
    let budget = MemoryBudget::new(100);
    let (mut one, mut other) = (Reservation::of(&budget), Reservation::of(&budget));
    assert!(one.take(60) && !other.take(41) && other.take(40) && !one.take(1));
    assert_eq!(budget.held(), 100);
    drop(one);
    assert_eq!(budget.held(), 40);
    assert!(!other.take(usize::MAX) && other.take(60));
    assert!(other.hold(30) && other.hold(30) && other.hold(70) && !other.hold(101));
    assert_eq!(budget.held(), 70);
    drop(other);
    assert_eq!(budget.held(), 0);
}
