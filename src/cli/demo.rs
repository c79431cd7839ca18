//! `dateline demo`: a newsroom in four languages, from nothing.

use super::{Failed, bundle, ready, serve, system};
use crate::{
    access::{Caller, Permit, System, password, secret::Secret},
    config::Settings,
    desk::{
        bundle::Rules,
        users::{self, Draft, GrantDraft},
    },
    domain::{
        Error,
        user::{Role, UserStatus},
    },
    store::{self, Store, dialect::Engine},
};

pub(super) const NEWSROOM: &str = include_str!("demo/newsroom.ndjson");
const ADMIN: &str = "admin@example.org";

/// Load the demo newsroom into a database of its own, and serve it.
pub(super) fn demo(mut settings: Settings) -> Result<(), Failed> {
    settings.engine = Engine::Sqlite;
    settings.data_dir = settings.data_dir.join("demo");
    settings.database_url = Secret::new(format!("sqlite://{}", settings.data_dir.join("dateline.db").display()));
    settings.secret_file = settings.data_dir.join("secret");
    let store = ready(&settings)?;
    // Its pages are where the server is.
    let newsroom = NEWSROOM.replace("http://127.0.0.1:8080", &settings.public_url);
    bundle::load(&store, newsroom.as_bytes(), &bundle::Quiet, Rules::default())?;
    let password = administrator(&store)?;
    serve::run(&settings, store, |url| welcome(url, &password))
}

/// A password that nobody has seen before, for an administrator who is made or made anew.
fn administrator(store: &Store) -> Result<String, Error> {
    let mut bytes = [0; 15];
    store.entropy().fill(&mut bytes);
    let password = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bytes);
    let hash = password::hash(&password, store.entropy())?;
    let operator = Caller::system(System::Operator);
    store.write_now(&operator, |tx| {
        let grants = vec![GrantDraft { role: Role::Admin, section: None, locale: None }];
        let draft = Draft { email: ADMIN.to_owned(), name: "Administrator".to_owned(), status: UserStatus::Active, grants };
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
