// The examples of the README as a module: they are compiled as strictly as the rest, and run one after another against a demo.
import { readFileSync, writeFileSync } from "node:fs";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code]) => code);
const imports = new Set(["import { demo } from \"./demo.js\";"]);
const story = blocks.map((code, at) => {
  const own = code.replace(/^import .*;\n/gm, (line) => (imports.add(line.trim()), ""));
  // The first makes the client that the others use.
  return at === 0 ? own : `{\n${own}}\n`;
});
const code = story.join("").replaceAll('"https://api.news.example"', "address").replaceAll('"editor@news.example"', "email").replaceAll('"…"', "password");
writeFileSync(new URL("readme.story.ts", import.meta.url), `// Made of the README by readme.mjs.\n${[...imports].join("\n")}\nconst { address, email, password } = await demo();\n${code}`);
console.log(`${blocks.length} examples of the README`);
