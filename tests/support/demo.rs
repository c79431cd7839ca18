//! What `dateline demo` makes: a process of its own made it, and each story is told over a copy. `SQLite` only, for the demo is that by definition.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use dateline::{
    access::secret::Secret,
    domain::Instant,
    store::{Limits, Options, Store},
};

use super::{Client, Entrance, ISSUER, Seeded, TestClock, new_file, served::listening};

/// The folder of a demo that was started once, and the password that it printed.
pub(crate) struct Demo {
    folder: PathBuf,
    pub password: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A service over a copy.
pub(crate) struct Copy(pub Entrance);

impl Demo {
    /// Start it, and stop it when it is up.
    pub(crate) fn new() -> Self {
        let folder = new_file().with_extension("demo");
        fs::create_dir_all(&folder).unwrap();
        let mut demo = Self { folder, password: String::new() };
        demo.start();
        demo
    }

    /// Start it again over what is there.
    pub(crate) fn start(&mut self) {
        let (mut child, _) = listening(|port| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
            command.arg("demo").current_dir(&self.folder).env_clear().env("DATELINE_BIND", format!("127.0.0.1:{port}"));
            command.env("DATELINE_PUBLIC_URL", ISSUER).stdin(Stdio::null()).stdout(Stdio::piped());
            command
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|line| line.trim_start().starts_with("Password")).unwrap();
        line.split_whitespace().nth(1).unwrap().clone_into(&mut self.password);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn database(&self) -> PathBuf {
        self.folder.join("data/demo/dateline.db")
    }

    /// The demo itself, over which somebody signs in.
    pub(crate) async fn itself(&self) -> Copy {
        self.over(self.database()).await
    }

    /// A copy of it as it is.
    pub(crate) async fn copy(&self) -> Copy {
        let to = self.folder.join(new_file().file_name().unwrap());
        for end in ["", "-wal"] {
            let from = format!("{}{end}", self.database().display());
            if fs::exists(&from).unwrap() {
                fs::copy(from, format!("{}{end}", to.display())).unwrap();
            }
        }
        self.over(to).await
    }

    async fn over(&self, file: PathBuf) -> Copy {
        let clock = Arc::new(TestClock(AtomicI64::new(now().as_micros())));
        let url = format!("sqlite://{}", file.display());
        let seed = u64::try_from(clock.0.load(Ordering::SeqCst)).unwrap();
        let entropy = Arc::new(Seeded(seed.into()));
        let store = Store::open(Options {
            url,
            readers: 1,
            writers: 1,
            clock,
            entropy,
            media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
            limits: Limits::default(),
        })
        .unwrap();
        let secret = fs::read_to_string(self.folder.join("data/demo/secret")).unwrap();
        let seal = Secret::new(BASE64_STANDARD.decode(secret.trim()).unwrap().try_into().unwrap());
        Copy(Entrance::with_files(store, seal, &self.folder.join("data/demo/media")).await)
    }
}

/// The present instant, of which is what a process makes.
#[expect(clippy::disallowed_methods, reason = "what a process has made is of now")]
pub(crate) fn now() -> Instant {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Instant::from_micros(i64::try_from(now.as_micros()).unwrap())
}

impl Copy {
    /// Somebody with this token, or nobody.
    pub(crate) fn with(&self, token: Option<&str>) -> Client<'_> {
        Client { entrance: &self.0, user: None, token: token.map(str::to_owned), from: None }
    }
}
