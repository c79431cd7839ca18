//! Endings of languages that Snowball has not, or has for letters that readers leave the accents off. Each table is written after the language's
//! grammar, on words as [folding](super::folding) leaves them; light stemmers that were published (Ramanathan and Rao for Hindi, Savoy for
//! Romance languages, Larkey for Arabic) set how far it goes.

pub(super) mod beyond;
pub(super) mod north;
pub(super) mod south;
