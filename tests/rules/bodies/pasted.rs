//! What programs put on the clipboard and into files: the lists, remarks, spaces, emoji and players of each, and what they mean.

use std::fmt::Write;

use dateline::domain::body::{Format, Sent, html, parse};

use super::{
    becomes::{becomes, silently, told},
    mint,
};

/// A list of Word's: each item with its level, its marker and its words; without a level it is a paragraph.
fn word(items: &[(usize, &str, &str)]) -> String {
    items.iter().fold(String::new(), |mut out, (level, marker, words)| {
        _ = match level {
            0 => writeln!(out, "<p class=MsoNormal>{words}<o:p></o:p></p>"),
            _ => writeln!(
                out,
                "<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'><![if !supportLists]><span\nstyle='font-family:Symbol'>\
                 <span style='mso-list:Ignore'>{marker}<span\nstyle='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>{words}<o:p></o:p></p>"
            ),
        };
        out
    })
}

/// Lists as short as they can be said: `[a [b] c]` of bullets, `3(a b)` of numbers from three.
fn outline(sent: &str) -> String {
    let (document, _) = parse::read(sent, &mut mint()).unwrap();
    let html = html::write(&document).replace("<ol start=\"", "<ol>").replace("</p><p>", "/").replace("<p>", "").replace("</p>", "");
    let html = html.replace("<ol>", " (").replace("</ol>", ")").replace("<ul>", " [").replace("</ul>", "]").replace("<li>", " ");
    html.replace("</li>", "").replace("( ", "(").replace("[ ", "[").replace("\"> ", ":").trim().to_owned()
}

#[test]
fn an_item_of_words_list_stands_where_its_level_and_number_say() {
    for (items, said) in [
        // Numbers without a sign are numbers, and a list of them is another than one of bullets.
        (&[(1, "·", "a"), (1, "1", "b"), (1, "2", "c")][..], "[a] (b c)"),
        (&[(1, "Article 1", "a"), (1, "Article 2", "b")], "(a b)"),
        (&[(1, "१.", "a"), (1, "२.", "b")], "(a b)"),
        (&[(1, "א.", "a"), (1, "ב.", "b")], "(a b)"),
        // The ninth letter is no Roman one, but for what begins with it.
        (&[(1, "h)", "a"), (1, "i)", "b"), (1, "j)", "c")], "(8:a b c)"),
        (&[(1, "i.", "a"), (1, "ii.", "b"), (0, "", "x"), (1, "vii.", "c")], "(a b)x (7:c)"),
        // What does not go on with the next number is a list of its own, and keeps its number.
        (&[(1, "1.", "a"), (1, "A.", "b"), (1, "2.", "c")], "(a) (b c)"),
        (&[(1, "1.", "a"), (1, "2.", "b"), (1, "1.", "c")], "(a b) (c)"),
        (&[(1, "1.", "a"), (1, "7.", "b")], "(a) (7:b)"),
        // No level is skipped, neither at the beginning nor after.
        (&[(2, "·", "a"), (2, "·", "b"), (1, "·", "c")], "[a b c]"),
        (&[(1, "·", "a"), (4, "·", "b"), (3, "·", "c"), (4, "·", "d"), (1, "·", "e")], "[a [b c [d]] e]"),
        (&[(1, "1.", "a"), (3, "i.", "b"), (7, "·", "c"), (3, "ii.", "d")], "(a (b [c] d))"),
    ] {
        assert_eq!(outline(&word(items)), said, "{items:?}");
    }
    // Paragraphs of a list without a marker belong to the item that they stand below.
    let goes_on = |margin: &str, words: &str| format!("<p class=MsoListParagraphCxSpMiddle style='margin-left:{margin}'>{words}</p>");
    let first = word(&[(1, "1.", "a")]);
    let inner = word(&[(2, "a.", "b")]).replace("style='text-indent", "style='margin-left:72pt;text-indent");
    let second = word(&[(1, "2.", "c")]);
    let sent = format!("{first}{}{inner}{}{}{second}", goes_on("36.0pt", "a2"), goes_on("1in", "b2"), goes_on("1.27cm", "a3"));
    assert_eq!(outline(&sent), "(a/a2 (b/b2)a3 c)");
    assert_eq!(outline(&format!("{first}{}{second}", goes_on("1pt", "x"))), "(a)x (2:c)");
    // A heading that is numbered is no item, and keeps its number.
    silently(&[
        (
            "<h2 style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.1<span>&nbsp; </span></span>Scope</h2>",
            "<h2>2.1 Scope</h2>",
        ),
        ("<h2 style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>Scope</h2>", "<h2>Scope</h2>"),
    ]);
}

#[test]
fn flat_lists_have_the_levels_that_their_items_say() {
    let online = |tag: &str, start: u32, level: u32, words: &str| {
        format!(
            "<div class=\"ListContainerWrapper SCXW1\"><{tag} role=list start={start}><li role=listitem data-aria-level={level}><p>{words}</p></li></{tag}></div>"
        )
    };
    let bullets = [(1, "a"), (2, "b"), (3, "c"), (2, "d"), (1, "e")].map(|(level, words)| online("ul", 1, level, words)).concat();
    assert_eq!(outline(&bullets), "[a [b [c] d] e]");
    let numbers =
        [(1, 1, "a"), (1, 2, "b"), (2, 2, "c"), (2, 1, "d"), (9, 1, "e")].map(|(n, level, words)| online("ol", n, level, words)).concat();
    assert_eq!(outline(&numbers), "(a (b c) d) (9:e)");
    for (sent, said) in [
        // A paragraph of Word's and a list in HTML are one list.
        (
            &*format!(
                "{}<ul><ul><li style='mso-list:l0 level2 lfo1'>b<li style='mso-list:l0 level2 lfo1'>c</ul></ul>{}",
                word(&[(1, "·", "a")]),
                word(&[(1, "·", "d")])
            ),
            "[a [b c] d]",
        ),
        ("<ul><li>a<li class=ql-indent-1>b<li class=ql-indent-2>c<li>d</ul>", "[a [b [c]] d]"),
        (
            "<ol><li data-list=bullet>a<li data-list=bullet class=ql-indent-1>b<li data-list=ordered>c<li data-list=ordered>d</ol>",
            "[a [b]] (c d)",
        ),
        (
            "<ul data-indent=0><li data-stringify-indent=0>a</ul><ul data-indent=1><li data-stringify-indent=1>b</ul><ul><li data-stringify-indent=0>c</ul>",
            "[a [b] c]",
        ),
        (
            "<ul class='c1 lst-kix_x-0 start'><li>a</ul><ol class='c1 lst-kix_x-1 start' start=1><li>b</ol><ol class='lst-kix_x-1' start=2><li>c</ol><ul class='lst-kix_x-0'><li>d</ul>",
            "[a (b c) d]",
        ),
        (
            "<ol class=numbered-list start=1><li>a</ol><ol class=numbered-list start=2><li>b</ol><ul class=bulleted-list><li>c</ul><ul class=bulleted-list><li>d</ul>",
            "(a b) [c d]",
        ),
        // What hangs a list into an item that shows none, or into nothing, means the item before.
        ("<ul><li>a<li style='list-style: none'><ul><li>b</ul><li>c</ul>", "[a [b] c]"),
        ("<ul><li>a<li style='list-style-type:none'><ul> </ul><li>b</ul>", "[a b]"),
        ("<ul><li value=1>a<li value=2 class=theme__nestedListItem><ul><li value=1>b</ul><li value=2>c</ul>", "[a [b] c]"),
        ("<ol><li>a</li><ol><ol><ol><li>b</li></ol></ol><li>c</li></ol></ol>", "(a (b c))"),
        ("<ul><ul><li>a</ul><li>b</ul>", "[a b]"),
        // Two lists are two lists, and an item that holds a list alone is one.
        ("<ul><li>a</ul><ul><li>b</ul>", "[a] [b]"),
        ("<ul><li>a<li><ul><li>b</ul></ul>", "[a  [b]]"),
    ] {
        assert_eq!(outline(sent), said, "{sent}");
    }
    // The numbers that items would have anyway are not told.
    silently(&[("<ol start=3><li value=3>a<li value=4>b</ol>", "<ol start=\"3\"><li><p>a</p></li><li><p>b</p></li></ol>")]);
}

#[test]
fn what_begins_a_line_and_what_breaks_one_is_what_a_browser_shows() {
    silently(&[
        ("one<span style='display:block'></span>two", "<p>one</p><p>two</p>"),
        (
            "<span style='display: block'>one</span><a href=https://x.example/ style='display:flex'>two</a>three",
            "<p>one</p><p><a href=\"https://x.example/\">two</a></p><p>three</p>",
        ),
        ("<div style='display:inline'>one</div> <div style='display:inline-block'>two</div>", "<p>one two</p>"),
        ("<p style='white-space:pre-wrap'>one \n  two\n\nthree</p>", "<p>one<br>two<br><br>three</p>"),
        ("one <span style='white-space:pre-wrap'>\ntwo</span>", "<p>one<br>two</p>"),
        ("<output><ol class=lst-kix_a-1>one</ol><b>two</b></output>", "<p>one</p><p><strong>two</strong></p>"),
        (
            "<div style='white-space:pre-line'>\n<p>one</p>\n<p style='white-space:normal'>two\nthree</p>\n</div>",
            "<p>one</p><p>two three</p>",
        ),
        (
            "<p>a<span class=Apple-converted-space>&nbsp;</span>b<span>&nbsp;</span>c<span style='mso-spacerun:yes'>&nbsp; </span>d<span style='mso-tab-count:1'>&nbsp;&nbsp;&nbsp; </span>e</p>",
            "<p>a b c d e</p>",
        ),
        ("<p>«<span class=nbsp>&nbsp;</span>mot&nbsp;»</p>", "<p>«\u{a0}mot\u{a0}»</p>"),
        (
            "<p role=heading aria-level=2>Head</p><div role=heading aria-level=3>Sub</div><p role=heading>Also</p>",
            "<h2>Head</h2><h3>Sub</h3><h2>Also</h2>",
        ),
    ]);
}

#[test]
fn paragraphs_in_words_styles_for_quotations_are_one() {
    let online = |style: &str, words: &str| {
        format!(
            "<div class=OutlineElement><p class=Paragraph><span class=TextRun><span data-ccp-parastyle=\"{style}\">{words}</span></span></p></div>"
        )
    };
    silently(&[
        (
            "<p class=MsoQuote>one</p>\n<p class=MsoQuote>&nbsp;</p><p class=MsoIntenseQuote><b>two</b></p><p>three</p><p class=MsoBlockText>four</p>",
            "<blockquote><p>one</p><p><strong>two</strong></p></blockquote><p>three</p><blockquote><p>four</p></blockquote>",
        ),
        (
            &*[online("Quote", "one"), online("Quote", "two"), online("Tip", "three")].concat(),
            "<blockquote><p>one</p><p>two</p></blockquote><p>three</p>",
        ),
        ("<blockquote>one</blockquote><p class=MsoQuote>two</p>", "<blockquote><p>one</p></blockquote><blockquote><p>two</p></blockquote>"),
    ]);
}

#[test]
fn program_text_and_looks_are_told_by_the_style_alone() {
    silently(&[
        (
            "<div style=\"font-family: Menlo, 'Courier New', monospace;font-weight: normal;white-space: pre;\"><div><span style='font-weight:bold'>fn</span> a() {</div><div>    b(); c();</div><br><div>}</div></div>",
            "<pre><code>fn a() {\n    b(); c();\n\n}</code></pre>",
        ),
        (
            "<div class=ql-code-block-container><div class=ql-code-block>x</div><div class=ql-code-block>  y</div></div>",
            "<pre><code>x\n  y</code></pre>",
        ),
        ("<div style='font-family:monospace'>x</div><div style='white-space:pre'>y</div>", "<p>x</p><p>y</p>"),
        (
            "<p style='font: italic bold 12px/1.4 Georgia'>both</p><p style='font:12px Helvetica'>none</p>",
            "<p><strong><em>both</em></strong></p><p>none</p>",
        ),
    ]);
}

#[test]
fn what_is_no_part_of_the_text_is_told_and_left_out() {
    told(
        "<p>The mayor<span class=MsoCommentReference><![if !supportAnnotations]><a class=msocomanchor id=_anchor_1 href='#_msocom_1'>[J1]</a><![endif]></span> left.</p>\
         <div style='mso-element:comment-list'><div style='mso-element:comment'><div class=msocomtxt id=_com_1><p class=MsoCommentText>Ask the lawyer</p></div></div></div>",
        "<p>The mayor left.</p>",
        &["a remark on the text", "“[J1]” #_msocom_1", "“Ask the lawyer”"],
    );
    told(
        "<p>The mayor<sup><a href=#cmnt1 id=cmnt_ref1>[a]</a></sup> left.</p><div class=c9><p><a href=#cmnt_ref1 id=cmnt1>[a]</a><span>Ask the lawyer</span></p></div>",
        "<p>The mayor left.</p>",
        &["“[a]” #cmnt1", "“[a] Ask the lawyer”"],
    );
    // What was deleted under review is left out, and what was added looks like the rest. Elsewhere both are looks.
    told(
        "<p class=MsoNormal>The <del cite='mailto:j' datetime=2026-01-01><span>liar</span></del><ins cite='mailto:j' datetime=2026-01-01><span>mayor</span></ins> <s>left</s>.</p>",
        "<p>The mayor <s>left</s>.</p>",
        &["what was deleted under review", "“liar”"],
    );
    silently(&[("<p>The <del>liar</del><ins>mayor</ins></p>", "<p>The <s>liar</s><u>mayor</u></p>")]);
    told("<p>a</p><xml><w:View>Normal</w:View><w:Zoom>0</w:Zoom></xml><p>b</p>", "<p>a</p><p>b</p>", &["<xml>", "“Normal 0”"]);
    told(
        "<table><tr style='display:none'><td>secret</td></tr><tbody hidden><tr><td>more</td></tr></tbody><tr><td>a</td><td>b</td></tr></table>",
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        &["what a page hides", "“secret”", "“more”"],
    );
    told(
        "<p>a <a href=https://x.example/>b<span class=sr-only> in a new window</span></a></p>",
        "<p>a <a href=\"https://x.example/\">b</a></p>",
        &["“in a new window”"],
    );
    told("<math><semantics><mi>x</mi><annotation encoding=application/x-tex>x_1</annotation></semantics></math>", "<p>x</p>", &["“x_1”"]);
    // Notes are a part of the text, and so is what is struck out.
    assert!(outline("<p>a<a style='mso-footnote-id:ftn1' href='#_ftn1' name='_ftnref1'>[1]</a></p><div style='mso-element:footnote' id=ftn1><p><a href='#_ftnref1' name='_ftn1'>[1]</a> Note</p></div>").contains("Note"));
}

#[test]
fn a_picture_of_an_emoji_is_the_emoji_in_its_line() {
    for (picture, said) in [
        ("<img class=emoji alt=🎉 src=https://x.example/1f389.svg>", "🎉"),
        ("<img alt=🇮🇳 src=https://x.example/emoji/v2/svg/1f1ee-1f1f3.svg>", "🇮🇳"),
        ("<img data-emoji=😀 alt=😀 src=https://x.example/72.png>", "😀"),
        ("<img data-stringify-emoji=:tada: alt=:tada: src=https://x.example/small/1f389.png>", ":tada:"),
    ] {
        told(
            &format!("<p>One {picture} <b>two</b></p>"),
            &format!("<p>One {said} <strong>two</strong></p>"),
            &["the picture of an emoji", "https://x.example/"],
        );
    }
    told("<pre>a <img class=emoji alt=🎉 src=https://x.example/e.png></pre>", "<pre><code>a 🎉</code></pre>", &["https://x.example/e.png"]);
    // A picture that only shows one, or only lies there, is a picture.
    for picture in [
        "<img alt=🎉 src=https://x.example/party.jpg>",
        "<img alt='The emoji team' src=https://x.example/emoji/team.jpg>",
        "<img src=https://x.example/emoji/team.jpg>",
    ] {
        assert!(becomes_picture(picture), "{picture}");
    }
}

fn becomes_picture(sent: &str) -> bool {
    html::write(&parse::read(sent, &mut mint()).unwrap().0).starts_with("<figure class=\"image\">")
}

#[test]
fn players_of_editors_and_scripts_are_embeds_or_told() {
    let embed =
        |provider: &str, url: &str| format!("<figure class=\"embed\" data-provider=\"{provider}\"><a href=\"{url}\">{url}</a></figure>");
    let video = embed("youtube", "https://www.youtube.com/watch?v=abc");
    let both = "<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"seen\"></figure>";
    silently(&[
        ("<figure class=media><oembed url='https://www.youtube.com/watch?v=abc'></oembed></figure>", &video),
        ("<div data-oembed-url='//www.youtube.com/watch?v=abc'></div>", &video),
        (
            "<div data-oembed-url=https://vimeo.com/1><iframe src=https://player.vimeo.com/video/1></iframe></div>",
            &embed("vimeo", "https://player.vimeo.com/video/1"),
        ),
        ("<amp-youtube data-videoid=abc></amp-youtube>", &video),
        ("<lite-youtube videoid=abc><a href=https://youtu.be/abc>Play</a></lite-youtube>", &video),
        ("<amp-twitter data-tweetid=12></amp-twitter>", &embed("x", "https://x.com/i/status/12")),
        ("<amp-img src=https://x.example/p.jpg alt=seen><noscript><img src=https://x.example/p.jpg alt=seen></noscript></amp-img>", both),
    ]);
    told("<oembed url=https://x.example/film></oembed>", "", &["an embed of an unknown provider", "https://x.example/film"]);
    told("<p>a</p><x-player src=https://x.example/a.mp3></x-player>", "<p>a</p>", &["<x-player>", "https://x.example/a.mp3"]);
}

#[test]
fn shortcodes_are_told_and_what_they_mean_is_kept() {
    let p = |caption: &str| {
        format!("<figure class=\"image\"><img src=\"https://x.example/p.jpg\" alt=\"\"><figcaption>{caption}</figcaption></figure>")
    };
    told(
        "<p>a [caption id=\"attachment_1\" align=\"left\" width=\"3\"]<img src=https://x.example/p.jpg> At <b>dawn</b>[/caption] b</p>",
        &format!("<p>a</p>{}<p>b</p>", p("At dawn")),
        &["a shortcode of WordPress", "“[caption id=\"attachment_1\" align=\"left\" width=\"3\"]”", "“[/caption]”"],
    );
    told(
        "<p>[gallery ids=\"1,2\"]</p><p>[video mp4=\"https://x.example/v.mp4\"][/video]</p>",
        "",
        &["“[gallery ids=\"1,2\"]”", "https://x.example/v.mp4"],
    );
    told(
        "<p>[embed]https://vimeo.com/1[/embed]</p>",
        "<figure class=\"embed\" data-provider=\"vimeo\"><a href=\"https://vimeo.com/1\">https://vimeo.com/1</a></figure>",
        &["[embed]"],
    );
    // Words in brackets are words, and so is what a text says of shortcodes when it comes back.
    silently(&[("<p>[video] [sic] [1] [gallery] [caption]</p>", "<p>[video] [sic] [1] [gallery] [caption]</p>")]);
    let content = "Write [gallery ids=\"1\"] there.";
    let (document, _) = Sent { format: Format::Text, content: content.into() }.read(None, &mut mint()).unwrap();
    let written = html::write(&document);
    assert_eq!(becomes(&written, &written), Vec::<String>::new());
}

#[test]
fn an_office_program_does_not_say_of_all_words_that_they_are_in_the_language_of_the_body() {
    let read = |sent: &str, lang: &str| {
        let locale = lang.parse().unwrap();
        html::write(&Sent { format: Format::Html, content: sent.into() }.read(Some(&locale), &mut mint()).unwrap().0)
    };
    let sent = "<p class=MsoNormal lang=EN-US><span lang=EN-US style='mso-ansi-language:EN-US'>The </span><span lang=FR>mot</span><span lang=FR> – </span></p>";
    assert_eq!(read(sent, "en"), "<p>The <span lang=\"fr\">mot</span> –</p>");
    assert_eq!(read(sent, "en-GB"), "<p>The <span lang=\"fr\">mot</span> –</p>");
    assert_eq!(read("<p class=MsoNormal><span lang=ZH-TW>字</span></p>", "zh-CN"), "<p><span lang=\"zh-TW\">字</span></p>");
    // Whoever else says a region means it.
    assert_eq!(read("<p><span lang=en-US>color</span></p>", "en-GB"), "<p><span lang=\"en-US\">color</span></p>");
}
