//! Public paths, and the patterns that they follow.

use dateline::domain::path::{LONGEST, UrlPattern, decode};
use proptest::{prelude::*, sample};
use url::Url;
use uuid::Uuid;

const PLACEHOLDERS: [&str; 7] = ["{slug}", "{id}", "{locale}", "{section}", "{yyyy}", "{mm}", "{dd}"];
const BETWEEN: [&str; 10] = ["/", "/", "/", "/x/", "", "-", ".", "_", "..", "/../"];

proptest! {
    /// Of whatever pattern is accepted, every address is one that browsers leave as it is and that is read as it was written.
    #[test]
    fn whatever_a_pattern_makes_it_reads(
        names in sample::subsequence(PLACEHOLDERS.as_slice(), 1..=7).prop_shuffle(),
        between in proptest::collection::vec(sample::select(BETWEEN.as_slice()), 8),
        locale in sample::select(&["en", "en-GB", "zh-Hant-TW", "hi"]),
        section in sample::select(&["world", "दुनिया-की-खबरें", "2024", "a-b"]),
        slug in sample::select(&["river", "river-rises-2024", "नदी-का-पानी", "12", "0198c5a1-7f00-7000-8000-000000000009"]),
    ) {
        let id = "0198c5a1-7f00-7000-8000-000000000001";
        let text: String = names.iter().zip(&between).map(|(name, behind)| [*name, *behind].concat()).collect();
        let Ok(pattern) = UrlPattern::parse(&format!("/{text}"), "#") else { return Ok(()) };
        let mut path = String::new();
        let mut named = Vec::new();
        pattern.write(&mut path, |name, to| {
            named.push(name.to_owned());
            to.push_str(match name {
                "locale" => locale,
                "section" => section,
                "slug" => slug,
                "id" => id,
                "yyyy" => "2024",
                "mm" => "03",
                _ => "16",
            });
        });
        let seen = Url::parse(&format!("https://site.example{path}")).unwrap();
        prop_assert_eq!(decode(seen.path()), Some(path.clone()), "{}", pattern.as_str());
        let read = pattern.read(path.trim_end_matches('/'));
        prop_assert!(read.is_some(), "{} gives {}", pattern.as_str(), path);
        let read = read.unwrap();
        let has = |name: &str| named.iter().any(|other| other == name);
        prop_assert_eq!(read.locale, if has("locale") { locale } else { "" }, "{} gives {}", pattern.as_str(), path);
        prop_assert_eq!(read.slug.as_deref(), has("slug").then_some(slug), "{} gives {}", pattern.as_str(), path);
        prop_assert_eq!(read.id, has("id").then(|| Uuid::try_parse(id).unwrap()));
    }
}

fn parts(pattern: &str, path: &str) -> Option<(String, Option<String>)> {
    UrlPattern::parse(pattern, "#").unwrap().read(path).map(|p| (p.locale, p.slug))
}

#[test]
fn patterns_are_checked() {
    for good in ["/{locale}/{section}/{slug}", "/{locale}/{yyyy}/{mm}/{slug}-{id}.html"] {
        assert!(UrlPattern::parse(good, "#").is_ok(), "{good}");
    }
    for bad in [
        "{locale}/{slug}",
        "/{slug}",
        "/{locale}/x",
        "/{locale}/{nope}/{slug}",
        "/{locale}/{slug",
        "/{locale}/{slug}/{slug}",
        "/{locale}/a b/{slug}",
        "/{locale}/../{slug}",
        "/./{locale}/{slug}",
        "/{locale}//{slug}",
        "/news-{locale}-{slug}",
        "/{locale}/{section}-{slug}",
        "/{locale}{slug}",
        "/{locale}/{section}{yyyy}{slug}",
    ] {
        assert!(UrlPattern::parse(bad, "#").is_err(), "{bad}");
    }
}

#[test]
fn paths_are_read_by_the_pattern_that_made_them() {
    let told = |locale: &str, slug: &str| Some((locale.to_owned(), Some(slug.to_owned())));
    assert_eq!(parts("/{locale}/{section}/{slug}", "/hi/दुनिया/नदी-का-पानी"), told("hi", "नदी-का-पानी"));
    assert_eq!(parts("/{locale}/{yyyy}/{mm}/{dd}/{slug}.html", "/en/2024/03/16/a-car.html"), told("en", "a-car"));
    assert_eq!(parts("/{locale}/{slug}-{yyyy}", "/en/a-car-2020-2021"), told("en", "a-car-2020"), "as much as it can take");
    assert_eq!(parts("/{locale}/{section}/{slug}", "/hi/a"), None);
    assert_eq!(parts("/{locale}/{section}/{slug}", "/hi/a/b/c"), None);
    assert_eq!(parts("/{locale}/{yyyy}/{slug}", "/en/20x4/a"), None);
    let id = "0198c5a1-7f00-7000-8000-000000000001";
    let read = UrlPattern::parse("/{locale}/{slug}-{id}", "#").unwrap().read(&format!("/en/a-car-{id}")).unwrap();
    assert_eq!((read.slug.as_deref(), read.id), (Some("a-car"), Uuid::try_parse(id).ok()));
}

#[test]
fn what_hides_something_is_no_path() {
    assert_eq!(decode("/hi/%E0%A4%A8%E0%A4%A6%E0%A5%80").as_deref(), Some("/hi/नदी"));
    assert_eq!(decode("/hi/caf\u{65}\u{301}").as_deref(), Some("/hi/caf\u{e9}"));
    for bad in ["hi/x", "", "/a%2Fb", "/a%2fb", "/%FF", "/a%00b", "/a?b", "/a#b", "//evil.example/%0d%0a"] {
        assert_eq!(decode(bad), None, "{bad}");
    }
    assert_eq!(decode(&format!("/{}", "a".repeat(LONGEST))), None);
}
