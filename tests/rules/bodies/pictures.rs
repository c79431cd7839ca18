//! Pictures of the media library in bodies: frozen, shown, and left out.

use super::*;
use dateline::domain::body::{
    html,
    img::{finished, in_html},
    markdown,
    pictures::{Pictures, Shown, of, show},
    portable,
    references::frozen,
};

fn library(with: impl Fn(u128) -> bool, words: &[String; 3], sources: usize) -> Pictures {
    let shown = |n: u128| {
        let url = format!("https://news.example/v1/media/{}/640.jpg?v=1", Uuid::from_u128(n));
        let of = |kind| (kind, format!("{url} 640w, {url}&b 960w"));
        let sources = ["image/webp", "image/jpeg"].into_iter().map(of).take(sources).collect();
        let [alt, caption, credit] = words.clone();
        let shown = Some(Box::new(Shown { sources, told: serde_json::json!({ "url": url }) }));
        Image { media: Some(Uuid::from_u128(n).into()), url, alt, caption, credit, size: Some((640, 360)), href: None, shown }
    };
    (0..3).filter(|n| with(*n)).map(|n| (Uuid::from_u128(n).into(), shown(n))).collect()
}

fn each_image(blocks: &[Block], see: &mut dyn FnMut(&Image)) {
    for block in blocks {
        if let Node::Image(image) = &block.node {
            see(image);
        }
        each_image(block.node.children(), see);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever stands around a picture, and whatever is said of it: what was frozen and is finished later is what is written of what is shown.
    #[test]
    fn what_is_frozen_and_finished_is_what_is_written_of_what_is_shown(
        document in document(),
        there in 0u128..8,
        words in [phrase(), phrase(), phrase()],
        says in any::<bool>(),
        sources in 0usize..3,
    ) {
        let words = if says { words } else { words.map(|_| String::new()) };
        let library = library(|n| there & (1 << n) != 0, &words, sources);
        let kept = frozen(&document);
        prop_assert_eq!(in_html(&kept), of(&document));
        let mut shown = document.clone();
        show(&mut shown, &library);
        // Where what led to a block was left out, its name stays.
        let nameless = |html: String| html.split(" id=\"block-").enumerate().map(|(n, part)| if n == 0 { part } else { part.split_once('"').unwrap().1 }.to_owned()).collect::<String>();
        prop_assert_eq!(nameless(finished(kept, &library)), nameless(html::write(&shown)));
        let all: Vec<_> = library.keys().copied().collect();
        prop_assert!(of(&shown).iter().all(|id| all.contains(id)));
        each_image(&shown.blocks, &mut |image| assert!(!image.url.is_empty() && !image.url.starts_with("media:")));
        let written = [html::write(&shown), markdown::write(&shown), portable::write(&shown).to_string(), doc::write(&shown).to_string()];
        written.iter().for_each(|written| assert!(!written.contains("\"media:"), "{written}"));
    }
}

#[test]
fn what_holds_nothing_but_a_picture_goes_with_it() {
    let media = Some(Uuid::from_u128(9).into());
    let picture = || Block::new(BlockId::new(1), Node::Image(Image { media, ..Image::default() }));
    let words = || Block::new(BlockId::new(2), Node::Paragraph(vec![Inline::Text { text: "Words.".to_owned(), marks: Vec::new() }]));
    let of = |node| Block::new(BlockId::new(3), node);
    let list = |inner| Node::BulletList(vec![of(Node::ListItem(inner))]);
    for (node, left) in [
        (Node::Gallery(vec![picture(), picture()]), ""),
        (Node::Blockquote(vec![of(Node::Gallery(vec![picture()]))]), ""),
        (list(vec![picture()]), ""),
        (list(vec![words(), picture()]), "<ul><li><p>Words.</p></li></ul>"),
        (
            Node::Factbox { title: "Facts".to_owned(), blocks: vec![picture()] },
            "<aside class=\"factbox\"><p class=\"title\">Facts</p></aside>",
        ),
    ] {
        let document = Document { blocks: vec![of(node)] };
        assert_eq!(finished(frozen(&document), &Pictures::new()), left);
        let mut shown = document;
        show(&mut shown, &Pictures::new());
        assert_eq!(html::write(&shown), left);
    }
}

#[test]
fn editors_name_items_in_every_form() {
    let id = Uuid::from_u128(7);
    let expected = Image { media: Some(id.into()), alt: "A ferry".to_owned(), ..Image::default() };
    for (format, content) in [
        (Format::Html, serde_json::json!(format!("<p>One.</p><img src=\"media:{id}\" alt=\"A ferry\" width=\"3\" height=\"4\">"))),
        (Format::Markdown, serde_json::json!(format!("One.\n\n![A ferry](media:{id})\n"))),
        (
            Format::Doc,
            serde_json::json!({ "type": "doc", "content": [{ "type": "image", "attrs": { "media_id": id, "alt": "A ferry", "picture": { "id": id } } }] }),
        ),
    ] {
        let (document, warnings) = Sent { format, content }.read(None, &mut mint()).unwrap();
        assert_eq!(warnings, [], "{format}");
        let mut seen = Vec::new();
        each_image(&document.blocks, &mut |image| seen.push(image.clone()));
        assert_eq!(seen, std::slice::from_ref(&expected), "{format}");
    }
    let wrong = serde_json::json!({ "type": "doc", "content": [{ "type": "image", "attrs": { "media_id": "ferry" } }] });
    let Err(Error::Invalid(faults)) = Sent { format: Format::Doc, content: wrong }.read(None, &mut mint()) else { panic!() };
    assert_eq!((faults[0].pointer.as_str(), faults[0].code), ("#/content/content/0/attrs/media_id", "format"));
    // Somebody else's addresses of that kind name nothing.
    let (document, warnings) =
        Sent { format: Format::Html, content: serde_json::json!("<p>x</p><img src=\"media:ferry\">") }.read(None, &mut mint()).unwrap();
    assert!(of(&document).is_empty() && warnings.len() == 1, "{warnings:?}");
}
