//! What is indexed: a live edition, as it is looked for.

use tantivy::TantivyDocument;

use super::fields::{BETWEEN, Fields, OF_LOCALE};
use crate::domain::{
    Instant, Locale,
    analysis::Analyser,
    article::{ArticleId, Genre, Kind},
    author::AuthorId,
    content::Content,
    section::SectionId,
    tag::TagId,
};

/// How often the words of a headline count, beside those of the body.
const HEADLINE: usize = 3;
/// How often those of a summary count.
const SUMMARY: usize = 2;

/// A live edition, as it is looked for.
#[derive(Debug, Clone)]
pub struct Document {
    /// The article.
    pub article: ArticleId,
    /// The locale of its words.
    pub locale: Locale,
    /// Each locale in which the article is live.
    pub live_in: Vec<Locale>,
    /// What it says beside its body.
    pub content: Content,
    /// The body, as text.
    pub body: String,
    /// The section it is filed in.
    pub section: SectionId,
    /// Who is credited.
    pub authors: Vec<AuthorId>,
    /// What it is about.
    pub tags: Vec<TagId>,
    /// Its kind.
    pub kind: Kind,
    /// Its genre.
    pub genre: Genre,
    /// First published.
    pub published_at: Instant,
    /// Last updated.
    pub updated_at: Instant,
}

/// Words in a row, as the tokenizer takes them.
struct Row(String);

impl Row {
    fn of(locale: &Locale) -> Self {
        Self(format!("{locale}{OF_LOCALE}"))
    }

    fn push(&mut self, word: &str) {
        self.0.push_str(word);
        self.0.push(BETWEEN);
    }
}

impl Document {
    /// As the index takes it.
    pub(super) fn written(&self, fields: &Fields) -> TantivyDocument {
        let analyser = Analyser::of(&self.locale);
        let [mut words, mut stems, mut latin, mut heads] = [(); 4].map(|()| Row::of(&self.locale));
        for (text, weight) in [(&self.content.headline, HEADLINE), (&self.content.summary, SUMMARY), (&self.body, 1)] {
            for word in analyser.words(text) {
                words.push(&word.folded);
                for _ in 0..weight {
                    stems.push(&word.stem);
                }
                if weight == HEADLINE {
                    heads.push(&word.folded);
                }
                if let Some(typed) = &word.latin {
                    latin.push(&typed.close);
                    typed.loose.iter().for_each(|loose| latin.push(loose));
                    if weight == HEADLINE {
                        heads.push(&typed.close);
                    }
                }
            }
            // No phrase goes from one to the other.
            words.push("");
        }
        let mut document = TantivyDocument::default();
        for (field, row) in [(fields.words, words), (fields.stems, stems), (fields.latin, latin), (fields.heads, heads)] {
            document.add_text(field, row.0);
        }
        let id = self.article.uuid();
        document.add_bytes(fields.article, id.as_bytes());
        document.add_text(fields.locale, self.locale.as_str());
        self.live_in.iter().for_each(|locale| document.add_text(fields.live_in, locale.as_str()));
        let [section, author, tag, kind, genre] = fields.facts;
        document.add_text(kind, self.kind.as_str());
        document.add_text(genre, self.genre.as_str());
        // What is no news is in no list but that of its kind.
        if self.kind.is_news() {
            document.add_text(section, self.section.to_string());
            self.authors.iter().for_each(|id| document.add_text(author, id.to_string()));
            self.tags.iter().for_each(|id| document.add_text(tag, id.to_string()));
        }
        let (high, low) = id.as_u64_pair();
        let numbers = [self.published_at.as_micros(), self.updated_at.as_micros(), high.cast_signed(), low.cast_signed()];
        fields.numbers.iter().zip(numbers).for_each(|(field, number)| document.add_i64(*field, number));
        document
    }
}
