//! Which elements are left out with all that is in them, and which part paragraphs.

/// The element that one of AMP's stands for, by name.
pub(super) fn known(name: &str) -> &str {
    match name {
        "amp-img" | "amp-anim" => "img",
        "amp-iframe" | "amp-video-iframe" => "iframe",
        "amp-video" => "video",
        "amp-audio" => "audio",
        other => other,
    }
}

/// True for elements that are left out; what they say is told.
pub(super) fn is_dropped(name: &str) -> bool {
    const OTHERS: [&str; 16] = [
        "svg",
        "input",
        "button",
        "select",
        "textarea",
        "option",
        "canvas",
        "map",
        "area",
        "applet",
        "datalist",
        // Settings of Word's, and how a formula was typed.
        "xml",
        "annotation",
        "annotation-xml",
        // What is shown where there are no frames and no players.
        "noframes",
        "noembed",
    ];
    is_unseen(name) || OTHERS.contains(&name)
}

/// True for elements that show nothing, whatever is in them.
pub(super) fn is_unseen(name: &str) -> bool {
    const NAMES: [&str; 6] = ["script", "style", "template", "head", "title", "frameset"];
    NAMES.contains(&name)
}

/// True for elements that begin and end a line.
pub(super) fn parts_lines(name: &str) -> bool {
    const OTHERS: [&str; 26] = [
        "hr",
        "img",
        "iframe",
        "embed",
        "object",
        "video",
        "audio",
        "pre",
        "xmp",
        "listing",
        "plaintext",
        "table",
        "blockquote",
        "ul",
        "ol",
        "menu",
        "dir",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "noscript",
        "dialog",
        "optgroup",
    ];
    is_block(name) || OTHERS.contains(&name)
}

/// True for the parts of a table that hold cells, and for cells.
pub(super) fn is_tabular(name: &str) -> bool {
    matches!(name, "td" | "th" | "tr" | "thead" | "tbody" | "tfoot")
}

pub(super) fn is_block(name: &str) -> bool {
    const NAMES: [&str; 27] = [
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
    ];
    NAMES.contains(&name)
}
