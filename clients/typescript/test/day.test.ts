// A day of an editor's tool, against a demo. It counts what it asks: a screen is one request where the API offers that.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createDateline, DatelineProblem } from "dateline-client";
import { demo } from "./demo.js";

test("a day of an editor's tool takes twenty-nine requests", async () => {
  const { address, email, password } = await demo();
  const asked: string[] = [];
  const counted = async (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return fetch(request);
  };
  /** What is asked on a screen, and how often. */
  const screen = async (name: string, requests: number, does: () => Promise<void>) => {
    const before = asked.length;
    await does();
    assert.equal(asked.length - before, requests, `${name}:\n${asked.slice(before).join("\n")}`);
  };
  const dateline = createDateline({ baseUrl: address, fetch: counted });
  const ARTICLE = "/v1/desk/articles/{id}";
  const WORDS = "/v1/desk/articles/{id}/translations/{locale}";
  let id = "";
  const article = () => ({ params: { path: { id } } });
  const words = (locale: string) => ({ params: { path: { id, locale } } });

  await screen("signing in", 1, () => dateline.signIn(email, password));

  await screen("my work", 1, async () => {
    const { data } = await dateline.GET("/v1/desk/work", { params: { query: { limit: 20 } } });
    assert(Array.isArray(data.data));
  });

  let section = "";
  await screen("the list, with the names of sections, authors, tags and people", 1, async () => {
    const { data } = await dateline.GET("/v1/desk/articles", {
      params: { query: { limit: 50, sort: "-updated_at", include: ["section", "authors", "tags", "people"] } },
    });
    assert(data.data.length > 5 && data.included);
    const names = new Map(data.included.sections.map((each) => [each.id, each]));
    for (const row of data.data) assert(row.section_id && names.has(row.section_id));
    section = data.data[0]?.section_id ?? "";
  });

  await screen("a new story", 1, async () => {
    const { data } = await dateline.POST("/v1/desk/articles", {
      body: {
        kind: "story", section_id: section, source_locale: "en",
        translations: {
          en: { headline: "The ferry is back", summary: "After nine years.", body: { format: "markdown", content: "It was **on time**.\n\nNobody waited." } },
          hi: { headline: "नौका लौट आई", body: { format: "text", content: "वह समय पर थी।" } },
        },
      },
    });
    id = data.id;
  });

  // Facts and words are two things with versions of their own: a screen that edits both reads both.
  await screen("opening it", 2, async () => {
    const [facts, text] = await Promise.all([dateline.GET(ARTICLE, article()), dateline.GET(WORDS, { params: { ...words("en").params, query: { body: "doc" } } })]);
    assert.deepEqual(Object.keys(facts.data.translations).sort(), ["en", "hi"]);
    assert.equal(text.data.headline, "The ferry is back");
  });

  await screen("a change of the headline, and one of the genre", 2, async () => {
    const { data } = await dateline.PATCH(WORDS, { ...words("en"), body: { headline: "The ferry returns" } });
    assert.equal(data.headline, "The ferry returns");
    await dateline.PATCH(ARTICLE, { ...article(), body: { genre: "analysis" } });
  });

  await screen("four autosaves without a body", 4, async () => {
    for (const n of [1, 2, 3, 4]) {
      const { data, response } = await dateline.PATCH(WORDS, {
        params: { ...words("en").params, header: { Prefer: "return=minimal" } },
        body: { body: { format: "markdown", content: `It was **on time**.\n\nNobody waited: draft ${n}.` } },
      });
      assert.equal(data, undefined);
      assert.equal(response.headers.get("preference-applied"), "return=minimal");
    }
  });

  await screen("a comment, and its being resolved", 2, async () => {
    const { data } = await dateline.POST("/v1/desk/articles/{id}/comments", { ...article(), body: { locale: "en", text: "Was it really?" } });
    const resolved = await dateline.POST("/v1/desk/comments/{id}/resolve", { params: { path: { id: data.id } } });
    assert(resolved.data.resolved);
  });

  await screen("asking for a review, and approving", 2, async () => {
    assert.equal((await dateline.POST(`${WORDS}/submit`, words("en"))).data.state, "in_review");
    assert.equal((await dateline.POST(`${WORDS}/approve`, words("en"))).data.state, "approved");
  });

  await screen("the translation beside its source", 1, async () => {
    const { data } = await dateline.GET(`${WORDS}/beside`, words("hi"));
    assert.equal(data.source?.locale, "en");
    // The rows say which version they show, and that is what is saved over.
    dateline.etags.set(`/v1/desk/articles/${id}/translations/hi`, data.version);
  });

  await screen("saving the translation", 1, async () => {
    const { data } = await dateline.PATCH(WORDS, { ...words("hi"), body: { summary: "नौ साल बाद।" } });
    assert.equal(data.summary, "नौ साल बाद।");
  });

  await screen("a check before publishing", 1, async () => {
    const { data } = await dateline.POST(`${ARTICLE}/check`, { ...article(), body: { locales: ["en"] } });
    assert(Array.isArray(data.findings));
  });

  await screen("publishing one language", 1, async () => {
    const { data } = await dateline.POST(`${ARTICLE}/publish`, { ...article(), body: { locales: ["en"] } });
    assert(data.translations["en"]?.live && !data.translations["hi"]?.live);
  });

  await screen("planning the other", 1, async () => {
    const { data } = await dateline.POST(`${ARTICLE}/schedule`, { ...article(), body: { locales: ["hi"], publish_at: "2099-03-02T00:30:00Z" } });
    assert.equal(data.translations["hi"]?.scheduled[0]?.at, "2099-03-02T00:30:00Z");
  });

  const colleague = createDateline({ baseUrl: address, session: dateline.session });
  await colleague.GET(WORDS, words("en"));
  await colleague.PATCH(WORDS, { ...words("en"), body: { summary: "After nine years, at last." } });
  await screen("somebody was faster: refused, read and saved", 3, async () => {
    const save = () => dateline.PATCH(WORDS, { ...words("en"), body: { headline: "The ferry returns at last" } });
    await assert.rejects(save, (error) => error instanceof DatelineProblem && error.is("stale") && error.problem.changed?.join() === "#/summary");
    const { data } = await dateline.GET(WORDS, words("en"));
    assert.equal(data.summary, "After nine years, at last.");
    assert.equal((await save()).data.summary, "After nine years, at last.");
  });

  await screen("one tag for ten stories at once", 3, async () => {
    const { data: tag } = await dateline.POST("/v1/desk/tags", { body: { kind: "topic", translations: { en: { name: `Ferries ${id}` } } } });
    const { data: list } = await dateline.GET("/v1/desk/articles", { params: { query: { limit: 10, kind: ["story"], fields: ["id", "version"] } } });
    const operations = list.data.map((row) => ({ verb: "revise" as const, article_id: row.id ?? "", version: row.version ?? 0, body: { tags: { add: [tag.id] } } }));
    const { data } = await dateline.POST("/v1/desk/bulk", { body: { atomic: true, operations } });
    assert.deepEqual(data.results.map((result) => result.status), operations.map(() => 200));
  });

  await screen("what readers see", 1, async () => {
    const { data } = await dateline.GET("/v1/articles/{id}", { params: { path: { id }, query: { locale: "en" } } });
    assert.equal(data.headline, "The ferry returns");
  });

  await screen("signing out", 1, async () => {
    await dateline.signOut();
    assert.equal(dateline.tokens, undefined);
  });
  assert.equal(asked.length, 29);
});

test("a file is sent, described and replaced from what was read last", async () => {
  const { address, email, password } = await demo();
  const dateline = createDateline({ baseUrl: address });
  await dateline.signIn(email, password);
  const file = (words: string) => new Blob([`%PDF-1.4\n% ${words}\n%%EOF\n`], { type: "application/pdf" });
  const { data: made } = await dateline.POST("/v1/desk/media", { body: file("By TypeScript.") });
  assert.equal(made.kind, "document");
  const item = { params: { path: { id: made.id } } };
  const { data: described } = await dateline.PATCH("/v1/desk/media/{id}", { ...item, body: { credit: "AP" } });
  assert.equal(described.version, 2);
  const { data: replaced } = await dateline.PUT("/v1/desk/media/{id}/file", { ...item, body: file("By TypeScript, again.") });
  assert.equal(replaced.version, 3);
  await dateline.GET("/v1/desk/media/{id}", item);
  await dateline.DELETE("/v1/desk/media/{id}", item);
});
