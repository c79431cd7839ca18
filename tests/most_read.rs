//! What is read most: what counts as a view, that instances add theirs up and lose none, and that an order of readers shows nothing that is not public.

use actix_web::http::Method;
use dateline::{
    access::rate::{Class, Rate, Rates},
    domain::{Locale, views::Window},
    workers::view_counting,
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::BigInt};
use serde_json::{Value, json};

use crate::support::{Answer, Entrance, TestApp, execute};

/// What a reader's browser calls itself.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Tell of a view as a browser's beacon does.
async fn beacon(app: &TestApp, at: &Entrance, from: &str, agent: &str, article: &str, locale: &str) -> Answer {
    let headers = [("content-type", "text/plain;charset=UTF-8"), ("user-agent", agent)];
    let path = format!("/v1/articles/{}/views", id(article));
    let body = json!({ "locale": locale }).to_string().into_bytes();
    app.anyone().at(at).connecting(from).send(Method::POST, &path, &headers, Some(body)).await
}

/// So many readers, each of a network of their own.
async fn read(app: &TestApp, article: &str, locale: &str, readers: u8) {
    for n in 0..readers {
        let answer = beacon(app, &app.entrance, &format!("192.0.2.{n}"), BROWSER, article, locale).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{}", answer.text);
    }
}

/// What is counted in memory is added up, with what is due of the rankings.
fn add_up(app: &TestApp) {
    view_counting::add(&app.store, &app.entrance.views).unwrap();
}

fn headlines(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|article| article["headline"].as_str().unwrap().to_owned()).collect()
}

async fn most(app: &TestApp, query: &str) -> Vec<String> {
    headlines(&app.anyone().get(&format!("/v1/most-read?{query}")).await.ok())
}

/// A number that the database is asked for as `n`.
fn number(app: &TestApp, asked: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let asked = sql_query(format!("SELECT CAST(COALESCE({asked}, 0) AS BIGINT) AS n"));
    match app.url.strip_prefix("sqlite://") {
        Some(path) => asked.get_result::<Row>(&mut SqliteConnection::establish(path).unwrap()).unwrap().n,
        None => asked.get_result::<Row>(&mut PgConnection::establish(&app.url).unwrap()).unwrap().n,
    }
}

fn counted(app: &TestApp) -> i64 {
    number(app, "(SELECT SUM(views) FROM view_counts)")
}

/// Stories of a section that are live in English.
async fn stories<const N: usize>(app: &TestApp, section: &str, names: [&str; N]) -> [String; N] {
    let editor = app.editor().await;
    let mut all = Vec::new();
    for name in names {
        let path = editor.story(section, name).await;
        editor.publish(&path, &["en"]).await.ok();
        app.wait(1);
        all.push(path);
    }
    all.try_into().unwrap()
}

both! {
    async fn the_most_read_comes_first_in_each_window_section_and_locale(app) {
        let (world, sports) = (app.section("world", "दुनिया").await, app.section("sports", "खेल").await);
        let (editor, [one, two, three]) = (app.editor().await, stories(&app, &world, ["One", "Two", "Three"]).await);
        let [match_report] = stories(&app, &sports, ["Match"]).await;
        editor.put(&format!("{three}/translations/hi"), None, &json!({ "headline": "तीन" })).await.ok();
        editor.publish(&three, &["hi"]).await.ok();
        for (story, locale, readers) in [(&one, "en", 3), (&two, "en", 5), (&match_report, "en", 4), (&three, "hi", 6)] {
            read(&app, story, locale, readers).await;
        }
        assert_eq!(most(&app, "window=1h&locale=en").await, [""; 0], "nothing is added up yet");
        app.wait(120);
        add_up(&app);
        for window in Window::ALL {
            assert_eq!(most(&app, &format!("window={window}&locale=en&limit=5")).await, ["Two", "Match", "One"], "{window}");
        }
        assert_eq!(most(&app, "window=1h&locale=en&limit=2").await, ["Two", "Match"]);
        assert_eq!(most(&app, "window=1h&locale=en&section=sports").await, ["Match"]);
        assert_eq!(most(&app, &format!("window=1h&locale=en&section={world}")).await, ["Two", "One"]);
        assert_eq!(most(&app, "window=1h&locale=hi").await, ["तीन"]);
        // The languages of others follow the own one, each story once and in the first language that it is live in.
        assert_eq!(most(&app, "window=1h&locale=hi&fallback=chain").await, ["तीन", "Two", "Match", "One"]);
        read(&app, &three, "en", 7).await;
        app.wait(61);
        add_up(&app);
        app.wait(31);
        assert_eq!(most(&app, "window=1h&locale=en").await, ["Three", "Two", "Match", "One"]);
        assert_eq!(most(&app, "window=1h&locale=hi&fallback=chain").await, ["तीन", "Two", "Match", "One"]);
        // An hour later another one is read, and the day remembers.
        app.wait(3_600);
        for n in 10..12 {
            beacon(&app, &app.entrance, &format!("192.0.2.{n}"), BROWSER, &one, "en").await;
        }
        add_up(&app);
        assert_eq!(most(&app, "window=1h&locale=en").await, ["One"]);
        assert_eq!(most(&app, "window=24h&locale=en").await, ["Three", "Two", "One", "Match"], "among equals the newest comes first");
        for (query, code) in [("window=2h", "parameter"), ("window=1h&limit=51", "out_of_range"), ("window=1h&views=true", "unknown_parameter")] {
            let refused = app.anyone().get(&format!("/v1/most-read?{query}")).await;
            assert_eq!((refused.status, refused.violations()[0].1.as_str()), (400, code), "{query}: {}", refused.text);
        }
        assert_eq!(app.anyone().get("/v1/most-read?window=1h&section=nowhere").await.violations()[0].0, "?section");
    }

    async fn rows_are_those_of_the_article_list_and_tell_no_figures(app) {
        let world = app.section("world", "दुनिया").await;
        let [one] = stories(&app, &world, ["One"]).await;
        read(&app, &one, "en", 2).await;
        add_up(&app);
        for query in ["", "&fields=headline,section.name", "&include=alternates"] {
            let list = app.anyone().get(&format!("/v1/articles?locale=en{query}")).await.ok();
            assert_eq!(app.anyone().get(&format!("/v1/most-read?window=1h&locale=en{query}")).await.ok(), list, "{query}");
        }
    }

    async fn a_view_is_answered_alike_whatever_is_there_and_whoever_asks(app) {
        let (world, editor) = (app.section("world", "दुनिया").await, app.editor().await);
        let ([live], draft) = (stories(&app, &world, ["Live"]).await, editor.story(&world, "Draft").await);
        let nothing = "0192aaaa-0000-7000-8000-000000000001";
        let mut answers = Vec::new();
        for (n, path) in [live.as_str(), &draft, nothing, &live].into_iter().enumerate() {
            let agent = if n == 3 { "Googlebot/2.1" } else { BROWSER };
            let mut answer = beacon(&app, &app.entrance, "192.0.2.1", agent, path, "en").await;
            answer.headers.retain(|(name, _)| name != "x-request-id");
            answers.push((answer.status, answer.headers, answer.text));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        assert_eq!(answers[0].0, 204);
        let header = |name: &str| answers[0].1.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!((header("access-control-allow-origin"), header("cache-control"), header("set-cookie")), (Some("*"), Some("no-store"), None));
        add_up(&app);
        assert_eq!(counted(&app), 1, "what is not live does not count");
        // As JSON, too, and as nothing else.
        let path = format!("/v1/articles/{}/views", id(&live));
        let send = async |kind: &str, body: &str| app.anyone().send(Method::POST, &path, &[("content-type", kind), ("user-agent", BROWSER)], Some(body.into())).await;
        assert_eq!(send("application/json", r#"{"locale":"en"}"#).await.status, 204);
        assert_eq!(send("application/x-www-form-urlencoded", "locale=en").await.status, 415);
        for (body, status) in [("", 400), ("en", 400), ("{}", 422), (r#"{"locale":"no tag"}"#, 422), (r#"{"locale":"en","who":"me"}"#, 422)] {
            assert_eq!(send("text/plain", body).await.status, status, "{body}");
        }
        assert_eq!(send("text/plain", &" ".repeat(20_000)).await.status, 413);
        assert_eq!(app.anyone().get(&path).await.status, 405);
        let asked = [("origin", "https://news.example"), ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
        let before = app.anyone().send(Method::OPTIONS, &path, &asked, None).await;
        assert_eq!((before.header("access-control-allow-methods"), before.header("access-control-allow-headers")), (Some("POST, OPTIONS"), Some("content-type")));
    }

    async fn repeats_programs_and_what_is_only_loaded_ahead_do_not_count(app) {
        let world = app.section("world", "दुनिया").await;
        let [one, two] = stories(&app, &world, ["One", "Two"]).await;
        let mut expected = 0;
        let mut expect = async |more: i64, why: &str| {
            add_up(&app);
            expected += more;
            assert_eq!(counted(&app), expected, "{why}");
        };
        let tell = async |from: &str, agent: &str, story: &str| beacon(&app, &app.entrance, from, agent, story, "en").await;
        for _ in 0..5 {
            tell("192.0.2.1", BROWSER, &one).await;
        }
        expect(1, "the same again within minutes").await;
        tell("2001:db8::1", BROWSER, &one).await;
        tell("2001:db8::2", BROWSER, &one).await;
        expect(1, "64 bits of IPv6 are one network").await;
        tell("192.0.2.1", BROWSER, &two).await;
        expect(1, "another story").await;
        app.wait(599);
        tell("192.0.2.1", BROWSER, &one).await;
        expect(0, "not ten minutes later").await;
        app.wait(11);
        tell("192.0.2.1", BROWSER, &one).await;
        tell("192.0.2.1", BROWSER, &one).await;
        expect(1, "ten minutes later").await;
        for agent in ["", " ", "Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.5.0", "python-requests/2.32", "Mozilla/5.0 HeadlessChrome/140", "facebookexternalhit/1.1"] {
            tell("192.0.2.7", agent, &one).await;
        }
        expect(0, "programs").await;
        for (name, value) in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch")] {
            let headers = [("content-type", "text/plain"), ("user-agent", BROWSER), (name, value)];
            let path = format!("/v1/articles/{}/views", id(&one));
            app.anyone().connecting("192.0.2.8").send(Method::POST, &path, &headers, Some(br#"{"locale":"en"}"#.to_vec())).await;
        }
        expect(0, "loaded ahead").await;
        // Behind one network a few readers are told apart, and no more however they name themselves.
        for n in 0..200 {
            tell("192.0.2.9", &format!("{BROWSER} {n}"), &one).await;
        }
        add_up(&app);
        let crowd = counted(&app) - expected;
        assert!((20..=32).contains(&crowd), "{crowd}");
    }

    async fn no_view_costs_a_statement_and_the_same_ones_cost_one_row(app) {
        let world = app.section("world", "दुनिया").await;
        let [one] = stories(&app, &world, ["One"]).await;
        let before = app.store.statements();
        read(&app, &one, "en", 200).await;
        assert_eq!(app.store.statements(), before);
        add_up(&app);
        assert_eq!((counted(&app), number(&app, "(SELECT COUNT(*) FROM view_counts)")), (200, 1));
    }

    async fn instances_add_their_views_up_and_one_of_them_ranks(app) {
        let world = app.section("world", "दुनिया").await;
        let [one, two] = stories(&app, &world, ["One", "Two"]).await;
        let other = app.instance().await;
        read(&app, &one, "en", 3).await;
        for n in 0..2 {
            beacon(&app, &other, &format!("198.51.100.{n}"), BROWSER, &one, "en").await;
        }
        for n in 0..4 {
            beacon(&app, &other, &format!("198.51.100.{n}"), BROWSER, &two, "en").await;
        }
        let at_other = other.response_cache.store().clone();
        other.views.write(&at_other).unwrap();
        app.entrance.views.write(&app.store).unwrap();
        assert_eq!(counted(&app), 9);
        let rank = |store| dateline::desk::views::rank(store, Window::Hour).unwrap();
        assert_eq!([rank(&app.store), rank(&at_other), rank(&app.store)], [true, false, false]);
        assert_eq!(most(&app, "window=1h&locale=en").await, ["One", "Two"]);
        assert_eq!(headlines(&app.anyone().at(&other).get("/v1/most-read?window=1h&locale=en").await.ok()), ["One", "Two"]);
        app.wait(60);
        assert_eq!([rank(&at_other), rank(&app.store)], [true, false]);
    }

    async fn what_is_not_live_now_is_gone_at_once_whatever_was_added_up(app) {
        let (world, sports) = (app.section("world", "दुनिया").await, app.section("sports", "खेल").await);
        let (chief, [one, two, three]) = (app.admin().await, stories(&app, &world, ["One", "Two", "Three"]).await);
        for (story, readers) in [(&one, 3), (&two, 2), (&three, 1)] {
            read(&app, story, "en", readers).await;
        }
        add_up(&app);
        let query = "window=24h&locale=en&section=world";
        assert_eq!(most(&app, query).await, ["One", "Two", "Three"]);
        let act = async |verb: &str, story: &str, body: Value| {
            let tag = chief.get(story).await.etag();
            let answer = chief.act(&format!("{story}/{verb}"), &tag, &body).await;
            assert!(answer.status < 300, "{verb}: {}", answer.text);
        };
        act("unpublish", &one, json!({ "locales": ["en"] })).await;
        assert_eq!(most(&app, query).await, ["Two", "Three"]);
        act("takedown", &two, json!({ "reason": "A judge said so." })).await;
        assert_eq!(most(&app, query).await, ["Three"]);
        let moved = chief.get(&three).await.etag();
        chief.patch(&three, &moved, &json!({ "section_id": sports })).await.ok();
        chief.publish(&three, &["en"]).await.ok();
        assert_eq!(most(&app, query).await, [""; 0]);
        chief.publish(&one, &["en"]).await.ok();
        assert_eq!(most(&app, query).await, ["One"], "what is back is back in its place");
        // And what is erased is forgotten.
        assert!(number(&app, "(SELECT SUM(views) FROM view_counts WHERE views = 2)") == 2);
        act("erase", &two, json!({ "reason": "The law." })).await;
        assert_eq!(number(&app, "(SELECT COUNT(*) FROM view_counts WHERE views = 2)"), 0);
        assert_eq!(number(&app, "(SELECT COUNT(*) FROM most_read WHERE place = 2)"), 0);
    }

    async fn a_rail_of_a_page_has_what_is_read_most_and_costs_no_statement(app) {
        let world = app.section("world", "दुनिया").await;
        let [one, two, three] = stories(&app, &world, ["One", "Two", "Three"]).await;
        let path = app.anyone().get("/v1/articles?locale=en&fields=url").await.ok()["data"][0]["url"].as_str().unwrap().to_owned();
        let path = format!("/v1/pages?path=/{}", path.split('/').skip(3).collect::<Vec<_>>().join("/"));
        let page = async |at: &Entrance| {
            let shown = app.anyone().at(at).get(&path).await.ok();
            let rail = shown["rails"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(rail["kind"], "most_read");
            rail["articles"].as_array().unwrap().iter().map(|card| card["headline"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let uncached = app.uncached().await;
        page(&uncached).await;
        let before = app.store.statements();
        assert_eq!(page(&uncached).await, [""; 0]);
        let empty = app.store.statements() - before;
        assert_eq!(page(&app.entrance).await, [""; 0]);
        for (story, readers) in [(&one, 1), (&two, 2), (&three, 3)] {
            read(&app, story, "en", readers).await;
        }
        add_up(&app);
        let before = app.store.statements();
        assert_eq!(page(&uncached).await, ["Two", "One"], "without the story itself");
        assert_eq!(app.store.statements() - before, empty);
        // A page that is kept has it half a minute after it is due.
        assert_eq!(page(&app.entrance).await, [""; 0]);
        app.wait(630);
        assert_eq!(page(&app.entrance).await, ["Two", "One"]);
        let kept = app.store.statements();
        page(&app.entrance).await;
        assert_eq!(app.store.statements(), kept, "and is kept until the next");
    }

    async fn buckets_are_merged_as_they_age_and_none_is_lost_before_its_time(app) {
        let world = app.section("world", "दुनिया").await;
        let [one] = stories(&app, &world, ["One"]).await;
        let (mut told, mut most_rows) = (0, 0);
        // A view each eleven minutes for nine days.
        for round in 0..1_180_i64 {
            app.wait(660);
            beacon(&app, &app.entrance, "192.0.2.1", BROWSER, &one, "en").await;
            app.entrance.views.write(&app.store).unwrap();
            told += 1;
            if round % 10 == 0 {
                add_up(&app);
                most_rows = most_rows.max(number(&app, "(SELECT COUNT(*) FROM view_counts)"));
                let within = told.min(7 * 86_400 / 660);
                let counted = counted(&app);
                assert!((within - 33 - 10..=within + 10).contains(&counted), "after {round}: {counted} of {within}");
            }
        }
        // Ten minutes for two or three hours, an hour for a day, six hours for a week.
        assert!((40..=18 + 10 + 24 + 6 + 28 + 2).contains(&most_rows), "{most_rows}");
        app.wait(7 * 86_400);
        add_up(&app);
        assert_eq!((counted(&app), most(&app, "window=7d&locale=en").await), (0, Vec::new()));
        // Nothing is left to be done, so nothing is.
        app.wait(86_400);
        let before = app.store.statements();
        add_up(&app);
        assert!(app.store.statements() - before <= 6, "{}", app.store.statements() - before);
    }

    async fn what_could_not_be_added_is_added_later_once(app) {
        let world = app.section("world", "दुनिया").await;
        let [one] = stories(&app, &world, ["One"]).await;
        read(&app, &one, "en", 3).await;
        execute(&app.url, "ALTER TABLE view_counts RENAME TO elsewhere");
        app.entrance.views.write(&app.store).unwrap_err();
        for n in 10..12 {
            beacon(&app, &app.entrance, &format!("192.0.2.{n}"), BROWSER, &one, "en").await;
        }
        app.entrance.views.write(&app.store).unwrap_err();
        execute(&app.url, "ALTER TABLE elsewhere RENAME TO view_counts");
        app.entrance.views.write(&app.store).unwrap();
        app.entrance.views.write(&app.store).unwrap();
        assert_eq!(counted(&app), 5);
    }

    async fn ids_that_nothing_has_take_no_place_from_what_is_read(app) {
        let world = app.section("world", "दुनिया").await;
        let [one] = stories(&app, &world, ["One"]).await;
        read(&app, &one, "en", 1).await;
        add_up(&app);
        let note = |article: uuid::Uuid| {
            let view = dateline::desk::views::View {
                article: article.into(),
                locale: Locale::stored("en".to_owned()),
                network: dateline::domain::network::Network::UNKNOWN,
                agent: BROWSER,
            };
            app.entrance.views.note(view, app.now(), app.store.entropy())
        };
        let taken = (0..30_000_u128).filter(|n| note(uuid::Uuid::from_u128(*n))).count();
        assert_eq!(taken, 10_000);
        read(&app, &one, "en", 4).await;
        assert!(!note(uuid::Uuid::from_u128(1 << 64)));
        add_up(&app);
        assert_eq!(counted(&app), 4, "three readers more than the first");
        assert!(note(uuid::Uuid::from_u128(2 << 64)), "there is room again");
    }

    async fn views_have_a_budget_of_their_own(app) {
        let world = app.section("world", "दुनिया").await;
        let [one] = stories(&app, &world, ["One"]).await;
        let entrance = app.limiting(Rates::OFF.with(Class::View, Rate { quota: 2, window: 60 })).await;
        for status in [204, 204, 429] {
            assert_eq!(beacon(&app, &entrance, "192.0.2.1", BROWSER, &one, "en").await.status, status);
        }
        assert_eq!(beacon(&app, &entrance, "192.0.2.2", BROWSER, &one, "en").await.status, 204);
        app.anyone().at(&entrance).connecting("192.0.2.1").get("/v1/site").await.ok();
    }

    async fn a_locale_that_has_another_tag_keeps_what_was_read_in_it(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let [one] = stories(&app, &world, ["One"]).await;
        read(&app, &one, "en", 2).await;
        add_up(&app);
        let tag = admin.get("/v1/desk/locales/en").await.etag();
        admin.patch("/v1/desk/locales/en", &tag, &json!({ "locale": "en-IN" })).await.ok();
        assert_eq!(most(&app, "window=1h&locale=en-IN").await, ["One"]);
        assert_eq!(number(&app, "(SELECT SUM(views) FROM view_counts WHERE locale = 'en-IN')"), 2);
    }

    async fn nothing_is_kept_of_who_reads(app) {
        let world = app.section("world", "दुनिया").await;
        let [one] = stories(&app, &world, ["One"]).await;
        let agent = format!("{BROWSER} Unmistakable/7");
        beacon(&app, &app.entrance, "203.0.113.77", &agent, &one, "en").await;
        add_up(&app);
        let kept = crate::support::everything_kept(&app.url);
        assert!(kept.contains("view_counts: "));
        assert!(!kept.contains("203.0.113.77") && !kept.contains("Unmistakable"));
    }
}
