//! The words of a command: a program and its arguments, without a shell.

/// A program and its arguments, in which `{name}` stands for what is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Words that are parted by spaces; what stands between quotation marks is one. Nothing else means anything: there is no shell.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(text: &str, known: &[&str]) -> Result<Self, String> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
        for c in text.chars() {
            match quote {
                Some(open) if c == open => quote = None,
                None if c == '"' || c == '\'' => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                None if c.is_whitespace() => words.extend(word.take()),
                _ => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        if quote.is_some() {
            return Err("a quotation mark is not closed".to_owned());
        }
        if words.first().is_none_or(|program| program.is_empty() || program.contains('{')) {
            return Err("begins with a program".to_owned());
        }
        for word in &words {
            let mut holes = word.split('{').skip(1).map(|hole| hole.split_once('}').map_or("", |(name, _)| name));
            if let Some(hole) = holes.find(|hole| !known.contains(hole)) {
                return Err(format!("`{{{hole}}}` stands for nothing; known are {}", known.join(", ")));
            }
        }
        Ok(Self(words))
    }

    /// The words with what is filled in. What that is stays within its word, and is not looked into again.
    #[must_use]
    pub fn filled(&self, values: &[(&str, &str)]) -> Vec<String> {
        self.0.iter().map(|word| filled(word, values)).collect()
    }
}

/// A text in which `{name}` is replaced by a value, in one pass.
pub(super) fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = text;
    // Ends: each round goes past a bracket.
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = values.iter().find_map(|(name, value)| Some((*value, after.strip_prefix(name)?.strip_prefix('}')?)));
        if let Some((value, behind)) = found {
            out.push_str(value);
            rest = behind;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_within_its_word() {
        let words = Words::read("espeak-ng  -v {voice} '--path=a b' \"\"", &["voice"]).unwrap();
        assert_eq!(words.filled(&[("voice", "en gb; {voice} $(id)")]), ["espeak-ng", "-v", "en gb; {voice} $(id)", "--path=a b", ""]);
    }

    #[test]
    fn what_is_no_command_is_refused() {
        for text in ["", "  ", "''", "{voice} x", "say 'x", "say {speed}", "say {voice"] {
            let read = Words::read(text, &["voice"]);
            assert!(read.is_err(), "{text}: {read:?}");
        }
    }
}
