//! An S3-compatible store for tests: `s3s-fs`, which checks signatures and sums. `DATELINE_TEST_S3` names the program.
//!
//! Where it is not set, what needs it does not run and says so once, on standard error; with `CI` or `DATELINE_TEST_S3=required` it fails instead, but for
//! `DATELINE_TEST_S3=later`, which says that it runs by itself (`.ci/s3/run`). `DATELINE_TEST_MEDIA` has all other tests keep their files in such a store.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, Once},
    thread,
    time::Duration,
};

use dateline::{
    access::secret::Secret,
    media::{
        files::Files,
        storage::{S3, S3Settings},
    },
};

use super::{Seeded, new_file};

static TOLD: Once = Once::new();

/// A store that is gone with the test.
pub(crate) struct Peer {
    child: Child,
    program: PathBuf,
    pub folder: PathBuf,
    port: u16,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The program, where there is one.
#[expect(clippy::disallowed_methods, reason = "who runs the tests says where it is")]
fn program() -> Option<PathBuf> {
    let named = std::env::var("DATELINE_TEST_S3").unwrap_or_default();
    let is_required = named != "later" && (std::env::var_os("CI").is_some() || named == "required");
    let program = Some(PathBuf::from(&named)).filter(|path| path.is_file());
    if program.is_none() {
        assert!(!is_required, "S3 is required here and cannot be tried: DATELINE_TEST_S3 names no program");
        TOLD.call_once(|| eprintln!("DATELINE_TEST_S3 names no s3s-fs: S3 is NOT tested"));
    }
    program
}

fn started(program: &Path, folder: &Path, port: u16) -> Child {
    let mut command = Command::new(program);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--access-key", "desk", "--secret-key", SECRET]);
    let mut child = command.arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "s3s-fs did not come up");
        thread::yield_now();
    }
    child
}

impl Peer {
    /// One with an empty bucket, where there is the program for it.
    pub(crate) fn new() -> Option<Self> {
        let program = program()?;
        let folder = new_file().with_extension("s3");
        fs::create_dir_all(folder.join("bucket")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Self { child: started(&program, &folder, port), program, folder, port })
    }

    /// Take it away.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Give it back.
    pub(crate) fn again(&mut self) {
        self.child = started(&self.program, &self.folder, self.port);
    }

    /// Files of at most 80 MiB in it, of an instance with a number of its own.
    pub(crate) fn files(&self, seed: u32) -> Arc<Files> {
        files_by(SECRET, &self.endpoint(), ("news/media", 80 << 20), seed, &self.folder.join(format!("incoming-{seed}")))
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same, signed with another key.
    pub(crate) fn files_of_another(&self) -> Arc<Files> {
        files_by("another secret", &self.endpoint(), ("news/media", 80 << 20), 99, &self.folder.join("incoming"))
    }

    /// Let everything in it have been put so much earlier.
    pub(crate) fn age(&self, by: Duration) {
        fn within(folder: &Path, by: Duration) {
            for one in fs::read_dir(folder).unwrap() {
                let path = one.unwrap().path();
                if path.is_dir() {
                    within(&path, by);
                } else {
                    let at = path.metadata().unwrap().modified().unwrap();
                    fs::File::open(path).unwrap().set_modified(at - by).unwrap();
                }
            }
        }
        within(&self.folder, by);
    }

    /// What lies in it, and on its way in.
    pub(crate) fn left(&self) -> Vec<String> {
        fn within(folder: &Path, all: &mut Vec<String>) {
            for one in fs::read_dir(folder).into_iter().flatten() {
                let path = one.unwrap().path();
                if path.is_dir() { within(&path, all) } else { all.push(path.to_string_lossy().into_owned()) }
            }
        }
        let mut all = Vec::new();
        within(&self.folder, &mut all);
        let of_ours = |path: &String| !path.rsplit('/').next().unwrap().starts_with('.');
        let cut = |path: String| path.strip_prefix(&format!("{}/", self.folder.display())).unwrap().to_owned();
        let mut all: Vec<String> = all.into_iter().filter(of_ours).map(cut).collect();
        all.sort();
        all
    }
}

/// What the secret key of the desk is.
const SECRET: &str = "a secret of the desk";

/// Files of at most 32 MiB in the bucket `bucket` of a store, of an instance with a number of its own.
pub(crate) fn files_at(endpoint: &str, prefix: &str, seed: u32, incoming: &Path) -> Arc<Files> {
    files_by(SECRET, endpoint, (prefix, 32 << 20), seed, incoming)
}

fn files_by(secret: &str, endpoint: &str, (prefix, most): (&str, u64), seed: u32, incoming: &Path) -> Arc<Files> {
    let settings = S3Settings {
        endpoint: endpoint.parse().unwrap(),
        region: "us-east-1".to_owned(),
        bucket: "bucket".to_owned(),
        prefix: prefix.to_owned(),
        access_key: "desk".to_owned(),
        secret_key: Secret::new(secret.to_owned()),
    };
    let entropy = Arc::new(Seeded(Mutex::new(u64::from(seed) << 40)));
    let storage = S3::of(&settings, incoming, entropy.clone()).unwrap();
    Arc::new(Files::new(Arc::new(storage), entropy, most, 256 << 20))
}
