//! Two who write at once on `PostgreSQL`: whatever one of them decides by what was read is still so when both are done, in either order. `SQLite`
//! has one writer, and so no such orders.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use dateline::{
    access::{
        Caller, Permit, System,
        action::{
            EditArticle, EditTranslation, ManageLocales, ManageRedirects, ManageSections, ManageTags, ManageUsers, Publish, Unpublish,
            Withdraw,
        },
    },
    desk::{
        self, articles, locales, named, precomputed,
        publishing::{Manner, publish, unpublish},
        redirects, scheduling, sections, single_sign_on, takedowns,
        translations::{self, save},
        users,
    },
    domain::{
        Error, Id, Locale,
        address::AddressKind,
        article::{Article, Facts, Genre},
        body::{Document, ReadBody},
        content::Content,
        identity::{GroupGrant, GroupGrants, Identity, Introduced},
        locale::{LocaleDraft, LocaleSettings},
        name::{Name, NameDraft},
        network::Network,
        redirect::{Destination, RedirectDraft, Thing},
        section::Section,
        story::Which,
        tag::TagId,
        user::{Role, User},
    },
    store::{self, Tx},
    workers::scheduler,
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};

use serde_json::json;

use crate::{
    former_users::left_of,
    support::{TestApp, everything_kept},
};

type Verb = Box<dyn Fn(&mut Tx<'_>) -> Result<(), Error> + Send>;

/// Until the second is done, or a session of this database waits for what another one has locked.
fn until_it_waits(url: &str, is_done: &AtomicBool) {
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = "SELECT COUNT(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut conn = PgConnection::establish(url).unwrap();
    while !is_done.load(Ordering::Acquire) && sql_query(query).get_result::<Waiting>(&mut conn).unwrap().count == 0 {
        thread::yield_now();
    }
}

/// Do two things at once: the second begins when the first has done everything but commit, and the first commits when the second waits for it,
/// or is done.
fn at_once(app: &TestApp, first: Verb, second: &Verb) -> [Result<(), Error>; 2] {
    let (one, other, url) = (app.store_of(1), app.store_of(1), &app.url);
    let (tell, told) = mpsc::channel();
    let is_done = &AtomicBool::new(false);
    thread::scope(|scope| {
        let first = scope.spawn(move || {
            let mut is_told = false;
            one.write_now(&Caller::system(System::Importer), |tx| {
                let done = first(tx);
                if !std::mem::replace(&mut is_told, true) {
                    tell.send(()).unwrap();
                    until_it_waits(url, is_done);
                }
                done
            })
        });
        told.recv().unwrap();
        let second = other.write_now(&Caller::system(System::Importer), |tx| second(tx));
        is_done.store(true, Ordering::Release);
        [first.join().unwrap(), second]
    })
}

fn permit<A>() -> Permit<A>
where
    Permit<A>: TryFrom<Caller, Error = Error>,
{
    Permit::try_from(Caller::system(System::Importer)).unwrap()
}

/// Put one section below another.
fn moved(id: Id<Section>, below: Id<Section>) -> Verb {
    moved_and_called(id, below, None)
}

/// The same, under another slug or its own.
fn moved_and_called(id: Id<Section>, below: Id<Section>, slug: Option<&'static str>) -> Verb {
    Box::new(move |tx| {
        let named = |(locale, name): (Locale, Name)| {
            let slug = slug.map_or_else(|| name.slug.to_string(), str::to_owned);
            (locale, NameDraft { name: name.name, slug: Some(slug), about: name.about })
        };
        let draft = |section: &Section| sections::Draft {
            parent_id: Some(below),
            position: Some(section.position),
            translations: section.names.clone().into_iter().map(named).collect(),
        };
        let version = store::sections::find(tx, id)?.version;
        sections::revise(tx, permit::<ManageSections>(), id, version, |section| Ok(draft(section))).map(drop)
    })
}

#[actix_web::test]
async fn who_changes_sections_and_who_lists_by_them_hold_them_in_one_order_and_before_any_slug() {
    let held = |id: Id<Section>| format!("SELECT id FROM sections WHERE id = '{id}' FOR SHARE");
    let slug =
        "INSERT INTO addresses (locale, slug, kind, target_id) SELECT locale, 'far-away', 'article', id FROM sections, locales LIMIT 1";
    for case in ["its subtree", "its slug", "its level"] {
        let Some(app) = TestApp::postgres().await else { return };
        let admin = app.admin().await;
        let mut made = Vec::new();
        for name in ["Delhi", "Asia", "World"] {
            app.wait(1);
            let section = json!({ "translations": { "en": { "name": name } } });
            made.push(admin.post("/v1/desk/sections", &section).await.ok()["id"].as_str().unwrap().parse::<Id<Section>>().unwrap());
        }
        let [delhi, asia, world] = made[..] else { unreachable!() };
        assert!(delhi < asia && asia < world);
        if case != "its level" {
            app.store.write_now(&Caller::system(System::Importer), |tx| moved(delhi, asia)(tx)).unwrap();
        }
        let (verb, then): (Verb, String) = match case {
            "its slug" => (moved_and_called(asia, world, Some("far-away")), slug.to_owned()),
            "its subtree" => (moved(asia, world), held(asia)),
            _ => {
                let turned = Box::new(move |tx: &mut Tx<'_>| {
                    let order = [world, asia, delhi];
                    sections::reorder(tx, permit::<ManageSections>(), None, &order).map(drop)
                });
                (turned, held(world))
            }
        };
        let mut other = PgConnection::establish(&app.url).unwrap();
        other.batch_execute(&format!("BEGIN; {}", held(delhi))).unwrap();
        let (store, is_done) = (app.store_of(1), &AtomicBool::new(false));
        thread::scope(|scope| {
            let one = scope.spawn(move || {
                let mut times = 0;
                let done = store.write_now(&Caller::system(System::Importer), |tx| {
                    times += 1;
                    verb(tx)
                });
                is_done.store(true, Ordering::Release);
                done.map(|()| times)
            });
            until_it_waits(&app.url, is_done);
            let also = other.batch_execute(&then);
            other.batch_execute("ROLLBACK").unwrap();
            // Once: nobody is undone in favour of another.
            assert_eq!((also.is_ok(), one.join().unwrap().unwrap()), (true, 1), "{case}: {also:?}");
        });
    }
}

#[actix_web::test]
async fn two_sections_that_are_put_below_each_other_make_no_circle() {
    let Some(app) = TestApp::postgres().await else { return };
    for turned in [false, true] {
        let names = if turned { ["East", "West"] } else { ["North", "South"] };
        let mut ids = Vec::new();
        for name in names {
            ids.push(app.section(&name.to_lowercase(), name).await.parse::<Id<Section>>().unwrap());
        }
        let (one, other) = (moved(ids[0], ids[1]), moved(ids[1], ids[0]));
        let done = if turned { at_once(&app, other, &one) } else { at_once(&app, one, &other) };
        assert!(done[0].is_ok() && matches!(done[1], Err(Error::Invalid(_) | Error::Conflict { .. })), "{done:?}");
        let all = app.store.read_now(store::sections::all).unwrap();
        for section in all.iter() {
            let above = section.parent().map(|id| all.iter().find(|s| s.id == id).unwrap());
            assert_eq!(Section::path_below(section.id, above).unwrap(), section.path);
        }
    }
}

/// Let an address lead to another, by itself or in a table.
fn led(from: &'static str, to: &'static str, in_a_table: bool) -> Verb {
    Box::new(move |tx| {
        let draft = RedirectDraft { to: Some(Destination::Address(to.to_owned())), status: 301, note: String::new() };
        if !in_a_table {
            return redirects::create(tx, permit::<ManageRedirects>(), from, draft).map(drop);
        }
        let rows = [redirects::TableRow { line: 2, from: from.to_owned(), draft: Ok(draft) }];
        let faults: Vec<_> =
            redirects::import(tx, permit::<ManageRedirects>(), &rows)?.findings.into_iter().map(|(_, fault)| fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    })
}

#[actix_web::test]
async fn two_redirects_that_lead_to_each_other_make_no_circle() {
    let Some(app) = TestApp::postgres().await else { return };
    for (n, (a, b)) in [("/a1", "/b1"), ("/a2", "/b2"), ("/a3?x=1", "/b3"), ("/a4", "/b4")].into_iter().enumerate() {
        // New ids, for both stores begin with the same random values.
        app.wait(1);
        let done = at_once(&app, led(a, b, n == 1), &led(b, a, n > 1));
        assert!(done[0].is_ok() && matches!(done[1], Err(Error::Invalid(_))), "{a} {b} {done:?}");
    }
}

/// What is done to a story while its section moves, and whether it is listed there afterwards.
const BESIDE_A_MOVE: [(&str, bool); 7] = [
    ("published", true),
    ("published again", true),
    ("filed elsewhere and published", false),
    ("unpublished", false),
    ("taken down", false),
    ("published by a plan", true),
    ("ended by a plan", false),
];

fn beside_a_move(case: &str, id: Id<Article>, version: i32) -> Verb {
    match case {
        "unpublished" => Box::new(move |tx| unpublish(tx, permit::<Unpublish>(), id, version, None).map(drop)),
        "taken down" => Box::new(move |tx| takedowns::take(tx, permit::<Withdraw>(), id, Some(version), "The court says so.").map(drop)),
        "published by a plan" | "ended by a plan" => Box::new(move |tx| {
            precomputed::run(tx, &Arc::default(), |tx| scheduling::carry_out(tx, permit::<Publish>(), 10, &Cell::default())).map(drop)
        }),
        _ => Box::new(move |tx| {
            let which = Which::Locales(vec![Locale::english()]);
            precomputed::run(tx, &Arc::default(), |tx| publish(tx, permit::<Publish>(), id, version, which, Manner::default())).map(drop)
        }),
    }
}

/// Rows of lists that hold what has ended, or lack what is live.
fn wrong_in_lists(url: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let facets = "SELECT e.id, above.id AS facet FROM editions e JOIN sections own ON own.id = e.section_id \
                  JOIN sections above ON own.path = above.path OR own.path LIKE above.path || '/%' WHERE e.ended_at IS NULL";
    let listed = "SELECT edition_id, facet FROM live_listings WHERE facet IN (SELECT id FROM sections)";
    let query = format!("SELECT COUNT(*) AS count FROM (({facets} EXCEPT {listed}) UNION ALL ({listed} EXCEPT {facets})) AS wrong");
    sql_query(query).get_result::<Count>(&mut PgConnection::establish(url).unwrap()).unwrap().count
}

#[actix_web::test]
async fn what_begins_or_ends_while_its_section_moves_is_listed_where_the_section_lies_or_nowhere() {
    for ((case, stays), turned) in BESIDE_A_MOVE.into_iter().flat_map(|case| [(case, false), (case, true)]) {
        let Some(app) = TestApp::postgres().await else { return };
        let (admin, editor) = (app.admin().await, app.editor().await);
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let below = json!({ "parent_id": world, "position": 1, "translations": { "en": { "name": "Asia" } } });
        let asia = admin.post("/v1/desk/sections", &below).await.ok()["id"].as_str().unwrap().to_owned();
        let path = editor.story(&asia, "River rises").await;
        let plan = |what: &str| json!({ "locales": ["en"], what: app.now().plus_seconds(60).to_string() });
        if !case.starts_with("published") || case == "published again" {
            editor.publish(&path, &["en"]).await.ok();
        }
        match case {
            "published again" => {
                _ = editor.patch(&format!("{path}/translations/en"), "\"1\"", &json!({ "summary": "Another." })).await.ok();
            }
            "filed elsewhere and published" => _ = editor.patch(&path, "\"1\"", &json!({ "section_id": world })).await.ok(),
            "published by a plan" => _ = editor.act(&format!("{path}/schedule"), "\"1\"", &plan("publish_at")).await.ok(),
            "ended by a plan" => _ = editor.act(&format!("{path}/schedule"), "\"1\"", &plan("unpublish_at")).await.ok(),
            _ => {}
        }
        app.wait(60);
        let id: Id<Article> = path.rsplit('/').next().unwrap().parse().unwrap();
        let version = editor.get(&path).await.ok()["version"].as_i64().unwrap().try_into().unwrap();
        let (verb, moves) = (beside_a_move(case, id, version), moved(asia.parse().unwrap(), tech.parse().unwrap()));
        let done = if turned { at_once(&app, moves, &verb) } else { at_once(&app, verb, &moves) };
        // The scheduler waits for nobody who moves a section, and does what is due the next time.
        let is_left = turned && case.ends_with("by a plan");
        assert!(
            done[0].is_ok() && if is_left { matches!(done[1], Err(Error::Busy)) } else { done[1].is_ok() },
            "{case}, {turned}: {done:?}"
        );
        if is_left {
            app.store.write_now(&Caller::system(System::Importer), |tx| beside_a_move(case, id, version)(tx)).unwrap();
        }
        assert_eq!(wrong_in_lists(&app.url), 0, "{case}, {turned}");
        let listed = async |section: &str| {
            let list = app.anyone().get(&format!("/v1/articles?section={section}&fields=id&limit=100")).await.ok();
            list["data"].as_array().unwrap().iter().any(|one| one["id"] == id.to_string())
        };
        let elsewhere = case == "filed elsewhere and published";
        assert_eq!([listed(&asia).await, listed(&tech).await, listed(&world).await], [stays, stays, elsewhere], "{case}, {turned}");
        if case != "taken down" {
            editor
                .patch(
                    &format!("{path}/translations/en"),
                    &editor.get(&format!("{path}/translations/en")).await.etag(),
                    &json!({ "headline": "Later" }),
                )
                .await
                .ok();
            editor.publish(&path, &["en"]).await.ok();
        }
    }
}

#[actix_web::test]
async fn who_saves_beside_a_publication_takes_no_slug_away_and_loses_none() {
    let Some(app) = TestApp::postgres().await else { return };
    let editor = app.editor().await;
    let world = app.section("world", "दुनिया").await;
    for turned in [false, true] {
        let path = editor.story(&world, &format!("River rises {turned}")).await;
        let words = format!("{path}/translations/en");
        let first = editor.get(&words).await.ok()["slug"].as_str().unwrap().to_owned();
        let id: Id<Article> = path.rsplit('/').next().unwrap().parse().unwrap();
        let published: Verb = Box::new(move |tx| {
            let which = Which::Locales(vec![Locale::english()]);
            precomputed::run(tx, &Arc::default(), |tx| publish(tx, permit::<Publish>(), id, 1, which, Manner::default())).map(drop)
        });
        let renamed: Verb = Box::new(move |tx| {
            let body = Some(ReadBody::kept(Document::default()));
            let draft = translations::Draft {
                content: Content::headed("Renamed"),
                slug: Some(format!("renamed-{turned}")),
                body,
                ..Default::default()
            };
            save(tx, permit::<EditTranslation>(), id, &Locale::english(), Some(1), |_| Ok(draft.clone())).map(drop)
        });
        let done = if turned { at_once(&app, renamed, &published) } else { at_once(&app, published, &renamed) };
        assert!(done[0].is_ok(), "{done:?}");
        let saved = if turned { &done[0] } else { &done[1] };
        let kept = editor.get(&words).await.ok();
        // Who was told that it was done has what they saved; who was not, has changed nothing.
        let expected = if saved.is_ok() { format!("renamed-{turned}") } else { first.clone() };
        assert_eq!(kept["slug"], expected.as_str(), "{done:?}");
        // Whatever is public is found under its slug, and goes on to be when the words are published as they are now.
        let found = app.anyone().get(&format!("/v1/articles/{id}")).await;
        let public = found.json()["slug"].as_str().map(str::to_owned);
        assert_eq!(public.is_some(), done.iter().all(Result::is_ok) || !turned, "{done:?}");
        editor.publish(&path, &["en"]).await.ok();
        for slug in public.iter().chain([&expected]) {
            let answer = app.anyone().get(&format!("/v1/articles/by-slug/{slug}")).await;
            let now = if *slug == expected { 200 } else { 308 };
            assert_eq!(answer.status, now, "{slug}: {done:?}");
        }
    }
}

#[actix_web::test]
async fn what_is_written_while_a_tag_is_corrected_is_under_the_new_one_or_refused() {
    for turned in [false, true] {
        let Some(app) = TestApp::postgres().await else { return };
        let id: uuid::Uuid = app.section("world", "दुनिया").await.parse().unwrap();
        let redirected: Verb = Box::new(move |tx| {
            let to = Some(Destination::Thing(Thing { kind: AddressKind::Section, id, locale: Locale::english() }));
            let draft = RedirectDraft { to, status: 301, note: String::new() };
            redirects::create(tx, permit::<ManageRedirects>(), "/old", draft).map(drop)
        });
        let corrected: Verb = Box::new(|tx| {
            let draft = |l: &LocaleSettings| LocaleDraft {
                locale: "en-IN".parse().unwrap(),
                name: l.name.clone(),
                direction: None,
                fallback: Vec::new(),
                words_per_minute: None,
                position: None,
                state: l.state,
                former_tags: Vec::new(),
                voice: None,
            };
            locales::revise(tx, permit::<ManageLocales>(), &Locale::english(), None, |l| Ok(draft(l))).map(drop)
        });
        let done = if turned { at_once(&app, corrected, &redirected) } else { at_once(&app, redirected, &corrected) };
        assert_eq!(done.each_ref().map(Result::is_ok), [true, !turned], "{done:?}");
        let kept = app.admin().await.get("/v1/desk/redirects").await.ok();
        let locales: Vec<_> = kept["data"].as_array().unwrap().iter().map(|r| r["to"]["locale"].clone()).collect();
        assert_eq!(locales, if turned { vec![] } else { vec![json!("en-IN")] });
    }
}

/// Merge one tag into another, at its first version.
fn merged(one: TagId, into: TagId) -> Verb {
    Box::new(move |tx| named::merge(tx, permit::<ManageTags>(), one, 1, into).map(drop))
}

#[actix_web::test]
async fn whoever_writes_beside_a_merge_names_nothing_that_is_gone() {
    for (case, turned) in ["merged the other way", "saved", "published"].into_iter().flat_map(|case| [(case, false), (case, true)]) {
        let Some(app) = TestApp::postgres().await else { return };
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let mut tags = Vec::new();
        for name in ["Rivers", "Waters"] {
            let tag = json!({ "kind": "topic", "translations": { "en": { "name": name } } });
            tags.push(admin.post("/v1/desk/tags", &tag).await.ok()["id"].as_str().unwrap().parse::<TagId>().unwrap());
        }
        let [one, other] = tags[..] else { unreachable!() };
        let story = admin.story(&world, "Rain").await;
        admin.patch(&story, "\"1\"", &json!({ "tags": [one] })).await.ok();
        let id = story.rsplit('/').next().unwrap().parse::<Id<Article>>().unwrap();
        let verb: Verb = match case {
            "merged the other way" => merged(other, one),
            "saved" => Box::new(move |tx| {
                let analysed = |article: &Article| Ok((Facts { genre: Genre::Analysis, ..article.facts.clone() }, String::new()));
                articles::revise(tx, permit::<EditArticle>(), id, 2, analysed).map(drop)
            }),
            _ => Box::new(move |tx| {
                let which = Which::Locales(vec![Locale::english()]);
                precomputed::run(tx, &Arc::default(), |tx| publish(tx, permit::<Publish>(), id, 2, which, Manner::default())).map(drop)
            }),
        };
        let done = if turned { at_once(&app, verb, &merged(one, other)) } else { at_once(&app, merged(one, other), &verb) };
        let kept = everything_kept(&app.url);
        // But for the log, and what importers know it by.
        let lines = || kept.lines().filter(|line| ["changes:", "imports:", "merged:"].iter().all(|table| !line.starts_with(table)));
        let naming = |id: TagId| lines().filter(|line| line.contains(&id.to_string())).count();
        assert!(done[0].is_ok(), "{case}, {turned}: {done:?}");
        // Whoever came second was told, or did it to what there was then.
        if case == "merged the other way" {
            let told = matches!(done[1], Err(Error::NotFound(_) | Error::Invalid(_)));
            assert!(told && (naming(one) == 0) != (naming(other) == 0), "{done:?}");
        } else {
            let told = matches!(done[1], Err(Error::Conflict { .. } | Error::Stale { .. }));
            assert!(told || done[1].is_ok(), "{case}, {turned}: {done:?}");
            assert_eq!(naming(one), 0, "{case}, {turned}: {done:?}");
        }
    }
}

/// What is done beside a deletion that would leave somebody a way in.
const BESIDE_A_DELETION: [&str; 7] =
    ["signs in", "refreshes", "comes by the provider", "is granted", "is renamed", "is sent a link", "makes a key"];

fn beside_a_deletion(case: &str, (user, refresh): (Id<User>, String), keys: &Arc<dateline::access::keys::Keys>) -> Verb {
    let keys = keys.clone();
    let manage = || Permit::<ManageUsers>::try_from(Caller::system(System::Operator)).unwrap();
    let revised = |with: fn(users::Draft) -> users::Draft| -> Verb {
        Box::new(move |tx| {
            let version = store::users::find(tx, user)?.version;
            let draft =
                |user: &User| users::Draft { email: user.email.clone(), name: user.name.clone(), status: user.status, grants: Vec::new() };
            users::revise(tx, manage(), user, version, None, |user| Ok(with(draft(user)))).map(drop)
        })
    };
    match case {
        "signs in" => Box::new(move |tx| desk::sessions::begin(tx, user, None, Network::UNKNOWN).map(drop)),
        "refreshes" => Box::new(move |tx| desk::sessions::refresh(tx, &keys, &refresh).map(drop)),
        "comes by the provider" => Box::new(move |tx| {
            let introduced = Introduced {
                identity: Identity { issuer: "https://id.example".to_owned(), subject: "1".to_owned() },
                email: store::users::find(tx, user).ok().and_then(|user| user.email),
                name: None,
                groups: Some(vec!["editors".to_owned()]),
            };
            let editor = GroupGrant { role: Role::Editor, section: None, locale: None };
            let granted = GroupGrants([("editors".to_owned(), vec![editor])].into());
            single_sign_on::admit(tx, manage(), &introduced, &granted).map(drop)
        }),
        "is granted" => revised(|draft| {
            let grant = users::GrantDraft { role: Role::Chief, section: None, locale: None };
            users::Draft { grants: vec![grant], ..draft }
        }),
        "is renamed" => revised(|draft| users::Draft { name: "Another".to_owned(), ..draft }),
        "is sent a link" => Box::new(move |tx| desk::password_links::send(tx, manage(), &keys, user, true).map(drop)),
        _ => Box::new(move |tx| {
            let bounds = dateline::domain::api_key::Bounds::default();
            let draft = desk::api_keys::Draft { name: "Wires".to_owned(), bounds, expires_in: 86_400 };
            desk::api_keys::make(tx, &manage(), user, &draft).map(drop)
        }),
    }
}

#[actix_web::test]
async fn whoever_is_let_in_or_given_something_while_they_are_deleted_has_nothing_of_it() {
    for (case, turned) in BESIDE_A_DELETION.into_iter().flat_map(|case| [(case, false), (case, true)]) {
        let Some(app) = TestApp::postgres().await else { return };
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let (user, refresh) = if case == "makes a key" {
            let made = admin.post("/v1/desk/service-accounts", &json!({ "name": "Wires", "grants": [{ "role": "editor" }] })).await.ok();
            (made["id"].as_str().unwrap().parse::<Id<User>>().unwrap(), String::new())
        } else {
            let editor = app.editor().await;
            editor.story(&world, "Theirs").await;
            let user = editor.path().rsplit('/').next().unwrap().parse::<Id<User>>().unwrap();
            let begun =
                app.store.write_now(&dateline::access::Bookkeeping, |tx| desk::sessions::begin(tx, user, None, Network::UNKNOWN)).unwrap();
            (user, begun.refresh.expose().to_owned())
        };
        let deleted: Verb = Box::new(move |tx| {
            let version = store::users::find(tx, user)?.version;
            users::delete(tx, Permit::try_from(Caller::system(System::Operator))?, user, version)
        });
        let verb = beside_a_deletion(case, (user, refresh), &app.entrance.keys.present());
        let done = if turned { at_once(&app, deleted, &verb) } else { at_once(&app, verb, &deleted) };
        assert!(done[0].is_ok(), "{case}, {turned}: {done:?}");
        let is_gone = admin.get(&format!("/v1/desk/users/{user}")).await.status == 404;
        // Whoever was changed first is not the one who was to be deleted.
        let is_stale = !turned && matches!(done[1], Err(Error::Stale { .. }));
        assert_eq!(is_gone, !is_stale, "{case}, {turned}: {done:?}");
        if is_gone {
            assert_eq!(left_of(&app.url, &user.to_string()), std::collections::BTreeSet::new(), "{case}, {turned}: {done:?}");
        }
    }
}

#[actix_web::test]
async fn what_is_due_is_waited_for_where_somebody_holds_it_for_longer() {
    let Some(app) = TestApp::postgres().await else { return };
    let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
    let story = editor.story(&world, "One").await;
    let sent = json!({ "publish_at": app.now().plus_seconds(10), "locales": ["en"] });
    editor.act(&format!("{story}/schedule"), &editor.get(&story).await.etag(), &sent).await.ok();
    let mut other = PgConnection::establish(&app.url).unwrap();
    let held = format!("BEGIN; SELECT 1 FROM articles WHERE id = '{}' FOR NO KEY UPDATE", story.rsplit('/').next().unwrap());
    other.batch_execute(&held).unwrap();
    app.wait(10);
    assert_eq!(scheduler::run_due(&app.store).unwrap(), 0, "it is passed over at first");
    app.wait(5);
    let (store, is_done) = (app.store_of(1), &AtomicBool::new(false));
    thread::scope(|scope| {
        let due = scope.spawn(move || {
            let done = scheduler::run_due(&store);
            is_done.store(true, Ordering::Release);
            done
        });
        until_it_waits(&app.url, is_done);
        let has_waited = !is_done.load(Ordering::Acquire);
        other.batch_execute("ROLLBACK").unwrap();
        assert_eq!((has_waited, due.join().unwrap().unwrap()), (true, 1));
    });
}
