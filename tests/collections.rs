//! Collections: lists that editors arrange, and the pages that they make.

use std::collections::BTreeSet;

use actix_web::http::Method;
use dateline::{
    access::{Caller, Permit, System},
    delivery::purging::{self, Purge},
    desk::bundle::{Outcome, export_collection},
    domain::{text::limits, user::Role},
};
use serde_json::{Value, json};

use crate::{
    library::picture,
    support::{Client, TestApp},
};

pub(crate) const COLLECTIONS: &str = "/v1/desk/collections";

pub(crate) fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

pub(crate) fn pin(story: &str, position: i32) -> Value {
    json!({ "article_id": id(story), "position": position })
}

/// A collection; its path on the desk.
pub(crate) async fn arranged(client: &Client<'_>, slug: &str, said: &Value) -> String {
    let mut sent = json!({ "slug": slug, "names": { "en": slug } });
    sent.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    let made = client.post(COLLECTIONS, &sent).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

pub(crate) async fn arrange(client: &Client<'_>, path: &str, said: &Value) {
    client.patch(path, &client.get(path).await.etag(), said).await.ok();
}

/// Stories of a section that are live in English, each first published a minute after the one before.
pub(crate) async fn stories(app: &TestApp, section: &str, headlines: &[&str]) -> Vec<String> {
    let editor = app.editor().await;
    let mut all = Vec::new();
    for headline in headlines {
        app.wait(60);
        let story = editor.story(section, headline).await;
        editor.publish(&story, &["en"]).await.ok();
        all.push(story);
    }
    all
}

pub(crate) fn headlines(rows: &Value) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row["headline"].as_str().unwrap().to_owned()).collect()
}

/// What anybody is answered, which is what they would be answered anew, from the same things.
pub(crate) async fn read(app: &TestApp, path: &str) -> Value {
    let answer = app.anyone().get(path).await;
    let fresh = app.uncached().await;
    let anew = app.anyone().at(&fresh).get(path).await;
    assert_eq!(answer.ok(), anew.ok(), "{path}: a kept answer is true");
    assert_eq!(answer.header("surrogate-key"), anew.header("surrogate-key"), "{path}");
    answer.json()
}

async fn shown(app: &TestApp, slug: &str) -> Vec<String> {
    headlines(&read(app, &format!("/v1/collections/{slug}")).await["data"])
}

async fn unpublish(client: &Client<'_>, story: &str) {
    client.act(&format!("{story}/unpublish"), &client.get(story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
}

/// The stories of a page and of those after it, read to the last and back again to the first.
async fn page_by_page(app: &TestApp, path: &str, limit: u32) -> Vec<Vec<String>> {
    let at =
        |cursor: Option<&str>| format!("/v1/pages?path={path}&limit={limit}{}", cursor.map(|c| format!("&cursor={c}")).unwrap_or_default());
    let fresh = app.uncached().await;
    let read = async |path: String| app.anyone().at(&fresh).get(&path).await.ok();
    let mut pages = vec![read(at(None)).await["articles"].clone()];
    while let Some(next) = pages.last().unwrap()["page"]["next"].as_str() {
        let page = read(at(Some(next))).await;
        assert_eq!(page["frame"]["head"]["canonical"].as_str().unwrap().split("?cursor=").nth(1), Some(next), "known by its own cursor");
        pages.push(page["articles"].clone());
        assert!(pages.len() < 20);
    }
    for n in (1..pages.len()).rev() {
        let previous = pages[n]["page"]["previous"].as_str().unwrap();
        let before = read(at(Some(previous))).await;
        assert_eq!(headlines(&before["articles"]["data"]), headlines(&pages[n - 1]["data"]), "back from page {}", n + 1);
    }
    assert_eq!(pages[0]["page"]["previous"], Value::Null);
    pages.iter().map(|page| headlines(&page["data"])).collect()
}

/// Every story once.
fn nothing_is_lost(pages: &[Vec<String>], all: &[&str]) {
    let mut read: Vec<_> = pages.iter().flatten().map(String::as_str).collect();
    read.sort_unstable();
    let mut all = all.to_vec();
    all.sort_unstable();
    assert_eq!(read, all, "{pages:?}");
}

both! {
    async fn what_is_pinned_stands_at_its_slot_and_a_query_fills_the_rest(app) {
        let editor = app.editor().await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let all = stories(&app, &world, &["One", "Two", "Three", "Four", "Five"]).await;
        let other = stories(&app, &crime, &["Robbery"]).await;
        let draft = editor.story(&world, "Draft").await;
        let mut first = pin(&all[0], 1);
        first["headlines"] = json!({ "en": "One for the top", "hi": "एक" });
        let items = json!([first, pin(&draft, 2), pin(&all[1], 3)]);
        let path = arranged(&editor, "top", &json!({ "limit": 4, "items": items, "query": { "section": [world] } })).await;
        let list = read(&app, "/v1/collections/top").await;
        assert_eq!(list["collection"], json!({ "slug": "top", "locale": "en", "direction": "ltr", "name": "top" }));
        assert_eq!(headlines(&list["data"]), ["One for the top", "Five", "Two", "Four"]);
        assert_eq!(list["data"][0]["pinned"], json!({ "position": 1, "own_headline": true, "own_lead": false }));
        assert_eq!((&list["data"][1]["pinned"], &list["data"][2]["pinned"]["own_headline"]), (&Value::Null, &json!(false)));
        assert_eq!(list["page"], json!({ "next": null, "previous": null }));
        // The story itself is called what it is called.
        assert_eq!(read(&app, &format!("/v1/articles/{}", id(&all[0]))).await["headline"], "One");
        let part = read(&app, "/v1/collections/top?fields=headline,pinned.position&include=section").await;
        assert_eq!(part["data"][0], json!({ "headline": "One for the top", "pinned": { "position": 1 } }));
        assert_eq!((&part["included"]["sections"][0]["slug"], &part["collection"]["slug"]), (&json!("world"), &json!("top")));
        // The desk is told what nobody sees; once it is live it has its slot.
        let left_out = editor.get(&path).await.ok()["left_out"].clone();
        assert_eq!(left_out, json!([{ "pointer": "#/items/1", "locales": ["en", "hi", "bn", "kn"] }]));
        editor.publish(&draft, &["en"]).await.ok();
        assert_eq!(shown(&app, "top").await, ["One for the top", "Draft", "Two", "Five"]);
        unpublish(&editor, &all[1]).await;
        assert_eq!(shown(&app, "top").await, ["One for the top", "Draft", "Five", "Four"]);
        // What nothing fills moves up.
        arrange(&editor, &path, &json!({ "items": [pin(&all[4], 4), pin(&all[3], 2)], "query": null })).await;
        assert_eq!(shown(&app, "top").await, ["Four", "Five"]);
        arrange(&editor, &path, &json!({ "items": [pin(&all[4], 1), pin(&all[3], 1), pin(&other[0], 2)], "query": { "not_section": [crime], "sort": "published_at" } })).await;
        assert_eq!(shown(&app, "top").await, ["Five", "Four", "Robbery", "One"]);
        // In a language that none of it is in, by its chain or not at all; and under no slug but its own.
        assert_eq!(read(&app, "/v1/collections/top?locale=hi").await["data"], json!([]));
        let kn = read(&app, "/v1/collections/top?locale=hi&fallback=chain").await;
        assert_eq!(headlines(&kn["data"]).len(), 4);
        arrange(&editor, &path, &json!({ "slug": "best", "items": [first] })).await;
        let hindi = read(&app, "/v1/collections/best?locale=hi&fallback=chain").await;
        assert_eq!(hindi["data"][0]["headline"], "One for the top", "the headline is in the language of the words");
        app.anyone().get("/v1/collections/top").await.refused(404, "not-found");
        editor.delete(&path, &editor.get(&path).await.etag()).await.ok();
        app.anyone().get("/v1/collections/best").await.refused(404, "not-found");
    }

    async fn a_window_opens_and_closes_by_the_clock_alone(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let all = stories(&app, &world, &["One", "Two", "Three"]).await;
        let at = |seconds: i64| json!(app.now().plus_seconds(seconds));
        let mut morning = pin(&all[0], 1);
        (morning["from"], morning["until"]) = (at(100), at(200));
        let mut later = pin(&all[0], 2);
        later["from"] = at(200);
        arranged(&editor, "top", &json!({ "limit": 3, "items": [morning, later], "query": {} })).await;
        let expected = [(99, ["Three", "Two", "One"]), (1, ["One", "Three", "Two"]), (99, ["One", "Three", "Two"]), (1, ["Three", "One", "Two"])];
        for (seconds, order) in expected {
            app.wait(seconds);
            assert_eq!(shown(&app, "top").await, order);
            // Nobody keeps it beyond the next turn.
            let kept = app.anyone().get("/v1/collections/top").await.header("cache-control").unwrap().to_owned();
            assert_eq!(kept.contains(" max-age=1,"), seconds == 99, "{kept}");
        }
    }

    async fn what_is_wrong_with_a_collection_is_said_place_by_place(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let story = editor.story(&world, "One").await;
        let sent = json!({
            "slug": "top", "names": {}, "limit": 2, "locale": "fr", "place": { "kind": "section" },
            "items": [
                { "article_id": id(&story), "position": 3, "headlines": { "fr": "Un", "en": "\u{200b}\u{2060}" } },
                { "article_id": id(&story), "position": 1, "from": "2026-05-01T00:00:00Z", "until": "2026-05-01T00:00:00Z" },
            ],
        });
        let refused = editor.post(COLLECTIONS, &sent).await;
        let at = |all: &[(&str, &str)]| all.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect::<BTreeSet<_>>();
        assert_eq!(refused.violations().into_iter().collect::<BTreeSet<_>>(), at(&[
            ("#/locale", "unknown_locale"), ("#/names", "required"), ("#/place/section_id", "required"), ("#/items/1/article_id", "repeated"),
            ("#/items/0/position", "out_of_range"), ("#/items/0/headlines/fr", "unknown_locale"), ("#/items/0/headlines/en", "required"),
            ("#/items/1/until", "out_of_order"),
        ]));
        let nothing = "0198c5a1-7f00-7000-8000-000000000001";
        let sent = json!({
            "slug": "top", "names": { "en": "Top" }, "place": { "kind": "section", "section_id": nothing },
            "items": [{ "article_id": nothing, "position": 1 }, { "article_id": id(&story), "position": 1, "media_id": nothing }],
            "query": { "section": [world, nothing], "tag": [world] },
        });
        let refused = editor.post(COLLECTIONS, &sent).await;
        assert_eq!(refused.violations().into_iter().collect::<BTreeSet<_>>(), at(&[
            ("#/place/section_id", "unknown"), ("#/items/0/article_id", "unknown"), ("#/items/1/media_id", "unknown"),
            ("#/query/section/1", "unknown"), ("#/query/tag/0", "unknown"),
        ]));
        let many: Vec<_> = (0..=limits::COLLECTION_ITEMS).map(|_| pin(&story, 1)).collect();
        let refused = editor.post(COLLECTIONS, &json!({ "slug": "top", "names": { "en": "Top" }, "items": many })).await;
        assert!(refused.violations().contains(&("#/items".to_owned(), "too_many".to_owned())), "{}", refused.text);
        for limit in [0, limits::COLLECTION_STORIES + 1] {
            let refused = editor.post(COLLECTIONS, &json!({ "slug": "top", "names": { "en": "Top" }, "limit": limit })).await;
            assert_eq!((refused.status, refused.violations()[0].0.as_str()), (422, "#/limit"), "{}", refused.text);
        }
        // Of one slug, and of one page, there is one for the same readers.
        let path = arranged(&editor, "top", &json!({ "place": { "kind": "home" } })).await;
        let refused = editor.post(COLLECTIONS, &json!({ "slug": "top", "names": { "en": "Top" } })).await.refused(409, "taken");
        assert_eq!((&refused["holder"]["kind"], &refused["holder"]["id"]), (&json!("collection"), &json!(id(&path))));
        let home = json!({ "slug": "front", "names": { "en": "Front" }, "place": { "kind": "home" } });
        assert_eq!(editor.post(COLLECTIONS, &home).await.refused(409, "taken")["errors"][0]["pointer"], "#/place");
        arranged(&editor, "top", &json!({ "locale": "hi", "place": { "kind": "home" } })).await;
        for n in 0..limits::COLLECTION_RAILS {
            arranged(&editor, &format!("rail-{n}"), &json!({ "place": { "kind": "rail_of_home" } })).await;
        }
        let more = json!({ "slug": "more", "names": { "en": "More" }, "place": { "kind": "rail_of_home" } });
        editor.post(COLLECTIONS, &more).await.refused(409, "too-many");
        // Reordering is one call, which expects what was read.
        let two = editor.story(&world, "Two").await;
        let read = editor.get(&path).await;
        let there = json!({ "items": [pin(&two, 1), pin(&story, 2)] });
        editor.send(Method::PATCH, &path, &[("content-type", "application/json")], Some(there.to_string().into_bytes())).await.refused(428, "unconditional");
        let saved = editor.patch(&path, &read.etag(), &there).await;
        assert_eq!(saved.ok()["items"][1]["article_id"], json!(id(&story)));
        editor.patch(&path, &read.etag(), &json!({ "items": [] })).await.refused(412, "stale");
        let same = editor.patch(&path, &saved.etag(), &there).await;
        assert_eq!(same.version(), saved.version(), "saving what is there changes nothing");
        let trail = app.admin().await.get(&format!("/v1/desk/audit?kind=collection&subject={}", id(&path))).await.ok();
        assert_eq!(trail["data"].as_array().unwrap().len(), 2);
    }

    async fn a_collection_makes_the_front_page_and_the_pages_after_it_miss_nothing(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let names = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"];
        let all = stories(&app, &world, &names).await;
        let latest = page_by_page(&app, "/en", 3).await;
        nothing_is_lost(&latest, &names);
        // What is pinned, and the latest.
        let items = json!([pin(&all[0], 1), pin(&all[6], 3)]);
        let path = arranged(&editor, "front", &json!({ "limit": 3, "place": { "kind": "home" }, "items": items, "query": {} })).await;
        let pages = page_by_page(&app, "/en", 3).await;
        assert_eq!(pages, [["One", "Eight", "Seven"].map(str::to_owned).to_vec(), ["Six", "Five", "Four"].map(str::to_owned).to_vec(), ["Three", "Two"].map(str::to_owned).to_vec()]);
        assert_eq!(read(&app, "/v1/pages?path=/en").await["articles"]["data"][0]["pinned"]["position"], 1);
        // Of what is asked for alone no more is shown, whatever the collection may show; and the count is of all.
        let counted = read(&app, "/v1/pages?path=/en&limit=2&count=true").await["articles"].clone();
        assert_eq!((headlines(&counted["data"]), &counted["page"]["total"]), (vec!["One".to_owned(), "Eight".to_owned()], &json!(8)));
        let rest = read(&app, &format!("/v1/pages?path=/en&limit=2&count=true&cursor={}", counted["page"]["next"].as_str().unwrap())).await;
        assert_eq!((headlines(&rest["articles"]["data"]), &rest["articles"]["page"]["total"]), (vec!["Seven".to_owned(), "Six".to_owned()], &json!(8)));
        // Other lists than the latest, what is pinned alone, more than there is room for, and nothing at all.
        let every: Vec<_> = all.iter().map(|story| pin(story, 1)).collect();
        for said in [
            json!({ "query": { "sort": "published_at" } }),
            json!({ "query": { "published_before": app.now(), "not_kind": ["video"] } }),
            json!({ "query": null }),
            json!({ "query": {}, "items": every }),
            json!({ "items": every.iter().take(2).collect::<Vec<_>>(), "query": null, "limit": 100 }),
            json!({ "items": [], "query": null }),
            json!({ "items": every, "query": {}, "limit": 100 }),
        ] {
            arrange(&editor, &path, &said).await;
            assert_eq!(headlines(&read(&app, "/v1/pages?path=/en").await["articles"]["data"]), page_by_page(&app, "/en", 20).await[0]);
            for limit in [1, 3, 100] {
                let pages = page_by_page(&app, "/en", limit).await;
                nothing_is_lost(&pages, &names);
            }
        }
        // Whatever is rearranged between two pages, who goes on misses nothing and sees nothing twice.
        arrange(&editor, &path, &json!({ "items": [pin(&all[0], 1)], "query": {}, "limit": 3 })).await;
        let first = read(&app, "/v1/pages?path=/en&limit=3").await["articles"].clone();
        arrange(&editor, &path, &json!({ "items": [pin(&all[1], 1), pin(&all[2], 2)] })).await;
        let next = first["page"]["next"].as_str().unwrap();
        let second = read(&app, &format!("/v1/pages?path=/en&limit=100&cursor={next}")).await["articles"].clone();
        nothing_is_lost(&[headlines(&first["data"]), headlines(&second["data"])], &names);
        for wrong in ["x.y", ".AA", "first.", "..", ".AgAA"] {
            let answer = app.anyone().get(&format!("/v1/pages?path=/en&cursor={wrong}")).await;
            assert!(answer.status == 400 || wrong == ".AA", "{wrong}: {}", answer.text);
        }
        // Gone, the page is the latest again, as it was.
        editor.delete(&path, &editor.get(&path).await.etag()).await.ok();
        assert_eq!(page_by_page(&app, "/en", 3).await, latest);
    }

    async fn the_readers_of_a_locale_have_their_own_collection_before_that_of_all(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let all = stories(&app, &world, &["One", "Two"]).await;
        for story in &all {
            editor.put(&format!("{story}/translations/hi"), None, &json!({ "headline": format!("{} हिंदी", id(story)) })).await.ok();
            editor.publish(story, &["hi"]).await.ok();
        }
        let front = json!({ "kind": "section", "section_id": world });
        arranged(&editor, "world", &json!({ "place": front, "items": [pin(&all[0], 1)], "query": { "section": [world] } })).await;
        let page = async |locale: &str| {
            let path = if locale == "hi" { "/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE" } else { "/en/world" };
            let page = read(&app, &format!("/v1/pages?path={}", path.replace('%', "%25"))).await;
            page["articles"]["data"].as_array().unwrap().iter().map(|card| card["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let [one, two] = [id(&all[0]), id(&all[1])];
        assert_eq!((page("en").await, page("hi").await), (vec![one.to_owned(), two.to_owned()], vec![one.to_owned(), two.to_owned()]));
        let own = arranged(&editor, "hindi-world", &json!({ "locale": "hi", "place": front, "items": [pin(&all[1], 1)], "query": { "section": [world] } })).await;
        assert_eq!((page("en").await, page("hi").await), (vec![one.to_owned(), two.to_owned()], vec![two.to_owned(), one.to_owned()]));
        // By a slug too, and only theirs.
        arrange(&editor, &own, &json!({ "slug": "world" })).await;
        let first = async |locale: &str| read(&app, &format!("/v1/collections/world?locale={locale}")).await["data"][0]["id"].clone();
        assert_eq!((first("en").await, first("hi").await), (json!(one), json!(two)));
        arrange(&editor, &own, &json!({ "slug": "elsewhere" })).await;
        app.anyone().get("/v1/collections/elsewhere?locale=en").await.refused(404, "not-found");
        assert_eq!(first("hi").await, json!(one));
        // A place that is given up is the latest again.
        arrange(&editor, &own, &json!({ "place": null })).await;
        assert_eq!(page("hi").await, [one, two]);
    }

    async fn rails_are_collections_and_nothing_stands_twice_where_the_site_says_so(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let names = ["One", "Two", "Three", "Four", "Five", "Six"];
        let all = stories(&app, &world, &names).await;
        let rails = async |path: &str| {
            let page = read(&app, &format!("/v1/pages?path={path}&limit=2")).await;
            let rails = page["rails"].as_array().cloned().unwrap_or_default();
            // What is read most stands beside all of them.
            rails.iter().filter(|rail| rail["kind"] != "most_read").map(|rail| (rail["kind"].as_str().unwrap().to_owned(), rail["collection"]["slug"].clone(), headlines(&rail["articles"]))).collect::<Vec<_>>()
        };
        let story = "/en/world/two";
        let before = rails(story).await;
        assert_eq!(before.iter().map(|rail| (rail.0.as_str(), rail.2.len())).collect::<Vec<_>>(), [("latest_in_section", 5), ("latest", 5)]);
        assert!(rails("/en").await.is_empty());
        let site = async |unique: bool| {
            admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "unique_on_page": unique })).await.ok();
        };
        // The latest, too, leave out what is shown before them.
        site(true).await;
        assert_eq!(rails(story).await.iter().map(|rail| rail.2.len()).collect::<Vec<_>>(), [5, 0]);
        assert_eq!(rails("/en/world").await[0].2, ["Four", "Three", "Two", "One"]);
        site(false).await;
        assert_eq!(rails(story).await, before);
        for (slug, kind, pinned) in [("picks", "rail_of_article", 1), ("more", "rail_of_article", 0), ("beside", "rail_of_home", 5)] {
            app.wait(1);
            arranged(&admin, slug, &json!({ "place": { "kind": kind }, "limit": 3, "items": [pin(&all[pinned], 1)], "query": {} })).await;
        }
        let rail = |slug: &str, all: &[&str]| ("collection".to_owned(), json!(slug), all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        // The story that they stand beside is in none of them.
        assert_eq!(rails(story).await, [rail("picks", &["Six", "Five", "Four"]), rail("more", &["One", "Six", "Five"])]);
        assert_eq!(rails("/en").await, [rail("beside", &["Six", "Five", "Four"])]);
        site(true).await;
        assert_eq!(rails(story).await, [rail("picks", &["Six", "Five", "Four"]), rail("more", &["One", "Three"])]);
        assert_eq!(rails("/en").await, [rail("beside", &["Four", "Three", "Two"])]);
    }

    async fn nobody_takes_the_front_page_of_a_language_or_a_slug_by_a_collection_elsewhere(app) {
        let admin = app.admin().await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let all = stories(&app, &world, &["One", "Two", "Three"]).await;
        let general = arranged(&admin, "top", &json!({ "place": { "kind": "home" }, "items": [pin(&all[0], 1)], "query": {} })).await;
        let front = async || headlines(&read(&app, "/v1/pages?path=/en").await["articles"]["data"]);
        let before = front().await;
        assert_eq!(before[0], "One");
        let of_crime = app.role(Role::Editor, Some(&crime), None).await;
        let section = json!({ "kind": "section", "section_id": crime });
        let taking = json!({ "slug": "top", "names": { "en": "top" }, "locale": "en", "place": section });
        let refused = of_crime.post(COLLECTIONS, &taking).await;
        refused.refused(409, "taken");
        assert_eq!(refused.violations(), [("#/slug".to_owned(), "taken".to_owned())]);
        let own = arranged(&of_crime, "crime", &json!({ "locale": "en", "place": section })).await;
        of_crime.patch(&own, &of_crime.get(&own).await.etag(), &json!({ "slug": "top" })).await.refused(409, "taken");
        admin.patch(&general, &admin.get(&general).await.etag(), &json!({ "slug": "crime" })).await.refused(409, "taken");
        assert_eq!(front().await, before);
    }

    async fn a_grant_reaches_the_collections_of_its_section_and_of_its_locale(app) {
        let admin = app.admin().await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let story = admin.story(&world, "One").await;
        let front = |section: &str| json!({ "kind": "section", "section_id": section });
        let of_world = app.role(Role::Editor, Some(&world), None).await;
        let of_hindi = app.role(Role::Editor, None, Some("hi")).await;
        let said = |slug: &str, more: Value| {
            let mut sent = json!({ "slug": slug, "names": { "en": slug } });
            sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            sent
        };
        for (client, sent) in [
            (&of_world, said("a", json!({}))),
            (&of_world, said("a", json!({ "place": { "kind": "home" } }))),
            (&of_world, said("a", json!({ "place": front(&crime) }))),
            (&of_hindi, said("a", json!({}))),
            (&of_hindi, said("a", json!({ "locale": "en" }))),
            (&of_hindi, said("a", json!({ "place": front(&world) }))),
        ] {
            client.post(COLLECTIONS, &sent).await.refused(403, "forbidden");
        }
        let own = arranged(&of_world, "world", &json!({ "place": front(&world), "items": [pin(&story, 1)] })).await;
        let hindi = arranged(&of_hindi, "hindi", &json!({ "locale": "hi", "place": { "kind": "home" } })).await;
        // Nobody takes one out of their reach, nor one that lies outside of it.
        for (client, path, patch) in [
            (&of_world, &own, json!({ "place": front(&crime) })),
            (&of_world, &own, json!({ "place": null })),
            (&of_world, &hindi, json!({ "limit": 3 })),
            (&of_hindi, &hindi, json!({ "locale": "en" })),
            (&of_hindi, &own, json!({ "limit": 3 })),
        ] {
            client.patch(path, &client.get(path).await.etag(), &patch).await.refused(403, "forbidden");
        }
        arrange(&of_world, &own, &json!({ "limit": 3 })).await;
        for role in [Role::Contributor, Role::Translator] {
            let somebody = app.role(role, None, None).await;
            somebody.get(&own).await.ok();
            somebody.patch(&own, &somebody.get(&own).await.etag(), &json!({ "limit": 2 })).await.refused(403, "forbidden");
        }
        // Of an article that somebody does not see its headline is told nobody, and kept whatever they send.
        let mut secret = pin(&story, 1);
        secret["headlines"] = json!({ "en": "Not for Crime" });
        arrange(&of_world, &own, &json!({ "items": [secret] })).await;
        let of_crime = app.role(Role::Editor, Some(&crime), None).await;
        for path in [COLLECTIONS, &own] {
            let told = of_crime.get(path).await;
            assert!(told.ok().to_string().contains(id(&story)) && !told.text.contains("Not for Crime"), "{}", told.text);
        }
        arrange(&admin, &own, &json!({ "place": front(&crime) })).await;
        let mut items = of_crime.get(&own).await.ok()["items"].clone();
        items[0]["position"] = json!(2);
        arrange(&of_crime, &own, &json!({ "items": items })).await;
        let kept = admin.get(&own).await.ok()["items"][0].clone();
        assert_eq!((&kept["headlines"]["en"], &kept["position"]), (&json!("Not for Crime"), &json!(2)));
        // What is public anybody sees, and may pin.
        let robbery = stories(&app, &crime, &["Robbery"]).await;
        arrange(&admin, &own, &json!({ "place": front(&world), "items": [] })).await;
        arrange(&of_world, &own, &json!({ "items": [pin(&robbery[0], 1)] })).await;
        let hidden = admin.story(&crime, "Not public").await;
        let tag = of_world.get(&own).await.etag();
        assert_eq!(of_world.patch(&own, &tag, &json!({ "items": [pin(&hidden, 1)] })).await.violations(), [("#/items/0/article_id".to_owned(), "unknown".to_owned())]);
        of_world.delete(&hindi, &of_world.get(&hindi).await.etag()).await.refused(403, "forbidden");
        of_world.delete(&own, &of_world.get(&own).await.etag()).await.ok();
        of_hindi.delete(&hindi, &of_hindi.get(&hindi).await.etag()).await.ok();
    }

    async fn what_a_collection_names_is_not_deleted_merges_are_followed_and_what_is_erased_leaves(app) {
        let admin = app.admin().await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        for key in ["cars", "autos"] {
            app.import(&json!({ "type": "tag", "key": key, "translations": { "en": { "name": key } } }));
        }
        let (cars, autos) = (app.imported("tag", "cars").await, app.imported("tag", "autos").await);
        let desk = app.author("desk", "Digital Desk").await;
        let all = stories(&app, &world, &["One", "Two"]).await;
        let draft = admin.story(&world, "Draft").await;
        let items = json!([pin(&all[0], 1), pin(&draft, 2), pin(&all[1], 3)]);
        let query = json!({ "not_author": [desk], "tag": [cars, autos] });
        let path = arranged(&admin, "crime", &json!({ "place": { "kind": "section", "section_id": crime }, "items": items, "query": query, "names": { "en": "Crime", "bn": "অপরাধ" } })).await;
        for thing in [format!("sections/{crime}"), format!("tags/{cars}"), format!("authors/{desk}"), "locales/bn".to_owned()] {
            let thing = format!("/v1/desk/{thing}");
            let refused = admin.delete(&thing, &admin.get(&thing).await.etag()).await.refused(409, "in-use");
            assert_eq!(refused["used_by"], json!([{ "kind": "collection", "count": 1, "url": "/v1/desk/collections" }]), "{thing}");
        }
        let before = admin.get(&path).await.version();
        admin.act(&format!("/v1/desk/tags/{cars}/merge"), &admin.get(&format!("/v1/desk/tags/{cars}")).await.etag(), &json!({ "into": autos })).await.ok();
        let after = admin.get(&path).await;
        assert_eq!((&after.ok()["query"]["tag"], after.version()), (&json!([autos]), before + 1));
        // Whoever has not seen the merge yet means the other.
        arrange(&admin, &path, &json!({ "query": { "tag_all": [cars] } })).await;
        assert_eq!(admin.get(&path).await.ok()["query"], json!({ "tag_all": [autos] }));
        let bengali = "/v1/desk/locales/bn";
        admin.patch(bengali, &admin.get(bengali).await.etag(), &json!({ "locale": "bn-BD" })).await.ok();
        assert_eq!(admin.get(&path).await.ok()["names"]["bn-BD"], "অপরাধ");
        // What is purged and what is erased is pinned nowhere.
        let pinned = async || admin.get(&path).await.ok()["items"].as_array().unwrap().iter().map(|item| item["article_id"].clone()).collect::<Vec<_>>();
        admin.delete(&draft, &admin.get(&draft).await.etag()).await.ok();
        assert_eq!(pinned().await.len(), 3, "it may come back");
        let trashed = format!("/v1/desk/trash/{}", id(&draft));
        admin.delete(&trashed, "\"1\"").await.ok();
        assert_eq!(pinned().await, [json!(id(&all[0])), json!(id(&all[1]))]);
        assert_eq!(shown(&app, "crime").await, ["One", "Two"]);
        admin.act(&format!("{}/takedown", all[0]), &admin.get(&all[0]).await.etag(), &json!({ "reason": "Law." })).await.ok();
        assert_eq!(shown(&app, "crime").await, ["Two"]);
        admin.act(&format!("{}/erase", all[0]), &admin.get(&all[0]).await.etag(), &json!({ "reason": "Law." })).await.ok();
        assert_eq!(pinned().await, [json!(id(&all[1]))]);
        // Nor is it named anew.
        let named = json!({ "slug": "again", "names": { "en": "Again" }, "items": [{ "article_id": id(&all[0]), "position": 1, "headlines": { "en": "What was said" } }] });
        let refused = admin.post(COLLECTIONS, &named).await;
        assert_eq!(refused.violations(), [("#/items/0/article_id".to_owned(), "unknown".to_owned())]);
    }

    async fn a_picture_of_its_own_is_public_for_as_long_as_it_is_shown(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let story = editor.story(&world, "One").await;
        let sent = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "application/octet-stream")], Some(picture(400, 200, 7))).await.ok();
        let mut item = pin(&story, 1);
        (item["media_id"], item["from"]) = (sent["id"].clone(), json!(app.now().plus_seconds(100)));
        item["until"] = json!(app.now().plus_seconds(300));
        let path = arranged(&editor, "top", &json!({ "items": [item] })).await;
        let file = format!("/v1/media/{}/320.webp", sent["id"].as_str().unwrap());
        let answers = async |status: u16| {
            let answer = app.anyone().get(&file).await;
            let anew = app.anyone().at(&app.uncached().await).get(&file).await;
            assert_eq!((answer.status, anew.status), (status, status));
        };
        answers(404).await;
        app.wait(100);
        answers(404).await;
        editor.publish(&story, &["en"]).await.ok();
        answers(200).await;
        let row = read(&app, "/v1/collections/top").await["data"][0].clone();
        assert_eq!((&row["lead"]["id"], &row["pinned"]["own_lead"], &row["lead"]["width"]), (&sent["id"], &json!(true), &json!(400)));
        let media = format!("/v1/desk/media/{}", sent["id"].as_str().unwrap());
        let chief = app.admin().await;
        let refused = chief.delete(&media, &chief.get(&media).await.etag()).await.refused(409, "in-use");
        assert_eq!(refused["used_by"][0]["kind"], "collection");
        app.wait(200);
        answers(404).await;
        let mut open = pin(&story, 1);
        open["media_id"] = sent["id"].clone();
        arrange(&editor, &path, &json!({ "items": [open] })).await;
        answers(200).await;
        unpublish(&editor, &story).await;
        answers(404).await;
        editor.publish(&story, &["en"]).await.ok();
        answers(200).await;
        // Taken down, the story has its own again, which is none.
        chief.act(&format!("{media}/takedown"), &chief.get(&media).await.etag(), &json!({ "reason": "Law." })).await.ok();
        assert_eq!(read(&app, "/v1/collections/top").await["data"][0]["lead"], Value::Null);
        editor.delete(&path, &editor.get(&path).await.etag()).await.ok();
        chief.delete(&media, &chief.get(&media).await.etag()).await.ok();
    }

    async fn a_preview_shows_what_is_planned_at_an_instant_to_come(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let all = stories(&app, &world, &["One", "Two"]).await;
        let (soon, later) = (editor.story(&world, "Soon").await, editor.story(&world, "Later").await);
        let at = |seconds: i64| json!(app.now().plus_seconds(seconds));
        for (story, seconds) in [(&soon, 100), (&later, 200)] {
            let body = json!({ "publish_at": at(seconds), "locales": ["en"] });
            editor.act(&format!("{story}/schedule"), &editor.get(story).await.etag(), &body).await.ok();
        }
        let end = json!({ "unpublish_at": at(200), "locales": ["en"] });
        editor.act(&format!("{}/schedule", all[1]), &editor.get(&all[1]).await.etag(), &end).await.ok();
        let mut window = pin(&all[0], 2);
        window["from"] = at(150);
        let path = arranged(&editor, "top", &json!({ "limit": 3, "items": [pin(&soon, 1), window], "query": {} })).await;
        let now = app.now();
        let preview = async |client: &Client<'_>, seconds: i64| {
            let list = client.get(&format!("{path}/preview?as_of={}", now.plus_seconds(seconds))).await.ok();
            headlines(&list["data"])
        };
        let foreseen = [(0, vec!["Two", "One"]), (99, vec!["Two", "One"]), (100, vec!["Soon", "Two", "One"]), (150, vec!["Soon", "One", "Two"]), (200, vec!["Soon", "One", "Later"])];
        for (seconds, expected) in &foreseen {
            assert_eq!(&preview(&editor, *seconds).await, expected, "in {seconds} seconds");
        }
        let mine = app.role(Role::Contributor, None, None).await;
        assert_eq!(preview(&mine, 200).await, ["Two", "One"], "who reads no plans is shown none");
        // And so it comes.
        let mut past = 0;
        for (seconds, expected) in &foreseen {
            app.wait(seconds - past);
            past = *seconds;
            app.tick().await;
            assert_eq!(&shown(&app, "top").await, expected, "after {seconds} seconds");
        }
        editor.get(&format!("{path}/preview?as_of={now}")).await.refused(400, "malformed");
    }

    async fn a_bundle_takes_collections_along(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let all = stories(&app, &world, &["One"]).await;
        let mut item = pin(&all[0], 2);
        (item["headlines"], item["until"]) = (json!({ "en": "R &amp; D" }), json!("2030-01-01T00:00:00Z"));
        let said = json!({ "locale": "en", "place": { "kind": "section", "section_id": world }, "limit": 7, "items": [item], "query": { "section": [world], "not_kind": ["video"] } });
        let path = arranged(&admin, "top", &said).await;
        let export = || {
            app.store.read_now(|tx| {
                let permit = Permit::try_from(Caller::system(System::Importer))?;
                let collections = dateline::store::collections::all(tx)?;
                export_collection(tx, &permit, &collections[0]).map(|(record, lost)| (serde_json::to_value(record).unwrap(), lost))
            }).unwrap()
        };
        let (record, lost) = export();
        assert_eq!((record["type"].as_str(), record["query"]["section"][0].as_str(), record["place"]["section"].as_str(), lost), (Some("collection"), Some("world"), Some("world"), 0));
        let kept = admin.get(&path).await.ok();
        assert!(matches!(app.import(&record).outcome, Outcome::Unchanged));
        arrange(&admin, &path, &json!({ "limit": 9 })).await;
        let mut other = record.clone();
        other["limit"] = json!(8);
        assert!(matches!(app.import(&other).outcome, Outcome::Edited));
        admin.delete(&path, &admin.get(&path).await.etag()).await.ok();
        assert!(matches!(app.import(&record).outcome, Outcome::Created));
        let mut back = admin.get(COLLECTIONS).await.ok()["data"][0].clone();
        for field in ["id", "created_at", "updated_at", "version"] {
            back[field] = kept[field].clone();
        }
        assert_eq!(back, kept);
        assert!(matches!(app.import(&record).outcome, Outcome::Unchanged));
        let mut wrong = record;
        wrong["items"][0]["article"] = json!("nobody");
        let refused = app.try_import(&wrong, false).unwrap_err();
        assert!(format!("{refused:?}").contains("#/items/0/article"), "{refused:?}");
    }

    async fn caches_that_know_addresses_alone_drop_the_pages_that_a_collection_makes(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let last = || {
            app.store.read_now(|tx| {
                let change = dateline::store::changes::after(tx, 0, 1_000)?.pop().unwrap().change;
                purging::of(tx, Some(&[change]))
            }).unwrap()
        };
        let urls = |purge: Purge| match purge {
            Purge::Everything => vec!["everything".to_owned()],
            Purge::Of { urls, .. } => urls.into_iter().map(|url| url.trim_start_matches("http://127.0.0.1:8080").to_owned()).collect(),
        };
        let path = arranged(&editor, "top", &json!({ "place": { "kind": "section", "section_id": world } })).await;
        assert!(urls(last()).contains(&"/en/world".to_owned()), "{:?}", urls(last()));
        arrange(&editor, &path, &json!({ "place": { "kind": "home" } })).await;
        assert_eq!(urls(last()), ["everything"], "of where it was nothing is known");
        arrange(&editor, &path, &json!({ "limit": 3 })).await;
        assert_eq!(urls(last()), ["/bn", "/en", "/hi", "/kn"]);
        editor.delete(&path, &editor.get(&path).await.etag()).await.ok();
        assert_eq!(urls(last()), ["everything"]);
        arranged(&editor, "rail", &json!({ "place": { "kind": "rail_of_article" } })).await;
        assert_eq!(urls(last()), ["everything"]);
        arranged(&editor, "list", &json!({})).await;
        assert!(urls(last()).is_empty());
    }
}
