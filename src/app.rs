//! The service, built once for `serve` and for tests.

use std::{future::ready, io, net::SocketAddr, num::NonZeroUsize, thread, time::Duration};

use actix_http::{Extensions, HttpService, error::DispatchError};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App, Error, HttpResponse,
    body::BoxBody,
    dev::{AppConfig, ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::LOCATION,
    middleware::from_fn,
    rt::net::TcpStream,
    web::{self, Data},
};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi, oauth};

use crate::api::{
    self, State,
    clients::{Connection, ConnectionLimit},
    contract, extract,
    frame::frame,
    front,
};

/// The contract of everything this server answers.
#[must_use]
pub fn openapi() -> OpenApi {
    contract::described(App::new().into_utoipa_app().openapi(contract::base()).configure(api::routes).split_for_parts().1)
}

/// The whole service over this state.
pub fn service(
    state: Data<State>,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>> {
    let (app, _) = App::new().into_utoipa_app().openapi(contract::base()).configure(api::routes).split_for_parts();
    let ui = Config::from("/docs/openapi.json")
        .validator_url("none")
        .try_it_out_enabled(true)
        .persist_authorization(false)
        .doc_expansion("none")
        .filter(true)
        // Colours of a long answer take a browser seconds.
        .with_syntax_highlight(false)
        .display_request_duration(true)
        .default_models_expand_depth(-1);
    let single_sign_on = oauth::Config::new().client_id("swagger-ui").use_pkce_with_authorization_code_grant(true);
    app.app_data(state)
        .app_data(web::PathConfig::default().error_handler(|_, req| extract::bad_path(req).into()))
        .route("/", web::get().to(front::front))
        .route("/openapi.json", web::get().to(contract::document))
        .route("/docs", web::get().to(|| async { HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish() }))
        .route("/docs/openapi.json", web::get().to(contract::demonstrated))
        .service(SwaggerUi::new("/docs/{_:.*}").config(ui).oauth(single_sign_on))
        .default_service(web::to(contract::nothing_here))
        .wrap(from_fn(frame))
}

/// How long a connection on which nothing is said is kept open, beside the time that a head may take on it.
const QUIET: Duration = Duration::from_secs(5);
/// How long a connection that is done with may take to end.
const ENDING: Duration = Duration::from_secs(1);
/// How long what is under way is waited for when the server is to stop, in seconds: longer than any request takes, and with the farewell of the
/// workers less than the half minute after which who started it kills it.
const STOPPING: u64 = 12;
/// Of the connections of a worker, how many at most are kept for those who are being sent away.
const LEAVING: usize = 16;

/// How many workers share so many connections, and how many of these each has: for clients that are admitted, and for those who are being sent away.
fn shared(connections: usize, cores: usize) -> (usize, usize, usize) {
    let workers = cores.min(connections / 8).max(1);
    let each = connections.checked_div(workers).unwrap_or(connections);
    let leaving = LEAVING.min(each / 4).max(1);
    (workers, each.saturating_sub(leaving).max(1), leaving)
}

/// Listen, with so many connections at once.
///
/// # Errors
/// When the address cannot be listened on.
pub fn server(state: Data<State>, bind: SocketAddr, clients: usize) -> io::Result<Server> {
    let (workers, each, leaving) = shared(clients, thread::available_parallelism().map_or(2, NonZeroUsize::get));
    let builder = Server::build().workers(workers).backlog(1_024).max_concurrent_connections(each.saturating_add(leaving));
    let builder = builder.shutdown_timeout(STOPPING);
    let stopping = builder.graceful_shutdown_signal();
    let listening = builder.bind("dateline", bind, move || {
        let (state, admitted, stopping) = (state.clone(), ConnectionLimit::new(each), stopping.clone());
        let stops = stopping.clone();
        let app = service(state.clone()).into_factory().map_err(|error: Error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(QUIET.saturating_add(state.clients.timeouts.head))
            .client_request_timeout(state.clients.timeouts.head)
            .client_disconnect_timeout(ENDING)
            .on_connect_ext(|connection: &Connection, data: &mut Extensions| drop(data.insert(connection.standing())))
            .h1(map_config(app, |()| AppConfig::default()));
        let connected = move |io: TcpStream| {
            let peer = io.peer_addr().ok();
            ready(Ok::<_, DispatchError>((Connection::new(io, peer, &admitted, &state, &stops), peer)))
        };
        fn_service(connected).and_then(http)
    })?;
    Ok(listening.run())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_connections_are_taken_than_there_is_room_for() {
        for cores in [1, 2, 3, 8, 64, 256] {
            for connections in [16, 17, 100, 800, 1_000, 4_096, 100_000] {
                let (workers, admitted, leaving) = shared(connections, cores);
                let taken = workers * (admitted + leaving);
                assert!(taken <= connections && taken > connections / 2, "{connections} on {cores}: {taken}");
                assert!(admitted >= 3 * leaving && leaving > 0, "{connections} on {cores}: {admitted}, {leaving}");
            }
        }
    }
}
