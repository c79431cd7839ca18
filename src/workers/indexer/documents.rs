//! What the index is told of articles and of the media library, read in one snapshot.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    access::Visibility,
    domain::{
        Error, Id, Locale,
        article::ArticleId,
        assignment::Assigned,
        body::text::plain,
        media::{Media, MediaId},
        site::Masthead,
        translation::Words,
        user::User,
    },
    search::{AtDesk, DeskDocument, DeskKind, Document, Documents},
    store::{
        self, Store,
        desk_search::{Remark, WorkingCopy},
        editions::{BodyForm, Live},
    },
};

/// What there is of some articles: what is live, and what the desk works on.
pub(super) fn of_articles(store: &Store, articles: &[ArticleId]) -> Result<Documents, Error> {
    let (lives, copies, mut words, assigned, remarks, masthead) = store.read_now(|tx| {
        let lives = store::editions::live_everywhere(tx, Visibility::public(), articles, BodyForm::Text)?;
        let copies = store::desk_search::working_copies(tx, articles)?;
        let others = copies.iter().filter(|copy| copy.live_version != Some(copy.version));
        let others: Vec<_> = others.map(|copy| (copy.article_id, copy.locale.clone())).collect();
        let words = store::revisions::newest(tx, &others)?;
        let assigned = store::assignments::of(tx, articles)?;
        let remarks = store::desk_search::remarks(tx, articles)?;
        Ok((lives, copies, words, assigned, remarks, store::site::masthead(tx)?))
    })?;
    let mut live_in: HashMap<ArticleId, Vec<Locale>> = HashMap::new();
    lives.iter().for_each(|live| live_in.entry(live.article_id).or_default().push(live.locale.clone()));
    let desk = AtDesks::new(&copies, &assigned);
    let live = lives.into_iter().map(|live| {
        let copy = copies.iter().find(|copy| (copy.article_id, &copy.locale) == (live.article_id, &live.locale));
        let at_desk = copy.filter(|copy| copy.live_version == Some(copy.version)).map(|copy| desk.of_words(copy));
        live_document(live, &live_in, at_desk)
    });
    let live = live.collect();
    let mut others = Vec::new();
    for copy in &copies {
        let Some(words) = words.remove(&(copy.article_id, copy.locale.clone())) else { continue };
        others.push(working_copy(copy, &words, desk.of_words(copy)));
    }
    others.extend(remarks.into_iter().filter_map(|remark| said(remark, &desk, &masthead)));
    Ok(Documents { live, desk: others })
}

/// Who sees what of some articles.
struct AtDesks<'a> {
    copies: &'a [WorkingCopy],
    assigned: &'a HashMap<(ArticleId, Locale), Assigned>,
    assignees: HashMap<ArticleId, Vec<Id<User>>>,
}

impl<'a> AtDesks<'a> {
    fn new(copies: &'a [WorkingCopy], assigned: &'a HashMap<(ArticleId, Locale), Assigned>) -> Self {
        let mut assignees: HashMap<ArticleId, BTreeSet<Id<User>>> = HashMap::new();
        for ((article, _), assigned) in assigned {
            assignees.entry(*article).or_default().insert(assigned.assignment.assignee);
        }
        let assignees = assignees.into_iter().map(|(article, all)| (article, all.into_iter().collect())).collect();
        Self { copies, assigned, assignees }
    }

    /// Of what is said in a locale of the article of a working copy, or of it as a whole.
    fn of(&self, copy: &WorkingCopy, locale: Option<&Locale>) -> AtDesk {
        let is_live = |locale: &Locale| {
            let is_it = |other: &WorkingCopy| (other.article_id, &other.locale) == (copy.article_id, locale);
            self.copies.iter().any(|other| is_it(other) && other.live_version.is_some())
        };
        let assigned = locale.and_then(|locale| self.assigned.get(&(copy.article_id, locale.clone())));
        AtDesk {
            section: copy.section_id,
            created_by: copy.created_by,
            assignees: self.assignees.get(&copy.article_id).cloned().unwrap_or_default(),
            assignee: assigned.map(|assigned| assigned.assignment.assignee),
            is_open: locale.is_none_or(|locale| *locale == copy.source_locale || is_live(locale)),
            state: None,
            saved_at: copy.updated_at,
        }
    }

    fn of_words(&self, copy: &WorkingCopy) -> AtDesk {
        AtDesk { state: Some(copy.state), ..self.of(copy, Some(&copy.locale)) }
    }
}

/// A live edition as it is looked for; where the desk works on the same words, with where they stand.
fn live_document(live: Live, live_in: &HashMap<ArticleId, Vec<Locale>>, desk: Option<AtDesk>) -> Document {
    Document {
        article: live.article_id,
        locale: live.locale,
        live_in: live_in.get(&live.article_id).cloned().unwrap_or_default(),
        content: live.content,
        body: live.body,
        section: live.facts.section_id,
        authors: live.facts.credits.iter().map(|credit| credit.author_id).collect(),
        tags: live.facts.tags,
        kind: live.facts.kind,
        genre: live.facts.genre,
        published_at: live.published_at,
        updated_at: live.updated_at,
        desk,
    }
}

fn working_copy(copy: &WorkingCopy, words: &Words, desk: AtDesk) -> DeskDocument {
    let (id, [title, summed_up]) = (copy.article_id.uuid(), words.content.searched());
    DeskDocument {
        kind: DeskKind::Translation,
        id,
        of: vec![id],
        locale: copy.locale.clone(),
        texts: [title.to_owned(), summed_up.to_owned(), plain(&words.body)],
        desk: Some(desk),
        saved_at: copy.updated_at,
    }
}

/// A comment: it is taken to be in the language of what it is about, else in that of the original. Nothing of one whose article has no words.
fn said(remark: Remark, desk: &AtDesks<'_>, masthead: &Masthead) -> Option<DeskDocument> {
    let copy = desk.copies.iter().find(|copy| copy.article_id == remark.article_id)?;
    let at_desk = AtDesk { saved_at: remark.updated_at, ..desk.of(copy, remark.locale.as_ref()) };
    let of: [Option<Uuid>; 3] = [Some(remark.article_id.uuid()), Some(remark.id.uuid()), remark.parent_id.map(Id::uuid)];
    Some(DeskDocument {
        kind: DeskKind::Comment,
        id: remark.id.uuid(),
        of: of.into_iter().flatten().collect(),
        // The site may have let go of a locale that there are no words in any more.
        locale: remark.locale.filter(|locale| masthead.settings(locale).is_some()).unwrap_or_else(|| copy.source_locale.clone()),
        texts: [String::new(), String::new(), remark.text],
        desk: Some(at_desk),
        saved_at: remark.updated_at,
    })
}

/// Items of the media library, each in every language in which something is said of it, and by what is in none.
pub(super) fn of_media(media: &[Media]) -> Documents {
    let (mut desk, nowhere) = (Vec::new(), Locale::undetermined());
    for item in media {
        for locale in item.description.words.keys().chain([&nowhere]) {
            desk.push(DeskDocument {
                kind: DeskKind::Media,
                id: item.id.uuid(),
                of: vec![item.id.uuid()],
                locale: locale.clone(),
                texts: item.description.searched(locale),
                desk: None,
                saved_at: item.updated_at,
            });
        }
    }
    Documents { live: Vec::new(), desk }
}

/// What there is of some items of the media library.
pub(super) fn of_items(store: &Store, ids: &BTreeSet<MediaId>) -> Result<Documents, Error> {
    let found = if ids.is_empty() { HashMap::new() } else { store.read_now(|tx| store::media::of(tx, ids))? };
    Ok(of_media(&found.into_values().collect::<Vec<_>>()))
}
