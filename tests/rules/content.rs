//! The texts of a story: how they are named, kept and checked.

use dateline::domain::{
    Error,
    content::{Content, LeadWords, Lines, TEXTS},
};
use serde_json::{Value, json};

/// A content of which every text says its own pointer.
fn full() -> Content {
    let mut content = Content::default();
    TEXTS.iter().for_each(|text| text.pointer.clone_into((text.of_mut)(&mut content)));
    content
}

/// The texts of a value, however deep, as JSON pointers.
fn leaves(at: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, inner)| leaves(&format!("{at}/{name}"), inner, found)),
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn every_text_of_the_json_stands_in_the_table_and_is_read_where_it_was_written() {
    let kept = json!(full());
    let (mut found, mut listed) = (Vec::new(), TEXTS.iter().map(|text| text.pointer.to_owned()).collect::<Vec<_>>());
    leaves("#", &kept, &mut found);
    found.sort();
    listed.sort();
    assert_eq!(found, listed);
    assert!(TEXTS.iter().all(|text| kept.pointer(text.pointer.trim_start_matches('#')) == Some(&json!(text.pointer))));
    assert_eq!(Content::stored(&kept), full());
    assert_eq!(full(), serde_json::from_value(kept).unwrap());
}

#[test]
fn what_was_kept_by_an_older_or_a_newer_program_is_read() {
    let kept = json!({ "headline": "River rises", "kicker": "Weather", "lead": { "alt": "A river", "credit": "PTI" }, "seo": null });
    let lead = LeadWords { alt: "A river".to_owned(), ..LeadWords::default() };
    assert_eq!(Content::stored(&kept), Content { lead, ..Content::headed("River rises") });
}

#[test]
fn every_text_that_is_too_long_is_named() {
    let mut content = full();
    TEXTS.iter().for_each(|text| *(text.of_mut)(&mut content) = "x".repeat(text.length.max + 1));
    let Err(Error::Invalid(faults)) = content.check() else { panic!("it was taken") };
    assert_eq!(faults.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), TEXTS.iter().map(|t| t.pointer).collect::<Vec<_>>());
    assert!(faults.iter().all(|f| f.code == "too_long"));
}

#[test]
fn only_a_text_of_several_lines_may_break_one() {
    for text in TEXTS {
        let mut content = Content::headed("River rises");
        "two\r\nlines".clone_into((text.of_mut)(&mut content));
        match content.check() {
            Ok(content) => assert_eq!((text.lines, (text.of)(&content)), (Lines::Many, "two\nlines")),
            Err(refused) => assert!(text.lines == Lines::One && format!("{refused:?}").contains("line_break")),
        }
    }
}
