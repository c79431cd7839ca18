//! Who reads stories aloud: providers behind one trait, and the encoder behind them.
//!
//! **Context.** Voices that readers want to hear are programs and services of others, under licences of their own, and what speaks well in one language does not in
//! another. **Decision.** None is linked. A provider is a program that reads text and writes sound ([`command`]), or a service that is asked over HTTP ([`http`]);
//! which, the operator says in the server's environment, and no request can: all that the API sets is the name of a voice, of letters that mean nothing to a shell or
//! a file system. Time and bytes of everything are bounded, and a program goes with all that it started. **Consequence.** What a provider does at its worst is a reason
//! that the desk reads.
//!
//! Nothing here knows the database or the media store: text goes in, a file comes out.

pub mod command;
pub mod http;
mod process;
mod words;

use std::{fmt, fs::File, time::Duration};

pub use process::{Environment, INHERITED};
pub use words::Words;

/// Bytes of the sound of a story before and after it is encoded, at most: more than two hours, at 48,000 samples a second.
pub const SOUND_BYTES: u64 = 1 << 30;

/// What is to be spoken.
#[derive(Debug, Clone, Copy)]
pub struct Utterance<'u> {
    /// The text.
    pub text: &'u str,
    /// What the provider calls the voice.
    pub voice: &'u str,
    /// The locale of the text.
    pub locale: &'u str,
}

/// What may be taken for one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpeechLimits {
    /// How long speaking may take, and encoding once more.
    pub time: Duration,
    /// Bytes that come of either.
    pub bytes: u64,
}

/// Why nothing was spoken, in words for whoever waits for it. They tell no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unspoken(pub String);

/// Whoever reads text aloud.
pub trait Speaker: fmt::Debug + Send + Sync {
    /// Speak, into an empty file: as WAV, or as MP3 or Ogg, which are not encoded any more.
    ///
    /// # Errors
    /// Why it did not.
    fn speak(&self, utterance: &Utterance<'_>, out: &File, limits: SpeechLimits) -> Result<(), Unspoken>;
}

/// A speaker, with what encodes what it says.
#[derive(Debug)]
pub struct Speech {
    /// Who speaks.
    pub speaker: Box<dyn Speaker>,
    /// The program that encodes: WAV on its standard input, MP3 or Ogg on its standard output.
    pub encoder: Words,
    /// What it is started with.
    pub environment: Environment,
    /// What either may take.
    pub limits: SpeechLimits,
}

impl Speech {
    /// Encode a WAV file, from where it is read at, into an empty file.
    ///
    /// # Errors
    /// Why it could not be.
    pub fn encode(&self, wav: File, bit_rate: u32, out: &File) -> Result<(), Unspoken> {
        let argv = self.encoder.filled(&[("bit_rate", &bit_rate.to_string())]);
        process::run(&argv, &self.environment, process::Input::File(wav), out, self.limits)
    }
}
