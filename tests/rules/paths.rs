//! Public paths, and the patterns that they follow.

use dateline::domain::path::{LONGEST, UrlPattern, decode};
use uuid::Uuid;

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
    ] {
        assert!(UrlPattern::parse(bad, "#").is_err(), "{bad}");
    }
}

#[test]
fn paths_are_read_by_the_pattern_that_made_them() {
    let told = |locale: &str, slug: &str| Some((locale.to_owned(), Some(slug.to_owned())));
    assert_eq!(parts("/{locale}/{section}/{slug}", "/hi/दुनिया/नदी-का-पानी"), told("hi", "नदी-का-पानी"));
    assert_eq!(parts("/{locale}/{yyyy}/{mm}/{dd}/{slug}.html", "/en/2024/03/16/a-car.html"), told("en", "a-car"));
    assert_eq!(parts("/news-{locale}-{slug}", "/news-en-GB-a-car"), told("en-GB-a", "car"), "as much as it can take");
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
