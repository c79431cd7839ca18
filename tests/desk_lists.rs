//! The desk's list of articles: by what it is narrowed, how it is sorted, and what one request tells.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, log::Log};

const LIST: &str = "/v1/desk/articles";

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn headlines(page: &Value) -> Vec<String> {
    let all = page["data"].as_array().unwrap();
    all.iter().map(|one| one["translations"]["en"]["headline"].as_str().unwrap().to_owned()).collect()
}

/// The headlines of a list, as they come, and their number as it is counted.
async fn listed(client: &Client<'_>, query: &str) -> Vec<String> {
    let page = client.get(&format!("{LIST}?count=true&limit=100&{query}")).await.ok();
    let shown = headlines(&page);
    assert_eq!(page["page"]["total"], shown.len(), "{query}");
    shown
}

async fn tag(app: &TestApp, key: &str) -> String {
    app.import(&json!({ "type": "tag", "key": key, "kind": "topic", "translations": { "en": { "name": key } } }));
    app.imported("tag", key).await
}

async fn me(client: &Client<'_>) -> String {
    client.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().to_owned()
}

async fn begun(client: &Client<'_>, section: &str, headline: &str, facts: Value, body: &str) -> String {
    let mut sent = json!({ "kind": "story", "section_id": section, "source_locale": "en",
        "translations": { "en": { "headline": headline, "body": { "format": "html", "content": body } } } });
    sent.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    let made = client.post(LIST, &sent).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

both! {
    async fn a_text_that_is_looked_for_is_no_longer_than_the_contract_says(app) {
        let editor = app.editor().await;
        for name in ["text", "body_text"] {
            editor.get(&format!("/v1/desk/articles?{name}={}", "é".repeat(200).replace('é', "%C3%A9"))).await.ok();
            let refused = editor.get(&format!("/v1/desk/articles?{name}={}", "é".repeat(201).replace('é', "%C3%A9"))).await;
            assert_eq!(refused.violations(), [(format!("?{name}"), "too_long".to_owned())]);
        }
    }

    async fn a_cursor_that_nobody_was_given_is_refused_or_leads_somewhere(app) {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as b64};
        let editor = app.editor().await;
        editor.story(&app.section("world", "दुनिया").await, "Floods").await;
        for name in [&b"\0A"[..], b"\0", b"A\0B", b"\xff\xfe", b""] {
            for end in [&b"\0"[..], b"\x01", b""] {
                let cursor = b64.encode([name, &[0; 24], end].concat());
                for path in ["/v1/desk/articles?sort=headline&", "/v1/desk/work?", "/v1/desk/people?", "/v1/desk/articles?"] {
                    let answer = editor.get(&format!("{path}cursor={cursor}")).await;
                    assert!([200, 400].contains(&answer.status), "{path} {name:?} {end:?}: {}", answer.text);
                }
            }
        }
    }

    async fn a_list_is_narrowed_by_everything_an_editor_looks_for(app) {
        let (world, crime, asha) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await, app.author("asha", "Asha Rao").await);
        let (rivers, rain) = (tag(&app, "rivers").await, tag(&app, "rain").await);
        let (chief, writer) = (app.admin().await, app.role(Role::Editor, None, None).await);
        let start = app.now();
        let credits = json!([{ "role": "written_by", "author_id": asha }]);
        let a = begun(&chief, &world, "A", json!({ "kind": "video", "tags": [rivers], "credits": credits }), "<p>The <b>Yamuna</b> rose 100% by_night.</p>").await;
        app.wait(10);
        let b = begun(&writer, &crime, "B", json!({ "genre": "analysis", "tags": [rain, rivers] }), "<p>Nothing.</p>").await;
        app.wait(10);
        let c = begun(&writer, &crime, "C", json!({ "embargo_until": app.now().plus_seconds(500).to_string() }), "<p>Kept.</p>").await;
        app.wait(10);
        chief.publish(&a, &["en"]).await.ok();
        app.wait(10);
        let at = app.now().plus_seconds(5_000).to_string();
        chief.act(&format!("{b}/schedule"), "\"1\"", &json!({ "locales": ["en"], "publish_at": at })).await.ok();
        chief.post(&format!("{c}/translations/en/assign"), &json!({ "assignee_id": me(&writer).await })).await.ok();
        chief.act(&format!("{c}/translations/en/submit"), "\"1\"", &json!({})).await.ok();
        let (w, none) = (me(&writer).await, "0198c5a1-7f00-7000-8000-0000000000ff");
        let after = |seconds: i64| start.plus_seconds(seconds).to_string();
        for (query, expected) in [
            (format!("tag={rivers}"), "BA"), (format!("tag={rain}"), "B"), (format!("tag={rain},{rivers}"), "BA"), (format!("tag={none}"), ""),
            ("kind=video".to_owned(), "A"), ("kind=story,video".to_owned(), "CBA"), ("genre=analysis".to_owned(), "B"),
            (format!("section={world}"), "A"), (format!("section={world}&section[]={crime}"), "CBA"), (format!("author={asha}"), "A"),
            ("state=draft".to_owned(), "BA"), ("state=in_review,draft".to_owned(), "CBA"), ("state=in_review".to_owned(), "C"),
            (format!("assignee={w}"), "C"), ("assignee=me".to_owned(), ""), ("assignee=nobody".to_owned(), "BA"), ("assignee=nobody,me".to_owned(), "BA"),
            (format!("assignee={w}&locale=hi"), ""), (format!("creator={w}"), "CB"), ("creator=me".to_owned(), "A"), ("mine=true".to_owned(), "A"),
            (format!("mine=true&creator={w}"), ""), (format!("creator=me,{w}&mine=true"), "A"),
            ("live=true".to_owned(), "A"), ("live=false".to_owned(), "CB"), ("live=true&locale=hi".to_owned(), ""),
            ("embargoed=true".to_owned(), "C"), ("embargoed=false".to_owned(), "BA"), ("scheduled=true".to_owned(), "B"), ("scheduled=false".to_owned(), "CA"),
            (format!("created_after={}", after(10)), "CB"), (format!("created_before={}", after(10)), "A"),
            (format!("created_after={}&created_before={}", after(10), after(20)), "B"),
            (format!("published_after={}", after(30)), "A"), (format!("published_before={}", after(30)), ""), (format!("published_after={}", after(31)), ""),
            (format!("updated_before={}", after(15)), "BA"), ("text=b".to_owned(), "B"),
            ("body_text=yamuna".to_owned(), "A"), ("body_text=100%25 by_".to_owned(), "A"), ("body_text=paragraph".to_owned(), ""), ("body_text=_".to_owned(), "A"),
            ("body_text=kept&state=in_review".to_owned(), "C"), ("body_text=kept&state=draft".to_owned(), ""),
        ] {
            let mut found = listed(&chief, &query.replace(' ', "%20")).await;
            found.sort();
            let mut expected: Vec<String> = expected.chars().map(String::from).collect();
            expected.sort();
            assert_eq!(found, expected, "{query}");
        }
        for (query, at) in [("assignee=somebody", "?assignee"), ("creator=nobody", "?creator"), ("sort=kind", "?sort"), ("fields=body", "?fields"), ("include=lead", "?include")] {
            assert_eq!(chief.get(&format!("{LIST}?{query}")).await.violations()[0].0, at, "{query}");
        }
        let many = vec![none; 21].join(",");
        assert_eq!(chief.get(&format!("{LIST}?tag={many}")).await.violations(), [("?tag".to_owned(), "too_many".to_owned())]);
        app.wait(600);
        assert_eq!(listed(&chief, "embargoed=true").await, [""; 0], "it has run out");
    }

    async fn a_list_is_narrowed_by_nothing_that_is_not_shown(app) {
        let world = app.section("world", "दुनिया").await;
        app.admin().await.post("/v1/desk/locales", &json!({ "locale": "bn", "name": "বাংলা", "state": "public" })).await;
        let (chief, hindi, elsewhere) =
            (app.admin().await, app.role(Role::Editor, None, Some("hi")).await, app.role(Role::Editor, Some(&app.section("crime", "अपराध").await), None).await);
        let story = chief.story(&world, "A").await;
        let bengali = format!("{story}/translations/bn");
        let words = json!({ "headline": "Hidden", "body": { "format": "html", "content": "<p>Secret.</p>" } });
        assert_eq!(chief.put(&bengali, None, &words).await.status, 201);
        chief.act(&format!("{bengali}/submit"), "\"1\"", &json!({})).await.ok();
        chief.post(&format!("{bengali}/assign"), &json!({ "assignee_id": me(&chief).await })).await.ok();
        let at = app.now().plus_seconds(5_000).to_string();
        chief.act(&format!("{story}/schedule"), "\"1\"", &json!({ "locales": ["bn"], "publish_at": at })).await.ok();
        let (of_chief, none) = (me(&chief).await, [""; 0]);
        for query in ["state=in_review", "locale=bn", "text=hidden", "body_text=secret", "scheduled=true", &format!("assignee={of_chief}")] {
            assert_eq!(listed(&chief, query).await, ["A"], "{query}");
            assert_eq!(listed(&hindi, query).await, none, "{query}");
        }
        for query in ["", "scheduled=false", "assignee=nobody", "state=draft", "live=false", "sort=headline", "sort=created_at"] {
            assert_eq!(listed(&hindi, query).await, ["A"], "{query}");
            assert_eq!(listed(&elsewhere, query).await, none, "{query}");
        }
        let told = hindi.get(&format!("{LIST}?fields=id,assignments&include=people,section")).await.ok();
        assert_eq!(told["data"], json!([{ "id": id(&story), "assignments": {} }]));
        assert_eq!(told["included"]["people"].as_array().unwrap().len(), 1, "who created it");
        assert_eq!(app.anyone().get(LIST).await.status, 401);
    }

    async fn lists_are_sorted_in_every_order_on_every_page_both_ways(app) {
        let (chief, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let mut paths = Vec::new();
        for headline in ["delta", "Alpha", "éclair", "Charlie", "charlie", "Bravo"] {
            paths.push(chief.story(&world, headline).await);
            app.wait(1);
        }
        for n in [4, 1, 2] {
            chief.publish(&paths[n], &["en"]).await.ok();
            app.wait(1);
        }
        chief.patch(&format!("{}/translations/en", paths[0]), "\"1\"", &json!({ "summary": "Again." })).await.ok();
        let created = ["delta", "Alpha", "éclair", "Charlie", "charlie", "Bravo"];
        let published = ["charlie", "Alpha", "éclair"];
        let by_headline = ["Alpha", "Bravo", "Charlie", "charlie", "delta", "éclair"];
        for (sort, expected) in [("created_at", &created[..]), ("published_at", &published), ("headline", &by_headline)] {
            for descending in [false, true] {
                let (sign, mut expected) = (if descending { "-" } else { "" }, expected.to_vec());
                if descending {
                    expected.reverse();
                }
                let sort = format!("{sign}{sort}");
                let whole = listed(&chief, &format!("sort={sort}")).await;
                let folded = |all: &[String]| all.iter().map(|one| one.to_lowercase()).collect::<Vec<_>>();
                assert_eq!(folded(&whole), folded(&expected.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()), "{sort}");
                walk(&chief, &sort, &whole).await;
            }
        }
        let saved = listed(&chief, "sort=updated_at").await;
        let mut reversed = listed(&chief, "").await;
        assert_eq!(reversed.first().unwrap(), "delta");
        reversed.reverse();
        assert_eq!(saved, reversed);
        walk(&chief, "updated_at", &saved).await;
        walk(&chief, "-updated_at", &listed(&chief, "sort=-updated_at").await).await;
        let next = chief.get(&format!("{LIST}?sort=headline&limit=1")).await.ok()["page"]["next"].as_str().unwrap().to_owned();
        assert_eq!(chief.get(&format!("{LIST}?cursor={next}")).await.violations(), [("?cursor".to_owned(), "cursor".to_owned())], "of another order");
    }

    async fn one_request_tells_what_a_list_of_fifty_shows_in_few_statements(app) {
        let (world, asha, rivers) = (app.section("world", "दुनिया").await, app.author("asha", "Asha Rao").await, tag(&app, "rivers").await);
        let (chief, writer) = (app.admin().await, app.role(Role::Editor, None, None).await);
        let facts = json!({ "tags": [rivers], "credits": [{ "role": "written_by", "author_id": asha }] });
        for n in 0..50 {
            let path = begun(&chief, &world, &format!("Story {n}"), facts.clone(), "<p>One.</p>").await;
            if n % 5 == 0 {
                chief.publish(&path, &["en"]).await.ok();
                chief.post(&format!("{path}/translations/en/assign"), &json!({ "assignee_id": me(&writer).await })).await.ok();
            }
        }
        let parts = "translations.headline,translations.state,translations.version,translations.live,translations.freshness,translations.updated_at";
        let query = format!("limit=50&fields=id,kind,section_id,tags,credits,missing,assignments,embargo_until,version,updated_at,created_by,{parts}");
        let asked = format!("{LIST}?{query}&include=section,authors,tags,people");
        let whole = chief.get(&format!("{LIST}?limit=50")).await.ok();
        let before = app.store.statements();
        let told = chief.get(&asked).await.ok();
        let took = app.store.statements() - before;
        let before = app.store.statements();
        chief.get(&asked).await.ok();
        let again = app.store.statements() - before;
        let before = app.store.statements();
        chief.get(&format!("{LIST}?limit=50&include=section,authors,tags,people")).await.ok();
        println!("fifty with names: {took}, again {again}, with everything {}", app.store.statements() - before);
        assert!(took <= 7 && again <= 6, "{took}, and {again} once the names are known");
        assert_eq!(told["data"].as_array().unwrap().len(), 50);
        for (part, all) in told["data"].as_array().unwrap().iter().zip(whole["data"].as_array().unwrap()) {
            for (name, value) in part.as_object().unwrap().iter().filter(|(name, _)| *name != "translations") {
                assert_eq!(value, &all[name], "{name}");
            }
            assert_eq!(part.as_object().unwrap().len(), 12);
            for (name, value) in part["translations"]["en"].as_object().unwrap() {
                assert_eq!(value, &all["translations"]["en"][name], "{name}");
            }
            assert_eq!(part["translations"]["en"].as_object().unwrap().len(), 6);
        }
        let included = &told["included"];
        assert_eq!(included["sections"], json!([{ "id": world, "names": { "en": "World", "hi": "दुनिया" } }]));
        assert_eq!(included["authors"][0]["id"], json!(asha));
        assert_eq!(included["tags"][0]["names"]["en"], "rivers");
        let people: Vec<_> = included["people"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        let mut both = vec![me(&chief).await, me(&writer).await];
        both.sort();
        assert_eq!(people, both);
    }

    async fn a_list_in_an_order_of_its_own_reads_along_an_index(app) {
        let (chief, world) = (app.admin().await, app.section("world", "दुनिया").await);
        chief.story(&world, "One").await;
        let log = Log::of_everything();
        for query in ["sort=created_at", "sort=-created_at", "", "sort=updated_at", "live=true", "state=draft", "scheduled=true", "assignee=me", "creator=me"] {
            chief.get(&format!("{LIST}?{query}")).await.ok();
        }
        let nothing = "0198c5a1-7f00-7000-8000-0000000000ff";
        for name in ["tag", "author", "section"] {
            chief.get(&format!("{LIST}?{name}={nothing}")).await.ok();
        }
        let all = crate::statements::statements(&log.said());
        let asked = all.iter().filter_map(|text| Some((text, crate::statements::reading_whole(&app.url, text)?)));
        // Along an index, in its order, is not from one end to the other: the page is full before.
        let whole: Vec<_> = asked.filter(|(_, steps)| steps.iter().any(|step| !step.contains("USING") && !step.contains("Index"))).collect();
        assert!(whole.is_empty(), "{whole:#?}");
    }
}

/// Page through a list, on and back.
async fn walk(client: &Client<'_>, sort: &str, whole: &[String]) {
    let (mut shown, mut cursor) = (Vec::new(), String::new());
    let mut last = Value::Null;
    for _ in 0..whole.len().div_ceil(2) {
        last = client.get(&format!("{LIST}?sort={sort}&limit=2{cursor}")).await.ok();
        shown.extend(headlines(&last));
        cursor = last["page"]["next"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    assert_eq!((shown.as_slice(), cursor.as_str()), (whole, ""), "{sort}");
    let mut back = headlines(&last);
    while let Some(before) = last["page"]["previous"].as_str() {
        last = client.get(&format!("{LIST}?sort={sort}&limit=2&cursor={before}")).await.ok();
        back = [headlines(&last), back].concat();
    }
    assert_eq!(back, whole, "{sort}, back");
}
