//! References of links: in the document, in frozen HTML, and in whatever is made of them.

use dateline::domain::{
    Error,
    address::AddressKind,
    body::{references::*, *},
    reference::Reference,
};
use proptest::prelude::*;
use serde_json::json;

use super::{document, mint};

fn reference(n: u8, locale: Option<&str>) -> Reference {
    Reference {
        locale: locale.map(|tag| tag.parse().unwrap()),
        ..Reference::new(AddressKind::ALL[usize::from(n % 4)], uuid::Uuid::from_u128(n.into()))
    }
}

/// The document with its links to paths leading to other ones, and all but one of these to something: of each second the page is public.
fn referring(mut document: Document, seed: u8) -> (Document, Present) {
    let (mut n, mut present) = (seed, Present::new());
    anchors::each(&mut document.blocks, &mut |href| {
        n = (n * 5 + 3) % 7;
        if !href.starts_with('/') {
            return true;
        }
        href.address = format!("/en/x-{n}'{}", href.tail());
        if n > 0 {
            let to = reference(n, [None, Some("hi"), Some("zh-Hant")][usize::from(n % 3)]);
            if n % 2 == 0 {
                present.insert(to.clone(), format!("/hi/{n}'\"&<é"));
            }
            href.to = Some(to);
        }
        true
    });
    // Neighbours that lead to one thing now are one link.
    let document = doc::read(&doc::write(&document), "#", &mut mint()).unwrap();
    (document, present)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_frozen_and_finished_is_what_is_written_of_what_is_shown(document in document(), seed in 0u8..40) {
        let (document, present) = referring(document, seed);
        let mut shown = document.clone();
        show(&mut shown, &present, |_| false);
        prop_assert!(of(&shown).iter().all(|to| present.contains_key(to)), "of what is public nowhere nothing is told");
        let html = frozen(&document);
        prop_assert_eq!(in_html(&html), of(&document));
        prop_assert_eq!(finished(html, &present), html::write(&shown));
        let kept = doc::write(&document).to_string();
        prop_assert!(of(&document).is_empty() || may_be_in(&kept));
        // What is kept of it is all of it, and what was typed is still there.
        let back = doc::stored(&serde_json::from_str(&kept).unwrap()).unwrap();
        let typed = |document: &Document| {
            let mut all = Vec::new();
            anchors::look(&document.blocks, &mut |href| all.push((href.address.clone(), href.to.clone())));
            all
        };
        prop_assert_eq!(typed(&back), typed(&document));
        let mut forgotten = document.clone();
        forget(&mut forgotten);
        prop_assert_eq!(html::write(&forgotten), html::write(&document));
        // Comparing sees no difference between what was typed and what is shown, where that is told.
        let mut told = document.clone();
        show(&mut told, &present, |_| true);
        prop_assert_eq!(&told, &document);
        prop_assert!(document.blocks.iter().zip(&told.blocks).all(|(one, other)| one.says_as(other)));
    }

    #[test]
    fn a_body_without_references_is_frozen_as_it_is_written(document in document()) {
        let html = html::write(&document);
        prop_assert_eq!(frozen(&document), html.clone());
        prop_assert_eq!(finished(html.clone(), &Present::new()), html);
    }
}

#[test]
fn a_reference_stands_beside_where_else_the_link_leads() {
    let read = |attrs: serde_json::Value| {
        let marked = json!({ "type": "text", "text": "x", "marks": [{ "type": "link", "attrs": attrs }] });
        doc::read(&json!({ "type": "doc", "content": [{ "type": "paragraph", "content": [marked] }] }), "#", &mut mint())
    };
    let id = "0198c5a1-7f00-7000-8000-000000000001";
    let to = json!({ "kind": "article", "id": id });
    for href in ["/en/x?y#z", "https://a.example/"] {
        assert_eq!(of(&read(json!({ "href": href, "to": to })).unwrap()).len(), 1);
    }
    assert_eq!(of(&read(json!({ "href": "/x", "to": { "kind": "tag", "id": id, "locale": "hi" } })).unwrap()).len(), 1);
    for wrong in [
        json!({ "href": "mailto:a@b.example", "to": to }),
        json!({ "to": to }),
        json!({ "href": "/x", "to": id }),
        json!({ "href": "/x", "to": { "kind": "page", "id": id } }),
        json!({ "href": "/x", "to": { "kind": "article", "id": "7" } }),
        json!({ "href": "/x", "to": { "kind": "article", "id": id, "more": 1 } }),
        json!({ "href": "/x", "to": { "kind": "article", "id": id, "locale": "?" } }),
    ] {
        let Err(Error::Invalid(faults)) = read(wrong.clone()) else { panic!("{wrong}") };
        assert!(faults.iter().any(|fault| fault.pointer.contains("/marks/0/attrs/")), "{wrong}: {faults:?}");
    }
    for to in [reference(1, None), reference(3, Some("zh-Hant"))] {
        assert_eq!(to.to_string().parse::<Reference>().unwrap(), to);
    }
}
