// What is published, and what the compiler knows of it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DatelineProblem, VERSION, type Dateline, type RowOf, type Schemas } from "dateline-client";

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")) as Record<string, any>;

test("its version is that of the contract", () => {
  const contract = read("../../openapi/v1.json");
  assert.equal(read("package.json")["version"], contract["info"].version);
  assert.equal(VERSION, contract["info"].version);
});

test("a package holds what is built, the README, the licences and nothing else, and needs openapi-fetch alone", () => {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: new URL("../..", import.meta.url), encoding: "utf8" });
  const files = (JSON.parse(packed) as { files: { path: string }[] }[])[0]?.files.map((file) => file.path) ?? [];
  const modules = ["client", "contract", "etags", "index", "operations", "problem", "session", "types"];
  assert.deepEqual(files.sort(), ["LICENSE-APACHE", "LICENSE-MIT", "README.md", ...modules.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]), "package.json"].sort());
  assert.deepEqual(Object.keys(read("package.json")["dependencies"]), ["openapi-fetch"]);
});

test("every code of a problem is known by its name", () => {
  const problem = { type: "", title: "", status: 412, detail: "", code: "stale", request_id: "" } as const;
  const error: DatelineProblem = new DatelineProblem(problem, new Response(null, { status: 412 }));
  assert(error.is("stale", "gone"));
  assert(!error.is("invalid"));
});

/** Compiled, and never run: what must not be said is an error. */
export async function compiled(dateline: Dateline, problem: DatelineProblem): Promise<void> {
  // @ts-expect-error: there is no such path
  await dateline.GET("/v1/nothing");
  // @ts-expect-error: the path needs its part
  await dateline.GET("/v1/articles/{id}");
  // @ts-expect-error: there is no such parameter
  await dateline.GET("/v1/articles", { params: { query: { locle: "en" } } });
  // @ts-expect-error: there is no such property
  await dateline.PATCH("/v1/desk/articles/{id}", { params: { path: { id: "" } }, body: { gnre: "news" } });
  const csv: string = (await dateline.GET("/v1/desk/redirects/export", { parseAs: "text" })).data;
  // @ts-expect-error: a story has a section
  await dateline.POST("/v1/desk/articles", { body: { kind: "story", source_locale: "en", translations: {} } });
  // @ts-expect-error: what is no list has no rows
  dateline.rows("/v1/site");
  const tag = (await dateline.GET("/v1/desk/tags/{id}", { params: { path: { id: "" } } })).data;
  const version: number = tag.version;
  const minimal = (await dateline.POST("/v1/desk/tags", { params: { header: { Prefer: "return=minimal" } }, body: { kind: "topic", translations: {} } })).data;
  // @ts-expect-error: there may be no body
  const other: number = minimal.version;
  const row: RowOf<"/v1/desk/work"> | undefined = undefined as Schemas["WorkItem"] | undefined;
  // @ts-expect-error: there is no such code
  problem.is("no-such-code");
  if (problem.code === "stale") {
    // @ts-expect-error: it is another one
    assert(problem.code !== "gone");
  }
  assert([version, other, row, csv]);
}
