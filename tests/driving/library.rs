//! The media library of two instances that are killed while they take files in, draw pictures and have stories spoken.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use dateline::domain::media::Digest;
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use serde_json::{Value, json};

use super::{Client, Newsroom, Server, any_of, asked, section, story};
use crate::{library::picture, support::postgres::Database};

/// What is said is a WAV of nothing, and that it was is noted; what encodes it answers frames of MP3.
const SPEAKS: &str = "cat > /dev/null; printf 'once\\n' >> \"$0.log\"; cat \"$0.wav\"";
const ENCODES: &str = "sum=$(cksum); cat \"$0.mp3\"";
/// Stories that are published while nobody is killed, and while somebody is.
const STORIES: usize = 20;
/// Files that are sent while somebody is killed.
const FILES: usize = 120;
/// How often meanwhile.
const KILLS: usize = 12;

/// Programs that speak and encode, in a folder.
fn voice(folder: &Path) -> [String; 2] {
    let format = [&[1, 0, 1, 0], &8_000_u32.to_le_bytes()[..], &8_000_u32.to_le_bytes(), &[1, 0, 8, 0]].concat();
    let head =
        [b"RIFF".as_slice(), &8_036_u32.to_le_bytes(), b"WAVEfmt ", &[16, 0, 0, 0], &format, b"data", &8_000_u32.to_le_bytes()].concat();
    fs::write(folder.join("speak.wav"), [head, vec![128; 8_000]].concat()).unwrap();
    fs::write(folder.join("encode.mp3"), [&[0xff, 0xfb, 0x90, 0x64], &[0; 413][..]].concat().repeat(9)).unwrap();
    [("speak", SPEAKS), ("encode", ENCODES)].map(|(name, script)| {
        fs::write(folder.join(name), script).unwrap();
        format!("sh {}", folder.join(name).display())
    })
}

impl Client {
    /// Send a file; its id, or nothing where the server went away or has no time.
    fn upload(&self, server: &Server, bytes: &[u8]) -> Option<String> {
        let mut request = ureq::http::Request::builder().method("POST").uri(format!("{}/v1/desk/media", server.url));
        request = request.header("content-type", "image/png").header("authorization", format!("Bearer {}", self.token));
        let mut answer = self.agent.run(request.body(bytes).unwrap()).ok()?;
        let said: Value = serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()?;
        match answer.status().as_u16() {
            200 | 201 => Some(said["id"].as_str().unwrap().to_owned()),
            503 => None,
            other => panic!("{other}: {said}"),
        }
    }

    fn file(&self, server: &Server, id: &str) -> Vec<u8> {
        let request = ureq::http::Request::builder().uri(format!("{}/v1/desk/media/{id}/file", server.url));
        let request = request.header("authorization", format!("Bearer {}", self.token)).body(()).unwrap();
        let mut answer = self.agent.run(request).unwrap();
        assert_eq!(answer.status(), 200, "{id}");
        answer.body_mut().read_to_vec().unwrap()
    }

    /// Change something, whatever version it has.
    fn change(&self, server: &Server, path: &str, change: &Value) {
        let (_, _, tag) = self.request("GET", server, path, &[], String::new()).unwrap();
        let (status, answer, _) = self.request("PATCH", server, path, &[("if-match", &tag)], change.to_string()).unwrap();
        assert_eq!(status, 200, "{answer}");
    }
}

/// A story with a picture that leads it.
fn pictured(client: &Client, server: &Server, section: &str, n: usize) -> String {
    let picture = client.upload(server, &picture(80, 60, u8::try_from(n).unwrap())).unwrap();
    let path = story(client, server, section, &format!("Story {n}"));
    client.change(server, &path, &json!({ "lead": { "media_id": picture } }));
    path
}

/// Publish a story; false where the server went away, and it may be published or not.
fn is_published(client: &Client, server: &Server, path: &str) -> bool {
    let Some((200, _, tag)) = client.request("GET", server, path, &[], String::new()) else { return false };
    match client.post(server, &format!("{path}/publish"), &[("if-match", &tag)], &json!({ "locales": ["en"] })) {
        Some((200, ..)) => true,
        None | Some((503, ..)) => false,
        other => panic!("{other:?}"),
    }
}

/// Go on until this is so, which it is to be in a few minutes: whoever has not done it by then never will.
#[expect(clippy::disallowed_methods, reason = "real servers go by the real clock")]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < std::time::Duration::from_mins(5), "{what}");
        thread::yield_now();
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let within = |one: PathBuf| if one.is_dir() { files_in(&one) } else { vec![one] };
    fs::read_dir(folder).into_iter().flatten().flat_map(|one| within(one.unwrap().path())).collect()
}

fn ready(conn: &mut PgConnection) -> usize {
    asked(conn, "SELECT count(*)::text AS line FROM recordings WHERE state = 'ready'")[0].parse().unwrap()
}

#[test]
#[ignore = "a driver of minutes; `.ci/run` asks for it"]
fn a_library_of_two_instances_that_are_killed_has_all_that_was_sent_and_nothing_else() {
    let Some(database) = Database::new() else { return };
    let newsroom = Newsroom::new(Some(&database.url));
    let mut conn = PgConnection::establish(&database.url).unwrap();
    let [speaks, encodes] = voice(&newsroom.folder);
    let path = std::env::join_paths(["/usr/bin", "/bin"]).unwrap();
    let settings = [("DATELINE_SPEECH_COMMAND", speaks.as_str()), ("DATELINE_SPEECH_ENCODER", &encodes), ("PATH", path.to_str().unwrap())];
    let servers = [(); 2].map(|()| RwLock::new(newsroom.serve_with(&settings)));
    let (client, stories) = {
        let one = servers[0].read().unwrap();
        let client = Client::new(&one);
        let section = section(&client, &one);
        client.change(&one, "/v1/desk/locales/en", &json!({ "voice": { "name": "any" } }));
        client.change(&one, "/v1/desk/site", &json!({ "renditions": { "widths": [40, 80], "ratios": [], "drawn_ahead": true } }));
        let stories: Vec<String> = (0..STORIES * 2).map(|n| pictured(&client, &one, &section, n)).collect();
        stories.iter().take(STORIES).for_each(|path| assert!(is_published(&client, &one, path)));
        (client, stories)
    };
    let (media, spoken) = (newsroom.folder.join("data/media"), newsroom.folder.join("speak.log"));
    // Both instances hear of each story at once.
    until("all stories can be heard, and their pictures are drawn", || {
        ready(&mut conn) == STORIES && files_in(&media.join("renditions")).len() == STORIES * 4
    });
    assert_eq!(fs::read_to_string(&spoken).unwrap().lines().count(), STORIES, "each story is spoken once");
    let (next, done, kills) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let sent: Mutex<HashMap<String, Digest>> = Mutex::default();
    thread::scope(|scope| {
        for person in 0..4 {
            let (servers, client, next, done, sent, stories, kills) = (&servers, &client, &next, &done, &sent, &stories, &kills);
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= FILES {
                        break;
                    }
                    let bytes = picture(100 + u32::try_from(n).unwrap(), 60, 200);
                    // Where one is killed an answer may be lost: it is asked again, of the other.
                    let some = |tried: usize| servers[(person + tried) % 2].read().unwrap();
                    let (mut id, mut tried) = (None, 0);
                    until("a file is taken in", || {
                        id = client.upload(&some(tried), &bytes);
                        tried += 1;
                        id.is_some()
                    });
                    let id = id.unwrap();
                    sent.lock().unwrap().insert(id.clone(), Digest::of(&bytes));
                    if n.is_multiple_of(FILES / STORIES) {
                        let path = &stories[STORIES + n / (FILES / STORIES)];
                        until("a story is published", || {
                            tried += 1;
                            is_published(client, &some(tried), path)
                        });
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                    // Nobody sends more than a few while one of them is begun again.
                    until("somebody is killed", || kills.load(Ordering::Relaxed) + 1 >= done.load(Ordering::Relaxed) * KILLS / FILES);
                }
            });
        }
        while done.load(Ordering::Relaxed) < FILES {
            if kills.load(Ordering::Relaxed) < done.load(Ordering::Relaxed) * KILLS / FILES {
                let one = &servers[any_of(2)];
                // In the middle of whatever it does; who waits for its lock sends to another one then.
                let pid = one.read().unwrap().child.id();
                let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
                let mut held = one.write().unwrap();
                held.kill();
                *held = newsroom.serve_with(&settings);
                kills.fetch_add(1, Ordering::Relaxed);
            }
            thread::yield_now();
        }
    });
    let kills = kills.into_inner();
    assert!(kills + 1 >= KILLS, "{kills} kills are no test");
    // What those who died had claimed lapses after minutes.
    sql_query("UPDATE recordings SET held_until = now() WHERE state <> 'ready'").execute(&mut conn).unwrap();
    until("all stories can be heard in spite of it", || ready(&mut conn) == STORIES * 2);
    let one = servers[0].read().unwrap();
    let sent = sent.into_inner().unwrap();
    assert_eq!(sent.len(), FILES);
    for (id, digest) in &sent {
        assert_eq!(Digest::of(&client.file(&one, id)), *digest);
    }
    let names: BTreeSet<_> = files_in(&media.join("renditions")).into_iter().collect();
    assert!(names.iter().all(|name| image::load_from_memory(&fs::read(name).unwrap()).is_ok()), "none is drawn in part");
    drop(one);
    drop(servers);
    // As a day later, when what is left behind is known to be that.
    let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    files_in(&media).iter().for_each(|file| fs::File::open(file).unwrap().set_modified(then).unwrap());
    let check = |arguments: &[&str]| {
        let output = newsroom.command(&[&["media", "check"], arguments].concat()).stdout(std::process::Stdio::piped()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().last().unwrap_or_default().to_owned()
    };
    let found = check(&["--repair"]);
    assert!(found.starts_with("0 missing"), "{found}");
    assert_eq!(check(&[]), "0 missing, 0 left behind");
    let times = fs::read_to_string(&spoken).unwrap().lines().count();
    eprintln!("{FILES} files over {kills} kills: {found}, before the repair; {} stories spoken in {times} turns", STORIES * 2);
    drop(conn);
    database.forget();
}
