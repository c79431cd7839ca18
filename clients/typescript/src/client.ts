// The client: openapi-fetch, and what no generator can know.
import createClient, { mergeHeaders, type HeadersOptions } from "openapi-fetch";
import type { paths } from "./contract.js";
import { ETags } from "./etags.js";
import { MEDIA, OPEN } from "./operations.js";
import { refusal } from "./problem.js";
import { Session, type Tokens } from "./session.js";
import type { Answered, Call, ListArguments, ListPath, Method, Page, PageOf, RowOf } from "./types.js";

export interface DatelineOptions {
  /** Where the server is: `https://api.news.example`. */
  baseUrl: string;
  tokens?: Tokens;
  onTokens?: (tokens: Tokens | undefined) => void;
  /** The session of another client; the memory of what was read is each client's own. */
  session?: Session;
  fetch?: (request: Request) => Promise<Response>;
  /** Headers of every request. */
  headers?: Record<string, string>;
}

interface Init {
  params?: { path?: Record<string, unknown>; query?: Record<string, unknown>; header?: Record<string, unknown> };
  headers?: HeadersOptions | undefined;
  [more: string]: unknown;
}
type Send = (method: Method, path: string, init: Init) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

export class Dateline {
  readonly session: Session;
  /** What was read last, and which writes are made from. */
  readonly etags = new ETags();
  readonly GET = this.#call("get") as Call<"get">;
  readonly PUT = this.#call("put") as Call<"put">;
  readonly POST = this.#call("post") as Call<"post">;
  readonly PATCH = this.#call("patch") as Call<"patch">;
  readonly DELETE = this.#call("delete") as Call<"delete">;
  readonly #send: Send;
  readonly #headers: Record<string, string>;

  constructor({ baseUrl, tokens, onTokens, session, fetch, headers }: DatelineOptions) {
    this.session = session ?? new Session(baseUrl, { tokens, onTokens, fetch });
    // The server takes lists parted by commas, which makes one URL of one request.
    const client = createClient<paths>({
      baseUrl,
      querySerializer: { array: { style: "form", explode: false } },
      ...(fetch && { fetch }),
    });
    this.#headers = headers ?? {};
    this.#send = client.request as unknown as Send;
  }

  get tokens(): Tokens | undefined {
    return this.session.tokens;
  }

  /** Signs in; other clients of the session are signed in as well. `code` is one of the second factor, where the server asked for it (`second-factor-required`). */
  async signIn(email: string, password: string, code?: string): Promise<void> {
    await this.session.signIn(email, password, code);
  }

  async signOut(): Promise<void> {
    this.etags.forget();
    await this.session.signOut();
  }

  /** The pages of a list, one after another; it may be left at any time. */
  pages<P extends ListPath>(path: P, ...[init]: ListArguments<P>): AsyncGenerator<PageOf<P>, void, undefined> {
    return this.#pages(path, (init ?? {}) as Init) as AsyncGenerator<PageOf<P>, void, undefined>;
  }

  /** All rows of a list, page by page. */
  rows<P extends ListPath>(path: P, ...[init]: ListArguments<P>): AsyncGenerator<RowOf<P>, void, undefined> {
    return this.#rows(path, (init ?? {}) as Init) as AsyncGenerator<RowOf<P>, void, undefined>;
  }

  async *#pages(path: string, init: Init): AsyncGenerator<Page> {
    let cursor = init.params?.query?.["cursor"];
    do {
      const query = { ...init.params?.query, ...(cursor === undefined ? {} : { cursor }) };
      const { data } = await this.#answer("get", path, { ...init, params: { ...init.params, query } });
      yield data as Page;
      cursor = (data as Page).page.next ?? undefined;
    } while (cursor !== undefined);
  }

  async *#rows(path: string, init: Init): AsyncGenerator<unknown> {
    for await (const page of this.#pages(path, init)) yield* page.data;
  }

  #call(method: Method) {
    return (path: string, init: Init = {}) => this.#answer(method, path, init);
  }

  async #answer(method: Method, path: string, init: Init): Promise<Answered<unknown>> {
    const operation = `${method.toUpperCase()} ${path}`;
    const asked = this.etags.asked(operation, init.params?.path ?? {});
    const own = mergeHeaders(this.#headers, init.headers);
    const media = MEDIA[operation];
    if (media && init["body"] !== undefined && !own.has("content-type")) own.set("content-type", media);
    // Text is sent as it is, and so is a file.
    if (media?.startsWith("text/")) init = { bodySerializer: String, ...init };
    if (init["body"] instanceof Blob) {
      if (!media && !own.has("content-type")) own.set("content-type", "application/octet-stream");
      init = { bodySerializer: (file: Blob) => file, ...init };
    }
    const expected = asked && this.etags.expected(asked);
    // A parameter of one's own comes later, and wins.
    if (expected && !own.has("if-match")) own.set("if-match", expected);
    const token = OPEN.has(operation) || own.has("authorization") ? undefined : await this.session.accessToken();
    let answer = await this.#sent(method, path, init, own, token);
    if (answer.response.status === 401 && token && renewable(answer.error) && (await this.session.renew(token))) {
      answer = await this.#sent(method, path, init, own, this.session.tokens?.access_token);
    }
    const { data, error, response } = answer;
    if (asked) this.etags.answered(asked, response, data);
    if (!response.ok) throw refusal(response, error);
    return { data, response };
  }

  #sent(method: Method, path: string, init: Init, own: Headers, token: string | undefined) {
    const headers = new Headers(own);
    if (token) headers.set("authorization", `Bearer ${token}`);
    return this.#send(method, path, { ...init, headers });
  }
}

/** Whether other tokens may help: the server refused these, and neither a password nor a proxy is what was wrong. */
const renewable = (error: unknown) => typeof error === "object" && error !== null && "code" in error && !ofSigningIn.has(error.code);
const ofSigningIn = new Set<unknown>(["wrong-credentials", "second-factor-required", "second-factor-wrong"]);

/** A client of a server. */
export function createDateline(options: DatelineOptions): Dateline {
  return new Dateline(options);
}
