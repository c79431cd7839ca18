//! What lists are filed under.

use std::collections::BTreeSet;

use dateline::domain::{
    Locale,
    article::{Facts, Genre, Kind},
    facet::Facet,
};

#[test]
fn kinds_are_facets_by_their_names_as_the_migration_wrote_them() {
    let all: Vec<_> = Kind::ALL.iter().map(|k| Facet::kind(*k).uuid().simple().to_string()).collect();
    assert_eq!(
        all,
        [
            "73746f72790000000000000000000000",
            "766964656f0000000000000000000000",
            "67616c6c657279000000000000000000",
            "6c6976655f626c6f6700000000000000",
            "70616765000000000000000000000000"
        ]
    );
}

#[test]
fn what_is_no_news_is_listed_under_its_kind_alone() {
    let id = |n: u128| uuid::Uuid::from_u128(n);
    let facts = |kind: Kind| Facts {
        kind,
        genre: Genre::News,
        section_id: id(1).into(),
        tags: vec![id(2).into()],
        credits: Vec::new(),
        lead: None,
        source_locale: Locale::english(),
        embargo_until: None,
    };
    for kind in Kind::ALL.iter().copied() {
        let listed = Facet::of(&facts(kind), &BTreeSet::new(), &[id(1).into()]);
        let all = [Facet::ALL, Facet::kind(kind), Facet::from(id(1)), Facet::from(id(2))];
        let expected: std::collections::BTreeSet<_> = if kind == Kind::Page { [Facet::kind(kind)].into() } else { all.into() };
        assert_eq!(listed.into_iter().collect::<std::collections::BTreeSet<_>>(), expected, "{kind}");
    }
    assert!(facts(Kind::Page).check().is_err(), "it would be named where nothing lists it");
    assert!(facts(Kind::Story).check().is_ok());
}
