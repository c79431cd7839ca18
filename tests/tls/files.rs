//! The files of a certificate: what the program refuses to begin with, and what it takes up while it runs.

use std::{
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
};

use dateline::{
    access::certificate::{Certificates, Files},
    cli::system::SystemClock,
    domain::instant::Clock,
    workers::renewal::Renewal,
};
use tokio_rustls::rustls::{
    ClientConnection, ServerConfig, ServerConnection,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
    version::TLS13,
};

use crate::support::{
    log::Log,
    tls::{Authority, Made, NAME},
};

/// A key for nothing but agreeing on others (X25519).
const NO_SIGNING_KEY: &str =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n";

fn run(authority: &Authority, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.args(arguments).current_dir(authority.folder()).env_clear().stdin(Stdio::null());
    command.envs(settings.iter().copied()).output().unwrap()
}

#[test]
fn files_that_are_not_good_are_refused_by_the_name_of_their_setting_in_one_line() {
    const CERT: &str = "DATELINE_TLS_CERT";
    const KEY: &str = "DATELINE_TLS_KEY";
    let authority = Authority::new();
    let (good, other) = (authority.good(), authority.good());
    let file = |name: &str, content: &str| authority.file(name, content, 0o600);
    let (chain, key) = (file("chain", &good.chain), file("key", &good.key));
    let missing = authority.folder().join("missing").to_str().unwrap().to_owned();
    let folder = authority.folder().to_str().unwrap().to_owned();
    let (past, future) = (authority.made(2000, 2020), authority.made(2080, 2090));
    let encrypted = good.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let broken = good.chain.replacen("\nMII", "\nMIA", 1);
    for (wrong, certificate, private, why) in [
        (CERT, String::new(), key.clone(), "required with"),
        (KEY, chain.clone(), String::new(), "required with"),
        (CERT, missing.clone(), key.clone(), "cannot be read"),
        (KEY, chain.clone(), missing.clone(), "cannot be read"),
        (CERT, folder.clone(), key.clone(), "not of something else"),
        (KEY, chain.clone(), folder, "not of something else"),
        (CERT, file("empty", ""), key.clone(), "does not hold certificates"),
        (CERT, key.clone(), key.clone(), "does not hold certificates"),
        (CERT, file("broken", &broken), key.clone(), "a certificate in the file cannot be read"),
        (CERT, file("past", &past.chain), file("past-key", &past.key), "has expired"),
        (CERT, file("future", &future.chain), file("future-key", &future.key), "not valid yet"),
        (KEY, chain.clone(), file("empty", ""), "does not hold a key"),
        (KEY, chain.clone(), chain.clone(), "does not hold a key"),
        (KEY, chain.clone(), file("other-key", &other.key), "another key"),
        (KEY, chain.clone(), file("encrypted", &encrypted), "encrypted with a password"),
        (KEY, chain.clone(), file("agreeing", NO_SIGNING_KEY), "neither ECDSA"),
        (KEY, chain.clone(), authority.file("open", &good.key, 0o644), "can be read by others"),
        (KEY, chain.clone(), authority.file("group", &good.key, 0o640), "can be read by others"),
        (KEY, chain.clone(), "~/key".to_owned(), "the shell's"),
    ] {
        for command in [&["check"][..], &["serve"], &["migrate"], &["key", "list"], &["demo"]] {
            let output = run(&authority, command, &[(CERT, &certificate), (KEY, &private)]);
            let said = String::from_utf8(output.stderr).unwrap();
            // Commands about a server that is not there yet say that first.
            if command[0] == "key" && said.starts_with("there is no database") {
                continue;
            }
            assert_eq!(output.status.code(), Some(2), "{command:?} {why}: {said}");
            assert!(
                said.starts_with(&format!("{wrong}: ")) && said.lines().count() == 1 && said.contains(why),
                "{command:?} {why}: {said}"
            );
            assert!(!said.contains("BEGIN") && !authority.folder().join("data").exists(), "{said}");
        }
    }
}

#[test]
fn plain_http_is_no_address_of_a_server_that_ends_tls_and_one_that_does_may_listen_to_others() {
    let authority = Authority::new();
    let files = authority.put(&authority.good());
    let with = |more: &[(&str, &str)]| {
        let files = files.iter().map(|(name, path)| (*name, path.as_str()));
        run(&authority, &["migrate"], &files.chain(more.iter().copied()).collect::<Vec<_>>())
    };
    const OPEN: (&str, &str) = ("DATELINE_BIND", "0.0.0.0:8443");
    for wrong in [&[("DATELINE_PUBLIC_URL", "http://127.0.0.1:8080")][..], &[OPEN, ("DATELINE_PUBLIC_URL", "http://news.example")], &[OPEN]]
    {
        let output = with(wrong);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.starts_with("DATELINE_PUBLIC_URL: "), "{wrong:?} {said}");
    }
    for right in [&[][..], &[OPEN, ("DATELINE_PUBLIC_URL", "https://news.example")], &[("DATELINE_PUBLIC_URL", "https://localhost:8080")]] {
        let output = with(right);
        assert_eq!(output.status.code(), Some(0), "{right:?} {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// What the next client is shown.
fn shown(authority: &Authority, certificates: &Arc<Certificates>) -> CertificateDer<'static> {
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_protocol_versions(&[&TLS13]).unwrap();
    let server = server.with_no_client_auth().with_cert_resolver(certificates.clone());
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    let mut client = ClientConnection::new(Arc::new(authority.clients(&[&TLS13])), ServerName::try_from(NAME).unwrap()).unwrap();
    while client.is_handshaking() {
        let (mut there, mut back) = (Vec::new(), Vec::new());
        client.write_tls(&mut there).unwrap();
        server.read_tls(&mut there.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        server.write_tls(&mut back).unwrap();
        client.read_tls(&mut back.as_slice()).unwrap();
        client.process_new_packets().unwrap();
    }
    client.peer_certificates().unwrap()[0].clone().into_owned()
}

fn files(chain: &str, key: &str) -> Files {
    Files { certificates: chain.as_bytes().to_vec(), key: key.as_bytes().to_vec() }
}

#[test]
fn what_is_not_good_is_complained_of_once_and_never_takes_the_place_of_what_is() {
    let authority = Authority::new();
    let (first, second) = (authority.good(), authority.good());
    let there: Arc<Mutex<Result<(String, String), String>>> = Arc::new(Mutex::new(Ok((first.chain.clone(), first.key.clone()))));
    let (read, clock) = (there.clone(), SystemClock);
    let begun = files(&first.chain, &first.key);
    let certificates = Certificates::new(begun.judged(clock.now()).unwrap());
    let mut renewal = Renewal {
        certificates: certificates.clone(),
        shown: begun.fingerprint(),
        read: move || read.lock().unwrap().clone().map(|(chain, key)| files(&chain, &key)),
        seen: None,
        clock: Arc::new(clock),
        complaint: None,
    };
    let log = Log::begin();
    let expired = authority.made(2000, 2020);
    let with = |made: &Made| Ok((made.chain.clone(), made.key.clone()));
    for (now, complaint) in [
        (with(&first), None),
        // The certificate is written, its key is not yet.
        (Ok((second.chain.clone(), first.key.clone())), Some("DATELINE_TLS_KEY: the file holds another key")),
        (
            Ok((second.chain.split_at(second.chain.len() / 2).0.to_owned(), second.key.clone())),
            Some("DATELINE_TLS_CERT: the file does not hold certificates"),
        ),
        (with(&expired), Some("DATELINE_TLS_CERT: the certificate has expired")),
        (Err("DATELINE_TLS_KEY: the file cannot be read".to_owned()), Some("DATELINE_TLS_KEY: the file cannot be read")),
    ] {
        *there.lock().unwrap() = now;
        let before = log.said().len();
        renewal.look();
        renewal.look();
        let said = log.said().split_off(before);
        assert_eq!(said.lines().count(), usize::from(complaint.is_some()), "{said}");
        assert!(said.contains(complaint.unwrap_or_default()) && !said.contains("BEGIN"), "{said}");
        assert_eq!(shown(&authority, &certificates), first.der, "{complaint:?}");
    }
    for made in [&second, &first] {
        *there.lock().unwrap() = with(made);
        // It may be the beginning of something longer.
        let before = shown(&authority, &certificates);
        renewal.look();
        assert_eq!(shown(&authority, &certificates), before);
        renewal.look();
        assert_eq!(shown(&authority, &certificates), made.der);
    }
}

#[test]
fn a_server_that_runs_takes_up_what_is_put_in_the_place_of_its_certificate() {
    let authority = Authority::new();
    let server = authority.served(&[]);
    let certificate = || {
        let mut stream = authority.connect(&server);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).unwrap();
        }
        stream.conn.peer_certificates().unwrap()[0].clone().into_owned()
    };
    let first = certificate();
    let renewed = authority.good();
    // What is broken is passed over, whether or not it is looked at meanwhile.
    authority.file("chain.pem", "broken", 0o644);
    assert_eq!(certificate(), first);
    authority.put(&renewed);
    let next = std::iter::repeat_with(certificate).take(1_000_000).find(|shown| *shown != first).unwrap();
    assert_eq!(next, renewed.der);
}
