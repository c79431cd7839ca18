//! What leads on from a story: what is near comes first, nothing that is not public ever comes, and editors have the last word.

use std::sync::atomic::Ordering;

use dateline::{
    access::{Caller, Permit, System},
    delivery::purging::{self, Purge},
    desk::bundle::{Outcome, export_related},
    domain::{
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        user::Role,
    },
    workers::{follower, indexer::Indexer, relating::Relater},
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// What relates stories on this instance.
fn relater(app: &TestApp) -> Relater {
    Relater::new(app.store.clone(), app.entrance.response_cache.search().clone()).unwrap()
}

/// The index takes up what is new, and all lists are found that are to be; how many those were.
fn found_by(app: &TestApp, relater: &Relater) -> usize {
    let indexer = Indexer::new(app.store.clone(), app.entrance.response_cache.search().clone());
    indexer.run().unwrap();
    let mut all = 0;
    loop {
        // It follows what was found as well.
        indexer.run().unwrap();
        let some = relater.run().unwrap();
        if some == 0 {
            return all;
        }
        all += some;
    }
}

/// The same by an instance that has just started.
pub(crate) fn relate(app: &TestApp) -> usize {
    found_by(app, &relater(app))
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// A story that is live in English, with words and tags.
async fn story(editor: &Client<'_>, section: &str, (headline, summary, body): (&str, &str, &str), tags: &[&str]) -> String {
    let words = json!({ "en": { "headline": headline, "summary": summary, "body": { "format": "text", "content": body } } });
    let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "tags": tags, "translations": words });
    let made = editor.post("/v1/desk/articles", &sent).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = made.header("location").unwrap().to_owned();
    editor.publish(&path, &["en"]).await.ok();
    path
}

async fn tag(editor: &Client<'_>, kind: &str, name: &str) -> String {
    let made = editor.post("/v1/desk/tags", &json!({ "kind": kind, "translations": { "en": { "name": name } } })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

fn headlines(rows: &Value) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row["headline"].as_str().unwrap().to_owned()).collect()
}

/// What anybody is answered, which is what they would be answered anew, from the same things.
async fn read(app: &TestApp, path: &str) -> Value {
    let answer = app.anyone().get(path).await;
    let fresh = app.uncached().await;
    let anew = app.anyone().at(&fresh).get(path).await;
    assert_eq!(answer.ok(), anew.ok(), "{path}: a kept answer is true");
    assert_eq!(answer.header("surrogate-key"), anew.header("surrogate-key"), "{path}");
    answer.json()
}

/// The headlines of what leads on from a story, which what comes along with it begins with.
async fn next(app: &TestApp, story: &str) -> Vec<String> {
    let list = read(app, &format!("/v1/articles/{}/related?limit=20", id(story))).await;
    assert_eq!(list["page"], json!({ "next": null, "previous": null }));
    let one = read(app, &format!("/v1/articles/{}?include=related", id(story))).await;
    let along: Vec<_> = one["related"].as_array().unwrap().iter().collect();
    let listed: Vec<_> = list["data"].as_array().unwrap().iter().map(|row| &row["id"]).take(4).collect();
    assert_eq!(along, listed);
    headlines(&list["data"])
}

async fn choose(client: &Client<'_>, story: &str, choices: &Value) -> Answer {
    let path = format!("{story}/related");
    client.put(&path, Some(&client.get(&path).await.etag()), choices).await
}

async fn end(editor: &Client<'_>, path: &str, verb: &str, body: &Value) {
    let tag = editor.get(path).await.etag();
    editor.act(&format!("{path}/{verb}"), &tag, body).await.ok();
}

const FERRY: (&str, &str, &str) = (
    "Ferry strike leaves islanders stranded at Port Marrow",
    "Crews of the Marrow ferries walked out over pay, and hundreds sleep in the terminal.",
    "The ferry company and the union of its crews have talked for a week without an agreement. Islanders who came to Port Marrow for the market cannot sail home. \
     The harbour master has opened the customs shed, and fishermen take the sick across the sound for nothing. The union says that the wages of deckhands have not risen in six years.",
);
const TALKS: (&str, &str, &str) = (
    "Union and ferry company resume talks in Port Marrow",
    "A mediator meets the crews and the company tonight, while islanders wait in the terminal.",
    "Nobody expects the ferries to sail before Monday. The company offers deckhands four per cent; the union asks for nine. Fishermen who carry islanders across the sound \
     have asked the harbour master to pay for their fuel.",
);
const MUSEUM: (&str, &str, &str) = (
    "Museum of lighthouses opens in an old customs shed",
    "Lamps and lenses from forty towers are shown on the quay.",
    "The collection was begun by a keeper who could not see a lamp thrown away. Visitors may turn the lens of the Skerry light by hand; it floats on mercury, and a child can move it.",
);
const MATCH: (&str, &str, &str) = (
    "Late goal sends Harriers to the final",
    "A header in the last minute settled a dull semi-final.",
    "Neither side had come near before the corner that decided it. The keeper slipped, the defender looked away, and the captain had only to nod the ball into an empty net.",
);

both! {
    async fn what_is_near_comes_first_and_never_the_story_itself_nor_what_says_the_same(app) {
        let (editor, world, sports) = (app.editor().await, app.section("world", "दुनिया").await, app.section("sports", "खेल").await);
        let ferry = story(&editor, &world, FERRY, &[]).await;
        app.wait(60);
        story(&editor, &world, MUSEUM, &[]).await;
        app.wait(60);
        let talks = story(&editor, &world, TALKS, &[]).await;
        app.wait(60);
        let (harriers, others) = (story(&editor, &sports, MATCH, &[]).await, ["One", "Two"]);
        for other in others {
            app.wait(60);
            story(&editor, &sports, (other, "Other sports.", "Nothing of it is of interest here."), &[]).await;
        }
        // Until it was found, the latest of the section leads on.
        assert_eq!(next(&app, &ferry).await, [TALKS.0, MUSEUM.0]);
        assert_eq!(relate(&app), 6);
        assert_eq!(next(&app, &ferry).await, [TALKS.0, MUSEUM.0]);
        assert_eq!(next(&app, &talks).await, [FERRY.0, MUSEUM.0], "what shares words before what shares a section");
        assert_eq!(next(&app, &harriers).await[..2], ["One", "Two"], "the nearest in time first");
        assert_eq!(relate(&app), 0, "nothing is found twice");
        // A copy with another headline, and one that was changed a little; another story under the same headline.
        let changed = FERRY.2.replace("six years", "seven years").replace("for nothing", "without pay");
        let copy = story(&editor, &sports, ("Stranded", FERRY.1, FERRY.2), &[]).await;
        story(&editor, &world, ("Islanders wait", "They wait.", &changed), &[]).await;
        story(&editor, &world, ("  ferry STRIKE leaves islanders stranded at Port Marrow", "Another.", "Quite other words about a crew."), &[]).await;
        relate(&app);
        assert_eq!(next(&app, &ferry).await, [TALKS.0, MUSEUM.0]);
        let beneath = next(&app, &talks).await;
        assert_eq!(beneath.iter().filter(|one| [FERRY.0, "Stranded", "Islanders wait"].contains(&one.as_str())).count(), 1, "{beneath:?}");
        assert!(next(&app, &copy).await.iter().all(|one| ![FERRY.0, "Islanders wait", "Stranded"].contains(&one.as_str())));
        // Nor does a duplicate that the desk makes.
        let made = editor.post(&format!("{talks}/duplicate"), &json!({})).await;
        let duplicate = made.header("location").unwrap().to_owned();
        editor.publish(&duplicate, &["en"]).await.ok();
        relate(&app);
        assert_eq!(next(&app, &ferry).await.iter().filter(|one| *one == TALKS.0).count(), 1);
        assert!(!next(&app, &talks).await.contains(&TALKS.0.to_owned()));
        let shape = read(&app, &format!("/v1/articles/{}/related?fields=id&limit=1&include=section", id(&ferry))).await;
        assert_eq!(shape["data"], json!([{ "id": shape["data"][0]["id"] }]));
        assert_eq!(shape["included"]["sections"][0]["slug"], "world");
        app.anyone().get(&format!("/v1/articles/{}/related?limit=21", id(&ferry))).await.refused(400, "malformed");
    }

    async fn people_tell_more_than_topics_and_a_tag_that_all_have_tells_nothing(app) {
        let (editor, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let sections = [world, app.section("sports", "खेल").await, app.section("crime", "अपराध").await, app.section("life", "जीवन").await];
        let (person, topic, common) =
            (tag(&editor, "person", "Ila Bose").await, tag(&editor, "topic", "Rivers").await, tag(&editor, "topic", "India").await);
        let text = |headline: &'static str| (headline, headline, headline);
        let one = story(&editor, &sections[0], text("Alpha"), &[&person, &topic, &common]).await;
        for (n, headline) in ["Quartz", "Feldspar", "Mica", "Basalt", "Gneiss"].into_iter().enumerate() {
            app.wait(60);
            story(&editor, &sections[1 + n % 3], text(headline), &[&common]).await;
        }
        // The last ones are those that lead on where nothing was found yet.
        for (section, headline, tags) in [(3, "Delta", [&person, &topic]), (2, "Gamma", [&person, &common]), (1, "Beta", [&topic, &common])] {
            app.wait(60);
            story(&editor, &sections[section], text(headline), &tags.map(String::as_str)).await;
        }
        assert_eq!(next(&app, &one).await[..3], ["Beta", "Gamma", "Delta"]);
        assert!(relate(&app) > 0);
        assert_eq!(next(&app, &one).await[..3], ["Delta", "Gamma", "Beta"]);
    }

    async fn a_new_story_comes_to_stand_beneath_older_ones_and_what_leaves_goes(app) {
        let (editor, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let relater = relater(&app);
        let ferry = story(&editor, &world, FERRY, &[]).await;
        assert_eq!(found_by(&app, &relater), 1);
        assert_eq!(next(&app, &ferry).await, [""; 0]);
        app.wait(60);
        let talks = story(&editor, &world, TALKS, &[]).await;
        // Its own list, and then that of what it names.
        assert_eq!(found_by(&app, &relater), 2);
        assert_eq!((next(&app, &ferry).await, next(&app, &talks).await), (vec![TALKS.0.to_owned()], vec![FERRY.0.to_owned()]));
        // In the snapshot of the answer, whatever the list says: nobody has found anything anew.
        for (verb, back) in [("unpublish", "publish"), ("takedown", "reinstate")] {
            end(&editor, &talks, verb, &if verb == "unpublish" { json!({ "locales": ["en"] }) } else { json!({ "reason": "A judge said so." }) }).await;
            assert_eq!(next(&app, &ferry).await, [""; 0], "{verb}");
            let gone = app.anyone().get(&format!("/v1/articles/{}/related", id(&talks))).await;
            let article = app.anyone().get(&format!("/v1/articles/{}", id(&talks))).await;
            assert_eq!((gone.status, &gone.json()["code"]), (article.status, &article.json()["code"]), "as the article itself: {}", gone.text);
            if back == "reinstate" {
                end(&editor, &talks, back, &json!({ "reason": "It was right." })).await;
            }
            editor.publish(&talks, &["en"]).await.ok();
            assert_eq!(next(&app, &ferry).await, [TALKS.0], "{back}");
        }
        found_by(&app, &relater);
        end(&editor, &talks, "unpublish", &json!({ "locales": ["en"] })).await;
        found_by(&app, &relater);
        assert_eq!(next(&app, &ferry).await, [""; 0]);
        // Other words are other neighbours.
        editor.patch(&format!("{ferry}/translations/en"), &editor.get(&format!("{ferry}/translations/en")).await.etag(), &json!({ "headline": "Harriers train" })).await.ok();
        editor.publish(&ferry, &["en"]).await.ok();
        assert!(found_by(&app, &relater) >= 1);
        // What the index of an instance has not taken up, it does not relate.
        app.entrance.indexes.store(false, Ordering::SeqCst);
        story(&editor, &world, MUSEUM, &[]).await;
        assert_eq!(relater.run().unwrap(), 0);
        assert!(found_by(&app, &relater) > 0);
    }

    async fn only_what_is_live_in_the_same_language_leads_on(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let ferry = story(&editor, &world, FERRY, &[]).await;
        let hindi = |text: &str| json!({ "headline": text, "summary": "नौका हड़ताल", "body": { "format": "text", "content": "द्वीप के लोग बंदरगाह पर नौका की राह देखते हैं।" } });
        editor.put(&format!("{ferry}/translations/hi"), None, &hindi("नौका हड़ताल से द्वीपवासी फंसे")).await.ok();
        editor.publish(&ferry, &["hi"]).await.ok();
        app.wait(60);
        let talks = story(&editor, &world, TALKS, &[]).await;
        app.wait(60);
        let museum = story(&editor, &world, MUSEUM, &[]).await;
        editor.put(&format!("{museum}/translations/hi"), None, &hindi("प्रकाशस्तंभों का संग्रहालय खुला")).await.ok();
        editor.publish(&museum, &["hi"]).await.ok();
        for _ in 0..2 {
            let related = async |story: &str, query: &str| headlines(&read(&app, &format!("/v1/articles/{}/related?{query}", id(story))).await["data"]);
            assert_eq!(related(&ferry, "locale=hi").await, ["प्रकाशस्तंभों का संग्रहालय खुला"]);
            assert_eq!(related(&ferry, "locale=hi&fallback=chain").await, ["प्रकाशस्तंभों का संग्रहालय खुला"]);
            // A story that is read in another language leads on to others in that.
            assert_eq!(related(&talks, "locale=hi&fallback=chain").await.len(), 2);
            assert!(related(&talks, "locale=hi&fallback=chain").await.contains(&FERRY.0.to_owned()));
            app.anyone().get(&format!("/v1/articles/{}/related?locale=hi", id(&talks))).await.refused(404, "not-found");
            relate(&app);
        }
    }

    async fn what_is_shown_in_one_language_alone_is_told_of_to_caches(app) {
        let (editor, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let (ferry, talks) = (story(&editor, &world, FERRY, &[]).await, story(&editor, &world, TALKS, &[]).await);
        let words = json!({ "headline": "नाव", "summary": "स", "body": { "format": "text", "content": "पाठ" } });
        editor.post(&format!("{ferry}/translations/hi"), &words).await;
        editor.put(&format!("{ferry}/translations/hi"), None, &words).await;
        editor.publish(&ferry, &["hi"]).await.ok();
        choose(&editor, &ferry, &json!({ "pinned": [id(&talks)], "banned": [] })).await.ok();
        let path = format!("/v1/articles/{}/translations?include=related", id(&ferry));
        let answer = app.anyone().get(&path).await;
        assert!(answer.text.contains(TALKS.0), "{}", answer.text);
        let tag = CacheTag::thing(id(&talks).parse().unwrap()).to_string();
        let tells = |answer: &Answer| answer.header("surrogate-key").unwrap().split(' ').any(|told| told == tag);
        assert!(tells(&answer), "it stands there in English: {:?}", answer.headers);
        // Where it stands in no language, it is not told of; the answer is dropped all the same when it comes.
        end(&editor, &talks, "unpublish", &json!({ "locales": ["en"] })).await;
        let answer = app.anyone().get(&path).await;
        assert!(!answer.text.contains(TALKS.0) && !tells(&answer), "{:?}", answer.headers);
        editor.publish(&talks, &["en"]).await.ok();
        assert!(app.anyone().get(&path).await.text.contains(TALKS.0));
    }

    async fn after_more_changes_than_are_told_one_by_one_all_lists_are_found_in_the_end(app) {
        let (editor, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let relater = relater(&app);
        let ferry = story(&editor, &world, FERRY, &[]).await;
        assert_eq!(found_by(&app, &relater), 1);
        let talks = story(&editor, &world, TALKS, &[]).await;
        for n in 0..510 {
            // Begun and changed.
            for name in ["a", "b"] {
                app.import(&json!({ "type": "tag", "key": format!("t{n}"), "translations": { "en": { "name": format!("{name} {n}") } } }));
            }
        }
        let index = app.entrance.response_cache.search().clone();
        let last = app.store.read_now(dateline::store::changes::last).unwrap();
        assert!(last - index.place().unwrap() > 1_000, "{last}");
        // An index that is behind finds nothing yet.
        while relater.run().unwrap() > 0 {}
        let found = || {
            let log = app.store.read_now(|tx| dateline::store::changes::after(tx, last, 1_000)).unwrap();
            log.into_iter().filter(|logged| logged.change.event == Event::Related).map(|logged| logged.change.subject).collect::<Vec<_>>()
        };
        assert_eq!(found(), []);
        assert_eq!(found_by(&app, &relater), 2);
        let of = |path: &str| Subject::Translation(id(path).parse().unwrap(), "en".parse().unwrap());
        assert!(found().contains(&of(&ferry)) && found().contains(&of(&talks)), "the older one's list was found again: {:?}", found());
    }

    async fn editors_pin_and_ban_and_readers_see_it_at_once(app) {
        let (editor, world, sports) = (app.editor().await, app.section("world", "दुनिया").await, app.section("sports", "खेल").await);
        let ferry = story(&editor, &world, FERRY, &[]).await;
        app.wait(60);
        let talks = story(&editor, &world, TALKS, &[]).await;
        app.wait(60);
        let museum = story(&editor, &world, MUSEUM, &[]).await;
        let harriers = story(&editor, &sports, MATCH, &[]).await;
        let draft = editor.story(&world, "Draft").await;
        let relater = relater(&app);
        found_by(&app, &relater);
        let path = format!("{ferry}/related");
        assert_eq!(editor.get(&path).await.ok(), json!({ "pinned": [], "banned": [], "left_out": [], "version": 1 }));
        assert_eq!(next(&app, &ferry).await, [TALKS.0, MUSEUM.0]);
        let chosen = choose(&editor, &ferry, &json!({ "pinned": [id(&draft), id(&harriers), id(&museum)], "banned": [id(&talks)] })).await;
        let expected = json!({ "pinned": [id(&draft), id(&harriers), id(&museum)], "banned": [id(&talks)], "left_out": [{ "pointer": "#/pinned/0", "locales": ["en"] }], "version": 2 });
        assert_eq!((chosen.ok(), chosen.version()), (expected.clone(), 2));
        assert_eq!(editor.get(&path).await.ok(), expected);
        assert_eq!(next(&app, &ferry).await, [MATCH.0, MUSEUM.0], "what nothing was found for is the latest, which is banned");
        let told = app.anyone().get(&format!("/v1/articles/{}/related", id(&ferry))).await;
        let tells = |story: &str| told.header("surrogate-key").unwrap().contains(&CacheTag::thing(id(story).parse().unwrap()).to_string());
        assert_eq!((tells(&harriers), tells(&draft), tells(&talks)), (true, false, false), "{:?}", told.header("surrogate-key"));
        found_by(&app, &relater);
        assert_eq!(next(&app, &ferry).await, [MATCH.0, MUSEUM.0]);
        assert_eq!(next(&app, &talks).await, [FERRY.0, MUSEUM.0], "a ban is of one list");
        // What is pinned has its place once it is live, and leaves it when it is not.
        editor.publish(&draft, &["en"]).await.ok();
        assert_eq!(next(&app, &ferry).await, ["Draft", MATCH.0, MUSEUM.0]);
        assert_eq!(editor.get(&path).await.ok()["left_out"], json!([]));
        end(&editor, &harriers, "unpublish", &json!({ "locales": ["en"] })).await;
        assert_eq!(next(&app, &ferry).await, ["Draft", MUSEUM.0]);
        choose(&editor, &ferry, &json!({ "banned": [id(&museum)] })).await.ok();
        assert_eq!(next(&app, &ferry).await, ["Draft", TALKS.0], "the latest, until it is found");
        found_by(&app, &relater);
        assert_eq!(next(&app, &ferry).await, [TALKS.0, "Draft"]);
        // Caches that know addresses alone drop its own pages.
        let said = Change::new(Event::Related, Subject::Article(id(&ferry).parse().unwrap()));
        let Purge::Of { tags, urls } = app.store.read_now(|tx| purging::of(tx, Some(std::slice::from_ref(&said)))).unwrap() else { panic!("everything") };
        assert!(tags.contains(&CacheTag::related(id(&ferry).parse().unwrap())) && !tags.contains(&CacheTag::thing(id(&ferry).parse().unwrap())));
        let page = app.anyone().get(&format!("/v1/articles/{}", id(&ferry))).await.ok()["url"].clone();
        assert!(urls.iter().any(|url| page == url.as_str()) && urls.iter().all(|url| url.contains("ferry")), "{urls:?}");
        // Saying the same changes nothing.
        let same = choose(&editor, &ferry, &json!({ "banned": [id(&museum)] })).await;
        assert_eq!(same.ok()["version"], 3);
        let trail = editor.get(&path).await;
        editor.put(&path, Some("\"2\""), &json!({})).await.refused(412, "stale");
        editor.put(&path, None, &json!({})).await.refused(428, "unconditional");
        assert_eq!(editor.get(&path).await.ok(), trail.ok());
        let audit = app.admin().await.get(&format!("/v1/desk/audit?subject={}&event=related", id(&ferry))).await.ok();
        let told: Vec<_> = audit["data"].as_array().unwrap().iter().map(|entry| (entry["kind"].as_str().unwrap(), entry["actor"] == "nobody")).collect();
        assert_eq!(told, [("article", false), ("article", false)], "by people alone");
    }

    async fn what_is_pinned_or_banned_has_to_hold(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let (ferry, talks) = (story(&editor, &world, FERRY, &[]).await, story(&editor, &world, TALKS, &[]).await);
        let (one, other, nobody) = (id(&ferry), id(&talks), "00000000-0000-0000-0000-000000000001");
        let many = |n: usize| json!(vec![other; n]);
        for (sent, violations) in [
            (json!({ "pinned": [one] }), vec![("#/pinned/0", "itself")]),
            (json!({ "banned": [one] }), vec![("#/banned/0", "itself")]),
            (json!({ "pinned": [other, other] }), vec![("#/pinned/1", "repeated")]),
            (json!({ "pinned": [other], "banned": [other] }), vec![("#/banned/0", "contradiction")]),
            (json!({ "pinned": [other, nobody], "banned": [nobody] }), vec![("#/banned/0", "contradiction")]),
            (json!({ "pinned": [nobody] }), vec![("#/pinned/0", "unknown")]),
            (json!({ "banned": [other, nobody] }), vec![("#/banned/1", "unknown")]),
            (json!({ "pinned": many(11) }), vec![("#/pinned", "too_many")]),
            (json!({ "banned": many(101) }), vec![("#/banned", "too_many")]),
        ] {
            let refused = choose(&editor, &ferry, &sent).await;
            refused.refused(422, "invalid");
            let expected: Vec<_> = violations.into_iter().map(|(at, code)| (at.to_owned(), code.to_owned())).collect();
            assert_eq!(refused.violations(), expected, "{sent}");
        }
        assert_eq!(editor.get(&format!("{ferry}/related")).await.ok()["version"], 1);
    }

    async fn what_somebody_does_not_see_is_unknown_to_them_and_stays_where_it_was(app) {
        let (chief, world, crime) = (app.admin().await, app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let ferry = story(&chief, &world, FERRY, &[]).await;
        let (secret, public) = (chief.story(&crime, "Secret").await, story(&chief, &crime, TALKS, &[]).await);
        let limited = app.role(Role::Editor, Some(&world), None).await;
        let refused = choose(&limited, &ferry, &json!({ "pinned": [id(&secret)] })).await;
        assert_eq!(refused.violations(), [("#/pinned/0".to_owned(), "unknown".to_owned())]);
        // What anybody sees, they see.
        choose(&limited, &ferry, &json!({ "pinned": [id(&public)] })).await.ok();
        choose(&chief, &ferry, &json!({ "pinned": [id(&secret), id(&public)] })).await.ok();
        let kept = choose(&limited, &ferry, &json!({ "pinned": [id(&public), id(&secret)] })).await;
        assert_eq!(kept.ok()["pinned"], json!([id(&public), id(&secret)]));
        // A story of another section is none of theirs; readers see what is pinned at once, so it takes who may publish.
        limited.put(&format!("{public}/related"), Some("\"1\""), &json!({})).await.refused(404, "not-found");
        let writer = app.role(Role::Contributor, Some(&world), None).await;
        let own = writer.story(&world, "Own").await;
        choose(&writer, &own, &json!({ "pinned": [id(&ferry)] })).await.ok();
        chief.publish(&own, &["en"]).await.ok();
        choose(&writer, &own, &json!({ "pinned": [] })).await.refused(403, "forbidden");
        assert_eq!(next(&app, &own).await[0], FERRY.0);
    }

    async fn what_is_purged_or_erased_leads_on_to_nothing_and_nothing_to_it(app) {
        let (chief, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let (ferry, talks) = (story(&chief, &world, FERRY, &[]).await, story(&chief, &world, TALKS, &[]).await);
        let draft = chief.story(&world, "Draft").await;
        relate(&app);
        choose(&chief, &ferry, &json!({ "pinned": [id(&draft), id(&talks)], "banned": [] })).await.ok();
        choose(&chief, &draft, &json!({ "banned": [id(&talks)] })).await.ok();
        chief.delete(&draft, &chief.get(&draft).await.etag()).await;
        assert_eq!(chief.delete(&format!("/v1/desk/trash/{}", id(&draft)), "\"1\"").await.status, 204);
        let left = chief.get(&format!("{ferry}/related")).await.ok();
        assert_eq!((&left["pinned"], &left["version"]), (&json!([id(&talks)]), &json!(3)));
        end(&chief, &talks, "takedown", &json!({ "reason": "The law." })).await;
        end(&chief, &talks, "erase", &json!({ "reason": "The law." })).await;
        let left = chief.get(&format!("{ferry}/related")).await.ok();
        assert_eq!((&left["pinned"], &left["version"]), (&json!([]), &json!(4)));
        // Nor is it named anew.
        choose(&chief, &ferry, &json!({ "pinned": [id(&talks)] })).await.refused(422, "invalid");
        choose(&chief, &ferry, &json!({ "banned": [id(&talks)] })).await.refused(422, "invalid");
        relate(&app);
        assert_eq!(next(&app, &ferry).await, [""; 0]);
    }

    async fn bundles_carry_what_editors_say(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let (ferry, talks, museum) = (story(&admin, &world, FERRY, &[]).await, story(&admin, &world, TALKS, &[]).await, story(&admin, &world, MUSEUM, &[]).await);
        choose(&admin, &ferry, &json!({ "pinned": [id(&museum)], "banned": [id(&talks)] })).await.ok();
        let export = || {
            app.store.read_now(|tx| {
                let permit = Permit::try_from(Caller::system(System::Importer))?;
                let all = dateline::store::related::all_chosen(tx)?;
                assert_eq!(all.len(), 1);
                let chosen = dateline::store::related::chosen(tx, all[0])?;
                Ok(serde_json::to_value(export_related(tx, &permit, &chosen)?).unwrap())
            }).unwrap()
        };
        let record = export();
        assert_eq!(record, json!({ "type": "related", "article": id(&ferry), "pinned": [id(&museum)], "banned": [id(&talks)] }));
        assert!(matches!(app.import(&record).outcome, Outcome::Unchanged));
        let mut other = record.clone();
        other["banned"] = json!([]);
        assert!(matches!(app.import(&other).outcome, Outcome::Edited), "the desk has said something else");
        assert!(matches!(app.try_import(&other, true).unwrap().outcome, Outcome::Updated));
        assert_eq!(admin.get(&format!("{ferry}/related")).await.ok()["banned"], json!([]));
        let mut first = record.clone();
        (first["article"], first["pinned"]) = (json!(id(&talks)), json!([id(&ferry)]));
        first.as_object_mut().unwrap().remove("banned");
        assert!(matches!(app.import(&first).outcome, Outcome::Updated));
        assert_eq!(admin.get(&format!("{talks}/related")).await.ok()["pinned"], json!([id(&ferry)]));
        first["pinned"] = json!([id(&ferry), "nobody"]);
        let refused = app.try_import(&first, false).unwrap_err();
        assert!(format!("{refused:?}").contains("#/pinned/1"), "{refused:?}");
    }

    async fn of_two_instances_one_relates_and_both_answer_alike(app) {
        let (editor, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let ferry = story(&editor, &world, FERRY, &[]).await;
        app.wait(60);
        story(&editor, &world, TALKS, &[]).await;
        app.wait(60);
        story(&editor, &world, MUSEUM, &[]).await;
        let (here, there) = (relater(&app), app.instance().await);
        let follower = follower::runner(there.response_cache.clone()).unwrap();
        let path = format!("/v1/articles/{}/related", id(&ferry));
        let stale = app.anyone().at(&there).get(&path).await.ok();
        assert_eq!(headlines(&stale["data"]), [MUSEUM.0, TALKS.0], "the latest");
        // One that has taken up nothing yet has nothing to relate by.
        let elsewhere = Relater::new(app.store.clone(), there.response_cache.search().clone()).unwrap();
        assert_eq!((elsewhere.run().unwrap(), found_by(&app, &here)), (0, 3));
        follower.run().unwrap();
        let anew = app.anyone().at(&there).get(&path).await.ok();
        assert_eq!(headlines(&anew["data"]), [TALKS.0, MUSEUM.0], "what was kept there is dropped when the list is another one");
        assert_eq!(anew, app.anyone().get(&path).await.ok());
    }
}

/// Stories of one event, by a word of their English headlines.
const EVENTS: [&str; 4] = ["Ryder Cup", "Indonesia", "Macedonia", "Kavanaugh"];

#[actix_web::test]
async fn real_stories_lead_on_within_their_event_in_every_language() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/material/newsroom-ntrex.ndjson");
    // The material lies beside the checkout only where the project is built; the rest of the suite does without.
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let app = TestApp::sqlite().await;
    let mut of_event = std::collections::BTreeMap::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let headline = record["translations"]["en"]["headline"].as_str().unwrap_or_default();
        let event = EVENTS.iter().position(|event| headline.contains(event));
        if record["type"] == "article" && event.is_none() {
            continue;
        }
        app.import(&record);
        if let Some(event) = event {
            of_event.insert(app.imported("article", record["key"].as_str().unwrap()).await, event);
        }
    }
    assert!(of_event.len() > 14, "{}", of_event.len());
    assert_eq!(relate(&app), of_event.len() * 4);
    for locale in ["en", "hi", "bn", "kn"] {
        for (story, event) in &of_event {
            let list = app.anyone().get(&format!("/v1/articles/{story}/related?locale={locale}")).await.ok();
            let first = &list["data"][0];
            assert_eq!(
                (first["locale"].as_str(), of_event[first["id"].as_str().unwrap()]),
                (Some(locale), *event),
                "{story}: {}",
                first["headline"]
            );
        }
    }
}
