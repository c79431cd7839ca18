//! What the program refuses to begin with, and what it leaves behind when it does: nothing.

use std::{
    ffi::OsString,
    fs::{self, Permissions},
    os::unix::{
        ffi::OsStringExt,
        fs::{PermissionsExt, symlink},
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::support::new_file;

const GOOD_SECRET: &str = "lI5UzVU/BZZY1higk3qWzUZGZDQ0RWVJ59Ku3CeeJZA=";
const OPEN: (&str, &str) = ("DATELINE_BIND", "0.0.0.0:8080");
const POSTGRES: (&str, &str) = ("DATELINE_SECRET_FILE", "good");

/// A folder with files of every kind that a setting may lead to.
struct Ground(PathBuf);

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Ground {
    fn new() -> Self {
        let folder = new_file().with_extension("d");
        fs::create_dir_all(&folder).unwrap();
        let ground = Self(folder);
        ground.file("good", GOOD_SECRET, 0o600);
        ground.file("open", GOOD_SECRET, 0o644);
        ground.file("group", GOOD_SECRET, 0o640);
        ground.file("short", "c2hvcnQ=", 0o600);
        ground.file("long", &GOOD_SECRET.repeat(2), 0o600);
        ground.file("words", "correct horse battery staple", 0o600);
        ground.file("same", "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=", 0o600);
        ground.file("zeros", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0o600);
        ground.file("count", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 0o600);
        ground.file("turns", "AQIBAgECAQIBAgECAQIBAgECAQIBAgECAQIBAgECAQI=", 0o600);
        ground.file("typed", "Y2hhbmdlbWVjaGFuZ2VtZWNoYW5nZW1lMTIzNDU2Nzg=", 0o600);
        ground.file("twice", "KWijMfYtWV5jcwqWaxJrQCloozH2LVleY3MKlmsSa0A=", 0o600);
        ground.file("empty", "", 0o600);
        fs::create_dir(ground.0.join("anybodys")).unwrap();
        fs::set_permissions(ground.0.join("anybodys"), Permissions::from_mode(0o777)).unwrap();
        ground.file("anybodys/good", GOOD_SECRET, 0o600);
        ground.file("text", "This is no database, but a text that is somewhat longer than one page's head.", 0o600);
        symlink("open", ground.0.join("link")).unwrap();
        symlink("nowhere/at/all", ground.0.join("dangling")).unwrap();
        fs::create_dir(ground.0.join("folder")).unwrap();
        fs::create_dir(ground.0.join("shared")).unwrap();
        fs::set_permissions(ground.0.join("shared"), Permissions::from_mode(0o1777)).unwrap();
        ground
    }

    fn file(&self, name: &str, content: &str, mode: u32) {
        fs::write(self.0.join(name), content).unwrap();
        fs::set_permissions(self.0.join(name), Permissions::from_mode(mode)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.args(arguments).current_dir(&self.0).env_clear().stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        self.command(arguments).envs(settings.iter().copied()).output().unwrap()
    }

    /// Every file and folder below, with its mode and its size.
    fn everything(&self) -> Vec<(PathBuf, u32, u64)> {
        fn walk(at: &Path, found: &mut Vec<(PathBuf, u32, u64)>) {
            for entry in fs::read_dir(at).unwrap() {
                let path = entry.unwrap().path();
                let meta = fs::symlink_metadata(&path).unwrap();
                found.push((path.clone(), meta.permissions().mode(), if meta.is_dir() { 0 } else { meta.len() }));
                if meta.is_dir() {
                    walk(&path, found);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.0, &mut found);
        found.sort();
        found
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.0.join(name)).unwrap().permissions().mode() & 0o777
    }
}

fn complaints(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Settings of a bucket.
const S3: [(&str, &str); 3] =
    [("DATELINE_S3_ACCESS_KEY", "desk"), ("DATELINE_S3_SECRET_KEY", "hunter2"), ("DATELINE_MEDIA", "s3://bucket/media")];

/// Settings that are wrong; the last of each is the one that is, and is named.
#[rustfmt::skip]
const BAD: &[&[(&str, &str)]] = &[
    &[("DATABASE_URI", "sqlite://news.db")],
    &[("database_url", "sqlite://news.db")],
    &[("DB_URL", "postgres://news@localhost/news")],
    &[("DATABASE_URL", "sqlite::memory:")],
    &[("DATABASE_URL", "sqlite://:memory:")],
    &[("DATABASE_URL", "sqlite://")],
    &[("DATABASE_URL", "sqlite:news.db")],
    &[("DATABASE_URL", "sqlite://folder")],
    &[("DATABASE_URL", "sqlite://folder/")],
    &[("DATABASE_URL", "sqlite://..")],
    &[("DATABASE_URL", "sqlite://~/news.db")],
    &[("DATABASE_URL", "sqlite://news.db?mode=ro")],
    &[("DATABASE_URL", "sqlite://file:news.db")],
    &[("DATABASE_URL", "sqlite://good/news.db")],
    &[("DATABASE_URL", "news.db")],
    &[("DATABASE_URL", "mysql://root:hunter2@db/news")],
    &[("DATABASE_URL", "SQLITE://news.db")],
    &[POSTGRES, ("DATABASE_URL", "postgres://")],
    &[POSTGRES, ("DATABASE_URL", "postgres://db")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:hunter2@db.example")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:hunter2@db.example:port/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:hunter2@more@db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:hunter2/more@db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:hunter2%zz@db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://postgres:postgres@db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgresql://news:news@db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:PASSWORD@db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:p%61ssword@db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news@/news?host=db.example&password=changeme")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news:postgres@localhost,db.example/news")],
    &[POSTGRES, ("DATABASE_URL", "postgres://news@localhost/news?sslmode=maybe")],
    &[("DATABASE_URL", "postgres://news@localhost/news"), ("DATELINE_SECRET_FILE", "")],
    &[("DATABASE_URL", "postgres://news@localhost/news"), ("DATELINE_SECRET_FILE", "missing")],
    &[("DATELINE_BIND", "nowhere")],
    &[("DATELINE_BIND", "8080")],
    &[("DATELINE_BIND", "127.0.0.1")],
    &[("DATELINE_BIND", "127.0.0.1:0")],
    &[("DATELINE_BIND", "127.0.0.1:65536")],
    &[("DATELINE_BIND", "localhost:8080")],
    &[OPEN, ("DATELINE_PUBLIC_URL", "")],
    &[OPEN, ("DATELINE_PUBLIC_URL", "http://news.example")],
    &[OPEN, ("DATELINE_PUBLIC_URL", "http://127.0.0.1:8080")],
    &[("DATELINE_BIND", "[::]:8080"), ("DATELINE_PUBLIC_URL", "http://news.example")],
    &[("DATELINE_BIND", "[::ffff:0.0.0.0]:8080"), ("DATELINE_PUBLIC_URL", "http://news.example")],
    &[("DATELINE_PUBLIC_URL", "http://news.example")],
    &[("DATELINE_PUBLIC_URL", "https://user:hunter2@news.example")],
    &[("DATELINE_PUBLIC_URL", "https://hunter2@news.example")],
    &[("DATELINE_PUBLIC_URL", "https://news.example/?hunter2")],
    &[("DATELINE_PUBLIC_URL", "https://news.example/#hunter2")],
    &[("DATELINE_PUBLIC_URL", "https://news.example//api")],
    &[("DATELINE_PUBLIC_URL", "https:///news.example")],
    &[("DATELINE_PUBLIC_URL", "https:news.example")],
    &[("DATELINE_PUBLIC_URL", "https://news.example:0")],
    &[("DATELINE_PUBLIC_URL", "https://0.0.0.0:8080")],
    &[("DATELINE_PUBLIC_URL", "https://news example")],
    &[("DATELINE_PUBLIC_URL", "news.example")],
    &[("DATELINE_PUBLIC_URL", "ftp://news.example")],
    &[("DATELINE_PUBLIC_URL", "javascript:alert(1)")],
    &[("DATELINE_PUBLIC_URL", "https://news.example\u{7}")],
    &[("DATELINE_DATA_DIR", "good")],
    &[("DATELINE_DATA_DIR", "good/data")],
    &[("DATELINE_DATA_DIR", "/proc/data")],
    &[("DATELINE_DATA_DIR", "shared")],
    &[("DATELINE_DATA_DIR", "dangling")],
    &[("DATELINE_DATA_DIR", "~/data")],
    &[("DATABASE_URL", "sqlite://data"), ("DATELINE_DATA_DIR", "./data")],
    &[("DATELINE_SECRET_FILE", "open")],
    &[("DATELINE_SECRET_FILE", "group")],
    &[("DATELINE_SECRET_FILE", "link")],
    &[("DATELINE_SECRET_FILE", "dangling")],
    &[("DATELINE_SECRET_FILE", "folder")],
    &[("DATELINE_SECRET_FILE", "short")],
    &[("DATELINE_SECRET_FILE", "long")],
    &[("DATELINE_SECRET_FILE", "words")],
    &[("DATELINE_SECRET_FILE", "same")],
    &[("DATELINE_SECRET_FILE", "zeros")],
    &[("DATELINE_SECRET_FILE", "count")],
    &[("DATELINE_SECRET_FILE", "turns")],
    &[("DATELINE_SECRET_FILE", "empty")],
    &[("DATELINE_SECRET_FILE", "data/dateline.db")],
    &[("DATELINE_SECRET_FILE", "good/secret")],
    &[("DATELINE_CONNECTIONS", "0")],
    &[("DATELINE_CONNECTIONS", "101")],
    &[("DATELINE_CONNECTIONS", "+4")],
    &[("DATELINE_CONNECTIONS", "-1")],
    &[("DATELINE_CONNECTIONS", "4.0")],
    &[("DATELINE_CONNECTIONS", "04")],
    &[("DATELINE_CONNECTIONS", "0x4")],
    &[("DATELINE_CONNECTIONS", "४")],
    &[("DATELINE_HASHING", "0")],
    &[("DATELINE_HASHING", "65")],
    &[("DATELINE_HASHING", "many")],
    &[("DATELINE_CACHE_MB", "64MB")],
    &[("DATELINE_CACHE_MB", "65537")],
    &[("DATELINE_CACHE_MB", "1e3")],
    &[("DATELINE_CACHE_MB", "99999999999999999999")],
    &[("DATELINE_PURGE", "varnish")],
    &[("DATELINE_PURGE", "varnish=cache:6081")],
    &[("DATELINE_PURGE", "varnish=http://user:hunter2@cache.example:6081")],
    &[("DATELINE_PURGE", "webhook=http://hook.example/?token=hunter2")],
    &[("DATELINE_PURGE", "webhook=ftp://hook.example/")],
    &[("DATELINE_PURGE", "fastly=hunter2")],
    &[("DATELINE_PURGE", "fastly=svc:")],
    &[("DATELINE_PURGE", "cloudflare=:hunter2")],
    &[("DATELINE_PURGE", "cloudflare=a/b:hunter2")],
    &[("DATELINE_PURGE", "akamai=a:hunter2")],
    &[("DATELINE_PURGE", "varnish=http://127.0.0.1:6081 varnish=http://127.0.0.1:6081")],
    &[("DATELINE_PURGE", "webhook=https://one.example/,webhook=https://two.example/ x")],
    &[("DATELINE_DESK_ORIGINS", "*")],
    &[("DATELINE_DESK_ORIGINS", "null")],
    &[("DATELINE_DESK_ORIGINS", "https://*.example")],
    &[("DATELINE_DESK_ORIGINS", "https://desk.example/")],
    &[("DATELINE_DESK_ORIGINS", "https://user:hunter2@desk.example")],
    &[("DATELINE_DESK_ORIGINS", "http://desk.example")],
    &[("DATELINE_DESK_ORIGINS", "https://desk.example https://desk.example")],
    &[("DATELINE_DESK_ORIGINS", "https://desk.example,https://other.example")],
    &[("DATELINE_DESK_ORIGINS", "HTTPS://DESK.example")],
    &[("DATELINE_DESK_ORIGINS", "https://desk.example:443")],
    &[("DATELINE_DESK_ORIGINS", "file:///desk.html")],
    &[("DATELINE_TRUSTED_PROXIES", "proxy.example")],
    &[("DATELINE_TRUSTED_PROXIES", "10.0.0.0/33")],
    &[("DATELINE_TRUSTED_PROXIES", "10.0.0.1/8")],
    &[("DATELINE_TRUSTED_PROXIES", "0.0.0.0/0")],
    &[("DATELINE_TRUSTED_PROXIES", "::/0")],
    &[("DATELINE_TRUSTED_PROXIES", "10.0.0.1,10.0.0.2")],
    &[("DATELINE_TRUSTED_PROXIES", "*")],
    &[("DATELINE_TRUSTED_PROXIES", "0.0.0.0/1 128.0.0.0/1")],
    &[("DATELINE_TRUSTED_PROXIES", "2000::/3")],
    &[("DATELINE_FETCH_ALLOW", "*")],
    &[("DATELINE_FETCH_ALLOW", "0.0.0.0/0")],
    &[("DATELINE_FETCH_ALLOW", "::/0")],
    &[("DATELINE_FETCH_ALLOW", "10.0.0.1/8")],
    &[("DATELINE_FETCH_ALLOW", "http://wire.internal/")],
    &[("DATELINE_FETCH_ALLOW", "wire.internal,photos.internal")],
    &[("DATELINE_FETCH_ALLOW", "wire.internal:0")],
    &[("DATELINE_FETCH_ALLOW", "me@wire.internal")],
    &[("DATELINE_PUBLIC_URL", "https://@news.example")],
    &[("DATELINE_SECRET_FILE", "typed")],
    &[("DATELINE_SECRET_FILE", "twice")],
    &[("DATELINE_SECRET_FILE", "anybodys/good")],
    &[("DATELINEBIND", "127.0.0.1:8081")],
    &[("DATELINE_LOG", "loud")],
    &[("DATELINE_LOG", "dateline=loud")],
    &[("DATELINE_LOG", "info,")],
    &[("DATELINE_LOG", "dateline=debug,[")],
    &[("DATELINE_LOG", "=debug")],
    &[("DATELINE_PUBLICURL", "https://news.example")],
    &[("dateline_bind", "127.0.0.1:8080")],
    &[("Dateline_Bind", "127.0.0.1:8080")],
    &[("DATELINE_SECRET", "hunter2")],
    &[("DATELINE_S3_ACCESS_KEY", "desk")],
    &[S3[0], S3[1], ("DATELINE_MEDIA", "s3://")],
    &[S3[0], S3[1], ("DATELINE_MEDIA", "s3://ab")],
    &[S3[0], S3[1], ("DATELINE_MEDIA", "s3://Bucket/media")],
    &[S3[0], S3[1], ("DATELINE_MEDIA", "s3://bucket/a//b")],
    &[S3[0], S3[1], S3[2], ("DATELINE_S3_ENDPOINT", "store.example")],
    &[S3[0], S3[1], S3[2], ("DATELINE_S3_ENDPOINT", "https://desk:hunter2@store.example")],
    &[S3[0], S3[1], S3[2], ("DATELINE_S3_REGION", "eu central")],
    &[S3[0], S3[2], ("DATELINE_S3_SECRET_KEY", "")],
];

#[rustfmt::skip]
const GOOD: &[&[(&str, &str)]] = &[
    &[],
    &[("DATABASE_URL", "sqlite://news.db")],
    &[("DATABASE_URL", "sqlite://./new/er/news.db")],
    &[("DATABASE_URL", " sqlite://data/dateline.db\n")],
    &[("DATABASE_URL", "sqlite://data/समाचार 1.db")],
    &[("DATABASE_URL", "")],
    &[("DATELINE_BIND", "127.0.0.2:8081")],
    &[("DATELINE_BIND", "[::1]:8080")],
    &[OPEN, ("DATELINE_PUBLIC_URL", "https://news.example")],
    &[OPEN, ("DATELINE_PUBLIC_URL", "https://news.example:8443/api/")],
    &[("DATELINE_PUBLIC_URL", "https://समाचार.example")],
    &[("DATELINE_PUBLIC_URL", "http://localhost:3000")],
    &[("DATELINE_PUBLIC_URL", "http://[::1]:3000")],
    &[("DATELINE_PUBLIC_URL", "http://news.test")],
    &[("DATELINE_DATA_DIR", "elsewhere/data")],
    &[("DATELINE_DATA_DIR", "./folder")],
    &[("DATELINE_SECRET_FILE", "good")],
    &[("DATELINE_SECRET_FILE", "folder/../good")],
    &[("DATELINE_SECRET_FILE", "new/secret")],
    &[("DATELINE_CONNECTIONS", "1")],
    &[("DATELINE_CONNECTIONS", "100")],
    &[("DATELINE_HASHING", "64")],
    &[("DATELINE_CACHE_MB", "0")],
    &[("DATELINE_CACHE_MB", " 65536 ")],
    &[("DATELINE_PURGE", "varnish=http://cache:6081")],
    &[("DATELINE_PURGE", "varnish=http://user:hunter2@127.0.0.1:6081 webhook=https://user:hunter2@hook.example/?a=b")],
    &[("DATELINE_PURGE", "fastly=svc1:hunter2 cloudflare=zone1:hunter2")],
    &[("DATELINE_PURGE", "webhook=https://one.example/?a webhook=https://one.example/?b")],
    &[("DATELINE_DESK_ORIGINS", "https://desk.example http://localhost:3000  https://desk.example:8443")],
    &[("DATELINE_TRUSTED_PROXIES", "10.0.0.0/8 192.0.2.7 fd00::/8 ::1")],
    &[("DATELINE_LOG", "off")],
    &[("DATELINE_LOG", "WARN")],
    &[("DATELINE_LOG", "info,dateline=debug,actix_server=error")],
    &[("DATELINE_TEST_DATABASE_URL", "x")],
    &[("DATELINES", "x")],
    &[("DATELINE_", "x")],
    &[("DATELINE_PORT", "tcp://10.96.0.7:80"), ("DATELINE_SERVICE_HOST", "10.96.0.7"), ("DATELINE_PORT_80_TCP_ADDR", "10.96.0.7")],
    &[("LANG", "C")],
];

#[test]
fn what_is_unsafe_or_wrong_is_refused_by_name_and_leaves_nothing_behind() {
    let ground = Ground::new();
    let before = ground.everything();
    let mut passed = Vec::new();
    for settings in BAD {
        let (name, value) = settings.last().unwrap();
        for command in ["check", "serve"] {
            let output = ground.run(&[command], settings);
            let said = complaints(&output);
            let named = said.lines().any(|line| line.starts_with(&format!("{name}: ")));
            let shown = said.contains("hunter2") || (value.len() > 12 && said.contains(value));
            if output.status.code() != Some(2) || !named || shown || ground.everything() != before {
                passed.push(format!("{command} {settings:?}: {:?} {said}", output.status.code()));
            }
        }
    }
    assert!(passed.is_empty(), "{}", passed.join("\n"));
    assert!(BAD.len() >= 100);
}

#[test]
fn what_is_no_text_is_refused_too() {
    let ground = Ground::new();
    let before = ground.everything();
    for name in ["DATELINE_PUBLIC_URL", "DATELINE_DATA_DIR", "DATABASE_URL", "DATELINE_LOG"] {
        let output = ground.command(&["check"]).env(name, OsString::from_vec(b"sqlite://a\xff".to_vec())).output().unwrap();
        assert!(output.status.code() == Some(2) && complaints(&output).contains(name), "{name} {}", complaints(&output));
    }
    let output = ground.command(&["check"]).env(OsString::from_vec(b"DATELINE_\xff".to_vec()), "x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(ground.everything(), before);
}

#[test]
fn what_is_right_is_accepted_and_check_writes_nothing() {
    for settings in GOOD {
        let ground = Ground::new();
        let before = ground.everything();
        let output = ground.run(&["check"], settings);
        assert_eq!(output.status.code(), Some(1), "there is no database yet: {settings:?} {}", complaints(&output));
        assert!(complaints(&output).contains("dateline migrate"), "{}", complaints(&output));
        assert_eq!(ground.everything(), before, "{settings:?}");
        let output = ground.run(&["migrate"], settings);
        assert_eq!(output.status.code(), Some(0), "{settings:?} {}", complaints(&output));
        assert_eq!(ground.run(&["check"], settings).status.code(), Some(0), "{settings:?}");
    }
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let ground = Ground::new();
    let settings = [("DATABASE_URL", "sqlite://text")];
    for command in ["check", "serve"] {
        let output = ground.run(&[command], &settings);
        assert_eq!(output.status.code(), Some(1), "{}", complaints(&output));
    }
    assert!(fs::read_to_string(ground.0.join("text")).unwrap().starts_with("This is no database"));
    assert!(!ground.0.join("data/secret").exists());
}

/// An address that nobody listens on.
fn nowhere_yet() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The demo makes a signing key before anything else.
fn with_keys(ground: &Ground) {
    let mut child = ground.command(&["serve"]).env("DATELINE_BIND", nowhere_yet()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    assert!(lines.map_while(Result::ok).any(|line| line.contains("listening on")), "the server did not come up");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_secret_that_does_not_open_the_keys_is_refused_and_so_is_a_missing_one() {
    let ground = Ground::new();
    with_keys(&ground);
    assert_eq!(ground.run(&["check"], &[]).status.code(), Some(0));
    let kept = fs::read(ground.0.join("data/secret")).unwrap();
    for wrong in [Some(GOOD_SECRET), None] {
        match wrong {
            Some(other) => fs::write(ground.0.join("data/secret"), other).unwrap(),
            None => fs::remove_file(ground.0.join("data/secret")).unwrap(),
        }
        for command in ["check", "serve", "migrate"] {
            let output = ground.run(&[command], &[]);
            assert_eq!(output.status.code(), Some(2), "{command} {}", complaints(&output));
            assert!(complaints(&output).starts_with("DATELINE_SECRET_FILE: "), "{}", complaints(&output));
        }
        assert_eq!(ground.0.join("data/secret").exists(), wrong.is_some());
    }
    ground.file("data/secret", std::str::from_utf8(&kept).unwrap(), 0o600);
    assert_eq!(ground.run(&["check"], &[]).status.code(), Some(0));
}

#[test]
fn what_a_killed_server_left_open_is_closed_with_its_log() {
    let ground = Ground::new();
    fs::create_dir(ground.0.join("news")).unwrap();
    fs::set_permissions(ground.0.join("news"), Permissions::from_mode(0o755)).unwrap();
    let settings = [("DATABASE_URL", "sqlite://news/news.db")];
    assert_eq!(ground.run(&["migrate"], &settings).status.code(), Some(0));
    let serve = || {
        let mut command = ground.command(&["serve"]);
        let mut child = command.envs(settings).env("DATELINE_BIND", nowhere_yet()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
        assert!(lines.map_while(Result::ok).any(|line| line.contains("listening on")), "the server did not come up");
        child
    };
    let end = |mut child: std::process::Child| {
        child.kill().unwrap();
        child.wait().unwrap();
    };
    end(serve());
    for name in ["news/news.db", "news/news.db-wal", "news/news.db-shm"] {
        fs::set_permissions(ground.0.join(name), Permissions::from_mode(0o666)).unwrap();
    }
    // Which looks at the database, and makes its log anew.
    ground.run(&["check"], &settings);
    let child = serve();
    let modes: Vec<_> = ["news/news.db", "news/news.db-wal", "news/news.db-shm"].iter().map(|name| ground.mode(name)).collect();
    end(child);
    assert_eq!(modes, [0o600; 3]);
}

#[test]
fn a_folder_in_which_other_things_lie_is_not_closed() {
    let ground = Ground::new();
    fs::set_permissions(ground.0.join("folder"), Permissions::from_mode(0o755)).unwrap();
    let settings = [("DATELINE_DATA_DIR", "folder"), ("DATABASE_URL", "sqlite://folder/dateline.db")];
    ground.file("folder/neighbour", "somebody's", 0o644);
    assert_eq!(ground.run(&["migrate"], &settings).status.code(), Some(0));
    assert_eq!((ground.mode("folder"), ground.mode("folder/neighbour"), ground.mode("folder/dateline.db")), (0o755, 0o644, 0o600));
    // When nothing lies there but ours, it is ours to close.
    fs::remove_file(ground.0.join("folder/neighbour")).unwrap();
    assert_eq!(ground.run(&["migrate"], &settings).status.code(), Some(0));
    assert_eq!(ground.mode("folder"), 0o700);
}

/// A command that is run under this `umask`.
fn under(ground: &Ground, umask: &str, arguments: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_dateline");
    Command::new("sh")
        .args(["-c", &format!("umask {umask}; exec {program} {arguments}")])
        .current_dir(&ground.0)
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn what_the_program_makes_is_nobody_elses_to_read_under_any_umask() {
    for umask in ["000", "022", "077"] {
        let ground = Ground::new();
        assert_eq!(under(&ground, umask, "migrate").status.code(), Some(0));
        ground.file("bundle.ndjson", "{\"type\":\"tag\",\"key\":\"a\",\"translations\":{\"en\":{\"name\":\"A\"}}}\n", 0o644);
        assert_eq!(under(&ground, umask, "import bundle.ndjson").status.code(), Some(0));
        ground.file("out.ndjson", "an older export", 0o666);
        assert_eq!(under(&ground, umask, "export out.ndjson").status.code(), Some(0));
        assert_eq!(
            (ground.mode("data"), ground.mode("data/dateline.db"), ground.mode("data/secret"), ground.mode("out.ndjson")),
            (0o700, 0o600, 0o600, 0o600)
        );
        let mut child = ground.command(&["serve"]).env("DATELINE_BIND", nowhere_yet()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
        assert!(lines.map_while(Result::ok).any(|line| line.contains("listening on")));
        let modes: Vec<_> = ["data/dateline.db-wal", "data/dateline.db-shm"].iter().map(|name| ground.mode(name)).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(modes, [0o600, 0o600]);
    }
}

#[test]
fn what_an_earlier_version_left_open_is_told_and_closed() {
    let ground = Ground::new();
    assert_eq!(ground.run(&["migrate"], &[]).status.code(), Some(0));
    let open = || {
        fs::set_permissions(ground.0.join("data"), Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(ground.0.join("data/dateline.db"), Permissions::from_mode(0o644)).unwrap();
    };
    open();
    let told = ground.run(&["check"], &[]);
    assert_eq!(told.status.code(), Some(1));
    assert!(complaints(&told).contains("data: ") && complaints(&told).contains("dateline.db: "), "{}", complaints(&told));
    assert_eq!((ground.mode("data"), ground.mode("data/dateline.db")), (0o755, 0o644), "check changes nothing");
    let closed = ground.run(&["migrate"], &[]);
    assert_eq!(closed.status.code(), Some(0));
    assert!(complaints(&closed).contains("no longer"), "{}", complaints(&closed));
    assert_eq!((ground.mode("data"), ground.mode("data/dateline.db")), (0o700, 0o600));
    // A folder that somebody else gave, and that is not the server's alone, stays as it is.
    fs::create_dir(ground.0.join("theirs")).unwrap();
    fs::set_permissions(ground.0.join("theirs"), Permissions::from_mode(0o755)).unwrap();
    symlink("../theirs/real.db", ground.0.join("data/link.db")).unwrap();
    let linked = [("DATABASE_URL", "sqlite://data/link.db")];
    ground.file("theirs/real.db", "", 0o666);
    assert_eq!(ground.run(&["migrate"], &linked).status.code(), Some(0));
    assert_eq!((ground.mode("theirs"), ground.mode("theirs/real.db")), (0o755, 0o600));
}

#[test]
fn a_broken_export_and_a_link_in_its_place_are_replaced_not_followed() {
    let ground = Ground::new();
    assert_eq!(ground.run(&["migrate"], &[]).status.code(), Some(0));
    ground.file("precious", "precious", 0o600);
    symlink("precious", ground.0.join("out.ndjson.partial")).unwrap();
    symlink("precious", ground.0.join("out.ndjson")).unwrap();
    assert_eq!(ground.run(&["export", "out.ndjson"], &[]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(ground.0.join("precious")).unwrap(), "precious");
    assert!(fs::symlink_metadata(ground.0.join("out.ndjson")).unwrap().is_file());
}
