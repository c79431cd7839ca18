//! The certificate that the server shows to clients, its key, and how both are exchanged while it runs.
//!
//! **Context.** Certificates live for weeks; whoever renews them writes two files, one after the other, and tells nobody. **Decision.** What the files hold is judged
//! as a whole before it counts: a chain, and the key of its first certificate, which is good now. What changes is taken up when it was
//! found twice, so that a chain of which only the beginning was written is not taken for the whole. **Consequence.** What was half written, or is another's, never takes the
//! place of what is good.

use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};
use tokio_rustls::rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use x509_cert::{Certificate, der::Decode};

use crate::domain::Instant;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The chain of certificates.
    Certificate,
    /// The key.
    Key,
}

/// What is wrong with them: which of them, and why, without anything of what it holds.
pub type Fault = (Part, &'static str);

/// What the two files hold.
pub struct Files {
    /// A chain in PEM, the server's own certificate first.
    pub certificates: Vec<u8>,
    /// Its key in PEM.
    pub key: Vec<u8>,
}

/// What tells apart what the files hold at different times.
pub type Fingerprint = [u8; 32];

/// A certificate with its key, as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    key: Arc<CertifiedKey>,
    /// Until when it is good.
    pub until: Instant,
}

impl Files {
    /// What they are known by.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let parts = [Sha256::digest(&self.certificates), Sha256::digest(&self.key)];
        Sha256::digest(parts.concat()).into()
    }

    /// The certificate and its key.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn judged(&self, now: Instant) -> Result<Shown, Fault> {
        const NO_CHAIN: Fault = (Part::Certificate, "the file does not hold certificates in PEM");
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(&self.certificates).collect::<Result<_, _>>().ok().ok_or(NO_CHAIN)?;
        let parsed: Option<Vec<Certificate>> = chain.iter().map(|one| Certificate::from_der(one).ok()).collect();
        let parsed = parsed.ok_or((Part::Certificate, "a certificate in the file cannot be read"))?;
        let own = parsed.first().ok_or(NO_CHAIN)?;
        let instant = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
            Instant::from_micros(seconds.saturating_mul(1_000_000))
        };
        let validity = &own.tbs_certificate.validity;
        let (from, until) = (instant(validity.not_before), instant(validity.not_after));
        if until < now {
            return Err((Part::Certificate, "the certificate has expired"));
        }
        if from > now {
            return Err((Part::Certificate, "the certificate is not valid yet"));
        }
        let key = self.private_key().map_err(|why| (Part::Key, why))?;
        let key = CertifiedKey::new(chain, key);
        key.end_entity_cert()
            .and_then(|own| own.try_into().map(|_: tokio_rustls::rustls::server::ParsedCertificate<'_>| ()))
            .ok()
            .ok_or(NO_CHAIN)?;
        key.keys_match().ok().ok_or((Part::Key, "the file holds another key than that of the certificate"))?;
        Ok(Shown { key: Arc::new(key), until })
    }

    fn private_key(&self) -> Result<Arc<dyn tokio_rustls::rustls::sign::SigningKey>, &'static str> {
        if memchr::memmem::find(&self.key, b"ENCRYPTED").is_some() {
            return Err("the key is encrypted with a password; write it without one");
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key).ok().ok_or("the file does not hold a key in PEM")?;
        any_supported_type(&key).ok().ok_or("the key is neither ECDSA (P-256 or P-384), Ed25519 nor RSA of 2048 to 4096 bits")
    }
}

/// What clients are shown, now.
#[derive(Debug)]
pub struct Certificates(RwLock<Shown>);

impl Certificates {
    /// Show this.
    #[must_use]
    pub fn new(shown: Shown) -> Arc<Self> {
        Arc::new(Self(RwLock::new(shown)))
    }

    /// Show another one, from the next client on.
    pub fn exchange(&self, shown: Shown) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = shown;
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).key.clone())
    }
}
