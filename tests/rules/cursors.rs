//! Cursors of lists.

use dateline::domain::page::Cursor;
use proptest::prelude::*;
use uuid::Uuid;

proptest! {
    #[test]
    fn cursors_come_back_as_they_went(backwards: bool, order: u8, key: i64, id: u128) {
        let cursor = Cursor { backwards, order, key, id: Uuid::from_u128(id) };
        prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
    }

    #[test]
    fn nonsense_is_no_cursor_and_no_panic(word in "\\PC{0,60}") {
        if let Some(cursor) = Cursor::decode(&word) {
            prop_assert_eq!(cursor.encode(), word);
        }
    }
}
