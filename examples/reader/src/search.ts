// Search: a field that completes what is typed, and a page of what is found.
import type { Dateline, Schemas } from "dateline-client";
import { h, here } from "./dom.js";
import { date, saying } from "./words.js";

type Frame = Schemas["Frame"];
type Found = Schemas["SearchListing"];
type Marked = Schemas["MarkedText"];

/** A text with what was looked for marked: places in it, so that nothing of it can be markup. */
function marked({ text, marks }: Marked): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const [from, to] of marks as [number, number][]) {
    parts.push(text.slice(at, from), h("mark", {}, text.slice(from, to)));
    at = to;
  }
  return [...parts, text.slice(at)];
}

/** The field, which works without scripts too; with them it suggests as one types. */
export function field(frame: Frame, dateline: Dateline, typed = ""): HTMLElement {
  const say = saying(frame.locale);
  const input = h("input", { type: "search", name: "q", value: typed, "aria-label": say("search"), placeholder: say("search"), autocomplete: "off", maxlength: 512 }) as HTMLInputElement;
  const list = h("ul", { class: "suggestions", hidden: true });
  let asked = 0;
  input.addEventListener("input", async () => {
    const mine = ++asked;
    const q = input.value.trim();
    const { data } = q ? (await dateline.GET("/v1/search/suggest", { params: { query: { q, locale: frame.locale } } })).data : { data: [] };
    // What was typed meanwhile is another question.
    if (mine !== asked) return;
    list.replaceChildren(...data.map((one) => h("li", {}, h("a", { href: here(one.url), lang: one.locale, dir: one.direction }, marked(one.text)))));
    list.hidden = data.length === 0;
  });
  return h("form", { role: "search", action: `/${frame.locale}` }, input, list);
}

/** What is found, as elements. */
export function results(found: Found, frame: Frame, typed: string): HTMLElement {
  const say = saying(frame.locale);
  const search = new URLSearchParams(location.search);
  const narrowed = (name: string, value: string) => {
    const query = new URLSearchParams(search);
    if (query.get(name) === value) query.delete(name);
    else query.set(name, value);
    query.delete("cursor");
    return `?${query}`;
  };
  const facets = ["section", "tag", "author"].map((name) => [name, found.facets[name] ?? []] as const).filter(([, counts]) => counts.length > 0);
  const at = (cursor: string | null | undefined, label: string, rel: string) => cursor && h("a", { href: narrowed("cursor", cursor), rel }, label);
  return h("main", { class: "search" },
    h("h1", {}, typed),
    h("p", { class: "kicker" }, `${new Intl.NumberFormat(frame.locale).format(found.page.total ?? 0)} ${say("found")}`, found.relaxed && ` · ${say("relaxed")}`),
    found.did_you_mean && h("p", {}, `${say("meant")} `, h("a", { href: narrowed("q", found.did_you_mean) }, found.did_you_mean)),
    facets.map(([name, counts]) => h("ul", { class: "facets" }, counts.slice(0, 8).map((count) =>
      h("li", {}, h("a", { href: narrowed(name, count.value), dir: count.direction, "aria-current": search.get(name) === count.value ? "true" : null }, `${count.name} ${count.stories}`))))),
    found.data.map(({ article, highlights }) => h("article", { class: "hit" },
      h("h2", {}, h("a", { href: here(article.url ?? "/"), lang: article.locale, dir: article.direction }, marked(highlights.headline))),
      h("p", { lang: article.locale, dir: article.direction }, marked(highlights.body.marks.length > 0 ? highlights.body : highlights.summary)),
      article.published_at && h("small", {}, date(article.published_at, frame.locale, frame.site.time_zone, article.time_zone_names?.published_at ?? "")))),
    h("nav", { class: "pages" }, at(found.page.previous, say("previous"), "prev"), at(found.page.next, say("next"), "next")));
}
