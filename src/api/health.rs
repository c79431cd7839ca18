//! For whoever runs the server.
//!
//! **Decision.** `live` asks nothing of anybody and fails only when a restart is the one thing that helps: everybody who may write computes
//! without end. `ready` is a reader: it never enters the write queue, and it answers within `TIMEOUT` whatever the database does. A server
//! that is busy is ready; one whose writer is held for too long, or whose database does not answer, is not, and says which. Where nothing can
//! be written because the disk is full, or the database can only be read, it is ready and `degraded`: that befalls every instance over the
//! database at once, and whoever took them out of the balancer for it would shut out the readers, who are answered as ever.

use std::time::Duration;

use actix_web::{
    get,
    rt::time::timeout,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    State,
    problem::{Checks, Failure, Problem},
};
use crate::store::{Store, write_health::Stopped};

/// How long the database may take to answer before the server says that it is not ready.
const TIMEOUT: Duration = Duration::from_millis(1_500);
const _: () = assert!(TIMEOUT.as_millis() < 2_000, "it answers within two seconds, as docs/operating.md promises");

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`; or `degraded`, when readers are answered and nothing can be written.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// What works; of `/health/ready` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub checks: Option<Checks>,
}

/// Check that the process runs.
///
/// Answers 503 only when it can never write again, so that nothing but a restart helps.
#[utoipa::path(tag = "operation", responses((status = 200, body = Health), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/health/live")]
pub(crate) async fn live(state: Data<State>) -> Result<Json<Health>, Failure> {
    if state.store.is_stuck() {
        return Err(Failure::NotReady(checks(None, &state.store)));
    }
    Ok(Json(Health { status: "ok", checks: None }))
}

/// Check that the server can answer, and be written to.
///
/// Answers 503 while the database does not answer, its schema is older than this program, or somebody holds a writer for too long. While the disk
/// is full, or the database can only be read, it is 200 and `degraded`, for readers are answered.
#[utoipa::path(tag = "operation", responses((status = 200, body = Health), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/health/ready")]
pub(crate) async fn ready(state: Data<State>) -> Result<Json<Health>, Failure> {
    let missing = match timeout(TIMEOUT, state.store.missing_migrations()).await {
        Ok(Ok(missing)) => Some(missing),
        _ => None,
    };
    let checks = checks(missing, &state.store);
    let status = match checks.writing_stopped {
        None => "ok",
        Some(HELD) => return Err(Failure::NotReady(checks)),
        Some(_) => "degraded",
    };
    if checks.schema == Some(true) { Ok(Json(Health { status, checks: Some(checks) })) } else { Err(Failure::NotReady(checks)) }
}

/// Somebody holds a writer for longer than the limit.
const HELD: &str = "held";

fn checks(missing: Option<usize>, store: &Store) -> Checks {
    let durations = store.write_durations();
    let stopped = store.writes_stopped().map(|stopped| match stopped {
        Stopped::DiskFull => "disk-full",
        Stopped::ReadOnly => "read-only",
        Stopped::Unavailable => "database-unavailable",
    });
    let writing_stopped = if durations.too_long { Some(HELD) } else { stopped };
    Checks {
        database: missing.is_some(),
        schema: missing.map(|missing| missing == 0),
        writing: writing_stopped.is_none(),
        writing_stopped,
        turns: durations.writes,
        turn_seconds: durations.seconds,
    }
}
