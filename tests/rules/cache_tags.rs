//! The tags that caches keep answers under.

use dateline::domain::{Locale, cache_tag::CacheTag, facet::Facet};
use uuid::Uuid;

#[test]
fn tags_are_short_lower_case_and_the_same_in_every_build() {
    let id = Uuid::from_u128(0x0198_c5a1_7f00_7000_8000_0000_0000_0001);
    let world = CacheTag::list(&Locale::english(), Facet::from(id));
    for (tag, text) in [
        (CacheTag::Site, "site"),
        (CacheTag::thing(id), "id-yggxqjyf"),
        (CacheTag::slug("नदी"), "slug-mxka5wdj"),
        (CacheTag::list(&Locale::english(), Facet::ALL), "list-a9rs16fp"),
        (world, "list-ha6ghwaq"),
    ] {
        assert_eq!(tag.to_string(), text);
    }
}
