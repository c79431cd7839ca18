//! Letters of the scripts that come from Brahmi. Unicode has nine of them in blocks of one plan, after ISCII, so that one table of places reads all.

/// The place of a letter in the plan of its block: 0x15 is KA in each.
pub(super) fn place(c: char) -> Option<u32> {
    matches!(c, '\u{900}'..='\u{d7f}').then(|| u32::from(c) & 0x7f)
}

/// Signs that part nothing and make no syllable of their own.
pub(super) fn is_mark(c: char) -> bool {
    place(c).is_some_and(|place| matches!(place, 0x00..=0x03 | 0x3c | 0x3e..=0x4d | 0x51..=0x57 | 0x62..=0x63) && c != 'ഽ')
        || matches!(c, '\u{a70}' | '\u{a71}')
}

/// The place of what kills a vowel: a virama, by which consonants join.
pub(super) const VIRAMA: u32 = 0x4d;
const CANDRABINDU: u32 = 0x01;
const ANUSVARA: u32 = 0x02;
const VISARGA: u32 = 0x03;
const NUKTA: u32 = 0x3c;

/// The letter at a place of the block of another one.
pub(super) fn beside(c: char, place: u32) -> char {
    char::from_u32((u32::from(c) & !0x7f) | place).unwrap_or(c)
}

/// Blocks, by the code of their beginning.
const DEVANAGARI: u32 = 0x900;
const BENGALI: u32 = 0x980;
const GURMUKHI: u32 = 0xa00;
const GUJARATI: u32 = 0xa80;
const ORIYA: u32 = 0xb00;
const TELUGU: u32 = 0xc00;
const KANNADA: u32 = 0xc80;
const MALAYALAM: u32 = 0xd00;

/// The word, where nothing in it would be folded: this many words are that one need not be made.
pub(super) fn as_it_stands(word: &str, longest: usize) -> Option<&str> {
    let mut last = 0;
    let mut count = 0;
    let stays = word.chars().all(|c| {
        count += 1;
        let Some(place) = place(c) else { return false };
        let after_virama = std::mem::replace(&mut last, place) == VIRAMA;
        match place {
            0x05..=0x10 | 0x13..=0x28 | 0x2a..=0x30 | 0x32 | 0x35..=0x39 => !after_virama || !matches!(place, 0x15..=0x2d) || !may_nasal(c),
            0x02 | 0x3e..=0x44 | 0x46..=0x48 | 0x4a..=0x4c => true,
            VIRAMA => true,
            _ => false,
        }
    });
    let ends = last != VIRAMA || word.chars().next().is_some_and(|c| c >= '\u{c00}');
    (stays && ends && count <= longest).then_some(word)
}

/// Whether a nasal before this letter may be written as an anusvara: in Devanagari, Gujarati, Telugu and Kannada by habit, in Bengali before gutturals.
fn may_nasal(c: char) -> bool {
    matches!(u32::from(c) & !0x7f, DEVANAGARI | GUJARATI | TELUGU | KANNADA | GURMUKHI | BENGALI)
}

/// Fold what stands beside each other: the nasal before a stop of its own row is an anusvara, a nukta is left out where readers do, and so are
/// a visarga and the virama at the end of words that are spoken the same without.
pub(super) fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut letters = word.chars();
    // Ends: each turn takes a letter.
    while let Some(c) = letters.next() {
        let Some(place) = place(c) else {
            out.push(c);
            continue;
        };
        let block = u32::from(c) & !0x7f;
        let mut ahead = letters.clone();
        let (next, after) = (ahead.next(), ahead.next());
        match place {
            0x66..=0x6f => out.push(char::from_digit(place - 0x66, 10).unwrap_or(c)),
            CANDRABINDU if block != BENGALI => out.push(beside(c, ANUSVARA)),
            VISARGA if matches!(block, DEVANAGARI | BENGALI | GUJARATI | TELUGU | KANNADA) => {}
            // In Bengali and Oriya it makes letters of their own.
            NUKTA if !matches!(block, BENGALI | ORIYA) => {}
            VIRAMA if next.is_none() && matches!(block, DEVANAGARI | BENGALI | GUJARATI | GURMUKHI) => {}
            0x19 | 0x1e | 0x23 | 0x28 | 0x2e if nasal_of(c, next, after) => {
                out.push(beside(c, ANUSVARA));
                letters.next();
            }
            _ => fold_sign(c, next, &mut out),
        }
    }
    out
}

/// Whether a nasal and its virama stand before a stop of the nasal's own row.
fn nasal_of(nasal: char, virama: Option<char>, stop: Option<char>) -> bool {
    let (Some(row), Some(stop)) = (place(nasal), stop.and_then(place)) else { return false };
    let block = u32::from(nasal) & !0x7f;
    let own = match row {
        0x19 => 0x15..=0x18,
        0x1e => 0x1a..=0x1d,
        0x23 => 0x1f..=0x22,
        0x28 => 0x24..=0x27,
        _ => 0x2a..=0x2d,
    };
    may_nasal(nasal) && (block != BENGALI || row == 0x19) && virama.and_then(place) == Some(VIRAMA) && own.contains(&stop)
}

/// Letters and signs with another form of the same.
fn fold_sign(c: char, next: Option<char>, out: &mut String) {
    match c {
        // The open vowels of English words, which many write as others; Marathi writes one of them with a candrabindu alone.
        'ऑ' | 'ऒ' => out.push('आ'),
        'ॉ' | 'ॊ' => out.push('ा'),
        'ઑ' => out.push('આ'),
        'ૉ' => out.push('ા'),
        'ॅ' | 'ૅ' if next.is_some_and(|c| matches!(place(c), Some(CANDRABINDU | ANUSVARA))) => {}
        'ऍ' | 'ऎ' => out.push('ए'),
        'ॆ' => out.push('े'),
        'ॲ' => out.push_str("अॅ"),
        'ऩ' => out.push('न'),
        'ऱ' => out.push('र'),
        'ऴ' => out.push('ळ'),
        // Khanda ta, and Assamese.
        'ৎ' => out.push('ত'),
        'ৰ' => out.push('র'),
        // Tippi is a bindi; addak doubles what many do not write doubled.
        '\u{a70}' => out.push('\u{a02}'),
        '\u{a71}' => {}
        // Chillus: the consonant without its vowel.
        'ൺ' => out.push_str("ണ്"),
        'ൻ' => out.push_str("ന്"),
        'ർ' => out.push_str("ര്"),
        'ൽ' => out.push_str("ല്"),
        'ൾ' => out.push_str("ള്"),
        'ൿ' => out.push_str("ക്"),
        // AU in its older form.
        '\u{d57}' => out.push('\u{d4c}'),
        // Signs of stress, and avagraha.
        '\u{951}'..='\u{954}' | 'ऽ' | '।' | '॥' => {}
        _ => out.push(c),
    }
}

/// Whether a word is written in one of these scripts.
pub(super) fn is_indic(word: &str) -> bool {
    word.chars().next().is_some_and(|c| place(c).is_some())
}

/// Whether a letter is Bengali or Assamese.
pub(super) fn is_bengali(c: char) -> bool {
    u32::from(c) & !0x7f == BENGALI
}

/// Whether a letter is Malayalam.
pub(super) fn is_malayalam(c: char) -> bool {
    u32::from(c) & !0x7f == MALAYALAM
}

/// Whether a consonant would be parted from the RA or YA that is written under it, which begins no ending.
pub(super) fn is_joined(rest: &str, ending: &str) -> bool {
    rest.chars().next_back().and_then(place) == Some(VIRAMA) && matches!(ending.chars().next().and_then(place), Some(0x2f | 0x30))
}
