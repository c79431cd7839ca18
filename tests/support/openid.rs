//! An OpenID provider of a test's own: it says what it is bidden, signed with the key that it has at the moment.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use dateline::{
    access::secret::Secret,
    domain::identity::{GroupGrant, GroupGrants},
    openid::OpenId,
};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

/// What the provider knows the server as.
pub(crate) const CLIENT: &str = "dateline";
/// What the server shows it.
pub(crate) const SECRET: &str = "a-secret-of-both";
/// The audience of its access tokens that are meant for the server.
pub(crate) const AUDIENCE: &str = "https://dateline.test/";

#[derive(Default)]
struct Inner {
    issuer: String,
    keys: Vec<(String, [u8; 32])>,
    says: BTreeMap<String, String>,
    tells: Value,
    subject: Value,
    asked: Vec<String>,
    forms: Vec<String>,
    is_away: bool,
}

/// A provider that runs for as long as the test does.
#[derive(Clone)]
pub(crate) struct Fake(Arc<Mutex<Inner>>);

impl Fake {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self(Arc::new(Mutex::new(Inner { issuer, tells: json!(null), ..Inner::default() })));
        fake.rotate("first");
        let answering = fake.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut lines, mut line) = (Vec::new(), String::new());
                while reader.read_line(&mut line).is_ok_and(|read| read > 0) && !line.trim().is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                let length = lines.iter().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.trim().parse().ok()).unwrap_or(0);
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let path = lines.first().and_then(|l| l.split(' ').nth(1)).unwrap_or_default().to_owned();
                if let Some((status, answer)) = answering.answer(&path, &String::from_utf8(body).unwrap()) {
                    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", answer.len());
                    let _ = write!(&stream, "{head}connection: close\r\n\r\n{answer}");
                }
            }
        });
        fake
    }

    fn answer(&self, path: &str, body: &str) -> Option<(u16, String)> {
        let mut inner = self.0.lock().unwrap();
        inner.asked.push(path.to_owned());
        if inner.is_away {
            return None;
        }
        let at = |path: &str| format!("{}{path}", inner.issuer);
        let answer = match path {
            "/.well-known/openid-configuration" => json!({
                "issuer": inner.issuer,
                "authorization_endpoint": at("/authorize"),
                "token_endpoint": at("/token"),
                "userinfo_endpoint": at("/userinfo"),
                "jwks_uri": at("/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "EdDSA", "HS256", "none"],
            }),
            "/jwks" => {
                let jwk = |(kid, seed): &(String, [u8; 32])| {
                    let x = BASE64_URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(seed).verifying_key().to_bytes());
                    json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA" })
                };
                json!({ "keys": inner.keys.iter().map(jwk).collect::<Vec<_>>() })
            }
            "/token" => {
                inner.forms.push(body.to_owned());
                let code = url::form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
                match code.and_then(|code| inner.says.remove(&code)) {
                    Some(token) => {
                        let claims = token.split('.').nth(1).and_then(|claims| BASE64_URL_SAFE_NO_PAD.decode(claims).ok());
                        let claims: Value = claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
                        inner.subject = claims["sub"].clone();
                        json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 60, "id_token": token })
                    }
                    None => return Some((400, json!({ "error": "invalid_grant" }).to_string())),
                }
            }
            "/userinfo" if inner.tells.is_object() => inner.tells.clone(),
            // Nothing more of whom it spoke last.
            "/userinfo" => json!({ "sub": inner.subject }),
            _ => return Some((404, "{}".to_owned())),
        };
        Some((200, answer.to_string()))
    }

    pub(crate) fn issuer(&self) -> String {
        self.0.lock().unwrap().issuer.clone()
    }

    /// Sign with another key from now on, and publish that alone.
    pub(crate) fn rotate(&self, kid: &str) {
        let mut seed = [7; 32];
        seed.iter_mut().zip(kid.bytes()).for_each(|(to, from)| *to = from);
        self.0.lock().unwrap().keys = vec![(kid.to_owned(), seed)];
    }

    /// Answer nobody, or everybody again.
    pub(crate) fn be_away(&self, is_away: bool) {
        self.0.lock().unwrap().is_away = is_away;
    }

    /// What was asked since this was asked last.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    /// The forms by which codes were redeemed.
    pub(crate) fn forms(&self) -> Vec<String> {
        self.0.lock().unwrap().forms.clone()
    }

    /// Give this token for a code.
    pub(crate) fn says(&self, code: &str, token: &str) {
        self.0.lock().unwrap().says.insert(code.to_owned(), token.to_owned());
    }

    /// Tell this to whoever asks about a person; what is no object is told as the bare name of whom it spoke last.
    pub(crate) fn tells(&self, claims: Value) {
        self.0.lock().unwrap().tells = claims;
    }

    /// These claims, signed.
    pub(crate) fn signed(&self, claims: &Value) -> String {
        let kid = self.0.lock().unwrap().keys[0].0.clone();
        self.signed_as(&json!({ "alg": "EdDSA", "kid": kid, "typ": "JWT" }), claims)
    }

    /// The same under another header.
    pub(crate) fn signed_as(&self, header: &Value, claims: &Value) -> String {
        let encoded = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let seed = self.0.lock().unwrap().keys[0].1;
        let signature = SigningKey::from_bytes(&seed).sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// How a server relies on it, that grants these roles to groups of these names.
    pub(crate) fn settings(&self, grants: &[(&str, GroupGrant)]) -> OpenId {
        let mut all: BTreeMap<String, Vec<GroupGrant>> = BTreeMap::new();
        for (group, grant) in grants {
            all.entry((*group).to_owned()).or_default().push(grant.clone());
        }
        OpenId {
            issuer: self.issuer(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(Secret::new(SECRET.to_owned())),
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            groups_claim: "groups".to_owned(),
            grants: GroupGrants(all),
            redirects: ["https://desk.example/signed-in", "http://127.0.0.1/back", "org.example.desk:/back"].map(str::to_owned).to_vec(),
            audience: Some(AUDIENCE.to_owned()),
            trusts_addresses: false,
            callback: format!("{}/v1/auth/callback", super::ISSUER),
        }
    }
}
