//! Static pages: about the newsroom, an imprint, a privacy notice. They have all that an article has, and are in no list of news.

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// A live page in English and Hindi, filed in World; its path on the desk.
async fn about(chief: &Client<'_>, world: &str) -> String {
    let words = |headline: &str, slug: &str| json!({ "headline": headline, "slug": slug, "summary": "Who we are.", "body": { "format": "html", "content": "<p>We print.</p>" } });
    let sent = json!({ "kind": "page", "section_id": world, "source_locale": "en",
        "translations": { "en": words("About us", "about-us"), "hi": words("हमारे बारे में", "हमारे-बारे-में") } });
    let made = chief.post("/v1/desk/articles", &sent).await;
    let path = made.header("location").unwrap_or_else(|| panic!("{}", made.text)).to_owned();
    chief.publish(&path, &["en", "hi"]).await.ok();
    path
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn query(path: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish()
}

async fn resolved(app: &TestApp, path: &str) -> Value {
    app.anyone().get(&format!("/v1/resolve?{}", query(path))).await.ok()
}

async fn page(app: &TestApp, path: &str) -> Value {
    app.anyone().get(&format!("/v1/pages?{}", query(path))).await.ok()
}

async fn ids(client: &Client<'_>, path: &str) -> Vec<String> {
    let list = client.get(path).await.ok();
    list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn a_page_is_in_no_list_but_that_of_its_kind(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let story = chief.story(&world, "River rises").await;
        chief.publish(&story, &["en"]).await.ok();
        app.wait(60);
        let about = about(&chief, &world).await;
        app.wait(60);
        let (story, about) = (id(&story).to_owned(), id(&about).to_owned());
        let now = app.now();
        app.wait(60);
        let reader = app.anyone();
        let archive = |list: &str| format!("/v1/desk/archive/articles?as_of={now}{list}");
        for list in ["", "&section=world", "&sort=-updated_at", "&sort=published_at", "&count=true"] {
            assert_eq!(ids(&reader, &format!("/v1/articles?locale=en{list}")).await, [story.as_str()], "{list}");
            assert_eq!(ids(&chief, &archive(list)).await, [story.as_str()], "{list}");
        }
        for list in [format!("&id={about}"), "&not_kind=story".to_owned(), "&kind=page&section=world".to_owned()] {
            assert!(ids(&reader, &format!("/v1/articles?locale=en{list}")).await.is_empty(), "{list}");
        }
        // Whoever asks for pages gets all of them.
        assert_eq!(ids(&reader, "/v1/articles?locale=en&kind=page").await, [about.as_str()]);
        assert_eq!(ids(&reader, "/v1/articles?locale=hi&kind=page&count=true").await, [about.as_str()]);
        assert_eq!(ids(&chief, &archive("&kind=page")).await, [about.as_str()]);
        assert_eq!(ids(&reader, &format!("/v1/articles?locale=en&kind=page&id={about}")).await, [about.as_str()]);
        assert_eq!(ids(&reader, "/v1/articles?locale=en&kind=page,story").await, [about.as_str(), story.as_str()]);
        assert_eq!(reader.get("/v1/articles?locale=en&count=true").await.ok()["page"]["total"], 1);
        assert_eq!(reader.get("/v1/articles?locale=en&kind=page,story&count=true").await.ok()["page"]["total"], 2);
        // Neither front nor section page, rail nor related story shows it, and it has none beside it.
        for (path, shown) in [("/en", 1), ("/en/world", 1), ("/hi", 0)] {
            assert_eq!(page(&app, path).await["articles"]["data"].as_array().unwrap().len(), shown, "{path}");
        }
        let beside = page(&app, "/en/world/river-rises").await["rails"].clone();
        assert!(beside.as_array().unwrap().iter().all(|rail| rail["articles"] == json!([])), "{beside}");
        assert_eq!(reader.get(&format!("/v1/articles/{story}?include=related")).await.ok()["related"], json!([]));
        assert_eq!(reader.get(&format!("/v1/articles/{about}?include=related")).await.ok()["related"], json!([]));
        // The desk sees it among all else.
        assert_eq!(ids(&chief, "/v1/desk/articles").await.len(), 2);
        assert_eq!(ids(&chief, "/v1/desk/articles?kind=page").await, [about.as_str()]);
    }

    async fn a_page_stands_below_its_language_and_says_of_itself_that_it_is_no_news(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let story = chief.story(&world, "River rises").await;
        chief.publish(&story, &["en"]).await.ok();
        let about = about(&chief, &world).await;
        let shown = page(&app, "/en/about-us").await;
        assert_eq!((&shown["kind"], &shown["article"]["kind"], &shown["article"]["id"]), (&json!("article"), &json!("page"), &json!(id(&about))));
        let site = chief.get("/v1/desk/site").await.ok()["url"].as_str().unwrap().to_owned();
        let hindi = shown["article"]["alternates"][1]["url"].as_str().unwrap().to_owned();
        let head = &shown["frame"]["head"];
        assert_eq!(head["canonical"], format!("{site}/en/about-us"));
        let alternates: Vec<_> = head["alternates"].as_array().unwrap().iter().map(|a| (a["hreflang"].as_str().unwrap(), a["href"].as_str().unwrap())).collect();
        let english = format!("{site}/en/about-us");
        assert_eq!(alternates, [("en", english.as_str()), ("hi", hindi.as_str()), ("x-default", english.as_str())]);
        let of = |name: &str| head["open_graph"].as_array().unwrap().iter().filter(|p| p["property"] == name).count();
        assert!(head["open_graph"].as_array().unwrap().contains(&json!({ "property": "og:type", "content": "website" })));
        assert_eq!(["article:published_time", "article:section"].map(of), [0, 0]);
        // It lies in no section of the navigation, and what stands beside it is the news.
        assert!(shown["frame"]["navigation"].as_array().unwrap().iter().all(|section| section["current"] == false));
        assert_eq!(shown["rails"].as_array().unwrap().iter().map(|rail| (rail["kind"].as_str().unwrap(), rail["articles"].as_array().unwrap().len())).collect::<Vec<_>>(), [("latest", 1), ("most_read", 0)]);
        assert_eq!(resolved(&app, "/hi/हमारे-बारे-में").await, json!({ "kind": "article", "id": id(&about), "locale": "hi", "url": hindi }));
        // By the pattern of stories, in another language's words and with a slash it leads on.
        for (path, to) in [("/en/world/about-us", "/en/about-us"), ("/en/about-us/", "/en/about-us"), ("/EN/about-us", "/en/about-us")] {
            assert_eq!(resolved(&app, path).await, json!({ "kind": "redirect", "to": to, "status": 301 }), "{path}");
        }
        assert_eq!(format!("{site}{}", resolved(&app, "/hi/about-us").await["to"].as_str().unwrap()), hindi);
        app.anyone().get("/v1/resolve?path=/bn/about-us").await.refused(404, "not-found");
        // Where stories have no locale in their path the default one has none in those of pages.
        chief.patch("/v1/desk/site", &chief.get("/v1/desk/site").await.etag(), &json!({ "url_pattern": "/{section}/{slug}" })).await.ok();
        assert_eq!(page(&app, "/about-us").await["article"]["url"], format!("{site}/about-us"));
        assert_eq!(resolved(&app, "/en/about-us").await["to"], "/about-us");
        assert_eq!(resolved(&app, "/hi/हमारे-बारे-में").await["id"], id(&about));
    }

    async fn a_page_and_a_section_never_have_one_slug(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let about = about(&chief, &world).await;
        let made = chief.post("/v1/desk/sections", &json!({ "translations": { "en": { "name": "About", "slug": "about-us" } } })).await;
        assert_eq!(made.refused(409, "taken")["holder"]["kind"], "article");
        let words = format!("{about}/translations/en");
        let moved = chief.patch(&words, &chief.get(&words).await.etag(), &json!({ "slug": "world" })).await;
        assert_eq!(moved.refused(409, "taken")["holder"]["kind"], "section");
        // One that nobody gave by hand gets a number.
        let sent = json!({ "kind": "page", "section_id": world, "source_locale": "en", "translations": { "en": { "headline": "World" } } });
        let other = chief.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        chief.publish(&other, &["en"]).await.ok();
        assert_eq!(resolved(&app, "/en/world-2").await["id"], id(&other));
        // In a language in which a section is shown under the slug of another one, what has the slug there comes first.
        app.import(&json!({ "type": "section", "key": "sport", "position": 9, "translations": { "en": { "name": "Sport" } } }));
        assert_eq!(resolved(&app, "/hi/sport").await["kind"], "section");
        let sent = json!({ "kind": "page", "section_id": world, "source_locale": "hi", "translations": { "hi": { "headline": "खेल", "slug": "sport" } } });
        let other = chief.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        assert_eq!(resolved(&app, "/hi/sport").await["kind"], "section", "nothing tells of a draft");
        chief.publish(&other, &["hi"]).await.ok();
        assert_eq!(resolved(&app, "/hi/sport").await["id"], id(&other));
        assert_eq!(resolved(&app, "/en/sport").await["kind"], "section");
    }

    async fn a_story_that_becomes_a_page_goes_out_of_lists_and_its_address_leads_on_and_back(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let story = chief.story(&world, "About us").await;
        chief.publish(&story, &["en"]).await.ok();
        let lists = ["/v1/articles?locale=en", "/v1/articles?locale=en&section=world", "/v1/articles?locale=en&kind=story"];
        let turn = async |kind: &str| {
            chief.patch(&story, &chief.get(&story).await.etag(), &json!({ "kind": kind })).await.ok();
            chief.publish(&story, &["en"]).await.ok();
        };
        for list in lists {
            assert_eq!(ids(&app.anyone(), list).await.len(), 1, "{list}");
        }
        turn("page").await;
        for list in lists {
            assert!(ids(&app.anyone(), list).await.is_empty(), "{list}");
        }
        assert_eq!(ids(&app.anyone(), "/v1/articles?locale=en&kind=page").await.len(), 1);
        assert_eq!(resolved(&app, "/en/world/about-us").await["to"], "/en/about-us");
        turn("story").await;
        assert_eq!(resolved(&app, "/en/about-us").await["to"], "/en/world/about-us");
        assert!(ids(&app.anyone(), "/v1/articles?locale=en&kind=page").await.is_empty());
        // What was taken down is gone wherever it was.
        chief.act(&format!("{story}/takedown"), &chief.get(&story).await.etag(), &json!({ "reason": "a judge said so" })).await.ok();
        for path in ["/en/about-us", "/en/world/about-us"] {
            app.anyone().get(&format!("/v1/resolve?path={path}")).await.refused(410, "gone");
        }
    }

    async fn a_page_carries_no_tags_and_credits_nobody(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let desk = app.author("desk", "Digital Desk").await;
        app.import(&json!({ "type": "tag", "key": "cars", "translations": { "en": { "name": "Cars" } } }));
        let tag = app.imported("tag", "cars").await;
        let story = chief.story(&world, "About us").await;
        chief.patch(&story, &chief.get(&story).await.etag(), &json!({ "tags": [tag], "credits": [{ "role": "reported_by", "author_id": desk }] })).await.ok();
        let refused = chief.patch(&story, &chief.get(&story).await.etag(), &json!({ "kind": "page" })).await;
        assert_eq!(refused.violations(), [("#/tags".to_owned(), "not_on_page".to_owned()), ("#/credits".to_owned(), "not_on_page".to_owned())]);
        chief.patch(&story, &chief.get(&story).await.etag(), &json!({ "kind": "page", "tags": [], "credits": [] })).await.ok();
        chief.publish(&story, &["en"]).await.ok();
    }

    async fn links_to_a_page_follow_it(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let about = about(&chief, &world).await;
        let story = chief.story(&world, "River rises").await;
        let words = format!("{story}/translations/en");
        let body = json!({ "format": "html", "content": "<p><a href=\"/en/about-us\">Us</a></p>" });
        chief.patch(&words, &chief.get(&words).await.etag(), &json!({ "body": body })).await.ok();
        chief.publish(&story, &["en"]).await.ok();
        let shown = async || app.anyone().get(&format!("/v1/articles/{}?locale=en", id(&story))).await.ok()["body"]["content"].as_str().unwrap().to_owned();
        assert!(shown().await.contains("href=\"/en/about-us\""), "{}", shown().await);
        let english = format!("{about}/translations/en");
        chief.patch(&english, &chief.get(&english).await.etag(), &json!({ "slug": "who-we-are" })).await.ok();
        chief.publish(&about, &["en"]).await.ok();
        assert!(shown().await.contains("href=\"/en/who-we-are\""), "{}", shown().await);
        assert_eq!(resolved(&app, "/en/about-us").await["to"], "/en/who-we-are");
    }
}
