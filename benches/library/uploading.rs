//! A large file that comes in, as one body and by tus, beside `cp`, `sync` and `sha256sum` of the same file; and what the server holds of it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    net::TcpStream,
    os::unix::fs::FileExt,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use super::{Desk, newsroom, row, run, sound, timed};
use crate::support::{Client, Server, variable};

/// Bytes of a `PATCH`.
const PATCH: u64 = 16 << 20;

/// What a process has in memory, in MiB, by a name in its status.
fn held(server: &Server, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// The most that a process had in memory while this was done, in MiB: all of it, and that of no file.
pub(crate) fn most_held(server: &Server, work: impl FnOnce()) -> (f64, f64) {
    fs::write(format!("/proc/{}/clear_refs", server.child.id()), "5").unwrap();
    let is_done = AtomicBool::new(false);
    let anonymous = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most: f64 = 0.0;
            // Ends: when the work is done.
            while !is_done.load(Ordering::Relaxed) {
                most = most.max(held(server, "RssAnon:"));
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        work();
        is_done.store(true, Ordering::Relaxed);
        watch.join().unwrap()
    });
    (held(server, "VmHWM:"), anonymous)
}

/// A way in which a file is sent to a server, with a token.
type Way = fn(&Server, &str, &Path);

/// A connection that sends files without looking at them.
struct Wire<'s> {
    stream: BufReader<TcpStream>,
    token: &'s str,
}

impl<'s> Wire<'s> {
    fn to(server: &Server, token: &'s str) -> Self {
        let stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream), token }
    }

    /// Send this, and bytes of a file from one on; what a header field of the answer says.
    fn send(&mut self, request: &str, headers: &[String], body: Option<(&File, u64, u64)>, field: &str) -> String {
        let length = body.map_or(0, |(_, _, length)| length);
        let more: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let head = format!("{request} HTTP/1.1\r\nhost: bench\r\nauthorization: {}\r\ncontent-length: {length}\r\n{more}\r\n", self.token);
        self.stream.get_mut().write_all(head.as_bytes()).unwrap();
        if let Some((mut file, from, length)) = body {
            file.seek(SeekFrom::Start(from)).unwrap();
            io::copy(&mut file.take(length), self.stream.get_mut()).unwrap();
        }
        let lines: Vec<String> = self.stream.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        let says = |name: &str| {
            lines.iter().find_map(|l| l.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned()))
        };
        let mut rest = vec![0; says("content-length").map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut rest).unwrap();
        assert!(lines[0].contains(" 20"), "{request}: {lines:?} {}", String::from_utf8_lossy(&rest));
        says(field).unwrap_or_default()
    }
}

fn whole(server: &Server, token: &str, path: &Path) {
    let file = File::open(path).unwrap();
    let length = file.metadata().unwrap().len();
    let headers = ["content-type: audio/wav".to_owned()];
    let at = Wire::to(server, token).send("POST /v1/desk/media", &headers, Some((&file, 0, length)), "location");
    assert!(at.starts_with("/v1/desk/media/"), "it was there: {at}");
}

fn by_tus(server: &Server, token: &str, path: &Path) {
    let file = File::open(path).unwrap();
    let length = file.metadata().unwrap().len();
    let (tus, mut wire) = ("tus-resumable: 1.0.0".to_owned(), Wire::to(server, token));
    let at = wire.send("POST /v1/desk/uploads", &[tus.clone(), format!("upload-length: {length}")], None, "location");
    let mut item = String::new();
    for offset in (0..length).step_by(usize::try_from(PATCH).unwrap()) {
        let headers = [tus.clone(), "content-type: application/offset+octet-stream".to_owned(), format!("upload-offset: {offset}")];
        item = wire.send(&format!("PATCH {at}"), &headers, Some((&file, offset, PATCH.min(length - offset))), "content-location");
    }
    assert!(item.starts_with("/v1/desk/media/"), "it is no item: {item}");
}

pub(crate) fn measure() {
    let newsroom = newsroom();
    // Whoever checks a password takes memory for that: another server does.
    let token = { Client::new().token(&newsroom.serve(0)) };
    let (path, copy) = (newsroom.folder.join("noise.wav"), newsroom.folder.join("copy.wav"));
    let bytes = variable("UPLOAD_MB", 1_000u64) * 1_000_000;
    sound(&path, bytes);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let mut times = 0u64;
    let mut another = || {
        times += 1;
        // The same bytes again would be the item that is there.
        file.write_all_at(&times.to_le_bytes(), 100).unwrap();
        run(&mut Command::new("sync"));
    };
    let ways: [(&str, Way); 2] = [("as one body", whole), ("by tus, 16 MiB a PATCH", by_tus)];
    for (way, send) in ways {
        let server = newsroom.serve(64);
        let desk = Desk { client: Client::new(), server: &server, token: token.clone() };
        let little = newsroom.folder.join("little.wav");
        sound(&little, 1_000_000 + u64::try_from(way.len()).unwrap());
        send(&server, &desk.token, &little);
        thread::sleep(Duration::from_secs(2));
        let idle = (server.memory(), held(&server, "RssAnon:"));
        let mut runs = Vec::new();
        let mut most: (f64, f64) = (0.0, 0.0);
        for _ in 0..variable("ROUNDS", 3) {
            another();
            let mut taken = Duration::ZERO;
            let peak = most_held(&server, || taken = timed(|| send(&server, &desk.token, &path)));
            most = (most.0.max(peak.0), most.1.max(peak.1));
            let _ = fs::remove_file(&copy);
            run(&mut Command::new("sync"));
            let by_hand = format!("cp '{0}' '{1}' && sync '{1}' && sha256sum '{1}'", path.display(), copy.display());
            runs.push((taken, run(Command::new("sh").args(["-c", &by_hand]))));
        }
        let ratio = |(ours, peer): &(Duration, Duration)| peer.as_secs_f64() / ours.as_secs_f64();
        runs.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        let middle = runs[runs.len() / 2];
        let speed = |taken: Duration| format!("{:.0} MB/s", bytes as f64 / 1e6 / taken.as_secs_f64());
        let what = format!("upload of {} MB {way}", bytes / 1_000_000);
        row(
            &what,
            &speed(middle.0),
            &speed(middle.1),
            ratio(&middle),
            "≥ 0.50",
            "cp, sync and sha256sum of the same file, one after the other",
        );
        let more = format!("idle; {:+.1} MiB, of no file {:+.1}", most.0 - idle.0, most.1 - idle.1);
        row("memory at its peak", &format!("{:.1} MiB", most.0), &format!("{:.1} MiB", idle.0), most.0 / idle.0, "≤ +24 MiB", &more);
    }
}
