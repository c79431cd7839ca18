//! Which elements are dropped with all that is in them, and which part paragraphs.

pub(super) fn is_dropped(name: &str) -> bool {
    const NAMES: [&str; 33] = [
        "script",
        "style",
        "template",
        "noscript",
        "object",
        "svg",
        "math",
        "input",
        "button",
        "select",
        "textarea",
        "option",
        "head",
        "title",
        "meta",
        "link",
        "base",
        "canvas",
        "map",
        "area",
        "applet",
        "frame",
        "frameset",
        "noframes",
        "noembed",
        "xmp",
        "plaintext",
        "audio",
        "video",
        "source",
        "track",
        "param",
        "embed",
    ];
    NAMES.contains(&name)
}

/// True for elements that begin and end a line.
pub(super) fn parts_lines(name: &str) -> bool {
    let others = ["hr", "img", "iframe", "pre", "table", "blockquote", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"];
    is_block(name) || others.contains(&name)
}

pub(super) fn is_block(name: &str) -> bool {
    const NAMES: [&str; 28] = [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "address",
        "dl",
        "dt",
        "dd",
        "figure",
        "figcaption",
        "details",
        "summary",
        "fieldset",
        "legend",
        "center",
        "body",
        "html",
        "aside",
        "hgroup",
        "li",
        "form",
        "caption",
        "search",
        "menu",
    ];
    NAMES.contains(&name)
}
