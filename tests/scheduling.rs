//! Plans, embargoes and releases: nothing before its instant, and nothing twice.

use std::thread;

use dateline::{
    access::{Caller, Permit, System, action::Publish},
    desk,
    domain::{Error, user::Role},
    store::{Store, Tx},
    workers::{follower, scheduler::run_due},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp, execute};

async fn headline(app: &TestApp, article: &str) -> Option<String> {
    let shown = app.anyone().get(&format!("/v1/articles/{}", article.rsplit('/').next().unwrap())).await;
    if shown.status == 404 { None } else { Some(shown.ok()["headline"].as_str().unwrap().to_owned()) }
}

async fn plan(editor: &Client<'_>, article: &str, body: Value) -> crate::support::Answer {
    let tag = editor.get(article).await.etag();
    editor.act(&format!("{article}/schedule"), &tag, &body).await
}

fn events(app: &TestApp) -> Vec<(String, String)> {
    let all = app.store.read_now(|tx| dateline::store::changes::after(tx, 0, 1000)).unwrap();
    all.into_iter().map(|c| (c.change.event.to_string(), c.actor)).collect()
}

both! {
    async fn what_is_planned_is_public_at_its_instant_as_it_was_when_planned(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let planned = plan(&editor, &article, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:10:00Z" })).await.ok();
        let shown = &planned["translations"]["en"]["scheduled"][0];
        assert_eq!((shown["verb"].as_str(), shown["words_version"].as_i64()), (Some("publish"), Some(1)));
        // Writing goes on; what was planned is what was there.
        let words = format!("{article}/translations/en");
        editor.patch(&words, "\"1\"", &json!({ "headline": "Not yet checked" })).await.ok();
        app.wait(599);
        assert_eq!(app.tick().await, 0);
        assert_eq!(headline(&app, &article).await, None);
        app.wait(1);
        assert_eq!(app.tick().await, 1);
        assert_eq!(headline(&app, &article).await.as_deref(), Some("River rises"));
        assert_eq!(app.tick().await, 0, "once");
        let last = events(&app).pop().unwrap();
        assert_eq!(last, ("published".to_owned(), "scheduler".to_owned()));
        assert_eq!(editor.get(&article).await.ok()["translations"]["en"]["scheduled"], json!([]));
        let public = app.anyone().get(&format!("/v1/articles/{}", article.rsplit('/').next().unwrap())).await.ok();
        assert_eq!(public["published_at"], "2026-03-01T08:10:00Z");
    }

    async fn what_was_planned_is_public_under_the_address_it_was_planned_with(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let ask = async |slug: &str| app.anyone().get(&format!("/v1/articles/by-slug/{slug}?locale=en")).await;
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let retitle = async |article: &str, body: Value| {
            let words = format!("{article}/translations/en");
            editor.patch(&words, &editor.get(&words).await.etag(), &body).await.ok()["slug"].as_str().unwrap().to_owned()
        };
        let (planned, released) = (editor.story(&world, "River rises").await, editor.story(&world, "Bridge closed").await);
        let numbered = editor.story(&world, "Dam bursts").await;
        for article in [&planned, &numbered] {
            plan(&editor, article, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:10:00Z" })).await.ok();
        }
        let items = json!([{ "article_id": id(&released), "locale": "en" }]);
        editor.post("/v1/desk/releases", &json!({ "name": "Roads", "items": items, "publish_at": "2026-03-01T08:10:00Z" })).await;
        // Nobody has looked at any of this: an address by hand, one that follows the headline, and one that another story takes first.
        assert_eq!(retitle(&planned, json!({ "slug": "minister-lied" })).await, "minister-lied");
        assert_eq!(retitle(&released, json!({ "headline": "Bridge falls" })).await, "bridge-falls");
        assert_eq!(retitle(&numbered, json!({ "headline": "Dam holds" })).await, "dam-holds");
        let first = editor.story(&world, "Dam bursts elsewhere").await;
        retitle(&first, json!({ "slug": "dam-bursts" })).await;
        editor.publish(&first, &["en"]).await.ok();
        app.wait(600);
        assert_eq!(app.tick().await, 3);
        for (article, slug) in [(&planned, "river-rises"), (&released, "bridge-closed"), (&numbered, "dam-bursts-2")] {
            assert_eq!(ask(slug).await.ok()["id"], id(article), "{slug}");
        }
        for slug in ["minister-lied", "bridge-falls", "dam-holds"] {
            ask(slug).await.refused(404, "not-found");
        }
        // What is published by hand next has its own, and the one before it leads there.
        assert_eq!(editor.get(&format!("{numbered}/translations/en")).await.ok()["slug"], "dam-holds");
        editor.publish(&numbered, &["en"]).await.ok();
        assert_eq!(ask("dam-bursts-2").await.status, 308);
        assert_eq!(ask("dam-holds").await.ok()["id"], id(&numbered));
    }

    async fn plans_are_listed_changed_and_taken_back(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let first = editor.story(&world, "River rises").await;
        let second = editor.story(&world, "Bridge closed").await;
        editor.put(&format!("{second}/translations/hi"), None, &json!({ "headline": "पुल बंद" })).await.ok();
        plan(&editor, &first, json!({ "locales": ["en"], "publish_at": "2026-03-01T09:00:00Z", "unpublish_at": "2026-03-01T10:00:00Z" })).await.ok();
        plan(&editor, &second, json!({ "locales": { "en": 1, "hi": 1 }, "publish_at": "2026-03-01T08:30:00Z" })).await.ok();
        plan(&editor, &second, json!({ "locales": ["hi"], "publish_at": "2026-03-01T09:30:00Z" })).await.ok();
        let list = async |query: &str| {
            let list = editor.get(&format!("/v1/desk/schedule{query}")).await.ok();
            let told = |p: &Value| format!("{} {} {}", p["verb"].as_str().unwrap(), p["locale"].as_str().unwrap(), p["at"].as_str().unwrap().get(11..16).unwrap());
            list["data"].as_array().unwrap().iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(list("").await, ["publish en 08:30", "publish en 09:00", "publish hi 09:30", "unpublish en 10:00"]);
        assert_eq!(list("?locale=hi").await, ["publish hi 09:30"]);
        assert_eq!(list("?verb=unpublish").await, ["unpublish en 10:00"]);
        assert_eq!(list("?from=2026-03-01T09:00:00Z&until=2026-03-01T10:00:00Z").await.len(), 2);
        let tag = editor.get(&second).await.etag();
        editor.act(&format!("{second}/unschedule"), &tag, &json!({ "locales": ["en"] })).await.ok();
        editor.act(&format!("{second}/unschedule"), &tag, &json!({ "locales": ["en"] })).await.refused(409, "not-scheduled");
        assert_eq!(list("").await.len(), 3);
        for wrong in [
            json!({ "locales": ["en"], "publish_at": "2026-03-01T07:00:00Z" }),
            json!({ "locales": ["en"], "publish_at": "2026-03-01T11:00:00Z" }),
            json!({ "locales": ["en"], "unpublish_at": "2026-03-01T09:00:00Z" }),
            json!({ "locales": ["en"] }),
            json!({ "locales": ["kn"], "publish_at": "2026-03-01T11:00:00Z" }),
        ] {
            plan(&editor, &first, wrong).await.refused(422, "invalid");
        }
        plan(&editor, &second, json!({ "locales": ["en"], "unpublish_at": "2026-03-01T09:00:00Z" })).await.refused(409, "not-live");
        plan(&editor, &second, json!({ "locales": { "en": 2 }, "publish_at": "2026-03-01T09:00:00Z" })).await.refused(412, "stale");
        let translator = app.role(Role::Translator, None, Some("hi")).await;
        translator.act(&format!("{second}/schedule"), &tag, &json!({})).await.refused(403, "forbidden");
        // Begun and ended.
        app.wait(3600);
        assert_eq!(app.tick().await, 1);
        assert_eq!(headline(&app, &first).await.as_deref(), Some("River rises"));
        app.wait(3600);
        assert_eq!(app.tick().await, 2);
        assert_eq!(headline(&app, &first).await, None);
    }

    async fn publishing_at_once_takes_back_what_was_planned(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        plan(&editor, &article, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:10:00Z" })).await.ok();
        editor.patch(&format!("{article}/translations/en"), "\"1\"", &json!({ "headline": "Checked" })).await.ok();
        editor.publish(&article, &["en"]).await.ok();
        app.wait(3600);
        assert_eq!(app.tick().await, 0);
        assert_eq!(headline(&app, &article).await.as_deref(), Some("Checked"));
    }

    async fn what_cannot_be_carried_out_is_kept_with_the_reason_and_holds_up_nothing(app) {
        let chief = app.role(Role::Chief, None, None).await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let (lost, fine) = (chief.story(&crime, "Lost").await, chief.story(&world, "Fine").await);
        let (admin, gone) = (app.admin().await, app.role(Role::Editor, None, None).await);
        for (who, article) in [(&gone, &lost), (&chief, &fine)] {
            plan(who, article, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:10:00Z" })).await.ok();
        }
        admin.patch(&gone.path(), &admin.get(&gone.path()).await.etag(), &json!({ "status": "suspended" })).await.ok();
        app.wait(600);
        assert_eq!(app.tick().await, 2);
        assert_eq!((headline(&app, &lost).await, headline(&app, &fine).await.as_deref()), (None, Some("Fine")));
        let failed = chief.get("/v1/desk/schedule?failed=true").await.ok();
        assert_eq!(failed["data"][0]["failure"], "who planned it is suspended");
        assert_eq!(app.tick().await, 0, "it is not tried again by itself");
        plan(&chief, &lost, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:20:00Z" })).await.ok();
        app.wait(600);
        assert_eq!(app.tick().await, 1);
        assert_eq!(headline(&app, &lost).await.as_deref(), Some("Lost"));
    }

    async fn an_embargo_is_the_earliest_start_and_breaking_it_needs_a_chief_and_a_reason(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        plan(&editor, &article, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:10:00Z" })).await.ok();
        // An embargo puts off what was planned; it can be put off itself, and not shortened.
        editor.patch(&article, "\"1\"", &json!({ "embargo_until": "2026-03-01T09:00:00Z" })).await.ok();
        let moved = editor.patch(&article, "\"2\"", &json!({ "embargo_until": "2026-03-01T12:00:00Z" })).await.ok();
        assert_eq!(moved["version"], 3);
        assert_eq!(editor.get("/v1/desk/schedule").await.ok()["data"][0]["at"], "2026-03-01T12:00:00Z");
        for shorter in [json!(null), json!("2026-03-01T11:00:00Z")] {
            editor.patch(&article, "\"3\"", &json!({ "embargo_until": shorter })).await.refused(409, "embargoed");
        }
        editor.act(&format!("{article}/revisions/1/restore"), "\"3\"", &json!({})).await.refused(409, "embargoed");
        plan(&editor, &article, json!({ "locales": ["en"], "publish_at": "2026-03-01T11:59:59Z" })).await.refused(422, "invalid");
        let verb = format!("{article}/break-embargo");
        editor.act(&verb, "\"3\"", &json!({ "reason": "x" })).await.refused(403, "forbidden");
        let chief = app.role(Role::Chief, None, None).await;
        chief.act(&verb, "\"3\"", &json!({ "reason": "" })).await.refused(422, "invalid");
        let broken = chief.act(&verb, "\"3\"", &json!({ "reason": "Published elsewhere." })).await.ok();
        assert_eq!((&broken["embargo_until"], broken["version"].as_i64()), (&json!(null), Some(4)));
        chief.act(&verb, "\"4\"", &json!({ "reason": "again" })).await.refused(409, "not-embargoed");
        assert_eq!(events(&app).iter().filter(|(event, _)| event == "embargo_broken").count(), 1);
        assert_eq!(chief.get(&format!("{article}/revisions")).await.ok()["data"][0]["note"], "Published elsewhere.");
        chief.publish(&article, &["en"]).await.ok();
        assert!(headline(&app, &article).await.is_some());
    }

    async fn a_release_is_published_whole_or_not_at_all_and_says_what_blocks_it(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let (first, second) = (editor.story(&world, "Budget").await, editor.story(&world, "Taxes").await);
        editor.put(&format!("{first}/translations/hi"), None, &json!({ "headline": "बजट" })).await.ok();
        editor.patch(&second, "\"1\"", &json!({ "embargo_until": "2026-03-01T12:00:00Z" })).await.ok();
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let items = json!([
            { "article_id": id(&first), "locale": "en" }, { "article_id": id(&first), "locale": "hi" }, { "article_id": id(&second), "locale": "en" }
        ]);
        let early = editor.post("/v1/desk/releases", &json!({ "name": "Budget day", "items": items, "publish_at": "2026-03-01T10:00:00Z" })).await;
        early.refused(422, "invalid");
        assert_eq!(early.violations(), [("#/items/2".to_owned(), "embargoed".to_owned())]);
        let made = editor.post("/v1/desk/releases", &json!({ "name": "Budget day", "items": items })).await;
        assert_eq!(made.status, 201);
        assert_eq!((&made.json()["state"], &made.json()["blockers"][0]["code"]), (&json!("open"), &json!("embargoed")));
        let path = made.header("location").unwrap().to_owned();
        let refused = editor.act(&format!("{path}/publish"), "\"1\"", &json!({})).await;
        assert_eq!(refused.violations(), [("#/items/2".to_owned(), "embargoed".to_owned())]);
        assert_eq!(headline(&app, &first).await, None, "none of it");
        let planned = editor.patch(&path, "\"1\"", &json!({ "publish_at": "2026-03-01T12:00:00Z" })).await.ok();
        assert_eq!((&planned["state"], &planned["blockers"]), (&json!("scheduled"), &json!([])));
        // Later edits are not in it.
        editor.patch(&format!("{first}/translations/en"), "\"1\"", &json!({ "headline": "Unchecked" })).await.ok();
        app.wait(4 * 3600);
        assert_eq!(app.tick().await, 1);
        assert_eq!((headline(&app, &first).await.as_deref(), headline(&app, &second).await.as_deref()), (Some("Budget"), Some("Taxes")));
        let editor = app.editor().await;
        let done = editor.get(&path).await;
        assert_eq!(done.json()["state"], "published");
        editor.patch(&path, &done.etag(), &json!({ "name": "x" })).await.refused(409, "published");
        editor.act(&format!("{path}/publish"), &done.etag(), &json!({})).await.refused(409, "published");
        assert_eq!(editor.get("/v1/desk/releases?state=published").await.ok()["data"].as_array().unwrap().len(), 1);
        assert_eq!(editor.get("/v1/desk/releases?state=open").await.ok()["data"], json!([]));
        // One that became impossible fails whole, and tells.
        let third = editor.story(&world, "Third").await;
        let items = json!([{ "article_id": id(&third), "locale": "en" }, { "article_id": id(&second), "locale": "en" }]);
        let doomed = editor.post("/v1/desk/releases", &json!({ "name": "Doomed", "items": items, "publish_at": "2026-03-01T13:00:00Z" })).await;
        let doomed = doomed.header("location").unwrap().to_owned();
        editor.patch(&third, "\"1\"", &json!({ "embargo_until": "2026-03-02T12:00:00Z" })).await.ok();
        app.wait(3600);
        assert_eq!(app.tick().await, 1);
        let editor = app.editor().await;
        let failed = editor.get(&doomed).await.ok();
        assert_eq!((&failed["state"], &failed["blockers"][0]["pointer"]), (&json!("failed"), &json!("#/items/0")));
        assert_eq!(headline(&app, &third).await, None);
        assert_eq!(app.tick().await, 0);
    }

    async fn a_clock_that_jumps_publishes_once_and_never_before_the_instant(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        plan(&editor, &article, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:10:00Z" })).await.ok();
        app.wait(-3600);
        assert_eq!(app.tick().await, 0);
        app.wait(2 * 3600);
        assert_eq!((app.tick().await, app.tick().await), (1, 0));
        // Set back again: nothing is done twice, and what follows does not stand before it.
        app.wait(-5400);
        assert_eq!(app.tick().await, 0);
        let editor = app.again(&editor).await;
        editor.patch(&format!("{article}/translations/en"), "\"1\"", &json!({ "headline": "River falls" })).await.ok();
        editor.publish(&article, &["en"]).await.ok();
        assert_eq!(headline(&app, &article).await.as_deref(), Some("River falls"));
        let live = editor.get(&article).await.ok()["translations"]["en"]["live"].clone();
        assert_eq!((&live["published_at"], &live["started_at"]), (&json!("2026-03-01T09:00:00Z"), &json!("2026-03-01T09:00:00.000001Z")));
    }

    async fn a_release_that_fails_for_no_reason_of_its_own_keeps_no_plan_waiting(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let (planned, released) = (editor.story(&world, "Planned").await, editor.story(&world, "Released").await);
        plan(&editor, &planned, json!({ "locales": ["en"], "publish_at": "2026-03-01T08:10:00Z" })).await.ok();
        let item = json!([{ "article_id": released.rsplit('/').next().unwrap(), "locale": "en" }]);
        let release = json!({ "name": "Broken", "items": item, "publish_at": "2026-03-01T08:05:00Z" });
        editor.post("/v1/desk/releases", &release).await.ok();
        app.wait(600);
        execute(&app.url, "ALTER TABLE release_items RENAME TO out_of_reach");
        assert!(run_due(&app.store).is_err());
        assert_eq!(headline(&app, &planned).await.as_deref(), Some("Planned"));
        execute(&app.url, "ALTER TABLE out_of_reach RENAME TO release_items");
        assert_eq!(app.tick().await, 1);
        assert_eq!(headline(&app, &released).await.as_deref(), Some("Released"));
    }

    async fn what_fails_through_a_fault_of_the_server_is_tried_again_later_each_time_by_any_instance_and_at_last_kept(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let due = async |which: &str| {
            let (planned, released) = (editor.story(&world, &format!("Planned {which}")).await, editor.story(&world, &format!("Released {which}")).await);
            let at = app.now().plus_seconds(600).to_string();
            plan(&editor, &planned, json!({ "locales": ["en"], "publish_at": at })).await.ok();
            let item = json!([{ "article_id": released.rsplit('/').next().unwrap(), "locale": "en" }]);
            editor.post("/v1/desk/releases", &json!({ "name": which, "items": item, "publish_at": at })).await.ok();
            app.wait(600);
            (planned, released)
        };
        let failed = async || {
            let editor = app.again(&editor).await;
            let of = async |path: &str| editor.get(path).await.ok()["data"].as_array().unwrap().len();
            (of("/v1/desk/schedule?failed=true").await, of("/v1/desk/releases?state=failed").await)
        };
        let (planned, released) = due("once").await;
        let follower = follower::runner(app.entrance.response_cache.clone()).unwrap();
        execute(&app.url, "ALTER TABLE addresses RENAME TO out_of_reach");
        assert_eq!((app.tick().await, app.tick().await), (2, 0), "not again at once");
        // Whatever else is public may be kept until then.
        follower::follow(&follower).unwrap();
        let kept = app.anyone().get("/v1/sections?locale=en").await;
        assert!(kept.header("cache-control").unwrap().contains("s-maxage=1"), "{kept:?}");
        for wait in [1, 2, 4] {
            app.wait(wait - 1);
            assert_eq!(app.tick().await, 0);
            app.wait(1);
            assert_eq!(app.tick().await, 2, "after {wait} seconds");
        }
        execute(&app.url, "ALTER TABLE out_of_reach RENAME TO addresses");
        assert_eq!((failed().await, headline(&app, &planned).await, headline(&app, &released).await), ((0, 0), None, None));
        // Whoever is started anew waits as long, and of all instances one carries it out.
        let instances = [app.store_of(2), app.store.clone()];
        let tick = |store: &Store| { let store = store.clone(); thread::spawn(move || run_due(&store)) };
        assert_eq!(tick(&instances[0]).join().unwrap().unwrap(), 0);
        app.wait(8);
        let done = instances.each_ref().map(tick).into_iter().map(|ticked| ticked.join().unwrap().unwrap()).sum::<usize>();
        assert_eq!((done, app.tick().await), (2, 0));
        follower.run().unwrap();
        assert_eq!((headline(&app, &planned).await.as_deref(), headline(&app, &released).await.as_deref()), (Some("Planned once"), Some("Released once")));
        let (planned, released) = due("never").await;
        execute(&app.url, "ALTER TABLE addresses RENAME TO out_of_reach");
        let mut tries = 0;
        while failed().await == (0, 0) {
            tries += app.tick().await;
            app.wait(300);
        }
        assert_eq!((tries, app.tick().await, failed().await), (12, 0, (1, 1)));
        execute(&app.url, "ALTER TABLE out_of_reach RENAME TO addresses");
        assert_eq!((headline(&app, &planned).await, headline(&app, &released).await), (None, None));
        // The end of what is live already does not wait for what should have begun before it.
        let editor = app.again(&editor).await;
        let ending = editor.story(&world, "Licensed").await;
        editor.publish(&ending, &["en"]).await.ok();
        editor.patch(&format!("{ending}/translations/en"), "\"1\"", &json!({ "headline": "Licensed twice" })).await.ok();
        let (begins, ends) = (app.now().plus_seconds(600).to_string(), app.now().plus_seconds(610).to_string());
        plan(&editor, &ending, json!({ "locales": ["en"], "publish_at": begins, "unpublish_at": ends })).await.ok();
        app.wait(600);
        execute(&app.url, "ALTER TABLE live_listings RENAME TO out_of_reach");
        assert_eq!((app.tick().await, failed().await), (1, (2, 1)));
        execute(&app.url, "ALTER TABLE out_of_reach RENAME TO live_listings");
        app.wait(10);
        assert_eq!((app.tick().await, headline(&app, &ending).await), (1, None));
    }

    async fn what_takes_too_long_is_given_up_and_told_and_what_is_due_before_it_is_not(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let id = |of: &str| of.rsplit('/').next().unwrap().parse::<Uuid>().unwrap();
        let mut due = Vec::new();
        for (name, minute) in [("Heavy", "10"), ("Light", "05")] {
            let at = format!("2026-03-01T08:{minute}:00Z");
            let (planned, released) = (editor.story(&world, &format!("{name}, planned")).await, editor.story(&world, &format!("{name}, released")).await);
            plan(&editor, &planned, json!({ "locales": ["en"], "publish_at": at })).await.ok();
            let release = json!({ "name": name, "items": [{ "article_id": id(&released), "locale": "en" }], "publish_at": at });
            let release = editor.post("/v1/desk/releases", &release).await.header("location").unwrap().to_owned();
            due.push((planned, released, release));
        }
        let [(planned, released, release), (light, _, light_release)] = &due[..] else { unreachable!() };
        app.wait(600);
        let scheduler = || Permit::<Publish>::try_from(Caller::system(System::Scheduler));
        let plans = app.store.read_now(|tx| dateline::store::plans::of(tx, &[id(planned).into()])).unwrap();
        let heavy = plans.into_values().flatten().next().unwrap().id;
        let as_scheduler = |work: &dyn Fn(&mut Tx<'_>) -> Result<usize, Error>| app.store.write_now(&scheduler().unwrap(), work).unwrap();
        assert_eq!(as_scheduler(&|tx| desk::releases::give_up(tx, scheduler()?, id(release).into()).map(usize::from)), 1);
        assert_eq!(as_scheduler(&|tx| desk::scheduling::give_up(tx, scheduler()?, heavy)), 1);
        assert_eq!((app.tick().await, app.tick().await), (2, 0), "neither is due any more, the others are");
        assert!(editor.get(light_release).await.ok()["published_at"].is_string());
        assert_eq!(headline(&app, light).await.as_deref(), Some("Light, planned"));
        let told = editor.get(release).await.ok();
        assert!(told["failure"].as_str().is_some_and(|why| !why.is_empty()), "{told}");
        let shown = editor.get(planned).await.ok();
        assert!(shown["translations"]["en"]["scheduled"][0]["failure"].is_string(), "{shown}");
        assert_eq!((headline(&app, planned).await, headline(&app, released).await), (None, None));
    }

    async fn a_release_takes_only_what_its_maker_may_publish(app) {
        let editor = app.editor().await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let article = editor.story(&crime, "Burglary").await;
        let item = json!([{ "article_id": article.rsplit('/').next().unwrap(), "locale": "en" }]);
        let of_world = app.role(Role::Editor, Some(&world), None).await;
        assert_eq!(of_world.post("/v1/desk/releases", &json!({ "name": "Mine" })).await.status, 201);
        // What they do not see is not there for them; what they see, and may not publish, they are refused.
        let hidden = of_world.post("/v1/desk/releases", &json!({ "name": "Mine", "items": item })).await;
        assert_eq!((hidden.status, hidden.violations()), (422, vec![("#/items/0/article_id".to_owned(), "unknown_article".to_owned())]));
        let of_hindi = app.role(Role::Editor, None, Some("hi")).await;
        of_hindi.post("/v1/desk/releases", &json!({ "name": "Mine", "items": item })).await.refused(403, "forbidden");
        let theirs = editor.post("/v1/desk/releases", &json!({ "name": "Theirs", "items": item })).await.header("location").unwrap().to_owned();
        of_world.act(&format!("{theirs}/publish"), "\"1\"", &json!({})).await.refused(404, "not-found");
        of_hindi.act(&format!("{theirs}/publish"), "\"1\"", &json!({})).await.refused(403, "forbidden");
        let writer = app.role(Role::Contributor, None, None).await;
        writer.get("/v1/desk/releases").await.refused(403, "forbidden");
        let (repeated, nothing) = (json!([item[0], item[0]]), json!([{ "article_id": item[0]["article_id"], "locale": "hi" }]));
        editor.post("/v1/desk/releases", &json!({ "name": "Twice", "items": repeated })).await.refused(422, "invalid");
        editor.post("/v1/desk/releases", &json!({ "name": "None", "items": nothing })).await.refused(422, "invalid");
    }

    async fn what_was_sent_back_after_it_was_planned_stays_where_it_is_and_newer_words_change_nothing(app) {
        let (chief, editor) = (app.admin().await, app.editor().await);
        chief.patch("/v1/desk/site", &chief.get("/v1/desk/site").await.etag(), &json!({ "review": "required" })).await.ok();
        let world = app.section("world", "दुनिया").await;
        let at = |seconds: i64| app.now().plus_seconds(seconds).to_string();
        for (case, public) in [("nothing", true), ("sent back", false), ("written on", true), ("sent back later", true)] {
            let mut stories = Vec::new();
            for by in ["plan", "release"] {
                let story = editor.story(&world, &format!("{case} {by}")).await;
                let words = format!("{story}/translations/en");
                for verb in ["submit", "approve"] {
                    editor.act(&format!("{words}/{verb}"), "\"1\"", &json!({})).await.ok();
                }
                if by == "plan" {
                    plan(&editor, &story, json!({ "locales": ["en"], "publish_at": at(60) })).await.ok();
                } else {
                    let items = json!([{ "article_id": story.rsplit('/').next().unwrap(), "locale": "en" }]);
                    let made = editor.post("/v1/desk/releases", &json!({ "name": case, "publish_at": at(60), "items": items })).await;
                    assert_eq!(made.status, 201, "{}", made.text);
                }
                let then = json!({ "comment": "Not like this." });
                if case == "sent back" {
                    editor.act(&format!("{words}/request-changes"), "\"1\"", &then).await.ok();
                } else if case != "nothing" {
                    editor.patch(&words, "\"1\"", &json!({ "summary": "Going on." })).await.ok();
                }
                if case == "sent back later" {
                    editor.act(&format!("{words}/submit"), "\"2\"", &json!({})).await.ok();
                    editor.act(&format!("{words}/request-changes"), "\"2\"", &then).await.ok();
                }
                stories.push(story);
            }
            app.wait(60);
            app.tick().await;
            for story in &stories {
                assert_eq!(headline(&app, story).await.is_some(), public, "{case}: {story}");
            }
        }
        let failed = editor.get("/v1/desk/schedule?failed=true").await.ok();
        assert_eq!(failed["data"].as_array().unwrap().len(), 1, "{failed}");
        assert!(failed["data"][0]["failure"].as_str().unwrap().contains("not approved"), "{failed}");
        let failed = editor.get("/v1/desk/releases?state=failed").await.ok();
        assert!(failed["data"][0]["failure"].as_str().unwrap().contains("not approved"), "{failed}");
    }

    async fn marking_words_as_current_neither_loses_their_approval_nor_saves_them_from_being_sent_back(app) {
        let (chief, editor) = (app.admin().await, app.editor().await);
        chief.patch("/v1/desk/site", &chief.get("/v1/desk/site").await.etag(), &json!({ "review": "required" })).await.ok();
        let world = app.section("world", "दुनिया").await;
        for sent_back in [false, true] {
            let story = editor.story(&world, &format!("River {sent_back}")).await;
            let words = format!("{story}/translations/hi");
            let hindi = json!({ "headline": "नदी", "body": { "format": "html", "content": "<p>एक।</p>" } });
            assert_eq!(editor.put(&words, None, &hindi).await.status, 201);
            let at = app.now().plus_seconds(60).to_string();
            let planned = json!({ "locales": ["hi"], "publish_at": at });
            for verb in ["submit", "approve"] {
                editor.act(&format!("{words}/{verb}"), "\"1\"", &json!({})).await.ok();
            }
            if sent_back {
                plan(&editor, &story, planned.clone()).await.ok();
            }
            editor.patch(&format!("{story}/translations/en"), "\"1\"", &json!({ "summary": "Newer." })).await.ok();
            editor.act(&format!("{words}/mark-current"), "\"1\"", &json!({})).await.ok();
            if sent_back {
                editor.act(&format!("{words}/request-changes"), "\"2\"", &json!({ "comment": "Not like this." })).await.ok();
            } else {
                plan(&editor, &story, planned).await.ok();
                editor.patch(&words, "\"2\"", &json!({ "summary": "आगे।" })).await.ok();
            }
            app.wait(60);
            app.tick().await;
            let public = app.anyone().get(&format!("/v1/articles/{}?locale=hi", story.rsplit('/').next().unwrap())).await;
            assert_eq!(public.status == 200, !sent_back, "{sent_back}: {}", public.text);
        }
    }

    async fn a_release_of_former_facts_is_blocked_when_a_tag_of_theirs_is_gone(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let tag = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await.ok()["id"].as_str().unwrap().to_owned();
        let story = admin.story(&world, "River rises").await;
        admin.patch(&story, "\"1\"", &json!({ "tags": [tag] })).await.ok();
        admin.patch(&story, "\"2\"", &json!({ "tags": [] })).await.ok();
        let of_tag = format!("/v1/desk/tags/{tag}");
        assert_eq!(admin.delete(&of_tag, &admin.get(&of_tag).await.etag()).await.status, 204);
        let items = json!([{ "article_id": story.rsplit('/').next().unwrap(), "locale": "en", "facts_version": 2 }]);
        let made = admin.post("/v1/desk/releases", &json!({ "name": "Former", "items": items })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let release = made.header("location").unwrap().to_owned();
        let refused = admin.act(&format!("{release}/publish"), "\"1\"", &json!({})).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), [("#/items/0".to_owned(), "gone".to_owned())]);
    }

    async fn a_release_takes_nothing_that_was_erased(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        for verb in ["takedown", "erase"] {
            admin.act(&format!("{story}/{verb}"), &admin.get(&story).await.etag(), &json!({ "reason": "Law." })).await.ok();
        }
        let items = json!([{ "article_id": story.rsplit('/').next().unwrap(), "locale": "en" }]);
        let refused = admin.post("/v1/desk/releases", &json!({ "name": "Again", "items": items })).await;
        assert_eq!(refused.violations(), [("#/items/0/article_id".to_owned(), "unknown_article".to_owned())]);
    }

    async fn a_list_that_names_no_language_is_refused_by_every_verb_that_takes_one(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let story = editor.story(&world, "River rises").await;
        editor.publish(&story, &["en"]).await.ok();
        let at = app.now().plus_seconds(60).to_string();
        for (verb, body) in [("publish", json!({ "locales": [] })), ("unpublish", json!({ "locales": [] })), ("unschedule", json!({ "locales": [] })), ("schedule", json!({ "locales": [], "unpublish_at": at }))] {
            let refused = editor.act(&format!("{story}/{verb}"), "\"1\"", &body).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.violations(), [("#/locales".to_owned(), "required".to_owned())], "{verb}");
        }
    }
}
