// An OpenID provider with people in groups. Its keys are rotated by starting it anew at the same address.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { Provider } from "oidc-provider";

/** The audience of access tokens that are meant for Dateline. */
export const AUDIENCE = "https://dateline.test/";

/** Who there is, by what they type as their name. */
export const PEOPLE = {
  asha: { email: "asha@example.org", email_verified: true, name: "Asha Rao", groups: ["editors"] },
  ravi: { email: "ravi@example.org", email_verified: true, name: "ರವಿ ಕುಮಾರ್", groups: ["hindi"] },
  cook: { email: "cook@example.org", email_verified: true, name: "A Cook", groups: ["kitchen"] },
  shady: { email: "asha@example.org", email_verified: true, name: "Not Asha", groups: ["editors"] },
};

const KINDS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

/** A new private key for signatures by this algorithm. */
export const newKey = (alg) => ({
  ...generateKeyPairSync(...KINDS[alg]).privateKey.export({ format: "jwk" }),
  kid: randomUUID(),
  use: "sig",
  alg,
});

/** Start one with these keys, the first of which signs. */
export async function start({ port, keys, callbacks, tool, inToken }) {
  const [{ alg }] = keys;
  const client = {
    client_secret: "a-secret-of-both-that-is-long",
    grant_types: ["authorization_code"],
    response_types: ["code"],
    id_token_signed_response_alg: alg,
  };
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      { ...client, client_id: "dateline", redirect_uris: callbacks },
      { ...client, client_id: "tool", redirect_uris: [tool] },
    ],
    // Where it is true, groups are told at userinfo alone.
    conformIdTokenClaims: !inToken,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ audience: AUDIENCE, accessTokenFormat: "jwt", scope: "groups", jwt: { sign: { alg } } }),
      },
    },
    extraTokenClaims: (_, token) => ({ groups: PEOPLE[token.accountId]?.groups }),
    cookies: { keys: ["a key of a test's own"] },
    pkce: { required: () => true },
    findAccount: (_, id) => (PEOPLE[id] ? { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) } : undefined),
  });
  const server = createServer(provider.callback()).listen(port, "127.0.0.1");
  await once(server, "listening");
  // A connection that is kept would be one to the provider of before.
  server.maxRequestsPerSocket = 1;
  const asked = [];
  server.prependListener("request", (request) => asked.push(request.url.split("?")[0]));
  return {
    issuer,
    asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
