//! Users and their grants.

use super::{Error, Id, Instant, Locale, Version, section::Section, text::nfc, vocabulary::vocabulary};

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
}

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct User {
    /// Their id.
    pub id: Id<User>,
    /// Their e-mail address, lower case: what they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// What they were granted.
    pub grants: Vec<Grant>,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

/// Marks ids of sessions: one sign-in with all the refresh tokens that follow from it.
#[derive(Debug)]
pub struct Session;

/// The id of a grant.
pub type GrantId = Id<Grant>;

/// The address in the form that is compared and kept: NFC, trimmed, lower case.
///
/// # Errors
/// [`Error::Invalid`] at `#/email`.
pub fn email(text: &str) -> Result<String, Error> {
    let address = nfc(text.trim()).to_lowercase();
    let (local, host) = address.rsplit_once('@').unwrap_or_default();
    let clean = !address.chars().any(|c| c.is_whitespace() || c.is_control() || c == '<' || c == '>');
    if clean && !local.is_empty() && host.len() > 2 && host.trim_matches('.').contains('.') || (host == "localhost") && address.len() <= 254
    {
        Ok(address)
    } else {
        Err(Error::invalid("#/email", "email", "an e-mail address of at most 254 bytes"))
    }
}

/// Check a new password: 12 to 128 characters, at most 512 bytes, and not one that everybody tries first.
///
/// # Errors
/// [`Error::Invalid`] at `#/password`.
pub fn check_password(text: &str) -> Result<String, Error> {
    let password = nfc(text).into_owned();
    let length = password.chars().count();
    if !(12..=128).contains(&length) || password.len() > 512 {
        return Err(Error::invalid("#/password", "length", "12 to 128 characters"));
    }
    let mut letters: Vec<char> = password.to_lowercase().chars().collect();
    let common = ["password", "qwerty", "123456", "letmein", "dateline", "iloveyou", "admin"];
    let stripped = common.iter().fold(password.to_lowercase(), |text, word| text.replace(word, ""));
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 4 || stripped.chars().count() < 4 {
        return Err(Error::invalid("#/password", "too_common", "too easy to guess"));
    }
    Ok(password)
}

/// The id of a user.
pub type UserId = Id<User>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_and_whole() {
        assert_eq!(email(" Asha@Example.ORG ").unwrap(), "asha@example.org");
        for bad in ["", "a", "@b.org", "a@", "a b@c.org", "a@b", "a@.x."] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn easy_passwords_are_refused() {
        for bad in ["short", "passwordpassword", "aaaaaaaaaaaaaaaa", "password123456", "abababababab", &"x1y2".repeat(40)] {
            assert!(check_password(bad).is_err(), "{bad}");
        }
        assert!(check_password("गुप्त-वाक्य-यहाँ-है").is_ok());
    }
}
