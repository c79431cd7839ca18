//! The house: layers, and imports that go down only.

mod circles;
mod fields;
mod locale_maps;
mod users;

use std::path::{Path, PathBuf};

/// The layers from the top; those on one line do not know each other.
const LAYERS: [&[&str]; 8] = [
    &["main"],
    &["cli"],
    &["app", "config"],
    &["api", "workers"],
    &["desk", "delivery", "openid", "media", "fetching", "speech"],
    &["store", "search"],
    &["access"],
    &["domain"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The module that a file of the sources lies in.
fn module_of(inside: &Path) -> String {
    inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a file names after `crate::`, grouped imports included.
fn named(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = text.get(at + "crate::".len()..).unwrap();
        let word = |t: &str| t.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (n, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && !c.is_whitespace() => {
                        modules.push(word(group.get(n..).unwrap()));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            modules.push(word(rest));
        }
    }
    modules
}

#[test]
fn imports_go_down_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let module = module_of(inside);
        let Some(here) = layer(&module) else {
            assert_eq!(module, "lib", "{module} has no layer");
            continue;
        };
        for other in named(&std::fs::read_to_string(&file).unwrap()) {
            let Some(there) = layer(&other) else {
                wrong.push(format!("{}: `crate::{other}` has no layer", inside.display()));
                continue;
            };
            if other != module && there <= here {
                wrong.push(format!("{}: {module} may not use {other}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The lines of a source, as far as its own tests, on which a loop begins of which nothing says why it ends.
fn without_an_end(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| *line != "#[cfg(test)]").collect();
    let begins = |line: &str| {
        let code = line.split("//").next().unwrap();
        ["loop {", "while "].iter().any(|word| code.starts_with(word) || code.contains(&format!(" {word}")) && !code.contains('"'))
    };
    let said = |n: usize| lines[..n].iter().rev().take_while(|line| line.starts_with("//")).any(|line| line.starts_with("// Ends: "));
    (0..lines.len()).filter(|n| begins(lines[*n]) && !said(*n)).map(|n| n + 1).collect()
}

#[test]
fn every_loop_says_why_it_ends() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    ["store", "desk", "domain"].iter().for_each(|module| sources(&src.join(module), &mut files));
    files.retain(|file| !file.iter().any(|part| part == "tests" || part == "tests.rs"));
    assert!(files.len() > 50, "the sources were not found");
    let said = |file: &PathBuf| (file.clone(), without_an_end(&std::fs::read_to_string(file).unwrap()));
    let silent: Vec<_> = files.iter().map(said).filter(|(_, lines)| !lines.is_empty()).collect();
    assert!(silent.is_empty(), "no `// Ends: …` above a loop: {silent:#?}");
}

#[test]
fn the_reader_of_loops_sees_those_that_say_nothing() {
    let text = "// Ends: soon.\n// And well.\nloop {\n}\nloop {\n}\nlet x = loop {\n};\n// While it lasts, loop {\ntell(\"a while ago\");\nwhile x {}";
    assert_eq!(without_an_end(text), [5, 7, 11]);
}

#[test]
fn the_reader_of_imports_sees_groups() {
    let text = "use crate::{\n    access::{Permit, policy},\n    domain::Error,\n};\nfn x() { crate::store::y(); }";
    assert_eq!(named(text), ["access", "domain", "store"]);
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let mut names: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

/// Crates that tie what names them to a framework or a database, and the modules that may: everything else would do with another one. What
/// the contract says of a vocabulary stands beside it.
const TIES: [(&str, &[&str]); 3] =
    [("diesel", &["store"]), ("actix", &["api", "app", "cli"]), ("utoipa", &["domain", "delivery", "api", "app"])];

/// The crates of [`TIES`] that a file of a module names and may not.
fn tied(module: &str, text: &str) -> Vec<String> {
    let may = |word: &str| TIES.iter().all(|(name, modules)| !named_after(word, name) || modules.contains(&module));
    circles::tokens(text).into_iter().filter(|word| !may(word)).map(str::to_owned).collect()
}

/// Whether a word is the name of a crate, or of one that belongs to it (`actix_web`).
fn named_after(word: &str, name: &str) -> bool {
    word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

#[test]
fn frameworks_and_databases_are_named_where_they_belong() {
    let mut files = Vec::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&src, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let wrong: Vec<_> = files
        .iter()
        .map(|file| (file, tied(&module_of(file.strip_prefix(&src).unwrap()), &std::fs::read_to_string(file).unwrap())))
        .filter(|(_, words)| !words.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_ties_knows_names_from_talk() {
    assert_eq!(tied("desk", "use diesel::prelude::*; #[actix_web::get] // utoipa\nfn f() { \"utoipa\"; }"), ["diesel", "actix_web"]);
    assert_eq!(tied("store", "use diesel_migrations::X; fn actixed(utoipa: u8) {}"), ["utoipa"]);
    assert!(tied("domain", "use utoipa::ToSchema;").is_empty());
}
