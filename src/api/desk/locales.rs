//! `/v1/desk/locales`.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action,
        action::{ManageLocales, ReadDesk},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{
        Locale,
        locale::{Direction, LocaleDraft, LocaleSettings, LocaleState},
        voice::{BIT_RATE, Voice},
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_desk_locales).service(create_locale).service(show_desk_locale).service(revise_locale).service(delete_locale);
}

/// The voice that reads a locale aloud.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "hi", "bit_rate": 64 }))]
pub struct LocaleVoice {
    /// What the program or service that speaks calls it: letters, digits and `. _ + : -`.
    #[schema(example = "hi", min_length = 1, max_length = 100)]
    pub name: String,
    /// Kilobits a second of its sound.
    #[serde(default = "usual_bit_rate")]
    #[schema(minimum = 16, maximum = 320, default = 64)]
    pub bit_rate: u32,
}

fn usual_bit_rate() -> u32 {
    BIT_RATE
}

impl From<LocaleVoice> for Voice {
    fn from(voice: LocaleVoice) -> Self {
        Self { name: voice.name, bit_rate: voice.bit_rate }
    }
}

impl From<Voice> for LocaleVoice {
    fn from(voice: Voice) -> Self {
        Self { name: voice.name, bit_rate: voice.bit_rate }
    }
}

/// A locale as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskLocale {
    /// The tag. A new one takes everything along that is kept in the locale; the one that it replaces is added to the former ones.
    pub locale: Locale,
    /// The language's own name for itself.
    #[schema(example = "हिंदी")]
    pub name: String,
    /// Which way its script runs.
    pub direction: Direction,
    /// The locales to fall back to, in order.
    pub fallback: Vec<Locale>,
    /// Reading speed.
    #[schema(minimum = 20, maximum = 2000)]
    pub words_per_minute: i32,
    /// Place in the language switcher.
    pub position: i32,
    /// Whether readers are offered it.
    pub state: LocaleState,
    /// The tags that it had before, the latest first: readers' addresses and requests that name one of them, and bundles, mean this locale; at the desk it has the one tag.
    #[schema(max_items = 20)]
    pub former_tags: Vec<Locale>,
    /// The voice that reads stories aloud in it, where the server has one; nobody does when null.
    pub voice: Option<LocaleVoice>,
    /// Newest version.
    #[schema(read_only)]
    pub version: i32,
}

/// What of a locale can be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocaleInput {
    locale: Locale,
    name: String,
    direction: Option<Direction>,
    #[serde(default)]
    fallback: Vec<Locale>,
    words_per_minute: Option<i32>,
    #[serde(default)]
    position: i32,
    state: LocaleState,
    #[serde(default)]
    former_tags: Vec<Locale>,
    #[serde(default)]
    voice: Option<LocaleVoice>,
}

/// A new locale.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locale": "ta", "name": "தமிழ்", "fallback": ["en"] }))]
pub struct NewLocale {
    /// The tag (BCP 47).
    pub locale: Locale,
    /// The language's own name for itself.
    #[schema(example = "हिंदी", min_length = 1, max_length = 1600)]
    pub name: String,
    /// Which way its script runs; by its script when absent.
    pub direction: Option<Direction>,
    /// The locales to fall back to, in order.
    #[serde(default)]
    #[schema(example = json!(["en"]))]
    pub fallback: Vec<Locale>,
    /// Reading speed; by its language when absent.
    #[schema(minimum = 20, maximum = 2000, example = 290)]
    pub words_per_minute: Option<i32>,
    /// Place in the language switcher; behind all others when absent.
    #[schema(example = 2)]
    pub position: Option<i32>,
    /// Whether readers are offered it.
    #[serde(default = "preparing")]
    #[schema(default = "preparing")]
    pub state: LocaleState,
    /// The voice that reads stories aloud in it; nobody does when absent.
    pub voice: Option<LocaleVoice>,
}

fn preparing() -> LocaleState {
    LocaleState::Preparing
}

/// A merge patch on it, as the contract shows it.
pub type DeskLocalePatch = PatchOf<DeskLocale>;

impl Resource for DeskLocale {
    type Input = LocaleInput;
    const READ_ONLY: &'static [&'static str] = &["version"];
}

impl From<LocaleInput> for LocaleDraft {
    fn from(l: LocaleInput) -> Self {
        let LocaleInput { locale, name, direction, fallback, words_per_minute, position, state, former_tags, voice } = l;
        let voice = voice.map(Voice::from);
        Self { locale, name, direction, fallback, words_per_minute, position: Some(position), state, former_tags, voice }
    }
}

impl From<&LocaleSettings> for DeskLocale {
    fn from(l: &LocaleSettings) -> Self {
        Self {
            locale: l.locale.clone(),
            name: l.name.clone(),
            direction: l.direction,
            fallback: l.fallback.clone(),
            words_per_minute: l.words_per_minute,
            position: l.position,
            state: l.state,
            former_tags: l.former_tags.clone(),
            voice: l.voice.clone().map(LocaleVoice::from),
            version: l.version,
        }
    }
}

fn tagged(settings: &LocaleSettings) -> Tagged<DeskLocale> {
    Tagged::new(DeskLocale::from(settings), settings.version)
}

/// List the locales as the desk keeps them.
///
/// All of them in the order of the language switcher, those that readers are not offered among them.
#[utoipa::path(tag = "desk-site", security(("token" = [ReadDesk::NAME])),
    responses((status = 200, body = Listing<DeskLocale>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/locales")]
pub(crate) async fn list_desk_locales(_: May<ReadDesk>, state: Data<State>) -> Result<Listing<DeskLocale>, Failure> {
    let masthead = state.store.read(store::site::masthead).await?;
    Ok(Listing::whole(masthead.locales.iter().map(DeskLocale::from).collect()))
}

/// Create a locale, which readers are not offered until its state is `public`.
///
/// Readers are offered it when its state is `public`.
#[utoipa::path(tag = "desk-site", security(("token" = [ManageLocales::NAME, ManageLocales::READS])), request_body = NewLocale,
    responses((status = 201, body = DeskLocale), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/locales")]
pub(crate) async fn create_locale(
    May(permit): May<ManageLocales>,
    sent: Body<NewLocale>,
    state: Data<State>,
) -> Result<Tagged<DeskLocale>, Failure> {
    let made = state.store.write(permit, move |tx, permit| {
        let NewLocale { locale, name, direction, fallback, words_per_minute, position, state, voice } = sent.0;
        let (former_tags, voice) = (Vec::new(), voice.map(Voice::from));
        let draft = LocaleDraft { locale, name, direction, fallback, words_per_minute, position, state, former_tags, voice };
        desk::locales::create(tx, permit, draft)
    });
    let made = made.await?;
    Ok(tagged(&made).created(format!("/v1/desk/locales/{}", made.locale)))
}

/// Show a locale as the desk keeps it.
///
/// With its fallback chain, its reading speed and its state.
#[utoipa::path(tag = "desk-site", security(("token" = [ReadDesk::NAME])), params(("locale" = Locale, Path)),
    responses((status = 200, body = DeskLocale), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/locales/{locale}")]
pub(crate) async fn show_desk_locale(_: May<ReadDesk>, locale: Path<Locale>, state: Data<State>) -> Result<Tagged<DeskLocale>, Failure> {
    Ok(tagged(&state.store.read(move |tx| desk::locales::find(tx, &locale)).await?))
}

/// Update a locale.
///
/// Its tag can be corrected as well (`en` to `en-IN`): all addresses stay, and requests that name the former tag mean this locale.
#[utoipa::path(tag = "desk-site", security(("token" = [ManageLocales::NAME, ManageLocales::READS])), params(("locale" = Locale, Path), Expecting),
    request_body(content = DeskLocalePatch, content_type = "application/merge-patch+json", example = json!({ "words_per_minute": 280 })),
    responses((status = 200, body = DeskLocale), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/locales/{locale}")]
pub(crate) async fn revise_locale(
    May(permit): May<ManageLocales>,
    locale: Path<Locale>,
    expected: IfMatch,
    patch: Patch<DeskLocale>,
    state: Data<State>,
) -> Result<Tagged<DeskLocale>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::locales::revise(tx, permit, &locale, Some(expected.version()?), |l| patch.onto(&DeskLocale::from(l)).map(LocaleDraft::from))
    });
    Ok(tagged(&revised.await?))
}

/// Delete a locale.
///
/// Answers 409 while anything is written in it.
#[utoipa::path(tag = "desk-site", security(("token" = [ManageLocales::NAME, ManageLocales::READS])), params(("locale" = Locale, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/locales/{locale}")]
pub(crate) async fn delete_locale(
    May(permit): May<ManageLocales>,
    locale: Path<Locale>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::locales::delete(tx, permit, &locale, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
