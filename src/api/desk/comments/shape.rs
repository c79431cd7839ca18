//! Comments as the desk reads and writes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::patching::{PatchOf, Resource},
    domain::{
        Error, Id, Instant, Locale,
        article::ArticleId,
        body::BlockId,
        comment::{Comment, CommentId, Range, RangeState, Remark},
        page::Page,
        user::{Named, User, UserId},
    },
    store::{self, Tx},
};

/// Somebody of the desk, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they have left: they are a user no more.
    pub former: bool,
}

/// Some words of a block. Places are counted in UTF-16 code units of its running text without marks, as JavaScript counts the letters of a string; a line
/// break is one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CommentRange {
    /// Where they begin by now; null when they are gone.
    pub start: Option<u32>,
    /// Before which place they end.
    pub end: Option<u32>,
    /// The words, as they were when the thread began.
    pub quote: String,
    /// What has become of them.
    pub state: RangeState,
}

/// Some words of a block, as in `CommentRange`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCommentRange {
    /// Where they begin.
    pub start: u32,
    /// Before which place they end; at most 2000 further on.
    pub end: u32,
    /// The words: if they have moved since they were read, they are looked for.
    #[serde(default)]
    pub quote: Option<String>,
}

/// A reply in a thread.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplyInfo {
    /// Its id.
    pub id: CommentId,
    /// What it says.
    pub text: String,
    /// Who is mentioned in it.
    pub mentions: Vec<UserId>,
    /// Who wrote it.
    pub created_by: Option<Person>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Its newest version.
    pub version: i32,
}

/// Who said that a thread is done with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Resolution {
    /// Who.
    pub by: Option<Person>,
    /// When.
    pub at: Instant,
}

/// A comment: the beginning of a thread with its replies, or a reply.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskComment {
    /// Its id.
    pub id: CommentId,
    /// The article.
    pub article_id: ArticleId,
    /// The comment that began the thread; null when it is this one.
    pub parent_id: Option<CommentId>,
    /// The locale of the words that it is about; null when it is about the article.
    pub locale: Option<Locale>,
    /// The block that it is about.
    pub block_id: Option<String>,
    /// Whether that block is gone from the words by now.
    pub block_is_gone: bool,
    /// The words of the block that it is about.
    pub range: Option<CommentRange>,
    /// What it says.
    pub text: String,
    /// Who is mentioned in it.
    #[schema(max_items = 20)]
    pub mentions: Vec<UserId>,
    /// Who wrote it.
    pub created_by: Option<Person>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Who said that the thread is done with; null while it is open.
    pub resolved: Option<Resolution>,
    /// Its newest version.
    pub version: i32,
    /// The replies, oldest first.
    pub replies: Vec<ReplyInfo>,
}

/// A new comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locale": "en", "text": "Is this number confirmed?" }))]
pub struct NewComment {
    /// The comment that it replies to: it is then about the same thing, and names no other locale or block, and no range.
    #[serde(default)]
    pub parent_id: Option<CommentId>,
    /// The locale of the words that it is about; the article when absent.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// The block of these words that it is about.
    #[serde(default)]
    pub block_id: Option<String>,
    /// The words of the block that it is about.
    #[serde(default)]
    pub range: Option<NewCommentRange>,
    /// What it says.
    #[schema(min_length = 1, max_length = 32000)]
    pub text: String,
    /// Who is mentioned: people who read what it is about. It is among their work until they reply.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub mentions: Vec<UserId>,
}

/// What a comment says now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentText)]
pub struct Rewritten {
    /// What it says.
    #[schema(min_length = 1, max_length = 32000)]
    pub text: String,
    /// Who is mentioned.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub mentions: Vec<UserId>,
}

/// A merge patch on a comment.
pub type DeskCommentPatch = PatchOf<DeskComment>;

impl Resource for DeskComment {
    type Input = Rewritten;
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "article_id",
        "parent_id",
        "locale",
        "block_id",
        "block_is_gone",
        "range",
        "created_by",
        "created_at",
        "updated_at",
        "resolved",
        "version",
        "replies",
    ];
}

/// Bodies that are in memory at once.
const BODIES: usize = 8;

/// Comments in short form need the names of people, and where what they are about is by now.
struct Surroundings {
    names: HashMap<Id<User>, Named>,
    /// Of comments whose blocks are there: the words that they are about, where they are found.
    there: HashMap<CommentId, Option<Range>>,
}

impl Surroundings {
    /// What surrounds comments about words that whoever asks is shown, and the replies that stand below them: these say who wrote them, and not what they
    /// are about.
    fn read<'c>(
        tx: &mut Tx<'_>,
        comments: impl Iterator<Item = &'c Comment>,
        below: impl Iterator<Item = &'c Comment>,
    ) -> Result<Self, Error> {
        let mut people: BTreeSet<_> = below.filter_map(|reply| reply.created_by).collect();
        let mut about = BTreeMap::<_, Vec<&Comment>>::new();
        for c in comments {
            people.extend(c.created_by);
            people.extend(c.resolved.and_then(|(by, _)| by));
            if let (Some(_), Some(locale)) = (&c.anchor.block, &c.anchor.locale) {
                about.entry((c.article_id, locale.clone())).or_default().push(c);
            }
        }
        let mut there = HashMap::new();
        let words: Vec<_> = about.keys().cloned().collect();
        for some in words.chunks(BODIES) {
            for (of, body) in store::comments::bodies(tx, some)? {
                for c in about.get(&of).into_iter().flatten() {
                    let Some(block) = c.anchor.block.as_ref().and_then(|id| body.block(id)) else { continue };
                    let text = c.anchor.range.as_ref().and_then(|range| Some((range, block.node.running_text()?)));
                    there.insert(c.id, text.and_then(|(range, text)| range.found_in(&text)));
                }
            }
        }
        Ok(Self { names: store::users::names(tx, &people.into_iter().collect::<Vec<_>>())?, there })
    }

    fn person(&self, id: Option<Id<User>>) -> Option<Person> {
        let id = id?;
        let named = self.names.get(&id)?;
        Some(Person { id, name: named.name.clone(), former: named.former })
    }

    fn range(&self, id: CommentId, range: Range) -> CommentRange {
        let found = self.there.get(&id).and_then(Option::as_ref);
        let state = range.state(found);
        CommentRange { start: found.map(|f| f.start), end: found.map(|f| f.end), quote: range.quote, state }
    }

    fn reply(&self, c: Comment) -> ReplyInfo {
        ReplyInfo {
            id: c.id,
            text: c.text,
            mentions: c.mentions,
            created_by: self.person(c.created_by),
            created_at: c.created_at,
            updated_at: c.updated_at,
            version: c.version,
        }
    }

    fn thread(&self, c: Comment, replies: Vec<Comment>) -> DeskComment {
        DeskComment {
            id: c.id,
            article_id: c.article_id,
            parent_id: c.parent,
            block_is_gone: c.anchor.block.is_some() && !self.there.contains_key(&c.id),
            range: c.anchor.range.map(|range| self.range(c.id, range)),
            locale: c.anchor.locale,
            block_id: c.anchor.block.as_ref().map(BlockId::to_string),
            text: c.text,
            mentions: c.mentions,
            created_by: self.person(c.created_by),
            created_at: c.created_at,
            updated_at: c.updated_at,
            resolved: c.resolved.map(|(by, at)| Resolution { by: self.person(by), at }),
            version: c.version,
            replies: replies.into_iter().map(|r| self.reply(r)).collect(),
        }
    }
}

pub(super) fn shown(tx: &mut Tx<'_>, remark: Remark) -> Result<DeskComment, Error> {
    let Remark { comment, .. } = remark;
    let replies = store::comments::replies(tx, &[comment.id])?.remove(&comment.id).unwrap_or_default();
    let around = Surroundings::read(tx, std::iter::once(&comment), replies.iter())?;
    Ok(around.thread(comment, replies))
}

/// Threads with their replies.
pub(super) fn threads(tx: &mut Tx<'_>, page: Page<Comment>) -> Result<Page<DeskComment>, Error> {
    let ids: Vec<_> = page.items.iter().map(|c| c.id).collect();
    let mut replies = store::comments::replies(tx, &ids)?;
    let around = Surroundings::read(tx, page.items.iter(), replies.values().flatten())?;
    Ok(page.map(|c| {
        let replies = replies.remove(&c.id).unwrap_or_default();
        around.thread(c, replies)
    }))
}
