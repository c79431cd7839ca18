//! What lists are filed under.

use dateline::domain::{article::Kind, facet::Facet};

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
