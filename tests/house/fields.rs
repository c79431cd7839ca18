//! What a text of a translation costs: the source files that name it, in identifiers, JSON pointers and SQL alike.
//!
//! The headline is left out: slugs, lists and the search of the desk are made of it, so that it has a column and names of its own.

use std::{collections::BTreeSet, fs, path::Path};

use super::sources;

/// Files that may name a text.
const MOST: usize = 5;

/// Texts of `domain::content`, as its table writes them, but for the headline.
const TEXTS: [&str; 5] = ["summary", "lead.alt", "lead.caption", "seo.title", "seo.description"];

/// Files that name the word for another reason than that a translation says it. One that no longer does is to be taken out.
const BESIDE: [(&str, &str, &str); 8] = [
    ("summary", "api/desk/articles/shape.rs", "the example of an article that is created"),
    ("summary", "delivery/pages/mod.rs", "cards and descriptions of pages are made of it"),
    ("summary", "delivery/pages/shape.rs", "a card has one"),
    ("summary", "delivery/search.rs", "what is found of it is marked"),
    ("summary", "search/document.rs", "its words count more than those of the body"),
    ("summary", "search/alike.rs", "the same"),
    ("summary", "domain/body/parse/names.rs", "an element of HTML"),
    ("summary", "domain/text.rs", "a limit, which other texts have as well"),
];

/// The words of a source in lower case, those of strings among them, without comments and tests.
fn words(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line.split(" //").next().unwrap() });
    let words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// True when words of a source name a text: its group and its own name, together or apart.
fn name(words: &BTreeSet<String>, text: &str) -> bool {
    let Some((group, own)) = text.split_once('.') else { return words.contains(text) };
    let grouped = |word: &String| word == group || *word == format!("{group}words") || word.starts_with(&format!("{group}_"));
    words.contains(&format!("{group}_{own}")) || words.contains(own) && words.iter().any(grouped)
}

/// The files that name a text, from `src` on.
fn naming(text: &str) -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.retain(|file| file.iter().all(|part| part != "tests") && name(&words(&fs::read_to_string(file).unwrap()), text));
    files.iter().map(|file| file.strip_prefix(&src).unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_text_is_named_in_few_files() {
    for text in TEXTS {
        let mut files = naming(text);
        assert!(files.contains("domain/content.rs"), "`{text}` was not found");
        for (_, file, why) in BESIDE.iter().filter(|(of, _, _)| *of == text) {
            assert!(files.remove(*file), "{file} does not name `{text}` any more ({why})");
        }
        assert!(files.len() <= MOST, "`{text}` is named in {} files: {files:?}", files.len());
        let alike: Vec<_> =
            files.iter().filter(|f| ["store/", "desk/", "access/", "workers/"].iter().any(|module| f.starts_with(module))).collect();
        assert!(alike.is_empty(), "`{text}` is treated by its name where all texts are treated alike: {alike:?}");
    }
}

#[test]
fn whoever_names_a_text_is_found() {
    for said in
        ["row.seo_title", "live.seo.title", "(\"#/seo/title\", x)", "\"SELECT e.seo_title\"", "SeoWords { title }", "seo: Seo { title: a }"]
    {
        assert!(name(&words(said), "seo.title"), "{said}");
    }
    for said in ["// seo.title", "x(); // seo.title", "Page { title }", "seo.description", "#[cfg(test)]\nmod tests {\n seo.title }"] {
        assert!(!name(&words(said), "seo.title"), "{said}");
    }
}
