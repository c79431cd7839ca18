//! `dateline user create`, `invite` and `reset`.

use clap::Args;

use super::{Failed, existing, keys, ready, system};
use crate::{
    access::{Caller, Permit, System, action::ManageUsers, password},
    config::Settings,
    desk::{
        password_links::{self, Made},
        second_factors,
        users::{self, Draft, GrantDraft},
    },
    domain::{
        Error, Id, Locale,
        section::Section,
        token_page,
        user::{Role, User, UserStatus, check_password, email_typed},
    },
    store::{self, Tx},
};

/// Somebody new.
#[derive(Debug, Args)]
pub(super) struct New {
    /// What they sign in with.
    #[arg(long)]
    email: String,
    /// Their name.
    #[arg(long)]
    name: String,
    /// Their role: contributor, translator, editor, chief or admin.
    #[arg(long, value_parser = role)]
    role: Role,
    /// Only in this section and below it: its id, or its slug in the default locale.
    #[arg(long)]
    section: Option<String>,
    /// Only in this locale.
    #[arg(long, value_parser = locale)]
    locale: Option<Locale>,
}

fn role(word: &str) -> Result<Role, String> {
    word.parse().ok().ok_or_else(|| "contributor, translator, editor, chief or admin".to_owned())
}

fn locale(tag: &str) -> Result<Locale, String> {
    tag.parse().ok().ok_or_else(|| "a BCP 47 language tag, such as hi".to_owned())
}

fn section(tx: &mut Tx<'_>, named: &str) -> Result<Id<Section>, Error> {
    users::section(tx, named).map_err(|error| match error {
        Error::NotFound(_) => Error::invalid("--section", "unknown_section", "no section has this id or slug"),
        other => other,
    })
}

/// Let somebody in, with the password from standard input.
pub(super) fn create(settings: &Settings, new: &New) -> Result<(), Failed> {
    let store = ready(settings)?;
    let text = system::standard_input().map_err(|e| Failed::Otherwise(format!("the password cannot be read: {e}")))?;
    let hash = password::hash(&check_password(&text)?, store.entropy())?;
    let permit = Permit::try_from(Caller::system(System::Operator))?;
    let user = store.write_now(&permit, |tx| made(tx, permit.clone(), new, &hash))?;
    system::say(&format!("{} may sign in as {} ({}).", user.name, user.email.unwrap_or_default(), new.role));
    Ok(())
}

fn made(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, new: &New, hash: &str) -> Result<User, Error> {
    let section = new.section.as_deref().map(|s| section(tx, s)).transpose()?;
    let grants = vec![GrantDraft { role: new.role, section, locale: new.locale.clone() }];
    let draft = Draft { email: Some(new.email.clone()), name: new.name.clone(), status: UserStatus::Active, grants };
    users::create(tx, permit, &draft, hash)
}

/// Let somebody in who has no password yet, with a link to set one.
pub(super) fn invite(settings: &Settings, new: &New) -> Result<(), Failed> {
    let store = ready(settings)?;
    let (ring, mailed) = (keys(settings, &store)?, settings.smtp.is_some());
    let permit = Permit::try_from(Caller::system(System::Operator))?;
    let link = store.write_now(&permit, |tx| {
        let user = made(tx, permit.clone(), new, password::NONE)?;
        password_links::send(tx, permit.clone(), &ring.present(), user.id, mailed)
    })?;
    tell(settings, &link);
    Ok(())
}

/// Give somebody another link, and take off their second factor where that is asked for.
pub(super) fn reset(settings: &Settings, email: &str, second_factor: bool) -> Result<(), Failed> {
    let store = existing(settings)?;
    let (ring, mailed) = (keys(settings, &store)?, settings.smtp.is_some());
    let permit = Permit::try_from(Caller::system(System::Operator))?;
    let link = store.write_now(&permit, |tx| {
        let user = store::users::by_email(tx, &email_typed(email))?.ok_or(Error::NotFound("user"))?;
        if second_factor {
            second_factors::take_off(tx, permit.clone(), user)?;
        }
        password_links::send(tx, permit.clone(), &ring.present(), user, mailed)
    })?;
    tell(settings, &link);
    Ok(())
}

/// Say where the link is: on its way, or here, where no mails are sent.
fn tell(settings: &Settings, link: &Made) {
    let Made { email, expires_at, token, .. } = link;
    if settings.smtp.is_some() {
        system::say(&format!("A link to set the password is sent to {email} by a server that runs, and is good until {expires_at}."));
        return;
    }
    let token = token.expose();
    let shown = match &settings.password_page {
        Some(page) => token_page::opened(page, token),
        None => format!("{token}\n\n(the token for POST /v1/auth/password/set; with DATELINE_SET_PASSWORD_URL it would be a link)"),
    };
    system::say(&format!("{email} sets the password by this, once, until {expires_at}:\n\n{shown}"));
}
