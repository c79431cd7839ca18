//! API keys: making, revoking and showing them.

use crate::{
    access::{
        Caller, Myself, Permit,
        action::{self, ManageUsers},
        api_key::{Admitted, NewKey, Shown},
        caller::may_somewhere,
        scope::Whole,
        secret::Secret,
    },
    desk::sign_ins::Why,
    domain::{
        Error, Id, Locale,
        api_key::{ApiKey, Bounds, one_more},
        error::{Faults, TokenFault},
        section::Section,
        text::{limits, line},
        user::{User, UserKind, UserStatus},
    },
    store::{self, Tx},
};

/// A key about to be made.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is for.
    pub name: String,
    /// What it is limited to.
    pub bounds: Bounds,
    /// Seconds that it lives.
    pub expires_in: i64,
}

/// A key with its text, to be shown once.
#[derive(Debug)]
pub struct Made {
    /// The key.
    pub key: ApiKey,
    /// Its text.
    pub text: Secret<String>,
}

/// What became of a key that was shown.
#[derive(Debug)]
pub enum Entry {
    /// Its owner asks, within its bounds; and whether its use is to be noted.
    In(Caller, Option<Id<ApiKey>>),
    /// It gives no access; whose it was, if it was somebody's, why it was refused, and what is told of that.
    Out(Option<Id<User>>, Why, TokenFault),
}

/// Who shows a key.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn caller(tx: &mut Tx<'_>, shown: &Shown) -> Result<Entry, Error> {
    let now = tx.now();
    let Some((kept, user)) = store::api_keys::shown(tx, shown)? else {
        return Ok(Entry::Out(None, Why::UnknownApiKey, TokenFault::Invalid));
    };
    let admitted = match Admitted::try_from_shown(shown, kept, now) {
        Ok(admitted) if user.status == UserStatus::Active => admitted,
        Ok(_) => return Ok(Entry::Out(Some(user.id), Why::Suspended, TokenFault::OwnerSuspended)),
        Err(Error::TokenRefused(fault)) => return Ok(Entry::Out(Some(user.id), why(fault), fault)),
        Err(other) => return Err(other),
    };
    let (reading, work) = super::sessions::circumstances(tx, &user)?;
    // Most keys name no section: then nobody needs to know where any lies.
    let sections = if admitted.key().bounds.sections.is_some() { Some(store::sections::all(tx)?) } else { None };
    let path = |id: Id<Section>| {
        let found = sections.iter().flat_map(|all| all.iter()).find(|section| section.id == id);
        found.map(|section| section.path.clone()).unwrap_or_default()
    };
    let due = Some(admitted.key()).filter(|key| key.is_due(now)).map(|key| key.id);
    Ok(Entry::In(Caller::by_key(&admitted, user, path, reading, work)?, due))
}

fn why(fault: TokenFault) -> Why {
    match fault {
        TokenFault::KeyExpired => Why::ApiKeyExpired,
        TokenFault::KeyRevoked => Why::ApiKeyRevoked,
        _ => Why::UnknownApiKey,
    }
}

/// Make a key that acts as whoever asks.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Conflict`] with code `too-many`.
pub fn make_own(tx: &mut Tx<'_>, caller: &Caller, me: Myself, draft: &Draft) -> Result<Made, Error> {
    // Whoever makes several at once is counted one after the other, and whoever is suspended beside this was so before it.
    store::users::hold_alone(tx, me.id())?;
    let owner = store::users::find(tx, me.id())?;
    let (key, drawn) = draw(tx, caller, &owner, draft)?;
    let key = store::api_keys::create_own(tx, me, key, &drawn)?;
    Ok(Made { key, text: drawn.text })
}

/// Make a key of a service account. One that acts as a person nobody makes but that person.
///
/// # Errors
/// [`Error::Forbidden`] to an API key; [`Error::NotFound`]; [`Error::Invalid`]; [`Error::Conflict`] with code `person` or `too-many`.
pub fn make(tx: &mut Tx<'_>, permit: &Permit<ManageUsers>, owner: Id<User>, draft: &Draft) -> Result<Made, Error> {
    permit.everywhere()?;
    permit.caller().without_key()?;
    store::users::hold_alone(tx, owner)?;
    let owner = store::users::find(tx, owner)?;
    if owner.kind() == UserKind::Person {
        let detail = "only they make API keys that act as themselves: a key of others belongs to a service account".to_owned();
        return Err(Error::Conflict { code: "person", detail });
    }
    let (key, drawn) = draw(tx, permit.caller(), &owner, draft)?;
    let key = permit.over(Whole(key))?;
    store::api_keys::create(tx, &key, &drawn)?;
    Ok(Made { key: key.into_inner().0, text: drawn.text })
}

fn draw(tx: &mut Tx<'_>, caller: &Caller, owner: &User, draft: &Draft) -> Result<(ApiKey, NewKey), Error> {
    let now = tx.now();
    let mut faults = Faults::default();
    let name = line(&mut faults, "#/name", &draft.name, limits::NAME);
    let expires_at = faults.merge(ApiKey::expiring(now, draft.expires_in))?.unwrap_or(now);
    draft.bounds.check(&mut faults);
    check_scope(&mut faults, caller, owner, draft.bounds.scope.as_deref());
    check_sections(tx, &mut faults, owner, draft.bounds.sections.as_deref())?;
    check_locales(tx, &mut faults, owner, draft.bounds.locales.as_deref())?;
    let name = faults.or(name)?;
    one_more(store::api_keys::good(tx, owner.id)?)?;
    let drawn = NewKey::draw(tx.entropy());
    let key = ApiKey {
        id: tx.new_id(),
        owner: owner.id,
        name,
        handle: drawn.handle.clone(),
        bounds: draft.bounds.clone(),
        created_by: caller.user_id(),
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    Ok((key, drawn))
}

const BEYOND: &str = "beyond_grants";

/// A key does what its owner may do, and what whoever makes it may do with the token that they show.
fn check_scope(faults: &mut Faults, caller: &Caller, owner: &User, scope: Option<&[String]>) {
    let Some(scope) = scope else {
        if caller.is_limited() {
            faults.add("#/scope", "required", "with a token that is limited to some actions, say to which of these the key is");
        }
        return;
    };
    let permissions = caller.permissions();
    for (n, name) in scope.iter().enumerate() {
        if !action::ALL.contains(&name.as_str()) {
            faults.add(format!("#/scope/{n}"), "unknown_action", "there is no such action");
        } else if !permissions.contains(&name.as_str()) || !may_somewhere(owner, name) {
            faults.add(format!("#/scope/{n}"), BEYOND, "whoever the key belongs to, or whoever makes it, may not do this");
        }
    }
}

fn check_sections(tx: &mut Tx<'_>, faults: &mut Faults, owner: &User, sections: Option<&[Id<Section>]>) -> Result<(), Error> {
    let Some(named) = sections else { return Ok(()) };
    let all = store::sections::all(tx)?;
    let path = |id: Id<Section>| all.iter().find(|section| section.id == id).map(|section| section.path.as_slice()).unwrap_or_default();
    for (n, section) in named.iter().enumerate() {
        let meets = |granted: Id<Section>| path(*section).contains(&granted) || path(granted).contains(section);
        if path(*section).is_empty() {
            faults.add(format!("#/section_ids/{n}"), "unknown_section", "there is no such section");
        } else if !owner.grants.iter().any(|grant| grant.section.is_none_or(meets)) {
            faults.add(format!("#/section_ids/{n}"), BEYOND, "no grant of whoever the key belongs to reaches there");
        }
    }
    Ok(())
}

fn check_locales(tx: &mut Tx<'_>, faults: &mut Faults, owner: &User, locales: Option<&[Locale]>) -> Result<(), Error> {
    let Some(named) = locales else { return Ok(()) };
    let masthead = store::site::masthead(tx)?;
    for (n, locale) in named.iter().enumerate() {
        if masthead.settings(locale).is_none() {
            faults.add(format!("#/locales/{n}"), "unknown_locale", "not a locale of this site");
        } else if !owner.grants.iter().any(|grant| grant.locale.as_ref().is_none_or(|granted| granted == locale)) {
            faults.add(format!("#/locales/{n}"), BEYOND, "no grant of whoever the key belongs to is for this locale");
        }
    }
    Ok(())
}

/// Give one of one's own keys another name.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] at `#/name`.
pub fn rename(tx: &mut Tx<'_>, me: Myself, id: Id<ApiKey>, named: impl FnOnce(&ApiKey) -> Result<String, Error>) -> Result<ApiKey, Error> {
    let key = store::api_keys::find_own(tx, me, id)?;
    let mut faults = Faults::default();
    let name = line(&mut faults, "#/name", &named(&key)?, limits::NAME);
    let name = faults.or(name)?;
    store::api_keys::rename_own(tx, me, key, name)
}

/// Revoke anybody's key.
///
/// # Errors
/// [`Error::NotFound`].
pub fn revoke(tx: &mut Tx<'_>, permit: &Permit<ManageUsers>, id: Id<ApiKey>) -> Result<(), Error> {
    permit.everywhere()?;
    let key = store::api_keys::find(tx, id)?;
    store::api_keys::revoke(tx, &permit.over(Whole(key))?)
}
