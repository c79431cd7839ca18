//! For whoever runs the server.

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    State,
    problem::{Failure, Problem},
};

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Say that the process runs.
#[utoipa::path(tag = "operation", responses((status = 200, body = Health), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/health/live")]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Say that the server can answer.
///
/// Answers 503 while the database does not answer, or its schema is older than this program.
#[utoipa::path(tag = "operation", responses((status = 200, body = Health), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/health/ready")]
pub(crate) async fn ready(state: Data<State>) -> Result<Json<Health>, Failure> {
    let store = state.store.clone();
    let pending = crate::store::aside(move || store.pending_migrations()).await;
    match pending {
        Ok(0) => Ok(Json(Health { status: "ok" })),
        _ => Err(Failure::Rule(crate::domain::Error::Busy)),
    }
}
