//! What editors say of the stories that lead on from one, on its way out.

use std::collections::BTreeSet;

use super::{export::key, record::Record, related_record::RelatedRecord};
use crate::{
    access::{Permit, action::Export},
    domain::{Error, address::AddressKind, article::ArticleId, related::Chosen},
    store::{self, Tx},
};

/// The record of what is said of an article, without what is there no more; nothing, where the article itself is not.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_related(tx: &mut Tx<'_>, permit: &Permit<Export>, chosen: &Chosen) -> Result<Option<Record>, Error> {
    let named = || chosen.choices.pinned.iter().chain(&chosen.choices.banned).chain([&chosen.article_id]);
    let asked: BTreeSet<_> = named().map(|id| (AddressKind::Article, id.uuid())).collect();
    let there = store::redirects::things(tx, &permit.visibility(), &asked)?;
    let is_there = |id: &ArticleId| there.contains(&(AddressKind::Article, id.uuid()));
    if !is_there(&chosen.article_id) {
        return Ok(None);
    }
    let mut keys = |ids: &[ArticleId]| ids.iter().filter(|id| is_there(id)).map(|id| key(tx, "article", id.uuid())).collect();
    let (pinned, banned): (Result<Vec<_>, _>, Result<Vec<_>, _>) = (keys(&chosen.choices.pinned), keys(&chosen.choices.banned));
    let article = key(tx, "article", chosen.article_id.uuid())?;
    Ok(Some(Record::Related(RelatedRecord { article, pinned: pinned?, banned: banned? }).escaped()))
}
