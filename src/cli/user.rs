//! `dateline user create`.

use super::{Failed, ready, system};
use crate::{
    access::{Caller, Permit, System, password},
    config::Settings,
    desk::users::{self, Draft, GrantDraft},
    domain::{
        Error, Id, Locale,
        address::AddressKind,
        section::Section,
        user::{Role, UserStatus, check_password},
    },
    store::{self, Tx},
};

/// Somebody new.
pub(super) struct New {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) section: Option<String>,
    pub(super) locale: Option<Locale>,
}

fn section(tx: &mut Tx<'_>, named: &str) -> Result<Id<Section>, Error> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let locale = store::site::masthead(tx)?.site.default_locale.clone();
    let found = store::names::find(tx, &[locale], &[named])?;
    let address = found.into_iter().find(|a| a.kind == AddressKind::Section);
    address.map(|a| a.target.into()).ok_or_else(|| Error::invalid("--section", "unknown_section", "no section has this id or slug"))
}

/// Let somebody in, with the password from standard input.
pub(super) fn create(settings: &Settings, new: &New) -> Result<(), Failed> {
    let store = ready(settings)?;
    let text = system::standard_input().map_err(|e| Failed::Otherwise(format!("the password cannot be read: {e}")))?;
    let hash = password::hash(&check_password(&text)?, store.entropy())?;
    let permit = Permit::try_from(Caller::system(System::Operator))?;
    let user = store.write_now(&permit, |tx| {
        let section = new.section.as_deref().map(|s| section(tx, s)).transpose()?;
        let grants = vec![GrantDraft { role: new.role, section, locale: new.locale.clone() }];
        let draft = Draft { email: Some(new.email.clone()), name: new.name.clone(), status: UserStatus::Active, grants };
        users::create(tx, permit.clone(), &draft, &hash)
    })?;
    system::print(&format!("{} may sign in as {} ({}).\n", user.name, user.email.unwrap_or_default(), new.role));
    Ok(())
}
