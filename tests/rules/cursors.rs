//! Cursors of lists.

use dateline::domain::{collation::NameKey, page::Cursor};
use proptest::prelude::*;
use uuid::Uuid;

proptest! {
    #[test]
    fn cursors_come_back_as_they_went(backwards: bool, order: u8, key: i64, id: u128) {
        let cursor = Cursor { backwards, order, key, id: Uuid::from_u128(id), ..Cursor::default() };
        prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
    }

    #[test]
    fn cursors_of_lists_by_name_hold_what_the_name_is_sorted_by(backwards: bool, order in 20u8..=23, name in prop::collection::vec(any::<u8>(), 0..=120), id: u128) {
        let cursor = Cursor { backwards, order, key: 0, name: NameKey::of(&name), id: Uuid::from_u128(id) };
        prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        prop_assert_eq!(Cursor::decode(&Cursor { order: 4, ..cursor }.encode()).is_some(), name.is_empty(), "no other list has such places");
    }

    #[test]
    fn nonsense_is_no_cursor_and_no_panic(word in "\\PC{0,60}") {
        if let Some(cursor) = Cursor::decode(&word) {
            prop_assert_eq!(cursor.encode(), word);
        }
    }
}
