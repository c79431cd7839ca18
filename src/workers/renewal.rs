//! The renewal of certificates: looks whether their files hold others, and has those shown from then on.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{
    access::certificate::{Certificates, Files, Fingerprint, Part},
    domain::{Error, instant::Clock},
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(5);

/// What follows the files of a certificate.
pub struct Renewal<R> {
    /// What is exchanged.
    pub certificates: Arc<Certificates>,
    /// What is shown.
    pub shown: Fingerprint,
    /// What the files held at the last look, when that was not shown.
    pub seen: Option<Fingerprint>,
    /// What the files hold, or the words in which it is said why they cannot be read.
    pub read: R,
    /// What decides whether a certificate is good.
    pub clock: Arc<dyn Clock>,
    /// The last complaint, which is not made twice.
    pub complaint: Option<String>,
}

impl<R: FnMut() -> Result<Files, String>> Renewal<R> {
    /// Look at the files. What is not good is complained of once, and changes nothing.
    pub fn look(&mut self) {
        match self.renewed() {
            Ok(()) => self.complaint = None,
            Err(why) if self.complaint.as_ref() == Some(&why) => {}
            Err(why) => {
                tracing::warn!("the certificate that is shown is kept: {why}");
                self.complaint = Some(why);
            }
        }
    }

    fn renewed(&mut self) -> Result<(), String> {
        let files = (self.read)()?;
        let fingerprint = files.fingerprint();
        if fingerprint == self.shown {
            return Ok(());
        }
        // Whoever writes has finished when it is the same once more.
        if self.seen.replace(fingerprint) != Some(fingerprint) {
            return Ok(());
        }
        let shown = files.judged(self.clock.now()).map_err(|(part, why)| format!("{}: {why}", variable(part)))?;
        tracing::info!(until = %shown.until, "another certificate is shown from now on");
        self.certificates.exchange(shown);
        self.shown = fingerprint;
        Ok(())
    }
}

/// The setting that names a file.
#[must_use]
pub fn variable(part: Part) -> &'static str {
    match part {
        Part::Certificate => "DATELINE_TLS_CERT",
        Part::Key => "DATELINE_TLS_KEY",
    }
}

/// Look after the files for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(mut renewal: Renewal<impl FnMut() -> Result<Files, String> + Send + 'static>) -> Result<Worker, Error> {
    Worker::start("renewal", EVERY, move || {
        renewal.look();
        Ok(())
    })
}
