//! Users and their grants.

use email_address::{EmailAddress, Options};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use url::quirks;

use super::{
    Error, Id, Instant, Locale, Version,
    section::Section,
    text::{is_forbidden, nfc, shows_nothing},
    vocabulary::vocabulary,
};

vocabulary! {
    /// What a user is in the newsroom; `access::policy` says what each may do.
    pub enum Role {
        /// Writes own drafts and submits them.
        Contributor => "contributor",
        /// Translates in granted locales and submits.
        Translator => "translator",
        /// Reviews, publishes and corrects within granted sections and locales.
        Editor => "editor",
        /// An editor who also keeps sections, authors and tags.
        Chief => "chief",
        /// A chief who also keeps users, grants, keys and the site.
        Admin => "admin",
    }
}

vocabulary! {
    /// Whether a user may sign in.
    pub enum UserStatus {
        /// Yes.
        Active => "active",
        /// No; every session has ended.
        Suspended => "suspended",
    }
}

vocabulary! {
    /// Who a user is.
    pub enum UserKind {
        /// A person, who signs in.
        Person => "person",
        /// A service account: a program, which shows API keys and never signs in.
        Service => "service",
    }
}

/// A role held everywhere, or only in one section (with its subtree), or only in one locale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: Id<Grant>,
    /// The role.
    pub role: Role,
    /// Only in this section and below it.
    pub section: Option<Id<Section>>,
    /// Only in this locale.
    pub locale: Option<Locale>,
    /// Whether a group of the OpenID provider's gave it: each time they come from there it is given anew, or taken.
    pub by_group: bool,
}

impl Grant {
    /// True for the one that makes somebody an administrator of the whole site.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.role == Role::Admin && self.section.is_none() && self.locale.is_none()
    }
}

/// Somebody who can sign in, or a service account, which acts as somebody of its own.
#[derive(Debug, Clone)]
pub struct User {
    /// Their id.
    pub id: Id<User>,
    /// Their e-mail address, lower case: what they sign in with; a service account has none.
    pub email: Option<String>,
    /// Their name.
    pub name: String,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// What they were granted.
    pub grants: Vec<Grant>,
    /// Whether they have a password: who was invited has none yet.
    pub has_password: bool,
    /// Whether signing in takes a second factor.
    pub second_factor: bool,
    /// Whether the OpenID provider's word lets them in.
    pub single_sign_on: bool,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

impl User {
    /// Who it is.
    #[must_use]
    pub fn kind(&self) -> UserKind {
        if self.email.is_some() { UserKind::Person } else { UserKind::Service }
    }
}

/// What somebody is called whom a history names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Their name, or the one that they left with.
    pub name: String,
    /// Whether they have left: they are a user no more, and nothing but histories knows them.
    pub former: bool,
}

/// Marks ids of sessions: one sign-in with all the refresh tokens that follow from it.
#[derive(Debug)]
pub struct Session;

/// The id of a grant.
pub type GrantId = Id<Grant>;

/// The address in the form that is compared and kept: its local part NFKC and lower case, its domain as IDNA writes it for people, so
/// that what reaches one mailbox is one address.
///
/// # Errors
/// [`Error::Invalid`] at `#/email`.
pub fn email(text: &str) -> Result<String, Error> {
    let refused =
        || Error::invalid("#/email", "email", "an e-mail address, its part before the @ of at most 64 bytes, and of at most 254 in all");
    let (local, domain) = text.trim().rsplit_once('@').ok_or_else(refused)?;
    let local: String = local.nfkc().collect::<String>().to_lowercase().nfc().collect();
    let ascii = quirks::domain_to_ascii(domain);
    let options = Options {
        minimum_sub_domains: if ascii == "localhost" { 1 } else { 2 },
        allow_domain_literal: false,
        allow_display_text: false,
        ..Options::default()
    };
    let odd = |c: char| c == '"' || is_forbidden(c) || shows_nothing(c) || c.general_category() == GeneralCategory::Format;
    let plain = !domain.contains('%') && ascii.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let whole = format!("{local}@{ascii}");
    if !plain || local.contains(odd) || whole.len() > 254 || EmailAddress::parse_with_options(&whole, options).is_err() {
        return Err(refused());
    }
    let address = format!("{local}@{}", quirks::domain_to_unicode(&ascii));
    if address.len() > 254 { Err(refused()) } else { Ok(address) }
}

/// The address as somebody typed it who signs in. One that is none any more may be one that an earlier version let pass.
#[must_use]
pub fn email_typed(text: &str) -> String {
    email(text).unwrap_or_else(|_| nfc(text.trim()).to_lowercase())
}

/// Check a new password: 12 to 128 characters, at most 512 bytes, and not one that everybody tries first.
///
/// # Errors
/// [`Error::Invalid`] at `#/password`.
pub fn check_password(text: &str) -> Result<String, Error> {
    check_password_at("#/password", text)
}

/// The same where the password has another name.
///
/// # Errors
/// [`Error::Invalid`] at the pointer.
pub fn check_password_at(pointer: &str, text: &str) -> Result<String, Error> {
    let password = nfc(text).into_owned();
    let length = password.chars().count();
    if !(12..=128).contains(&length) || password.len() > 512 {
        return Err(Error::invalid(pointer, "length", "12 to 128 characters"));
    }
    let mut letters: Vec<char> = password.to_lowercase().chars().collect();
    let common = ["password", "qwerty", "123456", "letmein", "dateline", "iloveyou", "admin"];
    let stripped = common.iter().fold(password.to_lowercase(), |text, word| text.replace(word, ""));
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 4 || stripped.chars().count() < 4 {
        return Err(Error::invalid(pointer, "too_common", "too easy to guess"));
    }
    Ok(password)
}

/// The id of a user.
pub type UserId = Id<User>;
