//! Asking for a token with the form of OAuth 2.0 (RFC 6749 §4.1.3, §4.3 and §6), which Swagger UI and many clients send, beside JSON.
//!
//! The contract tells of it as the flow of its security scheme: an operation with two kinds of bodies is more than some generators of clients can do.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::Deserialize;

use super::Credentials;
use crate::{
    access::secret::Secret,
    api::{
        extract::{self, Body, Pending},
        problem::Failure,
        wording::plain,
    },
};

const FORM: &str = "application/x-www-form-urlencoded";

/// What a token is asked for with.
#[derive(Debug)]
pub(super) enum Shown {
    /// An e-mail address and a password.
    Password(Credentials),
    /// A refresh token.
    Refresh(Secret<String>),
    /// What somebody came back with who signed in by way of the OpenID provider.
    Code {
        /// The code.
        code: Secret<String>,
        /// What the tool's challenge was the digest of.
        verifier: Secret<String>,
        /// Where the code was sent.
        redirect_uri: String,
    },
}

/// The form of OAuth 2.0: `username` is the e-mail address; other fields are passed over, as RFC 6749 demands. `code` is one of ours.
#[derive(Debug, Deserialize)]
struct TokenForm {
    /// `password`, `refresh_token` or `authorization_code`.
    grant_type: GrantType,
    /// With `password`: the e-mail address.
    username: Option<String>,
    /// With `password`: the password.
    password: Option<Secret<String>>,
    /// With `password`: a code of the second factor; with `authorization_code`: the code.
    code: Option<Secret<String>>,
    /// Limit the tokens to these actions, parted by spaces.
    scope: Option<String>,
    /// With `refresh_token`: the token.
    refresh_token: Option<Secret<String>>,
    /// With `authorization_code`: what the challenge was the digest of.
    code_verifier: Option<Secret<String>>,
    /// With `authorization_code`: where the code was sent.
    redirect_uri: Option<String>,
}

/// What stands for whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GrantType {
    /// An e-mail address and a password.
    Password,
    /// A refresh token.
    RefreshToken,
    /// A code of `/v1/auth/authorize`.
    AuthorizationCode,
}

impl TokenForm {
    fn shown(self) -> Result<Shown, Failure> {
        let required = |name: &str| Failure::malformed(name, "required", "must be there");
        match self.grant_type {
            GrantType::Password => {
                let email = self.username.ok_or_else(|| required("username"))?;
                let password = self.password.ok_or_else(|| required("password"))?;
                let scope: Vec<_> = self.scope.iter().flat_map(|names| names.split_ascii_whitespace()).map(str::to_owned).collect();
                let scope = Some(scope).filter(|names| !names.is_empty());
                Ok(Shown::Password(Credentials { email, password, code: self.code, scope }))
            }
            GrantType::RefreshToken => self.refresh_token.map(Shown::Refresh).ok_or_else(|| required("refresh_token")),
            GrantType::AuthorizationCode => Ok(Shown::Code {
                code: self.code.ok_or_else(|| required("code"))?,
                verifier: self.code_verifier.ok_or_else(|| required("code_verifier"))?,
                redirect_uri: self.redirect_uri.ok_or_else(|| required("redirect_uri"))?,
            }),
        }
    }
}

impl FromRequest for Shown {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if extract::kind(req) != FORM {
            let json = Body::<Credentials>::from_request(req, payload);
            return Box::pin(async move { Ok(Self::Password(json.await?.0)) });
        }
        let bytes = extract::read(payload);
        Box::pin(async move {
            let form = serde_urlencoded::from_bytes::<TokenForm>(&bytes.await?);
            form.map_err(|e| Failure::malformed("#", "form", plain(&e.to_string())))?.shown()
        })
    }
}
