//! Text as it is said: what is written in signs and short forms put into words, and what nobody says left out.
//!
//! **Decision.** Every language gets what is the same in all: addresses and emoji are left out, dashes and line breaks become pauses. Of the languages that
//! [`languages`](super::languages) knows, numbers, money, times and short forms are put into words as well; in any other a number stands as it was written, for
//! whoever speaks knows better than a guess. Joiners between letters stay: they are how conjuncts are written.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::languages::{Language, Said, language};
use crate::domain::Locale;

/// A block as a voice of a locale is given it: on one line, with a sign at its end at which the voice pauses; nothing, when nothing in it is said.
#[must_use]
pub fn prepared(locale: &Locale, text: &str) -> String {
    let language = language(locale.language());
    let text = if language.is_some() { text.chars().map(in_ascii).collect() } else { text.to_owned() };
    let mut reader = Reader { rest: &text, before: ' ', out: String::with_capacity(text.len()), language };
    // Ends: each round takes something of what is left.
    while !reader.rest.is_empty() {
        reader.step();
    }
    ended(tidy(&reader.out), language.map_or(".", |language| language.stop))
}

/// A digit of Devanagari, Bengali or Kannada as one of ASCII; anything else as it is.
fn in_ascii(c: char) -> char {
    ['०', '০', '೦']
        .iter()
        .filter_map(|zero| u32::from(c).checked_sub(u32::from(*zero)))
        .find_map(|value| char::from_digit(value, 10))
        .unwrap_or(c)
}

/// What words are made of.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_joiner(c) || c.general_category_group() == GeneralCategoryGroup::Mark
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Emoji, and what they are put together with.
fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0xFE0F | 0x20E3 | 0x1F000..=0x1FAFF | 0xE0020..=0xE007F)
}

/// A text from front to back.
struct Reader<'t> {
    rest: &'t str,
    /// The character before it.
    before: char,
    out: String,
    language: Option<&'static Language>,
}

impl<'t> Reader<'t> {
    fn step(&mut self) {
        let begins = !is_of_word(self.before);
        if begins && self.address() {
            return;
        }
        if let Some(language) = self.language.filter(|_| begins)
            && (self.money(language) || self.number(language) || self.short(language))
        {
            return;
        }
        self.sign();
    }

    /// Go past so many bytes.
    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.before = passed.chars().next_back().unwrap_or(self.before);
        self.rest = rest;
    }

    /// Go on where a part of the text begins that is left.
    fn go_to(&mut self, rest: &'t str) {
        self.pass(self.rest.len().saturating_sub(rest.len()));
    }

    /// An address of the web, which nobody says; what ends the sentence behind it stays.
    fn address(&mut self) -> bool {
        let starts = |with: &str| self.rest.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
        if !["http://", "https://", "www."].into_iter().any(starts) {
            return false;
        }
        let all = self.rest.split(char::is_whitespace).next().unwrap_or_default();
        let address = all.trim_end_matches(|c: char| ".,;:!?)]}।\"'”’".contains(c));
        self.pass(address.len());
        true
    }

    /// An amount of money, whose sign stands before it.
    fn money(&mut self, language: &Language) -> bool {
        for (sign, one, several) in language.money {
            let Some(rest) = self.rest.strip_prefix(sign).map(after_space) else { continue };
            let Some((number, rest)) = number(rest) else { continue };
            let (magnitude, rest) = of_list(language.magnitudes, after_space(rest)).map_or((None, rest), |(said, rest)| (Some(said), rest));
            self.say(&number);
            magnitude.iter().for_each(|magnitude| self.say(magnitude));
            self.say(if number == "1" && magnitude.is_none() { one } else { several });
            self.go_to(rest);
            return true;
        }
        false
    }

    /// A number, with what stands behind it.
    fn number(&mut self, language: &Language) -> bool {
        let Some((number, rest)) = number(self.rest) else { return false };
        if let Some((time, rest)) = time(language, self.rest) {
            self.say(&time);
            self.go_to(rest);
            return true;
        }
        let percent = after_space(rest).strip_prefix(['%', '٪']);
        if let (Said::Before(word), Some(_)) = (&language.percent, percent) {
            self.say(word);
        }
        self.say(&number);
        if let Some(rest) = percent {
            if let Said::Behind(word) = language.percent {
                self.say(word);
            }
            self.go_to(rest);
            return true;
        }
        let (magnitude, rest) = of_list(language.magnitudes, after_space(rest)).map_or((None, rest), |(said, rest)| (Some(said), rest));
        magnitude.iter().for_each(|magnitude| self.say(magnitude));
        let behind = after_space(rest);
        let mut signs = language.money.iter().filter(|(sign, ..)| !sign.is_ascii());
        let money = signs.find_map(|(sign, _, several)| Some((*several, behind.strip_prefix(sign).filter(|rest| parts(sign, rest))?)));
        let unit = money.or_else(|| of_list(language.units, behind).filter(|_| magnitude.is_none()));
        if let Some((said, rest)) = unit {
            self.say(said);
            self.go_to(rest);
        } else if let Some(rest) = rest.strip_prefix('–').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.say(language.to);
            self.out.push(' ');
            self.go_to(rest);
        } else {
            self.go_to(rest);
        }
        true
    }

    /// A short form.
    fn short(&mut self, language: &Language) -> bool {
        let Some((said, rest)) = of_list(language.short, self.rest) else { return false };
        self.out.push_str(said);
        self.go_to(rest);
        // A title stands before a name, whether or not there is a space.
        if self.rest.starts_with(is_of_word) {
            self.out.push(' ');
        }
        true
    }

    /// Say words, parted from what was said before.
    fn say(&mut self, words: &str) {
        if self.out.chars().next_back().is_some_and(is_of_word) {
            self.out.push(' ');
        }
        self.out.push_str(words);
    }

    /// Any other character.
    fn sign(&mut self) {
        let Some(c) = self.rest.chars().next() else { return };
        let before = self.before;
        self.pass(c.len_utf8());
        let after = self.rest.chars().next().unwrap_or(' ');
        match c {
            // Part of an emoji, not of a word.
            _ if is_joiner(c) && (is_emoji(before) || is_emoji(after)) => {}
            _ if is_emoji(c) => {}
            '—' | '―' | '•' | '|' | '\n' => self.pause(),
            '–' | '-' if before.is_whitespace() && after.is_whitespace() => self.pause(),
            '–' => self.out.push(' '),
            '<' | '>' | '*' | '_' | '`' | '~' | '^' | '{' | '}' | '\\' | '#' => self.out.push(' '),
            _ if c.is_control() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}') => {
                if c.is_whitespace() {
                    self.out.push(' ');
                }
            }
            _ => self.out.push(c),
        }
    }

    /// A pause within a sentence, where there is none.
    fn pause(&mut self) {
        // What is behind the words is cut off each time, so that nothing is looked at twice.
        self.out.truncate(self.out.trim_end().len());
        if !self.out.is_empty() && !self.out.ends_with([',', ';', ':', '.', '!', '?', '।', '(']) {
            self.out.push(',');
        }
        self.out.push(' ');
    }
}

/// What is left behind a space, if there is one.
fn after_space(text: &str) -> &str {
    text.strip_prefix([' ', '\u{a0}', '\u{202f}', '\u{2009}']).unwrap_or(text)
}

/// Whether what was written ends where something else begins: one that ends in a letter must not go on in one.
fn parts(written: &str, rest: &str) -> bool {
    !(written.ends_with(is_of_word) && rest.starts_with(is_of_word))
}

/// What a list has a text begin with, as it is said, and the rest of the text.
fn of_list<'t>(list: &[(&str, &'static str)], text: &'t str) -> Option<(&'static str, &'t str)> {
    list.iter().find_map(|(written, said)| Some((*said, text.strip_prefix(written).filter(|rest| parts(written, rest))?)))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Groups of digits that a number has at most.
const GROUPS: usize = 8;

/// A number that a text begins with, without what parts its groups (`1,00,000`, `100,000`), and the rest of the text.
fn number(text: &str) -> Option<(String, &str)> {
    let (first, mut rest) = digits(text);
    if first.is_empty() {
        return None;
    }
    let (mut number, mut grouped) = (first.to_owned(), rest);
    let mut last = 0;
    // No number that somebody says has more: a longer row is a list, and is not looked through from each of its places.
    for _ in 0..GROUPS {
        let Some(after) = grouped.strip_prefix(',') else { break };
        let (group, after) = digits(after);
        if !(2..=3).contains(&group.len()) || first.len() > 3 {
            break;
        }
        (last, grouped) = (group.len(), after);
        number.push_str(group);
    }
    if last == 3 {
        rest = grouped;
    } else {
        first.clone_into(&mut number);
    }
    if let Some((fraction, after)) = rest.strip_prefix('.').map(digits).filter(|(fraction, _)| !fraction.is_empty()) {
        // `12.3.2024` is none.
        if !after.strip_prefix('.').is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
            number.push('.');
            number.push_str(fraction);
            rest = after;
        }
    }
    Some((number, rest))
}

/// A time of day that a text begins with, as it is said, and the rest of the text.
fn time<'t>(language: &Language, text: &'t str) -> Option<(String, &'t str)> {
    let (hour, rest) = digits(text);
    let (minute, rest) = digits(rest.strip_prefix(':')?);
    let goes_on = rest.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let hours: u8 = hour.parse().ok()?;
    let minutes: u8 = minute.parse().ok()?;
    if minute.len() != 2 || hour.len() > 2 || hours > 23 || minutes > 59 || goes_on {
        return None;
    }
    let called = &language.time;
    let behind = after_space(rest);
    let halves = ["am", "pm", "a.m.", "p.m.", "AM", "PM"];
    let has_half = halves.iter().any(|half| behind.strip_prefix(half).is_some_and(|rest| parts(half, rest)));
    let said = called.said.iter().find_map(|word| behind.strip_prefix(word));
    let rest = said.unwrap_or(rest);
    let mut words = vec![hours.to_string()];
    if minutes == 0 {
        words.extend((!has_half).then(|| called.full.to_owned()));
    } else {
        words.push(called.hour.to_owned());
        words.extend((minutes < 10).then(|| called.nought.to_owned()));
        words.push(minutes.to_string());
        words.push(called.minute.to_owned());
    }
    words.retain(|word| !word.is_empty());
    let mut time = words.join(" ");
    // Where the minutes are left unsaid, what stands behind them follows as a word of its own.
    if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        time.push(' ');
    }
    Some((time, rest))
}

/// On one line, with one space between words and none before a sign that ends something.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let closes = word.chars().all(|c| ".,;:!?।॥)".contains(c));
        if !tidy.is_empty() && !closes {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy
}

/// With a sign at the end at which a voice pauses; nothing, where no word is in it.
fn ended(mut text: String, stop: &str) -> String {
    if !text.contains(|c: char| c.is_alphanumeric()) {
        return String::new();
    }
    let end = text.trim_end_matches(['"', '”', '’', '\'', ')', '»']);
    if !end.ends_with(['.', '!', '?', '।', '॥', '…', '。', '؟', '۔', '！', '？']) {
        // What was left open is closed.
        let open = text.trim_end_matches([',', ';', ':', ' ']).len();
        text.truncate(open);
        text.push_str(stop);
    }
    text
}
