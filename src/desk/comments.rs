//! Talking about an article, within the desk.
//!
//! Everybody who comments may say something about any words of the article: translators ask about the source. What others said is
//! another matter, and is asked for where it hangs, on the words of a locale or on the facts: nobody rewrites it; who writes those words
//! settles it; who reviews them removes it. One's own is one's own, except that a thread goes with the replies in it.

use crate::{
    access::{
        Action, Granted, Permit,
        action::{Comment as CommentOn, EditTranslation, ReviewTranslation},
        caller::visibility_of,
    },
    domain::{
        Error, Id, Locale, Version,
        article::Article,
        body::Node,
        change::Event,
        comment::{Anchor, Comment, Range, Remark, units_of},
        error::Faults,
        site::DeskReading,
        text::{limits, lines, nfc},
        translation::Slot,
        user::User,
    },
    store::{self, Tx},
};

/// What a caller says.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The thread that it replies in.
    pub parent: Option<Id<Comment>>,
    /// What a new thread is about, but for the words of its block.
    pub anchor: Anchor,
    /// Between which places of its block these words stand, and which they are, where the caller says so.
    pub range: Option<(u32, u32, Option<String>)>,
    /// What it says.
    pub text: String,
    /// Who is mentioned.
    pub mentions: Vec<Id<User>>,
}

fn said(text: &str) -> Result<String, Error> {
    let mut faults = Faults::default();
    let text = lines(&mut faults, "#/text", text, limits::COMMENT);
    faults.or(text)
}

/// Begin a thread, or reply in one.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] for a block that is not there, or a reply about something else than its thread.
pub fn write(tx: &mut Tx<'_>, permit: Permit<CommentOn>, id: Id<Article>, draft: Draft) -> Result<Remark, Error> {
    add(tx, &permit, id, draft)
}

/// The same, as part of a verb that says why.
///
/// # Errors
/// Those of [`write`].
pub(super) fn add<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, id: Id<Article>, draft: Draft) -> Result<Remark, Error> {
    if draft.parent.is_some() {
        // Whoever is about to remove the thread waits, or is seen.
        store::articles::hold(tx, id)?;
    }
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let text = said(&draft.text)?;
    let (new, by, now) = (tx.new_id(), permit.caller().user_id(), tx.now());
    let comment = if let Some(parent) = draft.parent {
        let thread = thread(tx, &article, parent)?;
        thread.anchor.agree(&draft.anchor, draft.range.is_some())?;
        let mentions = readers(tx, &article, &thread.anchor, draft.mentions, &[])?;
        thread.reply(new, (text, mentions), by, now)?
    } else {
        let anchor = check(tx, &article, draft.anchor, draft.range)?;
        let mentions = readers(tx, &article, &anchor, draft.mentions, &[])?;
        Comment {
            id: new,
            article_id: id,
            parent: None,
            anchor,
            text,
            mentions,
            created_by: by,
            created_at: now,
            updated_at: now,
            resolved: None,
            version: 1,
        }
    };
    let remark = permit.over(Remark { article, comment })?;
    store::comments::save(tx, &remark, Event::Created)?;
    Ok(remark.into_inner())
}

/// The comment that began a thread about this article.
fn thread(tx: &mut Tx<'_>, article: &Article, id: Id<Comment>) -> Result<Comment, Error> {
    match store::comments::find(tx, id) {
        Ok(comment) if comment.article_id == article.id && shown(article, &comment) => Ok(comment),
        Ok(_) | Err(Error::NotFound(_)) => Err(Error::invalid("#/parent_id", "unknown_comment", "this article has no such comment")),
        Err(other) => Err(other),
    }
}

/// True when what a comment is about is shown: who does not read words does not read what is said of them.
fn shown(article: &Article, comment: &Comment) -> bool {
    comment.anchor.locale.as_ref().is_none_or(|l| article.shows(l))
}

/// Whom a comment mentions, when each of them reads what it is about. Whom it mentioned before is not asked for again, and left out when they have left.
fn readers(
    tx: &mut Tx<'_>,
    article: &Article,
    about: &Anchor,
    mentions: Vec<Id<User>>,
    before: &[Id<User>],
) -> Result<Vec<Id<User>>, Error> {
    if mentions.is_empty() {
        return Ok(mentions);
    }
    let mut faults = Faults::default();
    if mentions.len() > limits::MENTIONS {
        return Err(Error::invalid("#/mentions", "too_many", format!("at most {}", limits::MENTIONS)));
    }
    let reading = store::site::desk_reading(tx)?;
    for (n, id) in mentions.iter().enumerate() {
        if mentions.iter().take(n).any(|earlier| earlier == id) {
            faults.add(format!("#/mentions/{n}"), "repeated", "mentioned already");
        } else if !before.contains(id) && !reads(tx, *id, reading, article.id, about.locale.as_ref())? {
            // Whether there is such a user is told to nobody who does not know it already.
            faults.add(format!("#/mentions/{n}"), "not_a_reader", "nobody who reads what this is about");
        }
    }
    let mut there = Vec::with_capacity(mentions.len());
    for id in faults.or(mentions)? {
        if !before.contains(&id) || is_there(tx, id)? {
            there.push(id);
        }
    }
    there.sort_unstable();
    Ok(there)
}

/// Whether somebody is a user, and stays one until this transaction ends.
fn is_there(tx: &mut Tx<'_>, id: Id<User>) -> Result<bool, Error> {
    store::users::hold(tx, id)?;
    match store::users::find(tx, id) {
        Err(Error::NotFound(_)) => Ok(false),
        found => found.map(|_| true),
    }
}

/// True when somebody sees an article, and the words of it in a locale.
fn reads(tx: &mut Tx<'_>, id: Id<User>, reading: DeskReading, article: Id<Article>, locale: Option<&Locale>) -> Result<bool, Error> {
    // Whoever deletes them beside this takes the mention too, or comes before.
    store::users::hold(tx, id)?;
    let user = match store::users::find(tx, id) {
        Err(Error::NotFound(_)) => return Ok(false),
        found => found?,
    };
    match store::articles::find(tx, &visibility_of(&user, reading), article) {
        Err(Error::NotFound(_)) => Ok(false),
        found => Ok(found.map(|article| locale.is_none_or(|locale| article.shows(locale)))?),
    }
}

/// What a thread is about, which must be there, with its words where it is about some.
fn check(tx: &mut Tx<'_>, article: &Article, anchor: Anchor, range: Option<(u32, u32, Option<String>)>) -> Result<Anchor, Error> {
    if range.is_some() && anchor.block.is_none() {
        return Err(Error::invalid("#/block_id", "required", "a range belongs to a block"));
    }
    let Some(locale) = &anchor.locale else {
        return match anchor.block {
            Some(_) => Err(Error::invalid("#/locale", "required", "a block belongs to the words of a locale")),
            None => Ok(anchor),
        };
    };
    let Some(translation) = store::translations::find(tx, article, locale)? else {
        return Err(Error::invalid("#/locale", "no_words", format!("there are no words in `{locale}`")));
    };
    let Some(id) = &anchor.block else { return Ok(anchor) };
    let Some(block) = translation.words.body.block(id) else {
        return Err(Error::invalid("#/block_id", "unknown_block", "no such block in these words"));
    };
    let range = range.map(|range| within(&block.node, range)).transpose()?;
    Ok(Anchor { range, ..anchor })
}

/// The words that stand between two places of a block, or that stood there when the caller read them.
fn within(block: &Node, (start, end, quote): (u32, u32, Option<String>)) -> Result<Range, Error> {
    let refused = |code, detail: String| Err(Error::invalid("#/range", code, detail));
    let Some(text) = block.running_text() else {
        return refused("no_text", "a block of this kind has no running text".to_owned());
    };
    if end.saturating_sub(start) > limits::QUOTE_UNITS {
        return refused("too_long", format!("at most {} UTF-16 code units", limits::QUOTE_UNITS));
    }
    let there = Range::of(&text, start, end);
    let Some(quote) = quote else {
        return there.map_or_else(
            || refused("out_of_range", format!("from a letter of the block to a later one; it has {} UTF-16 code units", units_of(&text))),
            Ok,
        );
    };
    if quote.is_empty() || units_of(&quote) > limits::QUOTE_UNITS {
        return refused("too_long", format!("a quote has 1 to {} UTF-16 code units", limits::QUOTE_UNITS));
    }
    let meant = Range { start, end, quote: nfc(&quote).into_owned() };
    meant.found_in(&text).map_or_else(|| refused("not_there", "these words are not in the block any more".to_owned()), Ok)
}

/// A comment that the caller sees, at the version that they expect.
fn open(tx: &mut Tx<'_>, permit: &Permit<CommentOn>, id: Id<Comment>, expected: Version) -> Result<Granted<CommentOn, Remark>, Error> {
    let comment = store::comments::find(tx, id)?;
    let article = match store::articles::find(tx, &permit.visibility(), comment.article_id) {
        Err(Error::NotFound(_)) => return Err(Error::NotFound("comment")),
        other => other?,
    };
    if !shown(&article, &comment) {
        return Err(Error::NotFound("comment"));
    }
    let remark = permit.over(Remark { article, comment })?;
    Error::unless_newest("comment", remark.get().comment.version, expected)?;
    Ok(remark)
}

/// True when the caller wrote it.
fn own(remark: &Granted<CommentOn, Remark>) -> bool {
    let author = remark.get().comment.created_by;
    author.is_some() && author == remark.caller().user_id()
}

/// True when the caller may do `A` over the words that a comment hangs on; over the facts, when it hangs on none.
fn may_there<A: Action>(remark: &Granted<CommentOn, Remark>) -> bool {
    let Remark { article, comment } = remark.get();
    let locale = comment.anchor.locale.as_ref().unwrap_or(&article.facts.source_locale).clone();
    remark.caller().may::<A>(&Slot { article: article.clone(), locale })
}

/// Change what one's own comment says and whom it mentions, as `with` makes it of the present one.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Forbidden`] for somebody else's; those of `with`.
pub fn rewrite(
    tx: &mut Tx<'_>,
    permit: Permit<CommentOn>,
    id: Id<Comment>,
    expected: Version,
    with: impl FnOnce(&mut Tx<'_>, &Remark) -> Result<(String, Vec<Id<User>>), Error>,
) -> Result<Remark, Error> {
    let remark = open(tx, &permit, id, expected)?;
    if !own(&remark) {
        return Err(Error::Forbidden("article.comment"));
    }
    let (text, mentions) = with(tx, remark.get())?;
    let (text, now) = (said(&text)?, tx.now());
    let Remark { article, comment } = remark.get();
    let mentions = readers(tx, article, &comment.anchor, mentions, &comment.mentions)?;
    keep(tx, remark, Event::Revised, |c| Ok(c.rewrite(text, mentions, now)))
}

/// Say that a thread is done with, or that it is not: one's own, or any about words that one writes.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] for a reply; [`Error::Forbidden`] for somebody else's about other words.
pub fn settle(tx: &mut Tx<'_>, permit: Permit<CommentOn>, id: Id<Comment>, expected: Version, resolved: bool) -> Result<Remark, Error> {
    let remark = open(tx, &permit, id, expected)?;
    if !own(&remark) && !may_there::<EditTranslation>(&remark) {
        return Err(Error::Forbidden(EditTranslation::NAME));
    }
    let (by, now) = (permit.caller().user_id(), tx.now());
    let event = if resolved { Event::Resolved } else { Event::Reopened };
    keep(tx, remark, event, |c| c.settle(resolved, by, now))
}

fn keep(
    tx: &mut Tx<'_>,
    remark: Granted<CommentOn, Remark>,
    event: Event,
    rule: impl FnOnce(Comment) -> Result<Comment, Error>,
) -> Result<Remark, Error> {
    let before = remark.get().comment.version;
    let remark = remark.try_map(|r| Ok(Remark { comment: rule(r.comment)?, ..r }))?;
    if remark.get().comment.version != before {
        store::comments::save(tx, &remark, event)?;
    }
    Ok(remark.into_inner())
}

/// Remove a comment with the replies to it: one's own while nobody else has replied, or any about words that one reviews.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Forbidden`] for somebody else's, about other words.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<CommentOn>, id: Id<Comment>, expected: Version) -> Result<(), Error> {
    // Whoever is about to reply in it waits, or is seen.
    let about = store::comments::find(tx, id)?.article_id;
    store::articles::hold(tx, about)?;
    let remark = open(tx, &permit, id, expected)?;
    let me = remark.caller().user_id();
    let replies = store::comments::replies(tx, &[id])?.remove(&id).unwrap_or_default();
    let alone = own(&remark) && replies.iter().all(|reply| reply.created_by == me);
    if !alone && !may_there::<ReviewTranslation>(&remark) {
        return Err(Error::Forbidden(ReviewTranslation::NAME));
    }
    store::comments::delete(tx, &remark, expected)
}
