//! Tokens that are none of ours: whatever is wrong with one, nothing is told of what that is.
//!
//! Each is made of a real one. Where the fault is in what a token says, it is signed with the server's own key, so that nothing but the rule itself can refuse it.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use dateline::{access::secret, store};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Client, TestApp, seal};

/// Somebody who has one real token, and the server's key.
struct Forger {
    key: SigningKey,
    token: String,
    header: String,
    claims: Value,
}

impl Forger {
    fn new(app: &TestApp, token: &str) -> Self {
        let json = |part: &str| String::from_utf8(B64.decode(part).unwrap()).unwrap();
        let mut parts = token.split('.');
        let (header, claims) = (json(parts.next().unwrap()), json(parts.next().unwrap()));
        let kid = serde_json::from_str::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned();
        let kept = app.store.read_now(store::keys::all).unwrap().into_iter().find(|key| key.kid == kid).unwrap();
        let seed = secret::open(&seal(), &kid, &kept.sealed).unwrap();
        Self {
            key: SigningKey::from_bytes(&seed.try_into().unwrap()),
            token: token.to_owned(),
            header,
            claims: serde_json::from_str(&claims).unwrap(),
        }
    }

    /// A good signature over two parts as they are written.
    fn over(&self, header: &str, claims: &str) -> String {
        let signed = format!("{header}.{claims}");
        let signature = B64.encode(self.key.sign(signed.as_bytes()).to_bytes());
        format!("{signed}.{signature}")
    }

    fn signed(&self, header: &[u8], claims: &[u8]) -> String {
        self.over(&B64.encode(header), &B64.encode(claims))
    }

    /// With this header instead, signed.
    fn header(&self, header: impl AsRef<[u8]>) -> String {
        self.signed(header.as_ref(), self.claims.to_string().as_bytes())
    }

    /// With a header that says this besides or instead, signed; null leaves it out.
    fn heading(&self, changes: Value) -> String {
        self.header(changed(serde_json::from_str(&self.header).unwrap(), changes).to_string())
    }

    /// With these claims instead, signed.
    fn claims(&self, claims: impl AsRef<[u8]>) -> String {
        self.signed(self.header.as_bytes(), claims.as_ref())
    }

    /// With claims that say this besides or instead, signed; null leaves it out.
    fn claiming(&self, changes: Value) -> String {
        self.claims(changed(self.claims.clone(), changes).to_string())
    }

    /// With claims in which something is said once more, in front, signed.
    fn claiming_twice(&self, what: &str) -> String {
        self.claims(self.claims.to_string().replacen('{', &format!("{{{what},"), 1))
    }

    fn parts(&self) -> [&str; 3] {
        let mut parts = self.token.split('.');
        [(); 3].map(|()| parts.next().unwrap())
    }

    /// With another signature.
    fn signature(&self, signature: &[u8]) -> String {
        let [header, claims, _] = self.parts();
        format!("{header}.{claims}.{}", B64.encode(signature))
    }

    fn own_signature(&self) -> Vec<u8> {
        B64.decode(self.parts()[2]).unwrap()
    }

    /// With a header of a symmetric algorithm, and a signature by this as its secret.
    fn keyed(&self, algorithm: &str, secret: &[u8]) -> String {
        let header = self.header.replace("EdDSA", algorithm);
        let signed = format!("{}.{}", B64.encode(header), self.parts()[1]);
        let block = |fill: u8| {
            let mut block = [fill; 64];
            block.iter_mut().zip(secret).for_each(|(byte, of)| *byte ^= of);
            block
        };
        let inner = Sha256::new().chain_update(block(0x36)).chain_update(&signed).finalize();
        let mac = Sha256::new().chain_update(block(0x5c)).chain_update(inner).finalize();
        format!("{signed}.{}", B64.encode(mac))
    }
}

fn changed(mut object: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("{changes} changes nothing") };
    for (name, value) in changes {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(&name);
        } else {
            object[name] = value;
        }
    }
    object
}

/// The same bytes in base64 that another encoder would not write: bits that count for nothing are set. Nothing where there are none.
fn otherwise_encoded(part: &str) -> Option<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = part.split_at_checked(part.len().checked_sub(1)?)?;
    let place = ALPHABET.iter().position(|letter| [*letter] == last.as_bytes())?;
    (part.len() % 4 > 1).then(|| format!("{rest}{}", char::from(ALPHABET[place | 1])))
}

/// The same signature by another number: the order of the group more.
fn with_the_order_added(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0x10,
    ];
    let (point, number) = signature.split_at(32);
    let mut carry = 0u16;
    let sum = number.iter().zip(ORDER).map(|(byte, of)| {
        carry = u16::from(*byte) + u16::from(of) + (carry >> 8);
        carry.to_le_bytes()[0]
    });
    let sum: Vec<u8> = sum.collect();
    [point, &sum].concat()
}

type Forged = Vec<(String, String)>;

fn of_algorithms(by: &Forger, all: &mut Forged) {
    let public = by.key.verifying_key().to_bytes();
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    for name in ["none", "None", "nOnE", "NONE"] {
        let unsigned = B64.encode(by.header.replace("EdDSA", name));
        add(&format!("{name}, unsigned"), format!("{unsigned}.{}.", by.parts()[1]));
        add(&format!("{name}, signed"), by.heading(json!({ "alg": name })));
    }
    add("HS256 by the public key", by.keyed("HS256", &public));
    add("HS256 by the public key as it is published", by.keyed("HS256", B64.encode(public).as_bytes()));
    add("HS256 by nothing", by.keyed("HS256", b""));
    for name in [
        "HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "ES384", "ES256K", "Ed25519", "Ed448", "eddsa", "EdDSA ", "EdDSA\0",
        "",
    ] {
        add(&format!("signed, said to be by {name:?}"), by.heading(json!({ "alg": name })));
    }
    add("no algorithm", by.heading(json!({ "alg": null })));
    add("several algorithms", by.heading(json!({ "alg": ["EdDSA"] })));
    add("an algorithm that is a number", by.heading(json!({ "alg": 1 })));
    add("an algorithm that is null", by.header(by.header.replace("\"EdDSA\"", "null")));
}

fn of_headers(by: &Forger, all: &mut Forged) {
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    for typ in ["JWT", "jwt", "AT+JWT", "application/at+jwt", "preview+jwt", "reset+jwt", "refresh+jwt", "invite+jwt", "at+jwt ", ""] {
        add(&format!("typ {typ:?}"), by.heading(json!({ "typ": typ })));
    }
    add("no typ", by.heading(json!({ "typ": null })));
    add("a typ that is a list", by.heading(json!({ "typ": ["at+jwt"] })));
    let own = SigningKey::from_bytes(&[7; 32]);
    let x = B64.encode(own.verifying_key().to_bytes());
    let others = [
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("jku", json!("https://evil.example/keys")),
        ("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": x })),
        ("x5u", json!("https://evil.example/x")),
        ("x5c", json!(["MA=="])),
        ("x5t", json!("AA")),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("epk", json!({})),
        ("nonce", json!("1")),
        ("iss", json!("x")),
        ("Alg", json!("EdDSA")),
    ];
    for (name, value) in others {
        add(&format!("with {name}: {value}"), by.heading(json!({ name: value })));
    }
    // By another key, which it brings along.
    let brought = Forger { key: own, token: by.token.clone(), header: by.header.clone(), claims: by.claims.clone() };
    add("by another key", brought.heading(json!({})));
    add("by another key that it brings", brought.heading(json!({ "jwk": { "kty": "OKP", "crv": "Ed25519", "x": x } })));
    for kid in ["other", "../../etc/passwd", "' OR 1=1 --", "https://evil.example/key", "", "\0", "%00"] {
        add(&format!("kid {kid:?}"), by.heading(json!({ "kid": kid })));
    }
    add("no kid", by.heading(json!({ "kid": null })));
    add("a kid that is a number", by.heading(json!({ "kid": 1 })));
    add("a kid that is null", by.header(by.header.replace("\"kid\":", "\"kid\":null,\"other\":")));
    for twice in ["\"alg\":\"none\"", "\"alg\":\"EdDSA\"", "\"typ\":\"JWT\"", "\"kid\":\"other\"", "\"\\u0061lg\":\"none\""] {
        add(&format!("{twice} besides"), by.header(by.header.replacen('{', &format!("{{{twice},"), 1)));
    }
    add("a header that is a list", by.header(format!("[{}]", by.header)));
    add("a header that is a text", by.header(json!(by.header).to_string()));
    add("a header that is null", by.header("null"));
    add("an empty object for a header", by.header("{}"));
    add("two objects for a header", by.header(format!("{}{{}}", by.header)));
    add("a header that is cut off", by.header(by.header.trim_end_matches('}')));
    add("a header with a byte order mark", by.header(format!("\u{feff}{}", by.header)));
    add("a header that is no text", by.header([by.header.as_bytes(), b"\xff"].concat()));
    add("no header", by.over("", by.parts()[1]));
}

fn of_claims(app: &TestApp, by: &Forger, all: &mut Forged) {
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    let now = app.now().as_seconds();
    for name in ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"] {
        add(&format!("no {name}"), by.claiming(json!({ name: null })));
        add(
            &format!("{name} that is null"),
            by.claims(by.claims.to_string().replacen(&format!("\"{name}\":"), &format!("\"{name}\":null,\"x\":"), 1)),
        );
        add(&format!("{name} that is an object"), by.claiming(json!({ name: {} })));
        add(&format!("{name} that is true"), by.claiming(json!({ name: true })));
        add(&format!("{name} twice"), by.claiming_twice(&format!("\"{name}\":{}", by.claims[name])));
    }
    for name in ["iss", "aud", "sub", "sid", "jti"] {
        add(&format!("{name} in a list"), by.claiming(json!({ name: [by.claims[name]] })));
        add(&format!("{name} that is a number"), by.claiming(json!({ name: 1 })));
        add(&format!("{name} that is empty"), by.claiming(json!({ name: "" })));
        add(&format!("{name} that is another"), by.claiming(json!({ name: "another" })));
    }
    for name in ["iat", "nbf", "exp"] {
        add(&format!("{name} that is a text"), by.claiming(json!({ name: by.claims[name].to_string() })));
        add(
            &format!("{name} with a fraction"),
            by.claims(by.claims.to_string().replacen(
                &format!("\"{name}\":{}", by.claims[name]),
                &format!("\"{name}\":{}.0", by.claims[name]),
                1,
            )),
        );
        add(
            &format!("{name} beyond all numbers"),
            by.claims(by.claims.to_string().replacen(
                &format!("\"{name}\":{}", by.claims[name]),
                &format!("\"{name}\":9223372036854775808"),
                1,
            )),
        );
        add(&format!("{name} at the end of time"), by.claiming(json!({ name: i64::MAX })));
    }
    add("scope that is a list", by.claiming(json!({ "scope": ["desk.read"] })));
    add("grants that are a list", by.claiming(json!({ "grants": [] })));
    for issuer in [
        "http://dateline.test/",
        "http://dateline.tes",
        "HTTP://dateline.test",
        "https://dateline.test",
        "http://dateline.test.evil.example",
    ] {
        add(&format!("by the issuer {issuer}"), by.claiming(json!({ "iss": issuer })));
    }
    for audience in ["dateline-preview", "dateline-reset", "Dateline", "dateline ", "*"] {
        add(&format!("for the audience {audience:?}"), by.claiming(json!({ "aud": audience })));
    }
    add("for several", by.claiming(json!({ "aud": ["dateline", "other"] })));
    add("of the future", by.claiming(json!({ "iat": now + 6 })));
    add("for the future", by.claiming(json!({ "nbf": now + 6 })));
    add("that lives too long", by.claiming(json!({ "exp": now + 901 })));
    add("that has lived for long", by.claiming(json!({ "iat": now - 86_400, "exp": now + 60 })));
    add("of before all time", by.claiming(json!({ "iat": i64::MIN })));
    add("claims that are a list", by.claims("[]"));
    add("claims that are null", by.claims("null"));
    add("claims that are nothing", by.over(by.parts()[0], ""));
    add("claims that are cut off", by.claims(by.claims.to_string().trim_end_matches('}')));
    add("claims that are no text", by.claims([by.claims.to_string().as_bytes(), b"\xff"].concat()));
    add("claims that are a token", by.signed(by.header.as_bytes(), by.token.as_bytes()));
    add("longer than any of ours", by.claiming(json!({ "scope": "desk.read ".repeat(400) })));
}

fn of_signatures(by: &Forger, other: &str, all: &mut Forged) {
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    let good = by.own_signature();
    let [header, claims, signature] = by.parts();
    add("a signature by a number that is the order more", by.signature(&with_the_order_added(&good)));
    add("a signature of nothing but noughts", by.signature(&[0; 64]));
    add("no signature", by.signature(&[]));
    add("a signature that is cut off", by.signature(&good[..63]));
    add("a signature with a byte more", by.signature(&[&good[..], &[0]].concat()));
    add("a signature twice", by.signature(&[&good[..], &good].concat()));
    let (mut one, mut minus_one) = ([0; 64], [0; 64]);
    one[0] = 1;
    minus_one[..32].copy_from_slice(&[0xff; 32]);
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    add("a signature by a point of low order", by.signature(&one));
    add("a signature by another point of low order", by.signature(&minus_one));
    for (place, bit) in [(0, 1), (31, 0x80), (32, 1), (63, 0x20), (63, 0x80)] {
        let mut flipped = good.clone();
        flipped[place] ^= bit;
        add(&format!("bit {bit} of byte {place} of the signature is another"), by.signature(&flipped));
    }
    let others: Vec<&str> = other.split('.').collect();
    add("the signature of another token", format!("{header}.{claims}.{}", others[2]));
    add("the claims of another token", format!("{header}.{}.{signature}", others[1]));
    add(
        "claims that were changed",
        format!("{header}.{}.{signature}", B64.encode(changed(by.claims.clone(), json!({ "exp": 9_999_999_999_i64 })).to_string())),
    );
    add("a header that was changed", format!("{}.{claims}.{signature}", B64.encode(format!("{} ", by.header))));
}

fn of_spellings(by: &Forger, all: &mut Forged) {
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    let [header, claims, signature] = by.parts();
    let good = &by.token;
    add("a signature in base64 that is not canonical", format!("{header}.{claims}.{}", otherwise_encoded(signature).unwrap()));
    // Of a length that leaves bits over; signed as it is written.
    let long = |text: &str, part: &str| {
        (0..3).find_map(|n| otherwise_encoded(&B64.encode(format!("{text}{}", " ".repeat(n))))).unwrap_or_else(|| part.to_owned())
    };
    add("a header in base64 that is not canonical", by.over(&long(&by.header, header), claims));
    add("claims in base64 that are not canonical", by.over(header, &long(&by.claims.to_string(), claims)));
    for (name, padded) in [
        ("header", format!("{header}=.{claims}.{signature}")),
        ("claims", format!("{header}.{claims}=.{signature}")),
        ("signature", format!("{good}=")),
        ("signature twice", format!("{good}==")),
    ] {
        add(&format!("padding of the {name}"), padded);
    }
    add("padding, signed", by.over(&format!("{header}="), claims));
    let standard = base64::prelude::BASE64_STANDARD_NO_PAD;
    let with_plus = (0..64u8).map(|n| by.claiming(json!({ "scope": "?".repeat(usize::from(n)) }))).map(|token| {
        let [header, claims, _] = {
            let mut parts = token.split('.');
            [(); 3].map(|()| parts.next().unwrap().to_owned())
        };
        by.over(&header, &standard.encode(B64.decode(claims).unwrap()))
    });
    add("base64 of the other alphabet", with_plus.into_iter().find(|token| token.contains(['+', '/'])).unwrap());
    for (name, spelled) in [
        ("one part", header.to_owned()),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{good}.x")),
        ("five parts", format!("{good}.x.y")),
        ("a dot behind", format!("{good}.")),
        ("a dot before", format!(".{good}")),
        ("two dots", format!("{header}..{claims}.{signature}")),
        ("dots alone", "..".to_owned()),
        ("empty objects", "e30.e30.".to_owned()),
        ("nothing", String::new()),
        ("a blank behind", format!("{good} ")),
        ("a tab behind", format!("{good}\t")),
        ("a blank within", format!("{header}. {claims}.{signature}")),
        ("a blank that does not break, before", format!("\u{a0}{good}")),
        ("a wide blank behind", format!("{good}\u{3000}")),
        ("a byte order mark before", format!("\u{feff}{good}")),
        ("a byte order mark behind", format!("{good}\u{feff}")),
        ("in quotation marks", format!("\"{good}\"")),
        ("twice, by a comma", format!("{good},{good}")),
        ("twice, by a blank", format!("{good} {good}")),
        ("with the scheme twice", format!("Bearer {good}")),
        ("percent-encoded", good.replace('.', "%2e")),
        ("with a line end, percent-encoded", format!("{good}%0a")),
        ("with a fragment", format!("{good}#")),
        ("with a parameter", format!("{good};a=b")),
        ("with a disclosure", format!("{good}~")),
        ("other letters of the same look", good.replace('e', "\u{435}")),
        ("in capitals", good.to_uppercase()),
        ("huge", "a".repeat(16_000)),
        ("huge parts", format!("{good}.{}", "a.".repeat(4_000))),
        ("as JSON", json!({ "protected": header, "payload": claims, "signature": signature }).to_string()),
    ] {
        add(name, spelled);
    }
}

async fn shown(app: &TestApp, token: &str, path: &str) -> Answer {
    let mut thief = app.anyone();
    thief.token = Some(token.to_owned());
    thief.get(path).await
}

/// What an answer says, but for the id of its request.
fn said(answer: &Answer) -> (u16, Value, BTreeMap<String, String>) {
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    let headers = answer.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect();
    (answer.status, body, headers)
}

/// Tokens of other kinds that the server has given out itself.
async fn of_others(app: &TestApp, editor: &Client<'_>, by: &Forger, all: &mut Forged) {
    let story = editor.story(&app.section("world", "दुनिया").await, "River rises").await;
    let preview = editor.post(&format!("{story}/translations/en/previews"), &json!({})).await.ok();
    let add = |all: &mut Forged, name: &str, token: &str| all.push((name.to_owned(), token.to_owned()));
    add(all, "a preview's", preview["token"].as_str().unwrap());
    let password = "a sentence of hers";
    let new = json!({ "email": "asha@example.org", "name": "Asha", "password": password, "grants": [{ "role": "editor" }] });
    app.admin().await.post("/v1/desk/users", &new).await.ok();
    let tokens = app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": password })).await.ok();
    add(all, "a refresh token", tokens["refresh_token"].as_str().unwrap());
    add(all, "the id of a session", by.claims["sid"].as_str().unwrap());
    add(all, "like the key of a machine", "dl_live_0123456789ab_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG_1a2b3c4d");
    let reset = json!({ "typ": "reset+jwt" });
    let header = changed(serde_json::from_str(&by.header).unwrap(), reset).to_string();
    let claims = changed(by.claims.clone(), json!({ "aud": "dateline-reset" })).to_string();
    add(all, "one that resets a password", &by.signed(header.as_bytes(), claims.as_bytes()));
}

both! {
    async fn whatever_is_no_token_of_ours_is_refused_with_one_and_the_same_answer(app) {
        let (admin, mut all) = (app.admin().await, Forged::new());
        let editor = app.editor().await;
        // One by a key that is revoked since, and one by the key that has signed before it.
        app.wait(1);
        admin.get("/v1/auth/me").await.ok();
        let first = admin.get("/v1/desk/keys").await.ok()["data"][0]["kid"].as_str().unwrap().to_owned();
        assert_eq!(admin.delete(&format!("/v1/desk/keys/{first}"), "\"1\"").await.status, 204);
        all.push(("by a key that was revoked".to_owned(), editor.token.clone().unwrap()));
        let editor = app.again(&editor).await;
        let by = Forger::new(&app, editor.token.as_deref().unwrap());
        of_algorithms(&by, &mut all);
        of_headers(&by, &mut all);
        of_claims(&app, &by, &mut all);
        of_signatures(&by, app.again(&editor).await.token.as_deref().unwrap(), &mut all);
        of_spellings(&by, &mut all);
        of_others(&app, &editor, &by, &mut all).await;
        // What is signed as it was is taken: the faults alone are what is refused.
        for good in [by.heading(json!({})), by.claiming(json!({})), by.claiming(json!({ "scope": "desk.read article.read" })), by.claiming(json!({ "iat": app.now().as_seconds() + 5, "exp": app.now().as_seconds() + 905 }))] {
            shown(&app, &good, "/v1/auth/me").await.ok();
        }
        let (names, tokens): (BTreeSet<&String>, BTreeSet<&String>) = all.iter().map(|(name, token)| (name, token)).unzip();
        assert!(names.len() == all.len() && tokens.len() == all.len() && all.len() > 200, "{} of {}, {}", tokens.len(), all.len(), names.len());
        let reference = said(&shown(&app, "x", "/v1/auth/me").await);
        assert_eq!((reference.0, reference.1["code"].as_str()), (401, Some("invalid-token")));
        assert!(reference.2["www-authenticate"].starts_with("Bearer error=\"invalid_token\""));
        for (name, token) in &all {
            for path in ["/v1/auth/me", "/v1/desk/articles"] {
                assert_eq!(said(&shown(&app, token, path).await), reference, "{name} at {path}");
            }
        }
        editor.get("/v1/auth/me").await.ok();
    }

    async fn of_two_tokens_neither_is_taken(app) {
        let (editor, other) = (app.editor().await.token.unwrap(), app.editor().await.token.unwrap());
        for (one, two) in [(&editor, &other), (&editor, &editor), (&editor, &"x".to_owned()), (&"x".to_owned(), &editor)] {
            let (one, two) = (format!("Bearer {one}"), format!("Bearer {two}"));
            let headers = [("authorization", one.as_str()), ("authorization", two.as_str())];
            app.anyone().send(Method::GET, "/v1/auth/me", &headers, None).await.refused(401, "invalid-token");
        }
    }

    async fn a_preview_is_opened_by_its_own_token_alone(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let story = editor.story(&world, "River rises").await;
        let made = editor.post(&format!("{story}/translations/en/previews"), &json!({})).await.ok();
        let good = made["token"].as_str().unwrap();
        let opened = async |token: &str| app.anyone().get(&format!("/v1/preview/{token}")).await;
        let by = Forger::new(&app, good);
        opened(&by.claiming(json!({}))).await.ok();
        let now = app.now().as_seconds();
        let mut forged = vec![editor.token.clone().unwrap(), by.heading(json!({ "typ": "at+jwt" })), by.heading(json!({ "alg": "none" })), by.claiming(json!({ "aud": "dateline" }))];
        for name in ["iss", "aud", "sub", "jti", "iat", "nbf", "exp", "article", "locale", "words", "facts"] {
            forged.push(by.claiming(json!({ name: null })));
            forged.push(by.claiming_twice(&format!("\"{name}\":{}", by.claims[name])));
        }
        for changes in [json!({ "iat": now + 6 }), json!({ "nbf": now + 6 }), json!({ "exp": now + 86_401 }), json!({ "jti": "00000000-0000-0000-0000-000000000001" })] {
            forged.push(by.claiming(changes));
        }
        let reference = said(&opened("x").await);
        assert_eq!((reference.0, reference.1["code"].as_str()), (404, Some("not-found")));
        for token in forged {
            let answer = said(&opened(&token).await);
            assert_eq!(answer, reference, "{token}");
        }
    }
}
