//! What readers of special forms once lost, and what becomes of it: one row for each way to lose something.

use super::becomes::{silently, told};

#[test]
fn a_pull_quote_is_one_quotation_with_whose_it_is_and_whatever_has_more_is_none() {
    let quote = |text: &str, by: &str| format!("<figure class=\"pull-quote\"><blockquote><p>{text}</p></blockquote>{by}</figure>");
    let ada = "<figcaption>Ada</figcaption>";
    let sent = |inner: &str| format!("<figure class=\"pull-quote\">{inner}</figure>");
    silently(&[
        (&sent("<blockquote>One sentence. <cite>Ada</cite></blockquote>"), &quote("One sentence.", ada)),
        (&sent("<blockquote><p>One.</p><p>Two.</p><cite>Ada</cite> </blockquote>"), &quote("One.<br>Two.", ada)),
        (
            &sent("<blockquote>One <cite>Ada</cite></blockquote><figcaption>Bob</figcaption>"),
            &quote("One <em>Ada</em>", "<figcaption>Bob</figcaption>"),
        ),
        (
            &sent("<blockquote><p>First.</p><cite>Ada</cite><p>Second.</p></blockquote>"),
            "<blockquote><p>First.</p><p><em>Ada</em></p><p>Second.</p></blockquote>",
        ),
        (
            &sent("<blockquote>A</blockquote><blockquote>B</blockquote>"),
            "<blockquote><p>A</p></blockquote><blockquote><p>B</p></blockquote>",
        ),
        (&sent("Loose <blockquote>A</blockquote> more"), "<p>Loose</p><blockquote><p>A</p></blockquote><p>more</p>"),
        (
            &sent("<blockquote>A</blockquote><figcaption>B</figcaption><figcaption>C</figcaption>"),
            "<blockquote><p>A</p></blockquote><p>B</p><p>C</p>",
        ),
    ]);
    told(&sent("<blockquote hidden>A</blockquote>"), "", &["“A”"]);
    told(
        &sent("<blockquote>A <cite><a href=https://x.example/ada>Ada</a></cite></blockquote>"),
        &quote("A", ada),
        &["https://x.example/ada"],
    );
}

#[test]
fn boxes_with_titles_keep_their_times_marks_and_long_titles() {
    let factbox = |inner: &str| format!("<aside class=\"factbox\">{inner}</aside>");
    let long = "long ".repeat(200);
    let long = long.trim();
    silently(&[
        (&factbox("<time>1 May 2020, Berlin</time><p>a</p>"), &factbox("<p>1 May 2020, Berlin</p><p>a</p>")),
        ("<a href=https://x.example/><aside class=factbox><p>a</p></aside></a>", &factbox("<p><a href=\"https://x.example/\">a</a></p>")),
        ("<b><aside class=factbox><p>a</p></aside></b>", &factbox("<p><strong>a</strong></p>")),
        (&factbox(&format!("<p class=title>{long}</p><p>a</p>")), &factbox(&format!("<p>{long}</p><p>a</p>"))),
        (
            &factbox("<img class=title src=https://x.example/p.jpg alt=x>"),
            &factbox("<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"x\"></figure>"),
        ),
        (
            "<section class=live-update><time datetime=2020-05-01T10:00:00Z>10.00 BREAKING</time><p>a</p><time datetime=2020-05-01T11:00:00Z>later</time></section>",
            "<section class=\"live-update\"><time datetime=\"2020-05-01T10:00:00Z\">2020-05-01T10:00:00Z</time><p>10.00 BREAKING</p><p>a</p><p>later</p></section>",
        ),
    ]);
    told(
        &factbox("<a class=title href=https://x.example/t>T</a><p>a</p>"),
        &factbox("<p class=\"title\">T</p><p>a</p>"),
        &["https://x.example/t"],
    );
    told(&factbox("<p class=title hidden>T</p><p>a</p>"), &factbox("<p>a</p>"), &["“T”"]);
}

#[test]
fn links_around_captions_credits_and_posts_are_told() {
    let kept = "<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"\"><figcaption>Said</figcaption></figure>";
    told(
        "<figure><img src=https://x.example/p.jpg><a href=https://x.example/l><figcaption>Said</figcaption></a></figure>",
        kept,
        &["https://x.example/l"],
    );
    told(
        "<figure><img src=https://x.example/p.jpg><figcaption><a class=credit href=https://x.example/l>AP</a></figcaption></figure>",
        &kept.replace("Said", "<span class=\"credit\">AP</span>"),
        &["https://x.example/l"],
    );
    silently(&[(
        "<figure><img src=https://x.example/p.jpg><figcaption>Said <img class=credit src=https://x.example/p.jpg></figcaption></figure>",
        &format!("{kept}{}", kept.replace("<figcaption>Said</figcaption>", "")),
    )]);
    told(
        "<a href=https://x.example/l><blockquote class=twitter-tweet>W</blockquote><blockquote class=tiktok-embed cite=https://www.tiktok.com/@a/video/1>V</blockquote></a>",
        "<blockquote><p><a href=\"https://x.example/l\">W</a></p></blockquote><figure class=\"embed\" data-provider=\"tiktok\"><a href=\"https://www.tiktok.com/@a/video/1\">V</a></figure>",
        &["https://x.example/l"],
    );
}

#[test]
fn of_pictures_beside_each_other_only_the_same_one_is_kept_once() {
    let figure = |url: &str, alt: &str| format!("<figure class=\"image\"><img src=\"https://x.example/{url}\" alt=\"{alt}\"></figure>");
    let link = "<p><a href=\"https://x.example/l\">more</a></p>";
    silently(&[
        ("<img src=https://x.example/p.jpg data-url=https://x.example/story>", &figure("p.jpg", "")),
        (
            "<img src=https://x.example/i.php?id=1><noscript><img src=https://x.example/i.php?id=2></noscript>",
            &format!("{}{}", figure("i.php?id=1", ""), figure("i.php?id=2", "")),
        ),
        (
            "<img src=https://x.example/i.php?id=1&w=20><noscript><img src=https://x.example/i.php?id=1&w=900></noscript>",
            &figure("i.php?id=1&amp;w=20", ""),
        ),
        (
            "<img src=https://x.example/a-150x150.jpg><p>words</p><img src=blank.gif><noscript><img src=https://x.example/a-1200x800.jpg alt=big></noscript>",
            &format!("{}<p>words</p>{}", figure("a-150x150.jpg", ""), figure("a-1200x800.jpg", "big")),
        ),
        (
            "<noscript><img src=https://x.example/p.jpg></noscript><img src=blank.gif data-src=https://x.example/p.jpg>",
            &figure("p.jpg", ""),
        ),
        ("<noscript><img src=https://x.example/p.jpg></noscript><img src=blank.gif>", &figure("p.jpg", "")),
        (
            "<noscript><img src=https://x.example/p.jpg></noscript><noscript><img src=https://x.example/p.jpg></noscript>",
            &format!("{}{}", figure("p.jpg", ""), figure("p.jpg", "")),
        ),
        (
            "<picture><img src=https://x.example/blank.gif></picture><noscript><img src=https://x.example/p.jpg></noscript>",
            &figure("p.jpg", ""),
        ),
        (
            "<img src=https://x.example/p.jpg><noscript>words <img src=https://x.example/p-3x2.jpg> <a href=https://x.example/l>more</a></noscript>",
            &format!("{}<p>words</p>{link}", figure("p.jpg", "")),
        ),
        ("<img srcset='https://x.example/s.jpg 400w,https://x.example/p.jpg 1600w'>", &figure("p.jpg", "")),
        ("<img srcset='https://x.example/p.jpg 2x,https://x.example/a,b.jpg'>", &figure("p.jpg", "")),
        ("<img srcset='https://x.example/a.jpg, https://x.example/a,b.jpg 1.5x'>", &figure("a,b.jpg", "")),
        ("<b>a</b><img src=https://x.example/p.jpg>", &format!("<p><strong>a</strong></p>{}", figure("p.jpg", ""))),
    ]);
    told(
        "<img src=https://x.example/p.jpg alt=small><noscript><img src=https://x.example/p-3x2.jpg alt=large></noscript>",
        &figure("p.jpg", "small"),
        &["“large”"],
    );
    told("<svg><image xlink:href=https://x.example/i.svg></image></svg>", "", &["https://x.example/i.svg"]);
    told("<div hidden><img srcset='https://x.example/s.jpg 2x' alt=dog></div>", "", &["https://x.example/s.jpg", "“dog”"]);
}
