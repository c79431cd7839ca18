//! Voices: who reads a locale aloud.

use serde::{Deserialize, Serialize};

use super::error::Faults;

/// Characters of the name of a voice.
pub const NAME: usize = 100;

/// Kilobits a second that sound is encoded with, where nobody says how many.
pub const BIT_RATE: u32 = 64;

/// The least that may be said.
pub const LEAST_BIT_RATE: u32 = 16;

/// The most that may be.
pub const MOST_BIT_RATE: u32 = 320;

/// The voice that reads a locale aloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// What the program or service that speaks calls it.
    pub name: String,
    /// Kilobits a second of its sound.
    pub bit_rate: u32,
}

impl Voice {
    /// A voice, where everything said is valid. Its name becomes an argument of a program: it is letters, digits and `. _ + : -`, and begins with a letter or digit.
    #[must_use]
    pub fn check(self, faults: &mut Faults, at: &str) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._+:-".contains(c);
        let begins = self.name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !begins || !self.name.chars().all(is_plain) || self.name.len() > NAME {
            let detail = format!("1 to {NAME} letters, digits and `. _ + : -`, of which the first is a letter or digit");
            faults.add(format!("{at}/name"), "format", detail);
        }
        if !(LEAST_BIT_RATE..=MOST_BIT_RATE).contains(&self.bit_rate) {
            faults.add(format!("{at}/bit_rate"), "out_of_range", format!("between {LEAST_BIT_RATE} and {MOST_BIT_RATE}"));
        }
        self
    }
}
