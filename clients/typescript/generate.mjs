// What the client takes from the contract: its types, and which request reads or writes what. Run at every build; nothing of it is committed.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

// A package has its licences with it.
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(new URL(`../../${name}`, import.meta.url), new URL(name, import.meta.url));

const contract = JSON.parse(readFileSync(new URL("../../openapi/v1.json", import.meta.url), "utf8"));
const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
if (version !== contract.info.version) throw new Error(`package.json says ${version}, the contract ${contract.info.version}`);

const resolved = (thing) => (thing.$ref ? resolved(thing.$ref.slice(2).split("/").reduce((at, part) => at[part], contract)) : thing);

const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => ["get", "put", "post", "patch", "delete"].includes(method))
    .map(([method, operation]) => {
      const success = Object.entries(operation.responses).filter(([status]) => status.startsWith("2")).map(([, answer]) => resolved(answer));
      return {
        key: `${method.toUpperCase()} ${path}`,
        method,
        path,
        open: operation.security?.length === 0,
        guarded: (operation.parameters ?? []).map(resolved).some((parameter) => parameter.name === "If-Match"),
        tagged: success.some((answer) => answer.headers?.ETag),
        media: Object.keys(resolved(operation.requestBody ?? {}).content ?? {})[0],
        answers: success.map((answer) => answer.content?.["application/json"]?.schema?.$ref).find(Boolean),
      };
    }),
);

// A resource is at the path where what writes answer with a tag is changed: all writes that answer the same are writes to it. Of several such paths the others
// are about a part of it, and lie below: else what is written would be guarded by the version of something else.
const writes = operations.filter((o) => o.guarded && o.tagged && ["patch", "put"].includes(o.method)).sort((a, b) => b.path.length - a.path.length);
const homes = new Map(writes.map((o) => [o.answers, o.path]));
for (const { key, path, answers } of writes) {
  if (!`${path}/`.startsWith(`${homes.get(answers)}/`)) throw new Error(`${key} is about ${homes.get(answers)}, which lies elsewhere`);
}
const isHome = new Set(homes.values());

/** Which resource a request is about, and whether it reads, writes or makes it. */
function about(operation) {
  const { key, method, path, guarded, tagged, answers } = operation;
  if (method === "get") return tagged && isHome.has(path) && [key, ["read", path]];
  if (tagged && homes.has(answers)) return [key, [guarded ? "write" : "make", homes.get(answers)]];
  if (!guarded) return false;
  // What ends something answers nothing: it is about what is at its path, or what the verbs below its path are about.
  const below = operations.find((o) => o.guarded && o.tagged && o.path.startsWith(`${path}/`));
  const home = isHome.has(path) ? path : below && homes.get(below.answers);
  if (!home) throw new Error(`${key} takes If-Match, and the contract does not say of what`);
  return [key, ["write", home]];
}

const table = Object.fromEntries(operations.map(about).filter(Boolean));
const open = operations.filter((o) => o.open).map((o) => o.key);
const media = Object.fromEntries(operations.filter((o) => o.media && o.media !== "application/json").map((o) => [o.key, o.media]));
writeFileSync(
  new URL("src/operations.ts", import.meta.url),
  `// Made of the contract by generate.mjs.
/** What a request is about: whether it reads, writes or makes a resource, and where that is. */
export const RESOURCES: Readonly<Record<string, readonly ["read" | "write" | "make", string]>> = ${JSON.stringify(table, null, 2)};
/** Requests that need no token. */
export const OPEN: ReadonlySet<string> = new Set(${JSON.stringify(open, null, 2)});
/** What a body is, where it is not just JSON. */
export const MEDIA: Readonly<Record<string, string>> = ${JSON.stringify(media, null, 2)};
/** The version of the contract that this was made of. */
export const VERSION = ${JSON.stringify(version)};
`,
);

// The client sends If-Match by itself: who calls it may leave it out.
for (const parameter of Object.values(contract.components.parameters)) if (parameter.name === "If-Match") parameter.required = false;
// A file is a Blob.
const file = ts.factory.createTypeReferenceNode("Blob");
const types = astToString(await openapiTS(contract, { transform: (schema) => (schema.format === "binary" ? file : undefined) }));
writeFileSync(new URL("src/contract.ts", import.meta.url), `// Made of the contract by generate.mjs.\n${types}`);
