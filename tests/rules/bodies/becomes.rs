//! What editors, other systems and careless hands send, and what it becomes: one row for each kind. `docs/bodies.md` has the same table.

use dateline::domain::body::{Format, Sent, html, markdown, parse};

use super::mint;

#[track_caller]
pub(super) fn becomes(sent: &str, kept: &str) -> Vec<String> {
    let (document, warnings) = parse::read(sent, &mut mint()).unwrap();
    assert_eq!(html::write(&document), kept, "{sent}");
    warnings.into_iter().map(|w| w.detail).collect()
}

#[track_caller]
pub(super) fn told(sent: &str, kept: &str, words: &[&str]) {
    let warnings = becomes(sent, kept).join("\n");
    for word in words {
        assert!(warnings.contains(word), "{word:?} in {warnings:?}");
    }
}

#[track_caller]
pub(super) fn silently(rows: &[(&str, &str)]) {
    for (sent, kept) in rows {
        assert_eq!(becomes(sent, kept), Vec::<String>::new(), "{sent}");
    }
}

const P: &str = "<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"\"></figure>";
const Q: &str = "<figure class=\"image\"><img src=\"https://x.example/q.jpg\" alt=\"\"></figure>";

#[test]
fn figures_are_pictures_with_captions_and_galleries() {
    let captioned =
        |url: &str, below: &str| format!("<figure class=\"image\"><img src=\"{url}\" alt=\"\"><figcaption>{below}</figcaption></figure>");
    let gallery = |inner: &str| format!("<div class=\"gallery\">{inner}</div>");
    let both = gallery(&format!("{P}{Q}"));
    silently(&[
        ("<figure><img src=https://x.example/p.jpg><img src=https://x.example/q.jpg></figure>", &both),
        (
            "<figure class=wp-block-gallery><figure><img src=https://x.example/p.jpg></figure><figure><img src=https://x.example/q.jpg></figure></figure>",
            &both,
        ),
        (
            "<figure class=wp-block-gallery><ul class=blocks-gallery-grid><li><figure><img src=https://x.example/p.jpg><figcaption>One</figcaption></figure></li>\
             <li><figure><img src=https://x.example/q.jpg><figcaption>Two <span class=credit>AP</span></figcaption></figure></li></ul><figcaption>Both</figcaption></figure>",
            &format!(
                "{}<p>Both</p>",
                gallery(&format!(
                    "{}{}",
                    captioned("https://x.example/p.jpg", "One"),
                    captioned("https://x.example/q.jpg", "Two <span class=\"credit\">AP</span>")
                ))
            ),
        ),
        (
            "<div class=gallery><dl class=gallery-item><dt><img src=https://x.example/p.jpg></dt><dd class='wp-caption-text gallery-caption'>One</dd></dl>\
             <dl class=gallery-item><dt><img src=https://x.example/q.jpg></dt></dl></div>",
            &gallery(&format!("{}{Q}", captioned("https://x.example/p.jpg", "One"))),
        ),
        (
            "<div class=wp-caption><img src=https://x.example/p.jpg><p class=wp-caption-text>Said</p></div>",
            &captioned("https://x.example/p.jpg", "Said"),
        ),
        ("<figure><p>Kept?</p><img src=https://x.example/p.jpg></figure>", &format!("<p>Kept?</p>{P}")),
        (
            "<figure><img src=https://x.example/p.jpg><figcaption>At dawn.<br>Photo: Agency</figcaption></figure>",
            &captioned("https://x.example/p.jpg", "At dawn. Photo: Agency"),
        ),
        (
            "<figure><img src=https://x.example/p.jpg><figcaption><span class=credit>AP</span>At dawn</figcaption></figure>",
            &captioned("https://x.example/p.jpg", "At dawn <span class=\"credit\">AP</span>"),
        ),
        (
            "<figure><table><tr><td>a<td>b</table><figcaption>Said</figcaption></figure>",
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table><p>Said</p>",
        ),
        ("<h2>Head <img src=https://x.example/p.jpg></h2>", &format!("<h2>Head</h2>{P}")),
        ("<ul><li>a<img src=https://x.example/p.jpg></ul>", &format!("<ul><li><p>a</p>{P}</li></ul>")),
        (
            "<table><tr><td>a<img src=https://x.example/p.jpg><td>b</table>",
            &format!("<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>{P}"),
        ),
        (
            "<a href=https://x.example/><img src=https://x.example/p.jpg></a>",
            "<figure class=\"image\"><a href=\"https://x.example/\"><img src=\"https://x.example/p.jpg\" alt=\"\"></a></figure>",
        ),
        ("<pre><img src=https://x.example/p.jpg></pre>", P),
    ]);
    told(
        "<figure><img src=https://x.example/p.jpg><figcaption>By <a href=https://x.example/me>me</a></figcaption></figure>",
        &captioned("https://x.example/p.jpg", "By me"),
        &["https://x.example/me", "“me”"],
    );
}

#[test]
fn of_a_picture_that_is_loaded_late_the_real_one_is_kept_once() {
    for sent in [
        "<img src=data:image/gif;base64,R0 data-src=https://x.example/p.jpg>",
        "<img src=https://x.example/blank.gif data-lazy-src=https://x.example/p.jpg>",
        "<img srcset='https://x.example/s.jpg 300w, https://x.example/p.jpg 900w' src=data:image/gif;base64,R0>",
        "<img data-srcset='https://x.example/s.jpg 1x, https://x.example/p.jpg 2x'>",
        "<picture><source srcset='https://x.example/p.jpg 2x'><img src=data:x></picture>",
        "<picture><source srcset=https://x.example/p.webp><img src=https://x.example/p.jpg></picture>",
        "<img src=data:image/gif;base64,R0><noscript><img src=https://x.example/p.jpg></noscript>",
        "<img src=x.gif data-src=https://x.example/p.jpg><noscript><img src=https://x.example/p-300x200.jpg></noscript>",
        "<img src=//x.example/p.jpg>",
    ] {
        assert_eq!(becomes(sent, P), Vec::<String>::new(), "{sent}");
    }
    told("<p>Before</p><img src=/own.jpg alt='A dog'>", "<p>Before</p>", &["/own.jpg", "“A dog”", "after “Before”"]);
}

#[test]
fn looks_are_read_from_styles_and_go_onto_the_words() {
    silently(&[
        ("<b style=\"font-weight:normal\"><p>a</p><p>b</p></b>", "<p>a</p><p>b</p>"),
        (
            "<span style=\"font-weight:700\">b</span><span style=\"font-style:italic\">i</span><span style=\"text-decoration:underline\">u</span>\
             <span style=\"text-decoration:line-through\">s</span><span style=\"vertical-align:super\">t</span><span style='vertical-align: sub'>l</span>",
            "<p><strong>b</strong><em>i</em><u>u</u><s>s</s><sup>t</sup><sub>l</sub></p>",
        ),
        ("<b>a<span style=\"font-weight:400\">b</span></b>", "<p><strong>a</strong>b</p>"),
        ("<a href=https://x.example/><h3>Card</h3></a>", "<h3><a href=\"https://x.example/\">Card</a></h3>"),
        ("<b><ul><li>a</ul></b>", "<ul><li><p><strong>a</strong></p></li></ul>"),
        ("<i><table><tr><td>a<td>b</table></i>", "<table><tbody><tr><td><em>a</em></td><td><em>b</em></td></tr></tbody></table>"),
        ("<code>x</code> <kbd>y</kbd>", "<p><code>x</code> <code>y</code></p>"),
        ("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>", "<p>漢(かん)字(じ)</p>"),
        ("<ruby>漢<rp>（</rp><rt>かん</rt><rp>）</rp></ruby>", "<p>漢（かん）</p>"),
        ("<bdi>x</bdi> <span dir=rtl>שלום</span>", "<p>\u{2068}x\u{2069} \u{2067}שלום\u{2069}</p>"),
        ("<q>never <q>ever</q></q>", "<p>“never ‘ever’”</p>"),
        ("<p lang=de><q>nie</q></p>", "<p lang=\"de\" dir=\"ltr\">„nie“</p>"),
        ("<p><span lang=fr><q>a</q></span></p>", "<p><span lang=\"fr\">«a»</span></p>"),
        ("<p>&nbsp;</p><p>a</p><p> <br> </p>", "<p>a</p>"),
        ("<blockquote lang=hi><p>a</p></blockquote>", "<blockquote lang=\"hi\" dir=\"ltr\"><p>a</p></blockquote>"),
    ]);
    told("<abbr title=\"World Health Organization\">WHO</abbr>", "<p>WHO</p>", &["WHO: World Health Organization"]);
    told("a <mark>b</mark> <small>c</small>", "<p>a b c</p>", &["<mark>", "<small>"]);
    told("<math><mi>x</mi><mo>=</mo><mn>1</mn></math>", "<p>x=1</p>", &["formula"]);
}

#[test]
fn quotation_marks_are_those_of_the_language_of_the_body() {
    for (locale, kept) in [("hi", "“a ‘b’”"), ("de-AT", "„a ‚b‘“"), ("ja", "「a 『b』」"), ("fr", "«a «b»»"), ("sv", "”a ’b’”")]
    {
        let sent = Sent { format: Format::Html, content: "<p><q>a <q>b</q></q></p>".into() };
        let (document, _) = sent.read(Some(&locale.parse().unwrap()), &mut mint()).unwrap();
        assert_eq!(html::write(&document), format!("<p>{kept}</p>"), "{locale}");
    }
    assert_eq!(becomes("<p>“<q>a</q>” <q>„b“</q></p>", "<p>““a”” „b“</p>"), Vec::<String>::new());
}

#[test]
fn lists_are_lists_however_they_are_written() {
    silently(&[
        ("<ul><li>B</li><ul><li>B1</li></ul><li>C</ul>", "<ul><li><p>B</p><ul><li><p>B1</p></li></ul></li><li><p>C</p></li></ul>"),
        ("<ul>loose<li>a</ul>", "<ul><li><p>loose</p></li><li><p>a</p></li></ul>"),
        (
            "<p class=MsoListParagraph style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>One</p>\
             <p style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.</span>Inner</p>\
             <p style='mso-list:l0 level1 lfo1'><!--[if !supportLists]--><span style='mso-list:Ignore'>·</span><!--[endif]-->Two</p><p>After</p>",
            "<ul><li><p>One</p><ol><li><p>Inner</p></li></ol></li><li><p>Two</p></li></ul><p>After</p>",
        ),
        (
            "<p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>3.</span>c</p><p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>4.</span>d</p>",
            "<ol start=\"3\"><li><p>c</p></li><li><p>d</p></li></ol>",
        ),
    ]);
    told("<ol reversed type=a><li value=7>x</ol>", "<ol><li><p>x</p></li></ol>", &["reversed", "type", "value"]);
}

#[test]
fn tables_are_tables_and_what_is_laid_out_is_not() {
    silently(&[
        ("<tr><td>a</td><td>b</td></tr>", "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"),
        ("<p>x<td>a<td>b", "<p>x</p><table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"),
        ("<div><tr><td>a</td></tr></div><p>after</p>", "<table><tbody><tr><td>a</td></tr></tbody></table><p>after</p>"),
        (
            "<table><tfoot><tr><td>f<tbody><tr><td>b<thead><tr><th>h</table>",
            "<table><tbody><tr><th>h</th></tr><tr><td>b</td></tr><tr><td>f</td></tr></tbody></table>",
        ),
        ("<table><caption>Said</caption><tr><td>a<td>b</table>", "<p>Said</p><table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"),
        ("<table><tr><td><p>a</p><ul><li>b</ul><td>c</table>", "<table><tbody><tr><td>a<br>b</td><td>c</td></tr></tbody></table>"),
    ]);
    told("<table><tr><td><h2>Head</h2><p>a</p></td></tr></table>", "<h2>Head</h2><p>a</p>", &["only lays out"]);
}

#[test]
fn lines_of_code_stay_lines() {
    silently(&[
        ("<pre>one<br>two</pre>", "<pre><code>one\ntwo</code></pre>"),
        ("<pre><p>one</p><p>two</p></pre>", "<pre><code>one\ntwo</code></pre>"),
        ("<pre><code class=language-rust>a\n\n  b</code></pre>", "<pre><code class=\"language-rust\">a\n\n  b</code></pre>"),
    ]);
    told("<pre>see <a href=https://x.example/>it</a></pre>", "<pre><code>see it</code></pre>", &["https://x.example/"]);
}

#[test]
fn posts_and_players_of_known_providers_are_embeds() {
    let embed = |provider: &str, url: &str, label: &str| {
        format!("<figure class=\"embed\" data-provider=\"{provider}\"><a href=\"{url}\">{label}</a></figure>")
    };
    silently(&[
        (
            "<iframe src=//www.youtube.com/embed/a></iframe>",
            &embed("youtube", "https://www.youtube.com/embed/a", "https://www.youtube.com/embed/a"),
        ),
        ("<p>https://youtu.be/abc</p>", &embed("youtube", "https://youtu.be/abc", "https://youtu.be/abc")),
        (
            "<figure class='wp-block-embed is-provider-youtube'><div class=wp-block-embed__wrapper>\nhttps://www.youtube.com/watch?v=a\n</div><figcaption>Said</figcaption></figure>",
            &format!("{}<p>Said</p>", embed("youtube", "https://www.youtube.com/watch?v=a", "https://www.youtube.com/watch?v=a")),
        ),
        (
            "<blockquote class=twitter-tweet><p lang=en>Words</p>&mdash; Me (@me) <a href=\"https://twitter.com/me/status/1?ref_src=x\">May 1</a></blockquote>",
            &embed("x", "https://twitter.com/me/status/1?ref_src=x", "Words — Me (@me) May 1"),
        ),
        (
            "<blockquote class=instagram-media data-instgrm-permalink=\"https://www.instagram.com/p/abc/\"><a href=\"https://www.instagram.com/p/abc/\">View</a></blockquote>",
            &embed("instagram", "https://www.instagram.com/p/abc/", "View"),
        ),
        (
            "<blockquote class=tiktok-embed cite=\"https://www.tiktok.com/@a/video/1\"><section>W</section></blockquote>",
            &embed("tiktok", "https://www.tiktok.com/@a/video/1", "W"),
        ),
        ("<p>See https://youtu.be/abc</p>", "<p>See https://youtu.be/abc</p>"),
        ("<p>https://twitter.com/me</p>", "<p>https://twitter.com/me</p>"),
    ]);
    told("<iframe src=//x.example/f title=\"A map\"></iframe>", "", &["https://x.example/f"]);
    told(
        "<video src=https://x.example/v.mp4 poster=https://x.example/p.jpg>No video</video>",
        "",
        &["https://x.example/v.mp4", "https://x.example/p.jpg", "No video"],
    );
    told("<object data=https://x.example/o.swf><p>instead</p></object>", "<p>instead</p>", &["https://x.example/o.swf"]);
}

#[test]
fn links_lead_where_they_led() {
    silently(&[
        ("<a href=\"//x.example/a\">a</a>", "<p><a href=\"https://x.example/a\">a</a></p>"),
        ("<a href=\"/en/world/x?y#z\">a</a>", "<p><a href=\"/en/world/x?y#z\">a</a></p>"),
        ("<a href=https://x.example/>l<b>i</b></a>", "<p><a href=\"https://x.example/\">l<strong>i</strong></a></p>"),
    ]);
    told("<p>x <a href=page.html>near</a></p>", "<p>x near</p>", &["page.html", "after “x"]);
    told("<p>x <a href=https://x.example/e></a></p>", "<p>x</p>", &["https://x.example/e"]);
    told("<p>x <a href=https://x.example/e><svg><text>icon</text></svg></a></p>", "<p>x</p>", &["https://x.example/e", "“icon”"]);
}

#[test]
fn what_nobody_sees_and_what_is_typed_is_told_with_its_words() {
    told("<p>a</p><p hidden>secret</p><div style='display: none'>more</div>", "<p>a</p>", &["hides", "“secret”", "“more”"]);
    told(
        "<form><label>Name</label><input value=typed><button>Send</button><select><option>one<option>two</select><textarea>area</textarea></form>",
        "<p>Name</p>",
        &["“typed”", "“Send”", "one", "two", "“area”"],
    );
    told("<details><summary>Sum</summary><p>Rest</p></details><dl><dt>T<dd>D</dl>", "<p>Sum</p><p>Rest</p><p>T</p><p>D</p>", &[]);
    told("<template><p>tpl</p></template><canvas>drawn</canvas><noscript>turn on</noscript>", "", &["drawn", "turn on"]);
}

#[test]
fn directions_are_closed_at_the_end_of_their_block_and_controls_are_read_as_what_they_were() {
    told("<p>\u{202b}a<b>b</b>\u{202c}</p>", "<p>\u{202b}a<strong>b</strong>\u{202c}</p>", &[]);
    assert_eq!(becomes("<p>\u{202b}a<b>b</b>\u{202c}</p>", "<p>\u{202b}a<strong>b</strong>\u{202c}</p>"), Vec::<String>::new());
    told("<p>\u{2067}a<b>b</b></p><p>c\u{202c}</p>", "<p>\u{2067}a<strong>b\u{2069}</strong></p><p>c</p>", &["2 bidirectional", "“"]);
    told("<p>It\u{92}s \u{93}so\u{94} \u{81}</p>", "<p>It’s “so”</p>", &["Windows-1252", "It’s"]);
}

#[test]
fn losses_are_bounded_and_counted() {
    let many: String = (0..40).map(|n| format!("<button>press {n}</button>")).collect();
    let warnings = becomes(&many, "");
    assert_eq!(warnings.len(), 11, "{warnings:#?}");
    assert!(warnings[10].contains("30 more of these, with 210 characters"), "{}", warnings[10]);
    let long = becomes(&format!("<button>{}</button>", "x".repeat(500)), "");
    assert!(long[0].len() < 400 && long[0].contains("300 more characters"), "{}", long[0]);
}

#[test]
fn notes_of_markdown_are_kept_and_lead_to_and_fro() {
    let (document, warnings) = markdown::read("a[^1]\n\n[^1]: Source\n", &mut mint()).unwrap();
    assert_eq!(warnings.len(), 0, "{warnings:?}");
    let ids: Vec<_> = document.blocks.iter().map(|b| b.id.clone()).collect();
    let written = html::write(&document);
    assert_eq!(
        written,
        format!(
            "<p id=\"block-{0}\">a<a href=\"#block-{1}\"><sup>1</sup></a></p><p id=\"block-{1}\"><a href=\"#block-{0}\"><sup>1</sup></a> Source</p>",
            ids[0], ids[1]
        )
    );
    let (again, _) = markdown::read(&markdown::write(&document), &mut mint()).unwrap();
    assert_eq!(html::write(&again), written);
    for line in ["x!", "## Learn C #", "    four spaces", "[^1]: x", "https://x.example"] {
        let (document, _) =
            parse::read(&format!("<p>{line}<a href=https://x.example/>u</a> C #</p><h2>Learn C #</h2>"), &mut mint()).unwrap();
        let (again, _) = markdown::read(&markdown::write(&document), &mut mint()).unwrap();
        assert_eq!(html::write(&again), html::write(&document), "{line}");
    }
}

#[test]
fn cells_of_markdown_beyond_the_columns_stand_behind_the_table() {
    let sent = "| a | b |\n| - | - |\n| 1 | 2 | three \\| 3 | four |\n| 5 |\n";
    let (document, warnings) = markdown::read(sent, &mut mint()).unwrap();
    let kept = html::write(&document);
    assert!(kept.ends_with("</table><p>three | 3 | four</p>"), "{kept}");
    assert_eq!(warnings, []);
}

#[test]
fn the_alternative_text_of_a_placeholder_is_kept_or_told() {
    let real = "<noscript><img src=https://x.example/p.jpg alt=river></noscript>";
    silently(&[(&format!("<img src=blank.gif alt=river>{real}"), &P.replace("alt=\"\"", "alt=\"river\""))]);
    told(&format!("<img src=blank.gif alt=bridge>{real}"), &P.replace("alt=\"\"", "alt=\"river\""), &["bridge"]);
    // What has an address of its own is no placeholder.
    told(&format!("<img src=/own.jpg alt=bridge>{real}"), &P.replace("alt=\"\"", "alt=\"river\""), &["bridge", "/own.jpg"]);
}

#[test]
fn a_link_around_what_takes_none_is_told() {
    for within in
        ["<pre>one</pre>", "<iframe src=https://www.youtube.com/embed/a></iframe>", "\u{202b}<video>one</video>", "<input value=x>"]
    {
        let (_, warnings) = parse::read(&format!("<a href=https://x.example/a>{within}</a>"), &mut mint()).unwrap();
        let told = warnings.iter().filter(|w| w.detail.contains("https://x.example/a")).count();
        assert_eq!(told, 1, "{within}: {warnings:?}");
    }
}
