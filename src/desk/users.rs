//! Keeping users and their grants.

use crate::{
    access::{Permit, action::ManageUsers, password, scope::Whole},
    domain::{
        Error, Id, Locale, Version, Violation,
        address::AddressKind,
        error::{Faults, Holder},
        section::Section,
        text::{limits, line},
        user::{Grant, Role, User, UserKind, UserStatus, email},
    },
    store::{self, Tx},
};

/// A grant about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantDraft {
    /// The role.
    pub role: Role,
    /// Only in this section and below it.
    pub section: Option<Id<Section>>,
    /// Only in this locale.
    pub locale: Option<Locale>,
}

impl GrantDraft {
    /// True for the grant that came of it.
    fn is(&self, grant: &Grant) -> bool {
        self.role == grant.role && self.section == grant.section && self.locale == grant.locale
    }
}

/// What a caller says of a user.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Their e-mail address; nothing for a service account.
    pub email: Option<String>,
    /// Their name.
    pub name: String,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// What they are granted.
    pub grants: Vec<GrantDraft>,
}

struct Checked {
    email: Option<String>,
    name: String,
    grants: Vec<Grant>,
}

fn check(tx: &mut Tx<'_>, draft: &Draft, before: &[Grant]) -> Result<Checked, Error> {
    let masthead = store::site::masthead(tx)?;
    let mut faults = Faults::default();
    let email = draft.email.as_deref().map(|address| faults.merge(email(address))).transpose()?.flatten();
    let name = line(&mut faults, "#/name", &draft.name, limits::NAME);
    let mut grants = Vec::new();
    for (n, grant) in draft.grants.iter().enumerate() {
        if draft.grants.iter().take(n).any(|earlier| earlier == grant) {
            faults.add(format!("#/grants/{n}"), "repeated", "granted already");
        }
        if grant.locale.as_ref().is_some_and(|l| masthead.settings(l).is_none()) {
            faults.add(format!("#/grants/{n}/locale"), "unknown_locale", "not a locale of this site");
        }
        if let Some(section) = grant.section {
            match store::sections::path(tx, section) {
                Err(Error::NotFound(_)) => faults.add(format!("#/grants/{n}/section_id"), "unknown_section", "there is no such section"),
                other => _ = other?,
            }
        }
        let earlier = before.iter().find(|earlier| grant.is(earlier));
        let (id, by_group) = earlier.map_or_else(|| (tx.new_id(), false), |g| (g.id, g.by_group));
        grants.push(Grant { id, role: grant.role, section: grant.section, locale: grant.locale.clone(), by_group });
    }
    faults.or(Checked { email, name, grants })
}

fn keep_an_admin(tx: &mut Tx<'_>) -> Result<(), Error> {
    if store::users::admins(tx)? == 0 {
        return Err(Error::Conflict {
            code: "last-admin",
            detail: "somebody has to keep users: this is the last administrator".to_owned(),
        });
    }
    Ok(())
}

/// Nothing, when no other user has this address. Whoever keeps users sees them all.
fn free(tx: &mut Tx<'_>, id: Id<User>, email: Option<&str>) -> Result<(), Error> {
    let Some(email) = email else { return Ok(()) };
    let Some(other) = store::users::by_email(tx, email)?.filter(|other| *other != id) else { return Ok(()) };
    let holder = Holder { kind: "user", id: Some(other.uuid()), locale: None, name: store::users::find(tx, other)?.name };
    Err(Error::taken("#/email", "another user has this address", Some(holder)))
}

/// Let somebody in, with the hash of a password or with that of none ([`password::NONE`]).
///
/// # Errors
/// [`Error::Taken`] when the address is in use, [`Error::Invalid`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, draft: &Draft, password_hash: &str) -> Result<User, Error> {
    if draft.email.is_none() {
        return Err(Error::invalid("#/email", "required", "must be there"));
    }
    made(tx, &permit, draft, Some(password_hash))
}

/// Make a service account: a user of its own for a program, without an address and without a password.
///
/// # Errors
/// [`Error::Invalid`].
pub fn create_service(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, name: String, grants: Vec<GrantDraft>) -> Result<User, Error> {
    made(tx, &permit, &Draft { email: None, name, status: UserStatus::Active, grants }, None)
}

fn made(tx: &mut Tx<'_>, permit: &Permit<ManageUsers>, draft: &Draft, password_hash: Option<&str>) -> Result<User, Error> {
    permit.everywhere()?;
    let checked = check(tx, draft, &[])?;
    let (id, now) = (tx.new_id(), tx.now());
    free(tx, id, checked.email.as_deref())?;
    let user = permit.over(Whole(User {
        id,
        email: checked.email,
        name: checked.name,
        status: draft.status,
        grants: checked.grants,
        has_password: password_hash.is_some_and(password::is_set),
        second_factor: false,
        single_sign_on: false,
        version: 1,
        created_at: now,
        updated_at: now,
    }))?;
    store::users::save(tx, &user, password_hash)?;
    Ok(user.into_inner().0)
}

/// What is wrong with the draft of a new user, beside what was found wrong with their password.
///
/// # Errors
/// All of it, as [`Error::Invalid`].
pub fn look_over(tx: &mut Tx<'_>, draft: &Draft, of_password: Vec<Violation>) -> Result<(), Error> {
    let mut faults = Faults::default();
    faults.merge(check(tx, draft, &[]))?;
    faults.merge::<()>(Err(Error::Invalid(of_password)))?;
    faults.or(())
}

/// Change a user. A new password or a suspension ends their sessions; other grants end their access tokens alone, which say what was granted.
///
/// # Errors
/// [`Error::Stale`], [`Error::Taken`], [`Error::Invalid`]; [`Error::Conflict`] with code `last-admin`.
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageUsers>,
    id: Id<User>,
    expected: Version,
    password_hash: Option<&str>,
    with: impl FnOnce(&User) -> Result<Draft, Error>,
) -> Result<User, Error> {
    permit.everywhere()?;
    let before = store::users::find(tx, id)?;
    Error::unless_newest("user", before.version, expected)?;
    let draft = with(&before)?;
    if password_hash.is_some() {
        // What lets people in is changed by people.
        permit.caller().without_key()?;
    }
    keep_kind(&before, &draft, password_hash.is_some())?;
    let checked = check(tx, &draft, &before.grants)?;
    let ends = password_hash.is_some() || draft.status != before.status;
    let next = User {
        email: checked.email,
        name: checked.name,
        status: draft.status,
        grants: checked.grants,
        has_password: before.has_password || password_hash.is_some(),
        version: before.version.saturating_add(1),
        updated_at: tx.now(),
        ..before.clone()
    };
    if !ends && next.grants == before.grants && next.email == before.email && next.name == before.name {
        return Ok(before);
    }
    free(tx, id, next.email.as_deref())?;
    let user = permit.over(Whole(next))?;
    store::users::save(tx, &user, password_hash)?;
    if ends {
        store::sessions::end_all(tx, id)?;
    }
    if ends || user.get().0.email != before.email {
        // A link is for whoever reads the mails of an address, and for the password that there was.
        store::password_links::end(tx, id, None)?;
    }
    keep_an_admin(tx)?;
    Ok(user.into_inner().0)
}

/// What somebody is granted by hand and by these groups.
pub(super) fn with_groups(tx: &mut Tx<'_>, before: &[Grant], wanted: &[GrantDraft]) -> Vec<Grant> {
    let stays = |grant: &&Grant| !grant.by_group || wanted.iter().any(|wanted| wanted.is(grant));
    let mut grants: Vec<Grant> = before.iter().filter(stays).cloned().collect();
    for GrantDraft { role, section, locale } in wanted.iter().filter(|wanted| !before.iter().any(|grant| wanted.is(grant))).cloned() {
        grants.push(Grant { id: tx.new_id(), role, section, locale, by_group: true });
    }
    grants
}

/// Give somebody what their groups give, and take what none gives any more; what was granted by hand stays, and so does the last administrator's right.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) fn grant_by_groups(tx: &mut Tx<'_>, permit: &Permit<ManageUsers>, id: Id<User>, wanted: &[GrantDraft]) -> Result<User, Error> {
    let before = store::users::find(tx, id)?;
    let mut grants = with_groups(tx, &before.grants, wanted);
    let administers = |grants: &[Grant]| grants.iter().any(Grant::administers);
    let is_active = before.status == UserStatus::Active;
    if is_active && administers(&before.grants) && !administers(&grants) && store::users::admins(tx)? == 1 {
        tracing::warn!(user = %id, "no group makes the last administrator one any more; they stay one");
        grants.extend(before.grants.iter().filter(|grant| grant.administers()).cloned());
    }
    if grants == before.grants {
        return Ok(before);
    }
    let next = User { grants, version: before.version.saturating_add(1), updated_at: tx.now(), ..before };
    let user = permit.over(Whole(next))?;
    store::users::save(tx, &user, None)?;
    Ok(user.into_inner().0)
}

/// The section that somebody names by its id, or by its slug in the default locale.
///
/// # Errors
/// [`Error::NotFound`].
pub fn section(tx: &mut Tx<'_>, named: &str) -> Result<Id<Section>, Error> {
    if let Ok(id) = named.parse() {
        return store::sections::path(tx, id).map(|_| id);
    }
    let locale = store::site::masthead(tx)?.site.default_locale.clone();
    let found = store::names::find(tx, &[locale], &[named])?;
    let address = found.into_iter().find(|address| address.kind == AddressKind::Section);
    address.map(|address| address.target.into()).ok_or(Error::NotFound("section"))
}

/// A person stays somebody with an address, and a service account somebody without one, who has no password either.
fn keep_kind(before: &User, draft: &Draft, password: bool) -> Result<(), Error> {
    let mut faults = Faults::default();
    match (&before.email, &draft.email) {
        (Some(_), None) => faults.add("#/email", "required", "must be there"),
        (None, Some(_)) => faults.add("#/email", "service_account", "a service account has no address"),
        _ => {}
    }
    if password && before.kind() == UserKind::Service {
        faults.add("#/password", "service_account", "a service account has no password: give it an API key");
    }
    faults.or(())
}

/// Let somebody be a user no more: nothing lets them in any more, nobody waits for them, and their address is free. What they did goes on being told of as
/// theirs ([`store::former_users`]).
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `last-admin`.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, id: Id<User>, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    // Whoever lets them in, or gives them something, beside this comes before or after.
    store::former_users::hold(tx, id)?;
    let user = store::users::find(tx, id)?;
    Error::unless_newest("user", user.version, expected)?;
    let user = permit.over(Whole(user))?;
    store::former_users::leave(tx, &user, expected)?;
    keep_an_admin(tx)
}
