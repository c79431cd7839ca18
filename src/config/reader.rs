//! The environment, read setting by setting; what is wrong with one is noted under its name, and never its value.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use super::{Faults, VARIABLES};

/// Where a setting stands that was not set, or was set to nothing.
pub(super) struct Reader<'a> {
    environment: &'a BTreeMap<String, String>,
    pub(super) faults: Faults,
    /// Names that look like settings and are none. An orchestrator sets such ones by itself: beside a service of this name, `DATELINE_PORT`.
    pub(super) unknown: Vec<String>,
}

/// The setting that somebody will have meant by a name that is none.
fn meant_by(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let own = name.strip_prefix("DATELINE").unwrap_or(&name).len();
    // Of a short name, many are near that mean something else.
    let most = (own / 4).clamp(1, 2);
    let is_begun = |known: &str| own >= 5 && known.starts_with(&name);
    let near = |known: &&str| strsim::osa_distance(&plain(known), &name) <= most || is_begun(&plain(known));
    VARIABLES.iter().map(|(known, ..)| *known).find(near)
}

/// A name in capitals and without the signs between them.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

/// Whether somebody who set this will have meant the database: without it, an empty one would be made beside theirs.
fn means_the_database(name: &str) -> bool {
    let plain = plain(name);
    name != "DATABASE_URL" && (plain.starts_with("DATABASEUR") || matches!(&*plain, "DBURL" | "DBURI"))
}

impl<'a> Reader<'a> {
    /// A reader that has noted every name that looks like a setting and is none; as a fault, where it is clear which one was meant.
    pub(super) fn new(environment: &'a BTreeMap<String, String>) -> Self {
        let mut reader = Self { environment, faults: Vec::new(), unknown: Vec::new() };
        for name in environment.keys() {
            let ours = name.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("DATELINE_"))
                || VARIABLES.iter().any(|(known, ..)| plain(known) == plain(name));
            let known = VARIABLES.iter().any(|(known, ..)| known == name);
            if ours && !known && !name.starts_with("DATELINE_TEST_") {
                match meant_by(name) {
                    Some(meant) => reader.fault(name, format!("there is no such setting; {meant} is one")),
                    None if name.contains(char::REPLACEMENT_CHARACTER) => reader.fault(name, "there is no such setting"),
                    None => reader.unknown.push(name.clone()),
                }
            }
            if reader.named("DATABASE_URL").is_none() && means_the_database(name) {
                reader.fault(name, "there is no such setting; the database is named by DATABASE_URL");
            }
        }
        for (name, ..) in VARIABLES {
            if reader.get(name).chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
                reader.fault(name, "holds characters that are no text");
            }
        }
        reader
    }

    /// What a setting was set to; its default when it was not.
    pub(super) fn get(&self, name: &str) -> String {
        let default = VARIABLES.iter().find(|(n, ..)| *n == name).map_or("", |(_, default, _)| default);
        self.named(name).unwrap_or(default).to_owned()
    }

    /// What a setting was set to, if it was.
    pub(super) fn named(&self, name: &str) -> Option<&'a str> {
        self.environment.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A variable that is no setting, as programs that the server starts are given it.
    pub(super) fn inherited(&self, name: &str) -> Option<&'a str> {
        self.environment.get(name).map(String::as_str)
    }

    /// The words of a setting that holds a list.
    pub(super) fn words(&self, name: &str) -> Vec<String> {
        self.get(name).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn fault(&mut self, name: &str, why: impl Into<String>) {
        self.faults.push((name.to_owned(), why.into()));
    }

    /// A whole number in digits and nothing else.
    pub(super) fn number<T: FromStr + PartialOrd + Copy + Display>(&mut self, name: &str, least: T, most: T) -> T {
        let text = self.get(name);
        let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        match text.parse() {
            Ok(number) if plain && number >= least && number <= most => number,
            _ => {
                self.fault(name, format!("not a whole number from {least} to {most}"));
                least
            }
        }
    }
}
