//! What is planned until an instant, as it would be published then.

use std::collections::BTreeMap;

use super::publishing::freeze;
use crate::{
    access::{Permit, action::ReadArticle},
    domain::{
        Error, Id, Instant, Locale,
        article::{Article, ArticleId},
        edition::{Dating, Edition, Rendering},
        page::Paging,
        plan::{Intent, Revisions},
        release::{Item, ReleaseState},
        section::Section,
        story::{Filed, Story},
        translation::Translation,
    },
    store::{self, Tx, stories::Hold},
};

/// What is live of an article in a locale after a plan, in these sections; nothing after an end.
pub type Then = Option<(Edition, Vec<Id<Section>>)>;

/// What will be live in place of what is live now, when all that whoever asks sees of plans until an instant is carried out. Of plans and of releases the hundred
/// that come first are looked at.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn planned(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, until: Instant) -> Result<BTreeMap<(ArticleId, Locale), Then>, Error> {
    let visibility = permit.visibility();
    let asked = store::plans::Filter { failed: Some(false), ..store::plans::Filter::default() };
    let mut steps = Vec::new();
    for plan in store::plans::page(tx, &visibility, &asked, Paging::first())?.items {
        steps.push((plan.at, (plan.article_id, plan.locale), plan.intent));
    }
    for release in store::releases::page(tx, &visibility, Some(ReleaseState::Scheduled), Paging::first())?.items {
        let Some(at) = release.publish_at else { continue };
        for Item { article_id, locale, revisions } in release.items {
            steps.push((at, (article_id, locale), Intent::Publish { revisions, minor: false }));
        }
    }
    steps.retain(|(at, ..)| *at <= until);
    steps.sort_by_key(|(at, ..)| *at);
    // What is done last to the words of an article in a locale is what stays.
    let last: BTreeMap<_, _> = steps.into_iter().map(|(at, of, intent)| (of, (at, intent))).collect();
    let meant = last.iter().filter_map(|((article_id, locale), (_, intent))| {
        Some(Item { article_id: *article_id, locale: locale.clone(), revisions: intent.revisions()? })
    });
    let meant: Vec<Item> = meant.collect();
    let stories = store::stories::load(tx, &visibility, last.keys().map(|(id, _)| *id), &meant, Hold::Not)?;
    let mut then = BTreeMap::new();
    for ((id, locale), (at, intent)) in last {
        let Some(story) = stories.get(&id) else { continue };
        let edition = match intent.revisions() {
            None => None,
            Some(revisions) => match edition(tx, story, &locale, revisions, (at, intent.is_minor())) {
                // What whoever asks is not shown is not shown here either.
                Err(Error::NotFound(_)) => continue,
                edition => Some(edition?),
            },
        };
        then.insert((id, locale), edition);
    }
    Ok(then)
}

/// The edition that some revisions of a story would be at an instant.
fn edition(
    tx: &mut Tx<'_>,
    story: &Story,
    locale: &Locale,
    revisions: Revisions,
    (at, minor): (Instant, bool),
) -> Result<(Edition, Vec<Id<Section>>), Error> {
    let Filed { facts, section_path } = story.filed(revisions.facts)?;
    let article = Article { facts, version: revisions.facts, section_path, ..story.article.clone() };
    let (words, made_from) = store::revisions::words(tx, &article, locale, revisions.words)?;
    let translation = super::translations::find(tx, &story.article, locale)?;
    let rendering = Rendering::of(&words, made_from.clone());
    let slug = story.slug(locale, revisions.words)?.clone();
    let translation = Translation { words, made_from, slug, version: revisions.words, ..translation };
    let dating = Dating::after(story.editions.get(locale).map(|last| &last.dating), minor, at);
    let masthead = store::site::masthead(tx)?;
    let edition = freeze(tx, &masthead, (&article, &translation), &rendering, dating);
    Ok((Edition { words: translation.words, ..edition }, article.section_path))
}
