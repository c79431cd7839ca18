//! Users: nothing in the store asks for them but by the way that passes over whoever has left.

use std::{fs, path::Path};

use super::sources;

/// Where the store names the table of users itself: a file, how often, and why.
const BESIDE: [(&str, usize, &str); 6] = [
    ("present_users.rs", 4, "the way to users is there"),
    ("users.rs", 2, "one is put in, and one is held, whoever it is"),
    ("former_users.rs", 1, "one is held, whoever it is"),
    ("assignments.rs", 1, "who works on words is a user, for assignments go with them"),
    ("revisions.rs", 2, "who saved is told by name, and whether they have left"),
    ("desk_lists.rs", 2, "who created is told by name, and whether they have left"),
];

const WAYS: [&str; 4] = ["users::table", "FROM users", "JOIN users", "UPDATE users"];

#[test]
fn nothing_in_the_store_asks_for_users_but_by_the_way_that_passes_over_former_ones() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut found: Vec<(String, usize)> = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let count = WAYS.iter().map(|way| text.matches(way).count()).sum();
        found.push((file.strip_prefix(&src).unwrap().to_string_lossy().into_owned(), count));
    }
    found.retain(|(file, count)| *count > 0 && !BESIDE.iter().any(|(known, often, _)| file == known && often == count));
    assert_eq!(found, [], "begin with `present_users::present`, or for a history with `everybody`");
}
