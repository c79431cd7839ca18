//! Collections on their way out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    collection_record::{CollectionRecord, PinRecord, PlaceRecord},
    export::key,
    record::Record,
};
use crate::{
    access::{Permit, action::Export},
    domain::{
        Error,
        address::AddressKind,
        collection::{Arrangement, Collection},
    },
    store::{self, Tx},
};

/// The record of a collection, and how many of its items were left out because what they pin is there no more: no import could take them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn export_collection(tx: &mut Tx<'_>, permit: &Permit<Export>, collection: &Collection) -> Result<(Record, usize), Error> {
    let Arrangement { slug, names, locale, place, limit, items, query } = collection.arrangement.clone();
    let asked = items.iter().map(|item| (AddressKind::Article, item.article_id.uuid())).collect();
    let there = store::redirects::things(tx, &permit.visibility(), &asked)?;
    let count = items.len();
    let mut pinned = Vec::new();
    for item in items.into_iter().filter(|item| there.contains(&(AddressKind::Article, item.article_id.uuid()))) {
        pinned.push(PinRecord {
            article: key(tx, "article", item.article_id.uuid())?,
            position: item.position,
            from: item.from,
            until: item.until,
            headlines: item.headlines,
            media: item.media_id.map(|id| key(tx, "media", id.uuid())).transpose()?,
        });
    }
    let place = place.map(|place| {
        let section = place.section_id.map(|id| key(tx, "section", id.uuid())).transpose()?;
        Ok::<_, Error>(PlaceRecord { kind: place.kind, section })
    });
    let query = query.map(|query| {
        let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (member, kind, ids) in query.named() {
            for id in ids {
                keys.entry(member).or_default().push(key(tx, kind.as_str(), id)?);
            }
        }
        let mut members = if let Value::Object(members) = json!(query) { members } else { serde_json::Map::new() };
        members.extend(keys.into_iter().map(|(member, keys)| (member.to_owned(), json!(keys))));
        Ok::<_, Error>(members)
    });
    let lost = count.saturating_sub(pinned.len());
    let record = CollectionRecord {
        slug: slug.to_string(),
        locale,
        names,
        place: place.transpose()?,
        limit,
        items: pinned,
        query: query.transpose()?,
    };
    Ok((Record::Collection(record).escaped(), lost))
}
