//! The document as text, in which what is short stands on one line.
//!
//! **Context.** Two of three lines of the document were a brace, or one word of a list, so that little of it was seen at a time, and its indentation was
//! a third of it. **Decision.** A list, and an object of at most three members, stand on one line where that is not long, as formatters of JSON write
//! them. **Consequence.** The document is read by people too, and a change of it is seen as a line.

/// The longest line that is made.
const WIDTH: usize = 120;

/// The same JSON, which has a value on each line, with less of them.
pub(super) fn written(pretty: &str) -> String {
    let mut text = pretty.to_owned();
    // Ends: each round but the last has fewer lines than the one before.
    loop {
        let shorter = joined_once(&text);
        if shorter.lines().count() >= text.lines().count() {
            return shorter;
        }
        text = shorter;
    }
}

/// The same with what can be joined of its lines as they are.
fn joined_once(pretty: &str) -> String {
    let lines: Vec<&str> = pretty.lines().collect();
    let mut text = String::with_capacity(pretty.len());
    let mut at = 0;
    // Ends: each round goes on by a line at least.
    while let Some(line) = lines.get(at) {
        let (joined, next) = joined(&lines, at).unwrap_or_else(|| ((*line).to_owned(), at.saturating_add(1)));
        text.push_str(&joined);
        text.push('\n');
        at = next;
    }
    text
}

/// What begins at a line as one line, and where what follows it begins; nothing for what stays as it is.
fn joined(lines: &[&str], at: usize) -> Option<(String, usize)> {
    let line = lines.get(at)?;
    let (open, close, most) = match line.chars().next_back()? {
        '{' => ("{ ", " }", 3),
        '[' => ("[", "]", usize::MAX),
        _ => return None,
    };
    let within = lines.get(at.saturating_add(1)..)?;
    let end = within.iter().take(WIDTH).position(|line| line.trim_start().starts_with(['}', ']']))?;
    let items = within.get(..end)?;
    if end == 0 || end > most || items.iter().any(|item| item.ends_with(['{', '['])) {
        return None;
    }
    let items: Vec<&str> = items.iter().map(|item| item.trim_start().trim_end_matches(',')).collect();
    let after = if within.get(end)?.ends_with(',') { "," } else { "" };
    let before = line.get(..line.len().saturating_sub(1))?;
    let joined = format!("{before}{open}{}{close}{after}", items.join(", "));
    (joined.len() <= WIDTH).then(|| (joined, at.saturating_add(end).saturating_add(2)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_short_stands_on_one_line_and_nothing_is_changed() {
        let long = "x".repeat(WIDTH);
        let document = json!({
            "short": ["a,", "b }", 3, null], "none": [], "nothing": {}, "one": { "$ref": "#/a" }, "two": { "a": 1, "b": "{" },
            "long": [long], "nested": [{ "$ref": "#/b" }, ["c"], { "type": ["string", "null"] }], "last": { "a": { "b": "[" } }
        });
        let text = written(&serde_json::to_string_pretty(&document).unwrap());
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        for line in [
            "  \"short\": [\"a,\", \"b }\", 3, null],",
            "  \"one\": { \"$ref\": \"#/a\" },",
            "  \"nested\": [{ \"$ref\": \"#/b\" }, [\"c\"], { \"type\": [\"string\", \"null\"] }],",
            "  \"two\": { \"a\": 1, \"b\": \"{\" }",
            "  \"last\": { \"a\": { \"b\": \"[\" } },",
        ] {
            assert!(text.lines().any(|written| written == line), "{line}\n{text}");
        }
        assert!(text.lines().all(|line| line.len() <= WIDTH || line.contains(&long)));
    }
}
