//! A server of its own for every test: the real routes over the real database, with a clock that the test moves.

pub(crate) mod contract;
pub(crate) mod demo;
pub(crate) mod fetched;
pub(crate) mod log;
pub(crate) mod openid;
pub(crate) mod postgres;
pub(crate) mod s3;
pub(crate) mod served;
pub(crate) mod shapes;
pub(crate) mod smtp;
pub(crate) mod tls;

use std::{
    future::Future,
    path::PathBuf,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering},
    },
};

use actix_http::Request;
use actix_web::{
    dev::{Service, ServiceResponse},
    http::Method,
    test::TestRequest,
    web::Data,
};
use dateline::{
    access::{
        Bookkeeping, Caller, Permit, System,
        action::Import,
        keys::{KeyRing, SealedKey},
        rate::{RateLimits, Rates},
        secret::{Seal, Secret},
        throttle::Account,
        token::{self, Subject},
    },
    api::{
        State,
        clients::{ClientTimeouts, Clients},
        contract::Contract,
        hashing::Hashing,
        request_log::RequestLog,
    },
    app,
    delivery::response_cache::ResponseCache,
    desk::{
        self,
        bundle::{Report, Rules, import, read},
        generating,
        password_links::PasswordLinks,
        sign_ins::SignIns,
        users::{Draft, GrantDraft},
        views::Views,
    },
    domain::{
        Error, Instant,
        id::Entropy,
        instant::Clock,
        media::StoredFile,
        memory::MemoryBudget,
        network::Network,
        signing_key::KeyLife,
        user::{Role, UserId, UserStatus},
    },
    media::{files::Files, storage::Folder},
    openid::Provider,
    store::{Limits, Options, Store, Tx},
    workers::indexer::Indexer,
};
use serde_json::{Value, json};

/// Tell one story on both databases.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {
        $($(#[$meta])* mod $name {
            #[allow(clippy::allow_attributes, unused_imports, reason = "not every story needs all of them")]
            use super::*;
            async fn told($app: crate::support::TestApp) $body
            #[actix_web::test]
            async fn sqlite() {
                told(crate::support::TestApp::sqlite().await).await;
            }
            #[actix_web::test]
            async fn postgres() {
                if let Some(app) = crate::support::TestApp::postgres().await {
                    told(app).await;
                }
            }
        })+
    };
}

/// A clock that stands still until a test moves it.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    /// Move it on.
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

/// Random values that are the same in every run.
struct Seeded(Mutex<u64>);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z ^ (z >> 31)).to_le_bytes()[0];
        }
    }
}

type Answering = Pin<Box<dyn Future<Output = ServiceResponse>>>;

/// A server under test.
pub(crate) struct TestApp {
    pub url: String,
    pub entrance: Entrance,
    pub store: Store,
    pub clock: Arc<TestClock>,
    users: AtomicU32,
    _home: Home,
}

/// A running service: the one of the test, or another instance over the same database.
#[derive(Clone)]
pub(crate) struct Entrance {
    call: Rc<dyn Fn(Request) -> Answering>,
    pub response_cache: Arc<ResponseCache>,
    pub sign_ins: Arc<SignIns>,
    pub links: Arc<PasswordLinks>,
    pub keys: Arc<KeyRing>,
    pub rates: Arc<RateLimits>,
    /// Whether the search index takes up what is new before each search, as its worker does all the time.
    pub indexes: Arc<AtomicBool>,
    pub views: Arc<Views>,
}

/// Made once: it is the same for every app.
static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::new(&app::openapi(), false));

/// What the keys of every test are sealed with.
pub(crate) fn seal() -> Seal {
    Secret::new([9; 32])
}

/// Where all tests keep their files: under what their bytes come to.
pub(crate) fn media_folder() -> PathBuf {
    std::env::temp_dir().join(format!("dateline-test-media-{}", std::process::id()))
}

/// The files there, each of them under a name that no other test gives one on its way in.
#[expect(clippy::disallowed_methods, reason = "who runs the tests says where files are kept")]
fn files() -> Arc<Files> {
    // The same stories over S3, where that is asked for.
    let seed = FILES.fetch_add(1, Ordering::SeqCst);
    match std::env::var("DATELINE_TEST_MEDIA") {
        Ok(endpoint) => s3::files_at(&endpoint, &format!("suite-{}", std::process::id()), seed, &media_folder()),
        Err(_) => files_in(&media_folder()),
    }
}

fn files_in(folder: &std::path::Path) -> Arc<Files> {
    let seed = FILES.fetch_add(1, Ordering::SeqCst);
    Arc::new(Files::new(Arc::new(Folder::at(folder)), Arc::new(Seeded(Mutex::new(u64::from(seed) << 32))), 32 << 20, 256 << 20))
}

fn state(store: Store, seal: Seal, capacity: u64, counts: (SignIns, Rates)) -> Data<State> {
    state_with(store, seal, capacity, (Arc::default(), None), counts)
}

fn state_with(
    store: Store,
    seal: Seal,
    capacity: u64,
    (links, openid): (Arc<PasswordLinks>, Option<Arc<Provider>>),
    (sign_ins, rates): (SignIns, Rates),
) -> Data<State> {
    let answers = MemoryBudget::new(128 << 20);
    let keys = Arc::new(KeyRing::open(&store.read_now(dateline::store::keys::all).unwrap(), seal).unwrap());
    Data::new(State {
        response_cache: ResponseCache::new(store.clone(), Arc::default(), capacity, &answers),
        answers,
        files: files(),
        fetcher: fetched::fetcher(),
        store,
        purged: false,
        keys,
        issuer: ISSUER.to_owned(),
        hashing: Hashing::new(2, 4),
        openid,
        links,
        sign_ins: Arc::new(sign_ins),
        rates: Arc::new(RateLimits::shared(rates)),
        proxies: vec!["10.0.0.0/8".parse().unwrap()],
        origins: vec!["https://desk.example".to_owned()],
        clients: Clients::new(ClientTimeouts::default(), 64 << 20),
        tls: None,
        log: RequestLog::new(100),
        views: Arc::default(),
        contract: CONTRACT.clone(),
    })
}

impl Entrance {
    /// One that limits nobody: a test asks as much as it wants to.
    async fn new(store: Store, seal: Seal, capacity: u64) -> Self {
        Self::counting(store, seal, capacity, (SignIns::default(), Rates::OFF)).await
    }

    /// One that limits nobody, with files of its own.
    async fn with_files(store: Store, seal: Seal, folder: &std::path::Path) -> Self {
        let state = Arc::into_inner(state(store, seal, 16 << 20, (SignIns::default(), Rates::OFF)).into_inner()).unwrap();
        Self::of(Data::new(State { files: files_in(folder), ..state })).await
    }

    async fn counting(store: Store, seal: Seal, capacity: u64, counts: (SignIns, Rates)) -> Self {
        Self::of(state(store, seal, capacity, counts)).await
    }

    async fn of(state: Data<State>) -> Self {
        let (response_cache, sign_ins, links) = (state.response_cache.clone(), state.sign_ins.clone(), state.links.clone());
        let (rates, keys, views) = (state.rates.clone(), state.keys.clone(), state.views.clone());
        let indexer = Rc::new(Indexer::new(state.store.clone(), response_cache.search().clone()));
        let service = Rc::new(actix_web::test::init_service(app::service(state)).await);
        let indexes = Arc::new(AtomicBool::new(true));
        let takes_up = indexes.clone();
        let call = move |request: Request| -> Answering {
            let service = service.clone();
            if (request.path().starts_with("/v1/search") || request.path() == "/v1/desk/search") && takes_up.load(Ordering::SeqCst) {
                indexer.run().unwrap();
                indexer.run().unwrap();
            }
            Box::pin(async move { service.call(request).await.unwrap() })
        };
        Self { call: Rc::new(call), response_cache, sign_ins, links, rates, keys, indexes, views }
    }
}

/// What a test leaves behind, removed when it ends.
enum Home {
    File(PathBuf),
    Database(postgres::Database),
    Elsewhere,
}

impl Drop for Home {
    fn drop(&mut self) {
        match self {
            Self::File(path) => {
                for end in ["", "-wal", "-shm", "-serving"] {
                    let _ = std::fs::remove_file(format!("{}{end}", path.display()));
                }
            }
            Self::Database(database) => database.forget(),
            Self::Elsewhere => {}
        }
    }
}

pub(crate) const ISSUER: &str = "http://dateline.test";

/// A file of the repository.
pub(crate) fn committed(path: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Every value of every table as text, one row a line: what somebody finds who has the database.
pub(crate) fn everything_kept(url: &str) -> String {
    use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let lines = |all: Vec<Line>| all.into_iter().map(|l| l.line).collect::<Vec<_>>();
    let mut kept = Vec::new();
    if let Some(path) = url.strip_prefix("sqlite://") {
        let mut conn = SqliteConnection::establish(path).unwrap();
        let tables = "SELECT m.name || '|' || group_concat('CASE typeof(' || c.name || ') WHEN ''blob'' THEN hex(' || c.name || ') ELSE COALESCE(' || c.name || ', '''') END', ' || '' '' || ') AS line \
            FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name";
        for table in lines(sql_query(tables).load(&mut conn).unwrap()) {
            let (name, columns) = table.split_once('|').unwrap();
            kept.extend(lines(sql_query(format!("SELECT '{name}: ' || {columns} AS line FROM {name}")).load(&mut conn).unwrap()));
        }
    } else {
        let mut conn = PgConnection::establish(url).unwrap();
        let tables = "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public'";
        for name in lines(sql_query(tables).load(&mut conn).unwrap()) {
            kept.extend(lines(sql_query(format!("SELECT '{name}: ' || t::text AS line FROM {name} t")).load(&mut conn).unwrap()));
        }
    }
    kept.join("\n")
}

/// Change what the database holds, behind the back of the server.
pub(crate) fn execute(url: &str, statement: &str) {
    use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};
    if let Some(path) = url.strip_prefix("sqlite://") {
        SqliteConnection::establish(path).unwrap().batch_execute(&format!("PRAGMA busy_timeout = 60000; {statement}")).unwrap();
    } else {
        PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
    }
}

static FILES: AtomicU32 = AtomicU32::new(0);

/// A file for a database that nobody else uses.
pub(crate) fn new_file() -> PathBuf {
    let n = FILES.fetch_add(1, Ordering::SeqCst);
    std::env::temp_dir().join(format!("dateline-test-{}-{n}.db", std::process::id()))
}

impl TestApp {
    pub(crate) async fn sqlite() -> Self {
        let path = new_file();
        Self::over(format!("sqlite://{}", path.display()), Home::File(path)).await
    }

    /// What a service is made of that is not the one under test.
    pub(crate) fn state(&self) -> Data<State> {
        state(self.store.clone(), seal(), 16 << 20, (SignIns::default(), Rates::OFF))
    }

    /// On `PostgreSQL`, where there is one; see [`postgres`].
    pub(crate) async fn postgres() -> Option<Self> {
        let database = postgres::Database::new()?;
        Some(Self::over(database.url.clone(), Home::Database(database)).await)
    }

    /// On a `PostgreSQL` server that a test may do anything to.
    pub(crate) async fn on(server: &postgres::Own, limits: Limits) -> Self {
        Self::within(server.url(), Home::Elsewhere, limits).await
    }

    async fn over(url: String, home: Home) -> Self {
        Self::within(url, home, Limits::default()).await
    }

    async fn within(url: String, home: Home, limits: Limits) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new("2026-03-01T08:00:00Z".parse::<Instant>().unwrap().as_micros())));
        let entropy = Arc::new(Seeded(Mutex::new(7)));
        let store = Store::open(Options {
            url: url.clone(),
            readers: 2,
            writers: 2,
            clock: clock.clone(),
            entropy,
            media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
            limits,
        })
        .unwrap();
        store.migrate().unwrap();
        let first = |tx: &Tx<'_>| SealedKey::generate(&seal(), tx.entropy(), KeyLife::at_once(tx.now()));
        store.write_now(&Bookkeeping, |tx| dateline::store::keys::ensure(tx, first)).unwrap();
        let entrance = Entrance::new(store.clone(), seal(), 16 << 20).await;
        let app = Self { url, entrance, store, clock, users: AtomicU32::new(0), _home: home };
        for locale in [("hi", "हिंदी", 2), ("bn", "বাংলা", 3), ("kn", "ಕನ್ನಡ", 4)] {
            app.import(&json!({ "type": "locale", "locale": locale.0, "name": locale.1, "fallback": ["en"], "position": locale.2 }));
        }
        app
    }

    /// The same service without a response cache.
    pub(crate) async fn uncached(&self) -> Entrance {
        self.keeping(0).await
    }

    /// The same service with a response cache of so many bytes.
    pub(crate) async fn keeping(&self, bytes: u64) -> Entrance {
        Entrance::new(self.store.clone(), seal(), bytes).await
    }

    /// The same database over connections of its own, of which so many read.
    pub(crate) fn store_of(&self, readers: u32) -> Store {
        self.store_with(readers, 2)
    }

    /// The same, of which so many write.
    pub(crate) fn store_with(&self, readers: u32, writers: u32) -> Store {
        let entropy = Arc::new(Seeded(Mutex::new(11)));
        Store::open(Options {
            url: self.url.clone(),
            readers,
            writers,
            clock: self.clock.clone(),
            entropy,
            media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
            limits: Limits::default(),
        })
        .unwrap()
    }

    /// The same database over connections of its own, as another process has it.
    pub(crate) fn process(&self, seed: u64, limits: Limits) -> Store {
        let entropy = Arc::new(Seeded(Mutex::new(seed)));
        Store::open(Options {
            url: self.url.clone(),
            readers: 2,
            writers: 2,
            clock: self.clock.clone(),
            entropy,
            media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
            limits,
        })
        .unwrap()
    }

    /// The same service, with files of its own.
    pub(crate) async fn with_files(&self, folder: &std::path::Path) -> Entrance {
        Entrance::with_files(self.store.clone(), seal(), folder).await
    }

    /// An instance over the same database, with these files.
    pub(crate) async fn instance_over(&self, files: Arc<Files>) -> Entrance {
        let state = state(self.store_of(2), seal(), 16 << 20, (SignIns::default(), Rates::OFF));
        let state = Arc::into_inner(state.into_inner()).unwrap();
        Entrance::of(Data::new(State { files, ..state })).await
    }

    /// Another instance over the same database, with the same files.
    pub(crate) async fn instance_with_files(&self, folder: &std::path::Path) -> Entrance {
        Entrance::with_files(self.store_of(2), seal(), folder).await
    }

    /// The same service, whose links are sent by mail, and open this page.
    pub(crate) async fn mailing(&self, page: &str) -> Entrance {
        let links = Arc::new(PasswordLinks::new(Some(page.to_owned()), true));
        Entrance::of(state_with(self.store.clone(), seal(), 16 << 20, (links, None), (SignIns::default(), Rates::OFF))).await
    }

    /// The same service, which lets people in by the word of this provider.
    pub(crate) async fn relying_on(&self, provider: &Arc<Provider>) -> Entrance {
        let counts = (SignIns::default(), Rates::OFF);
        Entrance::of(state_with(self.store.clone(), seal(), 16 << 20, (Arc::default(), Some(provider.clone())), counts)).await
    }

    /// Another instance over the same database, with connections and a response cache of its own.
    pub(crate) async fn instance(&self) -> Entrance {
        Entrance::new(self.store_of(2), seal(), 16 << 20).await
    }

    /// One of several instances, which limits callers and counts sign-ins together with the others.
    pub(crate) async fn limiting(&self, rates: Rates) -> Entrance {
        Entrance::counting(self.store_of(2), seal(), 16 << 20, (SignIns::shared(), rates)).await
    }

    /// An account as sign-ins are counted for it.
    pub(crate) fn account(&self, name: &str) -> Account {
        Account::of(&self.entrance.keys.present().fingerprint(&[b"account", name.as_bytes()]))
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Move the clock on.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Let the scheduler look once; how much it carried out.
    pub(crate) async fn tick(&self) -> usize {
        let store = self.store.clone();
        dateline::store::aside(move || dateline::workers::scheduler::run_due(&store)).await.unwrap()
    }

    /// Fill the database with the demo newsroom, and so many stories more; how many translations of these were published.
    pub(crate) fn multiply(&self, count: i64) -> usize {
        for line in committed("src/cli/demo/newsroom.ndjson").lines() {
            self.import(&serde_json::from_str(line).unwrap());
        }
        let made = self.generate(count, count);
        self.store.analyze().unwrap();
        made
    }

    /// Make the last few of so many stories out of those that are there; how many of their translations were published.
    pub(crate) fn generate(&self, of: i64, few: i64) -> usize {
        let permit: Permit<Import> = Permit::try_from(Caller::system(System::Importer)).unwrap();
        let plan = self.store.read_now(|tx| generating::plan(tx, &permit, of)).unwrap();
        let end = plan.first + of;
        // A few at a time: a statement has a limit of time, on a slow machine as well.
        let some = |at: i64| self.store.write_now(&permit, |tx| generating::multiply(tx, &permit, &plan, (at, end.min(at + 500)))).unwrap();
        (end - few..end).step_by(500).map(some).sum()
    }

    /// Import one record.
    pub(crate) fn import(&self, record: &Value) -> Report {
        self.try_import(record, false).unwrap()
    }

    /// Import one record, if it can be; over what the desk has edited.
    pub(crate) fn try_import(&self, record: &Value, overwrite: bool) -> Result<Report, Error> {
        self.import_by(record, Rules { overwrite, ..Rules::default() })
    }

    /// Import one record by some rules, if it can be.
    pub(crate) fn import_by(&self, record: &Value, rules: Rules) -> Result<Report, Error> {
        self.import_with(record, None, rules)
    }

    /// Import one record with its file.
    pub(crate) fn import_with(&self, record: &Value, file: Option<StoredFile>, rules: Rules) -> Result<Report, Error> {
        let read = read(&self.store, serde_json::from_value(record.clone()).unwrap(), rules.overwrite).unwrap().with_file(file);
        let permit = Permit::try_from(Caller::system(System::Importer))?;
        self.store.write_now(&permit, |tx| import(tx, &permit, &read, rules))
    }

    /// Nobody the server knows.
    pub(crate) fn anyone(&self) -> Client<'_> {
        Client { entrance: &self.entrance, user: None, token: None, from: None }
    }

    /// Somebody who connects from this address.
    pub(crate) fn from(&self, address: &str) -> Client<'_> {
        Client { from: Some(address.parse().unwrap()), ..self.anyone() }
    }

    /// Write down who was not let in, as the sign-in audit does.
    pub(crate) async fn write_refusals(&self) -> usize {
        let (sign_ins, store) = (self.entrance.sign_ins.clone(), self.store.clone());
        dateline::store::aside(move || sign_ins.write(&store)).await.unwrap()
    }

    pub(crate) async fn admin(&self) -> Client<'_> {
        self.role(Role::Admin, None, None).await
    }

    pub(crate) async fn editor(&self) -> Client<'_> {
        self.role(Role::Editor, None, None).await
    }

    /// Somebody with a role, everywhere or within a section and a locale.
    pub(crate) async fn role(&self, role: Role, section: Option<&str>, locale: Option<&str>) -> Client<'_> {
        self.scoped(role, section, locale, None).await
    }

    /// The same, with a token limited to some actions.
    pub(crate) async fn scoped(&self, role: Role, section: Option<&str>, locale: Option<&str>, scope: Option<String>) -> Client<'_> {
        let n = self.users.fetch_add(1, Ordering::SeqCst);
        let grant = GrantDraft { role, section: section.map(|s| s.parse().unwrap()), locale: locale.map(|l| l.parse().unwrap()) };
        let (user, session) = self
            .store
            .write(Permit::try_from(Caller::system(System::Operator)).unwrap(), move |tx, permit| {
                let draft = Draft {
                    email: Some(format!("{role}-{n}@example.org")),
                    name: format!("{role} {n}"),
                    status: UserStatus::Active,
                    grants: vec![grant],
                };
                let user = desk::users::create(tx, permit, &draft, "-")?;
                Ok((user.id, desk::sessions::begin(tx, user.id, scope, Network::UNKNOWN)?.subject()))
            })
            .await
            .unwrap();
        self.signed_in(user, session)
    }

    /// The same user with a new session, for a test that outlives a token.
    pub(crate) async fn again(&self, client: &Client<'_>) -> Client<'_> {
        self.begun(client, None).await
    }

    /// The same user with a token limited to some actions.
    pub(crate) async fn limited(&self, client: &Client<'_>, scope: &str) -> Client<'_> {
        self.begun(client, Some(scope.to_owned())).await
    }

    /// The same user with an API key that they made, within these limits.
    pub(crate) async fn keyed<'a>(&'a self, client: &Client<'a>, limits: &Value) -> Client<'a> {
        let mut sent = json!({ "name": "A program" });
        sent.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
        let made = client.post("/v1/auth/api-keys", &sent).await.ok();
        Client { token: made["key"].as_str().map(str::to_owned), ..client.clone() }
    }

    /// Write down when API keys were used; how many.
    pub(crate) async fn write_uses(&self) -> usize {
        let (sign_ins, store) = (self.entrance.sign_ins.clone(), self.store.clone());
        dateline::store::aside(move || sign_ins.write_uses(&store)).await.unwrap()
    }

    async fn begun(&self, client: &Client<'_>, scope: Option<String>) -> Client<'_> {
        let user = client.user.unwrap();
        let begun = self.store.write(Bookkeeping, move |tx, _| desk::sessions::begin(tx, user, scope, Network::UNKNOWN)).await.unwrap();
        self.signed_in(user, begun.subject())
    }

    fn signed_in(&self, user: UserId, subject: Subject) -> Client<'_> {
        let token = token::issue(subject, &self.entrance.keys.present(), ISSUER, self.now(), self.store.entropy()).unwrap();
        Client { entrance: &self.entrance, user: Some(user), token: Some(token), from: None }
    }

    /// A section, and its id.
    pub(crate) async fn section(&self, key: &str, hindi: &str) -> String {
        let name: String = key.chars().take(1).flat_map(char::to_uppercase).chain(key.chars().skip(1)).collect();
        self.import(&json!({ "type": "section", "key": key, "translations": { "en": { "name": name }, "hi": { "name": hindi } } }));
        self.anyone().get(&format!("/v1/sections/by-slug/{key}?locale=en")).await.ok()["id"].as_str().unwrap().to_owned()
    }

    /// An author, and its id.
    pub(crate) async fn author(&self, key: &str, name: &str) -> String {
        self.import(&json!({ "type": "author", "key": key, "kind": "person", "translations": { "en": { "name": name } } }));
        self.imported("author", key).await
    }

    /// The id of what was imported under a key.
    pub(crate) async fn imported(&self, kind: &'static str, key: &str) -> String {
        let key = key.to_owned();
        self.store.read(move |tx| dateline::store::imports::find(tx, kind, &key)).await.unwrap().unwrap().target.to_string()
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub(crate) struct Client<'a> {
    entrance: &'a Entrance,
    user: Option<UserId>,
    pub token: Option<String>,
    from: Option<std::net::IpAddr>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(crate) fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("no ETag: {self:?}")).to_owned()
    }

    /// The version that its `ETag` names.
    pub(crate) fn version(&self) -> i32 {
        self.etag().trim_matches('"').split('.').next().unwrap().parse().unwrap()
    }

    /// The body of an answer that must be a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// The problem of an answer that must be a refusal with this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status, problem["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{}", self.text);
        problem
    }

    /// The pointers and codes of a refusal's violations.
    pub(crate) fn violations(&self) -> Vec<(String, String)> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        errors.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
    }
}

impl Client<'_> {
    /// The same caller, connecting from this address.
    pub(crate) fn connecting(&self, from: &str) -> Self {
        Self { from: Some(from.parse().unwrap()), ..self.clone() }
    }

    /// The same caller at another instance.
    pub(crate) fn at<'b>(&self, entrance: &'b Entrance) -> Client<'b> {
        Client { entrance, user: self.user, token: self.token.clone(), from: self.from }
    }
}

impl Client<'_> {
    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        let said = method.clone();
        let mut request = TestRequest::with_uri(path).method(method);
        if let Some(from) = self.from {
            request = request.peer_addr((from, 4711).into());
        }
        if let Some(token) = &self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        let sent = body.clone();
        if let Some(body) = body {
            request = request.set_payload(body);
        }
        let sent_as = headers.iter().find(|(name, _)| *name == "content-type").map_or("", |(_, kind)| *kind);
        let answer = (self.entrance.call)(request.to_request()).await;
        let status = answer.status().as_u16();
        let headers: Vec<(String, String)> =
            answer.headers().iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        let body = actix_web::test::read_body(answer).await.to_vec();
        // What is coded is no text; its length is told all the same.
        let text = String::from_utf8(body.clone()).unwrap_or_default();
        let kind = headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, kind)| kind.as_str());
        contract::judge(&said, path, status, kind, &text);
        if let Some(sent) = sent.filter(|_| status < 300) {
            contract::judge_sent(&said, path, sent_as, &sent);
        }
        Answer { status, headers, text, body }
    }

    async fn json(&self, method: Method, path: &str, etag: Option<&str>, body: &Value) -> Answer {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(etag.map(|tag| ("if-match", tag)));
        self.send(method, path, &headers, Some(body.to_string().into_bytes())).await
    }

    /// Where the desk keeps this user.
    pub(crate) fn path(&self) -> String {
        format!("/v1/desk/users/{}", self.user.unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, None, body).await
    }

    /// A verb on the version that was read.
    pub(crate) async fn act(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, Some(etag), body).await
    }

    pub(crate) async fn put(&self, path: &str, etag: Option<&str>, body: &Value) -> Answer {
        self.json(Method::PUT, path, etag, body).await
    }

    pub(crate) async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.json(Method::PATCH, path, Some(etag), body).await
    }

    pub(crate) async fn delete(&self, path: &str, etag: &str) -> Answer {
        self.send(Method::DELETE, path, &[("if-match", etag)], None).await
    }

    /// A story in English in this section; its path on the desk.
    pub(crate) async fn story(&self, section: &str, headline: &str) -> String {
        let sent = json!({
            "kind": "story", "section_id": section, "source_locale": "en",
            "translations": { "en": { "headline": headline, "summary": "A summary.", "body": { "format": "html", "content": "<p>One.</p><p>Two.</p>" } } }
        });
        let made = self.post("/v1/desk/articles", &sent).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.header("location").unwrap().to_owned()
    }

    /// Publish some locales of an article as it stands.
    pub(crate) async fn publish(&self, article: &str, locales: &[&str]) -> Answer {
        let tag = self.get(article).await.etag();
        self.act(&format!("{article}/publish"), &tag, &json!({ "locales": locales })).await
    }
}
