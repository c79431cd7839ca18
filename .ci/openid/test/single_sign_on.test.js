import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as oauth from "openid-client";
import { Browser, freePort, serve } from "../house.js";
import { AUDIENCE, newKey, start } from "../provider.js";

const TOOL = "https://desk.example/signed-in";
let port, keys, provider, house;

/** The provider with these keys, at the address that it always has. */
async function provides(next, inToken = true) {
  await provider?.stop();
  keys = next;
  provider = await start({ port, keys, callbacks: [`${house?.url ?? "http://127.0.0.1:1"}/v1/auth/callback`], tool: "https://tool.example/back", inToken });
}

before(async () => {
  port = await freePort();
  await provides([newKey("RS256")]);
  house = await serve({
    DATELINE_OIDC_ISSUER: provider.issuer,
    DATELINE_OIDC_CLIENT_ID: "dateline",
    DATELINE_OIDC_CLIENT_SECRET: "a-secret-of-both-that-is-long",
    DATELINE_OIDC_SCOPES: "openid email profile groups",
    DATELINE_OIDC_REDIRECTS: TOOL,
    DATELINE_OIDC_AUDIENCE: AUDIENCE,
    DATELINE_OIDC_GRANTS: JSON.stringify({ editors: [{ role: "editor" }], hindi: [{ role: "translator", locale: "en" }] }),
  });
  await provides(keys);
});

after(async () => {
  await house?.stop();
  await provider?.stop();
});

/** What a tool does that knows nothing of Dateline but its address. */
async function signsIn(person) {
  const config = await oauth.discovery(new URL(house.url), "a-tool", undefined, oauth.None(), { algorithm: "oauth2", execute: [oauth.allowInsecureRequests] });
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const entrance = oauth.buildAuthorizationUrl(config, {
    redirect_uri: TOOL,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  });
  const back = await new Browser().walk(entrance.href, person, TOOL);
  const tokens = await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
  return { config, tokens };
}

/** What somebody is here, by this token. */
async function me(token) {
  const answer = await fetch(`${house.url}/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, ...(await answer.json()) };
}

/** An access token for Dateline that a tool of the company got for somebody by itself. */
async function companyToken(person) {
  const config = await oauth.discovery(new URL(provider.issuer), "tool", "a-secret-of-both-that-is-long", undefined, { execute: [oauth.allowInsecureRequests] });
  // The library takes RS256 alone where it is not told of another one.
  config.clientMetadata().id_token_signed_response_alg = keys[0].alg;
  const verifier = oauth.randomPKCECodeVerifier();
  const entrance = oauth.buildAuthorizationUrl(config, {
    redirect_uri: "https://tool.example/back",
    scope: "openid groups",
    resource: AUDIENCE,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const back = await new Browser().walk(entrance.href, person, "https://tool.example/back");
  return (await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier }, { resource: AUDIENCE })).access_token;
}

test("people come in while keys and algorithms are rotated, and stay signed in", async () => {
  const first = await signsIn("asha");
  let { refresh_token } = first.tokens;
  const { id } = await me(first.tokens.access_token);
  for (const alg of ["ES256", "EdDSA", "PS256", "RS256"]) {
    await provides([newKey(alg)]);
    assert.equal((await me(first.tokens.access_token)).status, 200);
    ({ refresh_token } = await oauth.refreshTokenGrant(first.config, refresh_token));
    const next = await signsIn("asha");
    const known = await me(next.tokens.access_token);
    assert.deepEqual([known.id, known.email, known.name], [id, "asha@example.org", "Asha Rao"], alg);
    assert.deepEqual(known.grants.map((grant) => [grant.role, grant.by_group]), [["editor", true]]);
    // The new key is known from the sign-in on.
    const company = await companyToken("asha");
    assert.deepEqual([(await me(company)).id, (await me(company)).status], [id, 200], alg);
  }
});

test("groups that are told at userinfo alone are asked for there", async () => {
  await provides(keys, false);
  const { tokens } = await signsIn("ravi");
  const known = await me(tokens.access_token);
  assert.deepEqual([known.name, known.grants.map((grant) => [grant.role, grant.locale])], ["ರವಿ ಕುಮಾರ್", [["translator", "en"]]]);
  assert.ok(provider.asked.includes("/me"));
  await provides(keys);
});

test("whoever no group lets in, and whoever has another's address, is told so by the standard's error", async () => {
  for (const person of ["cook", "shady"]) {
    const { cause } = await signsIn(person).then(() => assert.fail(`${person} came in`), (error) => error);
    assert.equal(cause.get("error"), "access_denied", person);
  }
});

test("a token of the company by a key that is not known yet makes nobody ask for it", async () => {
  const stranger = newKey("ES256");
  await provides([stranger]);
  provider.asked.length = 0;
  const unknown = await companyToken("asha");
  const before = provider.asked.filter((path) => path === "/jwks").length;
  for (let n = 0; n < 20; n++) assert.equal((await me(unknown)).status, 401);
  assert.equal(provider.asked.filter((path) => path === "/jwks").length, before);
  await signsIn("asha");
  assert.equal((await me(unknown)).status, 200);
});

test("neither secrets nor codes nor tokens are in the log", () => {
  assert.doesNotMatch(house.log(), /a-secret-of-both|eyJ|code=/);
});
