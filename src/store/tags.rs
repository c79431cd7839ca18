//! Tags: where they are kept, and what names them.

use diesel::{dsl::exists, prelude::*};

use super::{
    Bind, RunQueryDsl, Tx, collection_uses, menus,
    named::Stored,
    plans,
    schema::{article_tags, live_listings},
};
use crate::domain::{
    Error, Id,
    cache_tag::CacheTag,
    change::Subject,
    page::Sorting,
    tag::{Tag, TagKind},
};

impl Stored for TagKind {
    const TABLE: &'static str = "tags";
    const SORTINGS: [Sorting; 3] = [Sorting::Tags, Sorting::TagsByName, Sorting::TagsByNameDescending];
    const IN_ARTICLES: (&'static str, &'static str) = ("article_tags", "tag_id");
    const IN_EDITIONS: (&'static str, &'static str) = ("edition_tags", "tag_id");
    const LISTED: CacheTag = CacheTag::Tags;

    fn subject(id: Id<Tag>) -> Subject {
        Subject::Tag(id)
    }

    fn in_use(tx: &mut Tx<'_>, id: Id<Tag>) -> Result<bool, Error> {
        Ok(diesel::select(exists(article_tags::table.filter(article_tags::tag_id.eq(Bind(id))))).get_result(tx)?
            || diesel::select(exists(live_listings::table.filter(live_listings::facet.eq(Bind(id.cast::<()>()))))).get_result(tx)?
            || plans::name(tx, id)?
            || menus::leading_to(tx, id)? > 0
            || collection_uses::naming(tx, id)? > 0)
    }
}
