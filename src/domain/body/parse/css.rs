//! The pictures that a `style` names: the addresses in its declarations, read as CSS reads them (CSS Syntax 3), with its comments, strings and escapes.

/// Properties whose addresses show no picture of their own: what a pointer looks like, and shapes and filters within a page.
const SHOWLESS: [&str; 9] =
    ["cursor", "filter", "backdrop-filter", "clip-path", "shape-outside", "offset-path", "behavior", "-moz-binding", "-ms-filter"];

/// What an escape stands for, and what comes after it.
fn escaped(text: &str) -> (Option<char>, &str) {
    let digits = text.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
    if let Some((code, rest)) = text.split_at_checked(digits).filter(|_| digits > 0) {
        let meant = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        return (Some(meant.unwrap_or(char::REPLACEMENT_CHARACTER)), rest.strip_prefix([' ', '\t', '\n']).unwrap_or(rest));
    }
    let mut rest = text.chars();
    // A line that goes on in a string.
    (rest.next().filter(|c| *c != '\n'), rest.as_str())
}

/// The text up to a sign that ends it, and what comes after that.
fn until(text: &str, end: char) -> (String, &str) {
    let (mut said, mut rest) = (String::new(), text);
    // Ends: each round takes a character.
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == end {
            break;
        }
        if c == '\\' {
            let (meant, after) = escaped(rest);
            said.extend(meant);
            rest = after;
        } else {
            said.push(c);
        }
    }
    (said, rest)
}

/// The address in `url(…)`, and what comes after it.
fn address(text: &str) -> (String, &str) {
    let text = text.trim_start();
    match text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => {
            let (said, rest) = until(text.get(1..).unwrap_or_default(), quote);
            (said, rest.split_once(')').map_or("", |(_, rest)| rest))
        }
        None => until(text, ')'),
    }
}

/// The pictures that a style shows, each with the property that names it, but for those that are part of the page itself.
pub(super) fn pictures(style: &str) -> Vec<(String, String)> {
    let (mut found, mut open): (Vec<(String, String)>, Vec<bool>) = (Vec::new(), Vec::new());
    let (mut property, mut word, mut valued) = (String::new(), String::new(), false);
    let mut add = |property: &str, address: &str| {
        let address = address.trim();
        let own =
            address.is_empty() || address.starts_with('#') || address.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"));
        if !own && !SHOWLESS.contains(&property) && !found.iter().any(|(_, other)| other == address) {
            found.push((property.to_owned(), address.to_owned()));
        }
    };
    let mut rest = style;
    // Ends: each round takes a character.
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '"' | '\'' => {
                let (said, after) = until(rest, c);
                rest = after;
                // Of the pictures of a set addresses may stand in quotation marks alone.
                if open.last() == Some(&true) {
                    add(&property, &said);
                }
                word.clear();
            }
            '(' if matches!(word.as_str(), "url" | "src") => {
                let (said, after) = address(rest);
                rest = after;
                add(&property, &said);
                word.clear();
            }
            '(' => {
                open.push(word.ends_with("image-set") || word.ends_with("cross-fade") || word == "image");
                word.clear();
            }
            ')' => {
                open.pop();
                word.clear();
            }
            ';' if open.is_empty() => {
                (property, valued) = (String::new(), false);
                word.clear();
            }
            ':' if !valued => (property, valued) = (std::mem::take(&mut word), true),
            '\\' => {
                let (meant, after) = escaped(rest);
                word.extend(meant.map(|c| c.to_ascii_lowercase()));
                rest = after;
            }
            c if c.is_whitespace() && !valued => {}
            c if c.is_whitespace() || matches!(c, ',' | '/') => word.clear(),
            c => word.push(c.to_ascii_lowercase()),
        }
    }
    found
}

/// What is told of a picture that a property shows.
pub(super) fn told(property: &str) -> String {
    match property {
        _ if property.starts_with("background") => "a picture behind words (`background`)".to_owned(),
        "list-style" | "list-style-image" | "border-image" | "border-image-source" | "content" | "mask" | "mask-image" => {
            format!("a picture that a style shows (`{property}`)")
        }
        _ => "a picture that a style shows".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::pictures;

    #[test]
    fn every_address_of_a_picture_is_found_however_it_is_written() {
        for (style, all) in [
            ("background:url(a.jpg)", &[("background", "a.jpg")][..]),
            (
                "color:red; BACKGROUND-image : URL( \"a.jpg\" ), url('b;c.jpg') ;",
                &[("background-image", "a.jpg"), ("background-image", "b;c.jpg")],
            ),
            ("list-style-image:url(a.png);border-image:url(b.png) 30", &[("list-style-image", "a.png"), ("border-image", "b.png")]),
            ("content:/* url(x) */u\\72l(a\\)b.png)", &[("content", "a)b.png")]),
            ("background:image-set('a.png' type('image/png') 1x, url(b.png) 2x)", &[("background", "a.png"), ("background", "b.png")]),
            ("--x:url(a.png);mask:url(#m)", &[("--x", "a.png")]),
            ("background:url(data:image/gif;base64,R0),url(a.gif)", &[("background", "a.gif")]),
            ("cursor:url(a.cur);content:'url(b.png)';filter:url(c.svg)", &[]),
            ("background:url(a.png", &[("background", "a.png")]),
            ("background:\\", &[]),
        ] {
            let found = pictures(style);
            let found: Vec<_> = found.iter().map(|(property, address)| (property.as_str(), address.as_str())).collect();
            assert_eq!(found, all, "{style}");
        }
    }
}
