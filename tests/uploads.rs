//! Files that come in several requests, by tus 1.0: what has come counts and stays, and what is whole is an item as any other.

use std::{fs, io::Write, path::Path};

use actix_web::http::Method;
use base64::{Engine, prelude::BASE64_STANDARD};
use dateline::{
    domain::{
        media::Digest,
        upload::{LIFE, UNFINISHED, UploadId},
    },
    workers::media_sweeper::round,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    library::picture,
    media_store::own,
    support::{Answer, Client, contract, served::Served},
};

const UPLOADS: &str = "/v1/desk/uploads";
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const BYTES: (&str, &str) = ("content-type", "application/offset+octet-stream");

async fn post(client: &Client<'_>, length: usize, more: &[(&str, &str)]) -> Answer {
    let length = length.to_string();
    let headers: Vec<_> = [TUS, ("upload-length", length.as_str())].into_iter().chain(more.iter().copied()).collect();
    client.send(Method::POST, UPLOADS, &headers, None).await
}

/// Begin an upload; where it is.
pub(crate) async fn begin(client: &Client<'_>, length: usize) -> String {
    let begun = post(client, length, &[]).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    begun.header("location").unwrap().to_owned()
}

async fn send_with(client: &Client<'_>, at: &str, offset: usize, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
    let offset = offset.to_string();
    let headers: Vec<_> = [TUS, BYTES, ("upload-offset", offset.as_str())].into_iter().chain(more.iter().copied()).collect();
    client.send(Method::PATCH, at, &headers, Some(bytes.to_vec())).await
}

pub(crate) async fn send(client: &Client<'_>, at: &str, offset: usize, bytes: &[u8]) -> Answer {
    send_with(client, at, offset, bytes, &[]).await
}

/// What the clients of tus ask before they go on.
pub(crate) async fn offset(client: &Client<'_>, at: &str) -> usize {
    let answer = client.send(Method::HEAD, at, &[TUS], None).await;
    assert_eq!((answer.status, answer.header("cache-control"), answer.text.as_str()), (200, Some("no-store"), ""));
    answer.header("upload-offset").unwrap().parse().unwrap()
}

fn id_of(at: &str) -> UploadId {
    at.rsplit('/').next().unwrap().parse().unwrap()
}

fn left_in(folder: &Path) -> Vec<String> {
    let files = |of: &str| {
        fs::read_dir(folder.join(of)).into_iter().flatten().map(|file| file.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    [files("uploads"), files("incoming")].concat()
}

both! {
    async fn a_file_that_comes_in_several_requests_is_an_item_as_one_that_comes_in_one(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let bytes = picture(80, 60, 70);
        let said = format!("filename {},filetype {},public", BASE64_STANDARD.encode("नदी.png"), BASE64_STANDARD.encode("image/gif"));
        let begun = post(&editor, bytes.len(), &[("upload-metadata", &said)]).await;
        assert_eq!((begun.status, begun.header("tus-resumable"), begun.header("upload-offset")), (201, Some("1.0.0"), Some("0")));
        let at = begun.header("location").unwrap().to_owned();
        let mut sent = 0;
        for piece in [&bytes[..10], &bytes[10..10], &bytes[10..40]] {
            assert_eq!(offset(&editor, &at).await, sent);
            let answer = send(&editor, &at, sent, piece).await;
            sent += piece.len();
            assert_eq!((answer.status, answer.header("upload-offset").map(str::to_owned), answer.header("content-location")), (204, Some(sent.to_string()), None), "{}", answer.text);
        }
        let half = editor.send(Method::GET, &at, &[], None).await;
        assert_eq!((half.header("upload-length").map(str::to_owned), half.header("upload-metadata")), (Some(bytes.len().to_string()), Some(said.as_str())));
        let half = half.ok();
        assert_eq!((&half["offset"], &half["length"], &half["name"], &half["media_id"], &half["problem"]), (&json!(40), &json!(bytes.len()), &json!("नदी.png"), &Value::Null, &Value::Null));
        assert_eq!(editor.get("/v1/desk/media").await.ok()["data"], json!([]));
        let last = send(&editor, &at, 40, &bytes[40..]).await;
        assert_eq!((last.status, last.header("upload-offset").map(str::to_owned)), (204, Some(bytes.len().to_string())), "{}", last.text);
        let place = last.header("content-location").unwrap().to_owned();
        let item = editor.get(&place).await.ok();
        assert_eq!((&item["name"], &item["width"], &item["sha256"]), (&json!("नदी.png"), &json!(80), &json!(Digest::of(&bytes).to_string())));
        assert_eq!(editor.get(&format!("{place}/file")).await.body, bytes);
        let told = editor.get(&at).await.ok();
        assert_eq!((&told["offset"], &told["media_id"]), (&json!(bytes.len()), &item["id"]));
        assert_eq!(left_in(&own.0), [""; 0]);
        // Whoever did not hear the answer asks again.
        assert_eq!(send(&editor, &at, bytes.len(), b"").await.header("content-location"), Some(place.as_str()));
        send(&editor, &at, 0, &bytes).await.refused(409, "wrong-offset");
        // The same bytes are the item that is there.
        let again = begin(&editor, bytes.len()).await;
        assert_eq!(send(&editor, &again, 0, &bytes).await.header("content-location"), Some(place.as_str()));
        // It stays when what is told of how it came goes.
        assert_eq!(editor.send(Method::DELETE, &at, &[TUS], None).await.status, 204);
        editor.get(&at).await.refused(404, "not-found");
        editor.get(&place).await.ok();
    }

    async fn what_does_not_speak_tus_or_does_not_fit_is_refused_and_changes_nothing(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let at = begin(&editor, 100).await;
        for (method, path) in [(Method::POST, UPLOADS), (Method::PATCH, at.as_str()), (Method::DELETE, at.as_str())] {
            for version in [vec![], vec![("tus-resumable", "0.2.2")]] {
                let answer = editor.send(method.clone(), path, &version, None).await;
                answer.refused(412, "tus-version");
                assert_eq!(answer.header("tus-version"), Some("1.0.0"));
            }
        }
        assert_eq!(editor.send(Method::HEAD, &at, &[("tus-resumable", "2.0.0")], None).await.status, 412);
        send(&editor, &at, 0, &[0; 10]).await;
        for wrong in [0, 9, 11, 100] {
            send(&editor, &at, wrong, &[0; 5]).await.refused(409, "wrong-offset");
        }
        send(&editor, &at, 10, &[0; 91]).await.refused(413, "too-large");
        let headers = [TUS, ("content-type", "application/octet-stream"), ("upload-offset", "10")];
        editor.send(Method::PATCH, &at, &headers, Some(vec![0; 5])).await.refused(415, "unsupported-media-type");
        editor.send(Method::PATCH, &at, &[TUS, BYTES], Some(vec![0; 5])).await.refused(400, "malformed");
        for wrong in ["", "-1", "+5", "1.5", "99999999999999999999"] {
            editor.send(Method::POST, UPLOADS, &[TUS, ("upload-length", wrong)], None).await.refused(400, "malformed");
        }
        editor.send(Method::POST, UPLOADS, &[TUS, ("upload-defer-length", "1")], None).await.refused(400, "malformed");
        for wrong in ["filename ?", "a YQ==,a YQ==", &format!("filename {}", "YWFh".repeat(1_100))] {
            post(&editor, 10, &[("upload-metadata", wrong)]).await.refused(400, "malformed");
        }
        post(&editor, (32 << 20) + 1, &[]).await.refused(413, "too-large");
        post(&editor, 0, &[]).await.refused(415, "unsupported-media-type");
        post(&editor, 10, &[BYTES]).await.refused(415, "unsupported-media-type");
        assert_eq!(offset(&editor, &at).await, 10);
    }

    async fn bytes_that_come_with_a_sum_count_all_or_not_at_all(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let bytes = picture(80, 60, 71);
        let at = begin(&editor, bytes.len()).await;
        let sum = |bytes: &[u8]| format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(bytes)));
        let wrong = send_with(&editor, &at, 0, &bytes[..20], &[("upload-checksum", &sum(&bytes))]).await;
        let problem = wrong.refused(460, "checksum-mismatch");
        assert_eq!((&problem["title"], offset(&editor, &at).await), (&json!("Checksum Mismatch"), 0));
        assert_eq!(send_with(&editor, &at, 0, &bytes[..20], &[("upload-checksum", &sum(&bytes[..20]))]).await.status, 204);
        // SHA-1 of `a`.
        let of_a = "sha1 hvfkN/qlp/zhXR3cuerq6jd2Z7g=";
        send_with(&editor, &at, 20, b"b", &[("upload-checksum", of_a)]).await.refused(460, "checksum-mismatch");
        for unknown in ["md5 AAAA", "sha256", "sha256 ?"] {
            send_with(&editor, &at, 20, &bytes[20..], &[("upload-checksum", unknown)]).await.refused(400, "malformed");
        }
        // The last of them too.
        send_with(&editor, &at, 20, &bytes[20..], &[("upload-checksum", of_a)]).await.refused(460, "checksum-mismatch");
        assert_eq!(offset(&editor, &at).await, 20);
        let last = send_with(&editor, &at, 20, &bytes[20..], &[("upload-checksum", &sum(&bytes[20..]))]).await;
        assert!(last.header("content-location").is_some(), "{}", last.text);
        let other = begin(&editor, 2).await;
        assert_eq!(send_with(&editor, &other, 0, b"a", &[("upload-checksum", of_a)]).await.status, 204);
    }

    async fn a_file_that_is_not_taken_is_refused_with_its_last_byte_as_any_other_is_and_told_of_afterwards(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        for bytes in [b"<html><title>a</title></html>".to_vec(), picture(40, 30, 72)[..60].to_vec()] {
            let whole = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "image/png")], Some(bytes.clone())).await;
            let at = begin(&editor, bytes.len()).await;
            assert_eq!(send(&editor, &at, 0, &bytes[..20]).await.status, 204);
            let last = send(&editor, &at, 20, &bytes[20..]).await;
            assert_eq!((last.status, &last.json()["code"], &last.json()["detail"]), (whole.status, &whole.json()["code"], &whole.json()["detail"]));
            let told = editor.get(&at).await.ok();
            assert_eq!((&told["problem"]["status"], &told["problem"]["code"], &told["problem"]["detail"]), (&json!(last.status), &last.json()["code"], &last.json()["detail"]));
            assert_eq!((&told["offset"], &told["media_id"]), (&json!(bytes.len()), &Value::Null));
            assert_eq!(send(&editor, &at, bytes.len(), b"").await.status, last.status);
            assert_eq!(left_in(&own.0), [""; 0]);
        }
        assert_eq!(editor.get("/v1/desk/media").await.ok()["data"], json!([]));
    }

    async fn an_upload_is_there_for_whoever_began_it_and_for_nobody_else(app) {
        let (editor, other) = (app.editor().await, app.admin().await);
        let at = begin(&editor, 100).await;
        let never = format!("{UPLOADS}/0198c5a1-7f00-7000-8000-00000000dead");
        let told = |answer: Answer| answer.refused(404, "not-found")["detail"].clone();
        for (method, headers) in [(Method::GET, vec![]), (Method::PATCH, vec![TUS, BYTES, ("upload-offset", "0")]), (Method::DELETE, vec![TUS])] {
            let of_another = told(other.send(method.clone(), &at, &headers, None).await);
            assert_eq!(of_another, told(other.send(method, &never, &headers, None).await));
        }
        assert_eq!(offset(&editor, &at).await, 0);
        let reader = app.limited(&editor, "desk.read").await;
        reader.get(&at).await.refused(403, "forbidden");
        app.anyone().get(&at).await.refused(401, "unauthenticated");
    }

    async fn what_nothing_comes_for_in_a_day_is_gone_and_swept(app) {
        let (own, files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let begun = editor.at(&entrance);
        let (left, goes_on) = (begin(&begun, 100).await, begin(&begun, 100).await);
        for at in [&left, &goes_on] {
            send(&begun, at, 0, &[0; 10]).await;
        }
        app.wait(LIFE - 1);
        let editor = app.again(&editor).await;
        let editor = editor.at(&entrance);
        assert_eq!((offset(&editor, &left).await, round(&app.store, &files).unwrap()), (10, 0));
        assert_eq!(send(&editor, &goes_on, 10, &[0; 10]).await.status, 204);
        app.wait(1);
        editor.get(&left).await.refused(410, "gone");
        send(&editor, &left, 10, &[0; 10]).await.refused(410, "gone");
        assert_eq!((round(&app.store, &files).unwrap(), round(&app.store, &files).unwrap()), (1, 0));
        editor.get(&left).await.refused(404, "not-found");
        assert_eq!(left_in(&own.0), [id_of(&goes_on).to_string()]);
        assert_eq!(offset(&editor, &goes_on).await, 20);
        // What is no upload's any more goes by its age.
        fs::write(own.0.join("uploads/0198c5a1-7f00-7000-8000-00000000dead"), b"x").unwrap();
        let old = fs::File::open(own.0.join("uploads/0198c5a1-7f00-7000-8000-00000000dead")).unwrap();
        old.set_modified(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(round(&app.store, &files).unwrap(), 1);
    }

    async fn nobody_leaves_more_unfinished_than_the_limits_say(app) {
        let editor = app.editor().await;
        let other = app.editor().await;
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(begin(&editor, 32 << 20).await);
        }
        post(&editor, 1, &[]).await.refused(409, "too-many");
        begin(&other, 1).await;
        for at in all {
            assert_eq!(editor.send(Method::DELETE, &at, &[TUS], None).await.status, 204);
        }
        let tried = editor.send(Method::POST, &format!("{UPLOADS}?validate_only=true"), &[TUS, ("upload-length", "1")], None).await;
        assert_eq!((tried.status, tried.header("location")), (201, None));
        for _ in 0..UNFINISHED {
            begin(&editor, 1).await;
        }
        post(&editor, 1, &[]).await.refused(409, "too-many");
        app.wait(LIFE);
        begin(&app.again(&editor).await, 1).await;
    }

    async fn whichever_instance_shares_the_store_goes_on_and_never_two_at_once(app) {
        let (own, files) = own();
        let (one, another) = (app.with_files(&own.0).await, app.instance_with_files(&own.0).await);
        let editor = app.editor().await;
        let (here, there) = (editor.at(&one), editor.at(&another));
        let bytes = picture(80, 60, 73);
        let at = begin(&here, bytes.len()).await;
        assert_eq!(send(&here, &at, 0, &bytes[..30]).await.status, 204);
        assert_eq!(offset(&there, &at).await, 30);
        let held = files.storage().receive(id_of(&at)).unwrap();
        for client in [&here, &there] {
            send(client, &at, 30, b"other bytes").await.refused(409, "upload-under-way");
        }
        // How far it is can be asked meanwhile.
        assert_eq!(offset(&here, &at).await, 30);
        drop(held);
        assert_eq!(send(&there, &at, 30, &bytes[30..60]).await.status, 204);
        let last = send(&here, &at, 60, &bytes[60..]).await;
        assert_eq!(there.get(&format!("{}/file", last.header("content-location").unwrap())).await.body, bytes);
    }

    async fn no_more_is_told_to_have_come_than_the_store_has(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let bytes = picture(80, 60, 74);
        let at = begin(&editor, bytes.len()).await;
        send(&editor, &at, 0, &bytes[..60]).await;
        let file = own.0.join("uploads").join(id_of(&at).to_string());
        fs::File::options().write(true).open(&file).unwrap().set_len(25).unwrap();
        send(&editor, &at, 60, &bytes[60..]).await.refused(409, "wrong-offset");
        assert_eq!(offset(&editor, &at).await, 25);
        assert_eq!(send(&editor, &at, 25, &bytes[25..50]).await.header("upload-offset"), Some("50"));
        // What was written and not counted when a server was killed does not count.
        fs::File::options().append(true).open(&file).unwrap().write_all(b"half a piece").unwrap();
        assert_eq!(offset(&editor, &at).await, 50);
        fs::remove_file(&file).unwrap();
        assert_eq!(offset(&editor, &at).await, 0);
        let last = send(&editor, &at, 0, &bytes).await;
        assert_eq!(editor.get(&format!("{}/file", last.header("content-location").unwrap())).await.body, bytes);
    }

    async fn a_store_that_is_away_is_503_and_the_last_byte_is_asked_for_again(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let bytes = picture(80, 60, 75);
        let at = begin(&editor, bytes.len()).await;
        send(&editor, &at, 0, &bytes[..60]).await;
        // Originals cannot be kept: where their folder should be lies a file.
        fs::write(own.0.join("originals"), b"not a folder").unwrap();
        send(&editor, &at, 60, &bytes[60..]).await.refused(503, "storage-unavailable");
        assert_eq!((offset(&editor, &at).await, &editor.get(&at).await.ok()["media_id"]), (bytes.len() - 1, &Value::Null));
        assert_eq!(editor.get("/v1/desk/media").await.ok()["data"], json!([]));
        fs::remove_file(own.0.join("originals")).unwrap();
        let last = send(&editor, &at, bytes.len() - 1, &bytes[bytes.len() - 1..]).await;
        assert_eq!(editor.get(&format!("{}/file", last.header("content-location").unwrap())).await.body, bytes);
        let other = begin(&editor, 10).await;
        fs::rename(&own.0, own.0.with_extension("away")).unwrap();
        fs::write(&own.0, b"not a folder").unwrap();
        send(&editor, &other, 0, &[0; 5]).await.refused(503, "storage-unavailable");
        fs::remove_file(&own.0).unwrap();
        fs::rename(own.0.with_extension("away"), &own.0).unwrap();
        assert_eq!(send(&editor, &other, 0, &[0; 5]).await.status, 204);
    }

    async fn what_is_only_tried_writes_nothing(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let at = begin(&editor, 100).await;
        let tried = send(&editor, &format!("{at}?validate_only=true"), 0, &[0; 10]).await;
        assert_eq!((tried.status, tried.header("validate-only")), (204, Some("true")));
        send(&editor, &format!("{at}?validate_only=true"), 5, &[0; 10]).await.refused(409, "wrong-offset");
        assert_eq!(editor.send(Method::DELETE, &format!("{at}?validate_only=true"), &[TUS], None).await.status, 204);
        assert_eq!((offset(&editor, &at).await, left_in(&own.0)), (0, vec![]));
    }

    async fn a_page_of_another_origin_speaks_tus_where_it_may_use_the_desk(app) {
        let editor = app.editor().await;
        let told = editor.send(Method::OPTIONS, UPLOADS, &[], None).await;
        let said = ["tus-version", "tus-resumable", "tus-max-size", "tus-extension", "tus-checksum-algorithm"].map(|name| told.header(name).unwrap_or_default().to_owned());
        assert_eq!((told.status, said), (204, ["1.0.0", "1.0.0", "33554432", "creation,termination,expiration,checksum", "sha1,sha256"].map(str::to_owned)));
        let origin = ("origin", "https://desk.example");
        let asked = app.anyone().send(Method::OPTIONS, UPLOADS, &[origin, ("access-control-request-method", "POST")], None).await;
        let allowed = asked.header("access-control-allow-headers").unwrap();
        for name in ["tus-resumable", "upload-length", "upload-offset", "upload-metadata", "upload-checksum"] {
            assert!(allowed.contains(name), "{allowed}");
        }
        let begun = post(&editor, 10, &[origin]).await;
        let exposed = begun.header("access-control-expose-headers").unwrap();
        for name in ["Location", "Upload-Offset", "Upload-Length", "Tus-Resumable", "Upload-Expires", "Content-Location"] {
            assert!(exposed.contains(name), "{exposed}");
        }
        assert!(contract::contract()["paths"][format!("{UPLOADS}/{{id}}")]["patch"]["responses"]["460"].is_object());
    }
}

/// A document of so many bytes.
pub(crate) fn document(length: usize) -> Vec<u8> {
    let (begin, end) = (b"%PDF-1.4\n% ", b"\n%%EOF\n");
    let filler = (0..length - begin.len() - end.len()).map(|n| b"0123456789abcdefghijklmnopqrstuvwxyz"[(n / 7 + n / 40_000) % 36]);
    begin.iter().copied().chain(filler).chain(end.iter().copied()).collect()
}

/// What a server of its own says to a request of tus.
fn asked(server: &Served, signed: &str, method: &str, at: &str, lines: &str, body: &[u8]) -> crate::support::served::Said {
    let head = format!("{method} {at} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntus-resumable: 1.0.0\r\n{signed}{lines}");
    server.say(&[format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()).pop().unwrap()
}

fn patch_lines(offset: usize) -> String {
    format!("content-type: application/offset+octet-stream\r\nupload-offset: {offset}\r\n")
}

#[actix_web::test]
async fn what_came_until_a_client_or_the_server_was_gone_is_gone_on_with() {
    let mut server = Served::with(&[]);
    let signed = server.administrator();
    let bytes = document(30 << 20);
    let begun = asked(&server, &signed, "POST", UPLOADS, &format!("upload-length: {}\r\n", bytes.len()), b"");
    let at = begun.header("location").unwrap().to_owned();
    let offset = |server: &Served| {
        let told = asked(server, &signed, "GET", &at, "", b"").json();
        usize::try_from(told["offset"].as_u64().unwrap()).unwrap()
    };
    let broken_off = |server: &Served, from: usize, to: usize| {
        let mut stream = server.connect();
        let head = format!("PATCH {at} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\n{signed}{}", patch_lines(from));
        stream.write_all(format!("{head}content-length: {}\r\n\r\n", bytes.len() - from).as_bytes()).unwrap();
        stream.write_all(&bytes[from..to]).unwrap();
        stream
    };
    // A client that is gone: all that it sent counts.
    drop(broken_off(&server, 0, 100_000));
    while offset(&server) < 100_000 {}
    assert_eq!(offset(&server), 100_000);
    // A server that is gone: what it has counted counts, and that is no more than has come.
    let sent = 20 << 20;
    let stream = broken_off(&server, 100_000, sent);
    while offset(&server) < 16 << 20 {}
    server.killed_and_started_again();
    drop(stream);
    let from = offset(&server);
    assert!((16 << 20..=sent).contains(&from), "{from}");
    let last = asked(&server, &signed, "PATCH", &at, &patch_lines(from), &bytes[from..]);
    assert_eq!(last.status, 204, "{:?}", last.json());
    let item = asked(&server, &signed, "GET", last.header("content-location").unwrap(), "", b"").json();
    assert_eq!((&item["sha256"], &item["bytes"]), (&json!(Digest::of(&bytes).to_string()), &json!(bytes.len())));
}
