//! Settings of mails: through which server, from whom, and where their links lead.

use super::{
    places::{has_user, is_local, web},
    reader::Reader,
};
use crate::{
    domain::token_page,
    workers::smtp::{SmtpServer, sender},
};

const URL: &str = "DATELINE_SMTP_URL";
const FROM: &str = "DATELINE_MAIL_FROM";
const PAGE: &str = "DATELINE_SET_PASSWORD_URL";

/// The page on which a password is set by a link.
pub(super) fn password_page(r: &mut Reader<'_>) -> Option<String> {
    let Some(named) = r.named(PAGE) else {
        if r.named(URL).is_some() {
            r.fault(PAGE, "required where mails are sent: it is what their links open");
        }
        return None;
    };
    let page = match token_page::check(named, "https://desk.example/set-password?token={token}") {
        Ok(page) => page,
        Err(why) => {
            r.fault(PAGE, why);
            return None;
        }
    };
    match web(&token_page::opened(&page, "token")) {
        Some(url) if has_user(&url) => r.fault(PAGE, "an address without user"),
        Some(url) if url.scheme() == "https" || is_local(&url) => return Some(page),
        Some(_) => r.fault(PAGE, "plain http shows the link to everybody on the way: https"),
        None => r.fault(PAGE, "not an http or https address"),
    }
    None
}

/// The server that mails are sent through, and in whose name.
pub(super) fn server(r: &mut Reader<'_>) -> Option<SmtpServer> {
    let from = match r.named(FROM).map(sender) {
        Some(Err(why)) => {
            r.fault(FROM, why);
            None
        }
        Some(Ok(from)) => {
            if r.named(URL).is_none() {
                r.fault(URL, "required where it is said whom mails are from: without a server none are sent");
            }
            Some(from)
        }
        None => {
            if r.named(URL).is_some() {
                r.fault(FROM, "required where mails are sent");
            }
            None
        }
    };
    // What is wrong with the server is told, too, where it is not said whom mails are from.
    let url = r.named(URL)?;
    let checked = from.clone().map_or_else(|| sender("nobody@localhost"), Ok);
    match checked.and_then(|from| SmtpServer::parse(url, from)) {
        Ok(server) => from.map(|_| server),
        Err(why) => {
            r.fault(URL, why);
            None
        }
    }
}
