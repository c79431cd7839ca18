//! What stands elsewhere than in the elements of a page: pages within it, shadow roots, frames and looks; and where what is lost stood.

use dateline::domain::{body::parse, text::limits};

use super::{
    becomes::{becomes, silently, told},
    mint,
};

const L: &str = "https://x.example/l";
const PICTURE: &str = "<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"seen\"></figure>";
const INNER: &str = "<p>SHADOW <a href=https://x.example/l>l</a></p><img src=https://x.example/p.jpg alt=seen>";

#[test]
fn a_shadow_root_that_is_declared_is_read_in_its_place_and_any_other_template_shows_nothing() {
    let read = format!("<p>SHADOW <a href=\"{L}\">l</a></p>{PICTURE}");
    for mode in ["open", "closed", "OPEN"] {
        silently(&[(
            &format!("<p>a</p><div><template shadowrootmode={mode}>{INNER}</template></div><p>b</p>"),
            &format!("<p>a</p>{read}<p>b</p>"),
        )]);
    }
    silently(&[
        ("<tbody><template shadowrootmode=open>a</template></tbody>", "<p>a</p>"),
        ("<tr><td>a<template shadowrootmode=open>b</template></tr>", "<table><tbody><tr><td>ab</td></tr></tbody></table>"),
        ("<x-y><template shadowrootmode=open>in <slot>else</slot></template> light</x-y>", "<p>in else light</p>"),
        ("<div><template shadowrootmode=open><div><template shadowrootmode=open>deep</template></div></template></div>", "<p>deep</p>"),
    ]);
    for plain in ["<template>", "<template shadowrootmode>", "<template shadowrootmode=shut>"] {
        assert_eq!(becomes(&format!("<div>{plain}{INNER}</template></div>"), ""), ["<template> cannot be part of a body and was dropped"]);
    }
    // What can have none shows none, and of several the first is shown.
    told("<ul><template shadowrootmode=open>no</template><li>a</ul>", "<ul><li><p>a</p></li></ul>", &["<template>"]);
    told("<div><template shadowrootmode=open>a</template><template shadowrootmode=open>b</template></div>", "<p>a</p>", &["<template>"]);
    told("<div hidden><template shadowrootmode=open>a</template></div>", "", &["“a”"]);
}

#[test]
fn the_page_in_a_frame_is_read_in_its_place() {
    let read = format!("<p>SHADOW <a href=\"{L}\">l</a></p>{PICTURE}");
    silently(&[
        (&format!("<p>a <iframe srcdoc='{INNER}'></iframe> b</p>"), &format!("<p>a</p>{read}<p>b</p>")),
        ("<b><iframe srcdoc='<p>a'></iframe></b>", "<p>a</p>"),
        ("<iframe srcdoc='<iframe srcdoc=&quot;<i>deep</i>&quot;></iframe>'></iframe>", "<p><em>deep</em></p>"),
        ("<iframe srcdoc></iframe>", ""),
    ]);
    told("<iframe src=https://x.example/f srcdoc='a'></iframe>", "<p>a</p>", &["https://x.example/f"]);
    told(&format!("<a href={L}><iframe srcdoc='a'></iframe></a>"), "<p>a</p>", &["a link without words", L]);
    told("<iframe srcdoc='<body background=https://x.example/b.jpg>a'></iframe>", "<p>a</p>", &["https://x.example/b.jpg"]);
    let embed = "<figure class=\"embed\" data-provider=\"youtube\"><a href=\"https://youtu.be/abc\">https://youtu.be/abc</a></figure>";
    told(
        "<iframe src=https://youtu.be/abc srcdoc='<a href=/x><img src=https://x.example/p.jpg alt=seen>Play</a>'></iframe>",
        embed,
        &["“seen Play”", "/x", "p.jpg"],
    );
    // What is left out with a frame in it is told with what that shows.
    told(&format!("<button><iframe srcdoc='{INNER}'></iframe></button>"), "", &["“SHADOW l seen”", L, "https://x.example/p.jpg"]);
    told(&format!("<div hidden><iframe srcdoc='{INNER}'></iframe></div>"), "", &["“SHADOW l seen”", L, "https://x.example/p.jpg"]);
}

#[test]
fn pages_in_pages_without_end_are_refused_and_cost_no_more_than_they_may() {
    let mut page = "a".to_owned();
    for _ in 0..40 {
        page = format!("<iframe srcdoc=\"{}\"></iframe>", page.replace('&', "&amp;").replace('"', "&quot;"));
    }
    assert_eq!(becomes(&page, "<p>a</p>"), Vec::<String>::new());
    let deep = (0..limits::HTML_DEPTH).fold("a".to_owned(), |page, n| {
        if n % 3 == 0 {
            format!("<iframe srcdoc='{}'></iframe>", page.replace('&', "&amp;").replace('\'', "&#39;"))
        } else {
            format!("<div>{page}</div>")
        }
    });
    assert!(parse::read(&deep, &mut mint()).is_err());
}

#[test]
fn every_picture_of_a_look_is_told() {
    for (sent, words) in [
        (
            "<table background=https://x.example/1.jpg><tr background=https://x.example/2.jpg><td background=https://x.example/3.jpg>a</table>",
            &["1.jpg", "2.jpg", "3.jpg"][..],
        ),
        ("<table><tbody background=https://x.example/1.jpg><tr><th background=2.jpg>a</table>", &["1.jpg", "2.jpg"]),
        (
            "<table><colgroup style='background:url(1.jpg)'><col style='background:url(2.jpg)'></colgroup><tr><td>a</table>",
            &["1.jpg", "2.jpg"],
        ),
        ("<body background=https://x.example/1.jpg style='background:url(2.jpg)'>a", &["1.jpg", "2.jpg"]),
        ("<html style='background:url(1.jpg)'><body>a", &["1.jpg"]),
        ("<p style='background:url(1.jpg), url(\"2.jpg\")'>a", &["1.jpg", "2.jpg"]),
        ("<ul style='list-style-image:url(1.jpg)'><li style='list-style:url(2.jpg)'>a</ul>", &["1.jpg", "2.jpg"]),
        ("<p style='border-image:url(1.jpg) 30'>a", &["1.jpg", "border-image"]),
        ("<p style='content:url(1.jpg)'>a", &["1.jpg", "content"]),
        ("<img src=https://x.example/p.jpg alt=seen style='content:url(1.jpg)'>", &["1.jpg"]),
        ("<button style='background:url(1.jpg)'>a</button>", &["1.jpg", "“a”"]),
        ("<ul><li style='background:url(1.jpg);list-style:none'><ul><li>a</ul></ul>", &["1.jpg"]),
        ("<ul class=lst-kix_a-1><ul style='background:url(1.jpg)'><li>a</ul></ul>", &["1.jpg"]),
        ("<img class=emoji alt=😀 src=https://x.example/e.png style='background:url(1.jpg)'>", &["1.jpg", "e.png"]),
    ] {
        let (_, warnings) = parse::read(sent, &mut mint()).unwrap();
        for word in words {
            assert_eq!(warnings.iter().filter(|w| w.detail.contains(word)).count(), 1, "{word} of {sent}: {warnings:?}");
        }
    }
    silently(&[("<p style='cursor:url(c.cur)'>a</p>", "<p>a</p>"), ("<p background=no.jpg>a</p>", "<p>a</p>")]);
}

#[test]
fn frames_and_what_stands_there_without_them_are_told() {
    told(
        "<html><frameset cols=*><frame src=https://x.example/nav><frame src=main.html><noframes><body>No <b>frames</b> <a href=/x>l</a></body></noframes></frameset></html>",
        "",
        &["<frame> cannot be part of a body and was dropped: https://x.example/nav", "main.html", "“No frames l”", "/x"],
    );
    told("a<noembed>b <i>c</i></noembed>", "<p>a</p>", &["“b c”"]);
}

#[test]
fn what_fields_show_is_told() {
    told("<input type=image src=go.png alt=Go>", "", &["“Go”", "go.png"]);
    told("<textarea placeholder='Say it'></textarea>", "", &["“Say it”"]);
    told("<textarea placeholder='Say it'>said</textarea>", "", &["“said”"]);
    told("<input value='' placeholder=Name>", "", &["“Name”"]);
}

#[test]
fn what_is_told_of_a_place_is_where_it_stood() {
    let link = |words: &str| format!("<a href={L}>{words}</a>");
    for (sent, after) in [
        (
            format!("before0<figure><img src=https://x.example/p.jpg><figcaption>before {} after</figcaption></figure>", link("LINK")),
            "before",
        ),
        (
            format!("<a href={L}>first<div class=gallery><img src=https://x.example/p.jpg><figcaption>LINK</figcaption>after</div></a>"),
            "first",
        ),
        (format!("<figure><figcaption>before {} after</figcaption><img src=https://x.example/p.jpg></figure>more", link("LINK")), "before"),
        (
            format!(
                "<p>first</p><figure><img src=https://x.example/p.jpg><figcaption>{} after</figcaption><p>more</p></figure>",
                link("LINK")
            ),
            "first",
        ),
        (
            format!(
                "<figure><img src=https://x.example/p.jpg><figcaption>one <span class=credit>two</span> {}</figcaption></figure>",
                link("LINK")
            ),
            "two",
        ),
        (
            format!(
                "<figure><img src=https://x.example/p.jpg><figcaption>one <span class=credit>two {} x</span> y</figcaption></figure>",
                link("LINK")
            ),
            "two",
        ),
        ("<figure><figcaption>said</figcaption><button>LINK</button><img src=https://x.example/p.jpg></figure>".to_owned(), "said"),
        ("<figure><img src=https://x.example/p.jpg><figcaption>said</figcaption></figure><button>LINK</button>".to_owned(), "said"),
        (
            format!(
                "<div class=gallery><figure><img src=https://x.example/p.jpg><figcaption>one</figcaption></figure><figure><img src=https://x.example/q.jpg><figcaption>two {} x</figcaption></figure></div>",
                link("LINK")
            ),
            "two",
        ),
        (
            format!(
                "<div class=gallery><figure><img src=https://x.example/p.jpg><figcaption>one</figcaption></figure><figure><img src=https://x.example/q.jpg><figcaption>{} x</figcaption></figure></div>",
                link("LINK")
            ),
            "one",
        ),
        (
            format!(
                "<blockquote class=twitter-tweet>before {} after <a href=https://twitter.com/a/status/1>date</a></blockquote>",
                link("LINK")
            ),
            "before",
        ),
        (
            format!(
                "<blockquote class=twitter-tweet>one {} two {} <a href=https://twitter.com/a/status/1>date</a></blockquote>",
                "<a href=/x>x</a>",
                link("LINK")
            ),
            "two",
        ),
        (format!("<div>[caption id=\"a\"]<img src=https://x.example/p.jpg> before {} after[/caption]</div>", link("LINK")), "before"),
        (format!("<aside class=factbox>one <button>LINK</button> two<p class=title>T <a href=/x>{}</a> x</p>three</aside>", "x"), "one"),
        (format!("<aside class=factbox>one<p class=title>T {} x</p>three</aside>", link("LINK")), "T"),
        (format!("<aside class=factbox>one<p class=title>{} x</p>three</aside>", link("LINK")), "one"),
        ("<aside class=factbox>one<p class=title>T</p><button>LINK</button>three</aside>".to_owned(), "T"),
        (format!("<figure class=pull-quote><figcaption>by {} x</figcaption><blockquote>words</blockquote></figure>", link("LINK")), "by"),
        (format!("<figure class=pull-quote><blockquote>words</blockquote><figcaption>by {} x</figcaption></figure>", link("LINK")), "by"),
        (format!("<p>one</p><figure class=embed><a href={L}>two</a></figure>"), "one"),
        (
            format!(
                "<blockquote class=twitter-tweet><figure><figcaption><a href=/x>one</a></figcaption>{}</figure>two <a href=https://twitter.com/a/status/1>date</a></blockquote>",
                link("LINK")
            ),
            "one",
        ),
        (format!("<pre>one {} two</pre>", link("LINK")), "one"),
        (format!("<p>zero</p><a href={L}><pre>one</pre></a>"), "zero"),
        ("one <img class=emoji alt=😀 src=https://x.example/l> two".to_owned(), "one"),
        (format!("<p>one</p><p style='background:url({L})'>two</p>"), "one"),
        (format!("<p>one</p><ul><li style='background:url({L})'>two</ul>"), "one"),
    ] {
        let (_, warnings) = parse::read(&sent, &mut mint()).unwrap();
        let told =
            warnings.iter().find(|w| w.detail.contains("LINK") || w.detail.contains(L)).map(|w| w.detail.as_str()).unwrap_or_default();
        assert!(told.ends_with(&format!(", after “{after}”")), "{sent}: {warnings:?}");
    }
}

#[test]
fn an_address_that_is_too_long_is_told_as_that() {
    let long = |start: &str| format!("{start}{}", "a".repeat(limits::URL));
    let said = |sent: &str| parse::read(sent, &mut mint()).unwrap().1.into_iter().map(|w| w.detail).collect::<Vec<_>>().join("\n");
    let more = format!("with an address of more than {} bytes", limits::URL);
    for address in [long("https://x.example/"), long("/"), long("#"), long("mailto:"), long("//x.example/")] {
        let told = said(&format!("<a href='{address}'>a</a>"));
        assert!(told.starts_with(&format!("a link {more}")), "{told}");
    }
    let web = long("https://x.example/");
    for (sent, what) in [
        (format!("<img src='{web}'>"), "an image"),
        (format!("<iframe src='{}'></iframe>", long("https://www.youtube.com/embed/")), "an embed"),
        (format!("<figure class=embed><a href='{web}'>a</a></figure>"), "an embed"),
    ] {
        let told = said(&sent);
        assert!(told.contains(&format!("{what} {more}")), "{told}");
    }
    for (sent, what) in [
        (format!("<a href='{}'>a</a>", long("javascript:")), "leads to no http"),
        (format!("<img src='{}'>", long("x/")), "without an absolute http"),
    ] {
        let told = said(&sent);
        assert!(told.contains(what) && !told.contains("more than"), "{told}");
    }
}

#[test]
fn what_of_a_formula_is_read_is_not_told_as_dropped() {
    let told = |sent: &str, kept: &str| becomes(sent, kept).into_iter().filter(|w| w.contains("annotation")).collect::<Vec<_>>();
    let html = "<math><semantics><mi>x</mi><annotation-xml encoding='text/html'><p>said</p></annotation-xml></semantics></math>";
    assert_eq!(told(html, "<p>x</p><p>said</p>"), Vec::<String>::new());
    let noted = told("<math><mi>x</mi><annotation-xml>said</annotation-xml></math>", "<p>x</p>");
    assert!(noted.len() == 1 && noted[0].contains("“said”"), "{noted:?}");
}
