// Who is signed in. Several clients may share a session: its refresh token works once, and one that comes again later ends it.
import { refusal, UnexpectedAnswer } from "./problem.js";
import type { Schemas } from "./types.js";

export type Tokens = Schemas["Tokens"];

export interface SessionOptions {
  /** Tokens of an earlier session, kept somewhere safe. */
  tokens?: Tokens | undefined;
  /** Told of every change: new tokens to keep, or nothing when the session is over. */
  onTokens?: ((tokens: Tokens | undefined) => void) | undefined;
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}

export class Session {
  readonly #baseUrl: string;
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #onTokens: (tokens: Tokens | undefined) => void;
  #tokens: Tokens | undefined;
  #renewal: Promise<void> | undefined;

  constructor(baseUrl: string, { tokens, onTokens, fetch }: SessionOptions = {}) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#tokens = tokens;
    this.#onTokens = onTokens ?? (() => undefined);
    this.#fetch = fetch ?? ((request) => globalThis.fetch(request));
  }

  get tokens(): Tokens | undefined {
    return this.#tokens;
  }

  /** The access token to send; while tokens are being renewed, the one that comes. */
  async accessToken(): Promise<string | undefined> {
    await this.#renewal?.catch(() => undefined);
    return this.#tokens?.access_token;
  }

  async signIn(email: string, password: string, code?: string): Promise<void> {
    this.#keep(await this.#post("/v1/auth/token", code === undefined ? { email, password } : { email, password, code }));
  }

  /** Ends the session at the server, and forgets it here whatever the server says. */
  async signOut(): Promise<void> {
    try {
      const token = await this.accessToken();
      if (token) await this.#end(token);
    } finally {
      this.#keep(undefined);
    }
  }

  async #end(token: string): Promise<void> {
    try {
      await this.#post("/v1/auth/logout", undefined, token);
    } catch (error) {
      if (!over(error)) throw error;
      // It may be the token alone that is over, and not the session.
      if (!(await this.renew(token)) || !this.#tokens) return;
      await this.#post("/v1/auth/logout", undefined, this.#tokens.access_token);
    }
  }

  /** New tokens in the place of those with this access token; however many ask, the server is asked once. False when nobody is signed in any more. */
  async renew(spent: string): Promise<boolean> {
    // Somebody else was faster, or signed out meanwhile.
    if (this.#tokens?.access_token !== spent) return this.#tokens !== undefined;
    this.#renewal ??= this.#renew(this.#tokens.refresh_token).finally(() => (this.#renewal = undefined));
    await this.#renewal;
    return this.#tokens !== undefined;
  }

  async #renew(refresh_token: string): Promise<void> {
    try {
      this.#keep(await this.#post("/v1/auth/refresh", { refresh_token }));
    } catch (error) {
      // The session is over. Anything else may pass, and the tokens stay.
      if (!over(error)) throw error;
      this.#keep(undefined);
    }
  }

  #keep(tokens: Tokens | undefined): void {
    if (tokens === this.#tokens) return;
    this.#tokens = tokens;
    this.#onTokens(tokens);
  }

  async #post(path: string, body: unknown, token?: string): Promise<Tokens | undefined> {
    const headers = new Headers(body === undefined ? {} : { "content-type": "application/json" });
    if (token) headers.set("authorization", `Bearer ${token}`);
    const response = await this.#fetch(new Request(this.#baseUrl + path, { method: "POST", headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }));
    const text = await response.text();
    let answer: unknown = text;
    try {
      answer = text === "" ? undefined : JSON.parse(text);
    } catch (error) {
      if (response.ok) throw new UnexpectedAnswer(response, `${text} (${String(error)})`);
    }
    if (!response.ok) throw refusal(response, answer);
    return answer as Tokens | undefined;
  }
}

const over = (error: unknown) => error instanceof Error && "status" in error && error.status === 401;
