// tus-js-client as it comes from npm, against a server: neither end may cost what has come, whichever of them is killed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

const MEGABYTE = 1_000_000;
const LENGTH = 40 * MEGABYTE;
const NAME = "नदी का मानचित्र.pdf";
const EMAIL = "admin@example.org";
const PASSWORD = "a long sentence of mine";

const folder = mkdtempSync(join(tmpdir(), "dateline-tus-"));
const running = new Set();
after(async () => {
  await Promise.all([...running].map(kill));
  rmSync(folder, { recursive: true, force: true });
});

async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

async function freePort() {
  const probe = createServer();
  const port = await listening(probe);
  probe.close();
  await once(probe, "close");
  return port;
}

function start(command, args, options) {
  const child = spawn(command, args, { cwd: folder, ...options });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

/** Kill it as nobody can ask to be spared. */
async function kill(child) {
  if (!running.has(child)) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A server at a port, once it says that it is up. */
async function serve(port) {
  const env = { PATH: process.env.PATH, DATELINE_BIND: `127.0.0.1:${port}` };
  const server = start(process.env.DATELINE, ["serve"], { env, stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of createInterface({ input: server.stderr })) {
    if (line.includes("listening on")) break;
  }
  server.stderr.resume();
  assert.ok(running.has(server), "the server did not come up");
  return server;
}

async function administrator(port) {
  const args = ["user", "create", "--email", EMAIL, "--name", "A", "--role", "admin", "--password-stdin"];
  const command = start(process.env.DATELINE, args, { env: { PATH: process.env.PATH }, stdio: ["pipe", "ignore", "inherit"] });
  command.stdin.end(PASSWORD);
  assert.deepEqual(await once(command, "exit"), [0, null]);
  const answer = await fetch(`http://127.0.0.1:${port}/v1/auth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  return (await answer.json()).access_token;
}

/** What stands between client and server: it lets so many bytes of clients pass, and then none, so that whoever is killed is killed in the middle. */
class Gate extends EventEmitter {
  passed = 0;
  #most = 0;
  #waiting = [];

  static async to(port) {
    const gate = new Gate();
    const server = createServer((client) => gate.#pass(client, connect(port, "127.0.0.1")));
    gate.port = await listening(server);
    // It ends with the test.
    server.unref();
    return gate;
  }

  /** Let so many bytes more pass. */
  open(bytes) {
    this.#most = this.passed + bytes;
    for (const go of this.#waiting.splice(0)) go();
  }

  #pass(client, server) {
    const end = () => [client, server].forEach((socket) => socket.destroy());
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
    server.pipe(client);
    const forward = (bytes) => {
      const now = bytes.subarray(0, Math.max(0, this.#most - this.passed));
      this.passed += now.length;
      if (now.length > 0) server.write(now);
      if (now.length === bytes.length) return;
      client.pause();
      this.#waiting.push(() => {
        if (client.destroyed) return;
        forward(bytes.subarray(now.length));
        if (this.passed < this.#most) client.resume();
      });
      this.emit("full");
    };
    client.on("data", forward);
  }
}

/** A client that sends the file; what it asked, and what came of it. */
function send(gate, token, file) {
  const script = join(import.meta.dirname, "client.js");
  const args = [script, `http://127.0.0.1:${gate.port}/v1/desk/uploads`, token, file, join(folder, "kept.json")];
  const child = start(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const client = { child, asked: [], item: undefined, failed: undefined };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { asks, item, failed } = JSON.parse(line);
    if (asks) client.asked.push(asks);
    client.item ??= item;
    client.failed ??= failed;
  });
  return client;
}

test("a file of 40 MB comes whole although the client is killed in the middle, and then the server", { timeout: 180_000 }, async () => {
  const port = await freePort();
  let server = await serve(port);
  const token = await administrator(port);
  const ask = (path) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const [head, end] = ["%PDF-1.4\n% ", "\n%%EOF\n"].map((text) => Buffer.from(text));
  const filler = randomBytes((LENGTH - head.length - end.length) * 0.75 + 3).toString("base64").slice(0, LENGTH - head.length - end.length);
  const bytes = Buffer.concat([head, Buffer.from(filler), end]);
  assert.equal(bytes.length, LENGTH);
  const file = join(folder, NAME);
  writeFileSync(file, bytes);
  const gate = await Gate.to(port);

  gate.open(15 * MEGABYTE);
  const first = send(gate, token, file);
  await once(gate, "full");
  await kill(first.child);
  assert.deepEqual(first.asked, ["POST", "PATCH"]);

  gate.open(15 * MEGABYTE);
  const second = send(gate, token, file);
  await once(gate, "full");
  await kill(server);
  gate.open(Infinity);
  server = await serve(port);
  if (running.has(second.child)) await once(second.child, "exit");

  assert.equal(second.failed, undefined);
  assert.ok(!second.asked.includes("POST"), `it began anew: ${second.asked}`);
  const item = await (await ask(second.item)).json();
  const sum = (all) => createHash("sha256").update(all).digest("hex");
  assert.deepEqual([item.name, item.bytes, item.sha256], [NAME, LENGTH, sum(bytes)]);
  assert.equal(sum(Buffer.from(await (await ask(`${second.item}/file`)).arrayBuffer())), sum(bytes));
  // What was sent twice is what was on its way when one of them was killed, and what the server had not counted yet: 8 MiB at most.
  const twice = gate.passed - LENGTH;
  console.log(`asked ${first.asked} and ${second.asked}; ${(twice / MEGABYTE).toFixed(1)} MB were sent twice`);
  assert.ok(twice < 20 * MEGABYTE, `${twice} bytes were sent twice`);
});
