//! Menus: what readers are led to from every page, and what of it they are not shown.

use dateline::{
    access::{Caller, Permit, System},
    desk::bundle::{Outcome, export_menu},
    domain::{text::limits, user::Role},
};
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn thing(kind: &str, id: &str) -> Value {
    json!({ "kind": kind, "id": id })
}

/// A menu of these items; its path on the desk.
async fn menu(chief: &Client<'_>, slug: &str, items: Value) -> String {
    let made = chief.post("/v1/desk/menus", &json!({ "slug": slug, "items": items })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

/// A menu as readers get it, which is what they would get anew; and so does every page of that language.
async fn shown(app: &TestApp, slug: &str, locale: &str, more: &str) -> Value {
    let path = format!("/v1/menus/{slug}?locale={locale}{more}");
    let answer = app.anyone().get(&path).await;
    let fresh = app.uncached().await;
    let anew = app.anyone().at(&fresh).get(&path).await;
    assert_eq!(answer.ok(), anew.ok(), "{path}: a kept answer is true");
    assert_eq!(answer.header("surrogate-key"), anew.header("surrogate-key"), "{path}");
    let page = app.anyone().get(&format!("/v1/pages?path=/{locale}{more}")).await.ok();
    let on_page = page["frame"]["menus"].as_array().unwrap().iter().find(|menu| menu["slug"] == slug).unwrap().clone();
    let missing = app.anyone().get(&format!("/v1/pages?path=/{locale}/not/there/at/all{more}")).await.json();
    let on_missing = missing["page"]["frame"]["menus"].as_array().unwrap().iter().find(|menu| menu["slug"] == slug).unwrap().clone();
    assert_eq!((&on_page, &on_missing), (&answer.json(), &answer.json()), "{path}");
    answer.json()
}

/// Labels with addresses, those below one in brackets behind it.
fn labels_of(items: &Value) -> Vec<String> {
    let one = |item: &Value| {
        let path = item["url"].as_str().map_or_else(|| "-".to_owned(), |url| url::Url::parse(url).unwrap().path().to_owned());
        let below = labels_of(&item["items"]);
        let below = if below.is_empty() { String::new() } else { format!(" [{}]", below.join(", ")) };
        format!("{} {path}{below}", item["label"].as_str().unwrap())
    };
    items.as_array().unwrap().iter().map(one).collect()
}

both! {
    async fn a_menu_leads_to_what_is_public_under_the_names_and_addresses_of_the_readers_language(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let desk = app.author("desk", "Digital Desk").await;
        app.import(&json!({ "type": "tag", "key": "cars", "translations": { "en": { "name": "Cars" }, "hi": { "name": "गाड़ियाँ", "slug": "cars" } } }));
        let tag = app.imported("tag", "cars").await;
        let sent = json!({ "kind": "page", "section_id": world, "source_locale": "en", "translations": { "en": { "headline": "About us" } } });
        let about = chief.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        let story = chief.story(&world, "River rises").await;
        let items = json!([
            { "to": thing("section", &world), "items": [
                { "to": thing("tag", &tag), "labels": { "en": "All about cars" } },
                { "to": thing("author", &desk) },
            ] },
            { "labels": { "en": "Company", "hi": "कंपनी" }, "items": [
                { "to": thing("article", id(&about)) },
                { "to": thing("article", id(&story)), "labels": { "en": "The river" } },
            ] },
            { "to": "/en/subscribe?from=menu", "labels": { "en": "Subscribe" } },
            { "to": "https://shop.example/", "labels": { "en": "Shop", "hi": "दुकान" } },
        ]);
        let path = menu(&chief, "footer", items.clone()).await;
        let kept = chief.get(&path).await.ok();
        assert_eq!(kept["items"][1]["items"][0]["to"], thing("article", id(&about)));
        // Nothing that leads nowhere is shown, and no heading with nothing below it; the desk is told.
        let always = ["Subscribe /en/subscribe", "Shop /"];
        let english = async || labels_of(&shown(&app, "footer", "en", "").await["items"]);
        let hindi = async |more: &str| labels_of(&shown(&app, "footer", "hi", more).await["items"]);
        assert_eq!(english().await, [&["World /en/world"], &always[..]].concat());
        let pointers = |menu: &Value| -> Vec<(String, usize)> {
            let all = menu["left_out"].as_array().unwrap().iter();
            all.map(|one| (one["pointer"].as_str().unwrap().to_owned(), one["locales"].as_array().unwrap().len())).collect()
        };
        let everywhere: Vec<_> = ["0/items/0", "0/items/1", "1/items/0", "1/items/1"].map(|at| (format!("#/items/{at}"), 4)).into();
        assert_eq!(pointers(&kept), everywhere);
        assert_eq!(pointers(&chief.get("/v1/desk/menus").await.ok()["data"][0]), everywhere);
        // Published, named and carried it is there at once, in every answer that was kept.
        chief.publish(&about, &["en"]).await.ok();
        chief.patch(&story, &chief.get(&story).await.etag(), &json!({ "tags": [tag], "credits": [{ "role": "reported_by", "author_id": desk }] })).await.ok();
        chief.publish(&story, &["en"]).await.ok();
        assert_eq!(english().await, [
            "World /en/world [All about cars /en/cars, Digital Desk /en/digital-desk]",
            "Company - [About us /en/about-us, The river /en/world/river-rises]",
            always[0],
            always[1],
        ]);
        let in_hindi = "दुनिया /hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE [गाड़ियाँ /hi/cars, Digital Desk /hi/digital-desk]";
        assert_eq!(hindi("").await, [in_hindi, "Subscribe /en/subscribe", "दुकान /"]);
        assert_eq!(hindi("&fallback=chain").await[1], "कंपनी - [About us /en/about-us, The river /en/world/river-rises]");
        // What is renamed, moves and goes does so here.
        let words = format!("{about}/translations/en");
        chief.patch(&words, &chief.get(&words).await.etag(), &json!({ "headline": "Who we are", "slug": "who-we-are" })).await.ok();
        chief.publish(&about, &["en"]).await.ok();
        let section = format!("/v1/desk/sections/{world}");
        chief.patch(&section, &chief.get(&section).await.etag(), &json!({ "translations": { "en": { "name": "The world", "slug": "the-world" } } })).await.ok();
        assert_eq!(english().await[..2], [
            "The world /en/the-world [All about cars /en/cars, Digital Desk /en/digital-desk]",
            "Company - [Who we are /en/who-we-are, The river /en/the-world/river-rises]",
        ]);
        chief.act(&format!("{story}/unpublish"), &chief.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        assert_eq!(english().await[..2], ["The world /en/the-world", "Company - [Who we are /en/who-we-are]"]);
        // What is changed of the menu itself too, and it goes.
        let tag = chief.get(&path).await.etag();
        chief.patch(&path, &tag, &json!({ "items": [items[2]] })).await.ok();
        assert_eq!(english().await, [always[0]]);
        chief.patch(&path, &tag, &json!({ "items": [] })).await.refused(412, "stale");
        chief.delete(&path, &chief.get(&path).await.etag()).await.ok();
        app.anyone().get("/v1/menus/footer").await.refused(404, "not-found");
        assert_eq!(app.anyone().get("/v1/pages?path=/en").await.ok()["frame"]["menus"], json!([]));
    }

    async fn what_is_wrong_with_a_menu_is_said_place_by_place(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let sent = json!({ "slug": "main", "items": [
            { "to": "javascript:alert(1)", "labels": { "en": "x" } },
            { "to": "/en" },
            { "to": "//evil.example/", "labels": { "fr": "x" } },
            { "labels": { "en": "Nothing below" } },
        ] });
        let at = |all: &[(&str, &str)]| all.iter().map(|(at, code)| (format!("#/items/{at}"), (*code).to_owned())).collect::<Vec<_>>();
        let refused = chief.post("/v1/desk/menus", &sent).await;
        assert_eq!(refused.violations(), at(&[("0/to", "url"), ("1/labels", "required"), ("2/labels/fr", "unknown_locale"), ("2/to", "url"), ("3/items", "required")]));
        let unknown = "0198c5a1-7f00-7000-8000-000000000001";
        let refused = chief.post("/v1/desk/menus", &json!({ "slug": "main", "items": [{ "to": thing("section", &world) }, { "to": thing("tag", &world) }, { "to": thing("article", unknown) }] })).await;
        assert_eq!(refused.violations(), at(&[("1/to/id", "unknown"), ("2/to/id", "unknown")]));
        let link = || json!({ "to": "/en", "labels": { "en": "Home" } });
        let many: Vec<_> = (0..=limits::MENU_ITEMS).map(|_| link()).collect();
        assert_eq!(chief.post("/v1/desk/menus", &json!({ "slug": "main", "items": many })).await.violations(), [("#/items".to_owned(), "too_many".to_owned())]);
        let deep = (0..limits::MENU_DEPTH).fold(json!([link()]), |below, _| json!([{ "to": "/en", "labels": { "en": "Home" }, "items": below }]));
        assert_eq!(chief.post("/v1/desk/menus", &json!({ "slug": "main", "items": deep })).await.violations(), [("#/items".to_owned(), "too_deep".to_owned())]);
        assert_eq!(chief.post("/v1/desk/menus", &json!({ "slug": "a b" })).await.violations(), [("#/slug".to_owned(), "slug".to_owned())]);
        // As deep as may be is kept as it came.
        let deepest = deep[0]["items"].clone();
        let path = menu(&chief, "main", deepest.clone()).await;
        let strip = |menu: Value| menu["items"][0]["items"][0]["items"][0]["labels"]["en"].clone();
        assert_eq!((strip(chief.get(&path).await.ok()), deepest[0]["items"][0]["items"].as_array().unwrap().len()), (json!("Home"), 1));
        let refused = chief.post("/v1/desk/menus", &json!({ "slug": "main" })).await.refused(409, "taken");
        assert_eq!((&refused["holder"]["kind"], &refused["holder"]["id"]), (&json!("menu"), &json!(id(&path))));
        for n in 1..limits::MENUS {
            menu(&chief, &format!("menu-{n}"), json!([])).await;
        }
        chief.post("/v1/desk/menus", &json!({ "slug": "one-more" })).await.refused(409, "too-many");
        // Who may, and what the trail says of it.
        let editor = app.editor().await;
        editor.get(&path).await.ok();
        editor.patch(&path, &editor.get(&path).await.etag(), &json!({ "items": [] })).await.refused(403, "forbidden");
        let of_world = app.role(Role::Chief, Some(&world), None).await;
        of_world.post("/v1/desk/menus", &json!({ "slug": "world" })).await.refused(403, "forbidden");
        let trail = chief.get(&format!("/v1/desk/audit?kind=menu&subject={}", id(&path))).await.ok();
        assert_eq!((trail["data"].as_array().unwrap().len(), &trail["data"][0]["event"]), (1, &json!("created")));
    }

    async fn what_a_menu_leads_to_is_not_deleted_and_what_is_merged_is_followed(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let crime = app.section("crime", "अपराध").await;
        app.import(&json!({ "type": "tag", "key": "cars", "translations": { "en": { "name": "Cars" } } }));
        app.import(&json!({ "type": "tag", "key": "autos", "translations": { "en": { "name": "Autos" } } }));
        let (cars, autos) = (app.imported("tag", "cars").await, app.imported("tag", "autos").await);
        let desk = app.author("desk", "Digital Desk").await;
        let story = chief.story(&world, "River rises").await;
        chief.patch(&story, &chief.get(&story).await.etag(), &json!({ "tags": [autos] })).await.ok();
        chief.publish(&story, &["en"]).await.ok();
        let items = json!([{ "to": thing("section", &crime) }, { "to": thing("tag", &cars) }, { "to": thing("author", &desk) }, { "to": thing("article", id(&story)) }]);
        let path = menu(&chief, "main", items).await;
        for thing in [format!("sections/{crime}"), format!("tags/{cars}"), format!("authors/{desk}")] {
            let thing = format!("/v1/desk/{thing}");
            let refused = chief.delete(&thing, &chief.get(&thing).await.etag()).await.refused(409, "in-use");
            assert_eq!(refused["used_by"], json!([{ "kind": "menu", "count": 1, "url": "/v1/desk/menus" }]), "{thing}");
            assert!(refused["detail"].as_str().unwrap().starts_with("1 menu uses this "), "{thing}: {}", refused["detail"]);
        }
        assert_eq!(labels_of(&shown(&app, "main", "en", "").await["items"]), ["Crime /en/crime", "River rises /en/world/river-rises"]);
        let before = chief.get(&path).await.version();
        chief.act(&format!("/v1/desk/tags/{cars}/merge"), &chief.get(&format!("/v1/desk/tags/{cars}")).await.etag(), &json!({ "into": autos })).await.ok();
        let after = chief.get(&path).await;
        assert_eq!((&after.ok()["items"][1]["to"], after.version()), (&thing("tag", &autos), before + 1));
        assert_eq!(labels_of(&shown(&app, "main", "en", "").await["items"])[1], "Autos /en/autos");
        // Whoever has not seen the merge yet means the other.
        let other = menu(&chief, "other", json!([{ "to": thing("tag", &cars) }])).await;
        assert_eq!(chief.get(&other).await.ok()["items"][0]["to"], thing("tag", &autos));
        // An article in the trash is led to again when it is back; what is known already may stay meanwhile.
        chief.act(&format!("{story}/unpublish"), &chief.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        chief.delete(&story, &chief.get(&story).await.etag()).await.ok();
        let kept = chief.get(&path).await;
        chief.patch(&path, &kept.etag(), &json!({ "slug": "top", "items": kept.ok()["items"] })).await.ok();
        assert_eq!(labels_of(&shown(&app, "top", "en", "").await["items"]), ["Crime /en/crime"]);
        app.anyone().get("/v1/menus/main").await.refused(404, "not-found");
    }

    async fn labels_follow_the_tag_of_their_locale_and_keep_it_in_use(app) {
        let chief = app.admin().await;
        let path = menu(&chief, "main", json!([{ "to": "/en/subscribe", "labels": { "en": "Subscribe", "bn": "সাবস্ক্রাইব" } }])).await;
        let bengali = "/v1/desk/locales/bn";
        let refused = chief.delete(bengali, &chief.get(bengali).await.etag()).await.refused(409, "in-use");
        assert_eq!((&refused["detail"], &refused["used_by"][0]["kind"]), (&json!("1 menu uses this locale"), &json!("menu")));
        let english = "/v1/desk/locales/en";
        let told = chief.delete(english, &chief.get(english).await.etag()).await.refused(409, "in-use")["detail"].as_str().unwrap().to_owned();
        assert!(told.starts_with("this is the default locale of the site: make another one the default first, and ") && told.contains("1 menu"), "{told}");
        chief.patch(bengali, &chief.get(bengali).await.etag(), &json!({ "locale": "bn-BD" })).await.ok();
        assert_eq!(chief.get(&path).await.ok()["items"][0]["labels"], json!({ "en": "Subscribe", "bn-BD": "সাবস্ক্রাইব" }));
        assert_eq!(shown(&app, "main", "bn-BD", "").await["items"][0]["label"], "সাবস্ক্রাইব");
        // What is prepared in a locale is not told.
        let tag = chief.get(bengali.replace("bn", "bn-BD").as_str()).await.etag();
        chief.patch("/v1/desk/locales/bn-BD", &tag, &json!({ "state": "preparing" })).await.ok();
        let own = app.anyone().get("/v1/menus/main?locale=en").await;
        assert!(!own.text.contains("bn"), "{}", own.text);
    }

    async fn what_an_item_is_called_in_a_language_that_readers_do_not_have_is_not_told(app) {
        let chief = app.admin().await;
        for state in ["preparing", "retired"] {
            let malayalam = "/v1/desk/locales/ml";
            chief.post("/v1/desk/locales", &json!({ "locale": "ml", "name": "മലയാളം", "state": "public" })).await.ok();
            let items = json!([{ "to": "/x", "labels": { "ml": "SECRET" } }, { "labels": { "ml": "SECRET" }, "items": [{ "to": "/y", "labels": { "en": "Y" } }] }, { "to": "/z", "labels": { "ml": "SECRET", "en": "Z" } }]);
            let path = menu(&chief, "main", items).await;
            assert_eq!(labels_of(&shown(&app, "main", "en", "").await["items"]).len(), 3);
            chief.patch(malayalam, &chief.get(malayalam).await.etag(), &json!({ "state": state })).await.ok();
            assert_eq!(labels_of(&shown(&app, "main", "en", "").await["items"]), ["Z /z"], "{state}");
            for path in ["/v1/menus/main?locale=en", "/v1/pages?path=/en", "/v1/pages?path=/hi", "/v1/pages?path=/en/not/there"] {
                let answer = app.anyone().get(path).await;
                assert!(!answer.text.contains("SECRET"), "{state}, {path}: {}", answer.text);
            }
            let left_out = chief.get(&path).await.ok()["left_out"].clone();
            let told: Vec<_> = left_out.as_array().unwrap().iter().map(|one| (one["pointer"].as_str().unwrap(), one["locales"].as_array().unwrap().len())).collect();
            assert_eq!(told, [("#/items/0", 4), ("#/items/1", 4)], "{state}");
            chief.delete(&path, &chief.get(&path).await.etag()).await.ok();
            chief.delete(malayalam, &chief.get(malayalam).await.etag()).await.ok();
        }
    }

    async fn a_bundle_takes_menus_along(app) {
        let chief = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let story = chief.story(&world, "River rises").await;
        let items = json!([{ "to": thing("section", &world), "items": [{ "to": thing("article", id(&story)), "labels": { "en": "R &amp; D" } }] }, { "to": "/en", "labels": { "en": "Home" } }]);
        let path = menu(&chief, "main", items).await;
        let export = || {
            app.store.read_now(|tx| {
                let permit = Permit::try_from(Caller::system(System::Importer))?;
                let menus = dateline::store::menus::all(tx)?;
                export_menu(tx, &permit, &menus[0]).map(|(record, lost)| (serde_json::to_value(record).unwrap(), lost))
            }).unwrap()
        };
        let (record, lost) = export();
        assert_eq!((record["type"].as_str(), record["items"][0]["to"]["key"].as_str(), lost), (Some("menu"), Some("world"), 0));
        let kept = chief.get(&path).await.ok()["items"].clone();
        assert_eq!(app.import(&record).outcome, Outcome::Unchanged);
        chief.delete(&path, &chief.get(&path).await.etag()).await.ok();
        assert_eq!(app.import(&record).outcome, Outcome::Created);
        assert_eq!(chief.get("/v1/desk/menus").await.ok()["data"][0]["items"], kept);
        assert_eq!(export().0, record, "what is exported comes in again as it was");
        assert_eq!(app.import(&record).outcome, Outcome::Unchanged);
        let mut changed = record.clone();
        changed["items"][1]["labels"]["hi"] = json!("मुखपृष्ठ");
        assert_eq!(app.import(&changed).outcome, Outcome::Updated);
        // What the desk has edited since is left.
        let path = format!("/v1/desk/menus/{}", chief.get("/v1/desk/menus").await.ok()["data"][0]["id"].as_str().unwrap());
        chief.patch(&path, &chief.get(&path).await.etag(), &json!({ "items": [] })).await.ok();
        assert_eq!(app.import(&record).outcome, Outcome::Edited);
        changed["items"][0]["to"]["key"] = json!("nowhere");
        assert!(app.try_import(&changed, true).is_err());
    }
}
