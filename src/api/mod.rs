//! HTTP in and out: routes, extractors, answers, problems and the contract.

pub mod auth;
pub mod clients;
mod computing;
pub mod contract;
pub mod delivery;
pub mod desk;
pub mod extract;
mod files;
pub mod frame;
pub mod front;
pub mod hashing;
mod headers;
pub mod health;
pub mod idempotency;
pub mod json;
mod limiting;
pub mod network;
pub mod patching;
mod pieces;
mod preferring;
mod prepared;
pub mod problem;
mod rate_fields;
pub mod reply;
pub mod request_log;
mod schemas;
pub mod sent;
mod several;
pub mod typed;
mod wording;

use std::sync::Arc;

pub use files::RANGES as MOST_RANGES;

/// The version of tus that is spoken.
const TUS: &str = "1.0.0";

use actix_web::web;
use ipnet::IpNet;
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::{
    access::{keys::KeyRing, rate::RateLimits},
    delivery::response_cache::ResponseCache,
    desk::{password_links::PasswordLinks, sign_ins::SignIns, views::Views},
    domain::memory::MemoryBudget,
    fetching::Fetcher,
    media::files::Files,
    openid::Provider,
    store::Store,
};

/// What every handler may use.
#[derive(Debug)]
pub struct State {
    /// The database.
    pub store: Store,
    /// The memory that answers hold, kept or on their way.
    pub answers: Arc<MemoryBudget>,
    /// The files of the media library.
    pub files: Arc<Files>,
    /// What asks addresses that requests name.
    pub fetcher: Arc<Fetcher>,
    /// What readers are answered from.
    pub response_cache: Arc<ResponseCache>,
    /// Whether caches on the way to readers are told what to drop, and so may keep answers for long.
    pub purged: bool,
    /// The keys that tokens are signed with.
    pub keys: Arc<KeyRing>,
    /// The `iss` of tokens: the server's public URL.
    pub issuer: String,
    /// Password hashes under way at once, and waiting for their turn.
    pub hashing: hashing::Hashing,
    /// Who was not let in, and has to wait.
    pub sign_ins: Arc<SignIns>,
    /// The provider whose word lets people in, if there is one.
    pub openid: Option<Arc<Provider>>,
    /// What links to set passwords are made for, and who asked for one.
    pub links: Arc<PasswordLinks>,
    /// What callers may ask of the server.
    pub rates: Arc<RateLimits>,
    /// Proxies that are believed when they say for whom they ask.
    pub proxies: Vec<IpNet>,
    /// Origins whose pages may use the desk.
    pub origins: Vec<String>,
    /// What clients may take before they are answered.
    pub clients: clients::Clients,
    /// How TLS is spoken, where the server ends it by itself.
    pub tls: Option<clients::Tls>,
    /// What is logged of requests.
    pub log: request_log::RequestLog,
    /// The views that were counted.
    pub views: Arc<Views>,
    /// The contract, as it is served.
    pub contract: contract::Contract,
}

/// Every operation of the API.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(
            scope::scope("/v1/auth")
                .service(auth::sign_in)
                .route("/authorize", web::get().to(auth::single_sign_on::authorize))
                .route("/callback", web::get().to(auth::single_sign_on::callback))
                .service(auth::refresh_token)
                .service(auth::sign_out)
                .service(auth::show_me)
                .service(auth::own::revise_me)
                .service(auth::own::change_password)
                .service(auth::by_link::request_password_reset)
                .service(auth::by_link::set_password)
                .service(auth::second_factor::begin_second_factor)
                .service(auth::second_factor::confirm_second_factor)
                .service(auth::second_factor::turn_off_second_factor)
                .service(auth::own::list_sessions)
                .service(auth::own::end_session)
                .configure(auth::api_keys::routes),
        )
        .service(
            scope::scope("/v1/desk")
                .configure(desk::site::routes)
                .configure(desk::locales::routes)
                .configure(desk::keys::routes)
                .configure(desk::sections::routes)
                .configure(desk::authors::routes)
                .configure(desk::tags::routes)
                .configure(desk::redirects::routes)
                .configure(desk::menus::routes)
                .configure(desk::collections::routes)
                .configure(desk::media::routes)
                .configure(desk::articles::routes)
                .configure(desk::translations::routes)
                .configure(desk::listening::routes)
                .configure(desk::related::routes)
                .configure(desk::beside::routes)
                .configure(desk::workflow::routes)
                .configure(desk::comments::routes)
                .configure(desk::queue::routes)
                .configure(desk::work::routes)
                .configure(desk::search::routes)
                .configure(desk::revisions::routes)
                .configure(desk::checking::routes)
                .configure(desk::publishing::routes)
                .configure(desk::scheduling::routes)
                .configure(desk::releases::routes)
                .configure(desk::previews::routes)
                .configure(desk::pages::routes)
                .configure(desk::corrections::routes)
                .configure(desk::takedowns::routes)
                .configure(desk::trash::routes)
                .configure(desk::bulk::routes)
                .configure(desk::archive::routes)
                .configure(desk::audit::routes)
                .configure(desk::people::routes)
                .configure(desk::users::routes)
                .configure(desk::password_links::routes)
                .configure(desk::api_keys::routes),
        )
        .service(
            scope::scope("/v1")
                .configure(delivery::site::routes)
                .configure(delivery::resolve::routes)
                .configure(delivery::pages::routes)
                .configure(delivery::preview::routes)
                .configure(delivery::names::routes)
                .configure(delivery::menus::routes)
                .configure(delivery::collections::routes)
                .configure(delivery::listening::routes)
                .configure(delivery::media::routes)
                .configure(delivery::articles::routes)
                .configure(delivery::search::routes)
                .configure(delivery::views::routes)
                .configure(schemas::routes),
        )
        .service(auth::list_keys)
        .service(auth::single_sign_on::show_authorization_server)
        .service(health::live)
        .service(health::ready);
}
