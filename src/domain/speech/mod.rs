//! Stories to listen to: what is spoken of an edition, by which voice, and which sound belongs to which words.
//!
//! **Context.** A recording is made after its story was published, and a story is published again and again: what is heard may be something else than what
//! is read. **Decision.** What is spoken of an edition is summed up when it is published ([`Rendering`](super::edition::Rendering)), and a sound knows the sum of
//! the words that it was made of. Readers are told of it where both are the same. **Consequence.** Other words silence a sound at the moment at which they become
//! public, whether or not anything that makes sound is there; words that come back bring theirs along.

mod languages;
mod preparing;
mod script;

pub use preparing::prepared;
pub use script::{Script, spoken_of, spoken_with};

use serde::{Deserialize, Serialize};

use super::{file::FileFormat, vocabulary::vocabulary};

vocabulary! {
    /// Whose voice it is.
    pub enum SoundSource {
        /// Somebody's, who spoke the words.
        Recorded => "recorded",
        /// Nobody's: a program made it.
        Synthetic => "synthetic",
    }
}

vocabulary! {
    /// How far the sound of a story is.
    pub enum SoundState {
        /// It is to be made, or is being made.
        Pending => "pending",
        /// It is there.
        Ready => "ready",
        /// It could not be made, and is not tried again before somebody asks, or the words change.
        Failed => "failed",
    }
}

/// How sound that a program made of words is marked: IPTC's digital source type for it.
pub const SYNTHETIC: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

/// Characters that are spoken of one story at most: some two hours.
pub const MOST_CHARACTERS: usize = 100_000;

/// Sound that a program made of words: its file in the media store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// What its bytes come to, in hexadecimal digits.
    pub digest: String,
    /// How many there are.
    pub bytes: u64,
    /// How it is written.
    pub format: FileFormat,
    /// How long it plays, in milliseconds.
    pub duration_ms: u64,
    /// The voice that speaks.
    pub voice: String,
}
