//! Lists: what they show under every filter.

use std::collections::{BTreeMap, BTreeSet};

use dateline::{
    access::Visibility,
    domain::{
        Instant,
        article::{ArticleId, Kind},
        facet::Facet,
        page::{Cursor, Paging},
    },
    store::{
        self,
        editions::{Bodies, Live},
        listings::{Filter, Order},
    },
};

use serde_json::{Value, json};

use crate::support::{TestApp, execute};

fn headlines(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|a| a["headline"].as_str().unwrap().to_owned()).collect()
}

/// All headlines of a list, page by page, forwards; and the same read backwards.
async fn walk(app: &TestApp, query: &str) -> (Vec<String>, Vec<String>) {
    let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
    let mut at = format!("/v1/articles?limit=2&{query}");
    let base = at.clone();
    let mut last;
    loop {
        let page = app.anyone().get(&at).await.ok();
        forwards.extend(headlines(&page));
        last = page.clone();
        match page["page"]["next"].as_str() {
            Some(next) => at = format!("{base}&cursor={next}"),
            None => break,
        }
    }
    loop {
        let mut names = headlines(&last);
        names.reverse();
        backwards.extend(names);
        match last["page"]["previous"].as_str() {
            Some(previous) => last = app.anyone().get(&format!("{base}&cursor={previous}")).await.ok(),
            None => break,
        }
    }
    backwards.reverse();
    (forwards, backwards)
}

/// A whole list in pages of so many, read to its end; the same is read backwards from there, and counted.
pub(crate) fn all_of(app: &TestApp, filter: &Filter, limit: u32) -> Vec<Live> {
    let page = |cursor| {
        app.store
            .read_now(|tx| store::listings::page(tx, Visibility::public(), filter, Paging { limit, cursor, count: true }, Bodies::NONE))
            .unwrap()
    };
    let mut last = page(None);
    let (total, mut all) = (last.total, last.items.clone());
    while let Some(next) = last.next {
        last = page(Some(next));
        assert_eq!(last.total, total, "{filter:?}");
        all.extend(last.items.clone());
    }
    let mut backwards = last.items.clone();
    while let Some(previous) = last.previous {
        last = page(Some(previous));
        backwards.splice(0..0, last.items.clone());
    }
    let ids = |of: &[Live]| of.iter().map(|one| one.article_id).collect::<Vec<_>>();
    assert_eq!(ids(&all), ids(&backwards), "{filter:?}");
    assert_eq!(total, i64::try_from(all.len()).ok(), "{filter:?}");
    all
}

/// What a row is sorted by under a filter.
pub(crate) fn date(filter: &Filter, one: &Live) -> Instant {
    if filter.order == Order::Updated { one.updated_at } else { one.published_at }
}

/// What a list shows, by looking at every live edition: each condition for itself.
pub(crate) fn shown_by(live: &[(String, Live)], filter: &Filter) -> Vec<(Instant, ArticleId)> {
    fn one_of<T: PartialEq>(asked: &[T], is: impl Fn(&T) -> bool) -> bool {
        asked.is_empty() || asked.iter().any(is)
    }
    let without = &filter.without;
    let is_wanted = |(locale, one): &&(String, Live)| {
        let Some(place) = filter.chain.iter().position(|l| l.as_str() == locale) else { return false };
        let earlier =
            |(l, other): &(String, Live)| other.article_id == one.article_id && filter.chain[..place].iter().any(|e| e.as_str() == l);
        let facts = &one.facts;
        // What is no news lies in no section's list, and is shown to whoever asks for its kind.
        let is_news = facts.kind.is_news();
        let (section, tag) = (|id: &_| is_news && one.section_path.contains(id), |id: &_| facts.tags.contains(id));
        let author = |id: &_| facts.credits.iter().any(|c| c.author_id == *id);
        !live.iter().any(earlier)
            && (is_news || filter.kinds.contains(&facts.kind))
            && one_of(&filter.ids, |id| *id == one.article_id)
            && one_of(&filter.sections, section)
            && one_of(&filter.authors, author)
            && one_of(&filter.tags, tag)
            && filter.all_tags.iter().all(tag)
            && one_of(&filter.kinds, |kind| *kind == facts.kind)
            && one_of(&filter.genres, |genre| *genre == facts.genre)
            && !without.ids.contains(&one.article_id)
            && !without.sections.iter().any(section)
            && !without.authors.iter().any(author)
            && !without.tags.iter().any(tag)
            && !without.kinds.contains(&facts.kind)
            && !without.genres.contains(&facts.genre)
            && filter.published_after.is_none_or(|at| one.published_at >= at)
            && filter.published_before.is_none_or(|at| one.published_at < at)
            && filter.updated_after.is_none_or(|at| one.updated_at >= at)
    };
    let mut wanted: Vec<_> = live.iter().filter(is_wanted).map(|(_, one)| (date(filter, one), one.article_id)).collect();
    wanted.sort_unstable();
    if filter.order != Order::Oldest {
        wanted.reverse();
    }
    wanted
}

/// How many rows `PostgreSQL` believes a step of a plan to sort.
fn sorted(step: &str) -> u32 {
    let step = step.trim_start().trim_start_matches("->").trim_start();
    let rows = step.split_once(" rows=").filter(|_| step.starts_with("Sort ")).and_then(|(_, rows)| rows.split(' ').next());
    rows.map_or(0, |rows| rows.parse().unwrap())
}

both! {
    async fn the_last_of_a_hundred_million_generated_stories_is_made_like_the_first(app) {
        app.multiply(1);
        assert!(app.generate(100_000_000, 3) >= 3);
        let list = app.anyone().get("/v1/articles?limit=3").await.ok();
        let first = list["data"][0]["published_at"].as_str().unwrap();
        // Ten years of stories end now, a few seconds apart.
        assert_eq!(first, "2026-03-01T07:59:56.8464Z");
        assert!(headlines(&list).iter().all(|headline| headline.contains(" (100000")), "{list}");
    }

    async fn generated_stories_are_whole_and_numbered_in_the_log(app) {
        let before = app.store.read_now(store::changes::last);
        let made = app.multiply(600);
        assert!((900..1_500).contains(&made), "{made}");
        let log = app.store.read_now(|tx| store::changes::after(tx, 0, 100_000)).unwrap();
        assert!(log.iter().map(|c| c.seq).eq(1..=i64::try_from(log.len()).unwrap()), "gapless");
        assert!(log.len() > made + usize::try_from(before.unwrap()).unwrap());
        let list = app.anyone().get("/v1/articles?count=true&limit=100").await.ok();
        assert_eq!(list["page"]["total"], 612);
        let total = app.anyone().get("/v1/articles?count=true&locale=hi&limit=1").await.ok()["page"]["total"].as_i64().unwrap();
        assert!((150..300).contains(&total), "{total}");
        let editor = app.editor().await;
        let sample = list["data"].as_array().unwrap().iter().filter(|a| a["headline"].as_str().unwrap().ends_with(')'));
        for article in sample.step_by(9) {
            let (id, slug) = (article["id"].as_str().unwrap(), article["slug"].as_str().unwrap());
            let found = app.anyone().get(&format!("/v1/articles/by-slug/{slug}")).await.ok();
            assert_eq!((found["id"].as_str().unwrap(), found["credits"].as_array().unwrap().is_empty()), (id, false));
            assert!(!found["body"]["content"].as_str().unwrap().is_empty());
            // It can be worked on like any other.
            let words = format!("/v1/desk/articles/{id}/translations/en");
            let shown = editor.get(&words).await;
            let revision = editor.get(&format!("{words}/revisions/1")).await.ok();
            assert_eq!((&revision["headline"], &shown.ok()["headline"]), (&article["headline"], &article["headline"]));
            editor.patch(&words, &shown.etag(), &json!({ "summary": "Another." })).await.ok();
            editor.publish(&format!("/v1/desk/articles/{id}"), &["en"]).await.ok();
            assert_eq!(app.anyone().get(&format!("/v1/articles/{id}")).await.ok()["summary"], "Another.");
        }
    }

    async fn every_combination_of_filters_is_answered_along_an_index(app) {
        app.multiply(20_000);
        let list = app.anyone().get("/v1/articles?limit=100&sort=published_at&published_after=2020-01-01T00:00:00Z").await.ok();
        let full = |a: &&Value| !a["tags"].as_array().unwrap().is_empty() && !a["credits"].as_array().unwrap().is_empty();
        let sample = list["data"].as_array().unwrap().iter().find(full).unwrap();
        let id = |v: &Value| v.as_str().unwrap().parse().unwrap();
        let (section, author, tag) = (id(&sample["section"]["id"]), sample["credits"][0]["authors"][0]["id"].as_str().unwrap(), sample["tags"][0]["id"].as_str().unwrap());
        let at = app.now().plus_seconds(-150_000_000);
        let cursor = |backwards, order: Order| Cursor { backwards, order: order.sorting().code(), key: at.as_micros(), ..Cursor::default() };
        let mut wrong = BTreeSet::new();
        let mut plans = 0;
        for bits in 0u32..64 {
            let given = |bit: u32| bits & (1 << bit) != 0;
            for kind in [None, Some(Kind::Story), Some(Kind::Video)] {
                for order in Order::ALL.iter().copied() {
                    let filter = Filter {
                        chain: if given(0) { vec!["hi".parse().unwrap(), "en".parse().unwrap()] } else { vec!["en".parse().unwrap()] },
                        sections: given(1).then_some(section).into_iter().collect(),
                        authors: given(2).then(|| author.parse().unwrap()).into_iter().collect(),
                        tags: given(3).then(|| tag.parse().unwrap()).into_iter().collect(),
                        kinds: kind.into_iter().collect(),
                        published_after: given(4).then(|| at.plus_seconds(-1_000_000)),
                        published_before: given(5).then(|| at.plus_seconds(50_000_000)),
                        order,
                        ..Filter::default()
                    };
                    for cursor in [None, Some(cursor(false, order)), Some(cursor(true, order))] {
                        let paging = Paging { limit: 20, cursor, count: false };
                        let steps = app.store.read_now(|tx| store::listings::explain(tx, Visibility::public(), &filter, paging)).unwrap();
                        plans += 1;
                        // What SQLite calls so is a row of constants.
                        let text = steps.join("\n").replace("SCAN CONSTANT ROW", "");
                        let along = ["live_listings_updated", "live_listings_pkey", "SEARCH l USING PRIMARY KEY"].iter().any(|i| text.contains(i));
                        let bad = ["SCAN", "TEMP B-TREE", "Seq Scan on live_listings", "Seq Scan on editions", "Semi Join", "Anti Join", "Gather"];
                        let all = bad.iter().any(|bad| text.contains(bad));
                        // What is not much more than a page, PostgreSQL may as well read all of and sort. How much it believes there is differs a little each time.
                        let sorts = text.lines().any(|step| sorted(step) > 5 * paging.limit);
                        if !along || all || sorts {
                            wrong.insert(format!("{filter:?} {paging:?}\n{text}\n"));
                        }
                    }
                }
            }
        }
        assert_eq!(plans, 1_728);
        assert!(wrong.is_empty(), "{} of {plans}:\n{}", wrong.len(), wrong.iter().take(3).cloned().collect::<String>());
    }

    async fn whatever_lists_are_narrowed_by_they_show_what_is_under_all_of_it_and_nothing_else(app) {
        app.multiply(140);
        let editor = app.editor().await;
        for n in 0..3 {
            // Later than all that was generated, with a section that nothing else is in and words in two languages.
            let section = if n == 0 { app.section("late", "देर").await } else { app.section("world", "दुनिया").await };
            let story = editor.story(&section, &format!("Late {n}")).await;
            let words = json!({ "headline": format!("देर {n}"), "body": { "format": "text", "content": "एक" } });
            editor.put(&format!("{story}/translations/hi"), None, &words).await.ok();
            editor.publish(&story, &["en", "hi"]).await.ok();
            app.wait(60);
        }
        // Some of the old ones are updated, the oldest last.
        let oldest = app.anyone().get("/v1/articles?limit=30&sort=published_at&fields=id").await.ok();
        for one in oldest["data"].as_array().unwrap().iter().rev().step_by(2) {
            let path = format!("/v1/desk/articles/{}", one["id"].as_str().unwrap());
            let words = format!("{path}/translations/en");
            editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "summary": "Updated." })).await.ok();
            editor.publish(&path, &["en"]).await.ok();
            app.wait(20);
        }
        let mut live: Vec<(String, Live)> = Vec::new();
        for locale in ["en", "hi"] {
            let filter = Filter { chain: vec![locale.parse().unwrap()], ..Filter::default() };
            live.extend(all_of(&app, &filter, 100).into_iter().map(|one| (locale.to_owned(), one)));
        }
        let english: Vec<&Live> = live.iter().filter(|(locale, _)| locale == "en").map(|(_, one)| one).collect();
        let at = |n: usize| Some(english[n].published_at);
        let windows = [(None, None), (at(140), None), (None, at(2)), (at(130), at(30))];
        let chains: [&[&str]; 3] = [&["en"], &["hi", "en"], &["hi"]];
        let (mut lists, mut full, mut empty) = (0, 0, 0);
        for (n, one) in english.iter().enumerate().step_by(2) {
            // What one story is under; or a tag of another's, which it may never meet.
            let other = english[(n * 7 + 3) % english.len()];
            for bits in (0u32..32).filter(|bits| (bits & 15).count_ones() > 1) {
                lists += 1;
                let given = |bit: u32| bits & (1 << bit) != 0;
                let ((published_after, published_before), chain) = (windows[lists % 4], chains[lists / 4 % 3]);
                let filter = Filter {
                    chain: chain.iter().map(|l| l.parse().unwrap()).collect(),
                    sections: one.section_path.last().copied().filter(|_| given(0)).into_iter().collect(),
                    authors: one.facts.credits.last().map(|c| c.author_id).filter(|_| given(1)).into_iter().collect(),
                    tags: if given(4) { other } else { one }.facts.tags.first().copied().filter(|_| given(2)).into_iter().collect(),
                    kinds: given(3).then_some(one.facts.kind).into_iter().collect(),
                    published_after,
                    published_before,
                    order: Order::ALL[lists / 12 % 3],
                    ..Filter::default()
                };
                let expected = shown_by(&live, &filter);
                let shown: Vec<_> = all_of(&app, &filter, 7).iter().map(|one| (date(&filter, one), one.article_id)).collect();
                assert_eq!(shown, expected, "{filter:?}");
                full += usize::from(expected.len() > 7);
                empty += usize::from(expected.is_empty());
            }
        }
        assert!(full > 100 && empty > 100, "{full} and {empty} of {lists}: too few to tell");
    }

    async fn what_has_ended_is_on_no_list_even_where_it_was_left_on_one(app) {
        let (admin, editor) = (app.admin().await, app.editor().await);
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let below = json!({ "parent_id": world, "position": 1, "translations": { "en": { "name": "Asia" } } });
        let asia = admin.post("/v1/desk/sections", &below).await;
        let (path, asia) = (asia.header("location").unwrap().to_owned(), asia.ok()["id"].as_str().unwrap().to_owned());
        let author = app.author("asha", "Asha Rao").await;
        let story = editor.story(&asia, "River rises").await;
        editor.patch(&story, "\"1\"", &json!({ "credits": [{ "role": "written_by", "author_id": author }] })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        let shown = async |list: &str| headlines(&app.anyone().get(&format!("/v1/articles?{list}")).await.ok());
        // As an earlier program left it: under a section that it does not lie in any more.
        let id = |id: &str| if app.url.starts_with("sqlite") { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
        let left = |section: &str, which: &str| {
            let columns = "locale, published_at, article_id, updated_at";
            let of_story = format!("editions WHERE article_id = {} AND ended_at IS {which}", id(story.rsplit('/').next().unwrap()));
            execute(&app.url, &format!("INSERT INTO live_listings (facet, {columns}, edition_id) SELECT {}, {columns}, id FROM {of_story}", id(section)));
        };
        left(&tech, "NULL");
        // Its next edition is listed where it lies, and nowhere else.
        editor.patch(&format!("{story}/translations/en"), "\"1\"", &json!({ "headline": "River falls" })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        assert_eq!([shown("section=tech").await.len(), shown("section=tech&kind=story").await.len(), shown("section=world").await.len()], [0, 0, 1]);
        // What has ended beside a move is shown in none, nor is what is live found by it.
        left(&tech, "NOT NULL");
        app.wait(1);
        let by_its_author = format!("author={author}&section=tech");
        assert_eq!([shown("section=tech&limit=7").await.len(), shown(&by_its_author).await.len()], [0, 0]);
        // And it gives way to what is live: where its section comes to lie there, and where the story is filed there.
        admin.patch(&path, &admin.get(&path).await.etag(), &json!({ "parent_id": tech })).await.ok();
        assert_eq!([shown("section=tech").await, shown(&by_its_author).await], [["River falls"], ["River falls"]]);
        assert!(shown("section=world").await.is_empty());
        left(&world, "NOT NULL");
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "section_id": world })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        assert_eq!([shown("section=world").await.len(), shown("section=tech").await.len()], [1, 0]);
    }

    async fn whoever_asks_for_a_section_an_author_or_a_tag_by_the_id_of_something_else_is_shown_nothing(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let author = app.author("asha", "Asha Rao").await;
        let tag = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await.ok()["id"].as_str().unwrap().to_owned();
        let story = admin.story(&world, "River rises").await;
        let facts = json!({ "tags": [tag], "credits": [{ "role": "written_by", "author_id": author }] });
        admin.patch(&story, &admin.get(&story).await.etag(), &facts).await.ok();
        admin.publish(&story, &["en"]).await.ok();
        let of_kind = Facet::kind(Kind::Story).uuid().to_string();
        let facets = [("section", &world), ("author", &author), ("tag", &tag), ("", &of_kind), ("", &Facet::ALL.uuid().to_string())].map(|(kind, id)| (kind, id.clone()));
        let then = app.now();
        app.wait(60);
        for list in ["/v1/articles?count=true".to_owned(), format!("/v1/desk/archive/articles?count=true&as_of={then}")] {
            for ((kind, id), asked) in facets.iter().flat_map(|facet| ["section", "author", "tag"].map(|asked| (facet, asked))) {
                for rest in [String::new(), "&kind=story".to_owned(), format!("&section={world}"), format!("&tag={tag}&sort=-updated_at")] {
                    let expected = i64::from(*kind == asked);
                    if rest.contains(&format!("&{asked}=")) {
                        continue;
                    }
                    let shown = admin.get(&format!("{list}&{asked}={id}{rest}")).await.ok();
                    assert_eq!(headlines(&shown).len(), usize::try_from(expected).unwrap(), "{list}&{asked}={id}{rest}");
                    assert_eq!(shown["page"]["total"], expected, "{list}&{asked}={id}{rest}");
                }
            }
        }
    }

    async fn a_cursor_leads_on_in_lists_of_its_own_kind_and_in_no_other(app) {
        let contract = crate::support::contract::contract();
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        let mut lists_of: BTreeMap<u8, BTreeSet<&str>> = BTreeMap::new();
        let mut lists = 0;
        for (path, item) in contract["paths"].as_object().unwrap() {
            let asked = item["get"]["parameters"].as_array().into_iter().flatten().map(|p| p["name"].as_str().unwrap());
            let asked: Vec<&str> = asked.filter(|name| ["cursor", "path", "as_of", "q"].contains(name)).collect();
            if !asked.contains(&"cursor") {
                continue;
            }
            lists += 1;
            let to = path.replace("{id}", story.rsplit('/').next().unwrap()).replace("{locale}", "en");
            let needed = if path == "/v1/desk/translations" { "&locale=hi".to_owned() } else { String::new() };
            let given = |name: &&str| match *name {
                "path" => "&path=/en/world".to_owned(),
                "q" => "&q=river".to_owned(),
                "as_of" => format!("&as_of={}", app.now()),
                _ => String::new(),
            };
            let to = format!("{to}?limit=5{needed}{}", asked.iter().map(given).collect::<String>());
            admin.get(&to).await.ok();
            let accepted = async |order: u8| {
                let cursor = Cursor { backwards: false, order, key: 1, ..Cursor::default() }.encode();
                let answer = admin.get(&format!("{to}&cursor={cursor}")).await;
                assert!(answer.status == 200 || answer.status == 400 && answer.violations() == [("?cursor".to_owned(), "cursor".to_owned())], "{to}: {}", answer.text);
                answer.status == 200
            };
            let mut own = 0;
            for order in 0..=255 {
                if accepted(order).await {
                    own += 1;
                    // The same things for readers and for the desk; former articles and pages are lists of articles as those of today are.
                    let what = path.trim_start_matches("/v1/").trim_start_matches("desk/").trim_start_matches("archive/");
                    lists_of.entry(order).or_default().insert(what);
                }
            }
            assert_eq!(own, 1, "{to}");
        }
        assert_eq!(lists, 30);
        let shared: Vec<_> = lists_of.into_values().filter(|of| of.len() > 1).collect();
        assert_eq!(shared, [BTreeSet::from(["articles", "pages"])]);
    }

    async fn a_section_shows_its_subtree_and_a_move_takes_it_along(app) {
        let admin = app.admin().await;
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let below = json!({ "parent_id": world, "position": 1, "translations": { "en": { "name": "Asia" } } });
        let asia = admin.post("/v1/desk/sections", &below).await;
        let path = asia.header("location").unwrap_or_else(|| panic!("{}", asia.text)).to_owned();
        let asia = path.rsplit('/').next().unwrap().to_owned();
        let deeper = json!({ "parent_id": asia, "position": 1, "translations": { "en": { "name": "Delhi" } } });
        let delhi = admin.post("/v1/desk/sections", &deeper).await.ok()["id"].as_str().unwrap().to_owned();
        for (section, headline) in [(&world, "In the world"), (&asia, "In Asia"), (&delhi, "In Delhi"), (&tech, "In tech")] {
            let story = admin.story(section, headline).await;
            admin.publish(&story, &["en"]).await.ok();
            app.wait(1);
        }
        let shown = async |section: &str| headlines(&app.anyone().get(&format!("/v1/articles?section={section}")).await.ok());
        assert_eq!(shown("world").await, ["In Delhi", "In Asia", "In the world"]);
        assert_eq!(shown("tech").await, ["In tech"]);
        let moved = admin.patch(&path, &admin.get(&path).await.etag(), &json!({ "parent_id": tech })).await;
        moved.ok();
        assert_eq!(shown("world").await, ["In the world"]);
        assert_eq!(shown("tech").await, ["In tech", "In Delhi", "In Asia"]);
        assert_eq!(shown(&asia).await, ["In Delhi", "In Asia"]);
        admin.patch(&path, &moved.etag(), &json!({ "parent_id": null })).await.ok();
        assert_eq!(shown("tech").await, ["In tech"]);
        assert_eq!(shown(&delhi).await, ["In Delhi"]);
    }

    async fn a_chain_shows_each_story_once_in_its_first_language_on_every_page_both_ways(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let mut expected = Vec::new();
        for n in 0..11 {
            let article = editor.story(&world, &format!("English {n}")).await;
            editor.publish(&article, &["en"]).await.ok();
            let hindi = n % 3 == 0;
            if hindi {
                let words = json!({ "headline": format!("Hindi {n}"), "body": { "format": "text", "content": "एक" } });
                editor.put(&format!("{article}/translations/hi"), None, &words).await.ok();
                app.wait(if n % 2 == 0 { 1 } else { 100 });
                editor.publish(&article, &["hi"]).await.ok();
            }
            expected.push(if hindi { format!("Hindi {n}") } else { format!("English {n}") });
            app.wait(7);
        }
        for (query, sort) in [("", "published_at"), ("-", "published_at"), ("-", "updated_at")] {
            let (forwards, backwards) = walk(&app, &format!("locale=hi&fallback=chain&sort={query}{sort}")).await;
            assert_eq!(forwards, backwards);
            assert_eq!(forwards.iter().collect::<BTreeSet<_>>(), expected.iter().collect::<BTreeSet<_>>(), "{query}{sort}");
            assert_eq!(forwards.len(), 11, "each once");
        }
        let list = app.anyone().get("/v1/articles?locale=hi&fallback=chain&limit=100&count=true").await.ok();
        assert_eq!(list["page"]["total"], 11);
        let instants: Vec<_> = list["data"].as_array().unwrap().iter().map(|a| a["published_at"].as_str().unwrap().to_owned()).collect();
        assert!(instants.is_sorted_by(|a, b| a >= b), "{instants:?}");
        for article in list["data"].as_array().unwrap() {
            let other = article["locale"] == "en";
            assert_eq!(article["requested_locale"] == "hi", other, "an answer in another language says so");
        }
    }
}
