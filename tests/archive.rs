//! The archive: what the public saw at an instant, for the desk alone.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::TestApp;

fn headlines(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|a| a["headline"].as_str().unwrap()).collect()
}

both! {
    async fn the_desk_sees_what_the_public_saw_and_the_public_does_not(app) {
        let chief = app.role(Role::Chief, None, None).await;
        let world = app.section("world", "दुनिया").await;
        let tech = app.section("tech", "टेक").await;
        let (first, second) = (chief.story(&world, "River rises").await, chief.story(&world, "Bridge closes").await);
        let mut then: Vec<(String, Value, Value, Value)> = Vec::new();
        let ids = [&first, &second].map(|p| p.rsplit('/').next().unwrap().to_owned());
        // At each of these instants the public answers are written down, to be compared with the archive's afterwards.
        let mut steps = 0;
        let mut note = async |app: &TestApp| {
            steps += 1;
            app.wait(60);
            let get = async |path: String| {
                let answer = app.anyone().get(&path).await;
                if answer.status == 200 { answer.json() } else { json!(answer.status) }
            };
            let list = get("/v1/articles?section=world&count=true&fallback=chain&locale=hi".to_owned()).await;
            let article = get(format!("/v1/articles/{}?locale=en", ids[0])).await;
            let page = get("/v1/pages?path=/en/world".to_owned()).await;
            then.push((app.now().to_string(), list, article, page));
            app.wait(60);
        };
        note(&app).await;
        chief.publish(&first, &["en"]).await.ok();
        note(&app).await;
        chief.publish(&second, &["en"]).await.ok();
        let words = format!("{first}/translations/en");
        chief.patch(&words, &chief.get(&words).await.etag(), &json!({ "headline": "River falls", "slug": "river-falls" })).await.ok();
        note(&app).await;
        chief.publish(&first, &["en"]).await.ok();
        chief.post(&format!("{first}/corrections"), &json!({ "kind": "correction", "texts": { "en": "It fell." } })).await.ok();
        note(&app).await;
        chief.act(&format!("{second}/unpublish"), &chief.get(&second).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        chief.patch(&first, &chief.get(&first).await.etag(), &json!({ "section_id": tech })).await.ok();
        chief.publish(&first, &["en"]).await.ok();
        note(&app).await;
        chief.act(&format!("{first}/takedown"), &chief.get(&first).await.etag(), &json!({ "reason": "a judge said so" })).await.ok();
        note(&app).await;
        let editor = app.editor().await;
        assert_eq!(then.iter().map(|(_, list, ..)| headlines(list).len()).collect::<Vec<_>>(), [0, 1, 2, 2, 0, 0]);
        for (n, (at, list, article, page)) in then.iter().enumerate() {
            let get = async |path: String| editor.get(&path).await;
            assert_eq!(get(format!("/v1/desk/archive/articles?as_of={at}&section=world&count=true&fallback=chain&locale=hi")).await.ok(), *list, "{n}");
            let shown = get(format!("/v1/desk/archive/articles/{}?as_of={at}", ids[0])).await;
            match article.as_u64() {
                // What is taken down now is gone wherever it was not public.
                Some(_) => assert!(matches!(shown.status, 404 | 410), "{n} {}", shown.text),
                None => assert_eq!(shown.ok(), *article, "{n}"),
            }
            let mut archived = get(format!("/v1/desk/archive/pages?as_of={at}&path=/en/world")).await.ok();
            // The page says what was public then; only the site's clock is that of the instant.
            let mut page = page.clone();
            for page in [&mut archived, &mut page] {
                page["frame"]["site"] = Value::Null;
            }
            assert_eq!(archived, page, "{n}");
        }
        let at = &then[2].0;
        let old = editor.get(&format!("/v1/desk/archive/pages?as_of={at}&path=/en/world/river-rises")).await.ok();
        assert_eq!((old["kind"].as_str(), old["article"]["headline"].as_str()), (Some("article"), Some("River rises")));
        assert_eq!(editor.get(&format!("/v1/desk/archive/articles?as_of={at}")).await.header("cache-control"), Some("no-store"));
        // Who may not, and what cannot be asked.
        app.anyone().get(&format!("/v1/desk/archive/articles?as_of={at}")).await.refused(401, "unauthenticated");
        let contributor = app.role(Role::Contributor, None, None).await;
        contributor.get(&format!("/v1/desk/archive/articles?as_of={at}")).await.refused(403, "forbidden");
        app.anyone().get(&format!("/v1/articles?as_of={at}")).await.refused(400, "malformed");
        let unknown = editor.get(&format!("/v1/desk/archive/articles?as_of={at}&asof={at}")).await.refused(400, "malformed");
        assert!(unknown["errors"][0]["detail"].as_str().unwrap().ends_with(", `as_of`"), "{unknown}");
        editor.get("/v1/desk/archive/articles?as_of=2030-01-01T00:00:00Z").await.refused(400, "malformed");
        editor.get("/v1/desk/archive/articles").await.refused(400, "malformed");
    }
}

both! {
    async fn the_archive_is_asked_as_readers_ask(app) {
        let chief = app.role(Role::Chief, None, None).await;
        let world = app.section("world", "दुनिया").await;
        app.import(&json!({ "type": "tag", "key": "rivers", "translations": { "en": { "name": "Rivers" } } }));
        let tag = app.imported("tag", "rivers").await;
        let mut ids = Vec::new();
        for (n, genre) in ["news", "opinion", "analysis"].into_iter().enumerate() {
            let story = chief.story(&world, &format!("River {n}")).await;
            let tags = if n < 2 { json!([tag]) } else { json!([]) };
            chief.patch(&story, &chief.get(&story).await.etag(), &json!({ "genre": genre, "tags": tags })).await.ok();
            chief.publish(&story, &["en"]).await.ok();
            app.wait(60);
            ids.push(story.rsplit('/').next().unwrap().to_owned());
        }
        let as_of = app.now();
        app.wait(60);
        let same = async |path: &str, question: &str| {
            let live = app.anyone().get(&format!("/v1/{path}?{question}")).await;
            let then = chief.get(&format!("/v1/desk/archive/{path}?{question}&as_of={as_of}")).await;
            assert_eq!(live.ok(), then.ok(), "{path}?{question}");
            live.json()
        };
        let found = async |question: &str| same("articles", question).await["data"].as_array().unwrap().len();
        for (question, count) in [
            ("genre=news,opinion", 2),
            ("not_genre=news", 2),
            ("tag=rivers&not_genre=news", 1),
            ("not_tag=rivers", 1),
            (&format!("tag_all={tag}"), 2),
            (&format!("id={},{}", ids[0], ids[2]), 2),
            (&format!("not_id={}&kind=story,video", ids[0]), 2),
            ("kind=page", 0),
            ("not_kind=story", 0),
            ("locale=hi&fallback=chain&sort=-updated_at", 3),
            ("fields=headline,section.name&include=section,related", 3),
            (&format!("published_before={}", "2026-03-01T08:01:30Z"), 2),
        ] {
            assert_eq!(found(question).await, count, "{question}");
        }
        same(&format!("articles/{}", ids[0]), "fields=headline,url&locale=auto").await;
        same(&format!("articles/{}", ids[0]), "include=related,section&body=doc").await;
        let page = same("pages", "path=/hi&fallback=chain&count=true&include=languages&body=text&limit=2").await;
        assert_eq!((&page["articles"]["page"]["total"], page["articles"]["data"].as_array().unwrap().len()), (&json!(3), 2));
        // What is wrong is told at once, the instant and the rest.
        let refused = chief.get("/v1/desk/archive/articles?genre=nonsense").await;
        assert_eq!(refused.violations().into_iter().map(|(at, _)| at).collect::<Vec<_>>(), ["?as_of", "?genre"]);
    }
}
