//! `dateline demo`: a newsroom in four languages, from nothing.

mod counted;
mod desk;
mod pictures;

use std::sync::Arc;

use super::{Failed, bundle, keys, open_with, ready, serve, system};
use crate::{
    access::{Caller, Permit, System, password, secret::Secret},
    config::Settings,
    desk::{
        bundle::Rules,
        users::{self, Draft, GrantDraft},
    },
    domain::{
        Error, Instant,
        instant::Clock,
        user::{Role, UserStatus},
    },
    store::{self, Store, dialect::Engine},
};
use counted::{Counted, Still};

pub(super) const NEWSROOM: &str = include_str!("demo/newsroom.ndjson");
const ADMIN: &str = "admin@example.org";
/// When the stories of the demo came in: after the last of them was published, and before the instants that the contract's examples name.
const CAME_IN: &str = "2026-03-01T00:00:00Z";

/// Load the demo newsroom into a database of its own, and serve it.
pub(super) fn demo(mut settings: Settings) -> Result<(), Failed> {
    settings.engine = Engine::Sqlite;
    settings.data_dir = settings.data_dir.join("demo");
    settings.database_url = Secret::new(format!("sqlite://{}", settings.data_dir.join("dateline.db").display()));
    settings.secret_file = settings.data_dir.join("secret");
    settings.media.folder = settings.data_dir.join("media");
    settings.media.s3 = None;
    let store = ready(&settings)?;
    // Its pages are where the server is.
    let newsroom = pictures::hung(&NEWSROOM.replace("http://127.0.0.1:8080", &settings.public_url));
    let is_new = store.read_now(|tx| Ok(store::users::count(tx)? == 0 && store::sections::count(tx)? == 0))?;
    let password = if is_new {
        begin(&settings, &store, &newsroom)?
    } else {
        bundle::load(&store, (newsroom.as_bytes(), None), &bundle::Quiet, Rules::default())?;
        administrator(&store)?
    };
    serve::run(&settings, store, |url| welcome(url, &password))
}

/// Fill a new database, with the ids that the contract's examples name; the password of its administrator. What is made in which order is what
/// `api::contract::examples` says; each part has numbers of its own, so that one may grow without moving the next.
fn begin(settings: &Settings, store: &Store, newsroom: &str) -> Result<String, Failed> {
    let keys = keys(settings, store)?;
    let came_in: Instant = CAME_IN.parse().map_err(|_unsaid| Error::internal("no instant"))?;
    let still: Arc<dyn Clock> = Arc::new(Still(came_in));
    pictures::hang(settings, still.clone())?;
    for (bundle, first) in [(newsroom, 1), (desk::STORIES, 501)] {
        let counted = open_with(settings, still.clone(), Arc::new(Counted::from(first)))?;
        bundle::load(&counted, (bundle.as_bytes(), None), &bundle::Quiet, Rules::default())?;
    }
    pictures::describe(store)?;
    // What runs out, such as the preview, and what is emptied, such as the trash, is of now.
    let counted = open_with(settings, Arc::new(system::SystemClock), Arc::new(Counted::from(601)))?;
    let password = administrator(&counted)?;
    desk::work(&counted, &keys.present(), &settings.public_url, ADMIN)?;
    Ok(password)
}

/// A password that nobody has seen before, and its hash.
fn new_password(store: &Store) -> Result<(String, String), Error> {
    let mut bytes = [0; 15];
    store.entropy().fill(&mut bytes);
    let password = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bytes);
    let hash = password::hash(&password, store.entropy())?;
    Ok((password, hash))
}

/// The password of an administrator who is made or made anew.
fn administrator(store: &Store) -> Result<String, Error> {
    let (password, hash) = new_password(store)?;
    let operator = Caller::system(System::Operator);
    store.write_now(&operator, |tx| {
        let grants = vec![GrantDraft { role: Role::Admin, section: None, locale: None }];
        let draft = Draft { email: Some(ADMIN.to_owned()), name: "Administrator".to_owned(), status: UserStatus::Active, grants };
        match store::users::by_email(tx, ADMIN)? {
            None => users::create(tx, Permit::try_from(operator.clone())?, &draft, &hash),
            Some(id) => {
                let version = store::users::find(tx, id)?.version;
                users::revise(tx, Permit::try_from(operator.clone())?, id, version, Some(&hash), |_| Ok(draft))
            }
        }
    })?;
    Ok(password)
}

fn welcome(url: &str, password: &str) {
    system::print(&format!(
        "\n\
         Dateline is up, with a demo newsroom in English, Hindi, Bengali and Kannada.\n\n  \
         Swagger UI   {url}/docs/\n  \
         Sign in as   {ADMIN}\n  \
         Password     {password}   (made for this run only)\n\n\
         Worth trying:\n\n  \
         curl '{url}/v1/articles?locale=hi&section=world'\n\n  \
         curl '{url}/v1/articles/by-slug/the-river-that-kept-a-diary?locale=en'\n\n  \
         curl -X POST {url}/v1/auth/token -H 'content-type: application/json' \\\n    \
         -d '{{\"email\":\"{ADMIN}\",\"password\":\"{password}\"}}'\n\n\
         Ctrl-C stops it.\n"
    ));
}
