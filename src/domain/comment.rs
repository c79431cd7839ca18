//! Comments: what the desk says to itself about an article, in threads that may hang on a block.

use super::{Error, Id, Instant, Locale, Version, article::Article, body::BlockId, error::Faults, user::User, vocabulary::vocabulary};

/// Some words of a block: where they stood when the thread began, and the words themselves, by which they are found again.
///
/// Places are counted in UTF-16 code units of the block's running text, as JavaScript counts the letters of a string, and with it editors; a line break is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Where they begin.
    pub start: u32,
    /// Where they end: before this place.
    pub end: u32,
    /// The words.
    pub quote: String,
}

vocabulary! {
    /// What has become of the words that a thread is about.
    pub enum RangeState {
        /// They stand where they stood.
        There => "there",
        /// They stand elsewhere in their block.
        Moved => "moved",
        /// They are not in their block any more, or it is gone.
        Gone => "gone",
    }
}

impl Range {
    /// The words between two places of a text; nothing where there are none, or where a place lies outside of the text or within a letter.
    #[must_use]
    pub fn of(text: &str, start: u32, end: u32) -> Option<Self> {
        let words = text.get(byte_at(text, start)?..byte_at(text, end)?).filter(|words| !words.is_empty())?;
        Some(Self { start, end, quote: words.to_owned() })
    }

    /// The same words where they stand in a text by now: where they stood if they still do, else at the nearest place that has them, of two as near the
    /// first one. Nothing where they are not. Places that overlap one before them do not count.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Option<Self> {
        if Self::of(text, self.start, self.end).as_ref() == Some(self) {
            return Some(self.clone());
        }
        let (mut units, mut read) = (0_u32, 0);
        let places = text.match_indices(&self.quote).map(|(at, _)| {
            units = units.saturating_add(text.get(read..at).map_or(0, units_of));
            read = at;
            units
        });
        let start = places.min_by_key(|place| place.abs_diff(self.start))?;
        Some(Self { start, end: start.saturating_add(units_of(&self.quote)), quote: self.quote.clone() })
    }

    /// What has become of the words, from where they are found by now.
    #[must_use]
    pub fn state(&self, found: Option<&Self>) -> RangeState {
        match found {
            None => RangeState::Gone,
            Some(found) if found == self => RangeState::There,
            Some(_) => RangeState::Moved,
        }
    }
}

/// UTF-16 code units of a text.
#[must_use]
pub fn units_of(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// Where in a text the code unit begins that stands at a place, or where the text ends; nothing within a letter and beyond the end.
fn byte_at(text: &str, place: u32) -> Option<usize> {
    let mut units = 0_u32;
    for (at, letter) in text.char_indices() {
        if units >= place {
            return (units == place).then_some(at);
        }
        units = units.saturating_add(u32::try_from(letter.len_utf16()).unwrap_or(1));
    }
    (units == place).then_some(text.len())
}

/// What a thread is about: the article, its words in a locale, one block of them, or some words of that block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchor {
    /// The locale of the words; the facts when there is none.
    pub locale: Option<Locale>,
    /// The block of the words.
    pub block: Option<BlockId>,
    /// Some words of the block.
    pub range: Option<Range>,
}

impl Anchor {
    /// A reply in a thread about this is about the same thing. Its locale and its block may be said again; a range may not, for its words move.
    ///
    /// # Errors
    /// [`Error::Invalid`] with code `contradiction` at each that says something else.
    pub fn agree(&self, said: &Self, range: bool) -> Result<(), Error> {
        let mut faults = Faults::default();
        let others = [
            ("#/locale", said.locale.is_some() && said.locale != self.locale),
            ("#/block_id", said.block.is_some() && said.block != self.block),
            ("#/range", range),
        ];
        for (at, _) in others.into_iter().filter(|(_, other)| *other) {
            faults.add(at, "contradiction", "a reply is about what its thread is about");
        }
        faults.or(())
    }
}

/// A comment: the beginning of a thread, or a reply in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: Id<Comment>,
    /// The article.
    pub article_id: Id<Article>,
    /// The comment that began the thread; none, when it is this one.
    pub parent: Option<Id<Comment>>,
    /// What the thread is about.
    pub anchor: Anchor,
    /// What it says.
    pub text: String,
    /// Who is mentioned in it.
    pub mentions: Vec<Id<User>>,
    /// Who wrote it.
    pub created_by: Option<Id<User>>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Who said that the thread is done with, and when.
    pub resolved: Option<(Option<Id<User>>, Instant)>,
    /// Its newest version.
    pub version: Version,
}

impl Comment {
    /// A reply in the thread that this comment began, about the same thing.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `#/parent_id` when it is a reply itself.
    pub fn reply(
        &self,
        id: Id<Self>,
        (text, mentions): (String, Vec<Id<User>>),
        by: Option<Id<User>>,
        now: Instant,
    ) -> Result<Self, Error> {
        if self.parent.is_some() {
            return Err(Error::invalid("#/parent_id", "reply", "a reply names the comment that began the thread"));
        }
        Ok(Self {
            id,
            article_id: self.article_id,
            parent: Some(self.id),
            anchor: self.anchor.clone(),
            text,
            mentions,
            created_by: by,
            created_at: now,
            updated_at: now,
            resolved: None,
            version: 1,
        })
    }

    /// The thread done with, or open again; the same, when it is so already.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `wrong-state` for a reply.
    pub fn settle(self, resolved: bool, by: Option<Id<User>>, now: Instant) -> Result<Self, Error> {
        if self.parent.is_some() {
            return Err(Error::Conflict { code: "wrong-state", detail: "a thread is resolved, not a reply in it".to_owned() });
        }
        if self.resolved.is_some() == resolved {
            return Ok(self);
        }
        Ok(Self { resolved: resolved.then_some((by, now)), ..self }.next(now))
    }

    /// The comment with another text, and others mentioned.
    #[must_use]
    pub fn rewrite(self, text: String, mentions: Vec<Id<User>>, now: Instant) -> Self {
        if text == self.text && mentions == self.mentions { self } else { Self { text, mentions, ..self }.next(now) }
    }

    fn next(self, now: Instant) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: now, ..self }
    }
}

/// A comment, with the article it is about.
#[derive(Debug, Clone)]
pub struct Remark {
    /// The article.
    pub article: Article,
    /// The comment.
    pub comment: Comment,
}

/// The id of a comment.
pub type CommentId = Id<Comment>;
