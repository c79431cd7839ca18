export { createDateline, Dateline, type DatelineOptions } from "./client.js";
export type { components, operations, paths } from "./contract.js";
export { ETags } from "./etags.js";
export { VERSION } from "./operations.js";
export { DatelineProblem, UnexpectedAnswer, type ProblemCode } from "./problem.js";
export { Session, type SessionOptions, type Tokens } from "./session.js";
export type { Answered, ListPath, Page, PathsOf, RowOf, Schemas } from "./types.js";
