//! What stands before the items of lists where a list is only looked like: bullets and numbers of any kind.

/// What the marker of an item says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marker {
    Bullet,
    /// A number that is not told, or not in a way that is read: the next.
    Next,
    /// The numbers that it may be, and first what a list begins with: `i.` is one, or the ninth letter.
    Numbers(Vec<u32>),
}

/// The zeros of decimal digits in use (Unicode, `Nd`); nine follow each.
const ZEROS: [u32; 19] = [
    0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0xff10,
];

fn digit(c: char) -> Option<u32> {
    ZEROS.iter().filter_map(|zero| u32::from(c).checked_sub(*zero)).find(|n| *n < 10)
}

/// A Roman number, written as such numbers are.
fn roman(word: &str) -> Option<u32> {
    const SIGNS: [(&str, u32); 13] = [
        ("m", 1000),
        ("cm", 900),
        ("d", 500),
        ("cd", 400),
        ("c", 100),
        ("xc", 90),
        ("l", 50),
        ("xl", 40),
        ("x", 10),
        ("ix", 9),
        ("v", 5),
        ("iv", 4),
        ("i", 1),
    ];
    let (mut rest, mut number) = (word, 0u32);
    for (sign, value) in SIGNS {
        for _ in 0..3 {
            let Some(after) = rest.strip_prefix(sign) else { break };
            (rest, number) = (after, number.saturating_add(value));
        }
    }
    (rest.is_empty() && number > 0).then_some(number)
}

/// The place of a letter, or of one repeated, as Word goes on after `z` (`aa`, `bb`).
fn letter(word: &str) -> Option<u32> {
    let first = word.chars().next().filter(char::is_ascii_lowercase)?;
    let rounds = u32::try_from(word.len()).ok().filter(|_| word.chars().all(|c| c == first))?.saturating_sub(1);
    let place = u32::from(first).checked_sub(u32::from('a'))?;
    Some(rounds.saturating_mul(26).saturating_add(place).saturating_add(1))
}

impl Marker {
    /// Digits are a number wherever they stand (`1`, `(2)`, `1.2.`, `Article 3`): the last counts. Letters are one where a sign follows them
    /// (`a.`, `iv)`); without one they are what bullets look like in the fonts of signs (`o`, `v`).
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace());
        let last = text.trim_end_matches(|c| digit(c).is_none()).rsplit(|c| digit(c).is_none()).next().unwrap_or_default();
        if !last.is_empty() {
            let number = last.chars().filter_map(digit).fold(0u32, |n, d| n.saturating_mul(10).saturating_add(d));
            return Self::Numbers(vec![number.min(1_000_000)]);
        }
        let word = text.trim_matches(|c: char| !c.is_alphanumeric());
        if word.is_empty() || text.ends_with(word) {
            return Self::Bullet;
        }
        if !word.is_ascii() {
            return if word.chars().count() == 1 { Self::Next } else { Self::Bullet };
        }
        let word = word.to_ascii_lowercase();
        let (letter, roman) = (letter(&word), roman(&word));
        // One letter is a number of Rome where that is a small one; several are, where they can be.
        let begins = word.len() > 1 || matches!(word.as_str(), "i" | "v" | "x");
        let numbers: Vec<u32> = if begins { [roman, letter] } else { [letter, roman] }.into_iter().flatten().collect();
        if numbers.is_empty() { Self::Bullet } else { Self::Numbers(numbers) }
    }
}

#[cfg(test)]
mod tests {
    use super::Marker;

    #[test]
    fn markers_say_whether_a_list_is_ordered_and_which_number_an_item_has() {
        let numbers = |some: &[u32]| Marker::Numbers(some.to_vec());
        for (marker, said) in [
            ("1.", numbers(&[1])),
            ("12)", numbers(&[12])),
            ("3", numbers(&[3])),
            ("Article 4", numbers(&[4])),
            ("1.2.", numbers(&[2])),
            ("\u{967}\u{966}.", numbers(&[10])),
            ("\u{663})", numbers(&[3])),
            ("(a)", numbers(&[1])),
            ("c.", numbers(&[3, 100])),
            ("i.", numbers(&[1, 9])),
            ("B.", numbers(&[2])),
            ("iv.", numbers(&[4])),
            ("XII)", numbers(&[12])),
            ("bb.", numbers(&[28])),
            ("\u{5d0}.", Marker::Next),
            ("\u{4e00}\u{3001}", Marker::Next),
            ("·", Marker::Bullet),
            ("o", Marker::Bullet),
            ("v", Marker::Bullet),
            ("§", Marker::Bullet),
            ("-", Marker::Bullet),
            ("", Marker::Bullet),
        ] {
            assert_eq!(Marker::of(marker), said, "{marker}");
        }
    }
}
