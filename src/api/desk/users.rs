//! `/v1/desk/users` and their grants.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action,
        action::{ManageUsers, ReadUsers},
        password,
        secret::Secret,
        throttle::Rank,
    },
    api::{
        State,
        auth::GrantInfo,
        extract::{Body, IfMatch, May, Path, Query, paging},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{
        self,
        users::{Draft, GrantDraft},
    },
    domain::{
        Error, Instant, Locale,
        page::Sorting,
        section::SectionId,
        user::{self, GrantId, Role, UserId, UserKind, UserStatus, check_password},
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_users)
        .service(create_user)
        .service(create_service_account)
        .service(show_user)
        .service(revise_user)
        .service(delete_user)
        .service(list_grants)
        .service(create_grant)
        .service(delete_grant);
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskUser {
    /// Their id.
    #[schema(read_only)]
    pub id: UserId,
    /// A person, or a service account.
    #[schema(read_only)]
    pub kind: UserKind,
    /// What they sign in with; null for a service account.
    #[schema(example = "asha@example.org")]
    pub email: Option<String>,
    /// Their name.
    #[schema(example = "Asha Rao")]
    pub name: String,
    /// Whether they may sign in; the API keys of whoever may not are refused.
    pub status: UserStatus,
    /// Whether they have a password; who has none comes in by a link.
    #[schema(read_only)]
    pub has_password: bool,
    /// Whether signing in takes a second factor.
    #[schema(read_only)]
    pub second_factor: bool,
    /// Whether the word of the OpenID provider lets them in.
    #[schema(read_only)]
    pub single_sign_on: bool,
    /// What they were granted; written at `…/grants`.
    #[schema(read_only)]
    pub grants: Vec<GrantInfo>,
    /// Newest version.
    #[schema(read_only)]
    pub version: i32,
    /// First saved.
    #[schema(read_only)]
    pub created_at: Instant,
    /// Last saved.
    #[schema(read_only)]
    pub updated_at: Instant,
}

/// A role to be held, everywhere or within limits.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "role": "translator", "locale": "kn" }))]
pub struct NewGrant {
    /// The role.
    pub role: Role,
    /// Only in this section and below it.
    #[serde(default)]
    pub section_id: Option<SectionId>,
    /// Only in this locale.
    #[serde(default)]
    pub locale: Option<Locale>,
}

/// Somebody new.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "asha@example.org", "name": "Asha Rao", "grants": [{ "role": "editor" }] }))]
pub struct NewUser {
    /// What they sign in with.
    #[schema(max_length = 254)]
    pub email: String,
    /// Their name.
    #[schema(min_length = 1, max_length = 1600)]
    pub name: String,
    /// Their password; better none, and a link by which they set it themselves.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 12, max_length = 128, format = Password)]
    pub password: Option<Secret<String>>,
    /// What they are granted.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub grants: Vec<NewGrant>,
}

/// A new service account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Wire service", "grants": [{ "role": "contributor" }] }))]
pub struct NewServiceAccount {
    /// What it is called, in histories and among colleagues as well.
    #[schema(min_length = 1, max_length = 1600)]
    pub name: String,
    /// What it is granted.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub grants: Vec<NewGrant>,
}

/// Which users are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListUsers {
    /// Only people, or only service accounts.
    #[param(inline)]
    kind: Option<UserKind>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// What of a user can be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInput {
    email: Option<String>,
    name: String,
    status: UserStatus,
    /// A new password; never shown.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 12, max_length = 128, format = Password)]
    password: Option<Secret<String>>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskUserPatch = PatchOf<DeskUser>;

impl Resource for DeskUser {
    type Input = UserInput;
    const READ_ONLY: &'static [&'static str] =
        &["id", "kind", "has_password", "second_factor", "single_sign_on", "grants", "version", "created_at", "updated_at"];
}

impl From<NewGrant> for GrantDraft {
    fn from(g: NewGrant) -> Self {
        Self { role: g.role, section: g.section_id, locale: g.locale }
    }
}

impl From<&user::User> for DeskUser {
    fn from(u: &user::User) -> Self {
        Self {
            id: u.id,
            kind: u.kind(),
            email: u.email.clone(),
            name: u.name.clone(),
            status: u.status,
            has_password: u.has_password,
            second_factor: u.second_factor,
            single_sign_on: u.single_sign_on,
            grants: u.grants.iter().map(GrantInfo::from).collect(),
            version: u.version,
            created_at: u.created_at,
            updated_at: u.updated_at,
        }
    }
}

fn granted(user: &user::User) -> Vec<GrantDraft> {
    user.grants.iter().map(|g| GrantDraft { role: g.role, section: g.section, locale: g.locale.clone() }).collect()
}

fn draft(user: &user::User, grants: Vec<GrantDraft>) -> Draft {
    Draft { email: user.email.clone(), name: user.name.clone(), status: user.status, grants }
}

fn tagged(user: &user::User) -> Tagged<DeskUser> {
    Tagged::new(DeskUser::from(user), user.version)
}

async fn hashed(state: &Data<State>, password: &Secret<String>) -> Result<String, Error> {
    let password = check_password(password.expose())?;
    let shared = state.clone();
    state.hashing.run(Rank::Known, move || password::hash(&password, shared.store.entropy())).await
}

/// List users.
///
/// Whoever may sign in, and whoever was suspended; service accounts among them.
#[utoipa::path(tag = "desk-users", security(("token" = [ReadUsers::NAME])), params(ListUsers),
    responses((status = 200, body = Listing<DeskUser>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/users")]
pub(crate) async fn list_users(
    May(permit): May<ReadUsers>,
    query: Query<ListUsers>,
    state: Data<State>,
) -> Result<Listing<DeskUser>, Failure> {
    permit.everywhere()?;
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, Sorting::Users)?;
    let kind = query.0.kind;
    let page = state.store.read(move |tx| store::users::page(tx, kind, paging)).await?;
    Ok(page.map(|u| DeskUser::from(&u)).into())
}

/// Create a user.
///
/// With what they are granted. With a password they can sign in at once; without, they are invited by `POST /v1/desk/users/{id}/password-link`, and set one themselves.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), request_body = NewUser,
    responses((status = 201, body = DeskUser), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/users")]
pub(crate) async fn create_user(
    May(permit): May<ManageUsers>,
    sent: Body<NewUser>,
    state: Data<State>,
) -> Result<Tagged<DeskUser>, Failure> {
    permit.everywhere()?;
    let NewUser { email, name, password, grants } = sent.0;
    let draft = Draft { email: Some(email), name, status: UserStatus::Active, grants: grants.into_iter().map(GrantDraft::from).collect() };
    let hash = match &password {
        Some(password) => hashed(&state, password).await,
        None => Ok(password::NONE.to_owned()),
    };
    let hash = match hash {
        // Everything is told at once, though what else is wrong would be seen only where it is made.
        Err(Error::Invalid(of_password)) => {
            let all = state.store.read(move |tx| desk::users::look_over(tx, &draft, of_password)).await;
            return Err(all.err().unwrap_or_else(|| Error::internal("a password was refused and taken")).into());
        }
        hashed => hashed?,
    };
    let made = state.store.write(permit, move |tx, permit| desk::users::create(tx, permit, &draft, &hash)).await?;
    Ok(tagged(&made).created(format!("/v1/desk/users/{}", made.id)))
}

/// Create a service account: a user for a program.
///
/// It has grants as anybody has, and is named where people are; it has no address and no password, so that nobody signs in as it. Give it API keys.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), request_body = NewServiceAccount,
    responses((status = 201, body = DeskUser), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/service-accounts")]
pub(crate) async fn create_service_account(
    May(permit): May<ManageUsers>,
    sent: Body<NewServiceAccount>,
    state: Data<State>,
) -> Result<Tagged<DeskUser>, Failure> {
    let NewServiceAccount { name, grants } = sent.0;
    let grants: Vec<_> = grants.into_iter().map(GrantDraft::from).collect();
    let made = state.store.write(permit, move |tx, permit| desk::users::create_service(tx, permit, name.clone(), grants.clone())).await?;
    Ok(tagged(&made).created(format!("/v1/desk/users/{}", made.id)))
}

/// Show a user.
///
/// With what they were granted.
#[utoipa::path(tag = "desk-users", security(("token" = [ReadUsers::NAME])), params(("id" = UserId, Path)),
    responses((status = 200, body = DeskUser), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/users/{id}")]
pub(crate) async fn show_user(May(permit): May<ReadUsers>, id: Path<UserId>, state: Data<State>) -> Result<Tagged<DeskUser>, Failure> {
    permit.everywhere()?;
    Ok(tagged(&state.store.read(move |tx| store::users::find(tx, *id)).await?))
}

/// Update a user.
///
/// A new password or another status ends their sessions at once; the API keys of whoever is suspended are refused. A service account has neither
/// address nor password.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path), Expecting),
    request_body(content = DeskUserPatch, content_type = "application/merge-patch+json", example = json!({ "status": "suspended" })),
    responses((status = 200, body = DeskUser), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/users/{id}")]
pub(crate) async fn revise_user(
    May(permit): May<ManageUsers>,
    id: Path<UserId>,
    expected: IfMatch,
    patch: Patch<DeskUser>,
    state: Data<State>,
) -> Result<Tagged<DeskUser>, Failure> {
    permit.everywhere()?;
    let expected = expected.version()?;
    // The password is hashed before the transaction begins, which must not wait for it.
    let before = {
        let id = *id;
        state.store.read(move |tx| store::users::find(tx, id)).await?
    };
    let hash = match patch.onto(&DeskUser::from(&before))?.password {
        Some(password) => Some(hashed(&state, &password).await?),
        None => None,
    };
    let revised = state.store.write(permit, move |tx, permit| {
        desk::users::revise(tx, permit, *id, expected, hash.as_deref(), |user| {
            let input = patch.onto(&DeskUser::from(user))?;
            Ok(Draft { email: input.email, name: input.name, status: input.status, grants: granted(user) })
        })
    });
    Ok(tagged(&revised.await?))
}

/// Delete a user.
///
/// They are out at the next request, and nobody's from then on: every operation answers as it does for an id that never was. Password, second factor, identity, sessions,
/// API keys, links, mails not sent, grants, assignments and mentions of them go with them, and their address is free. Whoever has done anything is kept as a former user: a
/// name, which histories go on telling, with `former`. Who wants that gone as well renames them first: no name is kept anywhere else. Nobody comes back: a user with
/// the same address is a new one. What they have planned fails, and their previews end. The last administrator stays (409).
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/users/{id}")]
pub(crate) async fn delete_user(
    May(permit): May<ManageUsers>,
    id: Path<UserId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::users::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List what a user was granted.
///
/// Roles, each everywhere or within a section and a locale.
#[utoipa::path(tag = "desk-users", security(("token" = [ReadUsers::NAME])), params(("id" = UserId, Path)),
    responses((status = 200, body = Listing<GrantInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/users/{id}/grants")]
pub(crate) async fn list_grants(May(permit): May<ReadUsers>, id: Path<UserId>, state: Data<State>) -> Result<Listing<GrantInfo>, Failure> {
    permit.everywhere()?;
    let user = state.store.read(move |tx| store::users::find(tx, *id)).await?;
    Ok(Listing::whole(user.grants.iter().map(GrantInfo::from).collect()))
}

/// Grant a role to a user.
///
/// `If-Match` names the version of the user; their sessions end, so that the next sign-in has the new rights.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path), Expecting), request_body = NewGrant,
    responses((status = 201, body = DeskUser), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/users/{id}/grants")]
pub(crate) async fn create_grant(
    May(permit): May<ManageUsers>,
    id: Path<UserId>,
    expected: IfMatch,
    sent: Body<NewGrant>,
    state: Data<State>,
) -> Result<Tagged<DeskUser>, Failure> {
    let asked = GrantDraft::from(sent.0);
    let grant = asked.clone();
    let revised = state.store.write(permit, move |tx, permit| {
        desk::users::revise(tx, permit, *id, expected.version()?, None, |user| {
            let mut grants = granted(user);
            grants.push(grant);
            Ok(draft(user, grants))
        })
    });
    let revised = revised.await?;
    let made = revised.grants.iter().find(|g| (g.role, g.section, &g.locale) == (asked.role, asked.section, &asked.locale));
    let made = made.ok_or_else(|| Error::internal("a grant is not among those of its user"))?;
    Ok(tagged(&revised).created(format!("/v1/desk/users/{}/grants/{}", revised.id, made.id)))
}

/// Revoke a grant.
///
/// They may no longer do what it allowed; their tokens are not good any more, and they sign in again.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path), ("grant_id" = GrantId, Path), Expecting),
    responses((status = 200, body = DeskUser), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/users/{id}/grants/{grant_id}")]
pub(crate) async fn delete_grant(
    May(permit): May<ManageUsers>,
    at: Path<(UserId, GrantId)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskUser>, Failure> {
    let (id, grant) = at.into_inner();
    let revised = state.store.write(permit, move |tx, permit| {
        desk::users::revise(tx, permit, id, expected.version()?, None, |user| {
            if !user.grants.iter().any(|g| g.id == grant) {
                return Err(Error::NotFound("grant"));
            }
            let kept = user.grants.iter().filter(|g| g.id != grant);
            Ok(draft(user, kept.map(|g| GrantDraft { role: g.role, section: g.section, locale: g.locale.clone() }).collect()))
        })
    });
    Ok(tagged(&revised.await?))
}
