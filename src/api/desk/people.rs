//! `/v1/desk/people`: who the colleagues are.

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        Action,
        action::{self, ReadPeople},
    },
    api::{
        State,
        extract::{May, Query, paging},
        problem::{Failure, Problem},
        reply::Listing,
    },
    desk::{self, account::Wanted},
    domain::{
        Error, Locale,
        page::Sorting,
        section::SectionId,
        user::{Role, UserId, UserKind},
    },
    store::people,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_people);
}

/// What a colleague may do where.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColleagueGrant {
    /// The role.
    pub role: Role,
    /// Only in this section and below it.
    pub section_id: Option<SectionId>,
    /// Only in this locale.
    pub locale: Option<Locale>,
}

/// A colleague.
#[derive(Debug, Serialize, ToSchema)]
pub struct Colleague {
    /// Their id.
    pub id: UserId,
    /// Their name.
    #[schema(example = "Asha Rao")]
    pub name: String,
    /// A person, or a service account.
    pub kind: UserKind,
    /// What they may do where.
    pub grants: Vec<ColleagueGrant>,
}

/// Whom among the colleagues somebody looks for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPeople {
    /// With this text in their name, without regard to case, accents, width and what does not show.
    text: Option<String>,
    /// Who may do this, such as `article.publish`, over more than what is their own.
    may: Option<String>,
    /// Who may do it in this section; who has any grant there, without `may`.
    #[param(inline)]
    section: Option<SectionId>,
    /// Who may do it in this locale; who has any grant there, without `may`.
    #[param(inline)]
    locale: Option<Locale>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

impl From<people::Colleague> for Colleague {
    fn from(c: people::Colleague) -> Self {
        let grants = c.grants.into_iter().map(|g| ColleagueGrant { role: g.role, section_id: g.section, locale: g.locale });
        Self { id: c.id, name: c.name, kind: c.kind, grants: grants.collect() }
    }
}

/// List the colleagues who may sign in, by name: whom words can be assigned to, and who can be asked.
///
/// With what they may do, and where; `may` lists those alone who may do something, in a section or a locale where these are named.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReadPeople::NAME])), params(ListPeople),
    responses((status = 200, body = Listing<Colleague>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/people")]
pub(crate) async fn list_people(
    May(permit): May<ReadPeople>,
    query: Query<ListPeople>,
    state: Data<State>,
) -> Result<Listing<Colleague>, Failure> {
    let q = query.0;
    let known = |word: String| {
        let found = action::ALL.iter().copied().find(|action| *action == word);
        found.ok_or_else(|| Error::invalid("?may", "unknown_action", "there is no such action"))
    };
    let wanted = Wanted { text: q.text, may: q.may.map(known).transpose()?, section: q.section, locale: q.locale };
    let paging = paging(q.limit, q.cursor.as_deref(), q.count, Sorting::People)?;
    let page = state.store.read(move |tx| desk::account::people(tx, &permit, &wanted, paging)).await?;
    Ok(page.map(Colleague::from).into())
}
