//! The page in one request: everything that DESIGN's reference page shows, of every kind of page.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// The newsroom of the reference page; the path of the story on the desk.
async fn newsroom(app: &TestApp) -> String {
    let admin = app.admin().await;
    admin
        .patch(
            "/v1/desk/site",
            &admin.get("/v1/desk/site").await.etag(),
            &json!({ "name": "The Times", "url": "https://news.example", "time_zone": "Asia/Kolkata" }),
        )
        .await
        .ok();
    let mut sections = Vec::new();
    for (n, (key, name, hindi)) in
        [("defence", "Defence", "रक्षा"), ("world", "World", "दुनिया"), ("politics", "Politics", "राजनीति")].iter().enumerate()
    {
        app.import(&json!({ "type": "section", "key": key, "position": n + 1, "translations": { "en": { "name": name }, "hi": { "name": hindi } } }));
        sections.push(app.anyone().get(&format!("/v1/sections/by-slug/{key}?locale=en")).await.ok()["id"].as_str().unwrap().to_owned());
    }
    app.import(
        &json!({ "type": "section", "key": "asia", "parent": "world", "position": 1, "translations": { "en": { "name": "Asia" } } }),
    );
    app.import(&json!({ "type": "author", "key": "desk", "kind": "desk", "translations": { "en": { "name": "Digital Desk", "about": "Day and night." }, "hi": { "name": "डिजिटल डेस्क" } } }));
    let desk = app.imported("author", "desk").await;
    app.import(&json!({ "type": "tag", "key": "d", "kind": "topic", "translations": { "en": { "name": "Diplomacy" } } }));
    let tag = admin.get("/v1/desk/tags").await.ok()["data"][0]["id"].clone();
    for n in 0..13 {
        let other = admin.story(if n % 2 == 0 { &sections[1] } else { &sections[2] }, &format!("Meta under scanner {n}")).await;
        admin.publish(&other, &["en"]).await.ok();
        app.wait(60);
    }
    let words = |headline: &str, caption: &str| {
        json!({ "headline": headline, "summary": "Two capitals draw closer.", "lead": { "alt": "A black car", "caption": caption },
        "body": { "format": "html", "content": "<p>It was Russia&amp;#x27;s gift.</p>" } })
    };
    let sent = json!({ "kind": "story", "section_id": sections[1], "source_locale": "en", "tags": [tag], "credits": [{ "role": "reported_by", "author_id": desk }],
        "lead": { "url": "https://media.example/car.jpg", "width": 1600, "height": 900, "credit": "AP" },
        "translations": { "en": words("A car as a gift", "At the border."), "hi": words("तोहफ़े में कार", "सीमा पर।") } });
    let made = admin.post("/v1/desk/articles", &sent).await;
    let path = made.header("location").unwrap_or_else(|| panic!("{}", made.text)).to_owned();
    admin.publish(&path, &["en", "hi"]).await.ok();
    path
}

async fn page(app: &TestApp, path: &str) -> Answer {
    let encoded: String = path.bytes().map(|b| if b.is_ascii() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    app.anyone().get(&format!("/v1/pages?path={encoded}")).await
}

fn texts<'v>(values: &'v Value, name: &str) -> Vec<&'v str> {
    values.as_array().unwrap().iter().map(|v| v[name].as_str().unwrap()).collect()
}

fn property<'v>(page: &'v Value, name: &str) -> Vec<&'v str> {
    let all = page["frame"]["head"]["open_graph"].as_array().unwrap();
    all.iter().filter(|p| p["property"] == name).map(|p| p["content"].as_str().unwrap()).collect()
}

both! {
    async fn one_request_brings_everything_that_the_reference_page_shows(app) {
        newsroom(&app).await;
        let before = app.store.statements();
        let answer = page(&app, "/en/world/a-car-as-a-gift").await;
        assert!(app.store.statements() - before <= 12, "{}", app.store.statements() - before);
        let shown = answer.ok();
        assert_eq!((shown["kind"].as_str(), answer.header("content-language")), (Some("article"), Some("en")));
        let frame = &shown["frame"];
        assert_eq!(texts(&frame["navigation"], "name"), ["Defence", "World", "Politics"]);
        assert_eq!(texts(&frame["navigation"][1]["children"], "name"), ["Asia"]);
        assert_eq!(frame["navigation"].as_array().unwrap().iter().map(|n| n["current"].as_bool().unwrap()).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!((frame["site"]["time_zone_name"].as_str(), frame["site"]["name"].as_str()), (Some("IST"), Some("The Times")));
        // The language switcher leads to the same story, or to the front page where there is none.
        assert_eq!(texts(&frame["languages"], "name"), ["English", "हिंदी", "বাংলা", "ಕನ್ನಡ"]);
        assert_eq!(frame["languages"][1]["url"], "https://news.example/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE/%E0%A4%A4%E0%A5%8B%E0%A4%B9%E0%A4%AB%E0%A4%BC%E0%A5%87-%E0%A4%AE%E0%A5%87%E0%A4%82-%E0%A4%95%E0%A4%BE%E0%A4%B0");
        assert_eq!((frame["languages"][2]["url"].as_str(), frame["languages"][2]["available"].as_bool()), (Some("https://news.example/bn"), Some(false)));
        let article = &shown["article"];
        assert_eq!((article["headline"].as_str(), article["summary"].as_str(), article["reading_minutes"].as_i64()), (Some("A car as a gift"), Some("Two capitals draw closer."), Some(1)));
        assert_eq!((article["credits"][0]["label"].as_str(), article["credits"][0]["authors"][0]["name"].as_str()), (Some("Reported by"), Some("Digital Desk")));
        assert_eq!((article["lead"]["alt"].as_str(), article["lead"]["caption"].as_str(), article["lead"]["credit"].as_str()), (Some("A black car"), Some("At the border."), Some("AP")));
        assert_eq!(article["body"]["content"], "<p>It was Russia&#39;s gift.</p>");
        assert_eq!(article["published_at"], "2026-03-01T08:13:00Z");
        // Rails, without the story itself.
        assert_eq!(shown["rails"].as_array().unwrap().iter().map(|r| r["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["latest_in_section", "latest", "most_read"]);
        assert_eq!(texts(&shown["rails"][0]["articles"], "headline")[..2], ["Meta under scanner 12", "Meta under scanner 10"]);
        assert_eq!(texts(&shown["rails"][1]["articles"], "headline").len(), 10);
        assert_eq!(texts(&shown["rails"][1]["articles"], "headline")[0], "Meta under scanner 12");
        let head = &frame["head"];
        assert_eq!((head["title"].as_str(), head["canonical"].as_str()), (Some("A car as a gift | The Times"), Some("https://news.example/en/world/a-car-as-a-gift")));
        assert_eq!(texts(&head["alternates"], "hreflang"), ["en", "hi", "x-default"]);
        for (name, content) in [("og:type", "article"), ("og:title", "A car as a gift"), ("og:image", "https://media.example/car.jpg"), ("article:published_time", "2026-03-01T08:13:00Z"), ("article:section", "World"), ("article:tag", "Diplomacy")] {
            assert_eq!(property(&shown, name), [content], "{name}");
        }
        let hindi = page(&app, "/hi/दुनिया/तोहफ़े-में-कार").await.ok();
        assert_eq!((hindi["frame"]["locale"].as_str(), hindi["article"]["headline"].as_str(), hindi["article"]["credits"][0]["label"].as_str()), (Some("hi"), Some("तोहफ़े में कार"), Some("रिपोर्ट")));
        assert_eq!(hindi["frame"]["navigation"][1]["name"], "दुनिया");
        assert_eq!(hindi["rails"][1]["articles"], json!([]));
    }

    async fn rails_follow_the_fallback_of_their_page(app) {
        newsroom(&app).await;
        let (admin, world) = (app.admin().await, app.anyone().get("/v1/sections/by-slug/world").await.ok()["id"].clone());
        let both = admin.story(world.as_str().unwrap(), "Both").await;
        admin.put(&format!("{both}/translations/hi"), None, &json!({ "headline": "दोनों" })).await.ok();
        admin.publish(&both, &["en", "hi"]).await.ok();
        let path = "/hi/दुनिया/तोहफ़े-में-कार";
        let rails = async |more: &str| {
            let shown = page(&app, &format!("{path}{more}")).await.ok();
            [0, 1].map(|n| texts(&shown["rails"][n]["articles"], "headline").into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(rails("").await, [["दोनों"], ["दोनों"]]);
        let [of_section, of_site] = rails("&fallback=chain").await;
        // Each story once, in the first language of the chain that it is live in, the latest first.
        assert_eq!(of_section[..3], ["दोनों", "Meta under scanner 12", "Meta under scanner 10"]);
        assert_eq!((of_site[..3].to_vec(), of_site.len()), (["दोनों", "Meta under scanner 12", "Meta under scanner 11"].map(str::to_owned).to_vec(), 10));
        assert!(!of_section.contains(&"Both".to_owned()) && !of_site.contains(&"Both".to_owned()));
        // What comes is there at once.
        let other = admin.story(world.as_str().unwrap(), "The latest").await;
        app.wait(60);
        admin.publish(&other, &["en"]).await.ok();
        assert_eq!(rails("&fallback=chain").await.map(|rail| rail[0].clone()), ["The latest", "The latest"]);
        assert_eq!(rails("").await, [["दोनों"], ["दोनों"]]);
    }

    async fn front_pages_sections_authors_and_tags_have_pages_that_go_on(app) {
        newsroom(&app).await;
        let home = page(&app, "/en").await.ok();
        assert_eq!((home["kind"].as_str(), home["articles"]["data"].as_array().unwrap().len()), (Some("home"), 14));
        assert_eq!((home["frame"]["head"]["title"].as_str(), property(&home, "og:type")), (Some("The Times"), vec!["website"]));
        assert_eq!(page(&app, "/").await.ok()["kind"], "home");
        let first = page(&app, "/en/world&limit=5").await.ok();
        assert_eq!((first["kind"].as_str(), first["section"]["name"].as_str()), (Some("section"), Some("World")));
        assert_eq!(texts(&first["articles"]["data"], "headline")[..2], ["A car as a gift", "Meta under scanner 12"]);
        assert_eq!(first["articles"]["data"][0]["lead"]["url"], "https://media.example/car.jpg");
        let next = first["articles"]["page"]["next"].as_str().unwrap();
        let second = page(&app, &format!("/en/world&limit=5&cursor={next}")).await.ok();
        assert_eq!(second["articles"]["data"].as_array().unwrap().len(), 3);
        assert!(second["articles"]["page"]["previous"].is_string());
        let author = page(&app, "/en/digital-desk").await.ok();
        assert_eq!((author["kind"].as_str(), author["author"]["bio"].as_str(), texts(&author["articles"]["data"], "headline")), (Some("author"), Some("Day and night."), vec!["A car as a gift"]));
        let tag = page(&app, "/en/diplomacy").await.ok();
        assert_eq!((tag["kind"].as_str(), texts(&tag["articles"]["data"], "headline"), tag["frame"]["head"]["description"].as_str()), (Some("tag"), vec!["A car as a gift"], Some("")));
    }

    async fn a_page_on_which_stories_go_on_is_known_by_its_own_cursor(app) {
        newsroom(&app).await;
        let first = page(&app, "/en/world&limit=5&count=true").await.ok();
        let (head, next) = (&first["frame"]["head"], first["articles"]["page"]["next"].as_str().unwrap());
        assert_eq!((head["canonical"].as_str(), head["prev"].as_str()), (Some("https://news.example/en/world"), None));
        assert_eq!(head["next"], format!("https://news.example/en/world?cursor={next}"));
        assert_eq!((first["articles"]["page"]["total"].as_i64(), texts(&head["alternates"], "hreflang")), (Some(8), vec!["en", "hi", "x-default"]));
        assert_eq!((property(&first, "og:locale"), property(&first, "og:locale:alternate")), (vec!["en_US"], vec!["hi_IN"]));
        let second = page(&app, &format!("/en/world&limit=5&cursor={next}")).await.ok();
        let head = &second["frame"]["head"];
        assert_eq!((&head["canonical"], property(&second, "og:url")), (&first["frame"]["head"]["next"], vec![head["canonical"].as_str().unwrap()]));
        assert_eq!(head["title"], "World · 2026-03-01 13:34 | The Times");
        assert!(head["prev"].as_str().unwrap().starts_with("https://news.example/en/world?cursor="), "{head}");
        assert_eq!((&head["next"], &head["alternates"]), (&Value::Null, &json!([])));
        // The language switcher leads to where the section is in other languages.
        assert_eq!(second["frame"]["languages"][1]["available"], true);
        let home = page(&app, &format!("/en&cursor={}", page(&app, "/en&limit=3").await.ok()["articles"]["page"]["next"].as_str().unwrap())).await.ok();
        assert!(home["frame"]["head"]["title"].as_str().unwrap().starts_with("The Times · 2026-03-01 "), "{home}");
    }

    async fn a_card_says_whose_words_it_shows_in_which_language_and_what_is_asked_for_comes_along(app) {
        let story = newsroom(&app).await;
        let card = |page: &Value| page["articles"]["data"][0].clone();
        let shown = card(&page(&app, "/en/world").await.ok());
        assert_eq!((&shown["byline"], shown["genre"].as_str(), shown["retracted"].as_bool()), (&json!(["Digital Desk"]), Some("news"), Some(false)));
        assert_eq!((shown["locale"].as_str(), shown["direction"].as_str(), shown.get("body")), (Some("en"), Some("ltr"), None));
        // In the language of the page alone, or in the next of its chain.
        assert_eq!(texts(&page(&app, "/hi").await.ok()["articles"]["data"], "locale"), ["hi"]);
        let chain = page(&app, "/hi&fallback=chain&count=true").await.ok();
        let locales = texts(&chain["articles"]["data"], "locale");
        assert_eq!((locales.len(), locales[0], locales[1], chain["articles"]["page"]["total"].as_i64()), (14, "hi", "en", Some(14)));
        let whole = page(&app, "/en/world&body=text&include=authors,section").await.ok();
        assert_eq!(card(&whole)["body"], json!({ "format": "text", "content": "It was Russia's gift." }));
        assert_eq!((texts(&whole["articles"]["included"]["authors"], "name"), texts(&whole["articles"]["included"]["sections"], "name")), (vec!["Digital Desk"], vec!["World"]));
        let article = page(&app, "/en/world/a-car-as-a-gift&body=none&include=tags").await.ok()["article"].clone();
        assert_eq!((article.get("body"), texts(&article["included"]["tags"], "name")), (None, vec!["Diplomacy"]));
        let said = json!({ "kind": "retraction", "texts": { "en": "It was no gift." } });
        app.editor().await.post(&format!("{story}/corrections"), &said).await.ok();
        assert_eq!(card(&page(&app, "/en/world").await.ok())["retracted"], true);
        let beside = page(&app, "/en/politics/meta-under-scanner-11").await.ok();
        assert_eq!(beside["rails"][1]["articles"][0]["retracted"], true, "{}", beside["rails"][1]["articles"][0]);
    }

    async fn a_page_that_moved_says_where_and_one_that_was_taken_down_is_gone(app) {
        let story = newsroom(&app).await;
        let chief = app.role(dateline::domain::user::Role::Chief, None, None).await;
        page(&app, "/en/world/a-car-as-a-gift").await.ok();
        let words = format!("{story}/translations/en");
        chief.patch(&words, &chief.get(&words).await.etag(), &json!({ "slug": "the-gift" })).await.ok();
        chief.publish(&story, &["en"]).await.ok();
        assert_eq!(page(&app, "/en/world/a-car-as-a-gift").await.ok(), json!({ "kind": "redirect", "to": "/en/world/the-gift", "status": 301 }));
        page(&app, "/en/world/the-gift").await.ok();
        chief.act(&format!("{story}/takedown"), &chief.get(&story).await.etag(), &json!({ "reason": "a judge said so" })).await.ok();
        page(&app, "/en/world/the-gift").await.refused(410, "gone");
        page(&app, "/en/world/never-was").await.refused(404, "not-found");
        page(&app, "en/world").await.refused(400, "malformed");
        page(&app, "/en/world&limit=0").await.refused(400, "malformed");
    }
}
