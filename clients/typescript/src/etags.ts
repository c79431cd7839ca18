// Which version of what was read last, so that a write says what it was made from.
//
// A resource is told apart by its path, and which request is about which resource says the contract (`operations.ts`): publishing and the revisions of
// an article are about the article, handing in a translation is about the translation. The memory never makes a write pass that should not:
// where it knows nothing no If-Match is sent, and the server refuses (428); after a 412 nothing is known until something is read.
import { RESOURCES } from "./operations.js";

type Values = Readonly<Record<string, unknown>>;

/** A request on its way, and when it went. */
export interface Asked {
  readonly kind: "read" | "write" | "make";
  readonly template: string;
  readonly path: Values;
  readonly at: number;
}

const version = (tag: string) => Number(/^(?:W\/)?"(\d+)/.exec(tag)?.[1] ?? -1);
const filled = (template: string, values: Values) => template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
// Ids and languages are the same in capitals.
const normal = (path: string) => path.slice(Math.max(0, path.indexOf("/v1/"))).replace(/[?#].*$/, "").toLowerCase();

export class ETags {
  readonly #tags = new Map<string, string>();
  readonly #written = new Map<string, number>();
  #clock = 0;

  /** What is known of a resource, by its path: `/v1/desk/articles/…`. */
  get(path: string): string | undefined {
    return this.#tags.get(normal(path));
  }

  /** Says which version the next write to a resource is made from: an `ETag`, or a version that a list told. */
  set(path: string, tag: string | number): void {
    this.#tags.set(normal(path), typeof tag === "number" ? `"${tag}"` : tag);
  }

  /** Forgets a resource and what is below it; without a path, everything. */
  forget(path?: string): void {
    if (path === undefined) return this.#tags.clear();
    const gone = normal(path);
    for (const known of this.#tags.keys()) if (known === gone || known.startsWith(`${gone}/`)) this.#tags.delete(known);
  }

  /** What a request is about, if it is about something that has versions. */
  asked(operation: string, path: Values): Asked | undefined {
    const found = RESOURCES[operation];
    return found && { kind: found[0], template: found[1], path, at: this.#clock };
  }

  /** The `If-Match` of a write. */
  expected(asked: Asked): string | undefined {
    return asked.kind === "write" ? this.get(filled(asked.template, asked.path)) : undefined;
  }

  /** Learns from an answer. */
  answered(asked: Asked, response: Response, data: unknown): void {
    // A write that was only tried has changed nothing.
    if (response.headers.get("validate-only") === "true") return;
    const before = asked.kind === "make" ? undefined : filled(asked.template, asked.path);
    if (response.status === 412) {
      if (before) this.forget(before);
      return;
    }
    if (!response.ok && response.status !== 304) return;
    const tag = response.headers.get("etag");
    if (!tag) {
      // Ended, and with it what is below.
      if (asked.kind === "write" && before) this.#write(before, undefined);
      return;
    }
    const now = this.#answeredResource(asked, response, data);
    if (!now) return;
    if (asked.kind === "read") {
      // A write was faster than this: what it answered is newer.
      if ((this.#written.get(normal(now)) ?? -1) < asked.at) this.set(now, tag);
      return;
    }
    // Merged into another: that one was answered.
    if (before && normal(before) !== normal(now)) this.#write(before, undefined);
    // An answer that was kept may be older than what is known.
    if (response.headers.get("idempotency-replayed") === "true" && version(tag) < version(this.get(now) ?? "")) return;
    this.#write(now, tag);
  }

  #write(path: string, tag: string | undefined): void {
    this.#written.set(normal(path), this.#clock++);
    if (tag === undefined) this.forget(path);
    else this.set(path, tag);
  }

  /** Which resource an answer is: the last part of its path is in it; else as it was asked, or where it says that what was made is. */
  #answeredResource({ kind, template, path }: Asked, response: Response, data: unknown): string | undefined {
    const last = /\{(\w+)\}$/.exec(template)?.[1];
    const own = last && typeof data === "object" && data !== null ? (data as Values)[last] : undefined;
    if (last && typeof own === "string" && kind !== "read") return filled(template, { ...path, [last]: own });
    if (kind !== "make") return filled(template, path);
    const location = response.headers.get("location");
    const shape = new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+").toLowerCase()}$`);
    return location && shape.test(normal(location)) ? location : undefined;
  }
}
