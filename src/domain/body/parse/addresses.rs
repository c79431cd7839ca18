//! Addresses of pictures and links, as pages write them.

use scraper::ElementRef;

use super::super::provider;
use crate::domain::{
    text::limits,
    url::{is_overlong, web_address},
};

/// An address with the scheme that pages leave out (`//host/path`).
pub(super) fn absolute(text: &str) -> String {
    let text = text.trim();
    if text.starts_with("//") { format!("https:{text}") } else { text.to_owned() }
}

/// The address of a picture, or of what is embedded.
pub(super) fn web(text: &str) -> Option<String> {
    web_address(&absolute(text))
}

/// True for an address that could be kept if it were shorter.
pub(super) fn is_long(text: &str) -> bool {
    let text = absolute(text);
    text.starts_with('#') && text.len() > limits::URL || is_overlong(&text)
}

/// What is told of such a link, picture or embed.
pub(super) fn long(what: &str) -> String {
    format!("{what} with an address of more than {} bytes", limits::URL)
}

/// Attributes that hold the picture itself where `src` holds a placeholder until it is scrolled to.
const LAZY: [&str; 5] = ["data-src", "data-lazy-src", "data-original", "data-orig-file", "data-lazy"];
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

/// The largest of a set of pictures that is no placeholder.
fn largest(set: &str) -> Option<String> {
    let mut best: Option<(f64, String)> = None;
    for (address, size) in candidates(set) {
        let url = web(address).filter(|url| !is_placeholder(url));
        if let Some(url) = url.filter(|_| best.as_ref().is_none_or(|(most, _)| size > *most)) {
            best = Some((size, url));
        }
    }
    best.map(|(_, url)| url)
}

/// The addresses of a set with their widths or densities (WHATWG HTML §4.8.4.3.10, parsing a `srcset` attribute): a comma ends an address
/// where white space follows, and a size where none of its brackets is open.
fn candidates(set: &str) -> impl Iterator<Item = (&str, f64)> {
    let mut rest = set;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let (address, after) = rest.split_at_checked(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()))?;
        if address.is_empty() {
            return None;
        }
        let plain = address.trim_end_matches(',');
        let mut depth = 0usize;
        let ends = |c: char| {
            match c {
                '(' => depth = depth.saturating_add(1),
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        };
        let end = if plain == address { after.find(ends).unwrap_or(after.len()) } else { 0 };
        let (sizes, after) = after.split_at_checked(end)?;
        rest = after;
        let size = sizes.split_ascii_whitespace().find_map(|size| size.strip_suffix(['w', 'x'])?.parse().ok());
        Some((plain, size.unwrap_or(1.0)))
    })
}

/// True for what stands in for a picture until it is loaded.
pub(super) fn is_placeholder(src: &str) -> bool {
    let name = src.rsplit('/').next().unwrap_or(src).split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let known =
        ["blank", "spacer", "placeholder", "transparent", "pixel", "1x1", "lazy", "loading", "grey", "gray", "empty", "trans", "clear"];
    src.trim().is_empty() || src.trim_start().starts_with("data:") || known.contains(&stem)
}

/// One picture or page however large and whoever leads there: the address without what says only that.
pub(super) fn alike(url: &str) -> String {
    const SIZES: [&str; 9] = ["w", "h", "width", "height", "size", "resize", "fit", "quality", "dpr"];
    const LEADS: [&str; 4] = ["ref_src", "ref_url", "igsh", "igshid"];
    let whole = url.split('#').next().unwrap_or(url);
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let says = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default();
        !name.is_empty() && !SIZES.contains(&name) && !LEADS.contains(&name) && !name.starts_with("utm_")
    };
    let query: Vec<&str> = query.split('&').filter(says).collect();
    let (stem, kind) = path.rsplit_once('.').unwrap_or((path, ""));
    let is_size = |size: &str| size.split_once('x').is_some_and(|(w, h)| [w, h].into_iter().all(|n| n.parse::<u16>().is_ok()));
    let stem = stem.rsplit_once('-').filter(|(_, size)| is_size(size)).map_or(stem, |(stem, _)| stem);
    format!("{stem}.{kind}?{}", query.join("&"))
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
