//! Marks and excerpts: of any text, with any white space that Unicode knows.

use dateline::search::Marker;
use proptest::prelude::*;

/// White space of one to three bytes, with and without a break of lines.
const SPACES: [&str; 8] = [" ", "\n", "\u{a0}", "\u{202f}", "\u{2009}", "\u{3000}", "\t", "\u{2028}"];
const WORDS: [&str; 6] = ["boat", "नदी", "あいうえおかきくけこ", "quay🛥️", "x", "été"];

fn marked(typed: &str, text: &str) -> Vec<String> {
    let marked = Marker::new(typed, &"en".parse().unwrap()).whole(text);
    let units: Vec<u16> = marked.text.encode_utf16().collect();
    marked.marks.iter().map(|mark| String::from_utf16(&units[mark.clone()]).unwrap()).collect()
}

#[test]
fn the_words_of_a_phrase_are_marked_where_it_stands() {
    let text = "The president met the press: “The President!”, said the mayor, not the vice president.";
    assert_eq!(marked("\"the president\"", text), ["The", "president", "The", "President"]);
    assert_eq!(marked("\"the president\" mayor", text), ["The", "president", "The", "President", "mayor"]);
    assert_eq!(marked("\"the the\" \"no no no\"", "No no no no, the the."), ["No", "no", "no", "no", "the", "the"]);
    assert_eq!(marked("\"the president\" president", text).len(), 5, "each word for itself, too");
}

proptest! {
    #[test]
    fn an_excerpt_is_a_part_of_the_text_with_marks_where_the_words_are(
        before in prop::collection::vec((0..WORDS.len(), 0..SPACES.len()), 0..80),
        after in prop::collection::vec((0..WORDS.len(), 0..SPACES.len()), 0..120),
    ) {
        let said = |words: &[(usize, usize)]| words.iter().map(|(word, space)| format!("{}{}", WORDS[*word], SPACES[*space])).collect::<String>();
        let text = format!("{} ferry {}", said(&before), said(&after));
        let marked = Marker::new("ferry", &"en".parse().unwrap()).excerpt(&text);
        prop_assert!(text.contains(&marked.text) && !marked.text.is_empty(), "{:?} of {text:?}", marked.text);
        let units: Vec<u16> = marked.text.encode_utf16().collect();
        let said: Vec<String> = marked.marks.iter().map(|mark| String::from_utf16(&units[mark.clone()]).unwrap()).collect();
        prop_assert_eq!(said, ["ferry"]);
    }
}
