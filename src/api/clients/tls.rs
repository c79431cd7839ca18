//! TLS, where the server ends it by itself.
//!
//! **Decision.** TLS 1.3 and 1.2 as rustls speaks them with *ring*, and over it HTTP/1.1 alone: what this module holds (one request at a time, heads and bodies
//! within a time and a length, readers who take something) is held of a connection, and of HTTP/2 none of it would be. A client that offers nothing but HTTP/2 is told
//! so by the handshake. Sessions are resumed by tickets, so that clients who come again cost neither a signature nor memory in between.

use std::sync::Arc;

use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    version::{TLS12, TLS13},
};

use crate::{access::certificate::Certificates, domain::Error};

/// How the server speaks TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    pub(super) config: Arc<ServerConfig>,
    /// Whether browsers are told to come by TLS alone from now on.
    pub strict: bool,
}

impl Tls {
    /// TLS that shows these certificates.
    ///
    /// # Errors
    /// [`Error::Internal`] when the library does not have what is asked of it.
    pub fn new(certificates: Arc<Certificates>, strict: bool) -> Result<Self, Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(Error::internal)?
            .with_no_client_auth()
            .with_cert_resolver(certificates);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.ticketer = ring::Ticketer::new().map_err(Error::internal)?;
        Ok(Self { config: Arc::new(config), strict })
    }
}
