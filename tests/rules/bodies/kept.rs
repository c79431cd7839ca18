//! What readers of special forms once lost, and what becomes of it: one row for each way to lose something.

use dateline::domain::body::{Node, doc, html, markdown, parse};

use super::{
    becomes::{becomes, silently, told},
    mint,
};

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
        (&factbox("a<p class=title></p>b"), &factbox("<p>a</p><p>b</p>")),
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
fn links_in_the_title_of_an_embed_are_told() {
    let embed =
        |title: &str| format!("<figure class=\"embed\" data-provider=\"vimeo\"><a href=\"https://vimeo.com/1\">{title}</a></figure>");
    let sent = "<figure class=embed><a href=https://vimeo.com/1><table><tr><td><a href=https://x.example/l>T</a></table></a></figure>";
    told(sent, &embed("T"), &["https://x.example/l", "a table"]);
    let around = "<a href=https://x.example/l><object><figure class=embed><a href=https://vimeo.com/1>T</a></figure></object></a>";
    told(around, &embed("T"), &["https://x.example/l"]);
}

#[test]
fn a_link_is_told_that_nothing_is_left_on_but_what_has_its_own() {
    let sent = "<a href=https://x.example/around><table><tr><td><a href=https://x.example/own>a</a> <button>b</button></table></a>";
    let own = "<table><tbody><tr><td><a href=\"https://x.example/own\">a</a></td></tr></tbody></table>";
    told(sent, own, &["“b”", "a link without words and pictures", "https://x.example/around"]);
    silently(&[(&sent.replace("<button>b</button>", "c"), &own.replace("</a>", "</a><a href=\"https://x.example/around\"> c</a>"))]);
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
            "<a href=/l><img src=https://x.example/p.jpg></a><noscript><a href=/l><img src=https://x.example/p.jpg></a></noscript>",
            "<figure class=\"image\"><a href=\"/l\"><img src=\"https://x.example/p.jpg\" alt=\"\"></a></figure>",
        ),
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
    // What a page without scripts does not show, or as a sign alone, stands in for no picture.
    for inner in ["<p hidden><img src=https://x.example/q.jpg></p>", "<img class=emoji alt=😀 src=https://x.example/q.jpg>"] {
        let sent = format!("<noscript>{inner}</noscript><img src=https://x.example/blank.gif>");
        assert!(becomes(&sent, &figure("blank.gif", "")).concat().contains("q.jpg"), "{sent}");
    }
    told("<svg><image xlink:href=https://x.example/i.svg></image></svg>", "", &["https://x.example/i.svg"]);
    told("<div hidden><img srcset='https://x.example/s.jpg 2x' alt=dog></div>", "", &["https://x.example/s.jpg", "“dog”"]);
}

#[test]
fn a_marker_of_a_list_is_a_few_signs_of_an_item() {
    let marked = |name: &str, list: &str, marker: &str| {
        format!("<{name} style='mso-list:{list}'><span style='mso-list:Ignore'>{marker}</span>Words</{name}>")
    };
    silently(&[
        (&marked("h2", "l0 level2 lfo1", "1.2. "), "<h2>1.2. Words</h2>"),
        (&marked("p", "none", "1.2. "), "<p>1.2. Words</p>"),
        (&marked("p", "l0 level1 lfo1", "A whole sentence. "), "<ul><li><p>A whole sentence. Words</p></li></ul>"),
        (&marked("p", "l0 level1 lfo1", "·<b>&nbsp;</b>"), "<ul><li><p>Words</p></li></ul>"),
        ("<div style='mso-list:Ignore'>Words</div>", "<p>Words</p>"),
        // A bullet of a heading that is in no list is a sign of it; what is no marker says no number.
        (&marked("h2", "none", "· "), "<h2>· Words</h2>"),
        (&marked("h2", "l0 level1 lfo1", "· "), "<h2>Words</h2>"),
        (&marked("p", "l0 level1 lfo1", "In the year 2020. "), "<ul><li><p>In the year 2020. Words</p></li></ul>"),
        (&format!("<ul>{}</ul>", marked("li", "l0 level1 lfo1", "· ")), "<ul><li><p>Words</p></li></ul>"),
        (
            &format!("{}<p class=MsoListParagraph><span style='mso-list:Ignore'>2. </span>b</p>", marked("p", "l0 level1 lfo1", "· ")),
            "<ul><li><p>Words</p><p>2. b</p></li></ul>",
        ),
    ]);
}

#[test]
fn program_text_has_what_its_elements_show() {
    silently(&[
        ("<pre><table><tr><td>a<td>b<tr><td>c</table></pre>", "<pre><code>a\tb\nc</code></pre>"),
        ("<pre><tr><td><p>a</p><td>b</table><p><q>c</q></p>", "<pre><code>a\tb\n“c”</code></pre>"),
        ("<pre>漢<ruby>字<rt>じ</rt></ruby></pre>", "<pre><code>漢字(じ)</code></pre>"),
        ("<pre><ruby>字<rp>（</rp><rt>じ</rt><rp>）</rp></ruby></pre>", "<pre><code>字（じ）</code></pre>"),
        ("<pre><q>never <q>ever</q></q></pre>", "<pre><code>“never ‘ever’”</code></pre>"),
    ]);
    told(
        "<pre><abbr title='World Health Organization'>WHO</abbr></pre>",
        "<pre><code>WHO</code></pre>",
        &["WHO: World Health Organization"],
    );
    told("<pre>a<dialog>b</dialog></pre>", "<pre><code>a</code></pre>", &["hides", "“b”"]);
    told("<pre>a <small>b</small></pre>", "<pre><code>a b</code></pre>", &["<small>"]);
}

#[test]
fn every_loss_is_told_or_counted() {
    // Ten kinds of ten told losses and one counted each, and kinds of which only the kind is told, behind them.
    let kinds = ["button", "textarea", "canvas", "select", "script", "style", "option", "applet", "iframe", "video", "audio"];
    let many: String = kinds.iter().map(|kind| format!("<{kind}>word</{kind}>").repeat(11)).collect();
    let sent = format!("{many}<mark>a</mark><p>x <small>b</small> <math>c</math></p>");
    let (_, warnings) = parse::read(&sent, &mut mint()).unwrap();
    assert!(warnings.len() <= 100);
    let details: Vec<_> = warnings.iter().map(|w| w.detail.as_str()).collect();
    let told = details.iter().filter(|detail| detail.contains(": “word”") && !detail.contains("more of these")).count();
    let counted =
        |detail: &&str| detail.split_once(" more of these").and_then(|(before, _)| before.rsplit(' ').next()?.parse::<usize>().ok());
    let looks = details.iter().filter(|detail| detail.contains("look of") || detail.contains("formula")).count();
    let all = told + looks + details.iter().filter_map(counted).sum::<usize>();
    // What nobody sees has no words, and is told once for its kind.
    let unseen = details.iter().filter(|detail| detail.contains("(11 times)")).count();
    assert_eq!(all + unseen * 11, 11 * 11 + 3, "{details:#?}");
}

#[test]
fn a_link_to_what_is_not_there_is_told_without_a_place() {
    let (_, warnings) = parse::read("<p><a href=\"#gone\">first</a></p><p>last words</p>", &mut mint()).unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].detail.ends_with(": #gone"), "{warnings:?}");
}

#[test]
fn what_is_not_there_makes_nothing_and_what_is_not_seen_is_told() {
    silently(&[
        ("<q>‘Tis the season</q>", "<p>“‘Tis the season”</p>"),
        ("<q>“a” and “b”</q>", "<p>““a” and “b””</p>"),
        ("<p>a</p><col><p>b</p>", "<p>a</p><p>b</p>"),
        ("<div class=gallery></div><table></table>", ""),
        (
            "<blockquote class=tiktok-embed cite=https://www.tiktok.com/@a/video/1><pre>&nbsp;</pre></blockquote>",
            "<figure class=\"embed\" data-provider=\"tiktok\"><a href=\"https://www.tiktok.com/@a/video/1\">https://www.tiktok.com/@a/video/1</a></figure>",
        ),
    ]);
    told(
        "<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>\\x</annotation></semantics></math>",
        "<p>x</p>",
        &["“\\x”", "formula"],
    );
    for style in ["background-image:url(https://x.example/b.jpg)", "color:red;BACKGROUND: #fff URL(\"https://x.example/b.jpg\") no-repeat"]
    {
        for sent in [format!("<div style='{style}'>a</div>"), format!("<ul><li style='{style}'>a</ul>"), format!("<td style='{style}'>a")] {
            let (_, warnings) = parse::read(&sent, &mut mint()).unwrap();
            assert!(warnings.iter().any(|w| w.detail.contains("https://x.example/b.jpg")), "{sent}: {warnings:?}");
        }
    }
    silently(&[("<p style='background:url(data:image/png;base64,R0)'>a</p>", "<p>a</p>")]);
}

#[test]
fn what_is_called_as_a_part_of_a_table_in_a_drawing_or_formula_is_none() {
    let picture = "<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"seen\"></figure>";
    told(
        "<tr><td><svg><col></col>word<template><img src=https://x.example/p.jpg alt=seen></template></svg></td></tr></table>",
        picture,
        &["<svg>", "“word”"],
    );
    told(
        "<tr><td>a<svg><td>b</td><td/>c</svg>d</td><td>e</td></tr>f",
        "<table><tbody><tr><td>ad</td><td>e</td></tr></tbody></table><p>f</p>",
        &["“b c”"],
    );
    told("<td><svg>a</td><td>b</td>c", "<table><tbody><tr><td></td><td>b</td></tr></tbody></table><p>c</p>", &["“a”"]);
}

#[test]
fn what_stands_in_a_picture_of_amp_is_read() {
    let picture = |url: &str| format!("<figure class=\"image\"><img src=\"https://x.example/{url}\" alt=\"\"></figure>");
    silently(&[
        ("<amp-img src=https://x.example/p.jpg><div placeholder>Loading</div></amp-img>", &format!("{}<p>Loading</p>", picture("p.jpg"))),
        (
            "<amp-img src=https://x.example/p.jpg><noscript><img src=https://x.example/q.jpg> words</noscript></amp-img>",
            &format!("{}{}<p>words</p>", picture("p.jpg"), picture("q.jpg")),
        ),
    ]);
    told("<div hidden><amp-img alt=dog srcset='https://x.example/s.jpg 2x'></amp-img></div>", "", &["https://x.example/s.jpg", "“dog”"]);
    told("<pre>a<amp-img src=https://x.example/p.jpg></amp-img></pre>", &format!("<pre><code>a</code></pre>{}", picture("p.jpg")), &[]);
}

#[test]
fn remarks_are_left_out_of_program_text_and_part_what_stands_around_them() {
    told("<pre>a<span class=MsoCommentText>b</span></pre>", "<pre><code>a</code></pre>", &["a remark", "“b”"]);
    told("a<div style='mso-element:comment'>b</div>c", "<p>a</p><p>c</p>", &["a remark", "“b”"]);
    told("a<p hidden>b</p>c", "<p>ac</p>", &["hides", "“b”"]);
    // The lines of a credit are its own.
    silently(&[(
        "<figure><img src=https://x.example/p.jpg><figcaption><span class=credit style='white-space:pre'>AP</span></figcaption></figure>a\nb",
        "<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"\"><figcaption><span class=\"credit\">AP</span></figcaption></figure><p>a b</p>",
    )]);
    // What is behind the words of an item of Word's is told once.
    let (_, warnings) =
        parse::read("<p style='mso-list:l0 level1 lfo1;background:url(https://x.example/b.jpg)' dir=rtl>a</p>", &mut mint()).unwrap();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert_eq!(warnings.iter().filter(|w| w.detail.contains("times")).count(), 0, "{warnings:?}");
}

#[test]
fn titles_are_as_long_as_the_schema_lets_them_be() {
    // Six clusters of more code points, and what is added to the words of a post.
    let word = "हिन्दी ";
    for (length, fits) in [(60, true), (120, false)] {
        let sent = format!("<aside class=factbox><p class=title>{}</p><p>a</p></aside>", word.repeat(length));
        let (document, _) = parse::read(&sent, &mut mint()).unwrap();
        doc::read(&doc::write(&document), "#", &mut mint()).unwrap();
        let Node::Factbox { title, blocks } = &document.blocks[0].node else { panic!("{document:?}") };
        assert_eq!((title.is_empty(), blocks.len()), if fits { (false, 1) } else { (true, 2) });
    }
    for (length, fits) in [(1_998, true), (1_999, false)] {
        let post = "<blockquote class=tiktok-embed cite=https://www.tiktok.com/@a/video/1>";
        let (document, _) = parse::read(&format!("{post}<q>{}</q></blockquote>", "a".repeat(length)), &mut mint()).unwrap();
        doc::read(&doc::write(&document), "#", &mut mint()).unwrap();
        let Node::Embed { title, .. } = &document.blocks[0].node else { panic!("{document:?}") };
        assert_eq!((title.is_empty(), document.blocks.len()), if fits { (false, 1) } else { (true, 2) });
    }
}

#[test]
fn what_an_abbreviation_stands_for_is_told_however_long_it_is() {
    let (_, warnings) = parse::read(&format!("<abbr title=meaning>{}</abbr>", "long ".repeat(100)), &mut mint()).unwrap();
    assert!(warnings[0].detail.contains("meaning"), "{warnings:?}");
}

#[test]
fn cells_of_markdown_beyond_the_columns_are_read_as_cells_are() {
    for (row, kept) in [
        ("| 1 | 2 | [here](https://x.example/l) **bold** |", "<a href=\"https://x.example/l\">here</a> <strong>bold</strong>"),
        ("| 1 | 2 | `a \\| b` | # c | - d", "<code>a | b</code> | # c | - d"),
        ("1 | 2 | | <b>e</b> |", "<strong>e</strong>"),
    ] {
        let (document, warnings) = markdown::read(&format!("| a | b |\n| - | - |\n{row}\n"), &mut mint()).unwrap();
        let written = html::write(&document);
        assert!(written.ends_with(&format!("</table><p>{kept}</p>")), "{written}");
        assert_eq!(warnings, []);
    }
}
