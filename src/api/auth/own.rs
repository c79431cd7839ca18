//! What everybody does with their own account: no role is needed, and a token that is limited to some actions is not enough.

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Me, State, account, too_soon, verified};
use crate::{
    access::{
        Caller, password,
        secret::Secret,
        throttle::{self, Rank},
    },
    api::{
        extract::{Body, InSession, Origin, Path, Query, SignedIn, paging},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::Listing,
    },
    desk::{self, account::wrong_password, sign_ins::KNOWN_SECONDS},
    domain::{
        Error, Id, Instant,
        network::Network,
        page::Sorting,
        user::{Session, check_password_at},
    },
    store::{self, sessions::Listed},
};

/// What of oneself can be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeInput {
    /// The name.
    #[schema(min_length = 1, max_length = 1600)]
    name: String,
}

/// A merge patch on it, as the contract shows it.
pub type MePatch = PatchOf<Me>;

impl Resource for Me {
    type Input = MeInput;
    const READ_ONLY: &'static [&'static str] = &["id", "kind", "email", "second_factor", "single_sign_on", "grants", "permissions"];
}

/// The password that is, and the one that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "current": "a-long-sentence-of-yours", "new": "another-long-sentence-of-yours" }))]
pub struct NewPassword {
    /// The present one.
    #[schema(value_type = String, max_length = 512, format = Password)]
    current: Secret<String>,
    /// The next one.
    #[schema(value_type = String, min_length = 12, max_length = 128, format = Password)]
    new: Secret<String>,
}

/// The id of a session.
type SessionId = Id<Session>;

/// A session of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionInfo {
    /// Its id.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The network that it was begun from.
    #[schema(example = "192.0.2.7")]
    pub network: String,
    /// The actions that its tokens are limited to; nothing when they are limited to none.
    pub scope: Option<Vec<String>>,
    /// When it began.
    pub created_at: Instant,
    /// When it ends at the latest.
    pub expires_at: Instant,
}

/// A page of sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSessions {
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// Update one's own name.
///
/// Colleagues are shown it from then on, wherever they were shown the former one.
#[utoipa::path(tag = "auth", security(("token" = [])),
    request_body(content = MePatch, content_type = "application/merge-patch+json", example = json!({ "name": "Asha Rao" })),
    responses((status = 200, body = Me), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/me")]
pub(crate) async fn revise_me(SignedIn(caller): SignedIn, patch: Patch<Me>, state: Data<State>) -> Result<Json<Me>, Failure> {
    let me = caller.myself()?;
    let name = patch.onto(&Me::of(&caller)?)?.name;
    let permissions = caller.permissions();
    let user = state.store.write(caller, move |tx, _| desk::account::rename(tx, me, &name)).await?;
    Ok(Json(Me::with(&user, permissions)))
}

/// Change one's own password.
///
/// All other sessions end. Wrong ones are counted as those of a sign-in are: after several the answer is 429, and `Retry-After` says when to try again.
#[utoipa::path(tag = "auth", security(("token" = [])), request_body = NewPassword,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/password")]
pub(crate) async fn change_password(
    SignedIn(caller): SignedIn,
    InSession(session): InSession,
    from: Origin,
    sent: Body<NewPassword>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (me, session) = (caller.myself()?, session.session());
    let NewPassword { current, new } = sent.0;
    let new = check_password_at("#/new", new.expose())?;
    let before = shown(&caller, current, from.0, &state).await?.ok_or_else(wrong_password)?;
    let shared = state.clone();
    let hash = state.hashing.run(Rank::Known, move || password::hash(&new, shared.store.entropy())).await?;
    state.store.write(caller, move |tx, _| desk::account::change_password(tx, me, session, (&before, &hash))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The hash of one's own password, when it is the one that was shown; a wrong one counts as one of a sign-in does.
pub(super) async fn shown(caller: &Caller, current: Secret<String>, from: Network, state: &Data<State>) -> Result<Option<String>, Failure> {
    let me = caller.myself()?;
    let address = caller.as_user().and_then(|user| user.email.clone()).ok_or(Error::Unauthenticated)?;
    let account = account(state, &address);
    let refused = |refused: throttle::Refused| too_soon(state, Some(me.id()), from, refused.seconds);
    state.sign_ins.look(account, from, state.store.now()).map_err(refused)?;
    let since = state.store.now().plus_seconds(-KNOWN_SECONDS);
    let door = state.store.read(move |tx| store::users::at_the_door(tx, &address, from, since)).await?;
    let door = door.filter(|door| door.user == me.id()).ok_or(Error::Unauthenticated)?;
    let attempt = state.sign_ins.admit(&state.store, account, from, door.known).await?.map_err(refused)?;
    let kept = door.password_hash.clone();
    match state.hashing.run(attempt.rank, verified(state, current, kept, Some(me.id()), attempt, from)).await {
        Ok(true) => {
            state.sign_ins.passed(&state.store, attempt).await;
            Ok(door.password_hash)
        }
        Ok(false) => Ok(None),
        Err(error) => {
            state.sign_ins.take_back(&state.store, attempt).await;
            Err(error.into())
        }
    }
}

/// List one's own sessions, newest first.
///
/// Each with when it began, from which network, and when it ends; the one that asks is marked.
#[utoipa::path(tag = "auth", security(("token" = [])), params(ListSessions),
    responses((status = 200, body = Listing<SessionInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sessions")]
pub(crate) async fn list_sessions(
    SignedIn(caller): SignedIn,
    InSession(session): InSession,
    query: Query<ListSessions>,
    state: Data<State>,
) -> Result<Listing<SessionInfo>, Failure> {
    let (me, current) = (caller.myself()?, session.session());
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, Sorting::Sessions)?;
    let page = state.store.read(move |tx| store::sessions::page(tx, me, paging)).await?;
    let told = |Listed { id, scope, created_at, expires_at, network }: Listed| SessionInfo {
        id,
        current: id == current,
        network,
        scope: scope.map(|words| words.split_whitespace().map(str::to_owned).collect()),
        created_at,
        expires_at,
    };
    Ok(page.map(told).into())
}

/// End one of one's own sessions.
///
/// Its access tokens and refresh tokens work no more.
#[utoipa::path(tag = "auth", security(("token" = [])), params(("id" = SessionId, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/sessions/{id}")]
pub(crate) async fn end_session(SignedIn(caller): SignedIn, id: Path<SessionId>, state: Data<State>) -> Result<HttpResponse, Failure> {
    let me = caller.myself()?;
    state.store.write(caller, move |tx, _| store::sessions::end_own(tx, me, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
