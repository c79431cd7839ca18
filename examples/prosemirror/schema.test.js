/** Every document of a demo goes through an editor's schema unchanged, and that schema knows what the published one knows. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { schema, written } from "./schema.js";

const base = process.env.DATELINE_URL ?? "http://127.0.0.1:8080";
const get = async (path) => {
  const answer = await fetch(base + path);
  assert.equal(answer.status, 200, path);
  return answer.json();
};

test("documents come out as they went in", async () => {
  const seen = new Set();
  const look = (node) => {
    seen.add(node.type);
    for (const inner of [...(node.content ?? []), ...(node.marks ?? [])]) look(inner);
  };
  let stories = 0;
  for (const locale of ["en", "hi", "bn", "kn"]) {
    const list = await get(`/v1/articles?locale=${locale}&body=doc&limit=100`);
    for (const story of list.data) {
      const document = story.body.content;
      const node = schema.nodeFromJSON(document);
      node.check();
      assert.deepEqual(JSON.parse(JSON.stringify(written(node))), document, `${locale} ${story.slug}`);
      look(document);
      stories += 1;
    }
  }
  assert.ok(stories >= 48, `${stories}`);
  // One story of the demo has everything that there is.
  for (const name of [...Object.keys(schema.nodes), ...Object.keys(schema.marks)]) assert.ok(seen.has(name), name);
});

test("the nodes, marks and attributes are those of the published JSON Schema", async () => {
  const published = await get("/v1/schemas/body.json");
  const definition = (reference) => published.$defs[reference.$ref.split("/").pop()];
  const attributes = (of) => Object.keys((of.properties.attrs?.$ref ? definition(of.properties.attrs) : of.properties.attrs)?.properties ?? {}).sort();
  const known = {};
  for (const [name, one] of Object.entries(published.$defs)) {
    for (const kind of [one, ...(one.oneOf ?? [])]) {
      if (!/Node$|Mark$/.test(name) || !kind.properties?.type) continue;
      for (const word of kind.properties.type.enum) known[word] = attributes(kind);
    }
  }
  const { doc: _, ...nodes } = schema.nodes;
  const ours = Object.fromEntries([...Object.entries(nodes), ...Object.entries(schema.marks)].map(([name, type]) => [name, Object.keys(type.attrs ?? type.spec.attrs ?? {}).sort()]));
  assert.deepEqual(ours, known);
});
