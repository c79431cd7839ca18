//! `/v1/desk/site`.

use actix_web::{get, patch, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action,
        action::{ManageSite, ReadDesk},
    },
    api::{
        State,
        extract::{IfMatch, May},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk,
    domain::{
        self, Instant, Locale,
        credit::{CreditLabels, labels},
        recency::Recency,
        rendition::RenditionsDraft,
        site::{AuthorsPublic, DeskReading, RetiredLocales, Review, SiteDraft},
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_desk_site).service(revise_site);
}

/// The site as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSite {
    /// Its name.
    #[schema(example = "The Dateline Times")]
    pub name: String,
    /// Where readers find it.
    #[schema(example = "https://news.example")]
    pub url: String,
    /// The locale of readers who ask for none.
    pub default_locale: Locale,
    /// IANA time zone that its dates are printed in.
    #[schema(example = "Asia/Kolkata")]
    pub time_zone: String,
    /// Path of an article's page: `{locale}`, `{section}`, `{slug}`, `{id}`, `{yyyy}`, `{mm}`, `{dd}`. Without `{locale}` (`/{section}/{slug}`)
    /// it is that of the default locale, and the others have theirs in front of it (`/hi/{section}/{slug}`).
    #[schema(example = "/{locale}/{section}/{slug}")]
    pub url_pattern: String,
    /// Those that it had before, the latest first: addresses that followed them lead to the present ones, and are lost when one is left out. The
    /// one that is replaced is added automatically; at most 20 with it.
    #[schema(max_items = 20)]
    pub former_url_patterns: Vec<String>,
    /// Whether translations must be approved before they are published.
    pub review: Review,
    /// What somebody reads of the desk who was granted a role only in a section or a locale.
    pub desk_reading: DeskReading,
    /// Labels of credit roles: role, then locale, then label.
    #[schema(value_type = std::collections::HashMap<String, std::collections::HashMap<String, String>>, example = json!({ "reported_by": { "en": "Reported by", "hi": "रिपोर्ट" } }))]
    pub credit_labels: CreditLabels,
    /// Which authors readers can find: those whom something public names, or all of them.
    pub authors_public: AuthorsPublic,
    /// What is answered at addresses of a locale that was retired: that they are gone, or where the page is in a locale that it falls back to, at last the default one.
    pub retired_locales: RetiredLocales,
    /// Where the frontend shows previews, with `{token}` for the token: it gets their page from `/v1/pages?preview={token}`. Null, where it shows none.
    #[schema(example = "https://news.example/preview?token={token}", max_length = 2000)]
    pub preview_url: Option<String>,
    /// The widths and ratios in which its pictures are to be had; nothing else is made of them.
    pub renditions: RenditionsDraft,
    /// Whether no story stands twice on a page: the rails of `/v1/pages` leave out what its list, or a rail before them, shows.
    pub unique_on_page: bool,
    /// How much `/v1/search` prefers what is new to what fits better.
    pub search: Recency,
    /// Newest version.
    #[schema(read_only)]
    pub version: i32,
    /// Last saved.
    #[schema(read_only)]
    pub updated_at: Instant,
}

/// What of the site can be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteInput {
    name: String,
    url: String,
    default_locale: Locale,
    time_zone: String,
    url_pattern: String,
    #[serde(default)]
    former_url_patterns: Vec<String>,
    review: Review,
    desk_reading: DeskReading,
    #[serde(default, deserialize_with = "labels")]
    #[schema(value_type = std::collections::HashMap<String, std::collections::HashMap<String, String>>)]
    credit_labels: CreditLabels,
    authors_public: AuthorsPublic,
    retired_locales: RetiredLocales,
    #[serde(default)]
    preview_url: Option<String>,
    renditions: RenditionsDraft,
    #[serde(default)]
    unique_on_page: bool,
    search: Recency,
}

/// A merge patch on it, as the contract shows it.
pub type DeskSitePatch = PatchOf<DeskSite>;

impl Resource for DeskSite {
    type Input = SiteInput;
    const READ_ONLY: &'static [&'static str] = &["version", "updated_at"];
}

impl From<SiteInput> for SiteDraft {
    fn from(s: SiteInput) -> Self {
        Self {
            name: s.name,
            url: s.url,
            default_locale: s.default_locale,
            time_zone: s.time_zone,
            url_pattern: s.url_pattern,
            former_url_patterns: s.former_url_patterns,
            review: s.review,
            desk_reading: s.desk_reading,
            credit_labels: s.credit_labels,
            authors_public: s.authors_public,
            retired_locales: s.retired_locales,
            preview_url: s.preview_url,
            renditions: s.renditions,
            unique_on_page: s.unique_on_page,
            search: s.search,
        }
    }
}

impl From<&domain::site::Site> for DeskSite {
    fn from(s: &domain::site::Site) -> Self {
        Self {
            name: s.name.clone(),
            url: s.url.clone(),
            default_locale: s.default_locale.clone(),
            time_zone: s.time_zone.clone(),
            url_pattern: s.url_pattern.as_str().to_owned(),
            former_url_patterns: s.former_url_patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
            review: s.review,
            desk_reading: s.desk_reading,
            credit_labels: s.credit_labels.clone(),
            authors_public: s.authors_public,
            retired_locales: s.retired_locales,
            preview_url: s.preview_url.clone(),
            renditions: (&s.renditions).into(),
            unique_on_page: s.unique_on_page,
            search: s.search,
            version: s.version,
            updated_at: s.updated_at,
        }
    }
}

/// Show the site as the desk keeps it.
///
/// With everything that only the desk knows of it.
#[utoipa::path(tag = "desk-site", security(("token" = [ReadDesk::NAME])),
    responses((status = 200, body = DeskSite), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/site")]
pub(crate) async fn show_desk_site(_: May<ReadDesk>, state: Data<State>) -> Result<Tagged<DeskSite>, Failure> {
    let masthead = state.store.read(store::site::masthead).await?;
    Ok(Tagged::new(DeskSite::from(&masthead.site), masthead.site.version))
}

/// Update the site.
///
/// Its addresses may change with it: former ones lead to the new ones.
#[utoipa::path(tag = "desk-site", security(("token" = [ManageSite::NAME, ManageSite::READS])), params(Expecting),
    request_body(content = DeskSitePatch, content_type = "application/merge-patch+json", example = json!({ "name": "The Dateline Times" })),
    responses((status = 200, body = DeskSite), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/site")]
pub(crate) async fn revise_site(
    May(permit): May<ManageSite>,
    expected: IfMatch,
    patch: Patch<DeskSite>,
    state: Data<State>,
) -> Result<Tagged<DeskSite>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::site::revise(tx, permit, Some(expected.version()?), |site| patch.onto(&DeskSite::from(site)).map(SiteDraft::from))
    });
    let site = revised.await?.site;
    Ok(Tagged::new(DeskSite::from(&site), site.version))
}
