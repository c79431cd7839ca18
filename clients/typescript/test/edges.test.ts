// What a real server does seldom: races of refreshing, throttling, proxies, answers out of order.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createDateline, DatelineProblem, UnexpectedAnswer, type Tokens } from "dateline-client";
import { problem, Stub, type Heard, type Said } from "./server.js";

const tokens = (n: number): Tokens => ({ access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in: 900, token_type: "Bearer" });
const article = "01935a4e-7c00-7000-8000-000000000001";
const other = "01935a4e-7c00-7000-8000-000000000002";
const at = { params: { path: { id: article } } };

async function stub(t: TestContext, answer: (heard: Heard) => Said | Promise<Said>): Promise<Stub> {
  const started = await Stub.start(answer);
  t.after(() => started.stop());
  return started;
}

/** A server whose access tokens are spent one after another: only that of the newest refresh is taken. */
function expiring(refresh: (heard: Heard, newest: number) => Said | Promise<Said> = (_, newest) => ({ body: tokens(newest) })) {
  let newest = 1;
  return async (heard: Heard): Promise<Said> => {
    if (heard.path === "/v1/auth/refresh") {
      if (heard.body.refresh_token !== `refresh-${newest}`) return problem(401, "unauthenticated");
      const said = await refresh(heard, newest + 1);
      if (said.status === undefined) newest += 1;
      return said;
    }
    if (heard.header.authorization !== `Bearer access-${newest}` || newest === 1) return problem(401, "unauthenticated");
    return { headers: { etag: '"3.aa"' }, body: { id: article, version: 3, data: [], page: { next: null, previous: null } } };
  };
}

test("several requests at once with a token that is over renew it once", async (t) => {
  let renewing: () => void = () => undefined;
  const renewed = new Promise<void>((resolve) => (renewing = resolve));
  const answer = expiring(async (_, newest) => (await renewed, { body: tokens(newest) }));
  // All of them are refused before the first new token comes.
  let refused = 0;
  const server = await stub(t, async (heard) => {
    const said = await answer(heard);
    if (said.status === 401 && ++refused === 5) renewing();
    return said;
  });
  const kept: (Tokens | undefined)[] = [];
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1), onTokens: (now) => kept.push(now) });
  await Promise.all(Array.from({ length: 5 }, () => dateline.GET("/v1/desk/articles/{id}", at)));
  assert.equal(server.count("/v1/auth/refresh"), 1);
  assert.equal(server.count(`/v1/desk/articles/${article}`), 10);
  assert.deepEqual(kept, [tokens(2)]);
});

test("a refusal that comes after the tokens were renewed renews nothing", async (t) => {
  const answer = expiring();
  let late: () => void = () => undefined;
  const go = new Promise<void>((resolve) => (late = resolve));
  const server = await stub(t, async (heard) => {
    const said = await answer(heard);
    if (heard.path === "/v1/desk/people" && said.status === 401) await go;
    return said;
  });
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  const slow = dateline.GET("/v1/desk/people");
  await dateline.GET("/v1/desk/articles/{id}", at);
  late();
  await slow;
  assert.equal(server.count("/v1/auth/refresh"), 1);
});

test("clients of one session renew its tokens once", async (t) => {
  const server = await stub(t, expiring());
  const one = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  const two = createDateline({ baseUrl: server.address, session: one.session });
  await Promise.all([one.GET("/v1/desk/people"), two.GET("/v1/desk/people")]);
  assert.equal(server.count("/v1/auth/refresh"), 1);
  assert.equal(two.tokens?.access_token, "access-2");
});

test("a session that is over is forgotten, and what was asked is refused as it was", async (t) => {
  const server = await stub(t, () => problem(401, "unauthenticated"));
  const kept: (Tokens | undefined)[] = [];
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1), onTokens: (now) => kept.push(now) });
  await assert.rejects(dateline.GET("/v1/desk/people"), (error) => error instanceof DatelineProblem && error.is("unauthenticated"));
  assert.deepEqual(kept, [undefined]);
  assert.equal(dateline.tokens, undefined);
});

test("a refresh that fails for another reason keeps the tokens", async (t) => {
  const server = await stub(t, expiring(() => problem(503, "busy", {}, { "retry-after": "2" })));
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  await assert.rejects(dateline.GET("/v1/desk/people"), (error) => error instanceof DatelineProblem && error.is("busy") && error.retryAfter === 2);
  assert.deepEqual(dateline.tokens, tokens(1));
});

test("a wrong password of who is signed in renews nothing", async (t) => {
  const server = await stub(t, () => problem(401, "wrong-credentials"));
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  await assert.rejects(dateline.POST("/v1/auth/password", { body: { current: "a", new: "b" } }), (error) => error instanceof DatelineProblem && error.is("wrong-credentials"));
  assert.equal(server.heard.length, 1);
});

test("401 of a proxy renews nothing", async (t) => {
  const server = await stub(t, () => ({ status: 401, headers: { "content-type": "text/plain" }, body: "Who are you?" }));
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  await assert.rejects(dateline.GET("/v1/desk/people"), (error) => error instanceof UnexpectedAnswer && error.status === 401);
  assert.equal(server.heard.length, 1);
  assert.deepEqual(dateline.tokens, tokens(1));
});

test("what readers ask has no token", async (t) => {
  const server = await stub(t, () => ({ body: { data: [], page: { next: null, previous: null } } }));
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  await dateline.GET("/v1/articles", { params: { query: { locale: "en", tag: [article, other] } } });
  assert.equal(server.heard[0]?.header.authorization, undefined);
  assert.match(server.heard[0]?.path ?? "", new RegExp(`tag=${article}(,|%2C)${other}`));
});

test("signing out with a token that is over ends the session all the same", async (t) => {
  const server = await stub(t, expiring());
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  await dateline.signOut();
  assert.deepEqual(server.heard.map((heard) => [heard.path, heard.header.authorization]), [
    ["/v1/auth/logout", "Bearer access-1"], ["/v1/auth/refresh", undefined], ["/v1/auth/logout", "Bearer access-2"],
  ]);
  assert.equal(dateline.tokens, undefined);
});

test("a body is what the contract says: a merge patch, a table", async (t) => {
  const server = await stub(t, () => ({ body: { redirects: [] } }));
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  await dateline.PATCH("/v1/desk/articles/{id}", { ...at, body: { genre: "news" } });
  await dateline.POST("/v1/desk/redirects/import", { body: "from,to\n/a,/b\n" });
  assert.deepEqual(server.heard.map((heard) => [heard.header["content-type"], heard.body]), [
    ["application/merge-patch+json", { genre: "news" }], ["text/csv", "from,to\n/a,/b\n"],
  ]);
});

test("signing out twice, or when the session is over already, is no error", async (t) => {
  const server = await stub(t, () => problem(401, "unauthenticated"));
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  await dateline.signOut();
  await dateline.signOut();
  assert.deepEqual(server.heard.map((heard) => heard.path), ["/v1/auth/logout", "/v1/auth/refresh"]);
});

test("429 says after how many seconds, as a number and as a date", async (t) => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const server = await stub(t, ({ body }) => problem(429, "too-many-attempts", {}, { "retry-after": body.email === "a@b.example" ? "30" : date }));
  const dateline = createDateline({ baseUrl: server.address });
  await assert.rejects(dateline.signIn("a@b.example", "x"), (error) => error instanceof DatelineProblem && error.status === 429 && error.retryAfter === 30);
  await assert.rejects(dateline.signIn("b@b.example", "x"), (error) => error instanceof DatelineProblem && error.retryAfter !== undefined && error.retryAfter > 3500 && error.retryAfter <= 3600);
});

test("faults are found by where they are", async (t) => {
  const errors = [{ pointer: "#/translations/hi/headline", code: "required", detail: "must not be empty" }, { pointer: "#/tags/0", code: "unknown", detail: "is none" }];
  const server = await stub(t, () => problem(422, "invalid", { errors }));
  const dateline = createDateline({ baseUrl: server.address });
  const error = await dateline.GET("/v1/articles").then(() => undefined, (error: unknown) => error);
  assert(error instanceof DatelineProblem);
  assert.deepEqual(error.at("#/translations/hi"), [errors[0]]);
  assert.deepEqual(error.at("#/tag"), []);
});

test("a page of a proxy, and 304, are no problems of the server", async (t) => {
  const server = await stub(t, ({ path }) => (path === "/v1/site" ? { status: 304 } : { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" }));
  const dateline = createDateline({ baseUrl: server.address });
  await assert.rejects(dateline.GET("/v1/articles"), (error) => error instanceof UnexpectedAnswer && error.status === 502 && error.body === "<h1>Bad gateway</h1>");
  await assert.rejects(dateline.GET("/v1/site", { headers: { "if-none-match": '"1"' } }), (error) => error instanceof UnexpectedAnswer && error.status === 304);
});

/** A server that answers each request with what stands next, and a client of it. */
async function scripted(t: TestContext, ...answers: Said[]) {
  const server = await stub(t, () => answers.shift() ?? { status: 500, body: "nothing more" });
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  return { dateline, sent: () => server.heard.map((heard) => heard.header["if-match"]), server };
}
const version = (n: number, more: Said = {}): Said => ({ body: { id: article, version: n }, ...more, headers: { etag: `"${n}.ab"`, ...more.headers } });

test("what was read is expected by the next write, and what that answers by the one after", async (t) => {
  const { dateline, sent } = await scripted(t, version(3), version(4), version(5), { status: 204 }, version(9));
  await dateline.GET("/v1/desk/articles/{id}", at);
  await dateline.PATCH("/v1/desk/articles/{id}", { ...at, body: { genre: "analysis" } });
  await dateline.POST("/v1/desk/articles/{id}/publish", { ...at, body: { locales: ["en"] } });
  await dateline.DELETE("/v1/desk/articles/{id}", at);
  await dateline.DELETE("/v1/desk/articles/{id}", at);
  assert.deepEqual(sent(), [undefined, '"3.ab"', '"4.ab"', '"5.ab"', undefined]);
});

test("an article and its translations have versions of their own, and verbs are about one of them", async (t) => {
  const words = { params: { path: { id: article, locale: "hi" } } };
  const tagged = (n: number): Said => ({ headers: { etag: `"${n}"` }, body: { article_id: article, locale: "hi", version: n } });
  const { dateline, sent } = await scripted(t, version(3), tagged(7), tagged(8), tagged(9), version(4));
  await dateline.GET("/v1/desk/articles/{id}", at);
  await dateline.GET("/v1/desk/articles/{id}/translations/{locale}", words);
  await dateline.POST("/v1/desk/articles/{id}/translations/{locale}/submit", words);
  await dateline.POST("/v1/desk/articles/{id}/translations/{locale}/revisions/{version}/restore", { params: { path: { id: article, locale: "hi", version: 2 } } });
  await dateline.POST("/v1/desk/articles/{id}/revisions/{version}/restore", { params: { path: { id: article, version: 2 } } });
  assert.deepEqual(sent(), [undefined, undefined, '"7"', '"8"', '"3.ab"']);
  assert.equal(dateline.etags.get(`/v1/desk/articles/${article}/translations/HI`), '"9"');
});

test("a header of one's own wins", async (t) => {
  const { dateline, sent } = await scripted(t, version(3), version(4), version(5));
  await dateline.GET("/v1/desk/articles/{id}", at);
  await dateline.PATCH("/v1/desk/articles/{id}", { params: { path: { id: article }, header: { "If-Match": '"2"' } }, body: {} });
  await dateline.PATCH("/v1/desk/articles/{id}", { ...at, headers: { "if-match": '"1"' }, body: {} });
  assert.deepEqual(sent(), [undefined, '"2"', '"1"']);
});

test("after 412 nothing is expected until something is read", async (t) => {
  const { dateline, sent } = await scripted(t, version(3), problem(412, "stale", { current_version: 5 }), problem(428, "unconditional"), version(5), version(6));
  await dateline.GET("/v1/desk/articles/{id}", at);
  const write = () => dateline.PATCH("/v1/desk/articles/{id}", { ...at, body: { genre: "news" } });
  await assert.rejects(write, (error) => error instanceof DatelineProblem && error.is("stale") && error.problem.current_version === 5);
  await assert.rejects(write, (error) => error instanceof DatelineProblem && error.is("unconditional"));
  await dateline.GET("/v1/desk/articles/{id}", at);
  await write();
  assert.deepEqual(sent(), [undefined, '"3.ab"', undefined, undefined, '"5.ab"']);
});

test("other refusals change nothing of what is expected", async (t) => {
  const { dateline, sent } = await scripted(t, version(3), problem(422, "invalid"), problem(503, "busy"), version(4));
  await dateline.GET("/v1/desk/articles/{id}", at);
  const write = () => dateline.PATCH("/v1/desk/articles/{id}", { ...at, body: {} });
  await assert.rejects(write);
  await assert.rejects(write);
  await write();
  assert.deepEqual(sent(), [undefined, '"3.ab"', '"3.ab"', '"3.ab"']);
});

test("a write that was only tried is not remembered", async (t) => {
  const { dateline, sent } = await scripted(t, version(3), version(4, { headers: { "validate-only": "true" } }), { status: 204, headers: { "validate-only": "true" } }, version(4));
  await dateline.GET("/v1/desk/articles/{id}", at);
  const tried = { params: { path: { id: article }, query: { validate_only: true } } };
  await dateline.PATCH("/v1/desk/articles/{id}", { ...tried, body: {} });
  await dateline.DELETE("/v1/desk/articles/{id}", tried);
  await dateline.PATCH("/v1/desk/articles/{id}", { ...at, body: {} });
  assert.deepEqual(sent(), [undefined, '"3.ab"', '"3.ab"', '"3.ab"']);
});

test("what was read before a write was answered does not take its place", async (t) => {
  let read: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (read = resolve));
  const server = await stub(t, async ({ method }) => (method === "GET" ? (await slow, version(3)) : version(4)));
  const dateline = createDateline({ baseUrl: server.address, tokens: tokens(1) });
  dateline.etags.set(`/v1/desk/articles/${article}`, 3);
  const reading = dateline.GET("/v1/desk/articles/{id}", at);
  await dateline.PATCH("/v1/desk/articles/{id}", { ...at, body: {} });
  read();
  await reading;
  assert.equal(dateline.etags.get(`/v1/desk/articles/${article}`), '"4.ab"');
});

test("an answer that was kept under a key does not bring an older version back", async (t) => {
  const replayed = { headers: { "idempotency-replayed": "true" } };
  const { dateline } = await scripted(t, version(6), version(5, replayed), version(7, replayed));
  const path = `/v1/desk/articles/${article}`;
  const publish = () => dateline.POST("/v1/desk/articles/{id}/publish", { params: { path: { id: article }, header: { "Idempotency-Key": "k" } }, body: {} });
  await dateline.GET("/v1/desk/articles/{id}", at);
  await publish();
  assert.equal(dateline.etags.get(path), '"6.ab"');
  await publish();
  assert.equal(dateline.etags.get(path), '"7.ab"');
});

test("what is made is expected at its own place, with a body or without", async (t) => {
  const made = { status: 201, headers: { etag: '"1.cd"', location: `/v1/desk/articles/${other}` } };
  const { dateline, sent } = await scripted(t, { ...made, body: { id: other, version: 1 } }, made, { status: 201, headers: { etag: '"1.ef"', location: `/v1/desk/articles/${article}/comments` }, body: { id: other } }, version(2), version(2));
  const body = { kind: "story", section_id: article, source_locale: "en", translations: {} } as const;
  await dateline.POST("/v1/desk/articles", { body });
  assert.equal(dateline.etags.get(`/v1/desk/articles/${other}`), '"1.cd"');
  dateline.etags.forget();
  const { data } = await dateline.POST("/v1/desk/articles", { params: { header: { Prefer: "return=minimal" } }, body });
  assert.equal(data?.id, undefined);
  assert.equal(dateline.etags.get(`/v1/desk/articles/${other}`), '"1.cd"');
  await dateline.POST("/v1/desk/articles/{id}/comments", { ...at, body: { text: "Is it so?" } });
  await dateline.POST("/v1/desk/comments/{id}/resolve", { params: { path: { id: other } } });
  await dateline.PATCH("/v1/desk/articles/{id}", { ...at, body: {} });
  assert.deepEqual(sent(), [undefined, undefined, undefined, '"1.ef"', undefined]);
});

test("what is merged into another is forgotten, and the other is known", async (t) => {
  const { dateline } = await scripted(t, version(3), { headers: { etag: '"8.ab"' }, body: { id: other, version: 8 } });
  await dateline.GET("/v1/desk/tags/{id}", at);
  await dateline.POST("/v1/desk/tags/{id}/merge", { ...at, body: { into: other } });
  assert.equal(dateline.etags.get(`/v1/desk/tags/${article}`), undefined);
  assert.equal(dateline.etags.get(`/v1/desk/tags/${other}`), '"8.ab"');
});

test("what was below what is ended is forgotten, and its neighbours are not", async (t) => {
  const { dateline } = await scripted(t, { status: 204 });
  const paths = [`/v1/desk/articles/${article}`, `/v1/desk/articles/${article}/translations/hi`, `/v1/desk/articles/${other}`];
  for (const path of paths) dateline.etags.set(path, 3);
  await dateline.DELETE("/v1/desk/articles/{id}", at);
  assert.deepEqual(paths.map((path) => dateline.etags.get(path)), [undefined, undefined, '"3"']);
});

test("the trash is about the article that is in it", async (t) => {
  const { dateline, sent } = await scripted(t, version(4));
  dateline.etags.set(`/v1/desk/articles/${article}`, 3);
  await dateline.POST("/v1/desk/trash/{id}/restore", at);
  assert.deepEqual(sent(), ['"3"']);
});

test("a list is walked to its end, and no further than it is wanted", async (t) => {
  const server = await stub(t, ({ path }) => {
    const cursor = new URL(path, "http://x").searchParams.get("cursor") ?? "a";
    const next = { a: "b", b: "c", c: null }[cursor];
    return { body: { data: [{ id: `${cursor}1` }, { id: `${cursor}2` }], page: { next, previous: null } } };
  });
  const dateline = createDateline({ baseUrl: server.address });
  const seen: string[] = [];
  for await (const tag of dateline.rows("/v1/tags", { params: { query: { locale: "en" } } })) seen.push(tag.id);
  assert.deepEqual(seen, ["a1", "a2", "b1", "b2", "c1", "c2"]);
  assert.deepEqual(server.heard.map((heard) => heard.path), ["/v1/tags?locale=en", "/v1/tags?locale=en&cursor=b", "/v1/tags?locale=en&cursor=c"]);
  for await (const page of dateline.pages("/v1/tags", { params: { query: { cursor: "b" } } })) {
    assert.equal(page.data.length, 2);
    break;
  }
  assert.equal(server.heard.length, 4);
});
