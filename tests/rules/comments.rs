//! The words that a comment is about, found again.

use dateline::domain::comment::{Range, RangeState, units_of};
use proptest::prelude::*;

/// The words between two places that a range names, by counting.
fn between(text: &str, range: &Range) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]).unwrap()
}

#[test]
fn places_are_counted_as_javascript_counts_letters() {
    for (text, start, end, words) in [
        ("River rises", 0, 5, Some("River")),
        ("River rises", 6, 11, Some("rises")),
        ("नदी बढ़ी", 0, 3, Some("नदी")),
        // Two code units each, within which no range begins or ends.
        ("🌊🌊 rise", 2, 4, Some("🌊")),
        ("🌊🌊 rise", 1, 4, None),
        ("🌊🌊 rise", 0, 3, None),
        ("one\ntwo", 3, 5, Some("\nt")),
        ("River", 2, 2, None),
        ("River", 3, 2, None),
        ("River", 0, 6, None),
        ("River", 6, 9, None),
        ("", 0, 0, None),
    ] {
        let found = Range::of(text, start, end);
        assert_eq!(found.as_ref().map(|range| range.quote.as_str()), words, "{text} {start} {end}");
    }
    assert_eq!(units_of("a🌊\n"), 4);
}

#[test]
fn words_that_have_moved_are_found_at_the_nearest_place_that_has_them() {
    let range = Range::of("the river, the ferry", 11, 14).unwrap();
    let now = |text: &str| range.found_in(text).map(|found| found.start);
    assert_eq!(now("the river, the ferry"), Some(11));
    assert_eq!(now("Yes: the river, the ferry"), Some(16));
    assert_eq!(now("the river, and the ferry"), Some(15));
    assert_eq!(now("the river, a ferry"), Some(0));
    assert_eq!(now("a river, a ferry"), None);
    // Of two as near the first one.
    let range = Range::of("..ab..", 2, 4).unwrap();
    assert_eq!(range.found_in("ab..ab").map(|found| found.start), Some(0));
    assert_eq!(range.state(range.found_in("..ab..").as_ref()), RangeState::There);
    assert_eq!(range.state(range.found_in("ab").as_ref()), RangeState::Moved);
    assert_eq!(range.state(None), RangeState::Gone);
}

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab \\nनी🌊]{0,24}").unwrap()
}

proptest! {
    #[test]
    fn words_are_found_wherever_a_text_has_them_and_nowhere_else(before in text(), words in text(), after in text(), later in text()) {
        prop_assume!(!words.is_empty());
        let whole = format!("{before}{words}{after}");
        let (start, end) = (units_of(&before), units_of(&before) + units_of(&words));
        let range = Range::of(&whole, start, end).unwrap();
        prop_assert_eq!(&range.quote, &words);
        prop_assert_eq!(range.state(range.found_in(&whole).as_ref()), RangeState::There);
        // Whatever becomes of the text around them, the words stay found; whatever is found are the words.
        for text in [format!("{later}{whole}"), format!("{whole}{later}"), format!("{words}{later}"), format!("{later}{words}"), later.clone(), before.clone()] {
            let found = range.found_in(&text);
            prop_assert_eq!(found.is_some(), text.contains(&words), "{:?}", text);
            if let Some(found) = found {
                prop_assert_eq!(between(&text, &found), words.clone());
                prop_assert_eq!(range.state(Some(&found)) == RangeState::There, (found.start, found.end) == (start, end));
            }
        }
        // What comes behind them does not move them.
        let longer = format!("{whole}{later}");
        prop_assert_eq!(range.found_in(&longer), Some(range.clone()));
    }
}
