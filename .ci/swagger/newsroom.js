// The demo newsroom, and servers over copies of it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const EMAIL = "admin@example.org";
const folder = mkdtempSync(join(tmpdir(), "dateline-swagger-"));
const running = new Set();

/** A port that is free, so that several checkouts can be tried on one machine. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** Start a server, and wait until it says that it is up; gives the process and what it said. */
function start(command, up, env) {
  const child = spawn(process.env.DATELINE, [command], { cwd: folder, env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk) => {
      said += chunk;
      if (said.includes(up)) resolve({ child, said });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      running.delete(child);
      reject(new Error(`${command} ended with ${code ?? signal}: ${said}`));
    });
  });
}

/** Kill it: what is committed is in the files, and nobody waits for connections that a browser keeps. */
async function kill(child) {
  if (!running.has(child)) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Make the demo, and stop it; gives the password of its administrator. */
export async function makeDemo() {
  const env = { DATELINE_BIND: `127.0.0.1:${await freePort()}`, DATELINE_DATA_DIR: join(folder, "made") };
  const { child, said } = await start("demo", "Ctrl-C stops it", env);
  await kill(child);
  return /Password\s+(\S+)/.exec(said)[1];
}

export async function removeAll() {
  await Promise.all([...running].map(kill));
  rmSync(folder, { recursive: true, force: true });
}

/** A server with an address of its own, over one copy of the demo after another. */
export class Newsroom {
  static async at(password) {
    const port = await freePort();
    return Object.assign(new Newsroom(), { port, origin: `http://127.0.0.1:${port}`, password });
  }

  /** Begin with the demo as it was made. */
  begin() {
    return this.#copy(join(folder, "made", "demo"), this.#begun);
  }

  /** Begin with the demo as it was made, and with whoever has signed in since `begin`. */
  restore() {
    return this.#copy(this.#begun, join(folder, `${this.port}-now`));
  }

  get #begun() {
    return join(folder, `${this.port}-begun`);
  }

  async #copy(from, to) {
    if (this.child) await kill(this.child);
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
    const env = {
      DATELINE_BIND: `127.0.0.1:${this.port}`,
      DATABASE_URL: `sqlite://${join(to, "dateline.db")}`,
      DATELINE_SECRET_FILE: join(to, "secret"),
      DATELINE_MEDIA: join(to, "media"),
    };
    ({ child: this.child } = await start("serve", "listening", env));
  }

  /** Ask without the browser. */
  async ask(path, body, token) {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(this.origin + path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Ask in the administrator's name. */
  async askAsAdministrator(path, body) {
    return this.ask(path, body, (await this.signIn()).access_token);
  }

  signIn() {
    return this.ask("/v1/auth/token", { email: EMAIL, password: this.password });
  }
}
