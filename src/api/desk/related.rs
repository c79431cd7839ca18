//! `/v1/desk/articles/{id}/related`: which stories lead on from one, as editors say.

use actix_web::{get, put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action,
        action::{EditArticle, ReadArticle},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk::relating::{self as desk, Standing},
    domain::{Locale, article::ArticleId, related::Choices},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_related_choices).service(replace_related_choices);
}

/// A pin that readers of some languages are not shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnshownPin {
    /// Where it stands.
    #[schema(example = "#/pinned/0")]
    pub pointer: String,
    /// The public locales in which the article is live, and the pin is not.
    pub locales: Vec<Locale>,
}

/// What editors say of the stories that lead on from an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedChoices {
    /// Those that come first, in this order, in each language that they are live in.
    #[schema(max_items = 10)]
    pub pinned: Vec<ArticleId>,
    /// Those that never come.
    #[schema(max_items = 100)]
    pub banned: Vec<ArticleId>,
    /// What is pinned that is not live wherever the article is.
    pub left_out: Vec<UnshownPin>,
    /// Newest version; 1 where nobody has said anything yet.
    pub version: i32,
}

/// What is to be said of the stories that lead on from an article.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "pinned": ["0198c5a1-7f00-7000-8000-000000000081"], "banned": [] }))]
pub struct NewRelatedChoices {
    /// Those that are to come first, in this order, in each language that they are live in.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub pinned: Vec<ArticleId>,
    /// Those that are never to come.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub banned: Vec<ArticleId>,
}

fn tagged(standing: Standing) -> Tagged<RelatedChoices> {
    let Standing { chosen, left_out } = standing;
    let Choices { pinned, banned } = chosen.choices;
    let left_out = left_out.into_iter().map(|(n, locales)| UnshownPin { pointer: format!("#/pinned/{n}"), locales }).collect();
    Tagged::new(RelatedChoices { pinned, banned, left_out, version: chosen.version }, chosen.version)
}

/// Show which stories editors want to lead on from an article, and which not.
///
/// What readers are shown is `GET /v1/articles/{id}/related`.
#[utoipa::path(tag = "desk-articles", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path)),
    responses((status = 200, body = RelatedChoices), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/related")]
pub(crate) async fn show_related_choices(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    state: Data<State>,
) -> Result<Tagged<RelatedChoices>, Failure> {
    Ok(tagged(state.store.read(move |tx| desk::show(tx, &permit, *id)).await?))
}

/// Say which stories lead on from an article, and which never do.
///
/// As a whole: what is not named is left to what is found. The version that it replaces is 1 where nobody has said anything yet. Readers see it at once: where the article is
/// live it takes `article.publish` as well. A ban is of this article's list alone.
#[utoipa::path(tag = "desk-articles", security(("token" = [EditArticle::NAME, EditArticle::READS])), params(("id" = ArticleId, Path), Expecting),
    request_body = NewRelatedChoices,
    responses((status = 200, body = RelatedChoices), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/articles/{id}/related")]
pub(crate) async fn replace_related_choices(
    May(permit): May<EditArticle>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<NewRelatedChoices>,
    state: Data<State>,
) -> Result<Tagged<RelatedChoices>, Failure> {
    let NewRelatedChoices { pinned, banned } = sent.0;
    let replaced = state.store.write(permit, move |tx, permit| {
        let choices = Choices { pinned: pinned.clone(), banned: banned.clone() };
        desk::choose(tx, permit, *id, expected.version()?, choices)
    });
    Ok(tagged(replaced.await?))
}
