// Asks the server for what is at the address, once, and shows it.
import { createDateline, DatelineProblem } from "dateline-client";
import { h } from "./dom.js";
import { head, header, next, render } from "./page.js";
import { field, results } from "./search.js";
import { saying } from "./words.js";
import "./style.css";

const server: string = import.meta.env["VITE_DATELINE"] ?? "http://127.0.0.1:8080";
const dateline = createDateline({ baseUrl: server });

async function show(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const cursor = asked.get("cursor");
  const typed = asked.get("q")?.trim();
  if (typed) return search(typed, asked);
  const query = { path: decodeURI(location.pathname), ...(cursor ? { cursor } : {}) };
  const { data: page } = await dateline.GET("/v1/pages", { params: { query } });
  if (page.kind === "redirect") {
    location.replace(page.to);
    return;
  }
  head(page.frame);
  document.body.replaceChildren(...render(page));
  document.querySelector("header")?.append(field(page.frame, dateline));
  if (page.kind === "article") {
    count(page.article.id, page.article.locale);
    // A story without it is one all the same.
    leadOn(page.article.id, page.article.locale).catch(() => undefined);
  }
}

/** What is found, in the frame of the front page. */
async function search(q: string, asked: URLSearchParams): Promise<void> {
  const locale = location.pathname.split("/")[1] ?? "";
  const given = Object.fromEntries(["section", "tag", "author", "cursor"].flatMap((name) => { const value = asked.get(name); return value ? [[name, name === "cursor" ? value : [value]]] : []; }));
  const [{ data: page }, { data: found }] = await Promise.all([
    dateline.GET("/v1/pages", { params: { query: { path: location.pathname } } }),
    dateline.GET("/v1/search", { params: { query: { q, locale: [locale], facets: ["section", "tag", "author"], count: true, limit: 10, ...given } } }),
  ]);
  if (page.kind === "redirect") return location.replace(page.to + location.search);
  head(page.frame);
  document.title = `${q} | ${page.frame.site.name}`;
  const top = header(page.frame);
  top.append(field(page.frame, dateline, q));
  document.body.replaceChildren(top, results(found, page.frame, q));
}

/** What leads on from a story, in its language: nobody waits for it to read the story. */
async function leadOn(id: string, locale: string): Promise<void> {
  const { data: related } = await dateline.GET("/v1/articles/{id}/related", { params: { path: { id }, query: { locale, limit: 4 } } });
  document.querySelector("article.story")?.after(...next(related.data, locale));
}

/** Tell of a view, once somebody sees it: a string, which a browser may send to another origin without asking before. */
function count(id: string, locale: string): void {
  const tell = () => navigator.sendBeacon(`${server}/v1/articles/${id}/views`, JSON.stringify({ locale }));
  if (document.visibilityState === "visible") tell();
  else document.addEventListener("visibilitychange", tell, { once: true });
}

/** What is not there has a frame too. */
function missing({ status, problem }: DatelineProblem): void {
  const frame = problem.page?.frame;
  const say = saying(frame?.locale ?? location.pathname.split("/")[1] ?? "en");
  if (frame) head(frame);
  document.title = say(status === 410 ? "gone" : "missing");
  document.body.replaceChildren(...(frame ? [header(frame)] : []), h("main", { class: "missing" }, h("h1", {}, document.title), h("p", {}, problem.detail), h("a", { href: "/" }, say("home"))));
}

try {
  await show();
} catch (error) {
  if (!(error instanceof DatelineProblem)) throw error;
  missing(error);
}
