//! Collections: what is told of pins to whom, what long bodies leave of a page, and what rails cost.

use actix_web::http::Method;
use dateline::domain::{text::limits, user::Role};
use serde_json::{Value, json};

use crate::{
    collections::{COLLECTIONS, arrange, arranged, headlines, pin, read, stories},
    library::picture,
    support::Client,
};

/// A story with words in English and Hindi, of which nothing is live.
async fn bilingual(client: &Client<'_>, section: &str, headline: &str) -> String {
    let words = |headline: &str| json!({ "headline": headline, "body": { "format": "text", "content": "One." } });
    let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": words(headline), "hi": words("नदी") } });
    client.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned()
}

fn headed(story: &str, said: &Value) -> Value {
    let mut item = pin(story, 1);
    item["headlines"] = said.clone();
    item
}

async fn picture_of(client: &Client<'_>, seed: u8) -> Value {
    let sent =
        client.send(Method::POST, "/v1/desk/media", &[("content-type", "application/octet-stream")], Some(picture(400, 200, seed))).await;
    sent.ok()["id"].clone()
}

both! {
    async fn a_headline_is_told_to_whoever_reads_the_words_that_it_stands_above(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let story = bilingual(&admin, &world, "River").await;
        admin.publish(&story, &["en"]).await.ok();
        let item = headed(&story, &json!({ "en": "Told", "hi": "गुप्त" }));
        let path = arranged(&admin, "top", &json!({ "locale": "bn", "items": [item] })).await;
        let bengali = app.role(Role::Editor, None, Some("bn")).await;
        let crime = app.section("crime", "अपराध").await;
        let of_crime = app.role(Role::Editor, Some(&crime), None).await;
        // One sees the story and reads no Hindi draft of it; the other does not see it, and reads what is public.
        for somebody in [&bengali, &of_crime] {
            for place in [COLLECTIONS, &path] {
                let told = somebody.get(place).await;
                assert!(told.ok().to_string().contains("Told") && !told.text.contains("गुप्त"), "{}", told.text);
            }
        }
        assert!(app.role(Role::Translator, Some(&world), Some("hi")).await.get(&path).await.ok().to_string().contains("गुप्त"));
        // What is not shown stays whatever is sent, and what is shown is changed.
        for sent in [json!({ "en": "Changed" }), json!({ "en": "Changed", "hi": "और" })] {
            arrange(&bengali, &path, &json!({ "items": [headed(&story, &sent)] })).await;
            assert_eq!(admin.get(&path).await.ok()["items"][0]["headlines"], json!({ "en": "Changed", "hi": "गुप्त" }), "{sent}");
        }
        arrange(&bengali, &path, &json!({ "limit": 7 })).await;
        arrange(&bengali, &path, &json!({ "items": [headed(&story, &json!({}))] })).await;
        let kept = admin.get(&path).await.ok();
        assert_eq!((&kept["items"][0]["headlines"], &kept["limit"]), (&json!({ "hi": "गुप्त" }), &json!(7)));
        // Nobody is told by what saving answers, and everybody once it is public.
        let saved = bengali.patch(&path, &bengali.get(&path).await.etag(), &json!({ "limit": 6 })).await;
        assert!(saved.status == 200 && !saved.text.contains("गुप्त"), "{}", saved.text);
        admin.publish(&story, &["hi"]).await.ok();
        for somebody in [&bengali, &of_crime] {
            assert_eq!(somebody.get(&path).await.ok()["items"][0]["headlines"]["hi"], "गुप्त");
        }
        // Where readers are not offered the language, what is live in it is the desk's alone.
        let hindi = "/v1/desk/locales/hi";
        admin.patch(hindi, &admin.get(hindi).await.etag(), &json!({ "state": "preparing" })).await.ok();
        assert_eq!(of_crime.get(&path).await.ok()["items"][0]["headlines"], json!({}));
    }

    async fn of_two_pins_of_a_story_each_keeps_the_headline_that_is_hidden(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let crime = app.section("crime", "अपराध").await;
        let story = admin.story(&world, "River").await;
        let (noon, later) = (json!("2030-01-01T12:00:00Z"), json!("2030-01-01T18:00:00Z"));
        let mut morning = headed(&story, &json!({ "en": "Morning" }));
        morning["until"] = noon.clone();
        let mut evening = headed(&story, &json!({ "en": "Evening" }));
        (evening["from"], evening["position"]) = (noon.clone(), json!(2));
        let place = json!({ "kind": "section", "section_id": crime });
        let path = arranged(&admin, "crime", &json!({ "place": place, "items": [morning, evening] })).await;
        let of_crime = app.role(Role::Editor, Some(&crime), None).await;
        let items = async || of_crime.get(&path).await.ok()["items"].as_array().unwrap().clone();
        let kept = async || {
            let read = admin.get(&path).await.ok()["items"].as_array().unwrap().clone();
            read.iter().map(|item| item["headlines"]["en"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert!(items().await.iter().all(|item| item["headlines"] == json!({})));
        // In the other order each is what its window is.
        let mut sent = items().await;
        sent.reverse();
        arrange(&of_crime, &path, &json!({ "items": sent })).await;
        assert_eq!(kept().await, ["Evening", "Morning"]);
        // In other windows, what its slot is.
        (sent[0]["from"], sent[1]["until"]) = (later.clone(), later.clone());
        sent.reverse();
        arrange(&of_crime, &path, &json!({ "items": sent })).await;
        assert_eq!(kept().await, ["Morning", "Evening"]);
        // One that is taken away leaves nothing to the other.
        arrange(&of_crime, &path, &json!({ "items": [sent[1]] })).await;
        assert_eq!(kept().await, ["Evening"]);
        // One that is added has nothing of it.
        arrange(&of_crime, &path, &json!({ "items": [sent[0], sent[1]] })).await;
        assert_eq!(kept().await, ["", "Evening"]);
    }

    async fn collections_are_listed_page_by_page_oldest_first(app) {
        let editor = app.editor().await;
        for n in 0..5 {
            // Of those that were begun at one instant the smaller id comes first.
            arranged(&editor, &format!("list-{n}"), &json!({})).await;
            app.wait(i64::from(n > 1));
        }
        let whole = editor.get(&format!("{COLLECTIONS}?limit=100")).await.ok();
        let slugs = |list: &Value| list["data"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(slugs(&whole)[3..], ["list-3", "list-4"]);
        let (mut forwards, mut backwards, mut at) = (Vec::new(), Vec::new(), String::new());
        let mut last;
        loop {
            last = editor.get(&format!("{COLLECTIONS}?limit=2&count=true{at}")).await.ok();
            assert_eq!(last["page"]["total"], 5);
            forwards.push(slugs(&last));
            let Some(next) = last["page"]["next"].as_str() else { break };
            at = format!("&cursor={next}");
        }
        assert_eq!((forwards.concat(), forwards.iter().map(Vec::len).collect::<Vec<_>>()), (slugs(&whole), vec![2, 2, 1]));
        while let Some(previous) = last["page"]["previous"].as_str() {
            last = editor.get(&format!("{COLLECTIONS}?limit=2&cursor={previous}")).await.ok();
            backwards.splice(0..0, slugs(&last));
        }
        assert_eq!(backwards, slugs(&whole)[..4]);
        editor.get(&format!("{COLLECTIONS}?cursor=first")).await.refused(400, "malformed");
    }

    async fn a_page_that_editors_have_arranged_ends_where_its_bodies_are_too_long(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let mut all = Vec::new();
        for n in 0..6 {
            let long = format!("Story {n} is told at length. ").repeat(34_000);
            let words = json!({ "headline": format!("Story {n}"), "body": { "format": "text", "content": long } });
            let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words } });
            let path = editor.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
            editor.publish(&path, &["en"]).await.ok();
            app.wait(1);
            all.push(path);
        }
        // The oldest first: a list by date would leave those out that editors want on top.
        let items: Vec<_> = (1..).zip(&all).map(|(n, story)| pin(story, n)).collect();
        arranged(&editor, "front", &json!({ "limit": 6, "place": { "kind": "home" }, "items": items })).await;
        let first = app.anyone().get("/v1/pages?path=/en&body=html").await;
        let page = first.ok()["articles"].clone();
        let shown = headlines(&page["data"]);
        assert!((1..6).contains(&shown.len()) && first.text.len() < limits::ANSWER_BODIES * 3 / 2, "{shown:?}");
        assert_eq!(shown, (0..shown.len()).map(|n| format!("Story {n}")).collect::<Vec<_>>());
        let mut read = shown;
        let mut next = page["page"]["next"].as_str().map(str::to_owned);
        while let Some(cursor) = next {
            let page = app.anyone().get(&format!("/v1/pages?path=/en&body=html&cursor={cursor}")).await.ok()["articles"].clone();
            read.extend(headlines(&page["data"]));
            next = page["page"]["next"].as_str().map(str::to_owned);
        }
        read.sort_unstable();
        assert_eq!(read, (0..6).map(|n| format!("Story {n}")).collect::<Vec<_>>());
    }

    async fn a_preview_fills_its_slots_behind_however_much_is_to_end(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        stories(&app, &world, &["One", "Two"]).await;
        let ends = json!(app.now().plus_seconds(50_000));
        for n in 0..100 {
            let story = editor.story(&world, &format!("Ending {n}")).await;
            editor.publish(&story, &["en"]).await.ok();
            editor.act(&format!("{story}/schedule"), &editor.get(&story).await.etag(), &json!({ "unpublish_at": ends, "locales": ["en"] })).await.ok();
        }
        let path = arranged(&editor, "top", &json!({ "limit": 2, "query": {} })).await;
        let list = editor.get(&format!("{path}/preview?as_of={}", ends.as_str().unwrap())).await.ok();
        assert_eq!(headlines(&list["data"]), ["Two", "One"]);
    }

    async fn a_picture_that_no_reader_is_shown_is_not_public(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let all = stories(&app, &world, &["One", "Two"]).await;
        let (one, two) = (picture_of(&editor, 7).await, picture_of(&editor, 8).await);
        let mut items = [pin(&all[0], 1), pin(&all[1], 1)];
        (items[0]["media_id"], items[1]["media_id"]) = (one.clone(), two.clone());
        let path = arranged(&editor, "top", &json!({ "limit": 1, "items": items })).await;
        let answers = async |media: &Value, status: u16| {
            let file = format!("/v1/media/{}/320.webp", media.as_str().unwrap());
            let answer = app.anyone().get(&file).await;
            let anew = app.anyone().at(&app.uncached().await).get(&file).await;
            assert_eq!((answer.status, anew.status), (status, status));
        };
        // Behind as many as are shown.
        answers(&one, 200).await;
        answers(&two, 404).await;
        editor.act(&format!("{}/unpublish", all[0]), &editor.get(&all[0]).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        answers(&two, 200).await;
        editor.publish(&all[0], &["en"]).await.ok();
        answers(&two, 404).await;
        arrange(&editor, &path, &json!({ "limit": 2 })).await;
        answers(&two, 200).await;
        // Beside the one story a rail shows the other.
        arrange(&editor, &path, &json!({ "limit": 1, "place": { "kind": "rail_of_article" } })).await;
        answers(&two, 200).await;
        assert_eq!(read(&app, "/v1/pages?path=/en/world/one").await["rails"][0]["articles"][0]["lead"]["id"], two);
        arrange(&editor, &path, &json!({ "limit": 2, "place": null })).await;
        // In a language whose readers have another collection, or in none that the story is in.
        for locale in ["en", "hi", "bn", "kn"] {
            answers(&one, 200).await;
            arranged(&editor, "top", &json!({ "locale": locale })).await;
        }
        answers(&one, 404).await;
        editor.delete(&path, &editor.get(&path).await.etag()).await.ok();
        let admin = app.admin().await;
        let hindi = bilingual(&editor, &world, "Hindi").await;
        editor.publish(&hindi, &["hi"]).await.ok();
        let mut item = pin(&hindi, 1);
        item["media_id"] = one.clone();
        arranged(&editor, "english", &json!({ "locale": "en", "items": [item] })).await;
        answers(&one, 404).await;
        let english = "/v1/desk/locales/en";
        admin.patch(english, &admin.get(english).await.etag(), &json!({ "fallback": ["hi"] })).await.ok();
        answers(&one, 200).await;
    }

    async fn a_rail_costs_what_its_query_does_and_nothing_for_what_is_pinned(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let all = stories(&app, &world, &["One", "Two", "Three", "Four", "Five", "Six"]).await;
        let cost = async || {
            let fresh = app.uncached().await;
            let before = app.store.statements();
            let rails = app.anyone().at(&fresh).get("/v1/pages?path=/en").await.ok()["rails"].clone();
            // What is read most stands beside all of them.
            let arranged = rails.as_array().unwrap().iter().filter(|rail| rail["kind"] == "collection").count();
            (arranged, app.store.statements() - before)
        };
        let mut paths = Vec::new();
        let mut costs = Vec::new();
        for n in 0..limits::COLLECTION_RAILS {
            app.wait(1);
            let items = json!([headed(&all[n], &json!({ "en": format!("Rail {n}") })), pin(&all[n + 1], 2)]);
            paths.push(arranged(&editor, &format!("rail-{n}"), &json!({ "place": { "kind": "rail_of_home" }, "items": items })).await);
            cost().await;
            costs.push(cost().await);
        }
        assert_eq!(costs, (1..=limits::COLLECTION_RAILS).map(|rails| (rails, costs[0].1)).collect::<Vec<_>>());
        for (n, path) in (1..).zip(&paths) {
            arrange(&editor, path, &json!({ "query": {} })).await;
            cost().await;
            assert_eq!(cost().await.1, costs[0].1 + n, "one statement for each query");
        }
        let rails = read(&app, "/v1/pages?path=/en").await["rails"].clone();
        for (n, rail) in rails.as_array().unwrap().iter().filter(|rail| rail["kind"] == "collection").enumerate() {
            let shown = headlines(&rail["articles"]);
            assert_eq!((shown.len(), &*shown[0]), (6, &*format!("Rail {n}")));
        }
    }
}
