//! How many attributes the tag has that a parser may be in the middle of.
//!
//! The parser compares each attribute with those before it and tells nobody until the tag ends. So they are counted beside it:
//! from every `<` that may begin a tag, by the states of the standard (WHATWG HTML §13.2.5), all at once. What is no tag to the
//! parser dies out with the next token it gives.

/// States of a tag in the making, each with the most attributes that any tag in that state has.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    counts: [usize; 10],
    alive: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Less,
    Slash,
    Name,
    Between,
    Attribute,
    After,
    Equals,
    Double,
    Single,
    Bare,
}

const STATES: [State; 10] = [
    State::Less,
    State::Slash,
    State::Name,
    State::Between,
    State::Attribute,
    State::After,
    State::Equals,
    State::Double,
    State::Single,
    State::Bare,
];

impl State {
    /// The state after a byte, and whether an attribute begins with it; nothing when the tag ends, or was none.
    fn step(self, byte: u8) -> Option<(Self, bool)> {
        let space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
        let to = |state| Some((state, false));
        match (self, byte) {
            (Self::Double, b'"') | (Self::Single, b'\'') => to(Self::Between),
            (Self::Double | Self::Single, _) => to(self),
            (Self::Less, b'/') => to(Self::Slash),
            (Self::Less | Self::Slash, _) => byte.is_ascii_alphabetic().then_some((Self::Name, false)),
            (_, b'>') => None,
            (Self::Name, _) => to(if space || byte == b'/' { Self::Between } else { Self::Name }),
            (Self::Between, _) => Some(if space || byte == b'/' { (Self::Between, false) } else { (Self::Attribute, true) }),
            (Self::Attribute | Self::After, b'=') => to(Self::Equals),
            (Self::Attribute | Self::After, b'/') => to(Self::Between),
            (Self::Attribute, _) => to(if space { Self::After } else { Self::Attribute }),
            (Self::After, _) => Some(if space { (Self::After, false) } else { (Self::Attribute, true) }),
            (Self::Equals, b'"') => to(Self::Double),
            (Self::Equals, b'\'') => to(Self::Single),
            (Self::Equals, _) => to(if space { Self::Equals } else { Self::Bare }),
            (Self::Bare, _) => to(if space { Self::Between } else { Self::Bare }),
        }
    }
}

impl Watch {
    /// Go on over a piece of the text.
    pub(super) fn read(&mut self, piece: &str) {
        for byte in piece.bytes() {
            if self.alive == 0 && byte != b'<' {
                continue;
            }
            let mut next = Self::default();
            for (n, state) in STATES.into_iter().enumerate() {
                if self.alive & (1 << n) == 0 {
                    continue;
                }
                if let Some((to, begins)) = state.step(byte) {
                    let count = self.counts.get(n).copied().unwrap_or_default().saturating_add(usize::from(begins));
                    next.note(to, count);
                }
            }
            if byte == b'<' {
                next.note(State::Less, 0);
            }
            *self = next;
        }
    }

    fn note(&mut self, state: State, count: usize) {
        let Some(n) = STATES.iter().position(|s| *s == state) else { return };
        self.alive |= 1 << n;
        if let Some(most) = self.counts.get_mut(n) {
            *most = count.max(*most);
        }
    }

    /// The most attributes that the tag in the making can have.
    pub(super) fn most(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(text: &str) -> usize {
        let mut watch = Watch::default();
        watch.read(text);
        watch.most()
    }

    #[test]
    fn attributes_are_counted_while_their_tag_is_open() {
        for (text, count) in [
            ("<a b c=d e = 'f g' h=\"i j\" k", 5),
            ("<a/b/c", 2),
            ("</a b c", 2),
            ("<a b c>", 0),
            ("a b c d", 0),
            ("< a b c", 0),
            ("<a x=\"<b c d e", 3),
            ("<a =b", 1),
        ] {
            assert_eq!(most(text), count, "{text}");
        }
    }
}
