//! Related stories: what leads on from a story, and which of two say the same.
//!
//! **Decision.** What two stories have in common is added up: words, by how telling they are; tags, those of people most, and each the more the fewer carry it;
//! and the section. The sum counts less the farther apart they were published, and never nothing. The figures are in `docs/related.md`.
//! **Consequence.** A story that shares no more than its section is led on from by those of its days.

use std::collections::BTreeSet;

use super::{Error, Locale, Version, analysis::Analyser, article::ArticleId, error::Faults, fold::search_key, tag::TagKind, text::limits};

/// What counts in a story's words: as much as all of the words of the other that are looked for.
const WORDS: f64 = 6.0;
/// What counts for lying in the same section.
const SECTION: f64 = 0.5;
/// What counts for lying in sections beside each other, or one in the other.
const BESIDE: f64 = 0.2;
/// The share of words below which stories with nothing else in common are not related.
const LEAST_WORDS: f64 = 0.1;
/// What counts, at least, however far apart stories were published.
const LASTING: f64 = 0.4;
/// Days after which half of the rest is left.
const HALF_LIFE_DAYS: f64 = 45.0;

/// How much it counts to share a tag that no other story carries.
#[must_use]
pub fn weight(kind: TagKind) -> f64 {
    match kind {
        TagKind::Person => 2.0,
        TagKind::Organisation => 1.5,
        TagKind::Place | TagKind::Topic => 1.0,
    }
}

/// What a story has in common with another.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shared {
    /// The share of the other's telling words, weighed: 1 is all of them.
    pub words: f64,
    /// The weights of the tags of both, each by how few carry it.
    pub tags: f64,
    /// Whether they lie in one section.
    pub section: bool,
    /// Whether they lie in sections beside each other.
    pub beside: bool,
    /// Days between their publications.
    pub days: f64,
}

impl Shared {
    /// How near the story is; nothing, where it is not related.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        let place = if self.section {
            SECTION
        } else if self.beside {
            BESIDE
        } else {
            0.0
        };
        if self.tags <= 0.0 && place <= 0.0 && self.words < LEAST_WORDS {
            return None;
        }
        let lasting = LASTING + (1.0 - LASTING) * (-self.days.abs() / HALF_LIFE_DAYS).exp2();
        Some((WORDS * self.words + self.tags + place) * lasting)
    }
}

/// Words that make a piece of a text.
const PIECE: usize = 5;
/// Pieces from which on a body tells whether another is the same.
const TELLING: usize = 12;
/// Characters of a body, from its beginning, that are looked at.
const BEGINNING: usize = 4_000;

/// What a story says, to be held against others: of two that say the same one leads on to the other to no end.
#[derive(Debug)]
pub struct Gist {
    headline: String,
    pieces: BTreeSet<u64>,
}

impl Gist {
    /// Of words in a locale.
    #[must_use]
    pub fn of(locale: &Locale, headline: &str, body: &str) -> Self {
        let beginning = body.char_indices().nth(BEGINNING).and_then(|(end, _)| body.get(..end)).unwrap_or(body);
        let words = Analyser::of(locale).words(beginning);
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let word = |hash, word: &super::analysis::Word<'_>| word.folded.bytes().chain([b' ']).fold(hash, step);
        let piece = |words: &[super::analysis::Word<'_>]| words.iter().fold(0xcbf2_9ce4_8422_2325, word);
        Self { headline: search_key(headline), pieces: words.windows(PIECE).map(piece).collect() }
    }

    /// Whether both say the same: under one headline, or in one body, of which some may have been changed, added or left out.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        if !self.headline.is_empty() && self.headline == other.headline {
            return true;
        }
        let (few, many) = if self.pieces.len() <= other.pieces.len() { (self, other) } else { (other, self) };
        let shared = few.pieces.intersection(&many.pieces).count();
        few.pieces.len() >= TELLING && shared.saturating_mul(10) >= few.pieces.len().saturating_mul(6)
    }
}

/// What editors say of the stories that lead on from one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Those that come first, in their order, wherever they are live.
    pub pinned: Vec<ArticleId>,
    /// Those that never come.
    pub banned: Vec<ArticleId>,
}

impl Choices {
    /// Nothing, when it holds by itself of a story.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(&self, of: ArticleId) -> Result<(), Error> {
        let mut faults = Faults::default();
        for (member, ids, most) in [("pinned", &self.pinned, limits::RELATED_PINS), ("banned", &self.banned, limits::RELATED_BANS)] {
            if ids.len() > most {
                faults.add(format!("#/{member}"), "too_many", format!("at most {most}"));
                continue;
            }
            for (n, id) in ids.iter().enumerate() {
                if *id == of {
                    faults.add(format!("#/{member}/{n}"), "itself", "no story leads on to itself");
                } else if let Some(before) = ids.iter().take(n).position(|other| other == id) {
                    faults.add(format!("#/{member}/{n}"), "repeated", format!("it is at `#/{member}/{before}` as well"));
                } else if member == "banned"
                    && let Some(pinned) = self.pinned.iter().position(|other| other == id)
                {
                    faults.add(format!("#/banned/{n}"), "contradiction", format!("it is pinned at `#/pinned/{pinned}`"));
                }
            }
        }
        faults.or(())
    }
}

/// What editors say of the stories that lead on from one, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The story.
    pub article_id: ArticleId,
    /// What they say.
    pub choices: Choices,
    /// Newest version; 1, while nobody has said anything.
    pub version: Version,
}
