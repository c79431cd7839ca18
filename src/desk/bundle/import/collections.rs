//! Collections.

use serde_json::{Map, Value, json};

use super::{Importer, Outcome};
use crate::{
    access::{Permit, action::ManageCollections},
    desk::{
        self,
        bundle::collection_record::{CollectionRecord, PinRecord, PlaceRecord},
    },
    domain::{
        Error, Violation,
        collection::{CollectionDraft, Item, Place, Query},
        media::MediaId,
        text::nfc,
    },
    store,
};

impl Importer<'_, '_> {
    pub(super) fn collection(&mut self, r: &CollectionRecord, digest: String) -> Result<Outcome, Error> {
        let place = r.place.as_ref().map(|place| self.place(place)).transpose()?;
        let query = r.query.clone().map(|members| self.query(members)).transpose()?;
        let mut items = Vec::with_capacity(r.items.len());
        for (n, item) in r.items.iter().enumerate() {
            items.push(self.pin(&format!("#/items/{n}"), item)?);
        }
        let (slug, locale, key) = (r.slug.clone(), r.locale.clone(), r.key());
        let draft = CollectionDraft { slug, names: r.names.clone(), locale, place, limit: r.limit, items, query };
        let permit: Permit<ManageCollections> = self.permit()?;
        let (all, slug) = (store::collections::all(self.tx)?, nfc(&r.slug));
        let is_it = |said: &crate::domain::collection::Arrangement| said.slug.as_str() == slug && said.locale == r.locale;
        let Some(there) = all.iter().find(|one| is_it(&one.arrangement)) else {
            let made = desk::collections::create(self.tx, permit, draft)?;
            self.remember("collection", &key, made.id.uuid(), digest, json!(made.version))?;
            return Ok(Outcome::Created);
        };
        self.applied(("collection", &key, there.id.uuid()), digest, there.version, |tx| {
            Ok(desk::collections::revise(tx, permit, there.id, there.version, |_| Ok(draft))?.version)
        })
    }

    fn place(&mut self, r: &PlaceRecord) -> Result<Place, Error> {
        let section_id = r.section.as_deref().map(|key| self.section_id(key, "#/place/section")).transpose()?;
        Ok(Place { kind: r.kind, section_id })
    }

    fn pin(&mut self, at: &str, r: &PinRecord) -> Result<Item, Error> {
        let article_id = self.lookup("article", &r.article, &format!("{at}/article"))?.into();
        Ok(Item {
            article_id,
            position: r.position,
            from: r.from,
            until: r.until,
            headlines: r.headlines.clone(),
            media_id: self.picture(at, r.media.as_deref())?,
        })
    }

    /// The picture of a key; none, with a warning, where the bundle came without its library.
    fn picture(&mut self, at: &str, key: Option<&str>) -> Result<Option<MediaId>, Error> {
        let Some(key) = key else { return Ok(None) };
        let at = format!("{at}/media");
        let found = match self.lookup("media", key, &at) {
            Ok(id) => store::media::of(self.tx, &[MediaId::from(id)].into())?.into_keys().next(),
            Err(Error::Invalid(_)) => None,
            Err(other) => return Err(other),
        };
        if found.is_none() {
            let detail = format!("no item of the media library has the key `{key}`; the story is shown with its own picture");
            self.warnings.push(Violation { pointer: at, code: "unknown_key", detail });
        }
        Ok(found)
    }

    fn query(&mut self, mut members: Map<String, Value>) -> Result<Query, Error> {
        for (member, kind, _) in Query::default().named() {
            let Some(Value::Array(keys)) = members.get(member).cloned() else { continue };
            let mut ids = Vec::with_capacity(keys.len());
            for (n, key) in keys.iter().enumerate() {
                let at = format!("#/query/{member}/{n}");
                let key = key.as_str().ok_or_else(|| Error::invalid(&*at, "type", "a key"))?;
                ids.push(json!(self.lookup(kind.as_str(), key, &at)?));
            }
            members.insert(member.to_owned(), Value::Array(ids));
        }
        serde_json::from_value(Value::Object(members)).map_err(|wrong| Error::invalid("#/query", "type", wrong.to_string()))
    }
}
