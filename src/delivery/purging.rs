//! What caches on the way to readers have to drop after some changes: cache tags, and addresses of pages for those that know no tags.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Error,
        cache_tag::CacheTag,
        change::{Audience, Change, Event, Subject},
        collection::{MOVED, Place},
        redirect::logged_address,
    },
    store::{self, Tx},
};

/// What is to be dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purge {
    /// Everything: too much has changed to say what.
    Everything,
    /// Whatever was made from these, and the pages at these addresses.
    Of {
        /// By cache tag.
        tags: BTreeSet<CacheTag>,
        /// By absolute URL of a page, in its present and its former forms.
        urls: BTreeSet<String>,
    },
}

/// What changes have made untrue; nothing is known of them when they are too many to be told one by one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, changes: Option<&[Change]>) -> Result<Purge, Error> {
    let Some(changes) = changes else { return Ok(Purge::Everything) };
    let changes: Vec<&Change> = changes.iter().filter(|c| c.audience() == Audience::Public).collect();
    if changes.iter().any(|c| matches!(c.subject, Subject::Site | Subject::Locale(_) | Subject::Menu(_))) {
        // Every page shows the masthead and the menus.
        return Ok(Purge::Everything);
    }
    let mut fronts = BTreeSet::new();
    for change in &changes {
        let Subject::Collection(id) = &change.subject else { continue };
        match store::collections::find(tx, *id).map(|one| one.arrangement.place) {
            // Where it was is known to no one any more, and a rail stands on more pages than can be told.
            Err(Error::NotFound(_)) => return Ok(Purge::Everything),
            Ok(_) if change.reason == MOVED => return Ok(Purge::Everything),
            Ok(Some(place)) if place.kind.is_rail() => return Ok(Purge::Everything),
            place => fronts.extend(place?),
        }
    }
    let of_redirects = changes.iter().filter(|c| matches!(c.subject, Subject::Redirect(_)));
    // A log from before it said so does not tell where a redirect led from that is gone by now.
    let Some(redirected) = of_redirects.map(|c| logged_address(&c.reason).map(str::to_owned)).collect::<Option<BTreeSet<_>>>() else {
        return Ok(Purge::Everything);
    };
    let mut tags = store::changes::touched(tx, changes.iter().copied())?;
    if !tags.is_empty() {
        tags.insert(CacheTag::Many);
    }
    if changes.iter().any(|c| c.event == Event::Published) {
        tags.insert(CacheTag::Leading);
    }
    let mut urls = if changes.is_empty() { BTreeSet::new() } else { urls(tx, &changes, redirected)? };
    let sections = fronts.iter().filter_map(|place| place.section_id).map(crate::domain::Id::uuid).collect();
    let masthead = store::site::masthead(tx)?;
    urls.extend(store::names::addresses(tx, &sections)?.into_iter().map(|(locale, slug)| masthead.listing_url(&locale, &slug)));
    if fronts.contains(&Place::HOME) {
        urls.extend(masthead.locales.iter().map(|settings| masthead.front_url(&settings.locale)));
    }
    Ok(Purge::Of { tags, urls })
}

fn urls(tx: &mut Tx<'_>, changes: &[&Change], mut redirected: BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    let masthead = store::site::masthead(tx)?;
    let (mut articles, mut alone) = (BTreeSet::new(), BTreeSet::new());
    let mut named = BTreeSet::new();
    for change in changes {
        match (&change.subject, change.parts().1) {
            // What leads on from a story stands on its own pages alone.
            (Subject::Translation(id, _) | Subject::Article(id), _) if change.event == Event::Related => _ = alone.insert(*id),
            (Subject::Translation(id, _), _) => _ = articles.insert(*id),
            (Subject::Section(_) | Subject::Author(_) | Subject::Tag(_), Some(id)) => _ = named.insert(id),
            _ => {}
        }
    }
    let mut urls = BTreeSet::new();
    let things = articles.iter().map(|id| id.uuid()).chain(named.iter().copied()).collect();
    redirected.extend(store::redirects::leading_to(tx, &things)?.into_iter().map(|redirect| redirect.from));
    if let Ok(site) = url::Url::parse(&masthead.site.url) {
        let origin = site.origin().ascii_serialization();
        urls.extend(redirected.iter().filter_map(|from| url::Url::parse(&format!("{origin}{from}")).ok()).map(String::from));
    }
    // And on those of the stories that lead on to one which comes or goes.
    alone.extend(store::related::naming(tx, &articles)?);
    alone.extend(articles.iter().copied());
    let editions = store::editions::addresses(tx, &alone)?;
    for place in store::editions::listed(tx, &articles)? {
        // Its own page, and those that list it.
        urls.insert(masthead.front_url(&place.locale));
        named.extend(place.section_path.iter().map(|id| id.uuid()));
        named.extend(place.facts.tags.iter().map(|id| id.uuid()));
        named.extend(place.facts.credits.iter().map(|c| c.author_id.uuid()));
    }
    let sections: BTreeSet<_> = editions.iter().map(|e| e.section_id.uuid()).collect();
    let names = store::names::of(tx, &sections)?;
    for edition in editions {
        let section = names.get(&edition.section_id.uuid()).and_then(|n| masthead.pick(&n.names, &edition.locale));
        let section = section.map(|(_, name)| name.slug.clone());
        urls.insert(masthead.article_url(
            &edition.locale,
            section.as_ref(),
            (edition.kind, &edition.slug),
            edition.article_id,
            edition.published_at,
        ));
    }
    for (locale, slug) in store::names::addresses(tx, &named)? {
        urls.insert(masthead.listing_url(&locale, &slug));
    }
    Ok(urls)
}
