// A Dateline server that relies on a provider, and a browser of few words.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const DATELINE = resolve(process.env.DATELINE ?? "../../target/debug/dateline");

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Start a server with these settings; it is ready when this is done. */
export async function serve(settings) {
  const data = mkdtempSync(join(tmpdir(), "dateline-openid-"));
  const bind = `127.0.0.1:${await freePort()}`;
  const child = spawn(DATELINE, ["serve"], {
    cwd: data,
    env: { ...process.env, DATELINE_BIND: bind, DATELINE_DATA_DIR: data, DATABASE_URL: `sqlite://${join(data, "dateline.db")}`, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (log += piece));
  const url = `http://${bind}`;
  while (!(await fetch(`${url}/health/ready`).catch(() => ({ ok: false }))).ok) {
    if (child.exitCode !== null) throw new Error(log);
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    url,
    log: () => log,
    stop: async () => {
      child.kill();
      await once(child, "exit");
      rmSync(data, { recursive: true });
    },
  };
}

/** A browser: it keeps cookies, follows redirects, and fills in the provider's forms as this person. */
export class Browser {
  #jar = new Map();

  async #fetch(url, options = {}) {
    const { origin } = new URL(url);
    const cookies = [...(this.#jar.get(origin) ?? new Map())].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", ...options, headers: { ...options.headers, cookie: cookies } });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name, ...value] = cookie.split(";")[0].split("=");
      this.#jar.set(origin, (this.#jar.get(origin) ?? new Map()).set(name, value.join("=")));
    }
    return answer;
  }

  /** Where it is sent in the end: to an address that begins so. */
  async walk(url, person, end) {
    for (let steps = 0; steps < 20; steps++) {
      if (url.startsWith(end)) return new URL(url);
      let answer = await this.#fetch(url);
      if (answer.status === 200) {
        const page = await answer.text();
        const [, action] = page.match(/action="([^"]+)"/) ?? [];
        const [, prompt] = page.match(/name="prompt" value="([^"]+)"/) ?? [];
        if (!action) throw new Error(page);
        const body = new URLSearchParams({ prompt, login: person, password: "any" });
        answer = await this.#fetch(new URL(action, url), { method: "POST", body });
      }
      const location = answer.headers.get("location");
      if (!location) throw new Error(`${answer.status} at ${url}: ${await answer.text()}`);
      url = new URL(location, url).href;
    }
    throw new Error(`too many steps, at last ${url}`);
  }
}
