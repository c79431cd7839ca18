//! `.env` in the working folder: settings that the environment does not have.

use std::{
    cell::Cell,
    collections::BTreeMap,
    io::{self, ErrorKind, Read},
    path::Path,
};

use super::Faults;

const NAME: &str = ".env";

/// The variables of the file, if it is there.
///
/// # Errors
/// What cannot be read of it, by line and never with its text: a variable may be a password.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, String>, Faults> {
    let text = match std::fs::read_to_string(folder.join(NAME)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(vec![(NAME.to_owned(), format!("cannot be read: {error}"))]),
    };
    let (taken, mut before) = (Cell::new(0), 0);
    let mut variables = BTreeMap::new();
    for variable in dotenvy::from_read_iter(Lines { left: text.as_bytes(), taken: &taken }) {
        // The lines of this variable, those before it that say nothing left out.
        let mut said = text.get(before..taken.get()).unwrap_or_default();
        before = taken.get();
        let is_silent = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        while let Some((_, rest)) = said.split_once('\n').filter(|(line, _)| is_silent(line)) {
            said = rest;
        }
        let begins = text.get(..before.saturating_sub(said.len())).unwrap_or_default();
        let fault = |why: &str| Err(vec![(format!("{NAME}, line {}", begins.matches('\n').count().saturating_add(1)), why.to_owned())]);
        match variable {
            // A password would lose what follows the sign without a word.
            Ok(_) if said.split_once('=').is_some_and(|(_, value)| has_plain_dollar(value)) => {
                return fault("`$` would be read as a variable; put the value into single quotes");
            }
            // As a shell would have it, the last one counts.
            Ok((name, value)) => _ = variables.insert(name, value),
            Err(dotenvy::Error::LineParse(..)) => return fault("is not NAME=VALUE; quote what has spaces"),
            Err(_) => return Err(vec![(NAME.to_owned(), "cannot be read".to_owned())]),
        }
    }
    Ok(variables)
}

/// Gives a text line by line, so that how much of it was taken says where its reader is.
struct Lines<'t> {
    left: &'t [u8],
    taken: &'t Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut line = self.left.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = line.read(into)?;
        self.left = self.left.get(count..).unwrap_or_default();
        self.taken.set(self.taken.get().saturating_add(count));
        Ok(count)
    }
}

/// Whether a `$` stands for a variable in a value: outside of single quotes and of a comment behind it, and behind no backslash.
fn has_plain_dollar(value: &str) -> bool {
    let (mut quote, mut escaped, mut before) = (None, false, ' ');
    for c in value.chars() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '$') => return true,
            (None | Some('"'), '\\') => escaped = true,
            (None, '#') if before.is_whitespace() => return false,
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        before = c;
    }
    false
}
