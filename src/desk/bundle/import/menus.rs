//! Menus.

use serde_json::json;

use super::{Importer, Outcome};
use crate::{
    access::{Permit, action::ManageMenus},
    desk::{
        self,
        bundle::record::{MenuItemRecord, MenuRecord, TargetRecord},
    },
    domain::{
        Error,
        menu::{Item, MenuDraft, Target, Thing},
        text::nfc,
    },
    store,
};

impl Importer<'_, '_> {
    pub(super) fn menu(&mut self, r: &MenuRecord, digest: String) -> Result<Outcome, Error> {
        let draft = MenuDraft { slug: r.slug.clone(), items: self.menu_items("#", &r.items)? };
        let permit: Permit<ManageMenus> = self.permit()?;
        let (all, slug) = (store::menus::all(self.tx)?, nfc(&r.slug));
        let Some(there) = all.iter().find(|menu| menu.slug.as_str() == slug) else {
            let made = desk::menus::create(self.tx, permit, draft)?;
            self.remember("menu", made.slug.as_str(), made.id.uuid(), digest, json!(made.version))?;
            return Ok(Outcome::Created);
        };
        self.applied(("menu", there.slug.as_str(), there.id.uuid()), digest, there.version, |tx| {
            Ok(desk::menus::revise(tx, permit, there.id, there.version, |_| Ok(draft))?.version)
        })
    }

    fn menu_items(&mut self, under: &str, items: &[MenuItemRecord]) -> Result<Vec<Item>, Error> {
        let mut all = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            let at = format!("{under}/items/{n}");
            let to = match &item.to {
                None => None,
                Some(TargetRecord::Address(address)) => Some(Target::Address(address.clone())),
                Some(TargetRecord::Thing { kind, key }) => {
                    let id = self.lookup(kind.as_str(), key, &format!("{at}/to/key"))?;
                    Some(Target::Thing(Thing { kind: *kind, id }))
                }
            };
            all.push(Item { to, labels: item.labels.clone(), items: self.menu_items(&at, &item.items)? });
        }
        Ok(all)
    }
}
