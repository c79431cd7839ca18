//! `/v1/desk/audit`: who did what, when, from where and why.

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    access::{Action, action::ReadAudit},
    api::{
        State,
        extract::{May, Query, paging},
        problem::{Failure, Problem},
        reply::Listing,
    },
    domain::{Instant, Locale, change::Event, page::Sorting},
    store::{
        self,
        audit::{Audited, Filter},
    },
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_audit);
}

/// Which entries are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAudit {
    /// By this user: their id, or `importer`, `operator`, `scheduler`.
    #[param(max_length = 100)]
    actor: Option<String>,
    /// That this happened.
    #[param(inline)]
    event: Option<Event>,
    /// To this kind of thing: `article`, `translation`, `section`, `user`, …; `sign_in` where it is not known as whom; `signing_key`, whose name is the reason.
    #[param(max_length = 100)]
    kind: Option<String>,
    /// To the thing with this id.
    #[param(value_type = Option<String>, format = Uuid)]
    subject: Option<Uuid>,
    /// In this request.
    #[param(max_length = 100)]
    request_id: Option<String>,
    /// From this instant on.
    #[param(inline)]
    from: Option<Instant>,
    /// Before this instant.
    #[param(inline)]
    until: Option<Instant>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

/// One thing that was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its number in the change log: without gaps, in the order of commits.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// What happened.
    pub event: Event,
    /// To what kind of thing.
    #[schema(example = "article")]
    pub kind: String,
    /// To which one.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub subject_id: Option<Uuid>,
    /// In which locale.
    pub locale: Option<Locale>,
    /// By whom: the id of a user, or `importer`, `operator`, `scheduler`; `nobody` for whoever was not let in (`refused`).
    pub actor: String,
    /// Their name, when it was a user.
    pub actor_name: Option<String>,
    /// Whether it was a user who has left.
    pub actor_former: bool,
    /// From which network address; of a refusal over IPv6, the network of 64 bits.
    #[schema(example = "192.0.2.7")]
    pub origin: String,
    /// The reason that was given; empty when none was.
    pub reason: String,
    /// In which request.
    pub request_id: String,
}

impl From<Audited> for AuditEntry {
    fn from(a: Audited) -> Self {
        Self {
            seq: a.seq,
            at: a.at,
            event: a.event,
            kind: a.kind,
            subject_id: a.subject,
            locale: a.locale,
            actor: a.actor,
            actor_former: a.actor_named.as_ref().is_some_and(|named| named.former),
            actor_name: a.actor_named.map(|named| named.name),
            origin: a.origin,
            reason: a.reason,
            request_id: a.request_id,
        }
    }
}

/// List who did what, when, from where and why; the newest first.
///
/// The latest first: who did what with which thing, from where, and why, where a reason was needed; as far as whoever asks may see these things.
#[utoipa::path(tag = "desk-users", security(("token" = [ReadAudit::NAME])), params(ListAudit),
    responses((status = 200, body = Listing<AuditEntry>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/audit")]
pub(crate) async fn list_audit(
    May(permit): May<ReadAudit>,
    query: Query<ListAudit>,
    state: Data<State>,
) -> Result<Listing<AuditEntry>, Failure> {
    let q = query.0;
    let paging = paging(q.limit, q.cursor.as_deref(), None, Sorting::Audit)?;
    let filter =
        Filter { actor: q.actor, event: q.event, kind: q.kind, subject: q.subject, request_id: q.request_id, from: q.from, until: q.until };
    let page = state.store.read(move |tx| store::audit::audit(tx, &permit, &filter, paging)).await?;
    Ok(page.map(AuditEntry::from).into())
}
