//! A program that speaks: text on its standard input, sound on its standard output.

use std::fs::File;

use super::{
    Speaker, SpeechLimits, Unspoken, Utterance, Words,
    process::{self, Environment},
};

/// A program with its arguments, in which `{voice}` and `{locale}` stand for those of the text.
#[derive(Debug)]
pub struct Program {
    /// The program and its arguments.
    pub words: Words,
    /// What it is started with.
    pub environment: Environment,
}

impl Program {
    /// What stands for something in its words.
    pub const KNOWN: [&str; 2] = ["voice", "locale"];
}

impl Speaker for Program {
    fn speak(&self, utterance: &Utterance<'_>, out: &File, limits: SpeechLimits) -> Result<(), Unspoken> {
        let argv = self.words.filled(&[("voice", utterance.voice), ("locale", utterance.locale)]);
        process::run(&argv, &self.environment, process::Input::Text(utterance.text.to_owned()), out, limits)
    }
}
