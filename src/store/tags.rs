//! Tags: where they are kept, and what names them.

use diesel::{dsl::exists, prelude::*};

use super::{
    Bind, RunQueryDsl, Tx,
    named::Stored,
    plans,
    schema::{article_tags, edition_tags},
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
    const SORTING: Sorting = Sorting::Tags;
    const LISTED: CacheTag = CacheTag::Tags;

    fn subject(id: Id<Tag>) -> Subject {
        Subject::Tag(id)
    }

    fn in_use(tx: &mut Tx<'_>, id: Id<Tag>) -> Result<bool, Error> {
        Ok(diesel::select(exists(article_tags::table.filter(article_tags::tag_id.eq(Bind(id))))).get_result(tx)?
            || diesel::select(exists(edition_tags::table.filter(edition_tags::tag_id.eq(Bind(id))))).get_result(tx)?
            || plans::name(tx, id)?)
    }
}
