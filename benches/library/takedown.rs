//! A picture that many live pages show is taken down: how soon that is acknowledged, and what the next reading of each page shows.

use std::time::Instant;

use serde_json::json;

use super::{Desk, ms, newsroom, picture, row, timed};
use crate::support::variable;

pub(crate) fn measure() {
    let newsroom = newsroom();
    let server = newsroom.serve(256);
    let desk = Desk::at(&server);
    let item = desk.add(&picture(800, 1));
    let (section, count) = (desk.section(), variable("PAGES", 1_000u32));
    let pages: Vec<String> = (0..count)
        .map(|n| {
            let image = json!({ "type": "image", "attrs": { "media_id": item, "alt": "A picture" } });
            let words = json!({ "type": "paragraph", "content": [{ "type": "text", "text": format!("Story {n}.") }] });
            let body = json!({ "format": "doc", "content": { "type": "doc", "content": [words, image] } });
            let (story, tag) = desk.story(&section, ("en", &format!("Page {n} of the bench")), &json!({ "media_id": item }), &body);
            desk.publish(&story, &tag, "en");
            let url = desk.client.json(&desk.url(&format!("/v1/articles/{story}")))["url"].as_str().unwrap().to_owned();
            let path = url.split('/').skip(3).fold(String::new(), |path, part| format!("{path}/{part}"));
            desk.url(&format!("/v1/pages?path={path}"))
        })
        .collect();
    let rendition = desk.url(&format!("/v1/media/{item}/320.webp"));
    let shown = format!("/v1/media/{item}/");
    let with_it = || {
        let shows = |page: &&String| String::from_utf8(desk.client.get(page).0).unwrap().contains(&shown);
        pages.iter().filter(shows).count()
    };
    desk.client.get(&rendition);
    let mut before = with_it();
    let kept = timed(|| before = before.min(with_it()));
    let path = format!("/v1/desk/media/{item}");
    let tag = desk.get(&path).1;
    let began = Instant::now();
    desk.does("POST", &format!("{path}/takedown"), Some(&tag), &json!({ "reason": "A bench." }));
    let acknowledged = began.elapsed();
    let began = Instant::now();
    let after = with_it();
    let read = began.elapsed();
    let status = desk.client.0.get(&rendition).call().unwrap().status().as_u16();
    let what = format!("takedown of a picture that {before} live pages show");
    row(&what, &ms(acknowledged), "250 ms", acknowledged.as_secs_f64() / 0.25, "≤ 1.00", "acknowledged");
    let told = format!("a read of each before, kept; {after} of {count} show it after, and its file is answered {status}");
    row("the next read of each", &ms(read), &ms(kept), read.as_secs_f64() / kept.as_secs_f64(), "0 show it", &told);
}
