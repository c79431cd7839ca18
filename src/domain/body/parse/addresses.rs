//! Addresses of pictures and links, as pages write them.

use scraper::ElementRef;

use super::super::provider;
use crate::domain::url::web_address;

/// An address with the scheme that pages leave out (`//host/path`).
pub(super) fn absolute(text: &str) -> String {
    let text = text.trim();
    if text.starts_with("//") { format!("https:{text}") } else { text.to_owned() }
}

/// The address of a picture, or of what is embedded.
pub(super) fn web(text: &str) -> Option<String> {
    web_address(&absolute(text))
}

/// Attributes that hold the picture itself where `src` holds a placeholder until it is scrolled to.
const LAZY: [&str; 6] = ["data-src", "data-lazy-src", "data-original", "data-orig-file", "data-lazy", "data-url"];
const SETS: [&str; 3] = ["data-srcset", "data-lazy-srcset", "srcset"];

/// The address of the picture that an `<img>` shows in the end.
pub(super) fn picture(img: ElementRef<'_>) -> Option<String> {
    let attr = |name: &&str| img.value().attr(name);
    let lazy = LAZY.iter().filter_map(attr).find_map(web);
    let src = || img.value().attr("src").filter(|src| !is_placeholder(src)).and_then(web);
    let sets = || SETS.iter().filter_map(attr).find_map(largest);
    let parent = || img.parent().and_then(ElementRef::wrap).filter(|p| p.value().name() == "picture");
    let sources = || {
        parent()?.children().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "source").find_map(|source| {
            let attr = |name: &&str| source.value().attr(name);
            SETS.iter().filter_map(attr).find_map(largest)
        })
    };
    lazy.or_else(src).or_else(sets).or_else(sources).or_else(|| img.value().attr("src").and_then(web))
}

/// What an `<img>` that has no such address says of where the picture is.
pub(super) fn said(img: ElementRef<'_>) -> Option<String> {
    let source = img.parent().and_then(ElementRef::wrap).filter(|p| p.value().name() == "picture");
    let sources = source.into_iter().flat_map(|p| p.children().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "source"));
    let of = |e: ElementRef<'_>| {
        let one = LAZY.iter().chain(&["src"]).filter_map(|name| e.value().attr(name)).find(|a| !is_placeholder(a));
        one.or_else(|| SETS.iter().filter_map(|name| e.value().attr(name)).find_map(|set| set.split_ascii_whitespace().next()))
            .map(str::to_owned)
    };
    of(img).or_else(|| sources.into_iter().find_map(of)).or_else(|| img.value().attr("src").filter(|a| !a.is_empty()).map(str::to_owned))
}

/// The last, and mostly largest, of a set of pictures that is no placeholder.
fn largest(set: &str) -> Option<String> {
    // A comma may be part of an address, so that candidates are told apart by their sizes: each is an address, a space and a size.
    let mut words = set.split_ascii_whitespace();
    let mut best: Option<(f64, String)> = None;
    // Ends: each round takes a word.
    while let Some(word) = words.next() {
        let alone = word.strip_suffix(',');
        let size = if alone.is_some() { "" } else { words.next().unwrap_or_default() };
        let size = size.trim_end_matches(',').trim_end_matches(['w', 'x']).parse().unwrap_or(1.0);
        let url = web(alone.unwrap_or(word).trim_start_matches(',')).filter(|url| !is_placeholder(url));
        if let Some(url) = url.filter(|_| best.as_ref().is_none_or(|(most, _)| size > *most)) {
            best = Some((size, url));
        }
    }
    best.map(|(_, url)| url)
}

/// True for what stands in for a picture until it is loaded.
pub(super) fn is_placeholder(src: &str) -> bool {
    let name = src.rsplit('/').next().unwrap_or(src).split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let known =
        ["blank", "spacer", "placeholder", "transparent", "pixel", "1x1", "lazy", "loading", "grey", "gray", "empty", "trans", "clear"];
    src.trim().is_empty() || src.trim_start().starts_with("data:") || known.contains(&stem)
}

/// One picture however large: the address without size and query.
pub(super) fn alike(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let Some((stem, kind)) = path.rsplit_once('.') else { return path.to_owned() };
    let size = stem.rsplit_once('-').filter(|(_, size)| size.bytes().all(|b| b.is_ascii_digit() || b == b'x') && size.contains('x'));
    format!("{}.{kind}", size.map_or(stem, |(stem, _)| stem))
}

/// The address, when it is that of one thing that a provider shows: what a page embeds when an address stands alone in a paragraph.
pub(super) fn shown(text: &str) -> Option<String> {
    if !text.starts_with("https://") && !text.starts_with("http://") || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let url = web(&text.replacen("http://", "https://", 1))?;
    let by = provider(&url)?;
    let parsed = url::Url::parse(&url).ok()?;
    let parts: Vec<&str> = parsed.path_segments()?.filter(|part| !part.is_empty()).collect();
    let has = |names: &[&str]| parts.iter().any(|part| names.contains(part));
    let one = match by {
        "youtube" => {
            parsed.host_str() == Some("youtu.be") && !parts.is_empty() || has(&["watch", "shorts", "embed", "live", "playlist", "v"])
        }
        "x" => has(&["status", "statuses"]),
        "instagram" => has(&["p", "reel", "tv"]),
        "facebook" => has(&["posts", "videos", "photos", "permalink.php", "photo.php", "watch", "reel", "story.php", "video.php"]),
        "threads" | "bluesky" => has(&["post"]),
        "tiktok" => has(&["video"]) || parsed.host_str().is_some_and(|h| h.starts_with("vm.")),
        "vimeo" => parts.iter().any(|part| part.bytes().all(|b| b.is_ascii_digit())),
        "dailymotion" => has(&["video"]),
        "spotify" => parts.len() > 1,
        "soundcloud" => parts.len() > 1,
        _ => !parts.is_empty(),
    };
    one.then_some(url)
}
