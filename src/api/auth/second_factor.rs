//! One's own second factor.

use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::own::shown;
use crate::{
    access::secret::Secret,
    api::{
        State,
        extract::{Body, InSession, Origin, SignedIn},
        problem::{Failure, Problem},
    },
    desk,
    domain::Error,
};

/// What an application needs to make codes, told once.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorSecret {
    /// The secret, in base32, for whoever types it.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// The same as an address (`otpauth://totp/…`), to be shown as a QR code.
    #[schema(example = "otpauth://totp/Dateline:asha%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Dateline")]
    url: String,
}

impl std::fmt::Debug for SecondFactorSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecondFactorSecret")
    }
}

/// A code of one's second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "123456" }))]
pub struct SecondFactorCode {
    /// The six digits that the application shows.
    #[schema(value_type = String, max_length = 40)]
    code: Secret<String>,
}

/// Codes for whoever has lost their second factor, told once.
#[derive(Serialize, ToSchema)]
pub struct NewRecoveryCodes {
    /// Ten codes; each works once, in the place of a code of the application.
    #[schema(example = json!(["abcd-efgh-ijkl-mnop"]))]
    recovery_codes: Vec<String>,
}

impl std::fmt::Debug for NewRecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewRecoveryCodes")
    }
}

/// One's password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "password": "a-long-sentence-of-yours" }))]
pub struct OwnPassword {
    /// The present one.
    #[schema(value_type = String, max_length = 512, format = Password)]
    password: Secret<String>,
}

/// Begin with a second factor (TOTP, RFC 6238).
///
/// Gives the secret that an application makes codes with. Signing in does not ask for it before `…/confirm` was shown a code of it; begun again, it is another one.
#[utoipa::path(tag = "auth", security(("token" = [])),
    responses((status = 200, body = SecondFactorSecret), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/second-factor")]
pub(crate) async fn begin_second_factor(
    SignedIn(caller): SignedIn,
    _: InSession,
    state: Data<State>,
) -> Result<Json<SecondFactorSecret>, Failure> {
    let (me, keys) = (caller.myself()?, state.keys.present());
    let begun = state.store.write(caller, move |tx, _| desk::second_factors::begin(tx, me, &keys)).await?;
    Ok(Json(SecondFactorSecret { secret: begun.secret.expose().clone(), url: begun.url.expose().clone() }))
}

/// Turn one's second factor on, with a code of it.
///
/// Gives ten recovery codes, once. From then on signing in takes a code beside the password; sessions that there are go on.
#[utoipa::path(tag = "auth", security(("token" = [])), request_body = SecondFactorCode,
    responses((status = 200, body = NewRecoveryCodes), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/second-factor/confirm")]
pub(crate) async fn confirm_second_factor(
    SignedIn(caller): SignedIn,
    _: InSession,
    sent: Body<SecondFactorCode>,
    state: Data<State>,
) -> Result<Json<NewRecoveryCodes>, Failure> {
    let (me, keys, code) = (caller.myself()?, state.keys.present(), sent.0.code);
    let codes = state.store.write(caller, move |tx, _| desk::second_factors::confirm(tx, me, &keys, code.expose())).await?;
    Ok(Json(NewRecoveryCodes { recovery_codes: codes.iter().map(|code| code.expose().clone()).collect() }))
}

/// Turn one's second factor off, with the password.
///
/// Its recovery codes work no more. Without one, nothing changes. Wrong passwords are counted as those of a sign-in are.
#[utoipa::path(tag = "auth", security(("token" = [])), request_body = OwnPassword,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/second-factor/off")]
pub(crate) async fn turn_off_second_factor(
    SignedIn(caller): SignedIn,
    _: InSession,
    from: Origin,
    sent: Body<OwnPassword>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let me = caller.myself()?;
    let wrong = || Error::invalid("#/password", "wrong_password", "this is not your password");
    let hash = shown(&caller, sent.0.password, from.0, &state).await?.ok_or_else(wrong)?;
    state.store.write(caller, move |tx, _| desk::second_factors::turn_off(tx, me, &hash)).await?;
    Ok(HttpResponse::NoContent().finish())
}
