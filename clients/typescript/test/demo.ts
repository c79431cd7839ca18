// A running demo: the one that `DATELINE_SERVER` names with `DATELINE_EMAIL` and `DATELINE_PASSWORD`, or one of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Demo {
  address: string;
  email: string;
  password: string;
}

let running: Promise<Demo> | undefined;

export function demo(): Promise<Demo> {
  const { DATELINE_SERVER: address, DATELINE_EMAIL: email = "admin@example.org", DATELINE_PASSWORD: password } = process.env;
  running ??= address && password ? Promise.resolve({ address, email, password }) : start(email);
  return running;
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const at = probe.address();
      probe.close(() => resolve(typeof at === "object" && at ? at.port : 0));
    });
  });

async function start(email: string): Promise<Demo> {
  const bind = `127.0.0.1:${await freePort()}`;
  const data = mkdtempSync(join(tmpdir(), "dateline-client-"));
  const program = process.env["DATELINE"] ?? new URL("../../../../target/debug/dateline", import.meta.url).pathname;
  const child = spawn(program, ["demo"], { env: { ...process.env, DATELINE_BIND: bind, DATELINE_DATA_DIR: data }, stdio: ["ignore", "pipe", "pipe"] });
  process.on("exit", () => {
    child.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  });
  const password = await new Promise<string>((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /^ *Password *(\S+)/m.exec(said)?.[1];
      if (found && said.includes("Ctrl-C stops it")) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`the demo ended with ${code}: ${said}`)));
  });
  // Neither the demo nor what it says keeps the tests from ending.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
  return { address: `http://${bind}`, email, password };
}
