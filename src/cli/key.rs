//! `dateline key rotate`, `list` and `revoke`.

use super::{Failed, existing, keys, system};
use crate::{
    access::{Caller, Permit, System},
    config::Settings,
    desk,
};

/// Make another key.
pub(super) fn rotate(settings: &Settings) -> Result<(), Failed> {
    let store = existing(settings)?;
    let ring = keys(settings, &store)?;
    let permit = Permit::try_from(Caller::system(System::Operator))?;
    let (kid, life) = store.write_now(&permit, |tx| desk::keys::rotate(tx, permit.clone(), &ring))?;
    system::say(&format!("The key {kid} is published, and signs from {}.", life.signs_from));
    Ok(())
}

/// Show the keys: one a line, with its name, how it stands, when it was published, and from when to when it signs.
pub(super) fn list(settings: &Settings) -> Result<(), Failed> {
    let store = existing(settings)?;
    keys(settings, &store)?;
    let permit = Permit::try_from(Caller::system(System::Operator))?;
    let all = store.read_now(|tx| desk::keys::list(tx, &permit))?;
    for (kid, life) in all {
        let until = life.signs_until.map(|until| until.to_string()).unwrap_or_default();
        let line = format!("{kid}  {:<9}  {}  {}  {until}", life.state(store.now()).as_str(), life.published_at, life.signs_from);
        system::say(line.trim_end());
    }
    Ok(())
}

/// Revoke a key.
pub(super) fn revoke(settings: &Settings, kid: &str) -> Result<(), Failed> {
    let store = existing(settings)?;
    let ring = keys(settings, &store)?;
    let permit = Permit::try_from(Caller::system(System::Operator))?;
    store.write_now(&permit, |tx| desk::keys::revoke(tx, permit.clone(), &ring, kid))?;
    system::say(&format!("Nothing that {kid} signed is taken any more."));
    Ok(())
}
