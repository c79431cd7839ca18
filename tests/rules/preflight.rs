//! What is looked over before words are published.

use dateline::domain::{
    Locale,
    address::AddressKind,
    article::{ExternalLead, Facts, Genre, Kind, Lead},
    body::{Block, BlockId, Document, Href, Inline, Mark, Node},
    content::{Content, SeoWords},
    preflight::{Beside, Code, Severity, check, check_facts, obstacles},
    reference::Reference,
    translation::Words,
};
use serde_json::{Value, json};

fn paragraph(id: &str, text: &str, marks: Vec<Mark>) -> Block {
    let id = BlockId::parse(id).unwrap();
    Block::new(id, Node::Paragraph(vec![Inline::Text { text: text.to_owned(), marks }]))
}

fn words(headline: &str, blocks: Vec<Block>) -> Words {
    Words { content: Content::headed(headline), body: Document { blocks } }
}

fn facts() -> Facts {
    let lead = Lead::External(ExternalLead { url: "https://media.example/a.jpg".to_owned(), width: 1, height: 1, credit: String::new() });
    Facts {
        kind: Kind::Story,
        genre: Genre::News,
        section_id: uuid::Uuid::nil().into(),
        tags: Vec::new(),
        credits: Vec::new(),
        lead: Some(lead),
        source_locale: Locale::english(),
        embargo_until: None,
    }
}

fn told(words: &Words, locale: &str, source: Option<&Words>, dead: &[&str]) -> Vec<(&'static str, &'static str, String)> {
    let (locale, english) = (locale.parse().unwrap(), Locale::english());
    let dead_links: Vec<String> = dead.iter().map(|d| (*d).to_owned()).collect();
    let source = source.map(|w| (&english, w));
    let beside = Beside { pictured: true, source, dead_links: &dead_links, ..Beside::nothing(&locale) };
    check(words, beside).into_iter().map(|f| (f.code.as_str(), f.severity.as_str(), f.pointer)).collect()
}

fn at(code: &'static str, severity: &'static str, pointer: &str) -> (&'static str, &'static str, String) {
    (code, severity, pointer.to_owned())
}

#[test]
fn a_bengali_headline_in_hindi_is_an_error_and_an_english_one_a_warning() {
    let body = || vec![paragraph("a", "नदी रात भर में एक मीटर बढ़ गई।", Vec::new())];
    let alt = at("missing_alt", "warning", "#/lead/alt");
    assert_eq!(told(&words("নদী বেড়েছে", body()), "hi", None, &[]), [alt.clone(), at("wrong_script", "error", "#/headline")]);
    assert_eq!(told(&words("River rises", body()), "hi", None, &[]), [alt.clone(), at("wrong_script", "warning", "#/headline")]);
    // Names and figures in Latin are usual.
    assert_eq!(told(&words("NATO की बैठक में iPhone पर रोक", body()), "hi", None, &[]), std::slice::from_ref(&alt));
    assert_eq!(told(&words("2024", body()), "hi", None, &[]), std::slice::from_ref(&alt));
    assert_eq!(told(&words("नदी", body()), "hi", None, &[]), [alt]);
}

#[test]
fn what_a_locale_is_written_in_is_what_cldr_says() {
    let found = |headline: &str, locale: &str| {
        let told = check(&Words { content: Content::headed(headline), ..Words::default() }, Beside::nothing(&locale.parse().unwrap()));
        told.into_iter().filter(|f| f.code.as_str() == "wrong_script").map(|f| f.severity.as_str()).next()
    };
    let lines = [
        ("pa", "ਦਰਿਆ ਰਾਤੋ ਰਾਤ ਚੜ੍ਹ ਗਿਆ"),
        ("pa-PK", "دریا راتو رات چڑھ گیا"),
        ("ja", "川は一晩で一メートル上がった、と国土交通省が発表した"),
        ("zh-Hans", "河水一夜之间上涨了一米，当局周二表示情况危急"),
        ("km", "ទន្លេបានឡើងមួយម៉ែត្រក្នុងមួយយប់"),
        ("lo", "ແມ່ນ້ຳສູງຂຶ້ນໜຶ່ງແມັດໃນຄືນດຽວ"),
        ("ko", "강물이 하룻밤 사이에 1미터 불어났다"),
        ("ru", "Река поднялась на метр за ночь"),
        ("th", "แม่น้ำสูงขึ้นหนึ่งเมตรในคืนเดียว"),
        ("hi-Latn", "Nadi raat bhar mein ek meter badh gayi"),
    ];
    for (written, line) in lines {
        for (declared, _) in lines {
            assert_eq!(found(line, declared).is_some(), written != declared, "{written} as {declared}: {line}");
        }
    }
    // Chinese is written in two ways, and neither is Japanese, which has some characters of both. What both ways share may be either.
    let chinese = [
        ("zh-Hans", "总理周二宣布新的经济计划"),
        ("zh-Hans", "法院驳回上诉"),
        ("zh-Hans", "NATO 在 Brussels 开会"),
        ("zh-Hant", "總理週二宣布新的經濟計劃"),
        ("zh-Hant", "法院駁回上訴"),
        ("zh-Hant", "NATO 在 Brussels 開會"),
    ];
    for (written, line) in chinese {
        for (declared, means) in
            [("zh-Hans", "zh-Hans"), ("zh", "zh-Hans"), ("zh-Hant", "zh-Hant"), ("zh-TW", "zh-Hant"), ("yue", "zh-Hant")]
        {
            assert_eq!(found(line, declared), (written != means).then_some("warning"), "{written} as {declared}: {line}");
        }
        assert_eq!(
            found(line, "ja").is_some(),
            written == "zh-Hans" || line.chars().all(|c| !c.is_ascii()) && line.chars().count() > 11,
            "as Japanese: {line}"
        );
    }
    for line in ["東京地裁、控訴棄却", "新国会議事堂で会談", "台灣總統"] {
        assert_eq!(found(line, "ja"), None, "{line}");
    }
    for locale in ["zh-Hans", "zh-Hant"] {
        assert_eq!((found("上海下雨", locale), found("川は一晩で一メートル上がった", locale)), (None, Some("error")));
    }
    // Only a tag without a script is open: Serbian is written in two.
    assert_eq!((found("Reka je porasla", "sr"), found("Река је порасла", "sr-Latn")), (Some("warning"), Some("error")));
    assert_eq!((found("नदी रात भर बढ़ी", "hi-Latn"), found("NATO", "en")), (Some("error"), None));
    let said = Content {
        summary: "নদী রাতারাতি বেড়েছে".to_owned(),
        seo: SeoWords { title: "A long title in English".to_owned(), ..SeoWords::default() },
        ..Content::headed("नदी")
    };
    let told = check(&Words { content: said, ..Words::default() }, Beside::nothing(&"hi".parse().unwrap()));
    let at: Vec<_> = told.iter().filter(|f| f.code.as_str() == "wrong_script").map(|f| (f.pointer.as_str(), f.severity.as_str())).collect();
    assert_eq!(at, [("#/summary", "warning"), ("#/seo/title", "warning")]);
}

#[test]
fn entities_links_and_untranslated_paragraphs_are_found_where_they_are() {
    let link = |href: &str| vec![Mark::Link { href: href.to_owned().into() }];
    let source = words("River", vec![paragraph("s", "The river rose by a metre overnight.", Vec::new())]);
    let story = words(
        "It&#x27;s the river",
        vec![
            paragraph("a", "The river rose by a metre overnight.", Vec::new()),
            paragraph("b", "See here, said the harbour master", link("javascript:alert(1)")),
            paragraph("c", "And also there, he said to us", link("https://site.example/en/gone")),
            paragraph("d", "Don&#x27;t look", Vec::new()),
        ],
    );
    let found = told(&story, "fr", Some(&source), &["https://site.example/en/gone"]);
    for expected in [
        at("double_escaped", "warning", "#/headline"),
        at("double_escaped", "warning", "#/body"),
        at("untranslated", "warning", "#/body/content/content/0"),
        at("unsafe_link", "error", "#/body/content/content/1"),
        at("broken_link", "warning", "#/body/content/content/2"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert_eq!(found.len(), 6, "{found:?}");
    // What the desk knows is not public yet; it does lead somewhere.
    let mut href: Href = "/en/world/draft".to_owned().into();
    href.to = Some(Reference::new(AddressKind::Article, uuid::Uuid::nil()));
    let drafted = words("River", vec![paragraph("a", "See here", vec![Mark::Link { href }])]);
    let dead = ["/en/world/draft".to_owned()];
    let english = Locale::english();
    let beside = Beside { pictured: true, dead_links: &dead, ..Beside::nothing(&english) };
    let found = check(&drafted, beside).into_iter().find(|f| f.code.as_str() == "broken_link").unwrap();
    assert!(found.detail.contains("not public yet") && !found.detail.contains("leads nowhere"), "{}", found.detail);
    // In the language of the source a paragraph may well be the same.
    assert!(told(&story, "en-GB", Some(&source), &[]).iter().all(|(code, ..)| *code != "untranslated"));
}

#[test]
fn a_repair_is_suggested_that_repairs() {
    let story = words("It&#x27;s", vec![paragraph("d", "Don&#x27;t look", Vec::new())]);
    let locale = Locale::english();
    let found = check(&story, Beside { behind: 2, ..Beside::nothing(&locale) });
    let patches: Vec<&Value> = found.iter().filter_map(|f| f.patch.as_ref()).collect();
    assert_eq!(patches.first(), Some(&&json!({ "headline": "It's" })));
    let body = patches.get(1).and_then(|p| p.pointer("/body/content/content/0/content/0/text"));
    assert_eq!(body, Some(&json!("Don't look")));
    assert!(found.iter().any(|f| f.code == Code::StaleTranslation && f.severity == Severity::Warning));
}

#[test]
fn what_keeps_words_from_being_published_is_every_error_that_is_found_and_no_warning() {
    let link = |href: &str| vec![Mark::Link { href: href.to_owned().into() }];
    let blocks = vec![
        paragraph("a", "left \u{202e} open", link("javascript:alert(1)")),
        paragraph("b", "নদী বেড়েছে, said Don&#x27;t", link("https://site.example/en")),
        paragraph("c", "\u{2067} open", link("data:text/html,x")),
    ];
    let mut story = words("নদী বেড়েছে", blocks);
    "\u{202a} open".clone_into(&mut story.content.summary);
    let hindi: Locale = "hi".parse().unwrap();
    let grave = check(&story, Beside::nothing(&hindi)).into_iter().filter(|f| f.severity == Severity::Error);
    let grave: Vec<_> = grave.map(|f| f.in_translation(&hindi)).map(|f| (f.pointer, f.code.as_str(), f.detail)).collect();
    let kept: Vec<_> = obstacles(&story, &hindi).into_iter().map(|v| (v.pointer, v.code, v.detail)).collect();
    assert_eq!((kept.len(), &kept), (6, &grave));
    assert!(obstacles(&words("नदी", vec![paragraph("a", "It&#x27;s", Vec::new())]), &hindi).is_empty());
}

#[test]
fn bidi_controls_are_closed_and_headlines_fit() {
    let long = words(&"long ".repeat(30), vec![paragraph("a", "left \u{202e} open", Vec::new())]);
    let found = told(&long, "en", None, &[]);
    assert!(found.contains(&at("headline_too_long", "warning", "#/headline")), "{found:?}");
    assert!(found.contains(&at("unbalanced_bidi", "error", "#/body/content/content/0")), "{found:?}");
    let missing = check_facts(&facts(), &["kn".parse().unwrap()]);
    let told: Vec<_> = missing.iter().map(|f| (f.code.as_str(), f.pointer.as_str())).collect();
    assert_eq!(told, [("missing_credit", "#/lead/credit"), ("missing_locale", "#/translations/kn")]);
}

#[test]
fn no_headline_is_an_error_and_a_heading_that_is_skipped_or_a_picture_without_words_a_warning() {
    let heading = |id: &str, level| Block::new(BlockId::parse(id).unwrap(), Node::Heading { level, text: Vec::new() });
    let boxed = Node::Factbox { title: String::new(), blocks: vec![heading("c", 4), heading("d", 2), heading("e", 3)] };
    let blocks = vec![heading("a", 2), heading("b", 3), Block::new(BlockId::parse("f").unwrap(), boxed), heading("g", 2), heading("h", 4)];
    for none in ["", " \u{a0}"] {
        let story = words(none, blocks.clone());
        let found = told(&story, "en", None, &[]);
        let (missing, alt) = (at("missing_headline", "error", "#/headline"), at("missing_alt", "warning", "#/lead/alt"));
        assert_eq!(found, [missing, alt, at("heading_skipped", "warning", "#/body/content/content/4")]);
        let kept: Vec<_> = obstacles(&story, &Locale::english()).into_iter().map(|v| (v.pointer, v.code)).collect();
        assert_eq!(kept, [("#/translations/en/headline".to_owned(), "missing_headline")]);
    }
    // The first heading of a story stands below its headline.
    let found = told(&words("River", vec![heading("a", 3)]), "en", None, &[]);
    assert!(found.contains(&at("heading_skipped", "warning", "#/body/content/content/0")), "{found:?}");
}
