//! Addresses of old: what the desk says of them, and where readers who still have one are led.

use actix_web::http::Method;
use dateline::domain::{redirect::spelled, user::Role};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const REDIRECTS: &str = "/v1/desk/redirects";

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// What `resolve` says of an address, which `pages` has to say as well.
async fn asked(app: &TestApp, address: &str) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", address).finish();
    let (resolved, page) = (app.anyone().get(&format!("/v1/resolve?{query}")).await, app.anyone().get(&format!("/v1/pages?{query}")).await);
    assert_eq!(resolved.status, page.status, "{address}: {} and {}", resolved.text, page.text);
    if resolved.json()["kind"] == "redirect" {
        assert_eq!(resolved.json(), page.json(), "{address}");
    }
    resolved
}

async fn leads(app: &TestApp, from: &str, to: &str, status: i32) {
    assert_eq!(asked(app, from).await.ok(), json!({ "kind": "redirect", "to": to, "status": status }), "{from}");
}

async fn lost(app: &TestApp, from: &str) {
    asked(app, from).await.refused(404, "not-found");
}

async fn add(editor: &Client<'_>, from: &str, to: Value) -> Value {
    editor.post(REDIRECTS, &json!({ "from": from, "to": to })).await.ok()
}

async fn table(editor: &Client<'_>, query: &str, rows: &str) -> Answer {
    let headers = [("content-type", "text/csv")];
    editor.send(Method::POST, &format!("{REDIRECTS}/import{query}"), &headers, Some(rows.as_bytes().to_vec())).await
}

both! {
    async fn what_others_add_to_an_address_to_follow_readers_about_does_not_hide_it(app) {
        let (editor, _) = (app.editor().await, app.section("world", "दुनिया").await);
        for (from, to) in [("/?p=123", "/en/world"), ("/story.php?id=7&x=1", "/hi")] {
            add(&editor, from, json!(to)).await;
        }
        for asked in ["/?p=123", "/?p=123&utm_source=nl&utm_medium=mail", "/?fbclid=Iw0&p=123", "/?utm_x&p=123&gclid=1"] {
            leads(&app, asked, "/en/world", 301).await;
        }
        leads(&app, "/story.php?id=7&fbclid=a&x=1", "/hi", 301).await;
        // What somebody may mean is part of the address.
        for other in ["/?p=1234&utm_source=nl", "/?p=123&page=2", "/?utm_source=nl"] {
            assert_eq!(asked(&app, other).await.ok()["kind"], "home", "{other}");
        }
        lost(&app, "/story.php?id=7&utm_x=1").await;
        // One that adds such a thing itself would lead round in a circle.
        let own = editor.post(REDIRECTS, &json!({ "from": "/a?x=1", "to": "/a?x=1&utm_source=print" })).await;
        assert_eq!(own.violations(), [("#/to".to_owned(), "loop".to_owned())]);
        let back = json!({ "from": "/b?x=1", "to": "/c?x=1&utm_source=print" });
        editor.post(REDIRECTS, &back).await.ok();
        let circle = editor.post(REDIRECTS, &json!({ "from": "/c?x=1", "to": "/b?x=1&fbclid=1" })).await;
        assert_eq!(circle.violations(), [("#/to".to_owned(), "loop".to_owned())]);
        // Of all who come by, one answer is kept.
        for n in 0..3 {
            let path = format!("/v1/pages?path=/%3Fp%3D123%26fbclid%3D{n}");
            app.anyone().get(&path).await.ok();
            app.anyone().get(&format!("/v1/pages?path=/%3Ffbclid%3D{n}")).await.ok();
        }
        assert_eq!(app.entrance.response_cache.len(), {
            app.anyone().get("/v1/pages?path=/%3Fp%3D123%26fbclid%3Dother").await.ok();
            app.anyone().get("/v1/pages?path=/%3Ffbclid%3Dother").await.ok();
            app.entrance.response_cache.len()
        });
    }

    async fn a_redirect_to_a_story_follows_it_and_is_not_there_while_the_story_is_not(app) {
        let (editor, world, tech) = (app.editor().await, app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let story = editor.story(&world, "A black car").await;
        let to = json!({ "kind": "article", "id": id(&story), "locale": "en" });
        let made = editor.post(REDIRECTS, &json!({ "from": "/story.php?id=7", "to": to, "note": "From the site of 2009." })).await;
        assert_eq!((made.status, made.ok()["to"].clone(), made.ok()["status"].clone()), (201, to.clone(), json!(301)));
        let nothing = asked(&app, "/story.php?id=8").await;
        let hidden = asked(&app, "/story.php?id=7").await;
        let tags = |answer: &Answer| answer.header("surrogate-key").unwrap().split(' ').filter(|tag| !tag.starts_with("slug-")).collect::<Vec<_>>().join(" ");
        assert_eq!((hidden.status, tags(&hidden)), (404, tags(&nothing)), "nothing tells of a draft");
        editor.publish(&story, &["en"]).await.ok();
        leads(&app, "/story.php?id=7", "/en/world/a-black-car", 301).await;
        lost(&app, "/story.php").await;
        lost(&app, "/story.php?id=8").await;
        // Wherever it goes.
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "a-blue-car" })).await.ok();
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "section_id": tech })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        leads(&app, "/story.php?id=7", "/en/tech/a-blue-car", 301).await;
        // In Hindi there is nothing yet.
        let hindi = add(&editor, "/hi/story-7", json!({ "kind": "article", "id": id(&story), "locale": "hi" })).await;
        lost(&app, "/hi/story-7").await;
        editor.put(&format!("{story}/translations/hi"), None, &json!({ "headline": "काली कार" })).await.ok();
        editor.publish(&story, &["hi"]).await.ok();
        leads(&app, "/hi/story-7", "/hi/%E0%A4%9F%E0%A5%87%E0%A4%95/%E0%A4%95%E0%A4%BE%E0%A4%B2%E0%A5%80-%E0%A4%95%E0%A4%BE%E0%A4%B0", 301).await;
        editor.act(&format!("{story}/unpublish"), &editor.get(&story).await.etag(), &json!({ "locales": ["hi"] })).await.ok();
        lost(&app, "/hi/story-7").await;
        let chief = app.admin().await;
        chief.act(&format!("{story}/takedown"), &chief.get(&story).await.etag(), &json!({ "reason": "A judge said so." })).await.ok();
        asked(&app, "/story.php?id=7").await.refused(410, "gone");
        // A redirect that has gone, or leads elsewhere, is told of no more.
        let path = format!("{REDIRECTS}/{}", hindi["id"].as_str().unwrap());
        editor.patch(&path, "\"1\"", &json!({ "to": "/hi" })).await.ok();
        leads(&app, "/hi/story-7", "/hi", 301).await;
        assert_eq!(editor.delete(&path, "\"2\"").await.status, 204);
        lost(&app, "/hi/story-7").await;
    }

    async fn a_redirect_leads_to_sections_tags_authors_paths_and_other_sites_and_nowhere(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let (story, asha) = (editor.story(&world, "A black car").await, app.author("asha", "Asha Rao").await);
        add(&editor, "/welt", json!({ "kind": "section", "id": world, "locale": "en" })).await;
        leads(&app, "/welt", "/en/world", 301).await;
        add(&editor, "/who/7", json!({ "kind": "author", "id": asha, "locale": "en" })).await;
        lost(&app, "/who/7").await;
        let credits = json!({ "credits": [{ "role": "reported_by", "author_id": asha }] });
        editor.patch(&story, "\"1\"", &credits).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        leads(&app, "/who/7", "/en/asha-rao", 301).await;
        for (n, (to, told)) in [
            ("/en/world/a-black-car", "/en/world/a-black-car"),
            ("/about us?a=b c#team", "/about%20us?a=b%20c#team"),
            ("https://archive.example/7?x=1", "https://archive.example/7?x=1"),
        ].into_iter().enumerate() {
            for status in [301, 302, 307, 308] {
                let from = format!("/old/{n}/{status}");
                let made = editor.post(REDIRECTS, &json!({ "from": from, "to": to, "status": status })).await.ok();
                assert_eq!(made["to"], told);
                leads(&app, &from, told, status).await;
            }
        }
        editor.post(REDIRECTS, &json!({ "from": "/gone", "status": 410 })).await.ok();
        asked(&app, "/gone").await.refused(410, "gone");
        // What lies on the site is a path of it, and leads on with it.
        let own = editor.get("/v1/desk/site").await.ok()["url"].as_str().unwrap().to_owned();
        assert_eq!(add(&editor, "/absolute", json!(format!("{own}/en/world/a-black-car"))).await["to"], "/en/world/a-black-car");
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "a-blue-car" })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        leads(&app, "/absolute", "/en/world/a-blue-car", 301).await;
        leads(&app, "/old/0/302", "/en/world/a-blue-car", 302).await;
    }

    async fn what_is_live_comes_first_but_for_a_query_and_a_redirect_before_what_was_there(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let story = editor.story(&world, "A black car").await;
        editor.publish(&story, &["en"]).await.ok();
        add(&editor, "/en/world/a-black-car", json!("/elsewhere")).await;
        add(&editor, "/?p=7", json!("/seven")).await;
        add(&editor, "/en/world/a-black-car?print=1", json!("/print")).await;
        for (address, kind) in [("/en/world/a-black-car", "article"), ("/en/world/a-black-car?utm_source=x", "article"), ("/", "home"), ("/?p=8", "home")] {
            assert_eq!(asked(&app, address).await.ok()["kind"], kind, "{address}");
        }
        leads(&app, "/?p=7", "/seven", 301).await;
        leads(&app, "/en/world/a-black-car?print=1", "/print", 301).await;
        // With a slash behind it, it is the same page.
        leads(&app, "/en/world/a-black-car/", "/en/world/a-black-car", 301).await;
        add(&editor, "/en/world", json!("/elsewhere")).await;
        leads(&app, "/en/world/", "/en/world", 301).await;
        add(&editor, "/en", json!("/elsewhere")).await;
        leads(&app, "/en/", "/en", 301).await;
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "a-blue-car" })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        leads(&app, "/en/world/a-black-car", "/elsewhere", 301).await;
        // Of a query that nobody has said anything about, the address without it.
        leads(&app, "/en/world/a-black-car?utm_source=x", "/elsewhere", 301).await;
        leads(&app, "/en/crime/a-blue-car?x=1", "/en/world/a-blue-car", 301).await;
    }

    async fn a_query_of_which_nobody_has_said_anything_costs_nothing(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let story = editor.story(&world, "A black car").await;
        editor.publish(&story, &["en"]).await.ok();
        let get = async |what: &str, address: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", address).finish();
            app.anyone().get(&format!("/v1/{what}?{query}")).await
        };
        let places = ["/en/world/a-black-car", "/en/world", "/en", "/en/nothing"];
        for place in places {
            for what in ["resolve", "pages"] {
                // With a query first, and without: it is one answer.
                let (with, without) = (get(what, &format!("{place}?utm_source=x")).await, get(what, place).await);
                let (before, kept) = (app.store.statements(), app.entrance.response_cache.len());
                for n in 0..20 {
                    let again = get(what, &format!("{place}?fbclid={n}")).await;
                    assert_eq!((again.status, again.status == 200 && again.text != without.text), (without.status, false), "{place}");
                    assert!(again.header("surrogate-key").unwrap().split(' ').any(|tag| tag == "redirects"), "{:?}", again.header("surrogate-key"));
                    assert!(again.header("cache-tag").unwrap().split(',').any(|tag| tag == "redirects"));
                    assert_eq!(again.header("etag"), with.header("etag"));
                }
                assert_eq!((app.store.statements(), app.entrance.response_cache.len()), (before, kept), "{what} {place}");
            }
        }
        // One that somebody has said something about counts from then on, and until then: nothing is kept under its spelling.
        for place in places {
            let from = format!("{place}?fbclid=3");
            let kind = asked(&app, &from).await;
            let made = add(&editor, &from, json!("/print")).await;
            leads(&app, &from, "/print", 301).await;
            assert_eq!(asked(&app, &format!("{place}?fbclid=4")).await.status, kind.status);
            let path = format!("{REDIRECTS}/{}", made["id"].as_str().unwrap());
            assert_eq!(editor.delete(&path, "\"1\"").await.status, 204);
            assert_eq!((asked(&app, &from).await.status, kind.status == 200), (kind.status, place != "/en/nothing"));
        }
    }

    async fn an_address_is_looked_for_in_few_statements(app) {
        let (editor, world, admin) = (app.editor().await, app.section("world", "दुनिया").await, app.admin().await);
        let story = editor.story(&world, "A black car").await;
        editor.publish(&story, &["en"]).await.ok();
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "a-blue-car" })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        for n in 0..8 {
            let to = if n == 7 { "/en/world/a-blue-car".to_owned() } else { format!("/en/world/m-{}", n + 1) };
            add(&editor, &format!("/en/world/m-{n}"), json!(to)).await;
        }
        let cost = async |address: &str, status: u16| {
            let before = app.store.statements();
            let answer = app.anyone().get(&format!("/v1/resolve?path={address}")).await;
            assert_eq!(answer.status, status, "{address}: {}", answer.text);
            app.store.statements() - before
        };
        let all = async |n: usize| {
            let costs = [
                cost(&format!("/en/world/a-blue-car?n={n}"), 200).await,
                cost(&format!("/en/world/a-black-car?n={n}"), 200).await,
                cost(&format!("/en/world/nothing-{n}"), 404).await,
                cost(&format!("/nothing-{n}"), 404).await,
                cost("/en/world/m-7", 200).await,
                cost("/en/world/m-0", 200).await,
            ];
            println!("{n} former patterns: {costs:?}");
            costs
        };
        let none = all(0).await;
        let patterns = ["/{locale}/{slug}-{id}", "/{locale}/{slug}", "/{locale}/{yyyy}/{slug}", "/{locale}/{yyyy}/{mm}/{slug}", "/{locale}/news/{slug}", "/{locale}/{id}/{slug}", "/{locale}/{section}/{yyyy}/{slug}"];
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "former_url_patterns": patterns })).await.ok();
        let seven = all(7).await;
        assert!(none.iter().zip([5, 5, 6, 3, 8, 30]).all(|(cost, most)| *cost <= most), "{none:?}");
        // As many patterns as a site had, slugs that no story had cost no more.
        assert!(seven[2] <= none[2] + 1 && seven[3] <= none[3] + 1, "{none:?} {seven:?}");
    }

    async fn an_address_is_found_however_it_is_written(app) {
        let editor = app.editor().await;
        let same: [&[&str]; 7] = [
            &["/caf\u{e9}/", "/cafe\u{301}", "/caf%C3%A9", "/caf%c3%a9/", "/cafe%CC%81"],
            &["/a%2Fb", "/a%2fb/"],
            &["/caf%E9", "/caf%e9/"],
            &["/a b|c", "/a%20b%7Cc", "/a%20b%7cc"],
            &["/~x/%7Ey", "/%7ex/~y"],
            &["/s?q=a%26b&c=d", "/s/?q=%61%26b&c=d"],
            &["/100%", "/100%25"],
        ];
        let mut kept = std::collections::BTreeSet::new();
        for (n, spellings) in same.iter().enumerate() {
            let made = add(&editor, spellings[0], json!(format!("/{n}"))).await;
            assert!(kept.insert(made["from"].as_str().unwrap().to_owned()));
            assert_eq!(spelled(made["from"].as_str().unwrap()).as_deref(), made["from"].as_str(), "what is spelled stays so");
            for spelling in *spellings {
                leads(&app, spelling, &format!("/{n}"), 301).await;
                let again = editor.post(REDIRECTS, &json!({ "from": spelling, "to": "/x" })).await;
                again.refused(409, "taken");
                assert_eq!(again.violations(), [("#/from".to_owned(), "taken".to_owned())]);
            }
        }
        for other in ["/CAF\u{c9}", "/a/b", "/s?q=a&b&c=d", "/s"] {
            lost(&app, other).await;
        }
        asked(&app, "/caf%E8").await.refused(400, "malformed");
        for wrong in ["", "story", "https://x.example/", "/a#b", &format!("/{}", "x".repeat(2_000))] {
            let refused = editor.post(REDIRECTS, &json!({ "from": wrong, "to": "/x" })).await;
            let code = if wrong.len() > 2_000 { "too_long" } else { "path" };
            assert_eq!(refused.violations(), [("#/from".to_owned(), code.to_owned())], "{wrong}");
        }
    }

    async fn redirects_do_not_go_round_in_circles(app) {
        let editor = app.editor().await;
        let refused = async |from: &str, to: &str, code: &str| {
            let answer = editor.post(REDIRECTS, &json!({ "from": from, "to": to })).await;
            assert_eq!(answer.violations(), [("#/to".to_owned(), code.to_owned())], "{from} {to}: {}", answer.text);
        };
        refused("/a", "/a", "loop").await;
        refused("/caf\u{e9}", "/caf%C3%A9/#top", "loop").await;
        // Readers whose query no redirect leads from get that of the path.
        refused("/q", "/q?x=1", "loop").await;
        add(&editor, "/q?x=1", json!("/q")).await;
        lost(&app, "/q").await;
        leads(&app, "/q?x=1", "/q", 301).await;
        add(&editor, "/la", json!("/lb?x=1")).await;
        refused("/lb", "/la?y=2", "loop").await;
        refused("/lb", "/la", "loop").await;
        let there = add(&editor, "/lb?x=1", json!("/lc")).await;
        add(&editor, "/lb", json!("/la?y=2")).await;
        leads(&app, "/lb", "/lc", 301).await;
        let changed = editor.patch(&format!("{REDIRECTS}/{}", there["id"].as_str().unwrap()), "\"1\"", &json!({ "to": "/lb?x=2" })).await;
        assert_eq!(changed.violations(), [("#/to".to_owned(), "loop".to_owned())]);
        let answer = table(&editor, "?partial=true", "from,to\n/ta,/tb?x=1\n/tb,/tc\n/tc,/ta?y=2\n/td,/te\n").await.ok();
        assert_eq!((&answer["created"], &answer["findings"][0]["line"], &answer["findings"][0]["code"]), (&json!(3), &json!(4), &json!("loop")), "{answer}");
        add(&editor, "/a", json!("/b")).await;
        add(&editor, "/b", json!("/c?x=1")).await;
        refused("/c?x=1", "/a", "loop").await;
        leads(&app, "/a", "/c?x=1", 301).await;
        // One that is only for now makes all of it so.
        editor.post(REDIRECTS, &json!({ "from": "/c?x=1", "to": "/d", "status": 307 })).await.ok();
        leads(&app, "/a", "/d", 307).await;
        // Each of these was in order when it was made; together they are more than anybody follows.
        for n in 0..20 {
            editor.post(REDIRECTS, &json!({ "from": format!("/m/{n}"), "to": format!("/m/{}", n + 1) })).await.ok();
        }
        lost(&app, "/m/0").await;
        leads(&app, "/m/15", "/m/20", 301).await;
    }

    async fn what_changed_of_a_redirect_is_told_when_it_is_gone(app) {
        let (editor, world, chief) = (app.editor().await, app.section("world", "दुनिया").await, app.admin().await);
        let made = add(&editor, "/caf\u{e9} au lait?a=b c", json!("https://x.example/y z")).await;
        let path = format!("{REDIRECTS}/{}", made["id"].as_str().unwrap());
        editor.patch(&path, "\"1\"", &json!({ "to": { "kind": "section", "id": world, "locale": "en" }, "status": 307 })).await.ok();
        editor.patch(&path, "\"2\"", &json!({ "to": null, "status": 410 })).await.ok();
        assert_eq!(editor.get(&path).await.ok()["created_at"], made["created_at"]);
        assert_eq!(editor.delete(&path, "\"3\"").await.status, 204);
        table(&editor, "", "from,to\n/t,/u\n").await.ok();
        let reasons = async |who: &Client<'_>| {
            let audit = who.get("/v1/desk/audit?kind=redirect").await.ok();
            audit["data"].as_array().unwrap().iter().map(|one| format!("{} {}", one["event"].as_str().unwrap(), one["reason"].as_str().unwrap())).collect::<Vec<_>>()
        };
        let from = "/caf\u{e9}%20au%20lait?a=b%20c";
        assert_eq!(reasons(&chief).await, [
            "created /t 301 /u".to_owned(),
            format!("deleted {from} 410"),
            format!("revised {from} 410"),
            format!("revised {from} 307 section:{world}:en"),
            format!("created {from} 301 https://x.example/y%20z"),
        ]);
        // To whoever may not read redirects it is not told by the log.
        let limited = app.role(Role::Chief, Some(&world), None).await;
        let told = reasons(&limited).await;
        assert!(told.iter().all(|reason| reason.ends_with(' ')), "{told:?}");
    }

    async fn a_table_of_five_thousand_rows_takes_few_statements(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let rows = |to: &dyn Fn(usize) -> String| std::iter::once("from,to\n".to_owned()).chain((0..5_000).map(|n| format!("/p/{n}?id={n},{}\n", to(n)))).collect::<String>();
        let took = async |rows: &str| {
            let before = app.store.statements();
            let answer = table(&editor, "", rows).await.ok();
            (answer, app.store.statements() - before)
        };
        // Each leads to the next, in runs of four; to paths; to a thing.
        let first = rows(&|n| match n % 5 {
            0..3 => format!("/p/{}?id={}", n + 1, n + 1),
            3 => format!("/q/{n}?x"),
            _ => format!("section:{world}:en"),
        });
        for (table, what) in [(&first, "created"), (&first, "unchanged"), (&rows(&|n| format!("/r/{n}")), "updated")] {
            let (answer, statements) = took(table).await;
            assert_eq!(answer[what], 5_000, "{answer}");
            println!("{what}: {statements} statements");
            assert!(statements < 80, "{what} took {statements}");
        }
        leads(&app, "/p/7?id=7", "/r/7", 301).await;
        let audit = app.admin().await.get("/v1/desk/audit?kind=redirect&event=revised&limit=1").await.ok();
        assert_eq!(audit["data"][0]["reason"].as_str().unwrap().split(' ').count(), 3);
    }

    async fn what_is_said_of_a_redirect_is_checked(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let own = editor.get("/v1/desk/site").await.ok()["url"].as_str().unwrap().to_owned();
        let absent = "0198c5a1-7f00-7000-8000-000000000009";
        for (draft, wrong) in [
            (json!({ "from": "/a" }), ("#/to", "required")),
            (json!({ "from": "/a", "to": "/b", "status": 410 }), ("#/to", "gone")),
            (json!({ "from": "/a", "to": "/b", "status": 303 }), ("#/status", "status")),
            (json!({ "from": "/a", "to": "//evil.example/x" }), ("#/to", "path")),
            (json!({ "from": "/a", "to": "/\\evil.example/x" }), ("#/to", "path")),
            // What it is once it is read as browsers read it.
            (json!({ "from": "/a", "to": "/.//evil.example/x" }), ("#/to", "path")),
            (json!({ "from": "/a", "to": "/a/..//evil.example/x" }), ("#/to", "path")),
            (json!({ "from": "/a", "to": "/./\\evil.example/x" }), ("#/to", "path")),
            (json!({ "from": "/a", "to": format!("{}//evil.example/x", own) }), ("#/to", "path")),
            (json!({ "from": "/a", "to": "javascript:alert(1)" }), ("#/to", "url")),
            // A reader of URLs passes over these.
            (json!({ "from": "/a", "to": "/a\nb" }), ("#/to", "control_character")),
            (json!({ "from": "/a", "to": "/a\tb" }), ("#/to", "control_character")),
            (json!({ "from": "/a", "to": "https://x.example/\r" }), ("#/to", "control_character")),
            (json!({ "from": "/a", "to": "/a\u{85}b" }), ("#/to", "control_character")),
            // What of a thing is missing or wrong is said of that.
            (json!({ "from": "/a", "to": { "kind": "section", "id": world } }), ("#/to/locale", "required")),
            (json!({ "from": "/a", "to": { "id": world, "locale": "en" } }), ("#/to/kind", "required")),
            (json!({ "from": "/a", "to": { "kind": "section", "id": world, "locale": "en", "path": "/" } }), ("#/to/path", "unknown_field")),
            (json!({ "from": "/a", "to": { "kind": "page", "id": world, "locale": "en" } }), ("#/to/kind", "unknown_value")),
            (json!({ "from": "/a", "to": 7 }), ("#/to", "type")),
            // What browsers take out before they ask.
            (json!({ "from": "/a/../x", "to": "/b" }), ("#/from", "path")),
            (json!({ "from": "/a/%2e%2E/x", "to": "/b" }), ("#/from", "path")),
            (json!({ "from": "/./?a=..", "to": "/b" }), ("#/from", "path")),
            (json!({ "from": "/a", "to": { "kind": "section", "id": absent, "locale": "en" } }), ("#/to/id", "unknown")),
            (json!({ "from": "/a", "to": { "kind": "section", "id": world, "locale": "xx" } }), ("#/to/locale", "unknown_locale")),
        ] {
            let refused = editor.post(REDIRECTS, &draft).await;
            assert_eq!((refused.status, refused.violations()), (422, vec![(wrong.0.to_owned(), wrong.1.to_owned())]), "{draft}: {}", refused.text);
        }
        let dotted = editor.post(REDIRECTS, &json!({ "from": "/d1/%2e%2e/x?y=/../z", "to": "/b" })).await;
        assert!(dotted.text.contains("they ask for /x?y=/../z"), "{}", dotted.text);
        add(&editor, "/a../.b/...?c=/../d", json!("/b")).await;
        // Nobody is led to what they may not know of, nor told of it.
        let contributor = app.role(Role::Contributor, None, None).await;
        contributor.get(REDIRECTS).await.refused(403, "forbidden");
        let limited = app.role(Role::Editor, Some(&world), None).await;
        for path in [REDIRECTS.to_owned(), format!("{REDIRECTS}/export"), format!("{REDIRECTS}/{absent}")] {
            limited.get(&path).await.refused(403, "forbidden");
        }
        limited.post(REDIRECTS, &json!({ "from": "/a", "to": "/b" })).await.refused(403, "forbidden");
    }

    async fn redirects_are_listed_counted_tried_and_changed_like_anything_else(app) {
        let editor = app.editor().await;
        let tried = editor.post(&format!("{REDIRECTS}?validate_only=true"), &json!({ "from": "/a", "to": "/b" })).await;
        assert_eq!(tried.status, 201);
        lost(&app, "/a").await;
        for n in 0..25 {
            let status = if n % 5 == 0 { 302 } else { 301 };
            editor.post(REDIRECTS, &json!({ "from": format!("/{}/{n}", ["blog", "shop"][n % 2]), "to": "/", "status": status })).await.ok();
        }
        let list = async |query: &str| editor.get(&format!("{REDIRECTS}?count=true&{query}")).await.ok();
        for (query, total) in [("", 25), ("prefix=/blog/", 13), ("prefix=/shop/1", 6), ("status=302", 5), ("prefix=/b%25", 0)] {
            assert_eq!(list(query).await["page"]["total"], total, "{query}");
        }
        let first = list("limit=20").await;
        let second = list(&format!("limit=20&cursor={}", first["page"]["next"].as_str().unwrap())).await;
        assert_eq!((first["data"].as_array().unwrap().len(), second["data"].as_array().unwrap().len()), (20, 5));
        let path = format!("{REDIRECTS}/{}", first["data"][0]["id"].as_str().unwrap());
        let shown = editor.get(&path).await;
        assert_eq!((shown.version(), &shown.ok()), (1, &first["data"][0]));
        editor.patch(&path, "\"2\"", &json!({ "note": "Why." })).await.refused(412, "stale");
        let patched = editor.patch(&path, "\"1\"", &json!({ "status": 410, "to": null, "note": "Why." })).await;
        assert_eq!((patched.version(), patched.ok()["note"].as_str()), (2, Some("Why.")));
        asked(&app, first["data"][0]["from"].as_str().unwrap()).await.refused(410, "gone");
        editor.patch(&path, "\"2\"", &json!({ "from": "/x" })).await.refused(422, "invalid");
        let chief = app.admin().await;
        let audit = chief.get("/v1/desk/audit?kind=redirect&limit=100").await.ok();
        assert_eq!(audit["data"].as_array().unwrap().len(), 26);
        assert_eq!(audit["data"][0]["event"], "revised");
    }

    async fn tables_are_imported_whole_or_in_part_and_exported_as_they_were(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let good = format!("\u{feff}from,to,status\r\n/story.php?id=7,/en/world/a,301\r\n\"/a,b\",https://x.example/?a=1,302\r\n/welt,section:{world}:en,\r\n/gone,,410\r\n");
        let answer = table(&editor, "", &good).await.ok();
        assert_eq!(answer, json!({ "created": 4, "updated": 0, "unchanged": 0, "findings": [] }));
        assert_eq!(table(&editor, "", &good).await.ok()["unchanged"], 4);
        leads(&app, "/welt", "/en/world", 301).await;
        leads(&app, "/a,b", "https://x.example/?a=1", 302).await;
        for (mark, line) in [
            ("from,to\n/u1,\"/b\n/u2,/d\n/u3,/e\n", 2),
            ("from,to\r\n/u0,/a\r\n\"/u1,/b\r\n/u2,/d\r\n", 3),
            ("from,to\n/u1,\"/b\n/u2,\"/d\n", 3),
            ("from,to\n/u0,/a\n/u1,\"/b\"c\n", 3),
            ("from,to\n/u1,/\"b\"\n", 2),
            ("from,to\n/u1, \"/b\"\n", 2),
        ] {
            let refused = table(&editor, "?partial=true", mark).await;
            assert_eq!((refused.status, refused.violations()), (400, vec![(format!("#/{line}"), "quotation_mark".to_owned())]), "{mark}");
        }
        lost(&app, "/u1").await;
        let marks = "from,to\r/m1,\"/b\"\r\n\n/m2,\"/\"\"b\"\"\"\n\"/m3\",\"/d\"";
        assert_eq!(table(&editor, "", marks).await.ok()["created"], 3);
        leads(&app, "/m2", "/%22b%22", 301).await;
        let in_lines = table(&editor, "", "from,to\n/x,\"/a\nb\"\n").await;
        assert_eq!((in_lines.status, in_lines.violations()), (422, vec![("#/2/to".to_owned(), "control_character".to_owned())]));
        let bad = "from,to,status\n/story.php?id=7,/b,301\n/x,/x,301\nnowhere,/b,\n/y,,\n/z,/b,abc\n/story.php?id=7,/c,301\n\"/two\nlines\",/b,\n/last,/b,\n";
        // However lines end, and with lines between them.
        let told_of = async |bad: &str| table(&editor, "", bad).await.violations();
        let crlf = told_of(&bad.replace('\n', "\r\n")).await;
        assert_eq!((told_of(bad).await, told_of(&bad.replace('\n', "\r")).await), (crlf.clone(), crlf.clone()));
        let spread = told_of(&bad.replacen("status\n", "status\r\n\r\n", 1)).await;
        assert_eq!(spread.first().map(|(pointer, _)| pointer.as_str()), Some("#/4/to"));
        let refused = table(&editor, "", bad).await;
        let told = [("#/3/to", "loop"), ("#/4/from", "path"), ("#/5/to", "required"), ("#/6/status", "status"), ("#/7/from", "repeated")];
        let told = told.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
        assert_eq!((refused.status, refused.violations()), (422, told.to_vec()), "{}", refused.text);
        lost(&app, "/last").await;
        let answer = table(&editor, "?partial=true", bad).await.ok();
        assert_eq!((&answer["created"], &answer["updated"]), (&json!(2), &json!(1)), "{answer}");
        let lines: Vec<_> = answer["findings"].as_array().unwrap().iter().map(|f| (f["line"].as_u64().unwrap(), f["column"].as_str().unwrap().to_owned())).collect();
        assert_eq!(lines, [(3, "to"), (4, "from"), (5, "to"), (6, "status"), (7, "from")].map(|(line, column)| (line, column.to_owned())));
        leads(&app, "/last", "/b", 301).await;
        leads(&app, "/two%0Alines", "/b", 301).await;
        for (wrong, status, pointer) in [
            ("a,b\n", 400, "#/1"),
            ("to\n/x\n", 400, "#/1"),
            ("from,to\n/a,/b,/c\n", 400, "#/2"),
            ("from,to\r\n/a,/b\r\n/a,/b,/c\r\n", 400, "#/3"),
            ("from,to\n/\u{0}", 400, "#/2"),
            ("from,to\n/\u{0},", 422, "#/2/to"),
            ("from,to\n/x,/\u{0}", 422, "#/2/to"),
        ] {
            let answer = table(&editor, "", wrong).await;
            let pointers: Vec<_> = answer.violations().into_iter().map(|(pointer, _)| pointer).collect();
            assert_eq!((answer.status, pointers), (status, vec![pointer.to_owned()]), "{wrong}: {}", answer.text);
        }
        let many: String = std::iter::once("from,to\n".to_owned()).chain((0..5_001).map(|n| format!("/{n},/x\n"))).collect();
        assert_eq!(table(&editor, "", &many).await.violations(), [("#".to_owned(), "too_many".to_owned())]);
        let json = editor.post(&format!("{REDIRECTS}/import"), &json!({})).await;
        json.refused(415, "unsupported-media-type");
        // Out, and into an empty list again.
        let exported = editor.get(&format!("{REDIRECTS}/export")).await;
        assert_eq!(exported.header("content-type"), Some("text/csv; charset=utf-8"));
        for redirect in editor.get(&format!("{REDIRECTS}?limit=100")).await.ok()["data"].as_array().unwrap() {
            let path = format!("{REDIRECTS}/{}", redirect["id"].as_str().unwrap());
            assert_eq!(editor.delete(&path, &format!("\"{}\"", redirect["version"])).await.status, 204);
        }
        assert_eq!(table(&editor, "", &exported.text).await.ok()["created"], 9);
        let sorted = |table: String| table.lines().skip(1).map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(sorted(editor.get(&format!("{REDIRECTS}/export")).await.text), sorted(exported.text));
    }
}
