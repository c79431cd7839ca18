//! `/v1/desk/articles/{id}/publish` and `/unpublish`.

use std::collections::BTreeMap;

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    articles::{DeskArticle, shown_after, tagged},
};
use crate::{
    access::{
        Action,
        action::{Publish, Unpublish},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        prepared,
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk::{self, publishing::Manner},
    domain::{Instant, Locale, article::ArticleId, locale::keyed, story::Which},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(publish_article).service(unpublish_article);
}

/// Which locales are published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = LocalesToPublish)]
pub enum Locales {
    /// These, as they are now.
    List(Vec<Locale>),
    /// Exactly these revisions of them: another one is 412.
    Revisions(#[serde(deserialize_with = "keyed")] BTreeMap<Locale, i32>),
}

impl Locales {
    /// Which locales a request means.
    pub(super) fn which(sent: Option<Self>) -> Which {
        match sent {
            None => Which::Live,
            Some(Self::List(locales)) => Which::Locales(locales),
            Some(Self::Revisions(map)) => Which::Exactly(map),
        }
    }
}

/// What is published, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locales": ["en", "hi"] }))]
pub struct Publication {
    /// The locales, as a list or with the revisions they must have; those that are live when absent.
    #[serde(default)]
    pub locales: Option<Locales>,
    /// True leaves `updated_at` as it is: nothing significant has changed.
    #[serde(default)]
    pub minor: bool,
    /// When it was first published elsewhere, for what is brought in by hand; needs `article.backdate`. Without it, the present, or the instant
    /// that it was first published at here.
    #[serde(default)]
    pub published_at: Option<Instant>,
}

impl Publication {
    /// How it is published.
    pub(super) fn manner(&self) -> Manner {
        Manner { minor: self.minor, published_at: self.published_at }
    }
}

/// What is no longer to be seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locales": ["hi"] }))]
pub struct Unpublication {
    /// The locales; all that are live when absent.
    #[serde(default)]
    pub locales: Option<Vec<Locale>>,
}

/// Publish an article in some of its locales.
///
/// Makes an immutable edition of the words and facts as they are, all locales or none; other locales keep what they show.
/// Under an embargo they are planned for its end instead. `If-Match` names the version of the facts.
#[utoipa::path(tag = "desk-publishing", security(("token" = [Publish::NAME, Publish::READS])), params(("id" = ArticleId, Path), Expecting), request_body = Publication,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/publish")]
pub(crate) async fn publish_article(
    May(permit): May<Publish>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<Publication>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let manner = sent.0.manner();
    let which = Locales::which(sent.0.locales);
    let published = prepared::write(&state.store, permit, move |tx, permit| {
        let story = desk::publishing::publish(tx, permit, *id, expected.version()?, which.clone(), manner)?;
        shown_after(tx, story)
    });
    Ok(tagged(published.await?))
}

/// Unpublish an article.
///
/// Ended editions are kept; the address answers 404 until it is published again.
#[utoipa::path(tag = "desk-publishing", security(("token" = [Unpublish::NAME, Unpublish::READS])), params(("id" = ArticleId, Path), Expecting), request_body = Unpublication,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/unpublish")]
pub(crate) async fn unpublish_article(
    May(permit): May<Unpublish>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<Unpublication>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let ended = state.store.write(permit, move |tx, permit| {
        let story = desk::publishing::unpublish(tx, permit, *id, expected.version()?, sent.0.locales)?;
        shown_after(tx, story)
    });
    Ok(tagged(ended.await?))
}
