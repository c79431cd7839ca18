//! Editions: what the public saw of an article in one locale, from one instant to another.

use std::collections::BTreeSet;

use super::{
    Id, Instant, Locale, Version,
    article::{Article, Facts},
    body::{self, Document},
    media::{Digest, MediaId},
    slug::Slug,
    speech::{spoken_of, spoken_with},
    text::{reading_minutes, word_count},
    translation::{MadeFrom, Translation, Words},
    write_transaction,
};

/// An immutable snapshot of one publication, with all that delivery needs already derived.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Its id.
    pub id: Id<Edition>,
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// The facts as they were published.
    pub facts: Facts,
    /// The revision of the facts.
    pub facts_version: Version,
    /// The slug it was published under.
    pub slug: Slug,
    /// The words as they were published, without their body.
    pub words: Words,
    /// The revision of the words.
    pub words_version: Version,
    /// What the words were made from; nothing, for an original.
    pub made_from: Option<MadeFrom>,
    /// Whether nothing significant has changed since the publication before.
    pub minor: bool,
    /// The body as HTML.
    pub html: String,
    /// The body as plain text.
    pub text: String,
    /// What the body shows of the media library.
    pub pictured: BTreeSet<MediaId>,
    /// What the words of it come to that are spoken.
    pub spoken: Digest,
    /// Words of the body.
    pub word_count: i32,
    /// Minutes to read it.
    pub reading_minutes: i32,
    /// First publication of this translation.
    pub published_at: Instant,
    /// Last significant publication.
    pub updated_at: Instant,
    /// The public sees it from here …
    pub started_at: Instant,
    /// … to here; to now, when there is no end.
    pub ended_at: Option<Instant>,
}

/// How a publication dates itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dating {
    /// First publication of the translation.
    pub published_at: Instant,
    /// Last significant publication.
    pub updated_at: Instant,
    /// The public sees it from here.
    pub started_at: Instant,
    /// Whether nothing significant has changed since the publication before.
    pub minor: bool,
}

impl Dating {
    /// The dates of a publication at `now` after `last`, of which a minor one leaves `updated_at` alone.
    #[must_use]
    pub fn after(last: Option<&Dating>, minor: bool, now: Instant) -> Self {
        // A clock that was set back does not put an edition before the one that it follows.
        let now = last.map_or(now, |l| now.max(Instant::from_micros(l.started_at.as_micros().saturating_add(1))));
        let published_at = last.map_or(now, |l| l.published_at);
        Self {
            published_at,
            // Nothing is updated before it is published, whatever date it was brought in with.
            updated_at: last.filter(|_| minor).map_or(now, |l| l.updated_at).max(published_at),
            started_at: now,
            minor: minor && last.is_some(),
        }
    }
}

/// What readers get of words: a pure function of a revision, which takes as long as its body is.
#[derive(Debug, Clone, Default)]
pub struct Rendering {
    /// The words without their body.
    pub words: Words,
    /// What they were made from.
    pub made_from: Option<MadeFrom>,
    /// The body as HTML.
    pub html: String,
    /// The body as plain text.
    pub text: String,
    /// What the body shows of the media library.
    pub pictured: BTreeSet<MediaId>,
    /// What those of them come to that are spoken, whoever is credited.
    pub spoken: Digest,
    /// Words of the body.
    pub word_count: i32,
}

impl Rendering {
    /// Render words.
    #[must_use]
    pub fn of(words: &Words, made_from: Option<MadeFrom>) -> Self {
        write_transaction::assert_none();
        let document: &Document = &words.body;
        Self {
            words: words.without_body(),
            made_from,
            html: body::references::frozen(document),
            text: body::text::plain(document),
            pictured: body::pictures::of(document),
            spoken: spoken_of(&words.content.headline, document),
            word_count: word_count(&body::text::prose(document)),
        }
    }
}

impl Edition {
    /// Freeze words of one locale, as they were rendered.
    #[must_use]
    pub fn freeze(
        id: Id<Self>,
        article: &Article,
        translation: &Translation,
        rendering: &Rendering,
        words_per_minute: i32,
        dating: Dating,
    ) -> Self {
        Self {
            id,
            article_id: article.id,
            locale: translation.locale.clone(),
            facts: article.facts.clone(),
            facts_version: article.version,
            slug: translation.slug.clone(),
            words: rendering.words.clone(),
            words_version: translation.version,
            made_from: rendering.made_from.clone(),
            minor: dating.minor,
            html: rendering.html.clone(),
            text: rendering.text.clone(),
            pictured: rendering.pictured.clone(),
            spoken: spoken_with(rendering.spoken, &article.facts.credits),
            word_count: rendering.word_count,
            reading_minutes: reading_minutes(rendering.word_count, words_per_minute),
            published_at: dating.published_at,
            updated_at: dating.updated_at,
            started_at: dating.started_at,
            ended_at: None,
        }
    }

    /// What its slug comes of, when that is its headline, with or without a number.
    #[must_use]
    pub fn stem(&self) -> Option<Slug> {
        Translation::stem_of(self.article_id, &self.locale, &self.words.content.headline, &self.slug)
    }
}
