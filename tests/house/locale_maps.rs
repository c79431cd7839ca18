//! Maps by locale that somebody sends: in each of them a locale is named once, however its tag is spelled.

use std::{fs, path::Path};

use super::sources;

/// The fields of a source that are read as maps by locale, and whether each refuses one that is there twice, or is not read at all.
fn read_by_locale(text: &str) -> Vec<(&str, bool)> {
    let (mut found, mut is_read, mut attributes) = (Vec::new(), false, String::new());
    for line in text.lines() {
        let code = line.trim();
        if code.starts_with("#[derive(") {
            is_read = code.contains("Deserialize");
        }
        if code.starts_with("#[") {
            attributes.push_str(code);
            continue;
        }
        // What is marked within its own line is so as well.
        let is_map = code.contains("BTreeMap<Locale,") || code.contains("HashMap<Locale,") || code.contains(": CreditLabels");
        if is_read && is_map && !code.starts_with("//") {
            attributes.push_str(code);
            found.push((code, ["\"keyed\"", "\"labels\"", "serde(skip)"].iter().any(|by| attributes.contains(by))));
        }
        if line == "}" {
            is_read = false;
        }
        if !code.starts_with("//") {
            attributes.clear();
        }
    }
    found
}

#[test]
fn a_locale_is_named_once_in_every_map_that_is_sent() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut files, mut maps, mut wrong) = (Vec::new(), 0, Vec::new());
    sources(&src, &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (field, refuses) in read_by_locale(&text) {
            maps += 1;
            if !refuses {
                wrong.push(format!("{}: {field}", file.strip_prefix(&src).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "of two tags of one locale the first would be lost: {wrong:#?}");
    assert!(maps >= 12, "{maps} maps were found");
}
