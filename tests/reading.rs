//! What readers get: one answer for a whole page, in their language, at a bounded cost.

use serde_json::{Value, json};

use crate::support::TestApp;

/// The newsroom of the reference page: a story with everything the page shows.
async fn reference_story(app: &TestApp) -> String {
    let editor = app.editor().await;
    let world = app.section("world", "दुनिया").await;
    app.import(&json!({ "type": "author", "key": "desk", "kind": "desk", "translations": {
        "en": { "name": "Digital Desk" }, "hi": { "name": "डिजिटल डेस्क" } } }));
    let desk = app.imported("author", "desk").await;
    app.import(&json!({ "type": "tag", "key": "diplomacy", "kind": "topic", "translations": { "en": { "name": "Diplomacy" }, "hi": { "name": "कूटनीति" } } }));
    let tag = editor.get("/v1/desk/tags").await.ok()["data"][0]["id"].clone();
    let made = editor
        .post("/v1/desk/articles", &json!({
            "kind": "story", "section_id": world, "source_locale": "en", "tags": [tag],
            "credits": [{ "role": "reported_by", "author_id": desk }],
            "lead": { "url": "https://media.example/car.jpg", "width": 1600, "height": 900, "credit": "AP" },
            "translations": {
                "en": { "headline": "A car as a gift", "summary": "Two capitals draw closer.", "lead": { "alt": "A black car", "caption": "The car at the border." },
                        "body": { "format": "html", "content": "<p>It was Russia&amp;#x27;s gift.</p><p>Nobody drove it.</p>" } },
                "hi": { "headline": "तोहफ़े में कार", "summary": "दो राजधानियाँ करीब आईं।", "lead": { "alt": "काली कार", "caption": "सीमा पर कार।" },
                        "body": { "format": "html", "content": "<p>यह रूस का तोहफ़ा था।</p><p>किसी ने नहीं चलाई।</p>" } } } }))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = made.header("location").unwrap().to_owned();
    editor.publish(&path, &["en", "hi"]).await.ok();
    path.rsplit('/').next().unwrap().to_owned()
}

both! {
    async fn one_answer_holds_everything_the_reference_page_shows(app) {
        let id = reference_story(&app).await;
        let answer = app.anyone().get(&format!("/v1/articles/{id}?locale=hi")).await;
        assert_eq!(answer.header("content-language"), Some("hi"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let a = answer.ok();
        assert_eq!(a["headline"], "तोहफ़े में कार");
        assert_eq!((a["section"]["name"].as_str(), a["section"]["path"][0]["slug"].as_str()), (Some("दुनिया"), Some("दुनिया")));
        assert_eq!(a["credits"][0]["label"], "रिपोर्ट");
        assert_eq!(a["credits"][0]["authors"][0]["name"], "डिजिटल डेस्क");
        assert_eq!(a["tags"][0]["name"], "कूटनीति");
        assert_eq!((a["lead"]["alt"].as_str(), a["lead"]["credit"].as_str()), (Some("काली कार"), Some("AP")));
        assert_eq!(a["reading_minutes"], 1);
        assert_eq!((a["locale"].as_str(), a["direction"].as_str(), a["source_locale"].as_str()), (Some("hi"), Some("ltr"), Some("en")));
        let switcher: Vec<_> = a["alternates"].as_array().unwrap().iter().map(|x| (x["locale"].as_str().unwrap(), x["name"].as_str().unwrap(), x["slug"].as_str().unwrap())).collect();
        assert_eq!(switcher, [("en", "English", "a-car-as-a-gift"), ("hi", "हिंदी", "तोहफ़े-में-कार")]);
        assert_eq!(a["alternates"][0]["url"], "http://127.0.0.1:8080/en/world/a-car-as-a-gift");
        assert!(a["url"].as_str().unwrap().starts_with("http://127.0.0.1:8080/hi/%E0%A4%A6"));
        let english = app.anyone().get(&format!("/v1/articles/{id}")).await.ok();
        assert_eq!(english["body"]["content"], "<p>It was Russia&#39;s gift.</p><p>Nobody drove it.</p>");
        let site = app.anyone().get("/v1/site").await.ok();
        assert_eq!((site["time_zone_name"].as_str(), site["locales"].as_array().unwrap().len()), (Some("UTC"), 4));
    }

    async fn bodies_come_in_every_form(app) {
        let id = reference_story(&app).await;
        let body = async |form: &str| app.anyone().get(&format!("/v1/articles/{id}?body={form}")).await.ok()["body"].clone();
        assert_eq!(body("text").await["content"], "It was Russia's gift.\n\nNobody drove it.");
        assert_eq!(body("markdown").await["content"], "It was Russia's gift.\n\nNobody drove it.\n");
        assert_eq!(body("doc").await["content"]["content"][0]["type"], "paragraph");
        assert_eq!(body("portable_text").await["content"][1]["children"][0]["text"], "Nobody drove it.");
        assert_eq!(body("none").await, Value::Null);
        app.anyone().get(&format!("/v1/articles/{id}?body=pdf")).await.refused(400, "malformed");
    }

    async fn a_language_is_asked_for_negotiated_or_fallen_back_to(app) {
        let id = reference_story(&app).await;
        let path = format!("/v1/articles/{id}");
        app.anyone().get(&format!("{path}?locale=kn")).await.refused(404, "not-found");
        let chained = app.anyone().get(&format!("{path}?locale=kn&fallback=chain")).await;
        assert_eq!(chained.header("content-language"), Some("en"));
        let chained = chained.ok();
        assert_eq!((chained["locale"].as_str(), chained["requested_locale"].as_str()), (Some("en"), Some("kn")));
        app.anyone().get(&format!("{path}?locale=fr")).await.refused(400, "malformed");
        app.anyone().get(&format!("{path}?locale=en_US")).await.refused(400, "malformed");
        let negotiated = app.anyone().send(actix_web::http::Method::GET, &format!("{path}?locale=auto"), &[("accept-language", "fr, hi-IN;q=0.8")], None).await;
        assert_eq!((negotiated.header("content-language"), negotiated.header("vary")), (Some("hi"), Some("Accept-Encoding, Accept-Language")));
        // What the reader accepts and the story is not in is passed over, whatever a chain would have led to.
        for (accept, query, shown) in [("kn, hi;q=0.9", "", "hi"), ("kn, hi;q=0.9", "&fallback=chain", "hi"), ("kn", "", "en")] {
            let negotiated = app.anyone().send(actix_web::http::Method::GET, &format!("{path}?locale=auto{query}"), &[("accept-language", accept)], None).await;
            assert_eq!(negotiated.header("content-language"), Some(shown), "{accept}{query}");
        }
        // Lists obey the same chain, and show an article once.
        let total = async |query: &str| app.anyone().get(&format!("/v1/articles?count=true&{query}")).await.ok()["page"]["total"].clone();
        assert_eq!(total("locale=kn").await, 0);
        assert_eq!(total("locale=kn&fallback=chain").await, 1);
        assert_eq!(total("locale=hi&fallback=chain").await, 1);
        let found = app.anyone().get("/v1/articles/by-slug/a-car-as-a-gift?locale=kn&fallback=chain").await.ok();
        assert_eq!(found["locale"], "en");
    }

    async fn a_former_slug_of_an_article_leads_to_the_present_one(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        editor.publish(&article, &["en"]).await.ok();
        let words = format!("{article}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "flood" })).await.ok();
        // Saved but not published: the public still knows the old one, and not the new one.
        app.anyone().get("/v1/articles/by-slug/river-rises").await.ok();
        app.anyone().get("/v1/articles/by-slug/flood").await.refused(404, "not-found");
        editor.publish(&article, &["en"]).await.ok();
        let moved = app.anyone().get("/v1/articles/by-slug/river-rises?body=text").await;
        assert_eq!((moved.status, moved.header("location")), (308, Some("/v1/articles/by-slug/flood?body=text")));
        let other = editor.story(&section, "River rises").await;
        assert_eq!(editor.get(&format!("{other}/translations/en")).await.ok()["slug"], "river-rises-2");
    }

    async fn lists_are_filtered_sorted_and_paged_both_ways(app) {
        let editor = app.editor().await;
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let asha = app.author("asha", "Asha Rao").await;
        for n in 0..7 {
            let section = if n % 2 == 0 { &world } else { &tech };
            let article = editor.story(section, &format!("Story {n}")).await;
            if n == 3 {
                let tag = editor.get(&article).await.etag();
                editor.patch(&article, &tag, &json!({ "credits": [{ "role": "written_by", "author_id": asha }], "kind": "video" })).await.ok();
            }
            editor.publish(&article, &["en"]).await.ok();
            // Two share an instant, so that ids have to decide.
            if n != 4 {
                app.wait(60);
            }
        }
        let list = async |query: &str| app.anyone().get(&format!("/v1/articles?{query}")).await;
        let names = |page: &Value| page["data"].as_array().unwrap().iter().map(|a| a["headline"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let all = names(&list("limit=100").await.ok());
        assert_eq!(all.len(), 7);
        assert_eq!(all[0], "Story 6");
        let mut oldest = names(&list("sort=published_at").await.ok());
        oldest.reverse();
        assert_eq!(oldest, all);
        let mut walked = Vec::new();
        let mut query = "limit=3".to_owned();
        let mut pages = Vec::new();
        loop {
            let answer = list(&query).await;
            let page = answer.ok();
            walked.extend(names(&page));
            pages.push(names(&page));
            let Some(next) = page["page"]["next"].as_str() else { break };
            assert!(answer.header("link").unwrap().contains("rel=\"next\""));
            query = format!("limit=3&cursor={next}");
        }
        assert_eq!(walked, all);
        let last = list(&query).await.ok();
        let back = list(&format!("limit=3&cursor={}", last["page"]["previous"].as_str().unwrap())).await.ok();
        assert_eq!(names(&back), pages[1]);
        assert_eq!(names(&list("section=tech").await.ok()).len(), 3);
        assert_eq!(names(&list(&format!("section={world}")).await.ok()).len(), 4);
        assert_eq!(names(&list("author=asha-rao").await.ok()), ["Story 3"]);
        assert_eq!(names(&list("kind=video").await.ok()), ["Story 3"]);
        assert_eq!(names(&list("published_after=2026-03-01T08:05:00Z").await.ok()), ["Story 6"]);
        assert_eq!(names(&list("published_before=2026-03-01T08:01:00Z").await.ok()), ["Story 0"]);
        list("section=nowhere").await.refused(400, "malformed");
        list("sort=published_at&cursor=AAAA").await.refused(400, "malformed");
    }

    async fn the_number_of_statements_does_not_grow_with_the_answer(app) {
        let id = reference_story(&app).await;
        let editor = app.editor().await;
        let (world, ()) = (app.anyone().get("/v1/sections/by-slug/world").await.ok()["id"].as_str().unwrap().to_owned(), ());
        for n in 0..110 {
            let article = editor.story(&world, &format!("Story {n}")).await;
            editor.publish(&article, &["en"]).await.ok();
        }
        let cost = async |path: &str| {
            let before = app.store.statements();
            app.anyone().get(path).await.ok();
            app.store.statements() - before
        };
        let article = cost(&format!("/v1/articles/{id}?locale=hi")).await;
        assert!((1..=4).contains(&article), "an article took {article} statements");
        let by_slug = cost("/v1/articles/by-slug/a-car-as-a-gift").await;
        assert!((1..=4).contains(&by_slug), "an article by slug took {by_slug} statements");
        let list = cost("/v1/articles?limit=100&count=true&section=world&fallback=chain").await;
        assert!((1..=6).contains(&list), "a list of 100 took {list} statements");
        let narrowed = cost("/v1/articles?limit=100&count=true&section=world&kind=story&fallback=chain").await;
        assert_eq!(narrowed, list + 1, "what several facets share is asked for with one statement more");
        let (desk, before) = (editor.get("/v1/desk/articles?limit=100").await, app.store.statements());
        desk.ok();
        editor.get("/v1/desk/articles?limit=1").await.ok();
        let one = app.store.statements() - before;
        let before = app.store.statements();
        editor.get("/v1/desk/articles?limit=100").await.ok();
        assert_eq!(app.store.statements() - before, one, "a desk list costs the same for 1 and for 100");
    }

    async fn a_time_is_told_with_what_the_zone_was_called_then(app) {
        let admin = app.admin().await;
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "time_zone": "America/New_York" })).await.ok();
        let world = app.section("world", "दुनिया").await;
        let (editor, words) = (app.editor().await, |headline: &str| json!({ "headline": headline, "body": { "format": "text", "content": headline } }));
        let story = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words("Rain"), "hi": words("बारिश") } });
        let story = editor.post("/v1/desk/articles", &story).await.header("location").unwrap().to_owned();
        editor.publish(&story, &["en", "hi"]).await.ok();
        let id = story.rsplit('/').next().unwrap();
        // Half a year on, it is still told by the clocks of its publication; only the zone itself is told by those of now.
        app.wait(150 * 24 * 3600);
        assert_eq!(app.anyone().get("/v1/site").await.ok()["time_zone_name"], "EDT");
        let editor = app.again(&editor).await;
        editor.patch(&format!("{story}/translations/en"), &editor.get(&format!("{story}/translations/en")).await.etag(), &words("More rain")).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        let named = async |path: &str| app.anyone().get(path).await.ok();
        let in_english = named(&format!("/v1/articles/{id}?fields=time_zone_names")).await;
        assert_eq!(in_english, json!({ "time_zone_names": { "published_at": "EST", "updated_at": "EDT" } }));
        let in_hindi = named(&format!("/v1/articles/{id}?locale=hi")).await;
        assert_eq!(in_hindi["time_zone_names"], json!({ "published_at": "GMT-5", "updated_at": "GMT-5" }));
        let front = named("/v1/pages?path=/en").await;
        assert_eq!(front["articles"]["data"][0]["time_zone_names"], in_english["time_zone_names"]);
        assert_eq!(named("/v1/pages?path=/hi").await["frame"]["site"]["time_zone_name"], "GMT-4");
    }
}
