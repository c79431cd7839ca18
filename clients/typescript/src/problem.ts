// Refusals (RFC 9457) as errors.
import type { Schemas } from "./types.js";

/** Every code that the contract knows. Later servers may know more: what is none of yours is best handled by its status. */
export type ProblemCode = Schemas["Problem"]["code"];

/** The server refused, and says why. */
export class DatelineProblem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = "DatelineProblem";
  /** All that was answered: `current_version` of a stale write, `holder` of what is taken. */
  readonly problem: Schemas["Problem"];
  readonly code: Code;
  readonly status: number;
  /** What is wrong with what was sent, each with a JSON pointer into the body or `?name` of a parameter. */
  readonly errors: readonly Schemas["Violation"][];
  /** After how many seconds it may be tried again, where the server says so. */
  readonly retryAfter: number | undefined;
  /** How the server's log calls the request. */
  readonly requestId: string;
  readonly response: Response;

  constructor(problem: Schemas["Problem"], response: Response) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
    this.code = problem.code as Code;
    this.status = response.status;
    this.errors = problem.errors ?? [];
    this.retryAfter = seconds(response.headers.get("retry-after"));
    this.requestId = problem.request_id;
    this.response = response;
  }

  /** Whether it is one of these, for the compiler as well. */
  is<C extends ProblemCode>(...codes: C[]): this is DatelineProblem<C> {
    return (codes as ProblemCode[]).includes(this.code);
  }

  /** What is wrong at a pointer and below it. */
  at(pointer: string): Schemas["Violation"][] {
    return this.errors.filter((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
  }
}

/** Something answered that is no Dateline: a proxy with a page of its own, or 304 to an `If-None-Match` of yours. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
  readonly status: number;

  constructor(
    readonly response: Response,
    readonly body: unknown,
  ) {
    super(`${response.status} ${response.statusText} without a problem`.replace("  ", " "));
    this.status = response.status;
  }
}

/** The error of an answer that is no success. */
export function refusal(response: Response, body: unknown): DatelineProblem | UnexpectedAnswer {
  const problem = typeof body === "object" && body !== null && "code" in body && "detail" in body;
  return problem ? new DatelineProblem(body as unknown as Schemas["Problem"], response) : new UnexpectedAnswer(response, body);
}

/** Seconds until a `Retry-After`, which a proxy may write as a date. */
function seconds(header: string | null): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const number = Number(header);
  if (Number.isFinite(number)) return Math.max(0, number);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
