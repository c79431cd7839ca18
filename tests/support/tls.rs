//! Certificates that are made for a test, and clients who trust them.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
    version::{TLS12, TLS13},
};

use super::{
    new_file,
    served::{self, Said, Served},
};

/// The name that certificates are for.
pub(crate) const NAME: &str = "news.example";

/// Who makes certificates, and where the files of one lie.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
    folder: PathBuf,
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A certificate with its key, in PEM.
pub(crate) struct Made {
    pub(crate) chain: String,
    pub(crate) key: String,
    pub(crate) der: CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let folder = new_file().with_extension("tls");
        std::fs::create_dir_all(&folder).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), root, folder }
    }

    /// A certificate that is good from the beginning of one year to that of another.
    pub(crate) fn made(&self, from: i32, until: i32) -> Made {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Made { chain: certificate.pem(), key: key.serialize_pem(), der: certificate.der().clone() }
    }

    /// One that is good.
    pub(crate) fn good(&self) -> Made {
        self.made(2020, 2090)
    }

    /// Put this into a file, in the place of what was there.
    pub(crate) fn file(&self, name: &str, content: &str, mode: u32) -> String {
        let (path, new) = (self.folder.join(name), self.folder.join("new"));
        std::fs::write(&new, content).unwrap();
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(mode)).unwrap();
        std::fs::rename(new, &path).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Put a certificate where the server looks for it.
    pub(crate) fn put(&self, made: &Made) -> [(&'static str, String); 2] {
        [("DATELINE_TLS_CERT", self.file("chain.pem", &made.chain, 0o644)), ("DATELINE_TLS_KEY", self.file("key.pem", &made.key, 0o600))]
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A server that shows a good certificate, with these settings besides.
    pub(crate) fn served(&self, settings: &[(&str, &str)]) -> Served {
        let files = self.put(&self.good());
        let files = files.iter().map(|(name, path)| (*name, path.as_str()));
        Served::with(&files.chain(settings.iter().copied()).collect::<Vec<_>>())
    }

    /// Clients who trust this authority and speak these versions.
    pub(crate) fn clients(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    }

    /// A client's connection to a server.
    pub(crate) fn connect(&self, server: &Served) -> Secure {
        secure(self.clients(&[&TLS13, &TLS12]), server.connect())
    }

    /// Send these bytes and nothing more; everything that comes back until the server ends the connection.
    pub(crate) fn say(&self, server: &Served, sent: &[u8]) -> Vec<Said> {
        let mut stream = self.connect(server);
        let _ = stream.write_all(sent);
        heard(&mut stream)
    }

    /// What a reader is answered who asks for a path on a connection of their own.
    pub(crate) fn get(&self, server: &Served, path: &str) -> Option<Said> {
        self.say(server, format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).pop()
    }
}

pub(crate) type Secure = StreamOwned<ClientConnection, TcpStream>;

/// TLS over a connection, of which nothing is said yet.
pub(crate) fn secure(clients: ClientConfig, stream: TcpStream) -> Secure {
    StreamOwned::new(ClientConnection::new(Arc::new(clients), ServerName::try_from(NAME).unwrap()).unwrap(), stream)
}

/// What comes, whether or not the server still takes what a client has not sent yet.
struct Coming<'s>(&'s mut Secure);

impl Read for Coming<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.conn.reader().read(buf) {
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
            self.0.conn.read_tls(&mut self.0.sock)?;
            self.0.conn.process_new_packets().map_err(io::Error::other)?;
        }
    }
}

/// Everything that a server says until it ends the connection, however it ends it.
pub(crate) fn heard(stream: &mut Secure) -> Vec<Said> {
    served::heard(&mut Coming(stream))
}
