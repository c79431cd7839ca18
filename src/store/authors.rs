//! Authors: where they are kept, and what names them.

use diesel::{dsl::exists, prelude::*};

use super::{
    Bind, RunQueryDsl, Tx, collection_uses, menus,
    named::Stored,
    plans,
    schema::{article_credits, live_listings},
};
use crate::domain::{
    Error, Id,
    author::{Author, AuthorKind},
    cache_tag::CacheTag,
    change::Subject,
    page::Sorting,
};

impl Stored for AuthorKind {
    const TABLE: &'static str = "authors";
    const SORTINGS: [Sorting; 3] = [Sorting::Authors, Sorting::AuthorsByName, Sorting::AuthorsByNameDescending];
    const IN_ARTICLES: (&'static str, &'static str) = ("article_credits", "author_id");
    const IN_EDITIONS: (&'static str, &'static str) = ("edition_authors", "author_id");
    const LISTED: CacheTag = CacheTag::Authors;

    fn subject(id: Id<Author>) -> Subject {
        Subject::Author(id)
    }

    fn in_use(tx: &mut Tx<'_>, id: Id<Author>) -> Result<bool, Error> {
        Ok(diesel::select(exists(article_credits::table.filter(article_credits::author_id.eq(Bind(id))))).get_result(tx)?
            || diesel::select(exists(live_listings::table.filter(live_listings::facet.eq(Bind(id.cast::<()>()))))).get_result(tx)?
            || plans::name(tx, id)?
            || menus::leading_to(tx, id)? > 0
            || collection_uses::naming(tx, id)? > 0)
    }
}
