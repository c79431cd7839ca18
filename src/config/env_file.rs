//! `.env` in the working folder: settings that the environment does not have.

use std::{collections::BTreeMap, io::ErrorKind, path::Path};

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
    // Where `$` stands for a variable, a password loses what follows it without a word.
    let means_a_variable = |line: &&str| line.split_once('=').is_some_and(|(_, value)| has_plain_dollar(value));
    let plain_lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    if let Some(line) = plain_lines.clone().find(means_a_variable) {
        return Err(fault(&text, line, "`$` would be read as a variable; put the value into single quotes"));
    }
    let mut variables = BTreeMap::new();
    for variable in dotenvy::from_read_iter(text.as_bytes()) {
        match variable {
            // As a shell would have it, the last one counts.
            Ok((name, value)) => _ = variables.insert(name, value),
            Err(dotenvy::Error::LineParse(line, _)) => return Err(fault(&text, &line, "is not NAME=VALUE; quote what has spaces")),
            Err(_) => return Err(vec![(NAME.to_owned(), "cannot be read".to_owned())]),
        }
    }
    Ok(variables)
}

fn fault(text: &str, line: &str, why: &str) -> Faults {
    let number = text.lines().position(|one| one.contains(line.trim()));
    vec![(number.map_or_else(|| NAME.to_owned(), |n| format!("{NAME}, line {}", n.saturating_add(1))), why.to_owned())]
}

/// Whether a `$` stands outside of single quotes and behind no backslash.
fn has_plain_dollar(value: &str) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    value.chars().any(|c| {
        let plain = c == '$' && !quoted && !escaped;
        quoted ^= c == '\'' && !escaped;
        escaped = c == '\\' && !escaped && !quoted;
        plain
    })
}
