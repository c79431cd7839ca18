//! What is kept of each document, and how its words become terms.
//!
//! **Decision.** A term begins with the locale that it is of, so that each locale has a dictionary and frequencies of its own in a common index. What was
//! analysed is handed over as words in a row; the tokenizer here only parts them.

use std::str::Split;

use tantivy::{
    schema::{BytesOptions, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager},
};

/// Parts the locale of a field from its words.
pub(super) const OF_LOCALE: char = '\u{1f}';
/// Parts words.
pub(super) const BETWEEN: char = ' ';
/// What the tokenizer is known as.
const WORDS: &str = "words";

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The ids that a document is replaced by: of the article, and of a thread and its comments.
    pub article: Field,
    /// The words as they are folded, with their places: phrases, prefixes and typing errors are looked for here.
    pub words: Field,
    /// Their stems, those of the headline and the summary several times.
    pub stems: Field,
    /// How they may be typed in Latin letters.
    pub latin: Field,
    /// The words of the headline, and how they may be typed: what is completed.
    pub heads: Field,
    /// The locale.
    pub locale: Field,
    /// Each locale that the article was live in.
    pub live_in: Field,
    /// Its section, authors, tags, kind and genre.
    pub facts: [Field; 5],
    /// Instants in microseconds, and the halves of the id of what it is: read of what was found.
    pub numbers: [Field; 5],
    /// What the desk knows of it, where it is what the desk works on.
    pub desk: Field,
}

/// Names of the fields that say what a story is, as columns are read by them: section, author, tag, kind and genre.
pub(super) const FACTS: [&str; 5] = ["section", "author", "tag", "kind", "genre"];
/// Names of the numbers: first published, last updated, the halves of the id, and last saved at the desk.
pub(super) const NUMBERS: [&str; 5] = ["published_at", "updated_at", "high", "low", "saved_at"];
/// Name of what the desk knows of it.
pub(super) const DESK: &str = "desk";

/// Text of words, of which this is kept.
fn text(kept: IndexRecordOption, norms: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(WORDS).set_index_option(kept).set_fieldnorms(norms);
    TextOptions::default().set_indexing_options(indexing)
}

/// One value as it is, to be looked for and counted.
fn value() -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic).set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing).set_fast("raw")
}

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let fields = Fields {
        article: schema.add_bytes_field("article", BytesOptions::from(INDEXED)),
        words: schema.add_text_field("words", text(IndexRecordOption::WithFreqsAndPositions, false)),
        stems: schema.add_text_field("stems", text(IndexRecordOption::WithFreqs, true)),
        latin: schema.add_text_field("latin", text(IndexRecordOption::Basic, false)),
        heads: schema.add_text_field("heads", text(IndexRecordOption::Basic, false)),
        locale: schema.add_text_field("locale", value()),
        live_in: schema.add_text_field("live_in", value()),
        facts: FACTS.map(|name| schema.add_text_field(name, value())),
        numbers: NUMBERS.map(|name| schema.add_i64_field(name, NumericOptions::default().set_fast())),
        desk: schema.add_text_field(DESK, value()),
    };
    (schema.build(), fields)
}

/// What parts words that were analysed before.
pub(super) fn tokenizers() -> TokenizerManager {
    let all = TokenizerManager::default();
    all.register(WORDS, InARow::default());
    all
}

/// Parts `locale` + [`OF_LOCALE`] + words between [`BETWEEN`] into terms, each of which begins with the locale. Where two stand together, a place is left free.
#[derive(Debug, Clone, Default)]
struct InARow(Token);

/// The terms of a text.
struct Terms<'a> {
    locale: &'a str,
    rest: Split<'a, char>,
    token: &'a mut Token,
}

impl Tokenizer for InARow {
    type TokenStream<'a> = Terms<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms<'a> {
        self.0.reset();
        let (locale, words) = text.split_once(OF_LOCALE).unwrap_or(("", text));
        Terms { locale, rest: words.split(BETWEEN), token: &mut self.0 }
    }
}

impl TokenStream for Terms<'_> {
    fn advance(&mut self) -> bool {
        // Ends: each round takes a word.
        for word in self.rest.by_ref() {
            self.token.position = self.token.position.wrapping_add(1);
            if !word.is_empty() {
                self.token.text.clear();
                self.token.text.push_str(self.locale);
                self.token.text.push(OF_LOCALE);
                self.token.text.push_str(word);
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// What the words of a locale go by that are not live: no tag begins like this, so that nothing which is counted among live stories counts them.
pub(super) fn unpublished(locale: &str) -> String {
    format!("~{locale}")
}

/// The locale of words, live or not.
pub(super) fn locale_of(name: &str) -> &str {
    name.strip_prefix('~').unwrap_or(name)
}

/// The term of a word of a locale.
pub(super) fn term(locale: &str, word: &str) -> String {
    format!("{locale}{OF_LOCALE}{word}")
}
