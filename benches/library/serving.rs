//! What is ready, given to readers, beside a handler that does nothing else.

use std::{fs, io, os::unix::fs::FileExt, path::Path, process::Command};

use actix_web::{App, HttpResponse, HttpServer, body::SizedStream, web};
use futures_util::stream::{iter, try_unfold};
use serde_json::json;

use super::{Desk, newsroom, picture, row, side, sound};
use crate::support::{Server, beside, free_port, variable};

/// How much of a file the bare handler reads at once, in bytes.
const PIECE: u64 = 65_536;

/// A server that opens a file for each request and reads it as it is taken, on threads where waiting is fine; or one that holds it. Run as a process of
/// its own. As here, the system is told to send what is written when it is written: otherwise it keeps the end of a file for 40 ms.
pub(crate) fn bare(port: u16, path: &Path, is_held: bool) {
    let path = path.to_owned();
    let held = web::Bytes::from(if is_held { fs::read(&path).unwrap() } else { Vec::new() });
    let server = move || {
        let (path, held) = (path.clone(), held.clone());
        let answer = move || {
            let (path, held) = (path.clone(), held.clone());
            async move { if is_held { Ok(shared(&held)) } else { streamed(path).await } }
        };
        App::new().route("/", web::get().to(answer))
    };
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(server).tcp_nodelay(true).bind(("127.0.0.1", port)).unwrap();
        eprintln!("listening on {port}");
        server.run().await.unwrap();
    });
}

/// What is held, in pieces that all share: of one piece the HTTP library would make a copy for each who reads it.
fn shared(held: &web::Bytes) -> HttpResponse {
    let (length, mut rest) = (held.len(), held.clone());
    let pieces = std::iter::from_fn(move || (!rest.is_empty()).then(|| io::Result::Ok(rest.split_to(rest.len().min(PIECE as usize)))));
    HttpResponse::Ok().content_type("application/octet-stream").body(SizedStream::new(length as u64, iter(pieces)))
}

async fn streamed(path: std::path::PathBuf) -> Result<HttpResponse, actix_web::Error> {
    let opened = move || {
        let file = fs::File::open(path)?;
        let length = file.metadata()?.len();
        io::Result::Ok((file, length))
    };
    let (file, length) = web::block(opened).await??;
    let pieces = try_unfold((file, 0), move |(file, at)| async move {
        if at >= length {
            return Ok(None);
        }
        let read = move || {
            let mut piece = vec![0; usize::try_from(PIECE.min(length - at)).unwrap()];
            file.read_exact_at(&mut piece, at)?;
            io::Result::Ok((file, piece))
        };
        let (file, piece) = web::block(read).await.map_err(io::Error::other)??;
        let next = at + piece.len() as u64;
        io::Result::Ok(Some((web::Bytes::from(piece), (file, next))))
    });
    Ok(HttpResponse::Ok().content_type("application/octet-stream").body(SizedStream::new(length, Box::pin(pieces))))
}

fn peer(word: &str, file: &Path) -> Server {
    let port = free_port();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([word, &port.to_string(), file.to_str().unwrap()]);
    Server::start(command, port)
}

pub(crate) fn measure() {
    let newsroom = newsroom();
    let server = newsroom.serve(64);
    let desk = Desk::at(&server);

    let story = desk.led_by(&desk.add(&picture(side(), 1)));
    let lead = desk.get(&format!("/v1/articles/{story}")).0["lead"].clone();
    let all = lead["renditions"].as_array().unwrap();
    let wanted = all.iter().find(|one| one["width"] == 1_280 && one["type"] == "image/webp").unwrap();
    let url = desk.url(wanted["url"].as_str().unwrap());
    let file = newsroom.folder.join("drawn");
    fs::write(&file, desk.client.get(&url).0).unwrap();
    compare("a rendition, 1280 px WebP", &url, &file, "≥ 0.80");

    let file = newsroom.folder.join("sound.wav");
    sound(&file, variable("SOUND_MB", 10u64) * 1_000_000);
    let spoken = desk.add(&fs::read(&file).unwrap());
    let audio = format!("/v1/desk/articles/{story}/translations/en/audio");
    desk.does("PUT", &audio, Some("\"0\""), &json!({ "media_id": spoken }));
    let heard = desk.get(&format!("/v1/articles/{story}")).0["audio"]["url"].clone();
    compare("a sound, WAV", &desk.url(heard.as_str().unwrap()), &file, "≥ 0.95");
}

/// A file from its address, beside a bare handler that streams it, and one that has it in memory.
fn compare(what: &str, url: &str, file: &Path, wanted: &str) {
    let bytes = fs::metadata(file).unwrap().len() as f64;
    let ways = [("bare", wanted, "a bare handler that reads it in pieces of 64 KiB"), ("held", "", "one that has it in memory")];
    for (word, wanted, against) in ways {
        let peer = peer(word, file);
        let (ours, other) = beside(url, &[], &peer.url, &[]);
        let told = |rate: f64| format!("{rate:.0}/s, {:.0} MB/s", rate * bytes / 1e6);
        let what = format!("{what}, {:.0} KB", bytes / 1e3);
        let against =
            format!("{against}; median / p99 {:.0} / {:.0} µs beside {:.0} / {:.0}", ours.median, ours.p99, other.median, other.p99);
        row(&what, &told(ours.rate), &told(other.rate), ours.rate / other.rate, wanted, &against);
    }
}
