//! Circles: modules side by side that need one another, found by reading what each names.
//!
//! What a file names counts for the module of the level on which its way and the other's part: `store/editions/live.rs` that names
//! `store/listings/walk.rs` is an arrow from `editions` to `listings`. A name that a `mod.rs` passes on counts where it comes from. What a
//! `mod.rs` says itself belongs to its folder: it names what lies in there, and what lies in there may name it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Names one after the other: a module from the root of the crate, or what a file names.
type Names = Vec<String>;
/// What is known of the modules of a crate: the text of each.
type Texts = BTreeMap<Names, String>;
/// The arrows between the modules of a level, each with the files that draw it.
type Arrows = BTreeMap<(String, String), BTreeSet<String>>;

/// The words and marks of a source, without comments, strings and letters.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let tail = rest.split_at(first.len_utf8()).1;
        let long = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(long) = raw(rest) {
            long
        } else if first == '"' {
            1 + quoted(tail, '"')
        } else if first == '\'' {
            // A letter in quotes ends soon; what does not is the name of a lifetime.
            let escaped = tail.starts_with('\\');
            let closed = tail.chars().nth(1) == Some('\'');
            if escaped || closed { 1 + quoted(tail, '\'') } else { 1 }
        } else {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let long = if word > 0 { word } else { first.len_utf8() + usize::from(rest.starts_with("::")) };
            tokens.extend((!first.is_whitespace()).then(|| rest.split_at(long).0));
            long
        };
        rest = rest.split_at(long).1;
    }
    tokens
}

/// How long the raw string is that begins here, if one does.
fn raw(text: &str) -> Option<usize> {
    let marks = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = marks.len() - marks.trim_start_matches('#').len();
    let inside = marks.trim_start_matches('#').strip_prefix('"')?;
    let end = inside.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some(text.len() - inside.len() + end + 1 + hashes)
}

/// How far it is behind the mark that closes a quotation.
fn quoted(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (n, c) in text.char_indices() {
        if c == mark && !escaped {
            return n + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// What a file names, and what it is called there.
#[derive(Default)]
struct Named {
    /// Each path as it is written, with the modules in the file that it is written in.
    paths: Vec<(Names, Names)>,
    /// What `use` brings in, by the name that it has afterwards, with where it comes from.
    brought: BTreeMap<String, Names>,
    /// The modules that are there for tests only.
    tests: BTreeSet<String>,
}

impl Named {
    fn read(text: &str) -> Self {
        let tokens = tokens(text);
        let mut named = Self::default();
        let (mut at, mut depth, mut inside) = (0, 0, Vec::<(String, usize)>::new());
        while at < tokens.len() {
            let within = || inside.iter().map(|(name, _)| name.clone()).collect::<Names>();
            match tokens[at..] {
                ["#", "[", "cfg", "(", "test", ")", "]", ..] => at = named.skip(&tokens, at + 7),
                ["mod", name, "{", ..] => {
                    inside.push((name.to_owned(), depth));
                    at += 2;
                }
                ["use", next, ..] if next != "<" => {
                    let mut leaves = Vec::new();
                    at = tree(&tokens, at + 1, &[], &mut leaves);
                    for (path, name) in leaves {
                        if inside.is_empty() {
                            named.brought.insert(name, path.clone());
                        }
                        named.paths.push((within(), path));
                    }
                }
                ["crate" | "self" | "super", "::", ..] => {
                    let mut path = vec![tokens[at].to_owned()];
                    at += 1;
                    while let ["::", next, ..] = tokens[at..]
                        && next.starts_with(|c: char| c.is_alphabetic() || c == '_')
                    {
                        path.push(next.to_owned());
                        at += 2;
                    }
                    named.paths.push((within(), path));
                }
                [mark, ..] => {
                    depth = if mark == "{" { depth + 1 } else { depth - usize::from(mark == "}") };
                    inside.retain(|(_, outside)| mark != "}" || depth > *outside);
                    at += 1;
                }
                [] => break,
            }
        }
        named
    }

    /// Behind the item that begins here, which is there for tests only.
    fn skip(&mut self, tokens: &[&str], from: usize) -> usize {
        let mut depth = 0;
        if let ["mod", name, ";", ..] = tokens[from..] {
            self.tests.insert(name.to_owned());
        }
        for (n, token) in tokens.iter().enumerate().skip(from) {
            match *token {
                "{" | "[" | "(" => depth += 1,
                "}" if depth == 1 => return n + 1,
                "}" | "]" | ")" => depth -= 1,
                ";" if depth == 0 => return n + 1,
                _ => {}
            }
        }
        tokens.len()
    }
}

/// The leaves of what a `use` names from here on, each with the name that it is given; and where it ends.
fn tree(tokens: &[&str], mut at: usize, above: &[String], leaves: &mut Vec<(Names, String)>) -> usize {
    let mut path = above.to_vec();
    loop {
        match tokens[at..] {
            ["{", ..] => {
                at += 1;
                while tokens[at] != "}" {
                    at = if tokens[at] == "," { at + 1 } else { tree(tokens, at, &path, leaves) };
                }
                return at + 1;
            }
            ["::", ..] => at += 1,
            [word, "::", ..] => {
                path.push(word.to_owned());
                at += 2;
            }
            [word, ..] => {
                if word != "self" || path.is_empty() {
                    path.push(word.to_owned());
                }
                let (name, end) = match tokens[at + 1..] {
                    ["as", name, ..] => (name.to_owned(), at + 3),
                    _ => (path.last().unwrap().clone(), at + 1),
                };
                leaves.push((path, name));
                return end;
            }
            [] => return at,
        }
    }
}

/// The crate as it is written: what each module names.
struct House {
    modules: BTreeMap<Names, Named>,
}

impl House {
    fn read(texts: &Texts) -> Self {
        let mut modules: BTreeMap<Names, Named> = texts.iter().map(|(module, text)| (module.clone(), Named::read(text))).collect();
        let tests: Vec<Names> = modules
            .iter()
            .flat_map(|(module, named)| named.tests.iter().map(|test| [module.as_slice(), std::slice::from_ref(test)].concat()))
            .collect();
        modules.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        Self { modules }
    }

    /// Where a path leads from the root, when it is one of this crate's.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Names> {
        let child = || self.modules.contains_key(&[module, &path[..1]].concat());
        let up = path.iter().take_while(|name| *name == "super").count();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => Some([module.get(..module.len().checked_sub(up)?)?, &path[up..]].concat()),
            _ => child().then(|| [module, path].concat()),
        }
    }

    /// The module in which what a path leads to is written; a name that is passed on is followed.
    fn home(&self, path: &[String], passed: usize) -> Names {
        let long = (0..=path.len()).rev().find(|long| self.modules.contains_key(&path[..*long])).unwrap_or(0);
        let (module, rest) = path.split_at(long);
        let on = rest.first().and_then(|name| self.modules.get(module)?.brought.get(name)).and_then(|from| self.absolute(module, from));
        match on {
            Some(on) if passed < 8 => self.home(&[&on, &rest[1..]].concat(), passed + 1),
            _ => module.to_vec(),
        }
    }

    /// The arrows of each level.
    fn arrows(&self) -> BTreeMap<Names, Arrows> {
        let mut levels = BTreeMap::<Names, Arrows>::new();
        for (module, named) in &self.modules {
            for (inside, path) in &named.paths {
                let Some(there) = self.absolute(&[module.as_slice(), inside].concat(), path).map(|path| self.home(&path, 0)) else {
                    continue;
                };
                let together = module.iter().zip(&there).take_while(|(here, there)| here == there).count();
                if let (Some(from), Some(to)) = (module.get(together), there.get(together)) {
                    let arrow = (from.clone(), to.clone());
                    let arrows = levels.entry(module[..together].to_vec()).or_default();
                    arrows.entry(arrow).or_default().insert(module.join("/"));
                }
            }
        }
        levels
    }
}

/// The circles of a crate: the modules of each, by level, and the arrows that close it.
fn circles(texts: &Texts) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for (level, arrows) in House::read(texts).arrows() {
        let mut left: BTreeSet<&String> = arrows.keys().map(|(from, _)| from).collect();
        while let Some(module) = left.pop_first() {
            let onward = reached(module, |(from, to)| (from, to), &arrows);
            let back = reached(module, |(from, to)| (to, from), &arrows);
            let circle: BTreeSet<&String> = onward.intersection(&back).copied().collect();
            if circle.is_empty() {
                continue;
            }
            left.retain(|module| !circle.contains(module));
            let modules: Vec<&str> = circle.iter().map(|module| module.as_str()).collect();
            let closing = arrows.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
            let said = closing.map(|((from, to), files)| format!("{from} → {to}: {files:?}"));
            found.insert(format!("{}: {}", level.join("/"), modules.join(" ")), said.collect());
        }
    }
    found
}

/// The modules to which the arrows lead from one, in one direction or the other.
fn reached<'a>(
    from: &'a String,
    along: impl Fn(&'a (String, String)) -> (&'a String, &'a String),
    arrows: &'a Arrows,
) -> BTreeSet<&'a String> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(here) = next.pop() {
        for (_, to) in arrows.keys().map(&along).filter(|(from, _)| *from == here) {
            if reached.insert(to) {
                next.push(to);
            }
        }
    }
    reached
}

/// The sources below a folder, by module.
fn sources(src: &Path) -> Texts {
    let mut files = Vec::new();
    super::sources(src, &mut files);
    let module = |file: &Path| {
        let mut module: Names =
            file.strip_prefix(src).unwrap().with_extension("").iter().map(|name| name.to_str().unwrap().to_owned()).collect();
        module.pop_if(|name| ["mod", "lib"].contains(&name.as_str()));
        module
    };
    files.iter().map(|file| (module(file), std::fs::read_to_string(file).unwrap())).collect()
}

/// The circles that are known, and stay until what closes them is gone.
const KNOWN: [&str; 0] = [];

#[test]
fn no_room_of_a_floor_stands_in_a_circle_with_those_beside_it() {
    let texts = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(texts.len() > 50, "the sources were not found");
    let found = circles(&texts);
    let new: Vec<_> = found.iter().filter(|(circle, _)| !KNOWN.contains(&circle.as_str())).collect();
    assert!(new.is_empty(), "circles: {new:#?}");
    let gone: Vec<_> = KNOWN.iter().filter(|circle| !found.contains_key(**circle)).collect();
    assert!(gone.is_empty(), "no longer needed: {gone:#?}");
}

/// The circles of a crate of these modules, each with its text.
fn of<const N: usize>(texts: [(&str, &str); N]) -> Vec<String> {
    let module = |name: &str| name.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Names>();
    circles(&texts.iter().map(|(name, text)| (module(name), (*text).to_owned())).collect()).into_keys().collect()
}

#[test]
fn the_reader_of_circles_sees_every_way_to_name_a_room() {
    for names in [
        "use super::b::B;",
        "use super::{b};",
        "use super::b as c;",
        "pub use super::b::*;",
        "use crate::{x::{c::C, b::{self, B}}, y};",
        "fn f(c: char) { if c == '\"' { crate::x::b::f() } }",
        "fn f(c: char) { if c == '\\\"' { crate::x::b::f() } }",
        "fn f() { super::b::f(r#\"\"\"#) }",
        "mod inner { fn f() {} }\nuse super::b;",
        "mod inner { use super::super::b; }",
        "#[cfg(test)]\nuse super::c;\nuse super::b;",
        "#[cfg(test)]\nmod tests { fn f(x: [u8; 2]) { super::f(); } }\nuse super::b;",
    ] {
        assert_eq!(of([("x", ""), ("x/a", names), ("x/b", "use super::a::A;"), ("x/c", "")]), ["x: a b"], "{names}");
    }
}

#[test]
fn the_reader_of_circles_passes_by_what_names_no_room() {
    for silent in [
        "use super::B;",
        "use super::c;",
        "/// See [`super::b`].\nuse b::B;",
        "fn f<'a>(x: &'a str) { tell(\"super::b \\\" super::b\") }",
        "#[cfg(test)]\nmod tests { use super::super::b; }",
        "#[cfg(test)]\nfn f() { super::b::f() }",
        "mod inner { use super::b; }",
        "pub(in crate::x) struct A;",
    ] {
        assert_eq!(of([("x", ""), ("x/a", silent), ("x/b", "use super::a::A;"), ("x/c", "")]), [""; 0], "{silent}");
    }
}

#[test]
fn a_name_that_is_passed_on_counts_where_it_comes_from() {
    let passed = [("x", "pub use b::B;"), ("x/a", "use super::B;"), ("x/b", "use super::a::A;")];
    assert_eq!(of(passed), ["x: a b"]);
    let twice = [("x", "pub use b::C as B;"), ("x/a", "use super::B;"), ("x/b", "pub use c::C;"), ("x/b/c", "use crate::x::a;")];
    assert_eq!(of(twice), ["x: a b"]);
    let whole = [("x", "pub use self::y::b::{self};"), ("x/a", "use super::b::B;"), ("x/y", ""), ("x/y/b", "use crate::x::a::A;")];
    assert_eq!(of(whole), ["x: a y"]);
}

#[test]
fn a_folder_and_its_own_file_are_one_room() {
    let family = [("x", "use y::Y;"), ("x/y", "use z::Z; use super::X;"), ("x/y/z", "use super::Y; use super::super::X;")];
    assert_eq!(of(family), [""; 0]);
    let deep = [("x/a", ""), ("x/a/p", "use crate::x::b;"), ("x/b", ""), ("x/b/q", "use crate::x::a;")];
    assert_eq!(of(deep), ["x: a b"]);
}

#[test]
fn modules_for_tests_do_not_count() {
    assert_eq!(of([("x/a", "#[cfg(test)]\nmod tests;"), ("x/a/tests", "use super::super::b;"), ("x/b", "use super::a;")]), [""; 0]);
}

#[test]
fn a_circle_of_three_is_one_and_two_circles_are_two() {
    let three = [("a", "use crate::b;"), ("b", "use crate::c;"), ("c", "use crate::a;"), ("d", "use crate::a;")];
    assert_eq!(of(three), [": a b c"]);
    let two = [("a", "use crate::b;"), ("b", "use crate::a; use crate::c;"), ("c", "use crate::d;"), ("d", "use crate::c;")];
    assert_eq!(of(two), [": a b", ": c d"]);
}
