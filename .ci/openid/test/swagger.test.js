// Swagger UI under its policy, where people sign in by way of a provider.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { freePort, serve } from "../house.js";
import { newKey, start } from "../provider.js";

let provider, house, browser;

before(async () => {
  const port = await freePort();
  house = await serve({
    DATELINE_OIDC_ISSUER: `http://127.0.0.1:${port}`,
    DATELINE_OIDC_CLIENT_ID: "dateline",
    DATELINE_OIDC_CLIENT_SECRET: "a-secret-of-both-that-is-long",
    DATELINE_OIDC_SCOPES: "openid email profile groups",
    DATELINE_OIDC_GRANTS: JSON.stringify({ editors: [{ role: "editor" }] }),
  });
  // The server was there first: it asks again until the provider answers.
  provider = await start({ port, keys: [newKey("EdDSA")], callbacks: [`${house.url}/v1/auth/callback`], tool: "https://tool.example/back", inToken: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  await house?.stop();
  await provider?.stop();
});

test("a person signs in at the provider and shows who they are, and the browser has nothing to complain of", async () => {
  // Until the provider is known, nobody is sent there.
  const entrance = new URL("/v1/auth/authorize", house.url);
  entrance.search = new URLSearchParams({
    response_type: "code",
    redirect_uri: `${house.url}/docs/oauth2-redirect.html`,
    code_challenge: "A".repeat(43),
    code_challenge_method: "S256",
  });
  const leads = async () => (await fetch(entrance, { redirect: "manual" })).headers.get("location");
  while (!(await leads()).startsWith(provider.issuer)) await new Promise((done) => setTimeout(done, 200));
  const context = await browser.newContext();
  const complaints = [];
  const origins = new Set();
  // Of the provider's own pages nothing is asked.
  const isOurs = (url) => url.startsWith(house.url);
  const complains = (message) => ["error", "warning"].includes(message.type()) && isOurs(message.location().url);
  context.on("console", (message) => complains(message) && complaints.push(message.text()));
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  await page.goto(`${house.url}/docs/`);
  await page.locator("button.authorize").first().click();
  const form = page.locator(".auth-container", { hasText: "authorizationCode" }).first();
  const opened = page.waitForEvent("popup");
  await form.locator("button.authorize").click();
  const popup = await opened;
  await popup.locator("input[name=login]").fill("asha");
  await popup.locator("input[name=password]").fill("any");
  await popup.locator("button[type=submit]").click();
  const closed = popup.waitForEvent("close");
  await popup.locator("button[type=submit]", { hasText: "Continue" }).click();
  await closed;
  await form.getByText("Logout").waitFor();
  await page.locator(".modal-ux .close-modal").click();
  await page.locator(".opblock-tag", { hasText: /auth/i }).first().click();
  const operation = page.locator("#operations-auth-show_me");
  await operation.locator(".opblock-summary-control").click();
  await operation.locator("button.execute").click();
  const answer = operation.locator(".live-responses-table .response .microlight, .live-responses-table .response .highlight-code").first();
  await answer.waitFor();
  assert.match(await answer.textContent(), /asha@example\.org/);
  assert.deepEqual(complaints, []);
  assert.deepEqual([...origins], [house.url]);
});
