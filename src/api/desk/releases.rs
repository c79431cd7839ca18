//! `/v1/desk/releases`.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action, Permit,
        action::{ManageReleases, Publish},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path, Query, paging},
        patching::{Patch, PatchOf, Resource},
        prepared,
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{
        self,
        releases::{Draft, ItemDraft},
    },
    domain::{
        Error, Instant, Locale, Violation,
        article::ArticleId,
        page::Sorting,
        precomputed::Depth,
        release::{Release, ReleaseId, ReleaseState},
        user::UserId,
    },
    store::{self, Tx},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_releases)
        .service(create_release)
        .service(show_release)
        .service(revise_release)
        .service(delete_release)
        .service(publish_release);
}

/// The words of an article in a locale, in a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseItem {
    /// The article.
    pub article_id: ArticleId,
    /// The locale.
    pub locale: Locale,
    /// The revision of the words that becomes public; the newest when absent.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub words_version: Option<i32>,
    /// The revision of the facts that becomes public; the newest when absent.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub facts_version: Option<i32>,
}

/// A new release.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Budget day", "items": [{ "article_id": "0198c5a1-7f00-7000-8000-000000000505", "locale": "en" }] }))]
pub struct NewRelease {
    /// What it is called.
    #[schema(min_length = 1, max_length = 1600)]
    pub name: String,
    /// When it is to be published; by hand when absent.
    #[serde(default)]
    pub publish_at: Option<Instant>,
    /// What is in it, in order.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub items: Vec<ReleaseItem>,
}

/// Articles and locales that become public together.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskRelease {
    /// Its id.
    #[schema(read_only)]
    pub id: ReleaseId,
    /// What it is called.
    pub name: String,
    /// When it is to be published.
    pub publish_at: Option<Instant>,
    /// What is in it, in order.
    pub items: Vec<ReleaseItem>,
    /// Where it stands.
    #[schema(read_only)]
    pub state: ReleaseState,
    /// What would keep it from being published at its instant, or now: pointers into it, with code and reason. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(read_only, nullable = false)]
    pub blockers: Option<Vec<Violation>>,
    /// When it was published.
    #[schema(read_only)]
    pub published_at: Option<Instant>,
    /// Who said when: it is published in their name, as far as they may then.
    #[schema(read_only)]
    pub planned_by: Option<UserId>,
    /// When it could not be.
    #[schema(read_only)]
    pub failed_at: Option<Instant>,
    /// Why it could not be.
    #[schema(read_only)]
    pub failure: Option<String>,
    /// Its newest version.
    #[schema(read_only)]
    pub version: i32,
    /// Who made it.
    #[schema(read_only)]
    pub created_by: Option<UserId>,
    /// When it was made.
    #[schema(read_only)]
    pub created_at: Instant,
    /// When it was last changed.
    #[schema(read_only)]
    pub updated_at: Instant,
}

/// A merge patch on it, as the contract shows it.
pub type DeskReleasePatch = PatchOf<DeskRelease>;

impl Resource for DeskRelease {
    type Input = NewRelease;
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "version",
        "created_by",
        "created_at",
        "updated_at",
        "state",
        "blockers",
        "published_at",
        "planned_by",
        "failed_at",
        "failure",
    ];
}

impl From<NewRelease> for Draft {
    fn from(sent: NewRelease) -> Self {
        let item = |i: ReleaseItem| ItemDraft {
            article_id: i.article_id,
            locale: i.locale,
            words_version: i.words_version,
            facts_version: i.facts_version,
        };
        Self { name: sent.name, publish_at: sent.publish_at, items: sent.items.into_iter().map(item).collect() }
    }
}

fn shown<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, r: Release) -> Result<DeskRelease, Error> {
    let at = r.publish_at.unwrap_or(tx.now()).max(tx.now());
    let blockers = if r.published_at.is_some() { Vec::new() } else { desk::releases::blockers(tx, permit, &r.items, at, Depth::Look)? };
    Ok(with_blockers((r, blockers)))
}

fn with_blockers((release, blockers): (Release, Vec<Violation>)) -> DeskRelease {
    DeskRelease { blockers: Some(blockers), ..listed(release) }
}

/// A release without a look at what blocks it, which takes a look at every word in it.
fn listed(r: Release) -> DeskRelease {
    let item = |i: &crate::domain::release::Item| ReleaseItem {
        article_id: i.article_id,
        locale: i.locale.clone(),
        words_version: Some(i.revisions.words),
        facts_version: Some(i.revisions.facts),
    };
    DeskRelease {
        id: r.id,
        state: r.state(),
        items: r.items.iter().map(item).collect(),
        name: r.name,
        publish_at: r.publish_at,
        blockers: None,
        published_at: r.published_at,
        planned_by: r.planned_by,
        failed_at: r.failed_at,
        failure: r.failure,
        version: r.version,
        created_by: r.created_by,
        created_at: r.created_at,
        updated_at: r.updated_at,
    }
}

fn tagged(shown: DeskRelease) -> Tagged<DeskRelease> {
    let version = shown.version;
    Tagged::new(shown, version)
}

/// Which releases a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListReleases {
    /// In this state.
    #[param(inline)]
    state: Option<ReleaseState>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

/// List releases, the newest first.
///
/// Those of which you read every word; with nothing in it yet, those you began.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ManageReleases::NAME, ManageReleases::READS])), params(ListReleases),
    responses((status = 200, body = Listing<DeskRelease>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/releases")]
pub(crate) async fn list_releases(
    May(permit): May<ManageReleases>,
    query: Query<ListReleases>,
    state: Data<State>,
) -> Result<Listing<DeskRelease>, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), None, Sorting::Releases)?;
    let page = state.store.read(move |tx| store::releases::page(tx, &permit.visibility(), query.0.state, paging)).await?;
    Ok(page.map(listed).into())
}

/// Create a release: articles and locales that become public at once, all or none.
///
/// With `publish_at` the scheduler publishes it then; what would block it is refused now.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ManageReleases::NAME, ManageReleases::READS, Publish::NAME])), request_body = NewRelease,
    responses((status = 201, body = DeskRelease), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/releases")]
pub(crate) async fn create_release(
    May(permit): May<ManageReleases>,
    sent: Body<NewRelease>,
    state: Data<State>,
) -> Result<Tagged<DeskRelease>, Failure> {
    let draft = Draft::from(sent.0);
    let made = prepared::write(&state.store, permit, move |tx, permit| desk::releases::create(tx, permit, draft.clone()));
    let made = with_blockers(made.await?);
    let path = format!("/v1/desk/releases/{}", made.id);
    Ok(tagged(made).created(path))
}

/// Show a release, with what blocks it.
///
/// With all that is on it.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ManageReleases::NAME, ManageReleases::READS])), params(("id" = ReleaseId, Path)),
    responses((status = 200, body = DeskRelease), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/releases/{id}")]
pub(crate) async fn show_release(
    May(permit): May<ManageReleases>,
    id: Path<ReleaseId>,
    state: Data<State>,
) -> Result<Tagged<DeskRelease>, Failure> {
    let found = state.store.read(move |tx| {
        let release = store::releases::find(tx, &permit.visibility(), *id)?;
        shown(tx, &permit, release)
    });
    Ok(tagged(found.await?))
}

/// Update a release that was not published yet.
///
/// Needs the right over what was in it and over what is in it then. Whoever saves it with an instant answers for it at that instant.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ManageReleases::NAME, ManageReleases::READS, Publish::NAME])), params(("id" = ReleaseId, Path), Expecting),
    request_body(content = DeskReleasePatch, content_type = "application/merge-patch+json", example = json!({ "publish_at": "2099-03-02T00:30:00Z" })),
    responses((status = 200, body = DeskRelease), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/releases/{id}")]
pub(crate) async fn revise_release(
    May(permit): May<ManageReleases>,
    id: Path<ReleaseId>,
    expected: IfMatch,
    patch: Patch<DeskRelease>,
    state: Data<State>,
) -> Result<Tagged<DeskRelease>, Failure> {
    let revised = prepared::write(&state.store, permit, move |tx, permit| {
        let patch = if patch.names("blockers") {
            let present = store::releases::find(tx, &permit.visibility(), *id)?;
            if present.version != expected.version()? {
                return Err(Error::stale("release", present.version));
            }
            patch.unchanged("blockers", &shown(tx, &permit, present)?.blockers)?
        } else {
            patch.clone()
        };
        let with = |present: &Release| patch.onto(&listed(present.clone())).map(Draft::from);
        desk::releases::revise(tx, permit, *id, expected.version()?, with)
    });
    Ok(tagged(with_blockers(revised.await?)))
}

/// Delete a release; what it published stays public.
///
/// What is on it stays as it is; one that was published cannot be removed.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ManageReleases::NAME, ManageReleases::READS])), params(("id" = ReleaseId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/releases/{id}")]
pub(crate) async fn delete_release(
    May(permit): May<ManageReleases>,
    id: Path<ReleaseId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::releases::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Publish a release now, all of it or nothing.
///
/// What blocks it is in `errors` of the refusal, each with a pointer to the item.
#[utoipa::path(tag = "desk-publishing", security(("token" = [Publish::NAME, Publish::READS])), params(("id" = ReleaseId, Path), Expecting),
    responses((status = 200, body = DeskRelease), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/releases/{id}/publish")]
pub(crate) async fn publish_release(
    May(permit): May<Publish>,
    id: Path<ReleaseId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskRelease>, Failure> {
    let published = prepared::write(&state.store, permit, move |tx, permit| {
        let published = desk::releases::publish(tx, permit.clone(), *id, expected.version()?)?;
        shown(tx, &permit, published)
    });
    Ok(tagged(published.await?))
}
