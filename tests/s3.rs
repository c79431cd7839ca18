//! The media library over an S3-compatible store, which `s3s-fs` is: what the folder promises, it promises too.

use std::sync::Arc;

use actix_web::http::Method;
use dateline::{
    domain::{
        Instant,
        media::{Digest, StoredFile},
        upload::UploadId,
    },
    media::{
        checking::{check, sweep},
        files::Files,
        storage::Key,
    },
    store,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    library::picture,
    support::{Answer, Client, s3::Peer},
    uploads::{begin, document, offset, send},
};

const MEDIA: &str = "/v1/desk/media";
fn long_after() -> Instant {
    Instant::from_micros(i64::MAX)
}

async fn add(client: &Client<'_>, bytes: &[u8]) -> Answer {
    client.send(Method::POST, MEDIA, &[("content-type", "application/octet-stream")], Some(bytes.to_vec())).await
}

fn place(item: &Value) -> String {
    format!("{MEDIA}/{}", item["id"].as_str().unwrap())
}

fn kept(files: &Files, bytes: &[u8]) -> StoredFile {
    let mut incoming = files.begin().unwrap();
    incoming.write(bytes).unwrap();
    files.take_in(incoming).unwrap()
}

both! {
    async fn files_lie_in_a_bucket_and_are_given_whole_and_in_ranges_and_drawn_in_other_sizes(app) {
        let Some(peer) = Peer::new() else { return };
        let entrance = app.instance_over(peer.files(1)).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        // More than what is read at once.
        let bytes = document(3 << 20);
        let item = add(&editor, &bytes).await.ok();
        let file = format!("{}/file", place(&item));
        assert_eq!(editor.get(&file).await.body, bytes);
        let range = async |range: &str| editor.send(Method::GET, &file, &[("range", range)], None).await;
        for (asked, first, end) in [("bytes=0-9", 0, 10), ("bytes=524280-524299", 524_280, 524_300), ("bytes=1000000-2999999", 1_000_000, 3_000_000), ("bytes=-5", bytes.len() - 5, bytes.len())] {
            let given = range(asked).await;
            assert_eq!((given.status, given.body == bytes[first..end]), (206, true), "{asked}");
        }
        let several = range("bytes=0-3, 2000000-2000003").await;
        assert!(several.status == 206 && several.header("content-type").unwrap().starts_with("multipart/byteranges"));
        assert!([&bytes[..4], &bytes[2_000_000..2_000_004]].iter().all(|part| several.body.windows(4).any(|window| window == *part)));
        assert_eq!(range("bytes=99999999-").await.status, 416);
        let picture = picture(1_000, 500, 90);
        let drawn = add(&editor, &picture).await.ok();
        for _ in 0..2 {
            let small = editor.get(&format!("{}/renditions/320.webp", place(&drawn))).await;
            assert_eq!(image::load_from_memory(&small.body).unwrap().width(), 320);
        }
        let digests = [&bytes, &picture].map(|bytes| Digest::of(bytes));
        let lie = peer.left();
        for digest in digests {
            assert!(lie.contains(&format!("bucket/news/media/{}", Key::Original(digest))), "{lie:?}");
        }
        // Two originals, one rendition, nothing on its way in.
        assert_eq!(lie.len(), 3, "{lie:?}");
        assert_eq!(add(&editor, &bytes).await.status, 200);
    }

    async fn what_is_large_is_put_in_parts_and_comes_back_as_it_was(app) {
        let Some(peer) = Peer::new() else { return };
        let entrance = app.instance_over(peer.files(1)).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let bytes = document((70 << 20) + 7);
        let item = add(&editor, &bytes).await.ok();
        assert_eq!(item["sha256"], json!(Digest::of(&bytes).to_string()));
        assert!(editor.get(&format!("{}/file", place(&item))).await.body == bytes);
        assert_eq!(peer.left().len(), 1, "{:?}", peer.left());
    }

    async fn an_upload_is_gone_on_with_by_whichever_instance_and_bytes_of_two_are_never_mixed(app) {
        let Some(peer) = Peer::new() else { return };
        let (one, another) = (app.instance_over(peer.files(1)).await, app.instance_over(peer.files(2)).await);
        let editor = app.editor().await;
        let (here, there) = (editor.at(&one), editor.at(&another));
        let bytes = document(20 << 20);
        let at = begin(&here, bytes.len()).await;
        assert_eq!(send(&here, &at, 0, &bytes[..9 << 20]).await.status, 204);
        assert_eq!(offset(&there, &at).await, 9 << 20);
        // What somebody put and did not come to count is here to stay, and counts.
        let id: UploadId = at.rsplit('/').next().unwrap().parse().unwrap();
        let storage = peer.files(3).storage().clone();
        let (mut first, mut second) = (storage.receive(id).unwrap(), storage.receive(id).unwrap());
        for (receiving, to) in [(&mut first, 10 << 20), (&mut second, 11 << 20)] {
            receiving.go_on(9 << 20).unwrap();
            receiving.write(&bytes[9 << 20..to]).unwrap();
        }
        first.settle().unwrap();
        assert!(second.settle().is_err(), "two went on from one byte");
        assert_eq!(offset(&here, &at).await, 10 << 20);
        send(&here, &at, 9 << 20, b"other bytes").await.refused(409, "wrong-offset");
        let last = send(&there, &at, 10 << 20, &bytes[10 << 20..]).await;
        assert_eq!(last.status, 204, "{}", last.text);
        let item = here.get(last.header("content-location").unwrap()).await.ok();
        assert_eq!(item["sha256"], json!(Digest::of(&bytes).to_string()));
        assert_eq!(peer.left().len(), 1, "{:?}", peer.left());
        // What is not taken, and what is deleted, leaves nothing.
        let refused = begin(&here, 6).await;
        assert_eq!(send(&here, &refused, 0, b"<html>").await.status, 415);
        let deleted = begin(&here, 10).await;
        send(&here, &deleted, 0, b"half").await;
        assert_eq!(peer.left().len(), 2);
        assert_eq!(here.send(Method::DELETE, &deleted, &[("tus-resumable", "1.0.0")], None).await.status, 204);
        assert_eq!(peer.left().len(), 1, "{:?}", peer.left());
    }

    async fn what_is_left_behind_in_a_bucket_is_found_and_removed_and_what_is_missing_is_named(app) {
        let Some(peer) = Peer::new() else { return };
        let files = peer.files(1);
        let entrance = app.instance_over(files.clone()).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let item = add(&editor, &picture(800, 400, 91)).await.ok();
        editor.get(&format!("{}/renditions/320.webp", place(&item))).await.ok();
        let (of_item, left) = (item["sha256"].as_str().unwrap().parse().unwrap(), kept(&files, &picture(40, 30, 92)).digest);
        let half = begin(&editor, 100).await;
        send(&editor, &half, 0, &[0; 10]).await;
        let storage = &**files.storage();
        let of_items = app.store.read_now(store::media::digests).unwrap();
        let now = check(storage, &of_items, app.now()).unwrap();
        assert_eq!((now.missing, now.left_behind), (vec![], vec![]), "it has come just now");
        // The store has a clock of its own, and by that it is long ago.
        let later = check(storage, &of_items, long_after()).unwrap();
        assert_eq!((&later.missing, &later.left_behind), (&vec![], &vec![left]));
        assert_eq!(sweep(storage, &later.left_behind, long_after()).unwrap(), 2, "the file and the upload");
        assert_eq!(peer.left().len(), 2, "{:?}", peer.left());
        assert!(storage.remove(of_item, long_after()).unwrap());
        assert_eq!(peer.left(), [""; 0]);
        assert_eq!(check(storage, &of_items, long_after()).unwrap().missing, [of_item]);
        editor.get(&format!("{}/file", place(&item))).await.refused(404, "not-found");
    }

    async fn a_store_that_is_taken_away_under_load_and_given_back_has_all_that_it_was_said_to_have(app) {
        let Some(mut peer) = Peer::new() else { return };
        let files = peer.files(1);
        let entrance = app.instance_over(files.clone()).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let before = add(&editor, &picture(40, 30, 93)).await.ok();
        let some = document(300_000);
        let half = begin(&editor, some.len()).await;
        send(&editor, &half, 0, &some[..100_000]).await;
        let pictures: Vec<_> = (100..130).map(|seed| picture(40, 30, seed)).collect();
        let adding = join_all(pictures.iter().map(|bytes| add(&editor, bytes)));
        let taking = async {
            while peer.left().len() < 10 {
                actix_web::rt::task::yield_now().await;
            }
            peer.kill();
        };
        let (added, ()) = futures_util::future::join(adding, taking).await;
        let mut said = 1;
        for answer in &added {
            if answer.status == 201 {
                said += 1;
            } else {
                answer.refused(503, "storage-unavailable");
                assert_eq!(answer.header("retry-after"), Some("5"));
            }
        }
        editor.get(&format!("{}/file", place(&before))).await.refused(503, "storage-unavailable");
        send(&editor, &half, 100_000, &some[100_000..]).await.refused(503, "storage-unavailable");
        editor.get(&half).await.refused(503, "storage-unavailable");
        assert_eq!(editor.get(&format!("{MEDIA}?limit=100")).await.ok()["data"].as_array().unwrap().len(), said);
        peer.again();
        let found = check(&**files.storage(), &app.store.read_now(store::media::digests).unwrap(), app.now()).unwrap();
        assert_eq!(found.missing, []);
        for (bytes, answer) in pictures.iter().zip(&added).filter(|(_, answer)| answer.status == 201) {
            assert_eq!(&editor.get(&format!("{}/file", place(&answer.json()))).await.body, bytes);
        }
        for bytes in &pictures {
            assert!(matches!(add(&editor, bytes).await.status, 200 | 201));
        }
        assert_eq!(offset(&editor, &half).await, 100_000);
        let last = send(&editor, &half, 100_000, &some[100_000..]).await;
        assert_eq!(editor.get(&format!("{}/file", last.header("content-location").unwrap())).await.body, some);
    }

    async fn a_store_that_knows_another_key_is_away(app) {
        let Some(peer) = Peer::new() else { return };
        let entrance = app.instance_over(peer.files_of_another()).await;
        let editor = app.editor().await;
        let answer = add(&editor.at(&entrance), &picture(40, 30, 94)).await;
        answer.refused(503, "storage-unavailable");
        assert_eq!(peer.left(), [""; 0]);
    }
}

#[actix_web::test]
async fn what_is_cut_on_its_way_to_the_store_is_refused_by_its_sum() {
    let Some(peer) = Peer::new() else { return };
    let files: Arc<Files> = peer.files(1);
    let folder = files.storage().incoming().unwrap().join("cut");
    std::fs::write(&folder, b"half of it").unwrap();
    let refused = files.storage().keep(&Key::Original(Digest::of(b"all of it")), &folder).unwrap_err();
    assert!(refused.for_the_log().unwrap().contains("400 BadDigest"), "{refused:?}");
}

#[test]
fn one_instance_at_a_time_has_the_lease_of_what_is_drawn_and_what_is_left_of_one_is_swept() {
    let Some(peer) = Peer::new() else { return };
    let [one, other] = [peer.files(1), peer.files(2)];
    let key = Key::Rendition(Digest::of(b"a picture"), "320-1.webp".to_owned());
    let lease = one.storage().lease(&key).unwrap();
    assert!(lease.is_some());
    assert!(other.storage().lease(&key).unwrap().is_none());
    drop(lease);
    let held = other.storage().lease(&key).unwrap().unwrap();
    // An instance that is killed gives nothing up.
    std::mem::forget(held);
    assert!(one.storage().lease(&key).unwrap().is_none());
    peer.age(std::time::Duration::from_mins(11));
    let lease = one.storage().lease(&key).unwrap();
    assert!(lease.is_some(), "it lapses");
    std::mem::forget(lease);
    assert_eq!(one.storage().sweep(long_after()).unwrap(), 1);
    assert!(one.storage().lease(&key).unwrap().is_some());
}
