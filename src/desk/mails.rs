//! The words of mails: plain English, and nothing but text.

use crate::domain::password_link::LinkKind;

/// What somebody is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// The mail that brings a link to somebody of this name; of the site of that name.
#[must_use]
pub fn password_link(kind: LinkKind, site: &str, name: &str, url: &str) -> Words {
    let (subject, why, until, otherwise) = match kind {
        LinkKind::Invitation => (
            format!("Your account at {site}"),
            format!("An account was made for you at {site}. Set a password for it here:"),
            "three days",
            "If you did not expect this, you can leave it: nobody signs in with the account until a password is set.",
        ),
        LinkKind::Reset => (
            format!("Your password at {site}"),
            format!("Somebody, we hope you, asked for another password for your account at {site}. Set it here:"),
            "half an hour",
            "If it was not you, you can leave it: your password stays as it is.",
        ),
    };
    let text = format!(
        "Hello {name},\n\n{why}\n\n{url}\n\nThe link works once, within {until}. It is for you alone: do not pass it on.\n\n{otherwise}\n"
    );
    Words { subject, text }
}
