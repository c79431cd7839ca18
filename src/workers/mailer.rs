//! The mailer: makes the links that were asked for, and sends what is in the outbox.
//!
//! A mail is taken for some time by one instance, sent, and gone from the outbox; one that could not be sent is tried again, later each time, for as long as its
//! link is good. Whoever stops in between has it sent twice at worst.

use std::{sync::Arc, time::Duration};

use super::{
    Worker,
    smtp::{SmtpServer, Unsent},
};
use crate::{
    access::{Bookkeeping, keys::KeyRing},
    desk::{
        mails,
        password_links::{PasswordLinks, sealed_as},
    },
    domain::Error,
    store::{self, Store, mails::Outgoing},
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// How many mails it sends before it looks at what else there is.
const ROUND: i64 = 20;
/// Seconds for which a mail is this instance's to send; more than sending may take.
const LEASE: i64 = 120;

/// What mails are sent with.
#[derive(Debug)]
pub struct Mailer {
    store: Store,
    keys: Arc<KeyRing>,
    links: Arc<PasswordLinks>,
    server: SmtpServer,
}

impl Mailer {
    /// One that sends through a server.
    #[must_use]
    pub fn new(store: Store, keys: Arc<KeyRing>, links: Arc<PasswordLinks>, server: SmtpServer) -> Self {
        Self { store, keys, links, server }
    }

    /// Make the links that were asked for, and send what is due; how many mails were sent.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was not done is done the next time.
    pub fn run(&self) -> Result<usize, Error> {
        self.links.make(&self.store, &self.keys.present())?;
        let mut sent = 0;
        for id in self.store.read_now(|tx| store::mails::due(tx, ROUND))? {
            // Whoever asks meanwhile is not kept waiting for a slow server.
            self.links.make(&self.store, &self.keys.present())?;
            let until = self.store.now().plus_seconds(LEASE);
            let Some(mail) = self.store.write_now(&Bookkeeping, |tx| store::mails::take(tx, id, until))? else { continue };
            match self.send(&mail)? {
                Ok(()) => {
                    self.store.write_now(&Bookkeeping, |tx| store::mails::sent(tx, mail.id))?;
                    sent += 1;
                }
                Err(Unsent::ForGood(why)) => {
                    tracing::warn!(mail = %mail.id, user = %mail.user, server = self.server.shown(), why, "a mail was refused");
                    self.store.write_now(&Bookkeeping, |tx| store::mails::give_up(tx, &mail))?;
                }
                Err(Unsent::ForNow(why)) => {
                    let wait = self.store.write_now(&Bookkeeping, |tx| store::mails::put_off(tx, &mail))?;
                    let (server, attempts) = (self.server.shown(), mail.attempts);
                    tracing::warn!(mail = %mail.id, server, attempts, wait, why, "a mail could not be sent");
                    // What befell this one befalls the next.
                    break;
                }
            }
        }
        Ok(sent)
    }

    fn send(&self, mail: &Outgoing) -> Result<Result<(), Unsent>, Error> {
        let site = self.store.read_now(store::site::masthead)?.site.name.clone();
        let token = self.keys.present().kept(&sealed_as(mail.id), &mail.sealed).and_then(|token| String::from_utf8(token).ok());
        let Some(url) = token.and_then(|token| self.links.url(&token)) else {
            return Ok(Err(Unsent::ForGood("its link cannot be read".to_owned())));
        };
        Ok(self.server.send(&mail.email, &mail.name, &mails::password_link(mail.kind, &site, &mail.name, &url)))
    }
}

/// Send for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(mailer: Mailer) -> Result<Worker, Error> {
    Worker::start("mailer", EVERY, move || mailer.run().map(drop))
}
