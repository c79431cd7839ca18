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
        editor.get("/v1/desk/archive/articles?as_of=2030-01-01T00:00:00Z").await.refused(400, "malformed");
        editor.get("/v1/desk/archive/articles").await.refused(400, "malformed");
    }
}
