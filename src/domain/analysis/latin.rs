//! How words of Indic scripts are typed in Latin letters. There is a norm (ISO 15919) and nobody types it: `मोदी` is `modi`, long vowels are written
//! like short ones, `a` comes and goes, aspiration is a matter of taste, and the same sound is `w` to one and `v` to another.
//!
//! So neither is turned into the other: both are turned into a key in which such differences are gone.

use super::{
    folding::LONGEST,
    indic::{self, VIRAMA, is_bengali, is_malayalam, place},
};

/// What a word is looked for by where it is typed in Latin letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latin {
    /// Its consonants and the kinds of its vowels, in lower case: `modi` is `mudi`. Any `a` but the first is left out.
    pub close: String,
    /// Its consonants alone, in upper case, where they are four or more, and tell enough: `BNGLR` of `bangalore` and of `ಬೆಂಗಳೂರು`.
    pub loose: Option<String>,
}

/// How a language's letters are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Typing {
    /// Whether the vowel that every consonant has is read as an `o`, as in Bengali: `o` comes and goes like `a`.
    pub(super) has_round_vowel: bool,
    /// Whether the same letter is written for voiced and voiceless stops, as in Tamil.
    pub(super) has_one_voice: bool,
}

/// A key in the making.
struct Key {
    typing: Typing,
    close: String,
    /// What was last, if nothing stood behind it since.
    last: Last,
    /// Where a `y` stood behind a vowel, of which nobody knows yet what it is.
    glide: Option<usize>,
    /// Whether the last vowel was an `o` behind another one, where it may be an `a`: it and a `y` are what Bengali writes for `w`.
    is_rounded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Beginning,
    Consonant(char),
    /// A vowel that the key leaves out, or not.
    Vowel,
    /// An `a` at the beginning.
    FirstA,
}

impl Key {
    fn new(typing: Typing) -> Self {
        Self { typing, close: String::new(), last: Last::Beginning, glide: None, is_rounded: false }
    }

    fn consonant(&mut self, c: char) {
        let c = if self.typing.has_one_voice { voiceless(c) } else { c };
        let c = match (c, self.last) {
            // It begins a word as the other does in half of India.
            ('y', Last::Beginning) => 'j',
            ('y', Last::Consonant(_)) => return,
            ('y', _) => return self.glide(),
            ('h', Last::Consonant(_)) => return,
            (c, Last::Consonant(last)) if c == last => return,
            (c, _) => c,
        };
        self.is_rounded = false;
        // An H at the end is left out, so that one alone tells nothing yet.
        if c != 'h' {
            self.settle(true);
        }
        // As it is spoken before lips, whether an `a` that is left out stood between: `kanpur` has one where it is written, and none where it is typed. What begins a word stays.
        let is_behind_n =
            self.last == Last::Consonant('n') || (self.last == Last::Vowel && self.close.len() > 1 && self.close.ends_with('n'));
        if matches!(c, 'p' | 'b' | 'm' | 'f') && is_behind_n {
            self.close.pop();
            self.close.push('m');
            if c == 'm' {
                self.last = Last::Consonant('m');
                return;
            }
        }
        self.close.push(c);
        self.last = Last::Consonant(c);
    }

    /// A `y` behind a vowel: it is an `i` where a consonant follows, with an `a` between or none, as `jaipur` is typed for what is written `jayapura`. At
    /// the end, and before another vowel, it comes and goes.
    fn glide(&mut self) {
        self.settle(false);
        if !self.is_rounded {
            self.glide = Some(self.close.len());
        }
    }

    /// Say what a `y` was: an `i`, if a consonant follows now or stands behind it already.
    fn settle(&mut self, is_followed: bool) {
        let Some(at) = self.glide.take().filter(|at| is_followed || *at < self.close.len()) else { return };
        let Some((before, behind)) = self.close.split_at_checked(at) else { return };
        // As any other vowel does, it takes the place of an `a` at the beginning.
        let before = if before == "a" { "" } else { before };
        let sound = if before.ends_with('i') { "" } else { "i" };
        self.close = [before, sound, behind].concat();
    }

    /// A vowel of the kind of `a`, `i` or `u`, or the `o` that some languages have for `a`.
    fn vowel(&mut self, kind: char) {
        self.is_rounded = kind == 'o' && self.typing.has_round_vowel && matches!(self.last, Last::Vowel | Last::FirstA);
        let kind = match kind {
            'o' if self.typing.has_round_vowel => 'a',
            'o' => 'u',
            kind => kind,
        };
        if kind == 'a' {
            if self.last == Last::Beginning {
                self.close.push('a');
                self.last = Last::FirstA;
            } else if self.last != Last::FirstA {
                self.last = Last::Vowel;
            }
            return;
        }
        self.settle(false);
        if self.last == Last::FirstA {
            self.close.pop();
        }
        if !self.close.ends_with(kind) {
            self.close.push(kind);
        }
        self.last = Last::Vowel;
    }

    fn done(mut self) -> Option<Latin> {
        if self.close.len() > 1 && self.close.ends_with('h') {
            self.close.pop();
        }
        self.settle(false);
        let loose: String = self.close.chars().filter(|c| !matches!(c, 'a' | 'i' | 'u' | 'h')).map(|c| c.to_ascii_uppercase()).collect();
        let loose = (loose.len() >= 4).then_some(loose);
        (!self.close.is_empty()).then_some(Latin { close: self.close, loose })
    }
}

/// The stop that is written for this one where voice makes no letter.
fn voiceless(c: char) -> char {
    match c {
        'g' | 'h' => 'k',
        'd' => 't',
        'f' => 'p',
        'j' | 'c' => 's',
        c => c,
    }
}

/// What a word in an Indic script, in NFC and before anything is folded, is found by when it is typed in Latin letters.
pub(super) fn of_indic(word: &str, typing: Typing) -> Option<Latin> {
    if !indic::is_indic(word) {
        return None;
    }
    let mut key = Key::new(typing);
    // Whether the consonant before still has the vowel that it has by itself, and whether a virama took it.
    let (mut has_vowel, mut is_joined) = (false, false);
    let mut letters = word.chars().take(LONGEST).peekable();
    // Ends: each turn takes a letter.
    while let Some(c) = letters.next() {
        let nukta = letters.next_if(|c| place(*c) == Some(0x3c)).is_some();
        let Some(at) = place(c) else {
            if c.is_ascii_alphanumeric() {
                key.consonant(c.to_ascii_lowercase());
            }
            continue;
        };
        let next = letters.peek().copied();
        if is_consonant(c, at) {
            if has_vowel && !is_joined {
                key.vowel('a');
            }
            // ओय় and a vowel is how Bengali writes `wa`.
            if is_bengali(c) && at == 0x2f && nukta && key.close.ends_with('a') && key.last == Last::FirstA {
                key.close.pop();
                key.last = Last::Beginning;
                key.consonant('b');
            } else {
                // What is joined behind it.
                let joined = if next.and_then(place) == Some(VIRAMA) { letters.clone().nth(1) } else { None };
                read_consonant(&mut key, c, at, nukta, is_joined, joined);
            }
            (has_vowel, is_joined) = (!is_bare(c), false);
            continue;
        }
        match at {
            VIRAMA => is_joined = true,
            0x01 | 0x02 | 0x70 => {
                if std::mem::take(&mut has_vowel) {
                    key.vowel('a');
                }
                read_nasal(&mut key, c, at, next);
            }
            0x05..=0x14 => {
                if std::mem::take(&mut has_vowel) && !is_joined {
                    key.vowel('a');
                }
                read_vowel(&mut key, at);
                is_joined = false;
            }
            0x3e..=0x4c | 0x57 => {
                has_vowel = false;
                read_vowel(&mut key, at.saturating_sub(0x38));
            }
            0x66..=0x6f => key.consonant(char::from_digit(at - 0x66, 10).unwrap_or(c)),
            _ => {}
        }
    }
    key.done()
}

/// Chillus, and khanda ta, have no vowel.
fn is_bare(c: char) -> bool {
    matches!(c, 'ൺ'..='ൿ' | 'ৎ')
}

fn is_consonant(c: char, at: u32) -> bool {
    matches!(at, 0x15..=0x39) || is_bare(c) || matches!(c, 'ৰ' | 'ৱ' | 'ੜ')
}

fn read_consonant(key: &mut Key, c: char, at: u32, nukta: bool, is_joined: bool, joined: Option<char>) {
    match (c, at) {
        ('ൺ' | 'ൻ', _) => return key.consonant('n'),
        ('ർ' | 'ৰ', _) => return key.consonant('r'),
        ('ൽ' | 'ൾ', _) => return key.consonant('l'),
        ('ൿ', _) => return key.consonant('k'),
        ('ৎ', _) => return key.consonant('t'),
        ('ৱ', _) => return key.consonant('b'),
        ('ੜ', _) => return key.consonant(if joined == Some('ਹ') { 'r' } else { 'd' }),
        _ => {}
    }
    let last = key.last;
    match at {
        // JNYA is read as GY, and typed so, or JN.
        0x1e if is_joined && last == Last::Consonant('j') => {
            key.close.pop();
            key.last = Last::Vowel;
            key.consonant('g');
        }
        0x15 | 0x16 => key.consonant('k'),
        0x17 | 0x18 => key.consonant('g'),
        0x19 if is_bengali(c) => {
            key.consonant('n');
            key.consonant('g');
        }
        0x1a | 0x1b => key.consonant('c'),
        0x1c | 0x1d => key.consonant('j'),
        0x19 | 0x1e | 0x23 | 0x28 | 0x29 => key.consonant('n'),
        // As in the names of towns: `garh`.
        0x22 if nukta => key.consonant('r'),
        0x21 if nukta && is_bengali(c) => key.consonant('r'),
        // RRA behind its own kind, or N, in Malayalam.
        0x31 if is_joined && is_malayalam(c) && matches!(last, Last::Consonant('n' | 'r')) => {
            if last == Last::Consonant('r') {
                key.close.pop();
                key.last = Last::Vowel;
            }
            key.consonant('t');
        }
        0x1f | 0x20 | 0x24 | 0x25 => key.consonant('t'),
        0x21 | 0x22 | 0x26 | 0x27 => key.consonant('d'),
        0x2a => key.consonant('p'),
        0x2b => key.consonant('f'),
        0x2c if key.typing.has_one_voice => key.consonant('p'),
        0x2d if key.typing.has_one_voice => key.consonant('p'),
        0x2c | 0x2d | 0x35 => key.consonant('b'),
        0x2e => key.consonant('m'),
        0x2f if is_bengali(c) && !nukta && is_joined => {}
        0x2f if is_bengali(c) && !nukta => key.consonant('j'),
        // A doubled Y is an I.
        0x2f if joined == Some(c) && last != Last::Beginning => key.vowel('i'),
        0x2f => key.consonant('y'),
        0x30 | 0x31 => key.consonant('r'),
        0x32..=0x34 => key.consonant('l'),
        0x36..=0x38 => key.consonant('s'),
        0x39 => key.consonant('h'),
        _ => {}
    }
}

fn read_nasal(key: &mut Key, c: char, at: u32, next: Option<char>) {
    // In the south it is an M where nothing follows.
    key.consonant(if next.is_none() && c >= '\u{c00}' { 'm' } else { 'n' });
    let before_guttural = matches!(next.and_then(place), Some(0x15..=0x18));
    // Bengali reads it as NG, and everybody does so before H: `singh`.
    if (is_bengali(c) && at == 0x02 && !before_guttural) || next.and_then(place) == Some(0x39) {
        key.consonant('g');
    }
}

/// A vowel by the place of its letter.
fn read_vowel(key: &mut Key, at: u32) {
    match at {
        0x07 | 0x08 | 0x0d..=0x10 => key.vowel('i'),
        0x09 | 0x0a | 0x14 | 0x1f => key.vowel('u'),
        0x11..=0x13 => key.vowel('o'),
        0x0b | 0x0c => {
            key.consonant('r');
            key.vowel('i');
        }
        _ => key.vowel('a'),
    }
}

/// What a word that was typed in Latin letters is looked up as; `None` for what has other letters in it.
pub(super) fn of_latin(word: &str, typing: Typing) -> Option<Latin> {
    if word.is_empty() || !word.bytes().all(|b| b.is_ascii_alphanumeric()) || word.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let lower: String = word.chars().take(LONGEST).map(|c| c.to_ascii_lowercase()).collect();
    let mut key = Key::new(typing);
    let mut rest = lower.as_str();
    // Ends: each turn takes a letter or more.
    while let Some(c) = rest.chars().next() {
        let taken = read_latin(&mut key, rest, c);
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
    key.done()
}

/// Groups of letters that stand for one sound: what is read of them, by letters of the key.
const GROUPS: [(&str, &str); 19] = [
    ("ksh", "ks"),
    ("tch", "c"),
    ("cch", "c"),
    ("chh", "c"),
    ("dny", "g"),
    ("gny", "g"),
    ("ch", "c"),
    ("sh", "s"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("kh", "k"),
    ("gh", "g"),
    ("jh", "j"),
    ("bh", "v"),
    ("ck", "k"),
    ("jn", "g"),
    ("sc", "s"),
    ("oo", "U"),
];

/// Read what the rest begins with, and say how many letters that was.
fn read_latin(key: &mut Key, rest: &str, c: char) -> usize {
    let mut behind = rest.chars().skip(1);
    let next = behind.next();
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    let group =
        GROUPS.iter().find(|(group, _)| rest.starts_with(group) && (*group != "sc" || rest.starts_with("sci") || rest.starts_with("sce")));
    if let Some((group, sounds)) = group {
        for sound in sounds.chars() {
            match sound {
                'U' => key.vowel('u'),
                'v' => key.consonant(if key.typing.has_one_voice { 'p' } else { 'b' }),
                sound => key.consonant(sound),
            }
        }
        return group.len();
    }
    match c {
        // What is written AU, OU is no O.
        'a' | 'o' if next == Some('u') => {
            key.vowel('u');
            return 2;
        }
        'o' if next == Some('w') && !behind.next().is_some_and(is_vowel) => {
            key.vowel('u');
            return 2;
        }
        'a' | 'o' => key.vowel(c),
        'e' | 'i' => key.vowel('i'),
        'u' => key.vowel('u'),
        'y' if next == Some('y') => {
            key.vowel('i');
            return 2;
        }
        'y' if next.is_some_and(is_vowel) => key.consonant('y'),
        'y' => match key.last {
            Last::Beginning => {}
            Last::Consonant(_) => key.vowel('i'),
            Last::Vowel | Last::FirstA => key.glide(),
        },
        'z' if next == Some('h') && key.typing.has_one_voice => {
            key.consonant('l');
            return 2;
        }
        'g' if rest.starts_with("gy") && behind.next().is_some_and(is_vowel) => {
            key.consonant('g');
            return 2;
        }
        'z' => key.consonant('j'),
        'c' if matches!(next, Some('e' | 'i' | 'y')) => key.consonant('s'),
        'c' | 'q' => key.consonant('k'),
        'x' => {
            key.consonant('k');
            key.consonant('s');
        }
        'w' | 'v' => key.consonant('b'),
        'b' if key.typing.has_one_voice => key.consonant('p'),
        c => key.consonant(c),
    }
    1
}
