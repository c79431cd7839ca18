// What may be asked at which path, and what comes back, out of the contract.
import type { FetchResponse, MaybeOptionalInit, ParseAs } from "openapi-fetch";
import type { components, paths } from "./contract.js";

export type Schemas = components["schemas"];
export type Method = "get" | "put" | "post" | "patch" | "delete";
type Media = `${string}/${string}`;

/** The paths that have a method. */
export type PathsOf<M extends Method> = { [P in keyof paths]: paths[P] extends { [method in M]: Record<string | number, unknown> } ? P : never }[keyof paths];
/** Path, query, headers and body of a request. */
export type InitOf<P extends keyof paths, M extends Method> = MaybeOptionalInit<paths[P], M>;
type Operation<P extends keyof paths, M extends Method> = paths[P][M] extends Record<string | number, any> ? paths[P][M] : never;

type Data<P extends keyof paths, M extends Method, Init = undefined> = Extract<FetchResponse<Operation<P, M>, Init, Media>, { error?: never }>["data"];

/** What was answered with success. */
export interface Answered<D> {
  data: D;
  response: Response;
}

type Arguments<Init> = undefined extends Init ? [init?: Init] : Record<never, never> extends Init ? [init?: Init] : [init: Init];
/** The paths that can be asked without anything to fill them. */
type BarePathsOf<M extends Method> = { [P in PathsOf<M>]: undefined extends InitOf<P, M> ? P : never }[PathsOf<M>];

/** A method of the client: the path as the contract has it, then what fills it. The last form is the usual one. */
export interface Call<M extends Method> {
  /** Without a body, where `Prefer: return=minimal` asks for none. */
  <P extends PathsOf<M>>(path: P, init: InitOf<P, M> & { params: { header: { Prefer: string } } }): Promise<Answered<Data<P, M> | undefined>>;
  /** As text or as a stream. */
  <P extends PathsOf<M>, As extends ParseAs>(path: P, init: InitOf<P, M> & { parseAs: As }): Promise<Answered<Data<P, M, { parseAs: As }>>>;
  <P extends BarePathsOf<M>>(path: P): Promise<Answered<Data<P, M>>>;
  <P extends PathsOf<M>>(path: P, init: InitOf<P, M>): Promise<Answered<Data<P, M>>>;
}

/** A page of a list, with cursors to those beside it. */
export interface Page<Row = unknown> {
  data: Row[];
  page: Schemas["PageInfo"];
}
type Json<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { "application/json": infer D } } } } } ? D : never;
/** The lists that are paged. */
export type ListPath = { [P in PathsOf<"get">]: Json<P> extends Page ? P : never }[PathsOf<"get">];
export type PageOf<P extends ListPath> = Json<P>;
export type RowOf<P extends ListPath> = Json<P> extends Page<infer Row> ? Row : never;
/** Begins at `P`'s parameters; `cursor` among them says from where. */
export type ListArguments<P extends ListPath> = Arguments<InitOf<P, "get">>;
