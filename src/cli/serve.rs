//! `dateline serve`.

use std::{num::NonZeroUsize, sync::Arc, thread};

use actix_web::web::Data;

use super::{Failed, keys, ready, system, tls};
use crate::{
    access::{Bookkeeping, certificate::Certificates, rate::RateLimits},
    api::{
        State,
        clients::{Clients, Tls},
        contract::Contract,
        hashing::Hashing,
        request_log::RequestLog,
    },
    app,
    config::{MediaSettings, Settings},
    delivery::response_cache::ResponseCache,
    desk::{password_links::PasswordLinks, sign_ins::SignIns},
    domain::{Error, memory::MemoryBudget},
    fetching::{FetchLimits, Fetcher},
    media::{
        files::Files,
        storage::{Folder, S3, Storage},
    },
    openid::Provider,
    search::SearchIndex,
    store::{self, Store, dialect::Engine},
    workers::{
        Worker, follower, illustrator, indexer,
        mailer::{self, Mailer},
        media_sweeper, openid, purger, queue_filler, rate_sharing, relating,
        renewal::{self, Renewal},
        scheduler, sign_in_audit, speaker, view_counting, watchdog,
    },
};

/// Bring the database up to date and answer requests until stopped.
pub(super) fn serve(settings: &Settings) -> Result<(), Failed> {
    let store = ready(settings)?;
    for fault in store.durability_faults()? {
        tracing::warn!("{fault}");
    }
    if store.read_now(store::users::count)? == 0 {
        system::complain(
            "Nobody can sign in yet. Create the first administrator in another terminal:\n  \
             dateline user create --email you@example.org --name You --role admin --password-stdin",
        );
    }
    run(settings, store, |_| {})
}

/// The files of the media library.
pub(super) fn files(settings: &Settings) -> Result<Files, Error> {
    let MediaSettings { folder, s3, most_bytes, memory, .. } = &settings.media;
    let entropy = Arc::new(system::OsEntropy);
    let storage: Arc<dyn Storage> = match s3 {
        Some(s3) => Arc::new(S3::of(s3, &folder.join("incoming"), entropy.clone())?),
        None => Arc::new(Folder::at(folder)),
    };
    Ok(Files::new(storage, entropy, *most_bytes, *memory))
}

/// What asks addresses that requests and bundles name.
pub(super) fn fetcher(settings: &Settings) -> Fetcher {
    let limits = FetchLimits { least_rate: settings.timeouts.least_rate, ..FetchLimits::default() };
    Fetcher::new(limits, settings.fetch_allow.clone(), Arc::new(system::SystemClock))
}

/// Listen, say so, and answer.
pub(super) fn run(settings: &Settings, store: Store, listening: impl FnOnce(&str)) -> Result<(), Failed> {
    let answers = MemoryBudget::new(usize::try_from(settings.cache_bytes).unwrap_or(usize::MAX).saturating_add(settings.unfinished_bytes));
    let (tls, renewal) = secured(settings)?.unzip();
    let index = Arc::new(SearchIndex::at(&settings.search_dir())?);
    let state = Data::new(State {
        keys: Arc::new(keys(settings, &store)?),
        response_cache: ResponseCache::new(store.clone(), index.clone(), settings.cache_bytes, &answers),
        answers,
        files: Arc::new(files(settings)?),
        fetcher: Arc::new(fetcher(settings)),
        purged: !settings.purge.is_empty(),
        store,
        issuer: settings.public_url.clone(),
        hashing: Hashing::new(settings.hashing, settings.hashing.saturating_mul(8)),
        sign_ins: Arc::new(if settings.engine == Engine::Postgres { SignIns::shared() } else { SignIns::default() }),
        rates: Arc::new(if settings.engine == Engine::Postgres {
            RateLimits::shared(settings.rates)
        } else {
            RateLimits::new(settings.rates)
        }),
        openid: settings.openid.clone().map(|openid| Arc::new(Provider::new(openid))),
        links: Arc::new(PasswordLinks::new(settings.password_page.clone(), settings.smtp.is_some())),
        proxies: settings.trusted_proxies.clone(),
        origins: settings.desk_origins.clone(),
        clients: Clients::new(settings.timeouts, settings.unfinished_bytes),
        tls,
        log: RequestLog::new(settings.request_log),
        views: Arc::default(),
        contract: Contract::new(&app::openapi(), settings.openid.is_some()),
    });
    let clients = room_for(settings);
    // What comes due is carried out as long as the server answers.
    let _renewal = renewal;
    let _watchdog = watchdog::start(state.store.clone())?;
    let _scheduler = scheduler::start(state.store.clone())?;
    let sign_in_audit = sign_in_audit::start(state.store.clone(), state.sign_ins.clone())?;
    // An embedded database has one instance.
    let _rate_sharing =
        if settings.engine == Engine::Postgres { Some(rate_sharing::start(state.store.clone(), state.rates.clone())?) } else { None };
    let view_counting = view_counting::start(state.store.clone(), state.views.clone())?;
    let _media_sweeper = media_sweeper::start(state.store.clone(), state.files.clone())?;
    let _queue_filler = queue_filler::start(state.store.clone())?;
    let _illustrator = illustrator::start(state.store.clone(), state.files.clone())?;
    let _indexer = indexer::start(state.store.clone(), index.clone())?;
    let _relating = relating::start(state.store.clone(), index)?;
    let _speaker = speaker::start(state.store.clone(), state.files.clone(), settings.speech.clone())?;
    let _follower = follower::start(state.response_cache.clone(), state.keys.clone())?;
    let _purgers = if state.purged { purger::start(&state.store, settings.purge.clone())? } else { Vec::new() };
    let _single_sign_on = state.openid.clone().map(|provider| openid::start(state.store.clone(), provider)).transpose()?;
    let mailer = settings.smtp.clone().map(|smtp| Mailer::new(state.store.clone(), state.keys.clone(), state.links.clone(), smtp));
    let _mailer = mailer.map(mailer::start).transpose()?;
    state.store.write_now(&Bookkeeping, store::jobs::forget_addresses)?;
    let bind = settings.bind;
    let served = state.clone();
    let outcome = actix_web::rt::System::new().block_on(async move {
        let server = app::server(served, bind, clients)
            .map_err(|e| Failed::Otherwise(format!("{bind} cannot be listened on: {e}. Set DATELINE_BIND to another address.")))?;
        tracing::info!("listening on {bind}");
        listening(&settings.public_url);
        server.await.map_err(|e| Failed::Otherwise(e.to_string()))
    });
    drop(view_counting);
    if let Err(error) = state.views.write(&state.store) {
        tracing::warn!(error = %error, "what was counted of views since the last time is lost");
    }
    drop(sign_in_audit);
    state.sign_ins.write(&state.store)?;
    state.sign_ins.write_uses(&state.store)?;
    outcome
}

/// TLS, where the server ends it by itself, and what follows the renewal of its certificate.
fn secured(settings: &Settings) -> Result<Option<(Tls, Worker)>, Failed> {
    let Some(files) = settings.tls.clone() else { return Ok(None) };
    let (read, shown) = tls::judged(&files).map_err(|fault| Failed::Configured(vec![fault]))?;
    let certificates = Certificates::new(shown);
    // A browser is told of a host, and not of a port: whoever else listens at `localhost`, or beside a port of our own, would be bound as well.
    let tls = Tls::new(certificates.clone(), settings.has_the_host())?;
    let renewal = Renewal {
        certificates,
        shown: read.fingerprint(),
        seen: None,
        read: move || tls::read(&files).map_err(|(name, why)| format!("{name}: {why}")),
        clock: Arc::new(system::SystemClock),
        complaint: None,
    };
    Ok(Some((tls, renewal::start(renewal)?)))
}

/// How many connections of clients there is room for: no more than there are files to be had beside those that are needed anyway.
fn room_for(settings: &Settings) -> usize {
    /// Standard streams, logs, and what others keep open.
    const OTHERS: usize = 128;
    /// What each thread that answers waits with.
    const EACH_THREAD: usize = 8;
    let files = rlimit::increase_nofile_limit(u64::MAX).ok().and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    let threads = thread::available_parallelism().map_or(2, NonZeroUsize::get).saturating_mul(EACH_THREAD);
    let needed = usize::try_from(settings.connections).unwrap_or(100).saturating_mul(8).saturating_add(threads).saturating_add(OTHERS);
    let room = files.saturating_sub(needed).max(16);
    if room < settings.clients {
        tracing::warn!("there is room for {room} clients, not {}: the limit of open files is {files}", settings.clients);
    }
    room.min(settings.clients)
}
