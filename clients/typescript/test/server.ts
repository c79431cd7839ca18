// A server that says what a test has it say, for what a real one does too seldom.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Schemas } from "dateline-client";

export interface Heard {
  method: string;
  path: string;
  header: IncomingMessage["headers"];
  body: any;
}
export interface Said {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A problem as the server writes it. */
export function problem(status: number, code: Schemas["Problem"]["code"], more: Partial<Schemas["Problem"]> = {}, headers: Record<string, string> = {}): Said {
  const body = { type: `urn:dateline:problem:${code}`, title: code, status, detail: `it is ${code}`, code, request_id: "r", ...more };
  return { status, headers: { "content-type": "application/problem+json", ...headers }, body };
}

export class Stub {
  readonly heard: Heard[] = [];
  readonly #server: Server;

  private constructor(answer: (heard: Heard) => Said | Promise<Said>) {
    this.#server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const heard = { method: request.method ?? "", path: request.url ?? "", header: request.headers, body: text === "" ? undefined : request.headers["content-type"]?.includes("json") ? JSON.parse(text) : text };
      this.heard.push(heard);
      const { status = 200, headers = {}, body } = await answer(heard);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
    });
  }

  static async start(answer: (heard: Heard) => Said | Promise<Said>): Promise<Stub> {
    const stub = new Stub(answer);
    await new Promise<void>((resolve) => stub.#server.listen(0, "127.0.0.1", resolve));
    return stub;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often something was asked. */
  count(path: string): number {
    return this.heard.filter((heard) => heard.path === path).length;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
