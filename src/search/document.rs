//! What is indexed: live editions, and what the desk works on beside them.

use tantivy::TantivyDocument;
use uuid::Uuid;

use super::{
    fields::{BETWEEN, Fields, OF_LOCALE, unpublished},
    known::{self, DeskKind},
    lexicon::Lexicon,
};
use crate::domain::{
    Id, Instant, Locale,
    article::{ArticleId, Genre, Kind},
    author::AuthorId,
    content::Content,
    section::SectionId,
    tag::TagId,
    translation::State,
    user::User,
};

/// How often the words of a headline count, beside those of the body.
const HEADLINE: usize = 3;
/// How often those of a summary count.
const SUMMARY: usize = 2;

/// What there is of some articles, comments and items of the media library.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// Live editions.
    pub live: Vec<Document>,
    /// What the desk works on that is not, word for word, one of these.
    pub desk: Vec<DeskDocument>,
}

impl Documents {
    /// Each as the index takes it.
    pub(super) fn written<E>(
        &self,
        fields: &Fields,
        lexicon: &mut Lexicon,
        mut take: impl FnMut(TantivyDocument) -> Result<(), E>,
    ) -> Result<(), E> {
        self.live.iter().try_for_each(|document| take(document.written(fields, lexicon)))?;
        self.desk.iter().try_for_each(|document| take(document.written(fields, lexicon)))
    }
}

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
    /// Where its words stand at the desk, when what is live are those that the desk works on.
    pub desk: Option<AtDesk>,
}

/// Where something stands at the desk, and who sees it there.
#[derive(Debug, Clone)]
pub struct AtDesk {
    /// The section that its article is filed in.
    pub section: SectionId,
    /// Who began the article.
    pub created_by: Option<Id<User>>,
    /// Who works on words of the article, in any locale.
    pub assignees: Vec<Id<User>>,
    /// Who works on these.
    pub assignee: Option<Id<User>>,
    /// Whether whoever sees the article sees it: the original, what is live in its locale, and what is said of the article as a whole.
    pub is_open: bool,
    /// Where the words stand; nothing of comments.
    pub state: Option<State>,
    /// Last saved.
    pub saved_at: Instant,
}

/// Something that the desk works on, as it is looked for.
#[derive(Debug, Clone)]
pub struct DeskDocument {
    /// What it is.
    pub kind: DeskKind,
    /// Its id: the article's, the comment's, the item's.
    pub id: Uuid,
    /// The ids that replace it: its own, and those of what it belongs to.
    pub of: Vec<Uuid>,
    /// The locale that its words are taken to be of.
    pub locale: Locale,
    /// What stands above it, what sums it up, and what it says: words of the first count most.
    pub texts: [String; 3],
    /// Where it stands; nothing of what the whole desk sees.
    pub desk: Option<AtDesk>,
    /// Last saved.
    pub saved_at: Instant,
}

/// Words in a row, as the tokenizer takes them.
struct Row(String);

impl Row {
    fn of(name: &str) -> Self {
        Self(format!("{name}{OF_LOCALE}"))
    }

    fn push(&mut self, word: &str) {
        self.0.push_str(word);
        self.0.push(BETWEEN);
    }
}

/// A document with the words of texts of a locale, under a name.
fn with_words(
    fields: &Fields,
    lexicon: &mut Lexicon,
    (locale, name): (&Locale, &str),
    [headline, summary, body]: [&str; 3],
) -> TantivyDocument {
    let [mut words, mut stems, mut latin, mut heads] = [(); 4].map(|()| Row::of(name));
    for (text, weight) in [(headline, HEADLINE), (summary, SUMMARY), (body, 1)] {
        lexicon.each(locale, text, &mut |forms| {
            words.push(&forms.folded);
            for _ in 0..weight {
                stems.push(&forms.stem);
            }
            if weight == HEADLINE {
                heads.push(&forms.folded);
            }
            if let Some((close, loose)) = &forms.latin {
                latin.push(close);
                loose.iter().for_each(|loose| latin.push(loose));
                if weight == HEADLINE {
                    heads.push(close);
                }
            }
        });
        // No phrase goes from one to the other.
        words.push("");
    }
    let mut document = TantivyDocument::default();
    for (field, row) in [(fields.words, words), (fields.stems, stems), (fields.latin, latin), (fields.heads, heads)] {
        document.add_text(field, row.0);
    }
    document.add_text(fields.locale, name);
    document
}

/// Note what the desk knows of a document.
fn note(document: &mut TantivyDocument, fields: &Fields, kind: DeskKind, of: &[Uuid], desk: Option<&AtDesk>) {
    let mut values = vec![known::is(kind)];
    values.extend(of.iter().map(|id| known::belongs_to(*id)));
    if let Some(desk) = desk {
        values.push(known::filed_in(desk.section.uuid()));
        values.extend(desk.created_by.map(|user| known::begun_by(user.uuid())));
        values.extend(desk.assignees.iter().map(|user| known::worked_on_by(user.uuid())));
        values.extend(desk.assignee.map(|user| known::given_to(user.uuid())));
        values.extend(desk.state.map(known::stands));
        values.extend(desk.is_open.then(|| known::OPEN.to_owned()));
    }
    values.iter().for_each(|value| document.add_text(fields.desk, value));
}

/// Note its id and instants: first published, last updated, last saved.
fn numbered(document: &mut TantivyDocument, fields: &Fields, id: Uuid, [published_at, updated_at, saved_at]: [Instant; 3]) {
    let (high, low) = id.as_u64_pair();
    let numbers = [published_at.as_micros(), updated_at.as_micros(), high.cast_signed(), low.cast_signed(), saved_at.as_micros()];
    fields.numbers.iter().zip(numbers).for_each(|(field, number)| document.add_i64(*field, number));
}

impl Document {
    /// As the index takes it.
    fn written(&self, fields: &Fields, lexicon: &mut Lexicon) -> TantivyDocument {
        let [headline, summary] = self.content.searched();
        let texts = [headline, summary, &*self.body];
        let mut document = with_words(fields, lexicon, (&self.locale, self.locale.as_str()), texts);
        let id = self.article.uuid();
        document.add_bytes(fields.article, id.as_bytes());
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
        let saved_at = self.desk.as_ref().map_or(self.updated_at, |desk| desk.saved_at);
        numbered(&mut document, fields, id, [self.published_at, self.updated_at, saved_at]);
        if let Some(desk) = &self.desk {
            note(&mut document, fields, DeskKind::Translation, &[id], Some(desk));
        }
        document
    }
}

impl DeskDocument {
    /// As the index takes it.
    fn written(&self, fields: &Fields, lexicon: &mut Lexicon) -> TantivyDocument {
        let texts = self.texts.each_ref().map(String::as_str);
        let mut document = with_words(fields, lexicon, (&self.locale, &unpublished(self.locale.as_str())), texts);
        self.of.iter().for_each(|id| document.add_bytes(fields.article, id.as_bytes()));
        numbered(&mut document, fields, self.id, [self.saved_at; 3]);
        note(&mut document, fields, self.kind, &self.of, self.desk.as_ref());
        document
    }
}
