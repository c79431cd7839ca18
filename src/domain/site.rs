//! The site: what the whole publication shares, and how its addresses are built.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use super::{
    Error, Id, Instant, Locale, Version,
    article::{Article, Kind},
    credit::{CreditLabels, check_role},
    error::Faults,
    locale::{self, Direction, LocaleSettings, LocaleState},
    path::UrlPattern,
    recency::Recency,
    rendition::{Renditions, RenditionsDraft},
    slug::Slug,
    text::{limits, line},
    token_page,
    url::{check_web_address, segment},
    vocabulary::vocabulary,
    zone,
};

vocabulary! {
    /// Whether a translation must be approved before it is published.
    pub enum Review {
        /// An editor publishes from any state.
        Optional => "optional",
        /// Only approved translations are published.
        Required => "required",
    }
}

vocabulary! {
    /// Which authors are public.
    pub enum AuthorsPublic {
        /// Those whom something public names, for as long as it does.
        WhenNamed => "when_named",
        /// All of them, also those who are only named by what is still to come.
        Always => "always",
    }
}

vocabulary! {
    /// What somebody reads of the desk who was granted a role only in a section or a locale.
    pub enum DeskReading {
        /// Everything, as those do who were granted it everywhere.
        Open => "open",
        /// What the grant is about.
        Granted => "granted",
    }
}

vocabulary! {
    /// What is answered at addresses of a locale that was retired.
    pub enum RetiredLocales {
        /// That they are gone (410).
        Gone => "gone",
        /// Where the same page is in the first of the locales that it falls back to, and at last in the default one (301); else that it is gone.
        Fallback => "fallback",
    }
}

/// The publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Where readers find it, without a slash at the end.
    pub url: String,
    /// The locale of readers who ask for none.
    pub default_locale: Locale,
    /// IANA time zone that its dates are printed in.
    pub time_zone: String,
    /// Path of an article's page; see [`UrlPattern`].
    pub url_pattern: UrlPattern,
    /// Those that it had before, the latest first: what was public under them leads to where it is now.
    pub former_url_patterns: Vec<UrlPattern>,
    /// Whether review is required.
    pub review: Review,
    /// What grants within limits read.
    pub desk_reading: DeskReading,
    /// Labels of credit roles.
    pub credit_labels: CreditLabels,
    /// Which authors are public.
    pub authors_public: AuthorsPublic,
    /// What addresses of retired locales answer.
    pub retired_locales: RetiredLocales,
    /// Where the frontend shows previews; `{token}` stands for the token.
    pub preview_url: Option<String>,
    /// The sizes and cuts in which its pictures are to be had.
    pub renditions: Renditions,
    /// Whether no story stands twice on a page: rails leave out what is shown before them.
    pub unique_on_page: bool,
    /// How much its search prefers what is new.
    pub search: Recency,
    /// Newest version.
    pub version: Version,
    /// Last saved.
    pub updated_at: Instant,
}

/// What a caller may say of the site.
#[derive(Debug, Clone)]
pub struct SiteDraft {
    /// Its name.
    pub name: String,
    /// Where readers find it.
    pub url: String,
    /// The locale of readers who ask for none.
    pub default_locale: Locale,
    /// IANA time zone.
    pub time_zone: String,
    /// Path of an article's page.
    pub url_pattern: String,
    /// Those that it had before, the latest first.
    pub former_url_patterns: Vec<String>,
    /// Whether review is required.
    pub review: Review,
    /// What grants within limits read.
    pub desk_reading: DeskReading,
    /// Labels of credit roles.
    pub credit_labels: CreditLabels,
    /// Which authors are public.
    pub authors_public: AuthorsPublic,
    /// What addresses of retired locales answer.
    pub retired_locales: RetiredLocales,
    /// Where the frontend shows previews.
    pub preview_url: Option<String>,
    /// The sizes and cuts in which its pictures are to be had.
    pub renditions: RenditionsDraft,
    /// Whether no story stands twice on a page.
    pub unique_on_page: bool,
    /// How much its search prefers what is new.
    pub search: Recency,
}

impl Site {
    /// Where the frontend shows the preview that a token opens, if it shows any.
    #[must_use]
    pub fn preview_page(&self, token: &str) -> Option<String> {
        self.preview_url.as_ref().map(|url| token_page::opened(url, token))
    }
}

impl SiteDraft {
    /// The same, with the pattern that it replaces remembered before all others, and the one that it takes forgotten among them.
    #[must_use]
    pub fn remembering(mut self, before: &UrlPattern) -> Self {
        self.former_url_patterns.insert(0, before.as_str().to_owned());
        let mut seen = BTreeSet::from([self.url_pattern.clone()]);
        self.former_url_patterns.retain(|pattern| seen.insert(pattern.clone()));
        self
    }

    /// The site, when everything said is valid.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(self, locales: &[LocaleSettings], version: Version, now: Instant) -> Result<Site, Error> {
        let mut faults = Faults::default();
        let name = line(&mut faults, "#/name", &self.name, limits::NAME);
        let url = check_web_address(&mut faults, "#/url", &self.url).trim_end_matches('/').to_owned();
        if url.contains(['?', '#']) {
            faults.add("#/url", "url", "addresses of pages are this with their paths behind it: without query and fragment");
        }
        match locales.iter().find(|l| l.locale == self.default_locale) {
            None => faults.add("#/default_locale", "unknown_locale", "not a locale of this site"),
            Some(l) if l.state != LocaleState::Public => {
                faults.add("#/default_locale", "not_public", format!("readers are not offered this locale: it is `{}`", l.state));
            }
            Some(_) => {}
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            faults.add("#/time_zone", "time_zone", "not an IANA time zone, such as `Asia/Kolkata`");
        }
        let mut labels = CreditLabels::new();
        for (role, of_role) in self.credit_labels {
            let at = format!("#/credit_labels/{role}");
            check_role(&mut faults, &at, &role);
            let of_role = of_role.into_iter().map(|(l, text)| {
                let text = line(&mut faults, &format!("{at}/{l}"), &text, limits::LABEL);
                (l, text)
            });
            labels.insert(role, of_role.collect());
        }
        if self.former_url_patterns.len() > limits::FORMER_PATTERNS {
            faults.add(
                "#/former_url_patterns",
                "too_many",
                format!("at most {}, with the one that is replaced; leave out the oldest", limits::FORMER_PATTERNS),
            );
        }
        let mut former = Vec::new();
        for (n, pattern) in self.former_url_patterns.iter().enumerate() {
            let pattern = UrlPattern::parse(pattern, &format!("#/former_url_patterns/{n}"));
            former.extend(faults.merge(pattern)?);
        }
        let preview_url = self.preview_url.and_then(|text| {
            let page = token_page::check(&text, "`https://news.example/preview?token={token}`");
            page.inspect_err(|detail| faults.add("#/preview_url", "preview_url", detail.clone())).ok()
        });
        let renditions = faults.merge(Renditions::check(&self.renditions))?.unwrap_or_default();
        let search = faults.merge(self.search.check())?.unwrap_or_default();
        let url_pattern = faults.merge(UrlPattern::parse(&self.url_pattern, "#/url_pattern"))?.unwrap_or_default();
        faults.or(Site {
            name,
            url,
            default_locale: self.default_locale,
            time_zone: self.time_zone,
            url_pattern,
            former_url_patterns: former,
            review: self.review,
            desk_reading: self.desk_reading,
            credit_labels: labels,
            authors_public: self.authors_public,
            retired_locales: self.retired_locales,
            preview_url,
            renditions,
            unique_on_page: self.unique_on_page,
            search,
            version,
            updated_at: now,
        })
    }
}

/// The site with its locales: what every answer to a reader is made with.
#[derive(Debug, Clone)]
pub struct Masthead {
    /// The site.
    pub site: Site,
    /// Its locales, in the order of the language switcher; for readers, those that are public.
    pub locales: Vec<LocaleSettings>,
    /// For readers, the locales that are no longer public.
    pub retired: Vec<LocaleSettings>,
    /// Whether there are collections; of readers nobody asks.
    pub has_collections: bool,
    /// For readers, the locales that are not public: a thing that has a name in none but these is shown, and found, under that.
    pub kept_back: Vec<Locale>,
    /// The same for readers, once somebody has asked for it.
    for_readers: OnceLock<Arc<Self>>,
}

impl Masthead {
    /// A site with all its locales.
    #[must_use]
    pub fn new(site: Site, locales: Vec<LocaleSettings>) -> Self {
        Self { site, locales, retired: Vec::new(), kept_back: Vec::new(), has_collections: false, for_readers: OnceLock::new() }
    }

    /// The same, knowing whether there are collections.
    #[must_use]
    pub fn with_collections(self, has_collections: bool) -> Self {
        Self { has_collections, ..self }
    }

    /// The same as readers may know it: with the locales that are public, which fall back to others that are.
    #[must_use]
    pub fn for_readers(self: &Arc<Self>) -> Arc<Self> {
        if self.locales.iter().all(|l| l.state == LocaleState::Public) {
            return self.clone();
        }
        self.for_readers.get_or_init(|| Arc::new(self.showing(None))).clone()
    }

    /// The same, with one more locale: for a look at what is not public yet.
    #[must_use]
    pub fn showing(&self, also: Option<&Locale>) -> Self {
        let shown = |l: &&LocaleSettings| l.state == LocaleState::Public || Some(&l.locale) == also;
        let known: BTreeSet<&Locale> = self.locales.iter().filter(shown).map(|l| &l.locale).collect();
        let reduced = |l: &LocaleSettings| LocaleSettings {
            fallback: l.fallback.iter().filter(|f| known.contains(f)).cloned().collect(),
            ..l.clone()
        };
        let retired = self.locales.iter().filter(|l| l.state == LocaleState::Retired && !shown(l)).map(reduced).collect();
        let kept_back = self.locales.iter().filter(|l| !shown(l)).map(|l| l.locale.clone()).collect();
        Self { retired, kept_back, ..Self::new(self.site.clone(), self.locales.iter().filter(shown).map(reduced).collect()) }
    }

    /// The same under another pattern.
    #[must_use]
    pub fn under(&self, pattern: &UrlPattern) -> Self {
        let site = Site { url_pattern: pattern.clone(), ..self.site.clone() };
        Self { retired: self.retired.clone(), kept_back: self.kept_back.clone(), ..Self::new(site, self.locales.clone()) }
    }

    /// The place behind all locales in the switcher.
    #[must_use]
    pub fn next_position(&self) -> i32 {
        self.locales.iter().map(|l| l.position).max().map_or(1, |last| last.saturating_add(1))
    }

    /// The present tag of a locale that has this tag, or had it.
    #[must_use]
    pub fn present<'a>(&'a self, tag: &'a Locale) -> &'a Locale {
        let all = || self.locales.iter().chain(&self.retired);
        if all().any(|l| l.locale == *tag) {
            return tag;
        }
        all().find(|l| l.former_tags.contains(tag)).map_or(tag, |l| &l.locale)
    }

    /// The same, with the locales that are no longer public among those that are.
    #[must_use]
    pub fn with_retired(&self) -> Self {
        Self::new(self.site.clone(), self.locales.iter().chain(&self.retired).cloned().collect())
    }

    /// What the site says of a locale that it no longer publishes in.
    #[must_use]
    pub fn retired(&self, locale: &Locale) -> Option<&LocaleSettings> {
        self.retired.iter().find(|l| l.locale == *locale)
    }

    /// What the site says of a locale, if it publishes in it.
    #[must_use]
    pub fn settings(&self, locale: &Locale) -> Option<&LocaleSettings> {
        self.locales.iter().find(|l| l.locale == *locale)
    }

    /// The locale and those it falls back to, in order.
    #[must_use]
    pub fn chain(&self, locale: &Locale) -> Vec<Locale> {
        let mut chain = vec![locale.clone()];
        chain.extend(self.settings(locale).map(|s| s.fallback.clone()).unwrap_or_default());
        chain
    }

    /// The order in which names are looked for: the chain, then the site's default, then all others that are shown.
    #[must_use]
    pub fn name_chain(&self, locale: &Locale) -> Vec<Locale> {
        let mut chain = self.chain(locale);
        chain.push(self.site.default_locale.clone());
        let others = self.locales.iter().map(|l| &l.locale).filter(|l| !chain.contains(l)).cloned();
        let others: Vec<_> = others.collect();
        chain.extend(others);
        chain
    }

    /// The name that readers of a locale are shown: the first of [their chain](Self::name_chain), else any.
    #[must_use]
    pub fn pick<'n, N>(&self, names: &'n BTreeMap<Locale, N>, locale: &Locale) -> Option<(&'n Locale, &'n N)> {
        let fallback = self.settings(locale).into_iter().flat_map(|settings| &settings.fallback);
        let chain = std::iter::once(locale).chain(fallback).chain([&self.site.default_locale]);
        chain.chain(self.locales.iter().map(|l| &l.locale)).find_map(|l| names.get_key_value(l)).or_else(|| names.iter().next())
    }

    /// The locales that a reader's `Accept-Language` asks for, the best first, and the default at last.
    #[must_use]
    pub fn accepted(&self, accept: &str) -> Vec<Locale> {
        let available: Vec<Locale> = self.locales.iter().map(|l| l.locale.clone()).collect();
        let mut accepted: Vec<Locale> = locale::accepted(accept, &available).into_iter().cloned().collect();
        if !accepted.contains(&self.site.default_locale) {
            accepted.push(self.site.default_locale.clone());
        }
        accepted
    }

    /// Which way the script of a locale runs: as the site says, or as CLDR does of one that it does not publish in.
    #[must_use]
    pub fn direction(&self, locale: &Locale) -> Direction {
        self.settings(locale).map_or_else(|| Direction::of(locale), |l| l.direction)
    }

    /// The label of a credit role in a locale, or the nearest there is, and its locale; the role itself, spaced, when nobody has named it.
    #[must_use]
    pub fn label(&self, role: &str, locale: &Locale) -> (Option<Locale>, String) {
        let labels = self.site.credit_labels.get(role);
        let label = labels.and_then(|labels| self.pick(labels, locale));
        if let Some((locale, label)) = label {
            return (Some(locale.clone()), label.clone());
        }
        let mut spaced = role.replace('_', " ");
        if let Some(first) = spaced.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        (None, spaced)
    }

    /// The absolute URL of an article's page, percent-encoded: by the pattern of the site, but for what is no news, which stands beside the pages of
    /// sections. The registry of addresses keeps those apart: a slug of a locale is had by one of them.
    #[must_use]
    pub fn article_url(
        &self,
        locale: &Locale,
        section: Option<&Slug>,
        (kind, slug): (Kind, &Slug),
        id: Id<Article>,
        published: Instant,
    ) -> String {
        if !kind.is_news() {
            return self.listing_url(locale, slug);
        }
        let date = |part: &str| published.in_zone(&self.zone()).strftime(part).to_string();
        let mut url = if self.site.url_pattern.names_locale() { self.site.url.clone() } else { self.root(locale) };
        self.site.url_pattern.write(&mut url, |placeholder, url| match placeholder {
            "locale" => url.push_str(locale.as_str()),
            "section" => url.extend(segment(section.map_or("-", Slug::as_str))),
            "slug" => url.extend(segment(slug.as_str())),
            "id" => url.push_str(&id.to_string()),
            "yyyy" => url.push_str(&date("%Y")),
            "mm" => url.push_str(&date("%m")),
            "dd" => url.push_str(&date("%d")),
            _ => {}
        });
        url
    }

    /// The absolute URL of the page of a section, author or tag, percent-encoded.
    #[must_use]
    pub fn listing_url(&self, locale: &Locale, slug: &Slug) -> String {
        format!("{}/{}", self.root(locale), segment(slug.as_str()))
    }

    /// The absolute URL of the front page of a language.
    #[must_use]
    pub fn front_url(&self, locale: &Locale) -> String {
        let root = self.root(locale);
        if root == self.site.url { format!("{root}/") } else { root }
    }

    /// Below which a locale has its pages: the default one has none where the site's pattern does not name it.
    fn root(&self, locale: &Locale) -> String {
        if *locale == self.site.default_locale && !self.site.url_pattern.names_locale() {
            return self.site.url.clone();
        }
        format!("{}/{locale}", self.site.url)
    }

    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.site.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// The short name of the site's time zone at an instant (`IST`), in a locale, for printing beside a time.
    #[must_use]
    pub fn zone_name(&self, at: Instant, locale: &Locale) -> Arc<str> {
        zone::name(&self.site.time_zone, at, locale)
    }

    /// What the clocks of the site show at an instant, as every language reads it: `2026-03-01 13:43`.
    #[must_use]
    pub fn clock(&self, at: Instant) -> String {
        at.in_zone(&self.zone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// When the clocks of the site's time zone are changed next after an instant, if ever.
    #[must_use]
    pub fn zone_changes(&self, after: Instant) -> Option<Instant> {
        self.zone().following(after.timestamp()).next().map(|change| Instant::from_micros(change.timestamp().as_microsecond()))
    }
}
