//! What two revisions are told to differ in: by word, by field and by block.

use dateline::domain::{
    body::{
        Block, BlockId, Document, Inline, Node, SourceBlock,
        blocks::{confirm, same},
    },
    diff::{
        Comparison, Fate, FieldChange, Piece,
        blocks::{BlockChange, Touch, compare, touched},
        html, pieces,
    },
    sequence::{Steps, align, ascending},
};
use proptest::prelude::*;
use serde_json::json;

fn side(pieces: &[Piece], not: Fate) -> String {
    pieces.iter().filter(|p| p.fate != not).map(|p| p.text.as_str()).collect()
}

#[test]
fn words_are_marked_and_clusters_stay_whole() {
    let told: Vec<_> = pieces("The river rose by a metre.", "The river fell by a metre.", &mut Steps::default())
        .into_iter()
        .map(|p| (p.fate, p.text))
        .collect();
    let expected = [(Fate::Kept, "The river "), (Fate::Removed, "rose"), (Fate::Added, "fell"), (Fate::Kept, " by a metre.")];
    assert_eq!(told, expected.map(|(fate, text)| (fate, text.to_owned())));
    let hindi = pieces("नदी एक मीटर चढ़ी", "नदी दो मीटर चढ़ी", &mut Steps::default());
    assert_eq!(hindi.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["नदी ", "एक", "दो", " मीटर चढ़ी"]);
}

proptest! {
    #[test]
    fn both_texts_can_be_read_out_of_the_pieces(before in "\\PC{0,60}", after in "\\PC{0,60}") {
        let told = pieces(&before, &after, &mut Steps::default());
        prop_assert_eq!(side(&told, Fate::Added), before);
        prop_assert_eq!(side(&told, Fate::Removed), after);
    }
}

#[test]
fn a_very_long_text_that_shares_only_its_spaces_counts_as_rewritten_and_that_is_said() {
    let (before, after) = ("a ".repeat(100_000), "b ".repeat(100_000));
    let mut steps = Steps::default();
    assert_eq!(pieces(&before, &after, &mut steps).iter().map(|p| p.fate).collect::<Vec<_>>(), [Fate::Removed, Fate::Added, Fate::Kept]);
    assert!(steps.ran_out());
    let mut steps = Steps::default();
    assert_eq!(pieces(&before, &before, &mut steps), [Piece { fate: Fate::Kept, text: before.clone() }]);
    assert!(!steps.ran_out());
}

#[test]
fn html_escapes_what_people_wrote() {
    let fields = vec![FieldChange {
        pointer: "#/headline",
        before: json!(""),
        after: json!(""),
        pieces: pieces("<b>", "<script>", &mut Steps::default()),
    }];
    let shown = html(&Comparison { fields, blocks: Vec::new(), coarse: false });
    assert!(!shown.contains("<script>") && !shown.contains("<b>"), "{shown}");
}

#[test]
fn one_change_in_a_very_long_text_is_found_exactly() {
    let old: Vec<u32> = (0..200_000).map(|i| i % 50).collect();
    let mut new = old.clone();
    new[100_000] = 99;
    let mut steps = Steps::default();
    let all = align(&old, &new, &mut steps);
    assert_eq!(all.iter().map(|s| (s.kept, s.old.len())).collect::<Vec<_>>(), [(true, 100_000), (false, 1), (true, 99_999)]);
    assert!(!steps.ran_out());
}

fn document(blocks: &[(&str, &str)]) -> Document {
    let paragraph = |text: &str| Node::Paragraph(vec![Inline::Text { text: text.to_owned(), marks: Vec::new() }]);
    let block = |(id, text): &(&str, &str)| Block::new(BlockId::parse(id).unwrap(), paragraph(text));
    Document { blocks: blocks.iter().map(block).collect() }
}

fn told(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
    let word = |change: &BlockChange| match change {
        BlockChange::Kept(b) => format!("kept {}", b.id),
        BlockChange::Moved(b) => format!("moved {}", b.id),
        BlockChange::Added(b) => format!("added {}", b.id),
        BlockChange::Removed(b) => format!("removed {}", b.id),
        BlockChange::Changed { after, .. } => format!("changed {}", after.id),
    };
    compare(&document(before), &document(after), &mut Steps::default()).iter().map(word).collect()
}

#[test]
fn what_is_touched_is_told_in_the_order_of_the_later_body() {
    let before = document(&[("x", "Gone."), ("a", "One."), ("b", "Two."), ("c", "Three."), ("d", "Four.")]);
    let after = document(&[("a", "One."), ("c", "Three!"), ("e", "Five."), ("d", "Four.")]);
    let told: Vec<_> = touched(&before, &after).into_iter().map(|(id, touch)| (id.as_str(), touch)).collect();
    assert_eq!(told, [("x", Touch::Removed), ("b", Touch::Removed), ("c", Touch::Changed), ("e", Touch::Added)]);
}

#[test]
fn as_few_blocks_as_can_be_are_said_to_have_moved_and_none_that_changed() {
    let before = document(&[("a", "One."), ("b", "Two."), ("c", "Three."), ("d", "Four."), ("e", "Five.")]);
    let told = |after: &[(&str, &str)]| {
        touched(&before, &document(after)).into_iter().map(|(id, touch)| (id.to_string(), touch)).collect::<Vec<_>>()
    };
    let moved = |id: &str| (id.to_owned(), Touch::Moved);
    assert_eq!(told(&[("b", "Two."), ("c", "Three."), ("d", "Four."), ("a", "One."), ("e", "Five.")]), [moved("a")]);
    let swapped = told(&[("a", "One."), ("d", "Four."), ("c", "Three."), ("b", "Two."), ("e", "Five.")]);
    assert_eq!(swapped.len(), 2, "{swapped:?}");
    // What is gone, or new, moves nothing.
    let both = told(&[("x", "New."), ("b", "Two."), ("c", "Three."), ("d", "Four!"), ("e", "Five.")]);
    assert_eq!(both, [("a".to_owned(), Touch::Removed), ("x".to_owned(), Touch::Added), ("d".to_owned(), Touch::Changed)]);
    let changed = told(&[("e", "Five!"), ("a", "One."), ("b", "Two."), ("c", "Three."), ("d", "Four.")]);
    assert_eq!(changed, [("e".to_owned(), Touch::Changed)]);
}

proptest! {
    #[test]
    fn the_longest_ascending_sequence_is_found(numbers in Just((0..9usize).collect::<Vec<_>>()).prop_shuffle()) {
        let kept = |which: u32| numbers.iter().enumerate().filter(move |(at, _)| which & (1 << at) != 0).map(|(_, n)| *n).collect::<Vec<_>>();
        let longest = (0..1u32 << 9).map(kept).filter(|some| some.is_sorted()).map(|some| some.len()).max();
        let found: Vec<usize> = numbers.iter().zip(ascending(&numbers)).filter(|(_, is)| *is).map(|(n, _)| *n).collect();
        prop_assert!(found.is_sorted(), "{:?}", found);
        prop_assert_eq!(Some(found.len()), longest);
    }
}

#[test]
fn blocks_are_kept_changed_moved_added_and_removed() {
    let before = [("a", "One."), ("b", "Two."), ("c", "Three."), ("d", "Four.")];
    let after = [("a", "One."), ("c", "Three."), ("b", "Two!"), ("e", "Five.")];
    let mut all = told(&before, &after);
    all.sort();
    // Which of two blocks that changed places has moved is the algorithm's choice; `b` says something else too.
    assert!(
        all == ["added e", "changed b", "kept a", "kept c", "removed d"]
            || all == ["added e", "changed b", "kept a", "moved c", "removed d"],
        "{all:?}"
    );
    assert_eq!(told(&before, &before), ["kept a", "kept b", "kept c", "kept d"]);
    assert_eq!(told(&before, &[]), ["removed a", "removed b", "removed c", "removed d"]);
}

#[test]
fn another_id_or_source_of_a_block_within_is_no_change() {
    let within = |id: &str, source: Option<&str>, words: &str| {
        let mut inner = document(&[(id, words)]).blocks;
        inner[0].source = source.map(|id| SourceBlock::told(BlockId::parse(id).unwrap()));
        let item = Block::new(BlockId::parse("item").unwrap(), Node::ListItem(inner));
        Document { blocks: vec![Block::new(BlockId::parse("list").unwrap(), Node::BulletList(vec![item]))] }
    };
    let before = within("a", None, "One.");
    for after in [within("a", Some("s"), "One."), within("b", None, "One.")] {
        assert_eq!(touched(&before, &after), []);
        assert!(matches!(compare(&before, &after, &mut Steps::default()).as_slice(), [BlockChange::Kept(_)]));
        // Whoever saves is held to the ids.
        assert_eq!(same(&before, &after), after.has(&BlockId::parse("a").unwrap()));
    }
    assert_eq!(touched(&before, &within("a", None, "Two.")).len(), 1);
    assert!(!same(&before, &within("a", None, "Two.")));
}

#[test]
fn a_link_that_was_not_guessed_here_is_said() {
    let guessed = |id: &str| {
        let mut all = document(&[(id, "One.")]);
        all.blocks[0].source = Some(SourceBlock { id: BlockId::parse("s").unwrap(), guessed: true });
        all
    };
    let is_guessed = |mut new: Document, old: &Document| {
        confirm(&mut new, old);
        new.blocks[0].source.as_ref().is_some_and(|of| of.guessed)
    };
    assert!(is_guessed(guessed("a"), &guessed("a")));
    for old in [document(&[("a", "One.")]), document(&[]), guessed("b")] {
        assert!(!is_guessed(guessed("a"), &old));
    }
}
