//! Lists narrowed by several values at once: any of them, all of them, none of them.

use std::collections::BTreeSet;

use dateline::{
    domain::{
        article::{Genre, Kind},
        page::Paging,
    },
    store::listings::{Filter, Order, Without},
};
use serde_json::{Value, json};

use crate::{
    listing::{all_of, date, shown_by},
    support::TestApp,
};

/// Numbers that look like chance, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// None, one, or several of some things; every one as often as it is there.
    fn some<T: Clone + PartialEq>(&mut self, all: &[T], often: usize) -> Vec<T> {
        let count = if self.below(often) == 0 { 1 + self.below(3) } else { 0 };
        let mut some = Vec::new();
        for _ in 0..count {
            let one = &all[self.below(all.len())];
            if !some.contains(one) {
                some.push(one.clone());
            }
        }
        some
    }
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap().to_owned()).collect()
}

async fn listed(app: &TestApp, query: &str) -> Vec<String> {
    ids(&app.anyone().get(&format!("/v1/articles?limit=100&{query}")).await.ok())
}

both! {
    async fn any_combination_of_conditions_shows_what_fulfils_each_of_them(app) {
        app.multiply(120);
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        for n in 0..6 {
            let story = editor.story(&world, &format!("Late {n}")).await;
            let genre = ["opinion", "analysis", "review"][n % 3];
            editor.patch(&story, "\"1\"", &json!({ "genre": genre })).await.ok();
            let words = json!({ "headline": format!("देर {n}"), "body": { "format": "text", "content": "एक" } });
            editor.put(&format!("{story}/translations/hi"), None, &words).await.ok();
            editor.publish(&story, &["en", "hi"]).await.ok();
            app.wait(60);
        }
        let mut live = Vec::new();
        for (locale, kinds) in [("en", vec![]), ("hi", vec![]), ("en", vec![Kind::Page]), ("hi", vec![Kind::Page])] {
            let filter = Filter { chain: vec![locale.parse().unwrap()], kinds, ..Filter::default() };
            live.extend(all_of(&app, &filter, 100).into_iter().map(|one| (locale.to_owned(), one)));
        }
        let of = |n: usize| &live[n % live.len()].1;
        let sections: Vec<_> = live.iter().flat_map(|(_, one)| one.section_path.clone()).collect();
        let mut authors: Vec<_> = live.iter().flat_map(|(_, one)| one.facts.credits.iter().map(|c| c.author_id)).collect();
        let mut tags: Vec<_> = live.iter().flat_map(|(_, one)| one.facts.tags.clone()).collect();
        // Things of another kind are under no name of this one.
        authors.push(tags[0].cast());
        tags.push(sections[0].cast());
        let articles: Vec<_> = live.iter().map(|(_, one)| one.article_id).collect();
        let (mut dice, mut full, mut empty) = (Dice(20_261_129), 0, 0);
        for round in 0..400 {
            let together = of(dice.below(live.len())).facts.tags.clone();
            let at = |dice: &mut Dice, updated: bool| {
                let one = of(dice.below(live.len()));
                (dice.below(5) == 0).then_some(if updated { one.updated_at } else { one.published_at })
            };
            let named = dice.below(6) == 0;
            let filter = Filter {
                chain: [&["en"][..], &["hi", "en"], &["hi"]][round % 3].iter().map(|l| l.parse().unwrap()).collect(),
                ids: if named { (0..40).map(|_| articles[dice.below(articles.len())]).collect::<BTreeSet<_>>().into_iter().collect() } else { Vec::new() },
                sections: dice.some(&sections, 3),
                authors: dice.some(&authors, 5),
                tags: dice.some(&tags, 3),
                all_tags: if dice.below(6) == 0 { together.into_iter().take(2).collect() } else { Vec::new() },
                kinds: dice.some(Kind::ALL, 5),
                genres: dice.some(Genre::ALL, 6),
                without: Without {
                    ids: dice.some(&articles, 4),
                    sections: dice.some(&sections, 8),
                    authors: dice.some(&authors, 5),
                    tags: dice.some(&tags, 5),
                    kinds: dice.some(Kind::ALL, 8),
                    genres: dice.some(Genre::ALL, 8),
                },
                published_after: at(&mut dice, false),
                published_before: at(&mut dice, false),
                updated_after: at(&mut dice, true),
                after: None,
                order: Order::ALL[dice.below(3)],
            };
            let expected = shown_by(&live, &filter);
            let shown: Vec<_> = all_of(&app, &filter, Paging::USUAL / 3).iter().map(|one| (date(&filter, one), one.article_id)).collect();
            assert_eq!(shown, expected, "{filter:?}");
            full += usize::from(expected.len() > 6);
            empty += usize::from(expected.is_empty());
        }
        assert!(full > 60 && empty < 330, "{full} and {empty} of 400: too few to tell");
    }

    async fn several_names_of_a_parameter_are_any_of_them_and_tag_all_is_each(app) {
        let admin = app.admin().await;
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        for (key, name) in [("a", "Rivers"), ("b", "Floods")] {
            app.import(&json!({ "type": "tag", "key": key, "kind": "topic", "translations": { "en": { "name": name } } }));
        }
        let (rivers, floods) = (app.imported("tag", "a").await, app.imported("tag", "b").await);
        let mut made = Vec::new();
        for (section, genre, tags) in [(&world, "news", vec![&rivers]), (&tech, "opinion", vec![&rivers, &floods]), (&world, "analysis", vec![])] {
            let story = admin.story(section, &format!("Story {}", made.len())).await;
            admin.patch(&story, "\"1\"", &json!({ "genre": genre, "tags": tags })).await.ok();
            admin.publish(&story, &["en"]).await.ok();
            made.push(story.rsplit('/').next().unwrap().to_owned());
            app.wait(60);
        }
        let stories = |numbers: &[usize]| numbers.iter().map(|n| made[*n].clone()).collect::<Vec<_>>();
        let middle = app.anyone().get(&format!("/v1/articles/{}", made[1])).await.ok()["updated_at"].as_str().unwrap().to_owned();
        for (query, expected) in [
            ("section=world,tech".to_owned(), &[2, 1, 0][..]),
            ("section=tech".to_owned(), &[1]),
            ("tag=rivers,floods".to_owned(), &[1, 0]),
            (format!("tag={rivers},floods&section=world,tech&sort=published_at"), &[0, 1]),
            ("tag_all=rivers,floods".to_owned(), &[1]),
            ("not_tag=floods".to_owned(), &[2, 0]),
            ("not_section=world&tag=rivers".to_owned(), &[1]),
            ("genre=opinion,analysis".to_owned(), &[2, 1]),
            ("not_genre=opinion,analysis".to_owned(), &[0]),
            ("kind=video,gallery".to_owned(), &[]),
            ("not_kind=story".to_owned(), &[]),
            (format!("id={},{},{tech}", made[0], made[2]), &[2, 0]),
            (format!("not_id={},{}", made[0], made[2]), &[1]),
            (format!("updated_after={middle}"), &[2, 1]),
            (format!("updated_after={middle}&sort=-updated_at&not_section={tech}"), &[2]),
        ] {
            assert_eq!(listed(&app, &query).await, stories(expected), "{query}");
            let counted = app.anyone().get(&format!("/v1/articles?limit=1&count=true&{query}")).await.ok();
            assert_eq!(counted["page"]["total"], expected.len(), "{query}");
        }
        // Each spelling of the same is one answer, and every name that leads nowhere is told.
        let tags = async |query: &str| app.anyone().get(&format!("/v1/articles?{query}")).await.etag();
        assert_eq!(tags("tag=rivers,floods").await, tags("tag=floods,rivers,rivers").await);
        let refused = app.anyone().get("/v1/articles?tag=rivers,nothing&not_section=nowhere").await;
        refused.refused(400, "malformed");
        let refused = refused.violations();
        assert_eq!(refused, [("?tag".to_owned(), "unknown".to_owned()), ("?not_section".to_owned(), "unknown".to_owned())]);
        let many = (0..21).map(|n| format!("t{n}")).collect::<Vec<_>>().join(",");
        let refused = app.anyone().get(&format!("/v1/articles?tag={many}")).await;
        refused.refused(400, "malformed");
        let refused = refused.violations();
        assert_eq!(refused, [("?tag".to_owned(), "too_many".to_owned())]);
    }

    async fn what_lists_of_several_names_show_is_never_older_than_what_is_published(app) {
        let admin = app.admin().await;
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        app.import(&json!({ "type": "tag", "key": "a", "kind": "topic", "translations": { "en": { "name": "Rivers" } } }));
        let rivers = app.imported("tag", "a").await;
        let first = admin.story(&world, "First").await;
        admin.publish(&first, &["en"]).await.ok();
        let second = admin.story(&tech, "Second").await;
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let lists = [
            format!("section={world},{tech}"),
            format!("section={tech},{rivers}"),
            format!("id={},{}", id(&first), id(&second)),
            format!("not_tag={rivers}"),
            "genre=opinion,news".to_owned(),
        ];
        let read = async || {
            let mut all = Vec::new();
            for list in &lists {
                all.push(listed(&app, list).await.len());
            }
            all
        };
        assert_eq!(read().await, [1, 0, 1, 1, 1]);
        admin.publish(&second, &["en"]).await.ok();
        assert_eq!(read().await, [2, 1, 2, 2, 2]);
        let facts = json!({ "tags": [rivers], "genre": "review" });
        admin.patch(&second, &admin.get(&second).await.etag(), &facts).await.ok();
        admin.publish(&second, &["en"]).await.ok();
        assert_eq!(read().await, [2, 1, 2, 1, 1]);
    }
}
