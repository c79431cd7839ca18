//! What everybody does with their own account, and who the colleagues are.

use crate::{
    access::{Myself, Permit, action::ReadPeople, policy},
    domain::{
        Error, Id, Locale,
        error::Faults,
        fold::search_key,
        page::{Page, Paging},
        section::Section,
        text::{limits, line},
        user::{Session, User},
    },
    store::{
        self, Tx,
        people::{Colleague, Filter},
    },
};

/// Whom among the colleagues somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// With this in their name.
    pub text: Option<String>,
    /// Who may do this, over more than what is their own.
    pub may: Option<&'static str>,
    /// In this section.
    pub section: Option<Id<Section>>,
    /// In this locale.
    pub locale: Option<Locale>,
}

/// A page of active colleagues by name.
///
/// # Errors
/// [`Error::Invalid`] for a section that is not there, or a locale that is not one of the site's.
pub fn people(tx: &mut Tx<'_>, _: &Permit<ReadPeople>, wanted: &Wanted, paging: Paging) -> Result<Page<Colleague>, Error> {
    let within = match wanted.section.map(|section| store::sections::path(tx, section)).transpose() {
        Err(Error::NotFound(_)) => return Err(Error::invalid("?section", "unknown_section", "there is no such section")),
        found => found?,
    };
    store::site::know(tx, &wanted.locale)?;
    let filter = Filter {
        text: wanted.text.as_deref().map(search_key),
        roles: wanted.may.map(policy::roles),
        within,
        locale: wanted.locale.clone(),
    };
    store::people::page(tx, &filter, paging)
}

/// Give oneself another name.
///
/// # Errors
/// [`Error::Invalid`] at `#/name`.
pub fn rename(tx: &mut Tx<'_>, me: Myself, name: &str) -> Result<User, Error> {
    let mut faults = Faults::default();
    let name = line(&mut faults, "#/name", name, limits::NAME);
    let name = faults.or(name)?;
    store::people::rename(tx, me, &name)?;
    store::users::find(tx, me.id())
}

/// Give oneself another password, in the place of the one that was just shown. All other sessions end: whoever knew the old one is out.
///
/// # Errors
/// [`Error::Invalid`] when somebody has changed it since.
pub fn change_password(tx: &mut Tx<'_>, me: Myself, session: Id<Session>, (before, hash): (&str, &str)) -> Result<(), Error> {
    if !store::people::set_password(tx, me, before, hash)? {
        return Err(wrong_password());
    }
    store::password_links::end(tx, me.id(), None)?;
    store::sessions::end_others(tx, me, session)
}

/// What is answered when the password that was shown is not the one.
#[must_use]
pub fn wrong_password() -> Error {
    Error::invalid("#/current", "wrong_password", "this is not your password")
}
