//! What goes into the head of a page.

use super::{Head, HrefLang, OpenGraph, Reading, Subject, rest::FIRST};
use crate::domain::Locale;

/// A locale as the Open Graph protocol writes it: with a region, the likely one where the site does not say another.
fn language_and_region(locale: &Locale) -> String {
    let likely = locale.likely();
    match likely.region {
        Some(region) => format!("{}_{region}", locale.language()),
        None => locale.language().to_owned(),
    }
}

/// The address of a page at a cursor.
fn at(url: &str, cursor: &str) -> String {
    format!("{url}?cursor={cursor}")
}

/// The head of a page.
///
/// **Decision.** A page on which stories go on is known by its own cursor, so that search engines take it for none of the others. Pages by
/// cursor have no number: what tells their titles apart is the instant of their first story.
pub(super) fn head(reading: &Reading, subject: &Subject<'_>) -> Head {
    let site = &reading.masthead.site;
    let cursor = subject.stories.and_then(|(_, cursor)| cursor);
    let canonical = cursor.map_or_else(|| subject.url.clone(), |cursor| at(&subject.url, cursor));
    let mut alternates: Vec<HrefLang> = Vec::new();
    if cursor.is_none() {
        alternates.extend(subject.alternates.iter().map(|(locale, url)| HrefLang { hreflang: locale.to_string(), href: url.clone() }));
        if let Some((_, url)) = subject.alternates.iter().find(|(locale, _)| *locale == site.default_locale) {
            alternates.push(HrefLang { hreflang: "x-default".to_owned(), href: url.clone() });
        }
    }
    let first = subject.stories.and_then(|(cards, _)| cards.data.first()).filter(|_| cursor.is_some());
    let since = first.map_or_else(String::new, |card| format!(" · {}", reading.masthead.clock(card.published_at)));
    let own = format!("{}{since}", subject.title);
    let title = if subject.title == site.name { own.clone() } else { format!("{own} | {}", site.name) };
    let mut open_graph = Vec::new();
    let mut property = |name: &str, content: &str| {
        if !content.is_empty() {
            open_graph.push(OpenGraph { property: name.to_owned(), content: content.to_owned() });
        }
    };
    property("og:type", subject.kind);
    property("og:title", &own);
    property("og:description", &subject.description);
    property("og:url", &canonical);
    property("og:site_name", &site.name);
    property("og:locale", &language_and_region(&reading.locale));
    for (locale, _) in subject.alternates.iter().filter(|(locale, _)| *locale != reading.locale && cursor.is_none()) {
        property("og:locale:alternate", &language_and_region(locale));
    }
    if let Some(lead) = subject.article.and_then(|article| article.lead.as_ref()) {
        // Of a video its poster is shown, and the video itself is told beside it.
        let picture = match (&lead.poster, lead.r#type) {
            (Some(poster), _) => Some((&poster.url, poster.width, poster.height, &poster.alt)),
            (None, Some(kind)) if kind.starts_with("video/") => None,
            (None, _) => Some((&lead.url, lead.width, lead.height, &lead.alt)),
        };
        if let Some((url, width, height, alt)) = picture {
            property("og:image", url);
            property("og:image:width", &width.to_string());
            property("og:image:height", &height.to_string());
            property("og:image:alt", alt);
        }
        if let Some(kind) = lead.r#type.filter(|kind| kind.starts_with("video/")) {
            property("og:video", &lead.url);
            property("og:video:type", kind);
        }
    }
    if let Some(article) = subject.article.filter(|article| article.kind.is_news()) {
        property("article:published_time", &article.published_at.to_string());
        property("article:modified_time", &article.updated_at.to_string());
        property("article:section", &article.section.name);
        article.tags.iter().for_each(|tag| property("article:tag", &tag.name));
        let authors = article.credits.iter().flat_map(|c| &c.authors);
        authors.for_each(|author| property("article:author", &author.url));
    }
    let beside = |of: fn(&crate::domain::page::PageInfo) -> &Option<String>| {
        subject.stories.and_then(|(cards, _)| of(&cards.page).as_ref()).map(|cursor| at(&subject.url, cursor))
    };
    Head {
        title,
        description: subject.description.clone(),
        // Before what goes on after an arranged page there is that, which has no cursor.
        prev: beside(|page| &page.previous).map(|prev| if prev == at(&subject.url, FIRST) { subject.url.clone() } else { prev }),
        next: beside(|page| &page.next),
        canonical,
        alternates,
        open_graph,
    }
}
